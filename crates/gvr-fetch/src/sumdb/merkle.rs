//! The tree over a log's records, and the two proofs about it (RFC 6962 §2.1; the folds are those of RFC 9162 §2.1.3.2 and
//! §2.1.4.2).

use crate::Sha256;

/// The hash at a node of the tree.
pub type Node = Sha256;

/// The leaf of a record.
pub fn leaf_hash(record: &[u8]) -> Node {
    Sha256::of(&[&[0], record].concat())
}

pub(super) fn node_hash(left: Node, right: Node) -> Node {
    let mut data = [1; 65];
    data[1..33].copy_from_slice(left.as_bytes());
    data[33..].copy_from_slice(right.as_bytes());
    Sha256::of(&data)
}

/// The root of a tree of `size` records of which number `index` is `leaf`, if `path` are the hashes beside the way up from
/// it. `None` where a path of that length proves nothing of the sort.
pub fn fold_inclusion(size: u64, index: u64, leaf: Node, path: &[Node]) -> Option<Node> {
    if index >= size {
        return None;
    }
    let (mut at, mut last, mut root) = (index, size - 1, leaf);
    for beside in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            root = node_hash(*beside, root);
            // At the right edge, levels without a partner are passed over.
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            root = node_hash(root, *beside);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(root)
}

/// The roots of a tree's first `old` records and of its first `new`, if `proof` shows that one extends the other; `root` is
/// what the older root is said to be. `None` where a proof of that length proves nothing of the sort.
///
/// The tree of no records is extended by every other: there is nothing to fold, and nothing that it could prove.
pub fn fold_consistency(old: u64, new: u64, root: Node, proof: &[Node]) -> Option<(Node, Node)> {
    if old == 0 || old > new {
        return None;
    }
    if old == new {
        return proof.is_empty().then_some((root, root));
    }
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    // A complete older tree is itself a node of the newer one, and its root the start of the way up.
    let (start, rest) = if old.is_power_of_two() {
        if proof.is_empty() {
            return None;
        }
        (root, proof)
    } else {
        let (first, rest) = proof.split_first()?;
        (*first, rest)
    };
    let (mut older, mut newer) = (start, start);
    for beside in rest {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            older = node_hash(*beside, older);
            newer = node_hash(*beside, newer);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            newer = node_hash(newer, *beside);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some((older, newer))
}

/// Which records a hash is of: the root over those from `from` to before `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) from: u64,
    pub(super) to: u64,
}

/// The hashes that [`fold_inclusion`] needs, lowest first (`PATH` of RFC 6962 §2.1.1).
pub(super) fn inclusion_path(size: u64, index: u64) -> Vec<Range> {
    let (mut from, mut to, mut path) = (0, size, Vec::new());
    while to - from > 1 {
        let middle = from + half(to - from);
        if index < middle {
            path.push(Range { from: middle, to });
            to = middle;
        } else {
            path.push(Range { from, to: middle });
            from = middle;
        }
    }
    path.reverse();
    path
}

/// The hashes that [`fold_consistency`] needs (`PROOF` of RFC 6962 §2.1.2). `old` is neither 0 nor more than `new`.
pub(super) fn consistency_proof(old: u64, new: u64) -> Vec<Range> {
    let (mut from, mut to, mut is_old_whole, mut proof) = (0, new, true, Vec::new());
    while to != old {
        let middle = from + half(to - from);
        if old <= middle {
            proof.push(Range { from: middle, to });
            to = middle;
        } else {
            proof.push(Range { from, to: middle });
            from = middle;
            is_old_whole = false;
        }
    }
    if !is_old_whole {
        proof.push(Range { from, to });
    }
    proof.reverse();
    proof
}

/// The complete nodes that make up a range of a tree, left to right, as (level, index). The range is one at which the tree
/// branches, so all but its right end is aligned.
pub(super) fn nodes_of(range: Range) -> Vec<(u32, u64)> {
    let (mut from, mut nodes) = (range.from, Vec::new());
    while from < range.to {
        let level = (range.to - from).ilog2();
        nodes.push((level, from >> level));
        from += 1 << level;
    }
    nodes
}

/// The largest power of two below `count`, which is at least 2.
fn half(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn leaves(count: u64) -> Vec<Node> {
        (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
    }

    /// `MTH` of RFC 6962 §2.1, as it stands there.
    fn root(leaves: &[Node]) -> Node {
        match leaves {
            [] => Sha256::of(b""),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(usize::try_from(half(leaves.len() as u64)).unwrap());
                node_hash(root(left), root(right))
            }
        }
    }

    fn hashes(leaves: &[Node], ranges: &[Range]) -> Vec<Node> {
        let part = |range: &Range| &leaves[usize::try_from(range.from).unwrap()..usize::try_from(range.to).unwrap()];
        ranges.iter().map(|range| root(part(range))).collect()
    }

    #[test]
    fn every_record_of_every_small_tree_is_proved() {
        for size in 1..=70 {
            let leaves = leaves(size);
            for index in 0..size {
                let path = hashes(&leaves, &inclusion_path(size, index));
                let leaf = leaves[usize::try_from(index).unwrap()];
                assert_eq!(fold_inclusion(size, index, leaf, &path), Some(root(&leaves)), "{index} of {size}");
                // A shorter or longer path proves nothing.
                if let Some((_, shorter)) = path.split_last() {
                    assert_eq!(fold_inclusion(size, index, leaf, shorter), None, "{index} of {size}");
                }
                let longer = [&path[..], &[leaf]].concat();
                assert_eq!(fold_inclusion(size, index, leaf, &longer), None, "{index} of {size}");
            }
            assert_eq!(fold_inclusion(size, size, leaves[0], &[]), None);
        }
        assert_eq!(fold_inclusion(0, 0, leaf_hash(b""), &[]), None);
    }

    #[test]
    fn every_small_tree_extends_those_before_it() {
        for new in 1..=70 {
            let leaves = leaves(new);
            for old in 1..=new {
                let older = root(&leaves[..usize::try_from(old).unwrap()]);
                let proof = hashes(&leaves, &consistency_proof(old, new));
                let both = Some((older, root(&leaves)));
                assert_eq!(fold_consistency(old, new, older, &proof), both, "{old} of {new}");
                let longer = [&proof[..], &[older]].concat();
                assert_eq!(fold_consistency(old, new, older, &longer), None, "{old} of {new}");
                if let Some((_, shorter)) = proof.split_last() {
                    assert_ne!(fold_consistency(old, new, older, shorter), both, "{old} of {new}");
                }
            }
        }
        let some = leaf_hash(b"");
        assert_eq!(fold_consistency(0, 5, some, &[]), None);
        assert_eq!(fold_consistency(6, 5, some, &[]), None);
        assert_eq!(fold_consistency(4, 5, some, &[]), None);
        assert_eq!(fold_consistency(3, 5, some, &[]), None);
    }

    #[test]
    fn ranges_are_made_of_whole_nodes() {
        assert_eq!(nodes_of(Range { from: 0, to: 7 }), [(2, 0), (1, 2), (0, 6)]);
        assert_eq!(nodes_of(Range { from: 4, to: 7 }), [(1, 2), (0, 6)]);
        assert_eq!(nodes_of(Range { from: 8, to: 16 }), [(3, 1)]);
    }

    proptest! {
        #[test]
        fn no_other_leaf_place_or_path_leads_to_the_root(
            (size, index) in (1_u64..300).prop_flat_map(|size| (Just(size), 0..size)),
            at: prop::sample::Index,
            bit in 0..8_u8,
        ) {
            let leaves = leaves(size);
            let whole = root(&leaves);
            let leaf = leaves[usize::try_from(index).unwrap()];
            let mut path = hashes(&leaves, &inclusion_path(size, index));
            prop_assert_eq!(fold_inclusion(size, index, leaf, &path), Some(whole));
            prop_assert_ne!(fold_inclusion(size, index, leaf_hash(b"forged"), &path), Some(whole));
            for other in (0..size).filter(|other| *other != index) {
                prop_assert_ne!(fold_inclusion(size, other, leaf, &path), Some(whole));
            }
            if !path.is_empty() {
                let at = at.index(path.len());
                let mut bytes = *path[at].as_bytes();
                bytes[usize::from(bit)] ^= 1 << bit;
                path[at] = Sha256::from_bytes(bytes);
                prop_assert_ne!(fold_inclusion(size, index, leaf, &path), Some(whole));
            }
        }

        #[test]
        fn no_changed_tree_is_consistent(
            (new, old) in (1_u64..300).prop_flat_map(|new| (Just(new), 1..=new)),
            at: prop::sample::Index,
        ) {
            let (honest, mut forged) = (leaves(new), leaves(new));
            let end = usize::try_from(old).unwrap();
            forged[at.index(end)] = leaf_hash(b"forged");
            let proof = hashes(&forged, &consistency_proof(old, new));
            let folded = fold_consistency(old, new, root(&honest[..end]), &proof);
            prop_assert_ne!(folded, Some((root(&honest[..end]), root(&forged))));
        }

        #[test]
        fn folds_of_anything_end(size: u64, index: u64, path: Vec<[u8; 32]>) {
            let path: Vec<_> = path.into_iter().map(Sha256::from_bytes).collect();
            let some = leaf_hash(b"");
            let _ = fold_inclusion(size, index, some, &path);
            let _ = fold_consistency(index, size, some, &path);
        }

        #[test]
        fn ranges_of_large_trees_are_whole_nodes(size in 1_u64..1 << 62, a: u64, b: u64) {
            let (a, b) = (a % size, b % size);
            for range in inclusion_path(size, a).into_iter().chain(consistency_proof(b + 1, size)) {
                let mut at = range.from;
                for (level, index) in nodes_of(range) {
                    prop_assert_eq!(index << level, at);
                    at += 1 << level;
                }
                prop_assert_eq!(at, range.to);
            }
            prop_assert!(inclusion_path(size, a).len() <= 62);
        }
    }
}
