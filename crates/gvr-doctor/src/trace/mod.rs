//! What a shell's start-up does, seen by really running it: which command of which file changes PATH and Go's variables.
//!
//! A shell reads a script of gvr's before the user's own files; the script tells, in files of a temporary folder, what each
//! command did. Which scripts, files and arguments these are, and what follows from what they told, is decided here without
//! touching anything; `run` alone asks the host to start the shell.

mod attribute;
mod finish;
mod fish;
mod posix;
mod redact;
mod run;
mod seen;
mod shell;
mod source;
mod stage;
mod terminal;
mod values;

pub use run::{TraceQuestion, run};
pub use shell::TraceShell;
