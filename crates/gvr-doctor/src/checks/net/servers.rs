//! `net/servers`: the servers that Go and gvr fetch from do not answer.

use crate::check::{Check, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::{Facts, Route, RouteStage};

pub(in crate::checks) const CHECK: Check = Check {
    id: "net/servers",
    title: "a server that Go comes from does not answer",
    level: Level::Error,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "How long looking up the name, a connection, TLS and a request take, each with its own limit, for the server of \
           GVR_DIST_URL and the first of GOPROXY, and whose certificates decide. Only with --net, which opens \
           connections.",
    why: "A download that fails says little about why: a name that only the VPN knows, a firewall that swallows packets, a \
          proxy that opens TLS with its own certificate, and a server that is down all end in the same time-out. The step \
          that fails tells them apart.",
    fix: "What the failing step asks for: HTTPS_PROXY, SSL_CERT_FILE, another GOPROXY or GVR_DIST_URL.",
    run,
};

/// From how many milliseconds on a step is called slow.
const SLOW: u64 = 2000;

fn run(facts: &Facts) -> Outcome {
    let Some(routes) = facts.network.get()? else {
        return Err(NotJudged::not_applicable("only --net opens connections"));
    };
    if routes.is_empty() {
        return Err(NotJudged::not_applicable("no server is to be asked"));
    }
    Ok(routes.iter().filter_map(judge).collect())
}

/// Nothing where the server answers in good time.
fn judge(route: &Route) -> Option<Finding> {
    let times = route.steps.iter().map(|step| {
        let what = step.answer.as_deref().or(step.error.as_deref()).unwrap_or_default();
        Evidence::Value { name: step.stage.name().to_owned(), value: format!("{} ms, {what}", step.milliseconds) }
    });
    let proxy = route.proxy.iter().map(|proxy| Evidence::Value { name: "proxy".to_owned(), value: proxy.clone() });
    let trust = route
        .trust
        .iter()
        .map(|trust| Evidence::Value { name: "who decides on trust".to_owned(), value: trust.clone() });
    let evidence: Vec<_> = times.chain(proxy).chain(trust).collect();
    let failed = route.steps.iter().find(|step| step.error.is_some());
    let slow = route.steps.iter().find(|step| step.milliseconds >= SLOW);
    let server = format!("The server of {}, {},", route.purpose, route.url);
    let finding = match (failed, slow) {
        (Some(step), _) => {
            let message = format!("{server} does not answer: the {} failed.", step.stage.name());
            let advice = step.hint.clone().unwrap_or_else(|| advice(step.stage, route).to_owned());
            Finding::new(Level::Error, &route.purpose, message).mended_by(Fix::words(advice))
        }
        (None, Some(step)) => {
            let message = format!("{server} answers, but the {} took {} ms.", step.stage.name(), step.milliseconds);
            Finding::new(Level::Warning, &route.purpose, message)
        }
        (None, None) => return None,
    };
    Some(finding.shown_by(evidence))
}

fn advice(stage: RouteStage, route: &Route) -> &'static str {
    match (stage, route.proxy.is_some()) {
        (RouteStage::Resolve | RouteStage::Connect, true) => {
            "see that the proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY is the right one"
        }
        (RouteStage::Resolve, false) => "see that the name is right, and that the network and its VPN are on",
        (RouteStage::Connect, false) => "behind a proxy, set HTTPS_PROXY; else ask who runs the network's firewall",
        (RouteStage::Tls, _) => "see that the port is one for https, and that nothing on the way breaks TLS",
        (RouteStage::Request, _) => "ask who runs that server or proxy, or choose another",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Fact, RouteStep};
    use crate::testing::Cases;

    fn tried(facts: &mut Facts, milliseconds: u64, error: Option<&str>) {
        let step = |stage, error: Option<&str>| RouteStep {
            stage,
            milliseconds,
            answer: error.is_none().then(|| "answered 200".to_owned()),
            error: error.map(str::to_owned),
            hint: None,
        };
        facts.network = Fact::Known(Some(vec![Route {
            purpose: "GOPROXY".to_owned(),
            url: "https://proxy.golang.org/".to_owned(),
            proxy: None,
            trust: Some("the keychain of macOS".to_owned()),
            steps: vec![step(RouteStage::Resolve, None), step(RouteStage::Connect, error)],
        }]));
    }

    #[test]
    fn judges() {
        Cases::of(&CHECK)
            .passes(|facts| tried(facts, 12, None))
            .fails(|facts| tried(facts, 2500, None), "but the name lookup took 2500 ms")
            .fails(|facts| tried(facts, 12, Some("refused")), "does not answer: the connection failed")
            .cannot_tell(|facts| facts.network = Fact::default(), "it was not recorded")
            .does_not_apply(|facts| facts.network = Fact::Known(Some(Vec::new())), "no server")
            .does_not_apply(|_| {}, "only --net opens connections");
    }
}
