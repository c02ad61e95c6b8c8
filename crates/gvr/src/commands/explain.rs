//! `explain`: which version applies here and why, and what Go itself will make of it.

use std::path::PathBuf;

use gvr_core::explain::{Considered, Explanation, Verdict, explain};
use gvr_core::files::{Disk, Files as _};
use gvr_core::gotoolchain::{self, Effective};
use gvr_core::resolve::{Decision, Outcome};
use gvr_core::search::Source;
use gvr_core::{Toolchain, Version};
use serde::Serialize;

use crate::context::Context;
use crate::error::CliError;
use crate::{json, query};

/// Show every place that could choose the version here, which one does, and what Go itself then does
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print it as JSON
    #[arg(long)]
    json: bool,
    /// Explain another folder than the working one
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

#[derive(Serialize)]
struct Answer {
    version: Option<String>,
    installed: bool,
    origin: Option<String>,
    error: Option<String>,
    install: Option<String>,
    candidates: Vec<Candidate>,
    effective: Option<EffectiveGo>,
}

#[derive(Serialize)]
struct Candidate {
    source: String,
    line: Option<u32>,
    asks: String,
    verdict: &'static str,
    reason: String,
}

#[derive(Serialize)]
struct EffectiveGo {
    version: Option<String>,
    reason: String,
    gotoolchain: String,
    gotoolchain_origin: String,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    let surroundings = match &args.dir {
        Some(folder) => context.surroundings().only_in(context.folder()?.join(folder)),
        None => context.surroundings(),
    };
    let query = surroundings.query(None);
    let explanation = explain(&query, context.layout(), &Disk, &context.system_path());
    let answer = answer(context, &explanation);
    if args.json { json::print(context, &answer) } else { print(context, &answer) }
}

fn answer(context: &Context<'_>, explanation: &Explanation) -> Answer {
    let layout = context.layout();
    let candidates = explanation.candidates.iter().map(|considered| candidate(context, considered)).collect();
    let install = explanation.decision.as_ref().ok().and_then(|decision| {
        let choice = decision.choices.iter().find(|choice| choice.outcome == Outcome::Missing)?;
        Some(format!("gvr install {}", query::word(&decision.to_install(choice))))
    });
    let (version, installed, origin, error) = match &explanation.decision {
        Ok(decision) => {
            let names: Vec<_> = decision.choices.iter().map(query::name).collect();
            let is_there = decision.choices.iter().all(|choice| match choice.outcome {
                Outcome::Installed(_) => true,
                Outcome::System => context.system_path().find(&Disk, "go").is_some(),
                Outcome::Missing => false,
            });
            (Some(names.join(":")), is_there, Some(query::origin(&decision.source, layout)), None)
        }
        Err(error) => (None, false, None, Some(error.to_string())),
    };
    let effective = explanation.decision.as_ref().ok().and_then(|decision| effective(context, decision, explanation));
    Answer { version, installed, origin, error, install, candidates, effective }
}

fn candidate(context: &Context<'_>, considered: &Considered) -> Candidate {
    let source = match &considered.source {
        Source::Default => "PATH".to_owned(),
        source => query::origin(source, context.layout()),
    };
    let (verdict, reason) = match &considered.verdict {
        Verdict::Wins => ("wins", String::new()),
        Verdict::WinsButMissing => ("missing", "not installed".to_owned()),
        Verdict::Satisfied(version) => ("satisfied", format!("{version} is new enough")),
        Verdict::ComesLater => ("loses", "comes later".to_owned()),
        Verdict::AsksNothing(why) => ("nothing", (*why).to_owned()),
        Verdict::Broken(why) => ("broken", why.clone()),
        Verdict::BelowMinimum => ("loses", "older than what is asked for above".to_owned()),
    };
    Candidate { source, line: considered.line, asks: considered.asks.clone(), verdict, reason }
}

/// What Go itself will do once it runs; nothing where no Go runs, or its version is not known.
fn effective(context: &Context<'_>, decision: &Decision, explanation: &Explanation) -> Option<EffectiveGo> {
    let started = match decision.choices.first()?.outcome {
        Outcome::Installed(toolchain) => toolchain.version,
        Outcome::System => context.system_path().version(&Disk)?,
        Outcome::Missing => return None,
    };
    let (value, origin) = gotoolchain_setting(context, decision);
    let requirement = explanation.module.as_ref().map(|(_, requirement)| *requirement);
    let is_installed = |version: Version| context.store.contains(Toolchain::native(version));
    let Effective { version, reason } = gotoolchain::foretell(started, &value, requirement, is_installed);
    Some(EffectiveGo {
        version: version.map(|version| version.to_string()),
        reason: reason.to_string(),
        gotoolchain: if value.is_empty() { "auto".to_owned() } else { value },
        gotoolchain_origin: origin,
    })
}

/// The GOTOOLCHAIN that Go will see, and who set it.
fn gotoolchain_setting(context: &Context<'_>, decision: &Decision) -> (String, String) {
    const NAME: &str = "GOTOOLCHAIN";
    let process = context.process;
    let settings = context.shim_settings();
    let is_macos = cfg!(target_os = "macos");
    // The system's Go is not started by gvr's rules.
    let is_ours = !matches!(decision.choices.first().map(|choice| choice.outcome), Some(Outcome::System));
    if is_ours
        && let Some(value) =
            gotoolchain::override_for(&decision.source, settings.strict, |name| process.variable(name), &Disk, is_macos)
    {
        return (value.to_owned(), "gvr".to_owned());
    }
    if let Some(value) = process.text(NAME) {
        return (value.to_owned(), format!("{NAME} environment variable"));
    }
    let (goenv, config_home) = (process.variable("GOENV"), process.variable("XDG_CONFIG_HOME"));
    let file = gotoolchain::settings_file(goenv, config_home, process.variable("HOME"), is_macos);
    let goroot = match decision.choices.first().map(|choice| choice.outcome) {
        Some(Outcome::Installed(toolchain)) => Some(context.layout().toolchain(toolchain)),
        _ => None,
    };
    for file in [file, goroot.map(|goroot| goroot.join("go.env"))].into_iter().flatten() {
        let content = Disk.read(&file, gotoolchain::SETTINGS_LIMIT).unwrap_or_default();
        if let Some((line, value)) = str::from_utf8(&content).ok().and_then(|text| gotoolchain::setting(text, NAME)) {
            return (value.to_owned(), format!("{}:{line}", file.display()));
        }
    }
    (String::new(), "Go's default".to_owned())
}

fn print(context: &Context<'_>, answer: &Answer) -> Result<(), CliError> {
    let ui = &context.ui;
    match (&answer.version, &answer.origin, &answer.error) {
        (_, _, Some(error)) => ui.data(format_args!("No Go can be chosen here: {error}"))?,
        (Some(version), Some(origin), None) if answer.installed => {
            ui.data(format_args!("{version} applies here (set by {origin})"))?;
        }
        (Some(version), Some(_), None) if version == "system" => {
            ui.data("No Go version is chosen here, and PATH has no other go")?;
        }
        (Some(version), Some(origin), None) => {
            ui.data(format_args!("{version} applies here (set by {origin}), but it is not installed"))?;
        }
        _ => {}
    }
    match &answer.install {
        Some(command) => ui.data(format_args!("  to install it: {command}"))?,
        None if answer.error.is_none() && !answer.installed => ui.data("  to choose a version: gvr local VERSION")?,
        None => {}
    }
    ui.data("\nIn order of precedence:")?;
    for candidate in &answer.candidates {
        let mark = if matches!(candidate.verdict, "wins" | "missing") { '>' } else { ' ' };
        let line = candidate.line.map(|line| format!(":{line}")).unwrap_or_default();
        let words = [candidate.asks.as_str(), candidate.reason.as_str()];
        let words: Vec<_> = words.into_iter().filter(|words| !words.is_empty()).collect();
        ui.data(format_args!("{mark} {}{line}: {}", candidate.source, words.join("; ")))?;
    }
    if let Some(go) = &answer.effective {
        let setting = format!("GOTOOLCHAIN={} (set by {})", go.gotoolchain, go.gotoolchain_origin);
        match &go.version {
            Some(version) => ui.data(format_args!("\nGo itself will run {version}: {}\n{setting}", go.reason))?,
            None => ui.data(format_args!("\nGo itself will stop: {}\n{setting}", go.reason))?,
        }
    }
    Ok(())
}
