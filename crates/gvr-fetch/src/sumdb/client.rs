//! The client: asks the database about a module and believes nothing that is not folded to a signed root.

use super::merkle::{Range, consistency_proof, inclusion_path};
use super::tiles::Tiles;
use super::{
    Answer, AnswerError, Database, LogError, Remote, RemoteError, Storage, TreeHead, Untied, fold_consistency,
    fold_inclusion, leaf_hash, lookup_path,
};
use crate::dirhash::H1;

/// An answer to a lookup has some hundred bytes.
const LARGEST_ANSWER: usize = 1 << 20;

/// Asks a database.
pub struct Client<'a> {
    /// Which one.
    pub database: &'a Database,
    /// The way to it.
    pub remote: &'a dyn Remote,
    /// What is kept from one run to the next.
    pub storage: &'a dyn Storage,
}

/// A record that is in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The database's name.
    pub database: String,
    /// Who sent the proof.
    pub place: String,
    /// The module and its version.
    pub module: String,
    /// Its hash in the log.
    pub h1: H1,
    /// The record's number.
    pub record: u64,
    /// The signed state of the log that has it, which extends all states that were seen before.
    pub head: TreeHead,
}

/// A head with its signature.
#[derive(Clone, Debug)]
struct Signed {
    note: Vec<u8>,
    head: TreeHead,
}

impl Client<'_> {
    /// Proves that the log has this hash of a module. Anything else is an error that says who said what.
    pub fn prove(&self, module: &str, version: &str, h1: H1) -> Result<Proof, LogError> {
        let proof = self.look_up(module, version)?;
        if proof.h1 == h1 {
            return Ok(proof);
        }
        let Proof { database, place, module, record, h1: logged, .. } = proof;
        Err(LogError::Mismatch { database, place, module, record, logged: Box::new(logged), ours: Box::new(h1) })
    }

    /// The hash that the log has of a module, with the proof that it has.
    pub fn look_up(&self, module: &str, version: &str) -> Result<Proof, LogError> {
        let name = format!("{module}@{version}");
        let place = self.remote.place();
        let path = lookup_path(module, version).ok_or_else(|| LogError::Name { module: name.clone() })?;
        let body = self.remote.read(&path, LARGEST_ANSWER).map_err(|source| match source {
            RemoteError::NotFound { .. } => {
                LogError::Unlisted { module: name.clone(), database: self.name(), place: place.clone() }
            }
            source @ RemoteError::Failed(_) => {
                LogError::Unreachable { database: self.name(), place: place.clone(), source }
            }
        })?;
        let unbelieved = |source| LogError::Answer { module: name.clone(), place: place.clone(), source };
        let answer = Answer::parse(&body).map_err(unbelieved)?;
        let head = TreeHead::open(answer.note, self.database.key()).map_err(|source| LogError::Head {
            module: name.clone(),
            database: self.name(),
            place: place.clone(),
            source,
        })?;
        if answer.number >= head.size {
            let (number, size) = (answer.number, head.size);
            return Err(LogError::Number { module: name, database: self.name(), place, number, size });
        }
        let seen = Signed { note: answer.note.to_vec(), head };
        let newest = self.check(&name, &answer, seen)?;
        let h1 = answer.h1(module, version).map_err(unbelieved)?;
        Ok(Proof { database: self.name(), place, module: name, h1, record: answer.number, head: newest })
    }

    /// Whether the record is in the log, and the log is the one that was seen before. The answer is the newest state of it.
    fn check(&self, module: &str, answer: &Answer<'_>, seen: Signed) -> Result<TreeHead, LogError> {
        let mut heads = self.known()?;
        heads.push(seen);
        // The first of the largest, so that a kept one is not written again.
        let Some(newest) = heads.iter().rev().max_by_key(|signed| signed.head.size).cloned() else {
            return Err(LogError::Answer {
                module: module.to_owned(),
                place: self.remote.place(),
                source: AnswerError::Malformed,
            });
        };
        let others: Vec<_> = heads.into_iter().filter(|signed| signed.head != newest.head).collect();
        let wanted = Wanted { module, answer, newest: &newest, others: &others };
        let mut tiles = self.tiles(newest.head.size, true);
        match self.prove_all(&wanted, &mut tiles) {
            Err(LogError::Untied { .. }) if tiles.has_kept() => {
                // What was kept is damaged, or was bad from the start. Without it, the question is put anew.
                tiles.forget_kept();
                tiles = self.tiles(newest.head.size, false);
                self.prove_all(&wanted, &mut tiles)?;
            }
            other => other?,
        }
        tiles.keep();
        self.storage.keep_head(&newest.note, newest.head.size).map_err(|source| self.cannot_keep(source))?;
        Ok(newest.head)
    }

    fn prove_all(&self, wanted: &Wanted<'_>, tiles: &mut Tiles<'_>) -> Result<(), LogError> {
        let (size, number) = (wanted.newest.head.size, wanted.answer.number);
        let path = inclusion_path(size, number);
        let histories = wanted.others.iter().filter(|other| (1..size).contains(&other.head.size));
        let record = Range { from: number, to: number + 1 };
        let mut ranges = [&path[..], &[record]].concat();
        for other in histories.clone() {
            ranges.extend(history(other.head.size, size));
        }
        tiles.load(&ranges)?;
        for other in wanted.others {
            self.check_extends(other, wanted.newest, tiles)?;
        }
        let leaf = leaf_hash(wanted.answer.record.as_bytes());
        let root = tiles.hashes(&path).and_then(|path| fold_inclusion(size, number, leaf, &path));
        let is_there = root == Some(wanted.newest.head.root);
        if is_there && tiles.hash(record) == Some(leaf) && tiles.are_tied() {
            return Ok(());
        }
        Err(self.untied(Untied::Record(wanted.module.to_owned())))
    }

    /// Whether `newer` extends `older`, which has not more records.
    fn check_extends(&self, older: &Signed, newer: &Signed, tiles: &Tiles<'_>) -> Result<(), LogError> {
        let (old, new) = (older.head.size, newer.head.size);
        if old == new {
            return if older.head.root == newer.head.root { Ok(()) } else { Err(self.fork(older, newer, &[])) };
        }
        if old == 0 {
            return Ok(());
        }
        let ranges = history(old, new);
        let untied = || self.untied(Untied::History { older: old, newer: new });
        let (Some(start), Some(proof)) = (tiles.hash(ranges[0]), tiles.hashes(&ranges[1..])) else {
            return Err(untied());
        };
        // The older root is made of the same hashes as the newer, so that one which is not as signed can be told from
        // hashes which are not the log's.
        match fold_consistency(old, new, start, &proof) {
            Some((_, root)) if root != newer.head.root => Err(untied()),
            Some((root, _)) if root == older.head.root => Ok(()),
            Some(_) => Err(self.fork(older, newer, &proof)),
            None => Err(untied()),
        }
    }

    /// The states that an answer must agree with: the one that gvr brings along, and the newest one of earlier runs.
    fn known(&self) -> Result<Vec<Signed>, LogError> {
        let mut known = Vec::new();
        let kept = self.storage.head().map_err(|source| self.cannot_keep(source))?;
        let path = || self.storage.head_path();
        let notes = [kept, self.database.pinned().map(|note| note.as_bytes().to_vec())];
        for note in notes.into_iter().flatten() {
            let head = TreeHead::open(&note, self.database.key()).map_err(|source| LogError::KeptHead {
                database: self.name(),
                path: path(),
                source,
            })?;
            known.push(Signed { note, head });
        }
        Ok(known)
    }

    fn fork(&self, older: &Signed, newer: &Signed, proof: &[super::Node]) -> LogError {
        let note = |signed: &Signed| String::from_utf8_lossy(&signed.note).into_owned();
        let hashes: Vec<_> = proof.iter().map(ToString::to_string).collect();
        let text = format!(
            "The checksum database {} has signed these two states, and neither extends the other.\n\
             One of them was sent by {}.\n\nState of {} records:\n\n{}\nState of {} records:\n\n{}\n\
             Hashes of the tree of the second that lead to its root, and to another root of the first (RFC 6962):\n\n{}\n",
            self.name(),
            self.remote.place(),
            older.head.size,
            note(older),
            newer.head.size,
            note(newer),
            hashes.join("\n")
        );
        LogError::Fork {
            database: self.name(),
            place: self.remote.place(),
            older: older.head.size,
            newer: newer.head.size,
            evidence: self.storage.keep_evidence(&text),
        }
    }

    fn tiles(&self, size: u64, uses_kept: bool) -> Tiles<'_> {
        Tiles::new(size, self.remote, self.storage, self.database.name(), uses_kept)
    }

    fn name(&self) -> String {
        self.database.name().to_owned()
    }

    fn untied(&self, what: Untied) -> LogError {
        LogError::Untied { database: self.name(), place: self.remote.place(), what }
    }

    fn cannot_keep(&self, source: std::io::Error) -> LogError {
        LogError::Storage { database: self.name(), path: self.storage.head_path(), source }
    }
}

/// What has to be proved.
struct Wanted<'a> {
    module: &'a str,
    answer: &'a Answer<'a>,
    newest: &'a Signed,
    others: &'a [Signed],
}

/// The hashes that show how the root of `old` records and that of `new` belong together. The first is one of the older
/// tree: all of it, where that is a node of the newer one.
fn history(old: u64, new: u64) -> Vec<Range> {
    let mut ranges = consistency_proof(old, new);
    if old.is_power_of_two() {
        ranges.insert(0, Range { from: 0, to: old });
    } else {
        // The proof itself begins with that hash.
        let first = ranges[0];
        ranges.insert(0, first);
    }
    ranges
}
