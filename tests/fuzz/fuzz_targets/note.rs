//! Signed notes: whatever is sent, nothing is believed but what the database's key has signed.
#![no_main]

use gvr_fetch::sumdb::{TreeHead, VerifierKey};
use libfuzzer_sys::fuzz_target;

const KEY: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
/// What sum.golang.org has signed in the inputs that the repository has.
const SIGNED: &str = "go.sum database tree\n28905453\nf3f8U0MoQmXkWAgAEKDtXcaI3c2y6N9+55KNSRefF/w=\n";

fuzz_target!(|input: &[u8]| {
    let key: VerifierKey = KEY.parse().expect("the database's key");
    match key.open(input) {
        Ok(text) => assert_eq!(text, SIGNED, "nobody else can sign"),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Ok(head) = TreeHead::open(input, &key) {
        assert_eq!(head.size, 28_905_453);
    }
    let Ok(text) = std::str::from_utf8(input) else { return };
    let _ = TreeHead::parse(text).map_err(|error| error.to_string());
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert!(!key.name().is_empty() && text.starts_with(key.name()));
    }
});
