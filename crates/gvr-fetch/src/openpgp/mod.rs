//! Detached OpenPGP signatures (RFC 4880), as far as Go's archives have them: version 4, RSA, and one primary key.
//!
//! Go's tarballs are signed by Google's Linux packages signing authority. Its primary key is pinned by its fingerprint; it
//! signs nothing itself, but certifies subkeys which last three years each. A subkey is believed where the primary has bound
//! it, where it has agreed to that with a signature back, and where both were valid **when the archive was signed**: a Go of
//! 2019 stays verifiable after its subkey has expired. New subkeys are learnt from a newer copy of the key, which needs no
//! trust of its own: only what the pinned primary has bound is taken from it.
//!
//! This knows packets and rules; RSA and hashes are the crates `rsa` and `ring`.

mod armor;
mod certificate;
mod error;
mod hash;
mod key;
mod packet;
mod policy;
mod signature;
mod subpacket;
mod verify;

pub use certificate::Keyring;
pub use error::{KeyProblem, KeyringError, SignatureError};
pub use key::Fingerprint;
pub use policy::Policy;
pub use verify::{DetachedSignature, Signer, Verifier, verify, verify_archive};
