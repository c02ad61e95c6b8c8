//! Apple's property lists, in both of their forms: what stands at the top level, without the lists and dictionaries there.
//!
//! Nested values are passed over, not built: a hostile file can nest them deeply, or name one a million times.

mod binary;
mod xml;

use std::collections::BTreeMap;

/// More than any list that is read here has, in bytes.
const MOST_BYTES: usize = 4 << 20;

/// A value that is neither a list nor a dictionary.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Real(f64),
    /// Yes or no.
    Boolean(bool),
    /// A moment, in seconds since 1970.
    Date(i64),
}

/// The values at the top of a property list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PropertyList(BTreeMap<String, Value>);

/// Why a property list could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PropertyListError {
    /// It is too big.
    #[error("the property list has more than {MOST_BYTES} bytes")]
    TooLarge,
    /// It is neither XML nor binary, or broken.
    #[error("not a property list, or a broken one")]
    Broken,
    /// There is no dictionary at the top.
    #[error("the property list is not a dictionary")]
    NotADictionary,
}

impl PropertyList {
    /// Reads a list of either form.
    pub fn parse(bytes: &[u8]) -> Result<Self, PropertyListError> {
        if bytes.len() > MOST_BYTES {
            return Err(PropertyListError::TooLarge);
        }
        let values = if bytes.starts_with(binary::MAGIC) { binary::parse(bytes) } else { xml::parse(bytes) };
        values.map(Self)
    }

    /// A string at the top.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.0.get(key) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A moment at the top, in seconds since 1970.
    pub fn date(&self, key: &str) -> Option<i64> {
        match self.0.get(key) {
            Some(Value::Date(seconds)) => Some(*seconds),
            _ => None,
        }
    }

    /// A value at the top.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same dictionary as Python's `plistlib` writes it in both forms.
    const XML: &[u8] = include_bytes!("../../../tests/data/receipt.xml.plist");
    const BINARY: &[u8] = include_bytes!("../../../tests/data/receipt.binary.plist");

    #[test]
    fn both_forms_say_the_same() {
        let list = PropertyList::parse(XML).unwrap();
        assert_eq!(PropertyList::parse(BINARY), Ok(list.clone()));
        assert_eq!(list.text("PackageIdentifier"), Some("org.golang.go"));
        assert_eq!(list.text("Umlaut"), Some("Größe & <1>"));
        assert_eq!(list.date("InstallDate"), Some(1_725_531_072));
        assert_eq!(list.value("Integer"), Some(&Value::Integer(-7)));
        assert_eq!(list.value("Real"), Some(&Value::Real(1.5)));
        assert_eq!(list.value("Boolean"), Some(&Value::Boolean(true)));
        assert_eq!(list.value("Nested"), None);
        assert_eq!(list.value("Inner"), None, "what lies inside is passed over");
    }

    #[test]
    fn cut_off_lists_are_refused() {
        for list in [XML, BINARY] {
            for end in 0..list.len() - 10 {
                assert!(PropertyList::parse(&list[..end]).is_err(), "{end}");
            }
        }
        assert_eq!(PropertyList::parse(b"<plist><array/></plist>"), Err(PropertyListError::NotADictionary));
        assert_eq!(PropertyList::parse(&vec![b' '; MOST_BYTES + 1]), Err(PropertyListError::TooLarge));
    }

    #[test]
    fn deep_nesting_costs_no_stack() {
        let deep = ["<plist><dict><key>a</key>", &"<array>".repeat(100_000)].concat();
        assert_eq!(PropertyList::parse(deep.as_bytes()), Err(PropertyListError::Broken));
        let closed = [deep.as_str(), &"</array>".repeat(100_000), "<key>b</key><true/></dict></plist>"].concat();
        let list = PropertyList::parse(closed.as_bytes()).unwrap();
        assert_eq!((list.value("a"), list.value("b")), (None, Some(&Value::Boolean(true))));
    }
}
