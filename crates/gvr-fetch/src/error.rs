//! What sort of failure an error is, so that a caller can choose what to do without reading messages.

/// The class of an error of this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A server could not be reached, or did not answer as it should.
    Network,
    /// What arrived is not what it should be.
    Refused,
    /// Go was never published in that version for that platform.
    NoBuild,
    /// No such version is known.
    Unknown,
    /// This machine or its settings: a disk, a permission, a malformed URL.
    Local,
}
