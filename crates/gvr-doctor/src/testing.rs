//! Machines to judge in tests, and how to ask what a check makes of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::check::{Check, Evidence};
use crate::facts::{Action, Change, Command, Fact, Facts, GoRoot, PathEntry, Place, Program, Trace, TraceEnd};
use crate::recording;
use crate::report::{Verdict, judge};

/// Where the recorded machines are.
pub(crate) fn recordings() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/facts");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    paths
}

/// A recorded machine.
pub(crate) fn recorded(name: &str) -> Facts {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/facts/{name}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    recording::read(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A Mac with Apple silicon on which all is well.
pub(crate) fn mac() -> Facts {
    recorded("clean-apple-silicon")
}

/// A Linux machine on which all is well.
pub(crate) fn linux() -> Facts {
    recorded("clean-linux")
}

/// What one check says of one healthy machine after something was changed.
pub(crate) struct Cases {
    check: &'static Check,
    machine: fn() -> Facts,
}

impl Cases {
    /// Changes are made to a healthy Mac.
    pub(crate) fn of(check: &'static Check) -> Self {
        Self { check, machine: mac }
    }

    /// Changes are made to a healthy Linux machine.
    pub(crate) fn on_linux(self) -> Self {
        Self { machine: linux, ..self }
    }

    fn verdict(&self, change: impl Fn(&mut Facts)) -> (Facts, Verdict) {
        let mut facts = (self.machine)();
        change(&mut facts);
        let verdict = judge(self.check, &facts);
        if let Verdict::Fail(findings) = &verdict {
            for finding in findings {
                assert!(finding.level <= self.check.level, "{}: worse than the catalogue says", self.check.id);
                assert!(finding.message.ends_with('.'), "{}: {}", self.check.id, finding.message);
                finding.evidence.iter().for_each(|evidence| assert_true(&facts, evidence));
            }
        }
        (facts, verdict)
    }

    #[track_caller]
    pub(crate) fn passes(self, change: impl Fn(&mut Facts)) -> Self {
        assert_eq!(self.verdict(change).1, Verdict::Pass);
        self
    }

    /// It fails, and one of its findings says this.
    #[track_caller]
    pub(crate) fn fails(self, change: impl Fn(&mut Facts), message: &str) -> Self {
        let (_, verdict) = self.verdict(change);
        let Verdict::Fail(findings) = &verdict else { panic!("{verdict:?}") };
        assert!(findings.iter().any(|finding| finding.message.contains(message)), "{findings:#?}");
        self
    }

    /// It fails, and shows this line of a file.
    #[track_caller]
    pub(crate) fn shows(self, change: impl Fn(&mut Facts), place: &str) -> Self {
        let (facts, verdict) = self.verdict(change);
        let Verdict::Fail(findings) = &verdict else { panic!("{verdict:?}") };
        let places = findings.iter().flat_map(|finding| &finding.evidence).filter_map(|evidence| match evidence {
            Evidence::Line { file, line, .. } => Some(format!("{}:{line}", facts.shown(file))),
            Evidence::Traced { command, .. } => Some(format!("traced {}", facts.place(command))),
            _ => None,
        });
        let places: Vec<_> = places.collect();
        assert!(places.iter().any(|known| known == place), "{place} is not among {places:?}");
        self
    }

    /// It offers an edit.
    #[track_caller]
    pub(crate) fn edits(self, change: impl Fn(&mut Facts)) -> Self {
        let (_, verdict) = self.verdict(change);
        let Verdict::Fail(findings) = &verdict else { panic!("{verdict:?}") };
        let has_edits = findings.iter().filter_map(|finding| finding.fix.as_ref()).any(|fix| !fix.edits.is_empty());
        assert!(has_edits, "{findings:#?}");
        self
    }

    #[track_caller]
    pub(crate) fn cannot_tell(self, change: impl Fn(&mut Facts), why: &str) -> Self {
        let (_, verdict) = self.verdict(change);
        assert!(matches!(&verdict, Verdict::Unknown(text) if text.contains(why)), "{verdict:?}");
        self
    }

    #[track_caller]
    pub(crate) fn does_not_apply(self, change: impl Fn(&mut Facts), why: &str) -> Self {
        let (_, verdict) = self.verdict(change);
        assert!(matches!(&verdict, Verdict::NotApplicable(text) if text.contains(why)), "{verdict:?}");
        self
    }
}

/// A line that is shown is that line of the file.
#[track_caller]
pub(crate) fn assert_true(facts: &Facts, evidence: &Evidence) {
    match evidence {
        Evidence::Line { file, line, text } => {
            let content = facts.text(file).unwrap_or_else(|error| panic!("{file}: {error:?}"));
            let content = content.unwrap_or_else(|| panic!("{file} is not there"));
            let index = usize::try_from(*line).unwrap().checked_sub(1).expect("lines count from 1");
            assert_eq!(content.lines().nth(index), Some(text.as_str()), "{file}:{line}");
        }
        Evidence::Variable { name, value } => {
            assert_eq!(facts.variables.known().and_then(|variables| variables.get(name)), Some(value), "{name}");
        }
        Evidence::Path { .. } | Evidence::Value { .. } | Evidence::Traced { .. } => {}
    }
}

/// Ways to change a machine.
impl Facts {
    /// A start-up in which lines of a file put folders in front of PATH.
    pub(crate) fn trace_path(&mut self, file: &str, lines: &[(u32, &str)]) {
        let mut old = "/usr/bin:/bin".to_owned();
        let mut changes = Vec::new();
        for (line, folder) in lines {
            let new = format!("{}:{old}", self.at_home(folder));
            let place = Some(Place { file: self.at_home(file), line: *line });
            changes.push(Change {
                variable: "PATH".to_owned(),
                action: Action::Set,
                command: Command { place, function: None, text: format!("PATH={folder}:$PATH") },
                old: Some(old),
                new: Some(new.clone()),
                scope: None,
                is_exported: Some(true),
                doubt: None,
            });
            old = new;
        }
        let environment = Some([("PATH".to_owned(), old)].into());
        let trace =
            Trace { shell: "zsh".to_owned(), end: TraceEnd::Complete, changes, environment, ..Trace::default() };
        self.trace = Fact::Known(Some(trace));
    }

    pub(crate) fn known_trace(&mut self) -> &mut Trace {
        match &mut self.trace {
            Fact::Known(Some(trace)) => trace,
            other => panic!("{other:?}"),
        }
    }

    fn at_home(&self, path: &str) -> String {
        let home = self.home.known().cloned().unwrap_or_default();
        path.strip_prefix('~').map_or_else(|| path.to_owned(), |rest| format!("{home}{rest}"))
    }

    pub(crate) fn set_variable(&mut self, name: &str, value: &str) {
        if let Fact::Known(variables) = &mut self.variables {
            variables.insert(name.to_owned(), value.to_owned());
        }
    }

    pub(crate) fn set_file(&mut self, path: &str, text: &str) {
        self.files.insert(self.at_home(path), Fact::Known(Some(text.to_owned())));
    }

    pub(crate) fn remove_file(&mut self, path: &str) {
        self.files.remove(&self.at_home(path));
    }

    pub(crate) fn known_path(&mut self) -> &mut Vec<PathEntry> {
        match &mut self.path {
            Fact::Known(path) => path,
            Fact::Unknown { unknown } => panic!("{unknown}"),
        }
    }

    pub(crate) fn put_on_path(&mut self, index: usize, text: &str, has_go: bool) {
        let text = if text.starts_with("~/go") { text.to_owned() } else { self.at_home(text) };
        let entry =
            PathEntry { identity: Some(format!("1:{text}")), text, is_folder: true, has_go, ..PathEntry::default() };
        let path = self.known_path();
        path.insert(index.min(path.len()), entry);
    }

    pub(crate) fn without_shims(&mut self) {
        self.known_path().retain(|entry| !entry.is_shims);
    }

    pub(crate) fn system_mut(&mut self) -> &mut crate::facts::System {
        &mut self.system
    }

    /// The Go that applies here.
    pub(crate) fn own_goroot(&mut self) -> &mut GoRoot {
        let root = self.go.root.known().cloned().flatten().expect("this machine has a Go");
        match self.goroots.get_mut(&root) {
            Some(Fact::Known(root)) => root,
            other => panic!("{other:?}"),
        }
    }

    /// A program of the Go that applies here.
    pub(crate) fn own_program(&mut self, name: &str) -> &mut Program {
        match self.own_goroot().programs.get_mut(name) {
            Some(Fact::Known(program)) => program,
            other => panic!("{other:?}"),
        }
    }

    /// The programs that `go install` has put somewhere.
    pub(crate) fn known_tools(&mut self) -> &mut BTreeMap<String, Fact<Program>> {
        match &mut self.tools {
            Fact::Known(tools) => tools,
            Fact::Unknown { unknown } => panic!("{unknown}"),
        }
    }
}
