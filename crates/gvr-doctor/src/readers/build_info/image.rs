//! A program as it will lie in memory: which address is which part of the file.

use object::Endianness;
use object::elf::{FileHeader32, FileHeader64, PT_LOAD};
use object::macho::{MachHeader32, MachHeader64};
use object::read::ReadRef;
use object::read::elf::{FileHeader, ProgramHeader as _, SectionHeader as _};
use object::read::macho::{MachHeader, Section as _, Segment as _};

use crate::readers::elf::{Elf, segments};
use crate::readers::macho::MachO;

const ELF_SECTION: &[u8] = b".go.buildinfo";
const MACH_O_SECTION: &[u8] = b"__go_buildinfo";
/// A part of memory that is in no file, so that null pointers fault.
const PAGE_ZERO: &[u8] = b"__PAGEZERO";

pub(super) struct Image<'data, R: ReadRef<'data>> {
    data: R,
    parts: Vec<Part>,
    /// Address and size of the section with the build information.
    pub(super) build_info: Option<(u64, u64)>,
    marker: std::marker::PhantomData<&'data ()>,
}

/// A part of the file that is loaded.
struct Part {
    address: u64,
    size: u64,
    offset: u64,
}

impl<'data, R: ReadRef<'data>> Image<'data, R> {
    /// Reads where things are; `None` for what is neither ELF nor Mach-O, or broken.
    pub(super) fn read(data: R) -> Option<Self> {
        let mut image = Self { data, parts: Vec::new(), build_info: None, marker: std::marker::PhantomData };
        let head = data.read_bytes_at(0, 5).ok()?;
        if Elf::is_begun_by(head) {
            match head[4] {
                1 => image.read_elf::<FileHeader32<Endianness>>()?,
                2 => image.read_elf::<FileHeader64<Endianness>>()?,
                _ => return None,
            }
        } else {
            // Reads all headers first, with its limits on them.
            let slice = MachO::read(data).ok()?.slices.into_iter().next()?;
            let is_64 = slice.cpu_type & object::macho::CPU_ARCH_ABI64 != 0;
            if is_64 {
                image.read_mach_o::<MachHeader64<Endianness>>(slice.offset)?;
            } else {
                image.read_mach_o::<MachHeader32<Endianness>>(slice.offset)?;
            }
        }
        Some(image)
    }

    fn read_elf<Header: FileHeader<Endian = Endianness>>(&mut self) -> Option<()> {
        let header = Header::parse(self.data).ok()?;
        let endian = header.endian().ok()?;
        for segment in segments(header, endian, self.data).ok()? {
            if segment.p_type(endian) == PT_LOAD {
                self.parts.push(Part {
                    address: segment.p_vaddr(endian).into(),
                    size: segment.p_filesz(endian).into(),
                    offset: segment.p_offset(endian).into(),
                });
            }
        }
        let sections = header.sections(endian, self.data).ok()?;
        let named = sections.iter().find(|section| sections.section_name(endian, section) == Ok(ELF_SECTION));
        self.build_info = named.map(|section| (section.sh_addr(endian).into(), section.sh_size(endian).into()));
        Some(())
    }

    fn read_mach_o<Header: MachHeader<Endian = Endianness>>(&mut self, start: u64) -> Option<()> {
        let header = Header::parse(self.data, start).ok()?;
        let endian = header.endian().ok()?;
        for command in header.load_commands(endian, self.data, start).ok()? {
            let Some((segment, rest)) = Header::Segment::from_command(command.ok()?).ok()? else { continue };
            if segment.name() == PAGE_ZERO {
                continue;
            }
            let offset: u64 = segment.fileoff(endian).into();
            self.parts.push(Part {
                address: segment.vmaddr(endian).into(),
                size: segment.filesize(endian).into(),
                offset: start.checked_add(offset)?,
            });
            let sections = segment.sections(endian, rest).ok()?;
            if let Some(section) = sections.iter().find(|section| section.name() == MACH_O_SECTION) {
                self.build_info.get_or_insert((section.addr(endian).into(), section.size(endian).into()));
            }
        }
        Some(())
    }

    /// The bytes at an address; `None` where they are not all in one part of the file.
    pub(super) fn bytes(&self, address: u64, size: u64) -> Option<&'data [u8]> {
        self.bytes_up_to(address, size).filter(|bytes| bytes.len() as u64 == size)
    }

    /// As [`Self::bytes`], but fewer where the part ends before.
    pub(super) fn bytes_up_to(&self, address: u64, size: u64) -> Option<&'data [u8]> {
        self.parts.iter().find_map(|part| {
            let start = address.checked_sub(part.address).filter(|start| *start < part.size)?;
            self.data.read_bytes_at(part.offset.checked_add(start)?, size.min(part.size - start)).ok()
        })
    }
}
