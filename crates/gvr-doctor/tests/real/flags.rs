//! What gvr holds for a flag of Go's, and what real ones hold for one.

use gvr_doctor::go_settings::known_flags::{KNOWN, is_known};

use crate::dist::{Goroot, archive, host};

#[test]
fn go_takes_the_flags_that_are_known_and_no_other() {
    let Some(archive) = archive("go_takes_the_flags_that_are_known", &host("1.27.3")) else { return };
    let goroot = Goroot::unpack(&archive);
    let others = ["ldflag", "tag", "gcflag", "modd", "nosuchflag", "V", "h", "test"];
    for name in KNOWN.into_iter().chain(others).chain(["test.run", "test.count"]) {
        let output = goroot.go().arg("version").env("GOFLAGS", format!("-{name}=1")).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(!said.contains("unknown flag"), is_known(name), "-{name}: {said}");
    }
}
