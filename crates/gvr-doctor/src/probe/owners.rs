//! Whose the files in Go's folders are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::host::{Foreign, Host, HostError};
use crate::facts::{Fact, Facts, Ownership};
use crate::ownership::{self, Limits};

/// How many offenders are named.
const NAMED: usize = 5;
/// After how long a walk ends; what it has seen by then counts.
const PATIENCE: Duration = Duration::from_secs(5);

/// Walks a folder that is there.
pub(super) fn walk(folder: &Path, user: u32) -> Foreign {
    let limits = Limits { named: NAMED, patience: PATIENCE, ..Limits::default() };
    let found = ownership::walk(&[folder.to_owned()], user, &limits).pop().unwrap_or_default();
    Foreign {
        count: found.foreign(user),
        owner: found.offenders.first().map(|offender| offender.owner),
        cut_short: cut_short(&found),
        first: found.offenders.into_iter().map(|offender| offender.path).collect(),
    }
}

/// Why a walk has not seen all.
fn cut_short(found: &ownership::Ownership) -> Option<String> {
    if found.is_cut_short {
        return Some(format!("the walk was cut short after {} s and {} files", PATIENCE.as_secs(), found.entries));
    }
    let (path, why) = found.unreadable.example.as_ref()?;
    let more = match found.unreadable.count {
        0 | 1 => String::new(),
        count => format!(", and {} more", count - 1),
    };
    Some(format!("{} could not be looked into ({why}){more}", path.display()))
}

/// Every place that Go writes to.
pub(super) fn capture(host: &dyn Host, facts: &Facts) -> Fact<Vec<Ownership>> {
    let Fact::Known(user) = facts.system.uid else { return Fact::unknown("the user is not known") };
    if user == 0 {
        return Fact::Known(Vec::new());
    }
    let mut found = Vec::new();
    for (path, place) in places(facts) {
        let foreign = match host.foreign(&path, user) {
            Ok(foreign) => foreign,
            Err(HostError::Absent) => continue,
            Err(error) => Foreign { cut_short: Some(error.to_string()), ..Foreign::default() },
        };
        if foreign.count > 0 || foreign.cut_short.is_some() {
            found.push(Ownership {
                place: place.to_owned(),
                path: path.to_string_lossy().into_owned(),
                foreign: foreign.count,
                first: foreign.first.iter().map(|path| path.to_string_lossy().into_owned()).collect(),
                owner: foreign.owner,
                cut_short: foreign.cut_short,
            });
        }
    }
    Fact::Known(found)
}

/// By their path, so that none is walked twice.
fn places(facts: &Facts) -> BTreeMap<PathBuf, &'static str> {
    let setting = |name: &str| facts.setting(name).map(|(value, _)| value).unwrap_or_default();
    let config = facts.go.settings_file.known().cloned().flatten();
    let mut places = vec![
        ("GOMODCACHE", setting("GOMODCACHE")),
        ("GOCACHE", setting("GOCACHE")),
        ("the folder of go install", facts.install_folder().unwrap_or_default()),
        ("GVR_ROOT", facts.gvr.root.known().cloned().unwrap_or_default()),
    ];
    // Beside the settings lies the telemetry.
    places.extend(config.and_then(|file| file.strip_suffix("/env").map(|folder| ("Go's settings", folder.to_owned()))));
    let absolute = places.into_iter().filter(|(_, path)| path.starts_with('/'));
    absolute.map(|(place, path)| (PathBuf::from(path), place)).collect()
}
