//! Memory for a process that is another one microseconds later: taken from one block, and mostly never given back.
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
///
/// The count comes first, so that it lies in the same page as the parts that are handed out first.
#[repr(C)]
pub(crate) struct Arena {
    taken: AtomicUsize,
    block: UnsafeCell<[u8; SIZE]>,
}

// SAFETY: a part of the block is handed out once, by an atomic step, and then belongs to whoever asked for it.
unsafe impl Sync for Arena {}

impl Arena {
    #[expect(clippy::large_stack_arrays, reason = "made at compile time, for a static")]
    pub(crate) const fn new() -> Self {
        Self { taken: AtomicUsize::new(0), block: UnsafeCell::new([0; SIZE]) }
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

    /// Moves the end of a part, which is one of the block's, if nothing lies behind it and there is room.
    fn resize_last(&self, pointer: *mut u8, old: usize, new: usize) -> bool {
        let place = pointer as usize - self.start() as usize;
        let Some(end) = place.checked_add(new).filter(|end| *end <= SIZE) else { return false };
        self.taken.compare_exchange(place + old, end, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }
}

// SAFETY: every part that is handed out lies inside of the block, is aligned as asked for, and overlaps no other that is in
// use: `taken` is the end of the last one, and moves back only when that very part is given back or made smaller. Parts of
// the system's allocator go back there, told apart by their address.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let mut taken = self.taken.load(Ordering::Relaxed);
        while let Some(place) = self.place(taken, layout) {
            let end = place + layout.size();
            match self.taken.compare_exchange_weak(taken, end, Ordering::AcqRel, Ordering::Relaxed) {
                // SAFETY: `place` lies inside of the block.
                Ok(_) => return unsafe { self.start().add(place) },
                Err(now) => taken = now,
            }
        }
        // SAFETY: by the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if self.holds(pointer) {
            // Most parts are short-lived, and the next page costs more than this.
            self.resize_last(pointer, layout.size(), 0);
        } else {
            // SAFETY: what is not of the block came from the system's allocator, with this layout.
            unsafe { System.dealloc(pointer, layout) }
        }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !self.holds(pointer) {
            // SAFETY: as in `dealloc`.
            return unsafe { System.realloc(pointer, layout, size) };
        }
        if self.resize_last(pointer, layout.size(), size) || size <= layout.size() {
            return pointer;
        }
        // SAFETY: the caller promises that `size` makes a valid layout with this alignment.
        let moved = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !moved.is_null() {
            // SAFETY: both are at least as large as the old one was, and a new part overlaps none that is in use.
            unsafe { moved.copy_from_nonoverlapping(pointer, layout.size()) };
        }
        moved
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
    fn the_last_part_is_handed_out_again_and_no_other() {
        let arena = Box::new(Arena::new());
        let layout = Layout::from_size_align(100, 1).unwrap();
        // SAFETY: the layouts are valid, every part is given back once, and nothing is read or written.
        unsafe {
            let (first, second) = (arena.alloc(layout), arena.alloc(layout));
            arena.dealloc(first, layout);
            let third = arena.alloc(layout);
            assert!(third != first && third != second);
            arena.dealloc(third, layout);
            assert_eq!(arena.alloc(layout), third);
        }
    }

    #[test]
    fn the_last_part_grows_and_shrinks_where_it_is() {
        let arena = Box::new(Arena::new());
        let layout = |size| Layout::from_size_align(size, 1).unwrap();
        // SAFETY: the layouts are valid and those that the parts have at the time; what is read was written before.
        unsafe {
            let first = arena.alloc(layout(100));
            first.write(7);
            assert_eq!(arena.realloc(first, layout(100), 200), first);
            assert_eq!(arena.realloc(first, layout(200), 50), first);
            let second = arena.alloc(layout(10));
            assert_eq!(second as usize, first as usize + 50);
            assert_eq!(arena.realloc(first, layout(50), 20), first, "a smaller one stays, whatever lies behind it");
            let moved = arena.realloc(first, layout(20), 30);
            assert_eq!((moved as usize, moved.read()), (second as usize + 10, 7));
            let outside = arena.realloc(moved, layout(30), SIZE);
            assert!(!arena.holds(outside) && outside.read() == 7);
            let outside = arena.realloc(outside, layout(SIZE), 2 * SIZE);
            assert_eq!(outside.read(), 7);
            arena.dealloc(outside, layout(2 * SIZE));
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
