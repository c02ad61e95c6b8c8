//! From plain blocks to files: reads the tar, checks every entry, and hands it to the writers.
//!
//! The crate `tar` is used for framing alone: headers and their check sums. What an entry is called, what it is and where it
//! goes is decided here.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::thread;

use gvr_core::Version;
use tar::{Entry, EntryType, Header};

use super::crew::Crew;
use super::inflate::{BLOCK, Block, Plain};
use super::pax::Pax;
use super::tree::Tree;
use super::write::{Work, Writing};
use super::{EntryProblem, UnpackError, Unpacked, check, name};

/// Go's archives have up to 16,000.
const MOST_ENTRIES: u64 = 200_000;
/// Go's archives unpack to up to 600 MB.
const MOST_BYTES: u64 = 4 << 30;
/// Extended headers of real archives have 60 bytes.
const LARGEST_HEADER: u64 = 64 << 10;
/// The size of a tar record.
const RECORD: usize = 512;

/// Has all that comes from `plain` written into the tree, and looks at the result. When it returns, nothing is written any
/// more.
pub(super) fn run(
    plain: Receiver<Plain>,
    empty: Sender<Block>,
    mut tree: Tree,
    version: Version,
    writing: &Writing,
) -> Result<Unpacked, UnpackError> {
    let root = tree.path().to_owned();
    let Writing { writers, observer, files } = writing;
    let work = Work { root: &root, observer: observer.as_deref(), files: &**files, is_over: AtomicBool::new(false) };
    let unpacked = thread::scope(|scope| {
        let mut crew = Crew::start(scope, *writers, &work)?;
        match read(Blocks { plain, empty, block: Block::default(), at: 0 }, &mut tree, &mut crew) {
            Ok(unpacked) => crew.finish().map(|()| unpacked),
            Err(error) => {
                work.is_over.store(true, Ordering::Relaxed);
                Err(error)
            }
        }
    })?;
    check::finished(&root, version)?;
    Ok(unpacked)
}

fn read(mut blocks: Blocks, tree: &mut Tree, crew: &mut Crew<'_>) -> Result<Unpacked, UnpackError> {
    let mut archive = tar::Archive::new(&mut blocks);
    let mut progress = Unpacked::default();
    let mut pending = Pending::default();
    for entry in archive.entries().map_err(explain)?.raw(true) {
        let mut entry = entry.map_err(explain)?;
        progress.entries += 1;
        if progress.entries > MOST_ENTRIES {
            return Err(UnpackError::TooManyEntries { limit: MOST_ENTRIES });
        }
        if !pending.take(&mut entry)? {
            take_in(&mut entry, std::mem::take(&mut pending), tree, crew, &mut progress)?;
        }
    }
    if !pending.is_empty() {
        return Err(UnpackError::Tar("it ends with a header that belongs to no entry".to_owned()));
    }
    read_end(&mut blocks)?;
    Ok(progress)
}

/// What extended headers say about the entry that follows them.
#[derive(Default)]
struct Pending {
    pax: Option<Pax>,
    long_name: Option<Vec<u8>>,
}

impl Pending {
    fn is_empty(&self) -> bool {
        self.pax.is_none() && self.long_name.is_none()
    }

    /// Takes an extended header in. `false` if the entry is none.
    fn take<R: Read>(&mut self, entry: &mut Entry<'_, R>) -> Result<bool, UnpackError> {
        let kind = entry.header().entry_type();
        if kind != EntryType::XHeader && kind != EntryType::GNULongName {
            return Ok(false);
        }
        let refuse =
            |entry: &Entry<'_, R>, why: &str| refuse(shown(entry.header()), EntryProblem::Header(why.to_owned()));
        if entry.size() > LARGEST_HEADER {
            return Err(refuse(entry, "it is too large"));
        }
        if !self.is_empty() {
            return Err(refuse(entry, "there are two for one entry"));
        }
        let mut data = Vec::new();
        entry.read_to_end(&mut data).map_err(explain)?;
        if data.len() as u64 != entry.size() {
            return Err(UnpackError::Truncated);
        }
        if kind == EntryType::XHeader {
            self.pax = Some(Pax::parse(&data).map_err(|problem| refuse_entry(entry, problem))?);
        } else {
            if data.last() == Some(&0) {
                data.pop();
            }
            self.long_name = Some(data);
        }
        Ok(true)
    }
}

fn take_in<R: Read>(
    entry: &mut Entry<'_, R>,
    pending: Pending,
    tree: &mut Tree,
    crew: &mut Crew<'_>,
    progress: &mut Unpacked,
) -> Result<(), UnpackError> {
    let header = entry.header();
    let is_folder = match header.entry_type() {
        EntryType::Regular => false,
        EntryType::Directory => true,
        other => return Err(refuse_entry(entry, EntryProblem::Type(type_name(other)))),
    };
    let is_executable = header.mode().map_err(explain)? & 0o100 != 0;
    let size = entry.size();
    let Pending { pax, long_name } = pending;
    let pax = pax.unwrap_or_default();
    if pax.size.is_some_and(|stated| stated != size) {
        return Err(refuse_entry(entry, EntryProblem::Header("it states another size".to_owned())));
    }
    let raw_name = match pax.path.or(long_name) {
        Some(name) => name,
        None => short_name(header).map_err(|problem| refuse_entry(entry, problem))?,
    };
    let fail = |problem| refuse(String::from_utf8_lossy(&raw_name).into_owned(), problem);
    let path = name::check(&raw_name, is_folder).map_err(fail)?;
    if is_folder {
        if size != 0 {
            return Err(fail(EntryProblem::Header("a folder has no size".to_owned())));
        }
        return tree.add_folder(path, &fail);
    }
    progress.bytes = progress.bytes.saturating_add(size);
    if progress.bytes > MOST_BYTES {
        return Err(UnpackError::TooLarge { limit: MOST_BYTES });
    }
    let folder = tree.add_file(path, &fail)?;
    crew.begin(folder, path, is_executable, size)?;
    let mut left = size;
    while left > 0 {
        let room = crew.room()?;
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(room.len());
        let count = entry.read(&mut room[..most]).map_err(explain)?;
        if count == 0 {
            return Err(UnpackError::Truncated);
        }
        crew.add(count);
        left -= count as u64;
    }
    crew.end();
    progress.files += 1;
    Ok(())
}

/// The name in the header itself. Nothing may hide behind the zero byte that ends it.
fn short_name(header: &Header) -> Result<Vec<u8>, EntryProblem> {
    let field = header.as_old().name;
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    if field[end..].iter().any(|byte| *byte != 0) {
        return Err(EntryProblem::Character('\0'));
    }
    Ok(header.path_bytes().into_owned())
}

/// After the record of zeros that ended the entries: at least another one, and nothing else.
fn read_end(blocks: &mut Blocks) -> Result<(), UnpackError> {
    let mut buffer = vec![0; BLOCK];
    let mut zeros = 0;
    loop {
        match blocks.read(&mut buffer).map_err(explain)? {
            0 if zeros < RECORD => return Err(UnpackError::Tar("it has no end".to_owned())),
            0 => return Ok(()),
            count if buffer[..count].iter().all(|byte| *byte == 0) => zeros += count,
            _ => return Err(UnpackError::Tar("something follows after its end".to_owned())),
        }
    }
}

fn refuse_entry<R: Read>(entry: &Entry<'_, R>, problem: EntryProblem) -> UnpackError {
    refuse(shown(entry.header()), problem)
}

fn refuse(name: String, problem: EntryProblem) -> UnpackError {
    // Long enough for every name that could be accepted.
    let name = if name.chars().count() > 200 { name.chars().take(200).chain(['…']).collect() } else { name };
    UnpackError::Entry { name, problem }
}

fn shown(header: &Header) -> String {
    String::from_utf8_lossy(&header.path_bytes()).into_owned()
}

fn type_name(kind: EntryType) -> &'static str {
    match kind {
        EntryType::Symlink => "a symbolic link",
        EntryType::Link => "a hard link",
        EntryType::Char | EntryType::Block => "a device",
        EntryType::Fifo => "a pipe",
        EntryType::GNUSparse => "a sparse file",
        EntryType::XGlobalHeader => "a header for all entries",
        EntryType::GNULongLink => "a link's long name",
        _ => "of an unknown type",
    }
}

/// Takes the error of another thread out of the `io::Error` in which it travelled.
fn explain(error: io::Error) -> UnpackError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => UnpackError::Truncated,
        _ => error.downcast().unwrap_or_else(|error: io::Error| UnpackError::Tar(error.to_string())),
    }
}

/// The plain blocks as one stream.
struct Blocks {
    plain: Receiver<Plain>,
    empty: Sender<Block>,
    block: Block,
    at: usize,
}

impl Read for Blocks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.block.plain().len() {
            match self.plain.recv() {
                // The other thread has ended, so the archive has.
                Err(_closed) => return Ok(0),
                Ok(Err(error)) => return Err(io::Error::other(error)),
                Ok(Ok(next)) => {
                    // The other thread makes a new block if none comes back.
                    let _ = self.empty.send(std::mem::replace(&mut self.block, next));
                    self.at = 0;
                }
            }
        }
        let count = (&self.block.plain()[self.at..]).read(buffer)?;
        self.at += count;
        Ok(count)
    }
}
