//! The list of modules and settings: a line each, its fields with tabs between.

use super::{BuildInfo, Module};

/// Reads the lines that are known, and leaves out the others: a newer Go may write more.
pub(super) fn parse(text: &str, info: &mut BuildInfo) {
    /// The module that a `=>` line replaces.
    enum Last {
        None,
        Main,
        Dependency,
    }

    let mut last = Last::None;
    for line in text.lines() {
        let Some((kind, rest)) = line.split_once('\t') else { continue };
        match kind {
            "path" => info.path = Some(rest.to_owned()),
            "mod" => {
                info.main = Some(module(rest));
                last = Last::Main;
            }
            "dep" => {
                info.dependencies.push(module(rest));
                last = Last::Dependency;
            }
            "=>" => {
                let replaced = match last {
                    Last::None => None,
                    Last::Main => info.main.as_mut(),
                    Last::Dependency => info.dependencies.last_mut(),
                };
                if let Some(replaced) = replaced {
                    replaced.replacement = Some(Box::new(module(rest)));
                }
                last = Last::None;
            }
            "build" => info.settings.extend(setting(rest)),
            _ => {}
        }
    }
}

fn module(fields: &str) -> Module {
    let mut fields = fields.split('\t').map(str::to_owned);
    let mut next = || fields.next().unwrap_or_default();
    Module { path: next(), version: next(), sum: next(), replacement: None }
}

/// `name=value`, each of them quoted where it has odd characters.
fn setting(text: &str) -> Option<(String, String)> {
    let (name, rest) = if text.starts_with(['"', '`']) { unquoted(text)? } else { plain(text)? };
    let value = rest.strip_prefix('=')?;
    let value = match unquoted(value) {
        Some((value, "")) => value,
        _ => value.to_owned(),
    };
    (!name.is_empty()).then_some((name, value))
}

fn plain(text: &str) -> Option<(String, &str)> {
    let end = text.find('=')?;
    Some((text[..end].to_owned(), &text[end..]))
}

/// A Go string literal at the start of `text`, and what comes after it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    if let Some(raw) = text.strip_prefix('`') {
        return raw.split_once('`').map(|(value, rest)| (value.replace('\r', ""), rest));
    }
    let mut rest = text.strip_prefix('"')?;
    let mut value = Vec::new();
    loop {
        let end = rest.find(['"', '\\'])?;
        value.extend_from_slice(&rest.as_bytes()[..end]);
        if rest[end..].starts_with('"') {
            return Some((String::from_utf8_lossy(&value).into_owned(), &rest[end + 1..]));
        }
        let mut after = rest[end + 1..].chars();
        let (digits, radix) = match after.next()? {
            'a' => (Err(7), 0),
            'b' => (Err(8), 0),
            'f' => (Err(12), 0),
            'n' => (Err(b'\n'), 0),
            'r' => (Err(b'\r'), 0),
            't' => (Err(b'\t'), 0),
            'v' => (Err(11), 0),
            'x' => (Ok(2), 16),
            'u' => (Ok(4), 16),
            'U' => (Ok(8), 16),
            '0'..='7' => (Ok(3), 8),
            char @ ('\\' | '"' | '\'') => (Err(u8::try_from(char).ok()?), 0),
            _ => return None,
        };
        match digits {
            Err(byte) => {
                value.push(byte);
                rest = &rest[end + 2..];
            }
            Ok(count) => {
                let start = if radix == 8 { end + 1 } else { end + 2 };
                let number = u32::from_str_radix(rest.get(start..start + count)?, radix).ok()?;
                if count == 2 || radix == 8 {
                    value.push(u8::try_from(number).ok()?);
                } else {
                    value.extend_from_slice(char::from_u32(number)?.encode_utf8(&mut [0; 4]).as_bytes());
                }
                rest = &rest[start + count..];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_module_is_replaced_by() {
        let text = "path\texample.test/app/cmd\nmod\texample.test/app\tv1.2.3\th1:abc=\n\
                    dep\texample.test/a\tv1.0.0\n=>\t../a\t(devel)\t\ndep\texample.test/b\tv2.0.0\th1:def=\n\
                    build\t-compiler=gc\nunknown\tline\nbroken\n";
        let mut info = BuildInfo::default();
        parse(text, &mut info);
        assert_eq!(info.path.as_deref(), Some("example.test/app/cmd"));
        let module = |path: &str, version: &str, sum: &str, replacement: Option<Module>| Module {
            path: path.to_owned(),
            version: version.to_owned(),
            sum: sum.to_owned(),
            replacement: replacement.map(Box::new),
        };
        assert_eq!(info.main, Some(module("example.test/app", "v1.2.3", "h1:abc=", None)));
        let replacement = module("../a", "(devel)", "", None);
        let replaced = module("example.test/a", "v1.0.0", "", Some(replacement));
        assert_eq!(info.dependencies, [replaced, module("example.test/b", "v2.0.0", "h1:def=", None)]);
        assert_eq!(info.setting("-compiler"), Some("gc"));
    }

    #[test]
    fn settings_are_unquoted() {
        let check = |text: &str, name: &str, value: &str| {
            assert_eq!(setting(text), Some((name.to_owned(), value.to_owned())), "{text}");
        };
        check("GOARCH=arm64", "GOARCH", "arm64");
        check("CGO_CFLAGS=", "CGO_CFLAGS", "");
        check("-ldflags=\"-X \\\"a=b\\\" \\x41\\u00e9\\101\"", "-ldflags", "-X \"a=b\" AéA");
        check("-ldflags=`a b`", "-ldflags", "a b");
        check("\"odd=name\"=x", "odd=name", "x");
        for broken in ["", "x", "=x", "\"x", "\"x\"", "\"\\q\"=x", "\"\\x4\"=x", "\"\\u12é\"=x"] {
            assert_eq!(setting(broken), None, "{broken}");
        }
    }
}
