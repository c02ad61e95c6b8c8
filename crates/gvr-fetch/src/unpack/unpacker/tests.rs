use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::unpack::Watch;

pub(super) const VERSION: Version = Version::release(1, 22, 5);

/// How long a test waits for what has to happen before it is called a failure.
const PATIENCE: Duration = Duration::from_mins(1);

/// A Go archive with these files too, hardly compressed: what goes in is about as much as what comes out.
pub(super) fn archive(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let mut add = |name: &str, mode, content: &[u8]| {
        let mut header = tar::Header::new_ustar();
        header.set_mode(mode);
        header.set_size(content.len() as u64);
        tar.append_data(&mut header, format!("go/{name}"), content).unwrap();
    };
    add("VERSION", 0o644, b"go1.22.5\n");
    add("bin/go", 0o755, b"#!/bin/sh\n");
    for (name, content) in files {
        add(name, 0o644, content);
    }
    tar.into_inner().unwrap().finish().unwrap()
}

fn noise(length: usize, mut seed: u64) -> Vec<u8> {
    let next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// Small files, large ones, and some in between, in folders that no entry names.
pub(super) fn many() -> Vec<(String, Vec<u8>)> {
    let sizes = [0, 1, 700, 20_000, 262_143, 262_144, 262_145, 900_000, 3_000];
    let file = |number: usize| {
        let name = format!("src/{}/{}/{number}", number % 7, number % 3);
        (name, noise(sizes[number % sizes.len()], number as u64))
    };
    (0..120).map(file).collect()
}

pub(super) fn unpacked(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let below = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                files.insert(below, fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn start(folder: &Path, writers: usize) -> Unpacker {
    Unpacker::start_with(folder, VERSION, Writing { writers, observer: None, files: Box::new(Disk) }).unwrap()
}

#[test]
fn any_number_of_writers_writes_the_same() {
    let files = many();
    let bytes = archive(&files);
    let mut expected: BTreeMap<_, _> = files.into_iter().collect();
    expected.insert("VERSION".to_owned(), b"go1.22.5\n".to_vec());
    expected.insert("bin/go".to_owned(), b"#!/bin/sh\n".to_vec());
    for writers in [1, 2, 3, 8] {
        let folder = tempfile::tempdir().unwrap();
        let mut unpacker = start(folder.path(), writers);
        for piece in bytes.chunks(10_007) {
            unpacker.feed(piece).unwrap();
        }
        let done = unpacker.finish().unwrap();
        assert_eq!(done.files, expected.len() as u64);
        assert!(unpacked(folder.path()) == expected, "{writers} writers");
        for (name, mode) in [("bin/go", 0o755), ("VERSION", 0o644), ("src", 0o755)] {
            let about = fs::metadata(folder.path().join(name)).unwrap();
            assert_eq!(about.permissions().mode() & 0o7777, mode, "{name}");
        }
    }
}

/// Feeds all of it until that fails. How much was taken, and how it ended.
pub(super) fn feed_all(mut unpacker: Unpacker, bytes: &[u8], fed: &AtomicUsize) -> Result<Unpacked, UnpackError> {
    for piece in bytes.chunks(64 << 10) {
        unpacker.feed(piece)?;
        fed.fetch_add(piece.len(), Ordering::SeqCst);
    }
    unpacker.finish()
}

/// What all channels and buffers hold together, and some more.
const BUFFERED: usize = 12 << 20;

#[test]
fn a_file_that_cannot_be_written_stops_it_at_once() {
    let mut files = vec![("taken".to_owned(), b"x".to_vec())];
    files.extend((0..48).map(|number| (format!("large/{number}"), noise(1 << 20, number))));
    let bytes = archive(&files);
    for writers in [1, 4] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("taken"), "before").unwrap();
        let fed = AtomicUsize::new(0);
        let unpacker = start(folder.path(), writers);
        let error = feed_all(unpacker, &bytes, &fed).unwrap_err();
        assert!(error.is_local() && error.to_string().contains("taken"), "{error}");
        assert!(fed.into_inner() < BUFFERED, "it went on for long");
        assert_eq!(fs::read_to_string(folder.path().join("taken")).unwrap(), "before");
    }
}

#[test]
fn dropping_it_stops_all_writing() {
    let bytes = archive(&many());
    for part in [0, 1, bytes.len() / 3, bytes.len()] {
        let folder = tempfile::tempdir().unwrap();
        let mut unpacker = start(folder.path(), 3);
        unpacker.feed(&bytes[..part]).unwrap();
        drop(unpacker);
        // Nothing holds the folder any more.
        let path = folder.path().to_owned();
        folder.close().unwrap();
        assert!(!path.exists());
    }
}

/// Lets nobody write before it is opened, and counts.
#[derive(Default)]
struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
    ended: AtomicUsize,
}

struct Passing(Arc<Gate>);

impl Observer for Arc<Gate> {
    fn begin(&self, _path: &str, _is_program: bool) -> Option<Box<dyn Watch>> {
        Some(Box::new(Passing(Self::clone(self))))
    }
}

impl Watch for Passing {
    fn content(&mut self, _bytes: &[u8]) {
        let shut = self.0.is_open.lock().unwrap();
        let _open = self.0.opened.wait_while(shut, |is_open| !*is_open).unwrap();
    }

    fn end(self: Box<Self>) {
        self.0.ended.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_slow_disk_slows_down_what_comes_in() {
    let files: Vec<_> = (0..48).map(|number| (format!("large/{number}"), noise(1 << 20, number))).collect();
    let bytes = archive(&files);
    let folder = tempfile::tempdir().unwrap();
    let gate = Arc::new(Gate::default());
    let writing = Writing { writers: 4, observer: Some(Arc::new(Arc::clone(&gate))), files: Box::new(Disk) };
    let unpacker = Unpacker::start_with(folder.path(), VERSION, writing).unwrap();
    let fed = Arc::new(AtomicUsize::new(0));
    let (done, is_done) = mpsc::channel();
    let feeder = thread::spawn({
        let fed = Arc::clone(&fed);
        move || done.send(feed_all(unpacker, &bytes, &fed)).unwrap()
    });
    // However long one waits: it cannot end, and no more than the buffers hold was taken.
    assert!(matches!(is_done.recv_timeout(Duration::from_millis(300)), Err(RecvTimeoutError::Timeout)));
    assert!(fed.load(Ordering::SeqCst) < BUFFERED, "{fed:?}");
    *gate.is_open.lock().unwrap() = true;
    gate.opened.notify_all();
    assert_eq!(is_done.recv_timeout(PATIENCE).unwrap().unwrap().files, 50);
    feeder.join().unwrap();
    assert_eq!(gate.ended.load(Ordering::SeqCst), 50);
}

#[test]
fn a_refused_archive_leaves_nobody_at_work() {
    let mut tar = archive(&many());
    let end = tar.len();
    tar[end - 8] ^= 1;
    let folder = tempfile::tempdir().unwrap();
    let fed = AtomicUsize::new(0);
    let error = feed_all(start(folder.path(), 4), &tar, &fed).unwrap_err();
    assert!(matches!(error, UnpackError::Gzip(_)), "{error}");
    let before = unpacked(folder.path());
    assert!(unpacked(folder.path()) == before);
}
