//! `versions`, also called `list` and `ls`: what is installed, or what can be.

use std::path::PathBuf;

use gvr_core::files::Disk;
use gvr_core::resolve::{Decision, Outcome};
use gvr_core::{Request, Toolchain};
use serde::Serialize;

use super::remote::{self, Selection};
use crate::context::Context;
use crate::error::CliError;
use crate::{json, query};

/// List the installed versions, or with --remote those that can be installed
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// With --remote: only those that answer this, such as 1.22 or '>=1.20'
    #[arg(value_name = "VERSION", requires = "remote")]
    request: Option<Request>,
    /// Print nothing but the versions, a line each
    #[arg(short, long)]
    bare: bool,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
    /// List what can be installed
    #[arg(short, long)]
    remote: bool,
    /// With --remote: betas and release candidates too
    #[arg(short, long, requires = "remote")]
    all: bool,
    /// With --remote: ask the server, however fresh the cached list is
    #[arg(long, requires = "remote")]
    refresh: bool,
    /// With --remote: for another machine: arm64, amd64, darwin-arm64
    #[arg(long, value_name = "ARCH", requires = "remote")]
    arch: Option<String>,
    /// goenv's; gvr has no aliases to skip
    #[arg(long, hide = true)]
    skip_aliases: bool,
}

#[derive(Serialize)]
struct Answer {
    versions: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    version: String,
    path: PathBuf,
    platform: Option<String>,
    active: bool,
    origin: Option<String>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    if args.remote {
        let Args { request, all, refresh, bare, json, arch, .. } = args;
        let selection = Selection {
            request: request.clone(),
            prereleases: *all,
            refresh: *refresh,
            bare: *bare,
            json: *json,
            arch: arch.clone(),
        };
        return remote::list(context, &selection);
    }
    let installed = context.store.installed()?;
    if args.bare {
        return installed.iter().try_for_each(|toolchain| context.ui.data(toolchain)).map_err(CliError::from);
    }
    // What is installed can be listed also where a version file is broken; that one is then told of.
    let decision = context.resolve().map_err(|error| context.ui.warn(error)).ok();
    if args.json {
        return json::print(context, &Answer { versions: listed(context, &installed, decision.as_ref()) });
    }
    let origin = decision.as_ref().map(|decision| query::origin(&decision.source, context.layout()));
    if context.system_path().find(&Disk, "go").is_some() {
        let is_active = is_chosen(decision.as_ref(), |outcome| outcome == Outcome::System);
        context.ui.data(marked("system", is_active, origin.as_deref()))?;
    }
    for toolchain in installed {
        let is_active = is_chosen(decision.as_ref(), |outcome| outcome == Outcome::Installed(toolchain));
        context.ui.data(marked(&toolchain.to_string(), is_active, origin.as_deref()))?;
    }
    Ok(())
}

fn listed(context: &Context<'_>, installed: &[Toolchain], decision: Option<&Decision>) -> Vec<Listed> {
    let list = |toolchain: &Toolchain| {
        let active = is_chosen(decision, |outcome| outcome == Outcome::Installed(*toolchain));
        Listed {
            version: toolchain.to_string(),
            path: context.layout().toolchain(*toolchain),
            platform: toolchain.platform.map(|platform| platform.to_string()),
            active,
            origin: decision.filter(|_| active).map(|decision| query::origin(&decision.source, context.layout())),
        }
    };
    installed.iter().map(list).collect()
}

fn is_chosen(decision: Option<&Decision>, is_it: impl Fn(Outcome) -> bool) -> bool {
    decision.is_some_and(|decision| decision.choices.iter().any(|choice| is_it(choice.outcome)))
}

/// A line as goenv prints it.
fn marked(name: &str, is_active: bool, origin: Option<&str>) -> String {
    match origin {
        Some(origin) if is_active => format!("* {name} (set by {origin})"),
        _ => format!("  {name}"),
    }
}
