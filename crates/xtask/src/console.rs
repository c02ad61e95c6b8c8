//! What a task says. A transcript is data and goes to stdout; all else goes to stderr.

use std::fmt::Display;
use std::io::{self, Write};

/// Says something about the task itself, on stderr, under the task's name.
///
/// A closed stderr is no reason to stop.
pub(crate) fn note(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "xtask: {text}");
}

/// Adds to the transcript on stdout, a line break after it.
pub(crate) fn transcript(text: impl Display) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
