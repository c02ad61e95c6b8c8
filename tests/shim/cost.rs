//! What a call costs, counted in system calls: no time is measured here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gvr_testkit::{FakeToolchain, Invocation};

use crate::lab::{Lab, path_of};
use crate::tools::tool;

/// The calls by which a process starts another, talks to the network, or changes a file.
const FORBIDDEN: [&str; 22] = [
    "clone",
    "clone3",
    "fork",
    "vfork",
    "socket",
    "connect",
    "creat",
    "mkdir",
    "mkdirat",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "chmod",
    "fchmodat",
    "truncate",
    "ftruncate",
];

fn strace() -> Option<PathBuf> {
    tool("strace")
}

/// The system calls of the shim until it becomes the program, or ends.
fn calls_of_shim(strace: &Path, lab: &Lab, call: Invocation, code: i32) -> Vec<String> {
    let log = lab.path("strace.log");
    let options = ["-f", "-qq", "-s", "0", "-o", log.to_str().unwrap()];
    let finished = call.through(strace, options).run();
    assert_eq!(finished.code, Some(code), "{finished:?}");
    let log = fs::read_to_string(log).unwrap();
    // Each line has the process's number in front; the first is the start of the shim itself.
    let calls = log.lines().map(|line| line.split_once(' ').map_or(line, |(_, call)| call.trim_start()).to_owned());
    let mut until_exec = Vec::new();
    for call in calls.skip(1) {
        let is_exec = call.starts_with("execve(");
        until_exec.push(call);
        if is_exec && until_exec.last().unwrap().ends_with("= 0") {
            break;
        }
    }
    until_exec
}

#[track_caller]
fn is_harmless(calls: &[String], executions: usize) {
    let name = |call: &str| call.split('(').next().unwrap_or_default().to_owned();
    let execs: Vec<_> = calls.iter().filter(|call| name(call).starts_with("execve")).collect();
    assert_eq!(execs.len(), executions, "{calls:#?}");
    for call in calls {
        assert!(!FORBIDDEN.contains(&name(call).as_str()), "{call}\n{calls:#?}");
        let opens = ["open", "openat", "openat2"].contains(&name(call).as_str());
        let writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"].iter().any(|flag| call.contains(flag));
        assert!(!(opens && writes), "{call}\n{calls:#?}");
    }
}

/// Puts a program of the system's there. Another process writes it: a child that another test starts at that moment would
/// inherit the open file, and the kernel runs no file that somebody may write to.
fn put_true(path: &Path) {
    let copied = Command::new("cp").arg("/bin/true").arg(path).status().unwrap();
    assert!(copied.success(), "{copied}");
}

/// A store in which `go` is a program of the system, so that nothing but the shim runs under the eyes of strace.
fn lab() -> Lab {
    let lab = Lab::with(&["1.22.5", "1.22.10"]);
    for version in ["1.22.5", "1.22.10"] {
        put_true(&lab.version(version).join("bin/go"));
    }
    lab
}

#[test]
fn a_pinned_version_costs_one_execve_and_writes_nothing() {
    let Some(strace) = strace() else { return };
    let lab = lab();
    lab.write("work/.go-version", "1.22.5\n");
    is_harmless(&calls_of_shim(&strace, &lab, lab.go(&["version"]), 0), 1);
    lab.write("work/.go-version", "1.22\n");
    is_harmless(&calls_of_shim(&strace, &lab, lab.go(&["version"]), 0), 1);
}

#[test]
fn a_minimum_costs_no_more() {
    let Some(strace) = strace() else { return };
    let lab = lab();
    lab.write("root/version", "1.22.5\n");
    lab.write("work/go.mod", "module x\n\ngo 1.22.7\n");
    is_harmless(&calls_of_shim(&strace, &lab, lab.go(&["version"]), 0), 1);
}

#[test]
fn the_systems_go_costs_no_more() {
    let Some(strace) = strace() else { return };
    let lab = lab();
    FakeToolchain::native("1.20.1").write_to(&lab.path("usr")).unwrap();
    put_true(&lab.path("usr/bin/go"));
    let path = path_of(&[lab.root().join("shims"), lab.path("usr/bin")]);
    is_harmless(&calls_of_shim(&strace, &lab, lab.go(&["version"]).env("PATH", path), 0), 1);
}

#[test]
fn a_miss_starts_nothing() {
    let Some(strace) = strace() else { return };
    let lab = lab();
    is_harmless(&calls_of_shim(&strace, &lab, lab.go(&["version"]), 127), 0);
    lab.write("work/.go-version", "1.99.0\n");
    is_harmless(&calls_of_shim(&strace, &lab, lab.go(&["version"]), 127), 0);
}

/// What the shim itself does, without the loader and libc before it: its first act is to ask for its own file. A static
/// libc asks for that too, before.
fn own_calls(calls: &[String]) -> &[String] {
    let first = calls.iter().rposition(|call| call.contains("/proc/self/exe") || call.starts_with("readlink"));
    &calls[first.unwrap_or_else(|| panic!("the shim asked for its own file in none of {calls:#?}"))..]
}

fn count(calls: &[String], names: &[&str]) -> usize {
    calls.iter().filter(|call| names.contains(&call.split('(').next().unwrap_or_default())).count()
}

#[test]
fn each_folder_on_the_way_up_costs_four_look_ups() {
    const LEVELS: usize = 20;
    let Some(strace) = strace() else { return };
    let lab = lab();
    lab.write("work/.go-version", "1.22.5\n");
    let deep = (0..LEVELS).fold(lab.work(), |folder, level| folder.join(format!("level{level}")));
    fs::create_dir_all(&deep).unwrap();
    let call = |folder: &Path| lab.go(&["version"]).cwd(folder).env("PWD", folder);
    let near = calls_of_shim(&strace, &lab, call(&lab.work()), 0);
    let far = calls_of_shim(&strace, &lab, call(&deep), 0);
    let (near, far) = (own_calls(&near), own_calls(&far));
    let look_ups = |calls: &[String]| count(calls, &["stat", "statx", "newfstatat", "fstatat64"]);
    assert_eq!(look_ups(far) - look_ups(near), 4 * LEVELS, "{far:#?}");
    // Every seventh folder is held open, in place of the one before. Unoptimised, std asks of each file it closes whether
    // it was open.
    let all = |calls: &[String]| calls.len() - count(calls, &["fcntl"]);
    assert_eq!(all(far) - all(near), 4 * LEVELS + 2 * (LEVELS / 7), "{far:#?}");
    let opens = count(far, &["open", "openat", "openat2"]);
    assert!(opens <= 4 * (LEVELS + 1) + 3, "{opens} files are opened: {far:#?}");
}

#[test]
fn a_call_asks_the_kernel_for_no_memory_and_for_little_else() {
    let Some(strace) = strace() else { return };
    let lab = lab();
    lab.write("work/.go-version", "1.22.5\n");
    let work = lab.work();
    let calls = calls_of_shim(&strace, &lab, lab.go(&["version"]).env("PWD", work), 0);
    let own = own_calls(&calls);
    assert_eq!(count(own, &["mmap", "brk", "mremap", "munmap"]), 0, "{own:#?}");
    // Its own file, its settings, the working folder, the pin (4), the version, and execve.
    assert_eq!(count(own, &["getcwd"]), 1, "{own:#?}");
    let count = own.len() - count(own, &["fcntl"]);
    assert!(count <= 9, "{count} system calls: {own:#?}");
}

/// Whether the program needs shared libraries: it names who loads them.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn has_loader(program: &Path) -> bool {
    let loader = b"/ld-linux";
    fs::read(program).unwrap().windows(loader.len()).any(|bytes| bytes == loader)
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn the_instructions_of_a_call_do_not_grow() {
    // Counted with rustc 1.95 and glibc 2.36 linked in; a tenth is left for others.
    const MOST: u64 = if cfg!(debug_assertions) { 164_000 } else { 34_000 };
    // Where there is no glibc to link in: the loader's work.
    const LOADER: u64 = 190_000;
    let Some(valgrind) = tool("valgrind") else { return };
    let lab = lab();
    lab.write("work/.go-version", "1.22.5\n");
    // A successful execve would take valgrind's own process away before it has told its count.
    fs::remove_file(lab.version("1.22.5").join("bin/go")).unwrap();
    fs::write(lab.version("1.22.5").join("bin/go"), "").unwrap();
    let options = ["--tool=callgrind", "--callgrind-out-file=/dev/null"];
    let finished = lab.go(&["version"]).through(valgrind, options).run();
    let text = lab.text(&finished.stderr);
    assert!(text.contains("Permission denied"), "{text}");
    let collected = text.lines().find_map(|line| line.split_once("Collected : "));
    let instructions: u64 = collected.unwrap_or_else(|| panic!("no count in {text}")).1.trim().parse().unwrap();
    let most = if has_loader(Path::new(env!("CARGO_BIN_EXE_gvr-shim"))) { MOST + LOADER } else { MOST };
    assert!(instructions <= most, "{instructions} instructions, {most} is the most: what made the shim slower?");
}
