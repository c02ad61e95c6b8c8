//! Where a go command's own files are (`findGOROOT`).

use std::path::Path;

use super::paths::{clean, join};
use super::{GoCommand, Machine};

/// The GOROOT of a go command where no setting names one: the first of `../..` and `../../..` of the executable that has
/// `pkg/tool`, before links are followed, then after. Empty where there is none; a release of Go then does not start.
pub fn find_goroot(go: &GoCommand<'_>, machine: &impl Machine) -> String {
    let above = |executable: &Path| {
        let executable = executable.to_string_lossy();
        let folders = ["../..", "../../.."].map(|way| join(&executable, way));
        folders.into_iter().find(|folder| machine.is_folder(Path::new(&join(folder, "pkg/tool"))))
    };
    let found = above(go.executable).or_else(|| above(&machine.real_path(go.executable)?));
    found.unwrap_or_default()
}

/// The GOROOT whose `go.env` is read: one in the user's file counts before one in the environment.
pub(super) fn of_go_env(in_user_file: Option<&str>, go: &GoCommand<'_>, machine: &impl Machine) -> String {
    let set = |value: &str| (!value.is_empty()).then(|| clean(value));
    let in_environment = || machine.variable("GOROOT").as_deref().and_then(set);
    in_user_file.and_then(set).or_else(in_environment).unwrap_or_else(|| find_goroot(go, machine))
}
