//! Files that were made to do harm: nothing may panic, hang or take more memory than the file.

use gvr_doctor::readers::archive;
use gvr_doctor::readers::build_info::BuildInfo;
use gvr_doctor::readers::env_file::EnvFile;
use gvr_doctor::readers::macho::MachO;
use gvr_doctor::readers::path_file;
use gvr_doctor::readers::program::Program;
use gvr_doctor::readers::property_list::PropertyList;
use gvr_doctor::readers::quarantine::Quarantine;
use gvr_doctor::readers::receipt::Receipt;
use gvr_doctor::readers::version_file::VersionFile;
use proptest::prelude::*;

use crate::samples::{ELF, MACH_O, sample};

/// Reads a file in all ways. What comes out does not matter.
fn read_all(bytes: &[u8]) {
    if let Ok(Program::MachO(macho)) = Program::read(bytes) {
        for slice in macho.slices {
            let _ = slice.check_pages(bytes);
        }
    }
    let _ = MachO::read(bytes);
    let _ = archive::architectures(bytes);
    let _ = BuildInfo::read(bytes);
    let _ = PropertyList::parse(bytes);
    let _ = Receipt::parse(bytes);
    let _ = Quarantine::parse(bytes);
    let _ = VersionFile::parse(bytes);
    let _ = path_file::parse(bytes);
    let _ = EnvFile::parse(bytes).oddities(|_| false);
}

/// A number that offsets and lengths like to break at.
fn awkward() -> impl Strategy<Value = [u8; 4]> {
    prop_oneof![
        any::<[u8; 4]>(),
        prop::sample::select(vec![0_u32, 1, 2, 0x7f, 0xff, 0x1000, 0x7fff_ffff, 0x8000_0000, u32::MAX])
            .prop_flat_map(|number| prop_oneof![Just(number.to_be_bytes()), Just(number.to_le_bytes())]),
    ]
}

/// Changes at places that are likely to matter: the headers, and the signature at the end.
fn changes() -> impl Strategy<Value = Vec<(bool, usize, [u8; 4])>> {
    prop::collection::vec((any::<bool>(), 0..2048_usize, awkward()), 1..8)
}

fn change(bytes: &mut [u8], changes: &[(bool, usize, [u8; 4])], tail: usize) {
    for (is_in_tail, place, value) in changes {
        let place = if *is_in_tail { tail + place } else { *place };
        if let Some(target) = bytes.get_mut(place..place + 4) {
            target.copy_from_slice(value);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_programs_do_no_harm(
        name in prop::sample::select(vec!["empty-main.darwin-arm64", "empty-main.darwin-fat"]),
        changes in changes(),
        length in 0..100_000_usize,
        is_cut in prop::bool::weighted(0.2),
    ) {
        let mut bytes = sample(name);
        let tail = bytes.len().saturating_sub(1024);
        change(&mut bytes, &changes, tail);
        if is_cut {
            bytes.truncate(length);
        }
        read_all(&bytes);
    }

    #[test]
    fn changed_lists_do_no_harm(is_binary in any::<bool>(), changes in changes()) {
        let xml = include_bytes!("../data/receipt.xml.plist").as_slice();
        let binary = include_bytes!("../data/receipt.binary.plist").as_slice();
        let mut bytes = if is_binary { binary } else { xml }.to_vec();
        let tail = bytes.len() - 32;
        change(&mut bytes, &changes, tail);
        read_all(&bytes);
    }

    #[test]
    fn any_bytes_do_no_harm(
        head in prop::sample::select(vec![
            b"".as_slice(), b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa\xce", b"\xca\xfe\xba\xbe\0\0\0\x02", b"\xca\xfe\xba\xbf\0\0\0\x01",
            b"\x7fELF\x02\x01\x01", b"\x7fELF\x01\x02\x01", b"bplist00", b"!<arch>\n#1/8            0           0     0     644     64        `\n", b"<plist><dict>", b"#!",
        ]),
        rest in prop::collection::vec(prop_oneof![any::<u8>(), Just(0), Just(0xff)], 0..600),
    ) {
        read_all(&[head, &rest].concat());
    }
}

#[test]
fn changed_headers_of_big_programs_do_no_harm() {
    // The pages are left out here, so that many changes to a big file take little time.
    for name in MACH_O.into_iter().chain(ELF) {
        let mut bytes = sample(name);
        bytes.truncate(64 << 10);
        for place in (0..4096).step_by(4) {
            let before: [u8; 4] = bytes[place..place + 4].try_into().unwrap();
            for value in [[0xff; 4], [0; 4], [0xff, 0xff, 0, 0]] {
                bytes[place..place + 4].copy_from_slice(&value);
                let _ = Program::read(bytes.as_slice());
                let _ = BuildInfo::read(bytes.as_slice());
            }
            bytes[place..place + 4].copy_from_slice(&before);
        }
    }
}
