//! What is proved of a toolchain beyond its archive's hash: by Go's checksum database, and by the signature beside the archive.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use gvr_core::exit;
use gvr_fetch::dirhash::{DirHash, ToolchainModule};
use gvr_fetch::openpgp::{self, DetachedSignature, Keyring, Policy, SignatureError, Signer};
use gvr_fetch::{Archive, Fetched, Fetcher};
use gvr_store::Check;

use crate::context::Context;
use crate::error::CliError;
use crate::progress::Bars;

/// Where to get Google's key with its newest subkeys (<https://www.google.com/linuxrepositories/>).
const KEY_URL: &str = "https://dl.google.com/linux/linux_signing_key.pub";

/// What is to be proved of one archive.
pub(super) struct Proofs<'a> {
    context: &'a Context<'a>,
    fetcher: &'a Fetcher,
    bars: &'a Bars,
    archive: &'a Archive,
    log: Log,
    signature: Option<openpgp::Verifier>,
}

/// Whether the checksum database is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Log {
    /// The archive's hash is in gvr's own table, or its server is not Go's own.
    NotAsked,
    /// It is asked, and it may be silent.
    Asked,
    /// Nothing is installed that it does not prove.
    Required,
}

/// What was proved, and who was asked in vain.
#[derive(Debug, Default)]
pub(super) struct Proved {
    pub(super) checks: Vec<Check>,
    pub(super) unanswered: Vec<Check>,
}

impl<'a> Proofs<'a> {
    /// Decides what is to be proved. Where a signature is required, it is fetched, and its signer judged, before the archive.
    pub(super) fn begin(
        context: &'a Context<'a>,
        fetcher: &'a Fetcher,
        bars: &'a Bars,
        archive: &'a Archive,
    ) -> Result<Self, CliError> {
        let required = context.required_proofs()?;
        let is_new = archive.pin().is_none() && context.uses_official_server();
        let log = match (required.log, is_new) {
            (true, _) => Log::Required,
            (false, true) => Log::Asked,
            (false, false) => Log::NotAsked,
        };
        let mut proofs = Self { context, fetcher, bars, archive, log, signature: None };
        if required.signature {
            proofs.signature = Some(proofs.find_signature()?);
        }
        Ok(proofs)
    }

    /// Whether the archive is needed after it was unpacked.
    pub(super) fn need_archive(&self) -> bool {
        self.signature.is_some()
    }

    /// Proves what was unpacked; `file` is the archive, if it is one of this machine's.
    pub(super) fn finish(self, fetched: &Fetched, file: Option<&Path>) -> Result<Proved, CliError> {
        let mut proved = Proved::default();
        self.ask_log(fetched, &mut proved)?;
        let archive = self.archive;
        if let Some(verifier) = self.signature {
            let Some(path) = file.or(fetched.kept.as_deref()) else {
                let name = archive.file_name();
                return Err(CliError::failed(format_args!(
                    "the signature of {name} cannot be checked: there was no room for the archive in the cache"
                )));
            };
            let signer =
                openpgp::verify_archive(path, fetched.sha256, verifier).map_err(|error| wrong(archive, &error))?;
            proved.checks.push(signed(&signer));
        }
        Ok(proved)
    }

    fn ask_log(&self, fetched: &Fetched, proved: &mut Proved) -> Result<(), CliError> {
        let Archive { version, platform, .. } = *self.archive;
        let is_required = self.log == Log::Required;
        if self.log == Log::NotAsked {
            return Ok(());
        }
        let Some(module) = ToolchainModule::new(version, platform) else {
            if !is_required {
                return Ok(());
            }
            let error = format_args!(
                "Go's checksum database cannot prove {version}: what it has of versions before 1.21 was packed otherwise"
            );
            return Err(CliError::new(exit::REFUSED, error).hint(requirement()));
        };
        let mut hash = DirHash::new(module);
        for content in &fetched.contents {
            hash.add(&content.path, content.sha256);
        }
        let h1 = hash.finish().map_err(|error| CliError::from_chain(exit::REFUSED, &error))?;
        match self.fetcher.prove(module, h1) {
            Ok(proof) => {
                let (database, record, size) = (&proof.database, proof.record, proof.head.size);
                self.bars.detail(format_args!("{version}: {database} has {h1}, in record {record} of {size}"));
                let detail = format!("{database} has {h1} for {module}, in record {record} of {size}");
                proved.checks.push(Check { by: "checksum-database".to_owned(), detail });
                Ok(())
            }
            Err(error) if error.is_silence() && !is_required => {
                self.bars.warn(format_args!("{version} ({platform}) is not proved by Go's checksum database: {error}"));
                let detail = error.to_string();
                proved.unanswered.push(Check { by: "checksum-database".to_owned(), detail });
                Ok(())
            }
            Err(error) if error.is_silence() => {
                let hints = error.hint();
                Err(CliError::from_chain(exit::REFUSED, &error).hints(hints).hint(requirement()))
            }
            Err(error) => Err(CliError::from(error)),
        }
    }

    fn find_signature(&self) -> Result<openpgp::Verifier, CliError> {
        let name = self.archive.file_name();
        let Some(text) = self.fetcher.signature(&name)? else {
            let error = format_args!("there is no signature beside {name}");
            return Err(CliError::new(exit::REFUSED, error).hint(requirement()));
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let policy = Policy::google(now);
        let keyring = self.keyring(&policy)?;
        DetachedSignature::parse(&text)
            .and_then(|signature| signature.start(&keyring, &policy))
            .map_err(|error| wrong(self.archive, &error))
    }

    /// The key that gvr brings along, and what the user's newer copy of it adds.
    fn keyring(&self, policy: &Policy) -> Result<Keyring, CliError> {
        let broken = |error| CliError::failed(format_args!("gvr's own copy of Google's key: {error}"));
        let mut keyring = Keyring::google(policy).map_err(broken)?;
        if let Some(path) = self.context.signing_key() {
            let data = fs::read(&path)
                .map_err(|error| CliError::failed(format_args!("cannot read {}: {error}", path.display())))?;
            keyring
                .learn(&data, policy)
                .map_err(|error| CliError::failed(format_args!("{}: {error}", path.display())).hint(newer_key()))?;
        }
        Ok(keyring)
    }
}

fn wrong(archive: &Archive, error: &SignatureError) -> CliError {
    let name = archive.file_name();
    let code = if matches!(error, SignatureError::Read(_)) { exit::FAILED } else { exit::REFUSED };
    let error_text = CliError::from_chain(code, error);
    let refused = CliError::new(code, format_args!("the signature beside {name} is not believed: {error_text}"));
    if error.wants_newer_key() { refused.hint(newer_key()) } else { refused }
}

fn signed(signer: &Signer) -> Check {
    let Signer { primary, key, signed_at } = signer;
    let at = UNIX_EPOCH + std::time::Duration::from_secs(u64::from(*signed_at));
    let at = humantime::format_rfc3339_seconds(at);
    Check { by: "signature".to_owned(), detail: format!("signed at {at} by {key}, a subkey of Google's key {primary}") }
}

/// Why this is an error and no warning.
fn requirement() -> &'static str {
    "it is required: see GVR_REQUIRE, or: gvr config get require"
}

fn newer_key() -> String {
    format!("for Google's key with its newest subkeys: curl -fo key.pub {KEY_URL}, and GVR_SIGNING_KEY=key.pub")
}
