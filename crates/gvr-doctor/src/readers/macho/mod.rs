//! Mach-O: the programs of macOS, for one kind of processor (thin) or several (fat).
//!
//! Layouts are those of Apple's `mach-o/loader.h`, `mach-o/fat.h` and, for signatures, `osfmk/kern/cs_blobs.h` in xnu.

mod pages;
mod signature;
mod slice;

use std::fmt;

use object::macho::{self, FatArch32, FatArch64, FatHeader};
use object::read::ReadRef;
use object::read::macho::FatArch;
use object::{BigEndian, Pod};
use serde::{Deserialize, Serialize};

pub use self::pages::{PageCheck, PageError};
pub use self::signature::{CodeDirectory, HashKind, Signature, SignatureClass, SignatureError};

/// More parts than any real fat file has. It tells them from Java's class files, which start with the same four bytes and
/// go on with a version number of 45 or more.
const MOST_SLICES: u32 = 32;

/// A Mach-O file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachO {
    /// Whether the file is fat, be it with a single part.
    pub is_fat: bool,
    /// Its parts, in the order of the file. A thin file is one part.
    pub slices: Vec<Slice>,
}

/// The program for one kind of processor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// Where it begins in the file, in bytes.
    pub offset: u64,
    /// How long it is, in bytes.
    pub size: u64,
    /// The kind of processor, such as [`CPU_ARM64`].
    pub cpu_type: u32,
    /// Its subtype, with the flags in the upper byte.
    pub cpu_subtype: u32,
    /// What it is: 2 for a program, 6 for a library, and so on (`MH_EXECUTE`, `MH_DYLIB`).
    pub file_type: u32,
    /// The platform: 1 for macOS. `None` where the file does not say.
    pub platform: Option<u32>,
    /// The oldest system that it runs on.
    pub minimum_os: Option<OsVersion>,
    /// The SDK that it was linked with. dyld is stricter with newer ones.
    pub sdk: Option<OsVersion>,
    /// `LC_UUID`, in lower-case hexadecimal digits.
    pub uuid: Option<String>,
    /// The libraries that dyld has to find.
    pub libraries: Vec<String>,
    /// What is known of its signature.
    pub signature: SignatureState,
}

/// `CPU_TYPE_ARM64`
pub const CPU_ARM64: u32 = macho::CPU_TYPE_ARM64;
/// `CPU_TYPE_X86_64`
pub const CPU_X86_64: u32 = macho::CPU_TYPE_X86_64;
/// `MH_EXECUTE`, the file type of a program
pub const FILE_PROGRAM: u32 = macho::MH_EXECUTE;
/// `PLATFORM_MACOS`
pub const PLATFORM_MACOS: u32 = macho::PLATFORM_MACOS;

/// Whether there is a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureState {
    /// There is none.
    Absent,
    /// There is one, and it can be read. Whether it fits the file is for [`Slice::check_pages`] to say.
    Present(Signature),
    /// There is one that cannot be read, for this reason.
    Broken(String),
}

/// A version of macOS, as a Mach-O file writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OsVersion {
    /// 13 of 13.2.1
    pub major: u16,
    /// 2 of 13.2.1
    pub minor: u8,
    /// 1 of 13.2.1
    pub patch: u8,
}

impl OsVersion {
    /// A version without a patch.
    pub const fn new(major: u16, minor: u8) -> Self {
        Self { major, minor, patch: 0 }
    }

    /// Reads `13`, `13.2` or `13.2.1`, as `SystemVersion.plist` has it.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('.');
        let version = Self {
            major: parts.next()?.parse().ok()?,
            minor: parts.next().map_or(Some(0), |part| part.parse().ok())?,
            patch: parts.next().map_or(Some(0), |part| part.parse().ok())?,
        };
        parts.next().is_none().then_some(version)
    }

    /// Two bytes, one byte, one byte.
    const fn unpack(packed: u32) -> Self {
        let [high, low, minor, patch] = packed.to_be_bytes();
        Self { major: u16::from_be_bytes([high, low]), minor, patch }
    }
}

impl fmt::Display for OsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        if self.patch > 0 {
            write!(f, ".{}", self.patch)?;
        }
        Ok(())
    }
}

/// Why a file could not be read as Mach-O.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MachOError {
    /// It does not begin as one.
    #[error("not a Mach-O file")]
    NotMachO,
    /// It says that it has more parts than any real file.
    #[error("the fat header lists {0} parts, more than {MOST_SLICES}")]
    TooManySlices(u32),
    /// A part lies outside the file, or is none.
    #[error("the part at byte {offset} is cut off or no Mach-O")]
    BadSlice {
        /// Where it should begin.
        offset: u64,
    },
    /// The load commands lie outside the file, or their sizes do not fit together.
    #[error("the load commands of the part at byte {offset} are broken")]
    BadCommands {
        /// Where the part begins.
        offset: u64,
    },
}

impl MachO {
    /// Whether `head`, a file's first four bytes or more, begins a Mach-O file.
    pub fn is_begun_by(head: &[u8]) -> bool {
        let Some(magic) = head.first_chunk().map(|magic| u32::from_be_bytes(*magic)) else { return false };
        slice::is_thin(magic) || is_fat(magic)
    }

    /// Reads the headers of a file: some kilobytes, whatever its size.
    pub fn read<'data>(data: impl ReadRef<'data>) -> Result<Self, MachOError> {
        let magic = data.read_at::<object::U32Bytes<BigEndian>>(0).map_err(|()| MachOError::NotMachO)?.get(BigEndian);
        if slice::is_thin(magic) {
            let size = data.len().map_err(|()| MachOError::NotMachO)?;
            return Ok(Self { is_fat: false, slices: vec![Slice::read(data, 0, size)?] });
        }
        match magic {
            macho::FAT_MAGIC => read_fat::<FatArch32>(data.read_at(0), data),
            macho::FAT_MAGIC_64 => read_fat::<FatArch64>(data.read_at(0), data),
            _ => Err(MachOError::NotMachO),
        }
    }

    /// Reads a part of a file that is a Mach-O file of its own, as those of a static library are.
    pub(in crate::readers) fn read_part<'data>(
        data: impl ReadRef<'data>,
        offset: u64,
        size: u64,
    ) -> Result<Slice, MachOError> {
        Slice::read(data, offset, size)
    }

    /// The part for a kind of processor.
    pub fn slice(&self, cpu_type: u32) -> Option<&Slice> {
        self.slices.iter().find(|slice| slice.cpu_type == cpu_type)
    }
}

const fn is_fat(magic: u32) -> bool {
    matches!(magic, macho::FAT_MAGIC | macho::FAT_MAGIC_64)
}

/// Where the parts of a fat file are, whatever they hold: offset and size. `None` where it is none.
pub(in crate::readers) fn fat_places<'data>(data: impl ReadRef<'data>) -> Option<Vec<(u64, u64)>> {
    fn places<'data, Arch: FatArch + Pod>(data: impl ReadRef<'data>) -> Option<Vec<(u64, u64)>> {
        let count = data.read_at::<FatHeader>(0).ok()?.nfat_arch.get(BigEndian);
        let entries =
            data.read_slice_at::<Arch>(size_of::<FatHeader>() as u64, count.min(MOST_SLICES) as usize).ok()?;
        Some(entries.iter().map(FatArch::file_range).collect())
    }
    match data.read_at::<object::U32Bytes<BigEndian>>(0).ok()?.get(BigEndian) {
        macho::FAT_MAGIC => places::<FatArch32>(data),
        macho::FAT_MAGIC_64 => places::<FatArch64>(data),
        _ => None,
    }
}

fn read_fat<'data, Arch: FatArch + Pod>(
    header: Result<&FatHeader, ()>,
    data: impl ReadRef<'data>,
) -> Result<MachO, MachOError> {
    let count = header.map_err(|()| MachOError::NotMachO)?.nfat_arch.get(BigEndian);
    if count > MOST_SLICES {
        return Err(MachOError::TooManySlices(count));
    }
    let start = size_of::<FatHeader>() as u64;
    let entries =
        data.read_slice_at::<Arch>(start, count as usize).map_err(|()| MachOError::BadSlice { offset: start })?;
    let slices = entries.iter().map(|entry| {
        let (offset, size) = entry.file_range();
        Slice::read(data, offset, size)
    });
    Ok(MachO { is_fat: true, slices: slices.collect::<Result<_, _>>()? })
}

impl Slice {
    /// The name of its processor, as GOARCH has it where Go knows it.
    pub fn goarch(&self) -> &'static str {
        match self.architecture() {
            "x86_64" | "x86_64h" => "amd64",
            "arm64e" => "arm64",
            "i386" => "386",
            name => name,
        }
    }

    /// The name of its processor, as `lipo -archs` and Go's users know it.
    pub fn architecture(&self) -> &'static str {
        const ABI64_32: u32 = 0x0200_0000;
        match self.cpu_type {
            macho::CPU_TYPE_ARM64 if self.cpu_subtype & 0x00ff_ffff == macho::CPU_SUBTYPE_ARM64E => "arm64e",
            macho::CPU_TYPE_ARM64 => "arm64",
            macho::CPU_TYPE_X86_64 if self.cpu_subtype & 0x00ff_ffff == macho::CPU_SUBTYPE_X86_64_H => "x86_64h",
            macho::CPU_TYPE_X86_64 => "x86_64",
            macho::CPU_TYPE_X86 => "i386",
            macho::CPU_TYPE_ARM => "arm",
            macho::CPU_TYPE_POWERPC => "ppc",
            macho::CPU_TYPE_POWERPC64 => "ppc64",
            kind if kind == macho::CPU_TYPE_ARM | ABI64_32 => "arm64_32",
            _ => "unknown",
        }
    }
}
