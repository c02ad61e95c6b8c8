//! Having a whole volume written by one call. Each system has its own.
#![cfg_attr(target_vendor = "apple", expect(unsafe_code, reason = "no library has macOS's call for a volume"))]

use std::fs::File;
use std::io;

use rustix::io::{Errno, retry_on_intr};

/// Has all that was written to the volume of `file` brought to the disk itself.
pub(crate) fn sync(file: &File) -> rustix::io::Result<()> {
    retry_on_intr(|| call(file))
}

/// Since Linux 5.8 it also says what could not be written.
#[cfg(target_os = "linux")]
fn call(file: &File) -> rustix::io::Result<()> {
    rustix::fs::syncfs(file)
}

/// `sync` of macOS returns before the work is done; this one, which macOS has since 10.8, waits. Names, values and what is
/// returned are those of `unistd.h` and of the manual's page `sync_volume_np`.
#[cfg(target_vendor = "apple")]
fn call(file: &File) -> rustix::io::Result<()> {
    use std::ffi::c_int;
    use std::os::fd::AsRawFd as _;

    const SYNC_VOLUME_FULLSYNC: c_int = 0x01;
    const SYNC_VOLUME_WAIT: c_int = 0x02;

    unsafe extern "C" {
        fn fsync_volume_np(fd: c_int, flags: c_int) -> c_int;
    }

    // SAFETY: the function takes two numbers and no memory of ours, and the descriptor stays open as long as `file` is
    // borrowed.
    let result = unsafe { fsync_volume_np(file.as_raw_fd(), SYNC_VOLUME_FULLSYNC | SYNC_VOLUME_WAIT) };
    match result {
        0 => Ok(()),
        // The page says that the error itself is returned; the usual way is understood too.
        -1 => Err(Errno::from_io_error(&io::Error::last_os_error()).unwrap_or(Errno::IO)),
        errno => Err(Errno::from_raw_os_error(errno)),
    }
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn call(_file: &File) -> rustix::io::Result<()> {
    Err(Errno::NOSYS)
}

/// What comes of a call for the volume: where there is no such call for this volume, each file is synced by itself. What
/// the disk says of the data counts, for it may say it once.
pub(crate) fn or_each(volume: rustix::io::Result<()>, each: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    match volume {
        Err(errno) if !is_of_the_disk(errno) => each(),
        result => Ok(result?),
    }
}

/// Whether the call was carried out, and something could not be written.
pub(crate) fn is_of_the_disk(errno: Errno) -> bool {
    [Errno::IO, Errno::NOSPC, Errno::DQUOT, Errno::FBIG, Errno::ROFS, Errno::NOMEM, Errno::STALE].contains(&errno)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn each_file_is_synced_where_the_volume_cannot_be() {
        let each = Cell::new(0);
        let count = || {
            each.set(each.get() + 1);
            Ok(())
        };
        or_each(Ok(()), count).unwrap();
        assert_eq!(each.get(), 0, "the volume is written, so nothing is left to do");
        // No such call, not for this volume, not for this user.
        for (number, errno) in [Errno::NOSYS, Errno::NOTSUP, Errno::INVAL, Errno::NOTTY, Errno::PERM].iter().enumerate()
        {
            or_each(Err(*errno), count).unwrap();
            assert_eq!(each.get(), number + 1, "{errno}");
        }
        let error = or_each(Err(Errno::NOSYS), || Err(Errno::IO.into())).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(Errno::IO.raw_os_error()));
    }

    #[test]
    fn what_the_disk_says_is_not_asked_again() {
        for errno in [Errno::IO, Errno::NOSPC, Errno::DQUOT, Errno::ROFS] {
            let error = or_each(Err(errno), || panic!("the second call would find nothing amiss")).unwrap_err();
            assert_eq!(error.raw_os_error(), Some(errno.raw_os_error()));
        }
    }

    #[test]
    fn a_volume_is_synced() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "content").unwrap();
        match sync(&File::open(folder.path()).unwrap()) {
            Ok(()) => {}
            // What some systems have in the place of a disk cannot.
            Err(errno) => assert!(!is_of_the_disk(errno), "{errno}"),
        }
    }
}
