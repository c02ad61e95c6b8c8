//! Programs of the machine that some tests need.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use gvr_testkit::{Invocation, Signal};

/// The folders in which a test looks for a program; never the PATH of whoever runs the tests.
const FOLDERS: [&str; 4] = ["/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin"];

/// A program by its name; `None`, and a line on stderr, where it is not there or `GVR_TEST_SKIP` names it.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    let skipped = std::env::var("GVR_TEST_SKIP").unwrap_or_default();
    let reason = if skipped.split([',', ' ']).any(|word| word == name) {
        "as GVR_TEST_SKIP says"
    } else {
        match FOLDERS.iter().map(|folder| Path::new(folder).join(name)).find(|path| path.is_file()) {
            Some(path) => return Some(path),
            None => "as it is not installed",
        }
    };
    say_left_out(format_args!("what needs {name}, {reason}"));
    None
}

/// Says that something was not tested. A test that passes has its `eprintln!` swallowed; this is not.
pub(crate) fn say_left_out(what: impl Display) {
    // Where stderr is closed there is nobody to tell.
    let _ = writeln!(io::stderr(), "left out: {what}");
}

/// Whether programs that are started here ignore a signal, as below `nohup` and in the background of a script.
pub(crate) fn is_ignored(signal: Signal) -> bool {
    let is_ignored = gvr_testkit::is_ignored(signal);
    if is_ignored {
        say_left_out(format_args!("{signal:?}, as these tests were started with it ignored"));
    }
    is_ignored
}

/// Whether the tests run as root, whom no permission stops.
pub(crate) fn is_root() -> bool {
    Invocation::new("/usr/bin/id").arg("-u").run().stdout == b"0\n"
}
