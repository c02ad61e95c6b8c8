//! What can go wrong with an answer.

use std::time::Duration;

/// A way for an answer to be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This status with these headers and a line of text, in place of the file.
    Status(u16, Vec<(String, String)>),
    /// The headers of the whole answer, then only this many bytes of it, then an orderly end of the connection.
    Truncate(usize),
    /// 200 with a page of HTML, as a captive portal has it.
    Html200,
    /// An answer of the right length with every byte inverted.
    WrongBytes,
    /// This many bytes of the answer's body, then a reset of the connection (RST); none: before the status line.
    Reset(usize),
    /// 404 with a line of text.
    NotFound,
    /// 302 to this URL.
    Redirect(String),
    /// The whole answer, in pieces of `bytes` with a `pause` after each.
    Slow {
        /// The size of a piece.
        bytes: usize,
        /// How long the server waits after each.
        pause: Duration,
    },
    /// This many bytes of the answer's body, then nothing until [`crate::DistServer::release`] is called; then the rest.
    Hold(usize),
    /// 200 with the whole file, whatever range was asked for.
    IgnoreRange,
}

impl Fault {
    /// 503 with a `Retry-After` of this many seconds.
    pub fn unavailable(retry_after: u32) -> Self {
        Fault::Status(503, vec![("Retry-After".to_owned(), retry_after.to_string())])
    }
}

/// A fault, and for which requests it is meant.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) pattern: String,
    pub(crate) fault: Fault,
    pub(crate) once: bool,
}

/// Takes the fault for a request to `path` (with its query) from the rules: the first that matches, which is then used up
/// if it was meant for one request.
pub(crate) fn take(rules: &mut Vec<Rule>, path: &str) -> Option<Fault> {
    let index = rules.iter().position(|rule| matches(rule.pattern.as_bytes(), path.as_bytes()))?;
    Some(if rules[index].once { rules.remove(index).fault } else { rules[index].fault.clone() })
}

/// Whether the whole of `text` fits `pattern`, in which `*` stands for any bytes, also none.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match pattern {
        [] => text.is_empty(),
        [b'*', rest @ ..] => (0..=text.len()).any(|skipped| matches(rest, &text[skipped..])),
        [first, rest @ ..] => text.first() == Some(first) && matches(rest, &text[1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_the_whole_path() {
        let check = |pattern: &str, path: &str| matches(pattern.as_bytes(), path.as_bytes());
        assert!(check("*.tar.gz", "/dl/go1.23.90.linux-amd64.tar.gz"));
        assert!(!check("*.tar.gz", "/dl/go1.23.90.linux-amd64.tar.gz.sha256"));
        assert!(check("*mode=json*", "/dl/?mode=json&include=all"));
        assert!(check("*", ""));
        assert!(check("/dl/a", "/dl/a"));
        assert!(!check("/dl/a", "/dl/ab"));
        assert!(check("*1.23.90*amd64*", "/dl/go1.23.90.linux-amd64.tar.gz"));
    }

    #[test]
    fn a_rule_for_one_request_is_used_up() {
        let rule = |fault, once| Rule { pattern: "*".to_owned(), fault, once };
        let mut rules = vec![rule(Fault::NotFound, true), rule(Fault::Html200, false)];
        assert_eq!(take(&mut rules, "/a"), Some(Fault::NotFound));
        assert_eq!(take(&mut rules, "/a"), Some(Fault::Html200));
        assert_eq!(take(&mut rules, "/a"), Some(Fault::Html200));
    }
}
