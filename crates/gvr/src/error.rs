//! Errors as the user meets them: an exit code, a sentence, and what to type next. The libraries' errors become these
//! here and nowhere else.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::SystemTime;

use gvr_core::exit;
use gvr_core::resolve::ResolveError;
use gvr_core::{Arch, Os, Platform, PlatformError, RequestError, Version};
use gvr_fetch::{ErrorKind, FetchError, LocateError};
use gvr_store::{FolderError, GlobalError, ListError, LockError, ReceiptError, RemoveError, ShimError, WriteError};

/// A command failed.
#[derive(Debug)]
pub(crate) struct CliError {
    exit: u8,
    message: String,
    hints: Vec<String>,
    is_broken_pipe: bool,
    is_about_room: bool,
}

impl CliError {
    /// A failure that none of the more telling exit codes fits.
    pub(crate) fn failed(message: impl fmt::Display) -> Self {
        Self::new(exit::FAILED, message)
    }

    /// Wrong usage, or a version that does not exist.
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(exit::USAGE, message)
    }

    pub(crate) fn new(exit: u8, message: impl fmt::Display) -> Self {
        Self { exit, message: message.to_string(), hints: Vec::new(), is_broken_pipe: false, is_about_room: false }
    }

    /// The error with its causes, in one line.
    pub(crate) fn from_chain(exit: u8, error: &dyn Error) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        let mut is_about_room = false;
        while let Some(error) = cause {
            is_about_room |= error.downcast_ref().is_some_and(is_out_of_room);
            let text = error.to_string();
            // Many errors already say their cause.
            if !message.contains(&text) {
                message.push_str(": ");
                message.push_str(&text);
            }
            cause = error.source();
        }
        Self { is_about_room, ..Self::new(exit, message) }
    }

    /// Says what to type next, or what would help.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hints.push(hint.to_string());
        self
    }

    #[must_use]
    pub(crate) fn hints(mut self, hints: impl IntoIterator<Item = impl fmt::Display>) -> Self {
        self.hints.extend(hints.into_iter().map(|hint| hint.to_string()));
        self
    }

    /// The same failure with another exit code.
    #[must_use]
    pub(crate) fn with_exit(self, exit: u8) -> Self {
        Self { exit, ..self }
    }

    /// The sentence alone.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn exit(&self) -> u8 {
        self.exit
    }

    /// Whether a disk or a quota was full.
    pub(crate) fn is_about_room(&self) -> bool {
        self.is_about_room
    }

    /// Whether the reader of our output went away, as `head` does; that is no failure.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        self.is_broken_pipe
    }
}

fn is_out_of_room(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// The sentence, and below it the hints.
impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.hints.iter().try_for_each(|hint| write!(f, "\n  {hint}"))
    }
}

impl Error for CliError {}

/// Only writing to stdout gives a bare `io::Error`; everything else says what it failed on.
impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        let is_broken_pipe = error.kind() == io::ErrorKind::BrokenPipe;
        Self { is_broken_pipe, ..Self::failed(format_args!("cannot write to standard output: {error}")) }
    }
}

impl From<serde_json::Error> for CliError {
    fn from(error: serde_json::Error) -> Self {
        Self::from(io::Error::from(error))
    }
}

impl From<ResolveError> for CliError {
    fn from(error: ResolveError) -> Self {
        let hint = match error.source.path() {
            Some(path) => format!("correct {}, or choose a version: gvr local VERSION", path.display()),
            None => "a version looks like 1.22.5, 1.22, latest or system".to_owned(),
        };
        Self::failed(&error).hint(hint)
    }
}

impl From<RequestError> for CliError {
    fn from(error: RequestError) -> Self {
        Self::usage(error).hint("a version looks like 1.22.5, 1.22, 1.23rc1, latest, '^1.21' or system")
    }
}

impl From<PlatformError> for CliError {
    fn from(error: PlatformError) -> Self {
        Self::usage(error)
    }
}

/// The exit code of a class of download errors.
pub(crate) fn exit_of(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::Network => exit::NETWORK,
        ErrorKind::Refused => exit::REFUSED,
        ErrorKind::NoBuild => exit::NO_BUILD,
        ErrorKind::Unknown => exit::USAGE,
        ErrorKind::Local => exit::FAILED,
    }
}

macro_rules! from_fetch {
    ($($error:ty),*) => {$(
        impl From<$error> for CliError {
            fn from(error: $error) -> Self {
                Self::from_chain(exit_of(error.kind()), &error).hints(error.hint())
            }
        }
    )*};
}

from_fetch!(gvr_fetch::sumdb::LogError, FetchError, gvr_fetch::IndexError, gvr_fetch::InstallError);

impl From<LocateError> for CliError {
    fn from(error: LocateError) -> Self {
        let other = match &error {
            LocateError::NoBuild { version, platform, .. } => other_build(*version, *platform),
            LocateError::UnknownVersion { .. } | LocateError::Lie { .. } | LocateError::Unanswered { .. } => None,
        };
        Self::from_chain(exit_of(error.kind()), &error).hints(error.hint()).hints(other)
    }
}

/// What to type where a version was never published for Apple silicon: Rosetta runs the one for Intel.
pub(crate) fn other_build(version: Version, platform: Platform) -> Option<String> {
    let is_apple_silicon = platform == Platform { os: Os::Darwin, arch: Arch::Arm64 };
    let intel = Platform { arch: Arch::Amd64, ..platform };
    is_apple_silicon.then(|| format!("Rosetta runs the one for Intel Macs: gvr install --arch {intel} {version}"))
}

macro_rules! from_store {
    ($($error:ty),*) => {$(
        impl From<$error> for CliError {
            fn from(error: $error) -> Self {
                Self::from_chain(exit::FAILED, &error)
            }
        }
    )*};
}

from_store!(ListError, ReceiptError, GlobalError, WriteError);

impl From<FolderError> for CliError {
    fn from(error: FolderError) -> Self {
        Self::from_chain(exit::FAILED, &error).hint(error.hint())
    }
}

impl From<ShimError> for CliError {
    fn from(error: ShimError) -> Self {
        let held = if let ShimError::Lock(error) = &error { held(error) } else { None };
        Self::from_chain(exit::FAILED, &error).hints(held).hints(error.hint())
    }
}

impl From<RemoveError> for CliError {
    fn from(error: RemoveError) -> Self {
        let held = if let RemoveError::Lock(error) = &error { held(error) } else { None };
        Self::from_chain(exit::FAILED, &error).hints(held).hints(error.hint())
    }
}

impl From<gvr_store::InstallError<CliError>> for CliError {
    fn from(error: gvr_store::InstallError<CliError>) -> Self {
        match error {
            gvr_store::InstallError::Fill(error) => error,
            error => {
                let held = if let gvr_store::InstallError::Lock(error) = &error { held(error) } else { None };
                Self::from_chain(exit::FAILED, &error).hints(held).hints(error.hint())
            }
        }
    }
}

/// For how long somebody has held a lock that one waited for in vain.
fn held(error: &LockError) -> Option<String> {
    let LockError::TimedOut { holder, .. } = error else { return None };
    let held = holder.held_for(SystemTime::now())?;
    Some(format!("{holder} has held it for {} s; to wait longer: GVR_LOCK_TIMEOUT=3600", held.as_secs()))
}
