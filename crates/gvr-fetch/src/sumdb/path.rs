//! How modules are spelt in paths (golang.org/x/mod, `module.EscapePath` and `module.EscapeVersion`).

/// A module's path or version as the database wants it: `!` and the small letter for a capital one, so that names which
/// differ in case alone stay apart everywhere. `None` for what no module is called.
pub fn escaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            'A'..='Z' => {
                out.push('!');
                out.push(character.to_ascii_lowercase());
            }
            'a'..='z' | '0'..='9' | '-' | '.' | '_' | '~' | '+' | '/' => out.push(character),
            _ => return None,
        }
    }
    let is_path = out.split('/').all(|part| !matches!(part, "" | "." | ".."));
    is_path.then_some(out)
}

/// The path below the database's address at which a module is looked up.
pub fn lookup_path(module: &str, version: &str) -> Option<String> {
    let version = escaped(version).filter(|version| !version.contains('/'))?;
    Some(format!("lookup/{}@{version}", escaped(module)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_as_go_has_it() {
        let path = |module, version| lookup_path(module, version);
        assert_eq!(
            path("golang.org/toolchain", "v0.0.1-go1.21.9.linux-amd64").as_deref(),
            Some("lookup/golang.org/toolchain@v0.0.1-go1.21.9.linux-amd64")
        );
        assert_eq!(
            path("github.com/Azure/azure-sdk", "v1.0.0-RC1+incompatible").as_deref(),
            Some("lookup/github.com/!azure/azure-sdk@v1.0.0-!r!c1+incompatible")
        );
        for (module, version) in [
            ("", "v1"),
            ("a", ""),
            ("a//b", "v1"),
            ("../a", "v1"),
            ("a", "v1/2"),
            ("a", "v1 2"),
            ("a!b", "v1"),
            ("ä", "v1"),
            ("a?b", "v1"),
            ("a\nb", "v1"),
        ] {
            assert_eq!(path(module, version), None, "{module:?} {version:?}");
        }
    }
}
