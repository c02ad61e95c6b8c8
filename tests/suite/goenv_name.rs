//! gvr under the name goenv: what the transcript of goenv's answers does not show.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use gvr_testkit::{DistServer, FakeDist, FakeToolchain, Fault};

use crate::common::{Call, Sandbox, tool};

/// A sandbox with these versions, and gvr called goenv.
struct Goenv {
    sandbox: Sandbox,
    path: PathBuf,
}

impl Goenv {
    fn with(sandbox: Sandbox, versions: &[&str]) -> Self {
        let bin = sandbox.outside("bin");
        sandbox.gvr(["goenv-link", "--into"]).arg(&bin).run().succeeds();
        sandbox.place(versions);
        Self { path: bin.join("goenv"), sandbox }
    }

    fn new() -> Self {
        Self::with(Sandbox::new(), &["1.21.13", "1.22.5", "1.22.10"])
    }

    fn call(&self, words: &[&str]) -> Call<'_> {
        self.sandbox.run(&self.path).args(words)
    }
}

#[test]
fn version_files_are_read_and_written() {
    let goenv = Goenv::new();
    goenv.call(&["version-file-write", "pins", "1.21", "22"]).run().succeeds().stays_silent();
    assert_eq!(goenv.sandbox.read("pins").as_deref(), Some("1.21.13\n1.22.10\n"));
    goenv.call(&["version-file-read", "pins"]).run().succeeds().prints("1.21.13:1.22.10\n");
    goenv.call(&["version-file-read", "nosuch"]).run().fails_with(1).stays_silent();
    goenv.sandbox.write("empty", "\n");
    goenv.call(&["version-file-read", "empty"]).run().fails_with(1).stays_silent();
    let output = goenv.call(&["version-file-write", "pins", "1.21", "9.9"]).run().fails_with(1);
    output.prints("").says_exactly("goenv: version '9.9' not installed\n");
    assert_eq!(goenv.sandbox.read("pins").as_deref(), Some("1.21.13\n1.22.10\n"), "nothing is half done");
    let output = goenv.call(&["version-file-write", "pins"]).run().fails_with(1).prints("");
    output.says_exactly("Usage: goenv version-file-write <file> <version>...\n");
}

#[test]
fn the_systems_go_takes_the_file_away() {
    let mut goenv = Goenv::new();
    goenv.call(&["local", "1.22.5"]).run().succeeds();
    let output = goenv.call(&["local", "system"]).run().fails_with(1);
    output.prints("").says_exactly("goenv: system version not found in PATH\n");
    goenv.sandbox.with_system_go("1.20.1");
    let output = goenv.call(&["system"]).run().succeeds();
    output.prints("goenv: using system version instead of 1.22.5 now\n").says_exactly("");
    assert_eq!(goenv.sandbox.read(".go-version"), None);
    goenv.call(&["prefix"]).run().succeeds().prints("[SANDBOX]/usr-local-go\n");
    assert_eq!(goenv.call(&["versions"]).run().succeeds().lines()[0], "* system (set by [ROOT]/version)");
}

#[test]
fn what_is_chosen_is_shown_also_where_it_is_not_installed() {
    let goenv = Goenv::new();
    goenv.sandbox.write(".go-version", "1.99.0\n1.22.5\n");
    goenv.call(&["local"]).run().succeeds().prints("1.99.0\n1.22.5\n");
    let output = goenv.call(&["version-name"]).run().fails_with(1).prints("1.22.5\n");
    output.says_exactly("goenv: version '1.99.0' is not installed (set by [HOME]/work/.go-version)\n");
    let output = goenv.call(&["exec", "go", "version"]).run().fails_with(1).prints("");
    output.says("goenv: version '1.99.0' is not installed");
    goenv.call(&["version-file"]).run().succeeds().prints("[HOME]/work/.go-version\n");
    goenv.call(&["version-file", "/"]).run().fails_with(1).stays_silent();
    goenv.call(&["version-origin"]).env("GOENV_VERSION", "1.22").run().prints("GOENV_VERSION environment variable\n");
}

#[test]
fn a_missing_version_is_installed_where_that_was_agreed_to() {
    let goenv = Goenv::with(Sandbox::with_dist(&["1.22.90"]), &[]);
    let output = goenv.call(&["local", "1.22.90"]).run().fails_with(1);
    output.says_exactly("goenv: version '1.22.90' not installed\n");
    goenv.call(&["local", "1.22.90"]).env("GOENV_AUTO_INSTALL", "1").run().succeeds().stays_silent();
    assert_eq!(goenv.sandbox.read(".go-version").as_deref(), Some("1.22.90\n"));
    goenv.call(&["version-name"]).run().succeeds().prints("1.22.90\n");
}

#[test]
fn goenv_alone_installs_or_helps() {
    let goenv = Goenv::with(Sandbox::with_dist(&["1.22.90"]), &[]);
    let output = goenv.call(&[]).run().fails_with(1).prints("");
    output.says("goenv 2.2.44").says("Usage: goenv <command> [<args>]");
    goenv.sandbox.write(".go-version", "1.22.90\n");
    let call = goenv.call(&[]).env("GOENV_AUTO_INSTALL", "1").env("GOENV_AUTO_INSTALL_FLAGS", "-s -q");
    call.run().succeeds();
    assert_eq!(goenv.sandbox.installed(), ["1.22.90"]);
}

#[test]
fn install_has_goenvs_flags() {
    let goenv = Goenv::with(Sandbox::with_dist(&["1.21.90", "1.22.89", "1.22.90", "1.23rc9"]), &[]);
    for flag in ["-l", "--list"] {
        let output = goenv.call(&["install", flag]).run().succeeds();
        output.prints("Available versions:\n  1.21.90\n  1.22.89\n  1.22.90\n  1.23rc9\n");
    }
    goenv.call(&["install", "-kv", "1.22"]).run().succeeds().prints("");
    assert_eq!(goenv.sandbox.installed(), ["1.22.90"]);
    let cached = fs::read_dir(goenv.sandbox.root().join("cache")).unwrap().flatten();
    assert!(cached.into_iter().any(|file| file.file_name().to_string_lossy().ends_with(".tar.gz")), "-k keeps it");
    goenv.call(&["install", "-s", "1.22.90"]).run().succeeds().prints("");
    let output = goenv.call(&["install", "1.22.90"]).run().fails_with(1);
    output.says("goenv: [ROOT]/versions/1.22.90 already exists\n");
    goenv.call(&["install", "1.22.90"]).stdin("y\n").run().succeeds();
    goenv.call(&["install", "-f", "1.22.90"]).run().succeeds();
    goenv.call(&["install", "1.99.1"]).run().fails_with(2).prints("");
    for words in [&["install", "--nosuch"][..], &["install", "1.21.90", "1.22.90"], &["install"]] {
        goenv.call(words).run().fails_with(1).prints("").says("Usage: goenv install [-f]");
    }
    assert!(goenv.call(&["completions", "install"]).run().lines().ends_with(&["1.22.90", "1.23rc9"]));
}

#[test]
fn goenvs_mirror_is_asked_and_not_believed() {
    let goenv = Goenv::with(Sandbox::with_dist(&["1.22.90", "1.23.90"]), &[]);
    let mirror = DistServer::serve(&FakeDist::with(&["1.22.90", "1.23.90"])).unwrap();
    let install = |version| goenv.call(&["install", version]).env("GO_BUILD_MIRROR_URL", mirror.url()).run();
    let archive = |version| FakeToolchain::native(version).archive_name();
    install("1.22.90").succeeds();
    assert_eq!(mirror.downloads(&archive("1.22.90")), 1);
    mirror.fail_always("*.tar.gz", Fault::WrongBytes);
    install("1.23.90").fails_with(4).prints("").says("but ").says(" was published");
    assert_eq!(goenv.sandbox.installed(), ["1.22.90"]);
    let from_server = |version| goenv.sandbox.server().downloads(&archive(version));
    assert_eq!(from_server("1.22.90"), 0);
    goenv.sandbox.gvr(["install", "-f", "1.22.90"]).env("GO_BUILD_MIRROR_URL", mirror.url()).run().succeeds();
    assert_eq!(from_server("1.22.90"), 1, "that is no variable of gvr's");
}

#[test]
fn uninstall_asks_as_scripts_expect() {
    let goenv = Goenv::new();
    let output = goenv.call(&["uninstall", "1.22.5"]).run().fails_with(1).prints("");
    output.says_exactly("goenv: remove [ROOT]/versions/1.22.5? ");
    goenv.call(&["uninstall", "1.22.5"]).stdin("y\n").run().succeeds().prints("");
    goenv.call(&["uninstall", "--force", "1.22.10"]).run().succeeds().stays_silent();
    assert_eq!(goenv.sandbox.installed(), ["1.21.13"]);
    goenv.call(&["uninstall"]).run().fails_with(1).says_exactly("Usage: goenv uninstall [-f|--force] <version>\n");
    goenv.call(&["uninstall", "-f", "../.."]).run().fails_with(1).says("version '../..' not installed");
}

#[test]
fn exec_says_which_version_as_goenv_does() {
    let goenv = Goenv::new();
    goenv.call(&["local", "1.22.5"]).run().succeeds();
    let output = goenv.call(&["exec", "go", "env-of-this"]).env("GVR_VERSION", "1.21.13").run().succeeds();
    for line in ["GOENV_VERSION 1.21.13", "GVR_VERSION (unset)", "GOROOT [ROOT]/versions/1.21.13"] {
        assert!(output.lines().contains(&line), "{line}: {output}");
    }
    let output = goenv.call(&["exec", "go", "x"]).env("GOENV_DISABLE_GOROOT", "1").env("GOROOT", "/mine").run();
    assert!(output.lines().contains(&"GOROOT /mine"), "{output}");
    goenv.call(&["exec", "go"]).env("FAKE_RC", "42").run().fails_with(42);
    goenv.call(&["exec", "../go"]).run().fails_with(127);
}

#[test]
fn hooks_and_commands_are_listed() {
    let goenv = Goenv::new();
    goenv.call(&["hooks", "exec"]).run().succeeds().stays_silent();
    goenv.call(&["hooks"]).run().fails_with(1).says_exactly("Usage: goenv hooks <command>\n");
    let output = goenv.call(&["commands", "--no-sh"]).run().succeeds();
    assert!(output.lines().contains(&"rehash") && !output.lines().contains(&"shell"), "{output}");
    goenv.call(&["completions"]).run().fails_with(1).says("Usage: goenv completions");
    goenv.call(&["completions", "which"]).run().succeeds().prints(&completions_of_which(&goenv));
    goenv.call(&["help", "nosuch"]).run().fails_with(1).says_exactly("goenv: no such command 'nosuch'\n");
    goenv.call(&["local", "--help"]).run().succeeds().says_exactly("");
    goenv.call(&["--debug", "version-name"]).run().succeeds().prints("system\n");
    // gvr's own commands are not goenv's.
    goenv.call(&["doctor"]).run().fails_with(1).says_exactly("goenv: no such command 'doctor'\n");
}

fn completions_of_which(goenv: &Goenv) -> String {
    format!("--help\n{}", goenv.call(&["shims", "--short"]).run().stdout)
}

#[test]
fn goenvs_own_root_is_never_gvrs() {
    let goenv = Goenv::new();
    let theirs = goenv.sandbox.home().join(".goenv");
    FakeToolchain::native("1.19.13").write_to(&theirs.join("versions/1.19.13")).unwrap();
    goenv.call(&["root"]).env("GOENV_ROOT", &theirs).run().succeeds().prints("[ROOT]\n");
    let fresh = goenv.sandbox.outside("fresh");
    goenv.call(&["root"]).env("GOENV_ROOT", &fresh).run().succeeds().prints("[SANDBOX]/fresh\n");
    goenv.call(&["rehash"]).env("GOENV_ROOT", &fresh).run().succeeds();
    goenv.call(&["root"]).env("GOENV_ROOT", &fresh).run().succeeds().prints("[SANDBOX]/fresh\n");
    goenv.sandbox.gvr(["root"]).env("GOENV_ROOT", &fresh).run().succeeds().prints("[ROOT]\n");
}

#[test]
fn tools_in_a_versions_own_gopath_are_found() {
    let goenv = Goenv::new();
    let tools = goenv.sandbox.home().join("go/1.22.5/bin");
    FakeToolchain::native("1.22.5").file("gopls", 0o755, "#!/bin/sh\necho gopls of 1.22.5\n").write_to(&tools).unwrap();
    goenv.call(&["rehash"]).run().succeeds();
    goenv.call(&["local", "1.22.5"]).run().succeeds();
    goenv.sandbox.shim("gopls").run().succeeds().prints("gopls of 1.22.5\n");
    goenv.call(&["which", "gopls"]).run().succeeds().prints("[HOME]/go/1.22.5/bin/gopls\n");
    goenv.call(&["local", "1.21.13"]).run().succeeds();
    goenv.sandbox.shim("gopls").run().fails_with(127).prints("").says("1.22.5");
    goenv.call(&["whence", "gopls"]).run().succeeds().prints("1.22.5\n");
    let output = goenv.sandbox.shim("go").arg("x").run().succeeds();
    assert!(output.lines().contains(&"GOPATH [HOME]/go/1.21.13"), "{output}");
    // Whoever wants one GOPATH for all gets it.
    goenv.sandbox.gvr(["config", "set", "version-gopath", "false"]).run().succeeds();
    let output = goenv.sandbox.shim("go").arg("x").env("GOPATH", "/mine").run().succeeds();
    assert!(output.lines().contains(&"GOPATH /mine"), "{output}");
    goenv.call(&["rehash"]).run().succeeds();
    assert!(!goenv.sandbox.shim_path("gopls").exists());
}

#[test]
fn the_link_is_made_once_and_only_where_nothing_is() {
    let sandbox = Sandbox::new();
    let bin = sandbox.outside("bin");
    let gvr = sandbox.outside("gvr's").join("gvr");
    fs::copy(env!("CARGO_BIN_EXE_gvr"), &gvr).unwrap();
    let path = sandbox.path_of(&[&bin, gvr.parent().unwrap()]);
    let call = |words: &[&str]| sandbox.run(&gvr).args(words).env("PATH", &path);
    call(&["goenv-link", "--shared-gopath"]).run().succeeds().says("[SANDBOX]/gvr's/goenv is gvr");
    call(&["goenv-link", "--shared-gopath"]).run().succeeds();
    assert_eq!(fs::read_link(gvr.with_file_name("goenv")).unwrap(), PathBuf::from("gvr"));
    assert!(!sandbox.root().join("config.toml").exists(), "--shared-gopath changes no setting");
    // goenv itself comes first on PATH.
    fs::copy("/bin/sh", bin.join("goenv")).unwrap();
    call(&["goenv-link"]).run().succeeds().says("warning: PATH finds [SANDBOX]/bin/goenv before it");
    let output = call(&["goenv-link", "--into"]).arg(&bin).run().fails_with(1);
    output.says("[SANDBOX]/bin/goenv is there already, and it is not gvr");
    call(&["goenv-link", "--remove"]).run().succeeds().says("removed [SANDBOX]/gvr's/goenv");
    assert!(bin.join("goenv").exists() && !gvr.with_file_name("goenv").exists());
    assert!(!fs::read_to_string(sandbox.root().join("config.toml")).unwrap().contains("version-gopath"));
}

#[test]
fn the_shells_function_sets_the_shells_version() {
    let goenv = Goenv::new();
    let rc = goenv.sandbox.home().join(".goenvrc");
    fs::write(&rc, "FROM_RC=read\n").unwrap();
    for name in ["bash", "zsh"] {
        let Some(shell) = tool(name) else { continue };
        let script = format!(
            "{} eval \"$(goenv init - {name})\"\n goenv shell 1.21; goenv shell; goenv version-name; goenv shell 9.9 || echo no; goenv shell --unset; \
             goenv version-name; goenv rehash; echo \"$FROM_RC $GOENV_SHELL\"; command -v go",
            if name == "zsh" { "alias goenv=goenv\n" } else { "" },
        );
        let path = goenv.sandbox.path_of(&[goenv.path.parent().unwrap(), &goenv.sandbox.tools()]);
        let output = goenv.sandbox.run(shell).args(["-c", &script]).env("PATH", path).run().succeeds();
        let expected = format!("1.21\n1.21.13\nno\nsystem\nread {name}\n[ROOT]/shims/go\n");
        output.prints(&expected).says_exactly("goenv: version '9.9' not installed\n");
    }
}

#[test]
fn fishs_function_sets_fishs_version() {
    let Some(shell) = tool("fish") else { return };
    let goenv = Goenv::new();
    let script = "goenv init - fish | source; goenv shell 1.21; goenv shell; goenv version-name; goenv shell --unset; goenv version-name; command -v go";
    let path = goenv.sandbox.path_of(&[goenv.path.parent().unwrap(), &goenv.sandbox.tools()]);
    let output = goenv.sandbox.run(shell).args(["--no-config", "-c", script]).env("PATH", path).run().succeeds();
    output.prints("1.21\n1.21.13\nsystem\n[ROOT]/shims/go\n");
}

#[test]
fn the_tab_key_completes_goenvs_words() {
    let goenv = Goenv::new();
    let path = goenv.sandbox.path_of(&[goenv.path.parent().unwrap(), &goenv.sandbox.tools()]);
    for (name, options, script, expected) in [
        (
            "bash",
            &["--norc", "--noprofile"][..],
            "eval \"$(goenv init - bash)\"; COMP_WORDS=(goenv loc); COMP_CWORD=1; _goenv; echo \"${COMPREPLY[@]}\"\n\
             COMP_WORDS=(goenv local 1.22); COMP_CWORD=2; _goenv; echo \"${COMPREPLY[@]}\"",
            "local\n1.22.5 1.22.10\n",
        ),
        (
            "fish",
            &["--no-config"],
            "goenv init - fish | source; complete -C 'goenv loca'; complete -C 'goenv local 1.21'",
            "local\n1.21.13\n",
        ),
        // zsh's completion needs a terminal; that it is there is what can be seen.
        ("zsh", &["-f", "-i"], "eval \"$(goenv init - zsh)\"; compctl | grep goenv", "goenv -K _goenv\n"),
    ] {
        let Some(shell) = tool(name) else { continue };
        let path = if name == "zsh" { format!("{}:/usr/bin:/bin", path.display()).into() } else { path.clone() };
        let call = goenv.sandbox.run(shell).args(options).args(["-c", script]).env("PATH", path).env("TERM", "dumb");
        call.run().succeeds().prints(expected);
    }
}

#[test]
fn a_link_by_hand_works_too() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let link = sandbox.outside("bin").join("goenv");
    symlink(env!("CARGO_BIN_EXE_gvr"), &link).unwrap();
    sandbox.run(&link).arg("installed").run().succeeds().prints("1.22.5\n");
    // Nobody asked for a GOPATH of each version's own.
    let output = sandbox.run(&link).args(["exec", "go", "x"]).env("GOENV_VERSION", "1.22").run().succeeds();
    assert!(output.lines().contains(&"GOPATH (unset)"), "{output}");
}
