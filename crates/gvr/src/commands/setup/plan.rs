//! What is to be done with each file, and what is told about it.

use std::path::{Path, PathBuf};

use gvr_doctor::mend::{self, Change, Content, MendError};
use gvr_doctor::shell::{BrokenBlock, Home, Place, with_block, without_block};

use super::read;
use crate::error::CliError;
use crate::shell::Shell;
use crate::ui::Ui;

/// What is to be done with one file.
#[derive(Debug)]
pub(super) enum Step {
    /// It becomes another.
    Change(Change),
    /// It is as it should be.
    Done(PathBuf),
    /// Somebody has written such a line himself, in this line.
    OwnLine(PathBuf, usize),
    /// It cannot be changed: the reason, and what the user has to do.
    Refused(PathBuf, String, String),
}

impl Step {
    pub(super) fn change(&self) -> Option<&Change> {
        if let Self::Change(change) = self { Some(change) } else { None }
    }

    /// Whether nothing is left for the user to do.
    pub(super) fn is_done(&self) -> bool {
        !matches!(self, Self::Refused(..))
    }

    pub(super) fn tell(&self, ui: Ui) {
        match self {
            Self::Change(_) => {}
            Self::Done(path) => ui.note(format_args!("{} is set up already", path.display())),
            Self::OwnLine(path, line) => {
                ui.note(format_args!("{} reads gvr's code in line {line}, and stays as it is", path.display()));
            }
            Self::Refused(path, reason, advice) => {
                ui.warn(format_args!("{} stays as it is: {reason}\n{advice}", path.display()));
            }
        }
    }
}

/// Puts the lines into the files of these shells.
pub(super) fn setup(
    home: &Home<'_>,
    shells: &[Shell],
    lines: impl Fn(Shell, bool) -> Result<String, CliError>,
) -> Vec<Step> {
    let places =
        shells.iter().flat_map(|shell| home.places(shell.name(), read).into_iter().map(move |place| (*shell, place)));
    let mut steps = Vec::new();
    for (shell, place) in places {
        let lines = match lines(shell, place.is_plain) {
            Ok(lines) => lines,
            Err(error) => {
                steps.push(Step::Refused(place.path, error.to_string(), String::new()));
                continue;
            }
        };
        if !is_known(&steps, &place.path) {
            steps.push(put(&place, &lines));
        }
    }
    steps
}

/// Takes the lines out of all files of these shells.
pub(super) fn undo(home: &Home<'_>, shells: &[Shell]) -> Vec<Step> {
    let mut steps = Vec::new();
    for path in shells.iter().flat_map(|shell| home.all_places(shell.name(), read)) {
        if !is_known(&steps, &path) {
            steps.extend(take(&path));
        }
    }
    steps
}

/// Whether a file is dealt with, perhaps by another name: one file of bash's may be a link to the other.
fn is_known(steps: &[Step], path: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    steps.iter().any(|step| match step {
        Step::Change(change) => real(&change.path) == real(path),
        Step::Done(known) | Step::OwnLine(known, _) | Step::Refused(known, ..) => real(known) == real(path),
    })
}

fn put(place: &Place, lines: &str) -> Step {
    let path = &place.path;
    let refused =
        |reason: String| Step::Refused(path.clone(), reason, format!("add these lines at its end:\n\n{lines}"));
    if let Some(line) = own_line(path) {
        return Step::OwnLine(path.clone(), line);
    }
    let folders = path.ancestors().skip(1).take_while(|folder| !folder.exists()).count();
    let folders = u32::try_from(folders).unwrap_or(u32::MAX);
    let change = mend::rewrite(path, |old| {
        with_block(old, lines, place.dialect, folders).map(Content::Text).map_err(Failure::from)
    });
    match (change, mend::obstacle(path)) {
        (Ok(change), _) if change.old == change.new => Step::Done(path.clone()),
        (_, Some(obstacle)) => refused(obstacle.to_string()),
        (Ok(change), None) => Step::Change(change),
        (Err(failure), None) => refused(failure.to_string()),
    }
}

/// `None` where there is nothing of gvr's.
fn take(path: &Path) -> Option<Step> {
    let has_block = match without_block(&read(path)?) {
        Ok(removed) => removed.was_there,
        Err(BrokenBlock { .. }) => true,
    };
    if !has_block {
        return None;
    }
    let change = mend::rewrite(path, |old| {
        let removed = without_block(old.unwrap_or_default())?;
        Ok::<_, Failure>(if removed.is_disused { Content::Absent } else { Content::Text(removed.text) })
    });
    let reason = match (change, mend::obstacle(path)) {
        (_, Some(obstacle)) => obstacle.to_string(),
        (Ok(change), None) => return Some(Step::Change(change)),
        (Err(failure), None) => failure.to_string(),
    };
    Some(Step::Refused(path.to_owned(), reason, "take the lines between the marks out of it yourself".to_owned()))
}

/// The line outside of gvr's block in which somebody has the shell read gvr's code. fish's own file counts for the one
/// that gvr would make.
fn own_line(path: &Path) -> Option<usize> {
    let folder = path.parent().filter(|_| path.ends_with("conf.d/gvr.fish")).and_then(Path::parent);
    let config = folder.map(|folder| folder.join("config.fish"));
    [Some(path), config.as_deref()].into_iter().flatten().find_map(|path| {
        let text = read(path)?;
        // What is broken is told about elsewhere.
        let own = without_block(&text).ok()?.text;
        let is_own = |line: &str| line.contains("gvr init -") && !line.trim_start().starts_with('#');
        let line = own.lines().find(|line| is_own(line))?;
        text.lines().position(|other| other == line).map(|index| index + 1)
    })
}

/// Why a file cannot be changed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Mend(#[from] MendError),
    #[error(transparent)]
    Block(#[from] BrokenBlock),
}
