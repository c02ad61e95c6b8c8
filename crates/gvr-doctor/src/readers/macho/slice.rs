//! One part of a Mach-O file: its header and load commands.

use object::Endianness;
use object::macho::{
    self, BuildVersionCommand, LinkeditDataCommand, MachHeader32, MachHeader64, UuidCommand, VersionMinCommand,
};
use object::read::ReadRef;
use object::read::macho::{LoadCommandData, MachHeader};

use crate::readers::hex;

use super::{MachOError, OsVersion, Signature, SignatureState, Slice};

/// The most load commands that are read, in bytes. Real ones have some kilobytes.
const MOST_COMMANDS: u32 = 1 << 20;

pub(super) const fn is_thin(magic: u32) -> bool {
    matches!(magic, macho::MH_MAGIC | macho::MH_CIGAM | macho::MH_MAGIC_64 | macho::MH_CIGAM_64)
}

impl Slice {
    pub(super) fn read<'data>(data: impl ReadRef<'data>, offset: u64, size: u64) -> Result<Self, MachOError> {
        let bad = || MachOError::BadSlice { offset };
        let end = offset.checked_add(size).ok_or_else(bad)?;
        if end > data.len().map_err(|()| bad())? {
            return Err(bad());
        }
        let magic = data.read_at::<object::U32Bytes<object::BigEndian>>(offset).map_err(|()| bad())?;
        match magic.get(object::BigEndian) {
            macho::MH_MAGIC | macho::MH_CIGAM => read::<MachHeader32<Endianness>>(data, offset, size),
            macho::MH_MAGIC_64 | macho::MH_CIGAM_64 => read::<MachHeader64<Endianness>>(data, offset, size),
            _ => Err(bad()),
        }
    }
}

fn read<'data, Header: MachHeader<Endian = Endianness>>(
    data: impl ReadRef<'data>,
    offset: u64,
    size: u64,
) -> Result<Slice, MachOError> {
    let bad = || MachOError::BadCommands { offset };
    let header = Header::parse(data, offset).map_err(|_| MachOError::BadSlice { offset })?;
    let endian = header.endian().map_err(|_| bad())?;
    if header.sizeofcmds(endian) > MOST_COMMANDS {
        return Err(bad());
    }
    let mut slice = Slice {
        offset,
        size,
        cpu_type: header.cputype(endian),
        cpu_subtype: header.cpusubtype(endian),
        file_type: header.filetype(endian),
        platform: None,
        minimum_os: None,
        sdk: None,
        uuid: None,
        libraries: Vec::new(),
        signature: SignatureState::Absent,
    };
    for command in header.load_commands(endian, data, offset).map_err(|_| bad())? {
        slice.take(command.map_err(|_| bad())?, endian, data).ok_or_else(bad)?;
    }
    Ok(slice)
}

impl Slice {
    /// Takes what one load command says. `None` where it is too short for its kind.
    fn take<'data>(
        &mut self,
        command: LoadCommandData<'data, Endianness>,
        endian: Endianness,
        data: impl ReadRef<'data>,
    ) -> Option<()> {
        match command.cmd() {
            macho::LC_BUILD_VERSION => {
                let build: &BuildVersionCommand<_> = command.data().ok()?;
                self.set_system(build.platform.get(endian), build.minos.get(endian), build.sdk.get(endian));
            }
            kind @ (macho::LC_VERSION_MIN_MACOSX
            | macho::LC_VERSION_MIN_IPHONEOS
            | macho::LC_VERSION_MIN_TVOS
            | macho::LC_VERSION_MIN_WATCHOS) => {
                let minimum: &VersionMinCommand<_> = command.data().ok()?;
                let platform = match kind {
                    macho::LC_VERSION_MIN_MACOSX => macho::PLATFORM_MACOS,
                    macho::LC_VERSION_MIN_IPHONEOS => macho::PLATFORM_IOS,
                    macho::LC_VERSION_MIN_TVOS => macho::PLATFORM_TVOS,
                    _ => macho::PLATFORM_WATCHOS,
                };
                self.set_system(platform, minimum.version.get(endian), minimum.sdk.get(endian));
            }
            macho::LC_UUID => {
                let uuid: &UuidCommand<Endianness> = command.data().ok()?;
                self.uuid = Some(hex(&uuid.uuid));
            }
            // The first one counts, as a second would only cost time.
            macho::LC_CODE_SIGNATURE if self.signature == SignatureState::Absent => {
                let place: &LinkeditDataCommand<_> = command.data().ok()?;
                let (start, size) = (place.dataoff.get(endian), place.datasize.get(endian));
                self.signature = match Signature::read(data, (self.offset, self.size), start, size) {
                    Ok(signature) => SignatureState::Present(signature),
                    Err(error) => SignatureState::Broken(error.to_string()),
                };
            }
            _ => {
                if let Some(library) = command.dylib().ok()? {
                    let name = command.string(endian, library.dylib.name).ok()?;
                    self.libraries.push(String::from_utf8_lossy(name).into_owned());
                }
            }
        }
        Some(())
    }

    /// The first such command is the one that counts for macOS; a second one is for Mac Catalyst.
    fn set_system(&mut self, platform: u32, minimum_os: u32, sdk: u32) {
        if self.platform.is_none_or(|known| known != macho::PLATFORM_MACOS) {
            self.platform = Some(platform);
            self.minimum_os = Some(OsVersion::unpack(minimum_os));
            self.sdk = Some(sdk).filter(|sdk| *sdk != 0).map(OsVersion::unpack);
        }
    }
}
