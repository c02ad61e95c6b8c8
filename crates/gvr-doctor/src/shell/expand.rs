//! Words as the shell would have them, as far as that can be told without running it.

/// Replaces a leading `~`, `$NAME`, `${NAME}` and `$(go env GOPATH)`. A variable that is not known stays as it is written.
pub fn expand(word: &str, home: Option<&str>, variable: impl Fn(&str) -> Option<String>) -> String {
    let word = match (word.strip_prefix('~'), home) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => format!("{home}{rest}"),
        _ => word.to_owned(),
    };
    let mut out = String::with_capacity(word.len());
    let mut rest = word.as_str();
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let tail = &rest[at + 1..];
        let (name, after) = name_of(tail);
        match name.and_then(&variable) {
            Some(value) => out.push_str(&value),
            None => out.push_str(&rest[at..rest.len() - after.len()]),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The variable that a text behind a `$` names, and what follows it.
fn name_of(tail: &str) -> (Option<&str>, &str) {
    if let Some((inside, after)) = tail.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        let end = inside.find([':', '-', '+', '%', '#']).unwrap_or(inside.len());
        // With an operator the value may be another than the variable's.
        return ((end == inside.len()).then_some(inside), after);
    }
    if let Some((command, after)) = tail.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        let name = command.trim().strip_prefix("go env ").map(str::trim);
        return (name, after);
    }
    let end = tail.find(|char: char| !char.is_ascii_alphanumeric() && char != '_').unwrap_or(tail.len());
    (Some(&tail[..end]).filter(|name| !name.is_empty()), &tail[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_expanded_as_far_as_is_known() {
        let variable = |name: &str| (name == "GOPATH").then(|| "/g".to_owned());
        let expand = |word| expand(word, Some("/home/me"), variable);
        assert_eq!(expand("~/go/bin"), "/home/me/go/bin");
        assert_eq!(expand("$GOPATH/bin"), "/g/bin");
        assert_eq!(expand("${GOPATH}/bin"), "/g/bin");
        assert_eq!(expand("$(go env GOPATH)/bin"), "/g/bin");
        assert_eq!(expand("${GOPATH:-x}/bin"), "${GOPATH:-x}/bin");
        assert_eq!(expand("$NOPE/bin"), "$NOPE/bin");
        assert_eq!(expand("~user/x"), "~user/x");
        assert_eq!(expand("$"), "$");
        assert_eq!(expand("a${"), "a${");
        assert_eq!(expand("$(é"), "$(é");
    }
}
