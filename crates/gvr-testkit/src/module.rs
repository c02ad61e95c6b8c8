//! A toolchain as the Go module that it also is.

use flate2::Crc;

use crate::FakeToolchain;
use crate::log::{base64, sha256};

impl FakeToolchain {
    /// The module's version: `v0.0.1-go1.23.90.linux-amd64`.
    pub fn module_version(&self) -> String {
        format!("v0.0.1-go{}.{}", self.version(), self.platform().replace("armv6l", "arm"))
    }

    /// The hash that Go's checksum database would have of its module: of all files but those of `api`, `doc`, `misc` and
    /// `test`, each `go.mod` under the name `_go.mod` (golang.org/x/mod, `dirhash.Hash1`; golang/go, `cmd/distpack`).
    pub fn h1(&self) -> String {
        let mut named: Vec<_> =
            self.in_module().into_iter().map(|(name, content)| (name, crate::sha256_hex(content))).collect();
        named.sort();
        let lines: Vec<_> = named.iter().map(|(name, sum)| format!("{sum}  {name}\n")).collect();
        format!("h1:{}", base64(&sha256(lines.concat().as_bytes())))
    }

    /// The module's zip, in which nothing is compressed (PKWARE's APPNOTE.TXT, 4.3).
    pub fn module_zip(&self) -> Vec<u8> {
        let (mut zip, mut directory) = (Vec::new(), Vec::new());
        let entries = self.in_module();
        for (name, content) in &entries {
            let mut crc = Crc::new();
            crc.update(content);
            let offset = length(&zip);
            let mut common = Vec::new();
            for number in [20_u16, 0, 0, 0, 0] {
                common.extend(number.to_le_bytes());
            }
            for number in [crc.sum(), length(content), length(content), length(name.as_bytes())] {
                common.extend(number.to_le_bytes());
            }
            // The name's length has two bytes, and that of what is extra the other two.
            zip.extend(b"PK\x03\x04");
            zip.extend(&common);
            zip.extend(name.as_bytes());
            zip.extend(*content);
            directory.extend(b"PK\x01\x02\x14\0");
            directory.extend(&common);
            directory.extend([0; 10]);
            directory.extend(offset.to_le_bytes());
            directory.extend(name.as_bytes());
        }
        let (at, size) = (length(&zip), length(&directory));
        let count = u16::try_from(entries.len()).expect("a fixture has few files");
        zip.extend(directory);
        zip.extend(b"PK\x05\x06\0\0\0\0");
        zip.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
        zip.extend([size.to_le_bytes(), at.to_le_bytes()].concat());
        zip.extend([0; 2]);
        zip
    }

    fn in_module(&self) -> Vec<(String, &[u8])> {
        let prefix = format!("golang.org/toolchain@{}/", self.module_version());
        let is_left_out = |path: &str| ["api/", "doc/", "misc/", "test/"].iter().any(|folder| path.starts_with(folder));
        let named = |(path, _, content)| {
            let name = format!("{prefix}{path}");
            let name = name.strip_suffix("/go.mod").map_or(name.clone(), |folder| format!("{folder}/_go.mod"));
            (name, content)
        };
        self.files().filter(|(path, ..)| !is_left_out(path)).map(named).collect()
    }
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).expect("a fixture is small")
}
