//! The hashes of a tree, taken from its tiles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::merkle::{Range, node_hash, nodes_of};
use super::tile::{HEIGHT, WIDTH};
use super::{LogError, Node, Remote, RemoteError, Storage, Tile};
use crate::Sha256;

/// How many tiles are asked for at the same time.
const MOST_AT_ONCE: usize = 8;

/// Tiles of a tree of `size` records. Nothing of them is believed by itself.
pub(super) struct Tiles<'a> {
    pub(super) size: u64,
    pub(super) remote: &'a dyn Remote,
    pub(super) storage: &'a dyn Storage,
    pub(super) database: &'a str,
    /// Whether tiles may be taken from the storage.
    pub(super) uses_kept: bool,
    loaded: BTreeMap<Tile, Loaded>,
}

struct Loaded {
    hashes: Vec<Node>,
    is_kept: bool,
}

impl<'a> Tiles<'a> {
    pub(super) fn new(
        size: u64,
        remote: &'a dyn Remote,
        storage: &'a dyn Storage,
        database: &'a str,
        uses_kept: bool,
    ) -> Self {
        Self { size, remote, storage, database, uses_kept, loaded: BTreeMap::new() }
    }

    /// Gets all tiles that have hashes of these ranges.
    pub(super) fn load(&mut self, ranges: &[Range]) -> Result<(), LogError> {
        let nodes = ranges.iter().flat_map(|range| nodes_of(*range));
        let needed: BTreeSet<_> = nodes.map(|(level, index)| Tile::of_node(level, index, self.size).0).collect();
        let mut missing = Vec::new();
        for tile in needed.into_iter().filter(|tile| !self.loaded.contains_key(tile)).collect::<Vec<_>>() {
            match self.kept(tile) {
                Some(hashes) => _ = self.loaded.insert(tile, Loaded { hashes, is_kept: true }),
                None => missing.push(tile),
            }
        }
        for (tile, hashes) in self.fetch_all(&missing)? {
            self.loaded.insert(tile, Loaded { hashes, is_kept: false });
        }
        Ok(())
    }

    /// The hash over a range, whose tiles are there; `None` if they are not.
    pub(super) fn hash(&self, range: Range) -> Option<Node> {
        let nodes: Option<Vec<_>> = nodes_of(range).into_iter().map(|(level, index)| self.node(level, index)).collect();
        nodes?.into_iter().rev().reduce(|right, left| node_hash(left, right))
    }

    /// The hashes over several ranges.
    pub(super) fn hashes(&self, ranges: &[Range]) -> Option<Vec<Node>> {
        ranges.iter().map(|range| self.hash(*range)).collect()
    }

    /// Whether each whole tile folds to its hash in the tile above, where that is there too.
    ///
    /// Nothing is accepted for this alone; it keeps what no proof has used out of the storage.
    pub(super) fn are_tied(&self) -> bool {
        self.loaded.iter().filter(|(tile, _)| tile.is_whole()).all(|(tile, loaded)| {
            let above = self.node((tile.level + 1) * HEIGHT, tile.index);
            above.is_none_or(|above| fold(&loaded.hashes) == Some(above))
        })
    }

    /// Whether any of them came from the storage.
    pub(super) fn has_kept(&self) -> bool {
        self.loaded.values().any(|loaded| loaded.is_kept)
    }

    /// Keeps those that were fetched, now that they are known to be good.
    pub(super) fn keep(&self) {
        for (tile, loaded) in self.loaded.iter().filter(|(_, loaded)| !loaded.is_kept) {
            let data: Vec<u8> = loaded.hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
            self.storage.keep_tile(*tile, &data);
        }
    }

    /// Takes those that came from the storage out of it: something among them is wrong.
    pub(super) fn forget_kept(&self) {
        for (tile, _) in self.loaded.iter().filter(|(_, loaded)| loaded.is_kept) {
            self.storage.forget_tile(*tile);
            self.storage.forget_tile(tile.whole());
        }
    }

    fn node(&self, level: u32, index: u64) -> Option<Node> {
        // Only complete nodes have a hash.
        let end = index.checked_add(1)?.checked_mul(1_u64.checked_shl(level)?)?;
        if end > self.size {
            return None;
        }
        let (tile, first) = Tile::of_node(level, index, self.size);
        let first = usize::try_from(first).ok()?;
        fold(self.loaded.get(&tile)?.hashes.get(first..first + (1 << (level % HEIGHT)))?)
    }

    fn kept(&self, tile: Tile) -> Option<Vec<Node>> {
        if !self.uses_kept {
            return None;
        }
        let data = self.storage.tile(tile.whole()).or_else(|| self.storage.tile(tile))?;
        hashes(&data, tile)
    }

    fn fetch_all(&self, tiles: &[Tile]) -> Result<Vec<(Tile, Vec<Node>)>, LogError> {
        let waiting = Mutex::new(tiles.iter());
        let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work =
            || std::iter::from_fn(next).map(|tile| Ok((*tile, self.fetch(*tile)?))).collect::<Result<Vec<_>, _>>();
        if tiles.len() <= 1 {
            return work();
        }
        thread::scope(|scope| {
            let threads: Vec<_> = (0..tiles.len().min(MOST_AT_ONCE)).map(|_| scope.spawn(work)).collect();
            let mut all = Vec::with_capacity(tiles.len());
            for thread in threads {
                // A thread that stopped leaves its tiles out, and without them nothing is proved.
                all.extend(thread.join().unwrap_or_else(|_| Ok(Vec::new()))?);
            }
            Ok(all)
        })
    }

    /// Asks for a tile. One at the edge is no longer there by itself once the log has outgrown it; then it is cut out of the
    /// whole one.
    fn fetch(&self, tile: Tile) -> Result<Vec<Node>, LogError> {
        let read = |tile: Tile| self.remote.read(&tile.to_string(), tile.whole().length());
        let (asked, data) = match read(tile) {
            Err(RemoteError::NotFound { .. }) if !tile.is_whole() => (tile.whole(), read(tile.whole())),
            answer => (tile, answer),
        };
        let unreachable =
            |source| LogError::Unreachable { database: self.database.to_owned(), place: self.remote.place(), source };
        let data = data.map_err(unreachable)?;
        let is_right = data.len() == asked.length();
        let hashes = hashes(&data, tile).filter(|_| is_right);
        hashes.ok_or_else(|| LogError::Tile { place: self.remote.place(), tile: asked, got: data.len() })
    }
}

/// The hashes of a tile, at the beginning of its data or a larger one's.
fn hashes(data: &[u8], tile: Tile) -> Option<Vec<Node>> {
    let (chunks, _) = data.get(..tile.length())?.as_chunks::<32>();
    Some(chunks.iter().map(|bytes| Sha256::from_bytes(*bytes)).collect())
}

/// The hash over a power of two of hashes.
fn fold(hashes: &[Node]) -> Option<Node> {
    debug_assert!(hashes.len().is_power_of_two() && hashes.len() as u64 <= WIDTH);
    let mut level = hashes.to_vec();
    while level.len() > 1 {
        level = level.chunks_exact(2).map(|pair| node_hash(pair[0], pair[1])).collect();
    }
    level.first().copied()
}
