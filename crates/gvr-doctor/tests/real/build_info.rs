//! Go's build information, beside what `go version -m` says of the same file.

use std::fmt::Write as _;
use std::fs;

use gvr_doctor::readers::build_info::{BuildInfo, BuildInfoError, Module};

use crate::dist::{Goroot, archive, host};
use crate::samples::sample;

fn read(name: &str) -> BuildInfo {
    BuildInfo::read(sample(name).as_slice()).unwrap()
}

#[test]
fn of_a_tool_of_go_1_23() {
    for (name, arch, os) in
        [("pack-1.23.1.darwin-arm64.cut", "arm64", "darwin"), ("pack-1.23.1.linux-amd64.cut", "amd64", "linux")]
    {
        let info = read(name);
        assert_eq!((info.go_version.as_str(), info.path.as_deref()), ("go1.23.1", Some("cmd/pack")));
        assert_eq!((info.setting("GOARCH"), info.setting("GOOS")), (Some(arch), Some(os)));
        assert_eq!((info.setting("CGO_ENABLED"), info.setting("-trimpath")), (Some("0"), Some("true")));
        assert_eq!((&info.main, info.dependencies.len(), info.settings.len()), (&None, 0, 9));
    }
}

#[test]
fn of_a_program_of_go_1_16() {
    let info = read("esbuild-0.12.9.linux-amd64.cut");
    let module = |path: &str, version: &str, sum: &str| Module {
        path: path.to_owned(),
        version: version.to_owned(),
        sum: sum.to_owned(),
        replacement: None,
    };
    let sys = module(
        "golang.org/x/sys",
        "v0.0.0-20200501145240-bc7a7d42d5c3",
        "h1:5B6i6EAiSYyejWfvc5Rc9BbI3rzIsrrXfAQBWnYfn+w=",
    );
    let expected = BuildInfo {
        go_version: "go1.16.3".to_owned(),
        path: Some("github.com/evanw/esbuild/cmd/esbuild".to_owned()),
        main: Some(module("github.com/evanw/esbuild", "(devel)", "")),
        dependencies: vec![sys],
        settings: vec![],
    };
    assert_eq!(info, expected);
}

#[test]
fn other_programs_have_none() {
    for name in ["empty-main.darwin-arm64", "empty-main.darwin-fat"] {
        assert_eq!(BuildInfo::read(sample(name).as_slice()), Err(BuildInfoError::NotGo), "{name}");
    }
    let this = fs::read(std::env::current_exe().unwrap()).unwrap();
    assert_eq!(BuildInfo::read(this.as_slice()), Err(BuildInfoError::NotGo));
    for bytes in [b"".as_slice(), b"#!/bin/sh\n", b"\x7fELF"] {
        assert_eq!(BuildInfo::read(bytes), Err(BuildInfoError::NotAProgram));
    }
}

#[test]
fn cut_off_information_is_broken() {
    let bytes = sample("pack-1.23.1.linux-amd64.cut");
    let start = bytes.windows(14).position(|window| window == b"\xff Go buildinf:").unwrap();
    let mut long = bytes.clone();
    // The version claims to be longer than any program.
    long[start + 32..start + 42].copy_from_slice(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
    assert_eq!(BuildInfo::read(long.as_slice()), Err(BuildInfoError::Broken));
    let mut pointers = bytes;
    pointers[start + 14..start + 16].copy_from_slice(&[7, 0]);
    assert_eq!(BuildInfo::read(pointers.as_slice()), Err(BuildInfoError::Broken));
}

/// What `go version -m` prints below the first line of a file.
fn render(info: &BuildInfo) -> String {
    let mut out = String::new();
    let mut module = |kind: &str, module: &Module| {
        writeln!(out, "\t{kind}\t{}\t{}\t{}", module.path, module.version, module.sum).unwrap();
        if let Some(replacement) = &module.replacement {
            writeln!(out, "\t=>\t{}\t{}\t{}", replacement.path, replacement.version, replacement.sum).unwrap();
        }
    };
    info.main.iter().for_each(|main| module("mod", main));
    info.dependencies.iter().for_each(|dependency| module("dep", dependency));
    for (name, value) in &info.settings {
        writeln!(out, "\tbuild\t{name}={value}").unwrap();
    }
    let path = info.path.iter().fold(String::new(), |_, path| format!("\tpath\t{path}\n"));
    format!("{}\n{path}{out}", info.go_version)
}

#[test]
fn as_go_itself_reads_it() {
    let test = "as_go_itself_reads_it";
    let releases = ["1.21.13", "1.23.1", "1.27.3"].map(host);
    for archive in releases.iter().filter_map(|release| archive(test, release)) {
        let goroot = Goroot::unpack(&archive);
        let mut compared = 0;
        for program in goroot.programs() {
            let output = goroot.go().args(["version", "-m"]).arg(&program).output().unwrap();
            let printed = String::from_utf8(output.stdout).unwrap();
            let Some(expected) = printed.strip_prefix(&format!("{}: ", program.display())) else { continue };
            let info = BuildInfo::read(fs::read(&program).unwrap().as_slice());
            assert_eq!(info.as_ref().map(render).as_deref(), Ok(expected), "{program:?}");
            compared += 1;
        }
        assert!(compared >= 3, "{archive:?}: go knows {compared} of its own programs");
    }
}
