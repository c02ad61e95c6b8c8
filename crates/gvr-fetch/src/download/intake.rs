//! Where all bytes of an archive pass: hashed, counted, kept, unpacked.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::contents::{Content, Contents};
use super::{InstallError, SourceProblem};
use crate::digest::Hasher;
use crate::unpack::{Unpacked, Unpacker, check_machine};
use crate::{Archive, FetchError, Sha256, UnpackError};

/// The largest archive that is downloaded where its size is not known.
const LARGEST: u64 = 1 << 30;
/// How far beyond its published size a file is read, so that its hash can be named.
const MOST_EXCESS: u64 = 16 << 20;

/// What an archive is to be.
#[derive(Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) archive: &'a Archive,
    pub(super) sha256: Sha256,
    /// The folder to fill.
    pub(super) destination: &'a Path,
}

impl Expected<'_> {
    /// The most that is read of it, in bytes.
    fn limit(&self) -> u64 {
        self.archive.size.map_or(LARGEST, |size| size.saturating_add(MOST_EXCESS))
    }

    fn local(&self, source: UnpackError) -> InstallError {
        InstallError::Local { file: self.archive.file_name(), source }
    }

    /// The beginning of the right file is another matter than wrong bytes.
    fn mismatch(&self, place: &str, received: u64, got: Sha256, is_beginning: bool) -> SourceProblem {
        let place = place.to_owned();
        match self.archive.size {
            Some(expected) if received < expected && is_beginning => {
                SourceProblem::Truncated { place, expected, got: received }
            }
            _ => SourceProblem::Mismatch { place, expected: self.sha256, got },
        }
    }
}

/// How an attempt failed.
pub(super) enum Failed {
    /// Another source may do better.
    Source(SourceProblem),
    /// No other source can.
    All(InstallError),
}

impl From<InstallError> for Failed {
    fn from(error: InstallError) -> Self {
        Self::All(error)
    }
}

impl From<SourceProblem> for Failed {
    fn from(problem: SourceProblem) -> Self {
        Self::Source(problem)
    }
}

impl From<FetchError> for Failed {
    fn from(error: FetchError) -> Self {
        Self::Source(SourceProblem::Fetch(error))
    }
}

/// An archive on its way in.
pub(super) struct Intake<'a> {
    expected: Expected<'a>,
    hasher: Hasher,
    received: u64,
    contents: Arc<Contents>,
    unpacking: Unpacking,
}

enum Unpacking {
    Running(Unpacker),
    /// The archive is refused. The rest is hashed all the same: wrong bytes are a graver matter, and a message about them
    /// should name their hash.
    Refused(UnpackError),
}

/// An archive that is in, verified and unpacked.
pub(super) struct Arrived {
    pub(super) size: u64,
    pub(super) unpacked: Unpacked,
    pub(super) contents: Vec<Content>,
}

impl<'a> Intake<'a> {
    /// Begins with an empty folder, whatever an attempt before left in it.
    pub(super) fn start(expected: Expected<'a>) -> Result<Self, InstallError> {
        empty_folder(expected.destination)
            .map_err(|source| InstallError::Folder { path: expected.destination.to_owned(), source })?;
        let contents = Arc::new(Contents::default());
        let unpacker = Unpacker::start(expected.destination, expected.archive.version, Some(contents.clone()))
            .map_err(|source| expected.local(source))?;
        Ok(Self { expected, hasher: Hasher::default(), received: 0, contents, unpacking: Unpacking::Running(unpacker) })
    }

    /// How many bytes have passed.
    pub(super) fn received(&self) -> u64 {
        self.received
    }

    /// Takes the next bytes; `place` is where they are from.
    pub(super) fn feed(&mut self, data: &[u8], place: &str) -> Result<(), Failed> {
        self.hasher.update(data);
        self.received += data.len() as u64;
        if self.received > self.expected.limit() {
            let limit = self.expected.limit();
            return Err(SourceProblem::TooLong { place: place.to_owned(), limit }.into());
        }
        if let Unpacking::Running(unpacker) = &mut self.unpacking
            && let Err(error) = unpacker.feed(data)
        {
            self.unpacking = Unpacking::Refused(self.archive_fault(error)?);
        }
        Ok(())
    }

    /// The archive has ended: is it the right one, and is all of it on disk?
    pub(super) fn finish(self, place: &str) -> Result<Arrived, Failed> {
        let expected = self.expected;
        let unpacked = match self.unpacking {
            Unpacking::Running(unpacker) => unpacker.finish(),
            Unpacking::Refused(error) => Err(error),
        };
        let unpacked = match unpacked {
            Err(error) if error.is_local() => return Err(expected.local(error).into()),
            other => other,
        };
        let (size, got) = (self.received, self.hasher.finish());
        if got != expected.sha256 {
            let is_beginning = unpacked.as_ref().is_err_and(UnpackError::is_early_end);
            return Err(expected.mismatch(place, size, got, is_beginning).into());
        }
        let unpacked = unpacked
            .and_then(|unpacked| {
                let Archive { version, platform, .. } = *expected.archive;
                check_machine(expected.destination, version, platform).map(|()| unpacked)
            })
            .map_err(|source| InstallError::Archive { file: expected.archive.file_name(), source })?;
        match expected.archive.size {
            Some(published) if published != size => {
                Err(SourceProblem::Length { place: place.to_owned(), expected: published, got: size }.into())
            }
            _ => Ok(Arrived { size, unpacked, contents: self.contents.take() }),
        }
    }

    /// Lets through what the archive is to blame for. What this machine is to blame for ends the download.
    fn archive_fault(&self, error: UnpackError) -> Result<UnpackError, InstallError> {
        if error.is_local() { Err(self.expected.local(error)) } else { Ok(error) }
    }
}

/// Removes what is in a folder, not the folder.
pub(super) fn empty_folder(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
    }
    Ok(())
}
