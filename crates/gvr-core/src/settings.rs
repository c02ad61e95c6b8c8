//! The few settings that the shim needs, in a form that it reads with one open.

use std::ffi::OsStr;
use std::fmt;

/// Settings that change what the shim does. All are off unless set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShimSettings {
    /// Install a version that is asked for and missing, then run it.
    pub auto_install: bool,
    /// Run exactly the version that applies: Go's own switch to another one is turned off by `GOTOOLCHAIN=local`.
    pub strict: bool,
    /// Leave an inherited GOROOT as it is.
    pub keep_goroot: bool,
    /// Leave `go.mod` and `go.work` unread.
    pub ignore_go_mod: bool,
    /// Give each version a GOPATH of its own, as goenv does.
    pub version_gopath: bool,
}

impl ShimSettings {
    /// The largest rendering that is read, in bytes.
    pub const LIMIT: u64 = 4096;

    /// Parses a rendering. A line that is not understood is passed over: a newer gvr may have written it.
    pub fn parse(content: &[u8]) -> Self {
        let mut settings = Self::default();
        for line in content.split(|&byte| byte == b'\n') {
            match line {
                b"auto-install" => settings.auto_install = true,
                b"strict" => settings.strict = true,
                b"keep-goroot" => settings.keep_goroot = true,
                b"ignore-go-mod" => settings.ignore_go_mod = true,
                b"version-gopath" => settings.version_gopath = true,
                _ => {}
            }
        }
        settings
    }

    /// The settings with what the environment says instead; `variable` gives a variable's value.
    #[must_use]
    pub fn with_environment<T: AsRef<OsStr>>(self, variable: impl Fn(&str) -> Option<T>) -> Self {
        let switch = |name: &str| variable(name).and_then(|value| switch(value.as_ref()));
        Self {
            auto_install: switch("GVR_AUTO_INSTALL").unwrap_or(self.auto_install),
            strict: switch("GVR_STRICT").unwrap_or(self.strict),
            keep_goroot: switch("GVR_KEEP_GOROOT")
                .or_else(|| switch("GOENV_DISABLE_GOROOT"))
                .unwrap_or(self.keep_goroot),
            ignore_go_mod: switch("GVR_GO_MOD")
                .or_else(|| switch("GOENV_GOMOD_VERSION_ENABLE"))
                .map_or(self.ignore_go_mod, |reads| !reads),
            version_gopath: switch("GVR_VERSION_GOPATH")
                .or_else(|| switch("GOENV_DISABLE_GOPATH").filter(|is_off| *is_off).map(|_| false))
                // Whoever says where they are wants them.
                .or_else(|| variable("GOENV_GOPATH_PREFIX").filter(|prefix| !prefix.as_ref().is_empty()).map(|_| true))
                .unwrap_or(self.version_gopath),
        }
    }
}

/// The rendering: the name of each setting that is on, a line each.
impl fmt::Display for ShimSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (self.auto_install, "auto-install"),
            (self.strict, "strict"),
            (self.keep_goroot, "keep-goroot"),
            (self.ignore_go_mod, "ignore-go-mod"),
            (self.version_gopath, "version-gopath"),
        ];
        names.iter().filter(|(is_on, _)| *is_on).try_for_each(|(_, name)| writeln!(f, "{name}"))
    }
}

/// Whether a variable's value switches something on or off; `None` where it is neither.
pub fn switch(value: &OsStr) -> Option<bool> {
    match value.to_str()?.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "" | "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rendering_reads_back() {
        for bits in 0..32 {
            let settings = ShimSettings {
                auto_install: bits & 1 != 0,
                strict: bits & 2 != 0,
                keep_goroot: bits & 4 != 0,
                ignore_go_mod: bits & 8 != 0,
                version_gopath: bits & 16 != 0,
            };
            assert_eq!(ShimSettings::parse(settings.to_string().as_bytes()), settings);
        }
        assert_eq!(ShimSettings::parse(b"from-the-future 3\n\xff\n"), ShimSettings::default());
    }

    #[test]
    fn the_environment_overrules_both_ways() {
        let on = ShimSettings { strict: true, ..ShimSettings::default() };
        let with = |settings: ShimSettings, pairs: &[(&str, &'static str)]| {
            settings.with_environment(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| *value))
        };
        assert_eq!(with(on, &[]), on);
        assert_eq!(with(on, &[("GVR_STRICT", "0")]), ShimSettings::default());
        assert_eq!(with(on, &[("GVR_STRICT", "perhaps")]), on);
        assert!(with(on, &[("GOENV_DISABLE_GOROOT", "1")]).keep_goroot);
        assert!(!with(on, &[("GVR_KEEP_GOROOT", "no"), ("GOENV_DISABLE_GOROOT", "1")]).keep_goroot);
        assert!(with(on, &[("GOENV_GOMOD_VERSION_ENABLE", "0")]).ignore_go_mod);
        assert!(!with(on, &[("GOENV_GOMOD_VERSION_ENABLE", "1")]).ignore_go_mod);
        let each = ShimSettings { version_gopath: true, ..on };
        assert!(with(on, &[("GOENV_GOPATH_PREFIX", "/go")]).version_gopath);
        assert!(!with(each, &[("GOENV_GOPATH_PREFIX", "/go"), ("GOENV_DISABLE_GOPATH", "1")]).version_gopath);
        assert!(with(each, &[("GOENV_DISABLE_GOPATH", "0")]).version_gopath);
        assert!(!with(each, &[("GVR_VERSION_GOPATH", "0"), ("GOENV_GOPATH_PREFIX", "/go")]).version_gopath);
    }
}
