//! A whole archive at once.

use std::io::{self, Read};
use std::path::Path;

use gvr_core::{Platform, Version};

use super::{UnpackError, Unpacker, check};

/// Unpacks the archive of one Go into the empty folder `destination`, as an installation does, but without a hash that says
/// whose it is. The answer is how many files there are.
///
/// After an error the folder holds anything or nothing; nothing outside of it is ever touched.
pub fn unpack(
    mut archive: impl Read,
    destination: &Path,
    version: Version,
    platform: Platform,
) -> Result<u64, UnpackError> {
    const BUFFER: usize = 64 << 10;
    let unreadable = |error: io::Error| UnpackError::Gzip(error.to_string());
    let mut unpacker = Unpacker::start(destination, version, None)?;
    let mut buffer = vec![0; BUFFER];
    loop {
        match archive.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => unpacker.feed(&buffer[..count])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(error)),
        }
    }
    let unpacked = unpacker.finish()?;
    check::machine(destination, version, platform)?;
    Ok(unpacked.files)
}
