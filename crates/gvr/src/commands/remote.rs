//! What can be installed: the releases that the index lists.

use gvr_core::{Request, Toolchain, Version};
use gvr_fetch::{Freshness, Index, Origin, Release};
use serde::Serialize;

use crate::context::Context;
use crate::error::CliError;
use crate::json;

/// Which releases to list, and how.
#[derive(Clone, Debug, Default)]
pub(super) struct Selection {
    /// Only those that answer this; all unless given.
    pub(super) request: Option<Request>,
    /// Betas and release candidates too.
    pub(super) prereleases: bool,
    /// Ask the server, however fresh the cache is.
    pub(super) refresh: bool,
    /// Nothing but the versions.
    pub(super) bare: bool,
    /// As JSON.
    pub(super) json: bool,
    /// For another machine than this one.
    pub(super) arch: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    platform: String,
    versions: Vec<Offered>,
}

#[derive(Serialize)]
struct Offered {
    version: String,
    stable: bool,
    installed: bool,
    available: bool,
}

/// Lists releases, the newest last: that is where one looks on a terminal.
pub(super) fn list(context: &Context<'_>, selection: &Selection) -> Result<(), CliError> {
    let platform = context.platform(selection.arch.as_deref())?;
    let is_native = Context::native_platform().is_ok_and(|native| native == platform);
    let index = index(context, if selection.refresh { Freshness::Now } else { Freshness::Hourly })?;
    let installed = context.store.installed()?;
    let chosen = index.releases().iter().filter(|release| is_chosen(release, selection));
    let offered = chosen.map(|release| {
        let toolchain = Toolchain { version: release.version(), platform: (!is_native).then_some(platform) };
        Offered {
            version: release.version().to_string(),
            stable: release.is_stable(),
            installed: installed.contains(&toolchain),
            available: release.archive(platform).is_some(),
        }
    });
    if selection.json {
        return json::print(context, &Answer { platform: platform.to_string(), versions: offered.collect() });
    }
    for offered in offered {
        if selection.bare {
            if offered.available {
                context.ui.data(offered.version)?;
            }
            continue;
        }
        let note = match (offered.available, offered.installed) {
            (false, _) => format!(" (none for {platform})"),
            (true, true) => " (installed)".to_owned(),
            (true, false) => String::new(),
        };
        context.ui.data(format_args!("  {}{note}", offered.version))?;
    }
    Ok(())
}

/// The index, saying so where it is not as fresh as it should be.
pub(super) fn index(context: &Context<'_>, freshness: Freshness) -> Result<Index, CliError> {
    let answer = context.fetcher().index(freshness)?;
    if let Origin::Stale { why } = &answer.origin {
        let why = CliError::from_chain(0, &**why);
        context.ui.warn(format_args!("using the list of releases from before: {why}"));
    }
    Ok(answer.index)
}

fn is_chosen(release: &Release, selection: &Selection) -> bool {
    match &selection.request {
        None => release.is_stable() || selection.prereleases,
        Some(request) => {
            let fits = |version: Version| request.select(&[version]).is_some();
            match request {
                // A minor's betas and candidates are asked for with it, where any are.
                Request::Minor(major, minor) if selection.prereleases => {
                    (release.version().major(), release.version().minor()) == (*major, *minor)
                }
                _ => fits(release.version()),
            }
        }
    }
}
