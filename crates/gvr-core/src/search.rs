//! Where a version can be asked for, in order of precedence.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::files::{Files, Walk as _};
use crate::pins::{Asks, PinError, PinFile, Pinned};
use crate::{Layout, Request, paths};

/// What is known about one call, before any file is read.
#[derive(Clone, Debug, Default)]
pub struct Query<'a> {
    /// What was asked for on the command line: `+1.22`, the name `go1.22.5`, the argument of `gvr exec`.
    pub argument: Option<&'a str>,
    /// The variable that asks for a version, and its value: versions parted by colons.
    pub variable: Option<(&'static str, &'a OsStr)>,
    /// The folders from which to walk upwards, in order: `GVR_DIR` if set, then the working directory. All absolute.
    pub folders: &'a [PathBuf],
    /// The working directory, where it is one of these and named by its path without links: there files are found quicker.
    pub here: Option<&'a Path>,
    /// The value of Go's own GOWORK: `off`, or a file to take in place of the nearest `go.work`.
    pub gowork: Option<&'a OsStr>,
    /// Whether `go.work` and `go.mod` are to be left unread (`GOENV_GOMOD_VERSION_ENABLE=0`).
    pub ignores_go_mod: bool,
}

/// Something that may say which version applies.
#[derive(Debug)]
pub struct Candidate {
    /// Where it stands.
    pub source: Source,
    /// What it says.
    pub asks: Result<Asks, PinError>,
}

/// Where a version was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The command line.
    Argument,
    /// An environment variable of this name.
    Variable(&'static str),
    /// A file of a repository.
    File(PinFile, PathBuf),
    /// The global version's file.
    Global(PathBuf),
    /// Nothing asked: the next real `go` on PATH.
    Default,
}

impl Source {
    /// The file, where it is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Source::File(_, path) | Source::Global(path) => Some(path),
            Source::Argument | Source::Variable(_) | Source::Default => None,
        }
    }
}

/// What the visitor wants to see next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interest {
    Everything,
    /// Only `go.work` files further up, and then the defaults.
    Workspace,
    /// Only the global version and the system's Go.
    Defaults,
    Nothing,
}

/// Shows each candidate to `visit`, in order of precedence, for as long as it wants to see more.
pub(crate) fn search(
    query: &Query<'_>,
    layout: &Layout,
    files: &impl Files,
    visit: &mut impl FnMut(Candidate) -> Interest,
) {
    let mut interest = Interest::Everything;
    if let Some(text) = query.argument {
        interest = visit(Candidate { source: Source::Argument, asks: parse_words(text, &[]) });
    }
    if let Some((name, value)) = query.variable
        && interest == Interest::Everything
    {
        interest = visit(Candidate { source: Source::Variable(name), asks: parse_variable(value) });
    }
    interest = search_folders(query, files, interest, visit);
    if let Some(path) = workspace_file(query)
        && matches!(interest, Interest::Everything | Interest::Workspace)
        && let Some(asks) = PinFile::GoWork.read(files, path)
    {
        interest = visit(Candidate { source: Source::File(PinFile::GoWork, path.to_owned()), asks });
    }
    if interest == Interest::Nothing {
        return;
    }
    let path = layout.global_version();
    if let Some(asks) = PinFile::GoVersion.read(files, &path) {
        interest = visit(Candidate { source: Source::Global(path), asks });
    }
    if interest != Interest::Nothing {
        let system = Pinned { request: Request::System, line: 1 };
        visit(Candidate { source: Source::Default, asks: Ok(Asks::Pin(vec![system])) });
    }
}

fn search_folders(
    query: &Query<'_>,
    files: &impl Files,
    mut interest: Interest,
    visit: &mut impl FnMut(Candidate) -> Interest,
) -> Interest {
    let mut walked: Option<&Path> = None;
    for start in query.folders {
        let mut walk = files.walk(start, query.here.is_some_and(|here| here.as_os_str() == start.as_os_str()));
        for folder in paths::upwards(start) {
            if walked.is_some_and(|walked| walked.starts_with(folder)) {
                break;
            }
            for kind in PinFile::ORDER {
                if !is_wanted(kind, query, interest) {
                    continue;
                }
                if let Some(asks) = kind.read_on(&mut walk) {
                    interest = visit(Candidate {
                        source: Source::File(kind, paths::below(folder, &[kind.name().as_ref()])),
                        asks,
                    });
                }
            }
            if matches!(interest, Interest::Defaults | Interest::Nothing) {
                return interest;
            }
            walk.up();
        }
        walked = Some(start);
    }
    interest
}

fn is_wanted(kind: PinFile, query: &Query<'_>, interest: Interest) -> bool {
    let is_read = match kind {
        PinFile::GoVersion | PinFile::ToolVersions => true,
        PinFile::GoWork => !query.ignores_go_mod && query.gowork.is_none_or(OsStr::is_empty),
        PinFile::GoMod => !query.ignores_go_mod,
    };
    is_read
        && match interest {
            Interest::Everything => true,
            Interest::Workspace => kind == PinFile::GoWork,
            Interest::Defaults | Interest::Nothing => false,
        }
}

/// The file that GOWORK names, as Go has it: absolute, or it is not used.
fn workspace_file<'a>(query: &Query<'a>) -> Option<&'a Path> {
    query.gowork.map(Path::new).filter(|path| path.is_absolute() && !query.ignores_go_mod)
}

fn parse_variable(value: &OsStr) -> Result<Asks, PinError> {
    match str::from_utf8(value.as_bytes()) {
        Ok(text) => parse_words(text, &[':']),
        Err(_) => Err(PinError::NotText { line: 1 }),
    }
}

fn parse_words(text: &str, separators: &[char]) -> Result<Asks, PinError> {
    text.split(separators)
        .filter(|word| separators.is_empty() || !word.is_empty())
        .map(|word| word.parse().map(|request| Pinned { request, line: 1 }))
        .collect::<Result<Vec<_>, _>>()
        .map(Asks::Pin)
        .map_err(|error| PinError::Invalid { line: 1, error })
}
