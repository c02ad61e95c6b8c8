//! `gvr import`: what other managers have installed becomes gvr's too, and stays theirs as it is.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};

use gvr_testkit::{DistServer, FakeDist, FakeLog, FakeToolchain, host_platform, sha256_hex};

use crate::common::{Sandbox, is_skipped, say_left_out, tool};

const VERSION: &str = "1.22.90";
const OTHER: &str = "1.23.90";

/// Everything below a folder: what it is, and for a file its mode, time, inode and content.
fn snapshot(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(path) = waiting.pop() {
        let about = fs::symlink_metadata(&path).unwrap();
        let content = if about.is_file() { sha256_hex(&fs::read(&path).unwrap()) } else { String::new() };
        if about.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        let is = format!("{:o} {} {}.{} {content}", about.mode(), about.ino(), about.mtime(), about.mtime_nsec());
        found.insert(path, is);
    }
    found
}

/// A sandbox in whose home this manager has the version, and a folder that must not change.
struct Theirs {
    sandbox: Sandbox,
    folder: PathBuf,
    before: BTreeMap<PathBuf, String>,
}

impl Theirs {
    /// `goroots` are paths below the home folder; `prepare` adds what else the manager has.
    fn new(goroots: &[(&str, &str)], prepare: impl FnOnce(&Path)) -> Self {
        let sandbox = Sandbox::new();
        for (goroot, version) in goroots {
            FakeToolchain::native(version).write_to(&sandbox.home().join(goroot)).unwrap();
        }
        prepare(sandbox.home());
        let top = goroots[0].0.split('/').next().unwrap();
        let folder = sandbox.home().join(top);
        let before = snapshot(&folder);
        Self { sandbox, folder, before }
    }

    #[track_caller]
    fn is_unchanged(&self) {
        assert_eq!(snapshot(&self.folder), self.before);
    }
}

fn write(path: PathBuf, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The manager's Go is taken over whole, its global version with it, and nothing of it changes.
#[track_caller]
fn check_manager(manager: &str, goroot: &str, prepare: impl FnOnce(&Path)) {
    let theirs = Theirs::new(&[(goroot, VERSION)], prepare);
    let sandbox = &theirs.sandbox;
    let output = sandbox.gvr(["--offline", "import", manager]).run().succeeds();
    assert!(output.lines()[0].starts_with(&format!("{VERSION}: imported from {manager} (")), "{output}");
    assert_eq!(sandbox.installed(), [VERSION]);
    assert_eq!(FakeToolchain::native(VERSION).differences(&sandbox.version(VERSION)), [""; 0]);
    sandbox.has_no_leftovers();
    theirs.is_unchanged();
    output.says(&format!("the global version is {VERSION} now"));
    sandbox.shim("go").arg("version").run().succeeds().prints("go version go1.22.90 [OS]/[ARCH]\n");
    sandbox.gvr(["verify"]).run().succeeds();
    let output = sandbox.gvr(["provenance"]).run().succeeds();
    assert!(output.lines().contains(&format!("from      taken over from {manager}").as_str()), "{output}");
    let again = sandbox.gvr(["--offline", "import", manager]).run().succeeds();
    assert!(again.lines()[0].starts_with("1.22.90: installed already"), "{again}");
}

#[test]
fn goenv() {
    check_manager("goenv", ".goenv/versions/1.22.90", |home| {
        write(home.join(".goenv/version"), "1.22\n");
        symlink("1.22.90", home.join(".goenv/versions/mine")).unwrap();
    });
    check_manager("goenv", ".goenv/versions/1.22.90", |home| write(home.join(".goenv/default"), "1.22.90\n"));
}

#[test]
fn gvm() {
    check_manager("gvm", ".gvm/gos/go1.22.90", |home| {
        let script =
            "export gvm_go_name; gvm_go_name=\"go1.22.90\"\nexport GOROOT; GOROOT=\"$GVM_ROOT/gos/go1.22.90\"\n";
        write(home.join(".gvm/environments/default"), script);
    });
}

#[test]
fn g_of_voidint() {
    check_manager("g", ".g/versions/1.22.90", |home| symlink("versions/1.22.90", home.join(".g/go")).unwrap());
}

#[test]
fn goup() {
    check_manager("goup", ".goup/go1.22.90", |home| symlink("go1.22.90", home.join(".goup/current")).unwrap());
}

#[test]
fn gobrew() {
    check_manager("gobrew", ".gobrew/versions/1.22.90/go", |home| {
        symlink("versions/1.22.90", home.join(".gobrew/current")).unwrap();
    });
}

#[test]
fn asdf() {
    check_manager("asdf", ".asdf/installs/golang/1.22.90/go", |home| {
        write(home.join(".tool-versions"), "nodejs 20.1.0\ngolang 1.22.90\n");
    });
}

#[test]
fn mise() {
    check_manager("mise", ".local/share/mise/installs/go/1.22.90", |home| {
        write(home.join(".config/mise/config.toml"), "[tools]\ngo = [\"1.22\"]\n");
        for alias in ["1.22", "latest"] {
            symlink("1.22.90", home.join(".local/share/mise/installs/go").join(alias)).unwrap();
        }
    });
}

#[test]
fn variables_say_where_managers_keep_things() {
    let theirs = Theirs::new(&[("elsewhere/versions/1.22.90", VERSION), ("data/installs/go/1.23.90", OTHER)], |_| ());
    let sandbox = &theirs.sandbox;
    let call = sandbox.gvr(["--offline", "import", "goenv", "mise"]);
    let call = call.env("GOENV_ROOT", &theirs.folder).env("MISE_DATA_DIR", sandbox.home().join("data"));
    call.run().succeeds();
    assert_eq!(sandbox.installed(), [VERSION, OTHER]);
    theirs.is_unchanged();
    // What is gvr's own is nobody else's.
    let output = sandbox.gvr(["--offline", "import", "goenv"]).env("GOENV_ROOT", sandbox.root()).run().fails_with(1);
    output.says("there is no Go of goenv's in [ROOT]/versions");
}

#[test]
fn stefanmarics_g_and_folders() {
    let theirs = Theirs::new(
        &[("sdk/go1.22.90", VERSION), ("sdk/go1.23.90", OTHER), (".go/.versions/1.21.90", "1.21.90")],
        |_| (),
    );
    let sandbox = &theirs.sandbox;
    sandbox.gvr(["--offline", "import", "path", "../sdk/go1.23.90", "g"]).run().succeeds();
    assert_eq!(sandbox.installed(), ["1.21.90", OTHER]);
    sandbox.gvr(["--offline", "import", "../sdk"]).run().succeeds();
    assert_eq!(sandbox.installed(), ["1.21.90", VERSION, OTHER]);
    assert!(!sandbox.root().join("version").exists(), "neither has a global version");
    theirs.is_unchanged();
    sandbox.gvr(["import", "path", "nowhere"]).run().fails_with(1).says("[HOME]/work/nowhere is no folder");
    sandbox.gvr(["import", "rvm"]).run().fails_with(2).says("'rvm' is no manager").says("goenv, gvm, g, goup");
}

#[test]
fn without_an_argument_everything_is_listed_and_nothing_done() {
    let theirs = Theirs::new(&[(".goenv/versions/1.22.90", VERSION)], |home| {
        FakeToolchain::native(OTHER).write_to(&home.join(".asdf/installs/golang/1.23.90/go")).unwrap();
    });
    let output = theirs.sandbox.gvr(["import"]).run().succeeds();
    output.clone().says("to take them over: gvr import goenv").prints(
        "1.22.90 (goenv): [HOME]/.goenv/versions/1.22.90\n1.23.90 (asdf): [HOME]/.asdf/installs/golang/1.23.90/go\n",
    );
    let json = theirs.sandbox.gvr(["import", "--json"]).run().succeeds().json();
    assert_eq!((json["schema"].clone(), json["toolchains"][1]["manager"].clone()), (1.into(), "asdf".into()));
    assert!(!theirs.sandbox.root().exists());
    let nothing = Sandbox::new();
    nothing.gvr(["import"]).run().succeeds().prints("").says("no other manager");
    nothing.gvr(["import", "goenv"]).run().fails_with(1).prints("").says("[HOME]/.goenv/versions");
}

#[test]
fn a_trial_changes_nothing_and_says_the_same() {
    let theirs = Theirs::new(&[(".goenv/versions/1.22.90", VERSION)], |home| {
        write(home.join(".goenv/version"), "1.22\n");
        write(home.join(".goenv/versions/1.22.90/bin/dlv"), "dlv");
        write(home.join(".goenv/versions/1.22.90/cache/a/b"), "x");
    });
    let sandbox = &theirs.sandbox;
    let output = sandbox.gvr(["--offline", "import", "--dry-run", "goenv"]).run().succeeds();
    assert!(output.lines()[0].starts_with("1.22.90: would be imported from goenv ("), "{output}");
    output.says("the global version would be 1.22.90");
    let call =
        |more: &[&str]| sandbox.gvr([&["--offline", "import", "--json", "goenv"], more].concat()).run().succeeds();
    let trial = call(&["--dry-run"]).json();
    assert!(!sandbox.root().exists());
    let done = call(&[]).json();
    theirs.is_unchanged();
    for (answer, outcome, global, method) in
        [(&trial, "would-import", "would-set", None), (&done, "imported", "set", Some("copy"))]
    {
        let toolchain = &answer["toolchains"][0];
        assert_eq!(
            (toolchain["outcome"].as_str(), answer["global"]["outcome"].as_str()),
            (Some(outcome), Some(global))
        );
        assert_eq!(answer["global"]["version"], VERSION);
        assert_eq!(toolchain["left_out"], serde_json::json!(["bin/dlv", "cache/"]), "{answer}");
        assert_eq!(toolchain["files"], FakeToolchain::native(VERSION).files().count(), "{answer}");
        assert!(toolchain["unproved"].is_string() && toolchain["published_by"].is_null(), "{answer}");
        // Where the file system can share blocks it does.
        let came = toolchain["method"].as_str();
        assert!(came == method || method.is_some() && came == Some("reflink"), "{answer}");
    }
}

#[test]
fn gvrs_own_global_version_stays() {
    let theirs = Theirs::new(&[(".goenv/versions/1.22.90", VERSION)], |home| {
        write(home.join(".goenv/version"), "1.22.90\n");
    });
    theirs.sandbox.place(&["1.21.13"]);
    theirs.sandbox.gvr(["global", "1.21.13"]).run().succeeds();
    let output = theirs.sandbox.gvr(["--offline", "import", "goenv"]).run().succeeds();
    output.says("the global version stays 1.21.13; goenv's is 1.22.90").says("gvr global 1.22.90");
    theirs.sandbox.gvr(["global"]).run().prints("1.21.13\n");
    let other = Theirs::new(&[(".goenv/versions/1.22.90", VERSION)], |home| {
        write(home.join(".goenv/version"), "1.19.13\n");
    });
    let output = other.sandbox.gvr(["--offline", "import", "goenv"]).run().succeeds();
    output.says("goenv's global version is 1.19.13, which gvr does not have").says("gvr install 1.19.13");
    assert!(!other.sandbox.root().join("version").exists());
    other.sandbox.gvr(["global", "--unset"]).run().succeeds();
    let third = Theirs::new(&[(".goenv/versions/1.22.90", VERSION)], |home| {
        write(home.join(".goenv/version"), "1.22.90\n");
    });
    third.sandbox.gvr(["--offline", "import", "--no-global", "goenv"]).run().succeeds().never_says("global");
    assert!(!third.sandbox.root().join("version").exists());
}

#[test]
fn what_cannot_be_gos_is_refused_and_the_rest_taken() {
    let foreign = if host_platform() == "darwin-arm64" { "linux-amd64" } else { "darwin-arm64" };
    let theirs = Theirs::new(&[(".goenv/versions/1.22.90", VERSION)], |home| {
        let versions = home.join(".goenv/versions");
        FakeToolchain::new("1.21.90", foreign).write_to(&versions.join("1.21.90")).unwrap();
        FakeToolchain::native("1.20.90").without("bin/go").write_to(&versions.join("half")).unwrap();
        FakeToolchain::native("1.20.91").without("VERSION").write_to(&versions.join("1.20.91")).unwrap();
        let devel = FakeToolchain::native("1.24.90").file("VERSION", 0o644, "devel go1.25-abc\n");
        devel.write_to(&versions.join("tip")).unwrap();
        FakeToolchain::native("1.19.90").write_to(&versions.join("linked")).unwrap();
        symlink("/etc/passwd", versions.join("linked/src/link")).unwrap();
        write(versions.join("notes/readme"), "no Go");
    });
    let sandbox = &theirs.sandbox;
    let output = sandbox.gvr(["--offline", "import", "goenv"]).run().fails_with(4);
    for (folder, reason) in [
        ("1.21.90", format!("it is made for {foreign}, and this machine is [PLATFORM]")),
        ("half", "it is incomplete: it has no bin/go".to_owned()),
        ("1.20.91", "it is incomplete: it has no VERSION".to_owned()),
        ("tip", "its VERSION says 'devel go1.25-abc', which is no release".to_owned()),
        ("linked", "is neither a file nor a folder".to_owned()),
    ] {
        let of_folder = format!("not imported from [HOME]/.goenv/versions/{folder}: ");
        let line = output.lines().into_iter().find(|line| line.contains(&of_folder)).map(str::to_owned);
        assert!(line.as_ref().is_some_and(|line| line.contains(&reason)), "{folder}: {line:?}\n{output}");
    }
    output.says("not imported: ").says("gvr install 1.19.90 1.21.90");
    assert_eq!(sandbox.installed(), [VERSION]);
    sandbox.has_no_leftovers();
    theirs.is_unchanged();
}

#[test]
fn what_homebrew_has_built_is_named_and_left() {
    let theirs = Theirs::new(&[("brew/Cellar/go@1.22/1.22.90/libexec", VERSION)], |home| {
        FakeToolchain::native(OTHER).write_to(&home.join("brew/Cellar/go/1.23.90/libexec")).unwrap();
        write(home.join("brew/Cellar/gopls/1.0/bin/gopls"), "");
    });
    let brew = theirs.sandbox.home().join("brew");
    let output = theirs.sandbox.gvr(["import", "brew"]).env("HOMEBREW_PREFIX", brew).run().fails_with(1);
    assert_eq!(output.stdout.matches("Homebrew has built it, with changes of its own").count(), 2, "{output}");
    output.says("to have what Go published: gvr install 1.22.90 1.23.90");
    assert_eq!(theirs.sandbox.installed(), [""; 0]);
    theirs.is_unchanged();
}

/// A sandbox whose checksum database has this hash of the version.
fn with_log(h1: &str) -> Sandbox {
    let module = format!("v0.0.1-go{VERSION}.{}", FakeToolchain::native(VERSION).platform());
    let mut log = FakeLog::of_numbers("log.example.test", 30);
    log.append_module("golang.org/toolchain", &module, h1);
    let mut dist = FakeDist::new();
    dist.add_log("log", &log, &[&format!("golang.org/toolchain@{module}")]);
    let mut sandbox = Sandbox::new().and_server(DistServer::serve(&dist).unwrap());
    let gosumdb = format!("{} {}/log", log.verifier_key(), sandbox.server().url());
    sandbox.set("GOSUMDB", gosumdb);
    sandbox
}

#[test]
fn what_go_published_is_told_from_what_was_changed() {
    let sandbox = with_log(&FakeToolchain::native(VERSION).h1());
    let goroot = sandbox.home().join(".goenv/versions/1.22.90");
    let changed = FakeToolchain::native(VERSION).file("src/fmt/print.go", 0o644, "package fmT\n");
    changed.write_to(&goroot).unwrap();
    for call in [&["import", "--dry-run", "goenv"][..], &["import", "goenv"]] {
        let output = sandbox.gvr(call).run().fails_with(4);
        assert!(output.stdout.contains("it is not what Go published of 1.22.90 ([PLATFORM])"), "{output}");
        output.says("gvr install 1.22.90");
        assert_eq!(sandbox.installed(), [""; 0]);
        sandbox.has_no_leftovers();
    }
    FakeToolchain::native(VERSION).file("bin/gopls", 0o755, "a tool").write_to(&goroot).unwrap();
    let output = sandbox.gvr(["import", "goenv"]).env("GVR_REQUIRE", "log").run().succeeds();
    assert!(output.lines().contains(&"  proved   it is what Go published (checksum-database)"), "{output}");
    // Only what is proved.
    assert!(
        output.lines().contains(&"  left out bin/gopls") && output.lines().contains(&"  left out test/"),
        "{output}"
    );
    let receipt = fs::read_to_string(sandbox.version(VERSION).join(".gvr-receipt.toml")).unwrap();
    assert!(receipt.contains("url = \"import:goenv\"") && receipt.contains("by = \"checksum-database\""), "{receipt}");
    assert!(!receipt.contains(sandbox.home().to_str().unwrap()), "the store can be moved: {receipt}");
    sandbox.gvr(["uninstall", "-f", VERSION]).run().succeeds();
    let output = sandbox.gvr(["import", "goenv"]).run().succeeds();
    assert!(output.lines().contains(&"  unproved test, which Go's hash does not cover"), "{output}");
    assert!(sandbox.version(VERSION).join("test/hello.go").exists());
}

#[test]
fn what_cannot_be_proved_is_said_and_refused_where_proof_is_required() {
    let theirs = Theirs::new(&[(".goenv/versions/1.22.90", VERSION)], |home| {
        FakeToolchain::native("1.20.90").write_to(&home.join(".goenv/versions/1.20.90")).unwrap();
    });
    let sandbox = &theirs.sandbox;
    let call = || sandbox.gvr(["--offline", "import", "goenv"]);
    let output = call().env("GVR_REQUIRE", "log").run().fails_with(4);
    assert_eq!(output.stdout.matches("nothing proves it, and that is required").count(), 2, "{output}");
    let output = call().env("GVR_REQUIRE", "signature").run().fails_with(4);
    assert!(output.stdout.contains("only archives have one"), "{output}");
    assert_eq!(sandbox.installed(), [""; 0]);
    let output = call().run().succeeds();
    assert_eq!(output.stdout.matches("  unproved ").count(), 2, "{output}");
    assert_eq!(sandbox.installed(), ["1.20.90", VERSION]);
    let output = sandbox.gvr(["provenance", VERSION]).run().succeeds();
    assert!(output.stdout.contains("no answer checksum-database: "), "{output}");
    theirs.is_unchanged();
}

#[test]
fn an_official_go_is_known_and_one_changed_byte_too() {
    let platform = "linux-amd64";
    let Some(dist) = std::env::var_os(crate::real::OFFICIAL).filter(|_| host_platform() == platform) else {
        return say_left_out(
            "import of an official Go: GVR_TEST_OFFICIAL_DIST is not set, or this is another platform",
        );
    };
    let archive = Path::new(&dist).join(crate::real::archive("1.23.1", platform));
    let (Some(tar), true) = (tool("tar"), archive.is_file() && !is_skipped("official")) else {
        return say_left_out("import of an official Go: there is no archive of 1.23.1, or no tar");
    };
    let sandbox = Sandbox::new();
    let goroot = sandbox.home().join(".goenv/versions/1.23.1");
    fs::create_dir_all(&goroot).unwrap();
    let unpack = sandbox.run(tar).arg("xzf").arg(&archive).args(["--strip-components=1", "-C"]).arg(&goroot);
    unpack.env("PATH", "/usr/bin:/bin").patiently().run().succeeds();
    write(sandbox.home().join(".goenv/version"), "1.23.1\n");
    let source = goroot.join("src/fmt/print.go");
    let good = fs::read(&source).unwrap();
    let mut bad = good.clone();
    bad[100] ^= 1;
    fs::write(&source, &bad).unwrap();
    let before = snapshot(&goroot);
    let output = sandbox.gvr(["--offline", "import", "goenv"]).patiently().run().fails_with(4);
    assert!(output.stdout.contains("it is not what Go published of 1.23.1 ([PLATFORM])"), "{output}");
    assert_eq!((sandbox.installed().len(), snapshot(&goroot) == before), (0, true));
    sandbox.has_no_leftovers();
    fs::write(&source, &good).unwrap();
    let before = snapshot(&goroot);
    let output = sandbox.gvr(["--offline", "import", "goenv"]).patiently().run().succeeds();
    assert!(output.lines().contains(&"  proved   it is what Go published (known-h1)"), "{output}");
    assert!(snapshot(&goroot) == before, "something of theirs has changed");
    sandbox.gvr(["global"]).run().prints("1.23.1\n");
    sandbox.shim("go").arg("version").patiently().run().succeeds().prints("go version go1.23.1 [OS]/[ARCH]\n");
    sandbox.gvr(["verify"]).patiently().run().succeeds();
}
