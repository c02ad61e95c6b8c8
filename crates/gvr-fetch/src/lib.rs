//! The release index, downloads, verification and archive reading. The only crate that knows HTTP.
//!
//! It knows what go.dev/dl and its like answer, how to carry an archive over a bad network, what makes it the right one,
//! and how to turn it into a folder without trusting a byte of it. It never learns where toolchains are kept or what is
//! installed: it fills the folder that it is given. It reads no environment variable and prints nothing; what it needs
//! comes in a [`Config`]. No socket is opened and no thread is started before something has to be fetched.

mod config;
mod digest;
pub mod dirhash;
mod download;
mod error;
mod fetcher;
mod goproxy;
mod http;
mod index;
mod locate;
pub mod openpgp;
mod pins;
mod probe;
mod progress;
mod signature;
mod source;
pub mod sumdb;
mod unpack;

pub use config::{Config, DEFAULT_DIST_URL, Proxies, RetryPolicy, Timeouts};
pub use digest::{Sha256, Sha256Error};
pub use download::{Content, Fetched, InstallError, SourceFailure, SourceProblem};
pub use error::ErrorKind;
pub use fetcher::Fetcher;
pub use goproxy::{
    PackError, PackedModule, ProofError, ProxyList, ProxyListError, Published, pack_module, unpack_module,
};
pub use http::{Distrust, FetchError};
pub use index::{
    Archive, DocumentError, Freshness, HashSource, Index, IndexAnswer, IndexError, Listing, Lookup, Origin, Release,
    render_index,
};
pub use locate::LocateError;
pub use pins::Pin;
pub use probe::{Probe, ProbeLimits, Stage, Step};
pub use progress::{NoProgress, Progress};
pub use signature::{
    SignatureAt, SignatureCandidate, SignatureProof, SignatureSearch, Signatures, TriedSignature, WhyNoProof,
};
pub use unpack::{EntryProblem, UnpackError, unpack};
