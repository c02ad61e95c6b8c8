//! File systems for one experiment: in memory and small, or on a loop device whose power can be cut.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process;

/// What an image file has of room. xfs takes no less than 300 MiB; nothing of it is written before it is used.
const IMAGE: u64 = 400 << 20;

/// A mounted file system. It is unmounted with the value.
pub(super) struct Mount {
    path: PathBuf,
    image: Option<PathBuf>,
}

/// A file system with a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Journaled {
    Ext4,
    Xfs,
}

impl Journaled {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ext4 => "ext4",
            Self::Xfs => "xfs",
        }
    }
}

impl Mount {
    /// A file system in memory at `path`, which is made, with mount's own options: `size=512k,nr_inodes=100`.
    pub(super) fn memory(path: &Path, options: &str) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        call(Command::new("mount").args(["-t", "tmpfs", "-o", options, "gvr-faults"]).arg(path))?;
        Ok(Self { path: path.to_owned(), image: None })
    }

    /// A new file system on an image below `folder`.
    pub(super) fn journaled(folder: &Path, kind: Journaled) -> io::Result<Self> {
        let (path, image) = (folder.join("disk"), folder.join("image"));
        fs::create_dir_all(&path)?;
        File::create(&image)?.set_len(IMAGE)?;
        match kind {
            Journaled::Ext4 => call(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&image))?,
            Journaled::Xfs => call(Command::new("mkfs.xfs").args(["-q", "-f"]).arg(&image))?,
        }
        let mount = Self { path, image: Some(image) };
        mount.mount_image()?;
        call(Command::new("sync").arg("-f").arg(&mount.path))?;
        Ok(mount)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Changes what the file system may take, or whether it may be written: `size=100%`, `ro`.
    pub(super) fn remount(&self, options: &str) -> io::Result<()> {
        call(Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(&self.path))
    }

    /// Cuts the power: from now on nothing reaches the disk, what only the memory knows included. An experiment in which
    /// this did not work would prove nothing, so that is an error.
    pub(super) fn cut_power(&self) -> io::Result<()> {
        call(Command::new("xfs_io").args(["-x", "-c", "shutdown"]).arg(&self.path))?;
        match File::create(self.path.join("after-the-cut")).and_then(|file| file.sync_all()) {
            Err(_) => Ok(()),
            Ok(()) => Err(io::Error::other("the power was not cut: the disk still takes files")),
        }
    }

    /// Brings a disk back whose power was cut, as the next boot does.
    pub(super) fn restart(&self) -> io::Result<()> {
        call(Command::new("umount").arg(&self.path))?;
        self.mount_image()
    }

    fn mount_image(&self) -> io::Result<()> {
        let Some(image) = &self.image else { return Ok(()) };
        call(Command::new("mount").args(["-o", "loop"]).arg(image).arg(&self.path))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Lazily: whatever an experiment that failed has left running, the next one gets a file system of its own.
        let _ = call(Command::new("umount").arg(&self.path))
            .or_else(|_| call(Command::new("umount").arg("-l").arg(&self.path)));
        if let Some(image) = &self.image {
            let _ = fs::remove_file(image);
        }
    }
}

fn call(command: &mut Command) -> io::Result<()> {
    process::output(command).map(|_| ()).map_err(io::Error::other)
}
