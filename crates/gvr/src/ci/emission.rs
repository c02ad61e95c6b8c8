//! How each provider is told: what is appended to which file, and what is printed.

use std::path::{Path, PathBuf};

use super::escape::{data, docker, property};
use super::{Bootstrap, Provider};
use crate::shell::Shell;

/// What is to be written and printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Emission {
    /// Texts, each for the end of a file.
    pub(crate) files: Vec<(PathBuf, String)>,
    /// Lines for stdout.
    pub(crate) lines: Vec<String>,
}

/// A provider that has files does not say where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable} is not set, so {} cannot be told", provider.name())]
pub(crate) struct MissingFile {
    variable: &'static str,
    provider: Provider,
}

/// How a provider is told. `file` gives the path in a variable; `matcher` is the file of problem matchers.
pub(crate) fn emission(
    provider: Provider,
    bootstrap: &Bootstrap,
    file: impl Fn(&'static str) -> Option<PathBuf>,
    matcher: Option<&Path>,
) -> Result<Emission, MissingFile> {
    let required = |variable| file(variable).ok_or(MissingFile { variable, provider });
    let variables = bootstrap.variables();
    Ok(match provider {
        Provider::Github => {
            let lines = |pairs: &[(&str, String)]| pairs.iter().map(|(name, value)| github(name, value)).collect();
            let path = bootstrap.path.join("\n") + "\n";
            let mut files = vec![(required("GITHUB_PATH")?, path), (required("GITHUB_ENV")?, lines(&variables))];
            files.extend(outputs(provider, bootstrap, &file).files);
            files.extend(file("GITHUB_STEP_SUMMARY").map(|file| (file, bootstrap.summary())));
            let matcher = matcher.map(|path| data(provider, &path.display().to_string()));
            Emission { files, lines: matcher.map(|path| format!("::add-matcher::{path}")).into_iter().collect() }
        }
        Provider::Circleci => {
            let text = shell_lines(bootstrap).map(|line| line + "\n").collect();
            Emission { files: vec![(required("BASH_ENV")?, text)], lines: Vec::new() }
        }
        Provider::Azure => {
            let variable = |(name, value): &(&str, String)| {
                format!("##vso[task.setvariable variable={}]{}", property(provider, name), data(provider, value))
            };
            let path = |folder: &String| format!("##vso[task.prependpath]{}", data(provider, folder));
            let lines = bootstrap.path.iter().map(path).chain(variables.iter().map(variable)).collect();
            Emission { files: Vec::new(), lines }
        }
        Provider::Docker => {
            let variable = |(name, value): &(&str, String)| format!("ENV {name}={}", docker(value));
            // No cache is kept by that key while an image is built.
            let kept = variables.iter().filter(|(name, _)| *name != "GVR_CACHE_KEY").map(variable);
            Emission { files: Vec::new(), lines: [docker_path(bootstrap)].into_iter().chain(kept).collect() }
        }
        Provider::Gitlab | Provider::Buildkite | Provider::Shell => {
            Emission { files: Vec::new(), lines: shell_lines(bootstrap).collect() }
        }
    })
}

/// What a step says of itself, where its provider has a place for that: also before anything is installed.
pub(crate) fn outputs(
    provider: Provider,
    bootstrap: &Bootstrap,
    file: impl Fn(&'static str) -> Option<PathBuf>,
) -> Emission {
    let file = if provider == Provider::Github { file("GITHUB_OUTPUT") } else { None };
    let outputs = [
        ("go-version", bootstrap.version()),
        ("cache-key", bootstrap.cache_key()),
        ("cache-path", bootstrap.folders.join("\n")),
    ];
    let text = outputs.iter().map(|(name, value)| github(name, value)).collect();
    Emission { files: file.map(|file| (file, text)).into_iter().collect(), lines: Vec::new() }
}

/// A line that has the provider show an error beside the line of the file that is to blame.
pub(crate) fn complaint(provider: Provider, file: &Path, line: u32, message: &str) -> Option<String> {
    let path = property(provider, &file.display().to_string());
    let message = data(provider, message);
    match provider {
        Provider::Github => Some(format!("::error file={path},line={line}::{message}")),
        Provider::Azure => {
            Some(format!("##vso[task.logissue type=error;sourcepath={path};linenumber={line}]{message}"))
        }
        _ => None,
    }
}

/// The line that a Dockerfile needs: what `RUN` exports is gone after it, and start-up files are not read.
pub(crate) fn docker_path(bootstrap: &Bootstrap) -> String {
    let path = docker(&bootstrap.path.join(":"));
    format!("ENV PATH={}:$PATH\"", path.strip_suffix('"').unwrap_or(&path))
}

/// `NAME=value`; a value of several lines stands between two others.
fn github(name: &str, value: &str) -> String {
    const END: &str = "gvr-end-of-value";
    if value.contains('\n') { format!("{name}<<{END}\n{value}\n{END}\n") } else { format!("{name}={value}\n") }
}

/// For any shell that knows what POSIX says. However often they are read, PATH does not grow.
fn shell_lines(bootstrap: &Bootstrap) -> impl Iterator<Item = String> {
    let path = bootstrap.path.join(":");
    let path = Shell::Sh.quote(&path);
    let first = format!(r#"case "${{PATH-}}:" in {path}:*) ;; *) export PATH={path}"${{PATH:+:$PATH}}" ;; esac"#);
    let set = |(name, value): (&str, String)| format!("export {name}={}", Shell::Sh.quote(&value));
    [first].into_iter().chain(bootstrap.variables().into_iter().map(set))
}

/// Ends the shell that evaluates it, where that stops at the first failure. `eval "$(…)"` alone would go on: with nothing to
/// evaluate it succeeds.
pub(crate) fn shell_line(exit: u8) -> String {
    format!("(exit {exit})")
}
