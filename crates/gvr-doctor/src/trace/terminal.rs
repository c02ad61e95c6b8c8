//! What a shell finds that a terminal has just started.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::shell::TraceShell;
use super::stage::FishFolders;
use crate::probe::Host;

/// What comes from the session that the terminal belongs to, as far as it is known here.
const KEPT: [&str; 11] = [
    "USER",
    "LOGNAME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TERM",
    "TMPDIR",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "ZDOTDIR",
];

/// The largest file of variables of fish, in bytes.
const MOST: u64 = 1 << 20;

/// The environment. PATH is what the system gives, so that all that is on it besides was put there by the start-up.
pub(super) fn environment(host: &dyn Host, program: &Path, home: &Path, is_mac: bool) -> Vec<(OsString, OsString)> {
    let own = host.environment();
    let mut found: Vec<_> = own
        .into_iter()
        .filter(|(name, value)| KEPT.iter().any(|kept| name == kept) && !value.is_empty())
        .filter(|(name, _)| name != "ZDOTDIR" || !sets_zdotdir(host, home))
        .collect();
    if !found.iter().any(|(name, _)| name == "TERM") {
        found.push(("TERM".into(), "dumb".into()));
    }
    let path = if is_mac { "/usr/bin:/bin:/usr/sbin:/sbin" } else { "/usr/local/bin:/usr/bin:/bin" };
    found.extend([
        ("HOME".into(), home.into()),
        ("SHELL".into(), program.into()),
        ("PATH".into(), path.into()),
        ("GVR_RESOLVING_ENVIRONMENT".into(), "1".into()),
    ]);
    found
}

/// Whether zsh's first files set ZDOTDIR, so that a new terminal does not have it yet.
fn sets_zdotdir(host: &dyn Host, home: &Path) -> bool {
    let files = [home.join(".zshenv"), "/etc/zshenv".into(), "/etc/zsh/zshenv".into()];
    let text = |file: &PathBuf| host.read(file, MOST).ok();
    files.iter().filter_map(text).any(|text| String::from_utf8_lossy(&text).contains("ZDOTDIR="))
}

/// The file for all users that this bash was built to read; many are built to read none.
pub(super) fn bashrc(host: &dyn Host, program: &Path) -> Option<&'static str> {
    const LARGEST: u64 = 64 << 20;
    const FILES: [&str; 2] = ["/etc/bash.bashrc", "/etc/bash/bashrc"];
    let content = host.read(program, LARGEST).ok()?;
    FILES.into_iter().find(|file| content.windows(file.len()).any(|window| window == file.as_bytes()))
}

/// fish's folders.
pub(super) fn fish(
    host: &dyn Host,
    shell: TraceShell,
    environment: &[(OsString, OsString)],
    home: &Path,
) -> Option<FishFolders> {
    const MOST_NAMES: usize = 2000;
    if shell != TraceShell::Fish {
        return None;
    }
    let folder = |name: &str, default: &str| {
        let set = environment.iter().find(|(known, value)| known == name && Path::new(value).is_absolute());
        set.map_or_else(|| home.join(default), |(_, value)| PathBuf::from(value)).join("fish")
    };
    let (config, data) = (folder("XDG_CONFIG_HOME", ".config"), folder("XDG_DATA_HOME", ".local/share"));
    let names = |folder: &Path, without: &[&str]| {
        let names = host.list(folder, MOST_NAMES).unwrap_or_default();
        names.into_iter().filter(|name| !without.iter().any(|other| name == other)).collect::<Vec<_>>()
    };
    Some(FishFolders {
        names: names(&config, &["conf.d", "fish_variables"]),
        snippets: names(&config.join("conf.d"), &[]),
        variables: host.read(&config.join("fish_variables"), MOST).ok(),
        data_names: names(&data, &["fish_history"]),
        config,
        data,
    })
}
