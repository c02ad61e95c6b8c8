//! Whose signatures of archives are believed.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use gvr_core::exit;
use gvr_fetch::openpgp::{Keyring, Policy, SignatureError};

use crate::context::Context;
use crate::error::CliError;

/// Where to get Google's key with its newest subkeys (<https://www.google.com/linuxrepositories/>).
const KEY_URL: &str = "https://dl.google.com/linux/linux_signing_key.pub";

/// The rules, as of now.
pub(super) fn policy() -> Policy {
    Policy::google(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

/// The key that gvr brings along, and what the user's newer copy of it adds.
pub(super) fn keyring(context: &Context<'_>, policy: &Policy) -> Result<Keyring, CliError> {
    let broken = |error| CliError::failed(format_args!("gvr's own copy of Google's key: {error}"));
    let mut keyring = Keyring::google(policy).map_err(broken)?;
    if let Some(path) = context.signing_key() {
        let data = fs::read(&path)
            .map_err(|error| CliError::failed(format_args!("cannot read {}: {error}", path.display())))?;
        keyring
            .learn(&data, policy)
            .map_err(|error| CliError::failed(format_args!("{}: {error}", path.display())).hint(newer_key()))?;
    }
    Ok(keyring)
}

/// The signature beside this file does not prove it.
pub(super) fn wrong(file_name: &str, error: &SignatureError) -> CliError {
    let code = if matches!(error, SignatureError::Read(_)) { exit::FAILED } else { exit::REFUSED };
    let why = CliError::from_chain(code, error);
    let refused = CliError::new(code, format_args!("the signature beside {file_name} is not believed: {why}"));
    if error.wants_newer_key() { refused.hint(newer_key()) } else { refused }
}

fn newer_key() -> String {
    format!("for Google's key with its newest subkeys: curl -fo key.pub {KEY_URL}, and GVR_SIGNING_KEY=key.pub")
}
