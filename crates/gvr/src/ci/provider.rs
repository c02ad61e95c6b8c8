//! Which pipeline this is.

use std::ffi::OsStr;

/// Somebody who runs steps, and has a way of its own to carry an environment from one to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Provider {
    /// GitHub Actions, and what speaks its language (Forgejo, Gitea): files that `GITHUB_*` name
    Github,
    /// GitLab CI: lines for the job's shell
    Gitlab,
    /// The file that `BASH_ENV` names, which Circle's bash reads before each step
    Circleci,
    /// Azure Pipelines: `##vso` lines
    Azure,
    /// Buildkite: lines for the job's shell
    Buildkite,
    /// A Dockerfile: its ENV lines
    Docker,
    /// Any other: lines for a POSIX shell
    Shell,
}

/// The variable by which each says that it is there, as its documentation has it.
const SIGNS: [(&str, Provider); 5] = [
    ("GITHUB_ACTIONS", Provider::Github),
    ("GITLAB_CI", Provider::Gitlab),
    ("CIRCLECI", Provider::Circleci),
    ("TF_BUILD", Provider::Azure),
    ("BUILDKITE", Provider::Buildkite),
];

impl Provider {
    /// The one that the environment speaks of; a shell where none does.
    pub(crate) fn detect<'a>(variable: impl Fn(&str) -> Option<&'a OsStr>) -> Self {
        let is_there = |name: &str| variable(name).is_some_and(|value| !value.is_empty() && !is_false(value));
        SIGNS.iter().find(|(name, _)| is_there(name)).map_or(Self::Shell, |(_, provider)| *provider)
    }

    /// The word for it on the command line and in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Circleci => "circleci",
            Self::Azure => "azure",
            Self::Buildkite => "buildkite",
            Self::Docker => "docker",
            Self::Shell => "shell",
        }
    }

    /// Whether a shell evaluates what is printed.
    pub(crate) fn is_evaluated(self) -> bool {
        matches!(self, Self::Gitlab | Self::Buildkite | Self::Shell)
    }
}

/// Azure writes True and False.
fn is_false(value: &OsStr) -> bool {
    value.eq_ignore_ascii_case("false") || value == "0"
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[track_caller]
    fn check(environment: &[(&str, &str)], expected: Provider) {
        let variable = |name: &str| {
            let (_, value) = environment.iter().find(|(known, _)| *known == name)?;
            Some(OsStr::new(*value))
        };
        assert_eq!(Provider::detect(variable), expected, "{environment:?}");
    }

    #[test]
    fn each_is_known_by_its_own_variable() {
        check(&[], Provider::Shell);
        check(&[("CI", "true")], Provider::Shell);
        check(&[("CI", "true"), ("GITHUB_ACTIONS", "true")], Provider::Github);
        check(&[("GITLAB_CI", "true")], Provider::Gitlab);
        check(&[("CIRCLECI", "true")], Provider::Circleci);
        check(&[("TF_BUILD", "True")], Provider::Azure);
        check(&[("TF_BUILD", "False")], Provider::Shell);
        check(&[("BUILDKITE", "true")], Provider::Buildkite);
        check(&[("GITHUB_ACTIONS", "false"), ("BUILDKITE", "true")], Provider::Buildkite);
        check(&[("GITHUB_ACTIONS", "")], Provider::Shell);
    }

    #[test]
    fn the_command_line_has_the_same_names() {
        for provider in Provider::value_variants() {
            assert_eq!(provider.to_possible_value().unwrap().get_name(), provider.name());
        }
    }
}
