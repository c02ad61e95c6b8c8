//! The tour itself: what a newcomer types, and what has to come of it.

use std::fs;
use std::path::Path;

use gvr_core::{Platform, Version};

use super::TrialError;
use super::session::Session;
use super::source::Versions;

/// Takes the whole tour.
pub(super) fn take(session: &mut Session, versions: &Versions, platform: Platform) -> Result<(), TrialError> {
    let Versions { newer, older } = *versions;
    for version in [newer, older] {
        session
            .line(&format!("gvr install {version}"))?
            .exits(0)?
            .prints_nothing()?
            .says(&format!("gvr: installed {version} ({platform}) in "))?;
    }
    let shim = session.home().join(".gvr/shims/go");
    session.line("command -v go")?.exits(0)?.prints_just(&shim.to_string_lossy())?;

    for (folder, version) in [("new", newer), ("old", older)] {
        pin(session, folder, version, platform)?;
    }
    work(session, newer)?;
    look_around(session, newer, older)?;
    miss(session)
}

/// Pins a folder to a version, and asks Go itself whether that holds.
fn pin(session: &mut Session, folder: &str, version: Version, platform: Platform) -> Result<(), TrialError> {
    session.go_to(folder)?;
    session.line(&format!("gvr local {version}"))?.exits(0)?;
    session.line("cat .go-version")?.exits(0)?.prints_just(&version.to_string())?;
    let said = format!("go version {} {}/{}", version.release_name(), platform.os.name(), platform.arch.name());
    session.line("go version")?.exits(0)?.prints_just(&said)?;
    Ok(())
}

/// Builds, runs and tests a module of two packages.
fn work(session: &mut Session, newer: Version) -> Result<(), TrialError> {
    let module = session.go_to("new")?;
    write_module(&module)?;
    session.line("go build -o hello .")?.exits(0)?;
    let greeting = format!("hello from {}", newer.release_name());
    session.line("./hello")?.exits(0)?.prints_just(&greeting)?;
    session.line("go test ./...")?.exits(0)?.prints("ok  \texample.org/hello/greet")?;
    session.line("go vet ./...")?.exits(0)?;
    session.line("gofmt -l .")?.exits(0)?.prints_nothing()?;

    let goroot = session.home().join(format!(".gvr/versions/{newer}"));
    session.line("GOROOT=/nope go env GOROOT")?.exits(0)?.prints_just(&goroot.to_string_lossy())?;
    Ok(())
}

/// Asks gvr what it has, and why it chose what it chose.
fn look_around(session: &mut Session, newer: Version, older: Version) -> Result<(), TrialError> {
    let pin = session.go_to("new")?.join(".go-version");
    session
        .line("gvr versions")?
        .exits(0)?
        .prints(&format!("* {newer} (set by {})", pin.display()))?
        .prints(&format!("  {older}"))?;
    session.line("gvr explain")?.exits(0)?.prints(&pin.to_string_lossy())?.prints(&newer.to_string())?;
    session
        .line(&format!("go +{older} version"))?
        .exits(0)?
        .prints(&format!("go version {} ", older.release_name()))?;
    Ok(())
}

/// Asks for a Go that is not there.
fn miss(session: &mut Session) -> Result<(), TrialError> {
    session.go_to("elsewhere")?;
    session.line("echo 1.99.0 > .go-version")?.exits(0)?;
    session.line("go version")?.exits(127)?.prints_nothing()?.says(".go-version:1")?.says("gvr install 1.99.0")?;
    Ok(())
}

/// Writes a module of two packages, one with a test, that needs no other module.
fn write_module(folder: &Path) -> Result<(), TrialError> {
    let files = [
        ("go.mod", "module example.org/hello\n\ngo 1.23\n"),
        ("main.go", MAIN),
        ("greet/greet.go", GREET),
        ("greet/greet_test.go", GREET_TEST),
    ];
    for (name, content) in files {
        let path = folder.join(name);
        let write = || {
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(&path, content)
        };
        write().map_err(|source| TrialError::disk(&path, source))?;
    }
    Ok(())
}

const MAIN: &str = r#"package main

import (
	"fmt"
	"runtime"

	"example.org/hello/greet"
)

func main() {
	fmt.Println(greet.From(runtime.Version()))
}
"#;

const GREET: &str = r#"// Package greet says hello.
package greet

// From says hello from someone.
func From(who string) string {
	return "hello from " + who
}
"#;

const GREET_TEST: &str = r#"package greet

import "testing"

func TestFrom(t *testing.T) {
	if got := From("here"); got != "hello from here" {
		t.Fatalf("got %q", got)
	}
}
"#;
