//! An archive from this machine's disk: a folder of them, the cache, or the beginning that an earlier run left.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::SourceProblem;
use super::intake::{Arrived, Expected, Failed, Intake};
use super::part::Part;
use crate::Progress;

/// How much is read at once.
const BUFFER: usize = 256 << 10;

/// Takes in the archive at `path`, and a copy into the part if there is one.
pub(super) fn install(
    path: &Path,
    expected: Expected<'_>,
    part: &mut Option<Part>,
    progress: &dyn Progress,
) -> Result<Arrived, Failed> {
    let unreadable = |source| SourceProblem::Read { path: path.to_owned(), source };
    let (file, size) = open(path).map_err(unreadable)?;
    let mut intake = Intake::start(expected)?;
    if part.as_mut().is_some_and(|open| open.restart(None).is_err()) {
        *part = None;
    }
    progress.start(Some(size), 0);
    let place = path.display().to_string();
    feed(&mut intake, &mut Copying { file, part }, &place, progress)?.map_err(unreadable)?;
    intake.finish(&place)
}

/// Takes in all of `reader`. The inner error is the reader's.
pub(super) fn feed(
    intake: &mut Intake<'_>,
    reader: &mut impl Read,
    place: &str,
    progress: &dyn Progress,
) -> Result<io::Result<()>, Failed> {
    let mut buffer = vec![0; BUFFER];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(Ok(())),
            Ok(count) => {
                progress.advance(count as u64);
                intake.feed(&buffer[..count], place)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Ok(Err(error)),
        }
    }
}

/// Opens a regular file, and never waits for a pipe.
pub(crate) fn open(path: &Path) -> io::Result<(File, u64)> {
    let no_wait = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = File::options().read(true).custom_flags(no_wait).open(path)?;
    let about = file.metadata()?;
    if about.is_file() { Ok((file, about.len())) } else { Err(io::Error::other("it is no regular file")) }
}

/// Copies what is read.
struct Copying<'a> {
    file: File,
    part: &'a mut Option<Part>,
}

impl Read for Copying<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        Part::keep_adding(self.part, &buffer[..count]);
        Ok(count)
    }
}
