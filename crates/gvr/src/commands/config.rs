//! `config`: the user's settings.

use clap::Subcommand;
use serde::Serialize;

use crate::config::{Config, ConfigError, KEYS, Key};
use crate::context::Context;
use crate::error::CliError;
use crate::json;

/// Show or change gvr's settings
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print a setting
    Get {
        /// The setting's name
        key: String,
    },
    /// Change a setting
    Set {
        /// The setting's name
        key: String,
        /// Its value: true or false, a text, or texts parted by commas
        value: String,
    },
    /// Go back to a setting's default
    Unset {
        /// The setting's name
        key: String,
    },
    /// Print all settings
    List {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Serialize)]
struct Answer {
    path: String,
    settings: Vec<Setting>,
}

#[derive(Serialize)]
struct Setting {
    name: &'static str,
    value: String,
    origin: &'static str,
    variable: &'static str,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    match &args.action {
        Action::Get { key } => Ok(context.ui.data(setting(&context.config, find(key)?).value)?),
        Action::Set { key, value } => {
            let key = find(key)?;
            let mut config = context.config.clone();
            config.set(key, value)?;
            save(context, &config)?;
            tell_if_overruled(context, key);
            Ok(())
        }
        Action::Unset { key } => {
            let mut config = context.config.clone();
            config.unset(find(key)?);
            save(context, &config)
        }
        Action::List { json } => list(context, *json),
    }
}

fn find(name: &str) -> Result<&'static Key, CliError> {
    Key::find(name).ok_or_else(|| {
        let names: Vec<_> = KEYS.iter().map(|key| key.name).collect();
        CliError::usage(format_args!("there is no setting '{}'", name.escape_debug()))
            .hint(format_args!("one of: {}", names.join(", ")))
    })
}

fn save(context: &Context<'_>, config: &Config) -> Result<(), CliError> {
    context.store.prepare()?;
    Ok(config.save(context.layout())?)
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        match error {
            ConfigError::WrongValue { .. } => Self::usage(error),
            error => Self::from_chain(gvr_core::exit::FAILED, &error),
        }
    }
}

fn tell_if_overruled(context: &Context<'_>, key: &Key) {
    if context.process.variable(key.variable).is_some() {
        context.ui.note(format_args!("{} is set in this environment and overrules it", key.variable));
    }
}

fn setting(config: &Config, key: &'static Key) -> Setting {
    let set = config.shown(key);
    let origin = if set.is_some() { "config" } else { "default" };
    Setting { name: key.name, value: set.unwrap_or_else(|| key.default.to_owned()), origin, variable: key.variable }
}

fn list(context: &Context<'_>, as_json: bool) -> Result<(), CliError> {
    for name in context.config.unknown() {
        context.ui.warn(format_args!("{}: there is no setting '{name}'", context.config.path().display()));
    }
    let settings: Vec<_> = KEYS.iter().map(|key| setting(&context.config, key)).collect();
    if as_json {
        let path = context.config.path().display().to_string();
        return json::print(context, &Answer { path, settings });
    }
    for setting in settings {
        context.ui.data(format_args!("{} = {}", setting.name, setting.value))?;
    }
    Ok(())
}
