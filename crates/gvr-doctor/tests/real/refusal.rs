//! Where `go env` stops instead of printing settings, and why: the other half of foretelling it.
//!
//! The doctor has checks for what matters of this. Here it makes the comparison whole: go prints what was foretold, or it stops
//! where it was foretold that it would, and nowhere else.

use std::path::Path;

use gvr_core::Version;
use gvr_doctor::go_settings::{GoCommand, GoSettings, Machine, Origin};

const GO_1_22: Version = Version::release(1, 22, 0);
const GO_1_26: Version = Version::release(1, 26, 0);

/// Why go stops, by the rules of `cmd/go`; `None` where it prints its settings.
pub(crate) fn refusal(go: &GoCommand<'_>, settings: &GoSettings, machine: &impl Machine) -> Option<&'static str> {
    let is_folder = |path: &str| machine.is_folder(&go.folder.join(path));
    let get = |name: &str| settings.get(name);
    let reasons = [
        (!is_valid_toolchain(go, settings, machine), "GOTOOLCHAIN makes no sense"),
        (!is_folder(get("GOROOT")), "GOROOT is no folder"),
        (!is_valid_gopath(settings, machine), "an entry of GOPATH is relative or begins with ~"),
        (!["", "on", "off", "auto"].contains(&get("GO111MODULE")), "GO111MODULE makes no sense"),
        (!get("GOTMPDIR").is_empty() && !is_folder(get("GOTMPDIR")), "GOTMPDIR is no folder"),
        (
            go.version < GO_1_22 && machine.variable("GOARM").is_some_and(|arm| arm.contains(',')),
            "GOARM makes no sense",
        ),
        (!is_target(get("GOOS"), get("GOARCH"), go.version), "there is no such platform"),
        (!["CC", "CXX"].iter().all(|name| is_valid_compiler(get(name))), "a compiler cannot be understood"),
        (!has_valid_flags(settings), "a list of flags cannot be understood"),
        // The compiler is asked what it can do, and its answers are kept.
        (get("GOCACHE") == "off" && has_compiler(get("CC"), machine), "there is no build cache"),
    ];
    reasons.into_iter().find_map(|(applies, why)| applies.then_some(why))
}

/// Looked at only where modules are on, before anything else.
fn is_valid_toolchain(go: &GoCommand<'_>, settings: &GoSettings, machine: &impl Machine) -> bool {
    let has_modules = match settings.get("GO111MODULE") {
        "" | "on" => true,
        "auto" => go.folder.ancestors().any(|folder| machine.is_file(&folder.join("go.mod"))),
        _ => false,
    };
    let own = format!("go{}", go.version);
    let value = settings.get("GOTOOLCHAIN");
    let known = ["", "auto", "path", "local", "local+auto", "local+path", own.as_str()];
    !has_modules || known.contains(&value)
}

fn is_valid_gopath(settings: &GoSettings, machine: &impl Machine) -> bool {
    let gopath = &settings.values["GOPATH"];
    match gopath.origin {
        // A default that is relative is only taken back.
        Origin::Default => !machine.variable("HOME").is_some_and(|home| home.starts_with('~')),
        _ => gopath.value.split(':').all(|entry| entry.is_empty() || entry.starts_with('/')),
    }
}

/// The platforms of Go's ports, among those that the tests name.
fn is_target(os: &str, arch: &str, version: Version) -> bool {
    match os {
        "linux" => arch != "wasm",
        "darwin" => matches!(arch, "amd64" | "arm64"),
        "windows" => matches!(arch, "386" | "amd64" | "arm64") || (arch == "arm" && version < GO_1_26),
        "freebsd" => matches!(arch, "386" | "amd64" | "arm" | "arm64" | "riscv64"),
        "js" => arch == "wasm",
        _ => false,
    }
}

/// The words of a list; `None` where a quote stays open.
fn words(list: &str) -> Option<Vec<String>> {
    let blank = [' ', '\t', '\n', '\r'];
    let mut rest = list.trim_start_matches(blank);
    let mut words = Vec::new();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '"' | '\'' => rest[1..].split_once(first)?,
            _ => rest.split_at(rest.find(blank).unwrap_or(rest.len())),
        };
        words.push(word.to_owned());
        rest = after.trim_start_matches(blank);
    }
    Some(words)
}

/// A program's name, or an absolute path to one, with flags behind it.
fn is_valid_compiler(value: &str) -> bool {
    let Some(first) = words(value).and_then(|words| words.into_iter().next()) else { return false };
    first.starts_with('/') || Path::new(&first).components().count() <= 1
}

fn has_compiler(value: &str, machine: &impl Machine) -> bool {
    words(value).and_then(|words| machine.program(words.first()?)).is_some()
}

fn has_valid_flags(settings: &GoSettings) -> bool {
    let names = ["CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_FFLAGS", "CGO_LDFLAGS", "PKG_CONFIG"];
    names.iter().all(|name| words(settings.get(name)).is_some())
}
