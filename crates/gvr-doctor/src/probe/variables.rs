//! The environment, by a list of what may be known of it.

use std::collections::BTreeMap;
use std::ffi::OsString;

/// Names that matter, beside those that begin with one of [`PREFIXES`]. GOAUTH is not among them: its value can be a
/// secret.
const NAMES: [&str; 74] = [
    "ALL_PROXY",
    "AR",
    "ASDF_DATA_DIR",
    "ASDF_DIR",
    "CC",
    "CI",
    "CPATH",
    "CXX",
    "DEVELOPER_DIR",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "DYLD_INSERT_LIBRARIES",
    "DYLD_LIBRARY_PATH",
    "GCCGO",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "GO111MODULE",
    "GO386",
    "GOAMD64",
    "GOARCH",
    "GOARM",
    "GOARM64",
    "GOBIN",
    "GOCACHE",
    "GOCACHEPROG",
    "GOCOVERDIR",
    "GODEBUG",
    "GOENV",
    "GOEXE",
    "GOEXPERIMENT",
    "GOFIPS140",
    "GOFLAGS",
    "GOHOSTARCH",
    "GOHOSTOS",
    "GOINSECURE",
    "GOMODCACHE",
    "GONOPROXY",
    "GONOSUMDB",
    "GOOS",
    "GOPATH",
    "GOPRIVATE",
    "GOPROXY",
    "GOROOT",
    "GOSUMDB",
    "GOTELEMETRY",
    "GOTMPDIR",
    "GOTOOLCHAIN",
    "GOTOOLDIR",
    "GOVCS",
    "GOWORK",
    "HOMEBREW_PREFIX",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "LD_LIBRARY_PATH",
    "LIBRARY_PATH",
    "MACOSX_DEPLOYMENT_TARGET",
    "MISE_DATA_DIR",
    "NO_PROXY",
    "PATH",
    "PKG_CONFIG",
    "PKG_CONFIG_LIBDIR",
    "PKG_CONFIG_PATH",
    "SDKROOT",
    "SHELL",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "SYSTEM_VERSION_COMPAT",
    "WSL_DISTRO_NAME",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "ZDOTDIR",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

const PREFIXES: [&str; 4] = ["CGO_", "GVR_", "GOENV_", "GVM_"];

/// Whether a recording may have this variable.
pub(crate) fn matters(name: &str) -> bool {
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// The variables that matter. What is no UTF-8 is replaced.
pub(super) fn capture(environment: &[(OsString, OsString)]) -> BTreeMap<String, String> {
    let pairs = environment.iter().filter_map(|(name, value)| {
        let name = name.to_str().filter(|name| matters(name))?;
        Some((name.to_owned(), value.to_string_lossy().into_owned()))
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_matters_to_go_is_taken() {
        assert!(NAMES.is_sorted());
        for name in ["GOAUTH", "GOOGLE_APPLICATION_CREDENTIALS", "GITHUB_TOKEN", "HOSTNAME", "USER", "AWS_SECRET"] {
            assert!(!matters(name), "{name}");
        }
        let pair = |name: &str, value: &str| (OsString::from(name), OsString::from(value));
        let found = capture(&[pair("GOROOT", "/x"), pair("USER", "ann"), pair("CGO_ENABLED", "1")]);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["CGO_ENABLED", "GOROOT"]);
    }
}
