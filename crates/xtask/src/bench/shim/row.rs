//! One way to a program: what is started, where, and what must come of it.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::bench::error::BenchError;

/// What a row is, for those that compare rows with one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The program that stands for `go`, by its path: what most rows are compared with.
    Direct,
    /// The least that a shim can cost.
    Floor,
    /// A gvr-shim in one of its situations.
    Shim(Build, Situation),
    /// Another way to a `go`.
    Other,
    /// A real rustc by its path: what rustup's row is compared with.
    DirectRustc,
    /// The same rustc through rustup.
    Rustup,
}

/// How a gvr-shim was built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Build {
    /// As it is published: static, in the profile dist.
    Released,
    /// As `cargo build --release` leaves it.
    Plain,
}

/// Where a shim is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Situation {
    /// In the folder of the pin.
    Pin,
    /// Twenty folders below the pin.
    Deep,
    /// In the folder of a go.mod, where the global version decides.
    GoMod,
}

/// One way to a program.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// What readers see.
    pub(crate) name: String,
    pub(crate) role: Role,
    /// The working folder.
    pub(crate) folder: PathBuf,
    /// `NAME=VALUE`, and nothing besides.
    pub(crate) environment: Vec<String>,
    /// The file that is executed. Its name is argv[0], as a shell has it.
    pub(crate) program: PathBuf,
    /// The argument of what is measured.
    pub(crate) argument: &'static str,
    /// The argument by which the program at the end says which one it is.
    pub(crate) question: &'static str,
    /// What it then says.
    pub(crate) answer: String,
    /// It is measured in every so many rounds: a slow one does not fill the caches in between all others then.
    pub(crate) every: u32,
}

impl Row {
    /// Runs it once, and sees whether it leads to the right program.
    pub(crate) fn check(&self) -> Result<(), BenchError> {
        let wrong =
            |got: String| BenchError::WrongProgram { name: self.name.clone(), expected: self.answer.clone(), got };
        let mut command = Command::new(&self.program);
        command.arg0(self.name_of_program()).arg(self.question).current_dir(&self.folder).env_clear();
        for variable in &self.environment {
            if let Some((name, value)) = variable.split_once('=') {
                command.env(name, value);
            }
        }
        let output = command.stdin(Stdio::null()).output().map_err(|error| wrong(error.to_string()))?;
        let got = String::from_utf8_lossy(&output.stdout);
        if output.status.success() && got.trim_end() == self.answer {
            return Ok(());
        }
        Err(wrong(format!(
            "{} ({}) {}",
            got.trim_end(),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim_end()
        )))
    }

    /// The row as the measuring program reads it.
    pub(crate) fn line(&self) -> Result<String, BenchError> {
        let mut fields = vec![self.every.to_string(), utf8(&self.folder)?, self.environment.len().to_string()];
        fields.extend(self.environment.iter().cloned());
        fields.extend([utf8(&self.program)?, self.name_of_program(), self.argument.to_owned()]);
        match fields.iter().find(|field| field.contains(['\t', '\n'])) {
            Some(field) => Err(BenchError::Field { field: field.clone() }),
            None => Ok(fields.join("\t") + "\n"),
        }
    }

    /// What one would type to do the same once, from anywhere.
    pub(crate) fn command(&self) -> String {
        let mut words = vec!["env".to_owned(), "-i".to_owned(), "-C".to_owned(), self.folder.display().to_string()];
        words.extend(self.environment.iter().cloned());
        words.extend([self.program.display().to_string(), self.argument.to_owned()]);
        words.join(" ")
    }

    fn name_of_program(&self) -> String {
        self.program.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// A path as a field.
pub(crate) fn utf8(path: &Path) -> Result<String, BenchError> {
    path.to_str().map(str::to_owned).ok_or_else(|| BenchError::Field { field: path.display().to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            name: "echo".to_owned(),
            role: Role::Other,
            folder: "/".into(),
            environment: vec!["A=b c".to_owned()],
            program: "/bin/echo".into(),
            argument: "version",
            question: "where",
            answer: "where".to_owned(),
            every: 1,
        }
    }

    #[test]
    fn a_row_is_a_line_of_fields() {
        assert_eq!(row().line().unwrap(), "1\t/\t1\tA=b c\t/bin/echo\techo\tversion\n");
        let error = Row { folder: "/a\tb".into(), ..row() }.line().unwrap_err();
        assert!(error.to_string().contains("/a\\tb"), "{error}");
    }

    #[test]
    fn a_row_that_leads_elsewhere_is_refused() {
        row().check().unwrap();
        let error = Row { answer: "/versions/1.22.5/bin/go".to_owned(), ..row() }.check().unwrap_err();
        assert!(error.to_string().starts_with("echo does not lead where it should"), "{error}");
        let error = Row { program: "/bin/false".into(), answer: String::new(), ..row() }.check().unwrap_err();
        assert!(error.to_string().contains("exit status: 1"), "{error}");
        Row { program: "/no/such/program".into(), ..row() }.check().unwrap_err();
    }
}
