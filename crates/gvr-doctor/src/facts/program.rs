//! Facts about programs and the trees they lie in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Fact;

/// An entry of PATH.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PathEntry {
    /// The entry as PATH has it.
    pub text: String,
    /// Whether a folder is there.
    pub is_folder: bool,
    /// Which folder it is, links followed: two entries with one identity are one folder.
    pub identity: Option<String>,
    /// The folder's permissions.
    pub access: Option<Access>,
    /// Whether it holds gvr's shims, whichever root they belong to.
    pub is_shims: bool,
    /// Whether it has a program `go`.
    pub has_go: bool,
}

/// Who may write, and who owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// The permission bits, of which the last nine and the sticky bit count.
    pub mode: u32,
    /// The owner's number.
    pub uid: u32,
    /// The group's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gid: Option<u32>,
}

impl Access {
    /// Whether everybody may put a file there: a folder with the sticky bit is open, but keeps each one's files apart.
    pub fn is_open_to_all(self) -> bool {
        self.mode & 0o002 != 0
    }

    /// Whether a group of several may write: not one of the system's own, whose members may do more than that anyway, nor the one
    /// that Linux makes for each user alone.
    pub fn is_open_to_group(self, is_mac: bool) -> bool {
        // wheel and admin.
        const MAC: [u32; 2] = [0, 80];
        // From here on there are the groups of people: `users` has this number.
        const FIRST_OF_PEOPLE: u32 = 100;
        let is_shared = |gid: u32| {
            if is_mac { !MAC.contains(&gid) } else { gid >= FIRST_OF_PEOPLE && gid != self.uid }
        };
        self.mode & 0o020 != 0 && self.gid.is_some_and(is_shared)
    }
}

/// A program's file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Program {
    /// The file itself, links followed.
    pub real: Option<String>,
    /// What the file is: `mach-o`, `elf`, `pe`, `script` or `other`.
    pub format: String,
    /// What it runs on, as GOARCH names it; several for a fat file.
    pub archs: Vec<String>,
    /// The Go that it was built with, as its build information has it: `go1.22.5`.
    pub go: Option<String>,
    /// What only a Mach-O file tells.
    pub mach_o: Option<MachO>,
    /// The raw value of `com.apple.quarantine`.
    pub quarantine: Option<String>,
}

/// What a Mach-O file says about where it runs and who vouches for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MachO {
    /// The oldest macOS that runs it.
    pub min_os: Option<String>,
    /// The SDK it was built with.
    pub sdk: Option<String>,
    /// Whether it has an `LC_UUID`.
    pub has_uuid: bool,
    /// Its signature.
    pub signature: Option<Signature>,
}

/// A code signature.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Signature {
    /// Whether nobody vouches for it.
    pub is_ad_hoc: bool,
    /// Who signed.
    pub team: Option<String>,
    /// What it was signed as.
    pub identifier: Option<String>,
    /// The pages whose hash is not the signed one, counted from 0; null where they were not looked at.
    pub bad_pages: Option<Vec<u64>>,
}

/// A folder that is, or should be, a complete Go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GoRoot {
    /// Whether the folder is there.
    pub exists: bool,
    /// Whether it has `pkg/tool`, without which it is no Go.
    pub has_tools: bool,
    /// The first line of its `VERSION`: `go1.22.5`.
    pub version: Option<String>,
    /// Its programs, by their path below the folder: `bin/go`, `pkg/tool/darwin_arm64/compile`.
    pub programs: BTreeMap<String, Fact<Program>>,
}

/// What another manager or installer of Go left behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leftover {
    /// Its name: `goenv`.
    pub manager: String,
    /// Where.
    pub path: String,
}

/// Files in a place of Go's that belong to somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ownership {
    /// What the place is: `GOMODCACHE`.
    pub place: String,
    /// Where it is.
    pub path: String,
    /// How many files belong to another user.
    pub foreign: u64,
    /// The first of them.
    pub first: Vec<String>,
    /// Whose they are.
    pub owner: Option<u32>,
    /// Why not all of it was seen, as a part of a sentence; null where all was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_short: Option<String>,
}

/// A library that cgo would link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Library {
    /// Its file.
    pub path: String,
    /// What it is made for, as GOARCH names it.
    pub archs: Vec<String>,
    /// The variable that leads there: `CGO_LDFLAGS`.
    pub from: String,
}

/// One way in which a shell was started, and what it then finds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShellRun {
    /// How: `login, interactive`.
    pub how: String,
    /// The first `go` that is found; null where there is none.
    pub go: Option<String>,
    /// Whether the start-up files ran to their end.
    pub is_complete: bool,
}

/// The keys of GODEBUG that a Go knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GodebugTable {
    /// Those it obeys.
    pub known: Vec<String>,
    /// Those it obeyed once, and refuses now.
    pub removed: Vec<String>,
}

/// The certificates that `SSL_CERT_FILE` or `SSL_CERT_DIR` name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificates {
    /// Where.
    pub path: String,
    /// How many certificates were found there; null where nothing is there.
    pub count: Option<u64>,
}
