//! The sandbox itself.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gvr_testkit::{DistServer, FakeDist, FakeToolchain, Invocation, Running, host_platform};
use tempfile::TempDir;

use super::output::Output;
use super::tools::find;

/// What scripts may call in a sandbox; there is no `go` among them, whatever the machine has.
const TOOLS: [&str; 8] = ["sh", "env", "cat", "ls", "mkdir", "rm", "tr", "uname"];

/// Nobody listens there. Whatever a test does, nothing is asked of the world outside.
const NOBODY: &str = "http://127.0.0.1:1";

/// A home with a store, and a folder to work in.
#[derive(Debug)]
pub(crate) struct Sandbox {
    folder: TempDir,
    home: PathBuf,
    root: PathBuf,
    work: PathBuf,
    environment: BTreeMap<OsString, OsString>,
    server: Option<DistServer>,
}

impl Sandbox {
    /// An empty home. The store is at its default place, and no server answers.
    pub(crate) fn new() -> Self {
        Self::with_home("home")
    }

    /// The same, with a home of this name.
    pub(crate) fn with_home(name: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("gvr-test-").tempdir().expect("a folder for the sandbox");
        let base = folder.path().canonicalize().expect("the sandbox has a path");
        let (home, tools) = (base.join(name), base.join("tools"));
        let work = home.join("work");
        fs::create_dir_all(&work).expect("a home");
        fs::create_dir_all(&tools).expect("a folder for tools");
        for name in TOOLS {
            if let Some(path) = find(name) {
                symlink(path, tools.join(name)).expect("a link to a tool");
            }
        }
        let root = home.join(".gvr");
        let mut sandbox = Self { folder, home, root, work, environment: BTreeMap::new(), server: None };
        sandbox.set("HOME", sandbox.home.clone());
        sandbox.set("PATH", sandbox.path_of(&[&sandbox.root.join("shims"), &tools]));
        sandbox.set("GVR_DIST_URL", format!("{NOBODY}/dl"));
        sandbox.set("HTTPS_PROXY", NOBODY);
        sandbox.set("NO_PROXY", "127.0.0.1,localhost");
        sandbox
    }

    /// A home, and a server that offers these versions.
    pub(crate) fn with_dist(versions: &[&str]) -> Self {
        Self::serving(&FakeDist::with(versions))
    }

    /// A home, and a server that offers this.
    pub(crate) fn serving(dist: &FakeDist) -> Self {
        Self::new().and_server(DistServer::serve(dist).expect("a server on loopback"))
    }

    /// Points gvr to a server, which then lives as long as the sandbox.
    pub(crate) fn and_server(mut self, server: DistServer) -> Self {
        self.set("GVR_DIST_URL", server.url());
        self.server = Some(server);
        self
    }

    /// A home in which these versions are installed.
    pub(crate) fn with_versions(versions: &[&str]) -> Self {
        let sandbox = Self::new();
        sandbox.place(versions);
        sandbox
    }

    /// Puts toolchains into the store without asking a server, and makes the shims.
    pub(crate) fn place(&self, versions: &[&str]) {
        for version in versions {
            FakeToolchain::native(version).write_to(&self.version(version)).expect("a toolchain in the store");
        }
        self.gvr(["rehash"]).run().succeeds();
    }

    /// Sets a variable for every command from now on.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.environment.insert(name.into(), value.into());
    }

    /// The server that [`Sandbox::and_server`] brought.
    pub(crate) fn server(&self) -> &DistServer {
        self.server.as_ref().expect("this sandbox has a server")
    }

    /// `$HOME`.
    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// The store.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder in which commands run unless they say otherwise: `$HOME/work`.
    pub(crate) fn work(&self) -> &Path {
        &self.work
    }

    /// A folder outside the home, for whatever a test needs.
    pub(crate) fn outside(&self, name: &str) -> PathBuf {
        let path = self.folder.path().canonicalize().expect("the sandbox has a path").join(name);
        fs::create_dir_all(&path).expect("a folder in the sandbox");
        path
    }

    /// The folder of an installed version.
    pub(crate) fn version(&self, version: &str) -> PathBuf {
        self.root.join("versions").join(version)
    }

    /// A shim's path.
    pub(crate) fn shim_path(&self, name: &str) -> PathBuf {
        self.root.join("shims").join(name)
    }

    /// The tools that commands find on PATH after the shims.
    pub(crate) fn tools(&self) -> PathBuf {
        self.outside("tools")
    }

    /// Writes a file below the working folder, and the folders that it needs.
    pub(crate) fn write(&self, path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.work.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).expect("a folder in the sandbox");
        }
        fs::write(&path, contents).expect("a file in the sandbox");
        path
    }

    /// The text of a file below the working folder; `None` where there is none.
    pub(crate) fn read(&self, path: impl AsRef<Path>) -> Option<String> {
        fs::read_to_string(self.work.join(path)).ok()
    }

    /// Puts a real `go` on PATH, outside gvr's store, and gives its folder.
    pub(crate) fn with_system_go(&mut self, version: &str) -> PathBuf {
        let goroot = self.outside("usr-local-go");
        FakeToolchain::native(version).write_to(&goroot).expect("a toolchain outside the store");
        let path = self.path_of(&[&self.root.join("shims"), &goroot.join("bin"), &self.tools()]);
        self.set("PATH", path);
        goroot
    }

    /// Folders as PATH has them.
    #[expect(clippy::unused_self, reason = "it reads as the sandbox's PATH where it is used")]
    pub(crate) fn path_of(&self, folders: &[&Path]) -> OsString {
        std::env::join_paths(folders).expect("the sandbox's paths have no colon")
    }

    /// A call of gvr.
    pub(crate) fn gvr(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Call<'_> {
        self.run(env!("CARGO_BIN_EXE_gvr")).args(arguments)
    }

    /// A call of a program through the folder of shims.
    pub(crate) fn shim(&self, name: &str) -> Call<'_> {
        self.run(self.shim_path(name))
    }

    /// A call of any program, in this sandbox.
    pub(crate) fn run(&self, program: impl Into<PathBuf>) -> Call<'_> {
        let mut invocation = Invocation::new(program).cwd(&self.work);
        for (name, value) in &self.environment {
            invocation = invocation.env(name, value);
        }
        Call { sandbox: self, invocation }
    }

    /// The versions in the store, by the names of their folders, sorted.
    pub(crate) fn installed(&self) -> Vec<String> {
        entries(&self.root.join("versions"))
    }

    /// Fails where an operation left anything behind in the folder for things that are being made.
    #[track_caller]
    pub(crate) fn has_no_leftovers(&self) {
        let left = entries(&self.root.join("tmp"));
        assert!(left.is_empty(), "left behind in tmp: {left:?}");
        let hidden: Vec<_> = self.installed().into_iter().filter(|name| name.starts_with('.')).collect();
        assert!(hidden.is_empty(), "left behind in versions: {hidden:?}");
    }

    fn replacements(&self) -> Vec<(String, &'static str)> {
        let (os, arch) = host_platform().split_once('-').map(|(os, arch)| (os.to_owned(), arch.to_owned())).unwrap();
        let text = |path: &Path| path.display().to_string();
        let mut replacements = vec![(text(&self.root), "[ROOT]"), (text(&self.home), "[HOME]")];
        replacements.push((text(&self.folder.path().canonicalize().unwrap()), "[SANDBOX]"));
        if let Some(server) = &self.server {
            replacements.push((server.url(), "[URL]"));
        }
        replacements.push((format!("{os}-{arch}"), "[PLATFORM]"));
        replacements.push((format!("{os}/{arch}"), "[OS]/[ARCH]"));
        replacements
    }
}

/// A command that is being put together.
#[derive(Clone, Debug)]
pub(crate) struct Call<'a> {
    sandbox: &'a Sandbox,
    invocation: Invocation,
}

impl Call<'_> {
    fn with(self, change: impl FnOnce(Invocation) -> Invocation) -> Self {
        Self { invocation: change(self.invocation), ..self }
    }

    pub(crate) fn arg(self, argument: impl AsRef<OsStr>) -> Self {
        self.with(|invocation| invocation.arg(argument))
    }

    pub(crate) fn args(self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.with(|invocation| invocation.args(arguments))
    }

    pub(crate) fn env(self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.with(|invocation| invocation.env(name, value))
    }

    pub(crate) fn env_remove(self, name: &str) -> Self {
        self.with(|invocation| invocation.env_remove(name))
    }

    /// As with `env -i`.
    pub(crate) fn env_clear(self) -> Self {
        self.with(Invocation::env_clear)
    }

    /// Runs in this folder, which is relative to the working folder.
    pub(crate) fn cwd(self, folder: impl AsRef<Path>) -> Self {
        let folder = self.sandbox.work.join(folder);
        self.with(|invocation| invocation.cwd(folder))
    }

    pub(crate) fn stdin(self, text: &str) -> Self {
        self.with(|invocation| invocation.stdin(text))
    }

    /// Runs it as the last arguments of another program.
    pub(crate) fn through(
        self,
        wrapper: impl Into<PathBuf>,
        options: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Self {
        self.with(|invocation| invocation.through(wrapper, options))
    }

    /// The same call, changed by a helper of the test kit.
    pub(crate) fn changed(self, change: impl FnOnce(Invocation) -> Invocation) -> Self {
        self.with(change)
    }

    /// Lets it take five minutes: what real toolchains compile takes its time on a busy machine.
    pub(crate) fn patiently(self) -> Self {
        self.with(|invocation| invocation.limit(Duration::from_mins(5)))
    }

    /// Runs it to its end, which comes within a minute.
    #[track_caller]
    pub(crate) fn run(self) -> Output {
        Output::new(&self.invocation.run(), &self.sandbox.replacements())
    }

    /// Starts it.
    pub(crate) fn spawn(self) -> Running {
        self.invocation.spawn().expect("the command starts")
    }
}

/// The names in a folder, sorted; none where there is no folder.
pub(crate) fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.expect("a folder can be listed").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The shim as it was built: beside gvr.
pub(crate) fn shim_program() -> PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_gvr")).with_file_name("gvr-shim");
    assert!(path.is_file(), "{} is not built; to build it: cargo build -p gvr-shim", path.display());
    path
}
