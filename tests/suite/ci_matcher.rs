//! The problem matchers that `gvr ci` gives GitHub's runner: what they find in the output of Go's programs, and what not.

use gvr_testkit::host_platform;
use regex_lite::Regex;

use crate::common::Sandbox;

/// The matchers' patterns: regular expression, and which of its groups are file, line, column and message.
fn patterns() -> Vec<(Regex, [Option<u64>; 4])> {
    let sandbox = Sandbox::with_versions(&["1.22.90"]);
    let mut call = sandbox.gvr(["ci", "--offline", "1.22.90"]).env("GITHUB_ACTIONS", "true");
    for name in ["GITHUB_PATH", "GITHUB_ENV"] {
        call = call.env(name, sandbox.home().join(name));
    }
    let lines = call.env("RUNNER_TEMP", sandbox.work()).run().succeeds().stdout;
    assert_eq!(lines, "::add-matcher::[HOME]/work/gvr-go.json\n");
    let text = sandbox.read("gvr-go.json").unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let matchers = json["problemMatcher"].as_array().unwrap();
    let pattern = |matcher: &serde_json::Value| {
        let [pattern] = matcher["pattern"].as_array().unwrap().as_slice() else { panic!("{matcher}") };
        assert!(matcher["owner"].is_string(), "{matcher}");
        let groups = ["file", "line", "column", "message"].map(|name| pattern[name].as_u64());
        (Regex::new(pattern["regexp"].as_str().unwrap()).unwrap(), groups)
    };
    matchers.iter().map(pattern).collect()
}

/// What is found: file, line, column, message; `-` where there is none.
fn found(patterns: &[(Regex, [Option<u64>; 4])], line: &str) -> Vec<String> {
    let found = |(regex, groups): &(Regex, [Option<u64>; 4])| {
        let captures = regex.captures(line)?;
        let text = |group: &Option<u64>| {
            let group = captures.get(usize::try_from((*group)?).ok()?)?;
            Some(group.as_str().to_owned())
        };
        Some(groups.iter().map(|group| text(group).unwrap_or_else(|| "-".to_owned())).collect::<Vec<_>>().join("|"))
    };
    patterns.iter().filter_map(found).collect()
}

#[test]
fn errors_of_go_are_found_and_nothing_else_is() {
    let patterns = patterns();
    for (line, expected) in [
        ("./main.go:3:5: undefined: x", "./main.go|3|5|undefined: x"),
        ("vet: ./main.go:3:5: undefined: x", "./main.go|3|5|undefined: x"),
        ("internal/a b/c.go:12:1: missing return", "internal/a b/c.go|12|1|missing return"),
        ("    main_test.go:7: got 1, want 2", "main_test.go|7|-|got 1, want 2"),
        ("go.mod:3: unknown directive: gone", "go.mod|3|-|unknown directive: gone"),
        ("/src/go.work:1:2: no such file", "/src/go.work|1|2|no such file"),
        (
            "go: go.mod requires go >= 1.24 (running go 1.22.5; GOTOOLCHAIN=local)",
            "-|-|-|go.mod requires go >= 1.24 (running go 1.22.5; GOTOOLCHAIN=local)",
        ),
        (
            "go: example.com/m@v1.2.3 requires go >= 1.24 (running go 1.22.5; GOTOOLCHAIN=local)",
            "-|-|-|example.com/m@v1.2.3 requires go >= 1.24 (running go 1.22.5; GOTOOLCHAIN=local)",
        ),
    ] {
        assert_eq!(found(&patterns, line), [expected], "{line}");
    }
    for line in [
        "go: downloading example.com/m v1.2.3",
        "2026/01/31 12:00:00 main.go:3: a log's line",
        "ok  \texample.com/m\t0.012s",
        "--- FAIL: TestX (0.00s)",
        "main.go: 3 lines",
        "http://example.com:80/a.go:text",
        &format!("go version go1.22.90 {}", host_platform()),
    ] {
        assert_eq!(found(&patterns, line), [""; 0], "{line}");
    }
}
