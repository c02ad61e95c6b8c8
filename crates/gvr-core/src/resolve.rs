//! Which version applies: one pure function of a query and the files it finds.

use std::fmt;

use crate::files::Files;
use crate::pins::{Asks, PinError, PinFile, Pinned, Requirement};
use crate::search::{Candidate, Interest, Query, Source, search};
use crate::system::SystemPath;
use crate::{Layout, Request, Toolchain, Version};

/// The version that applies, and who said so.
#[derive(Debug, PartialEq, Eq)]
pub struct Decision {
    /// Who decided.
    pub source: Source,
    /// What was asked for and what that means here. Never empty; the first decides, the others only add commands.
    pub choices: Vec<Choice>,
    /// The minimum that a `go.mod` or `go.work` states, if that was what was found.
    pub minimum: Option<(Source, Requirement)>,
}

impl Decision {
    /// What to install so that this choice is there: a `go.mod` is taken at its word.
    pub fn to_install(&self, choice: &Choice) -> Request {
        match &self.minimum {
            Some((_, requirement)) => requirement.to_install(),
            None => choice.request.clone(),
        }
    }
}

/// One version that was asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Choice {
    /// What was asked for.
    pub request: Request,
    /// In which line of the source, counted from 1.
    pub line: u32,
    /// What it comes to.
    pub outcome: Outcome,
}

/// What a request comes to on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// This toolchain, which is installed.
    Installed(Toolchain),
    /// The next real `go` on PATH.
    System,
    /// Nothing that is installed.
    Missing,
}

/// A candidate that comes first cannot be understood; taking the next one instead would run the wrong Go.
#[derive(Debug)]
pub struct ResolveError {
    /// Where it stands.
    pub source: Source,
    /// What is wrong with it.
    pub error: PinError,
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.source, self.error.line()) {
            (Source::Variable(name), _) => write!(f, "{name}: {}", self.error),
            (source, line) => match (source.path(), line) {
                (Some(path), Some(line)) => write!(f, "{}:{line}: {}", path.display(), self.error),
                (Some(path), None) => write!(f, "{}: {}", path.display(), self.error),
                (None, _) => self.error.fmt(f),
            },
        }
    }
}

impl std::error::Error for ResolveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// Decides which version applies.
///
/// The order is: the command line; the variable; the nearest folder upwards that has `.go-version`, `.tool-versions`
/// with a line for Go, `go.work` or `go.mod`; the global version; the system's Go. `go.work` and `go.mod` state a
/// minimum only: the version that the last two steps give is kept where it satisfies it.
pub fn resolve(
    query: &Query<'_>,
    layout: &Layout,
    files: &impl Files,
    system: &SystemPath<'_>,
) -> Result<Decision, ResolveError> {
    let Found { minimum, pin } = first_that_asks(query, layout, files)?;
    let (default_source, pinned) =
        pin.unwrap_or_else(|| (Source::Default, vec![Pinned { request: Request::System, line: 1 }]));
    let choices = pinned.into_iter().map(|pinned| choose(pinned, layout, files)).collect();
    let default = Decision { source: default_source, choices, minimum: None };
    Ok(match minimum {
        Some((source, requirement)) => apply_minimum(source, requirement, default, layout, files, system),
        None => default,
    })
}

/// The version that a folder asks to be installed: as [`resolve`], but a `go.mod` or `go.work` is taken at its word,
/// whatever else is installed. `None` where nothing asks for a version.
pub fn wanted(
    query: &Query<'_>,
    layout: &Layout,
    files: &impl Files,
) -> Result<Option<(Source, Vec<Pinned>)>, ResolveError> {
    let Found { minimum, pin } = first_that_asks(query, layout, files)?;
    Ok(match minimum {
        Some((source, requirement)) => {
            Some((source, vec![Pinned { request: requirement.to_install(), line: requirement.line }]))
        }
        None => pin.filter(|(source, _)| *source != Source::Default),
    })
}

/// What was found, as far as it matters for the decision.
struct Found {
    /// The minimum that comes before any pin.
    minimum: Option<(Source, Requirement)>,
    /// The first pin; where there is a minimum, the first of the defaults.
    pin: Option<(Source, Vec<Pinned>)>,
}

fn first_that_asks(query: &Query<'_>, layout: &Layout, files: &impl Files) -> Result<Found, ResolveError> {
    let mut found = Found { minimum: None, pin: None };
    let mut broken = None;
    search(query, layout, files, &mut |Candidate { source, asks }| match asks {
        Ok(Asks::Nothing(_)) if found.minimum.is_some() => Interest::Defaults,
        Ok(Asks::Nothing(_)) => Interest::Everything,
        Ok(Asks::Minimum(requirement)) => {
            let is_module = matches!(source, Source::File(PinFile::GoMod, _));
            if found.minimum.as_ref().is_none_or(|(_, known)| known.version < requirement.version) {
                found.minimum = Some((source, requirement));
            }
            // A module may lie in a workspace whose file is further up; Go then goes by that one.
            if is_module { Interest::Workspace } else { Interest::Defaults }
        }
        Ok(Asks::Pin(pinned)) => {
            found.pin = Some((source, pinned));
            Interest::Nothing
        }
        Err(error) => {
            broken = Some(ResolveError { source, error });
            Interest::Nothing
        }
    });
    broken.map_or(Ok(found), Err)
}

/// The versions that are installed for this machine's own platform, in ascending order.
pub fn installed_versions(layout: &Layout, files: &impl Files) -> Vec<Version> {
    let names = files.list(&layout.versions()).unwrap_or_default();
    let toolchains = names.iter().filter_map(|name| Toolchain::from_folder_name(name.to_str()?));
    let mut versions: Vec<_> =
        toolchains.filter(|toolchain| toolchain.platform.is_none()).map(|toolchain| toolchain.version).collect();
    versions.sort_unstable();
    versions
}

fn choose(pinned: Pinned, layout: &Layout, files: &impl Files) -> Choice {
    let Pinned { request, line } = pinned;
    let outcome = outcome_of(&request, layout, files);
    Choice { request, line, outcome }
}

/// What a request comes to among the installed versions.
pub fn outcome_of(request: &Request, layout: &Layout, files: &impl Files) -> Outcome {
    match request {
        Request::System => Outcome::System,
        // The common case, and the reason why the shim does not list the store on every call.
        Request::Exact(toolchain) if files.is_folder(&layout.toolchain(*toolchain)) => Outcome::Installed(*toolchain),
        Request::Exact(_) => Outcome::Missing,
        _ => match request.select(&installed_versions(layout, files)) {
            Some(version) => Outcome::Installed(Toolchain::native(version)),
            None => Outcome::Missing,
        },
    }
}

/// Keeps the default where it satisfies the minimum, else takes what comes nearest to it.
fn apply_minimum(
    source: Source,
    requirement: Requirement,
    default: Decision,
    layout: &Layout,
    files: &impl Files,
    system: &SystemPath<'_>,
) -> Decision {
    let required = requirement.version;
    let (default_version, is_system) = match default.choices.first().map(|choice| choice.outcome) {
        Some(Outcome::Installed(toolchain)) => (Some(toolchain.version), false),
        Some(Outcome::System) => (system.version(files), true),
        Some(Outcome::Missing) | None => (None, false),
    };
    if default_version.is_some_and(|version| version >= required) {
        return Decision { minimum: Some((source, requirement)), ..default };
    }
    let chosen = satisfying(required, &installed_versions(layout, files));
    // A system Go that does not say its version may well satisfy it; it is the only thing to try.
    if chosen.is_none() && is_system && default_version.is_none() && system.find(files, "go").is_some() {
        return Decision { minimum: Some((source, requirement)), ..default };
    }
    let outcome = chosen.map_or(Outcome::Missing, |version| Outcome::Installed(Toolchain::native(version)));
    let choice = Choice { request: Request::from(required), line: requirement.line, outcome };
    Decision { source: source.clone(), choices: vec![choice], minimum: Some((source, requirement)) }
}

/// The version itself, else the newest patch of its minor, else the oldest that is newer. `installed` is ascending.
fn satisfying(required: Version, installed: &[Version]) -> Option<Version> {
    let newer = installed.iter().copied().filter(|version| *version >= required);
    let exact = newer.clone().find(|version| *version == required);
    // A release before a prerelease of a later patch, as everywhere.
    let patch = newer
        .clone()
        .filter(|version| version.same_minor(required))
        .max_by_key(|version| (!version.is_prerelease(), *version));
    let release = newer.clone().find(|version| !version.is_prerelease());
    exact.or(patch).or(release).or_else(|| newer.clone().next())
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::fixture::MemoryFiles;

    const SHIM: &str = "/gvr/shims/go";

    /// What is decided in `/home/me/repo/sub`, as `version @ source:line`.
    #[track_caller]
    fn check(files: MemoryFiles, expected: &str) {
        check_with(files, &Query::default(), None, expected);
    }

    #[track_caller]
    fn check_with(files: MemoryFiles, query: &Query<'_>, path: Option<&str>, expected: &str) {
        let folders = [PathBuf::from("/home/me/repo/sub")];
        let folders = if query.folders.is_empty() { &folders[..] } else { query.folders };
        let query = Query { folders, ..query.clone() };
        let system = SystemPath { path: path.map(OsStr::new), shim: Some(Path::new(SHIM)) };
        let found = match resolve(&query, &Layout::new("/gvr"), &files, &system) {
            Ok(decision) => {
                decision.choices.iter().map(|choice| line(&decision, choice)).collect::<Vec<_>>().join("; ")
            }
            Err(error) => format!("error: {error}"),
        };
        assert_eq!(found, expected);
    }

    fn line(decision: &Decision, choice: &Choice) -> String {
        let outcome = match choice.outcome {
            Outcome::Installed(toolchain) => toolchain.to_string(),
            Outcome::System => "system".to_owned(),
            Outcome::Missing => format!("{} missing", choice.request),
        };
        let source = match &decision.source {
            Source::Argument => "argument".to_owned(),
            Source::Variable(name) => (*name).to_owned(),
            Source::Default => "default".to_owned(),
            file => format!("{}:{}", file.path().unwrap().display(), choice.line),
        };
        format!("{outcome} @ {source}")
    }

    fn store() -> MemoryFiles {
        MemoryFiles::default().installed(&["1.22.9", "1.22.10", "1.23.1", "1.24.11", "1.27.3", "1.25rc1"])
    }

    fn variable(value: &str) -> Query<'_> {
        Query { variable: Some(("GVR_VERSION", OsStr::new(value))), ..Query::default() }
    }

    #[test]
    fn the_nearest_file_decides() {
        let repo = || store().file("/home/me/repo/.go-version", "1.22.9\n").file("/gvr/version", "1.27.3");
        check(repo(), "1.22.9 @ /home/me/repo/.go-version:1");
        check(repo().file("/home/me/repo/sub/.go-version", "\n1.23.1"), "1.23.1 @ /home/me/repo/sub/.go-version:2");
        check(
            repo().file("/home/me/repo/sub/.tool-versions", "golang 1.22"),
            "1.22.10 @ /home/me/repo/sub/.tool-versions:1",
        );
        check(repo().file("/home/me/repo/sub/.tool-versions", "nodejs 20"), "1.22.9 @ /home/me/repo/.go-version:1");
        check(repo().file("/home/me/.go-version", "1.23.1"), "1.22.9 @ /home/me/repo/.go-version:1");
        check(store().file("/gvr/version", "1.27.3"), "1.27.3 @ /gvr/version:1");
        check(store(), "system @ default");
    }

    #[test]
    fn within_a_folder_pins_come_before_minimums() {
        let folder = |name: &str| format!("/home/me/repo/{name}");
        let go_mod = || store().file(&folder("go.mod"), "go 1.27");
        check(go_mod().file(&folder(".tool-versions"), "go 1.23.1"), "1.23.1 @ /home/me/repo/.tool-versions:1");
        check(
            go_mod().file(&folder(".tool-versions"), "go 1.23.1").file(&folder(".go-version"), "1.22.9"),
            "1.22.9 @ /home/me/repo/.go-version:1",
        );
    }

    #[test]
    fn the_command_line_and_the_variables_come_first() {
        let repo = || store().file("/home/me/repo/.go-version", "1.22.9\n");
        let argument = Query { argument: Some("1.23"), ..variable("1.22.9") };
        check_with(repo(), &argument, None, "1.23.1 @ argument");
        check_with(repo(), &variable("1.24.11"), None, "1.24.11 @ GVR_VERSION");
        check_with(repo(), &variable("1.24.11:1.23.1"), None, "1.24.11 @ GVR_VERSION; 1.23.1 @ GVR_VERSION");
        check_with(repo(), &variable("1.99.0"), None, "1.99.0 missing @ GVR_VERSION");
        check_with(repo(), &variable("../x"), None, "error: GVR_VERSION: '../x' is not a Go version");
    }

    #[test]
    fn a_minimum_keeps_a_default_that_satisfies_it() {
        let go_mod = |content| store().file("/home/me/repo/go.mod", content);
        let global = |content, version| go_mod(content).file("/gvr/version", version);
        check(global("go 1.24", "1.27.3"), "1.27.3 @ /gvr/version:1");
        check(global("go 1.22\ntoolchain go1.24.11", "1.27.3"), "1.27.3 @ /gvr/version:1");
        check(global("go 1.22\ntoolchain go1.24.11", "1.23.1"), "1.24.11 @ /home/me/repo/go.mod:2");
        check(global("go 1.24", "1.23.1"), "1.24.11 @ /home/me/repo/go.mod:1");
        check(global("go 1.24", "1.99.0"), "1.24.11 @ /home/me/repo/go.mod:1");
    }

    #[test]
    fn a_minimum_takes_itself_then_its_minors_newest_then_the_oldest_newer() {
        let go_mod = |content| store().file("/home/me/repo/go.mod", content);
        check(go_mod("go 1.22.9"), "1.22.9 @ /home/me/repo/go.mod:1");
        check(go_mod("go 1.22"), "1.22.10 @ /home/me/repo/go.mod:1");
        check(go_mod("go 1.22.3"), "1.22.10 @ /home/me/repo/go.mod:1");
        check(go_mod("go 1.21"), "1.22.9 @ /home/me/repo/go.mod:1");
        check(go_mod("go 1.25"), "1.25rc1 @ /home/me/repo/go.mod:1");
        check(go_mod("go 1.26"), "1.27.3 @ /home/me/repo/go.mod:1");
        check(go_mod("go 1.28"), "1.28 missing @ /home/me/repo/go.mod:1");
        check(go_mod("go 1.28.2"), "1.28.2 missing @ /home/me/repo/go.mod:1");
        check(go_mod("go 1.99\ntoolchain default"), "system @ default");
    }

    #[test]
    fn only_a_newer_go_satisfies_a_lone_module() {
        let files = MemoryFiles::default().installed(&["1.27.3"]).file("/home/me/repo/go.mod", "go 1.24");
        check(files, "1.27.3 @ /home/me/repo/go.mod:1");
    }

    #[test]
    fn a_workspace_raises_its_modules_minimum() {
        let files =
            || store().file("/home/me/repo/sub/go.mod", "go 1.22").file("/home/me/go.work", "go 1.24\nuse ./repo/sub");
        check(files(), "1.24.11 @ /home/me/go.work:1");
        let gowork = |value: &'static str| Query { gowork: Some(OsStr::new(value)), ..Query::default() };
        check_with(files(), &gowork("off"), None, "1.22.10 @ /home/me/repo/sub/go.mod:1");
        check_with(files().file("/w", "go 1.26"), &gowork("/w"), None, "1.27.3 @ /w:1");
        let ignored = Query { ignores_go_mod: true, ..Query::default() };
        check_with(files(), &ignored, None, "system @ default");
    }

    #[test]
    fn the_systems_go_can_satisfy_a_minimum() {
        let files = || store().file("/home/me/repo/go.mod", "go 1.24").program("/usr/local/go/bin/go", 9);
        let path = Some("/gvr/shims:/usr/local/go/bin");
        let versioned = |version: &str| files().file("/usr/local/go/VERSION", version);
        check_with(versioned("go1.26.1\ntime x"), &Query::default(), path, "system @ default");
        check_with(versioned("go1.19"), &Query::default(), path, "1.24.11 @ /home/me/repo/go.mod:1");
        check_with(files(), &Query::default(), path, "1.24.11 @ /home/me/repo/go.mod:1");
        let unknown = MemoryFiles::default().file("/home/me/repo/go.mod", "go 1.24").program("/usr/bin/go", 9);
        check_with(unknown, &Query::default(), Some("/usr/bin"), "system @ default");
    }

    #[test]
    fn the_systems_go_is_never_a_shim() {
        let system = |path| SystemPath { path: Some(OsStr::new(path)), shim: Some(Path::new(SHIM)) };
        let files = MemoryFiles::default()
            .program("/gvr/shims/go", 7)
            .program("/linked/go", 7)
            .program("/other/shims/go", 8)
            .file("/other/shims/.gvr-shims", "")
            .program("/usr/bin/go", 9)
            .program("go", 10);
        let found = |path| system(path).find(&files, "go");
        assert_eq!(found("/gvr/shims:/linked:/other/shims:/usr/bin"), Some("/usr/bin/go".into()));
        assert_eq!(found("/gvr/shims:/gvr/shims"), None);
        assert_eq!(found("::.:/nowhere"), None);
    }

    #[test]
    fn what_comes_first_and_is_broken_is_an_error() {
        let pin = "/home/me/repo/.go-version";
        check(store().file(pin, "1.22.9\n../../etc"), &format!("error: {pin}:2: '../../etc' is not a Go version"));
        check(
            store().other(pin, "a named pipe"),
            &format!("error: {pin}: cannot read it: it is a named pipe, not a file"),
        );
        check(store().folder(pin), &format!("error: {pin}: cannot read it: it is a folder, not a file"));
        check(
            store().file(pin, &"x".repeat(1 << 20)),
            &format!("error: {pin}: cannot read it: it is larger than 65536 bytes"),
        );
        check(
            store().file("/home/me/repo/sub/.go-version", "1.23.1").file(pin, "?"),
            "1.23.1 @ /home/me/repo/sub/.go-version:1",
        );
    }

    #[test]
    fn a_folder_given_by_variable_comes_before_the_working_directory() {
        let files = || store().file("/home/me/repo/.go-version", "1.22.9").file("/other/.go-version", "1.23.1");
        let folders = [PathBuf::from("/other/deep"), PathBuf::from("/home/me/repo")];
        let query = Query { folders: &folders, ..Query::default() };
        check_with(files(), &query, None, "1.23.1 @ /other/.go-version:1");
        let folders = [PathBuf::from("/empty"), PathBuf::from("/home/me/repo")];
        check_with(
            files(),
            &Query { folders: &folders, ..Query::default() },
            None,
            "1.22.9 @ /home/me/repo/.go-version:1",
        );
    }

    #[test]
    fn what_to_install_takes_a_module_at_its_word() {
        let wanted = |content: &str| {
            let files = store().file("/home/me/repo/go.mod", content).file("/gvr/version", "1.27.3");
            let folders = [PathBuf::from("/home/me/repo")];
            let query = Query { folders: &folders, ..Query::default() };
            let (_, pinned) = wanted(&query, &Layout::new("/gvr"), &files).unwrap().unwrap();
            pinned.iter().map(|pinned| pinned.request.to_string()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(wanted("go 1.22\ntoolchain go1.24.11"), "1.24.11");
        assert_eq!(wanted("go 1.22"), "1.22");
        assert_eq!(wanted("go 1.22.5"), "1.22");
        assert_eq!(wanted("module x"), "1.27.3");
    }
}
