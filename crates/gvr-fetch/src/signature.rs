//! The OpenPGP signature beside an archive, as it is.

use crate::http::{Request, in_attempts};
use crate::source::{base_url, file_url};
use crate::{FetchError, Fetcher};

/// Real ones have 900 bytes.
const LARGEST: usize = 64 << 10;

/// How one begins (RFC 9580, 6.2).
const HEAD: &[u8] = b"-----BEGIN PGP SIGNATURE-----";

/// Fetches the signature of a file; `None` where the server has none, or answers with something else.
pub(crate) fn fetch(fetcher: &Fetcher, file_name: &str) -> Result<Option<Vec<u8>>, FetchError> {
    let url = file_url(&base_url(&fetcher.config().dist_url)?, &format!("{file_name}.asc"));
    let client = fetcher.client(&url)?;
    let answer = in_attempts(fetcher.config().retry, &|_, _| {}, || {
        let response = client.get(&Request::new(&url))?;
        if response.status() == 200 { response.read(LARGEST) } else { Ok(Vec::new()) }
    });
    match answer {
        Ok(text) => Ok(Some(text).filter(|text| text.starts_with(HEAD))),
        Err(FetchError::TooLarge { .. } | FetchError::Status { status: 403 | 404 | 410, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
