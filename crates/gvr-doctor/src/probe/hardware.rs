//! The processor, and what the system's programs are made for.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use gvr_core::{Arch, HardwareFacts};

/// The kernel's own name of the machine, on Linux 6.1 and later. Unlike `uname` it does not follow a process's
/// personality.
const KERNEL_MACHINE: &str = "/proc/sys/kernel/arch";

/// A program that every Linux has, made for what its other programs are made for.
const SYSTEM_PROGRAM: &str = "/bin/sh";

/// What this machine tells about its hardware.
pub fn hardware() -> HardwareFacts {
    HardwareFacts {
        apple_silicon: sysctl_flag("hw.optional.arm64"),
        translated: sysctl_flag("sysctl.proc_translated"),
        kernel_machine: fs::read_to_string(KERNEL_MACHINE).ok().map(|name| name.trim().to_owned()),
        userland: elf_machine(Path::new(SYSTEM_PROGRAM)),
    }
}

fn elf_machine(program: &Path) -> Option<Arch> {
    let mut header = [0; 20];
    fs::File::open(program).ok()?.read_exact(&mut header).ok()?;
    HardwareFacts::elf_machine(&header)
}

/// A value of macOS's `sysctl` that is 0 or 1; `None` where there is no such name, as on every other system.
#[cfg(target_os = "macos")]
fn sysctl_flag(name: &str) -> Option<bool> {
    use sysctl::{Ctl, CtlValue, Sysctl as _};

    match Ctl::new(name).ok()?.value().ok()? {
        CtlValue::Int(value) => Some(value == 1),
        _ => None,
    }
}

#[cfg(not(target_os = "macos"))]
const fn sysctl_flag(_name: &str) -> Option<bool> {
    None
}

#[cfg(test)]
mod tests {
    use gvr_core::{Os, Platform};

    use super::*;

    #[test]
    fn this_machine_tells_what_is_native_to_it() {
        let os = Os::host().unwrap();
        let native = hardware().native_platform(os).unwrap();
        // The test itself runs here, so whatever is native must be able to run beside it.
        assert!(native.runs_beside(Platform::of_this_program().unwrap()), "{native}");
    }

    #[test]
    fn a_missing_or_short_file_tells_nothing() {
        assert_eq!(elf_machine(Path::new("/nonexistent")), None);
        assert_eq!(elf_machine(Path::new("/dev/null")), None);
    }
}
