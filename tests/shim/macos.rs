//! The shim as it is linked for macOS: what dyld has to load at each call of `go`, and what a Mac asks of a program.

use std::fs;
use std::path::{Path, PathBuf};

use gvr_doctor::readers::macho::{
    CPU_ARM64, CodeDirectory, FILE_PROGRAM, MachO, OsVersion, PLATFORM_MACOS, SignatureState,
};

use crate::tools::say_left_out;

/// Names shims that were linked for macOS on another system, with colons between.
const SHIMS: &str = "GVR_TEST_MACOS_SHIM";

/// The oldest macOS on which the shim has to run.
const OLDEST: OsVersion = OsVersion::new(11, 0);

fn shims() -> Vec<PathBuf> {
    let named = std::env::var_os(SHIMS).unwrap_or_default();
    let mut shims: Vec<_> = std::env::split_paths(&named).filter(|path| !path.as_os_str().is_empty()).collect();
    if cfg!(target_os = "macos") {
        shims.push(env!("CARGO_BIN_EXE_gvr-shim").into());
    }
    shims
}

#[test]
fn for_macos_it_loads_the_system_library_alone_and_is_signed_where_it_has_to_be() {
    let shims = shims();
    if shims.is_empty() {
        say_left_out(format_args!("the shim for macOS, as {SHIMS} names none"));
    }
    for shim in shims {
        is_as_it_should_be(&shim);
    }
}

#[track_caller]
fn is_as_it_should_be(shim: &Path) {
    let name = shim.display();
    let bytes = fs::read(shim).unwrap();
    let file = MachO::read(&bytes[..]).unwrap();
    assert!(!file.is_fat, "{name} has parts for several processors: {file:#?}");
    let slice = &file.slices[0];
    assert_eq!((slice.file_type, slice.platform), (FILE_PROGRAM, Some(PLATFORM_MACOS)), "{name}");
    assert_eq!(slice.libraries, ["/usr/lib/libSystem.B.dylib"], "{name}: dyld loads each of them at every call");
    assert!(slice.minimum_os.is_some_and(|oldest| oldest <= OLDEST), "{name} asks for {:?}", slice.minimum_os);
    assert!(slice.uuid.is_some(), "{name} has no UUID, by which macOS tells programs apart");
    // Apple's processors run nothing that is not signed, and on Intel's a signature tells a changed program. There, only
    // what is published is sure to have one: of the linkers, Apple's alone signs for them.
    let was_linked_here = shim == Path::new(env!("CARGO_BIN_EXE_gvr-shim"));
    if was_linked_here && slice.cpu_type != CPU_ARM64 && slice.signature == SignatureState::Absent {
        return;
    }
    let SignatureState::Present(signature) = &slice.signature else { panic!("{name}: {:?}", slice.signature) };
    assert!(signature.best_directory().is_some_and(CodeDirectory::is_adhoc), "{name}: {signature:#?}");
    let pages = slice.check_pages(&bytes[..]).unwrap();
    assert_eq!(pages.wrong, 0, "{name} was changed after it was signed: {pages:?}");
}
