//! The archives as Go modules too: a folder in the form of a Go module proxy, from which the go command itself can take
//! toolchains (<https://go.dev/ref/mod#goproxy-protocol>).

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use gvr_core::{Platform, Version, exit};
use gvr_fetch::dirhash::ToolchainModule;
use gvr_fetch::{Archive, Fetcher, HashSource, Listing, Published, pack_module};
use gvr_store::write_small_file;

use super::folder::{self, Folder, cannot};
use super::sync::MODE;
use crate::error::CliError;
use crate::progress::Bars;

/// Where the proxy's files are, below the mirror.
const PROXY: &str = "goproxy";

/// Makes what is missing of the modules of these archives; the answer is how many that were. What cannot be made is said in
/// `failures`.
pub(super) fn bring(
    fetcher: &Fetcher,
    folder: &Folder,
    held: &BTreeMap<(Version, Platform), Listing>,
    bars: &Bars,
    failures: &mut Vec<CliError>,
) -> Result<usize, CliError> {
    let below = folder.path().join(PROXY).join(ToolchainModule::PATH).join("@v");
    fs::create_dir_all(&below).map_err(|error| cannot("make", &below, &error))?;
    let mut made = 0;
    for ((version, platform), listing) in held {
        // Before there were modules of them, Go's archives were packed otherwise.
        let Some(module) = ToolchainModule::new(*version, *platform) else { continue };
        let files = Files::of(&below, module);
        if files.are_there() {
            continue;
        }
        match files.make(fetcher, folder, module, *listing, bars) {
            Ok(()) => made += 1,
            Err(error) => failures.push(error),
        }
        folder.sweep();
    }
    write_list(&below)?;
    Ok(made)
}

/// The files of one module.
struct Files {
    zip: PathBuf,
    /// The zip's SHA-256, by which damage is found. No proxy is asked for it.
    sum: PathBuf,
    info: PathBuf,
    go_mod: PathBuf,
}

impl Files {
    fn of(below: &Path, module: ToolchainModule) -> Self {
        let name = |ending: &str| below.join(format!("{}.{ending}", module.version()));
        Self { zip: name("zip"), sum: name("zip.sha256"), info: name("info"), go_mod: name("mod") }
    }

    /// Whether all are there, and the zip is as it was made.
    fn are_there(&self) -> bool {
        let sum = fs::read_to_string(&self.sum).ok().and_then(|text| text.parse().ok());
        let is_whole = || folder::hash(&self.zip).is_ok_and(|zip| Some(zip.sha256) == sum);
        sum.is_some() && self.info.is_file() && self.go_mod.is_file() && is_whole()
    }

    /// Makes them of the archive, which is verified once more while it is unpacked.
    fn make(
        &self,
        fetcher: &Fetcher,
        folder: &Folder,
        module: ToolchainModule,
        listing: Listing,
        bars: &Bars,
    ) -> Result<(), CliError> {
        let (version, platform) = (module.go_version(), module.platform());
        let Listing { sha256, size } = listing;
        let archive =
            Archive { version, platform, sha256: Some(sha256), hash_from: HashSource::Index, size: Some(size) };
        let scratch = folder.scratch()?;
        let bar = bars.bar(module.version());
        let path = folder.path().join(archive.file_name());
        let fetched = fetcher.install_file_into(&archive, &path, &scratch, &bar)?;
        let staged = folder.work().join("module.zip");
        let cannot_write = |error| cannot("write", &staged, &error);
        let zip = File::create(&staged).map_err(cannot_write)?;
        let packed = pack_module(&scratch, &fetched.contents, module, &zip)
            .map_err(|error| CliError::from_chain(exit::FAILED, &error))?;
        if let Some(published) = Published::known(module).map(|known| known.h1).filter(|h1| *h1 != packed.h1) {
            let error = format_args!("{module} has the hash {}, but Go published {published}", packed.h1);
            return Err(CliError::new(exit::REFUSED, error));
        }
        zip.sync_all().map_err(cannot_write)?;
        let sum = folder::hash(&staged).map_err(cannot_write)?.sha256;
        // The zip's sum comes last: without it, all are made anew.
        fs::rename(&staged, &self.zip).map_err(|error| cannot("write", &self.zip, &error))?;
        write_small_file(&self.info, packed.info.as_bytes(), MODE)?;
        write_small_file(&self.go_mod, ToolchainModule::GO_MOD.as_bytes(), MODE)?;
        write_small_file(&self.sum, sum.to_string().as_bytes(), MODE)?;
        bars.detail(format_args!("{module}: {}", packed.h1));
        Ok(())
    }
}

/// Writes `@v/list`, which names the versions that are there.
fn write_list(below: &Path) -> Result<(), CliError> {
    let unreadable = |error| cannot("read", below, &error);
    let mut versions = Vec::new();
    for entry in fs::read_dir(below).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        versions.extend(name.to_str().and_then(|name| name.strip_suffix(".zip")).map(|name| format!("{name}\n")));
    }
    versions.sort_unstable();
    write_small_file(&below.join("list"), versions.concat().as_bytes(), MODE)?;
    Ok(())
}
