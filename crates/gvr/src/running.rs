//! Which processes run programs of a toolchain: one that is at work must not lose its files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A process at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) id: u32,
    pub(crate) program: PathBuf,
}

/// The processes whose program lies below `folder`, as far as this user may know of them.
pub(crate) fn below(folder: &Path) -> Vec<Process> {
    // What the kernel names has no links in it.
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let all = from_proc().unwrap_or_else(from_ps);
    all.into_iter().filter(|process| process.program.starts_with(&folder)).collect()
}

/// Linux: each process has a folder with a link to its program.
fn from_proc() -> Option<Vec<Process>> {
    let own = Path::new("/proc/self/exe");
    fs::read_link(own).ok()?;
    let processes = fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        Some(Process { id, program: fs::read_link(entry.path().join("exe")).ok()? })
    });
    Some(processes.collect())
}

/// Elsewhere `ps` knows; on macOS `comm` is the path that was called.
fn from_ps() -> Vec<Process> {
    let output = Command::new("/bin/ps").args(["-axo", "pid=,comm="]).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().filter_map(parse).collect()
}

fn parse(line: &str) -> Option<Process> {
    let (id, program) = line.trim().split_once(' ')?;
    Some(Process { id: id.parse().ok()?, program: PathBuf::from(program.trim_start()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_ps_says() {
        let line = "  4711 /Users/me/.gvr/versions/1.22.5/bin/go";
        let expected = Process { id: 4711, program: PathBuf::from("/Users/me/.gvr/versions/1.22.5/bin/go") };
        assert_eq!(parse(line), Some(expected));
        assert_eq!(parse("PID COMM"), None);
    }

    #[test]
    fn finds_this_very_process() {
        let own = std::env::current_exe().unwrap().canonicalize().unwrap();
        let found = below(own.parent().unwrap());
        assert!(found.iter().any(|process| process.id == std::process::id()), "{found:?}");
        assert_eq!(below(Path::new("/nonexistent")), []);
    }
}
