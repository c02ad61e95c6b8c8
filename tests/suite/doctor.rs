//! `gvr doctor`: what is wrong, in which form, and how it ends.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::net::TcpListener;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use snapbox::data::DataFormat;
use snapbox::{Assert, Data};

use crate::common::{Sandbox, tool};

#[test]
fn what_is_wrong_is_shown_with_its_line() {
    let mut sandbox = Sandbox::with_versions(&["1.22.5"]);
    fs::write(sandbox.home().join(".bashrc"), "# mine\nexport GOROOT=/nonexistent\n").unwrap();
    sandbox.set("GOROOT", "/nonexistent");
    let output = sandbox.gvr(["doctor"]).run().fails_with(1);
    for text in ["error: GOROOT leads to no Go  [env/goroot-missing]", "~/.bashrc:2: export GOROOT=/nonexistent"] {
        assert!(output.stdout.contains(text), "{output}");
    }
    sandbox.gvr(["doctor", "--fail-on", "never"]).run().succeeds();
    sandbox.gvr(["doctor", "--skip", "env"]).run().succeeds();
    sandbox.gvr(["doctor", "--only", "env/goroot-set"]).run().succeeds();
    sandbox.gvr(["doctor", "--only", "env/goroot-set", "--fail-on", "warning"]).run().fails_with(1);
}

#[test]
fn json_has_every_check_with_its_verdict() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let report = sandbox.gvr(["doctor", "--json", "--fail-on", "never"]).run().succeeds().json();
    assert_eq!(report["schema"], 1);
    let listed = sandbox.gvr(["doctor", "--list"]).run().succeeds();
    let checks = report["checks"].as_array().unwrap();
    assert_eq!(checks.len(), listed.lines().len());
    for (check, line) in checks.iter().zip(listed.lines()) {
        assert_eq!(check["id"].as_str(), line.split_whitespace().next());
        assert!(["pass", "fail", "unknown", "not-applicable"].contains(&check["verdict"].as_str().unwrap()), "{check}");
    }
}

#[test]
fn a_recording_is_judged_as_the_machine_was() {
    let mut sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.set("GOROOT", "/nonexistent");
    sandbox.gvr(["doctor", "--record", "machine.json"]).run().succeeds();
    let text = sandbox.read("machine.json").unwrap();
    assert!(!text.contains(sandbox.home().to_str().unwrap()), "the home folder is in {text}");
    let here = sandbox.gvr(["doctor", "--json"]).run().fails_with(1).json();
    let there = sandbox.gvr(["doctor", "--json", "--facts", "machine.json"]).run().fails_with(1).json();
    assert_eq!(here["summary"], there["summary"]);
}

#[test]
fn what_does_not_exist_is_the_doctors_own_failure() {
    let sandbox = Sandbox::new();
    sandbox.gvr(["doctor", "--only", "path/nonsense"]).run().fails_with(2).says("there is no check 'path/nonsense'");
    sandbox.gvr(["doctor", "--explain", "x"]).run().fails_with(2).says("gvr doctor --list");
    sandbox.gvr(["doctor", "--facts", "no.json"]).run().fails_with(2).says("cannot read no.json");
    sandbox.write("bad.json", "{\"schema\": 99}");
    sandbox.gvr(["doctor", "--facts", "bad.json"]).run().fails_with(2).says("schema 99");
    let explained = sandbox.gvr(["doctor", "--explain", "env/goroot-set"]).run().succeeds();
    assert!(explained.stdout.contains("Why it matters:"), "{explained}");
}

#[test]
fn what_is_mended_can_be_taken_back() {
    let mut sandbox = Sandbox::with_versions(&["1.22.5"]);
    let file = sandbox.home().join(".bashrc");
    let text = "# mine\nexport GOROOT=/nonexistent\n";
    fs::write(&file, text).unwrap();
    sandbox.set("GOROOT", "/nonexistent");
    let rehearsed = sandbox.gvr(["doctor", "--fix", "--dry-run"]).run().succeeds();
    assert!(rehearsed.stdout.contains("-export GOROOT=/nonexistent\n+# gvr doctor: export GOROOT"), "{rehearsed}");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    let mended = sandbox.gvr(["doctor", "--fix"]).run().succeeds().says("to take it back: gvr doctor undo");
    assert_eq!(mended.stdout, rehearsed.stdout);
    assert_eq!(fs::read_to_string(&file).unwrap(), "# mine\n# gvr doctor: export GOROOT=/nonexistent\n");
    sandbox.gvr(["doctor", "--fix"]).run().succeeds().says("nothing that gvr could mend");
    sandbox.gvr(["doctor", "undo"]).run().succeeds();
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    sandbox.gvr(["doctor", "undo"]).run().fails_with(2).says("there is nothing to undo");
}

#[test]
fn files_that_would_hold_a_reader_up_do_not() {
    let mut sandbox = Sandbox::with_versions(&["1.22.5"]);
    let home = sandbox.home().to_owned();
    let at = |name: &str| {
        let path = home.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    };
    // Too large, in a circle, no UTF-8, a folder in a file's place.
    fs::File::create(at(".bashrc")).unwrap().set_len(1 << 30).unwrap();
    symlink(at(".zshrc"), at(".zshrc")).unwrap();
    symlink("..", at("go/bin/up")).unwrap();
    fs::write(at(".profile"), b"export GOROOT=/\xff\xfe\n").unwrap();
    fs::write(at("go/bin").join(OsStr::from_bytes(b"tool-\xff")), b"#!\xff\n").unwrap();
    fs::create_dir_all(at(".tool-versions/inside")).unwrap();
    sandbox.write("go.mod/inside", "a folder where a file is looked for");
    if let Some(mkfifo) = tool("mkfifo") {
        // Whoever opens one of these to read waits for somebody who writes.
        for name in [".zprofile", ".config/fish/config.fish", ".config/go/env", "go/bin/fifo", "ca.pem", "bin/go"] {
            sandbox.run(&mkfifo).arg(at(name)).run().succeeds();
        }
        sandbox.run(&mkfifo).arg(sandbox.work().join(".go-version")).run().succeeds();
    }
    sandbox.set("SSL_CERT_FILE", at("ca.pem"));
    sandbox.set("GODEBUG", OsStr::from_bytes(b"\xff=1"));
    let path = sandbox.path_of(&[&at("bin"), Path::new(OsStr::from_bytes(b"/\xff")), Path::new("/dev/zero")]);
    let report = sandbox.gvr(["doctor", "--json", "--fail-on", "never"]).env("PATH", path).run().succeeds().json();
    let checks = report["checks"].as_array().unwrap();
    assert!(checks.len() > 40);
    let reason =
        |id: &str| checks.iter().find(|check| check["id"] == id).unwrap()["reason"].as_str().unwrap_or_default();
    if tool("mkfifo").is_some() {
        assert_eq!(reason("goenv/malformed"), "it is not a regular file");
        assert_eq!(reason("net/tls-and-dns"), "it is not a regular file");
    }
}

#[test]
fn a_doctor_who_is_told_nothing_still_reports() {
    let sandbox = Sandbox::new();
    let gone = sandbox.outside("gone");
    fs::create_dir_all(&gone).unwrap();
    let call = sandbox.gvr(["doctor", "--json"]).env_clear().cwd(&gone);
    let report = call.through("/bin/sh", ["-c", "/bin/rmdir ../gone; exec \"$0\" \"$@\""]).run().succeeds().json();
    assert_eq!(report["summary"]["failed"], 0, "{report}");
}

#[test]
fn sarif_has_a_result_for_each_check() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let log = sandbox.gvr(["doctor", "--sarif", "--fail-on", "never"]).run().succeeds().json();
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(run["results"].as_array().unwrap().len() >= rules.len());
}

#[test]
fn every_recorded_machine_is_judged_as_before() {
    let sandbox = Sandbox::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/facts").canonicalize().unwrap();
    let names = |folder: &Path, extension: &str| -> BTreeSet<String> {
        let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let kept = paths.filter(|path| path.extension().is_some_and(|known| known == extension));
        kept.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    let machines = names(&folder, "json");
    for name in &machines {
        let facts = folder.join(format!("{name}.json"));
        let judge = |form: &str| {
            let output = sandbox.gvr(["doctor", form, "--fail-on", "never", "--facts", facts.to_str().unwrap()]).run();
            output.succeeds().stdout.replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
        };
        for (form, extension) in [("--verbose", "txt"), ("--json", "json")] {
            let kept = folder.join(format!("expected/{name}.{extension}"));
            let kept = Data::read_from(&kept, Some(DataFormat::Text));
            Assert::new().normalize_paths(false).action_env("SNAPSHOTS").eq(judge(form), kept.raw());
        }
    }
    let expected = folder.join("expected");
    assert_eq!((names(&expected, "txt"), names(&expected, "json")), (machines.clone(), machines));
}

#[test]
fn the_network_is_tried_where_that_is_asked_for() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut sandbox = Sandbox::new();
    sandbox.set("GVR_DIST_URL", format!("http://127.0.0.1:{port}/dl"));
    sandbox.set("GOPROXY", "off");
    let only = ["doctor", "--only", "net/servers"];
    let quiet = sandbox.gvr(only).run().succeeds();
    assert!(quiet.stdout.contains("1 check: nothing is wrong; 0 passed, 1 does not apply."), "{quiet}");
    let failed = sandbox.gvr(only.iter().chain(&["--net"])).run().fails_with(1);
    for text in ["the connection failed", "name lookup: ", "refused"] {
        assert!(failed.stdout.contains(text), "{failed}");
    }
    sandbox.set("GVR_OFFLINE", "1");
    let offline = sandbox.gvr(only.iter().chain(&["--net", "--verbose"])).run().succeeds();
    assert!(offline.stdout.contains("cannot tell: net/servers: gvr is told to stay offline"), "{offline}");
}

#[test]
fn the_times_of_the_network_are_told_also_where_all_is_well() {
    let mut sandbox = Sandbox::with_dist(&["1.22.90"]);
    let url = sandbox.server().url();
    sandbox.set("GOPROXY", format!("{url},direct"));
    let report = ["doctor", "--only", "net/servers", "--json"];
    assert!(sandbox.gvr(report).run().succeeds().json().get("network").is_none());
    let report = sandbox.gvr(report.iter().chain(&["--net"])).run().succeeds().json();
    assert_eq!(report["checks"][0]["verdict"], "pass");
    let routes = report["network"].as_array().unwrap();
    let settings: Vec<_> = routes.iter().map(|route| route["setting"].as_str().unwrap()).collect();
    assert_eq!(settings, ["GVR_DIST_URL", "GOPROXY"]);
    for route in routes {
        assert!(route["url"].as_str().unwrap().starts_with("[URL]"), "{route}");
        assert!(route["proxy"].is_null() && route["trust"].is_null(), "plain HTTP and no proxy: {route}");
        let steps = route["steps"].as_array().unwrap();
        let names: Vec<_> = steps.iter().map(|step| step["step"].as_str().unwrap()).collect();
        assert_eq!(names, ["resolve", "connect", "request"]);
        assert!(steps.iter().all(|step| step["milliseconds"].is_u64() && step["answer"].is_string()), "{route}");
    }
}
