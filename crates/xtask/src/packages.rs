//! Programs that the tests want and a machine may lack, and how Debian's relatives install them.

use std::process::Command;

use crate::context::Context;
use crate::process::{self, ProcessError};

/// A program that a test drives, and the package that brings it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tool {
    /// The program, which is also the word for it in `GVR_TEST_SKIP`.
    pub(crate) program: &'static str,
    /// Debian's package.
    package: &'static str,
    /// Whether it exists for Linux alone.
    linux_only: bool,
}

/// The programs that the suite drives beside gvr's own.
pub(crate) const OF_THE_SUITE: [Tool; 11] = [
    Tool { program: "bash", package: "bash", linux_only: false },
    Tool { program: "zsh", package: "zsh", linux_only: false },
    Tool { program: "fish", package: "fish", linux_only: false },
    Tool { program: "dash", package: "dash", linux_only: false },
    Tool { program: "ksh", package: "ksh", linux_only: false },
    Tool { program: "mksh", package: "mksh", linux_only: false },
    Tool { program: "elvish", package: "elvish", linux_only: false },
    Tool { program: "busybox", package: "busybox", linux_only: true },
    Tool { program: "tmux", package: "tmux", linux_only: false },
    Tool { program: "strace", package: "strace", linux_only: true },
    Tool { program: "valgrind", package: "valgrind", linux_only: true },
];

/// The programs that `cargo xtask faults` needs beside gvr's own.
pub(crate) const OF_THE_FAULTS: [Tool; 5] = [
    Tool { program: "strace", package: "strace", linux_only: true },
    Tool { program: "mkfs.ext4", package: "e2fsprogs", linux_only: true },
    Tool { program: "mkfs.xfs", package: "xfsprogs", linux_only: true },
    Tool { program: "xfs_io", package: "xfsprogs", linux_only: true },
    Tool { program: "c++", package: "g++", linux_only: true },
];

/// Those of `tools` that are not on PATH.
pub(crate) fn missing(context: &Context, tools: &[Tool]) -> Vec<Tool> {
    tools.iter().copied().filter(|tool| !context.has_program(tool.program)).collect()
}

/// Those that a package manager could bring to this machine.
pub(crate) fn installable(tools: &[Tool]) -> Vec<&'static str> {
    tools.iter().filter(|tool| !tool.linux_only || cfg!(target_os = "linux")).map(|tool| tool.package).collect()
}

/// Why nothing was installed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InstallError {
    /// Another kind of system, or no right to install.
    #[error("only apt-get as root, or with a sudo that asks no password, installs packages here")]
    NotPermitted,
    /// apt-get failed.
    #[error(transparent)]
    Failed(#[from] ProcessError),
}

/// Installs packages with apt-get, in one go and quietly, where that is possible without asking anybody.
pub(crate) fn install(context: &Context, packages: &[&str]) -> Result<(), InstallError> {
    let sudo = permission(context).ok_or(InstallError::NotPermitted)?;
    apt_get(sudo, &["update", "-qq"])?;
    let mut arguments = vec!["install", "-y", "-qq", "--no-install-recommends"];
    arguments.extend(packages);
    apt_get(sudo, &arguments)?;
    Ok(())
}

/// How apt-get becomes root.
#[derive(Clone, Copy)]
enum Root {
    Already,
    Sudo,
}

fn permission(context: &Context) -> Option<Root> {
    if !context.has_program("apt-get") {
        return None;
    }
    let succeeds = |program: &str, arguments: &[&str]| process::output(Command::new(program).args(arguments)).ok();
    let user = succeeds("id", &["-u"])?;
    if user.stdout.trim_ascii() == b"0" {
        return Some(Root::Already);
    }
    succeeds("sudo", &["-n", "true"]).map(|_| Root::Sudo)
}

fn apt_get(root: Root, arguments: &[&str]) -> Result<(), ProcessError> {
    let mut command = match root {
        Root::Already => Command::new("env"),
        Root::Sudo => Command::new("sudo"),
    };
    if matches!(root, Root::Sudo) {
        command.args(["-n", "env"]);
    }
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    // An unreachable mirror must not hold a test run up for minutes, nor another apt-get make it fail at once.
    command.args(["-o", "Acquire::http::Timeout=30", "-o", "Acquire::Retries=2", "-o", "DPkg::Lock::Timeout=120"]);
    process::output(command.args(arguments)).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_exists_for_linux_alone_is_asked_for_on_linux_alone() {
        let packages = installable(&OF_THE_SUITE);
        assert!(packages.contains(&"fish"));
        assert_eq!(packages.contains(&"strace"), cfg!(target_os = "linux"));
    }
}
