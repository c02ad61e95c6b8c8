//! Lists of flags in one variable (`cmd/internal/quoted`): blanks between them, quotes around those that have some.

fn is_blank(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\n' | '\r')
}

/// The flags of a list; `None` where a quote is not closed. A quote within a word is a letter like another.
pub(super) fn split(list: &str) -> Option<Vec<&str>> {
    let mut flags = Vec::new();
    let mut rest = list.trim_start_matches(is_blank);
    while let Some(first) = rest.chars().next() {
        let (flag, after) = if matches!(first, '"' | '\'') {
            rest[1..].split_once(first)?
        } else {
            rest.split_at(rest.find(is_blank).unwrap_or(rest.len()))
        };
        flags.push(flag);
        rest = after.trim_start_matches(is_blank);
    }
    Some(flags)
}

/// A list of flags. Where one of them cannot be quoted, none is.
pub(super) fn join(flags: &[&str]) -> String {
    let quoted = |flag: &&str| match (flag.contains('\''), flag.contains('"')) {
        (false, false) if !flag.contains(is_blank) => Some((*flag).to_owned()),
        (false, _) => Some(format!("'{flag}'")),
        (true, false) => Some(format!("\"{flag}\"")),
        (true, true) => None,
    };
    let all: Option<Vec<_>> = flags.iter().map(quoted).collect();
    all.map_or_else(|| flags.join(" "), |all| all.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_split_and_joined() {
        assert_eq!(
            split(" -O2\t-g '-DX=a b' \"-I'x'\"-c d'e\n"),
            Some(vec!["-O2", "-g", "-DX=a b", "-I'x'", "-c", "d'e"])
        );
        assert_eq!((split(""), split("'a"), split("''")), (Some(vec![]), None, Some(vec![""])));
        assert_eq!(join(&["-O2", "-DX=a b", "-I'x'", "\""]), "-O2 '-DX=a b' \"-I'x'\" '\"'");
        assert_eq!(join(&["a b", "'\""]), "a b '\"");
    }
}
