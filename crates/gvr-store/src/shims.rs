//! The folder that stands on PATH: a name for each program of the installed toolchains, all of them one file.
//!
//! The file is kept under a name of its own, [`MASTER`]; the shims are hard links of it. What is gvr's in the folder is
//! told by that: a shim has the master's inode or bytes, or the bytes of the program that shims are to be made of. All
//! else is somebody else's and is left alone. The master is replaced last, so that the shims of a run that was killed
//! half way are still known.

mod folder;
mod plan;
mod program;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::{FolderError, ListError, LockError, Store, Waiting};
use folder::Folder;
use plan::Plan;
use program::Program;

/// The file that all shims are links of. Its name begins with a dot, so it is no shim itself.
const MASTER: &str = ".gvr-shim";

/// The two programs that every Go has had since its first release; their shims are there even when no Go is.
const ALWAYS: [&str; 2] = ["go", "gofmt"];

/// What was done to the folder of shims. Names are sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShimReport {
    /// Shims that were not there.
    pub created: Vec<OsString>,
    /// Shims that were made of another program, usually an older gvr's.
    pub replaced: Vec<OsString>,
    /// Shims that no installed toolchain needs any more.
    pub removed: Vec<OsString>,
    /// Shims that were right already.
    pub kept: Vec<OsString>,
    /// Files that are not gvr's and were left alone, those that have a shim's name among them.
    pub foreign: Vec<OsString>,
}

/// The shims could not be brought up to date. Those that were there still are.
#[derive(Debug, thiserror::Error)]
pub enum ShimError {
    /// The store's folders cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Another process makes shims.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// It could not be found out which shims there have to be.
    #[error(transparent)]
    List(#[from] ListError),
    /// The program that shims are made of could not be read.
    #[error("cannot read the shim program {}", path.display())]
    Program {
        /// The program.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The folder of shims, or something in it, could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// What could not be read.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A shim could not be made or removed.
    #[error("cannot change {}", path.display())]
    Write {
        /// The shim.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl ShimError {
    /// What can be done about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Folder(error) => Some(error.hint()),
            Self::Lock(error) => error.hint(),
            Self::Program { .. } => Some("install gvr again".to_owned()),
            Self::List(_) | Self::Read { .. } | Self::Write { .. } => None,
        }
    }
}

impl Store {
    /// Makes the folder of shims what the installed toolchains of this platform ask for.
    ///
    /// There is a shim for each executable in a toolchain's `bin`, one called `go1.22.5` for each version (Go's own
    /// toolchain switch looks for that name), and always `go` and `gofmt`. At no moment is a shim missing that was there
    /// before and is there afterwards. If nothing has to change, nothing is written, and no lock is taken.
    pub fn sync_shims(&self, shim_program: &Path, waiting: &dyn Waiting) -> Result<ShimReport, ShimError> {
        self.sync_shims_with(shim_program, &[], waiting)
    }

    /// The same, where there is to be a shim for each program in these folders too.
    pub fn sync_shims_with(
        &self,
        shim_program: &Path,
        tools: &[PathBuf],
        waiting: &dyn Waiting,
    ) -> Result<ShimReport, ShimError> {
        let program = Program::read(shim_program)
            .map_err(|source| ShimError::Program { path: shim_program.to_owned(), source })?;
        let path = self.layout().shims();
        let plan = Plan::new(self.wanted_shims(tools)?, &Folder::read(&path, &program)?);
        if plan.is_done() {
            return Ok(plan.into_report());
        }
        self.prepare_folders(&[path.clone(), self.layout().locks()])?;
        let _shared = self.lock_shared(waiting)?;
        let lock = self.lock("shims", waiting)?;
        if lock.is_held() {
            folder::sweep(&path);
        }
        // Another process may have done it all while this one waited.
        let plan = Plan::new(self.wanted_shims(tools)?, &Folder::read(&path, &program)?);
        folder::apply(&path, &plan, &program, self.durability())?;
        Ok(plan.into_report())
    }

    /// The names that there have to be shims for.
    fn wanted_shims(&self, tools: &[PathBuf]) -> Result<BTreeSet<OsString>, ListError> {
        let mut names: BTreeSet<OsString> = ALWAYS.into_iter().map(OsString::from).collect();
        names.extend(tools.iter().flat_map(|folder| executables(folder).unwrap_or_default()));
        for toolchain in self.installed()?.into_iter().filter(|toolchain| toolchain.platform.is_none()) {
            names.insert(toolchain.version.release_name().into());
            // A toolchain without programs, or one that is removed just now, asks for no shims.
            names.extend(executables(&self.layout().toolchain(toolchain).join("bin")).unwrap_or_default());
        }
        Ok(names)
    }
}

/// The programs in a `bin` folder. Hidden files are none.
fn executables(bin: &Path) -> io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(bin)? {
        let entry = entry?;
        let is_executable = fs::metadata(entry.path())
            .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0);
        if is_executable && !is_hidden(&entry.file_name()) {
            names.push(entry.file_name());
        }
    }
    Ok(names)
}

fn is_hidden(name: &OsString) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}
