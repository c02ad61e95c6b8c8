//! What a version's programs find in their environment: for `exec`, which becomes one, and `env`, which prints it.

use std::ffi::OsString;
use std::path::PathBuf;

use gvr_core::files::Disk;
use gvr_core::resolve::{Decision, Outcome};
use gvr_core::{Toolchain, gopath, gotoolchain};

use crate::context::Context;
use crate::query;

/// What is changed, beside what is inherited.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Environment {
    /// Variables and their values.
    pub(super) set: Vec<(&'static str, OsString)>,
    /// The folders of PATH.
    pub(super) path: Vec<PathBuf>,
    /// Variables that are taken away.
    pub(super) unset: Vec<&'static str>,
}

/// The environment in which the chosen versions apply: their programs come first on PATH, and GVR_VERSION names them.
pub(super) fn environment(context: &Context<'_>, decision: &Decision) -> Environment {
    let settings = context.shim_settings();
    let names: Vec<_> = decision.choices.iter().map(query::name).collect();
    let mut set = vec![("GVR_VERSION", OsString::from(names.join(":")))];
    let variable = |name: &str| context.process.variable(name);
    let is_macos = cfg!(target_os = "macos");
    if let Some(value) = gotoolchain::override_for(&decision.source, settings.strict, variable, &Disk, is_macos) {
        set.push(("GOTOOLCHAIN", value.into()));
    }
    let gopath = |first| gopath::value(first, variable);
    if let Some(value) = toolchains(decision).next().filter(|_| settings.version_gopath).and_then(gopath) {
        set.push(("GOPATH", value));
    }
    let unset = if settings.keep_goroot { Vec::new() } else { vec!["GOROOT"] };
    Environment { set, path: path(context, decision), unset }
}

impl Environment {
    /// The same as goenv has it: `GOENV_VERSION` names the versions, and GOROOT says where the first one lies.
    pub(super) fn as_goenv(&mut self, context: &Context<'_>, decision: &Decision) {
        for (name, _) in &mut self.set {
            if *name == "GVR_VERSION" {
                *name = "GOENV_VERSION";
            }
        }
        // What a script sets below this is goenv's variable, and it must count.
        self.unset.push("GVR_VERSION");
        if let Some(toolchain) = toolchains(decision).next().filter(|_| !context.shim_settings().keep_goroot) {
            self.unset.retain(|name| *name != "GOROOT");
            self.set.push(("GOROOT", context.layout().toolchain(toolchain).into_os_string()));
        }
    }
}

/// The versions' folders, then what was on PATH. Those of other versions that an earlier call put there go, so that PATH
/// does not grow with each call in another.
fn path(context: &Context<'_>, decision: &Decision) -> Vec<PathBuf> {
    let versions = context.layout().versions();
    let own = toolchains(decision).map(|toolchain| context.layout().toolchain(toolchain).join("bin"));
    let inherited = context.process.variable("PATH").map(std::env::split_paths);
    let is_own = |folder: &PathBuf| {
        folder.file_name().is_some_and(|name| name == "bin")
            && folder.parent().is_some_and(|root| root.parent() == Some(&versions))
    };
    own.chain(inherited.into_iter().flatten().filter(|folder| !is_own(folder))).collect()
}

/// The chosen versions that are installed.
pub(super) fn toolchains(decision: &Decision) -> impl Iterator<Item = Toolchain> {
    decision.choices.iter().filter_map(|choice| match choice.outcome {
        Outcome::Installed(toolchain) => Some(toolchain),
        Outcome::System | Outcome::Missing => None,
    })
}
