//! Tiles: the pieces of up to 256 hashes in which a log's tree is served (golang.org/x/mod, `tlog.Tile`).

use std::fmt;

/// How many levels of the tree a tile spans: it is served as its lowest one, and the others are computed.
pub(super) const HEIGHT: u32 = 8;
/// How many hashes a full tile has.
pub(super) const WIDTH: u64 = 1 << HEIGHT;
const HASH: usize = 32;

/// Which hashes: `width` of them, from number `index` × 256 on, of the tree's level `level` × 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// Which level of tiles; 0 has the records' own hashes.
    pub level: u32,
    /// The number on that level.
    pub index: u64,
    /// How many hashes it has: 256 but at the right edge of the tree.
    pub width: u16,
}

impl Tile {
    /// The tile that has the hash below which lies the node `index` of the tree's level `level`, in a tree of `size`
    /// records; and the node's first hash in it. The node is complete.
    pub(super) fn of_node(level: u32, index: u64, size: u64) -> (Self, u64) {
        let (tiles, rest) = (level / HEIGHT, level % HEIGHT);
        let first = index << rest;
        let tile = first >> HEIGHT;
        let count = size >> (HEIGHT * tiles);
        let width = WIDTH.min(count.saturating_sub(tile << HEIGHT));
        (Self { level: tiles, index: tile, width: u16::try_from(width).unwrap_or_default() }, first % WIDTH)
    }

    /// The whole tile that this is a part of.
    #[must_use]
    pub fn whole(self) -> Self {
        Self { width: 1 << HEIGHT, ..self }
    }

    /// Whether this is a whole tile.
    pub fn is_whole(self) -> bool {
        u64::from(self.width) == WIDTH
    }

    /// How many bytes it has.
    pub fn length(self) -> usize {
        usize::from(self.width) * HASH
    }

    /// Reads a path as the text form has it; nothing else parses.
    pub fn parse(path: &str) -> Option<Self> {
        let (level, rest) = path.strip_prefix("tile/8/")?.split_once('/')?;
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok()?),
            None => (rest, 1 << HEIGHT),
        };
        let mut index = 0_u64;
        for part in number.split('/') {
            index = index.checked_mul(1000)?.checked_add(part.trim_start_matches('x').parse().ok()?)?;
        }
        let tile = Self { level: level.parse().ok()?, index, width };
        (tile.to_string() == path && (1..=WIDTH).contains(&u64::from(width))).then_some(tile)
    }
}

/// Its path below the database's address: `tile/8/0/x001/234.p/56`.
impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{HEIGHT}/{}/", self.level)?;
        let digits = self.index.to_string();
        let groups = digits.len().div_ceil(3);
        let padded = format!("{digits:0>width$}", width = groups * 3);
        for group in 0..groups {
            let digits = &padded[group * 3..group * 3 + 3];
            if group + 1 < groups { write!(f, "x{digits}/")? } else { f.write_str(digits)? }
        }
        if self.is_whole() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

#[cfg(test)]
mod tests {
    use gvr_testkit::FakeLog;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn has_gos_paths() {
        for (level, index, width, path) in [
            (0, 0, 256, "tile/8/0/000"),
            (1, 5, 256, "tile/8/1/005"),
            (0, 999, 7, "tile/8/0/999.p/7"),
            (0, 1000, 256, "tile/8/0/x001/000"),
            (3, 1_234_067, 1, "tile/8/3/x001/x234/067.p/1"),
        ] {
            let tile = Tile { level, index, width };
            assert_eq!(tile.to_string(), path);
            assert_eq!(Tile::parse(path), Some(tile));
        }
        for wrong in [
            "",
            "tile/8/0",
            "tile/8/0/",
            "tile/8/0/0",
            "tile/8/0/0000",
            "tile/8/0/001/000",
            "tile/8/0/x000/001",
            "tile/8/0/x1/000",
            "tile/8/00/000",
            "tile/8/+0/000",
            "tile/8/0/000.p/0",
            "tile/8/0/000.p/256",
            "tile/8/0/000.p/257",
            "tile/8/0/000.p/07",
            "tile/8/0/000/",
            "tile/7/0/000",
            "tile/8/0/xx001/000",
            "tile/8/data/000",
            "/tile/8/0/000",
            "tile/8/0/x999/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert_eq!(Tile::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_tiles_that_a_server_has() {
        for size in [1, 255, 256, 257, 770, 65_791] {
            let paths = FakeLog::tile_paths(size);
            for level in 0..17 {
                let count = size >> level;
                for index in [0, count / 2, count.saturating_sub(1)].into_iter().filter(|index| *index < count) {
                    let (tile, first) = Tile::of_node(level, index, size);
                    assert!(paths.contains(&tile.to_string()), "{tile} of {size}");
                    assert!(first + (1 << (level % HEIGHT)) <= u64::from(tile.width), "{level} {index} of {size}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn reads_what_it_writes(level in 0..8_u32, index in 0..1_u64 << 54, width in 1..=256_u16) {
            let tile = Tile { level, index, width };
            prop_assert_eq!(Tile::parse(&tile.to_string()), Some(tile));
        }

        #[test]
        fn any_text_is_safe(text in "(tile/8/)?[0-9x/.p]{0,40}") {
            if let Some(tile) = Tile::parse(&text) {
                prop_assert_eq!(tile.to_string(), text);
            }
        }
    }
}
