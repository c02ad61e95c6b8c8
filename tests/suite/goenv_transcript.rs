//! goenv 2.2.44's own answers, asked of gvr under the name goenv: the same, but for what differs on purpose.

use std::fs;
use std::path::PathBuf;

use gvr_testkit::{FakeToolchain, sha256_hex};

use crate::common::{Call, Output, Sandbox};

/// What goenv answered, and where gvr's answer differs.
const TRANSCRIPT: &str = include_str!("goenv/transcript.txt");

/// The page that tells goenv's users of each difference.
const PAGE: &str = include_str!("../../docs/from-goenv.md");

/// A `go` that says what it was given, as the one in goenv's transcript does.
const GO: &str = r#"#!/bin/sh
echo "fake go @VERSION@ args:$* GOROOT=${GOROOT-} GOPATH=${GOPATH-} GOENV_VERSION=${GOENV_VERSION-}"
exit "${FAKE_RC:-0}"
"#;

/// One command, what goenv answered, and what gvr answers if that is not the same.
#[derive(Debug, Default)]
struct Entry {
    before: Vec<String>,
    command: String,
    goenv: Answer,
    after: Vec<String>,
    difference: Option<(String, Answer)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Answer {
    stdout: Text,
    stderr: String,
    code: i32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Text {
    Plain(String),
    /// Prose or code of goenv's, by its SHA-256.
    Sha256(String),
    /// Whatever it is.
    Any,
}

impl Default for Text {
    fn default() -> Self {
        Self::Plain(String::new())
    }
}

impl Text {
    fn push(&mut self, line: &str) {
        if let Self::Plain(text) = self {
            text.push_str(line.strip_prefix(' ').unwrap_or(line));
            text.push('\n');
        }
    }

    fn is(&self, text: &str) -> bool {
        match self {
            Self::Plain(expected) => expected == text,
            Self::Sha256(digest) => *digest == sha256_hex(text.as_bytes()),
            Self::Any => true,
        }
    }
}

impl Answer {
    fn is(&self, output: &Output) -> bool {
        self.stdout.is(&output.stdout) && self.stderr == output.stderr && self.code == output.code
    }

    fn understand(&mut self, line: &str) {
        if let Some(digest) = line.strip_prefix("|sha256 ") {
            self.stdout = Text::Sha256(digest.to_owned());
        } else if line == "*" {
            self.stdout = Text::Any;
        } else if let Some(text) = line.strip_prefix('|') {
            self.stdout.push(text);
        } else if let Some(text) = line.strip_prefix('!') {
            self.stderr.push_str(text.strip_prefix(' ').unwrap_or(text));
            self.stderr.push('\n');
        } else if let Some(code) = line.strip_prefix("= ") {
            self.code = code.parse().unwrap();
        } else {
            panic!("what is {line:?}?");
        }
    }
}

fn entries() -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut before = Vec::new();
    for line in TRANSCRIPT.lines() {
        if line.is_empty() || line.starts_with("# ") {
            continue;
        }
        if let Some(change) = line.strip_prefix("@ ") {
            before.push(change.to_owned());
        } else if let Some(command) = line.strip_prefix("$ ") {
            let before = std::mem::take(&mut before);
            entries.push(Entry { before, command: command.to_owned(), ..Entry::default() });
        } else {
            let entry: &mut Entry = entries.last_mut().expect("an answer has a command");
            if let Some(reason) = line.strip_prefix("~ ") {
                entry.difference = Some((reason.to_owned(), Answer::default()));
            } else if let Some(line) = line.strip_prefix('~') {
                entry.difference.as_mut().expect("a difference has a reason").1.understand(line);
            } else if let Some(file) = line.strip_prefix("? ") {
                entry.after.push(file.to_owned());
            } else {
                entry.goenv.understand(line);
            }
        }
    }
    entries
}

/// goenv's laboratory, with gvr in goenv's place.
struct Lab {
    sandbox: Sandbox,
    goenv: PathBuf,
}

impl Lab {
    fn new() -> Self {
        let sandbox = Sandbox::with_dist(&["1.21.90", "1.22.90"]);
        for version in ["1.21.13", "1.22.5", "1.22.10", "1.23.0"] {
            let mut toolchain = FakeToolchain::native(version).file("bin/go", 0o755, GO.replace("@VERSION@", version));
            if version == "1.22.5" {
                toolchain = toolchain.file("bin/dlv", 0o755, "#!/bin/sh\necho dlv\n");
            }
            toolchain.write_to(&sandbox.version(version)).unwrap();
        }
        let bin = sandbox.outside("bin");
        sandbox.gvr(["goenv-link", "--into"]).arg(&bin).run().succeeds();
        Self { goenv: bin.join("goenv"), sandbox }
    }

    /// A command line of the transcript: variables, then `goenv` or a shim, then words.
    fn call(&self, line: &str) -> Call<'_> {
        let line = line.replace("[HOME]", self.sandbox.home().to_str().unwrap());
        let mut words = line.split(' ').peekable();
        let mut variables = Vec::new();
        while let Some((name, value)) = words.peek().and_then(|word| word.split_once('=')) {
            variables.push((name, value));
            words.next();
        }
        let call = match words.next() {
            Some("goenv") => self.sandbox.run(&self.goenv),
            Some(shim) => self.sandbox.shim(shim),
            None => panic!("no command in {line:?}"),
        };
        variables.into_iter().fold(call.args(words), |call, (name, value)| call.env(name, value))
    }

    /// `FILE "TEXT"` writes it, `FILE` alone removes it.
    fn change(&self, change: &str) {
        match file_and_text(change) {
            (file, Some(text)) => {
                self.sandbox.write(file, text);
            }
            (file, None) => {
                // It need not be there.
                let _ = fs::remove_file(self.sandbox.work().join(file));
            }
        }
    }
}

fn file_and_text(line: &str) -> (&str, Option<String>) {
    match line.split_once(' ') {
        Some((file, text)) => (file, Some(text.trim_matches('"').replace("\\n", "\n").replace("\\r", "\r"))),
        None => (line, None),
    }
}

/// An answer as the transcript has it.
fn shown(output: &Output) -> String {
    let lines = |mark: char, text: &str| {
        text.lines().map(|line| format!("~{mark} {line}").trim_end().to_owned() + "\n").collect::<String>()
    };
    format!("{}{}~= {}\n", lines('|', &output.stdout), lines('!', &output.stderr), output.code)
}

#[test]
fn gvr_answers_as_goenv_did_or_differs_on_purpose() {
    let lab = Lab::new();
    let mut wrong = Vec::new();
    for Entry { before, command, goenv, after, difference } in entries() {
        for change in &before {
            lab.change(change);
        }
        let mut output = lab.call(&command).run();
        for text in [&mut output.stdout, &mut output.stderr] {
            *text = text.replace(env!("CARGO_PKG_VERSION"), "[VERSION]");
        }
        let problem = match &difference {
            None if goenv.is(&output) => None,
            None => Some("differs, and nobody says why"),
            Some(_) if goenv.is(&output) => Some("no longer differs: take the difference out"),
            Some((_, expected)) if expected.is(&output) => None,
            Some(_) => Some("is neither goenv's answer nor the expected one"),
        };
        if let Some(problem) = problem {
            wrong.push(format!("$ {command}\n{}it {problem}\n", shown(&output)));
        }
        for file in &after {
            let (path, text) = file_and_text(file);
            assert_eq!(lab.sandbox.read(path), text, "after {command}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_difference_is_told_to_goenvs_users() {
    let entries = entries();
    assert!(entries.len() > 100, "the transcript is not read");
    for (reason, _) in entries.iter().filter_map(|entry| entry.difference.as_ref()) {
        assert!(PAGE.contains(reason), "docs/from-goenv.md does not say: {reason}");
    }
}
