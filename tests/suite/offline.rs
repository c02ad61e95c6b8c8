//! `GVR_OFFLINE=1` opens no socket, whatever is asked for.

use std::fs;

use gvr_testkit::FakeToolchain;

use crate::common::{Sandbox, tool};

#[test]
fn no_command_opens_a_socket() {
    let Some(strace) = tool("strace") else { return };
    let mut sandbox = Sandbox::with_dist(&["1.22.90", "1.23.90"]);
    sandbox.gvr(["install", "--keep", "1.22.90"]).run().succeeds();
    let archive = FakeToolchain::native("1.23.90");
    let file = sandbox.write(archive.archive_name(), archive.archive());
    sandbox.write(".go-version", "1.22.90\n");
    sandbox.gvr(["lock"]).run().succeeds();
    sandbox.set("GVR_OFFLINE", "1");
    sandbox.set("GVR_MIRROR", "http://127.0.0.1:1/mirror");
    sandbox.set("GVR_GOPROXY", "http://127.0.0.1:1/proxy|direct");
    sandbox.server().forget_requests();
    let connections = sandbox.server().connections();
    let log = sandbox.outside("trace").join("log");
    let file = file.display().to_string();
    for (arguments, code) in [
        (&["versions"][..], 0),
        (&["versions", "--remote"], 0),
        (&["install", "--force", "1.22.90"], 0),
        (&["install", "1.22.91"], 3),
        (&["install", "--refresh", "1.23"], 3),
        (&["install", "1.23.1"], 3),
        (&["install", &file], 0),
        (&["latest", "--print"], 0),
        (&["verify"], 0),
        (&["provenance", "1.22.90"], 0),
        (&["lock", "--check"], 0),
        (&["mirror", "sync", "mirror", "1.22.90"], 3),
        (&["exec", "1.22.90", "go", "version"], 0),
        (&["explain"], 0),
    ] {
        let options = ["-f", "-qq", "-e", "trace=socket,connect", "-o"].map(str::to_owned);
        let options = options.into_iter().chain([log.display().to_string()]);
        let output = sandbox.gvr(arguments).through(&strace, options).run();
        let trace = fs::read_to_string(&log).unwrap_or_default();
        let opened: Vec<_> = trace.lines().filter(|line| line.contains("AF_INET")).collect();
        assert!(opened.is_empty(), "{arguments:?}: {opened:?}");
        assert_eq!(output.code, code, "{arguments:?}: {output}");
    }
    assert_eq!(sandbox.server().connections(), connections);
}
