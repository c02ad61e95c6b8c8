//! Which settings there are, and the defaults of those that depend on a processor.

use gvr_core::Version;

/// All that `go env -w` accepts in some release since 1.21, and what only the environment may set.
const KNOWN: [&str; 64] = [
    "AR",
    "CC",
    "CGO_CFLAGS",
    "CGO_CFLAGS_ALLOW",
    "CGO_CFLAGS_DISALLOW",
    "CGO_CPPFLAGS",
    "CGO_CPPFLAGS_ALLOW",
    "CGO_CPPFLAGS_DISALLOW",
    "CGO_CXXFLAGS",
    "CGO_CXXFLAGS_ALLOW",
    "CGO_CXXFLAGS_DISALLOW",
    "CGO_ENABLED",
    "CGO_FFLAGS",
    "CGO_FFLAGS_ALLOW",
    "CGO_FFLAGS_DISALLOW",
    "CGO_LDFLAGS",
    "CGO_LDFLAGS_ALLOW",
    "CGO_LDFLAGS_DISALLOW",
    "CXX",
    "FC",
    "GCCGO",
    "GO111MODULE",
    "GO386",
    "GOAMD64",
    "GOARCH",
    "GOARM",
    "GOARM64",
    "GOAUTH",
    "GOBIN",
    "GOCACHE",
    "GOCACHEPROG",
    "GODEBUG",
    "GOENV",
    "GOEXE",
    "GOEXPERIMENT",
    "GOFIPS140",
    "GOFLAGS",
    "GOGCCFLAGS",
    "GOHOSTARCH",
    "GOHOSTOS",
    "GOINSECURE",
    "GOMIPS",
    "GOMIPS64",
    "GOMODCACHE",
    "GONOPROXY",
    "GONOSUMDB",
    "GOOS",
    "GOPATH",
    "GOPPC64",
    "GOPRIVATE",
    "GOPROXY",
    "GORISCV64",
    "GOROOT",
    "GOSUMDB",
    "GOTELEMETRY",
    "GOTELEMETRYDIR",
    "GOTMPDIR",
    "GOTOOLCHAIN",
    "GOTOOLDIR",
    "GOVCS",
    "GOWASM",
    "GOWORK",
    "GO_EXTLINK_ENABLED",
    "PKG_CONFIG",
];

/// Whether some Go since 1.21 has a setting of this name.
pub fn is_known(name: &str) -> bool {
    KNOWN.binary_search(&name).is_ok()
}

pub(super) const GO_1_23: Version = Version::release(1, 23, 0);
pub(super) const GO_1_24: Version = Version::release(1, 24, 0);
pub(super) const GO_1_27: Version = Version::release(1, 27, 0);

/// The setting that has to do with a processor, and its default in releases of Go.
pub(super) fn of_processor(arch: &str, version: Version) -> Option<(&'static str, &'static str)> {
    // Releases between these spelt out what 7 means.
    let arm = if version >= Version::release(1, 22, 0) && version < GO_1_24 { "7,hardfloat" } else { "7" };
    Some(match arch {
        "386" => ("GO386", "sse2"),
        "amd64" => ("GOAMD64", "v1"),
        "arm" => ("GOARM", arm),
        "arm64" if version >= GO_1_23 => ("GOARM64", "v8.0"),
        "mips" | "mipsle" => ("GOMIPS", "hardfloat"),
        "mips64" | "mips64le" => ("GOMIPS64", "hardfloat"),
        "ppc64" | "ppc64le" => ("GOPPC64", "power8"),
        "riscv64" if version >= GO_1_23 => ("GORISCV64", "rva20u64"),
        "wasm" => ("GOWASM", ""),
        _ => return None,
    })
}

/// The C and the C++ compiler of a system.
pub(super) fn compilers(os: &str) -> (&'static str, &'static str) {
    match os {
        "darwin" | "ios" | "freebsd" | "openbsd" => ("clang", "clang++"),
        _ => ("gcc", "g++"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order() {
        assert!(KNOWN.is_sorted());
        assert!(is_known("GOPROXY") && !is_known("GOPROXIES"));
    }
}
