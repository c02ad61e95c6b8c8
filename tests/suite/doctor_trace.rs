//! `gvr doctor --trace-shell`: a real shell starts, and what its files do is told with their lines.

use std::fs;

use crate::common::{Sandbox, tool};

/// A home whose start-up files put another Go before the shims, in a function.
fn sandbox(shell: &str) -> Option<Sandbox> {
    let program = tool(shell)?;
    let mut sandbox = Sandbox::with_versions(&["1.22.5"]);
    let go = sandbox.outside("usr-local-go");
    fs::create_dir_all(go.join("bin")).unwrap();
    let (shims, other) = (sandbox.root().join("shims"), go.join("bin"));
    let (shims, other) = (shims.display(), other.display());
    let (file, text) = match shell {
        "fish" => (
            ".config/fish/config.fish",
            format!(
                "set -gx PATH {shims} $PATH\nfunction add_go\n    set -gx GOROOT /nonexistent\n    set -gx PATH {other} $PATH\n\
                 end\nset -gx SECRET_TOKEN s3cret\nadd_go\n"
            ),
        ),
        _ => (
            if shell == "zsh" { ".zshrc" } else { ".bashrc" },
            format!(
                "export PATH={shims}:$PATH\nadd_go() {{\n  export GOROOT=/nonexistent\n  PATH={other}:$PATH\n}}\n\
                 export SECRET_TOKEN=s3cret\nadd_go\n"
            ),
        ),
    };
    let file = sandbox.home().join(file);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
    // A terminal in which that shell was started.
    fs::write(go.join("bin/go"), "#!/bin/sh\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(go.join("bin/go"), mode).unwrap();
    let path = sandbox.path_of(&[&go.join("bin"), &sandbox.root().join("shims"), &sandbox.tools()]);
    sandbox.set("PATH", path);
    sandbox.set("GOROOT", "/nonexistent");
    sandbox.set("SHELL", program);
    sandbox.set("TMPDIR", sandbox.outside("tmp"));
    Some(sandbox)
}

#[test]
fn findings_cite_the_line_that_was_seen() {
    for (shell, file) in [("zsh", "~/.zshrc"), ("bash", "~/.bashrc"), ("fish", "~/.config/fish/config.fish")] {
        let Some(sandbox) = sandbox(shell) else { continue };
        let output = sandbox.gvr(["doctor", "--trace-shell", "--no-login"]).run().fails_with(1);
        let says = |text: &str| assert!(output.stdout.contains(text), "{shell}: {text} is not in {output}");
        says(&format!("  {file}:3, in add_go()\n"));
        says("    GOROOT: not set -> /nonexistent\n");
        says("[SANDBOX]/usr-local-go/bin comes in at 1\n");
        says("Without the tracing, the environment in the end is the same.");
        // The doctor's own findings.
        let flat = output.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(&format!("It came there at {file}:4, in add_go().")), "{output}");
        says(&format!("    {file}:3, in add_go(): "));
        assert!(!output.to_string().contains("s3cret"), "{output}");
        assert_eq!(fs::read_dir(sandbox.outside("tmp")).unwrap().count(), 0);
    }
}

#[test]
fn programs_get_every_change() {
    let Some(sandbox) = sandbox("bash") else { return };
    let report = sandbox.gvr(["doctor", "--trace-shell", "bash", "--no-login", "--json"]).run().fails_with(1).json();
    let trace = &report["trace"];
    assert_eq!((trace["shell"].as_str(), trace["login"].as_bool()), (Some("bash"), Some(false)));
    assert_eq!(
        (trace["end"]["kind"].as_str(), trace["untraced"]["verdict"].as_str()),
        (Some("complete"), Some("same"))
    );
    let changes = trace["changes"].as_array().unwrap();
    let change = changes.iter().find(|change| change["var"] == "GOROOT").unwrap();
    assert_eq!(change["line"], 3);
    assert_eq!(change["function"], "add_go");
    assert_eq!(change["text"], "export GOROOT=/nonexistent");
    assert_eq!(
        (&change["op"], &change["exact"], &change["old"]),
        (&"set".into(), &true.into(), &serde_json::Value::Null)
    );
    assert_eq!(change["new"], "/nonexistent");
    let evidence = |check: &serde_json::Value| check["findings"][0]["evidence"].as_array().cloned().unwrap_or_default();
    let checks = report["checks"].as_array().unwrap();
    let missing = checks.iter().find(|check| check["id"] == "env/goroot-missing").unwrap();
    assert!(evidence(missing).iter().any(|one| one["kind"] == "traced" && one["line"] == 3), "{missing}");
    let untraced = sandbox.gvr(["doctor", "--json"]).run().fails_with(1).json();
    assert!(untraced.get("trace").is_none());
}

#[test]
fn a_recording_has_the_trace() {
    let Some(sandbox) = sandbox("bash") else { return };
    sandbox.gvr(["doctor", "--trace-shell", "--no-login", "--record", "machine.json"]).run().succeeds();
    let text = sandbox.read("machine.json").unwrap();
    for private in ["s3cret", sandbox.home().to_str().unwrap()] {
        assert!(!text.contains(private), "{private} is in {text}");
    }
    let there = sandbox.gvr(["doctor", "--facts", "machine.json"]).run().fails_with(1);
    assert!(there.stdout.contains("~/.bashrc:3, in add_go()"), "{there}");
}

#[test]
fn a_start_up_that_ends_early_is_reported() {
    let Some(sandbox) = sandbox("bash") else { return };
    let file = sandbox.home().join(".bashrc");
    fs::write(&file, "export GOBIN=/b\nexit 3\nexport GOPATH=/never\n").unwrap();
    let only = ["doctor", "--trace-shell", "bash", "--no-login", "--only", "shell/untraceable"];
    let output = sandbox.gvr(only).run().succeeds();
    for text in ["the shell ended with 3. What was seen last is at ~/.bashrc:2: exit 3.", "[shell/untraceable]"] {
        assert!(output.stdout.contains(text), "{output}");
    }
}

#[test]
fn a_shell_that_cannot_be_traced_is_refused() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SHELL", "/bin/dash");
    sandbox.gvr(["doctor", "--trace-shell"]).run().fails_with(2).says("zsh, bash and fish, and SHELL is /bin/dash");
    sandbox.gvr(["doctor", "--trace-shell", "dash"]).run().fails_with(2).says("invalid value 'dash'");
    sandbox.gvr(["doctor", "--trace-shell", "zsh"]).run().fails_with(2).says("zsh is not on PATH");
    sandbox.gvr(["doctor", "--login"]).run().fails_with(2).says("--trace-shell");
}
