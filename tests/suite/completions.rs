//! `gvr completions`: scripts for shells, and goenv's words for its commands.

use crate::common::{Sandbox, tool};

#[test]
fn scripts_that_their_shells_can_read() {
    let sandbox = Sandbox::new();
    for (shell, option) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        let script = sandbox.gvr(["completions", shell]).run().succeeds().says_exactly("").stdout;
        for word in ["install", "uninstall", "versions", "gvr"] {
            assert!(script.contains(word), "{shell} lacks {word}");
        }
        let Some(program) = tool(shell) else { continue };
        let file = sandbox.write(format!("completions.{shell}"), &script);
        sandbox.run(program).arg(option).arg(file).run().succeeds().says_exactly("");
    }
}

#[test]
fn goenvs_words() {
    let sandbox = Sandbox::with_versions(&["1.21.13", "1.22.5", "1.22.10"]);
    let output = sandbox.gvr(["completions", "local"]).run().succeeds();
    for word in ["--help", "--unset", "latest", "system", "1.21.13", "1.22.5", "1.22.10"] {
        assert!(output.lines().contains(&word), "{word} in {output}");
    }
    let output = sandbox.gvr(["completions", "uninstall"]).run().succeeds();
    for word in ["1.21.13", "1.22.5", "1.22.10"] {
        assert!(output.lines().contains(&word), "{word} in {output}");
    }
    let output = sandbox.gvr(["completions", "install"]).run().succeeds();
    for word in ["--force", "--skip-existing", "--list"] {
        assert!(output.lines().contains(&word), "{word} in {output}");
    }
}

#[test]
fn what_is_unknown() {
    let sandbox = Sandbox::new();
    let output = sandbox.gvr(["completions", "nosuch"]).run();
    assert_ne!(output.code, 0, "{output}");
    output.prints("");
    sandbox.gvr(["completions"]).run().fails_with(1).prints("").says("Usage: gvr completions");
}
