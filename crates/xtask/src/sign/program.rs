//! A thin 64-bit Mach-O file with a signature at its end: finding its place, or making one.
//!
//! Offsets and numbers are those of `<mach-o/loader.h>`.

use super::signature;

/// Why a program cannot be signed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotSigned {
    /// It is something else: a file for several processors, or none of macOS's at all.
    #[error("it is no thin 64-bit Mach-O file below 4 GiB")]
    Kind,
    /// Its commands say what cannot be.
    #[error("its load commands are damaged")]
    Damaged,
    /// What follows the commands begins at once.
    #[error("there is no room for another load command: link it with -headerpad 0x100")]
    Header,
}

const MAGIC: u32 = 0xfeed_facf;
const HEADER: usize = 32;
const SEGMENT: u32 = 0x19;
const SECTION: usize = 80;
const CODE_SIGNATURE: u32 = 0x1d;
/// The length of the signature's command: its kind, its own length, and the offset and length of what it describes.
const COMMAND: usize = 16;
/// What macOS maps at once on Intel's processors and on Apple's.
const PAGE: u64 = 0x4000;

/// What of the load commands matters here.
struct Commands {
    /// Where they end.
    end: usize,
    /// Where the first section's content begins.
    content: usize,
    /// The command of the signature, if there is one.
    signature: Option<usize>,
    /// The command of the segment at the file's end, in which a signature lies.
    link_edit: usize,
    /// The offset and length of the segment that holds the code.
    text: (u64, u64),
}

/// The program with a signature of that name, in place of the one that it may have had.
pub(super) fn signed(mut program: Vec<u8>, name: &str) -> Result<Vec<u8>, NotSigned> {
    let commands = read(&program)?;
    let command = match commands.signature {
        Some(command) => {
            let start = word(&program, command + 8).ok_or(NotSigned::Damaged)? as usize;
            if !(commands.end..=program.len()).contains(&start) {
                return Err(NotSigned::Damaged);
            }
            program.truncate(start);
            command
        }
        None => add_command(&mut program, &commands)?,
    };
    program.resize(program.len().next_multiple_of(16), 0);
    let start = u32::try_from(program.len()).map_err(|_| NotSigned::Kind)?;
    let length = signature::length(program.len(), name);
    put(&mut program, command + 8, &start.to_le_bytes());
    put(&mut program, command + 12, &u32::try_from(length).map_err(|_| NotSigned::Kind)?.to_le_bytes());

    let offset = long(&program, commands.link_edit + 40).ok_or(NotSigned::Damaged)?;
    let size = (u64::from(start) + length as u64).checked_sub(offset).ok_or(NotSigned::Damaged)?;
    put(&mut program, commands.link_edit + 48, &size.to_le_bytes());
    put(&mut program, commands.link_edit + 32, &size.next_multiple_of(PAGE).to_le_bytes());

    // Last, as what was changed so far is signed too.
    let signature = signature::of(&program, name, commands.text);
    program.extend(signature);
    Ok(program)
}

fn read(program: &[u8]) -> Result<Commands, NotSigned> {
    if word(program, 0) != Some(MAGIC) {
        return Err(NotSigned::Kind);
    }
    let read = || {
        let count = word(program, 16)?;
        let end = HEADER.checked_add(word(program, 20)? as usize)?;
        let (mut content, mut signature, mut link_edit, mut text) = (usize::MAX, None, None, None);
        let mut at = HEADER;
        for _ in 0..count {
            match word(program, at)? {
                CODE_SIGNATURE => signature = Some(at),
                SEGMENT => {
                    content = content.min(first_section(program, at)?);
                    match program.get(at + 8..at + 24)? {
                        b"__LINKEDIT\0\0\0\0\0\0" => link_edit = Some(at),
                        b"__TEXT\0\0\0\0\0\0\0\0\0\0" => {
                            text = Some((long(program, at + 40)?, long(program, at + 48)?));
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
            let size = word(program, at + 4).filter(|size| *size >= 8)?;
            at = at.checked_add(size as usize)?;
        }
        (at == end && end <= program.len()).then_some(Commands {
            end,
            content,
            signature,
            link_edit: link_edit?,
            text: text?,
        })
    };
    read().ok_or(NotSigned::Damaged)
}

/// Adds the command that says where the signature lies, and says where that command is.
fn add_command(program: &mut [u8], commands: &Commands) -> Result<usize, NotSigned> {
    let place = commands.end..commands.end + COMMAND;
    if commands.content < place.end || program.get(place.clone()) != Some(&[0; COMMAND]) {
        return Err(NotSigned::Header);
    }
    let count = word(program, 16).ok_or(NotSigned::Damaged)? + 1;
    let length = u32::try_from(place.end - HEADER).map_err(|_| NotSigned::Kind)?;
    put(program, 16, &count.to_le_bytes());
    put(program, 20, &length.to_le_bytes());
    put(program, place.start, &CODE_SIGNATURE.to_le_bytes());
    put(program, place.start + 4, &[16, 0, 0, 0]);
    Ok(place.start)
}

/// Where in the file the first section of a segment begins, of those that lie in it at all.
fn first_section(program: &[u8], segment: usize) -> Option<usize> {
    let mut first = usize::MAX;
    for section in 0..word(program, segment + 64)? as usize {
        let offset = word(program, segment + 72 + section * SECTION + 48)? as usize;
        if offset != 0 {
            first = first.min(offset);
        }
    }
    Some(first)
}

fn word(program: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(program.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn long(program: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(program.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

fn put(program: &mut [u8], at: usize, bytes: &[u8]) {
    program[at..at + bytes.len()].copy_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMANDS: usize = 72 + SECTION + 72;

    /// A program with one section, that begins `gap` bytes after the load commands, and a segment without any.
    fn program(gap: usize) -> Vec<u8> {
        let content = HEADER + COMMANDS + gap;
        let mut bytes = vec![0; content];
        let (text, link_edit) = (HEADER, HEADER + 72 + SECTION);
        put(&mut bytes, 0, &MAGIC.to_le_bytes());
        bytes[16] = 2;
        bytes[20] = u8::try_from(COMMANDS).unwrap();
        for (at, length, name) in [(text, 72 + SECTION, &b"__TEXT"[..]), (link_edit, 72, b"__LINKEDIT")] {
            bytes[at] = 0x19;
            bytes[at + 4] = u8::try_from(length).unwrap();
            put(&mut bytes, at + 8, name);
        }
        bytes[text + 64] = 1;
        let content = u32::try_from(content).unwrap().to_le_bytes();
        put(&mut bytes, text + 72 + 48, &content);
        put(&mut bytes, link_edit + 40, &content);
        bytes.extend(*b"code!");
        bytes
    }

    #[test]
    fn a_command_is_added_and_nothing_moves() {
        let before = program(16);
        let after = signed(before.clone(), "x").unwrap();
        let end = HEADER + COMMANDS;
        assert_eq!((word(&after, 16), word(&after, 20)), (Some(3), u32::try_from(COMMANDS + 16).ok()));
        assert_eq!((word(&after, end), word(&after, end + 4)), (Some(CODE_SIGNATURE), Some(16)));
        let (start, length) = (word(&after, end + 8).unwrap() as usize, word(&after, end + 12).unwrap() as usize);
        assert_eq!((start, start + length), (before.len().next_multiple_of(16), after.len()));
        assert_eq!(after[end + COMMAND..before.len()], before[end + COMMAND..]);
        let link_edit = HEADER + 72 + SECTION;
        assert_eq!(long(&after, link_edit + 48), Some((after.len() - end - COMMAND) as u64));
    }

    #[test]
    fn a_signature_takes_the_place_of_the_one_before() {
        let once = signed(program(16), "x").unwrap();
        assert_eq!(signed(once.clone(), "x"), Ok(once.clone()));
        let renamed = signed(once.clone(), "another").unwrap();
        assert_ne!(renamed, once);
        assert_eq!(signed(renamed, "x"), Ok(once));
    }

    #[test]
    fn what_leaves_no_room_or_is_damaged_is_refused() {
        assert_eq!(signed(program(15), "x"), Err(NotSigned::Header));
        assert_eq!(signed(program(0), "x"), Err(NotSigned::Header));
        assert_eq!(signed(b"\xca\xfe\xba\xbe and so on".to_vec(), "x"), Err(NotSigned::Kind));
        assert_eq!(signed(Vec::new(), "x"), Err(NotSigned::Kind));
        for length in 4..HEADER + COMMANDS {
            assert_eq!(signed(program(16)[..length].to_vec(), "x"), Err(NotSigned::Damaged), "{length}");
        }
        let mut endless = program(16);
        endless[HEADER + 4] = 0;
        assert_eq!(signed(endless, "x"), Err(NotSigned::Damaged));
        let mut outside = signed(program(16), "x").unwrap();
        put(&mut outside, HEADER + COMMANDS + 8, &u32::MAX.to_le_bytes());
        assert_eq!(signed(outside, "x"), Err(NotSigned::Damaged));
    }
}
