//! What kind of program a file is: what the kernel looks at before it runs one.

use object::read::ReadRef;
use serde::{Deserialize, Serialize};

use super::elf::{Elf, ElfError};
use super::macho::{MachO, MachOError};

/// The longest first line of a script that a kernel reads, in bytes: macOS's `IMG_SHSIZE`, twice Linux's.
const MOST_LINE: usize = 512;

/// A file that somebody may want to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Program {
    /// A program of macOS.
    MachO(MachO),
    /// A program of Linux and its relatives.
    Elf(Elf),
    /// A script, which another program runs.
    Script(Script),
    /// A program of Windows.
    Pe,
    /// A file without a byte.
    Empty,
    /// Something else: no kernel runs it.
    Other,
}

/// The first line of a script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// The program after `#!`; empty where there is none.
    pub interpreter: String,
    /// The rest of the line, which Linux hands over as one argument.
    pub argument: Option<String>,
}

/// Why a file that begins as a program could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProgramError {
    /// A Mach-O file is broken.
    #[error(transparent)]
    MachO(#[from] MachOError),
    /// An ELF file is broken.
    #[error(transparent)]
    Elf(#[from] ElfError),
    /// Reading itself failed.
    #[error("the file could not be read")]
    Unreadable,
}

impl Program {
    /// Reads the headers of a file.
    pub fn read<'data>(data: impl ReadRef<'data>) -> Result<Self, ProgramError> {
        let unreadable = |()| ProgramError::Unreadable;
        let size = data.len().map_err(unreadable)?.min(MOST_LINE as u64);
        let head = data.read_bytes_at(0, size).map_err(unreadable)?;
        Ok(match head {
            [] => Self::Empty,
            [b'#', b'!', line @ ..] => Self::Script(Script::parse(line)),
            [b'M', b'Z', ..] => Self::Pe,
            _ if Elf::is_begun_by(head) => Self::Elf(Elf::read(data)?),
            _ if MachO::is_begun_by(head) => match MachO::read(data) {
                // Java's class files begin like fat ones.
                Err(MachOError::TooManySlices(_)) => Self::Other,
                read => Self::MachO(read?),
            },
            _ => Self::Other,
        })
    }
}

impl Script {
    fn parse(line: &[u8]) -> Self {
        let end = line.iter().position(|byte| matches!(byte, b'\n' | 0)).unwrap_or(line.len());
        let line = String::from_utf8_lossy(&line[..end]);
        let blank = [' ', '\t', '\r'];
        let line = line.trim_matches(blank);
        let (interpreter, argument) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        let argument = Some(argument.trim_matches(blank)).filter(|argument| !argument.is_empty());
        Self { interpreter: interpreter.to_owned(), argument: argument.map(str::to_owned) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let found = match Program::read(bytes) {
            Ok(Program::Script(script)) => format!("script {script:?}"),
            other => format!("{other:?}"),
        };
        assert!(found.starts_with(expected), "{found}");
    }

    #[test]
    fn tells_programs_apart() {
        check(b"", "Ok(Empty)");
        check(b"MZ\x90\0", "Ok(Pe)");
        check(b"hello", "Ok(Other)");
        check(b"\xca\xfe\xba\xbe\0\0\0\x34 a Java class", "Ok(Other)");
        check(b"\x7fELF", "Err(Elf(");
        check(b"\xcf\xfa\xed\xfe", "Err(MachO(");
    }

    #[test]
    fn reads_the_first_line_of_scripts() {
        let script = |interpreter: &str, argument: Option<&str>| {
            let script = Script { interpreter: interpreter.to_owned(), argument: argument.map(str::to_owned) };
            format!("script {script:?}")
        };
        check(b"#!/bin/sh\nexec go\n", &script("/bin/sh", None));
        check(b"#! /usr/bin/env  bash -e \r\n", &script("/usr/bin/env", Some("bash -e")));
        check(b"#!", &script("", None));
        check(&[b"#!/bin/sh -".as_slice(), &[b'x'; 2000]].concat(), "script Script { interpreter: \"/bin/sh\"");
    }
}
