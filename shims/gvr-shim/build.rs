//! How the shim is linked.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is_static = std::env::var_os("CARGO_CFG_TARGET_ENV").is_some_and(|environment| environment == "musl");
    if is_static {
        // Nothing is relocated in it, so there is nothing to protect afterwards; and a segment less is mapped.
        println!("cargo:rustc-link-arg-bins=-Wl,-z,norelro");
    }
    if std::env::var_os("CARGO_CFG_TARGET_OS").is_some_and(|os| os == "macos") {
        // The libc crate asks for libiconv, which nothing in the shim calls: dyld would load it at every call of `go`.
        println!("cargo:rustc-link-arg-bins=-Wl,-dead_strip_dylibs");
    }
}
