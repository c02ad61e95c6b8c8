//! The order in which an archive's sources are tried, and what is kept of it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::intake::{Arrived, Expected, Failed, empty_folder};
use super::part::Part;
use super::server::{Download, Downloaded};
use super::{Content, InstallError, SourceFailure, file};
use crate::source::{Source, base_url, file_url};
use crate::{Archive, ErrorKind, FetchError, Fetcher, Progress, ProxyList, ProxyListError, Published, Sha256, goproxy};

/// What was installed, and how it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Who sent it: the URL after redirects, without a password, or the path of a file on this machine.
    pub served_by: String,
    /// Its hash: the published one, and that of what arrived.
    pub sha256: Sha256,
    /// Its size in bytes.
    pub size: u64,
    /// How many files were unpacked.
    pub files: u64,
    /// How many bytes they have together.
    pub bytes_unpacked: u64,
    /// How many bytes of the archive an earlier attempt had left; zero where it came in one piece.
    pub resumed_from: u64,
    /// Every file that was unpacked, sorted by path, with its hash.
    pub contents: Vec<Content>,
    /// Where the archive is kept, if it is.
    pub kept: Option<PathBuf>,
    /// The hash of the module and what proved it, where it came as one; then what is said of the archive above is said of
    /// the module's zip.
    pub module: Option<Published>,
}

pub(crate) fn install(
    fetcher: &Fetcher,
    archive: &Archive,
    destination: &Path,
    progress: &dyn Progress,
    keep_archive: bool,
) -> Result<Fetched, InstallError> {
    if archive.sha256.is_none()
        && let Some(proxies) = proxies(fetcher)?
    {
        // Nobody knows the archive, but a module can be proven without it.
        let outcome = from_proxies(fetcher, &proxies, archive, destination, progress);
        progress.finish();
        return outcome;
    }
    let expected = expect(archive, destination)?;
    let outcome = from_cache(fetcher, expected, progress)
        .unwrap_or_else(|| from_sources(fetcher, expected, progress, keep_archive));
    progress.finish();
    outcome
}

/// Installs a file of this machine, which is read once.
pub(crate) fn install_file(
    archive: &Archive,
    path: &Path,
    destination: &Path,
    progress: &dyn Progress,
) -> Result<Fetched, InstallError> {
    let expected = expect(archive, destination)?;
    let place = path.display().to_string();
    let outcome = match file::install(path, expected, &mut None, progress) {
        Ok(arrived) => Ok(fetched(expected, arrived, place)),
        Err(Failed::All(error)) => Err(error),
        Err(Failed::Source(problem)) => Err(InstallError::Sources(vec![SourceFailure { place, problem }])),
    };
    progress.finish();
    outcome
}

/// What the archive is to be. Nothing is read or asked before that is known, and is no lie.
fn expect<'a>(archive: &'a Archive, destination: &'a Path) -> Result<Expected<'a>, InstallError> {
    let Some(sha256) = archive.sha256 else { return Err(InstallError::NoHash { file: archive.file_name() }) };
    if let Some(published) = archive.pin().map(|pin| pin.sha256).filter(|published| *published != sha256) {
        return Err(InstallError::NotPublished { file: archive.file_name(), asked: sha256, published });
    }
    // Another attempt empties the folder, so what is in it must be this download's own.
    check_empty(destination).map_err(|source| InstallError::Folder { path: destination.to_owned(), source })?;
    Ok(Expected { archive, sha256, destination })
}

fn check_empty(folder: &Path) -> io::Result<()> {
    match fs::read_dir(folder)?.next() {
        None => Ok(()),
        Some(_) => Err(io::ErrorKind::DirectoryNotEmpty.into()),
    }
}

fn kept_archive(fetcher: &Fetcher, sha256: Sha256) -> PathBuf {
    fetcher.config().cache.join(format!("{sha256}.tar.gz"))
}

/// Installs what an earlier run has kept. `None` if there is nothing, or nothing good; then it is removed.
fn from_cache(
    fetcher: &Fetcher,
    expected: Expected<'_>,
    progress: &dyn Progress,
) -> Option<Result<Fetched, InstallError>> {
    let path = kept_archive(fetcher, expected.sha256);
    if !path.is_file() {
        return None;
    }
    match file::install(&path, expected, &mut None, progress) {
        Ok(arrived) => {
            let place = path.display().to_string();
            Some(Ok(Fetched { kept: Some(path), ..fetched(expected, arrived, place) }))
        }
        Err(Failed::All(error)) => Some(Err(error)),
        Err(Failed::Source(problem)) => {
            if problem.is_about_bytes() {
                // Where the cache cannot be written it stays, and is found bad again.
                let _ = fs::remove_file(&path);
            }
            None
        }
    }
}

fn from_sources(
    fetcher: &Fetcher,
    expected: Expected<'_>,
    progress: &dyn Progress,
    keep_archive: bool,
) -> Result<Fetched, InstallError> {
    let sources = sources(fetcher)?;
    let file_name = expected.archive.file_name();
    let mut failures = Vec::new();
    let proxies = proxies(fetcher)?;
    for (number, source) in sources.iter().enumerate() {
        let is_last = number + 1 == sources.len();
        if let Some(proxies) = proxies.as_ref().filter(|_| is_last) {
            match from_proxies(fetcher, proxies, expected.archive, expected.destination, progress) {
                Err(InstallError::Sources(more)) if !more.iter().any(is_a_lie) => failures.extend(more),
                Err(InstallError::Sources(more)) => {
                    failures.extend(more);
                    return Err(InstallError::Sources(failures));
                }
                outcome => return outcome,
            }
        }
        // A folder's file is as good as one in the cache: it is copied only where a copy was asked for.
        let needs_part = keep_archive || matches!(source, Source::Server(_));
        let mut part = if needs_part { Part::open(&fetcher.config().cache, expected.sha256) } else { None };
        match from_source(fetcher, source, expected, progress, &mut part) {
            Ok(mut done) => {
                let path = kept_archive(fetcher, expected.sha256);
                match part {
                    Some(part) if keep_archive => done.kept = part.keep(&path).is_ok().then_some(path),
                    Some(part) => part.remove(),
                    None => {}
                }
                return Ok(done);
            }
            Err(Failed::All(error)) => {
                // Nobody wants the archive that is refused, nor a full disk that stays full.
                let is_useless = matches!(error, InstallError::Archive { .. } | InstallError::Local { .. });
                part.filter(|_| is_useless).into_iter().for_each(Part::remove);
                return Err(error);
            }
            Err(Failed::Source(problem)) => {
                if problem.is_about_bytes() {
                    part.into_iter().for_each(Part::remove);
                }
                let failure = SourceFailure { place: source.describe(&file_name), problem };
                let is_a_lie = is_a_lie(&failure);
                failures.push(failure);
                if is_a_lie {
                    break;
                }
            }
        }
    }
    Err(InstallError::Sources(failures))
}

/// Whether a source sent something else than Go published. That is nothing to pass over: nobody else is asked, and whoever
/// has named that source learns of it. One that is down, or has nothing, is another matter.
fn is_a_lie(failure: &SourceFailure) -> bool {
    failure.problem.kind() == ErrorKind::Refused || failure.is_of_log()
}

/// The Go module proxies of the settings.
fn proxies(fetcher: &Fetcher) -> Result<Option<ProxyList>, InstallError> {
    let parse = |text: &String| {
        let wrong =
            |error: ProxyListError| FetchError::BadUrl { text: "GVR_GOPROXY".to_owned(), why: error.to_string() };
        text.parse().map_err(wrong).map_err(InstallError::Settings)
    };
    fetcher.config().module_proxies.as_ref().map(parse).transpose()
}

/// Installs the module, into the folder that an attempt before may have written to.
fn from_proxies(
    fetcher: &Fetcher,
    proxies: &ProxyList,
    archive: &Archive,
    destination: &Path,
    progress: &dyn Progress,
) -> Result<Fetched, InstallError> {
    empty_folder(destination).map_err(|source| InstallError::Folder { path: destination.to_owned(), source })?;
    goproxy::install(fetcher, proxies, archive, destination, progress)
}

/// The mirrors in their order, then the server of the index.
fn sources(fetcher: &Fetcher) -> Result<Vec<Source>, InstallError> {
    let config = fetcher.config();
    let mirrors = config.mirrors.iter().map(|text| Source::parse_mirror(text));
    mirrors
        .chain([base_url(&config.dist_url).map(Source::Server)])
        .collect::<Result<_, _>>()
        .map_err(InstallError::Settings)
}

fn from_source(
    fetcher: &Fetcher,
    source: &Source,
    expected: Expected<'_>,
    progress: &dyn Progress,
    part: &mut Option<Part>,
) -> Result<Fetched, Failed> {
    let file_name = expected.archive.file_name();
    match source {
        Source::Folder(folder) => {
            let path = folder.join(file_name);
            let arrived = file::install(&path, expected, part, progress)?;
            Ok(fetched(expected, arrived, path.display().to_string()))
        }
        Source::Server(base) => {
            let url = file_url(base, &file_name);
            let client = fetcher.client(&url)?;
            let download = Download { client, policy: fetcher.config().retry, url, expected, progress };
            let Downloaded { arrived, served_by, resumed_from } = download.run(part)?;
            Ok(Fetched { resumed_from, ..fetched(expected, arrived, served_by) })
        }
    }
}

fn fetched(expected: Expected<'_>, arrived: Arrived, served_by: String) -> Fetched {
    Fetched {
        served_by,
        sha256: expected.sha256,
        size: arrived.size,
        files: arrived.unpacked.files,
        bytes_unpacked: arrived.unpacked.bytes,
        resumed_from: 0,
        contents: arrived.contents,
        kept: None,
        module: None,
    }
}
