//! OpenPGP signatures and keys: whatever lies beside an archive, nobody but Google has signed it, and no key file makes it so.
#![no_main]

use std::sync::LazyLock;

use gvr_fetch::openpgp::{DetachedSignature, Keyring, Policy, verify};
use libfuzzer_sys::fuzz_target;

/// What nobody has signed.
const CONTENT: &[u8] = b"another archive";
const REAL: &[u8] = include_bytes!("../../../crates/gvr-fetch/tests/data/go1.27.0.src.tar.gz.asc");
/// 2026-11-14.
const NOW: u64 = 1_794_700_000;

/// Checking every binding in it takes a hundred times as long as reading an input.
static GOOGLE: LazyLock<Keyring> =
    LazyLock::new(|| Keyring::google(&Policy::google(NOW)).expect("gvr's own copy of the key"));

fuzz_target!(|input: &[u8]| {
    let policy = Policy::google(NOW);
    if let Ok(signature) = DetachedSignature::parse(input) {
        let _ = signature.signed_at();
        assert!(verify(CONTENT, input, &GOOGLE, &policy).is_err(), "what was not signed passes");
    }
    if Keyring::parse(input, &policy).is_ok() {
        let mut keyring = GOOGLE.clone();
        keyring.learn(input, &policy).expect("what was read once");
        assert!(verify(CONTENT, REAL, &keyring, &policy).is_err(), "what was not signed passes");
        assert!(verify(CONTENT, input, &keyring, &policy).is_err());
    }
});
