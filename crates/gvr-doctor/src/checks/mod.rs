//! The catalogue: a file a check, in a folder for each area. Checks are pure: they see facts and nothing else, which
//! `clippy.toml` enforces here.
//!
//! Adding one is its file and its word below; a test finds a file that was forgotten.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod shared;

use crate::check::Check;

macro_rules! checks {
    ($($area:ident: $($name:ident),+;)+) => {
        $(mod $area { $(pub(super) mod $name;)+ })+

        /// Every check, in the order in which they are listed.
        pub static CHECKS: &[&Check] = &[$($(&$area::$name::CHECK),+),+];
    };
}

checks! {
    path: go_shadowed, helper_reorder, duplicate, grows_when_nested, bad_entry, gobin_missing, leftover_pkg, context_differs, gui_env;
    shell: untraceable, other_manager, fish_env_eval;
    env: goroot_set, goroot_mismatch, goroot_missing, goroot_cellar, gopath_invalid, gobin_relative;
    goenv: shadowed, malformed, stale_pin;
    flags: goflags_invalid, windows_header;
    toolchain: gotoolchain_invalid, switched, mixed_tree, not_executable_here, rosetta, os_too_old, unsafe_download;
    macho: unsigned, bad_hash, no_uuid, provenance;
    sec: quarantined, protected_dir, writable_shims;
    cache: foreign_owner;
    cgo: toolchain_missing, arch_mismatch;
    race: unavailable;
    r#mod: proxy_config;
    net: tls_and_dns, servers;
    limit: nofile;
    tools: old_build, wrong_arch;
    leftover: manager;
    pins: disagree;
}

/// The check of this name.
pub fn check(id: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.id == id).copied()
}
