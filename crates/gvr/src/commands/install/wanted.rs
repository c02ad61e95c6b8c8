//! What can be asked to be installed.

use std::path::PathBuf;
use std::str::FromStr;

use gvr_core::{Request, RequestError};

/// A version, or an archive that is here already.
#[derive(Clone, Debug)]
pub(super) enum Wanted {
    Request(Request),
    Archive(PathBuf),
}

impl FromStr for Wanted {
    type Err = RequestError;

    /// What has a slash in it or the ending of an archive is a file.
    fn from_str(text: &str) -> Result<Self, RequestError> {
        if text.ends_with(".tar.gz") || (text.contains('/') && PathBuf::from(text).is_file()) {
            return Ok(Self::Archive(PathBuf::from(text)));
        }
        text.parse().map(Self::Request)
    }
}
