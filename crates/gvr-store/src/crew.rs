//! One piece of work for several threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What is to be done, handed out one by one to whoever asks.
pub(crate) struct Queue<'a, T> {
    all: &'a [T],
    next: AtomicUsize,
}

impl<'a, T> Queue<'a, T> {
    /// The next one; `None` where all are taken.
    pub(crate) fn take(&self) -> Option<&'a T> {
        self.all.get(self.next.fetch_add(1, Ordering::Relaxed))
    }
}

/// Has as many threads as the machine has processors, but at most `most`, do `work`, which takes from the queue of `all` until that is empty. Gives what each came to, or the first
/// error. Where no thread can be had, the calling one does everything.
pub(crate) fn share<T: Sync, R: Send, E: Send>(
    all: &[T],
    most: usize,
    work: impl Fn(&Queue<'_, T>) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let queue = Queue { all, next: AtomicUsize::new(0) };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(most);
    thread::scope(|scope| {
        let others: Vec<_> =
            (1..threads).filter_map(|_| thread::Builder::new().spawn_scoped(scope, || work(&queue)).ok()).collect();
        let own = work(&queue);
        let others =
            others.into_iter().map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        [own].into_iter().chain(others).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_taken_once_and_an_error_comes_through() {
        let all: Vec<u32> = (0..1000).collect();
        let sums = share(&all, 4, |queue| Ok::<_, ()>(std::iter::from_fn(|| queue.take()).sum::<u32>())).unwrap();
        assert_eq!(sums.into_iter().sum::<u32>(), 999 * 500);
        let fails_at_7 = |queue: &Queue<'_, u32>| {
            while let Some(number) = queue.take() {
                if *number == 7 {
                    return Err(*number);
                }
            }
            Ok(())
        };
        assert_eq!(share(&all, 4, fails_at_7), Err(7));
        assert_eq!(share(&all, 1, |queue| Ok::<_, ()>(queue.take().copied())), Ok(vec![Some(0)]));
    }
}
