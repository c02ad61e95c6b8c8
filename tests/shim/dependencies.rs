//! The shim runs on every call of `go`: what it links is counted.

use std::path::Path;

use gvr_testkit::Invocation;

#[test]
fn it_links_the_core_and_what_that_needs() {
    let inherited = ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"];
    let mut call = Invocation::new(std::env::var_os("CARGO").unwrap())
        .args(["tree", "-p", "gvr-shim", "--edges", "normal", "--prefix", "none", "--offline", "--format", "{p}"])
        .cwd(Path::new(env!("CARGO_MANIFEST_DIR")));
    for name in inherited {
        if let Some(value) = std::env::var_os(name) {
            call = call.env(name, value);
        }
    }
    let finished = call.run();
    assert_eq!(finished.code, Some(0), "{}", String::from_utf8_lossy(&finished.stderr));
    let text = String::from_utf8(finished.stdout).unwrap();
    let mut packages: Vec<_> = text.lines().filter_map(|line| line.split(' ').next()).collect();
    packages.sort_unstable();
    packages.dedup();
    let expected: &[&str] = if cfg!(target_os = "linux") {
        &["bitflags", "gvr-core", "gvr-shim", "linux-raw-sys", "rustix", "semver"]
    } else {
        &["bitflags", "errno", "gvr-core", "gvr-shim", "libc", "rustix", "semver"]
    };
    assert_eq!(packages, expected);
}
