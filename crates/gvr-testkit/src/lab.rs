//! gvr's own programs, a server for them, and homes to use them in: what an experiment needs that does many of them.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::dist::FakeDist;
use crate::process::Invocation;
use crate::server::DistServer;
use crate::store::StoreFolder;

/// Nobody listens there. Whatever an experiment does, nothing is asked of the world outside.
const NOBODY: &str = "http://127.0.0.1:1";

/// What experiments share.
#[derive(Debug)]
pub struct Lab {
    gvr: PathBuf,
    tools: PathBuf,
    server: DistServer,
}

impl Lab {
    /// A lab for the program `gvr`, beside which lies `gvr-shim`, with a server that offers `dist`. `folder` is an empty
    /// folder of the caller's own.
    pub fn new(gvr: &Path, dist: &FakeDist, folder: &Path) -> io::Result<Self> {
        let tools = folder.join("tools");
        fs::create_dir_all(&tools)?;
        for name in ["sh", "cat", "true"] {
            let found =
                ["/usr/bin", "/bin"].iter().map(|folder| Path::new(folder).join(name)).find(|path| path.is_file());
            if let Some(path) = found {
                symlink(path, tools.join(name))?;
            }
        }
        Ok(Self { gvr: gvr.to_owned(), tools, server: DistServer::serve(dist)? })
    }

    /// The server that all homes ask.
    pub fn server(&self) -> &DistServer {
        &self.server
    }

    /// gvr itself.
    pub fn program(&self) -> &Path {
        &self.gvr
    }

    /// The store of a home.
    pub fn store(&self, home: &Path) -> StoreFolder {
        StoreFolder::new(home.join(".gvr"))
    }

    /// A call of gvr in a home.
    pub fn gvr(&self, home: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Invocation {
        self.run(home, &self.gvr).args(arguments)
    }

    /// A call of a shim in a home.
    pub fn shim(&self, home: &Path, name: &str) -> Invocation {
        self.run(home, home.join(".gvr/shims").join(name))
    }

    /// A call of any program with the environment of a home.
    pub fn run(&self, home: &Path, program: impl Into<PathBuf>) -> Invocation {
        let shims = home.join(".gvr/shims");
        let path = format!("{}:{}", shims.display(), self.tools.display());
        Invocation::new(program)
            .cwd(home)
            .env("HOME", home)
            .env("PATH", path)
            .env("GVR_DIST_URL", self.server.url())
            .env("HTTPS_PROXY", NOBODY)
            .env("NO_PROXY", "127.0.0.1")
    }
}

/// Copies a folder with all modes and links in it to a path where there is nothing yet.
pub fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    let output = Command::new("cp").arg("-a").arg(from).arg(to).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("cannot copy {}: {}", from.display(), said.trim())))
}
