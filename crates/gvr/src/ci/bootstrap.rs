//! What later steps have to know.

use gvr_core::Platform;

/// A pipeline's Go: what was installed for it, and what its steps are given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bootstrap {
    /// The exact versions; the first one runs.
    pub(crate) versions: Vec<String>,
    /// What they run on.
    pub(crate) platform: Platform,
    /// Where they lie, in the same order.
    pub(crate) folders: Vec<String>,
    /// The folder of the shims, and gvr's own where it lies below the root: both come first on PATH.
    pub(crate) path: Vec<String>,
    /// The store.
    pub(crate) root: String,
    /// Whether Go may not switch to another version by itself.
    pub(crate) is_strict: bool,
    /// Who asked for the version, as people are told.
    pub(crate) asked_by: String,
    /// The lock file that was honoured.
    pub(crate) lock: Option<String>,
    /// Those of the versions that were not there before.
    pub(crate) fresh: Vec<String>,
}

impl Bootstrap {
    /// The versions as `GVR_VERSION` has them.
    pub(crate) fn version(&self) -> String {
        self.versions.join(":")
    }

    /// One key for all that is installed: another system, processor or version has another one.
    pub(crate) fn cache_key(&self) -> String {
        Self::key(self.platform, &self.version())
    }

    /// The same for a value of `GVR_VERSION`.
    pub(crate) fn key(platform: Platform, version: &str) -> String {
        format!("gvr-{platform}-{}", version.replace(':', "-"))
    }

    /// The variables that later steps get.
    pub(crate) fn variables(&self) -> [(&'static str, String); 4] {
        [
            ("GVR_ROOT", self.root.clone()),
            ("GVR_VERSION", self.version()),
            ("GVR_STRICT", if self.is_strict { "1" } else { "0" }.to_owned()),
            ("GVR_CACHE_KEY", self.cache_key()),
        ]
    }

    /// A page of Markdown for whoever looks at the run.
    pub(crate) fn summary(&self) -> String {
        let code = |text: &str| format!("`{}`", text.replace('`', "'").replace('|', "\\|"));
        let state = match self.fresh.as_slice() {
            [] => "was there already".to_owned(),
            fresh => format!("installed now: {}", fresh.join(", ")),
        };
        let other = if self.is_strict { "Go may not switch to another" } else { "Go may switch to another" };
        let mut rows = vec![("Asked for by", code(&self.asked_by))];
        rows.extend(self.lock.as_ref().map(|lock| ("Locked by", code(lock))));
        rows.extend([
            ("Platform", code(&self.platform.to_string())),
            ("State", state),
            ("Other versions", other.to_owned()),
            ("Cache key", code(&self.cache_key())),
        ]);
        let rows: Vec<_> = rows.into_iter().map(|(name, value)| format!("| {name} | {value} |")).collect();
        format!("### Go {}\n\n| | |\n| --- | --- |\n{}\n\n", self.versions.join(", "), rows.join("\n"))
    }
}
