//! Builds what is measured: the shims by cargo, and the small programs of `tests/bench` by the C compiler.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::error::BenchError;
use crate::console;
use crate::context::Context;
use crate::process::{self, ProcessError};

/// Where the programs lie.
pub(crate) struct Programs {
    /// Measures.
    pub(crate) spawn: PathBuf,
    /// Stands for `go`.
    pub(crate) go: PathBuf,
    /// The shim as `cargo build --release` leaves it.
    pub(crate) plain: PathBuf,
    /// The shim as it is published, where a musl target is at hand.
    pub(crate) released: Option<PathBuf>,
    /// The repository's folder of sources.
    sources: PathBuf,
}

/// Beside some checkouts: builds for musl without a target of rustup's.
const BUILD_SCRIPT: &str = "../shared/darwin/darwin-check.sh";

/// For a program without a C library, in as few pages as can be. Not -O2: it may call memset, which nobody brings.
const FREESTANDING: [&str; 13] = [
    "-O1",
    "-static",
    "-nostdlib",
    "-ffreestanding",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
    "-fno-pie",
    "-no-pie",
    "-Wl,--build-id=none",
    "-Wl,-z,noseparate-code",
    "-Wl,-z,norelro",
    "-Wall",
    "-Wextra",
];

impl Programs {
    /// Builds all that can be built here; the reasons for the rest go to `left_out`.
    pub(crate) fn build(context: &Context, folder: &Path, left_out: &mut Vec<String>) -> Result<Self, BenchError> {
        console::note("building the shims");
        process::run(context.cargo().args(["build", "--quiet", "--release", "--package", "gvr-shim"]))?;
        let released = match build_released(context) {
            Ok(Some(path)) => Some(path),
            Ok(None) => {
                left_out.push("the released shim, as no target for musl is installed".to_owned());
                None
            }
            Err(error) => {
                left_out.push(format!("the released shim: {error}"));
                None
            }
        };
        let programs = Self {
            spawn: folder.join("spawn"),
            go: folder.join("go"),
            plain: context.target.join("release").join("gvr-shim"),
            released,
            sources: context.workspace.join("tests").join("bench"),
        };
        process::output(Command::new("cc").args(["-O2", "-o"]).arg(&programs.spawn).arg(programs.source("spawn.c")))?;
        programs.compile("go.c", None, &programs.go)?;
        Ok(programs)
    }

    /// Compiles a program of `tests/bench` that needs no C library. `successor` is the file that it is to start.
    pub(crate) fn compile(&self, source: &str, successor: Option<&Path>, to: &Path) -> Result<(), ProcessError> {
        let mut command = Command::new("cc");
        command.args(FREESTANDING);
        if let Some(successor) = successor {
            let mut definition = OsString::from("-DSUCCESSOR=\"");
            definition.push(successor);
            definition.push("\"");
            command.arg(definition);
        }
        process::output(command.arg(self.source(source)).arg("-o").arg(to)).map(|_| ())
    }

    /// A file of `tests/bench`.
    pub(crate) fn source(&self, name: &str) -> PathBuf {
        self.sources.join(name)
    }
}

/// Builds the shim as it is published, or says that nothing here can.
fn build_released(context: &Context) -> Result<Option<PathBuf>, ProcessError> {
    let target = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
    let script = context.workspace.join(BUILD_SCRIPT);
    if script.is_file() {
        let shim = context.workspace.join("shims").join("gvr-shim");
        let mut command = Command::new("bash");
        command.arg(script).arg("build").arg(shim).args([target.as_str(), "--quiet", "--profile", "dist"]);
        process::output(command.env("CARGO_TARGET_DIR", &context.target))?;
    } else if has_target(&target) {
        let arguments = ["build", "--quiet", "--profile", "dist", "--package", "gvr-shim", "--target", &target];
        process::run(context.cargo().args(arguments))?;
    } else {
        return Ok(None);
    }
    Ok(Some(context.target.join(target).join("dist").join("gvr-shim")))
}

fn has_target(target: &str) -> bool {
    let answer = process::output(Command::new("rustup").args(["target", "list", "--installed"]));
    answer.is_ok_and(|answer| String::from_utf8_lossy(&answer.stdout).lines().any(|line| line == target))
}
