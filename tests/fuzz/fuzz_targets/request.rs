//! What a user may type for a version, and what files pin: no input panics, and what is understood is written as it is read.
#![no_main]

use gvr_core::pins::PinFile;
use gvr_core::{Request, Toolchain, Version};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    for file in [PinFile::GoVersion, PinFile::ToolVersions] {
        let _ = file.parse(input).map_err(|error| error.to_string());
    }
    let Ok(text) = std::str::from_utf8(input) else { return };
    match text.parse::<Request>() {
        Ok(request) => {
            let written = request.to_string();
            assert_eq!(written.parse::<Request>().as_ref(), Ok(&request), "{text:?} is written as {written:?}");
            let candidates = ["1.20.0", "1.21rc1", "1.21.0", "1.22.5", "1.23.1"];
            let candidates: Vec<_> = candidates.iter().filter_map(|text| Version::parse(text).ok()).collect();
            assert!(request.select(&candidates).is_none_or(|version| candidates.contains(&version)));
        }
        // What is wrong with it is shown, and must do no harm on a terminal.
        Err(error) => assert!(!error.to_string().chars().any(char::is_control), "{error:?}"),
    }
    if let Ok(version) = Version::parse(text) {
        assert_eq!(Version::parse(&version.to_string()).ok(), Some(version), "{text:?}");
    }
    if let Some(toolchain) = Toolchain::from_folder_name(text) {
        assert_eq!(toolchain.to_string(), text, "a folder has one name");
    }
});
