//! A repository can pick a version that is installed. It can never fetch one, run a program of its own, or leave the store.

use std::fs;
use std::os::unix::fs::symlink;

use gvr_testkit::FakeToolchain;

use crate::common::Sandbox;

/// Every way to ask for 1.23.1, which is to be had and not installed.
const ASKING: [(&str, &str); 5] = [
    (".go-version", "1.23.1\n"),
    (".tool-versions", "golang 1.23.1\n"),
    ("go.mod", "module x\n\ngo 1.23.1\n"),
    ("go.mod", "module x\n\ngo 1.21\n\ntoolchain go1.23.1\n"),
    ("go.work", "go 1.23.1\n"),
];

#[test]
fn what_is_not_installed_is_not_fetched_unasked() {
    let sandbox = Sandbox::with_dist(&["1.22.5", "1.23.1"]);
    sandbox.place(&["1.22.5"]);
    for (file, text) in ASKING {
        sandbox.write(file, text);
        for program in ["go", "gofmt"] {
            sandbox.shim(program).arg("version").run().fails_with(127).says("gvr install 1.23");
        }
        for command in [&["version"][..], &["which", "go"], &["explain"], &["prefix"], &["exec", "go", "version"]] {
            let output = sandbox.gvr(command).run();
            assert!(!output.stdout.starts_with("go version"), "{command:?}: {output}");
        }
        assert_eq!(sandbox.server().connections(), 0, "{file}: {text}");
        assert_eq!(sandbox.installed(), ["1.22.5"], "{file}: {text}");
        fs::remove_file(sandbox.work().join(file)).unwrap();
    }
}

#[test]
fn what_lies_beside_the_versions_is_no_version() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let outside = sandbox.outside("evil");
    FakeToolchain::native("1.99.9").write_to(&outside).unwrap();
    // Names as a store or a file system might give them a meaning of their own.
    for name in ["current", ".tmp-1.22.5", "CON", "nul", "system", "latest", "default", "path", "evil", "1.22.5 "] {
        symlink(&outside, sandbox.root().join("versions").join(name)).unwrap();
    }
    symlink(&outside, sandbox.work().join("bin")).unwrap();
    let relative = format!("../../../../{}", outside.display());
    for text in [
        "current",
        ".tmp-1.22.5",
        "CON",
        "NUL",
        "default",
        "path",
        "path:../evil",
        "ref:main",
        "evil",
        "./bin",
        ".",
        "..",
        "../evil",
        &relative,
        "go1.22.5/../evil",
        "1.22.5-evil",
    ] {
        for (file, text) in [(".go-version", text.to_owned()), (".tool-versions", format!("golang {text}"))] {
            sandbox.write(file, &text);
            for output in [sandbox.shim("go").arg("version").run(), sandbox.gvr(["exec", "go", "version"]).run()] {
                assert!(output.code != 0 && !output.stdout.contains("1.99.9"), "{file} {text:?}: {output}");
            }
            fs::remove_file(sandbox.work().join(file)).unwrap();
        }
    }
    for text in ["toolchain go1.22.5-evil", "toolchain ../evil", "toolchain local", "go ../../evil"] {
        sandbox.write("go.mod", format!("module x\n\n{text}\n"));
        let output = sandbox.shim("go").arg("version").run();
        assert!(!output.stdout.contains("1.99.9"), "{text:?}: {output}");
    }
}
