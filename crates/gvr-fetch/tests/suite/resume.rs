//! Going on where a download stopped, in the same run and in the next.

use std::fs;

use gvr_fetch::{ErrorKind, SourceProblem};

use crate::common::sandbox::Notes;
use crate::common::{FakeGo, Reply, Sandbox, Server};

const CUT: usize = 400_000;

/// A run that is broken off after `CUT` bytes each time, and leaves them in the cache.
fn interrupted(go: &FakeGo, tag: &'static str) -> (Sandbox, String) {
    let bytes = go.bytes.clone();
    let server = Server::start(move |asked| match asked.number {
        0 => Reply::file(asked, &bytes, tag).cut(CUT),
        _ => Reply::status(404),
    });
    let sandbox = Sandbox::new(&server.url(""));
    assert_eq!(sandbox.install(go).unwrap_err().kind(), ErrorKind::Network);
    assert_eq!(fs::metadata(sandbox.part_of(go)).unwrap().len(), CUT as u64);
    (sandbox, server.url(""))
}

/// Moves what is known of a part to another server, which has an address of its own.
fn move_to(sandbox: &mut Sandbox, go: &FakeGo, old: &str, server: &Server) {
    let record = sandbox.part_of(go).with_extension("part.json");
    let text = fs::read_to_string(&record).unwrap();
    assert!(text.contains(old), "{text}");
    fs::write(&record, text.replace(old, &server.url(""))).unwrap();
    sandbox.config.dist_url = server.url("");
}

#[test]
fn a_broken_connection_goes_on_where_it_broke() {
    let go = FakeGo::large();
    for tag in ["\"a\"", "\"a b\""] {
        let bytes = go.bytes.clone();
        let server = Server::start(move |asked| match asked.number {
            0..4 => Reply::file(asked, &bytes, tag).cut(130_000),
            _ => Reply::file(asked, &bytes, tag),
        });
        let sandbox = Sandbox::new(&server.url(""));
        let notes = Notes::default();
        let fetched = sandbox.install_noting(&go, &notes, false).unwrap();
        assert_eq!(fetched.resumed_from, 0, "nothing was there before");
        let starts: Vec<_> = server.asked().iter().map(|asked| asked.start().unwrap_or(0)).collect();
        assert_eq!(starts, [0, 130_000, 260_000, 390_000, 520_000], "more than three attempts, as each got further");
        assert_eq!(notes.count("start"), 1, "the pipeline was never restarted: {:?}", notes.all());
        assert_eq!(sandbox.cached(), Vec::<String>::new());
    }
}

#[test]
fn a_date_will_do_where_there_is_no_strong_tag() {
    let go = FakeGo::large();
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    let headers = [("ETag", "W/\"weak\""), ("Last-Modified", date)];
    let bytes = go.bytes.clone();
    let server = Server::start(move |asked| match asked.start() {
        None => Reply::new(200, &headers, &bytes).cut(CUT),
        Some(start) => {
            assert_eq!(asked.header("if-range"), Some(date));
            let range = format!("bytes {start}-{}/{}", bytes.len() - 1, bytes.len());
            Reply::new(206, &[("Content-Range", &range)], &bytes[start..])
        }
    });
    Sandbox::new(&server.url("")).install(&go).unwrap();
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn without_a_validator_it_begins_anew() {
    let go = FakeGo::large();
    let server = Server::scripted(vec![Reply::ok(&go.bytes).cut(CUT), Reply::ok(&go.bytes)]);
    let sandbox = Sandbox::new(&server.url(""));
    let notes = Notes::default();
    sandbox.install_noting(&go, &notes, false).unwrap();
    assert!(server.asked().iter().all(|asked| asked.header("range").is_none()));
    assert_eq!(notes.count("start"), 2);
    let server = Server::scripted(vec![Reply::ok(&go.bytes).cut(CUT)]);
    let sandbox = Sandbox::new(&server.url(""));
    sandbox.install(&go).unwrap_err();
    assert_eq!(sandbox.cached(), Vec::<String>::new(), "of no use to the next run");
}

#[test]
fn the_next_run_goes_on() {
    let go = FakeGo::large();
    let (mut sandbox, old) = interrupted(&go, "\"a\"");
    let bytes = go.bytes.clone();
    let server = Server::start(move |asked| Reply::file(asked, &bytes, "\"a\""));
    move_to(&mut sandbox, &go, &old, &server);
    let notes = Notes::default();
    let fetched = sandbox.install_noting(&go, &notes, true).unwrap();
    assert_eq!(fetched.resumed_from, CUT as u64);
    let (total, rest) = (go.bytes.len(), go.bytes.len() - CUT);
    assert_eq!(notes.all(), [format!("start Some({total}) {CUT}"), format!("advance {rest}"), "finish".to_owned()]);
    assert_eq!(server.asked()[0].start(), Some(CUT));
    assert_eq!(fetched.kept, Some(sandbox.kept(&go)));
    assert_eq!(fs::read(sandbox.kept(&go)).unwrap(), go.bytes);
    assert_eq!(sandbox.cached().len(), 1);
    assert_eq!(sandbox.unpacked()["pkg/noise"].1, 700_000);
}

#[test]
fn a_complete_part_needs_no_request() {
    let go = FakeGo::large();
    let (mut sandbox, old) = interrupted(&go, "\"a\"");
    fs::write(sandbox.part_of(&go), &go.bytes).unwrap();
    let server = Server::scripted(vec![Reply::status(500)]);
    move_to(&mut sandbox, &go, &old, &server);
    sandbox.install(&go).unwrap();
    assert_eq!(server.asked().len(), 0);
}

/// A next run against a server whose first answer to the range is `odd`, and whose answer to a whole request is right.
#[track_caller]
fn check_restarts(odd: impl Fn(&[u8]) -> Reply + Send + Sync + 'static) {
    let go = FakeGo::large();
    let (mut sandbox, old) = interrupted(&go, "\"a\"");
    let bytes = go.bytes.clone();
    let server = Server::start(move |asked| match asked.start() {
        Some(_) => odd(&bytes),
        None => Reply::file(asked, &bytes, "\"a\""),
    });
    move_to(&mut sandbox, &go, &old, &server);
    let fetched = sandbox.install(&go).unwrap();
    assert_eq!(fetched.resumed_from, 0);
    assert!(server.asked().len() <= 2, "{:?}", server.asked());
    assert_eq!(sandbox.cached(), Vec::<String>::new());
}

#[test]
fn begins_anew_where_the_server_does_not_go_on() {
    let rest = |range: &'static str, tag: &'static str| {
        move |bytes: &[u8]| {
            let range = range.replace("END", &(bytes.len() - 1).to_string()).replace("ALL", &bytes.len().to_string());
            Reply::new(206, &[("ETag", tag), ("Content-Range", &range)], &bytes[CUT..])
        }
    };
    check_restarts(|bytes| Reply::new(200, &[("ETag", "\"b\"")], bytes));
    check_restarts(|_| Reply::new(416, &[("Content-Range", "bytes */5")], ""));
    check_restarts(|_| Reply::status(416));
    check_restarts(rest("bytes 0-END/ALL", "\"a\""));
    check_restarts(rest("bytes 400001-END/ALL", "\"a\""));
    check_restarts(rest("bytes 400000-END/999999999", "\"a\""));
    check_restarts(rest("bytes 400000-500000/ALL", "\"a\""));
    check_restarts(rest("bytes */ALL", "\"a\""));
    check_restarts(rest("nonsense", "\"a\""));
    check_restarts(rest("bytes 400000-END/ALL", "\"b\""));
    check_restarts(|bytes| Reply::new(206, &[], &bytes[CUT..]));
    check_restarts(|bytes| Reply::new(206, &[("Content-Type", "multipart/byteranges; boundary=x")], &bytes[CUT..]));
    // If-Range ignored and another file sent on: the hash tells, and one attempt in one piece follows.
    check_restarts(|bytes| {
        let range = format!("bytes {CUT}-{}/{}", bytes.len() - 1, bytes.len());
        Reply::new(206, &[("ETag", "\"a\""), ("Content-Range", &range)], vec![0; bytes.len() - CUT])
    });
}

#[test]
fn a_part_that_was_altered_is_dropped() {
    let go = FakeGo::large();
    for length in [CUT, 2 * go.bytes.len()] {
        let (mut sandbox, old) = interrupted(&go, "\"a\"");
        fs::write(sandbox.part_of(&go), vec![7; length]).unwrap();
        let bytes = go.bytes.clone();
        let server = Server::start(move |asked| match asked.start() {
            Some(start) if start >= bytes.len() => Reply::status(416),
            _ => Reply::file(asked, &bytes, "\"a\""),
        });
        move_to(&mut sandbox, &go, &old, &server);
        sandbox.install(&go).unwrap();
        assert_eq!(server.asked().len(), 2);
        assert_eq!(sandbox.cached(), Vec::<String>::new());
    }
}

#[test]
fn a_server_that_never_goes_on_is_given_up() {
    let go = FakeGo::large();
    let (mut sandbox, old) = interrupted(&go, "\"a\"");
    let bytes = go.bytes.clone();
    let server = Server::start(move |asked| match asked.start() {
        Some(_) => Reply::status(416),
        None => Reply::file(asked, &bytes, "\"a\"").cut(CUT),
    });
    move_to(&mut sandbox, &go, &old, &server);
    let error = sandbox.install(&go).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    assert!(server.asked().len() <= 6, "{}", server.asked().len());
}

#[test]
fn wrong_bytes_in_two_pieces_are_refused_after_one_more_attempt() {
    let (go, other) = (FakeGo::large(), vec![9; 500_000]);
    let (mut sandbox, old) = interrupted(&go, "\"a\"");
    let total = go.bytes.len();
    let server = Server::start(move |asked| match asked.start() {
        Some(start) => {
            let range = format!("bytes {start}-{}/{total}", total - 1);
            Reply::new(206, &[("Content-Range", &range)], vec![0; total - start])
        }
        None => Reply::new(200, &[("ETag", "\"a\"")], &other),
    });
    move_to(&mut sandbox, &go, &old, &server);
    let error = sandbox.install(&go).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
    assert_eq!(server.asked().len(), 2);
    assert_eq!(sandbox.cached(), Vec::<String>::new(), "nothing is left to trip over");
}

#[test]
fn an_unknown_or_broken_record_counts_as_none() {
    let go = FakeGo::large();
    for record in ["", "{}", "null", "{\"schema\":9}", "\u{0}\u{0}"] {
        let (mut sandbox, _) = interrupted(&go, "\"a\"");
        let bytes = go.bytes.clone();
        let server = Server::start(move |asked| Reply::file(asked, &bytes, "\"a\""));
        fs::write(sandbox.part_of(&go).with_extension("part.json"), record).unwrap();
        sandbox.config.dist_url = server.url("");
        sandbox.install(&go).unwrap();
        assert_eq!(server.asked()[0].start(), None, "{record:?}");
    }
}

#[test]
fn a_part_of_another_server_is_not_continued() {
    let go = FakeGo::large();
    let (mut sandbox, _) = interrupted(&go, "\"a\"");
    let bytes = go.bytes.clone();
    let server = Server::start(move |asked| Reply::file(asked, &bytes, "\"a\""));
    sandbox.config.dist_url = server.url("");
    sandbox.install(&go).unwrap();
    assert_eq!(server.asked()[0].start(), None);
}

#[test]
fn a_locked_part_is_left_alone() {
    let go = FakeGo::large();
    let (mut sandbox, _) = interrupted(&go, "\"a\"");
    let other = fs::File::open(sandbox.part_of(&go)).unwrap();
    other.lock().unwrap();
    let server = Server::scripted(vec![Reply::ok(&go.bytes)]);
    sandbox.config.dist_url = server.url("");
    let fetched = sandbox.install_noting(&go, &Notes::default(), true).unwrap();
    assert_eq!(fetched.kept, Some(sandbox.kept(&go)));
    assert_eq!(fs::read(sandbox.kept(&go)).unwrap(), go.bytes);
    assert_eq!(fs::metadata(sandbox.part_of(&go)).unwrap().len(), CUT as u64);
    assert_eq!(sandbox.cached().len(), 3, "{:?}", sandbox.cached());
}

#[test]
fn a_cache_that_cannot_be_written_is_no_obstacle() {
    let go = FakeGo::large();
    let server = Server::scripted(vec![Reply::ok(&go.bytes).cut(CUT), Reply::ok(&go.bytes)]);
    let mut sandbox = Sandbox::new(&server.url(""));
    sandbox.config.cache = sandbox.path().join("canary");
    let fetched = sandbox.install_noting(&go, &Notes::default(), true).unwrap();
    assert_eq!(fetched.kept, None);
    sandbox.assert_unharmed();
}

#[test]
fn a_truncated_answer_does_not_stay() {
    let go = FakeGo::large();
    let server = Server::scripted(vec![Reply::new(200, &[("ETag", "\"a\"")], &go.bytes[..CUT])]);
    let sandbox = Sandbox::new(&server.url(""));
    let gvr_fetch::InstallError::Sources(failures) = sandbox.install(&go).unwrap_err() else { panic!() };
    assert!(matches!(failures[0].problem, SourceProblem::Truncated { .. }), "{}", failures[0].problem);
    assert_eq!(sandbox.cached(), Vec::<String>::new());
}
