//! Memory for a process that is another one microseconds later: taken from one block, never given back.
//!
//! An ordinary allocator asks the kernel for pages before it serves the first byte, which takes as long as all else that
//! the shim does. This one hands out the pages that the program was loaded with.
#![expect(unsafe_code, reason = "an allocator is unsafe by its interface")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Enough for every ordinary call; a page that is never touched costs nothing.
const SIZE: usize = 256 << 10;

/// The block, and how much of it is taken. What does not fit goes to the system's allocator.
pub(crate) struct Arena {
    block: UnsafeCell<[u8; SIZE]>,
    taken: AtomicUsize,
}

// SAFETY: a part of the block is handed out once, by an atomic step, and then belongs to whoever asked for it.
unsafe impl Sync for Arena {}

impl Arena {
    #[expect(clippy::large_stack_arrays, reason = "made at compile time, for a static")]
    pub(crate) const fn new() -> Self {
        Self { block: UnsafeCell::new([0; SIZE]), taken: AtomicUsize::new(0) }
    }

    fn start(&self) -> *mut u8 {
        self.block.get().cast()
    }

    fn holds(&self, pointer: *mut u8) -> bool {
        let start = self.start() as usize;
        (start..start + SIZE).contains(&(pointer as usize))
    }

    /// Where the next part of that shape begins, counted from the start, if there is room for it.
    fn place(&self, taken: usize, layout: Layout) -> Option<usize> {
        let start = self.start() as usize;
        let place = (start + taken).checked_next_multiple_of(layout.align())? - start;
        (place.checked_add(layout.size())? <= SIZE).then_some(place)
    }
}

// SAFETY: every part that is handed out lies inside of the block, is aligned as asked for, and overlaps no other: `taken`
// only grows, past its end. Parts of the system's allocator go back there, told apart by their address.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let mut taken = self.taken.load(Ordering::Relaxed);
        while let Some(place) = self.place(taken, layout) {
            let end = place + layout.size();
            match self.taken.compare_exchange_weak(taken, end, Ordering::Relaxed, Ordering::Relaxed) {
                // SAFETY: `place` lies inside of the block.
                Ok(_) => return unsafe { self.start().add(place) },
                Err(now) => taken = now,
            }
        }
        // SAFETY: by the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if !self.holds(pointer) {
            // SAFETY: what is not of the block came from the system's allocator, with this layout.
            unsafe { System.dealloc(pointer, layout) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_aligned_apart_and_inside_until_the_block_is_full() {
        let arena = Box::new(Arena::new());
        let mut last_end = 0;
        for (size, align) in [(1, 1), (3, 8), (40, 64), (0, 1), (100_000, 4096), (7, 2)] {
            let layout = Layout::from_size_align(size, align).unwrap();
            // SAFETY: the layouts are valid, and nothing is read or written.
            let part = unsafe { arena.alloc(layout) };
            assert!(arena.holds(part) && (part as usize).is_multiple_of(align) && part as usize >= last_end);
            last_end = part as usize + size;
        }
    }

    #[test]
    fn what_does_not_fit_comes_from_the_system_and_goes_back() {
        let arena = Box::new(Arena::new());
        let layout = Layout::from_size_align(SIZE + 1, 16).unwrap();
        // SAFETY: the part is used within its size, and given back with its layout.
        unsafe {
            let part = arena.alloc(layout);
            assert!(!part.is_null() && !arena.holds(part));
            part.add(SIZE).write(1);
            arena.dealloc(part, layout);
        }
    }
}
