//! Progress of downloads and waits: bars on a terminal, nothing elsewhere.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use gvr_fetch::Progress;
use gvr_store::{Holder, Waiting};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::ui::Ui;

/// The bars of one command.
pub(crate) struct Bars {
    bars: MultiProgress,
    ui: Ui,
}

impl Bars {
    pub(crate) fn new(ui: Ui) -> Self {
        let target = if ui.has_progress() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { bars: MultiProgress::with_draw_target(target), ui }
    }

    /// A bar for something that has this name.
    pub(crate) fn bar(&self, name: String) -> Bar<'_> {
        let bar = ProgressBar::hidden();
        bar.set_prefix(name);
        Bar { drawn: bar, all: self, is_shown: AtomicBool::new(false) }
    }

    /// Takes the bars away and gives the terminal its cursor back, from any thread.
    pub(crate) fn closer(&self) -> impl FnOnce() + Send + 'static {
        let (bars, has_progress) = (self.bars.clone(), self.ui.has_progress());
        move || {
            // Where the terminal is gone there is nothing to put in order.
            let _ = bars.clear();
            bars.set_draw_target(ProgressDrawTarget::hidden());
            if has_progress {
                Ui::show_cursor();
            }
        }
    }

    /// Says something above the bars.
    pub(crate) fn note(&self, message: impl std::fmt::Display) {
        self.bars.suspend(|| self.ui.note(&message));
    }

    /// Says above the bars what most people need not know.
    pub(crate) fn detail(&self, message: impl std::fmt::Display) {
        self.bars.suspend(|| self.ui.detail(&message));
    }

    /// Warns above the bars.
    pub(crate) fn warn(&self, message: impl std::fmt::Display) {
        self.bars.suspend(|| self.ui.warn(&message));
    }
}

/// The bar of one download.
pub(crate) struct Bar<'a> {
    drawn: ProgressBar,
    all: &'a Bars,
    /// A bar without a length and a style is not to be seen, so it is shown when both are known.
    is_shown: AtomicBool,
}

impl Progress for Bar<'_> {
    fn start(&self, total: Option<u64>, already: u64) {
        self.drawn.set_style(style(total.is_some()));
        match total {
            Some(total) => self.drawn.set_length(total),
            None => self.drawn.unset_length(),
        }
        self.drawn.reset();
        self.drawn.set_position(already);
        if !self.is_shown.swap(true, Ordering::Relaxed) {
            self.all.bars.add(self.drawn.clone());
        }
    }

    fn advance(&self, bytes: u64) {
        self.drawn.inc(bytes);
    }

    fn retry(&self, why: &str, wait: Duration) {
        self.all.warn(format_args!("{}: {why}; trying again in {:.1} s", self.drawn.prefix(), wait.as_secs_f32()));
    }

    fn finish(&self) {
        self.drawn.finish_and_clear();
    }
}

fn style(is_length_known: bool) -> ProgressStyle {
    let template = if is_length_known {
        "{prefix:>24} {bar:30} {bytes:>10}/{total_bytes} {bytes_per_sec:>12} {eta:>4}"
    } else {
        "{prefix:>24} {spinner} {bytes:>10} {bytes_per_sec:>12}"
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Waiting for Bars {
    fn waits(&self, file: &Path, holder: &Holder) {
        let name = file.file_name().unwrap_or(file.as_os_str()).display();
        let who = holder.pid.map_or_else(|| "another gvr".to_owned(), |pid| format!("process {pid}"));
        let since = match holder.held_for(SystemTime::now()) {
            Some(duration) if duration.as_secs() > 0 => format!(", for {} s already", duration.as_secs()),
            _ => String::new(),
        };
        self.note(format_args!("waiting for {who}, which is working on {name}{since}"));
    }

    fn locks_unsupported(&self, file: &Path, error: &io::Error) {
        self.warn(format_args!("{} cannot be locked ({error}); going on without", file.display()));
    }
}
