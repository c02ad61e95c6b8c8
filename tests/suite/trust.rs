//! Who is believed: what Go published is known to gvr, and whoever says otherwise is named and refused.

use gvr_testkit::{DistServer, FakeDist, FakeToolchain, sha256_hex};

use crate::common::Sandbox;

/// A release in gvr's table, and what Go published of it for a platform on which no test runs.
const PINNED: &str = "1.23.1";
const PLATFORM: &str = "linux-s390x";
const PUBLISHED: &str = "47dc49ad45c45e192efa0df7dc7bc5403f5f2d15b5d0dc74ef3018154b616f4d";

/// A server with a toolchain of its own under the name of a published one; its index and `.sha256` agree with it.
fn lying() -> FakeDist {
    let mut dist = FakeDist::new();
    dist.add(&FakeToolchain::new(PINNED, PLATFORM)).add(&FakeToolchain::new("1.22.90", PLATFORM));
    dist
}

fn is_untouched(sandbox: &Sandbox) {
    assert_eq!(sandbox.installed(), [""; 0]);
    sandbox.has_no_leftovers();
}

#[test]
fn a_server_that_makes_up_a_published_release_is_refused() {
    let sandbox = Sandbox::serving(&lying());
    let forged = sha256_hex(&FakeToolchain::new(PINNED, PLATFORM).archive());
    let install = || sandbox.gvr(["install", "--arch", PLATFORM, PINNED]).run().fails_with(4).prints("");
    let archive = format!("[URL]/go{PINNED}.{PLATFORM}.tar.gz has the SHA-256 {forged}, but {PUBLISHED} was published");
    install().says(&archive);
    is_untouched(&sandbox);
    // Once its list of releases is known here, that is where the lie is found.
    sandbox.gvr(["list", "--remote"]).run().succeeds();
    sandbox.server().forget_requests();
    install().says(&format!(
        "[URL]/?mode=json&include=all says that the SHA-256 of go{PINNED}.{PLATFORM}.tar.gz is {forged}"
    ));
    assert_eq!(sandbox.server().requests().len(), 0, "a lie is not downloaded");
    sandbox.gvr(["install", "--refresh", "--arch", PLATFORM, "1.23"]).run().fails_with(4).says(PUBLISHED);
    is_untouched(&sandbox);
    sandbox.gvr(["install", "--arch", PLATFORM, "1.22.90"]).run().succeeds();
}

#[test]
fn a_mirror_and_a_cache_cannot_make_it_up_either() {
    let mut sandbox = Sandbox::serving(&FakeDist::with(&["1.22.90"]));
    let mirror = DistServer::serve(&lying()).unwrap();
    sandbox.set("GVR_MIRROR", mirror.url());
    // Left in the cache under the name of the right sum, as a damaged disk or a bad neighbour might.
    let cache = sandbox.root().join("cache");
    std::fs::create_dir_all(&cache).unwrap();
    let kept = cache.join(format!("{PUBLISHED}.tar.gz"));
    std::fs::write(&kept, FakeToolchain::new(PINNED, PLATFORM).archive()).unwrap();
    let output = sandbox.gvr(["install", "--arch", PLATFORM, PINNED]).run().fails_with(4);
    output.says(&format!("{}/go{PINNED}.{PLATFORM}.tar.gz has the SHA-256", mirror.url())).says(PUBLISHED);
    assert!(!kept.exists(), "what is wrong does not stay in the cache");
    is_untouched(&sandbox);
}

/// Something that an index says, the exit code, and a word of the message.
type Case = (&'static str, fn(&mut FakeDist, &str), i32, &'static str);

#[test]
fn whatever_a_list_of_releases_says_nothing_unproved_is_installed() {
    let cases: [Case; 12] = [
        ("no hash", |dist, name| _ = dist.claim_sha256(name, ""), 4, "no SHA-256"),
        ("a digit less", |dist, name| _ = dist.claim_sha256(name, &sha256_hex(b"x")[1..]), 4, "no SHA-256"),
        ("capitals", |dist, name| _ = dist.claim_sha256(name, &sha256_hex(b"x").to_uppercase()), 4, "no SHA-256"),
        (
            "an algorithm before it",
            |dist, name| _ = dist.claim_sha256(name, &format!("sha256:{}", sha256_hex(b"x"))),
            4,
            "no SHA-256",
        ),
        ("another file's hash", |dist, name| _ = dist.claim_sha256(name, &sha256_hex(b"x")), 4, "has the SHA-256"),
        ("more bytes", |dist, name| _ = dist.claim_size(name, 5000), 4, "bytes"),
        ("fewer bytes", |dist, name| _ = dist.claim_size(name, 10), 4, "bytes"),
        (
            "two hashes",
            |dist, name| {
                let one = String::from_utf8(dist.index(true)).unwrap();
                let row = &one[..one.rfind(']').unwrap()];
                let sum = dist.sha256(name).unwrap();
                let two = format!("{row},{}", one[1..].replace(&sum, &sha256_hex(b"x")));
                dist.replace_index(two);
            },
            4,
            "twice, with different hashes",
        ),
        ("a page for people", |dist, _| _ = dist.replace_index("<!doctype html><html></html>"), 3, "did not send"),
        ("nothing", |dist, _| _ = dist.replace_index("[]"), 3, "lists no release"),
        ("a byte order mark", |dist, _| _ = dist.replace_index("\u{feff}[]"), 3, "did not send"),
        (
            "another file's name",
            |dist, name| {
                let text = String::from_utf8(dist.index(true)).unwrap();
                dist.replace_index(text.replace(&format!("\"{name}\""), "\"../../bin/sh\""));
            },
            5,
            "never published",
        ),
    ];
    let name = FakeToolchain::native("1.22.90").archive_name();
    for (what, lie, code, word) in cases {
        let mut dist = FakeDist::with(&["1.22.90"]);
        lie(&mut dist, &name);
        // Where the list is of no use, the file beside the archive would say its hash.
        dist.remove_file(&format!("{name}.sha256"));
        let sandbox = Sandbox::serving(&dist);
        let output = sandbox.gvr(["install", "1.22.90"]).run();
        assert_eq!(output.code, code, "{what}: {output}");
        output.prints("").says(word);
        is_untouched(&sandbox);
    }
}

#[test]
fn a_list_that_goes_back_is_told_of_and_the_newer_one_stays() {
    let sandbox = Sandbox::with_dist(&["1.22.90", "1.23.90"]);
    sandbox.gvr(["list", "--remote", "--bare"]).run().succeeds();
    sandbox.server().publish(&FakeDist::with(&["1.22.90"]));
    let output = sandbox.gvr(["list", "--remote", "--bare", "--refresh"]).run().succeeds();
    output.says("went back from 1.23.90 to 1.22.90").prints("1.22.90\n1.23.90\n");
    // What it says is not taken for what there is: the archive itself is gone from that server.
    sandbox.gvr(["install", "latest"]).run().fails_with(3).says("1.23.90");
    is_untouched(&sandbox);
}
