//! How each shell is started: its arguments, its environment, and the files that it finds.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::shell::TraceShell;
use crate::probe::{Entry, Session};
use crate::shell::{in_quotes, in_quotes_of_fish};

const ZSH: &str = include_str!("scripts/zsh.zsh");
const BASH: &str = include_str!("scripts/bash.bash");
const FISH: &str = include_str!("scripts/fish.fish");

/// What the shell runs last: it writes what programs find in the environment. /bin/sh understands it everywhere.
const END: &str = r#"for name in PATH GOROOT GOPATH GOBIN GOENV GOTOOLCHAIN GOFLAGS GOPROXY; do
  eval "printf '%s%s\\037' \"\${$name+1}\" \"\${$name-}\""
done >"$1"
"#;

/// The files that a session may leave.
pub(super) const RECORDS: &str = "records";
pub(super) const LAST: &str = "last";
pub(super) const TRAPS: &str = "traps";
pub(super) const ENVIRONMENT: &str = "environment";
pub(super) const PROFILE: &str = "profile";

/// fish reads its files in the order of their names, and this is before all that people type.
const FISH_FIRST: &str = "\u{1}gvr.fish";

/// How a shell is to be started.
#[derive(Clone, Debug)]
pub(super) struct Stage<'a> {
    pub(super) shell: TraceShell,
    pub(super) program: &'a Path,
    pub(super) is_login: bool,
    /// Whether it is to tell what it does. The run that this one is compared with does not.
    pub(super) is_traced: bool,
    pub(super) home: &'a Path,
    /// The environment of a new terminal, without what only gvr needs.
    pub(super) environment: &'a [(OsString, OsString)],
    /// bash: its file for all users.
    pub(super) bashrc: Option<&'a str>,
    /// fish: what its two folders hold.
    pub(super) fish: Option<&'a FishFolders>,
}

/// fish's folders of the user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FishFolders {
    /// Its configuration: `~/.config/fish`.
    pub(super) config: PathBuf,
    /// The names in there, but for `conf.d` and its variables.
    pub(super) names: Vec<OsString>,
    /// The names in `conf.d`.
    pub(super) snippets: Vec<OsString>,
    /// Its file of variables, where there is one.
    pub(super) variables: Option<Vec<u8>>,
    /// Its data: `~/.local/share/fish`.
    pub(super) data: PathBuf,
    /// The names in there, but for the history.
    pub(super) data_names: Vec<OsString>,
}

/// The session that starts the shell; `folder` is the session's own.
pub(super) fn session(stage: &Stage<'_>, folder: &Path) -> Session {
    let mut environment = stage.environment.to_vec();
    let mut set = |name: &str, value: OsString| {
        environment.retain(|(known, _)| known != name);
        environment.push((name.into(), value));
    };
    let given = |name: &str| stage.environment.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    if stage.is_traced {
        set("GVR_TRACE", folder.into());
    }
    let mut entries = vec![("end.sh".into(), Entry::File(END.into()))];
    let mut flags: Vec<OsString> = Vec::new();
    let login = stage.is_login.then_some("-l");
    let end = format!("/bin/sh {}/end.sh {}/{ENVIRONMENT}", quoted(folder, stage.shell), quoted(folder, stage.shell));
    let last = match stage.shell {
        TraceShell::Zsh => {
            if stage.is_traced {
                if let Some(folder) = given("ZDOTDIR") {
                    set("GVR_ZDOTDIR", folder);
                }
                set("ZDOTDIR", folder.join("zsh").into());
                entries.push(("zsh/.zshenv".into(), Entry::File(ZSH.into())));
            }
            flags.extend(login.into_iter().chain(["-i"]).map(OsString::from));
            let tell = if stage.is_traced { "__gvr_end\n" } else { "" };
            format!("{tell}HISTFILE=\nexec {end}")
        }
        TraceShell::Bash if stage.is_traced => {
            set("GVR_LOGIN", if stage.is_login { "1" } else { "0" }.into());
            set("GVR_BASHRC", stage.bashrc.unwrap_or_default().into());
            entries.push(("start.bash".into(), Entry::File(BASH.into())));
            // It reads none of its files itself, and is a login shell all the same.
            flags.extend(["--noprofile", "--norc"].into_iter().chain(login).chain(["-i"]).map(OsString::from));
            format!(". {}/start.bash\nHISTFILE=\nexec {end}", quoted(folder, stage.shell))
        }
        TraceShell::Bash => {
            flags.extend(login.into_iter().chain(["-i"]).map(OsString::from));
            format!("HISTFILE=\nexec {end}")
        }
        TraceShell::Fish => {
            // Its variables, its data, and the pipe by which it tells other shells of new variables.
            let folders = [("XDG_CONFIG_HOME", "config"), ("XDG_DATA_HOME", "data"), ("XDG_RUNTIME_DIR", "runtime")];
            for (name, own) in folders {
                if let Some(value) = given(name) {
                    set(&name.replace("XDG", "GVR"), value);
                }
                set(name, folder.join(own).into());
            }
            // Nothing goes into its history.
            set("fish_history", OsString::new());
            entries.extend(stage.fish.map(fish_entries).unwrap_or_default());
            if stage.is_traced {
                let mut profile = OsString::from("--profile-startup=");
                profile.push(folder.join(PROFILE));
                flags.push(profile);
            }
            flags.extend(login.into_iter().chain(["-i"]).map(OsString::from));
            // By `exec` it would not write down what it ran.
            if stage.is_traced { format!("__gvr_end\n{end}") } else { end }
        }
    };
    flags.extend(["-c".into(), last.into()]);
    Session {
        program: stage.program.to_owned(),
        arguments: flags,
        environment,
        folder: stage.home.to_owned(),
        entries,
        wanted: vec![RECORDS, LAST, TRAPS, ENVIRONMENT, PROFILE],
    }
}

/// fish's folders with links to all that is in the user's own, a copy of its variables, and gvr's file before all others.
fn fish_entries(fish: &FishFolders) -> Vec<(PathBuf, Entry)> {
    let config = Path::new("config/fish");
    let snippets = config.join("conf.d");
    let mut entries = vec![
        (snippets.clone(), Entry::Folder),
        (PathBuf::from("data/fish"), Entry::Folder),
        (PathBuf::from("runtime"), Entry::Folder),
        (snippets.join(FISH_FIRST), Entry::File(FISH.into())),
    ];
    let mut link = |folder: &Path, own: &Path, names: &[OsString]| {
        entries.extend(names.iter().map(|name| (folder.join(name), Entry::Link(own.join(name)))));
    };
    link(config, &fish.config, &fish.names);
    link(&snippets, &fish.config.join("conf.d"), &fish.snippets);
    link(Path::new("data/fish"), &fish.data, &fish.data_names);
    if let Some(variables) = &fish.variables {
        entries.push((config.join("fish_variables"), Entry::File(variables.clone())));
    }
    entries
}

/// A path in single quotes.
fn quoted(path: &Path, shell: TraceShell) -> String {
    let text = path.to_string_lossy();
    match shell {
        TraceShell::Fish => in_quotes_of_fish(&text),
        TraceShell::Zsh | TraceShell::Bash => in_quotes(&text),
    }
}
