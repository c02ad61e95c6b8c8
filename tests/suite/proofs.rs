//! What is proved beyond the hash: `GVR_REQUIRE`, Go's checksum database, signatures.

use gvr_testkit::{DistServer, FakeDist, FakeLog, FakeToolchain};

use crate::common::{Sandbox, is_skipped, say_left_out};

const VERSION: &str = "1.22.90";
/// Google's signature of another file: the source of Go 1.27.0.
const OTHER_SIGNATURE: &str = include_str!("../../crates/gvr-fetch/tests/data/go1.27.0.src.tar.gz.asc");

/// A log that has this hash of the toolchain among records of no interest.
fn log(h1: &str) -> FakeLog {
    let mut log = FakeLog::of_numbers("log.example.test", 300);
    log.append_module("golang.org/toolchain", &module_version(), h1);
    log
}

fn module_version() -> String {
    format!("v0.0.1-go{VERSION}.{}", FakeToolchain::native(VERSION).platform())
}

fn dist(log: &FakeLog) -> FakeDist {
    let mut dist = FakeDist::with(&[VERSION, "1.20.90"]);
    dist.add_log("log", log, &[&format!("golang.org/toolchain@{}", module_version())]);
    dist
}

/// A sandbox whose server has the toolchain, and a log that is required to prove it.
fn sandbox(log: &FakeLog) -> Sandbox {
    let mut sandbox = Sandbox::serving(&dist(log));
    let gosumdb = format!("{} {}/log", log.verifier_key(), sandbox.server().url());
    sandbox.set("GOSUMDB", gosumdb);
    sandbox.set("GVR_REQUIRE", "log");
    sandbox
}

fn is_untouched(sandbox: &Sandbox) {
    assert_eq!(sandbox.installed(), [""; 0]);
    sandbox.has_no_leftovers();
}

fn receipt(sandbox: &Sandbox) -> String {
    sandbox.read(sandbox.version(VERSION).join(".gvr-receipt.toml")).unwrap()
}

#[test]
fn a_toolchain_that_the_log_has_is_installed() {
    let h1 = FakeToolchain::native(VERSION).h1();
    let sandbox = sandbox(&log(&h1));
    sandbox.gvr(["install", VERSION]).run().succeeds();
    assert_eq!(sandbox.installed(), [VERSION]);
    let receipt = receipt(&sandbox);
    assert!(receipt.contains("by = \"checksum-database\""), "{receipt}");
    assert!(receipt.contains(&format!("log.example.test has {h1} for golang.org/toolchain@")), "{receipt}");
    assert!(receipt.contains("in record 300 of 301"), "{receipt}");
    assert!(!receipt.contains("unanswered"), "{receipt}");
    let output = sandbox.gvr(["provenance", VERSION]).run().succeeds();
    assert!(output.stdout.contains("checked   checksum-database: log.example.test has h1:"), "{output}");
    assert!(output.stdout.contains(&format!("h1        {h1}\n")), "{output}");
    // What is kept is proved again, with one request.
    sandbox.server().forget_requests();
    sandbox.gvr(["install", "--force", VERSION]).run().succeeds();
    let paths: Vec<_> = sandbox.server().requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths.iter().filter(|path| path.starts_with("/dl/log/")).count(), 1, "{paths:?}");
}

#[test]
fn the_setting_requires_it_as_the_variable_does() {
    let mut sandbox = sandbox(&log("h1:rRL9rPpsjKfpdDFcppvNgw1/dynUMrpDcTxdIwtyFR0="));
    sandbox.set("GVR_REQUIRE", "");
    sandbox.gvr(["config", "set", "require", "log"]).run().succeeds();
    sandbox.gvr(["install", VERSION]).run().fails_with(4);
    sandbox.gvr(["config", "unset", "require"]).run().succeeds();
    sandbox.gvr(["install", VERSION]).run().succeeds();
    sandbox.set("GVR_REQUIRE", "log,nonsense");
    sandbox.gvr(["install", "--force", VERSION]).run().fails_with(2).says("'nonsense'").says("log, signature");
}

#[test]
fn a_toolchain_of_which_the_log_has_another_hash_is_refused() {
    let other = "h1:rRL9rPpsjKfpdDFcppvNgw1/dynUMrpDcTxdIwtyFR0=";
    let sandbox = sandbox(&log(other));
    let output = sandbox.gvr(["install", VERSION]).run().fails_with(4).prints("");
    output
        .says("SECURITY ERROR: this is not the golang.org/toolchain@")
        .says(&format!("its hash is {}", FakeToolchain::native(VERSION).h1()))
        .says(&format!("the checksum database log.example.test has {other}"));
    is_untouched(&sandbox);
}

#[test]
fn a_silent_database_is_fatal_where_it_is_required() {
    let log = log(&FakeToolchain::native(VERSION).h1());
    let mut sandbox = sandbox(&log);
    let required = "it is required: see GVR_REQUIRE";
    sandbox.set("GOSUMDB", format!("{} http://127.0.0.1:1", log.verifier_key()));
    // One that cannot be reached may be reached in a minute: that is another exit code than a refusal.
    let output = sandbox.gvr(["install", VERSION]).run().fails_with(3);
    output.says("cannot ask the checksum database log.example.test at http://127.0.0.1:1").says(required);
    sandbox.gvr(["--offline", "install", VERSION]).run().fails_with(3);
    is_untouched(&sandbox);
    sandbox.set("GOSUMDB", "off");
    sandbox.gvr(["install", VERSION]).run().fails_with(4).says("GOSUMDB=off").says(required);
    sandbox.set("GOSUMDB", format!("{} [URL]/log", log.verifier_key()).replace("[URL]", &sandbox.server().url()));
    sandbox.gvr(["install", "1.20.90"]).run().fails_with(4).says("before 1.21").says(required);
    let mut other = FakeDist::with(&[VERSION]);
    other.add_log("log", &FakeLog::of_numbers("log.example.test", 9), &[]);
    sandbox.server().publish(&other);
    sandbox
        .gvr(["install", VERSION])
        .run()
        .fails_with(4)
        .says("log.example.test has no golang.org/toolchain@")
        .says(required);
    // None of the switches for modules counts for toolchains.
    for (name, value) in [("GONOSUMDB", "*"), ("GONOSUMCHECK", "1"), ("GOPRIVATE", "*"), ("GOFLAGS", "-insecure")] {
        sandbox.set(name, value);
    }
    sandbox.gvr(["install", VERSION]).run().fails_with(4);
    is_untouched(&sandbox);
}

#[test]
fn a_fork_is_refused_and_its_evidence_is_named() {
    let h1 = FakeToolchain::native(VERSION).h1();
    let sandbox = sandbox(&log(&h1));
    sandbox.gvr(["install", VERSION]).run().succeeds();
    sandbox.gvr(["uninstall", "--yes", VERSION]).run().succeeds();
    let mut forked = FakeLog::new("log.example.test");
    forked.append("a record that nobody else sees\n");
    (1..400).for_each(|number| _ = forked.append(&format!("record {number}\n")));
    forked.append_module("golang.org/toolchain", &module_version(), &h1);
    sandbox.server().publish(&dist(&forked));
    let output = sandbox.gvr(["install", VERSION]).run().fails_with(4);
    output.says("SECURITY ERROR: the checksum database log.example.test has signed two histories").says("fork-1.txt");
    is_untouched(&sandbox);
    let folder = sandbox.root().join("sumdb");
    let database = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let evidence = sandbox.read(database.join("fork-1.txt")).unwrap();
    assert!(evidence.contains(&log(&h1).signed_head(301)) && evidence.contains(&forked.signed_head(401)), "{evidence}");
}

#[test]
fn the_log_is_not_asked_about_what_another_server_than_gos_publishes() {
    let mut sandbox = sandbox(&log("h1:rRL9rPpsjKfpdDFcppvNgw1/dynUMrpDcTxdIwtyFR0="));
    sandbox.set("GVR_REQUIRE", "");
    sandbox.gvr(["install", VERSION]).run().succeeds();
    assert!(sandbox.server().requests().iter().all(|request| !request.path.starts_with("/dl/log/")));
}

#[test]
fn a_signature_is_fetched_where_it_is_required_and_nowhere_else() {
    let name = FakeToolchain::native(VERSION).archive_name();
    let shown = format!("go{VERSION}.[PLATFORM].tar.gz");
    let mut dist = FakeDist::with(&[VERSION]);
    let mut sandbox = Sandbox::serving(&dist);
    sandbox.gvr(["install", VERSION]).run().succeeds();
    assert!(sandbox.server().requests().iter().all(|request| !request.path.contains(".asc")));
    sandbox.gvr(["uninstall", "--yes", VERSION]).run().succeeds();
    sandbox.set("GVR_REQUIRE", "signature");
    sandbox.server().forget_requests();
    let output = sandbox.gvr(["install", VERSION]).run().fails_with(4);
    output.says(&format!("there is no signature of {shown}; asked: [URL]/{shown}.asc")).says("it is required");
    assert_eq!(sandbox.server().downloads(&name), 0, "without a signature there is no download");
    // One of Google's, of another file.
    dist.add_file(&format!("{name}.asc"), OTHER_SIGNATURE);
    sandbox.server().publish(&dist);
    let output = sandbox.gvr(["install", VERSION]).run().fails_with(4);
    output
        .says(&format!("the signature [URL]/{shown}.asc is not believed: it is wrong"))
        .says("0E225917414670F4442C250DFD533C07C264648F");
    is_untouched(&sandbox);
    for (signature, why) in [
        (OTHER_SIGNATURE.replace("iQIzBAAB", "iQIzBAEB"), "check sum"),
        ("-----BEGIN PGP SIGNATURE-----\n".to_owned(), "no content"),
    ] {
        dist.add_file(&format!("{name}.asc"), signature);
        sandbox.server().publish(&dist);
        sandbox.gvr(["install", VERSION]).run().fails_with(4).says(why);
    }
    // A key file that is not Google's teaches nothing, and is named.
    dist.add_file(&format!("{name}.asc"), OTHER_SIGNATURE);
    sandbox.server().publish(&dist);
    let file = sandbox.write("key.pub", "no key");
    sandbox.set("GVR_SIGNING_KEY", file);
    sandbox.gvr(["install", VERSION]).run().fails_with(1).says("key.pub: it is no OpenPGP key");
    is_untouched(&sandbox);
}

#[test]
fn a_signature_may_come_from_any_source_and_a_wrong_one_is_named() {
    let name = FakeToolchain::native(VERSION).archive_name();
    let shown = format!("go{VERSION}.[PLATFORM].tar.gz");
    let mut sandbox = Sandbox::serving(&FakeDist::with(&[VERSION]));
    let (folder, usb) = (sandbox.outside("mirror"), sandbox.outside("usb"));
    let dead = "http://127.0.0.1:1/mirror";
    sandbox.set("GVR_REQUIRE", "signature");
    // Nobody has one: all who were asked are named.
    sandbox.set("GVR_MIRROR", folder.clone());
    let output = sandbox.gvr(["install", VERSION]).run().fails_with(4);
    output.says(&format!("asked: [SANDBOX]/mirror/{shown}.asc, [URL]/{shown}.asc"));
    // Somebody could not be asked: it may have been there.
    sandbox.set("GVR_MIRROR", format!("{} {dead}", folder.display()));
    sandbox.gvr(["install", VERSION]).run().fails_with(3).says("127.0.0.1:1").says("it is required");
    // A wrong one in a mirror is worse, and says nothing about what the others have.
    std::fs::write(folder.join(format!("{name}.asc")), OTHER_SIGNATURE).unwrap();
    let output = sandbox.gvr(["install", VERSION]).run().fails_with(4);
    output.says(&format!("the signature [SANDBOX]/mirror/{shown}.asc is not believed: it is wrong"));
    let asked = |sandbox: &Sandbox| sandbox.server().requests().iter().filter(|it| it.path.contains(".asc")).count();
    assert_eq!(asked(&sandbox), 3, "the server was asked each time");
    // So is one beside an archive that is here already, for which nobody else is needed.
    sandbox.set("GVR_MIRROR", "");
    let file = usb.join(&name);
    std::fs::write(&file, FakeToolchain::native(VERSION).archive()).unwrap();
    std::fs::write(usb.join(format!("{name}.asc")), OTHER_SIGNATURE.replace("iQIzBAAB", "iQIzBAEB")).unwrap();
    let output = sandbox.gvr(["install", "--offline"]).arg(&file).run().fails_with(4);
    output.says(&format!("the signature [SANDBOX]/usb/{shown}.asc is not believed")).says("check sum");
    assert_eq!(asked(&sandbox), 3);
    is_untouched(&sandbox);
}

/// Go's own archive of 1.23.1, and a log that has what sum.golang.org has of it.
#[test]
fn gos_own_archive_has_the_hash_that_is_logged() {
    const NEEDED: &str = "go1.23.1.linux-amd64.tar.gz";
    let folder = std::env::var_os("GVR_TEST_OFFICIAL_DIST").map(std::path::PathBuf::from);
    let Some(folder) = folder.filter(|folder| folder.join(NEEDED).is_file() && !is_skipped("official-dist")) else {
        say_left_out("proofs::gos_own_archive_has_the_hash_that_is_logged: GVR_TEST_OFFICIAL_DIST has no 1.23.1");
        return;
    };
    let (h1, version) = ("h1:TmiC7kE4hHuA7UwTcrWUtL/Curn//Xchpqc+HHYEv2M=", "v0.0.1-go1.23.1.linux-amd64");
    let mut log = FakeLog::of_numbers("log.example.test", 1000);
    log.append_module("golang.org/toolchain", version, h1);
    let mut dist = FakeDist::new();
    dist.add_log("log", &log, &[&format!("golang.org/toolchain@{version}")]);
    let database = DistServer::serve(&dist).unwrap();
    let mut sandbox = Sandbox::new().and_server(DistServer::serve_folder(folder).unwrap());
    sandbox.set("GOSUMDB", format!("{} {}/log", log.verifier_key(), database.url()));
    sandbox.set("GVR_REQUIRE", "log");
    sandbox.gvr(["install", "--arch", "linux-amd64", "1.23.1"]).patiently().run().succeeds();
    let installed = sandbox.installed();
    let receipt = sandbox.read(sandbox.version(&installed[0]).join(".gvr-receipt.toml")).unwrap();
    assert!(receipt.contains(&format!("log.example.test has {h1} for golang.org/toolchain@{version}")), "{receipt}");
}

#[test]
fn what_is_locked_has_the_hash_that_was_proved() {
    let toolchain = FakeToolchain::native(VERSION);
    let h1 = toolchain.h1();
    let mut sandbox = sandbox(&log(&h1));
    sandbox.write(".go-version", VERSION);
    sandbox.gvr(["lock"]).run().succeeds();
    assert!(!sandbox.read("gvr.lock").unwrap().contains("h1 ="), "nobody has said one");
    sandbox.gvr(["install"]).run().succeeds();
    sandbox.gvr(["lock"]).run().succeeds();
    let lock = sandbox.read("gvr.lock").unwrap();
    assert_eq!(lock.matches(&format!("h1 = \"{h1}\"\n")).count(), 1, "{lock}");
    assert_eq!(lock.matches("h1 =").count(), 1, "{lock}");
    // It stays where nothing is installed any more, and counts where the log is not asked.
    sandbox.gvr(["uninstall", "--yes", VERSION]).run().succeeds();
    sandbox.gvr(["lock"]).run().succeeds();
    assert_eq!(sandbox.read("gvr.lock").unwrap(), lock);
    sandbox.set("GVR_REQUIRE", "");
    sandbox.gvr(["install"]).run().succeeds();
    let text = receipt(&sandbox);
    assert!(
        text.contains(&format!("detail = \"the module's hash is {h1}\"")) && text.contains("by = \"lock\""),
        "{text}"
    );
    sandbox.gvr(["uninstall", "--yes", VERSION]).run().succeeds();
    let other = "h1:rRL9rPpsjKfpdDFcppvNgw1/dynUMrpDcTxdIwtyFR0=";
    sandbox.write("gvr.lock", lock.replace(&h1, other));
    let output = sandbox.gvr(["install"]).run().fails_with(4).prints("");
    output.says(&format!("gvr.lock says that the h1 of {VERSION} ([PLATFORM]) is {other}, but it is {h1}"));
    is_untouched(&sandbox);
}
