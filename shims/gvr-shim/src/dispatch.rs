//! Finds the version that applies and becomes the program.

use std::ffi::{CString, OsStr};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use gvr_core::files::{Disk, Files as _, WorkingFolder};
use gvr_core::resolve::{Choice, Decision, Outcome, installed_versions, resolve};
use gvr_core::search::Source;
use gvr_core::settings::ShimSettings;
use gvr_core::system::{SystemPath, is_wrapper};
use gvr_core::{Layout, Platform, Surroundings, Toolchain, paths};
use gvr_core::{gopath, gotoolchain};

use crate::call::{self, Call};
use crate::message::{Message, name_of, place, shell_word};
use crate::process::Process;
use crate::successor::Successor;

/// Does not return where a program could be found and started.
pub(crate) fn dispatch(process: &Process) -> Message {
    let executable = process.executable();
    let call = call::understand(&process.arguments, executable.as_deref(), process.variable(call::SWITCH));
    match (call, layout(process, executable.as_deref())) {
        (Some(call), Some(layout)) if call.program != "gvr-shim" => {
            let rendered = Disk.read(&layout.shim_settings(), ShimSettings::LIMIT).unwrap_or_default();
            let settings = ShimSettings::parse(&rendered).with_environment(|name| process.variable(name));
            let system = SystemPath { path: process.variable("PATH"), shim: executable.as_deref() };
            Dispatcher { process, call, layout, settings, system }.run()
        }
        _ => Message::Lost,
    }
}

/// The tree that this shim belongs to: `GVR_ROOT`, else the one that its own file lies in.
fn layout(process: &Process, executable: Option<&Path>) -> Option<Layout> {
    let root = process.variable("GVR_ROOT").map(Path::new).filter(|root| root.is_absolute());
    root.or_else(|| paths::above(paths::above(executable?)?)).map(Layout::new)
}

/// Everything that one call depends on.
struct Dispatcher<'a> {
    process: &'a Process,
    call: Call<'a>,
    layout: Layout,
    settings: ShimSettings,
    system: SystemPath<'a>,
}

impl Dispatcher<'_> {
    fn run(&self) -> Message {
        let decision = match self.decide() {
            Ok(decision) => decision,
            Err(message) => return message,
        };
        let Some(choice) = decision.choices.iter().find(|choice| self.has_program(choice)) else {
            return self.nothing_to_run(&decision);
        };
        match choice.outcome {
            Outcome::Installed(toolchain) if toolchain.is_foreign_to(Platform::of_this_program()) => {
                Message::Foreign(toolchain)
            }
            Outcome::Installed(toolchain) => self.become_installed(&decision, toolchain),
            Outcome::System => self.become_system(&decision, choice),
            Outcome::Missing if self.settings.auto_install => self.become_installer(&decision, choice),
            Outcome::Missing => Message::missing(&decision, choice),
        }
    }

    fn decide(&self) -> Result<Decision, Message> {
        let working_folder = WorkingFolder::current(self.process.variable("PWD"));
        let source_folder = call::folder_of_file_argument(
            self.call.arguments,
            working_folder.as_ref().map(|folder| folder.path.as_path()),
        );
        let mut surroundings = Surroundings::gather(|name| self.process.variable(name), working_folder, self.settings);
        if let Some(folder) = source_folder {
            surroundings.begin_in(folder);
        }
        let query = surroundings.query(self.call.version.as_deref());
        resolve(&query, &self.layout, &Disk, &self.system).map_err(Message::Unclear)
    }

    /// The first version decides for `go` itself; where it lacks a program, a later one may have it.
    fn has_program(&self, choice: &Choice) -> bool {
        match choice.outcome {
            Outcome::Installed(toolchain) => self.call.program == "go" || self.is_in(toolchain),
            Outcome::System | Outcome::Missing => true,
        }
    }

    fn is_in(&self, toolchain: Toolchain) -> bool {
        Disk.program(&self.layout.program(toolchain, self.call.program)).is_some() || self.tool(toolchain).is_some()
    }

    /// The program, where it was installed into the version's own GOPATH.
    fn tool(&self, toolchain: Toolchain) -> Option<PathBuf> {
        let gopath = gopath::folder(toolchain, |name| self.process.variable(name)).filter(|_| self.has_gopath())?;
        let program = paths::below(&gopath, &["bin".as_ref(), self.call.program]);
        Disk.program(&program).map(|_| program)
    }

    fn has_gopath(&self) -> bool {
        self.settings.version_gopath
    }

    fn become_installed(&self, decision: &Decision, toolchain: Toolchain) -> Message {
        let mut program = self.layout.program(toolchain, self.call.program);
        let gopath = if self.has_gopath() {
            if let Some(tool) = self.tool(toolchain).filter(|_| Disk.program(&program).is_none()) {
                program = tool;
            }
            gopath::value(toolchain, |name| self.process.variable(name))
        } else {
            None
        };
        let mut successor = self.successor(&program);
        if let Some(gopath) = &gopath {
            successor.set("GOPATH", gopath);
        }
        let setting = gotoolchain::override_for(
            &decision.source,
            self.settings.strict,
            |name| self.process.variable(name),
            &Disk,
            cfg!(target_os = "macos"),
        );
        if let Some(value) = setting {
            successor.set("GOTOOLCHAIN", OsStr::new(value));
        }
        let error = successor.start(&self.process.environment);
        if error.kind() == io::ErrorKind::NotFound {
            self.no_such_program(toolchain)
        } else {
            Message::Refused { program, error }
        }
    }

    fn become_system(&self, decision: &Decision, choice: &Choice) -> Message {
        let Some(program) = self.system.find(&Disk, self.call.program) else {
            return Message::NoSystem {
                program: name_of(self.call.program),
                asked_by: (decision.source != Source::Default).then(|| place(&decision.source, Some(choice.line))),
                newest: installed_versions(&self.layout, &Disk).last().copied(),
            };
        };
        let mut successor = self.successor(&program);
        // A wrapper may be another manager's shim, which looks for the next `go` on PATH just as this one does. Without
        // gvr's folder there it cannot come back here, and the two do not call each other for ever.
        let path = is_wrapper(&Disk, &program).then(|| self.system.without_shims(&Disk, self.call.program));
        if let Some(path) = &path {
            successor.set("PATH", path);
        }
        let error = successor.start(&self.process.environment);
        Message::Refused { program, error }
    }

    /// Hands the call over to gvr, which installs the version and runs it.
    fn become_installer(&self, decision: &Decision, choice: &Choice) -> Message {
        let request = decision.to_install(choice);
        let own = self.layout.own_program();
        let gvr = if Disk.program(&own).is_some() { Some(own) } else { self.system.find(&Disk, "gvr") };
        let Some(gvr) = gvr else {
            return Message::NoInstaller { install: shell_word(&request) };
        };
        // Neither a request nor a program's name has a NUL in it: both came out of C strings or were parsed.
        let words = [request.to_string().into_bytes(), self.call.program.as_bytes().to_vec()];
        let words: Vec<_> = words.into_iter().map(|word| CString::new(word).unwrap_or_default()).collect();
        let mut arguments = vec![c"exec", c"--auto-install"];
        arguments.extend(words.iter().map(CString::as_c_str));
        arguments.extend(self.call.arguments);
        let mut successor = Successor::new(&gvr, &arguments);
        successor.set("GVR_ROOT", self.layout.root().as_os_str());
        let error = successor.start(&self.process.environment);
        Message::Refused { program: gvr, error }
    }

    fn successor<'b>(&'b self, program: &'b Path) -> Successor<'b> {
        let mut successor = Successor::new(program, self.call.arguments);
        if !self.settings.keep_goroot {
            successor.unset("GOROOT");
        }
        successor
    }

    fn nothing_to_run(&self, decision: &Decision) -> Message {
        match decision.choices.first().map(|choice| choice.outcome) {
            Some(Outcome::Installed(toolchain)) => self.no_such_program(toolchain),
            _ => Message::Lost,
        }
    }

    fn no_such_program(&self, toolchain: Toolchain) -> Message {
        let versions = installed_versions(&self.layout, &Disk).into_iter();
        Message::NoSuchProgram {
            program: name_of(self.call.program),
            toolchain,
            others: versions.filter(|version| self.is_in(Toolchain::native(*version))).collect(),
        }
    }
}
