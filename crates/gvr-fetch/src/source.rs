//! Where files come from: the addresses that settings name, and the URLs made of them.

use std::fmt;
use std::path::PathBuf;

use reqwest::Url;

use crate::http::FetchError;

/// A place that may have an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A folder on this machine.
    Folder(PathBuf),
    /// A server; the URL is the folder's, without the file.
    Server(Url),
}

impl Source {
    /// Parses what `GVR_MIRROR` lists: a base URL, an absolute folder, or that folder as a file URL.
    pub(crate) fn parse_mirror(text: &str) -> Result<Self, FetchError> {
        if text.starts_with('/') {
            return Ok(Self::Folder(PathBuf::from(text)));
        }
        if text.starts_with("file:") {
            let folder = Url::parse(text).ok().and_then(|url| url.to_file_path().ok());
            return folder.map(Self::Folder).ok_or_else(|| bad(text, "it names no folder of this machine"));
        }
        base_url(text).map(Self::Server)
    }

    /// The address of a file of this source, as messages name it.
    pub(crate) fn describe(&self, file_name: &str) -> String {
        match self {
            Self::Folder(folder) => folder.join(file_name).display().to_string(),
            Self::Server(base) => Shown(&file_url(base, file_name)).to_string(),
        }
    }
}

/// Parses the address of a folder on a server.
pub(crate) fn base_url(text: &str) -> Result<Url, FetchError> {
    let mut url = Url::parse(text.trim_end_matches('/')).map_err(|error| bad(text, &error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad(text, "gvr speaks http and https only"));
    }
    if url.host_str().is_none_or(str::is_empty) || url.query().is_some() {
        return Err(bad(text, "expected something like https://example.org/go"));
    }
    url.set_fragment(None);
    Ok(url)
}

/// The URL of a file in a folder on a server.
pub(crate) fn file_url(base: &Url, file_name: &str) -> Url {
    let mut url = base.clone();
    // An http URL always has segments: `base_url` lets no other in.
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().push(file_name);
    }
    url
}

/// The URL of the whole release index.
pub(crate) fn index_url(base: &Url) -> Url {
    let mut url = file_url(base, "");
    url.set_query(Some("mode=json&include=all"));
    url
}

/// The URL of an archive's own SHA-256.
///
/// go.dev answers every unknown name with 200 and a web page, these included; the files themselves lie on dl.google.com
/// (golang/website, `internal/dl/server.go`).
pub(crate) fn checksum_url(base: &Url, file_name: &str) -> Url {
    let is_go_dev = matches!(base.host_str(), Some("go.dev" | "golang.org" | "golang.google.cn"));
    if is_go_dev
        && base.path().trim_end_matches('/') == "/dl"
        && let Ok(storage) = Url::parse("https://dl.google.com/go")
    {
        return file_url(&storage, &format!("{file_name}.sha256"));
    }
    file_url(base, &format!("{file_name}.sha256"))
}

/// A URL as messages show it: without a password.
pub(crate) struct Shown<'a>(pub(crate) &'a Url);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut url = self.0.clone();
        // Both fail only for URLs that cannot have a user.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        f.write_str(url.as_str())
    }
}

fn bad(text: &str, why: &str) -> FetchError {
    // What stands before an @ may be a password.
    let text = text.rsplit_once('@').map_or_else(|| text.to_owned(), |(_, rest)| format!("…@{rest}"));
    FetchError::BadUrl { text, why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrors_are_servers_or_folders() {
        assert_eq!(Source::parse_mirror("/srv/go").unwrap(), Source::Folder("/srv/go".into()));
        assert_eq!(Source::parse_mirror("file:///srv/my%20go/").unwrap(), Source::Folder("/srv/my go/".into()));
        for (text, expected) in [
            ("https://example.org/go", "https://example.org/go/x.tar.gz"),
            ("https://example.org/go/", "https://example.org/go/x.tar.gz"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/x.tar.gz"),
        ] {
            assert_eq!(Source::parse_mirror(text).unwrap().describe("x.tar.gz"), expected);
        }
        for text in ["", "go", "ftp://example.org", "https://", "data:,x", "file://host/go", "https://example.org/?a=b"]
        {
            assert!(Source::parse_mirror(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn knows_where_the_index_and_the_checksums_are() {
        let index = |base| index_url(&base_url(base).unwrap()).to_string();
        assert_eq!(index("https://go.dev/dl"), "https://go.dev/dl/?mode=json&include=all");
        assert_eq!(index("http://127.0.0.1:1/"), "http://127.0.0.1:1/?mode=json&include=all");
        let checksum = |base| checksum_url(&base_url(base).unwrap(), "go1.22.5.linux-amd64.tar.gz").to_string();
        let on_google = "https://dl.google.com/go/go1.22.5.linux-amd64.tar.gz.sha256";
        assert_eq!(checksum("https://go.dev/dl/"), on_google);
        assert_eq!(checksum("https://golang.google.cn/dl"), on_google);
        assert_eq!(checksum("http://127.0.0.1:1/dl"), "http://127.0.0.1:1/dl/go1.22.5.linux-amd64.tar.gz.sha256");
    }

    #[test]
    fn passwords_are_not_shown() {
        let source = Source::parse_mirror("https://me:secret@example.org/go").unwrap();
        assert_eq!(source.describe("x"), "https://example.org/go/x");
        let error = Source::parse_mirror("ftp://me:secret@example.org/go").unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
