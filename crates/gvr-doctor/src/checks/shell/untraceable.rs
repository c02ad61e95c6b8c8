//! `shell/untraceable`: a start-up file ends before its end.

use crate::check::{Check, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::{Facts, Trace, TraceEnd};

pub(in crate::checks) const CHECK: Check = Check {
    id: "shell/untraceable",
    title: "a start-up file ends before its end",
    level: Level::Note,
    scope: Scope::Everywhere,
    remedy: Remedy::Nothing,
    what: "Lines of your start-up files that leave the file or become another program, such as exec fish or exit; \
           with --trace-shell where the start-up really ended.",
    why: "What stands below such a line is never read in that shell. A line for Go that was added at the end, as \
          installers do, then has no effect.",
    fix: "Put what concerns PATH above that line.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    facts.home.get()?;
    if let Some(finding) = facts.traced().and_then(|trace| seen(facts, trace)) {
        return Ok(vec![finding]);
    }
    let files: Vec<_> = facts.startup_files().into_iter().filter(|(startup, _)| facts.is_own(&startup.path)).collect();
    if files.is_empty() {
        return Err(NotJudged::not_applicable("you have no start-up files"));
    }
    let mut findings = Vec::new();
    for (startup, text) in files {
        let mut lines = text.lines().zip(1..);
        // A line that stands further in is under a condition, and often is right there.
        let Some((_, line)) = lines.find(|(line, _)| leaves(line)) else { continue };
        let below = text.lines().skip(line as usize).filter(|line| is_code(line)).count();
        if below == 0 {
            continue;
        }
        let rest =
            if below == 1 { "the line below it is".to_owned() } else { format!("the {below} lines below it are") };
        let message = format!("{} is left at line {line}: {rest} never read.", facts.shown(&startup.path));
        findings.push(
            Finding::new(Level::Note, &startup.path, message)
                .shown_by([facts.line(&startup.path, line)])
                .mended_by(Fix::words("put what concerns PATH above that line")),
        );
    }
    Ok(findings)
}

/// What was seen where the start-up was traced, whatever the text says.
fn seen(facts: &Facts, trace: &Trace) -> Option<Finding> {
    let how = match trace.end {
        TraceEnd::Complete | TraceEnd::Unseen => return None,
        TraceEnd::Early(_) => "ended".to_owned(),
        TraceEnd::TimedOut(seconds) => format!("took more than {seconds} seconds, and was ended"),
    };
    let last = trace.last.as_ref();
    let place = last.map(|last| format!("; what was seen last is at {}", facts.place(last))).unwrap_or_default();
    let message = format!("The start-up of {} {how} before all of it was read{place}.", trace.shell);
    let subject = last.and_then(|last| last.place.as_ref()).map_or(trace.shell.as_str(), |place| &place.file);
    let evidence = last.map(|last| Evidence::Traced { command: last.clone(), is_exact: true });
    let fix = Fix::words("put what concerns PATH above that line");
    Some(Finding::new(Level::Note, subject, message).shown_by(evidence).mended_by(fix))
}

/// `exec` with redirections alone changes the files of the shell and goes on.
fn leaves(line: &str) -> bool {
    let mut words = line.split_whitespace();
    match (line.starts_with(char::is_whitespace), words.next()) {
        (false, Some("exit")) => true,
        (false, Some("exec")) => words.next().is_some_and(|word| !word.contains(['>', '<']) && !word.starts_with('{')),
        _ => false,
    }
}

fn is_code(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let left = |facts: &mut Facts| facts.set_file("~/.zshrc", "x=1\nexec fish\nexport PATH=/x:$PATH\n");
        Cases::of(&CHECK)
            .passes(|_| {})
            .passes(|facts| facts.set_file("~/.zshrc", "exec 2>/dev/null\nx\n"))
            .passes(|facts| facts.set_file("~/.zshrc", "if true; then\n  exec fish\nfi\nx\n"))
            .passes(|facts| facts.set_file("~/.zshrc", "x\nexec fish\n# the end\n"))
            .fails(left, "~/.zshrc is left at line 2: the line below it is never read")
            .shows(left, "~/.zshrc:2")
            .fails(
                |facts| {
                    facts.trace_path("~/.zshrc", &[(2, "/x")]);
                    facts.known_trace().end = TraceEnd::TimedOut(15);
                    facts.known_trace().last = Some(facts.known_trace().changes[0].command.clone());
                },
                "took more than 15 seconds, and was ended before all of it was read; what was seen last is at ~/.zshrc:2.",
            )
            .cannot_tell(|facts| facts.home = crate::facts::Fact::default(), "it was not recorded")
            .does_not_apply(|facts| facts.files.clear(), "no start-up files");
    }
}
