//! Gets a module's zip from the first proxy of a list that has it.

use std::fs::File;
use std::io::{self, Seek as _, Write as _};

use reqwest::Url;

use super::list::{FallBack, Place, ProxyList};
use crate::digest::Hasher;
use crate::dirhash::ToolchainModule;
use crate::download::SourceProblem;
use crate::http::{Request, in_attempts};
use crate::source::{Source, file_url};
use crate::{FetchError, Fetcher, Progress, Sha256, SourceFailure};

/// The largest zip that is taken (golang.org/x/mod/zip, `MaxZipFile`).
const LARGEST: u64 = 500 << 20;

/// A module's zip, on disk under no name.
pub(super) struct Zip {
    pub(super) file: File,
    pub(super) sha256: Sha256,
    pub(super) size: u64,
    /// Who sent it: the URL after redirects, or the file.
    pub(super) served_by: String,
}

/// Nobody gave it: why each did not.
pub(super) struct Nobody(pub(super) Vec<SourceFailure>);

/// Asks the proxies in their order.
pub(super) fn fetch(
    fetcher: &Fetcher,
    list: &ProxyList,
    module: ToolchainModule,
    progress: &dyn Progress,
) -> Result<Zip, Nobody> {
    let file_name = format!("{}.zip", module.version());
    let mut failures = Vec::new();
    for step in &list.steps {
        let Place::Proxy(source) = &step.place else {
            let problem = SourceProblem::Off { module: module.to_string() };
            failures.push(SourceFailure { place: "off".to_owned(), problem });
            break;
        };
        let problem = match from_source(fetcher, source, &file_name, progress) {
            Ok(zip) => return Ok(zip),
            Err(problem) => problem,
        };
        let goes_on = step.falls_back == FallBack::AnyError || is_absent(&problem);
        failures.push(SourceFailure { place: source.describe(&file_name), problem });
        if !goes_on {
            break;
        }
    }
    Err(Nobody(failures))
}

/// Whether a proxy says that it has no such file; everything else is an error of its own.
fn is_absent(problem: &SourceProblem) -> bool {
    match problem {
        SourceProblem::Fetch(FetchError::Status { status: 404 | 410, .. }) => true,
        SourceProblem::Read { source, .. } => source.kind() == io::ErrorKind::NotFound,
        _ => false,
    }
}

fn from_source(
    fetcher: &Fetcher,
    source: &Source,
    file_name: &str,
    progress: &dyn Progress,
) -> Result<Zip, SourceProblem> {
    match source {
        Source::Folder(folder) => {
            let path = folder.join(ToolchainModule::PATH).join("@v").join(file_name);
            let unreadable = |source| SourceProblem::Read { path: path.clone(), source };
            let (mut file, size) = crate::download::open(&path).map_err(unreadable)?;
            let sha256 = Sha256::of_reader(&file).and_then(|sha256| file.rewind().map(|()| sha256));
            let sha256 = sha256.map_err(unreadable)?;
            progress.start(Some(size), size);
            Ok(Zip { file, sha256, size, served_by: path.display().to_string() })
        }
        Source::Server(base) => {
            let parts = ToolchainModule::PATH.split('/').chain(["@v", file_name]);
            let url = parts.fold(base.clone(), |url, part| file_url(&url, part));
            from_server(fetcher, &url, progress)
        }
    }
}

fn from_server(fetcher: &Fetcher, url: &Url, progress: &dyn Progress) -> Result<Zip, SourceProblem> {
    let client = fetcher.client(url)?;
    let cache = &fetcher.config().cache;
    let cannot_keep = |source| SourceProblem::Read { path: cache.clone(), source };
    std::fs::create_dir_all(cache).map_err(cannot_keep)?;
    in_attempts(fetcher.config().retry, &|error, wait| progress.retry(&error.to_string(), wait), || {
        let mut response = client.get(&Request::new(url))?;
        let served_by = response.url();
        if response.status() != 200 {
            let status = response.status();
            return Err(FetchError::Status {
                url: served_by,
                status,
                meaning: "which means nothing here",
                retry_after: None,
            });
        }
        if response.is_html() {
            return Ok(Err(SourceProblem::WebPage { url: served_by, content_type: "text/html".to_owned() }));
        }
        progress.start(response.length(), 0);
        let mut file = match tempfile::tempfile_in(cache) {
            Ok(file) => file,
            Err(source) => return Ok(Err(cannot_keep(source))),
        };
        let (mut hasher, mut size) = (Hasher::default(), 0_u64);
        while let Some(chunk) = response.chunk()? {
            let chunk = chunk.as_ref();
            progress.advance(chunk.len() as u64);
            hasher.update(chunk);
            size += chunk.len() as u64;
            if size > LARGEST {
                return Ok(Err(SourceProblem::TooLong { place: served_by, limit: LARGEST }));
            }
            if let Err(source) = file.write_all(chunk) {
                return Ok(Err(cannot_keep(source)));
            }
        }
        Ok(file.rewind().map_err(cannot_keep).map(|()| Zip { file, sha256: hasher.finish(), size, served_by }))
    })?
}
