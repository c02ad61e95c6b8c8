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
