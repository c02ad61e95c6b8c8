//! The shells of this machine, each with how it is started and spoken to.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Call, Sandbox, tool};

/// A shell with the options that keep the machine's own start-up files out.
pub(crate) struct Shell {
    /// What gvr calls it.
    pub(crate) name: &'static str,
    program: PathBuf,
    options: &'static [&'static str],
}

impl Shell {
    /// One of them; `None`, and a line on stderr, where it is not there.
    pub(crate) fn find(name: &'static str) -> Option<Self> {
        let (program, name, options): (_, _, &[&str]) = match name {
            "bash" => ("bash", "bash", &["--norc", "--noprofile"]),
            "zsh" => ("zsh", "zsh", &["-f"]),
            "fish" => ("fish", "fish", &["--no-config"]),
            "dash" => ("dash", "sh", &[]),
            "busybox" => ("busybox", "sh", &["sh"]),
            "ksh" => ("ksh", "ksh", &[]),
            "mksh" => ("mksh", "ksh", &[]),
            "nu" => ("nu", "nu", &["--no-config-file"]),
            "elvish" => ("elvish", "elvish", &["-norc"]),
            other => panic!("{other} is no shell that the tests know"),
        };
        Some(Self { name, program: tool(program)?, options })
    }

    /// All that are here, bash among them.
    pub(crate) fn all() -> Vec<Self> {
        let all = ["bash", "zsh", "fish", "dash", "busybox", "ksh", "mksh", "nu", "elvish"];
        let found: Vec<_> = all.into_iter().filter_map(Self::find).collect();
        assert!(found.iter().any(|shell| shell.name == "bash"), "bash is needed for the tests");
        found
    }

    /// Whether it speaks POSIX's language.
    pub(crate) fn is_posix(&self) -> bool {
        matches!(self.name, "bash" | "zsh" | "sh" | "ksh")
    }

    /// A call of the shell that runs a script. `$GVR` is gvr's own program.
    pub(crate) fn call<'a>(&self, sandbox: &'a Sandbox, script: &str) -> Call<'a> {
        let call = sandbox.run(&self.program).args(self.options).args(["-c", script]);
        call.env("GVR", env!("CARGO_BIN_EXE_gvr"))
    }

    /// What makes it read gvr's code.
    pub(crate) fn load(&self, sandbox: &Sandbox) -> String {
        self.load_from(sandbox, Path::new(env!("CARGO_BIN_EXE_gvr")))
    }

    /// The same with the code of a certain gvr, which `$GVR` is in the call.
    pub(crate) fn load_from(&self, sandbox: &Sandbox, gvr: &Path) -> String {
        match self.name {
            "fish" => "\"$GVR\" init - fish | source".to_owned(),
            // Nushell reads files alone, before it runs anything; in elvish, what eval defines outside of a terminal is
            // gone after it.
            name @ ("nu" | "elvish") => {
                let file = sandbox.outside("scratch").join(format!("init.{name}"));
                let call = sandbox.run("/bin/sh").args(["-c", "\"$GVR\" init - \"$1\" > \"$0\""]).arg(&file).arg(name);
                call.env("GVR", gvr).run().succeeds();
                if name == "nu" { format!("source {}", file.display()) } else { fs::read_to_string(file).unwrap() }
            }
            name => format!("eval \"$(\"$GVR\" init - {name})\""),
        }
    }

    /// What prints PATH with colons, on a line of its own.
    pub(crate) fn show_path(&self) -> &'static str {
        match self.name {
            "fish" => "printf '%s\\n' (string join : $PATH)",
            "nu" => "print ($env.PATH | str join ':')",
            "elvish" => "echo $E:PATH",
            // mksh has no printf of its own.
            "ksh" => "print -r -- \"$PATH\"",
            _ => "printf '%s\\n' \"$PATH\"",
        }
    }

    /// What takes PATH away.
    pub(crate) fn unset_path(&self) -> &'static str {
        match self.name {
            "fish" => "set -e PATH",
            "nu" => "hide-env PATH",
            "elvish" => "unset-env PATH",
            _ => "unset PATH",
        }
    }
}
