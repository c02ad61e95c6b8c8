//! The settings' text with gvr's `go` in it, and all else as it was: comments, order, indentation, line ends.

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstInputValue, CstObject, CstObjectProp, CstRootNode};

/// The Go extension's own way to another `go`: an object with a path for each tool.
const TOOLS: &str = "go.alternateTools";

/// The older way, for one version. The extension hands it on as GOROOT.
const GOROOT: &str = "go.goroot";

/// The tool that is chosen.
const GO: &str = "go";

/// Why the settings stay as they are.
#[derive(Debug, thiserror::Error)]
pub(super) enum EditError {
    /// Not what Visual Studio Code reads: JSON with comments and trailing commas.
    #[error("{0}")]
    Syntax(#[from] jsonc_parser::errors::ParseError),
    /// The whole is a list or a word.
    #[error("it holds no object, and settings are one")]
    NoObject,
    /// A setting that must be an object is none.
    #[error("{TOOLS} is no object")]
    NoTools,
    /// Only one of them counts, and which one depends on the reader.
    #[error("{0} is there twice")]
    Twice(&'static str),
}

/// Settings that differ from what they were.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// The whole file.
    pub(super) text: String,
    /// The value of go.goroot that was taken away.
    pub(super) dropped_goroot: Option<String>,
}

/// The settings with `shim` as Go's `go` command; none where they say so already.
pub(super) fn with_go(text: &str, shim: &str) -> Result<Option<Outcome>, EditError> {
    let (mark, body) = without_mark(text);
    let root = parse(body)?;
    let settings = root.object_value_or_create().ok_or(EditError::NoObject)?;
    let goroot = only(&settings, GOROOT)?;
    let tools = match only(&settings, TOOLS)? {
        Some(property) => property.object_value().ok_or(EditError::NoTools)?,
        None => settings.object_value_or_create(TOOLS).ok_or(EditError::NoTools)?,
    };
    match only(&tools, GO)? {
        Some(property) if is(&property, shim) && goroot.is_none() => return Ok(None),
        Some(property) if is(&property, shim) => {}
        Some(property) => property.set_value(CstInputValue::from(shim)),
        None => {
            tools.append(GO, CstInputValue::from(shim));
        }
    }
    let dropped_goroot = goroot.map(|property| {
        let value = text_of(&property).or_else(|| Some(property.value()?.to_string()));
        property.remove();
        value.unwrap_or_default()
    });
    Ok(Some(Outcome { text: whole(mark, &root), dropped_goroot }))
}

/// The settings without `shim`, if they name it. Settings that hold nothing else of that kind lose the whole entry.
pub(super) fn without_go(text: &str, shim: &str) -> Result<Option<Outcome>, EditError> {
    let (mark, body) = without_mark(text);
    let root = parse(body)?;
    if root.value().is_none() {
        return Ok(None);
    }
    let settings = root.object_value().ok_or(EditError::NoObject)?;
    let Some(entry) = only(&settings, TOOLS)? else { return Ok(None) };
    let tools = entry.object_value().ok_or(EditError::NoTools)?;
    let Some(property) = only(&tools, GO)?.filter(|property| is(property, shim)) else { return Ok(None) };
    if tools.properties().len() == 1 {
        entry.remove();
    } else {
        property.remove();
    }
    Ok(Some(Outcome { text: whole(mark, &root), dropped_goroot: None }))
}

/// As Visual Studio Code reads its settings, and no looser.
fn parse(text: &str) -> Result<CstRootNode, EditError> {
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    Ok(CstRootNode::parse(text, &options)?)
}

/// Splits the mark off with which some editors begin a file.
fn without_mark(text: &str) -> (&str, &str) {
    text.split_at(if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 })
}

fn whole(mark: &str, root: &CstRootNode) -> String {
    let mut text = mark.to_owned() + &root.to_string();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// The setting of that name, however it is written; an error where there are several.
fn only(object: &CstObject, name: &'static str) -> Result<Option<CstObjectProp>, EditError> {
    let mut found = object.properties().into_iter().filter(|property| property.decoded_name().as_deref() == Some(name));
    match (found.next(), found.next()) {
        (_, Some(_)) => Err(EditError::Twice(name)),
        (property, None) => Ok(property),
    }
}

fn is(property: &CstObjectProp, value: &str) -> bool {
    text_of(property).is_some_and(|text| text == value)
}

/// The value, where it is a text.
fn text_of(property: &CstObjectProp) -> Option<String> {
    property.value()?.as_string_lit()?.decoded_value().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIM: &str = "/home/me/.gvr/shims/go";

    /// Settings before and after, which stay so however often it is done.
    #[track_caller]
    fn check(before: &str, after: &str) {
        let outcome = with_go(before, SHIM).unwrap().unwrap();
        assert_eq!(outcome.text, after);
        assert_eq!(with_go(after, SHIM).unwrap(), None);
    }

    #[test]
    fn new_settings() {
        let whole = "{\n  \"go.alternateTools\": {\n    \"go\": \"/home/me/.gvr/shims/go\"\n  }\n}\n";
        check("", whole);
        check("{}", whole);
    }

    #[test]
    fn comments_order_indentation_and_line_ends_stay() {
        check(
            "// ours\n{\n\t\"editor.tabSize\": 4, // tabs\n\t/* go */\n\t\"go.lintTool\": \"x\",\n}\n",
            "// ours\n{\n\t\"editor.tabSize\": 4, // tabs\n\t/* go */\n\t\"go.lintTool\": \"x\",\n\
             \t\"go.alternateTools\": {\n\t\t\"go\": \"/home/me/.gvr/shims/go\"\n\t},\n}\n",
        );
        check(
            "\u{feff}{\r\n  \"go.alternateTools\": {\r\n    \"dlv\": \"d\", // debugger\r\n    \"go\": \"/usr/bin/go\"\r\n  }\r\n}\r\n",
            "\u{feff}{\r\n  \"go.alternateTools\": {\r\n    \"dlv\": \"d\", // debugger\r\n    \"go\": \"/home/me/.gvr/shims/go\"\r\n  }\r\n}\r\n",
        );
    }

    #[test]
    fn the_older_setting_goes() {
        let before = "{\n  \"go.goroot\": \"/usr/local/go\",\n  \"a\": 1\n}\n";
        let outcome = with_go(before, SHIM).unwrap().unwrap();
        assert_eq!(outcome.dropped_goroot.as_deref(), Some("/usr/local/go"));
        assert!(!outcome.text.contains("goroot") && outcome.text.contains("\"a\": 1"), "{}", outcome.text);
        assert_eq!(with_go(&outcome.text, SHIM).unwrap(), None);
    }

    #[test]
    fn a_name_is_a_name_however_it_is_written() {
        let before = "{\"go.alternate\\u0054ools\": {\"\\u0067o\": \"\\/home\\/me\\/.gvr\\/shims\\/go\"}}";
        assert_eq!(with_go(before, SHIM).unwrap(), None);
    }

    #[test]
    fn what_cannot_be_understood_stays() {
        let deep = "[".repeat(100_000);
        let wrong = [
            "[]",
            "1",
            "{",
            "{'a': 1}",
            "{a: 1}",
            "{} {}",
            "{\"go.alternateTools\": []}",
            "{\"go.alternateTools\": null}",
            "{\"go.alternateTools\": {}, \"go.alternateTools\": {}}",
            "{\"go.goroot\": 1, \"go.goroot\": 2}",
            "{\"go.alternateTools\": {\"go\": 1, \"go\": 2}}",
            &deep,
            "\0",
        ];
        for text in wrong {
            assert!(with_go(text, SHIM).is_err(), "{:?}", &text[..text.len().min(60)]);
        }
    }

    #[test]
    fn it_can_be_taken_back() {
        let with = with_go("{\n  \"a\": 1\n}\n", SHIM).unwrap().unwrap().text;
        assert_eq!(without_go(&with, SHIM).unwrap().unwrap().text, "{\n  \"a\": 1\n}\n");
        let other = "{\"go.alternateTools\": {\"go\": \"/usr/bin/go\"}}";
        for text in ["", "// nothing\n", "{}", other] {
            assert_eq!(without_go(text, SHIM).unwrap(), None, "{text}");
        }
        let two = "{\"go.alternateTools\": {\"dlv\": \"d\", \"go\": \"/home/me/.gvr/shims/go\"}}";
        let text = without_go(two, SHIM).unwrap().unwrap().text;
        assert!(text.contains("dlv") && !text.contains("shims"), "{text}");
    }
}
