//! Installing, reinstalling, importing and uninstalling, struck by a signal in any system call.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::dist::FakeDist;
use crate::lab::{Lab, copy_folder};
use crate::process::{Finished, Invocation};
use crate::strace::{Calls, Strace};
use crate::toolchain::FakeToolchain;

/// The version that is worked on; Go never published it.
const VERSION: &str = "1.23.90";
/// A version that is installed all the while.
const BYSTANDER: &str = "1.22.90";

/// What is struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// `gvr install` of what is not there.
    Install,
    /// `gvr install --force` of what is there.
    Reinstall,
    /// `gvr import goenv` of what is not there.
    Import,
    /// `gvr uninstall`.
    Uninstall,
}

/// The signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blow {
    /// SIGKILL, which nothing can be done about.
    Kill,
    /// SIGINT, after which nothing may be left in `tmp`.
    Interrupt,
}

/// On what kind of file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renames {
    /// It can do all that Linux's can.
    All,
    /// It cannot exchange two names, nor refuse to replace one: `renameat2` always fails.
    Plain,
}

/// Where: in the so-many-eth call of this name by any one thread.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    /// The system call.
    pub call: String,
    /// Counted from 1.
    pub occurrence: u32,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the signal ended the command; it may have run otherwise than when its calls were counted.
    pub was_hit: bool,
    /// Everything that is not as it should be, at once or after the next run.
    pub problems: Vec<String>,
}

/// One kind of work, ready to be struck again and again.
#[derive(Debug)]
pub struct Strikes {
    lab: Lab,
    strace: Strace,
    work: Work,
    renames: Renames,
    toolchain: FakeToolchain,
    bystander: FakeToolchain,
    template: PathBuf,
    points: Vec<Point>,
}

impl Strikes {
    /// Prepares a home in `folder`, an empty folder of the caller's own, and counts the calls of an undisturbed run. `gvr`
    /// is the program, beside which lies `gvr-shim`.
    pub fn prepare(gvr: &Path, strace: &Strace, work: Work, renames: Renames, folder: &Path) -> io::Result<Self> {
        // Two pieces of the unfinished download, so that there is one to be struck between.
        let noise: Vec<u8> = noise().take(600_000).collect();
        let toolchain = FakeToolchain::native(VERSION).file("src/noise", 0o644, noise);
        let bystander = FakeToolchain::native(BYSTANDER);
        let mut dist = FakeDist::new();
        dist.add(&toolchain).add(&bystander);
        let lab = Lab::new(gvr, &dist, folder)?;
        let template = folder.join("template");
        fs::create_dir(&template)?;
        let mut strikes =
            Self { lab, strace: strace.clone(), work, renames, toolchain, bystander, template, points: Vec::new() };
        let mut installed = vec!["install", "--quiet", BYSTANDER];
        if matches!(work, Work::Reinstall | Work::Uninstall) {
            installed.push(VERSION);
        }
        if work == Work::Import {
            strikes.toolchain.write_to(&theirs(&strikes.template))?;
        }
        expect_success(&strikes.lab.gvr(&strikes.template, installed).run())?;
        let home = folder.join("counted");
        copy_folder(&strikes.template, &home)?;
        let (finished, calls) = strace.count(strikes.command(&home), &folder.join("trace"))?;
        expect_success(&finished)?;
        fs::remove_dir_all(home)?;
        strikes.points = points(&calls);
        Ok(strikes)
    }

    /// Every point of an undisturbed run.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    fn command(&self, home: &Path) -> Invocation {
        let arguments = match self.work {
            Work::Install => ["install", "--skip-existing", VERSION],
            Work::Reinstall => ["install", "--force", VERSION],
            Work::Import => ["--offline", "import", "goenv"],
            Work::Uninstall => ["uninstall", "--force", VERSION],
        };
        self.lab.gvr(home, arguments)
    }

    /// Strikes once. `home` is a path where there is nothing; nothing is there afterwards.
    pub fn strike(&self, point: &Point, blow: Blow, home: &Path) -> io::Result<Verdict> {
        copy_folder(&self.template, home)?;
        let signal = match blow {
            Blow::Kill => "KILL",
            Blow::Interrupt => "INT",
        };
        let mut rules = vec![format!("{}:signal={signal}:when={}", point.call, point.occurrence)];
        if self.renames == Renames::Plain {
            rules.push("renameat2:error=EINVAL".to_owned());
        }
        let struck = self.strace.inject(self.command(home), &rules).run();
        let was_hit = struck.code.is_none();
        let mut problems = self.at_once(blow, was_hit, home);
        if !was_hit && struck.code != Some(0) {
            problems.push(format!("it was not hit, and failed: {}", String::from_utf8_lossy(&struck.stderr)));
        }
        problems.extend(self.after_the_next_run(home));
        fs::remove_dir_all(home)?;
        Ok(Verdict { was_hit, problems })
    }

    /// What must hold at every moment, for everybody.
    fn at_once(&self, blow: Blow, was_hit: bool, home: &Path) -> Vec<String> {
        let store = self.lab.store(home);
        let mut problems = store.problems(&[&self.toolchain, &self.bystander]);
        if !store.has(BYSTANDER) {
            problems.push("another version is gone".to_owned());
        }
        if self.work == Work::Reinstall && self.renames == Renames::All && !store.has(VERSION) {
            problems.push("there was a moment without the version".to_owned());
        }
        if self.work == Work::Import {
            let changed = self.toolchain.differences(&theirs(home));
            // It has no receipt there, of course.
            let changed = changed.into_iter().filter(|change| !change.contains("no .gvr-"));
            problems.extend(changed.map(|change| format!("goenv's own: {change}")));
        }
        if was_hit && blow == Blow::Interrupt {
            problems.extend(store.leftovers().into_iter().filter(|path| path.starts_with("tmp/")));
        }
        let listed = self.lab.gvr(home, ["versions", "--bare"]).run();
        let text = String::from_utf8_lossy(&listed.stdout).into_owned();
        let is_listed = |version: &str| text.lines().any(|line| line == version);
        if listed.code != Some(0) || !is_listed(BYSTANDER) || is_listed(VERSION) != store.has(VERSION) {
            problems.push(format!("gvr versions says {text:?} {}", String::from_utf8_lossy(&listed.stderr)));
        }
        problems
    }

    fn after_the_next_run(&self, home: &Path) -> Vec<String> {
        let store = self.lab.store(home);
        let next = self.command(home).run();
        let said = String::from_utf8_lossy(&next.stderr).into_owned();
        let is_gone_already = self.work == Work::Uninstall && said.contains("not installed");
        let mut problems = store.problems(&[&self.toolchain, &self.bystander]);
        if next.code != Some(0) && !is_gone_already {
            problems.push(format!("the next run failed: {said}"));
        }
        problems.extend(store.leftovers().into_iter().map(|path| format!("left after the next run: {path}")));
        let shall_be_there = self.work != Work::Uninstall;
        if store.has(VERSION) != shall_be_there {
            problems.push(format!("after the next run the version is there: {}", !shall_be_there));
        }
        let shim = self.lab.store(home).root().join("shims/go1.23.90");
        if shim.exists() != shall_be_there {
            problems.push(format!("after the next run its shim is there: {}", !shall_be_there));
        } else if shall_be_there {
            let ran = self.lab.shim(home, "go1.23.90").arg("version").run();
            if !ran.stdout.starts_with(b"go version go1.23.90") {
                problems.push(format!("its shim does not run: {}", String::from_utf8_lossy(&ran.stderr)));
            }
        }
        problems
    }
}

/// Where goenv has the version.
fn theirs(home: &Path) -> PathBuf {
    home.join(".goenv/versions").join(VERSION)
}

fn points(calls: &Calls) -> Vec<Point> {
    let each = |(call, count): (&String, &u32)| {
        let call = call.clone();
        (1..=*count).map(move |occurrence| Point { call: call.clone(), occurrence }).collect::<Vec<_>>()
    };
    calls.iter().flat_map(each).collect()
}

fn expect_success(finished: &Finished) -> io::Result<()> {
    if finished.code == Some(0) {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&finished.stderr);
    Err(io::Error::other(format!("gvr failed where nothing was amiss: {said}")))
}

/// Bytes that no compression makes less of, the same every time.
pub fn noise() -> impl Iterator<Item = u8> {
    let mut state = 1_u64;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33).to_le_bytes()[0]
    })
}
