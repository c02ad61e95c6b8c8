//! What a program asks the kernel for, and answers that the kernel would give on a bad day: strace lends both.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::process::{Finished, Invocation};

/// strace, which watches a program and interferes with it.
#[derive(Clone, Debug)]
pub struct Strace {
    program: PathBuf,
}

/// How often each system call was made, by the one thread of a program that made it most often. strace counts the calls of
/// each thread by themselves.
pub type Calls = BTreeMap<String, u32>;

impl Strace {
    /// strace, if it lies in one of the usual folders.
    pub fn find() -> Option<Self> {
        let folders = ["/usr/bin", "/bin", "/usr/local/bin"];
        let program = folders.iter().map(|folder| Path::new(folder).join("strace")).find(|path| path.is_file())?;
        Some(Self { program })
    }

    /// Runs a program and counts what it asks for. `scratch` is a file of the caller's own.
    pub fn count(&self, invocation: Invocation, scratch: &Path) -> io::Result<(Finished, Calls)> {
        let output = scratch.as_os_str().to_owned();
        let options = ["-f".into(), "-qq".into(), "-o".into(), output];
        let finished = invocation.through(&self.program, options).run();
        let calls = count(&fs::read_to_string(scratch)?);
        fs::remove_file(scratch)?;
        Ok((finished, calls))
    }

    /// The same call with strace's own rules for what is to go wrong: `fsync:error=EIO`, `openat:signal=KILL:when=3`.
    #[must_use]
    pub fn inject(&self, invocation: Invocation, rules: &[String]) -> Invocation {
        let names: Vec<_> = rules.iter().filter_map(|rule| rule.split(':').next()).collect();
        // Not with --seccomp-bpf, quick as it is: strace 6.1 then delivers no signal.
        let mut options: Vec<_> = ["-f", "-qq", "-o", "/dev/null"].map(str::to_owned).into();
        options.push("-e".to_owned());
        // A call that this kernel or machine does not have is no mistake.
        let names: Vec<_> = names.iter().flat_map(|names| names.split(',')).map(|name| format!("?{name}")).collect();
        options.push(format!("trace={}", names.join(",")));
        for rule in rules {
            options.extend(["-e".to_owned(), format!("inject={rule}")]);
        }
        invocation.through(&self.program, options)
    }
}

/// Counts the lines of a trace, each of which begins with the thread's number and the name of the call.
fn count(trace: &str) -> Calls {
    let mut by_thread: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for line in trace.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let Some((name, _)) = rest.trim_start().split_once('(') else { continue };
        if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            *by_thread.entry((thread, name)).or_default() += 1;
        }
    }
    let mut calls = Calls::new();
    for ((_, name), count) in by_thread {
        let most = calls.entry(name.to_owned()).or_default();
        *most = count.max(*most);
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_each_thread_by_itself() {
        let trace = "12 openat(AT_FDCWD, \"a(b\") = 3\n12 openat(AT_FDCWD, \"c\" <unfinished ...>\n13 openat(1) = 0\n\
                     12 <... openat resumed>) = 4\n13 +++ killed by SIGKILL +++\n12 --- SIGINT {si_signo=SIGINT} ---\n\
                     13 exit_group(0) = ?\n";
        assert_eq!(count(trace), Calls::from([("exit_group".to_owned(), 1), ("openat".to_owned(), 2)]));
    }

    #[test]
    fn a_program_can_be_killed_in_a_certain_call() {
        let Some(strace) = Strace::find() else { return };
        let folder = tempfile::tempdir().unwrap();
        let cat = || Invocation::new("/bin/cat").arg("/etc/passwd");
        let Ok((finished, calls)) = strace.count(cat(), &folder.path().join("trace")) else { return };
        assert_eq!(finished.code, Some(0));
        let opened = calls["openat"];
        let killed = |when: u32| strace.inject(cat(), &[format!("openat:signal=KILL:when={when}")]).run();
        assert_eq!(killed(opened).signal, Some(9));
        assert_eq!(killed(opened + 1).code, Some(0));
    }
}
