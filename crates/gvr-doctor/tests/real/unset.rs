//! The command that takes a setting back has to work where the setting itself stops go.

use std::fs;
use std::process::Command;

use gvr_doctor::facts::unset_command;

use crate::dist::{Goroot, archive, host};

#[test]
fn what_stops_go_can_be_taken_back() {
    for version in ["1.21.13", "1.23.1", "1.27.3"] {
        let Some(archive) = archive("what_stops_go_can_be_taken_back", &host(version)) else { continue };
        let goroot = Goroot::unpack(&archive);
        let root = goroot.path().to_str().unwrap().to_owned();
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("env");
        let settings = [
            ("GOTOOLCHAIN", "1.21.0"),
            ("GOTOOLCHAIN", "go1.99.0"),
            ("GOPATH", "relative"),
            ("GOPATH", "~/go"),
            ("GOFLAGS", "-mod mod"),
            ("GOOS", "nonsense"),
            ("GOARCH", "nonsense"),
            ("CGO_ENABLED", "x"),
            ("GOPROXY", "off"),
        ];
        for (name, value) in settings {
            fs::write(&file, format!("{name}={value}\nGOPRIVATE=kept.test\n")).unwrap();
            let run = |script: &str| {
                let mut shell = Command::new("sh");
                shell.args(["-c", script]).current_dir(&home).env_clear();
                shell.env("PATH", format!("{root}/bin:/usr/bin:/bin")).env("HOME", home.path()).env("GOENV", &file);
                // It must not go and fetch another Go.
                shell.env("GOPROXY", "off").env("GOTELEMETRY", "off").output().unwrap()
            };
            let command = unset_command(name).unwrap();
            let output = run(&command);
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "go{version}, {name}={value}: {command}: {said}");
            assert_eq!(fs::read_to_string(&file).unwrap(), "GOPRIVATE=kept.test\n", "{name}={value}");
        }
    }
}
