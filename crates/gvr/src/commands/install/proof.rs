//! What is proved of a toolchain beyond its archive's hash: by Go's checksum database, and by the signature beside the archive.

use std::path::Path;
use std::time::UNIX_EPOCH;

use gvr_core::exit;
use gvr_fetch::dirhash::{DirHash, H1, ToolchainModule};
use gvr_fetch::openpgp::Signer;
use gvr_fetch::{Archive, ErrorKind, Fetched, Fetcher, SignatureCandidate};
use gvr_store::Check;

use crate::commands::signing::Search;
use crate::context::Context;
use crate::error::CliError;
use crate::lockfile::Lockfile;
use crate::progress::Bars;

/// What is to be proved of one archive.
pub(in crate::commands) struct Proofs<'a> {
    context: &'a Context<'a>,
    fetcher: &'a Fetcher,
    bars: &'a Bars,
    archive: &'a Archive,
    log: Log,
    signature: Option<(Search<'a>, SignatureCandidate)>,
    /// The archive, if it is a file of this machine's.
    file: Option<&'a Path>,
    locked: Option<(H1, &'a Lockfile)>,
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
pub(in crate::commands) struct Proved {
    pub(super) checks: Vec<Check>,
    pub(super) unanswered: Vec<Check>,
    /// The hash of what was unpacked, as a module, if it was taken.
    pub(super) h1: Option<H1>,
}

impl<'a> Proofs<'a> {
    /// Decides what is to be proved. Where a signature is required, it is fetched, and its signer judged, before the archive.
    pub(in crate::commands) fn begin(
        context: &'a Context<'a>,
        fetcher: &'a Fetcher,
        bars: &'a Bars,
        archive: &'a Archive,
        lock: Option<&'a Lockfile>,
        file: Option<&'a Path>,
    ) -> Result<Self, CliError> {
        let required = context.required_proofs()?;
        let is_new = archive.pin().is_none() && context.uses_official_server();
        let log = match (required.log, is_new) {
            (true, _) => Log::Required,
            (false, true) => Log::Asked,
            (false, false) => Log::NotAsked,
        };
        let locked = lock.and_then(|lock| Some((lock.get(archive.version, archive.platform)?.h1?, lock)));
        let mut proofs = Self { context, fetcher, bars, archive, log, signature: None, file, locked };
        if required.signature {
            proofs.signature = Some(proofs.find_signature()?);
        }
        Ok(proofs)
    }

    /// Whether the archive is needed after it was unpacked.
    pub(super) fn need_archive(&self) -> bool {
        self.signature.is_some()
    }

    /// Proves what was unpacked.
    pub(in crate::commands) fn finish(self, fetched: &Fetched) -> Result<Proved, CliError> {
        let mut proved = Proved::default();
        self.compare_with_lock(fetched, &mut proved)?;
        self.ask_log(fetched, &mut proved)?;
        let archive = self.archive;
        if let Some((search, candidate)) = self.signature {
            let Some(path) = self.file.or(fetched.kept.as_deref()) else {
                let name = archive.file_name();
                return Err(CliError::failed(format_args!(
                    "the signature of {name} cannot be checked: there was no room for the archive in the cache"
                )));
            };
            let proof = search.prove(candidate, path, fetched.sha256)?;
            proved.checks.push(signed(&proof.signer));
        }
        Ok(proved)
    }

    /// What is locked by its hash as a module must have that one.
    fn compare_with_lock(&self, fetched: &Fetched, proved: &mut Proved) -> Result<(), CliError> {
        let Some((locked, lock)) = self.locked else { return Ok(()) };
        let Archive { version, platform, .. } = *self.archive;
        if let Some(module) = ToolchainModule::new(version, platform) {
            proved.h1 = Some(h1(module, fetched)?);
        }
        if proved.h1 == Some(locked) {
            proved.checks.push(Check { by: "lock".to_owned(), detail: format!("the module's hash is {locked}") });
            return Ok(());
        }
        let shown = lock.path().display();
        let got = proved.h1.map_or_else(|| "none, as it is no module".to_owned(), |h1| h1.to_string());
        let error = format_args!("{shown} says that the h1 of {version} ({platform}) is {locked}, but it is {got}");
        Err(CliError::new(exit::REFUSED, error)
            .hint("nothing of it was kept; find out who is right before you run: gvr lock"))
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
        let h1 = match proved.h1 {
            Some(h1) => h1,
            None => *proved.h1.insert(h1(module, fetched)?),
        };
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
                // Whether it may be asked again in a minute, or what arrived is refused for good.
                let code = if error.kind() == ErrorKind::Network { exit::NETWORK } else { exit::REFUSED };
                let hints = error.hint();
                Err(CliError::from_chain(code, &error).hints(hints).hint(requirement()))
            }
            Err(error) => Err(CliError::from(error)),
        }
    }

    fn find_signature(&self) -> Result<(Search<'a>, SignatureCandidate), CliError> {
        let mut search = Search::begin(self.context, self.fetcher, self.bars, self.archive.file_name(), self.file)?;
        match search.candidate() {
            Some(candidate) => Ok((search, candidate)),
            None => Err(search.failure(exit::REFUSED).hint(requirement())),
        }
    }
}

fn h1(module: ToolchainModule, fetched: &Fetched) -> Result<H1, CliError> {
    let mut hash = DirHash::new(module);
    for content in &fetched.contents {
        hash.add(&content.path, content.sha256);
    }
    hash.finish().map_err(|error| CliError::from_chain(exit::REFUSED, &error))
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
