//! Other version managers that can be run here, each with a program of ours as what it manages.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::lab::{Lab, PINNED};
use super::row::{Role, Row, utf8};
use crate::bench::error::BenchError;
use crate::context::Context;
use crate::process::{self, ProcessError};

/// The rows of the peers that are at hand; the reasons for the others go to `left_out`.
pub(crate) fn rows(
    context: &Context,
    folder: &Path,
    lab: &Lab,
    left_out: &mut Vec<String>,
) -> Result<Vec<Row>, BenchError> {
    let mut rows = Vec::new();
    match rustc(context, lab) {
        Some((proxy, rustc)) => rows.extend(rustup_rows(context, lab, &proxy, &rustc)?),
        None => left_out.push("rustup's proxy, as no rustc on PATH is one".to_owned()),
    }
    match mise(folder) {
        Ok(mise) => rows.extend(mise_rows(lab, &mise)?),
        Err(error) => left_out.push(format!("mise: {error}")),
    }
    Ok(rows)
}

/// Rows of several milliseconds and a hundred megabytes: in every round they would slow the next row down.
const EVERY_TENTH: u32 = 10;

/// rustup's proxy and the rustc that it leads to.
fn rustc(context: &Context, lab: &Lab) -> Option<(PathBuf, PathBuf)> {
    let proxy = std::env::split_paths(context.variable("PATH")?)
        .map(|folder| folder.join("rustc"))
        .find(|path| path.canonicalize().is_ok_and(|real| real.file_name().is_some_and(|name| name == "rustup")))?;
    let mut rustup = Command::new("rustup");
    rustup.args(["which", "rustc"]).current_dir(lab.pinned()).env_remove("RUSTUP_TOOLCHAIN");
    let answer = process::output(&mut rustup).ok()?;
    let rustc = PathBuf::from(String::from_utf8(answer.stdout).ok()?.trim_end());
    rustc.is_file().then_some((proxy, rustc))
}

/// rustup chooses among its own toolchains, so these two rows end in a real rustc.
fn rustup_rows(context: &Context, lab: &Lab, proxy: &Path, rustc: &Path) -> Result<Vec<Row>, BenchError> {
    let folder = lab.pinned();
    let mut environment = lab.environment(&folder, proxy.parent().unwrap_or(proxy))?;
    environment.retain(|variable| !variable.starts_with("HOME="));
    for name in ["HOME", "CARGO_HOME", "RUSTUP_HOME"] {
        if let Some(value) = context.variable(name) {
            environment.push(format!("{name}={}", utf8(Path::new(value))?));
        }
    }
    let version = process::output(Command::new(rustc).arg("--version"))?;
    let row = |name: &str, role, program: &Path| Row {
        name: name.to_owned(),
        role,
        folder: folder.clone(),
        environment: environment.clone(),
        program: program.to_owned(),
        argument: "--version",
        question: "--version",
        answer: String::from_utf8_lossy(&version.stdout).trim_end().to_owned(),
        every: EVERY_TENTH,
    };
    Ok(vec![
        row("`rustc --version` by its path", Role::DirectRustc, rustc),
        row("`rustc --version` by rustup's proxy", Role::Rustup, proxy),
    ])
}

/// The release of mise that is measured.
const MISE: &str = "2026.9.15";

/// mise's program, got by npm into `folder` the first time.
fn mise(folder: &Path) -> Result<PathBuf, ProcessError> {
    let architecture = if cfg!(target_arch = "x86_64") { "x64" } else { "arm64" };
    let package = format!("@jdxcode/mise-linux-{architecture}");
    let prefix = folder.join(format!("mise-{MISE}"));
    let program = prefix.join("node_modules").join(&package).join("bin").join("mise");
    if !program.is_file() {
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error"]);
        npm.args(["--fetch-retries", "1", "--fetch-timeout", "60000", "--prefix"]).arg(&prefix);
        process::output(npm.arg(format!("{package}@{MISE}")))?;
    }
    Ok(program)
}

/// mise's shims are symbolic links to mise; a program of ours is what it believes to have installed.
fn mise_rows(lab: &Lab, mise: &Path) -> Result<Vec<Row>, BenchError> {
    let data = lab.path("mise");
    let (shim, go) = (data.join("shims/go"), data.join(format!("installs/go/{PINNED}/bin/go")));
    let make = || {
        fs::create_dir_all(data.join("shims"))?;
        fs::create_dir_all(go.parent().unwrap_or(&data))?;
        fs::copy(lab.path("plain").join(format!("versions/{PINNED}/bin/go")), &go)?;
        symlink(mise, &shim)
    };
    make().map_err(|source| BenchError::disk(&data, source))?;

    let mut settings = vec!["MISE_OFFLINE=1".to_owned(), "MISE_IDIOMATIC_VERSION_FILE_ENABLE_TOOLS=go".to_owned()];
    for (name, folder) in [("DATA", ""), ("CACHE", "cache"), ("CONFIG", "config"), ("STATE", "state")] {
        settings.push(format!("MISE_{name}_DIR={}", utf8(&data.join(folder))?.trim_end_matches('/')));
    }
    let row = |name: String, folder: &Path| -> Result<Row, BenchError> {
        let mut row = lab.row(&name, Role::Other, folder, &shim, &go)?;
        row.environment.extend(settings.iter().cloned());
        Ok(Row { every: EVERY_TENTH, ..row })
    };
    Ok(vec![
        row(format!("mise {MISE}, its shim"), &lab.pinned())?,
        row(format!("mise {MISE}, its shim, 20 folders below the pin"), &lab.deep())?,
    ])
}

/// A peer that was measured on another machine.
pub(crate) struct Elsewhere {
    pub(crate) name: &'static str,
    /// The median's distance from that of the same program by its path, in microseconds.
    pub(crate) overhead_us: u32,
    /// The same, 20 folders below the pin, where it was measured.
    pub(crate) deep_us: Option<u32>,
}

/// Measured on 23 November 2026 in one run of the same kind, on a virtual machine with 2 cores of an AMD EPYC (Zen 5),
/// Linux 6.18, with a program that ends at once as `go` (volta: as `node`).
pub(crate) const ELSEWHERE: [Elsewhere; 5] = [
    Elsewhere {
        name: "volta 2.0.2 (for node): a Rust program that spawns and waits",
        overhead_us: 2_282,
        deep_us: None,
    },
    Elsewhere { name: "goenv 3.1.3: a bash script, then a Go program", overhead_us: 8_825, deep_us: Some(9_255) },
    Elsewhere { name: "asdf 0.20: bash, a Go program, bash", overhead_us: 15_058, deep_us: Some(99_603) },
    Elsewhere { name: "goenv 2.2.44: bash", overhead_us: 73_207, deep_us: Some(75_051) },
    Elsewhere { name: "asdf 0.15: bash", overhead_us: 87_033, deep_us: Some(300_017) },
];
