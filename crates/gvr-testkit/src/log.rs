//! A checksum database made in code: records, the tree over them, and the answers that a server of it gives.
//!
//! Written from the formats of golang.org/x/mod (`sumdb/note`, `sumdb/tlog`) and RFC 6962 §2.1, on its own, so that what
//! gvr reads is not compared with gvr's own idea of it.

use ring::digest::{SHA256, digest};
use ring::signature::{Ed25519KeyPair, KeyPair as _};

/// A node of the tree.
pub type LogHash = [u8; 32];

/// How many hashes a full tile has.
const TILE: u64 = 256;

/// A transparency log of modules' hashes with a signing key of its own.
pub struct FakeLog {
    name: String,
    key: Ed25519KeyPair,
    records: Vec<Box<str>>,
    /// All complete nodes: those of level 0 are the leaves.
    levels: Vec<Vec<LogHash>>,
}

impl FakeLog {
    /// An empty log that is called `name`, which also chooses its key.
    pub fn new(name: &str) -> Self {
        let seed = digest(&SHA256, name.as_bytes());
        let key = Ed25519KeyPair::from_seed_unchecked(seed.as_ref()).expect("a seed has 32 bytes");
        Self { name: name.to_owned(), key, records: Vec::new(), levels: Vec::new() }
    }

    /// A log with the records `record 0` to `record size-1`, each ending in a line break.
    pub fn of_numbers(name: &str, size: u64) -> Self {
        let mut log = Self::new(name);
        for number in 0..size {
            log.append(&format!("record {number}\n"));
        }
        log
    }

    /// The key to check its signatures with, as GOSUMDB takes it.
    pub fn verifier_key(&self) -> String {
        format!("{}+{:08x}+{}", self.name, u32::from_be_bytes(self.key_hash()), base64(&self.key_data()))
    }

    /// Adds a record and tells its number.
    pub fn append(&mut self, record: &str) -> u64 {
        self.records.push(record.into());
        let mut node = leaf_hash(record.as_bytes());
        let mut level = 0;
        loop {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let nodes = &mut self.levels[level];
            nodes.push(node);
            if nodes.len() % 2 == 1 {
                return self.size() - 1;
            }
            node = node_hash(&nodes[nodes.len() - 2], &node);
            level += 1;
        }
    }

    /// Adds what a module's record says: its hash, and that of its `go.mod`.
    pub fn append_module(&mut self, module: &str, version: &str, h1: &str) -> u64 {
        let go_mod = "h1:8wlg68NqwW7eMnI1aABk/C2pDYXj8mrMY4TyRfiLeS0=";
        self.append(&format!("{module} {version} {h1}\n{module} {version}/go.mod {go_mod}\n"))
    }

    /// How many records there are.
    pub fn size(&self) -> u64 {
        self.records.len() as u64
    }

    /// The root of the tree over the first `size` records.
    pub fn root(&self, size: u64) -> LogHash {
        let (mut root, mut from) = (None, 0_u64);
        let mut subtrees = Vec::new();
        for level in (0..64).rev().filter(|level| size >> level & 1 == 1) {
            subtrees.push(self.levels[level][position(from >> level)]);
            from += 1 << level;
        }
        while let Some(left) = subtrees.pop() {
            root = Some(root.map_or(left, |right| node_hash(&left, &right)));
        }
        root.unwrap_or_else(|| sha256(b""))
    }

    /// A text with this log's signature.
    pub fn sign(&self, text: &str) -> String {
        let mut signature = self.key_hash().to_vec();
        signature.extend_from_slice(self.key.sign(text.as_bytes()).as_ref());
        format!("{text}\n\u{2014} {} {}\n", self.name, base64(&signature))
    }

    /// What the log signs about its first `size` records.
    pub fn signed_head(&self, size: u64) -> String {
        self.sign(&head(size, &self.root(size)))
    }

    /// What a lookup of a record answers while the log has `size` records.
    pub fn lookup_answer(&self, number: u64, size: u64) -> String {
        let record = &self.records[position(number)];
        format!("{number}\n{record}\n{}", self.signed_head(size))
    }

    /// What a server answers to a GET of `path`, such as `lookup/M@V`, `tile/8/0/000.p/7` or `latest`, while the log has
    /// `size` records; `None` where it answers 404.
    pub fn answer(&self, path: &str, size: u64) -> Option<Vec<u8>> {
        if path == "latest" {
            return Some(self.signed_head(size).into_bytes());
        }
        if path == "supported" {
            return Some(Vec::new());
        }
        if let Some(asked) = path.strip_prefix("lookup/") {
            let (module, version) = asked.split_once('@')?;
            let line = format!("{module} {version} ");
            let number = self.records.iter().position(|record| record.starts_with(&line))? as u64;
            return (number < size).then(|| self.lookup_answer(number, size).into_bytes());
        }
        self.tile(path.strip_prefix("tile/8/")?, size)
    }

    /// Every path below `tile/` that a tree of `size` records has, full tiles and those at the edge.
    pub fn tile_paths(size: u64) -> Vec<String> {
        let mut paths = Vec::new();
        for level in 0..8_u32 {
            let count = size >> (8 * level);
            for index in 0..count.div_ceil(TILE) {
                let width = TILE.min(count - index * TILE);
                let part = if width == TILE { String::new() } else { format!(".p/{width}") };
                paths.push(format!("tile/8/{level}/{}{part}", number_path(index)));
            }
        }
        paths
    }

    fn tile(&self, rest: &str, size: u64) -> Option<Vec<u8>> {
        let (level, rest) = rest.split_once('/')?;
        let level: u32 = level.parse().ok()?;
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok()?),
            None => (rest, TILE),
        };
        let mut index = 0_u64;
        for part in number.split('/') {
            index = index * 1000 + part.trim_start_matches('x').parse::<u64>().ok()?;
        }
        let from = index * TILE;
        if level >= 8 || width == 0 || width > TILE || from + width > size >> (8 * level) {
            return None;
        }
        let nodes = &self.levels[8 * level as usize];
        Some(nodes[usize::try_from(from).ok()?..usize::try_from(from + width).ok()?].concat())
    }

    fn key_data(&self) -> Vec<u8> {
        [&[1], self.key.public_key().as_ref()].concat()
    }

    fn key_hash(&self) -> [u8; 4] {
        let hash = sha256(&[self.name.as_bytes(), b"\n", &self.key_data()].concat());
        [hash[0], hash[1], hash[2], hash[3]]
    }
}

/// The text of a tree head.
pub fn head(size: u64, root: &LogHash) -> String {
    format!("go.sum database tree\n{size}\n{}\n", base64(root))
}

/// The hash of a record.
pub fn leaf_hash(record: &[u8]) -> LogHash {
    sha256(&[&[0], record].concat())
}

fn node_hash(left: &LogHash, right: &LogHash) -> LogHash {
    let mut data = [1; 65];
    data[1..33].copy_from_slice(left);
    data[33..].copy_from_slice(right);
    sha256(&data)
}

pub(crate) fn sha256(data: &[u8]) -> LogHash {
    digest(&SHA256, data).as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// A number as an index of what is in memory.
fn position(number: u64) -> usize {
    usize::try_from(number).expect("what is in memory has no more places than that")
}

fn number_path(number: u64) -> String {
    let mut path = format!("{:03}", number % 1000);
    let mut rest = number / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    path
}

pub(crate) fn base64(data: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in data.chunks(3) {
        let bits = group.iter().chain([&0, &0]).take(3).fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        for place in 0..4 {
            let digit = char::from(DIGITS[(bits >> (18 - 6 * place) & 63) as usize]);
            text.push(if place <= group.len() { digit } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_base64_and_numbers_as_go_does() {
        assert_eq!(
            ["", "f", "fo", "foo", "foob"].map(|text| base64(text.as_bytes())),
            ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]
        );
        assert_eq!(
            [0, 5, 999, 1000, 1_234_067].map(number_path),
            ["000", "005", "999", "x001/000", "x001/x234/067"].map(str::to_owned)
        );
    }

    #[test]
    fn its_tree_is_that_of_rfc_6962() {
        let log = FakeLog::of_numbers("example.test", 7);
        let leaf = |number: u64| leaf_hash(format!("record {number}\n").as_bytes());
        let four = node_hash(&node_hash(&leaf(0), &leaf(1)), &node_hash(&leaf(2), &leaf(3)));
        let three = node_hash(&node_hash(&leaf(4), &leaf(5)), &leaf(6));
        assert_eq!(log.root(7), node_hash(&four, &three));
        assert_eq!(log.root(4), four);
        assert_eq!(log.root(0), sha256(b""));
    }

    #[test]
    fn serves_whole_tiles_and_parts() {
        let log = FakeLog::of_numbers("example.test", 600);
        assert_eq!(log.answer("tile/8/0/001", 600).unwrap().len(), 256 * 32);
        assert_eq!(log.answer("tile/8/0/002.p/88", 600).unwrap().len(), 88 * 32);
        assert_eq!(log.answer("tile/8/1/000.p/2", 600).unwrap().len(), 64);
        assert_eq!(log.answer("tile/8/0/002", 600), None);
        assert_eq!(FakeLog::tile_paths(600).len(), 4);
        assert!(FakeLog::tile_paths(600).iter().all(|path| log.answer(path, 600).is_some()));
    }
}
