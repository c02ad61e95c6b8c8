//! Static libraries: archives as `ar` makes them, thin or several in a fat file, and what their object files are made for.

use object::read::ReadRef;

use super::macho::{self, MachO};

const MAGIC: &[u8] = b"!<arch>\n";
/// Name, date, user, group, mode, size, and two bytes at the end.
const HEADER: u64 = 60;
const SIZE_AT: usize = 48;
const SIZE_LENGTH: usize = 10;
/// How many members are looked at. The first ones are lists of names.
const MOST_MEMBERS: usize = 16;

/// What the archive is for, as GOARCH names it; `None` where it is no archive, or has no object file of macOS's near its start.
pub fn architectures<'data>(data: impl ReadRef<'data>) -> Option<Vec<String>> {
    let size = data.len().ok()?;
    if let Some(places) = macho::fat_places(data) {
        let found: Vec<_> = places.into_iter().filter_map(|(offset, size)| thin(data, offset, size)).collect();
        return (!found.is_empty()).then_some(found);
    }
    thin(data, 0, size).map(|arch| vec![arch])
}

/// The kind of processor of the first object file of an archive that lies at `offset`.
fn thin<'data>(data: impl ReadRef<'data>, offset: u64, size: u64) -> Option<String> {
    if data.read_bytes_at(offset, MAGIC.len() as u64).ok()? != MAGIC {
        return None;
    }
    let end = offset.checked_add(size)?;
    let mut at = offset + MAGIC.len() as u64;
    for _ in 0..MOST_MEMBERS {
        let header = data.read_bytes_at(at, HEADER).ok()?;
        let length: u64 = str::from_utf8(&header[SIZE_AT..SIZE_AT + SIZE_LENGTH]).ok()?.trim().parse().ok()?;
        // A long name stands before the content, and counts as a part of it.
        let long = str::from_utf8(&header[..16]).ok().and_then(|name| name.strip_prefix("#1/")?.trim().parse().ok());
        let start = at.checked_add(HEADER)?.checked_add(long.unwrap_or(0))?;
        let next = at.checked_add(HEADER)?.checked_add(length)?;
        if next > end {
            return None;
        }
        if let Some(content) = next.checked_sub(start)
            && let Ok(slice) = MachO::read_part(data, start, content)
        {
            return Some(slice.goarch().to_owned());
        }
        // Members begin at even places.
        at = next.checked_add(next % 2)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The header of an object file without load commands.
    fn object(cpu: u32) -> Vec<u8> {
        let words: [u32; 8] = [0xfeed_facf, cpu, 0, 1, 0, 0, 0, 0];
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        for (name, content) in members {
            out.extend(format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 644, content.len()).bytes());
            out.extend(*content);
            out.extend(std::iter::repeat_n(b'\n', content.len() % 2));
        }
        out
    }

    fn found(bytes: &[u8]) -> Option<String> {
        architectures(bytes).map(|archs| archs.join(" "))
    }

    #[test]
    fn archives_say_what_they_are_for() {
        let (arm, intel) = (object(0x0100_000c), object(0x0100_0007));
        assert_eq!(found(&archive(&[("x.o/", &arm)])).as_deref(), Some("arm64"));
        let long: Vec<_> = b"a long name.o\0\0\0".iter().chain(&intel).copied().collect();
        let listed = archive(&[("__.SYMDEF", b"odd"), ("#1/16", &long)]);
        assert_eq!(found(&listed).as_deref(), Some("amd64"));
        let parts = [(0x0100_0007_u32, archive(&[("x.o/", &intel)])), (0x0100_000c, archive(&[("x.o/", &arm)]))];
        let mut fat: Vec<u8> = [0xcafe_babe_u32, 2].iter().flat_map(|word| word.to_be_bytes()).collect();
        let mut offset = 4096;
        for (cpu, part) in &parts {
            let size = u32::try_from(part.len()).unwrap();
            fat.extend([*cpu, 0, offset, size, 12].iter().flat_map(|word| word.to_be_bytes()));
            offset += 4096;
        }
        for (index, (_, part)) in parts.iter().enumerate() {
            fat.resize(4096 * (index + 1), 0);
            fat.extend(part);
        }
        assert_eq!(found(&fat).as_deref(), Some("amd64 arm64"));
        for other in [&b""[..], b"!<arch>\n", b"\x7fELF", &archive(&[("x.o/", b"\x7fELF")]), &listed[..70], &fat[..60]]
        {
            assert_eq!(found(other), None);
        }
    }
}
