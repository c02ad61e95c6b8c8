//! The door of this crate.

use std::path::Path;
use std::sync::OnceLock;

use gvr_core::{Platform, Version};
use reqwest::Url;

use crate::dirhash::{H1, ToolchainModule};
use crate::http::Client;
use crate::source::Shown;
use crate::sumdb::{self, LogError, Proof};
use crate::{
    Archive, Config, FetchError, Fetched, Freshness, IndexAnswer, IndexError, InstallError, LocateError, Probe,
    ProbeLimits, Progress, Signatures, download, index, locate, probe,
};

/// Finds, downloads and verifies Go's archives.
///
/// Making one costs nothing: no socket and no thread before the first request. Several threads may use one at the same time.
pub struct Fetcher {
    config: Config,
    client: OnceLock<Client>,
}

impl Fetcher {
    /// A fetcher that goes by `config`.
    pub fn new(config: Config) -> Self {
        Self { config, client: OnceLock::new() }
    }

    /// What Go has published. If the server gives no good answer and there is a cached index, that is the answer, and
    /// [`IndexAnswer::origin`] says so.
    pub fn index(&self, freshness: Freshness) -> Result<IndexAnswer, IndexError> {
        index::refresh(self, freshness)
    }

    /// The archive of exactly this version for this platform.
    ///
    /// The cached index is believed whatever its age. If it does not list the version, the index is asked again, and at
    /// last the archive's own `.sha256`: a release is there some time before the index says so.
    pub fn locate(&self, version: Version, platform: Platform) -> Result<Archive, LocateError> {
        locate::locate(self, version, platform)
    }

    /// Downloads `archive`, verifies it, and fills `destination` with what is in it below `go/`.
    ///
    /// `destination` is an empty folder of the caller's own on a file system with room for about 400 MB. Its own mode is
    /// left alone. After an error it holds anything or nothing, and the caller removes it; nothing in it may be used
    /// before this returns `Ok`. Mirrors are asked in order, then the server of the index. With `keep_archive` the archive
    /// stays in the cache, where the next install finds it and needs no network.
    pub fn install_into(
        &self,
        archive: &Archive,
        destination: &Path,
        progress: &dyn Progress,
        keep_archive: bool,
    ) -> Result<Fetched, InstallError> {
        download::install(self, archive, destination, progress, keep_archive)
    }

    /// Takes the way to a server step by step, each with its own limit, and says how long each took and where it ended.
    pub fn probe(&self, url: &str, limits: &ProbeLimits) -> Probe {
        probe::probe(self, url, limits)
    }

    /// The OpenPGP signatures of an archive, one after the other: beside the archive itself, where it is a file of this machine,
    /// in the mirrors in their order, and on the server of the index. Nobody is asked before the answer is.
    ///
    /// The error is that a mirror's address cannot be used.
    pub fn signatures(&self, file_name: &str, archive: Option<&Path>) -> Result<Signatures<'_>, FetchError> {
        Signatures::new(self, file_name, archive)
    }

    /// Proves that Go's checksum database has this hash of a toolchain's module.
    ///
    /// The database is asked as cmd/go does: at the address in GOSUMDB, else by way of a proxy of GOPROXY that passes it on,
    /// else itself. [`LogError::is_silence`] tells whether nothing was said, or something against the toolchain.
    pub fn prove(&self, module: ToolchainModule, h1: H1) -> Result<Proof, LogError> {
        self.with_database(|client| client.prove(ToolchainModule::PATH, &module.version(), h1))
    }

    /// The hash that Go's checksum database has of a toolchain's module, with the proof of it.
    pub fn logged(&self, module: ToolchainModule) -> Result<Proof, LogError> {
        self.with_database(|client| client.look_up(ToolchainModule::PATH, &module.version()))
    }

    fn with_database<T>(&self, ask: impl FnOnce(&sumdb::Client<'_>) -> Result<T, LogError>) -> Result<T, LogError> {
        let database = sumdb::Database::from_gosumdb(self.config.gosumdb.as_deref())?;
        let remote = sumdb::HttpRemote::find(self, &database, self.config.goproxy.as_deref().unwrap_or_default())?;
        let storage = sumdb::FolderStorage::new(self.config.checksum_databases.join(database.folder_name()));
        ask(&sumdb::Client { database: &database, remote: &remote, storage: &storage })
    }

    /// The same with a file of this machine, and nothing else, in the place of servers. It may lie anywhere.
    pub fn install_file_into(
        &self,
        archive: &Archive,
        file: &Path,
        destination: &Path,
        progress: &dyn Progress,
    ) -> Result<Fetched, InstallError> {
        download::install_file(archive, file, destination, progress)
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// The client, made if there is none yet, unless nothing may be asked.
    pub(crate) fn client(&self, url: &Url) -> Result<&Client, FetchError> {
        if self.config.offline {
            return Err(FetchError::Offline { url: Shown(url).to_string() });
        }
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        // Two threads may both get here; the second client is then dropped unused.
        let client = Client::new(&self.config)?;
        Ok(self.client.get_or_init(|| client))
    }
}
