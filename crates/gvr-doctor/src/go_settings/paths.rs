//! Paths as Go's `path/filepath` treats them on Unix: text, without looking at the disk.

/// The shortest equivalent (`filepath.Clean`).
pub(super) fn clean(path: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if is_absolute => {}
            part => parts.push(part),
        }
    }
    match (is_absolute, parts.join("/")) {
        (true, joined) => format!("/{joined}"),
        (false, joined) if joined.is_empty() => ".".to_owned(),
        (false, joined) => joined,
    }
}

/// Both, clean, with a `/` between (`filepath.Join`). An empty one is left out.
pub(super) fn join(folder: &str, name: &str) -> String {
    match (folder, name) {
        ("", "") => String::new(),
        ("", only) | (only, "") => clean(only),
        (folder, name) => clean(&format!("{folder}/{name}")),
    }
}

/// The parts of a list such as PATH (`filepath.SplitList`): none of an empty text.
pub(super) fn split_list(list: &str) -> Vec<&str> {
    if list.is_empty() { Vec::new() } else { list.split(':').collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_go_does() {
        // The table of Go's own documentation and of its tests, in part.
        for (path, expected) in [
            ("", "."),
            ("abc", "abc"),
            ("/", "/"),
            ("/abc/", "/abc"),
            ("../../abc", "../../abc"),
            ("abc//def//ghi", "abc/def/ghi"),
            ("//abc", "/abc"),
            ("./abc/.", "abc"),
            ("abc/def/../ghi/../jkl", "abc/jkl"),
            ("abc/..", "."),
            ("/abc/../../..", "/"),
            ("abc/../../def", "../def"),
        ] {
            assert_eq!(clean(path), expected, "{path:?}");
        }
        assert_eq!(
            (join("a", "b"), join("", "b"), join("a/", ""), join("", "")),
            ("a/b".into(), "b".into(), "a".into(), String::new())
        );
        assert_eq!((split_list(""), split_list("a::b")), (vec![], vec!["a", "", "b"]));
    }
}
