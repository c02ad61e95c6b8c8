//! Other version managers: got from their registries into a folder of this bench, once.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::archives::VERSION;
use super::rows::{Group, Role, Row};
use crate::context::Context;
use crate::process::{self, ProcessError};

const MISE: &str = "2026.9.15";
const GOUP: &str = "0.16.12";

/// The rows of the peers that can be had, and the variables that they read; the reasons for the others go to `left_out`.
pub(crate) fn rows(
    context: &Context,
    folder: &Path,
    left_out: &mut Vec<String>,
) -> (Vec<Row>, Vec<(&'static str, PathBuf)>) {
    let mut rows = Vec::new();
    let mut variables = Vec::new();
    let row = |name: String, command: String| Row { group: Group::Loopback, role: Role::Peer, name, command };
    match mise(folder) {
        Ok((program, tags)) => {
            variables.extend([("MISE", program), ("TAGS", tags)]);
            let command = format!(
                "exec env -i PATH=/usr/bin:/bin HOME=$DISK MISE_DATA_DIR=$DISK/mise MISE_CACHE_DIR=$DISK/cache \
                 MISE_CONFIG_DIR=$DISK/config MISE_STATE_DIR=$DISK/state MISE_USE_VERSIONS_HOST=0 \
                 MISE_GO_DOWNLOAD_MIRROR=$URL MISE_GO_REPO=$TAGS $MISE install -y go@{VERSION}"
            );
            rows.push(row(format!("mise {MISE}"), command));
        }
        Err(error) => left_out.push(format!("mise: {error}")),
    }
    match goup(context, folder) {
        Ok(program) => {
            variables.push(("GOUP", program));
            let command = format!(
                "exec env -i PATH=/usr/bin:/bin HOME=$DISK GOUP_HOME=$DISK/goup GOUP_GO_REGISTRY=$URL $GOUP install \
                 --use-raw-version {VERSION}"
            );
            rows.push(row(format!("goup-rs {GOUP}"), command));
        }
        Err(error) => left_out.push(format!("goup-rs: {error}")),
    }
    left_out.push("voidint/g: it is in no package registry that is asked here".to_owned());
    (rows, variables)
}

/// mise, and a repository with the tag that it looks for: it lists Go's versions by `git ls-remote`.
fn mise(folder: &Path) -> Result<(PathBuf, PathBuf), ProcessError> {
    let prefix = folder.join(format!("mise-{MISE}"));
    let program = prefix.join("node_modules/@jdxcode/mise-linux-x64/bin/mise");
    if !program.is_file() {
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error"]);
        npm.args(["--fetch-retries", "1", "--fetch-timeout", "60000", "--prefix"]).arg(&prefix);
        process::output(npm.arg(format!("@jdxcode/mise-linux-x64@{MISE}")))?;
    }
    let tags = prefix.join("tags.git");
    if !tags.join("refs/tags").join(format!("go{VERSION}")).is_file() {
        process::output(Command::new("git").args(["init", "--quiet", "--bare"]).arg(&tags))?;
        let git = |arguments: &[&str]| process::output(Command::new("git").arg("-C").arg(&tags).args(arguments));
        let text = |output: std::process::Output| String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        let tree = text(git(&["hash-object", "-w", "-t", "tree", "/dev/null"])?);
        let identity = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
        let commit = text(git(&[&identity[..], &["commit-tree", "-m", "empty", &tree]].concat())?);
        git(&["update-ref", &format!("refs/tags/go{VERSION}"), &commit])?;
    }
    Ok((program, tags))
}

fn goup(context: &Context, folder: &Path) -> Result<PathBuf, ProcessError> {
    let root = folder.join(format!("goup-{GOUP}"));
    let program = root.join("bin/goup");
    if !program.is_file() {
        let mut cargo = context.cargo();
        cargo.args(["install", "--quiet", "--locked", "--root"]).arg(&root).arg("--target-dir").arg(root.join("build"));
        process::output(cargo.arg(format!("goup-rs@{GOUP}")))?;
    }
    Ok(program)
}
