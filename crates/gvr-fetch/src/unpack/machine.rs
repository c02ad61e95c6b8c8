//! For which machine a program was made: the first bytes of ELF and Mach-O files tell.

use gvr_core::{Arch, Os, Platform};

/// How much of a program has to be looked at, in bytes.
pub(super) const HEADER: usize = 20;

/// What a program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Machine {
    /// An ELF file, with the number of its architecture.
    Elf(u16),
    /// A Mach-O file, with the number of its architecture.
    MachO(u32),
    /// Something else, such as a script.
    Other,
}

impl Machine {
    /// What a file is that begins with these bytes. Of ELF: `e_ident`, then `e_machine` at 18 in the byte order that byte 5
    /// names. Of Mach-O: the magic number in the order of the machine, then `cputype` at 4.
    pub(super) fn of(header: &[u8]) -> Self {
        let two = |at: usize| header.get(at..at + 2).and_then(|bytes| bytes.try_into().ok());
        let four = |at: usize| header.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        match (header.get(..4), header.get(5)) {
            (Some(b"\x7fELF"), Some(2)) => two(18).map_or(Self::Other, |bytes| Self::Elf(u16::from_be_bytes(bytes))),
            (Some(b"\x7fELF"), _) => two(18).map_or(Self::Other, |bytes| Self::Elf(u16::from_le_bytes(bytes))),
            (Some([0xce | 0xcf, 0xfa, 0xed, 0xfe]), _) => {
                four(4).map_or(Self::Other, |bytes| Self::MachO(u32::from_le_bytes(bytes)))
            }
            _ => Self::Other,
        }
    }

    /// Whether it may run on `platform`. What is neither of the two formats is not judged.
    pub(super) fn may_run_on(self, platform: Platform) -> bool {
        match (self, platform.os) {
            (Self::Other, _) => true,
            (Self::Elf(machine), Os::Linux) => elf(platform.arch).is_none_or(|expected| expected == machine),
            (Self::MachO(cpu), Os::Darwin) => mach_o(platform.arch).is_none_or(|expected| expected == cpu),
            (Self::Elf(_), Os::Darwin) | (Self::MachO(_), Os::Linux) => false,
        }
    }
}

/// `EM_*` of the System V ABI.
fn elf(arch: Arch) -> Option<u16> {
    match arch {
        Arch::X86 => Some(3),
        Arch::Armv6l => Some(40),
        Arch::Amd64 => Some(62),
        Arch::Arm64 => Some(183),
        _ => None,
    }
}

/// `CPU_TYPE_*` of mach/machine.h.
fn mach_o(arch: Arch) -> Option<u32> {
    match arch {
        Arch::X86 => Some(7),
        Arch::Amd64 => Some(0x0100_0007),
        Arch::Arm64 => Some(0x0100_000c),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &[u8], expected: &str) {
        let may = |name: &&str| Machine::of(header).may_run_on(name.parse().unwrap());
        let all = ["linux-amd64", "linux-arm64", "linux-386", "linux-armv6l", "darwin-amd64", "darwin-arm64"];
        assert_eq!(all.into_iter().filter(|name| may(name)).collect::<Vec<_>>().join(" "), expected);
    }

    fn elf_header(machine: u16) -> Vec<u8> {
        let mut header = vec![0; HEADER];
        header[..6].copy_from_slice(b"\x7fELF\x02\x01");
        header[18..].copy_from_slice(&machine.to_le_bytes());
        header
    }

    #[test]
    fn a_program_says_whose_it_is() {
        check(&elf_header(62), "linux-amd64");
        check(&elf_header(183), "linux-arm64");
        check(&elf_header(3), "linux-386");
        check(&elf_header(40), "linux-armv6l");
        check(&[0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1], "darwin-arm64");
        check(&[0xcf, 0xfa, 0xed, 0xfe, 0x07, 0, 0, 1], "darwin-amd64");
        let everywhere = "linux-amd64 linux-arm64 linux-386 linux-armv6l darwin-amd64 darwin-arm64";
        for odd in [&b"#!/bin/sh\n"[..], b"", b"\x7fELF", b"\xcf\xfa\xed\xfe\x07", b"MZ"] {
            check(odd, everywhere);
        }
    }
}
