//! Which settings there are.

/// A setting.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// The value where none is set, as `config list` shows it.
    pub(crate) default: &'static str,
    /// The variable that overrules it.
    pub(crate) variable: &'static str,
}

/// What values a setting has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `true` or `false`.
    Switch,
    /// Any text.
    Text,
    /// Texts; on the command line parted by commas.
    List,
}

/// Every setting, in alphabetical order.
pub(crate) const KEYS: [Key; 13] = [
    Key { name: "auto-install", kind: Kind::Switch, default: "false", variable: "GVR_AUTO_INSTALL" },
    Key { name: "dist-url", kind: Kind::Text, default: gvr_fetch::DEFAULT_DIST_URL, variable: "GVR_DIST_URL" },
    Key { name: "durable", kind: Kind::Switch, default: "true", variable: "GVR_DURABLE" },
    Key { name: "goproxy", kind: Kind::Text, default: "", variable: "GVR_GOPROXY" },
    Key { name: "keep-archives", kind: Kind::Switch, default: "false", variable: "GVR_KEEP_ARCHIVES" },
    Key { name: "keep-goroot", kind: Kind::Switch, default: "false", variable: "GVR_KEEP_GOROOT" },
    Key { name: "mirrors", kind: Kind::List, default: "", variable: "GVR_MIRROR" },
    Key { name: "offline", kind: Kind::Switch, default: "false", variable: "GVR_OFFLINE" },
    Key { name: "read-go-mod", kind: Kind::Switch, default: "true", variable: "GVR_GO_MOD" },
    Key { name: "require", kind: Kind::List, default: "", variable: "GVR_REQUIRE" },
    Key { name: "signing-key", kind: Kind::Text, default: "", variable: "GVR_SIGNING_KEY" },
    Key { name: "strict", kind: Kind::Switch, default: "false", variable: "GVR_STRICT" },
    Key { name: "version-gopath", kind: Kind::Switch, default: "false", variable: "GVR_VERSION_GOPATH" },
];

impl Key {
    /// The setting of that name.
    pub(crate) fn find(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_order_and_found() {
        assert!(KEYS.is_sorted_by_key(|key| key.name));
        assert!(KEYS.iter().all(|key| Key::find(key.name).is_some()));
        assert!(Key::find("colour").is_none());
    }
}
