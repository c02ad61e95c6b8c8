//! `.github/actions/setup-gvr`, run step by step as GitHub's runner does, with a cache that is a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use yaml_rust2::{Yaml, YamlLoader};

use crate::common::{Output, Sandbox, tool};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.github/actions/setup-gvr/action.yml");

fn action() -> Yaml {
    YamlLoader::load_from_str(&fs::read_to_string(PATH).unwrap()).unwrap().remove(0)
}

fn steps(action: &Yaml) -> &[Yaml] {
    action["runs"]["steps"].as_vec().unwrap()
}

fn text(yaml: &Yaml) -> &str {
    yaml.as_str().unwrap_or_else(|| panic!("no text: {yaml:?}"))
}

/// What stands between `${{` and `}}` anywhere in a value.
fn expressions(text: &str) -> Vec<&str> {
    text.split("${{").skip(1).map(|rest| rest.split_once("}}").unwrap().0.trim()).collect()
}

#[test]
fn every_word_of_it_leads_somewhere() {
    let action = action();
    let source = fs::read_to_string(PATH).unwrap();
    let keys = |yaml: &Yaml| yaml.as_hash().unwrap().keys().map(|key| text(key).to_owned()).collect::<Vec<_>>();
    for input in keys(&action["inputs"]) {
        let (input, page) = (input.as_str(), include_str!("../../docs/ci.md"));
        assert!(source.matches(&format!("inputs.{input}")).count() > 0, "{input} is not used");
        assert!(page.contains(&format!("\n| `{input}` |")), "docs/ci.md says nothing of {input}");
        assert!(!text(&action["inputs"][input]["description"]).is_empty());
    }
    let ids: Vec<_> = steps(&action).iter().filter_map(|step| step["id"].as_str()).collect();
    for expression in expressions(&source) {
        let words = expression.split([' ', '(', ')']).filter(|word| word.contains('.'));
        for word in words {
            let parts: Vec<_> = word.split('.').collect();
            match parts[..] {
                ["inputs", name] => assert!(!action["inputs"][name].is_badvalue(), "{word}"),
                ["steps", id, "outputs", _] => assert!(ids.contains(&id), "{word}"),
                ["github", "action_path"] | ["runner", "environment"] => {}
                _ => panic!("{word} is known to nobody"),
            }
        }
    }
    let help = Sandbox::new().gvr(["ci", "--help"]).run().succeeds().stdout;
    let mut calls = 0;
    for step in steps(&action) {
        if let Some(uses) = step["uses"].as_str() {
            let (_, commit) = uses.split_once('@').unwrap();
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{uses} is not pinned");
            continue;
        }
        let script = text(&step["run"]);
        assert_eq!(expressions(script), [""; 0], "what others write is no code: hand it over by env");
        for line in script.lines().filter(|line| line.contains("\"$GVR\" ci ") || line.contains("arguments+=")) {
            calls += 1;
            let words = line.split([' ', '(', ')', '"']).filter(|word| word.starts_with("--"));
            for flag in words {
                assert!(
                    help.contains(&format!("{flag} ")) || help.contains(&format!("{flag}\n")),
                    "gvr ci has no {flag}"
                );
            }
        }
    }
    assert_eq!(calls, 8);
}

/// A runner that runs the action.
struct Runner {
    sandbox: Sandbox,
    bash: PathBuf,
    /// What was saved, by its key.
    cache: PathBuf,
}

/// What a job has after the action.
struct Job {
    outputs: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
    ran: Vec<String>,
    said: String,
}

impl Runner {
    fn new() -> Option<Self> {
        let sandbox = Sandbox::with_dist(&["1.22.90", "1.23.90"]);
        sandbox.write(".go-version", "1.22.90\n");
        let cache = sandbox.outside("cache");
        Some(Self { sandbox, bash: tool("bash")?, cache })
    }

    #[track_caller]
    fn job(&self, given: &[(&str, &str)], also: &[(&str, &str)]) -> Result<Job, Output> {
        let action = action();
        let mut context = BTreeMap::new();
        for (name, input) in action["inputs"].as_hash().unwrap() {
            context.insert(format!("inputs.{}", text(name)), text(&input["default"]).to_owned());
        }
        context.insert("inputs.gvr".to_owned(), env!("CARGO_BIN_EXE_gvr").to_owned());
        context.insert("github.action_path".to_owned(), self.sandbox.work().display().to_string());
        context.insert("runner.environment".to_owned(), "github-hosted".to_owned());
        for (name, value) in given {
            assert!(context.insert(format!("inputs.{name}"), (*value).to_owned()).is_some(), "{name}");
        }
        let path = self.sandbox.path_of(&[&self.sandbox.tools()]).into_string().unwrap();
        let mut job = Job {
            outputs: BTreeMap::new(),
            environment: BTreeMap::from([("PATH".to_owned(), path)]),
            ran: Vec::new(),
            said: String::new(),
        };
        for step in steps(&action) {
            if let Some(condition) = step["if"].as_str()
                && !is_true(&evaluate(condition, &context))
            {
                continue;
            }
            job.ran.push(text(&step["name"]).to_owned());
            let outputs = match step["uses"].as_str() {
                Some(uses) => self.cache(
                    uses,
                    &fill(text(&step["with"]["key"]), &context),
                    &fill(text(&step["with"]["path"]), &context),
                ),
                None => self.script(step, &context, &mut job, also)?,
            };
            if let Some(id) = step["id"].as_str() {
                context.extend(outputs.into_iter().map(|(name, value)| (format!("steps.{id}.outputs.{name}"), value)));
            }
        }
        for (name, output) in action["outputs"].as_hash().unwrap() {
            job.outputs.insert(text(name).to_owned(), fill(text(&output["value"]), &context));
        }
        Ok(job)
    }

    fn script(
        &self,
        step: &Yaml,
        context: &BTreeMap<String, String>,
        job: &mut Job,
        also: &[(&str, &str)],
    ) -> Result<BTreeMap<String, String>, Output> {
        let files = self.sandbox.outside("files");
        let file = |name: &str| files.join(name);
        let names = ["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"];
        let script = self.sandbox.write("../script.sh", text(&step["run"]));
        let mut call = self.sandbox.run(&self.bash).args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(script);
        call = call.env("GITHUB_ACTIONS", "true").env("RUNNER_TEMP", self.sandbox.outside("temp"));
        for name in names {
            fs::write(file(name), "").unwrap();
            call = call.env(name, file(name));
        }
        for (name, value) in &job.environment {
            call = call.env(name, value);
        }
        for (name, value) in also {
            call = call.env(name, value);
        }
        if let Some(environment) = step["env"].as_hash() {
            for (name, value) in environment {
                call = call.env(text(name), fill(text(value), context));
            }
        }
        if let Some(folder) = step["working-directory"].as_str() {
            call = call.cwd(fill(folder, context));
        }
        let output = call.run();
        job.said.push_str(&output.stderr);
        if output.code != 0 {
            return Err(output);
        }
        let read = |name: &str| fs::read_to_string(file(name)).unwrap();
        let pairs = |text: String| {
            let pair = |line: &str| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
            text.lines().map(|line| pair(line).unwrap_or_else(|| panic!("{line}"))).collect::<BTreeMap<_, _>>()
        };
        job.environment.extend(pairs(read("GITHUB_ENV")));
        for folder in read("GITHUB_PATH").lines() {
            let path = format!("{folder}:{}", job.environment["PATH"]);
            job.environment.insert("PATH".to_owned(), path);
        }
        Ok(pairs(read("GITHUB_OUTPUT")))
    }

    /// actions/cache, whose save and restore are a copy each.
    fn cache(&self, uses: &str, key: &str, path: &str) -> BTreeMap<String, String> {
        let kept = self.cache.join(key);
        let (from, to) = (Path::new(path), &kept);
        if uses.starts_with("actions/cache/save@") {
            self.copy(from, to);
            return BTreeMap::new();
        }
        assert!(uses.starts_with("actions/cache/restore@"), "{uses}");
        if !kept.exists() {
            return BTreeMap::new();
        }
        self.copy(&kept, from);
        BTreeMap::from([("cache-hit".to_owned(), "true".to_owned())])
    }

    fn copy(&self, from: &Path, to: &Path) {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        self.sandbox.run(tool("cp").unwrap()).arg("-R").arg("-p").arg(from).arg(to).run().succeeds();
    }

    #[track_caller]
    fn has(&self, job: &Job, version: &str) {
        let mut call = self.sandbox.run(self.sandbox.tools().join("sh")).args(["-c", "go version"]);
        for (name, value) in &job.environment {
            call = call.env(name, value);
        }
        let call = call.cwd(self.sandbox.outside("other"));
        call.run().succeeds().prints(&format!("go version go{version} [OS]/[ARCH]\n"));
    }
}

/// A value with its expressions filled in.
fn fill(value: &str, context: &BTreeMap<String, String>) -> String {
    let mut parts = value.split("${{");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (expression, rest) = part.split_once("}}").unwrap();
        filled.push_str(&evaluate(expression.trim(), context));
        filled.push_str(rest);
    }
    filled
}

/// The part of GitHub's expressions that the action uses: `||`, `&&`, `==` and `!=`, texts and names.
fn evaluate(expression: &str, context: &BTreeMap<String, String>) -> String {
    let value = |expression: &str| evaluate(expression, context);
    if let Some((left, right)) = expression.split_once(" || ") {
        let left = value(left);
        return if is_true(&left) { left } else { value(right) };
    }
    if let Some((left, right)) = expression.split_once(" && ") {
        let left = value(left);
        return if is_true(&left) { value(right) } else { left };
    }
    if let Some((left, right)) = expression.split_once(" == ") {
        return (value(left) == value(right)).to_string();
    }
    if let Some((left, right)) = expression.split_once(" != ") {
        return (value(left) != value(right)).to_string();
    }
    match expression.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
        Some(text) => text.to_owned(),
        None => context.get(expression).cloned().unwrap_or_default(),
    }
}

fn is_true(value: &str) -> bool {
    !value.is_empty() && value != "false"
}

const INSTALL: [&str; 3] = ["Find or build gvr", "Choose the version", "Install it"];

#[test]
fn a_go_is_installed_once_and_restored_from_then_on() {
    let Some(runner) = Runner::new() else { return };
    let job = runner.job(&[], &[]).unwrap_or_else(|output| panic!("{output}"));
    assert_eq!(job.ran, ["Find or build gvr", "Choose the version", "Restore it", "Install it", "Save it"]);
    assert_eq!((job.outputs["go-version"].as_str(), job.outputs["cache-hit"].as_str()), ("1.22.90", ""));
    let key = format!("gvr-{}-1.22.90", gvr_testkit::host_platform());
    assert_eq!(job.outputs["cache-key"], key);
    runner.has(&job, "1.22.90");

    // Another machine, without a network.
    let offline = [("GVR_OFFLINE", "1")];
    fs::remove_dir_all(runner.sandbox.root()).unwrap();
    let job = runner.job(&[], &offline).unwrap_or_else(|output| panic!("{output}"));
    let restored =
        ["Find or build gvr", "Choose the version", "Restore it", "Compare it with what was installed", "Install it"];
    assert_eq!(job.ran, restored);
    assert_eq!(job.outputs["cache-hit"], "true");
    runner.has(&job, "1.22.90");

    // What came from the cache is not what was saved: it is installed anew, and where it cannot be, the job fails.
    let changed = runner.cache.join(&key).join("src/fmt/print.go");
    fs::write(changed, "package evil\n").unwrap();
    fs::remove_dir_all(runner.sandbox.root()).unwrap();
    let Err(output) = runner.job(&[], &offline) else { panic!("it used a Go that was changed") };
    output.says("not as it was installed: 1.22.90");
    fs::remove_dir_all(runner.sandbox.root()).unwrap();
    let job = runner.job(&[], &[]).unwrap_or_else(|output| panic!("{output}"));
    assert!(job.said.contains("not as it was installed: 1.22.90"), "{}", job.said);
    runner.has(&job, "1.22.90");
    let text = fs::read_to_string(runner.sandbox.version("1.22.90").join("src/fmt/print.go")).unwrap();
    assert_eq!(text, "package fmt\n");
}

#[test]
fn every_input_does_what_it_says() {
    let Some(runner) = Runner::new() else { return };
    let run = |given: &[(&str, &str)]| runner.job(given, &[]);
    let job = run(&[("go-version", "1.23"), ("cache", "false")]).unwrap_or_else(|output| panic!("{output}"));
    assert_eq!(job.ran, INSTALL);
    assert_eq!(job.environment["GVR_STRICT"], "1");
    runner.has(&job, "1.23.90");
    runner.sandbox.write("sub/go.mod", "module x\ngo 1.23\n");
    for given in
        [[("go-version-file", "sub/go.mod"), ("strict", "true")], [("working-directory", "sub"), ("strict", "false")]]
    {
        let job = run(&given).unwrap_or_else(|output| panic!("{output}"));
        assert_eq!(job.environment["GVR_STRICT"], if given[1].1 == "true" { "1" } else { "0" });
        runner.has(&job, "1.23.90");
    }
    // A gvr is taken from PATH as well, and one that is named by a path from the job's folder.
    let own = Path::new(env!("CARGO_BIN_EXE_gvr")).parent().unwrap();
    let path = runner.sandbox.path_of(&[own, &runner.sandbox.tools()]).into_string().unwrap();
    let job =
        runner.job(&[("gvr", ""), ("cache", "false")], &[("PATH", &path)]).unwrap_or_else(|output| panic!("{output}"));
    runner.has(&job, "1.22.90");
    std::os::unix::fs::symlink(own, runner.sandbox.work().join("bin")).unwrap();
    let job = run(&[("gvr", "bin/gvr"), ("working-directory", "sub")]).unwrap_or_else(|output| panic!("{output}"));
    runner.has(&job, "1.23.90");
    // A module that asks for more stops the job before anything is fetched.
    runner.sandbox.write("go.mod", "module x\ngo 1.24\n");
    let Err(output) = run(&[]) else { panic!("Go would have stopped") };
    output.fails_with(1).says("go.mod:2: 'go 1.24' asks for a newer one");
}
