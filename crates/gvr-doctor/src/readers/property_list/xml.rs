//! The XML form.

use std::collections::BTreeMap;
use std::time::UNIX_EPOCH;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::{PropertyListError, Value};

/// Depth of the elements inside the top dictionary: `plist`, `dict` and themselves.
const TOP: usize = 3;

pub(super) fn parse(bytes: &[u8]) -> Result<BTreeMap<String, Value>, PropertyListError> {
    let broken = PropertyListError::Broken;
    let text = str::from_utf8(bytes).map_err(|_| broken)?;
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut walk = Walk::default();
    loop {
        match reader.read_event().map_err(|_| broken)? {
            Event::Start(element) => walk.start(element.name().as_ref())?,
            Event::End(element) => walk.end(element.name().as_ref())?,
            Event::Text(text) => walk.text.push_str(&text.decode().map_err(|_| broken)?),
            Event::CData(text) => walk.text.push_str(&text.decode().map_err(|_| broken)?),
            Event::GeneralRef(reference) => {
                let char = match reference.resolve_char_ref().map_err(|_| broken)? {
                    Some(char) => char,
                    None => match &*reference {
                        b"amp" => '&',
                        b"lt" => '<',
                        b"gt" => '>',
                        b"quot" => '"',
                        b"apos" => '\'',
                        _ => return Err(broken),
                    },
                };
                walk.text.push(char);
            }
            Event::Eof if walk.is_closed => return Ok(walk.values),
            Event::Eof => return Err(broken),
            _ => {}
        }
    }
}

#[derive(Default)]
struct Walk {
    depth: usize,
    /// The text of the element that is open.
    text: String,
    /// The key whose value comes next.
    key: Option<String>,
    values: BTreeMap<String, Value>,
    is_closed: bool,
}

impl Walk {
    fn start(&mut self, name: &[u8]) -> Result<(), PropertyListError> {
        self.depth += 1;
        self.text.clear();
        match (self.depth, name) {
            (1, name) if name != b"plist" => Err(PropertyListError::Broken),
            (2, name) if name != b"dict" => Err(PropertyListError::NotADictionary),
            _ => Ok(()),
        }
    }

    fn end(&mut self, name: &[u8]) -> Result<(), PropertyListError> {
        if self.depth == TOP {
            let text = std::mem::take(&mut self.text);
            if name == b"key" {
                self.key = Some(text);
            } else {
                let key = self.key.take().ok_or(PropertyListError::Broken)?;
                if let Some(value) = value(name, text)? {
                    self.values.entry(key).or_insert(value);
                }
            }
        }
        self.text.clear();
        self.depth = self.depth.saturating_sub(1);
        self.is_closed = self.depth == 0;
        Ok(())
    }
}

fn value(name: &[u8], text: String) -> Result<Option<Value>, PropertyListError> {
    let broken = PropertyListError::Broken;
    Ok(Some(match name {
        b"string" => Value::Text(text),
        b"integer" => Value::Integer(text.trim().parse().map_err(|_| broken)?),
        b"real" => Value::Real(text.trim().parse().map_err(|_| broken)?),
        b"true" => Value::Boolean(true),
        b"false" => Value::Boolean(false),
        b"date" => {
            let time = humantime::parse_rfc3339(text.trim()).map_err(|_| broken)?;
            let since = time.duration_since(UNIX_EPOCH).map_err(|_| broken)?;
            Value::Date(since.as_secs().cast_signed())
        }
        _ => return Ok(None),
    }))
}
