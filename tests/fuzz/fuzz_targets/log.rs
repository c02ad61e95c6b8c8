//! Answers of a checksum database: what is not in the log is proved by none.
//!
//! The first byte of an input says what the rest is: the path of a tile, the answer to a lookup, or a proof. A proof's hashes
//! are those of a real tree, put together as the input says, so that it is as near to a good one as a forger's could be.
#![no_main]

use gvr_fetch::sumdb::{Answer, Node, Tile, fold_consistency, fold_inclusion, leaf_hash, lookup_path};
use libfuzzer_sys::fuzz_target;

const MODULE: &str = "golang.org/toolchain";
const VERSION: &str = "v0.0.1-go1.21.9.linux-amd64";
/// Trees of up to so many records are tried.
const MOST: u8 = 40;

fuzz_target!(|input: &[u8]| {
    let Some((kind, rest)) = input.split_first() else { return };
    match kind % 4 {
        0 => tile(rest),
        1 => answer(rest),
        2 => inclusion(rest),
        _ => consistency(rest),
    }
});

fn tile(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Some(tile) = Tile::parse(text) {
        assert_eq!(tile.to_string(), text, "a tile has one path");
        assert!((1..=256).contains(&tile.width) && tile.length() == 32 * usize::from(tile.width));
    }
    if let Some(path) = lookup_path(MODULE, text) {
        let is_part = |part: &str| !matches!(part, "" | "." | "..");
        assert!(path.bytes().all(|byte| byte.is_ascii_graphic()) && path.split('/').all(is_part), "{path:?}");
    }
}

fn answer(input: &[u8]) {
    let Ok(answer) = Answer::parse(input) else { return };
    let (number, record, note) = (answer.number, answer.record, answer.note);
    let whole = [format!("{number}\n{record}\n").as_bytes(), note].concat();
    assert_eq!(whole, input, "nothing is lost, and nothing is read twice");
    if let Ok(h1) = answer.h1(MODULE, VERSION) {
        let line = format!("{MODULE} {VERSION} ");
        let about: Vec<_> = record.lines().filter(|it| it.starts_with(&line)).collect();
        assert_eq!(about, [format!("{line}{h1}")]);
    }
}

fn record(number: u8) -> Node {
    leaf_hash(&[number])
}

/// The root over the records from one number to before another (RFC 6962, 2.1), and on the way all nodes.
fn root(from: u8, to: u8, nodes: &mut Vec<Node>) -> Node {
    let node = if to - from == 1 {
        record(from)
    } else {
        let mut half = 1;
        while half * 2 < to - from {
            half *= 2;
        }
        let (left, right) = (root(from, from + half, nodes), root(from + half, to, nodes));
        Node::of(&[&[1], &left.as_bytes()[..], &right.as_bytes()[..]].concat())
    };
    nodes.push(node);
    node
}

fn pick(nodes: &[Node], choices: &[u8]) -> Vec<Node> {
    choices.iter().take(16).map(|choice| nodes[usize::from(*choice) % nodes.len()]).collect()
}

fn inclusion(input: &[u8]) {
    let [size, index, leaf, choices @ ..] = input else { return };
    let (size, index) = (size % MOST + 1, index % MOST);
    let mut nodes = Vec::new();
    let signed = root(0, size, &mut nodes);
    // One that is no record of the tree is a forged one.
    let proved = fold_inclusion(size.into(), index.into(), record(*leaf), &pick(&nodes, choices));
    assert!(proved != Some(signed) || leaf == &index, "record {leaf} passes for record {index} of {size}");
    if index < size {
        let mut path = Vec::new();
        path_of(index, 0, size, &mut path);
        assert_eq!(fold_inclusion(size.into(), index.into(), record(index), &path), Some(signed));
    }
}

/// The hashes beside the way up from a record (RFC 6962, 2.1.1).
fn path_of(index: u8, from: u8, to: u8, path: &mut Vec<Node>) {
    if to - from == 1 {
        return;
    }
    let mut half = 1;
    while half * 2 < to - from {
        half *= 2;
    }
    let middle = from + half;
    if index < middle {
        path_of(index, from, middle, path);
        path.push(root(middle, to, &mut Vec::new()));
    } else {
        path_of(index, middle, to, path);
        path.push(root(from, middle, &mut Vec::new()));
    }
}

fn consistency(input: &[u8]) {
    let [old, new, claimed, choices @ ..] = input else { return };
    let (old, new) = (old % MOST + 1, new % MOST + 1);
    let mut nodes = Vec::new();
    let signed = root(0, new, &mut nodes);
    let claimed = nodes[usize::from(*claimed) % nodes.len()];
    let Some((older, newer)) = fold_consistency(old.into(), new.into(), claimed, &pick(&nodes, choices)) else {
        return;
    };
    if older == claimed && newer == signed {
        assert_eq!(claimed, root(0, old, &mut Vec::new()), "another history of {old} records passes in one of {new}");
    }
}
