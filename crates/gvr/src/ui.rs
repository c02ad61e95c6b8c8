//! Everything that is shown: data on stdout, all else on stderr. Colour, quiet and progress are decided once, here.

use std::fmt;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use crate::process::Process;

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How to speak to the user.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ui {
    /// Under which name it speaks.
    name: &'static str,
    is_quiet: bool,
    is_verbose: bool,
    has_color: bool,
    has_colored_data: bool,
    has_progress: bool,
    can_ask: bool,
}

impl Ui {
    pub(crate) fn new(process: &Process, color: ColorChoice, is_quiet: bool, is_verbose: bool) -> Self {
        let is_terminal = io::stderr().is_terminal();
        let is_dumb = process.text("TERM").is_none_or(|term| term == "dumb");
        let is_colored = |is_terminal: bool| match color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => is_terminal && !is_dumb && process.variable("NO_COLOR").is_none(),
        };
        let wants_no_progress = process.switch("GVR_NO_PROGRESS").unwrap_or(false);
        Self {
            name: "gvr",
            is_quiet,
            is_verbose,
            has_color: is_colored(is_terminal),
            has_colored_data: is_colored(io::stdout().is_terminal()),
            has_progress: is_terminal && !is_dumb && !is_quiet && !wants_no_progress,
            can_ask: is_terminal && io::stdin().is_terminal(),
        }
    }

    /// The same under another name, which then stands before each message.
    #[must_use]
    pub(crate) fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// A line of data.
    #[expect(clippy::unused_self, reason = "all output goes through Ui, also the one that needs none of its switches")]
    pub(crate) fn data(self, line: impl fmt::Display) -> io::Result<()> {
        writeln!(io::stdout().lock(), "{line}")
    }

    /// Text that is data as it stands, such as a script.
    #[expect(clippy::unused_self, reason = "all output goes through Ui, also the one that needs none of its switches")]
    pub(crate) fn text(self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    /// Shows help that nobody asked for; it is no data.
    pub(crate) fn help(self, help: &clap::builder::StyledStr) {
        let mut stderr = io::stderr().lock();
        // Where stderr is gone there is nobody left to tell.
        let _ = if self.has_color { write!(stderr, "{}", help.ansi()) } else { write!(stderr, "{help}") };
    }

    /// Text on stderr as it stands, with a line end behind it.
    #[expect(clippy::unused_self, reason = "all output goes through Ui, also the one that needs none of its switches")]
    pub(crate) fn aside(self, text: impl fmt::Display) {
        // Where stderr is gone there is nobody left to tell.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Tells what was done.
    pub(crate) fn note(self, message: impl fmt::Display) {
        if !self.is_quiet {
            self.say("", message);
        }
    }

    /// Tells what most people need not know.
    pub(crate) fn detail(self, message: impl fmt::Display) {
        if self.is_verbose {
            self.say("", message);
        }
    }

    /// Tells what may be wrong.
    pub(crate) fn warn(self, message: impl fmt::Display) {
        self.say(if self.has_color { "\x1b[33mwarning:\x1b[0m " } else { "warning: " }, message);
    }

    /// Tells why a command failed.
    pub(crate) fn error(self, message: impl fmt::Display) {
        self.say(if self.has_color { "\x1b[31merror:\x1b[0m " } else { "" }, message);
    }

    /// Makes sure that a terminal shows its cursor.
    pub(crate) fn show_cursor() {
        let mut stderr = io::stderr().lock();
        // Where stderr is gone there is no cursor either.
        let _ = stderr.write_all(b"\x1b[?25h").and_then(|()| stderr.flush());
    }

    /// Whether data for people may be coloured.
    pub(crate) fn has_colored_data(self) -> bool {
        self.has_colored_data
    }

    /// Whether more is to be said than usual.
    pub(crate) fn is_verbose(self) -> bool {
        self.is_verbose
    }

    /// Whether only data and errors are wanted.
    pub(crate) fn is_quiet(self) -> bool {
        self.is_quiet
    }

    /// Whether bars may be drawn.
    pub(crate) fn has_progress(self) -> bool {
        self.has_progress
    }

    /// Asks for a yes; the answer is no where nobody can be asked.
    pub(crate) fn confirms(self, question: impl fmt::Display) -> bool {
        if !self.can_ask {
            return false;
        }
        let mut answer = String::new();
        let asked = write!(io::stderr(), "{}: {question} [y/N] ", self.name).and_then(|()| io::stderr().flush());
        asked.is_ok()
            && io::stdin().lock().read_line(&mut answer).is_ok()
            && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
    }

    /// Asks as scripts expect that answer by a pipe: whatever stdin is, a line of it that begins with y is a yes.
    #[expect(clippy::unused_self, reason = "all questions go through Ui")]
    pub(crate) fn reads_yes(self, question: impl fmt::Display) -> bool {
        let mut answer = String::new();
        let asked = write!(io::stderr(), "{question}").and_then(|()| io::stderr().flush());
        asked.is_ok()
            && io::stdin().lock().read_line(&mut answer).is_ok()
            && answer.trim_start().starts_with(['y', 'Y'])
    }

    fn say(self, label: &str, message: impl fmt::Display) {
        // Where stderr is gone there is nobody left to tell.
        let _ = writeln!(io::stderr().lock(), "{}: {label}{message}", self.name);
    }
}
