//! Go's settings, beside what `go env -json` says in the same surroundings: every setting of every environment is the same,
//! and where go stops instead, that was foretold too.
//!
//! `GVR_TEST_GO_ENVIRONMENTS` sets how many random environments are tried with each release; the default is small.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use gvr_core::Version;
use gvr_doctor::go_settings::{GoCommand, GoSettings, Machine, NOT_FORETOLD, Origin};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner};
use tempfile::TempDir;

use crate::dist::{Goroot, archive, host};
use crate::refusal::refusal;

/// A real machine with a made-up environment.
struct Surroundings {
    folder: PathBuf,
    variables: BTreeMap<String, String>,
}

impl Machine for Surroundings {
    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    fn read(&self, file: &Path) -> Option<Vec<u8>> {
        fs::read(self.folder.join(file)).ok()
    }

    fn is_folder(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }

    fn real_path(&self, path: &Path) -> Option<PathBuf> {
        path.canonicalize().ok()
    }

    fn program(&self, name: &str) -> Option<String> {
        let is_program = |path: &Path| {
            path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
        };
        if name.contains('/') {
            return Some(name.to_owned()).filter(|name| is_program(Path::new(name)));
        }
        let path = self.variables.get("PATH").map_or("", String::as_str);
        let folders = path.split(':').filter(|folder| !folder.is_empty());
        folders.map(|folder| Path::new(folder).join(name)).find(|path| is_program(path))?.to_str().map(str::to_owned)
    }
}

/// What is random about one try. Texts may hold `{W}`, the folder of the try, and `{R}`, a second GOROOT.
#[derive(Clone, Debug)]
struct Try {
    environment: Vec<(String, String)>,
    user_file: Option<Vec<u8>>,
    goroot_file: Option<Vec<u8>>,
    telemetry: Option<String>,
    has_module: bool,
}

/// Values that go accepts, for most names that it knows, and some that it does not.
fn setting() -> impl Strategy<Value = (String, String)> {
    fn of(names: &[&'static str], values: &[&'static str]) -> impl Strategy<Value = (String, String)> + use<> {
        let pair = (prop::sample::select(names.to_vec()), prop::sample::select(values.to_vec()));
        pair.prop_map(|(name, value)| (name.to_owned(), value.to_owned()))
    }
    prop_oneof![
        3 => of(&["GOPROXY", "GOSUMDB", "GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOINSECURE", "GOVCS", "GOAUTH"],
            &["", "off", "direct", "https://a.test,direct", "*.corp.test", "none", "\"quoted\"", "x\r", " blank ", "ü", "a=b"]),
        4 => of(&["GOPATH"], &["", "{W}/go", "{W}/a:{W}/b", ":{W}/a", "{W}//c/", "{W}/with blank", "{W}", "~/go", "{W}/a:b"]),
        3 => of(&["GOBIN", "GOMODCACHE", "GOCACHE"], &["", "{W}/bin", "{W}/x/../y"]),
        1 => of(&["GOBIN", "GOMODCACHE", "GOCACHE", "GOTMPDIR"], &["", "{W}/bin", "{W}/missing", "off", "relative", "./x"]),
        2 => of(&["GOROOT"], &["", "{R}", "{R}/", "{R}/../{R:name}", "{W}/missing"]),
        2 => of(&["GOOS"], &["", "linux", "darwin", "windows", "freebsd", "js"]),
        2 => of(&["GOARCH"], &["", "amd64", "arm64", "386", "arm", "riscv64", "wasm", "mips", "mips64le", "ppc64le", "s390x"]),
        2 => prop_oneof![of(&["GOAMD64"], &["", "v1", "v3"]), of(&["GOARM"], &["5", "7", "6,softfloat"]),
            of(&["GOARM64"], &["v8.0", "v9.0,lse"]), of(&["GO386"], &["softfloat", "sse2"]), of(&["GOMIPS"], &["softfloat"]),
            of(&["GORISCV64"], &["rva20u64", "rva22u64"]), of(&["GOPPC64"], &["power9"]), of(&["GOWASM"], &["satconv", "signext"])],
        2 => of(&["CGO_ENABLED"], &["", "0", "1", "yes"]),
        2 => of(&["CC", "CXX", "AR", "GCCGO"], &["", "clang", "{W}/programs/cc", "cc -m32", "'quoted cc'", "sh", "bin/cc", "'cc"]),
        2 => of(&["CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_FFLAGS", "CGO_LDFLAGS"],
            &["", "-O3", " -g  -DX ", "'-DX=a b'", "\"-I'x'\" -y", "-DX='a'", "''", "\t-a\r", "'a\"b c'", "'-a"]),
        1 => of(&["PKG_CONFIG"], &["", "pkgconf", "'my pkg' --x", "/x/pkg-config --static"]),
        1 => of(&["GO111MODULE"], &["", "on", "off", "auto", "yes"]),
        1 => of(&["GOFLAGS"], &["", "-v", "-tags=netgo -trimpath", "-mod=mod", "nonflag", "'-v", "-nosuch"]),
        1 => of(&["GOTOOLCHAIN"], &["", "local", "auto", "path", "local+auto", "local+path", "bash", "1.21.0", "local+x"]),
        1 => of(&["GODEBUG", "GOPACKAGESDRIVER", "GOEXE", "GOTOOLDIR", "GOVERSION", "GOHOSTOS", "GOTELEMETRY", "GONE", "AA"],
            &["", "netdns=go", "off"]),
        1 => of(&["GOFIPS140"], &["", "off", "latest"]),
        1 => Just(("GOEXPERIMENT".to_owned(), String::new())),
    ]
}

/// The lines of a file of settings: good ones, and what else a hand may write.
fn file() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        6 => setting().prop_map(|(name, value)| format!("{name}={value}").into_bytes()),
        1 => setting().prop_map(|(name, value)| format!("{name}={value}\r").into_bytes())
            .prop_filter("go stops with a carriage return here", |line| !is_delicate(line)),
        1 => prop::sample::select(vec!["", "# GOPROXY=x", " GOFLAGS=-x", "gobin=/x", "export GOBIN=/x", "=", "GOBIN", "\t"])
            .prop_map(|line| line.as_bytes().to_vec()),
        1 => prop::sample::select(vec!["GOENV=off", "GOENV=/x", "HOME=/x", "XDG_CONFIG_HOME=/x", "PATH=", "GODEBUG=x=1"])
            .prop_map(|line| line.as_bytes().to_vec()),
        1 => Just(b"GOVCS=\xff\xfe".to_vec()),
    ];
    (prop::collection::vec(line, 0..8), any::<bool>()).prop_map(|(lines, ends)| {
        let mut file = lines.join(&b'\n');
        if ends {
            file.push(b'\n');
        }
        file
    })
}

/// Whether go checks the value of this line, and stops where it is not one of a few.
fn is_delicate(line: &[u8]) -> bool {
    let free: [&[u8]; 10] = [
        b"GOPROXY",
        b"GOSUMDB",
        b"GOPRIVATE",
        b"GONOPROXY",
        b"GONOSUMDB",
        b"GOINSECURE",
        b"GOVCS",
        b"CGO_CFLAGS",
        b"CC=",
        b"GONE",
    ];
    !free.iter().any(|name| line.starts_with(name))
}

fn tries() -> impl Strategy<Value = Try> {
    let place = prop_oneof![
        Just(("HOME".to_owned(), "{W}/home".to_owned())),
        Just(("HOME".to_owned(), "{W}/home/".to_owned())),
        Just(("HOME".to_owned(), String::new())),
        Just(("HOME".to_owned(), "home".to_owned())),
        Just(("HOME".to_owned(), "~".to_owned())),
        Just(("XDG_CONFIG_HOME".to_owned(), "{W}/config".to_owned())),
        Just(("XDG_CONFIG_HOME".to_owned(), "relative".to_owned())),
        Just(("XDG_CACHE_HOME".to_owned(), "{W}/cache".to_owned())),
        Just(("XDG_CACHE_HOME".to_owned(), "relative".to_owned())),
        Just(("GOENV".to_owned(), "off".to_owned())),
        Just(("GOENV".to_owned(), "{W}/other".to_owned())),
        Just(("GOENV".to_owned(), "other".to_owned())),
        Just(("GOENV".to_owned(), String::new())),
        Just(("PATH".to_owned(), String::new())),
        Just(("PATH".to_owned(), "{W}/programs:/usr/bin:/bin".to_owned())),
    ];
    let environment = (prop::collection::vec(setting(), 0..6), prop::collection::vec(place, 0..3))
        .prop_map(|(settings, places)| settings.into_iter().chain(places).collect());
    let telemetry = prop::option::weighted(
        0.5,
        prop::sample::select(vec!["off", "on 2024-01-02", "local\n", "on", ""]).prop_map(str::to_owned),
    );
    (environment, prop::option::weighted(0.8, file()), prop::option::weighted(0.6, file()), telemetry, any::<bool>())
        .prop_map(|(environment, user_file, goroot_file, telemetry, has_module)| Try {
            environment,
            user_file,
            goroot_file,
            telemetry,
            has_module,
        })
}

/// The folders of settings that a try has: one in the home, one that `XDG_CONFIG_HOME` may name, and those that relative names
/// lead to.
const HOMES: [&str; 4] = ["home/.config", "config", "here/deep/relative", "here/deep/home/.config"];

/// A release, and a second GOROOT whose `go.env` can be changed.
struct Lab {
    goroot: Goroot,
    version: Version,
    folder: TempDir,
}

impl Lab {
    fn new(archive: &Path, version: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("second/pkg/tool")).unwrap();
        Self { goroot: Goroot::unpack(archive), version: Version::parse(version).unwrap(), folder }
    }

    /// Compares one try; says whether go had an answer at all. Where it has none, that has to be foretold too.
    fn compare(&self, random: &Try) -> Result<bool, String> {
        let work = self.folder.path().canonicalize().unwrap().join("work");
        let second = work.with_file_name("second");
        let fill = |text: &str| {
            let text = text.replace("{W}", work.to_str().unwrap()).replace("{R:name}", "second");
            text.replace("{R}", second.to_str().unwrap())
        };
        let fill_bytes = |bytes: &[u8]| {
            // A line that is not UTF-8 has no places to fill.
            let line =
                |line: &[u8]| str::from_utf8(line).map_or_else(|_| line.to_vec(), |line| fill(line).into_bytes());
            bytes.split(|byte| *byte == b'\n').map(line).collect::<Vec<_>>().join(&b'\n')
        };
        let _ = fs::remove_dir_all(&work);
        for home in HOMES {
            fs::create_dir_all(work.join(home).join("go/telemetry")).unwrap();
        }
        fs::create_dir_all(work.join("programs")).unwrap();
        for program in ["cc", "gccgo"] {
            fs::write(work.join("programs").join(program), "#!/bin/sh\nexit 1\n").unwrap();
            fs::set_permissions(work.join("programs").join(program), fs::Permissions::from_mode(0o755)).unwrap();
        }
        if random.has_module {
            fs::write(work.join("here/go.mod"), "module example.test/m\n").unwrap();
        }
        if let Some(content) = &random.user_file {
            let files = HOMES.map(|home| format!("{home}/go/env"));
            for place in files.iter().map(String::as_str).chain(["other", "here/deep/other"]) {
                fs::write(work.join(place), fill_bytes(content)).unwrap();
            }
        }
        for home in HOMES {
            // Without the file go would start to count, and leave a process behind.
            fs::write(work.join(home).join("go/telemetry/mode"), random.telemetry.as_deref().unwrap_or("off")).unwrap();
        }
        let go_env = random.goroot_file.as_deref().map(fill_bytes).unwrap_or_default();
        for goroot in [&second, &self.goroot.path()] {
            fs::write(goroot.join("go.env"), &go_env).unwrap();
        }
        let mut variables =
            BTreeMap::from([("HOME".to_owned(), fill("{W}/home")), ("PATH".to_owned(), "/usr/bin:/bin".to_owned())]);
        variables.extend(random.environment.iter().map(|(name, value)| (name.clone(), fill(value))));

        let executable = self.goroot.path().join("bin/go");
        let here = work.join("here/deep");
        let mut command = Command::new(&executable);
        command.args(["env", "-json"]).env_clear().envs(&variables).current_dir(&here);
        let output = command.output().unwrap();
        let release = format!("go{}", self.version);
        let platform = host("");
        let (os, arch) = platform.trim_start_matches('.').split_once('-').unwrap();
        let go =
            GoCommand { version: self.version, release: &release, os, arch, executable: &executable, folder: &here };
        let surroundings = Surroundings { folder: here.clone(), variables };
        let settings = GoSettings::resolve(&go, &surroundings);
        let refusal = refusal(&go, &settings, &surroundings);
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return if refusal.is_some() { Ok(false) } else { Err(format!("go stops, unforeseen: {said}")) };
        }
        if let Some(why) = refusal {
            return Err(format!("go does not stop, though {why}"));
        }
        let printed: BTreeMap<String, String> = serde_json::from_slice(&output.stdout).unwrap();
        let found: BTreeMap<_, _> = settings.values.iter().map(|(name, value)| (name, &value.value)).collect();
        let expected: BTreeMap<_, _> =
            printed.iter().filter(|(name, _)| !NOT_FORETOLD.contains(&name.as_str())).collect();
        let names = found.keys().chain(expected.keys()).collect::<std::collections::BTreeSet<_>>();
        let wrong: Vec<_> = names
            .into_iter()
            .filter(|name| found.get(**name) != expected.get(**name))
            .map(|name| format!("{name}: go says {:?}, gvr says {:?}", expected.get(*name), found.get(*name)))
            .collect();
        check_places(&settings, &here);
        if wrong.is_empty() { Ok(true) } else { Err(wrong.join("\n")) }
    }
}

/// The line that a value is said to come from has that value.
#[track_caller]
fn check_places(settings: &GoSettings, folder: &Path) {
    for (name, value) in &settings.values {
        let all =
            std::iter::once((&value.origin, &value.value)).chain(value.hidden.iter().map(|h| (&h.origin, &h.value)));
        for (origin, text) in all {
            let Some((file, line)) = settings.place(origin) else { continue };
            let bytes = fs::read(folder.join(file)).unwrap();
            let found = bytes.split(|byte| *byte == b'\n').nth(line as usize - 1).unwrap();
            let found = String::from_utf8_lossy(found);
            assert!(found.starts_with(&format!("{name}=")), "{file}:{line}: {found:?} does not set {name} to {text:?}");
        }
    }
}

fn environments() -> u32 {
    std::env::var("GVR_TEST_GO_ENVIRONMENTS").ok().and_then(|count| count.parse().ok()).unwrap_or(150)
}

#[test]
fn as_go_env_prints_them() {
    for version in ["1.21.13", "1.23.1", "1.24.11", "1.27.3"] {
        let Some(archive) = archive("as_go_env_prints_them", &host(version)) else { continue };
        let lab = Lab::new(&archive, version);
        let answered = std::cell::Cell::new(0_u32);
        let config =
            Config { cases: environments(), failure_persistence: None, max_shrink_iters: 500, ..Config::default() };
        let mut runner = TestRunner::new(config);
        let result = runner.run(&tries(), |random| match lab.compare(&random) {
            Ok(has_answer) => {
                answered.set(answered.get() + u32::from(has_answer));
                Ok(())
            }
            Err(wrong) => Err(TestCaseError::fail(wrong)),
        });
        if let Err(TestError::Fail(reason, random)) = &result {
            let text =
                |file: &Option<Vec<u8>>| file.as_deref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            let (user, goroot) = (text(&random.user_file), text(&random.goroot_file));
            panic!("go{version}: {reason}\n{random:?}\ngo/env: {user:?}\ngo.env: {goroot:?}");
        }
        result.unwrap();
        // All were compared; but where go seldom answers, little is. It does so in about half of them.
        assert!(answered.get() * 3 > environments(), "go{version} answered {} of {}", answered.get(), environments());
    }
}

#[test]
fn every_value_has_its_place() {
    let Some(archive) = archive("every_value_has_its_place", &host("1.23.1")) else { return };
    let lab = Lab::new(&archive, "1.23.1");
    let text = |text: &str| text.to_owned();
    let random = Try {
        environment: vec![(text("GOSUMDB"), text("env")), (text("GOROOT"), text("{R}"))],
        user_file: Some(b"GOSUMDB=user\nGOVCS=\nGOPROXY=first\nGOPROXY=second\n".to_vec()),
        goroot_file: Some(b"# comment\nGOSUMDB=goroot\nGOVCS=goroot\nGOAUTH=x\n".to_vec()),
        telemetry: None,
        has_module: false,
    };
    assert_eq!(lab.compare(&random), Ok(true));
    let work = lab.folder.path().canonicalize().unwrap().join("work");
    let variables = BTreeMap::from([
        (text("HOME"), work.join("home").to_str().unwrap().to_owned()),
        (text("GOSUMDB"), text("env")),
        (text("GOROOT"), work.with_file_name("second").to_str().unwrap().to_owned()),
    ]);
    let executable = lab.goroot.path().join("bin/go");
    let go = GoCommand {
        version: lab.version,
        release: "go1.23.1",
        os: "linux",
        arch: "amd64",
        executable: &executable,
        folder: &work,
    };
    let settings = GoSettings::resolve(&go, &Surroundings { folder: work.clone(), variables });
    let sumdb = &settings.values["GOSUMDB"];
    assert_eq!((sumdb.value.as_str(), &sumdb.origin), ("env", &Origin::Environment));
    let hidden: Vec<_> = sumdb.hidden.iter().map(|hidden| (&hidden.origin, hidden.value.as_str())).collect();
    assert_eq!(hidden, [(&Origin::UserFile { line: 1 }, "user"), (&Origin::GorootFile { line: 2 }, "goroot")]);
    let proxy = &settings.values["GOPROXY"];
    assert_eq!((proxy.value.as_str(), &proxy.origin), ("second", &Origin::UserFile { line: 4 }));
    let (file, line) = settings.place(&proxy.origin).unwrap();
    assert_eq!(
        (Path::new(file).as_os_str().as_bytes(), line),
        (work.join("home/.config/go/env").as_os_str().as_bytes(), 4)
    );
    // The empty line hides the other file's.
    assert_eq!((settings.get("GOVCS"), &settings.values["GOVCS"].origin), ("", &Origin::UserFile { line: 2 }));
    assert!(!settings.values.contains_key("GOAUTH"), "Go 1.23 has no such setting");
}
