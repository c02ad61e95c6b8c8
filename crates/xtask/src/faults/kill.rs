//! A signal in every system call of an installation, a reinstallation, an import and a removal.

use gvr_testkit::{Blow, Renames, Strikes, Work};

use super::FaultError;
use super::report::{Line, Report};
use super::workshop::Workshop;

/// How many points of each are tried where a sample is enough.
const SAMPLE: usize = 20;

pub(super) fn run(workshop: &Workshop, report: &mut Report) -> Result<(), FaultError> {
    let Some(strace) = &workshop.strace else {
        report.leave_out("kill", "strace is not here");
        return Ok(());
    };
    for (work, renames, blow) in [
        (Work::Install, Renames::All, Blow::Kill),
        (Work::Reinstall, Renames::All, Blow::Kill),
        (Work::Reinstall, Renames::Plain, Blow::Kill),
        (Work::Import, Renames::All, Blow::Kill),
        (Work::Uninstall, Renames::All, Blow::Kill),
        (Work::Install, Renames::All, Blow::Interrupt),
        (Work::Reinstall, Renames::All, Blow::Interrupt),
        (Work::Import, Renames::All, Blow::Interrupt),
        (Work::Uninstall, Renames::All, Blow::Interrupt),
    ] {
        let signal = if blow == Blow::Kill { "SIGKILL" } else { "SIGINT" };
        let how = if renames == Renames::Plain { ", without an exchange of names" } else { "" };
        let title = format!("{signal} in {}{how}", name(work));
        if !workshop.wants(&title) {
            continue;
        }
        let mut line = Line::begin(title);
        let folder = Workshop::folder()?;
        let strikes = Strikes::prepare(&workshop.gvr, strace, work, renames, folder.path())?;
        let points = workshop.sample(strikes.points(), SAMPLE);
        let strike =
            |worker: usize, point: &&_| strikes.strike(point, blow, &folder.path().join(format!("home-{worker}")));
        Workshop::each(&points, strike, |point, verdict| {
            line.case(format_args!("{} {}", point.call, point.occurrence), &verdict.problems);
            line.count(if verdict.was_hit { "ended by it" } else { "went on" }, 1);
        })?;
        report.add(line);
    }
    Ok(())
}

fn name(work: Work) -> &'static str {
    match work {
        Work::Install => "an installation",
        Work::Reinstall => "a reinstallation",
        Work::Import => "an import",
        Work::Uninstall => "a removal",
    }
}
