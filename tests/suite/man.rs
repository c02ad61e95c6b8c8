//! `gvr man`: a manual page for gvr and one for each command.

use crate::common::{Sandbox, entries, tool};

#[test]
fn a_page_for_each_command() {
    let sandbox = Sandbox::new();
    sandbox.gvr(["man", "share/man/man1"]).run().succeeds().stays_silent();
    let folder = sandbox.work().join("share/man/man1");
    let pages = entries(&folder);
    let commands = sandbox.gvr(["commands"]).run().succeeds();
    for command in commands.lines().into_iter().filter(|command| *command != "help") {
        assert!(pages.contains(&format!("gvr-{command}.1")), "{command}: {pages:?}");
    }
    assert!(pages.contains(&"gvr.1".to_owned()) && !pages.iter().any(|page| page.contains("sh-")), "{pages:?}");
    let page = sandbox.read("share/man/man1/gvr-local.1").unwrap();
    assert!(page.contains("\\-\\-unset") && page.contains(".TH"), "{page}");
    // Where man is, it reads them.
    let Some(man) = tool("man") else { return };
    let output =
        sandbox.run(man).args(["--local-file", "gvr-local.1"]).cwd("share/man/man1").env("PATH", "/usr/bin:/bin").run();
    assert!(output.code == 0 && output.stdout.contains("--unset"), "{output}");
}
