//! Programs of the machine that some tests need.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use gvr_testkit::Invocation;

/// The folders in which a test looks for a program; never the PATH of whoever runs the tests.
const FOLDERS: [&str; 5] = ["/usr/bin", "/bin", "/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin"];

/// A program by its name; `None`, and a line on stderr, where it is not there or `GVR_TEST_SKIP` names it.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    if is_skipped(name) {
        say_left_out(format_args!("what needs {name}, as GVR_TEST_SKIP says"));
        return None;
    }
    let found = find(name);
    if found.is_none() {
        say_left_out(format_args!("what needs {name}, as it is not installed"));
    }
    found
}

/// Whether `GVR_TEST_SKIP`, a list of words, names this.
pub(crate) fn is_skipped(name: &str) -> bool {
    let skipped = std::env::var("GVR_TEST_SKIP").unwrap_or_default();
    skipped.split([',', ' ']).any(|skipped| skipped == name)
}

/// Says that something was not tested. A test that passes has its `eprintln!` swallowed; this is not.
pub(crate) fn say_left_out(what: impl Display) {
    // Where stderr is closed there is nobody to tell.
    let _ = writeln!(io::stderr(), "left out: {what}");
}

/// A program by its name, without a word where it is missing.
pub(super) fn find(name: &str) -> Option<PathBuf> {
    FOLDERS.iter().map(|folder| Path::new(folder).join(name)).find(|path| path.is_file())
}

/// Whether the tests run as root, whom no permission stops.
pub(crate) fn is_root() -> bool {
    find("id").is_some_and(|id| Invocation::new(id).arg("-u").run().stdout == b"0\n")
}
