//! What this process has under way in `tmp`, so that it can be given up when the process is told to end.
//!
//! Whoever gives up does so on another thread than the work. Both meet at one lock: nothing becomes visible after giving up
//! has begun, and nothing that became visible is deleted by it.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::tree;

/// How often a folder is removed that other threads still write to. They fail as soon as their own folder is gone.
const MOST_ATTEMPTS: usize = 100;
const PAUSE: Duration = Duration::from_millis(5);

/// The process has been told to end, and gives up what it had begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it was interrupted")]
pub struct Interrupted;

/// The trees in `tmp` that this process makes or deletes.
#[derive(Debug, Default)]
pub(crate) struct Live {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    is_given_up: bool,
    paths: Vec<PathBuf>,
}

/// A path in `tmp` that goes with the process, until the value goes.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    live: &'a Live,
    path: PathBuf,
}

impl Live {
    /// Registers a path, unless all is being given up.
    pub(crate) fn enter(&self, path: &Path) -> Result<Entry<'_>, Interrupted> {
        let mut state = self.going_on()?;
        state.paths.push(path.to_owned());
        Ok(Entry { live: self, path: path.to_owned() })
    }

    /// Makes something in `tmp` and registers where it lies, so that there is no moment between the two.
    pub(crate) fn begin<T, E>(
        &self,
        make: impl FnOnce() -> Result<T, E>,
        path: impl FnOnce(&T) -> &Path,
    ) -> Result<Result<(T, Entry<'_>), E>, Interrupted> {
        let mut state = self.going_on()?;
        Ok(make().map(|made| {
            let path = path(&made).to_owned();
            state.paths.push(path.clone());
            (made, Entry { live: self, path })
        }))
    }

    /// Does something that nobody may give up half way.
    pub(crate) fn in_one_piece<T>(&self, work: impl FnOnce() -> T) -> Result<T, Interrupted> {
        let _state = self.going_on()?;
        Ok(work())
    }

    /// Removes every registered path, and lets nothing more begin.
    pub(crate) fn give_up(&self) {
        let mut state = self.lock();
        state.is_given_up = true;
        for path in &state.paths {
            for _ in 0..MOST_ATTEMPTS {
                if tree::remove(path).is_ok() {
                    break;
                }
                thread::sleep(PAUSE);
            }
        }
    }

    fn going_on(&self) -> Result<MutexGuard<'_, State>, Interrupted> {
        let state = self.lock();
        if state.is_given_up { Err(Interrupted) } else { Ok(state) }
    }

    /// A panic of another thread leaves nothing half done in here.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.live.lock().paths.retain(|path| *path != self.path);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn removes_what_is_under_way_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let live = Live::default();
        let paths = ["done", "under way", "absent"].map(|name| folder.path().join(name));
        for path in &paths[..2] {
            fs::create_dir_all(path.join("bin")).unwrap();
        }
        drop(live.enter(&paths[0]).unwrap());
        let _entries = [live.enter(&paths[1]).unwrap(), live.enter(&paths[2]).unwrap()];
        live.give_up();
        assert!(paths[0].exists() && !paths[1].exists());
        assert_eq!(live.enter(&paths[0]).unwrap_err(), Interrupted);
        assert_eq!(live.in_one_piece(|| panic!("nothing begins any more")), Err::<(), _>(Interrupted));
    }

    #[test]
    fn a_writer_does_not_hold_it_up() {
        let folder = tempfile::tempdir().unwrap();
        let live = Live::default();
        let path = folder.path().join("stage");
        fs::create_dir_all(path.join("tree")).unwrap();
        let _entry = live.enter(&path).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0_u32.. {
                    if fs::write(path.join("tree").join(number.to_string()), "").is_err() {
                        break;
                    }
                }
            });
            live.give_up();
        });
        assert!(!path.exists());
    }
}
