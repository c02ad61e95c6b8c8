//! What a command answered, ready to be compared.

use std::fmt;

use gvr_testkit::Finished;
use snapbox::data::Inline;
use snapbox::{Assert, IntoData};

/// An answer, with the paths of the sandbox replaced by names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    /// `replacements` are applied in their order.
    #[track_caller]
    pub(super) fn new(finished: &Finished, replacements: &[(String, &str)]) -> Self {
        let text = |bytes: &[u8]| {
            let mut text = String::from_utf8_lossy(bytes).into_owned();
            for (real, name) in replacements {
                text = text.replace(real.as_str(), name);
            }
            text
        };
        let (stdout, stderr) = (text(&finished.stdout), text(&finished.stderr));
        let Some(code) = finished.code else {
            panic!("ended by signal {:?}\nstdout:\n{stdout}\nstderr:\n{stderr}", finished.signal);
        };
        assert!(!stderr.contains("panicked at"), "it panicked:\n{stderr}");
        Self { code, stdout, stderr }
    }

    /// Compares exit code, stdout and stderr with a snapshot, in which a SHA-256 is `[SHA256]` and a duration `[TIME]`.
    /// `SNAPSHOTS=overwrite` writes it anew.
    #[track_caller]
    pub(crate) fn is(&self, expected: Inline) {
        let text = self.to_string();
        let words: Vec<_> = text.split_inclusive([' ', '\n', ',']).map(redact).collect();
        Assert::new().normalize_paths(false).action_env("SNAPSHOTS").eq(words.concat(), expected.into_data());
    }

    /// The exit code is this one.
    #[track_caller]
    pub(crate) fn fails_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n{self}");
        self
    }

    /// The exit code is 0.
    #[track_caller]
    pub(crate) fn succeeds(self) -> Self {
        self.fails_with(0)
    }

    /// stdout is exactly this.
    #[track_caller]
    pub(crate) fn prints(self, expected: &str) -> Self {
        assert_eq!(self.stdout, expected, "\n{self}");
        self
    }

    /// stderr is exactly this.
    #[track_caller]
    pub(crate) fn says_exactly(self, expected: &str) -> Self {
        assert_eq!(self.stderr, expected, "\n{self}");
        self
    }

    /// Nothing came on either.
    #[track_caller]
    pub(crate) fn stays_silent(self) -> Self {
        self.prints("").says_exactly("")
    }

    /// stderr has this text in it.
    #[track_caller]
    pub(crate) fn says(self, expected: &str) -> Self {
        assert!(self.stderr.contains(expected), "stderr lacks {expected:?}\n{self}");
        self
    }

    /// stderr does not have this text in it.
    #[track_caller]
    pub(crate) fn never_says(self, unexpected: &str) -> Self {
        assert!(!self.stderr.contains(unexpected), "stderr has {unexpected:?}\n{self}");
        self
    }

    /// stdout as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self}"))
    }

    /// stdout's lines.
    pub(crate) fn lines(&self) -> Vec<&str> {
        self.stdout.lines().collect()
    }
}

/// What differs from one run or one machine to the next. The separator at the word's end stays.
fn redact(word: &str) -> String {
    let bare = word.trim_end_matches([' ', '\n', ',']);
    let is_sum = bare.len() == 64 && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_time = bare.strip_suffix('s').is_some_and(|number| number.contains('.') && number.parse::<f64>().is_ok());
    match (is_sum, is_time) {
        (true, _) => word.replace(bare, "[SHA256]"),
        (false, true) => word.replace(bare, "[TIME]"),
        (false, false) => word.to_owned(),
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "exit code: {}", self.code)?;
        write!(f, "--- stdout ---\n{}", self.stdout)?;
        write!(f, "--- stderr ---\n{}", self.stderr)
    }
}
