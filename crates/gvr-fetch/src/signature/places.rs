//! Where a signature may lie, and what lies there.

use std::collections::VecDeque;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use reqwest::Url;

use crate::download::{SourceProblem, open};
use crate::http::{Request, in_attempts};
use crate::source::{Shown, Source, base_url, file_url};
use crate::{FetchError, Fetcher};

/// Real ones have 900 bytes.
const LARGEST: usize = 64 << 10;

/// How one begins (RFC 9580, 6.2).
const HEAD: &[u8] = b"-----BEGIN PGP SIGNATURE-----";

/// The places beside which a signature of a file may lie, each asked when its turn comes.
pub struct Signatures<'a> {
    fetcher: &'a Fetcher,
    file_name: String,
    places: VecDeque<Place>,
}

/// What one place has.
#[derive(Debug)]
pub struct SignatureAt {
    /// Where it would be: a URL without a password, or a path.
    pub place: String,
    /// The signature as it lies there; `None` where there is none, or something else.
    pub found: Result<Option<Vec<u8>>, SourceProblem>,
}

enum Place {
    Source(Source),
    /// This very file.
    File(PathBuf),
}

impl<'a> Signatures<'a> {
    /// First beside the archive itself, where it is a file of this machine; then the mirrors in their order; then the server of
    /// the index.
    pub(crate) fn new(fetcher: &'a Fetcher, file_name: &str, archive: Option<&Path>) -> Result<Self, FetchError> {
        let file_name = format!("{file_name}.asc");
        let config = fetcher.config();
        let beside = archive.map(|archive| Place::File(archive.with_file_name(&file_name)));
        let mirrors = config.mirrors.iter().map(|text| Source::parse_mirror(text));
        let sources = mirrors.chain([base_url(&config.dist_url).map(Source::Server)]);
        let mut places: VecDeque<_> = beside.into_iter().collect();
        for source in sources {
            places.push_back(Place::Source(source?));
        }
        Ok(Self { fetcher, file_name, places })
    }
}

impl Iterator for Signatures<'_> {
    type Item = SignatureAt;

    fn next(&mut self) -> Option<SignatureAt> {
        let place = self.places.pop_front()?;
        Some(match place {
            Place::File(path) => of_file(path),
            Place::Source(Source::Folder(folder)) => of_file(folder.join(&self.file_name)),
            Place::Source(Source::Server(base)) => {
                let url = file_url(&base, &self.file_name);
                let found = of_server(self.fetcher, &url).map_err(SourceProblem::Fetch);
                SignatureAt { place: Shown(&url).to_string(), found }
            }
        })
    }
}

fn of_file(path: PathBuf) -> SignatureAt {
    let place = path.display().to_string();
    let read = || -> io::Result<_> {
        let (file, _) = open(&path)?;
        let mut text = Vec::new();
        file.take(LARGEST as u64 + 1).read_to_end(&mut text)?;
        Ok(text)
    };
    let found = match read() {
        Ok(text) => Ok(Some(text).filter(|text| is_signature(text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(SourceProblem::Read { path, source }),
    };
    SignatureAt { place, found }
}

fn of_server(fetcher: &Fetcher, url: &Url) -> Result<Option<Vec<u8>>, FetchError> {
    let client = fetcher.client(url)?;
    let answer = in_attempts(fetcher.config().retry, &|_, _| {}, || {
        let response = client.get(&Request::new(url))?;
        if response.status() == 200 { response.read(LARGEST) } else { Ok(Vec::new()) }
    });
    match answer {
        Ok(text) => Ok(Some(text).filter(|text| is_signature(text))),
        Err(FetchError::TooLarge { .. } | FetchError::Status { status: 403 | 404 | 410, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_signature(text: &[u8]) -> bool {
    text.starts_with(HEAD) && text.len() <= LARGEST
}
