//! Installs a toolchain from its module.

use std::path::Path;

use super::fetch::{self, Nobody};
use super::list::ProxyList;
use super::prove::{ProofError, published};
use super::unzip::{Unzipped, unzip};
use crate::dirhash::ToolchainModule;
use crate::download::SourceProblem;
use crate::{Archive, Fetched, Fetcher, InstallError, Progress, SourceFailure, UnpackError};

/// Fills `destination` with the toolchain from the first proxy that has it, after its hash was proven. The error says for
/// each proxy why not; where one sent something that is not what Go published, no other is asked.
pub(crate) fn install(
    fetcher: &Fetcher,
    list: &ProxyList,
    archive: &Archive,
    destination: &Path,
    progress: &dyn Progress,
) -> Result<Fetched, InstallError> {
    let Some(module) = ToolchainModule::new(archive.version, archive.platform) else {
        let problem = SourceProblem::NoModule { version: archive.version };
        return Err(one("the Go module proxies".to_owned(), problem));
    };
    // Asked before anything is downloaded in vain.
    let published = published(fetcher, module).map_err(|error| one(module.to_string(), SourceProblem::Proof(error)))?;
    let zip =
        fetch::fetch(fetcher, list, module, progress).map_err(|Nobody(failures)| InstallError::Sources(failures))?;
    let refuse = |source: UnpackError| {
        if source.is_local() {
            return InstallError::Local { file: module.to_string(), source };
        }
        one(zip.served_by.clone(), SourceProblem::BadModule { place: zip.served_by.clone(), source })
    };
    let Unzipped { files, bytes, h1, contents } = unzip(zip.file, module, destination).map_err(refuse)?;
    if h1 != published.h1 {
        let (place, module, published) = (zip.served_by.clone(), module.to_string(), published.h1);
        return Err(one(
            zip.served_by,
            SourceProblem::Proof(ProofError::Mismatch { place, module, got: h1, published }),
        ));
    }
    Ok(Fetched {
        served_by: zip.served_by,
        sha256: zip.sha256,
        size: zip.size,
        files,
        bytes_unpacked: bytes,
        resumed_from: 0,
        kept: None,
        contents,
        module: Some(published),
    })
}

fn one(place: String, problem: SourceProblem) -> InstallError {
    InstallError::Sources(vec![SourceFailure { place, problem }])
}
