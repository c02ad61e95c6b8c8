//! `ci`: one step that gives a pipeline the Go that its repository asks for.

mod asked;
mod switch;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gvr_core::{Platform, Request, Toolchain};
use serde::Serialize;

use super::{init, install, rehash};
use crate::ci::{self, Bootstrap, Emission, Provider};
use crate::context::Context;
use crate::error::CliError;
use crate::json;
use crate::process::home;

/// Install the Go that the repository asks for, and hand it to the later steps of a pipeline
///
/// A go.mod is taken at its word: its toolchain line exactly, else the newest patch of its minor. What gvr.lock has is taken, and
/// must be right. Later steps get the shims on PATH, and GVR_VERSION with the exact version; Go may not switch to another.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which version, whatever the repository asks for
    #[arg(value_name = "VERSION", conflicts_with = "file")]
    requests: Vec<Request>,
    /// Take the version from this file: a go.mod, go.work, .tool-versions, or one like .go-version
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Speak to this one; the one that the environment tells of unless given
    #[arg(long, value_name = "PROVIDER")]
    provider: Option<Provider>,
    /// Go may not switch to another version, and a module that asks for a newer one is an error; so unless `GVR_STRICT` is false
    #[arg(long, overrides_with = "no_strict")]
    strict: bool,
    /// Let Go switch to another version where a module asks for a newer one
    #[arg(long)]
    no_strict: bool,
    /// Install nothing: only print the cache key, and set the outputs of a step
    #[arg(long)]
    cache_key: bool,
    /// Print JSON, and nothing for a shell
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer {
    provider: &'static str,
    version: String,
    versions: Vec<String>,
    platform: String,
    asked_by: String,
    lock: Option<String>,
    strict: bool,
    installed: Vec<String>,
    cache_key: String,
    cache_paths: Vec<String>,
    path: Vec<String>,
    variables: BTreeMap<&'static str, String>,
    files: Vec<String>,
    lines: Vec<String>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    let detect = || Provider::detect(|name| context.process.variable(name));
    let provider = args.provider.unwrap_or_else(detect);
    let result = bootstrap(context, args, provider);
    if let Err(error) = &result
        && provider.is_evaluated()
        && !args.json
        && !args.cache_key
    {
        context.ui.data(ci::shell_line(error.exit()))?;
    }
    result
}

fn bootstrap(context: &Context<'_>, args: &Args, provider: Provider) -> Result<(), CliError> {
    let asked = asked::asked(context, &args.requests, args.file.as_deref())?;
    let locked = asked::locked(context, &asked)?;
    let (toolchains, platform) = chosen(context, &locked.requests)?;
    let is_strict = !args.no_strict && (args.strict || context.process.switch("GVR_STRICT") != Some(false));
    if let Some(stop) = toolchains.first().and_then(|first| switch::judge(context, *first, &asked, is_strict)) {
        let line = ci::complaint(provider, &stop.file, stop.line, stop.error.message());
        if let Some(line) = line.filter(|_| !args.json) {
            context.ui.data(line)?;
        }
        return Err(stop.error);
    }
    let is_missing = |toolchain: &&Toolchain| !context.store.contains(**toolchain);
    let fresh = toolchains.iter().filter(is_missing).map(ToString::to_string).collect();
    let bootstrap = Bootstrap {
        versions: toolchains.iter().map(ToString::to_string).collect(),
        platform,
        folders: texts(toolchains.iter().map(|toolchain| context.layout().toolchain(*toolchain)))?,
        path: texts([context.layout().shims()].into_iter().chain(init::own_folder(context)))?,
        root: init::on_path(context.layout().root())?.to_owned(),
        is_strict,
        asked_by: asked.by.clone(),
        lock: locked.path.map(|path| path.display().to_string()),
        fresh,
    };
    let emission = if args.cache_key {
        ci::outputs(provider, &bootstrap, |name| file(context, name))
    } else {
        // Whoever cannot be told needs nothing installed.
        let emission = emission(context, provider, &bootstrap)?;
        install::install_missing(context, &toolchains)?;
        // Without them nothing that follows would find go.
        rehash::rehash(context)?;
        emission
    };
    emission.files.iter().try_for_each(|(path, text)| ci::append(path, text))?;
    answer(context, args, provider, &bootstrap, &emission)
}

/// The toolchains, and what the first one runs on.
fn chosen(context: &Context<'_>, requests: &[Request]) -> Result<(Vec<Toolchain>, Platform), CliError> {
    let mut chosen: Vec<(Toolchain, Platform)> = Vec::new();
    for request in requests {
        let one = install::resolve(context, request)?;
        if !chosen.contains(&one) {
            chosen.push(one);
        }
    }
    let nothing = || CliError::usage("no version was asked for").hint("name one: gvr ci 1.22");
    let platform = chosen.first().ok_or_else(nothing)?.1;
    Ok((chosen.into_iter().map(|(toolchain, _)| toolchain).collect(), platform))
}

/// Paths as variables and lines can hold them.
fn texts(paths: impl IntoIterator<Item = PathBuf>) -> Result<Vec<String>, CliError> {
    paths.into_iter().map(|path| init::on_path(&path).map(str::to_owned)).collect()
}

fn file(context: &Context<'_>, variable: &str) -> Option<PathBuf> {
    context.process.variable(variable).map(PathBuf::from)
}

fn emission(context: &Context<'_>, provider: Provider, bootstrap: &Bootstrap) -> Result<Emission, CliError> {
    let matcher = if provider == Provider::Github {
        let folder = file(context, "RUNNER_TEMP").unwrap_or_else(|| context.layout().root().join("ci"));
        Some(ci::matcher(&folder)?)
    } else {
        None
    };
    ci::emission(provider, bootstrap, |name| file(context, name), matcher.as_deref())
        .map_err(|error| CliError::failed(error).hint("to have lines for a shell instead: gvr ci --provider shell"))
}

fn answer(
    context: &Context<'_>,
    args: &Args,
    provider: Provider,
    bootstrap: &Bootstrap,
    emission: &Emission,
) -> Result<(), CliError> {
    if args.json {
        return json::print(context, &answer_for_programs(provider, bootstrap, emission));
    }
    if args.cache_key {
        return Ok(context.ui.data(bootstrap.cache_key())?);
    }
    emission.lines.iter().try_for_each(|line| context.ui.data(line))?;
    let name = bootstrap.versions.join(", ");
    context.ui.note(format_args!("Go {name} is ready for the later steps"));
    context.ui.note(format_args!("cache key: {}", bootstrap.cache_key()));
    if provider == Provider::Shell {
        context.ui.note(format_args!(
            "no known pipeline; a shell takes these lines over\n  like this: gvr_lines=$(gvr ci) && eval \"$gvr_lines\"\n  in a Dockerfile: {}",
            ci::docker_path(bootstrap)
        ));
    }
    tell_about_home(context);
    Ok(())
}

fn answer_for_programs(provider: Provider, bootstrap: &Bootstrap, emission: &Emission) -> Answer {
    let shown = |path: &Path| path.display().to_string();
    Answer {
        provider: provider.name(),
        version: bootstrap.version(),
        versions: bootstrap.versions.clone(),
        platform: bootstrap.platform.to_string(),
        asked_by: bootstrap.asked_by.clone(),
        lock: bootstrap.lock.clone(),
        strict: bootstrap.is_strict,
        installed: bootstrap.fresh.clone(),
        cache_key: bootstrap.cache_key(),
        cache_paths: bootstrap.folders.clone(),
        path: bootstrap.path.clone(),
        variables: bootstrap.variables().into_iter().collect(),
        files: emission.files.iter().map(|(path, _)| shown(path)).collect(),
        lines: emission.lines.clone(),
    }
}

/// gvr finds the home of a user without HOME, and Go does not.
fn tell_about_home(context: &Context<'_>) {
    let places = ["HOME", "GOCACHE", "XDG_CACHE_HOME"];
    if places.iter().all(|name| context.process.variable(name).is_none()) {
        let home = home().unwrap_or_else(|| PathBuf::from("/root"));
        context.ui.warn(format_args!(
            "HOME is not set, and without it go build has no place for its cache\n  to set it: export HOME={}",
            home.display()
        ));
    }
}
