//! A traced start-up for programs, as a part of the doctor's report.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::facts::{Action, Change, Command, Comparison, Trace, TraceEnd, VariableScope};

#[derive(Serialize)]
pub(super) struct TraceJson<'a> {
    shell: &'a str,
    program: &'a str,
    version: Option<&'a str>,
    login: bool,
    milliseconds: u64,
    end: EndJson<'a>,
    changes: Vec<ChangeJson<'a>>,
    environment: Option<&'a BTreeMap<String, String>>,
    files: &'a [String],
    hooks: Vec<HookJson<'a>>,
    untraced: UntracedJson<'a>,
}

#[derive(Serialize)]
struct EndJson<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<CommandJson<'a>>,
}

#[derive(Serialize)]
struct CommandJson<'a> {
    file: Option<&'a str>,
    line: Option<u32>,
    function: Option<&'a str>,
    text: &'a str,
}

#[derive(Serialize)]
struct ChangeJson<'a> {
    var: &'a str,
    op: &'static str,
    #[serde(flatten)]
    command: CommandJson<'a>,
    exact: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    doubt: Option<&'a str>,
    old: Option<&'a str>,
    new: Option<&'a str>,
    scope: Option<&'static str>,
    exported: Option<bool>,
}

#[derive(Serialize)]
struct HookJson<'a> {
    name: &'a str,
    file: Option<&'a str>,
    variables: &'a [String],
}

#[derive(Serialize)]
struct UntracedJson<'a> {
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    differences: Vec<DifferenceJson<'a>>,
}

#[derive(Serialize)]
struct DifferenceJson<'a> {
    var: &'a str,
    traced: Option<&'a str>,
    untraced: Option<&'a str>,
}

impl<'a> TraceJson<'a> {
    pub(super) fn of(trace: &'a Trace) -> Self {
        let (kind, code, seconds) = match trace.end {
            TraceEnd::Complete => ("complete", None, None),
            TraceEnd::Early(code) => ("early", code, None),
            TraceEnd::TimedOut(seconds) => ("timed-out", None, Some(seconds)),
            TraceEnd::Unseen => ("unseen", None, None),
        };
        let (verdict, reason, differences) = match &trace.comparison {
            Comparison::Same => ("same", None, &[][..]),
            Comparison::Different(differences) => ("different", None, &differences[..]),
            Comparison::NotCompared(why) => ("not-compared", Some(why.as_str()), &[][..]),
        };
        let differences = differences.iter().map(|difference| DifferenceJson {
            var: &difference.variable,
            traced: difference.traced.as_deref(),
            untraced: difference.untraced.as_deref(),
        });
        Self {
            shell: &trace.shell,
            program: &trace.program,
            version: trace.version.as_deref(),
            login: trace.is_login,
            milliseconds: trace.milliseconds,
            end: EndJson { kind, code, seconds, last: trace.last.as_ref().map(command) },
            changes: trace.changes.iter().map(change).collect(),
            environment: trace.environment.as_ref(),
            files: &trace.files,
            hooks: trace
                .hooks
                .iter()
                .map(|hook| HookJson { name: &hook.name, file: hook.file.as_deref(), variables: &hook.variables })
                .collect(),
            untraced: UntracedJson { verdict, reason, differences: differences.collect() },
        }
    }
}

fn command(command: &Command) -> CommandJson<'_> {
    CommandJson {
        file: command.place.as_ref().map(|place| place.file.as_str()),
        line: command.place.as_ref().map(|place| place.line),
        function: command.function.as_deref(),
        text: &command.text,
    }
}

fn change(change: &Change) -> ChangeJson<'_> {
    ChangeJson {
        var: &change.variable,
        op: match change.action {
            Action::Set => "set",
            Action::Unset => "unset",
            Action::Export => "export",
            Action::Withdraw => "withdraw",
        },
        command: command(&change.command),
        exact: change.doubt.is_none(),
        doubt: change.doubt.as_deref(),
        old: change.old.as_deref(),
        new: change.new.as_deref(),
        scope: change.scope.map(|scope| match scope {
            VariableScope::Local => "local",
            VariableScope::Global => "global",
            VariableScope::Universal => "universal",
        }),
        exported: change.is_exported,
    }
}
