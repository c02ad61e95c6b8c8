//! Exit codes. Each is part of the command line's contract: documented, tested and never renumbered.

/// Done.
pub const DONE: u8 = 0;
/// It failed, and none of the codes below says it better. Also: what goenv answers with 1.
pub const FAILED: u8 = 1;
/// The command line is wrong, or it names a version that does not exist.
pub const USAGE: u8 = 2;
/// A server could not be reached, or did not answer as it should.
pub const NETWORK: u8 = 3;
/// What arrived is not what it should be, and was refused.
pub const REFUSED: u8 = 4;
/// Go was never published in that version for that platform.
pub const NO_BUILD: u8 = 5;
/// There is nothing to run: no such command, or the version that was asked for is not installed.
pub const NOTHING_TO_RUN: u8 = 127;

/// Every code with its name and meaning, as `docs/exit-codes.md` lists them.
pub const ALL: [(u8, &str); 7] = [
    (DONE, "Done."),
    (
        FAILED,
        "It failed. Also what goenv answers with 1: wrong usage of one of its commands, no local version, a version that is not installed.",
    ),
    (USAGE, "Wrong usage, or a version that does not exist."),
    (NETWORK, "A server could not be reached, or did not answer as it should."),
    (REFUSED, "What arrived is not what it should be, and was refused."),
    (NO_BUILD, "Go was never published in that version for that platform."),
    (NOTHING_TO_RUN, "Nothing to run: no such command, or the version asked for is not installed."),
];
