//! Which published Go is that, by the hash that Go's public log has of it?

use gvr_core::exit;
use gvr_fetch::dirhash::{DirHash, H1, ToolchainModule};
use gvr_fetch::sumdb::LogError;
use gvr_fetch::{ErrorKind, Fetcher, Published, Sha256};
use gvr_store::{EntryKind, Manifest};

use crate::error::CliError;

/// What a tree's module hash is, and what it should be.
#[derive(Debug, Default)]
pub(in crate::commands) struct Identity {
    pub(in crate::commands) h1: Option<H1>,
    pub(in crate::commands) published: Option<Published>,
    /// Why the checksum database, which was to be asked, says nothing.
    pub(in crate::commands) unproved: Option<String>,
    /// The failure that this is, where it is one.
    pub(in crate::commands) silence: Option<CliError>,
}

impl Identity {
    /// Finds out by the hashes of the tree's files what it is. `database` is asked where it is given; what gvr knows itself
    /// counts always.
    pub(in crate::commands) fn find(
        module: Option<ToolchainModule>,
        tree: &Manifest,
        database: Option<&Fetcher>,
    ) -> Result<Self, CliError> {
        let Some(module) = module else {
            let why = "Go's checksum database has only releases from 1.21 on".to_owned();
            return Ok(Self { unproved: database.map(|_| why), ..Self::default() });
        };
        let mut identity = Self { h1: h1(module, tree), published: Published::known(module), ..Self::default() };
        let Some(database) = database else { return Ok(identity) };
        match database.logged(module) {
            Ok(proof) => identity.published = Some(proof.into()),
            Err(error) if error.is_silence() => {
                identity.unproved = Some(error.to_string());
                identity.silence = Some(silence(&error));
            }
            // A database that lies is worse news than any file.
            Err(error) => return Err(CliError::from(error)),
        }
        Ok(identity)
    }

    /// Whether it is what Go published; `None` where nobody says what that is.
    pub(in crate::commands) fn is_published(&self) -> Option<bool> {
        self.published.as_ref().map(|published| self.h1 == Some(published.h1))
    }

    /// All this for people, in one line; nothing where there is nothing to say.
    pub(in crate::commands) fn line(&self) -> Option<String> {
        let h1 = self.h1.map_or_else(|| "none".to_owned(), |h1| h1.to_string());
        match (&self.published, &self.unproved) {
            (Some(published), _) => {
                let by = published.by;
                Some(match self.is_published() {
                    Some(true) => format!("{h1} is what Go published ({by})"),
                    _ => format!("{h1}, but Go published {} ({by})", published.h1),
                })
            }
            (None, Some(why)) => Some(format!("{h1}, which is not proved: {why}")),
            (None, None) => None,
        }
    }
}

/// The hash of the tree as a module. `None` where the module can have no such files.
fn h1(module: ToolchainModule, tree: &Manifest) -> Option<H1> {
    let mut hash = DirHash::new(module);
    for entry in tree.entries() {
        match entry.kind {
            EntryKind::File | EntryKind::Program => hash.add(&entry.path, Sha256::from_bytes(entry.sha256)),
            EntryKind::Link | EntryKind::Other if ToolchainModule::file_name(&entry.path).is_some() => return None,
            EntryKind::Link | EntryKind::Other => {}
        }
    }
    hash.finish().ok()
}

fn silence(error: &LogError) -> CliError {
    let code = if error.kind() == ErrorKind::Network { exit::NETWORK } else { exit::FAILED };
    CliError::from_chain(code, error).hints(error.hint())
}
