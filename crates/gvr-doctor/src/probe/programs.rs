//! What kind of program a file is, who signed it, and which Go built it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::host::{Host, Kind};
use crate::facts::{Fact, MachO, Program, Signature};
use crate::readers::build_info::BuildInfo;
use crate::readers::macho::{FILE_PROGRAM, SignatureClass, SignatureState, Slice};
use crate::readers::{ReadCache, program};

/// How much of a program's file is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// Its headers.
    Headers,
    /// All of it: the hashes of its pages are compared with its signature.
    Pages,
}

/// The largest program that is hashed.
const MOST_BYTES: u64 = 512 << 20;

const QUARANTINE: &str = "com.apple.quarantine";

/// A program's file.
pub(super) fn read(host: &dyn Host, path: &Path, depth: Depth) -> Fact<Program> {
    let file = match host.open(path) {
        Ok(file) => ReadCache::new(file),
        Err(error) => return Fact::unknown(error),
    };
    let kind = match program::Program::read(&file) {
        Ok(kind) => kind,
        Err(error) => return Fact::unknown(error),
    };
    let real = host.real_path(path).map(|path| path.to_string_lossy().into_owned()).ok();
    let go = BuildInfo::read(&file).ok().map(|info| info.go_version);
    let quarantine = host.attribute(path, QUARANTINE).ok().flatten();
    let quarantine = quarantine.map(|value| String::from_utf8_lossy(&value).into_owned());
    let known = Program { real, go, quarantine, ..Program::default() };
    let format =
        |format: &str, archs: Vec<&str>| (format.to_owned(), archs.into_iter().map(str::to_owned).collect::<Vec<_>>());
    let (format, archs) = match &kind {
        program::Program::MachO(file) => format("mach-o", file.slices.iter().map(Slice::goarch).collect()),
        program::Program::Elf(file) => format("elf", file.goarch().into_iter().collect()),
        program::Program::Script(_) => format("script", Vec::new()),
        program::Program::Pe => format("pe", Vec::new()),
        program::Program::Empty | program::Program::Other => format("other", Vec::new()),
    };
    let mach_o = match &kind {
        program::Program::MachO(file) => {
            let native = file.slices.iter().find(|slice| slice.architecture() == "arm64").or(file.slices.first());
            native.map(|slice| mach_o(host, path, slice, depth))
        }
        _ => None,
    };
    Fact::Known(Program { format, archs, mach_o, ..known })
}

fn mach_o(host: &dyn Host, path: &Path, slice: &Slice, depth: Depth) -> MachO {
    let bad_pages = || {
        // Only programs are checked by the kernel page by page before they run; a library is its loader's business.
        if depth != Depth::Pages || slice.file_type != FILE_PROGRAM {
            return None;
        }
        let bytes = host.read(path, MOST_BYTES).ok()?;
        let check = slice.check_pages(&bytes[..]).ok()?;
        Some(check.first_wrong.into_iter().map(u64::from).collect())
    };
    let signature = match &slice.signature {
        SignatureState::Absent => None,
        // What cannot be read vouches for nothing, and its pages are as good as wrong.
        SignatureState::Broken(_) => {
            Some(Signature { is_ad_hoc: true, bad_pages: Some(vec![0]), ..Signature::default() })
        }
        SignatureState::Present(signature) => {
            let directory = signature.best_directory();
            Some(Signature {
                is_ad_hoc: signature.class() != SignatureClass::Certificate,
                team: directory.and_then(|directory| directory.team.clone()),
                identifier: directory.map(|directory| directory.identifier.clone()),
                bad_pages: bad_pages(),
            })
        }
    };
    MachO {
        min_os: slice.minimum_os.map(|version| version.to_string()),
        sdk: slice.sdk.map(|version| version.to_string()),
        has_uuid: slice.uuid.is_some(),
        signature,
    }
}

/// Many files, on as many threads as there are processors.
pub(super) fn read_all(host: &dyn Host, paths: &[String], depth: Depth) -> BTreeMap<String, Fact<Program>> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(BTreeMap::new());
    let threads = thread::available_parallelism().map_or(1, usize::from).min(paths.len()).min(8);
    let work = || {
        while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
            let program = read(host, Path::new(path), depth);
            found.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), program);
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// The programs in a folder, by their paths.
pub(super) fn in_folder(host: &dyn Host, folder: &str) -> Fact<BTreeMap<String, Fact<Program>>> {
    const MOST: usize = 200;
    let names = match host.list(Path::new(folder), MOST) {
        Ok(names) => names,
        Err(super::HostError::Absent) => return Fact::Known(BTreeMap::new()),
        Err(error) => return Fact::unknown(error),
    };
    let paths = names.iter().map(|name| format!("{folder}/{}", name.to_string_lossy()));
    let is_program =
        |path: &String| host.stat(Path::new(path)).is_ok_and(|stat| stat.kind == Kind::File && stat.mode & 0o111 != 0);
    let paths: Vec<_> = paths.filter(is_program).collect();
    Fact::Known(read_all(host, &paths, Depth::Headers))
}
