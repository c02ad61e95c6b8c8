//! Reading and changing `config.toml`. Changing keeps the user's comments and order.

use std::path::{Path, PathBuf};

use gvr_core::Layout;
use gvr_core::files::{Disk, Files as _, ReadError};
use gvr_core::settings::ShimSettings;
use gvr_store::{WriteError, write_small_file};
use toml_edit::{Array, DocumentMut, Item, Value};

use super::{KEYS, Key, Kind};

/// The largest file that is read, in bytes.
const LIMIT: u64 = 1 << 20;

/// The settings file's content.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    path: PathBuf,
    document: DocumentMut,
}

/// The settings cannot be used as they stand, or not be changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("cannot read {}: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{}:{line}: {reason}", path.display())]
    Malformed { path: PathBuf, line: usize, reason: String },
    #[error("{}: '{key}' must be {wanted}", path.display())]
    WrongKind { path: PathBuf, key: &'static str, wanted: &'static str },
    #[error("'{value}' is no value for '{key}', which is {wanted}")]
    WrongValue { key: &'static str, value: String, wanted: &'static str },
    #[error(transparent)]
    Unwritten(#[from] WriteError),
}

impl Kind {
    const fn wanted(self) -> &'static str {
        match self {
            Kind::Switch => "true or false",
            Kind::Text => "a text",
            Kind::List => "a list of texts",
        }
    }
}

impl Config {
    /// Reads the settings below `layout`'s root; where there is no file, all are at their defaults.
    pub(crate) fn load(layout: &Layout) -> Result<Self, ConfigError> {
        let path = layout.config();
        let content = match Disk.read(&path, LIMIT) {
            Ok(content) => content,
            Err(ReadError::Absent) => Vec::new(),
            Err(error) => return Err(ConfigError::Unreadable { path, reason: error.to_string() }),
        };
        Self::parse(path, &content)
    }

    fn parse(path: PathBuf, content: &[u8]) -> Result<Self, ConfigError> {
        let text = str::from_utf8(content)
            .map_err(|_| ConfigError::Unreadable { path: path.clone(), reason: "it is not UTF-8 text".to_owned() })?;
        let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| ConfigError::Malformed {
            path: path.clone(),
            line: error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1),
            reason: error.message().to_owned(),
        })?;
        let config = Self { path, document };
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let wrong = KEYS.iter().find(|key| self.document.get(key.name).is_some_and(|item| !fits(item, key.kind)));
        wrong.map_or(Ok(()), |key| {
            Err(ConfigError::WrongKind { path: self.path.clone(), key: key.name, wanted: key.kind.wanted() })
        })
    }

    /// Where the settings stand.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Names in the file that are no settings: misspelt, or of another gvr.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = &str> {
        self.document.iter().map(|(name, _)| name).filter(|name| Key::find(name).is_none())
    }

    /// A switch, if it is set.
    pub(crate) fn switch(&self, name: &str) -> Option<bool> {
        self.document.get(name)?.as_bool()
    }

    /// A text, if it is set.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.document.get(name)?.as_str()
    }

    /// A list, if it is set.
    pub(crate) fn list(&self, name: &str) -> Option<Vec<String>> {
        let array = self.document.get(name)?.as_array()?;
        Some(array.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect())
    }

    /// A setting's value as it is shown, if it is set.
    pub(crate) fn shown(&self, key: &Key) -> Option<String> {
        match key.kind {
            Kind::Switch => self.switch(key.name).map(|value| value.to_string()),
            Kind::Text => self.text(key.name).map(str::to_owned),
            Kind::List => self.list(key.name).map(|values| values.join(",")),
        }
    }

    /// Sets a value from its text on the command line.
    pub(crate) fn set(&mut self, key: &'static Key, text: &str) -> Result<(), ConfigError> {
        let wrong = || ConfigError::WrongValue { key: key.name, value: text.to_owned(), wanted: key.kind.wanted() };
        let value: Value = match key.kind {
            Kind::Switch => {
                gvr_core::settings::switch(text.as_ref()).filter(|_| !text.is_empty()).ok_or_else(wrong)?.into()
            }
            Kind::Text if text.is_empty() => return Err(wrong()),
            Kind::Text => text.into(),
            Kind::List => text.split(',').map(str::trim).filter(|word| !word.is_empty()).collect::<Array>().into(),
        };
        self.document[key.name] = Item::Value(value);
        Ok(())
    }

    /// Goes back to the default.
    pub(crate) fn unset(&mut self, key: &Key) {
        self.document.remove(key.name);
    }

    /// The part of the settings that the shim goes by.
    pub(crate) fn for_shim(&self) -> ShimSettings {
        ShimSettings {
            auto_install: self.switch("auto-install").unwrap_or(false),
            strict: self.switch("strict").unwrap_or(false),
            keep_goroot: self.switch("keep-goroot").unwrap_or(false),
            ignore_go_mod: !self.switch("read-go-mod").unwrap_or(true),
            version_gopath: self.switch("version-gopath").unwrap_or(false),
        }
    }

    /// Writes the file, and beside it what the shim reads of it.
    pub(crate) fn save(&self, layout: &Layout) -> Result<(), ConfigError> {
        const MODE: u32 = 0o644;
        write_small_file(&self.path, self.document.to_string().as_bytes(), MODE)?;
        write_small_file(&layout.shim_settings(), self.for_shim().to_string().as_bytes(), MODE)?;
        Ok(())
    }
}

fn fits(item: &Item, kind: Kind) -> bool {
    match kind {
        Kind::Switch => item.is_bool(),
        Kind::Text => item.is_str(),
        Kind::List => item.as_array().is_some_and(|array| array.iter().all(Value::is_str)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse("/r/config.toml".into(), text.as_bytes())
    }

    fn key(name: &str) -> &'static Key {
        Key::find(name).unwrap()
    }

    #[test]
    fn changing_a_value_keeps_the_rest() {
        let mut config = parse("# mine\nstrict = true # why\nmirrors = [\"https://a\"]\n").unwrap();
        config.set(key("auto-install"), "yes").unwrap();
        config.set(key("mirrors"), "https://a, /b").unwrap();
        config.unset(key("strict"));
        assert_eq!(config.document.to_string(), "mirrors = [\"https://a\", \"/b\"]\nauto-install = true\n");
        assert_eq!(config.shown(key("mirrors")).as_deref(), Some("https://a,/b"));
        assert!(config.for_shim().auto_install && !config.for_shim().strict);
    }

    #[test]
    fn wrong_files_are_named_by_line_and_key() {
        let text = |result: Result<Config, ConfigError>| result.unwrap_err().to_string();
        assert!(text(parse("strict = true\nmirrors = [\n\nx")).starts_with("/r/config.toml:"));
        assert_eq!(text(parse("strict = 1")), "/r/config.toml: 'strict' must be true or false");
        assert_eq!(text(parse("mirrors = [1]")), "/r/config.toml: 'mirrors' must be a list of texts");
        let error = parse("").unwrap().set(key("offline"), "perhaps").unwrap_err();
        assert_eq!(error.to_string(), "'perhaps' is no value for 'offline', which is true or false");
    }

    #[test]
    fn unknown_names_are_told_not_refused() {
        let config = parse("stirct = true").unwrap();
        assert_eq!(config.unknown().collect::<Vec<_>>(), ["stirct"]);
    }
}
