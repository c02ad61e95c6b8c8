//! The ways to the servers that Go and gvr fetch from.

use gvr_doctor::Facts;
use gvr_doctor::facts::{Fact, Route, RouteStage, RouteStep};
use gvr_fetch::{Fetcher, Probe, ProbeLimits, Stage};

use crate::context::Context;

/// Tries them, one beside the other.
pub(super) fn tried(context: &Context<'_>, facts: &Facts) -> Fact<Option<Vec<Route>>> {
    let config = context.fetch_config();
    if config.offline {
        return Fact::unknown("gvr is told to stay offline");
    }
    let fetcher = Fetcher::new(config);
    let limits = ProbeLimits::default();
    let wanted = wanted(context, facts);
    let routes = std::thread::scope(|scope| {
        let (fetcher, limits) = (&fetcher, &limits);
        let probes: Vec<_> = wanted
            .into_iter()
            .map(|(purpose, url)| scope.spawn(move || route(purpose, fetcher.probe(&url, limits))))
            .collect();
        probes.into_iter().filter_map(|probe| probe.join().ok()).collect()
    });
    Fact::Known(Some(routes))
}

/// Says how long each step took: a check that passes says nothing.
pub(super) fn tell(context: &Context<'_>, facts: &Facts) {
    for route in facts.network.known().and_then(Option::as_ref).into_iter().flatten() {
        let steps: Vec<_> =
            route.steps.iter().map(|step| format!("{} {} ms", step.stage.name(), step.milliseconds)).collect();
        let proxy = route.proxy.as_ref().map(|proxy| format!(", by way of {proxy}")).unwrap_or_default();
        let trust = route.trust.as_ref().map(|trust| format!("; trust: {trust}")).unwrap_or_default();
        context.ui.note(format_args!("{} ({}{proxy}): {}{trust}", route.purpose, route.url, steps.join(", ")));
    }
}

/// What to ask, by the setting that names it.
fn wanted(context: &Context<'_>, facts: &Facts) -> Vec<(&'static str, String)> {
    let mut wanted = vec![("GVR_DIST_URL", context.dist_url().to_owned())];
    let proxies = facts.setting("GOPROXY").map(|(value, _)| value).unwrap_or_default();
    let first = proxies.split([',', '|']).map(str::trim).find(|entry| !entry.is_empty()).unwrap_or_default();
    if first.starts_with("http://") || first.starts_with("https://") {
        // Every proxy has a list of Go's own toolchains, if it has anything.
        wanted.push(("GOPROXY", format!("{}/golang.org/toolchain/@v/list", first.trim_end_matches('/'))));
    }
    wanted
}

fn route(purpose: &str, probe: Probe) -> Route {
    let steps = probe.steps.into_iter().map(|step| RouteStep {
        stage: match step.stage {
            Stage::Resolve => RouteStage::Resolve,
            Stage::Connect => RouteStage::Connect,
            Stage::Tls => RouteStage::Tls,
            Stage::Request => RouteStage::Request,
        },
        milliseconds: u64::try_from(step.took.as_millis()).unwrap_or(u64::MAX),
        answer: step.outcome.as_ref().ok().cloned(),
        error: step.outcome.err(),
        hint: step.hint,
    });
    let steps = steps.collect();
    Route { purpose: purpose.to_owned(), url: probe.url, proxy: probe.proxy, trust: probe.trust, steps }
}
