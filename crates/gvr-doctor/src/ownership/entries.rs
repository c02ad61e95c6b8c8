//! The names in an open folder, some at a time.
//!
//! On Linux a call of the kernel's fills a buffer of the thread's own, and the open folder remembers how far it is, so that
//! nothing else has to be kept of a folder that is half read. Elsewhere the system's library reads, with a buffer a folder.

pub(super) use self::system::{Buffer, Entries};

#[cfg(any(target_os = "linux", target_os = "android"))]
mod system {
    use std::ffi::CStr;
    use std::mem::MaybeUninit;
    use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

    use rustix::fs::RawDir;
    use rustix::io::Errno;

    /// Room for some 700 names of the kind that Go's build cache has.
    const ROOM: usize = 64 << 10;

    pub(in super::super) struct Buffer(Box<[MaybeUninit<u8>]>);

    impl Default for Buffer {
        fn default() -> Self {
            Self(vec![MaybeUninit::uninit(); ROOM].into_boxed_slice())
        }
    }

    pub(in super::super) struct Entries(OwnedFd);

    impl Entries {
        #[expect(clippy::unnecessary_wraps, reason = "it can fail on other systems")]
        pub(in super::super) fn new(folder: OwnedFd) -> Result<Self, Errno> {
            Ok(Self(folder))
        }

        pub(in super::super) fn folder(&self) -> BorrowedFd<'_> {
            self.0.as_fd()
        }

        pub(in super::super) fn read(
            &self,
            buffer: &mut Buffer,
            mut each: impl FnMut(&CStr) -> Result<(), Errno>,
        ) -> Result<bool, Errno> {
            let mut entries = RawDir::new(&self.0, &mut buffer.0);
            while let Some(entry) = entries.next() {
                let entry = entry?;
                let name = entry.file_name();
                if !matches!(name.to_bytes(), b"." | b"..") {
                    each(name)?;
                }
                if entries.is_buffer_empty() {
                    return Ok(true);
                }
            }
            Ok(false)
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod system {
    use std::ffi::CStr;
    use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
    use std::sync::{Mutex, PoisonError};

    use rustix::fs::Dir;
    use rustix::io::Errno;

    /// How many names are handed over at a time.
    const SOME: usize = 500;

    /// The system's library has its own.
    #[derive(Default)]
    pub(in super::super) struct Buffer(());

    pub(in super::super) struct Entries {
        folder: OwnedFd,
        names: Mutex<Dir>,
    }

    impl Entries {
        pub(in super::super) fn new(folder: OwnedFd) -> Result<Self, Errno> {
            let names = Mutex::new(Dir::read_from(&folder)?);
            Ok(Self { folder, names })
        }

        pub(in super::super) fn folder(&self) -> BorrowedFd<'_> {
            self.folder.as_fd()
        }

        pub(in super::super) fn read(
            &self,
            _buffer: &mut Buffer,
            mut each: impl FnMut(&CStr) -> Result<(), Errno>,
        ) -> Result<bool, Errno> {
            let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
            for _ in 0..SOME {
                let Some(entry) = names.next() else { return Ok(false) };
                let entry = entry?;
                let name = entry.file_name();
                if !matches!(name.to_bytes(), b"." | b"..") {
                    each(name)?;
                }
            }
            Ok(true)
        }
    }
}
