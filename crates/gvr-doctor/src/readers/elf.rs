//! ELF: the programs of Linux.

use object::Endianness;
use object::elf::{self, FileHeader32, FileHeader64};
use object::read::ReadRef;
use object::read::elf::{FileHeader, ProgramHeader};
use serde::{Deserialize, Serialize};

/// The longest name of an interpreter: Linux's `PATH_MAX`.
const MOST_INTERPRETER: u64 = 4096;

/// More segments than any real program has.
const MOST_SEGMENTS: u16 = 1024;

/// An ELF file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elf {
    /// 32 or 64.
    pub bits: u8,
    /// Whether numbers in it begin with their biggest part.
    pub is_big_endian: bool,
    /// The kind of processor, such as 62 for amd64 (`e_machine`).
    pub machine: u16,
    /// What it is: 2 for a program, 3 for one that can lie anywhere, or a library (`e_type`).
    pub file_type: u16,
    /// The dynamic linker that has to start it; `None` for a static program.
    pub interpreter: Option<String>,
}

/// Why a file could not be read as ELF.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ElfError {
    /// It does not begin as one.
    #[error("not an ELF file")]
    NotElf,
    /// The header is cut off, or of an unknown class or byte order.
    #[error("the ELF header is broken")]
    BadHeader,
    /// The segments lie outside the file, or are too many.
    #[error("the ELF program headers are broken")]
    BadSegments,
}

impl Elf {
    /// Whether `head`, a file's first four bytes or more, begins an ELF file.
    pub fn is_begun_by(head: &[u8]) -> bool {
        head.starts_with(&elf::ELFMAG)
    }

    /// Reads the headers of a file.
    pub fn read<'data>(data: impl ReadRef<'data>) -> Result<Self, ElfError> {
        let magic = data.read_bytes_at(0, 4).map_err(|()| ElfError::NotElf)?;
        if !Self::is_begun_by(magic) {
            return Err(ElfError::NotElf);
        }
        match data.read_bytes_at(4, 1).map_err(|()| ElfError::BadHeader)? {
            [elf::ELFCLASS32] => read::<FileHeader32<Endianness>>(data),
            [elf::ELFCLASS64] => read::<FileHeader64<Endianness>>(data),
            _ => Err(ElfError::BadHeader),
        }
    }

    /// Its processor by Go's name (GOARCH), where Go has one.
    pub fn goarch(&self) -> Option<&'static str> {
        Some(match (self.machine, self.bits, self.is_big_endian) {
            (elf::EM_386, 32, false) => "386",
            (elf::EM_X86_64, 64, false) => "amd64",
            (elf::EM_ARM, 32, false) => "arm",
            (elf::EM_AARCH64, 64, false) => "arm64",
            (elf::EM_LOONGARCH, 64, false) => "loong64",
            (elf::EM_MIPS, 32, true) => "mips",
            (elf::EM_MIPS, 32, false) => "mipsle",
            (elf::EM_MIPS, 64, true) => "mips64",
            (elf::EM_MIPS, 64, false) => "mips64le",
            (elf::EM_PPC64, 64, true) => "ppc64",
            (elf::EM_PPC64, 64, false) => "ppc64le",
            (elf::EM_RISCV, 64, false) => "riscv64",
            (elf::EM_S390, 64, true) => "s390x",
            _ => return None,
        })
    }
}

fn read<'data, Header: FileHeader<Endian = Endianness>>(data: impl ReadRef<'data>) -> Result<Elf, ElfError> {
    let header = Header::parse(data).map_err(|_| ElfError::BadHeader)?;
    let endian = header.endian().map_err(|_| ElfError::BadHeader)?;
    let interpreter = segments(header, endian, data)?
        .iter()
        .find(|segment| segment.p_type(endian) == elf::PT_INTERP)
        .and_then(|segment| {
            let size: u64 = segment.p_filesz(endian).into();
            let name = data.read_bytes_at(segment.p_offset(endian).into(), size.min(MOST_INTERPRETER)).ok()?;
            let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
            Some(String::from_utf8_lossy(&name[..end]).into_owned())
        });
    Ok(Elf {
        bits: if header.is_type_64() { 64 } else { 32 },
        is_big_endian: header.is_big_endian(),
        machine: header.e_machine(endian),
        file_type: header.e_type(endian),
        interpreter,
    })
}

/// The segments of a file, where there are not too many.
pub(super) fn segments<'data, Header: FileHeader<Endian = Endianness>>(
    header: &Header,
    endian: Endianness,
    data: impl ReadRef<'data>,
) -> Result<&'data [Header::ProgramHeader], ElfError> {
    if header.e_phnum(endian) > MOST_SEGMENTS {
        return Err(ElfError::BadSegments);
    }
    header.program_headers(endian, data).map_err(|_| ElfError::BadSegments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_this_test_itself() {
        if !cfg!(target_os = "linux") {
            return;
        }
        let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let elf = Elf::read(program.as_slice()).unwrap();
        assert_eq!(u32::from(elf.bits), usize::BITS);
        assert_eq!(elf.is_big_endian, cfg!(target_endian = "big"));
        let goarch = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        };
        assert_eq!(elf.goarch(), Some(goarch));
        if cfg!(target_env = "gnu") {
            let interpreter = elf.interpreter.unwrap();
            assert!(std::path::Path::new(&interpreter).is_file(), "{interpreter}");
        }
    }

    #[test]
    fn refuses_what_is_broken() {
        assert_eq!(Elf::read(b"\x7fEL".as_slice()), Err(ElfError::NotElf));
        assert_eq!(Elf::read(b"\x7fELF".as_slice()), Err(ElfError::BadHeader));
        assert_eq!(Elf::read([b"\x7fELF\x09".as_slice(), &[0; 60]].concat().as_slice()), Err(ElfError::BadHeader));
        let mut header = [b"\x7fELF\x02\x01\x01".as_slice(), &[0; 57]].concat();
        header[18] = 62;
        let elf = Elf::read(header.as_slice()).unwrap();
        assert_eq!((elf.goarch(), elf.interpreter), (Some("amd64"), None));
        header[54] = 56;
        header[56..58].copy_from_slice(&[3, 0]);
        header[32] = 60;
        assert_eq!(Elf::read(header.as_slice()), Err(ElfError::BadSegments));
    }
}
