//! What a reader must know of the machine to make sense of the numbers.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use serde::Serialize;

use super::error::BenchError;
use crate::context::Context;
use crate::process;

/// The machine, the programs that built what was measured, and the day.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Machine {
    /// The day, in UTC.
    pub(crate) date: String,
    pub(crate) platform: String,
    pub(crate) processor: String,
    /// How many threads can run at once.
    pub(crate) cores: usize,
    pub(crate) kernel: String,
    /// The file system on which the laboratory lay.
    pub(crate) file_system: String,
    /// Each program's own line about itself.
    pub(crate) versions: Vec<String>,
    /// The commit of gvr, and whether the files differed from it.
    pub(crate) commit: String,
}

impl Machine {
    /// Looks at this machine.
    ///
    /// `folder` is where the laboratory lies; `programs` are those whose versions matter, as far as they are on PATH; and
    /// `sources` are the paths in the repository that what is measured was built from.
    pub(crate) fn look(
        context: &Context,
        folder: &Path,
        programs: &[&str],
        sources: &[&str],
    ) -> Result<Self, BenchError> {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let folder = folder.canonicalize().map_err(|source| BenchError::disk(folder, source))?;
        let programs = programs.iter().filter(|program| context.has_program(program));
        let versions =
            programs.filter_map(|program| Some(format!("{program}: {}", first_line(program, &["--version"])?)));
        Ok(Self {
            date: first_line("date", &["-u", "+%Y-%m-%d"]).unwrap_or_else(|| UNKNOWN.to_owned()),
            platform: context.platform.to_string(),
            processor: processor(&read("/proc/cpuinfo")).unwrap_or(UNKNOWN).to_owned(),
            cores: thread::available_parallelism().map_or(1, Into::into),
            kernel: read("/proc/sys/kernel/osrelease").trim_end().to_owned(),
            file_system: file_system(&read("/proc/self/mounts"), &folder).unwrap_or(UNKNOWN).to_owned(),
            versions: versions.chain(shell()).collect(),
            commit: commit(context, sources),
        })
    }

    /// A list for the page. `run` says how it was measured.
    pub(crate) fn markdown(&self, run: &str) -> String {
        let mut lines = vec![
            format!("- Date: {}, gvr at {}", self.date, self.commit),
            format!("- Machine: {}, {} with {} cores", self.platform, self.processor, self.cores),
            format!("- System: Linux {}, {}", self.kernel, self.file_system),
            format!("- Run: {run}"),
        ];
        lines.extend(self.versions.iter().map(|version| format!("- {version}")));
        lines.join("\n") + "\n"
    }
}

const UNKNOWN: &str = "unknown";

/// What /bin/sh is.
fn shell() -> Option<String> {
    let shell = fs::canonicalize("/bin/sh").ok()?;
    Some(format!("sh: {}", shell.file_name()?.to_string_lossy()))
}

fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let output = process::output(Command::new(program).args(arguments)).ok()?;
    String::from_utf8(output.stdout).ok()?.lines().next().map(str::to_owned)
}

fn commit(context: &Context, sources: &[&str]) -> String {
    let git = |arguments: &[&str]| {
        let output = process::output(Command::new("git").args(arguments).current_dir(&context.workspace)).ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short=12", "HEAD"]) else { return UNKNOWN.to_owned() };
    let changed = git(&[&["status", "--porcelain", "--", "Cargo.lock", "Cargo.toml"], sources].concat());
    if changed.is_some_and(|changed| changed.is_empty()) { commit } else { commit + " with changes" }
}

/// The processor's name, from `/proc/cpuinfo`; arm64's has none.
fn processor(info: &str) -> Option<&str> {
    let line = info.lines().find(|line| line.starts_with("model name"))?;
    line.split_once(':').map(|(_, name)| name.trim())
}

/// The type of the file system that `folder` lies on, from `/proc/self/mounts`. Of mounts over one another, the last.
fn file_system<'a>(mounts: &'a str, folder: &Path) -> Option<&'a str> {
    let mut best = None;
    for line in mounts.lines() {
        let mut fields = line.split(' ').skip(1);
        let (Some(place), Some(kind)) = (fields.next(), fields.next()) else { continue };
        let depth = Path::new(place).components().count();
        if folder.starts_with(place) && best.is_none_or(|(other, _)| depth >= other) {
            best = Some((depth, kind));
        }
    }
    best.map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mount_counts() {
        let mounts = "rootfs / rootfs rw 0 0\n/dev/vda / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n";
        let check = |folder: &str, kind| assert_eq!(file_system(mounts, Path::new(folder)), Some(kind), "{folder}");
        check("/home/a", "ext4");
        check("/tmp/a", "tmpfs");
        check("/tmpfolder", "ext4");
    }

    #[test]
    fn the_processor_has_a_name_where_the_kernel_gives_one() {
        assert_eq!(processor("processor\t: 0\nmodel name\t: AMD EPYC\n"), Some("AMD EPYC"));
        assert_eq!(processor("processor\t: 0\nCPU part\t: 0xd40\n"), None);
    }
}
