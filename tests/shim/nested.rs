//! `go` that calls `go`: each call goes by the folder that it is made in, and nothing of one call colours the next.

use std::collections::BTreeSet;

use gvr_testkit::Invocation;

use crate::lab::{Lab, lines, path_of};
use crate::tools::tool;

const VERSIONS: [&str; 5] = ["1.20.14", "1.21.13", "1.22.5", "1.23.1", "1.24.11"];

/// A `go` that goes down into the next folder and calls `go` there, as `go generate` may. Like Go itself it tells its
/// children its GOROOT.
fn descending(version: &str) -> String {
    format!(
        "#!/bin/sh\nroot=${{0%/bin/*}}\necho \"{version} in ${{PWD##*/}} by $0, GOROOT ${{GOROOT-unset}}\"\n\
         [ $# -gt 0 ] || exit 0\ncd \"$1\" && shift\nGOROOT=$root\nexport GOROOT\ngo \"$@\"\n"
    )
}

#[test]
fn each_level_runs_the_version_of_its_own_folder() {
    let lab = Lab::with(&VERSIONS);
    let mut folder = "work".to_owned();
    for (level, version) in VERSIONS.iter().enumerate() {
        lab.replace_go(version, descending(version));
        lab.write(&format!("{folder}/.go-version"), format!("{version}\n"));
        folder = format!("{folder}/level{}", level + 1);
    }
    let folders = ["level1", "level2", "level3", "level4"];
    let line = |(folder, version): (&str, &str)| {
        format!("{version} in {folder} by [LAB]/root/versions/{version}/bin/go, GOROOT unset\n")
    };
    let expected: String = ["work"].into_iter().chain(folders).zip(VERSIONS).map(line).collect();
    let finished = lab.go(&folders).env("GOROOT", "/stale").env("PWD", lab.work()).run();
    assert_eq!((finished.code, lab.text(&finished.stdout)), (Some(0), expected), "{finished:?}");
}

#[test]
fn a_version_that_the_environment_asks_for_holds_for_children_in_other_folders() {
    let lab = Lab::with(&VERSIONS);
    for (folder, version) in [("work", "1.20.14"), ("work/deep", "1.24.11")] {
        lab.write(&format!("{folder}/.go-version"), format!("{version}\n"));
    }
    for version in VERSIONS {
        lab.replace_go(version, descending(version));
    }
    let finished = lab.go(&["deep"]).env("GVR_VERSION", "1.22.5").run();
    assert!(lines(&finished).iter().all(|line| line.starts_with("1.22.5 in ")), "{finished:?}");
    // `+1.22.5` is said once and means that one call.
    let finished = lab.go(&["+1.22.5", "deep"]).run();
    let versions: Vec<_> = lines(&finished).iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(versions, ["1.22.5", "1.24.11"], "{finished:?}");
}

/// The variables that each shell sets by itself.
const OF_SHELLS: [&str; 5] = ["_", "OLDPWD", "PWD", "SHLVL", "__CF_USER_TEXT_ENCODING"];

/// The environment at the end of a chain of calls, each of which is made by the one before.
fn environment_after(lab: &Lab, calls: &[&str], variables: &[(&str, &str)]) -> BTreeSet<String> {
    let mut call = lab.call(calls[0]).args(&calls[1..]);
    call = call.env("PATH", path_of(&[lab.root().join("shims"), "/usr/bin".into(), "/bin".into()]));
    for (name, value) in variables {
        call = call.env(name, value);
    }
    let finished = call.run();
    assert_eq!((finished.code, lab.text(&finished.stderr).as_str()), (Some(0), ""), "{calls:?}");
    let is_ours = |line: &String| !OF_SHELLS.contains(&line.split('=').next().unwrap());
    let lines = lines(&finished);
    let kept: BTreeSet<_> = lines.iter().filter(|line| is_ours(line)).cloned().collect();
    assert_eq!(kept.len(), lines.iter().filter(|line| is_ours(line)).count(), "a variable is there twice: {lines:?}");
    kept
}

#[test]
fn a_call_within_a_call_sees_the_environment_of_one_call() {
    let lab = Lab::with(&["1.22.5"]);
    lab.write("work/.go-version", "1.22.5\n");
    let direct = lab.replace_go("1.22.5", "#!/bin/sh\nexec /usr/bin/env \"$@\"\n");
    let (shim, direct) = (lab.shim("go"), direct.to_str().unwrap().to_owned());
    let shim = shim.to_str().unwrap();
    let settings = lab.write("go.env", "GOTOOLCHAIN=go1.99.0+path\n");
    let settings = settings.to_str().unwrap();
    let given = [("GOPATH", "/p"), ("GOFLAGS", "-v  -x"), ("EMPTY", ""), ("GVR_DIR", ""), ("TEXT", "a=b; $c 'd'")];
    for (more, added) in [
        (vec![], None),
        (vec![("GOTOOLCHAIN", "auto")], None),
        (vec![("GVR_STRICT", "1")], Some("GOTOOLCHAIN=local")),
        (vec![("GOENV", settings)], Some("GOTOOLCHAIN=path")),
    ] {
        let variables = [&given[..], &more].concat();
        let mut expected = environment_after(&lab, &[&direct], &variables);
        expected.extend(added.map(str::to_owned));
        let stale = [&variables[..], &[("GOROOT", "/stale")]].concat();
        for calls in [vec![shim], vec![shim, "go"], vec![shim, "go", "go", "go", "go"]] {
            assert_eq!(environment_after(&lab, &calls, &stale), expected, "{calls:?} with {more:?}");
        }
    }
}

/// A folder for each of many jobs, with pins in turn.
fn folders_of_jobs(lab: &Lab, count: usize) -> Vec<String> {
    let expected = (0..count).map(|job| {
        let version = VERSIONS[job % VERSIONS.len()];
        lab.write(&format!("work/job{job}/.go-version"), format!("{version}\n"));
        format!("job{job} go{version}")
    });
    expected.collect()
}

#[track_caller]
fn each_ran_its_own(jobs: Invocation, lab: &Lab, mut expected: Vec<String>) {
    let finished = jobs.run();
    assert_eq!((finished.code, lab.text(&finished.stderr).as_str()), (Some(0), ""));
    let mut ran = lines(&finished);
    ran.sort();
    expected.sort();
    assert_eq!(ran, expected);
}

#[test]
fn many_at_once_each_run_their_own_version() {
    let lab = Lab::with(&VERSIONS);
    let expected = folders_of_jobs(&lab, 40);
    let script = "for folder in job*; do ( cd \"$folder\" && echo \"$folder $(go env GOVERSION)\" ) & done; wait";
    each_ran_its_own(lab.call("/bin/sh").args(["-c", script]), &lab, expected);
}

#[test]
fn jobs_of_make_each_run_their_own_version() {
    let Some(make) = tool("make") else { return };
    let lab = Lab::with(&VERSIONS);
    let expected = folders_of_jobs(&lab, 40);
    lab.write(
        "work/Makefile",
        "JOBS := $(wildcard job*)\nall: $(JOBS)\n.PHONY: all $(JOBS)\n$(JOBS):\n\
         \t@cd $@ && echo \"$@ $$(go env GOVERSION)\"\n",
    );
    let path = path_of(&[lab.root().join("shims"), "/usr/bin".into(), "/bin".into()]);
    each_ran_its_own(lab.call(make).args(["-s", "-j8"]).env("PATH", path), &lab, expected);
}
