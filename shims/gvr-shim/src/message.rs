//! What the shim says when there is nothing to run: what is wrong, then what to type.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use gvr_core::resolve::{Choice, Decision, ResolveError};
use gvr_core::search::Source;
use gvr_core::{Request, Toolchain, Version};

/// Why nothing runs.
#[derive(Debug)]
pub(crate) enum Message {
    /// The shim cannot tell which program is wanted, or which tree it belongs to.
    Lost,
    /// What asks for a version cannot be understood.
    Unclear(ResolveError),
    /// A version is asked for that is not installed.
    Missing { asked: String, source: Source, line: u32, install: String },
    /// The version is there, but has no such program.
    NoSuchProgram { program: String, toolchain: Toolchain, others: Vec<Version> },
    /// Nothing asks for a version (or something asks for the system's), and PATH has no other program of that name.
    NoSystem { program: String, asked_by: Option<String>, newest: Option<Version> },
    /// The toolchain is made for another machine.
    Foreign(Toolchain),
    /// The kernel does not run the program.
    Refused { program: PathBuf, error: io::Error },
    /// A version should be installed on demand, and there is no `gvr` to do it.
    NoInstaller { install: String },
}

impl Message {
    pub(crate) fn missing(decision: &Decision, choice: &Choice) -> Self {
        Message::Missing {
            asked: choice.request.to_string(),
            source: decision.source.clone(),
            line: choice.line,
            install: shell_word(&decision.to_install(choice)),
        }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Message::Lost => f.write_str(
                "gvr: this is the program behind go and gofmt on PATH, and it was called by no such name\n  \
                 to make them: gvr rehash",
            ),
            Message::Unclear(error) => {
                write!(f, "gvr: {error}\n  to choose a version: gvr local VERSION (or correct ")?;
                match error.source.path() {
                    Some(path) => write!(f, "{})", path.display()),
                    None => f.write_str("what asks for it)"),
                }
            }
            Message::Missing { asked, source, line, install } => write!(
                f,
                "gvr: version '{asked}' is not installed (set by {})\n  to install it: gvr install {install}",
                place(source, Some(*line))
            ),
            Message::NoSuchProgram { program, toolchain, others } => {
                write!(f, "gvr: '{program}' command not found in Go {toolchain}")?;
                if !others.is_empty() {
                    write!(f, "\n\nThe '{program}' command exists in these Go versions:")?;
                    others.iter().try_for_each(|version| write!(f, "\n  {version}"))?;
                }
                Ok(())
            }
            Message::NoSystem { program, asked_by, newest } => {
                match asked_by {
                    Some(place) => write!(f, "gvr: {place} asks for the system's own {program}, and PATH has none")?,
                    None => write!(f, "gvr: no Go version is chosen here, and PATH has no other {program}")?,
                }
                match newest {
                    Some(version) => write!(f, "\n  to choose one: gvr local {version} (here) or gvr global {version}"),
                    None => {
                        f.write_str("\n  to install the newest and use it: gvr install latest && gvr global latest")
                    }
                }
            }
            Message::Foreign(toolchain) => write!(
                f,
                "gvr: Go {toolchain} is made for another machine than this one and cannot run here\n  \
                 to install the one for this machine: gvr install {}",
                toolchain.version
            ),
            Message::Refused { program, error } => {
                write!(f, "gvr: cannot run {}: {error}\n  to see what is installed: gvr versions", program.display())
            }
            Message::NoInstaller { install } => write!(
                f,
                "gvr: version '{install}' is to be installed on demand, but there is no gvr on PATH\n  \
                 to install it: gvr install {install}"
            ),
        }
    }
}

/// Where a version was asked for, as goenv words it; a file with its line.
pub(crate) fn place(source: &Source, line: Option<u32>) -> String {
    match (source, line) {
        (Source::Argument, _) => "the command line".to_owned(),
        (Source::Variable(name), _) => format!("{name} environment variable"),
        (Source::Default, _) => "nothing".to_owned(),
        (Source::File(_, path) | Source::Global(path), Some(line)) => format!("{}:{line}", path.display()),
        (Source::File(_, path) | Source::Global(path), None) => path.display().to_string(),
    }
}

/// A request as one word of a shell's command line.
pub(crate) fn shell_word(request: &Request) -> String {
    match request {
        Request::Range(range) => format!("'{range}'"),
        _ => request.to_string(),
    }
}

/// A program's name for a message.
pub(crate) fn name_of(program: &OsStr) -> String {
    Path::new(program).display().to_string()
}
