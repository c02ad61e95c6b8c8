//! What became of a tree.

use std::cmp::Ordering;

use super::{Entry, Manifest};

/// In what a tree differs from its manifest. Each is a list of paths, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Files with another content, or that have become something else.
    pub changed: Vec<String>,
    /// Files of the same content that can be executed now and could not before, or the other way round.
    pub modes: Vec<String>,
    /// What is no longer there.
    pub missing: Vec<String>,
    /// What was not there.
    pub extra: Vec<String>,
}

impl Differences {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.changed.len() + self.modes.len() + self.missing.len() + self.extra.len()
    }
}

impl Manifest {
    /// In what `now` differs from this.
    pub fn differences(&self, now: &Self) -> Differences {
        let mut found = Differences::default();
        let (mut before, mut now) = (self.entries.iter().peekable(), now.entries.iter().peekable());
        loop {
            let order = match (before.peek(), now.peek()) {
                (None, None) => return found,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(before), Some(now)) => before.path.cmp(&now.path),
            };
            let one = if order.is_le() { before.next() } else { None };
            let other = if order.is_ge() { now.next() } else { None };
            match (one, other) {
                (Some(before), Some(now)) => found.note(before, now),
                (Some(before), None) => found.missing.push(before.path.clone()),
                (None, Some(now)) => found.extra.push(now.path.clone()),
                (None, None) => {}
            }
        }
    }
}

impl Differences {
    fn note(&mut self, before: &Entry, now: &Entry) {
        use super::EntryKind::{File, Program};

        let is_file = |entry: &Entry| matches!(entry.kind, File | Program);
        let is_same = before.sha256 == now.sha256 && before.size == now.size;
        if !is_same || (before.kind != now.kind && !(is_file(before) && is_file(now))) {
            self.changed.push(before.path.clone());
        } else if before.kind != now.kind {
            self.modes.push(before.path.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EntryKind;

    fn manifest(entries: &[(&str, EntryKind, u8)]) -> Manifest {
        let entry = |(path, kind, content): &(&str, EntryKind, u8)| Entry {
            path: (*path).to_owned(),
            kind: *kind,
            size: 1,
            sha256: [*content; 32],
        };
        Manifest { entries: entries.iter().map(entry).collect() }
    }

    #[test]
    fn each_difference_is_named_once() {
        use EntryKind::{File, Link, Program};

        let before = manifest(&[("a", File, 1), ("b", File, 2), ("c", File, 3), ("d", Program, 4), ("e", File, 5)]);
        assert!(before.differences(&before).is_empty());
        let now =
            manifest(&[("0", File, 9), ("b", File, 2), ("c", File, 7), ("d", File, 4), ("e", Link, 5), ("f", File, 6)]);
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let expected = Differences {
            changed: words(&["c", "e"]),
            modes: words(&["d"]),
            missing: words(&["a"]),
            extra: words(&["0", "f"]),
        };
        assert_eq!(before.differences(&now), expected);
        assert_eq!(expected.count(), 6);
        assert_eq!(before.differences(&Manifest::default()).missing.len(), 5);
        assert_eq!(Manifest::default().differences(&before).extra.len(), 5);
    }
}
