//! What is still to be walked: last in, first out, so that it stays short.

use std::ffi::CString;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::folder::Folder;

/// A piece of the walk.
pub(super) enum Task {
    /// Open this folder in that one, and read from it.
    Open(Arc<Folder>, CString),
    /// Read on in an open folder.
    Read(Arc<Folder>),
}

/// The tasks that wait, for all threads.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Vec<Task>,
    /// How many tasks are waiting or being done; at none the walk is at its end.
    open: usize,
}

impl Queue {
    pub(super) fn push(&self, tasks: impl IntoIterator<Item = Task>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let before = state.waiting.len();
        state.waiting.extend(tasks);
        let added = state.waiting.len() - before;
        state.open += added;
        drop(state);
        match added {
            0 => {}
            1 => self.changed.notify_one(),
            _ => self.changed.notify_all(),
        }
    }

    /// The next task; `None` once all are done. Each has to be followed by [`Self::done`].
    pub(super) fn pop(&self) -> Option<Task> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(task) = state.waiting.pop() {
                return Some(task);
            }
            if state.open == 0 {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub(super) fn done(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.open -= 1;
        if state.open == 0 {
            self.changed.notify_all();
        }
    }
}
