//! `gvr install` when the network, the server or the archive is at fault. Whatever happens: nothing is presented as
//! installed, nothing is left behind but what a later run can go on with, and that run succeeds.

use gvr_testkit::{FakeDist, FakeToolchain, Fault, host_platform, sha256_hex};
use snapbox::str;

use crate::common::{Output, Sandbox, entries};

const VERSION: &str = "1.23.90";
const ARCHIVES: &str = "*.tar.gz";

fn archive_name() -> String {
    FakeToolchain::native(VERSION).archive_name()
}

/// Installs while the server does this to every archive, then again when it has recovered.
#[track_caller]
fn fails_then_succeeds(sandbox: &Sandbox, fault: Fault, code: i32) -> Output {
    sandbox.server().fail_always(ARCHIVES, fault);
    let output = sandbox.gvr(["install", VERSION]).run().fails_with(code).prints("");
    is_untouched(sandbox);
    sandbox.server().heal();
    sandbox.gvr(["install", VERSION]).run().succeeds();
    assert_eq!(sandbox.installed(), [VERSION]);
    sandbox.has_no_leftovers();
    output
}

#[track_caller]
fn is_untouched(sandbox: &Sandbox) {
    assert_eq!(sandbox.installed(), [""; 0]);
    sandbox.has_no_leftovers();
    let kept = entries(&sandbox.root().join("cache"));
    let archives: Vec<_> = kept.iter().filter(|name| name.ends_with(".tar.gz")).collect();
    assert!(archives.is_empty(), "an archive that was never verified is kept: {kept:?}");
}

#[test]
fn a_wrong_hash_is_refused_with_both_sums_and_the_url() {
    let mut dist = FakeDist::with(&[VERSION]);
    let claimed = sha256_hex(b"something else");
    dist.claim_sha256(&archive_name(), &claimed);
    let sandbox = Sandbox::serving(&dist);
    let output = sandbox.gvr(["install", VERSION]).run().fails_with(4).prints("");
    output.is(str![[r#"
exit code: 4
--- stdout ---
--- stderr ---
gvr: [URL]/go1.23.90.[PLATFORM].tar.gz has the SHA-256 [SHA256], but [SHA256] was published
  nothing of it was kept; the place has another file than Go published, or the list of releases is old: try again with --refresh, or without GVR_MIRROR

"#]]);
    output
        .says(&claimed)
        .says(&sha256_hex(&FakeToolchain::native(VERSION).archive()))
        .says(&format!("[URL]/go{VERSION}.[PLATFORM].tar.gz"));
    is_untouched(&sandbox);
    sandbox.server().publish(&FakeDist::with(&[VERSION]));
    sandbox.gvr(["install", "--refresh", VERSION]).run().succeeds();
}

#[test]
fn altered_bytes_are_refused_and_not_kept() {
    let sandbox = Sandbox::with_dist(&[VERSION]);
    fails_then_succeeds(&sandbox, Fault::WrongBytes, 4).says("[URL]/");
}

#[test]
fn an_empty_hash_is_a_refusal() {
    let mut dist = FakeDist::with(&[VERSION]);
    dist.claim_sha256(&archive_name(), "");
    let sandbox = Sandbox::serving(&dist);
    let output = sandbox.gvr(["install", VERSION]).run();
    assert_ne!(output.code, 0, "{output}");
    is_untouched(&sandbox);
}

#[test]
fn a_download_that_breaks_off_is_taken_up_where_it_stopped() {
    for fault in [Fault::Truncate(700), Fault::Reset(700)] {
        let sandbox = Sandbox::with_dist(&[VERSION]);
        sandbox.server().fail_next(ARCHIVES, fault);
        sandbox.gvr(["install", VERSION]).run().succeeds();
        assert_eq!(sandbox.installed(), [VERSION]);
        sandbox.has_no_leftovers();
        assert!(sandbox.server().downloads(&archive_name()) >= 2);
    }
}

#[test]
fn a_download_that_always_breaks_off_fails_and_the_next_run_goes_on_with_it() {
    let sandbox = Sandbox::with_dist(&[VERSION]);
    sandbox.server().fail_next(ARCHIVES, Fault::Truncate(700));
    sandbox.server().fail_always(ARCHIVES, Fault::Truncate(0));
    sandbox.gvr(["install", VERSION]).run().fails_with(3).prints("").says(&format!("go{VERSION}."));
    is_untouched(&sandbox);
    sandbox.server().heal();
    sandbox.server().forget_requests();
    sandbox.gvr(["install", VERSION]).run().succeeds();
    assert_eq!(sandbox.installed(), [VERSION]);
    sandbox.has_no_leftovers();
    let requests = sandbox.server().requests();
    let ranges: Vec<_> = requests.iter().filter_map(|request| request.range.as_deref()).collect();
    assert_eq!(ranges, ["bytes=700-"], "{requests:?}");
}

#[test]
fn what_a_killed_run_leaves_behind_is_used_up_by_the_next() {
    let sandbox = Sandbox::with_dist(&[VERSION]);
    let size = FakeToolchain::native(VERSION).archive().len();
    sandbox.server().fail_next(ARCHIVES, Fault::Hold(size - 10));
    let running = sandbox.gvr(["install", VERSION]).spawn();
    sandbox.server().wait_for_held(1);
    running.kill();
    assert_eq!(sandbox.installed(), [""; 0]);
    sandbox.server().heal();
    sandbox.server().forget_requests();
    sandbox.gvr(["install", VERSION]).run().succeeds();
    assert_eq!(sandbox.installed(), [VERSION]);
    sandbox.has_no_leftovers();
    let parts: Vec<_> =
        entries(&sandbox.root().join("cache")).into_iter().filter(|name| name.contains(".part")).collect();
    assert!(parts.is_empty(), "a finished download leaves no part behind: {parts:?}");
}

#[test]
fn a_page_of_html_is_no_archive() {
    let sandbox = Sandbox::with_dist(&[VERSION]);
    fails_then_succeeds(&sandbox, Fault::Html200, 3).is(str![[r#"
exit code: 3
--- stdout ---
--- stderr ---
gvr: [URL]/go1.23.90.[PLATFORM].tar.gz answered 200 OK with a web page (text/html; charset=utf-8) instead of the archive
  does this network want you to log in first? are GVR_DIST_URL and GVR_MIRROR right?

"#]]);
}

#[test]
fn a_missing_file_is_named_with_its_status() {
    let sandbox = Sandbox::with_dist(&[VERSION]);
    fails_then_succeeds(&sandbox, Fault::NotFound, 3).is(str![[r#"
exit code: 3
--- stdout ---
--- stderr ---
gvr: [URL]/go1.23.90.[PLATFORM].tar.gz answered 404 Not Found
  is GVR_DIST_URL right? to see what there is: gvr list --remote --refresh

"#]]);
}

#[test]
fn a_forbidden_file_is_named_with_its_status() {
    let sandbox = Sandbox::with_dist(&[VERSION]);
    let fault = Fault::Status(403, Vec::new());
    fails_then_succeeds(&sandbox, fault, 3).says(&format!("[URL]/go{VERSION}.[PLATFORM].tar.gz")).says("403");
}

#[test]
fn a_server_that_is_busy_for_a_moment_is_asked_again() {
    let sandbox = Sandbox::with_dist(&[VERSION]);
    sandbox.server().fail_next(ARCHIVES, Fault::unavailable(0));
    sandbox.server().fail_next("*mode=json*", Fault::unavailable(0));
    sandbox.gvr(["install", VERSION]).run().succeeds();
    assert_eq!(sandbox.installed(), [VERSION]);
    assert_eq!(sandbox.server().downloads(&archive_name()), 2);
}

#[test]
fn a_server_that_is_always_busy_is_given_up() {
    let sandbox = Sandbox::with_dist(&[VERSION]);
    sandbox.server().fail_always(ARCHIVES, Fault::unavailable(0));
    sandbox.gvr(["install", VERSION]).run().fails_with(3).says("503");
    is_untouched(&sandbox);
}

#[test]
fn an_index_that_is_no_index() {
    for index in ["<!DOCTYPE html><html>Please log in.</html>", "", "null", "{}", "[{\"version\": 7}]", "[[[["] {
        let mut dist = FakeDist::with(&[VERSION]);
        dist.replace_index(index);
        let sandbox = Sandbox::serving(&dist);
        // The hash of an exact version can be had without an index; what `1.23` means cannot.
        sandbox.gvr(["install", "1.23"]).run().fails_with(3).says("[URL]");
        is_untouched(&sandbox);
        sandbox.server().publish(&FakeDist::with(&[VERSION]));
        sandbox.gvr(["install", "1.23"]).run().succeeds();
        assert_eq!(sandbox.installed(), [VERSION]);
    }
}

#[test]
fn an_index_whose_file_name_leads_elsewhere() {
    let index = String::from_utf8(FakeDist::with(&[VERSION]).index(true)).unwrap();
    let mut dist = FakeDist::with(&[VERSION]);
    dist.replace_index(index.replace(&archive_name(), "../../../evil.tar.gz"));
    let sandbox = Sandbox::serving(&dist);
    let output = sandbox.gvr(["install", VERSION]).run();
    assert_ne!(output.code, 0, "{output}");
    is_untouched(&sandbox);
    assert!(sandbox.server().requests().iter().all(|request| !request.path.contains("evil")));
}

#[test]
fn an_archive_that_holds_another_version() {
    let mut dist = FakeDist::with(&[VERSION]);
    let wrong = FakeToolchain::native(VERSION).file("VERSION", 0o644, "go1.23.91\n");
    dist.add_archive(VERSION, &host_platform(), wrong.archive());
    let sandbox = Sandbox::serving(&dist);
    sandbox.gvr(["install", VERSION]).run().is(str![[r#"
exit code: 4
--- stdout ---
--- stderr ---
gvr: go1.23.90.[PLATFORM].tar.gz is refused: the archive's VERSION file says "go1.23.91", not "go1.23.90"

"#]]);
    is_untouched(&sandbox);
}

#[test]
fn an_archive_without_a_go_command() {
    let mut dist = FakeDist::with(&[VERSION]);
    dist.add_archive(VERSION, &host_platform(), FakeToolchain::native(VERSION).without("bin/go").archive());
    let sandbox = Sandbox::serving(&dist);
    sandbox.gvr(["install", VERSION]).run().is(str![[r#"
exit code: 4
--- stdout ---
--- stderr ---
gvr: go1.23.90.[PLATFORM].tar.gz is refused: Go 1.23.90's archive has no program bin/go: there is none

"#]]);
    is_untouched(&sandbox);
}

#[test]
fn an_archive_that_is_none() {
    let whole = FakeToolchain::native(VERSION).archive();
    let plain = FakeToolchain::native(VERSION).tar();
    for bytes in [b"".to_vec(), b"not gzip at all".to_vec(), whole[..whole.len() / 2].to_vec(), plain] {
        let mut dist = FakeDist::with(&[VERSION]);
        dist.add_archive(VERSION, &host_platform(), bytes);
        let sandbox = Sandbox::serving(&dist);
        let output = sandbox.gvr(["install", VERSION]).run();
        assert!([3, 4].contains(&output.code), "{output}");
        is_untouched(&sandbox);
    }
}

#[test]
fn nobody_answers() {
    let sandbox = Sandbox::new();
    let output = sandbox.gvr(["install", VERSION]).run().fails_with(3);
    output.says("http://127.0.0.1:1/dl");
    assert_eq!(sandbox.installed(), [""; 0]);
}
