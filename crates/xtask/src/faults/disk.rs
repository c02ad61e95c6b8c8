//! Disks that are full, forbidden, failing or lack something.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gvr_testkit::{FakeDist, FakeToolchain, Finished, Invocation, Lab, Strace, copy_folder, noise};

use super::FaultError;
use super::mount::Mount;
use super::report::{Line, Report};
use super::workshop::Workshop;

/// What is installed all the while.
const BYSTANDER: &str = "1.22.90";
/// What is to be installed.
const VERSION: &str = "1.23.90";

const STEP: u64 = 64 << 10;
/// How many points of each error are tried where a sample is enough.
const SAMPLE: usize = 6;

/// A home with one version in it, and what it takes to work on copies of it.
struct Bench {
    lab: Lab,
    folder: PathBuf,
    toolchain: FakeToolchain,
    bystander: FakeToolchain,
}

pub(super) fn run(workshop: &Workshop, report: &mut Report) -> Result<(), FaultError> {
    let folder = Workshop::folder()?;
    let bulky = FakeToolchain::native(VERSION).file("pkg/noise", 0o644, noise().take(700_000).collect::<Vec<_>>());
    // Its archive is small, so that the disk fills up in the middle of it.
    let airy = (0..60).fold(FakeToolchain::native(VERSION), |toolchain, number| {
        toolchain.file(&format!("src/p{number}/zeros.go"), 0o644, vec![0; 50_000])
    });
    let bulky = Bench::new(workshop, folder.path().join("bulky"), bulky)?;
    let airy = Bench::new(workshop, folder.path().join("airy"), airy)?;
    if workshop.is_root && cfg!(target_os = "linux") {
        let step = if workshop.is_quick { 16 * STEP } else { STEP };
        too_small(&bulky, &Shortage::of_room("too small a disk, seen beforehand, by steps of 64 KiB", step), report)?;
        too_small(&airy, &Shortage::of_room("a disk that fills up, by steps of 64 KiB", step), report)?;
        too_small(&airy, &Shortage::of_inodes(if workshop.is_quick { 20 } else { 1 }), report)?;
        read_only(&bulky, report)?;
    } else {
        report.leave_out("full and read-only disks", "only root of a Linux can mount them");
    }
    few_descriptors(workshop, &bulky, report)?;
    match &workshop.strace {
        Some(strace) => {
            errors(workshop, &bulky, strace, report)?;
            lacking(&bulky, strace, report)?;
        }
        None => report.leave_out("failing disks", "strace is not here"),
    }
    Ok(())
}

impl Bench {
    fn new(workshop: &Workshop, folder: PathBuf, toolchain: FakeToolchain) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        let bystander = FakeToolchain::native(BYSTANDER);
        let mut dist = FakeDist::new();
        dist.add(&toolchain).add(&bystander);
        let lab = Lab::new(&workshop.gvr, &dist, &folder)?;
        let bench = Self { lab, folder, toolchain, bystander };
        let template = bench.template();
        fs::create_dir(&template)?;
        let finished = bench.lab.gvr(&template, ["install", BYSTANDER]).run();
        if finished.code != Some(0) {
            return Err(io::Error::other(format!("gvr failed where nothing was amiss: {}", said(&finished))));
        }
        Ok(bench)
    }

    fn template(&self) -> PathBuf {
        self.folder.join("template")
    }

    fn install(&self, home: &Path) -> Invocation {
        self.lab.gvr(home, ["install", "--skip-existing", VERSION])
    }

    /// What must hold after an attempt, however it ended.
    fn problems(&self, home: &Path, finished: &Finished) -> Vec<String> {
        let store = self.lab.store(home);
        let mut problems = store.problems(&[&self.toolchain, &self.bystander]);
        if !store.has(BYSTANDER) {
            problems.push("another version is gone".to_owned());
        }
        let ran = self.lab.shim(home, "go1.22.90").arg("version").run();
        if ran.code != Some(0) {
            problems.push(format!("another version does not run: {}", said(&ran)));
        }
        if store.has(VERSION) != (finished.code == Some(0)) {
            problems.push(format!(
                "it ended with {:?}, and the version is there: {}",
                finished.code,
                store.has(VERSION)
            ));
        }
        if finished.code.is_none() || said(finished).contains("panicked") {
            problems.push(format!("it crashed: {finished:?}"));
        }
        problems.extend(store.leftovers().into_iter().map(|path| format!("left behind: {path}")));
        problems
    }

    /// What must hold when the fault is over.
    fn recovers(&self, home: &Path) -> Vec<String> {
        let finished = self.install(home).run();
        let mut problems = self.problems(home, &finished);
        if finished.code != Some(0) {
            problems.push(format!("it does not recover: {}", said(&finished)));
        }
        problems
    }
}

fn said(finished: &Finished) -> String {
    String::from_utf8_lossy(&finished.stderr).trim().to_owned()
}

/// File systems in memory that have too little of something, from what holds the home to what holds the installation.
struct Shortage {
    name: &'static str,
    of: &'static str,
    least: u64,
    step: u64,
    /// How to mount one that has so much.
    options: fn(u64) -> String,
    /// How to give it plenty.
    plenty: &'static str,
    /// What the message must say.
    says: &'static [&'static str],
}

impl Shortage {
    fn of_room(name: &'static str, step: u64) -> Self {
        Self {
            name,
            of: "bytes",
            least: 2 * STEP,
            step,
            options: |bytes| format!("size={bytes}"),
            plenty: "size=64m",
            says: &["are needed", "are free"],
        }
    }

    fn of_inodes(step: u64) -> Self {
        Self {
            name: "a disk with too few inodes",
            of: "inodes",
            least: 20,
            step,
            options: |inodes| format!("size=64m,nr_inodes={inodes}"),
            plenty: "nr_inodes=100000",
            says: &["files are needed"],
        }
    }
}

fn too_small(bench: &Bench, shortage: &Shortage, report: &mut Report) -> io::Result<()> {
    let mut line = Line::begin(shortage.name);
    let (mut size, mut successes) = (shortage.least, 0);
    while successes < 3 {
        size += shortage.step;
        let mount = Mount::memory(&bench.folder.join("disk"), &(shortage.options)(size))?;
        let home = mount.path().join("home");
        if copy_folder(&bench.template(), &home).is_err() {
            continue;
        }
        let finished = bench.install(&home).run();
        let mut problems = bench.problems(&home, &finished);
        if finished.code == Some(0) {
            successes += 1;
            line.count("had room", 1);
        } else {
            let message = said(&finished);
            if !shortage.says.iter().all(|words| message.contains(words)) {
                problems.push(format!("it does not say what is needed and what there is: {message}"));
            }
            let foreseen = message.contains("not enough room");
            line.count(if foreseen { "refused beforehand" } else { "stopped on the way" }, 1);
            mount.remount(shortage.plenty)?;
            problems.extend(bench.recovers(&home));
        }
        line.case(format_args!("{size} {}", shortage.of), &problems);
    }
    report.add(line);
    Ok(())
}

/// What needs no writing works on a disk that cannot be written, and what does says why it does not.
fn read_only(bench: &Bench, report: &mut Report) -> io::Result<()> {
    let mut line = Line::begin("a read-only disk");
    let mount = Mount::memory(&bench.folder.join("disk"), "size=64m")?;
    let home = mount.path().join("home");
    copy_folder(&bench.template(), &home)?;
    mount.remount("ro")?;
    for arguments in [&["versions", "--bare"][..], &["prefix", BYSTANDER], &["install", "-s", BYSTANDER], &["rehash"]] {
        let finished = bench.lab.gvr(&home, arguments).run();
        let problems = if finished.code == Some(0) { Vec::new() } else { vec![said(&finished)] };
        line.case(format_args!("gvr {}", arguments.join(" ")), &problems);
    }
    for arguments in [
        &["install", VERSION][..],
        &["install", "-f", BYSTANDER],
        &["uninstall", "-f", BYSTANDER],
        &["global", BYSTANDER],
    ] {
        let finished = bench.lab.gvr(&home, arguments).run();
        let mut problems = bench.lab.store(&home).problems(&[&bench.bystander]);
        if finished.code != Some(1) || !said(&finished).contains("cannot write") {
            problems.push(format!("{:?}: {}", finished.code, said(&finished)));
        }
        line.case(format_args!("gvr {}", arguments.join(" ")), &problems);
    }
    mount.remount("rw")?;
    line.case("afterwards", &bench.recovers(&home));
    report.add(line);
    Ok(())
}

/// Limits on open files, from one that no program can live with upwards.
fn few_descriptors(workshop: &Workshop, bench: &Bench, report: &mut Report) -> io::Result<()> {
    let mut line = Line::begin("few file descriptors");
    let limits: Vec<_> = (4..=40).collect();
    let mut least = u64::MAX;
    for limit in workshop.sample(&limits, SAMPLE) {
        let home = bench.folder.join("home");
        copy_folder(&bench.template(), &home)?;
        let script =
            format!("ulimit -n {limit}; exec '{}' install --skip-existing {VERSION}", bench.lab.program().display());
        let finished = bench.lab.run(&home, "/bin/sh").args(["-c", &script]).run();
        let mut problems = bench.problems(&home, &finished);
        if finished.code == Some(0) {
            least = least.min(*limit);
        } else {
            // Who cannot open a folder cannot empty it either.
            let before = problems.len();
            problems.retain(|problem| !problem.starts_with("left behind: tmp/"));
            line.count("left to the next run to sweep up", (before - problems.len()) as u64);
            problems.extend(bench.recovers(&home));
        }
        line.case(format_args!("{limit} descriptors"), &problems);
        fs::remove_dir_all(home)?;
    }
    line.count("the fewest that suffice", least);
    report.add(line);
    Ok(())
}

/// Calls that fail, one in each thread. `write` is not among them: it also wakes threads, which never fails.
fn errors(workshop: &Workshop, bench: &Bench, strace: &Strace, report: &mut Report) -> io::Result<()> {
    let home = bench.folder.join("counted");
    copy_folder(&bench.template(), &home)?;
    let (_, calls) = strace.count(bench.install(&home), &bench.folder.join("trace"))?;
    fs::remove_dir_all(home)?;
    for (error, what, names) in [
        (
            "EDQUOT",
            "a quota that is used up",
            &["pwrite64", "openat", "open", "mkdirat", "mkdir", "renameat2", "rename", "linkat"][..],
        ),
        (
            "ENOSPC",
            "a disk that is full for one call",
            &["pwrite64", "openat", "open", "mkdirat", "mkdir", "renameat2", "rename", "linkat"],
        ),
        ("EIO", "a sync that fails", &["fsync", "syncfs", "fdatasync"]),
        ("EIO", "a disk that fails", &["pwrite64", "openat", "mkdirat", "mkdir", "renameat2", "rename"]),
        (
            "EINTR",
            "calls that are interrupted",
            &["pwrite64", "read", "openat", "flock", "fsync", "syncfs", "recvfrom", "renameat2"],
        ),
    ] {
        let mut line = Line::begin(format!("{what} ({error})"));
        let points: Vec<_> = names
            .iter()
            .flat_map(|name| (1..=calls.get(*name).copied().unwrap_or(0)).map(move |occurrence| (*name, occurrence)))
            .collect();
        let points = workshop.sample(&points, SAMPLE);
        let attempt = |worker: usize, (name, occurrence): &&(&str, u32)| {
            let home = bench.folder.join(format!("home-{worker}"));
            copy_folder(&bench.template(), &home)?;
            let rule = format!("{name}:error={error}:when={occurrence}");
            let finished = strace.inject(bench.install(&home), &[rule]).run();
            let mut problems = bench.problems(&home, &finished);
            let message = said(&finished);
            let has_failed = finished.code != Some(0);
            if error == "EDQUOT"
                && has_failed
                && message.contains("Disk quota exceeded")
                && !message.contains("are free")
            {
                problems.push(format!("it does not say what there is: {message}"));
            }
            problems.extend(bench.recovers(&home));
            fs::remove_dir_all(home)?;
            Ok((finished.code == Some(0), problems))
        };
        Workshop::each(&points, attempt, |(name, occurrence), (was_overcome, problems)| {
            line.case(format_args!("{name} {occurrence}"), &problems);
            line.count(if was_overcome { "done all the same" } else { "refused" }, 1);
        })?;
        report.add(line);
    }
    Ok(())
}

/// File systems without locks, and without the newer ways to rename.
fn lacking(bench: &Bench, strace: &Strace, report: &mut Report) -> io::Result<()> {
    let mut line = Line::begin("a file system that lacks something");
    for rule in [
        "flock:error=ENOLCK",
        "flock:error=EOPNOTSUPP",
        "renameat2:error=ENOSYS",
        "renameat2:error=EINVAL",
        "syncfs:error=ENOSYS",
    ] {
        let home = bench.folder.join("home");
        copy_folder(&bench.template(), &home)?;
        let rules = [rule.to_owned()];
        let several: Vec<_> =
            (0..4).map(|_| strace.inject(bench.install(&home), &rules).spawn()).collect::<Result<_, _>>()?;
        let mut problems = Vec::new();
        let mut is_anybody_told = false;
        for running in several {
            let finished = running.wait();
            if finished.code != Some(0) {
                problems.push(format!("one of four failed: {}", said(&finished)));
            }
            problems.extend(bench.lab.store(&home).problems(&[&bench.toolchain, &bench.bystander]));
            is_anybody_told |= said(&finished).contains("cannot be locked");
        }
        if rule.starts_with("flock") && !is_anybody_told {
            problems.push("nobody is told that there are no locks".to_owned());
        }
        problems.extend(bench.lab.store(&home).leftovers().into_iter().map(|path| format!("left behind: {path}")));
        for arguments in [["install", "--force", VERSION], ["uninstall", "--force", VERSION]] {
            let finished = strace.inject(bench.lab.gvr(&home, arguments), &rules).run();
            if finished.code != Some(0) {
                problems.push(format!("gvr {} failed: {}", arguments.join(" "), said(&finished)));
            }
            problems.extend(bench.lab.store(&home).problems(&[&bench.toolchain, &bench.bystander]));
        }
        problems.extend(bench.recovers(&home));
        line.case(rule, &problems);
        fs::remove_dir_all(home)?;
    }
    report.add(line);
    Ok(())
}
