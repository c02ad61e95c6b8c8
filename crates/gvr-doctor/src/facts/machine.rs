//! Facts about the machine itself.

use serde::{Deserialize, Serialize};

use super::Fact;

/// The system, its processor, its user and its limits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct System {
    /// `darwin` or `linux`.
    pub os: Fact<String>,
    /// The system's own version: macOS's `ProductVersion`, or what Linux's os-release calls `PRETTY_NAME`.
    pub version: Fact<String>,
    /// The kernel's release on Linux; Microsoft's name in it tells WSL.
    pub kernel: Fact<String>,
    /// What is native to the hardware, as GOARCH names it: `arm64`, `amd64`.
    pub arch: Fact<String>,
    /// Whether this is Apple silicon, also where Rosetta translates the process; null where the system does not say.
    pub apple_silicon: Fact<Option<bool>>,
    /// Whether Rosetta translates this process; null where there is no such thing.
    pub translated: Fact<Option<bool>>,
    /// The user's number.
    pub uid: Fact<u32>,
    /// How many files a process may have open.
    pub open_files: Fact<OpenFiles>,
    /// Linux: how many folders and files one user may watch.
    pub inotify_watches: Fact<Option<u64>>,
    /// macOS: PATH as launchd gives it to programs that are not started from a shell; null where it is not set.
    pub launchd_path: Fact<Option<String>>,
    /// macOS: the folder of the developer tools that is chosen; null where there are none.
    pub developer_tools: Fact<Option<String>>,
    /// macOS: the names in `/etc/resolver`.
    pub resolvers: Fact<Vec<String>>,
}

/// A limit on open files. Null means unlimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenFiles {
    /// What holds now.
    pub soft: Option<u64>,
    /// How far a process may raise it.
    pub hard: Option<u64>,
}

impl System {
    /// Whether this is macOS; `None` where the system is not known.
    pub fn is_mac(&self) -> Option<bool> {
        self.os.known().map(|os| os == "darwin")
    }
}
