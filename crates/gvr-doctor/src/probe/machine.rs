//! The system, its hardware and its limits.

use std::path::Path;

use gvr_core::{HardwareFacts, Os};

use super::host::{Host, HostError};
use crate::facts::{Fact, System};

const SMALL: u64 = 64 << 10;

pub(super) fn capture(host: &dyn Host) -> System {
    let os = host.system();
    let is_mac = matches!(os, Ok("darwin"));
    let hardware = host.hardware();
    let arch = match (&os, &hardware) {
        (Ok(os), Ok(hardware)) => native(os, hardware),
        (Err(error), _) | (_, Err(error)) => Fact::unknown(error),
    };
    let flag = |pick: fn(&HardwareFacts) -> Option<bool>| match &hardware {
        Ok(hardware) => Fact::Known(pick(hardware)),
        Err(error) => Fact::unknown(error),
    };
    let text = |path: &str| host.read(Path::new(path), SMALL).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let on_mac = |fact: fn(&dyn Host) -> Fact<Option<String>>| if is_mac { fact(host) } else { Fact::Known(None) };
    let version = if is_mac {
        // The second one says 10.16 where SYSTEM_VERSION_COMPAT is set; the first, which macOS 11 brought, always says the truth.
        let files = [".SystemVersionPlatform.plist", "SystemVersion.plist"];
        let files = files.map(|name| text(&format!("/System/Library/CoreServices/{name}")));
        let [true_one, usual] = files;
        true_one.or(usual).map_or_else(Fact::unknown, |text| match property(&text, "ProductVersion") {
            Some(version) if version == "10.16" => Fact::unknown("SYSTEM_VERSION_COMPAT hides the version of macOS"),
            Some(version) => Fact::Known(version),
            None => Fact::unknown("SystemVersion.plist does not say"),
        })
    } else {
        text("/etc/os-release").map_or_else(Fact::unknown, |text| {
            let name = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
            name.map_or_else(
                || Fact::unknown("os-release does not say"),
                |name| Fact::Known(name.trim_matches('"').to_owned()),
            )
        })
    };
    let kernel = if is_mac {
        Fact::unknown("it is asked for on Linux alone")
    } else {
        Fact::from(text("/proc/sys/kernel/osrelease").map(|text| text.trim().to_owned()))
    };
    System {
        os: os.map(str::to_owned).into(),
        version,
        kernel,
        arch,
        apple_silicon: flag(|hardware| hardware.apple_silicon),
        translated: flag(|hardware| hardware.translated),
        uid: host.user().into(),
        open_files: host.open_files().into(),
        inotify_watches: match text("/proc/sys/fs/inotify/max_user_watches") {
            _ if is_mac => Fact::Known(None),
            Ok(text) => Fact::Known(text.trim().parse().ok()),
            Err(HostError::Absent) => Fact::Known(None),
            Err(error) => Fact::unknown(error),
        },
        launchd_path: on_mac(launchd_path),
        developer_tools: on_mac(developer_tools),
        resolvers: match host.list(Path::new("/etc/resolver"), 100) {
            Ok(names) => Fact::Known(names.iter().map(|name| name.to_string_lossy().into_owned()).collect()),
            Err(HostError::Absent) => Fact::Known(Vec::new()),
            Err(error) => Fact::unknown(error),
        },
    }
}

fn native(os: &str, hardware: &HardwareFacts) -> Fact<String> {
    let os = if os == Os::Darwin.name() { Os::Darwin } else { Os::Linux };
    match hardware.native_platform(os) {
        Some(platform) => Fact::Known(platform.arch.name().replace("armv6l", "arm")),
        None => Fact::unknown("the machine does not say what its processor is"),
    }
}

/// The text of a key in an XML property list, as `SystemVersion.plist` is one.
fn property(text: &str, key: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<key>{key}</key>"))?;
    let (_, rest) = rest.split_once("<string>")?;
    rest.split_once("</string>").map(|(value, _)| value.trim().to_owned())
}

/// The link that `xcode-select --switch` writes, else where Apple puts the tools: asking `xcode-select` would start a
/// program.
fn developer_tools(host: &dyn Host) -> Fact<Option<String>> {
    if let Ok(chosen) = host.link(Path::new("/var/db/xcode_select_link")) {
        let is_there = host.stat(&chosen).is_ok();
        return Fact::Known(is_there.then(|| chosen.to_string_lossy().into_owned()));
    }
    let usual = ["/Applications/Xcode.app/Contents/Developer", "/Library/Developer/CommandLineTools"];
    Fact::Known(usual.into_iter().find(|folder| host.stat(Path::new(folder)).is_ok()).map(str::to_owned))
}

fn launchd_path(host: &dyn Host) -> Fact<Option<String>> {
    let limit = std::time::Duration::from_secs(2);
    match host.run(Path::new("/bin/launchctl"), &["getenv", "PATH"], &[], limit) {
        Ok(ended) => {
            let path = String::from_utf8_lossy(&ended.output).trim().to_owned();
            Fact::Known(Some(path).filter(|path| !path.is_empty()))
        }
        Err(error) => Fact::unknown(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_macos_is_read() {
        let text = "<dict>\n\t<key>ProductName</key>\n\t<string>macOS</string>\n\t<key>ProductVersion</key>\n\t\
                    <string>15.6.1</string>\n</dict>";
        assert_eq!(property(text, "ProductVersion").as_deref(), Some("15.6.1"));
        assert_eq!(property(text, "Nope"), None);
        assert_eq!(property("<key>ProductVersion</key>", "ProductVersion"), None);
    }
}
