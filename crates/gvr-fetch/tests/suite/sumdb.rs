//! The checksum database's client, against logs made in code: honest ones of any size, and every way to lie that is known.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use gvr_fetch::dirhash::H1;
use gvr_fetch::sumdb::{
    AnswerError, Client, Database, FolderStorage, LogError, Proof, Remote, RemoteError, Storage, Tile, Untied,
};
use gvr_fetch::{ErrorKind, FetchError};
use gvr_testkit::{FakeLog, leaf_hash};
use proptest::prelude::*;

const NAME: &str = "log.example.test";
const MODULE: &str = "golang.org/toolchain";
const VERSION: &str = "v0.0.1-go1.22.90.linux-amd64";
const PLACE: &str = "http://proxy.example.test";

/// The hash of the module in honest logs.
fn h1() -> H1 {
    "h1:rRL9rPpsjKfpdDFcppvNgw1/dynUMrpDcTxdIwtyFR0=".parse().unwrap()
}

/// The hash that a liar would like to have in them.
fn other_h1() -> H1 {
    "h1:zhaB0xtf1n7RI8+VTlFAxhfXYrkUUHHjr4cpEh+aEsA=".parse().unwrap()
}

/// A log with the module's record among `size` others of no interest.
fn log(size: u64, number: u64) -> FakeLog {
    let mut log = FakeLog::new(NAME);
    for at in 0..size {
        if at == number {
            log.append_module(MODULE, VERSION, &h1().to_string());
        } else {
            log.append(&format!("record {at}\n"));
        }
    }
    log
}

fn database(log: &FakeLog) -> Database {
    Database::from_gosumdb(Some(&log.verifier_key())).unwrap()
}

/// A server of a log that answers as it likes.
struct Server<'a> {
    log: &'a FakeLog,
    size: u64,
    /// Answers in place of the honest ones; `None` is a 404.
    instead: BTreeMap<String, Option<Vec<u8>>>,
    is_down: bool,
    asked: Mutex<Vec<String>>,
}

impl<'a> Server<'a> {
    fn of(log: &'a FakeLog) -> Self {
        Self::at(log, log.size())
    }

    /// As it was when the log had `size` records.
    fn at(log: &'a FakeLog, size: u64) -> Self {
        Self { log, size, instead: BTreeMap::new(), is_down: false, asked: Mutex::default() }
    }

    fn answering(mut self, path: impl Into<String>, answer: Option<Vec<u8>>) -> Self {
        self.instead.insert(path.into(), answer);
        self
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn prove(&self, folder: &Path) -> Result<Proof, LogError> {
        self.prove_that(folder, h1())
    }

    fn prove_that(&self, folder: &Path, h1: H1) -> Result<Proof, LogError> {
        let (database, storage) = (database(self.log), FolderStorage::new(folder));
        Client { database: &database, remote: self, storage: &storage }.prove(MODULE, VERSION, h1)
    }
}

impl Remote for Server<'_> {
    fn read(&self, path: &str, limit: usize) -> Result<Vec<u8>, RemoteError> {
        self.asked.lock().unwrap().push(path.to_owned());
        if self.is_down {
            return Err(FetchError::Offline { url: format!("{PLACE}/{path}") }.into());
        }
        let answer = match self.instead.get(path) {
            Some(answer) => answer.clone(),
            None => self.log.answer(path, self.size),
        };
        let answer = answer.ok_or_else(|| RemoteError::NotFound { path: path.to_owned() })?;
        assert!(answer.len() <= limit, "{path}");
        Ok(answer)
    }

    fn place(&self) -> String {
        PLACE.to_owned()
    }
}

fn lookup() -> String {
    format!("lookup/{MODULE}@{VERSION}")
}

fn kept_head(folder: &Path) -> Option<String> {
    FolderStorage::new(folder).head().unwrap().map(|note| String::from_utf8(note).unwrap())
}

/// Everything that is kept but for heads and evidence.
fn kept_tiles(folder: &Path) -> Vec<Vec<u8>> {
    let mut tiles = Vec::new();
    let mut folders = vec![folder.join("tile")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { tiles.push(fs::read(path).unwrap()) }
        }
    }
    tiles
}

#[test]
fn a_record_of_a_log_of_any_size_is_proved() {
    for (size, number) in [
        (1, 0),
        (2, 1),
        (3, 0),
        (255, 254),
        (256, 255),
        (257, 256),
        (257, 0),
        (512, 300),
        (770, 5),
        (1000, 999),
        (65_536, 65_535),
        (65_791, 5),
        (65_793, 65_792),
    ] {
        let (log, folder) = (log(size, number), tempfile::tempdir().unwrap());
        let proof = Server::of(&log).prove(folder.path()).unwrap();
        assert_eq!((proof.record, proof.head.size, proof.h1), (number, size, h1()), "{number} of {size}");
        assert_eq!((proof.database.as_str(), proof.place.as_str()), (NAME, PLACE));
        assert_eq!(kept_head(folder.path()), Some(log.signed_head(size)));
    }
}

#[test]
fn a_log_of_a_million_records_takes_few_requests() {
    let (size, number) = (1_000_000, 765_432);
    let (log, folder) = (log(size, number), tempfile::tempdir().unwrap());
    let early = Server::at(&log, number + 1);
    early.prove(folder.path()).unwrap();
    assert!(early.asked().len() <= 7, "{:?}", early.asked());
    let late = Server::of(&log);
    assert_eq!(late.prove(folder.path()).unwrap().head.size, size);
    assert!(late.asked().len() <= 9, "{:?}", late.asked());
    // Tiles that are kept are not asked for again.
    let again = Server::of(&log);
    again.prove(folder.path()).unwrap();
    assert_eq!(again.asked(), [lookup()]);
    // And what is kept is proved again, not believed.
    assert!(matches!(again.prove_that(folder.path(), other_h1()), Err(LogError::Mismatch { .. })));
}

#[test]
fn a_log_may_grow_and_an_answer_may_be_old() {
    let (log, folder) = (log(3000, 700), tempfile::tempdir().unwrap());
    for (size, newest) in
        [(701, 701), (701, 701), (1024, 1024), (900, 1024), (2048, 2048), (2999, 2999), (3000, 3000), (768, 3000)]
    {
        let proof = Server::at(&log, size).answering(lookup(), log.answer(&lookup(), size));
        // Tiles are those of the whole log, as a real server has them.
        let server = Server { size: 3000, ..proof };
        assert_eq!(server.prove(folder.path()).unwrap().head.size, newest, "{size}");
        assert_eq!(kept_head(folder.path()), Some(log.signed_head(newest)));
    }
}

#[test]
fn a_part_of_a_tile_is_cut_out_of_the_whole_one_where_it_is_gone() {
    let (log, folder) = (log(1100, 5), tempfile::tempdir().unwrap());
    let mut server = Server { size: 1100, ..Server::at(&log, 770).answering(lookup(), log.answer(&lookup(), 770)) };
    for path in
        FakeLog::tile_paths(770).into_iter().filter(|path| path.contains(".p/") && !path.starts_with("tile/8/1"))
    {
        server = server.answering(path, None);
    }
    // The record's own edge: number 769 would be beside it.
    assert!(server.prove(folder.path()).is_ok());
    assert!(server.asked().contains(&"tile/8/0/003".to_owned()), "{:?}", server.asked());
}

#[test]
fn another_hash_is_a_security_error_that_names_both() {
    let (log, folder) = (log(770, 5), tempfile::tempdir().unwrap());
    let error = Server::of(&log).prove_that(folder.path(), other_h1()).unwrap_err();
    let message = error.to_string();
    for word in [NAME, PLACE, MODULE, VERSION, &h1().to_string(), &other_h1().to_string(), "SECURITY ERROR"] {
        assert!(message.contains(word), "{message}");
    }
    assert_eq!((error.kind(), error.is_silence()), (ErrorKind::Refused, false));
}

/// What golang.org/x/mod accepted before 0.40.0 (CVE-2026-56865): a record that is not in the log, with a tile that has its
/// hash where the tiles of the right edge hide that nothing ties it to the root.
#[test]
fn a_tile_that_is_not_tied_to_the_root_is_refused() {
    for size in [768, 770, 771, 65_791] {
        let log = FakeLog::of_numbers(NAME, size);
        let record = format!("{MODULE} {VERSION} {}\n", other_h1());
        let answer = format!("5\n{record}\n{}", log.signed_head(size));
        let forged_leaf = leaf_hash(record.as_bytes());
        let mut forged = log.answer("tile/8/0/000", size).unwrap();
        forged[5 * 32..6 * 32].copy_from_slice(&forged_leaf);
        // The tiles above may be forged too, so that all but the root agree.
        let above = FakeLog::tile_paths(size).into_iter().find(|path| path.starts_with("tile/8/1/000")).unwrap();
        let mut forged_above = log.answer(&above, size).unwrap();
        forged_above[..32].copy_from_slice(&root_of(&forged));
        let servers = [
            Server::of(&log),
            Server::of(&log).answering("tile/8/0/000", Some(forged.clone())),
            Server::of(&log).answering("tile/8/0/000", Some(forged)).answering(above, Some(forged_above)),
        ];
        for server in servers {
            let folder = tempfile::tempdir().unwrap();
            let server = server.answering(lookup(), Some(answer.clone().into_bytes()));
            let error = server.prove_that(folder.path(), other_h1()).unwrap_err();
            assert!(matches!(&error, LogError::Untied { what: Untied::Record(_), .. }), "{size}: {error}");
            assert_eq!(error.kind(), ErrorKind::Refused);
            assert!(error.to_string().contains(PLACE), "{error}");
            assert_eq!(
                (kept_head(folder.path()), kept_tiles(folder.path())),
                (None, Vec::new()),
                "nothing is kept of it"
            );
        }
    }
}

/// The hash over a whole tile.
fn root_of(tile: &[u8]) -> [u8; 32] {
    let mut log = tile.chunks(32).map(|hash| <[u8; 32]>::try_from(hash).unwrap()).collect::<Vec<_>>();
    while log.len() > 1 {
        let node = |pair: &[[u8; 32]]| {
            // A leaf's hash begins with 0, a node's with 1: so a node is no leaf of these bytes.
            let data = [&[1][..], &pair[0], &pair[1]].concat();
            *gvr_fetch::Sha256::of(&data).as_bytes()
        };
        log = log.chunks(2).map(node).collect();
    }
    log[0]
}

/// CVE-2026-42501 and CVE-2026-56864: an authentic record that is about something else, whatever stands around it.
#[test]
fn an_answer_about_something_else_proves_nothing() {
    let mut log = FakeLog::new(NAME);
    log.append("other v1 h1:8wlg68NqwW7eMnI1aABk/C2pDYXj8mrMY4TyRfiLeS0=\n");
    let line = format!("{MODULE} {VERSION} {}\n", h1());
    log.append(&format!("{line}{line}"));
    log.append(&format!("{MODULE} {VERSION} h2:whatever\n"));
    let answer = |number: u64, note: &str| {
        let record = log.lookup_answer(number, 3);
        let (record, _) = record.split_once("\n\n").unwrap();
        Server::of(&log).answering(lookup(), Some(format!("{record}\n\n{note}").into_bytes()))
    };
    let head = log.signed_head(3);
    let with_line = log.sign(&format!("{}{line}", head.split("\n\n").next().unwrap().to_owned() + "\n"));
    for (server, expected) in [
        (answer(0, &head), AnswerError::NoLine),
        (answer(0, &with_line), AnswerError::NoLine),
        (answer(1, &head), AnswerError::SeveralLines(2)),
        (answer(2, &head), AnswerError::BadHash("h2:whatever".to_owned())),
        (Server::of(&log).answering(lookup(), Some(Vec::new())), AnswerError::Malformed),
        (Server::of(&log).answering(lookup(), Some(b"<!doctype html>".to_vec())), AnswerError::Malformed),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let error = server.prove(folder.path()).unwrap_err();
        assert!(matches!(&error, LogError::Answer { source, .. } if *source == expected), "{error}");
        assert_eq!(error.kind(), ErrorKind::Refused);
    }
}

#[test]
fn a_state_that_the_database_has_not_signed_is_refused() {
    let log = log(10, 3);
    let body = |head: String| {
        let record = log.lookup_answer(3, 10);
        let (record, _) = record.split_once("\n\n").unwrap();
        Some(format!("{record}\n\n{head}").into_bytes())
    };
    let other = FakeLog::of_numbers("other.example.test", 10);
    let signed = log.signed_head(10);
    for head in [
        other.signed_head(10),
        other.signed_head(10).replace("other.", "log."),
        signed.replacen("\n10\n", "\n11\n", 1),
        signed.split("\n\n").next().unwrap().to_owned() + "\n",
        log.sign("something else\n"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let error = Server::of(&log).answering(lookup(), body(head)).prove(folder.path()).unwrap_err();
        assert!(matches!(error, LogError::Head { .. }), "{error}");
        assert_eq!(error.kind(), ErrorKind::Refused);
    }
    let folder = tempfile::tempdir().unwrap();
    let late = Server::of(&log).answering(lookup(), Some(log.lookup_answer(3, 2).into_bytes()));
    assert!(matches!(late.prove(folder.path()), Err(LogError::Number { number: 3, size: 2, .. })));
}

#[test]
fn silence_is_told_from_refusal() {
    let log = log(10, 3);
    let folder = tempfile::tempdir().unwrap();
    let down = Server { is_down: true, ..Server::of(&log) }.prove(folder.path()).unwrap_err();
    assert!(matches!(down, LogError::Unreachable { .. }) && down.is_silence(), "{down}");
    let unlisted = Server::of(&log).answering(lookup(), None).prove(folder.path()).unwrap_err();
    assert!(matches!(unlisted, LogError::Unlisted { .. }) && unlisted.is_silence(), "{unlisted}");
    // Pieces of the tree that are not served leave it unproved, and nothing is kept.
    let no_tiles =
        FakeLog::tile_paths(10).into_iter().fold(Server::of(&log), |server, path| server.answering(path, None));
    let unproved = no_tiles.prove(folder.path()).unwrap_err();
    assert!(matches!(unproved, LogError::Unreachable { .. }), "{unproved}");
    assert_eq!(kept_head(folder.path()), None);
    for wrong in [vec![], vec![0; 31], vec![0; 11 * 32]] {
        let server = Server::of(&log).answering("tile/8/0/000.p/10", Some(wrong));
        assert!(matches!(server.prove(folder.path()), Err(LogError::Tile { .. })));
    }
}

#[test]
fn a_fork_stops_everything_and_is_kept_as_evidence() {
    for (older, newer) in [(700, 900), (512, 900), (900, 900), (1, 900), (256, 257), (900, 700), (900, 512)] {
        let (honest, mut forked) = (log(900, 0), FakeLog::new(NAME));
        // The history differs from the first record that both states have.
        let line = format!("{MODULE} {VERSION} {}\n", h1());
        forked.append(&line);
        (1..900).for_each(|at| _ = forked.append(&format!("record {at}\n")));
        // Tiles are those of a whole log, honest or forked, as the servers have them.
        let lying = |tiles| {
            Server { size: 900, ..Server::at(tiles, newer) }.answering(lookup(), forked.answer(&lookup(), newer))
        };
        let folder = tempfile::tempdir().unwrap();
        Server { size: 900, ..Server::at(&honest, older) }
            .answering(lookup(), honest.answer(&lookup(), older))
            .prove(folder.path())
            .unwrap();
        // The larger of both trees decides whose hashes lead to its root; with the others nothing is proved at all.
        let (fitting, other) = if older < newer { (&forked, &honest) } else { (&honest, &forked) };
        let error = lying(fitting).prove(folder.path()).unwrap_err();
        let LogError::Fork { evidence: Ok(evidence), .. } = &error else { panic!("{older} {newer}: {error}") };
        let evidence = fs::read_to_string(evidence).unwrap();
        assert!(evidence.contains(&honest.signed_head(older)), "{evidence}");
        assert!(evidence.contains(&forked.signed_head(newer)), "{evidence}");
        assert!(error.to_string().contains("SECURITY ERROR"), "{error}");
        assert_eq!((error.kind(), error.is_silence()), (ErrorKind::Refused, false));
        let error = lying(other).prove(folder.path()).unwrap_err();
        assert_eq!((error.kind(), error.is_silence()), (ErrorKind::Refused, false), "{older} {newer}: {error}");
        assert_eq!(kept_head(folder.path()), Some(honest.signed_head(older)), "{older} {newer}");
        // The next one is stopped by it too.
        assert!(matches!(lying(fitting).prove(folder.path()), Err(LogError::Fork { .. })));
    }
}

#[test]
fn what_was_kept_is_not_believed() {
    let (log, folder) = (log(900, 300), tempfile::tempdir().unwrap());
    Server::of(&log).prove(folder.path()).unwrap();
    let kept = FolderStorage::new(folder.path());
    for path in FakeLog::tile_paths(900) {
        let tile = Tile::parse(&path).unwrap();
        let Some(mut data) = kept.tile(tile) else { continue };
        data[33] ^= 1;
        kept.keep_tile(tile, &data);
    }
    // Damaged tiles are asked for again, and put right.
    let server = Server::of(&log);
    server.prove(folder.path()).unwrap();
    assert!(server.asked().len() > 1);
    let again = Server::of(&log);
    again.prove(folder.path()).unwrap();
    assert_eq!(again.asked(), [lookup()]);
    // A damaged head stops everything: it may be the only witness of a fork.
    let path = kept.head_path();
    fs::write(&path, log.signed_head(900).replace("900", "901")).unwrap();
    let error = Server::of(&log).prove(folder.path()).unwrap_err();
    assert!(matches!(&error, LogError::KeptHead { path: named, .. } if *named == path), "{error}");
    assert_eq!(error.kind(), ErrorKind::Local);
}

#[test]
fn gos_own_database_must_extend_the_state_that_gvr_brings_along() {
    // Nothing here can sign in its name, so whatever claims to be it is refused on the signature already.
    let log = log(10, 3);
    let (database, folder) = (Database::golang().unwrap(), tempfile::tempdir().unwrap());
    let (storage, server) = (FolderStorage::new(folder.path()), Server::of(&log));
    let client = Client { database: &database, remote: &server, storage: &storage };
    assert!(matches!(client.prove(MODULE, VERSION, h1()), Err(LogError::Head { .. })));
    // A real answer of 2024: it is signed, and then the tree is asked for that ties it to the pinned state of 2026.
    let real = "24929362\ngolang.org/toolchain v0.0.1-go1.21.9.linux-amd64 h1:rRL9rPpsjKfpdDFcppvNgw1/dynUMrpDcTxdIwtyFR0=\ngolang.org/toolchain v0.0.1-go1.21.9.linux-amd64/go.mod h1:8wlg68NqwW7eMnI1aABk/C2pDYXj8mrMY4TyRfiLeS0=\n\ngo.sum database tree\n28905453\nf3f8U0MoQmXkWAgAEKDtXcaI3c2y6N9+55KNSRefF/w=\n\n\u{2014} sum.golang.org Az3grr4J9x4SApup87osjthKONInbYdbN37ZskrLF12HIbhDuxOBTzt8Z2jUKbCvxYWrw0yNgshddOzt7pZEl7aSCw8=\n";
    let version = "v0.0.1-go1.21.9.linux-amd64";
    let server = Server::of(&log).answering(format!("lookup/{MODULE}@{version}"), Some(real.into()));
    let client = Client { database: &database, remote: &server, storage: &storage };
    let error = client.prove(MODULE, version, h1()).unwrap_err();
    assert!(matches!(error, LogError::Unreachable { .. }), "{error}");
    let mut asked = server.asked();
    asked.sort();
    // The record's tiles, those of the older edge, and those of the edge of 63,096,908 records.
    let expected = ["tile/8/0/x097/380", "tile/8/0/x112/911", "tile/8/0/x246/472.p/76"];
    for path in expected {
        assert!(asked.iter().any(|asked| asked == path), "{path}: {asked:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// One changed byte anywhere in what a server sends: the right hash, or none.
    #[test]
    fn no_changed_answer_is_believed(
        (size, number) in (1_u64..1500).prop_flat_map(|size| (Just(size), 0..size)),
        which: prop::sample::Index, at: prop::sample::Index, change in 1..=255_u8,
    ) {
        let log = log(size, number);
        let mut paths = FakeLog::tile_paths(size);
        paths.push(lookup());
        let path = paths[which.index(paths.len())].clone();
        let mut answer = log.answer(&path, size).unwrap();
        let at = at.index(answer.len());
        answer[at] ^= change;
        let folder = tempfile::tempdir().unwrap();
        match Server::of(&log).answering(path, Some(answer)).prove_that(folder.path(), h1()) {
            Ok(proof) => prop_assert_eq!((proof.h1, proof.record), (h1(), number)),
            Err(error) => prop_assert!(error.kind() != ErrorKind::Local, "{}", error),
        }
        // Whatever was kept of it, an honest server is believed afterwards.
        prop_assert!(Server::of(&log).prove(folder.path()).is_ok());
    }

    /// A log that has another hash for the module never proves this one, whatever is kept from an honest one.
    #[test]
    fn a_forked_log_proves_nothing(
        (size, number) in (2_u64..600).prop_flat_map(|size| (Just(size), 0..size)),
        older in 1_u64..600,
    ) {
        let honest = log(size.max(older), number);
        let mut forked = FakeLog::new(NAME);
        for at in 0..size.max(older) {
            if at == number {
                forked.append_module(MODULE, VERSION, &other_h1().to_string());
            } else {
                forked.append(&format!("record {at}\n"));
            }
        }
        prop_assume!(number < older);
        let folder = tempfile::tempdir().unwrap();
        Server::at(&honest, older).prove(folder.path()).unwrap();
        let lying = Server::of(&forked).answering(lookup(), forked.answer(&lookup(), size));
        let error = lying.prove_that(folder.path(), other_h1()).unwrap_err();
        prop_assert_eq!(error.kind(), ErrorKind::Refused);
    }
}
