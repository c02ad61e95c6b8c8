//! Whose signatures of archives are believed.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use gvr_core::exit;
use gvr_fetch::openpgp::{Keyring, Policy, SignatureError};
use gvr_fetch::{
    Fetcher, Sha256, SignatureCandidate, SignatureProof, SignatureSearch, SourceProblem, TriedSignature, WhyNoProof,
};

use crate::context::Context;
use crate::error::{CliError, exit_of};
use crate::progress::Bars;

/// Where to get Google's key with its newest subkeys (<https://www.google.com/linuxrepositories/>).
const KEY_URL: &str = "https://dl.google.com/linux/linux_signing_key.pub";

/// The rules, as of now.
fn policy() -> Policy {
    Policy::google(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

/// The key that gvr brings along, and what the user's newer copy of it adds.
fn keyring(context: &Context<'_>, policy: &Policy) -> Result<Keyring, CliError> {
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

/// Who has signed an archive: the places that may have a signature of it are asked one by one, until one of them proves it.
pub(super) struct Search<'a> {
    file_name: String,
    signatures: SignatureSearch<'a>,
    bars: &'a Bars,
}

impl<'a> Search<'a> {
    /// Asks nobody yet. `archive` is the file, where it is one of this machine's.
    pub(super) fn begin(
        context: &Context<'_>,
        fetcher: &'a Fetcher,
        bars: &'a Bars,
        file_name: String,
        archive: Option<&Path>,
    ) -> Result<Self, CliError> {
        let policy = policy();
        let keyring = keyring(context, &policy)?;
        let places = fetcher.signatures(&file_name, archive)?;
        Ok(Self { file_name, signatures: SignatureSearch::new(places, keyring, policy), bars })
    }

    /// The first signature that may prove the archive, where there is one.
    pub(super) fn candidate(&mut self) -> Option<SignatureCandidate> {
        self.signatures.candidate()
    }

    /// Proves the archive at `path`, which has this hash, by this signature or by that of a later place.
    pub(super) fn prove(
        mut self,
        candidate: SignatureCandidate,
        path: &Path,
        sha256: Sha256,
    ) -> Result<SignatureProof, CliError> {
        match self.signatures.prove(candidate, path, sha256) {
            Ok(Some(proof)) => {
                self.bars.detail(format_args!("{} is signed, as {} proves", self.file_name, proof.place));
                // Nobody shall send a wrong one unnoticed.
                let wrong = self.signatures.tried().into_iter().filter_map(wrong);
                wrong.for_each(|error| self.bars.warn(error));
                Ok(proof)
            }
            Ok(None) => Err(self.failure(exit::REFUSED)),
            Err(error) => {
                let code = if matches!(error, SignatureError::Read(_)) { exit::FAILED } else { exit::REFUSED };
                let why = CliError::from_chain(code, &error);
                Err(CliError::new(code, format_args!("cannot verify {}: {why}", path.display())))
            }
        }
    }

    /// Why nothing proves it: a wrong signature is worse than a place that does not answer, and that worse than none. `none` is
    /// the exit code where there is none.
    pub(super) fn failure(self, none: u8) -> CliError {
        let (mut asked, mut silent, mut refused) = (Vec::new(), None, None);
        for tried in self.signatures.tried() {
            match tried.why {
                WhyNoProof::Absent => asked.push(tried.place),
                WhyNoProof::Silent(problem) => _ = silent.get_or_insert(problem),
                WhyNoProof::Wrong(_) => {
                    if let Some(earlier) = std::mem::replace(&mut refused, wrong(tried)) {
                        self.bars.warn(earlier);
                    }
                }
            }
        }
        let silent =
            || silent.map(|problem| CliError::from_chain(exit_of(problem.kind()), &problem).hints(hint(&problem)));
        let absent = || {
            let places = asked.join(", ");
            CliError::new(none, format_args!("there is no signature of {}; asked: {places}", self.file_name))
        };
        refused.or_else(silent).unwrap_or_else(absent)
    }
}

/// A signature that is not believed, as an error.
fn wrong(tried: TriedSignature) -> Option<CliError> {
    let WhyNoProof::Wrong(error) = tried.why else { return None };
    let why = CliError::from_chain(exit::REFUSED, &error);
    let refused = CliError::new(exit::REFUSED, format_args!("the signature {} is not believed: {why}", tried.place));
    Some(if error.wants_newer_key() { refused.hint(newer_key()) } else { refused })
}

fn hint(problem: &SourceProblem) -> Option<String> {
    if let SourceProblem::Fetch(error) = problem { error.hint() } else { None }
}

fn newer_key() -> String {
    format!("for Google's key with its newest subkeys: curl -fo key.pub {KEY_URL}, and GVR_SIGNING_KEY=key.pub")
}
