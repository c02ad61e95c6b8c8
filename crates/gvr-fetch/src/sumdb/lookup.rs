//! The answer to a lookup: a record, and a signed state of the log that has it (golang.org/x/mod, `tlog.ParseRecord`).

use crate::dirhash::H1;

/// What a lookup answers, taken apart. Nothing in it has been checked yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    /// The record's number.
    pub number: u64,
    /// The record, its last line break included: what the tree has a leaf for.
    pub record: &'a str,
    /// The signed head.
    pub note: &'a [u8],
}

/// An answer that says nothing about the module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// It has not the form of one.
    #[error("it is no answer of a checksum database")]
    Malformed,
    /// The record is about something else.
    #[error("its record has no line about it")]
    NoLine,
    /// The record contradicts itself.
    #[error("its record has {0} lines about it")]
    SeveralLines(usize),
    /// The line has no hash that gvr knows.
    #[error("its record has {0:?} where a hash should be")]
    BadHash(String),
}

impl<'a> Answer<'a> {
    /// Takes an answer apart: a line with the number, the record, a blank line, the signed head.
    pub fn parse(body: &'a [u8]) -> Result<Self, AnswerError> {
        let text = std::str::from_utf8(body).map_err(|_| AnswerError::Malformed)?;
        let (number, rest) = text.split_once('\n').ok_or(AnswerError::Malformed)?;
        let parsed: u64 = number.parse().map_err(|_| AnswerError::Malformed)?;
        if parsed.to_string() != number {
            return Err(AnswerError::Malformed);
        }
        let end = rest.find("\n\n").ok_or(AnswerError::Malformed)?;
        let (record, note) = (&rest[..=end], &rest[end + 2..]);
        let has_control = record.chars().any(|character| character < ' ' && character != '\n');
        if has_control || record.starts_with('\n') {
            return Err(AnswerError::Malformed);
        }
        Ok(Self { number: parsed, record, note: note.as_bytes() })
    }

    /// The hash that the record has of this module. Exactly one line must be about it, and only the record is read: the
    /// signed head may bring further lines, which nothing proves.
    pub fn h1(&self, module: &str, version: &str) -> Result<H1, AnswerError> {
        let start = format!("{module} {version} ");
        let mut lines = self.record.split('\n').filter_map(|line| line.strip_prefix(&start));
        let Some(hash) = lines.next() else { return Err(AnswerError::NoLine) };
        match lines.count() {
            0 => hash.parse().map_err(|_| AnswerError::BadHash(hash.chars().take(60).collect())),
            more => Err(AnswerError::SeveralLines(more + 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sumdb::{TreeHead, leaf_hash};

    /// A real answer of sum.golang.org, and the leaf that its record is in the tree.
    const REAL: &str = "24929362\ngolang.org/toolchain v0.0.1-go1.21.9.linux-amd64 h1:rRL9rPpsjKfpdDFcppvNgw1/dynUMrpDcTxdIwtyFR0=\ngolang.org/toolchain v0.0.1-go1.21.9.linux-amd64/go.mod h1:8wlg68NqwW7eMnI1aABk/C2pDYXj8mrMY4TyRfiLeS0=\n\ngo.sum database tree\n28905453\nf3f8U0MoQmXkWAgAEKDtXcaI3c2y6N9+55KNSRefF/w=\n\n\u{2014} sum.golang.org Az3grr4J9x4SApup87osjthKONInbYdbN37ZskrLF12HIbhDuxOBTzt8Z2jUKbCvxYWrw0yNgshddOzt7pZEl7aSCw8=\n";
    const LEAF: &str = "h1:A/+TP2a1pyCJM2jsWxhtn8S+e4UYsO5MYbxns1Xhj+o=";
    const H1_OF_IT: &str = "h1:rRL9rPpsjKfpdDFcppvNgw1/dynUMrpDcTxdIwtyFR0=";

    #[test]
    fn reads_a_real_answer() {
        let answer = Answer::parse(REAL.as_bytes()).unwrap();
        assert_eq!(answer.number, 24_929_362);
        assert_eq!(leaf_hash(answer.record.as_bytes()).as_bytes(), LEAF.parse::<H1>().unwrap().as_bytes());
        let hash = answer.h1("golang.org/toolchain", "v0.0.1-go1.21.9.linux-amd64").unwrap();
        assert_eq!(hash.to_string(), H1_OF_IT);
        let key = super::super::gosumdb::GOLANG_KEY.parse().unwrap();
        assert_eq!(TreeHead::open(answer.note, &key).unwrap().size, 28_905_453);
    }

    #[test]
    fn only_the_record_counts_and_only_one_line_of_it() {
        let line = format!("m v1 {H1_OF_IT}\n");
        let h1 = |record: &str, note: &str| {
            let body = format!("7\n{record}\n{note}");
            Answer::parse(body.as_bytes()).and_then(|answer| answer.h1("m", "v1"))
        };
        assert_eq!(h1(&line, "x\n").unwrap().to_string(), H1_OF_IT);
        // CVE-2026-42501: nothing about it, or about something else.
        assert_eq!(h1("m v2 h1:\n", "x\n"), Err(AnswerError::NoLine));
        assert_eq!(h1(&format!("m v1/go.mod {H1_OF_IT}\n"), "x\n"), Err(AnswerError::NoLine));
        assert_eq!(h1(&format!(" {line}"), "x\n"), Err(AnswerError::NoLine));
        assert_eq!(h1(&format!("am v1 {H1_OF_IT}\n"), "x\n"), Err(AnswerError::NoLine));
        // CVE-2026-56864: what stands below the record has no leaf in the tree.
        assert_eq!(h1("m v2 h1:\n", &line), Err(AnswerError::NoLine));
        assert_eq!(h1("m v2 h1:\n", &format!("go.sum database tree\n8\nx\n{line}")), Err(AnswerError::NoLine));
        assert_eq!(h1(&format!("{line}{line}"), "x\n"), Err(AnswerError::SeveralLines(2)));
        for wrong in ["h2:x", "", "h1:AAAA", &format!("{H1_OF_IT} "), &format!(" {H1_OF_IT}")] {
            assert_eq!(h1(&format!("m v1 {wrong}\n"), "x\n"), Err(AnswerError::BadHash(wrong.to_owned())));
        }
    }

    #[test]
    fn refuses_what_is_no_answer() {
        for wrong in [
            "",
            "7",
            "7\n",
            "7\nrecord\n",
            "7\n\n\nnote\n",
            "\n7\nrecord\n\nnote\n",
            "-7\nrecord\n\nnote\n",
            "+7\nrecord\n\nnote\n",
            "07\nrecord\n\nnote\n",
            " 7\nrecord\n\nnote\n",
            "99999999999999999999\nrecord\n\nnote\n",
            "7\nre\tcord\n\nnote\n",
            "7\r\nrecord\r\n\r\nnote\n",
            "<!doctype html>\n<p>\n\n",
        ] {
            assert_eq!(Answer::parse(wrong.as_bytes()), Err(AnswerError::Malformed), "{wrong:?}");
        }
        assert_eq!(Answer::parse(b"7\n\xff\n\nnote\n"), Err(AnswerError::Malformed));
    }

    proptest! {
        #[test]
        fn any_bytes_are_safe(body: Vec<u8>, text in "[0-9]{0,3}\n(m v1 h1:\\PC{0,4}\n){0,3}\n?\\PC{0,20}") {
            let _ = Answer::parse(&body);
            if let Ok(answer) = Answer::parse(text.as_bytes()) {
                prop_assert!(answer.record.ends_with('\n') && !answer.record.contains("\n\n"));
                let _ = answer.h1("m", "v1");
            }
        }
    }
}
