//! The files here that say which Go they want.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use gvr_core::files::{FileId, Files, ReadError, Walk};
use gvr_core::pins::{Asks, PinFile, Requirement};
use gvr_core::{Request, Version};

use super::{Fact, Facts};
use crate::check::NotJudged;

/// What a go.mod or go.work needs at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Required {
    /// The file.
    pub file: String,
    /// What it asks for.
    pub requirement: Requirement,
}

/// What a file pins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
    /// What it asks for, as it is written there.
    pub text: String,
    /// Major and minor, and the version where it names one; `None` where it names none, as `stable` does.
    pub version: Option<(u32, u32, Option<Version>)>,
}

impl Facts {
    /// What the nearest go.work, or else go.mod, needs.
    pub fn requirement(&self) -> Result<Option<Required>, NotJudged> {
        for kind in [PinFile::GoWork, PinFile::GoMod] {
            for folder in self.folders()? {
                let file = format!("{folder}/{}", kind.name());
                let asks = kind.read(&Texts(&self.files), Path::new(&file));
                if let Some(Ok(Asks::Minimum(requirement))) = asks {
                    return Ok(Some(Required { file, requirement }));
                }
            }
        }
        Ok(None)
    }

    /// Every pin and minimum here: of the nearest folder that has one, and of the pipelines.
    pub fn pins(&self) -> Result<Vec<Pin>, NotJudged> {
        let mut found: Vec<Pin> = Vec::new();
        for folder in self.folders()? {
            for kind in [PinFile::GoVersion, PinFile::ToolVersions] {
                let file = format!("{folder}/{}", kind.name());
                if let Some(Ok(Asks::Pin(pins))) = kind.read(&Texts(&self.files), Path::new(&file)) {
                    let pin = &pins[0];
                    found.push(Pin {
                        file,
                        line: pin.line,
                        text: pin.request.to_string(),
                        version: meaning(&pin.request),
                    });
                }
            }
            if !found.is_empty() {
                break;
            }
        }
        let own = self.folders()?;
        let is_pipeline = |file: &str| {
            let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
            let root = folder.strip_suffix("/.github/workflows").or_else(|| file.strip_suffix("/.gitlab-ci.yml"));
            root.is_some_and(|root| own.iter().any(|known| known == root))
        };
        for (file, text) in self.files.iter().filter(|(file, _)| is_pipeline(file)) {
            let text = text.known().and_then(Option::as_deref).unwrap_or_default();
            for (line, number) in text.lines().zip(1..) {
                let Some(value) = pipeline_version(line) else { continue };
                let Ok(request) = value.parse::<Request>() else { continue };
                found.push(Pin { file: file.clone(), line: number, text: value, version: meaning(&request) });
            }
        }
        if found.is_empty() && self.requirement()?.is_none() {
            return Ok(Vec::new());
        }
        if let (true, Some(required)) = (found.is_empty(), self.requirement()?) {
            // A minimum alone disagrees with nothing, but it does ask for a Go.
            let text = required.requirement.version.to_string();
            found.push(Pin { file: required.file, line: required.requirement.line, text, version: None });
        }
        Ok(found)
    }

    /// The working folder and those above it.
    fn folders(&self) -> Result<Vec<String>, NotJudged> {
        let folder = self.folder.get()?;
        let folders = Path::new(folder).ancestors().map(|folder| folder.to_string_lossy());
        Ok(folders.map(|folder| folder.trim_end_matches('/').to_owned()).collect())
    }
}

fn meaning(request: &Request) -> Option<(u32, u32, Option<Version>)> {
    match request {
        Request::Exact(toolchain) => {
            Some((toolchain.version.major(), toolchain.version.minor(), Some(toolchain.version)))
        }
        Request::Minor(major, minor) => Some((*major, *minor, None)),
        _ => None,
    }
}

/// The version in a line such as `go-version: '1.22.x'` or `image: golang:1.22-alpine`.
fn pipeline_version(line: &str) -> Option<String> {
    let line = line.split(" #").next().unwrap_or_default().trim().trim_start_matches("- ");
    let value = match line.strip_prefix("go-version:") {
        Some(value) => value,
        None => line.split_once("golang:").filter(|(key, _)| key.starts_with("image") || key.starts_with("name"))?.1,
    };
    let value = value.trim().trim_matches(['"', '\'']).trim();
    let value = if line.starts_with("go-version:") { value } else { value.split(['-', '@']).next()? };
    (!value.is_empty() && !value.contains(['$', '[', '{'])).then(|| value.to_owned())
}

/// The texts of the facts, as the readers of pins want them.
struct Texts<'a>(&'a BTreeMap<String, Fact<Option<String>>>);

/// A walk upwards among them.
struct Upwards<'a> {
    texts: &'a Texts<'a>,
    folder: &'a Path,
}

impl Walk for Upwards<'_> {
    fn read(&mut self, name: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.texts.read(&self.folder.join(name), limit)
    }

    fn up(&mut self) {
        self.folder = self.folder.parent().unwrap_or(self.folder);
    }
}

impl Files for Texts<'_> {
    type Walk<'a>
        = Upwards<'a>
    where
        Self: 'a;

    fn walk<'a>(&'a self, start: &'a Path, _is_here: bool) -> Upwards<'a> {
        Upwards { texts: self, folder: start }
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        let text = path.to_str().and_then(|path| self.0.get(path)).and_then(Fact::known).and_then(Option::as_ref);
        let text = text.ok_or(ReadError::Absent)?;
        if text.len() as u64 > limit { Err(ReadError::TooLarge(limit)) } else { Ok(text.clone().into_bytes()) }
    }

    fn list(&self, _folder: &Path) -> io::Result<Vec<OsString>> {
        Ok(Vec::new())
    }

    fn is_folder(&self, _path: &Path) -> bool {
        false
    }

    fn program(&self, _path: &Path) -> Option<FileId> {
        None
    }

    fn starts_with(&self, _path: &Path, _bytes: &[u8]) -> bool {
        false
    }

    fn same_content(&self, _left: &Path, _right: &Path) -> bool {
        false
    }

    fn canonical(&self, _path: &Path) -> Option<PathBuf> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_pipelines_are_read() {
        let version = |line| pipeline_version(line);
        assert_eq!(version("          go-version: '1.22.x' # why").as_deref(), Some("1.22.x"));
        assert_eq!(version("  - go-version: 1.22.5").as_deref(), Some("1.22.5"));
        assert_eq!(version("image: golang:1.22-alpine").as_deref(), Some("1.22"));
        assert_eq!(version("go-version: ${{ matrix.go }}"), None);
        assert_eq!(version("go-version: [1.21, 1.22]"), None);
        assert_eq!(version("go-version-file: go.mod"), None);
        assert_eq!(version("run: docker run golang:1.22"), None);
    }
}
