//! The shells that can be traced.

/// A shell that can be traced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceShell {
    /// zsh 5.0.9 and later: before, a trap did not know the file and the line.
    Zsh,
    /// bash, also macOS's 3.2.
    Bash,
    /// fish 3.2 and later.
    Fish,
}

impl TraceShell {
    /// All of them.
    pub const ALL: [TraceShell; 3] = [TraceShell::Zsh, TraceShell::Bash, TraceShell::Fish];

    /// Its name, which is that of its program.
    pub const fn name(self) -> &'static str {
        match self {
            TraceShell::Zsh => "zsh",
            TraceShell::Bash => "bash",
            TraceShell::Fish => "fish",
        }
    }

    /// The shell that a program is, by the program's name: `/bin/zsh`.
    pub fn of_program(program: &str) -> Option<Self> {
        let name = program.rsplit('/').next().unwrap_or_default();
        Self::ALL.into_iter().find(|shell| shell.name() == name)
    }
}
