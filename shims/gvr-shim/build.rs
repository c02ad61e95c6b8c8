//! How the shim is linked.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// What rustc asks the linker for on Linux with glibc, as `-lNAME`, and the archive that holds the same functions.
const GLIBC: [(&str, &str); 7] = [
    ("c", "libc.a"),
    ("dl", "libdl.a"),
    ("gcc_s", "libgcc_eh.a"),
    ("m", "libm.a"),
    ("pthread", "libpthread.a"),
    ("rt", "librt.a"),
    ("util", "libutil.a"),
];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |key: &str| env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    match (target("OS").as_str(), target("ENV").as_str()) {
        ("linux", "musl") => without_relro(),
        ("linux", "gnu") if GLIBC.iter().all(|(_, archive)| linker_has(archive)) => with_static_glibc(),
        // The libc crate asks for libiconv, which nothing in the shim calls: dyld would load it at every call of `go`.
        ("macos", _) => println!("cargo:rustc-link-arg-bins=-Wl,-dead_strip_dylibs"),
        _ => {}
    }
}

/// Nothing is relocated in a static program, so there is nothing to protect afterwards; and a segment less is mapped.
fn without_relro() {
    println!("cargo:rustc-link-arg-bins=-Wl,-z,norelro");
}

/// Whether the linker finds that library: the archives are a package of their own in some distributions.
fn linker_has(archive: &str) -> bool {
    println!("cargo:rerun-if-env-changed=RUSTC_LINKER");
    let linker = env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    let answer = Command::new(linker).arg(format!("-print-file-name={archive}")).output();
    // A compiler that does not find a file repeats its name.
    answer.is_ok_and(|answer| Path::new(String::from_utf8_lossy(&answer.stdout).trim()).is_absolute())
}

/// Links glibc into the program: to find, map and relocate two libraries takes a third of the time of a whole call of `go`.
///
/// `-C target-feature=+crt-static` does the same, but for everything that cargo builds, and a program that looks up host
/// names, as gvr does, must not be static with glibc. So the libraries that rustc asks for by name are, where the linker
/// looks first, files that name the archives.
fn with_static_glibc() {
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo gives build scripts a folder"));
    for (library, archive) in GLIBC {
        fs::write(folder.join(format!("lib{library}.so")), format!("INPUT({archive})\n")).expect("it is our folder");
    }
    println!("cargo:rustc-link-arg-bins=-L{}", folder.display());
    println!("cargo:rustc-link-arg-bins=-static");
    println!("cargo:rustc-link-arg-bins=-no-pie");
    without_relro();
}
