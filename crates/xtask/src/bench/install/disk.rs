//! A new journalled file system for each measurement.
//!
//! An ext4 without a journal, as some virtual machines have it, passes over recently freed inodes one by one: after a tree
//! was removed, the next one takes many times as long to write.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::error::BenchError;
use crate::process::{self, ProcessError};

/// How large the file system is: four toolchains and their archives fit in.
const SIZE: u64 = 4 << 30;

/// A file with a file system in it, mounted on a folder. Unmounted when it is dropped.
pub(crate) struct Disk {
    image: PathBuf,
    /// Where it is mounted.
    pub(crate) mounted: PathBuf,
}

/// Whether this process may mount.
pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|about| about.uid() == 0)
}

impl Disk {
    /// Makes the file, with all of its blocks, below `folder`.
    pub(crate) fn new(folder: &Path) -> Result<Self, BenchError> {
        let disk = Self { image: folder.join("disk.img"), mounted: folder.join("disk") };
        let make = || {
            fs::create_dir_all(&disk.mounted)?;
            let file = File::create(&disk.image)?;
            let zeros = vec![0; 4 << 20];
            for at in (0..SIZE).step_by(zeros.len()) {
                file.write_all_at(&zeros, at)?;
            }
            file.sync_all()
        };
        make().map_err(|source| BenchError::disk(&disk.image, source))?;
        Ok(disk)
    }

    /// Puts a new file system into it.
    pub(crate) fn renew(&self) -> Result<(), ProcessError> {
        self.unmount();
        let mut mkfs = Command::new("mkfs.ext4");
        mkfs.args(["-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard"]).arg(&self.image);
        process::output(&mut mkfs)?;
        let mut losetup = Command::new("losetup");
        let made = process::output(losetup.args(["--find", "--show", "--direct-io=on"]).arg(&self.image))?;
        let device = String::from_utf8_lossy(&made.stdout).trim_end().to_owned();
        let mounted = process::output(Command::new("mount").arg(&device).arg(&self.mounted));
        // Gone as soon as it is not mounted any more.
        process::output(Command::new("losetup").args(["--detach", &device]))?;
        mounted?;
        process::output(&mut Command::new("sync")).map(|_| ())
    }

    fn unmount(&self) {
        // The first time there is nothing to unmount.
        let _ = process::output(Command::new("umount").arg(&self.mounted));
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.unmount();
        let _ = fs::remove_file(&self.image);
    }
}
