//! Who wants to know what is in the files, while they are written.

/// Told of every file of an archive. Called by the threads that write, several at a time and in no order.
pub(crate) trait Observer: Send + Sync {
    /// A file begins, at this path below `go/`. The answer is told what is in it; `None` if that does not matter.
    fn begin(&self, path: &str, is_program: bool) -> Option<Box<dyn Watch>>;
}

/// Told what is in one file: all of it, from its beginning to its end.
pub(crate) trait Watch: Send {
    /// The next bytes. They are written to the file right after this.
    fn content(&mut self, bytes: &[u8]);
    /// The file is written. Not called if that failed, or if the archive is refused meanwhile.
    fn end(self: Box<Self>);
}
