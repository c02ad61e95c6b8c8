//! `gvr lock`, and what `gvr.lock` does to an installation; archives that are here already; `gvr provenance`.

use std::fs;

use gvr_testkit::{FakeDist, FakeToolchain, sha256_hex};
use serde_json::json;

use crate::common::Sandbox;

fn sum(version: &str) -> String {
    sha256_hex(&FakeToolchain::native(version).archive())
}

fn lock(sandbox: &Sandbox) -> String {
    sandbox.read("gvr.lock").expect("a lock file")
}

#[test]
fn locks_what_the_folder_asks_for_until_it_is_told_to_upgrade() {
    let sandbox = Sandbox::with_dist(&["1.22.90", "1.23.90"]);
    sandbox.write("go.mod", "module x\n\ngo 1.22\n");
    fs::create_dir_all(sandbox.work().join("below")).unwrap();
    let output = sandbox.gvr(["lock"]).cwd("below").run().succeeds().prints("");
    output.says("[HOME]/work/gvr.lock locks 1.22.90 (darwin-amd64), ");
    let text = lock(&sandbox);
    assert!(text.contains("schema = 1\n\n[[go]]\nversion = \"1.22.90\"\n"), "{text}");
    for platform in ["darwin-arm64", "linux-amd64"] {
        let sum = sha256_hex(&FakeToolchain::new("1.22.90", platform).archive());
        assert!(text.contains(&format!("[go.platforms.{platform}]\nsha256 = \"{sum}\"\n")), "{text}");
    }
    sandbox.gvr(["lock", "--check"]).cwd("below").run().succeeds().prints("");
    // A newer patch appears: what is locked stays, and is what is installed.
    sandbox.server().publish(&FakeDist::with(&["1.22.90", "1.22.91", "1.23.90"]));
    sandbox.gvr(["list", "--remote", "--refresh"]).run().succeeds();
    sandbox.gvr(["lock"]).run().succeeds();
    assert_eq!(lock(&sandbox), text);
    sandbox.gvr(["install"]).cwd("below").run().succeeds();
    assert_eq!(sandbox.installed(), ["1.22.90"]);
    sandbox.gvr(["lock", "--upgrade"]).run().succeeds();
    assert!(lock(&sandbox).contains("version = \"1.22.91\""));
    sandbox.gvr(["install"]).run().succeeds();
    assert_eq!(sandbox.installed(), ["1.22.90", "1.22.91"]);
    let receipt = sandbox.read(sandbox.version("1.22.91").join(".gvr-receipt.toml")).unwrap();
    assert!(receipt.contains("by = \"index\"") && receipt.contains("by = \"lock\""), "{receipt}");
}

#[test]
fn check_says_what_is_wrong() {
    let sandbox = Sandbox::with_dist(&["1.22.90", "1.23.90"]);
    let check = || sandbox.gvr(["lock", "--check"]).run().prints("");
    check().fails_with(2).says("nothing here asks for a Go version");
    sandbox.write(".go-version", "1.22\n");
    check().fails_with(1).says("there is no gvr.lock here").says("to write one: gvr lock");
    sandbox.gvr(["lock"]).run().succeeds();
    check().succeeds();
    let good = lock(&sandbox);
    sandbox.write(".go-version", "1.23\n");
    check().fails_with(1).says("no version that answers '1.23'");
    sandbox.write(".go-version", "1.22\n");
    sandbox.write("gvr.lock", good.replace(&sum("1.22.90"), &sum("1.23.90")));
    check().fails_with(4).says(&format!("says that the SHA-256 of go1.22.90.[PLATFORM].tar.gz is {}", sum("1.23.90")));
    let foreign = good.replace(&format!("platforms.{}]", gvr_testkit::host_platform()), "platforms.linux-mips]");
    sandbox.write("gvr.lock", &foreign);
    check().fails_with(1).says("for this machine, [PLATFORM]").says("gvr lock --platform [PLATFORM]");
    sandbox.write("gvr.lock", "schema = 1\n\n[[go]]\nversion = \"x\"\n");
    check().fails_with(1).says("[HOME]/work/gvr.lock:4: 'version' must be a whole version");
    sandbox.gvr(["install"]).run().fails_with(1).says("gvr.lock:4");
    sandbox.write("gvr.lock", "schema = 7\n");
    check().fails_with(1).says("newer gvr");
}

#[test]
fn an_archive_that_is_not_the_locked_one_is_refused() {
    let sandbox = Sandbox::with_dist(&["1.22.90", "1.23.90"]);
    sandbox.write(".go-version", "1.22.90\n");
    sandbox.gvr(["lock"]).run().succeeds();
    // Another archive under the same name: the server and its list agree with each other, and not with the repository.
    let mut other = FakeDist::new();
    let altered = FakeToolchain::native("1.22.90").file("bin/evil", 0o755, "#!/bin/sh\n");
    other.add(&altered).add(&FakeToolchain::native("1.23.90"));
    sandbox.server().publish(&other);
    sandbox.gvr(["list", "--remote", "--refresh"]).run().succeeds();
    for arguments in [&["install"][..], &["install", "1.22.90"], &["install", "1.22"]] {
        let output = sandbox.gvr(arguments).run().fails_with(4).prints("");
        output
            .says(&format!(
                "[HOME]/work/gvr.lock says that the SHA-256 of go1.22.90.[PLATFORM].tar.gz is {}",
                sum("1.22.90")
            ))
            .says(&format!("but the list of releases of [URL] says {}", sha256_hex(&altered.archive())));
    }
    assert_eq!(sandbox.installed(), [""; 0]);
    // What the file does not speak of is not its business; nor is it in another folder.
    sandbox.gvr(["install", "1.23.90"]).run().succeeds();
    sandbox.gvr(["install", "1.22.90"]).cwd(sandbox.outside("elsewhere")).run().succeeds();
}

#[test]
fn an_archive_of_this_machine_is_installed_without_any_network() {
    let mut sandbox = Sandbox::new();
    let usb = sandbox.outside("usb");
    let (toolchain, name) = (FakeToolchain::native("1.23.90"), FakeToolchain::native("1.23.90").archive_name());
    let file = usb.join(&name);
    fs::write(&file, toolchain.archive()).unwrap();
    sandbox.set("GVR_OFFLINE", "1");
    let install = |sandbox: &Sandbox, more: &[&str]| sandbox.gvr(["install"]).arg(&file).args(more).run();
    // Nobody says what it must be.
    install(&sandbox, &[]).fails_with(3).prints("");
    install(&sandbox, &["--sha256", &sum("1.22.90")]).fails_with(4).says(&sum("1.23.90")).says(&name_shown());
    assert_eq!(sandbox.installed(), [""; 0]);
    install(&sandbox, &["--sha256", &sum("1.23.90")]).succeeds();
    assert_eq!(sandbox.installed(), ["1.23.90"]);
    let receipt = sandbox.read(sandbox.version("1.23.90").join(".gvr-receipt.toml")).unwrap();
    assert!(receipt.contains("by = \"stated\"") && !receipt.contains("usb"), "{receipt}");
    // A lock file vouches for it as well.
    let platform = gvr_testkit::host_platform();
    let lock = format!(
        "schema = 1\n[[go]]\nversion = \"1.23.90\"\n[go.platforms.{platform}]\nsha256 = \"{}\"\n",
        sum("1.23.90")
    );
    sandbox.write("gvr.lock", lock);
    install(&sandbox, &["--force"]).succeeds();
    let other = sandbox.outside("other").join("go.tar.gz");
    fs::copy(&file, &other).unwrap();
    sandbox.gvr(["install"]).arg(&other).run().fails_with(2).says("has not the name of a Go archive");
    sandbox.gvr(["install", "./go1.23.91.linux-amd64.tar.gz"]).run().prints("").says("1.23.91");
}

fn name_shown() -> String {
    "go1.23.90.[PLATFORM].tar.gz".to_owned()
}

#[test]
fn a_forged_archive_of_a_published_release_is_refused_whatever_vouches_for_it() {
    let sandbox = Sandbox::new();
    let forged = FakeToolchain::new("1.23.1", "linux-s390x");
    let file = sandbox.write(forged.archive_name(), forged.archive());
    sandbox.gvr(["install"]).arg(&file).run().fails_with(4).says(&sha256_hex(&forged.archive()));
    let stated = sha256_hex(&forged.archive());
    let output = sandbox.gvr(["install", "--sha256", &stated]).arg(&file).run().fails_with(4);
    output.says("--sha256 says that the SHA-256").says("gvr's own table of what Go published says 47dc49ad");
    assert_eq!(sandbox.installed(), [""; 0]);
}

#[test]
fn provenance_says_what_was_checked() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    sandbox.gvr(["install", "1.23.90"]).run().succeeds();
    let output = sandbox.gvr(["provenance", "1.23.90"]).run().succeeds();
    for line in [
        "version   1.23.90 ([PLATFORM])".to_owned(),
        format!("sha256    {}", sum("1.23.90")),
        "from      [URL]/go1.23.90.[PLATFORM].tar.gz".to_owned(),
        format!("checked   index: the archive's SHA-256 is {}", sum("1.23.90")),
    ] {
        assert!(output.lines().contains(&line.as_str()), "{line}\n{output}");
    }
    sandbox.gvr(["global", "1.23.90"]).run().succeeds();
    let statement = sandbox.gvr(["provenance", "--json"]).run().succeeds().json();
    assert_eq!(statement["_type"], json!("https://in-toto.io/Statement/v1"));
    assert_eq!(statement["subject"][0]["digest"]["sha256"], json!(sum("1.23.90")));
    assert_eq!(statement["predicate"]["checks"][0]["by"], json!("index"));
    assert_eq!(statement["predicate"]["servedBy"], json!("[URL]/go1.23.90.[PLATFORM].tar.gz"));
    sandbox.gvr(["provenance", "1.22"]).run().fails_with(1);
    // What comes from the cache is named from the root on: that may be moved.
    let kept = Sandbox::with_dist(&["1.23.90"]);
    kept.gvr(["install", "--keep", "1.23.90"]).run().succeeds();
    kept.gvr(["install", "--force", "1.23.90"]).run().succeeds();
    let receipt = kept.read(kept.version("1.23.90").join(".gvr-receipt.toml")).unwrap();
    assert!(receipt.contains(&format!("\"cache/{}.tar.gz\"", sum("1.23.90"))), "{receipt}");
    assert!(!receipt.contains(&kept.root().display().to_string()), "{receipt}");
    // Who was asked in vain is said as well.
    let path = sandbox.version("1.23.90").join(".gvr-receipt.toml");
    let receipt = sandbox.read(&path).unwrap();
    let asked = "\n[[unanswered]]\nby = \"checksum-database\"\ndetail = \"cannot be reached\"\n";
    fs::write(&path, receipt + asked).unwrap();
    let output = sandbox.gvr(["provenance", "1.23.90"]).run().succeeds();
    assert!(output.lines().contains(&"no answer checksum-database: cannot be reached"), "{output}");
    let statement = sandbox.gvr(["provenance", "--json"]).run().succeeds().json();
    assert_eq!(statement["predicate"]["unanswered"][0]["by"], json!("checksum-database"));
    let placed = Sandbox::with_versions(&["1.23.90"]);
    placed.gvr(["provenance", "1.23.90"]).run().fails_with(1).says("has no receipt");
}
