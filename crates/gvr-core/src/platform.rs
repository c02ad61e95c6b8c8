//! Operating systems, architectures, and how Go spells them in archive names.

use std::fmt;
use std::str::FromStr;

use crate::Version;

/// An operating system that gvr installs Go for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Os {
    /// macOS.
    Darwin,
    /// Linux.
    Linux,
}

/// A processor architecture, by the name that Go's archives use for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arch {
    /// 32-bit x86.
    X86,
    /// 64-bit x86.
    Amd64,
    /// 64-bit ARM: Apple silicon and others.
    Arm64,
    /// 32-bit ARM, version 6 and later.
    Armv6l,
    /// 64-bit `LoongArch`.
    Loong64,
    /// 32-bit MIPS, big endian.
    Mips,
    /// 64-bit MIPS, big endian.
    Mips64,
    /// 64-bit MIPS, little endian.
    Mips64le,
    /// 32-bit MIPS, little endian.
    Mipsle,
    /// 64-bit PowerPC, big endian.
    Ppc64,
    /// 64-bit PowerPC, little endian.
    Ppc64le,
    /// 64-bit RISC-V.
    Riscv64,
    /// IBM Z.
    S390x,
}

impl Os {
    const ALL: [Os; 2] = [Os::Darwin, Os::Linux];

    /// Go's name of it (GOOS).
    pub const fn name(self) -> &'static str {
        match self {
            Os::Darwin => "darwin",
            Os::Linux => "linux",
        }
    }

    /// The operating system this program was compiled for, which is the one it runs on; `None` where gvr does not serve.
    pub const fn host() -> Option<Self> {
        if cfg!(target_os = "macos") {
            Some(Os::Darwin)
        } else if cfg!(target_os = "linux") {
            Some(Os::Linux)
        } else {
            None
        }
    }
}

impl Arch {
    const ALL: [Arch; 13] = [
        Arch::X86,
        Arch::Amd64,
        Arch::Arm64,
        Arch::Armv6l,
        Arch::Loong64,
        Arch::Mips,
        Arch::Mips64,
        Arch::Mips64le,
        Arch::Mipsle,
        Arch::Ppc64,
        Arch::Ppc64le,
        Arch::Riscv64,
        Arch::S390x,
    ];

    /// The name in Go's archive names. It is GOARCH but for `armv6l`, whose GOARCH is `arm`.
    pub const fn name(self) -> &'static str {
        match self {
            Arch::X86 => "386",
            Arch::Amd64 => "amd64",
            Arch::Arm64 => "arm64",
            Arch::Armv6l => "armv6l",
            Arch::Loong64 => "loong64",
            Arch::Mips => "mips",
            Arch::Mips64 => "mips64",
            Arch::Mips64le => "mips64le",
            Arch::Mipsle => "mipsle",
            Arch::Ppc64 => "ppc64",
            Arch::Ppc64le => "ppc64le",
            Arch::Riscv64 => "riscv64",
            Arch::S390x => "s390x",
        }
    }

    /// Go's name of it (GOARCH), which the toolchain's module uses.
    pub const fn goarch(self) -> &'static str {
        match self {
            Arch::Armv6l => "arm",
            other => other.name(),
        }
    }
}

/// What a toolchain runs on: `darwin-arm64`, `linux-amd64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Platform {
    /// The operating system.
    pub os: Os,
    /// The architecture.
    pub arch: Arch,
}

/// The text names no platform that Go is published for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformError {
    text: String,
}

impl fmt::Display for PlatformError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is no platform that Go is published for (expected something like arm64 or darwin-arm64)",
            self.text
        )
    }
}

impl std::error::Error for PlatformError {}

impl Platform {
    /// Parses what `--arch` takes: an architecture (`amd64`, also `x86_64` and `aarch64`) of this `os`, or a whole
    /// platform (`darwin-arm64`, also `darwin/arm64`).
    pub fn parse_for(os: Os, text: &str) -> Result<Self, PlatformError> {
        match arch_by_any_name(text) {
            Some(arch) => Ok(Self { os, arch }),
            None => text.parse(),
        }
    }

    /// Whether programs of this platform can be expected to run where programs of `running` do.
    ///
    /// On macOS that is left to the system: which of the two architectures Rosetta lets through depends on the machine.
    pub fn runs_beside(self, running: Self) -> bool {
        let is_32_bit_twin =
            matches!((running.arch, self.arch), (Arch::Amd64, Arch::X86) | (Arch::Arm64, Arch::Armv6l));
        self.os == running.os && (self.os == Os::Darwin || self.arch == running.arch || is_32_bit_twin)
    }

    /// The platform that this program was compiled for, which says what runs here, but not what is native here; `None`
    /// where Go is not published for it.
    pub fn of_this_program() -> Option<Self> {
        Some(Self { os: Os::host()?, arch: arch_by_any_name(std::env::consts::ARCH)? })
    }

    /// The file name of a release's archive: `go1.22.5.darwin-arm64.tar.gz`.
    pub fn archive_name(self, version: Version) -> String {
        format!("{}.{self}.tar.gz", version.release_name())
    }

    /// The release and the platform that an archive's file name stands for, in exactly that spelling.
    pub fn of_archive_name(name: &str) -> Option<(Version, Self)> {
        let (release, platform) = name.strip_suffix(".tar.gz")?.rsplit_once('.')?;
        let (version, platform) = (Version::from_release_name(release).ok()?, platform.parse::<Self>().ok()?);
        (!version.is_language() && platform.archive_name(version) == name).then_some((version, platform))
    }
}

impl FromStr for Platform {
    type Err = PlatformError;

    fn from_str(text: &str) -> Result<Self, PlatformError> {
        let parse = || {
            let (os, arch) = text.split_once(['-', '/'])?;
            let os = match os {
                "macos" => Os::Darwin,
                _ => Os::ALL.into_iter().find(|known| known.name() == os)?,
            };
            Some(Platform { os, arch: arch_by_any_name(arch)? })
        };
        parse().ok_or_else(|| PlatformError { text: text.to_owned() })
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.os.name(), self.arch.name())
    }
}

/// Go's names, and those that kernels, compilers and packages use for the same thing.
fn arch_by_any_name(name: &str) -> Option<Arch> {
    let known = match name {
        "x86_64" | "x64" => Arch::Amd64,
        "aarch64" => Arch::Arm64,
        "i386" | "i486" | "i586" | "i686" | "x86" => Arch::X86,
        "arm" | "armv6" | "armv7l" | "armv8l" => Arch::Armv6l,
        "loongarch64" => Arch::Loong64,
        _ => return Arch::ALL.into_iter().find(|arch| arch.name() == name),
    };
    Some(known)
}

/// What could be learnt about the hardware and the programs that run on it. Each is `None` where the machine did not tell.
///
/// Neither `uname` nor the build target is among them: under Rosetta both say `x86_64` on an Apple silicon machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HardwareFacts {
    /// macOS: `sysctl hw.optional.arm64`; 1 on Apple silicon, also for a translated process; absent on Intel.
    pub apple_silicon: Option<bool>,
    /// macOS: `sysctl sysctl.proc_translated`; true in a process that Rosetta translates.
    pub translated: Option<bool>,
    /// Linux: the kernel's machine name as `/proc/sys/kernel/arch` has it (Linux 6.1 and later).
    pub kernel_machine: Option<String>,
    /// Linux: the machine that `/bin/sh` is made for, as its ELF header says.
    pub userland: Option<Arch>,
}

impl HardwareFacts {
    /// The platform whose Go is native here; `None` when the facts do not say.
    ///
    /// macOS asks the processor. Linux asks what the system's own programs are made for: a 32-bit system on a 64-bit
    /// kernel, or an amd64 container on an arm64 machine, wants a Go that links with the libraries it has.
    pub fn native_platform(&self, os: Os) -> Option<Platform> {
        let arch = match os {
            Os::Darwin if self.apple_silicon == Some(true) || self.translated == Some(true) => Arch::Arm64,
            Os::Darwin => Arch::Amd64,
            Os::Linux => self.userland.or_else(|| arch_by_any_name(self.kernel_machine.as_deref()?))?,
        };
        Some(Platform { os, arch })
    }

    /// The machine in an ELF file's first 20 bytes; `None` for another file or a machine that Go is not published for.
    ///
    /// Values of `e_machine` from the ELF specification's registry.
    pub fn elf_machine(header: &[u8]) -> Option<Arch> {
        let header: &[u8; 20] = header.get(..20)?.try_into().ok()?;
        if !header.starts_with(b"\x7fELF") {
            return None;
        }
        let is_64_bit = header[4] == 2;
        let is_little = header[5] == 1;
        let machine = [header[18], header[19]];
        let machine = if is_little { u16::from_le_bytes(machine) } else { u16::from_be_bytes(machine) };
        Some(match (machine, is_64_bit, is_little) {
            (3, false, true) => Arch::X86,
            (62, true, true) => Arch::Amd64,
            (183, true, true) => Arch::Arm64,
            (40, false, true) => Arch::Armv6l,
            (258, true, true) => Arch::Loong64,
            (8, false, false) => Arch::Mips,
            (8, false, true) => Arch::Mipsle,
            (8, true, false) => Arch::Mips64,
            (8, true, true) => Arch::Mips64le,
            (21, true, false) => Arch::Ppc64,
            (21, true, true) => Arch::Ppc64le,
            (243, true, true) => Arch::Riscv64,
            (22, true, false) => Arch::S390x,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const M1: Platform = Platform { os: Os::Darwin, arch: Arch::Arm64 };
    const PC: Platform = Platform { os: Os::Linux, arch: Arch::Amd64 };

    #[test]
    fn parses_platforms_and_architectures() {
        assert_eq!("darwin-arm64".parse(), Ok(M1));
        assert_eq!("macos/aarch64".parse(), Ok(M1));
        assert_eq!(Platform::parse_for(Os::Linux, "x86_64"), Ok(PC));
        assert_eq!(Platform::parse_for(Os::Linux, "darwin-arm64"), Ok(M1));
        for text in ["", "arm65", "windows-amd64", "darwin-", "-arm64", "darwin-arm64-v8", "../x-arm64"] {
            assert!(Platform::parse_for(Os::Linux, text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_runs_here_depends_on_the_system() {
        let runs = |program: &str, running: &str| {
            let parse = |text: &str| text.parse::<Platform>().unwrap();
            parse(program).runs_beside(parse(running))
        };
        assert!(runs("linux-amd64", "linux-amd64"));
        assert!(runs("linux-386", "linux-amd64"));
        assert!(runs("darwin-amd64", "darwin-arm64"));
        assert!(runs("darwin-arm64", "darwin-amd64"), "the running program may be translated");
        assert!(!runs("darwin-arm64", "linux-arm64"));
        assert!(!runs("linux-arm64", "linux-amd64"));
        assert!(!runs("linux-amd64", "linux-386"));
    }

    #[test]
    fn names_archives_as_go_does() {
        let name = |platform: Platform, version| platform.archive_name(Version::parse(version).unwrap());
        assert_eq!(name(M1, "1.22.5"), "go1.22.5.darwin-arm64.tar.gz");
        assert_eq!(name(PC, "1.20.0"), "go1.20.linux-amd64.tar.gz");
        assert_eq!(name(PC, "1.21.0"), "go1.21.0.linux-amd64.tar.gz");
        let parse = Platform::of_archive_name;
        assert_eq!(parse("go1.20.linux-amd64.tar.gz"), Some((Version::release(1, 20, 0), PC)));
        for name in [
            "go1.22.5.src.tar.gz",
            "go1.22.5.windows-amd64.zip",
            "go1.6beta1.linux-arm6.tar.gz",
            "go1.20.0.linux-amd64.tar.gz",
            "go1.21.linux-amd64.tar.gz",
            "go1.4.2.darwin-amd64-osx10.8.tar.gz",
            "go1.22.5.linux-arm.tar.gz",
            "go1.22.5.linux-amd64.tar.gz.sha256",
            "go1.22.5.linux-amd64 (1).tar.gz",
            ".tar.gz",
        ] {
            assert_eq!(parse(name), None, "{name}");
        }
    }

    #[test]
    fn a_translated_process_still_sees_apple_silicon() {
        let native = |apple_silicon, translated| {
            HardwareFacts { apple_silicon, translated, ..HardwareFacts::default() }.native_platform(Os::Darwin)
        };
        let intel = Some(Platform { os: Os::Darwin, arch: Arch::Amd64 });
        assert_eq!(native(Some(true), Some(false)), Some(M1));
        assert_eq!(native(Some(true), Some(true)), Some(M1));
        assert_eq!(native(None, Some(true)), Some(M1));
        assert_eq!(native(None, None), intel);
        assert_eq!(native(Some(false), Some(false)), intel);
    }

    #[test]
    fn linux_goes_by_its_userland_then_by_the_kernel() {
        let native = |kernel: Option<&str>, userland| {
            HardwareFacts { kernel_machine: kernel.map(str::to_owned), userland, ..HardwareFacts::default() }
                .native_platform(Os::Linux)
                .map(|platform| platform.arch)
        };
        assert_eq!(native(Some("x86_64"), Some(Arch::Amd64)), Some(Arch::Amd64));
        assert_eq!(native(Some("aarch64"), Some(Arch::Armv6l)), Some(Arch::Armv6l));
        assert_eq!(native(Some("aarch64"), None), Some(Arch::Arm64));
        assert_eq!(native(Some("sparc64"), None), None);
        assert_eq!(native(None, None), None);
    }

    #[test]
    fn reads_elf_headers() {
        let header = |class: u8, data: u8, machine: [u8; 2]| {
            let mut bytes = [0; 20];
            bytes[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', class, data]);
            bytes[18..].copy_from_slice(&machine);
            bytes
        };
        assert_eq!(HardwareFacts::elf_machine(&header(2, 1, [62, 0])), Some(Arch::Amd64));
        assert_eq!(HardwareFacts::elf_machine(&header(2, 1, [183, 0])), Some(Arch::Arm64));
        assert_eq!(HardwareFacts::elf_machine(&header(2, 2, [0, 22])), Some(Arch::S390x));
        assert_eq!(HardwareFacts::elf_machine(&header(1, 1, [62, 0])), None, "x32 is not amd64");
        assert_eq!(HardwareFacts::elf_machine(b"#!/bin/sh\n and more text"), None);
        assert_eq!(HardwareFacts::elf_machine(b"\x7fELF"), None);
    }
}
