//! What follows from the facts by themselves.

use super::{Change, Command, Fact, Facts, PathEntry, Program, Setter, Trace};
use crate::check::{Edit, Evidence, Fix, NotJudged};
use crate::shell::{self, Startup};

impl Facts {
    /// A variable of the environment; an empty one counts as absent, as it does for Go.
    pub fn variable(&self, name: &str) -> Result<Option<&str>, NotJudged> {
        Ok(self.variables.get()?.get(name).map(String::as_str).filter(|value| !value.is_empty()))
    }

    /// A path as people read it, with the home folder as `~`.
    pub fn shown(&self, path: &str) -> String {
        let below = self.home.known().and_then(|home| path.strip_prefix(home.as_str()));
        match below {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("~{rest}"),
            _ => path.to_owned(),
        }
    }

    /// The text of a file; `None` where there is none.
    pub fn text(&self, file: &str) -> Result<Option<&str>, NotJudged> {
        match self.files.get(file) {
            Some(text) => Ok(text.get()?.as_deref()),
            None => Err(NotJudged::Unknown(format!("{} was not read", self.shown(file)))),
        }
    }

    /// A line of a file, counted from 1, as evidence.
    pub fn line(&self, file: &str, number: u32) -> Evidence {
        let text = self.files.get(file).and_then(Fact::known).and_then(Option::as_deref).unwrap_or_default();
        let line = usize::try_from(number).ok().and_then(|number| text.split('\n').nth(number.checked_sub(1)?));
        Evidence::Line {
            file: file.to_owned(),
            line: number,
            text: line.unwrap_or_default().trim_end_matches('\r').to_owned(),
        }
    }

    /// Where a command stands, as people read it: `~/.zshrc:9, in add_go()`.
    pub fn place(&self, command: &Command) -> String {
        let place = match &command.place {
            Some(place) => format!("{}:{}", self.shown(&place.file), place.line),
            None => "before the first file".to_owned(),
        };
        let function = command.function.as_ref().map(|function| format!(", in {function}()")).unwrap_or_default();
        place + &function
    }

    /// The shell's start-up, where it was traced.
    pub fn traced(&self) -> Option<&Trace> {
        self.trace.known().and_then(Option::as_ref)
    }

    /// The command that gave a variable the value that it has, where that was seen.
    pub fn traced_setter(&self, name: &str) -> Option<&Change> {
        let setter = self.traced()?.setter(name)?;
        let value = self.variables.known()?.get(name)?;
        (setter.new.as_ref() == Some(value)).then_some(setter)
    }

    /// A variable as evidence, and the command that was seen to set it; where none was, every line of the shells' start-up
    /// files that sets it.
    pub fn variable_evidence(&self, name: &str) -> Vec<Evidence> {
        let value = self.variables.known().and_then(|variables| variables.get(name)).cloned();
        if let (Some(value), Some(setter)) = (&value, self.traced_setter(name)) {
            return vec![Evidence::Variable { name: name.to_owned(), value: value.clone() }, setter.evidence()];
        }
        let lines = self.assignments(name).into_iter().map(|(file, line)| self.line(&file, line));
        let own = value.map(|value| Evidence::Variable { name: name.to_owned(), value });
        own.into_iter().chain(lines).collect()
    }

    /// The start-up files of all shells that are there, with their text.
    pub fn startup_files(&self) -> Vec<(Startup, &str)> {
        let Some(home) = self.home.known() else { return Vec::new() };
        let zdotdir = self.variable("ZDOTDIR").ok().flatten();
        let mut found: Vec<(Startup, &str)> = Vec::new();
        for (path, text) in &self.files {
            if let (Some(startup), Some(Some(text))) = (shell::startup(path, home, zdotdir), text.known()) {
                found.push((startup, text.as_str()));
            }
        }
        found.sort_by_key(|(startup, _)| startup.order);
        found
    }

    /// Every line of a start-up file that sets this variable: file and line.
    pub fn assignments(&self, name: &str) -> Vec<(String, u32)> {
        let mut found = Vec::new();
        for (startup, text) in self.startup_files() {
            let lines = shell::assignments(startup.dialect, text);
            found.extend(lines.into_iter().filter(|set| set.name == name).map(|set| (startup.path.clone(), set.line)));
        }
        found
    }

    /// Edits that make a comment of every line that sets this variable in a start-up file of the user's own, and take it
    /// out of Go's file of settings.
    pub fn comment_out(&self, name: &str) -> Vec<Edit> {
        let mut edits: Vec<_> = self
            .assignments(name)
            .into_iter()
            .filter(|(file, _)| self.is_own(file))
            .map(|(file, line)| Edit::CommentOut { expected: self.line_text(&file, line), file, line })
            .collect();
        if let Ok((_, Setter::File(file, line))) = self.setting(name)
            && self.is_own(&file)
        {
            edits.push(Edit::Remove { expected: self.line_text(&file, line), file, line });
        }
        edits
    }

    /// How to be rid of a value, wherever it was set.
    pub fn removal(&self, name: &str) -> Fix {
        let mut edits = self.comment_out(name);
        let lines = self.assignments(name).len();
        if let Ok((_, Setter::File(..))) = self.setting(name) {
            return self.unset("remove it from Go's settings", name).editing(edits);
        }
        let what = match lines {
            0 => {
                let words = match self.traced_setter(name) {
                    Some(setter) => format!("take it out at {}, and open a new terminal", self.place(&setter.command)),
                    None => "find out what sets it, and remove it there".to_owned(),
                };
                return Fix::words(format!("{words}; for this terminal alone")).by(format!("unset {name}"));
            }
            1 => "remove the line",
            _ => "remove these lines",
        };
        let users = self.users_of(name);
        let Some((file, line)) = users.first() else {
            return Fix::words(format!("{what}, and open a new terminal")).editing(edits);
        };
        let place = format!("{}:{line}", self.shown(file));
        // Without the variable such a line would put /bin on PATH. gvr's shims have a go in its place.
        let has_shims = self.path.known().is_some_and(|path| path.iter().any(|entry| entry.is_shims));
        if has_shims && users.iter().all(|(file, line)| self.adds_only(file, *line, &format!("${name}/bin"))) {
            let own = users.iter().filter(|(file, _)| self.is_own(file));
            edits.extend(own.map(|(file, line)| Edit::CommentOut {
                expected: self.line_text(file, *line),
                file: file.clone(),
                line: *line,
            }));
            return Fix::words(format!("{what}, and what uses it ({place}), and open a new terminal")).editing(edits);
        }
        Fix::words(format!("{what} once nothing uses {name} any more, as {place} does, and open a new terminal"))
    }

    /// How to take a setting out of Go's file of settings.
    pub fn unset(&self, words: &str, name: &str) -> Fix {
        match unset_command(name) {
            Some(command) => Fix::words(words).by(command),
            None => Fix::words(format!("{words}, by removing its line: newer Gos refuse to do it themselves")),
        }
    }

    /// Every line of a start-up file that uses this variable without setting it: file and line.
    fn users_of(&self, name: &str) -> Vec<(String, u32)> {
        let own = self.assignments(name);
        let mut found = Vec::new();
        for (startup, text) in self.startup_files() {
            let lines = text.lines().zip(1..).filter(|(line, _)| shell::uses(line, name));
            found.extend(lines.map(|(_, line)| (startup.path.clone(), line)).filter(|place| !own.contains(place)));
        }
        found
    }

    /// Whether a line puts this word on PATH, and nothing else.
    fn adds_only(&self, file: &str, line: u32, word: &str) -> bool {
        let files = self.startup_files();
        let Some((startup, text)) = files.iter().find(|(startup, _)| startup.path == file) else { return false };
        let additions = shell::path_additions(startup.dialect, text);
        let is_it = |known: &String| known.replace(['{', '}'], "") == word;
        additions.iter().any(|known| known.line == line && !known.words.is_empty() && known.words.iter().all(is_it))
    }

    /// Whether a file lies in the user's home folder.
    pub fn is_own(&self, file: &str) -> bool {
        let below = self.home.known().and_then(|home| file.strip_prefix(home.as_str()));
        below.is_some_and(|rest| rest.starts_with('/')) && !file.ends_with("/fish_variables")
    }

    /// A line of a file.
    pub fn line_text(&self, file: &str, number: u32) -> String {
        match self.line(file, number) {
            Evidence::Line { text, .. } => text,
            _ => String::new(),
        }
    }

    /// Every line that puts this folder on PATH: file and line.
    pub fn path_lines(&self, folder: &str) -> Vec<(String, u32)> {
        let folder = folder.trim_end_matches('/');
        let mut found = Vec::new();
        for (startup, text) in self.startup_files() {
            for addition in shell::path_additions(startup.dialect, text) {
                // In quotes a ~ stays as it is written.
                let names = |word: &String| {
                    [word.as_str(), &self.expand(word)].iter().any(|word| word.trim_end_matches('/') == folder)
                };
                if addition.words.iter().any(names) {
                    found.push((startup.path.clone(), addition.line));
                }
            }
        }
        for (path, text) in &self.files {
            if path != "/etc/paths" && !path.starts_with("/etc/paths.d/") {
                continue;
            }
            let text = text.known().and_then(Option::as_deref).unwrap_or_default();
            let lines = text.lines().zip(1..).filter(|(line, _)| line.trim_end_matches('/') == folder);
            found.extend(lines.map(|(_, number)| (path.clone(), number)));
        }
        found
    }

    /// Those of these lines that add it again with every shell inside a shell.
    pub fn unguarded_lines(&self, folder: &str) -> Vec<(String, u32)> {
        let mut lines = self.path_lines(folder);
        let files = self.startup_files();
        lines.retain(|(file, line)| {
            let Some((startup, text)) = files.iter().find(|(startup, _)| startup.path == *file) else { return false };
            let additions = shell::path_additions(startup.dialect, text);
            startup.is_read_by_nested && additions.iter().any(|known| known.line == *line && !known.is_guarded)
        });
        lines
    }

    /// The same as evidence; where the start-up was traced, the command instead that was seen to put it where it is.
    pub fn path_evidence(&self, folder: &str) -> Vec<Evidence> {
        if let Some(origin) = self.traced().and_then(|trace| trace.origin(folder)) {
            return vec![origin.evidence()];
        }
        self.path_lines(folder).into_iter().map(|(file, line)| self.line(&file, line)).collect()
    }

    /// A word of a start-up file with `~` and variables replaced, as far as the facts tell.
    pub fn expand(&self, word: &str) -> String {
        let home = self.home.known().map(String::as_str);
        let variables = self.variables.known();
        shell::expand(word, home, |name| match name {
            "HOME" => home.map(ToOwned::to_owned),
            // Unset, it is what Go takes instead.
            "GOPATH" => self.setting("GOPATH").ok().map(|(value, _)| value),
            _ => variables.and_then(|variables| variables.get(name)).cloned(),
        })
    }

    /// Who set a value, as evidence.
    pub fn setting_evidence(&self, name: &str) -> Vec<Evidence> {
        match self.setting(name) {
            Ok((_, Setter::Variable)) => self.variable_evidence(name),
            Ok((_, Setter::File(file, line))) => vec![self.line(&file, line)],
            Ok((_, Setter::Default)) | Err(_) => Vec::new(),
        }
    }

    /// The folder that `go install` puts programs into.
    pub fn install_folder(&self) -> Result<String, NotJudged> {
        let (gobin, _) = self.setting("GOBIN")?;
        if !gobin.is_empty() {
            return Ok(gobin);
        }
        let (gopath, _) = self.setting("GOPATH")?;
        let first = gopath.split(':').next().unwrap_or_default();
        Ok(format!("{}/bin", first.trim_end_matches('/')))
    }

    /// The entries of PATH that have a `go`, with their index.
    pub fn gos_on_path(&self) -> Result<Vec<(usize, &PathEntry)>, NotJudged> {
        Ok(self.path.get()?.iter().enumerate().filter(|(_, entry)| entry.has_go).collect())
    }

    /// The program that is found by this path, where its file could be read.
    pub fn program(&self, path: &str) -> Option<&Program> {
        self.programs.get(path).and_then(Fact::known)
    }
}

/// The command that takes a setting out of Go's file of settings. At some values go itself stops before it comes to that, unless
/// the environment has a better one for the call. GOROOT has none: Go 1.27 refuses it.
pub fn unset_command(name: &str) -> Option<String> {
    let helped = match name {
        "GOROOT" => return None,
        "GOTOOLCHAIN" => "GOTOOLCHAIN=local ",
        "GOPATH" => "GOPATH=\"$HOME/go\" ",
        _ => "",
    };
    Some(format!("{helped}go env -u {name}"))
}
