//! What a check is, and what it can say.

use serde::{Deserialize, Serialize};

use crate::facts::{Command, Facts};

/// A judgement on one thing that may be wrong.
#[derive(Debug)]
pub struct Check {
    /// Its name, which never changes: `path/duplicate`. It is the name of its file.
    pub id: &'static str,
    /// What is wrong where it fails, in a few words.
    pub title: &'static str,
    /// The worst that it can find.
    pub level: Level,
    /// Where it applies.
    pub scope: Scope,
    /// What `--fix` can do about it.
    pub remedy: Remedy,
    /// What is looked at, for `--explain`.
    pub what: &'static str,
    /// Why it matters, with the mechanism behind it.
    pub why: &'static str,
    /// How it is mended.
    pub fix: &'static str,
    /// Judges.
    pub run: fn(&Facts) -> Outcome,
}

/// What a check found; nothing means that all is well.
pub type Outcome = Result<Vec<Finding>, NotJudged>;

/// Why a check gives no judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotJudged {
    /// A fact is missing, for this reason.
    Unknown(String),
    /// There is nothing here that could be wrong, for this reason.
    NotApplicable(String),
}

impl NotJudged {
    /// There is nothing here that could be wrong.
    pub fn not_applicable(why: &str) -> Self {
        NotJudged::NotApplicable(why.to_owned())
    }
}

/// How bad something is, from harmless to certain to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Good to know.
    Note,
    /// It will surprise somebody.
    Warning,
    /// Something fails because of it.
    Error,
}

impl Level {
    /// Its name: `error`.
    pub const fn name(self) -> &'static str {
        match self {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// Where a check applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everywhere.
    Everywhere,
    /// On macOS alone.
    Mac,
}

/// What `--fix` can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// It can mend it, where the file at fault is the user's own.
    Applied,
    /// It says what to type.
    Printed,
    /// There is nothing to mend.
    Nothing,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// What is wrong and what comes of it, in whole sentences.
    pub message: String,
    /// What it is about, so that two findings of one check can be told apart: a variable, a path.
    pub subject: String,
    /// What shows it.
    pub evidence: Vec<Evidence>,
    /// What to do about it.
    pub fix: Option<Fix>,
}

impl Finding {
    /// A finding without evidence and fix, which the methods below add.
    pub fn new(level: Level, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self { level, message: message.into(), subject: subject.into(), evidence: Vec::new(), fix: None }
    }

    /// Adds evidence.
    #[must_use]
    pub fn shown_by(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        for new in evidence {
            // A line that shows two things is shown once.
            if !self.evidence.contains(&new) {
                self.evidence.push(new);
            }
        }
        self
    }

    /// Says how to mend it.
    #[must_use]
    pub fn mended_by(self, fix: Fix) -> Self {
        Self { fix: Some(fix), ..self }
    }
}

/// What shows that something is so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A line of a file.
    Line {
        /// The file.
        file: String,
        /// The line, counted from 1.
        line: u32,
        /// The line itself.
        text: String,
    },
    /// A variable of the environment.
    Variable {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
    /// Something about a path.
    Path {
        /// The path.
        path: String,
        /// What is there.
        what: String,
    },
    /// A command that was seen to do it, when the shell's start-up was traced.
    Traced {
        /// The command.
        command: Command,
        /// Whether its place is certain.
        is_exact: bool,
    },
    /// A value that the system told.
    Value {
        /// What was asked for.
        name: String,
        /// What came.
        value: String,
    },
}

/// How to mend something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What to do, as an imperative sentence without a full stop.
    pub text: String,
    /// A command that can be pasted.
    pub command: Option<String>,
    /// What `--fix` does.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// A fix that is only words.
    pub fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), command: None, edits: Vec::new() }
    }

    /// The command that does it.
    #[must_use]
    pub fn by(self, command: impl Into<String>) -> Self {
        Self { command: Some(command.into()), ..self }
    }

    /// The edits that do it.
    #[must_use]
    pub fn editing(mut self, edits: impl IntoIterator<Item = Edit>) -> Self {
        self.edits.extend(edits);
        self
    }
}

/// A change that gvr can make by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edit {
    /// Makes a comment of a line of a shell's start-up file.
    CommentOut {
        /// The file.
        file: String,
        /// The line, counted from 1.
        line: u32,
        /// The line as it was when it was judged; where it is another by now, nothing is done.
        expected: String,
    },
    /// Removes a line.
    Remove {
        /// The file.
        file: String,
        /// The line, counted from 1.
        line: u32,
        /// The line as it was when it was judged.
        expected: String,
    },
    /// Puts another line in the place of one.
    Replace {
        /// The file.
        file: String,
        /// The line, counted from 1.
        line: u32,
        /// The line as it was when it was judged.
        expected: String,
        /// What it becomes.
        new: String,
    },
    /// Adds a line at the end.
    Append {
        /// The file; it is made where it is missing.
        file: String,
        /// The line.
        new: String,
    },
    /// Takes the permission to write from all but the owner.
    CloseToOthers {
        /// The folder or file.
        path: String,
    },
}

impl Edit {
    /// The file that is changed.
    pub fn file(&self) -> &str {
        match self {
            Edit::CommentOut { file, .. }
            | Edit::Remove { file, .. }
            | Edit::Replace { file, .. }
            | Edit::Append { file, .. }
            | Edit::CloseToOthers { path: file } => file,
        }
    }
}
