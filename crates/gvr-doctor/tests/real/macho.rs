//! Mach-O files of Apple's, Google's and Zig's making.

use std::fs::{self, File};

use gvr_doctor::readers::macho::{
    CPU_ARM64, CPU_X86_64, FILE_PROGRAM, HashKind, MachO, OsVersion, PLATFORM_MACOS, PageCheck, PageError, Signature,
    SignatureClass, SignatureState, Slice,
};
use gvr_doctor::readers::program::Program;
use gvr_doctor::readers::{ReadCache, macho::MachOError};

use crate::dist::{Goroot, archive};
use crate::samples::sample;

fn only_slice(bytes: &[u8]) -> Slice {
    let mut macho = MachO::read(bytes).unwrap();
    assert_eq!((macho.is_fat, macho.slices.len()), (false, 1));
    macho.slices.remove(0)
}

fn signature(slice: &Slice) -> &Signature {
    match &slice.signature {
        SignatureState::Present(signature) => signature,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_linker_signed_for_arm64() {
    let bytes = sample("empty-main.darwin-arm64");
    let slice = only_slice(&bytes);
    assert_eq!((slice.cpu_type, slice.architecture(), slice.file_type), (CPU_ARM64, "arm64", FILE_PROGRAM));
    assert_eq!(slice.platform, Some(PLATFORM_MACOS));
    assert_eq!((slice.minimum_os, slice.sdk), (Some(OsVersion::new(11, 0)), Some(OsVersion::new(27, 0))));
    assert_eq!(slice.uuid.as_deref(), Some("6736b9adde1235c290f5d6403ff03b3d"));
    assert_eq!(slice.libraries, ["/usr/lib/libSystem.B.dylib"]);

    let signature = signature(&slice);
    assert_eq!(signature.class(), SignatureClass::LinkerSigned);
    assert!(!signature.has_cms && !signature.has_entitlements);
    let [directory] = signature.directories.as_slice() else { panic!("{signature:?}") };
    assert_eq!((directory.version, directory.flags, directory.hash), (0x2_0400, 0x2_0002, HashKind::Sha256));
    assert_eq!((directory.identifier.as_str(), &directory.team), ("m.aarch64", &None));
    assert_eq!((directory.page_size, directory.code_limit, directory.pages), (Some(16384), 49408, 4));
    assert_eq!(directory.cd_hash.as_deref(), Some("5e9484ea50f8a5ac04230a269efdc9efd40c38fc"));
    let right = PageCheck { pages: 4, wrong: 0, first_wrong: vec![] };
    assert_eq!(slice.check_pages(bytes.as_slice()), Ok(right));
}

#[test]
fn one_changed_byte_is_found_in_its_page() {
    let mut bytes = sample("empty-main.darwin-arm64");
    let slice = only_slice(&bytes);
    for (place, page) in [(0x7fff, 1), (49407, 3), (0x1000, 0)] {
        bytes[place] ^= 1;
        let expected = PageCheck { pages: 4, wrong: 1, first_wrong: vec![page] };
        assert_eq!(slice.check_pages(bytes.as_slice()), Ok(expected));
        bytes[place] ^= 1;
    }
    // A byte after the last page that is signed is in the signature itself.
    bytes.truncate(49408);
    assert!(matches!(slice.check_pages(bytes.as_slice()), Err(PageError::DoesNotFit { .. })));
}

#[test]
fn nothing_signs_for_intel() {
    let bytes = sample("empty-main.darwin-amd64");
    let slice = only_slice(&bytes);
    assert_eq!((slice.cpu_type, slice.architecture()), (CPU_X86_64, "x86_64"));
    assert_eq!(slice.signature, SignatureState::Absent);
    assert_eq!(slice.check_pages(bytes.as_slice()), Err(PageError::NoSignature));
}

#[test]
fn a_fat_file_is_several() {
    let bytes = sample("empty-main.darwin-fat");
    let macho = MachO::read(bytes.as_slice()).unwrap();
    let architectures: Vec<_> = macho.slices.iter().map(Slice::architecture).collect();
    assert_eq!((macho.is_fat, architectures), (true, vec!["x86_64", "arm64"]));
    let (thin, fat) = (sample("empty-main.darwin-arm64"), macho.slice(CPU_ARM64).unwrap());
    assert_eq!(*fat, Slice { offset: 0xc000, ..only_slice(&thin) });
    assert_eq!(fat.check_pages(bytes.as_slice()).unwrap().wrong, 0);
    // The first slice's place, moved to where nothing is.
    let mut broken = bytes;
    broken[16..20].copy_from_slice(&u32::MAX.to_be_bytes());
    assert_eq!(MachO::read(broken.as_slice()), Err(MachOError::BadSlice { offset: u32::MAX.into() }));
}

#[test]
fn what_google_signed() {
    let bytes = sample("pack-1.23.1.darwin-arm64.cut");
    let slice = only_slice(&bytes);
    assert_eq!(
        (slice.minimum_os, slice.sdk, &slice.uuid),
        (Some(OsVersion::new(11, 0)), Some(OsVersion::new(11, 0)), &None)
    );
    assert_eq!(slice.libraries, ["/usr/lib/libSystem.B.dylib", "/usr/lib/libresolv.9.dylib"]);
    let signature = signature(&slice);
    assert_eq!((signature.class(), signature.has_cms), (SignatureClass::Certificate, true));
    let directory = signature.best_directory().unwrap();
    assert_eq!((directory.version, directory.identifier.as_str()), (0x2_0500, "org.golang.pack"));
    assert_eq!(directory.team.as_deref(), Some("EQHXZ8M8AV"));
    assert!(directory.is_hardened() && !directory.is_adhoc() && !directory.is_linker_signed());
    assert_eq!((directory.pages, directory.page_size), (493, Some(4096)));
    assert_eq!(directory.cd_hash.as_deref(), Some("5de8ac407a0681035dc18e61bc870f7a2d1a47ad"));
    // Most of the file was cut away.
    let check = slice.check_pages(bytes.as_slice()).unwrap();
    assert!(check.wrong > 400 && check.wrong < 493, "{check:?}");
    assert_eq!(check.first_wrong[..3], [1, 2, 3], "the first page was kept");
    assert_eq!(check.first_wrong.len(), 16);
}

#[test]
fn only_the_headers_of_an_open_file_are_read() {
    let bytes = sample("empty-main.darwin-fat");
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), &bytes).unwrap();
    let cache = ReadCache::new(File::open(file.path()).unwrap());
    assert_eq!(MachO::read(&cache), MachO::read(bytes.as_slice()));
    assert_eq!(Program::read(&cache), Ok(Program::MachO(MachO::read(bytes.as_slice()).unwrap())));
}

#[test]
fn facts_survive_being_recorded() {
    for name in crate::samples::MACH_O {
        let program = Program::read(sample(name).as_slice()).unwrap();
        let recorded = serde_json::to_string(&program).unwrap();
        assert_eq!(serde_json::from_str::<Program>(&recorded).unwrap(), program, "{recorded}");
    }
}

#[test]
fn every_program_of_an_official_release_is_what_google_signed() {
    let Some(archive) = archive("every_program_of_an_official_release", "1.23.1.darwin-arm64") else { return };
    let goroot = Goroot::unpack(&archive);
    let programs = goroot.programs();
    assert!(programs.len() > 10, "{programs:?}");
    for path in programs {
        let bytes = fs::read(&path).unwrap();
        let slice = only_slice(&bytes);
        let directory = signature(&slice).best_directory().unwrap();
        assert_eq!(directory.team.as_deref(), Some("EQHXZ8M8AV"), "{path:?}");
        assert!(directory.identifier.starts_with("org.golang."), "{path:?}: {}", directory.identifier);
        assert_eq!(signature(&slice).class(), SignatureClass::Certificate, "{path:?}");
        assert_eq!(slice.check_pages(bytes.as_slice()).unwrap().wrong, 0, "{path:?}");
    }
    let mut bytes = fs::read(goroot.path().join("bin/go")).unwrap();
    bytes[0x5000] ^= 1;
    assert_eq!(only_slice(&bytes).check_pages(bytes.as_slice()).unwrap().first_wrong, [5]);
}
