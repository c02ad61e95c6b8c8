//! What is known of a machine: plain data, which can be written to a file and judged elsewhere.

mod derived;
mod fact;
mod machine;
mod network;
mod pins;
mod program;
mod settings;
mod trace;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::readers::receipt::Receipt;

pub use derived::unset_command;
pub use fact::Fact;
pub use machine::{OpenFiles, System};
pub use network::{Route, RouteStage, RouteStep};
pub use pins::{Pin, Required};
pub use program::{
    Access, Certificates, GoRoot, GodebugTable, Leftover, Library, MachO, Ownership, PathEntry, Program, ShellRun,
    Signature,
};
pub use settings::Setter;
pub use trace::{Action, Change, Command, Comparison, Difference, Hook, Place, TRACED, Trace, TraceEnd, VariableScope};

/// The number in every recording; it grows when a field changes its meaning or goes away.
pub const SCHEMA: u32 = 1;

/// Everything that the checks may know.
///
/// Paths are absolute and text; what is no UTF-8 was replaced by `U+FFFD`. A recording has the home folder as `~`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Facts {
    /// The schema of a recording.
    pub schema: u32,
    /// Where these facts come from.
    pub origin: Origin,
    /// The machine.
    pub system: System,
    /// The user's home folder.
    pub home: Fact<String>,
    /// The working folder.
    pub folder: Fact<String>,
    /// The variables that matter to Go; of all others nothing is known.
    pub variables: Fact<BTreeMap<String, String>>,
    /// The text of the files that a check may cite; null where there is no such file.
    pub files: BTreeMap<String, Fact<Option<String>>>,
    /// PATH, entry by entry.
    pub path: Fact<Vec<PathEntry>>,
    /// Programs on PATH called `go` and `gofmt`, by the path by which they are found.
    pub programs: BTreeMap<String, Fact<Program>>,
    /// Every Go that matters here, by its folder.
    pub goroots: BTreeMap<String, Fact<GoRoot>>,
    /// gvr's own state.
    pub gvr: Gvr,
    /// The Go that `go` is in the working folder.
    pub go: Go,
    /// What lies where `go install` puts programs.
    pub tools: Fact<BTreeMap<String, Fact<Program>>>,
    /// Files of other users in the places that Go writes to.
    pub ownership: Fact<Vec<Ownership>>,
    /// Go of other managers and installers.
    pub leftovers: Fact<Vec<Leftover>>,
    /// What macOS's installer remembers of Go's own package; null where it has never had it.
    pub receipt: Fact<Option<Receipt>>,
    /// The libraries that cgo's variables lead to.
    pub libraries: Fact<Vec<Library>>,
    /// The C compiler that cgo would call; null where there is none.
    pub compiler: Fact<Option<String>>,
    /// The certificates of the environment; null where it names none.
    pub certificates: Fact<Option<Certificates>>,
    /// What different ways of starting the shell find. Only `--shells` asks.
    pub shells: Fact<Vec<ShellRun>>,
    /// What the start-up of the user's shell does; null where it was not traced, which only `--trace-shell` does.
    pub trace: Fact<Option<Trace>>,
    /// The ways to the servers that matter; null where they were not tried, which only `--net` does.
    pub network: Fact<Option<Vec<Route>>>,
}

/// Where facts come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Origin {
    /// How they came about.
    pub kind: OriginKind,
    /// What machine it is, for people.
    pub about: String,
}

/// How facts came about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OriginKind {
    /// Asked of a machine, by this program.
    #[default]
    Recorded,
    /// Put together by hand from documentation and source code; no such machine was asked.
    WrittenFromDocumentation,
}

/// gvr's own state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gvr {
    /// Its root.
    pub root: Fact<String>,
    /// The installed toolchains, by the names of their folders.
    pub installed: Fact<Vec<String>>,
    /// The permissions of its root and of its folder of shims, by path.
    pub access: BTreeMap<String, Access>,
}

/// The Go that `go` is in the working folder, whoever chose it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Go {
    /// Its GOROOT by its place, whatever the variable says; null where there is no Go.
    pub root: Fact<Option<String>>,
    /// Its version: `1.22.5`; null where there is no Go, or it does not say.
    pub version: Fact<Option<String>>,
    /// Go's file of settings (`go env -w`); null where it is switched off.
    pub settings_file: Fact<Option<String>>,
    /// The GODEBUG keys that it knows; null where its source does not say, or GODEBUG is not set.
    pub godebug: Fact<Option<GodebugTable>>,
}
