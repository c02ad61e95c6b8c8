//! What every task needs of the machine, looked up once.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use gvr_core::{Os, Platform};
use serde::Deserialize;

use crate::process::{self, ProcessError};

/// The workspace and the machine as a task sees them.
pub(crate) struct Context {
    /// The cargo that runs this task.
    cargo: OsString,
    /// The repository.
    pub(crate) workspace: PathBuf,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
    /// The user's cache folder, or one below `target` for a user who has none.
    pub(crate) cache: PathBuf,
    /// This machine's platform, by Go's names.
    pub(crate) platform: Platform,
    /// This process's environment.
    pub(crate) environment: Vec<(OsString, OsString)>,
}

/// Why the machine does not serve.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ContextError {
    /// Go is not published for it, or gvr does not serve it.
    #[error("no Go is known for this machine ({os}-{arch})", os = env::consts::OS, arch = env::consts::ARCH)]
    Platform,
    /// cargo does not know where we are.
    #[error(transparent)]
    Metadata(#[from] ProcessError),
    /// cargo's answer is not what cargo documents.
    #[error("cargo metadata answered something unexpected")]
    Answer(#[source] serde_json::Error),
}

/// The two fields of `cargo metadata` that matter here.
#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

impl Context {
    /// Looks at the machine and asks cargo where the workspace lies.
    pub(crate) fn new() -> Result<Self, ContextError> {
        let os = Os::host().ok_or(ContextError::Platform)?;
        let platform = Platform::parse_for(os, env::consts::ARCH).map_err(|_| ContextError::Platform)?;
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let answer = process::output(
            Command::new(&cargo)
                .args(["metadata", "--no-deps", "--format-version", "1"])
                .current_dir(env!("CARGO_MANIFEST_DIR")),
        )?;
        let metadata: Metadata = serde_json::from_slice(&answer.stdout).map_err(ContextError::Answer)?;
        Ok(Self {
            cargo,
            workspace: metadata.workspace_root,
            cache: dirs::cache_dir().unwrap_or_else(|| metadata.target_directory.join("cache")),
            target: metadata.target_directory,
            platform,
            environment: env::vars_os().collect(),
        })
    }

    /// A cargo command in the workspace, without what the cargo that runs this task told it about the package xtask:
    /// build scripts that watch those variables would run again on every change between the two ways of calling.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(&self.cargo);
        command.current_dir(&self.workspace);
        for (name, _) in &self.environment {
            let is_about_xtask = name.to_str().is_some_and(|name| {
                ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"].iter().any(|prefix| name.starts_with(prefix))
                    || ["CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "OUT_DIR"].contains(&name)
            });
            if is_about_xtask {
                command.env_remove(name);
            }
        }
        command
    }

    /// The value of an environment variable that is set and not empty.
    pub(crate) fn variable(&self, name: &str) -> Option<&OsString> {
        self.environment.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value)
    }

    /// A program that was built in the dev profile: `gvr`, `gvr-shim`.
    pub(crate) fn built(&self, program: &str) -> PathBuf {
        self.target.join("debug").join(program)
    }

    /// The folder of real Go distributions that the tasks share.
    pub(crate) fn dist_cache(&self) -> PathBuf {
        self.target.join("dist-cache")
    }

    /// Whether a program of this name is on PATH.
    pub(crate) fn has_program(&self, name: impl AsRef<Path>) -> bool {
        self.variable("PATH").is_some_and(|path| env::split_paths(path).any(|folder| folder.join(&name).is_file()))
    }
}
