//! A store made by hand, with shims that are hard links of one copy of the program.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use gvr_testkit::{FakeToolchain, Finished, Invocation};
use tempfile::TempDir;

/// The file by which gvr knows a folder of shims.
const MARKER: &str = ".gvr-shims";

pub(crate) struct Lab {
    folder: TempDir,
    base: PathBuf,
}

impl Lab {
    /// A store with these versions in it, and a folder `work` to stand in.
    pub(crate) fn with(versions: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("gvr-shim-test-").tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        fs::create_dir_all(base.join("work")).unwrap();
        let lab = Self { folder, base };
        make_shims(&lab.root());
        for version in versions {
            FakeToolchain::native(version).write_to(&lab.version(version)).unwrap();
            fs::hard_link(lab.shim("go"), lab.shim(&format!("go{version}"))).unwrap();
        }
        lab
    }

    /// A path in the laboratory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.base.join(name)
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.path("root")
    }

    pub(crate) fn work(&self) -> PathBuf {
        self.path("work")
    }

    pub(crate) fn version(&self, version: &str) -> PathBuf {
        self.root().join("versions").join(version)
    }

    pub(crate) fn shim(&self, name: &str) -> PathBuf {
        self.root().join("shims").join(name)
    }

    /// Writes a file below the laboratory, and the folders that it needs.
    pub(crate) fn write(&self, path: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, contents).unwrap();
        path
    }

    /// Writes a program below the laboratory.
    pub(crate) fn program(&self, path: &str, script: impl AsRef<[u8]>) -> PathBuf {
        let path = self.write(path, script);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// Puts another program in the place of a version's `go`.
    pub(crate) fn replace_go(&self, version: &str, script: impl AsRef<[u8]>) -> PathBuf {
        self.program(&format!("root/versions/{version}/bin/go"), script)
    }

    /// A call of a program in `work`, with the shims on PATH and nothing else in the environment.
    pub(crate) fn call(&self, program: impl Into<PathBuf>) -> Invocation {
        Invocation::new(program).cwd(self.work()).env("PATH", path_of(&[&self.root().join("shims")]))
    }

    /// A call of the shim `go`.
    pub(crate) fn go(&self, arguments: &[&str]) -> Invocation {
        self.call(self.shim("go")).args(arguments)
    }

    /// An answer's text, with the laboratory's folder as `[LAB]`.
    pub(crate) fn text(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).replace(&self.base.display().to_string(), "[LAB]")
    }

    /// Runs it; nothing on stdout, this on stderr, and 127.
    #[track_caller]
    pub(crate) fn refuses(&self, call: Invocation, message: &str) {
        let finished = call.run();
        assert_eq!(finished.code, Some(127), "{finished:?}");
        assert_eq!((self.text(&finished.stdout).as_str(), self.text(&finished.stderr).as_str()), ("", message));
    }

    /// Runs it; this version answers `go version`.
    #[track_caller]
    pub(crate) fn runs(&self, call: Invocation, version: &str) {
        let finished = call.run();
        assert_eq!((finished.code, self.text(&finished.stderr).as_str()), (Some(0), ""), "{finished:?}");
        assert!(self.text(&finished.stdout).starts_with(&format!("go version go{version} ")), "{finished:?}");
    }
}

impl std::fmt::Debug for Lab {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Lab").field(&self.folder.path()).finish()
    }
}

/// Makes `shims/go` and `shims/gofmt` below a root.
pub(crate) fn make_shims(root: &Path) {
    let shims = root.join("shims");
    fs::create_dir_all(&shims).unwrap();
    fs::write(shims.join(MARKER), "").unwrap();
    fs::copy(env!("CARGO_BIN_EXE_gvr-shim"), shims.join("go")).unwrap();
    fs::hard_link(shims.join("go"), shims.join("gofmt")).unwrap();
}

/// Folders as PATH has them.
pub(crate) fn path_of(folders: &[impl AsRef<OsStr>]) -> OsString {
    std::env::join_paths(folders.iter().map(AsRef::as_ref)).unwrap()
}

/// stdout's lines.
pub(crate) fn lines(finished: &Finished) -> Vec<String> {
    String::from_utf8_lossy(&finished.stdout).lines().map(str::to_owned).collect()
}
