//! Several at once, and one that is killed.

use gvr_testkit::{FakeToolchain, Fault};

use crate::common::Sandbox;

const VERSION: &str = "1.23.90";

fn downloads(sandbox: &Sandbox) -> usize {
    sandbox.server().downloads(&FakeToolchain::native(VERSION).archive_name())
}

#[test]
fn eight_install_one_version_and_it_is_fetched_once() {
    let sandbox = Sandbox::with_dist(&[VERSION]);
    sandbox.server().fail_next("*.tar.gz", Fault::Hold(100));
    let running: Vec<_> = (0..8).map(|_| sandbox.gvr(["install", "-s", VERSION]).spawn()).collect();
    sandbox.server().wait_for_held(1);
    sandbox.server().release();
    for running in running {
        let finished = running.wait();
        assert_eq!(finished.code, Some(0), "{}", String::from_utf8_lossy(&finished.stderr));
    }
    assert_eq!(downloads(&sandbox), 1);
    assert_eq!(sandbox.installed(), [VERSION]);
    sandbox.has_no_leftovers();
    sandbox.shim("go1.23.90").arg("version").run().succeeds();
}

#[test]
fn eight_install_different_versions() {
    let versions = ["1.20.90", "1.21.90", "1.22.90", "1.23.90", "1.24.90", "1.25.90", "1.26.90", "1.27.90"];
    let sandbox = Sandbox::with_dist(&versions);
    let running: Vec<_> = versions.iter().map(|version| sandbox.gvr(["install", version]).spawn()).collect();
    for running in running {
        let finished = running.wait();
        assert_eq!(finished.code, Some(0), "{}", String::from_utf8_lossy(&finished.stderr));
    }
    assert_eq!(sandbox.installed(), versions);
    sandbox.has_no_leftovers();
    for version in versions {
        let name = format!("go{version}");
        sandbox.shim(&name).arg("version").run().succeeds().prints(&format!("go version {name} [OS]/[ARCH]\n"));
    }
}

#[test]
fn a_killed_installation_is_taken_up_by_the_next() {
    let sandbox = Sandbox::with_dist(&[VERSION]);
    let size = FakeToolchain::native(VERSION).archive().len();
    for received in [0, 1, 100, size / 2, size - 1] {
        sandbox.server().fail_next("*.tar.gz", Fault::Hold(received));
        let running = sandbox.gvr(["install", VERSION]).spawn();
        sandbox.server().wait_for_held(1);
        running.kill();
        sandbox.server().release();
        assert_eq!(sandbox.installed(), [""; 0]);
        sandbox.gvr(["install", VERSION]).run().succeeds();
        assert_eq!(sandbox.installed(), [VERSION]);
        sandbox.has_no_leftovers();
        sandbox.gvr(["uninstall", "-f", VERSION]).run().succeeds();
    }
}

#[test]
fn a_waiting_installation_goes_on_when_the_first_is_killed() {
    let sandbox = Sandbox::with_dist(&[VERSION]);
    sandbox.server().fail_next("*.tar.gz", Fault::Hold(100));
    let first = sandbox.gvr(["install", VERSION]).spawn();
    sandbox.server().wait_for_held(1);
    let second = sandbox.gvr(["install", VERSION]).spawn();
    first.kill();
    sandbox.server().release();
    let finished = second.wait();
    assert_eq!(finished.code, Some(0), "{}", String::from_utf8_lossy(&finished.stderr));
    assert_eq!(sandbox.installed(), [VERSION]);
    sandbox.has_no_leftovers();
}

#[test]
fn the_old_tree_runs_until_the_new_one_is_complete() {
    let sandbox = Sandbox::with_dist(&[VERSION]);
    sandbox.gvr(["install", VERSION]).run().succeeds();
    sandbox.server().fail_next("*.tar.gz", Fault::Hold(100));
    let running = sandbox.gvr(["install", "-f", VERSION]).spawn();
    sandbox.server().wait_for_held(1);
    sandbox.shim("go1.23.90").arg("version").run().succeeds().prints("go version go1.23.90 [OS]/[ARCH]\n");
    sandbox.gvr(["versions", "--bare"]).run().succeeds().prints("1.23.90\n");
    running.kill();
    sandbox.server().release();
    sandbox.shim("go1.23.90").arg("version").run().succeeds();
    sandbox.gvr(["install", "-f", VERSION]).run().succeeds();
    sandbox.has_no_leftovers();
}

#[test]
fn rehash_by_many_at_once() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.1"]);
    let running: Vec<_> = (0..16).map(|_| sandbox.gvr(["rehash"]).spawn()).collect();
    for running in running {
        let finished = running.wait();
        assert_eq!(finished.code, Some(0), "{}", String::from_utf8_lossy(&finished.stderr));
        assert_eq!(finished.stderr, b"");
    }
    sandbox.shim("go1.22.5").arg("version").run().succeeds();
    sandbox.shim("go1.23.1").arg("version").run().succeeds();
}

#[test]
fn installing_and_uninstalling_at_once_leaves_all_or_nothing() {
    let sandbox = Sandbox::with_dist(&[VERSION]);
    for _ in 0..3 {
        let running: Vec<_> = (0..6)
            .map(|number| match number % 3 {
                0 => sandbox.gvr(["install", "-s", VERSION]).spawn(),
                1 => sandbox.gvr(["install", "-f", VERSION]).spawn(),
                _ => sandbox.gvr(["uninstall", "-f", VERSION]).spawn(),
            })
            .collect();
        for running in running {
            let finished = running.wait();
            let stderr = String::from_utf8_lossy(&finished.stderr).into_owned();
            let is_absent = finished.code == Some(1) && stderr.contains("not installed");
            assert!(finished.code == Some(0) || is_absent, "{:?} {stderr}", finished.code);
        }
        match sandbox.installed().as_slice() {
            [] => {}
            [version] => {
                assert_eq!(version, VERSION);
                let go = sandbox.version(VERSION).join("bin/go");
                sandbox.run(go).arg("version").run().succeeds();
            }
            more => panic!("{more:?}"),
        }
        sandbox.has_no_leftovers();
    }
}
