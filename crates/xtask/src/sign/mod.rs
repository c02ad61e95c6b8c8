//! `sign`: the signature without a signer that macOS asks of a program, put there on any system.
//!
//! Linkers sign what they make for Apple's processors; for Intel's only Apple's own can, and what changes a program later,
//! as `strip` does, can spoil the signature.

mod program;
mod signature;

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::console;

/// Sign programs for macOS ad hoc, each in a file of its own that takes the old one's place
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The programs: thin Mach-O files
    #[arg(required = true, value_name = "PROGRAM")]
    programs: Vec<PathBuf>,
}

/// Why a program is not signed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignError {
    /// It cannot be read, or replaced.
    #[error("cannot sign {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It has no name by which its signature could call it.
    #[error("{} is no program", .0.display())]
    Name(PathBuf),
    /// It is no Mach-O file, or has no room for a signature.
    #[error("cannot sign {}", path.display())]
    Program {
        /// Which.
        path: PathBuf,
        /// What is in the way.
        source: program::NotSigned,
    },
}

/// Runs the task.
pub(crate) fn run(args: &Args) -> Result<(), SignError> {
    for program in &args.programs {
        sign(program)?;
        console::note(format_args!("signed {}", program.display()));
    }
    Ok(())
}

/// Signs a program. Its file is a new one afterwards: macOS remembers what it once made of a file, even if that has changed.
pub(crate) fn sign(program: &Path) -> Result<(), SignError> {
    let name = program.file_name().and_then(|name| name.to_str()).ok_or_else(|| SignError::Name(program.to_owned()))?;
    let of_file = |source| SignError::File { path: program.to_owned(), source };
    let unsigned = fs::read(program).map_err(of_file)?;
    let signed =
        program::signed(unsigned, name).map_err(|source| SignError::Program { path: program.to_owned(), source })?;
    replace(program, &signed).map_err(of_file)
}

fn replace(program: &Path, bytes: &[u8]) -> io::Result<()> {
    let mode = fs::metadata(program)?.permissions().mode();
    let folder = program.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().set_permissions(fs::Permissions::from_mode(mode))?;
    file.persist(program)?;
    Ok(())
}
