//! `gvr ci` as each provider runs it: what it writes and prints is handed to a later step, in which `go` must be the pinned one.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::common::{Call, Output, Sandbox, tool};

/// A repository that pins 1.22.90, on a runner that brings 1.27.90 along.
struct Runner {
    sandbox: Sandbox,
    files: PathBuf,
    path: std::ffi::OsString,
}

impl Runner {
    fn new() -> Self {
        let mut sandbox = Sandbox::with_dist(&["1.22.90", "1.23.90"]);
        let goroot = sandbox.with_system_go("1.27.90");
        sandbox.write(".go-version", "1.22.90\n");
        let path = sandbox.path_of(&[&goroot.join("bin"), &sandbox.tools()]);
        sandbox.set("PATH", path.clone());
        let files = sandbox.outside("runner");
        let runner = Self { sandbox, files, path };
        runner.step(&BTreeMap::new()).run().succeeds().says_exactly("");
        runner
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.files.join(name)).unwrap_or_default()
    }

    fn shown(&self, text: &str) -> String {
        text.replace(self.sandbox.root().to_str().unwrap(), "[ROOT]")
            .replace(&gvr_testkit::host_platform(), "[PLATFORM]")
    }

    fn gvr(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Call<'_> {
        let mut call = self.sandbox.gvr(["ci"]).args(arguments);
        for (name, value) in variables {
            let value = value.strip_prefix('@').map_or_else(|| value.into(), |name| self.files.join(name));
            call = call.env(name, value);
        }
        call
    }

    /// A later step, in the folder of another repository.
    fn step(&self, variables: &BTreeMap<String, String>) -> Call<'_> {
        let mut call =
            self.sandbox.run(self.sandbox.tools().join("sh")).args(["-c", SEE]).cwd(self.sandbox.outside("other"));
        for (name, value) in variables {
            call = call.env(name, value);
        }
        call
    }

    #[track_caller]
    fn has_pinned_go(output: Output) {
        output.succeeds().prints("go version go1.22.90 [OS]/[ARCH]\nlocal\n1.22.90 1 [ROOT]\n").says_exactly("");
    }
}

/// What a later step does.
const SEE: &str = "go version; go env GOTOOLCHAIN; echo \"${GVR_VERSION-} ${GVR_STRICT-} ${GVR_ROOT-}\"";

/// Lines of `NAME=value`.
fn pairs(text: &str) -> BTreeMap<String, String> {
    let pair = |line: &str| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    text.lines().map(|line| pair(line).unwrap_or_else(|| panic!("{line}"))).collect()
}

const GITHUB: [(&str, &str); 6] = [
    ("GITHUB_ACTIONS", "true"),
    ("GITHUB_PATH", "@path"),
    ("GITHUB_ENV", "@env"),
    ("GITHUB_OUTPUT", "@output"),
    ("GITHUB_STEP_SUMMARY", "@summary"),
    ("RUNNER_TEMP", "@temp"),
];

#[test]
fn github_gets_its_files() {
    let runner = Runner::new();
    // A step that was there before, and did not end its line.
    fs::write(runner.files.join("env"), "OTHER=1").unwrap();
    let output = runner.gvr(&GITHUB, &[]).run().succeeds();
    let matcher = runner.files.join("temp/gvr-go.json");
    assert_eq!(
        output.stdout,
        format!("::add-matcher::{}\n", matcher.display())
            .replace(runner.sandbox.outside("").to_str().unwrap().trim_end_matches('/'), "[SANDBOX]")
    );
    assert_eq!(runner.shown(&runner.file("path")), "[ROOT]/shims\n");
    assert_eq!(
        runner.shown(&runner.file("env")),
        "OTHER=1\nGVR_ROOT=[ROOT]\nGVR_VERSION=1.22.90\nGVR_STRICT=1\nGVR_CACHE_KEY=gvr-[PLATFORM]-1.22.90\n"
    );
    let outputs = "go-version=1.22.90\ncache-key=gvr-[PLATFORM]-1.22.90\ncache-path=[ROOT]/versions/1.22.90\n";
    assert_eq!(runner.shown(&runner.file("output")), outputs);
    let summary = runner.file("summary");
    for text in ["### Go 1.22.90\n", "/work/.go-version:1`", "| State | installed now: 1.22.90 |"] {
        assert!(summary.contains(text), "{summary}");
    }
    let mut variables = pairs(&runner.file("env"));
    let before = runner.path.to_str().unwrap();
    // As the runner does: each line of the file comes before the last one.
    let path = runner.file("path").lines().fold(before.to_owned(), |path, folder| format!("{folder}:{path}"));
    variables.insert("PATH".to_owned(), path);
    Runner::has_pinned_go(runner.step(&variables).run());
    // A second time nothing is fetched, and the step says so.
    runner.gvr(&GITHUB, &["--offline"]).run().succeeds();
    assert!(runner.file("summary").contains("| State | was there already |"));
}

#[test]
fn github_gets_outputs_before_anything_is_installed() {
    let runner = Runner::new();
    let output = runner.gvr(&GITHUB, &["--cache-key"]).run().succeeds().says("work/.go-version:1 asks for 1.22.90");
    assert_eq!(output.stdout, "gvr-[PLATFORM]-1.22.90\n");
    assert_eq!(runner.sandbox.installed(), [""; 0]);
    assert!(runner.file("output").starts_with("go-version=1.22.90\ncache-key=gvr-"));
    for file in ["path", "env", "summary"] {
        assert_eq!(runner.file(file), "");
    }
}

#[test]
fn several_versions_have_one_key_and_several_folders() {
    let runner = Runner::new();
    runner.sandbox.write(".go-version", "1.23.90\n1.22\n");
    runner.gvr(&GITHUB, &[]).run().succeeds();
    assert_eq!(
        runner.shown(&runner.file("output")),
        "go-version=1.23.90:1.22.90\ncache-key=gvr-[PLATFORM]-1.23.90-1.22.90\ncache-path<<gvr-end-of-value\n\
         [ROOT]/versions/1.23.90\n[ROOT]/versions/1.22.90\ngvr-end-of-value\n"
    );
    assert!(runner.file("env").contains("GVR_VERSION=1.23.90:1.22.90\n"));
}

#[test]
fn a_provider_without_its_files_is_an_error() {
    let runner = Runner::new();
    let output =
        runner.gvr(&[("GITHUB_ACTIONS", "true"), ("GITHUB_PATH", "@path")], &[]).run().fails_with(1).prints("");
    output.says("gvr: GITHUB_ENV is not set, so github cannot be told\n  to have lines for a shell instead: gvr ci --provider shell");
    runner.gvr(&[("CIRCLECI", "true")], &[]).run().fails_with(1).says("BASH_ENV is not set");
    assert_eq!(runner.sandbox.installed(), [""; 0], "who cannot be told needs nothing installed");
    let nowhere = [("CIRCLECI", "true"), ("BASH_ENV", "@no/such/folder/env")];
    runner.gvr(&nowhere, &[]).run().fails_with(1).says("cannot write to [SANDBOX]/runner/no/such/folder/env: ");
}

/// A job whose steps are one shell, which takes the lines over.
#[track_caller]
fn is_evaluated(variable: Option<(&str, &str)>, arguments: &str, notes: &str) {
    let runner = Runner::new();
    let program = env!("CARGO_BIN_EXE_gvr");
    let other = runner.sandbox.outside("other");
    for shell in ["sh", "bash", "zsh", "ksh"] {
        let Some(path) = tool(shell) else { continue };
        // Twice, as where a job's parts are shells of their own that are one after all.
        let script = format!(
            "set -eu\nlines=$({program} ci {arguments})\neval \"$lines\"\neval \"$lines\"\ncd {}\n{SEE}\necho \"$PATH\"\n",
            other.display()
        );
        let mut call = runner.sandbox.run(path).args(["-c", &script]);
        if let Some((name, value)) = variable {
            call = call.env(name, value);
        }
        let output = call.run().succeeds();
        let expected =
            "go version go1.22.90 [OS]/[ARCH]\nlocal\n1.22.90 1 [ROOT]\n[ROOT]/shims:[SANDBOX]/usr-local-go/bin:";
        assert!(output.stdout.starts_with(expected), "{shell}: {output}");
        assert_eq!(output.stdout.matches("[ROOT]/shims").count(), 1, "{shell}: {output}");
        assert_eq!(output.stderr.contains("no known pipeline"), notes == "unknown", "{output}");
    }
}

#[test]
fn gitlab_evaluates() {
    is_evaluated(Some(("GITLAB_CI", "true")), "", "");
}

#[test]
fn buildkite_evaluates() {
    is_evaluated(Some(("BUILDKITE", "true")), "", "");
}

#[test]
fn an_unknown_provider_evaluates_and_is_told_how() {
    is_evaluated(None, "", "unknown");
    is_evaluated(Some(("TF_BUILD", "True")), "--provider shell", "unknown");
}

#[test]
fn a_failure_ends_also_the_shell_that_evaluates_at_once() {
    let runner = Runner::new();
    let program = env!("CARGO_BIN_EXE_gvr");
    let evaluate = |arguments: &str| {
        let script = format!("set -e\neval \"$({program} ci {arguments})\"\necho went on\n");
        runner.sandbox.run(runner.sandbox.tools().join("sh")).args(["-c", &script]).run()
    };
    evaluate("1.99.0").fails_with(2).prints("").says("1.99.0");
    evaluate("").succeeds().prints("went on\n");
    // Who is no shell gets no lines for one.
    runner.gvr(&[("TF_BUILD", "True")], &["1.99.0"]).run().fails_with(2).prints("");
    runner.gvr(&[], &["--json", "1.99.0"]).run().fails_with(2).prints("");
}

#[test]
fn circleci_reads_its_file_before_each_step() {
    let runner = Runner::new();
    let circle = [("CIRCLECI", "true"), ("BASH_ENV", "@bash_env")];
    for _ in 0..2 {
        runner.gvr(&circle, &[]).run().succeeds().prints("");
    }
    let Some(bash) = tool("bash") else { return };
    let step = runner.sandbox.run(bash).args(["-e", "-o", "pipefail", "-c", SEE]).cwd(runner.sandbox.outside("other"));
    Runner::has_pinned_go(step.env("BASH_ENV", runner.files.join("bash_env")).run());
}

#[test]
fn azure_reads_its_lines() {
    let runner = Runner::new();
    let output = runner.gvr(&[("TF_BUILD", "True")], &[]).run().succeeds();
    let mut variables = BTreeMap::new();
    let mut path = runner.path.to_str().unwrap().to_owned();
    let real = |text: &str| text.replace("[ROOT]", runner.sandbox.root().to_str().unwrap()).replace("%AZP25", "%");
    for line in output.lines() {
        let (command, value) = line.strip_prefix("##vso[task.").and_then(|rest| rest.split_once(']')).unwrap();
        if let Some(("setvariable", name)) = command.split_once(" variable=") {
            variables.insert(name.to_owned(), real(value));
        } else {
            assert_eq!(command, "prependpath", "{line}");
            path = format!("{}:{path}", real(value));
        }
    }
    variables.insert("PATH".to_owned(), path);
    Runner::has_pinned_go(runner.step(&variables).run());
}

#[test]
fn a_dockerfile_has_the_same_for_all_that_comes_after() {
    let runner = Runner::new();
    let output = runner.gvr(&[], &["--provider", "docker"]).run().succeeds();
    let expected =
        "ENV PATH=\"[ROOT]/shims:$PATH\"\nENV GVR_ROOT=\"[ROOT]\"\nENV GVR_VERSION=\"1.22.90\"\nENV GVR_STRICT=\"1\"\n";
    assert_eq!(output.stdout, expected);
    // ENV's double quotes and its $ are a shell's.
    let script = output.stdout.replace("ENV ", "export ").replace("[ROOT]", runner.sandbox.root().to_str().unwrap());
    let call = runner.sandbox.run(runner.sandbox.tools().join("sh")).args(["-c", &format!("{script}{SEE}")]);
    Runner::has_pinned_go(call.cwd(runner.sandbox.outside("other")).run());
    let output = runner.gvr(&[], &[]).run().succeeds();
    output.says("  in a Dockerfile: ENV PATH=\"[ROOT]/shims:$PATH\"\n");
}
