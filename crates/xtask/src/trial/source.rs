//! Where the tour's Go comes from: go.dev, or a Go of our own on loopback.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use gvr_core::Version;
use gvr_testkit::DistServer;

use super::TrialError;
use super::session::{Session, within};
use crate::context::Context;
use crate::dist::{self, MissingPip};
use crate::test;

/// How long go.dev may take to answer before it counts as out of reach.
const PATIENCE: Duration = Duration::from_secs(8);

/// Two versions of Go and who serves them.
pub(super) enum Source {
    /// go.dev itself.
    Official(Versions),
    /// Real Go from the Python package index, served on 127.0.0.1 while this value lives.
    Loopback(Versions, DistServer),
}

/// The two versions that the tour installs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Versions {
    /// The newer one.
    pub(super) newer: Version,
    /// One of an older minor.
    pub(super) older: Version,
}

impl Source {
    /// go.dev where it answers soon, else loopback. `scratch` is a root for gvr that nobody needs afterwards.
    pub(super) fn choose(context: &Context, session: &Session, scratch: &Path) -> Result<Self, TrialError> {
        let mut ask = session.command(context.built("gvr"));
        ask.args(["versions", "--remote", "--bare"]).env("GVR_ROOT", scratch);
        let answer = within(PATIENCE, &mut ask).map_err(|source| TrialError::disk(&context.built("gvr"), source))?;
        let official = answer.filter(|answer| answer.code == Some(0)).and_then(|answer| newest_two(&answer.stdout));
        match official {
            Some(versions) => Ok(Self::Official(versions)),
            None => Self::loopback(context),
        }
    }

    /// Tells the session where to look.
    pub(super) fn announce(&self, session: &mut Session) {
        if let Self::Loopback(_, server) = self {
            session.export("GVR_DIST_URL", &server.url());
            for name in ["NO_PROXY", "no_proxy"] {
                session.set(name, "127.0.0.1");
            }
        }
    }

    /// What can be installed from there.
    pub(super) fn versions(&self) -> Versions {
        match self {
            Self::Official(versions) | Self::Loopback(versions, _) => *versions,
        }
    }

    fn loopback(context: &Context) -> Result<Self, TrialError> {
        let folder = context.dist_cache();
        let [older, newer] = test::REAL_RELEASES;
        dist::make(context, &folder, &[older, newer], MissingPip::Install)?;
        let server = DistServer::serve_folder(&folder).map_err(|source| TrialError::Serve { folder, source })?;
        Ok(Self::Loopback(Versions { newer: newer.version, older: older.version }, server))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Official(_) => f.write_str("go.dev"),
            Self::Loopback(_, server) => {
                write!(f, "the Python package index by way of {}, as go.dev is out of reach", server.url())
            }
        }
    }
}

/// The newest release in a list of versions, and the newest one of any minor before it.
fn newest_two(list: &str) -> Option<Versions> {
    let releases = || {
        let versions = list.lines().filter_map(|line| Version::parse(line.trim()).ok());
        versions.filter(|version| !version.is_prerelease() && !version.is_language())
    };
    let newer = releases().max()?;
    let older = releases().filter(|version| !version.same_minor(newer)).max()?;
    Some(Versions { newer, older })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_newest_releases_of_two_minors() {
        let parse = |text| Version::parse(text).unwrap();
        let list = "1.9.7\n1.26.8\n1.26.10\n1.27.2\n1.27.3\n1.28rc1\n";
        assert_eq!(newest_two(list), Some(Versions { newer: parse("1.27.3"), older: parse("1.26.10") }));
        assert_eq!(newest_two("1.27.2\n1.27.3\n"), None);
        assert_eq!(newest_two("<html>\n"), None);
    }
}
