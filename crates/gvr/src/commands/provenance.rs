//! `provenance`: what was checked when a Go was installed, against what, and when.

use gvr_core::Request;
use gvr_core::resolve::Outcome;
use gvr_store::{Check, Receipt, Store};
use serde::Serialize;
use serde_json::{Value, json};

use crate::context::Context;
use crate::error::CliError;
use crate::{json, query};

/// What the statement's predicate is, for whoever reads it by a program.
const PREDICATE: &str = "urn:gvr:installation:v1";

/// Say where an installed Go came from, and what was checked before it was believed
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which version; the one that applies here unless given
    #[arg(value_name = "VERSION")]
    request: Option<Request>,
    /// Print it as an in-toto statement in JSON
    #[arg(long)]
    json: bool,
}

/// A statement of in-toto's attestation framework, version 1.
#[derive(Serialize)]
struct Statement {
    #[serde(rename = "_type")]
    kind: &'static str,
    subject: Vec<Value>,
    #[serde(rename = "predicateType")]
    predicate_type: &'static str,
    predicate: Value,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    let toolchain = match &args.request {
        Some(request) => query::installed(context, request)?,
        None => match context.resolve()?.choices.first().map(|choice| choice.outcome) {
            Some(Outcome::Installed(toolchain)) => Some(toolchain),
            _ => None,
        },
    };
    let Some(toolchain) = toolchain else {
        return Err(CliError::failed("no Go of gvr's applies here").hint("name an installed version: gvr versions"));
    };
    let goroot = context.layout().toolchain(toolchain);
    let receipt = context.store.receipt(toolchain)?.ok_or_else(|| {
        CliError::failed(format_args!("{toolchain} has no receipt: gvr did not install it"))
            .hint(format_args!("to install it anew: gvr install --force {toolchain}"))
    })?;
    let tree = Store::tree_digest_of(&goroot)?;
    if args.json {
        return json::print(context, &statement(&receipt, tree.as_deref()));
    }
    let mut lines = vec![("version", format!("{} ({})", receipt.version, receipt.platform))];
    match receipt.imported_from() {
        Some(manager) => lines.push(("from", format!("taken over from {manager}"))),
        None => lines.extend([
            ("archive", receipt.platform.archive_name(receipt.version)),
            ("sha256", receipt.sha256.clone()),
            ("from", receipt.url.clone()),
        ]),
    }
    lines.extend([("installed", format!("{} by gvr {}", receipt.installed_at, receipt.gvr))]);
    lines.extend(receipt.checked.iter().map(|check| ("checked", format!("{}: {}", check.by, check.detail))));
    lines.extend(receipt.unanswered.iter().map(|check| ("no answer", format!("{}: {}", check.by, check.detail))));
    lines.extend(receipt.h1.clone().map(|h1| ("h1", h1)));
    lines.extend(tree.map(|tree| ("files", format!("{}, of which the list has the SHA-256 {tree}", receipt.files))));
    lines.iter().try_for_each(|(name, value)| context.ui.data(format_args!("{name:9} {value}"))).map_err(CliError::from)
}

fn statement(receipt: &Receipt, tree: Option<&str>) -> Statement {
    let archive = receipt.platform.archive_name(receipt.version);
    // What was taken over was no archive.
    let archive = receipt.imported_from().is_none().then_some(archive);
    let mut subject: Vec<_> =
        archive.map(|archive| json!({ "name": archive, "digest": { "sha256": receipt.sha256 } })).into_iter().collect();
    subject.extend(tree.map(|tree| json!({ "name": "the list of the installed files", "digest": { "sha256": tree } })));
    let list = |checks: &[Check]| -> Vec<_> {
        checks.iter().map(|check| json!({ "by": check.by, "detail": check.detail })).collect()
    };
    Statement {
        kind: "https://in-toto.io/Statement/v1",
        subject,
        predicate_type: PREDICATE,
        predicate: json!({
            "version": receipt.version.to_string(),
            "platform": receipt.platform.to_string(),
            "servedBy": receipt.url,
            "importedFrom": receipt.imported_from(),
            "size": receipt.size,
            "files": receipt.files,
            "unpackedSize": receipt.unpacked,
            "installedAt": receipt.installed_at,
            "installer": { "name": "gvr", "version": receipt.gvr },
            "h1": receipt.h1,
            "checks": list(&receipt.checked),
            "unanswered": list(&receipt.unanswered),
        }),
    }
}
