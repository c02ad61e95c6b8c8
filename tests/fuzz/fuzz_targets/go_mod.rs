//! `go.mod` and `go.work`: no file panics, or takes more time than its size allows.
#![no_main]

use gvr_core::pins::{Asks, PinFile};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|content: &[u8]| {
    for file in [PinFile::GoMod, PinFile::GoWork] {
        match file.parse(content) {
            Ok(Asks::Pin(_)) => panic!("it states a minimum, never a pin"),
            Ok(Asks::Minimum(requirement)) => {
                let _ = requirement.to_install().to_string();
            }
            Ok(Asks::Nothing(why)) => assert!(!why.is_empty()),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
});
