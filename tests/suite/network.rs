//! Which servers are asked, and when none is.

use std::fs;

use gvr_testkit::{DistServer, FakeDist, FakeToolchain, Fault, sha256_hex};

use snapbox::str;

use crate::common::Sandbox;

fn archive_name(version: &str) -> String {
    FakeToolchain::native(version).archive_name()
}

#[test]
fn offline_opens_no_connection() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    sandbox.gvr(["--offline", "install", "1.23.90"]).run().is(str![[r#"
exit code: 3
--- stdout ---
--- stderr ---
gvr: cannot find out whether there is a Go 1.23.90: cannot get the list of Go releases: [URL]/?mode=json&include=all is needed, but gvr is told to stay offline
  run it without --offline and with GVR_OFFLINE unset

"#]]);
    sandbox.gvr(["install", "1.23.90"]).env("GVR_OFFLINE", "1").run().fails_with(3).says("offline");
    sandbox.gvr(["--offline", "versions", "--remote"]).run();
    assert_eq!(sandbox.server().connections(), 0);
    assert_eq!(sandbox.installed(), [""; 0]);
    sandbox.gvr(["install", "1.23.90"]).env("GVR_OFFLINE", "0").run().succeeds();
}

#[test]
fn offline_installs_what_the_cache_holds() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    sandbox.gvr(["install", "--keep", "1.23.90"]).run().succeeds();
    sandbox.gvr(["uninstall", "-f", "1.23.90"]).run().succeeds();
    let connections = sandbox.server().connections();
    sandbox.gvr(["--offline", "install", "1.23.90"]).run().succeeds();
    assert_eq!(sandbox.installed(), ["1.23.90"]);
    assert_eq!(sandbox.server().connections(), connections);
}

#[test]
fn a_kept_archive_that_rotted_is_not_used() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    sandbox.gvr(["install", "--keep", "1.23.90"]).run().succeeds();
    sandbox.gvr(["uninstall", "-f", "1.23.90"]).run().succeeds();
    let kept = format!("cache/{}.tar.gz", sha256_hex(&FakeToolchain::native("1.23.90").archive()));
    let mut bytes = fs::read(sandbox.root().join(&kept)).unwrap();
    bytes[500] ^= 1;
    fs::write(sandbox.root().join(&kept), bytes).unwrap();
    sandbox.gvr(["install", "1.23.90"]).run().succeeds();
    assert_eq!(sandbox.server().downloads(&archive_name("1.23.90")), 2);
    sandbox.shim("go1.23.90").arg("version").run().succeeds();
}

#[test]
fn a_release_that_is_newer_than_the_kept_index_is_found() {
    let sandbox = Sandbox::with_dist(&["1.22.90"]);
    sandbox.gvr(["install", "1.22.90"]).run().succeeds();
    sandbox.server().publish(&FakeDist::with(&["1.22.90", "1.22.91", "1.99.0"]));
    sandbox.gvr(["install", "1.99.0"]).run().succeeds();
    sandbox.gvr(["install", "--refresh", "1.22"]).run().succeeds();
    assert_eq!(sandbox.installed(), ["1.22.90", "1.22.91", "1.99.0"]);
}

#[test]
fn the_index_is_asked_for_once_and_then_only_whether_it_changed() {
    let sandbox = Sandbox::with_dist(&["1.22.90", "1.23.90"]);
    sandbox.gvr(["versions", "--remote"]).run().succeeds();
    sandbox.gvr(["versions", "--remote", "--refresh"]).run().succeeds();
    let requests = sandbox.server().requests();
    assert_eq!(requests.len(), 2, "{requests:?}");
    assert_eq!(requests[0].header("if-none-match"), None);
    assert!(requests[1].header("if-none-match").is_some());
}

#[test]
fn commands_about_this_machine_ask_nobody() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    sandbox.place(&["1.23.1"]);
    sandbox.gvr(["local", "1.23.1"]).run().succeeds();
    for arguments in [
        &["versions"][..],
        &["version"],
        &["which", "go"],
        &["prefix"],
        &["explain"],
        &["installed"],
        &["local", "1.23"],
        &["global", "1.23"],
        &["exec", "go", "version"],
        &["init", "-", "bash"],
        &["config", "list"],
    ] {
        sandbox.gvr(arguments).run().succeeds();
    }
    sandbox.shim("go").arg("version").run().succeeds();
    assert_eq!(sandbox.server().connections(), 0);
}

#[test]
fn a_mirror_supplies_the_file_and_never_the_sum() {
    let dist = FakeDist::with(&["1.23.90"]);
    let sandbox = Sandbox::serving(&dist);
    let mirror = DistServer::serve(&dist).unwrap();
    sandbox.gvr(["install", "1.23.90"]).env("GVR_MIRROR", mirror.url()).run().succeeds();
    assert_eq!(mirror.downloads(&archive_name("1.23.90")), 1);
    assert_eq!(sandbox.server().downloads(&archive_name("1.23.90")), 0);
    assert!(mirror.requests().iter().all(|request| request.path.ends_with(".tar.gz")), "{:?}", mirror.requests());
}

#[test]
fn a_mirror_that_lies_is_found_out() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    let mut altered = FakeDist::with(&["1.23.90"]);
    altered.add(&FakeToolchain::native("1.23.90").file("bin/go", 0o755, "#!/bin/sh\necho evil\n"));
    let mirror = DistServer::serve(&altered).unwrap();
    let output = sandbox.gvr(["install", "1.23.90"]).env("GVR_MIRROR", mirror.url()).run();
    assert_eq!(mirror.downloads(&archive_name("1.23.90")), 1, "{output}");
    // The server has the right one, but whoever has named such a mirror shall know.
    output.fails_with(4).says(&format!("{}/go1.23.90.[PLATFORM].tar.gz has the SHA-256", mirror.url()));
    assert_eq!(sandbox.installed(), [""; 0]);
    sandbox.has_no_leftovers();
    sandbox.gvr(["install", "1.23.90"]).run().succeeds();
}

#[test]
fn mirrors_are_tried_in_order() {
    let dist = FakeDist::with(&["1.23.90"]);
    let sandbox = Sandbox::serving(&dist);
    let first = DistServer::serve(&FakeDist::new()).unwrap();
    let second = DistServer::serve(&dist).unwrap();
    let folder = sandbox.outside("mirror");
    let list = format!("{},{} {}", first.url(), folder.display(), second.url());
    sandbox.gvr(["install", "1.23.90"]).env("GVR_MIRROR", list).run().succeeds();
    let name = archive_name("1.23.90");
    assert_eq!((first.downloads(&name), second.downloads(&name)), (1, 1));
    assert_eq!(sandbox.server().downloads(&name), 0);
}

#[test]
fn a_folder_is_a_mirror_too() {
    let dist = FakeDist::with(&["1.23.90"]);
    let sandbox = Sandbox::serving(&dist);
    let folder = sandbox.outside("mirror");
    dist.write_to(&folder).unwrap();
    sandbox.gvr(["install", "1.23.90"]).env("GVR_MIRROR", &folder).run().succeeds();
    assert_eq!(sandbox.server().downloads(&archive_name("1.23.90")), 0);
}

#[test]
fn a_redirect_is_followed_as_go_dev_makes_it() {
    let dist = FakeDist::with(&["1.23.90"]);
    let sandbox = Sandbox::serving(&dist);
    let files = DistServer::serve(&dist).unwrap();
    let name = archive_name("1.23.90");
    sandbox.server().fail_always("*.tar.gz", Fault::Redirect(format!("{}/{name}", files.url())));
    sandbox.gvr(["install", "1.23.90"]).run().succeeds();
    assert_eq!(files.downloads(&name), 1);
}

#[test]
fn redirects_that_never_end_are_given_up() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    let name = archive_name("1.23.90");
    let here = format!("{}/{name}", sandbox.server().url());
    sandbox.server().fail_always("*.tar.gz", Fault::Redirect(here));
    sandbox.gvr(["install", "1.23.90"]).run().fails_with(3);
    assert!(sandbox.server().downloads(&name) < 100);
    assert_eq!(sandbox.installed(), [""; 0]);
}

#[test]
fn a_proxy_is_used_for_all_but_the_named_hosts() {
    let dist = FakeDist::with(&["1.22.90", "1.23.90"]);
    let sandbox = Sandbox::new();
    let proxy = DistServer::serve(&dist).unwrap();
    let call = |version: &str| {
        sandbox
            .gvr(["install", version])
            .env("GVR_DIST_URL", "http://go.example.test/dl")
            .env("http_proxy", proxy.origin())
    };
    call("1.23.90").run().succeeds();
    let requests = proxy.requests();
    assert!(requests.iter().all(|request| request.proxied && request.host == "go.example.test"), "{requests:?}");
    proxy.forget_requests();
    call("1.22.90").env("NO_PROXY", "example.test").env("GVR_ROOT", sandbox.outside("other")).run().fails_with(3);
    assert_eq!(proxy.requests().len(), 0);
}
