//! Toolchains of a few kilobytes with the shape of Go's own.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{EntryType, Header};

/// The modification time of every entry, in seconds since 1970: 2024-09-05, when go1.23.1 was made.
const MADE_AT: u64 = 1_725_494_400;

/// The stand-in for `bin/go`, with `@VERSION@`, `@OS@` and `@ARCH@` to fill in. It uses nothing but the shell itself, so
/// that it works without PATH.
const GO_SCRIPT: &str = r#"#!/bin/sh
# A stand-in for go, made by gvr-testkit.
root=${0%/bin/*}
case "${1-}" in
version)
    echo "go version go@VERSION@ @OS@/@ARCH@"
    ;;
env)
    case "${2-}" in
    GOROOT) echo "${GOROOT:-$root}" ;;
    GOVERSION) echo "go@VERSION@" ;;
    GOTOOLCHAIN) echo "${GOTOOLCHAIN:-auto}" ;;
    *) echo "GOROOT='${GOROOT:-$root}'" ;;
    esac
    ;;
copy)
    while IFS= read -r line; do echo "$line"; done
    ;;
nest)
    # Calls the next go on PATH, as `go generate` does.
    if [ "$2" -gt 0 ]; then go nest $(($2 - 1)); else echo "bottom go@VERSION@"; fi
    ;;
pid)
    echo "$$"
    ;;
*)
    echo "go@VERSION@"
    for argument in "$@"; do echo "argument [$argument]"; done
    for name in GOROOT GOTOOLCHAIN GOPATH GVR_VERSION GOENV_VERSION; do
        eval "value=\${$name-(unset)}"
        echo "$name $value"
    done
    ;;
esac
exit "${FAKE_RC:-0}"
"#;

const GOFMT_SCRIPT: &str = r#"#!/bin/sh
# A stand-in for gofmt, made by gvr-testkit.
echo "gofmt of go@VERSION@"
exit "${FAKE_RC:-0}"
"#;

/// Go's name of the platform that this program was compiled for: `linux-amd64`.
pub fn host_platform() -> String {
    let os = if cfg!(target_os = "macos") { "darwin" } else { std::env::consts::OS };
    let arch = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    };
    format!("{os}-{arch}")
}

/// A toolchain made in code.
///
/// `bin/go` and `bin/gofmt` are shell scripts where the platform is the host's, and otherwise the first bytes of a program
/// for that platform, which this machine cannot run. The script knows: `version`; `env [GOROOT|GOVERSION|GOTOOLCHAIN]`;
/// `copy`, which copies stdin to stdout; `nest N`, which calls `go nest N-1` from PATH; `pid`; anything else prints each
/// argument and the variables that matter, one a line. Its exit status is `$FAKE_RC`, or 0.
#[derive(Clone, Debug)]
pub struct FakeToolchain {
    version: String,
    platform: String,
    files: Vec<FakeFile>,
}

#[derive(Clone, Debug)]
struct FakeFile {
    path: String,
    mode: u32,
    contents: Vec<u8>,
}

impl FakeToolchain {
    /// A toolchain for the machine that the test runs on. `version` is a release's name without `go`: `1.23.90`.
    pub fn native(version: &str) -> Self {
        Self::new(version, &host_platform())
    }

    /// A toolchain for `platform`, such as `darwin-arm64`. `version` is a release's name without `go`: `1.23.90`, and
    /// `1.20` for the release 1.20.0.
    pub fn new(version: &str, platform: &str) -> Self {
        let (os, arch) = platform.split_once('-').expect("a platform is OS-ARCH");
        let fill = |script: &str| {
            script.replace("@VERSION@", version).replace("@OS@", os).replace("@ARCH@", arch).into_bytes()
        };
        let program = |script: &str| if platform == host_platform() { fill(script) } else { foreign_program(os, arch) };
        let mut toolchain = Self { version: version.to_owned(), platform: platform.to_owned(), files: Vec::new() };
        for (path, mode, contents) in [
            ("LICENSE", 0o644, b"Copyright 2009 The Go Authors.\n".to_vec()),
            ("VERSION", 0o644, format!("go{version}\ntime 2024-09-05T00:00:00Z\n").into_bytes()),
            ("bin/go", 0o755, program(GO_SCRIPT)),
            ("bin/gofmt", 0o755, program(GOFMT_SCRIPT)),
            ("go.env", 0o644, b"GOPROXY=https://proxy.golang.org,direct\nGOTOOLCHAIN=auto\n".to_vec()),
            ("src/cmd/go.mod", 0o644, b"module cmd\n".to_vec()),
            ("src/fmt/print.go", 0o644, b"package fmt\n".to_vec()),
            ("src/go.mod", 0o644, b"module std\n".to_vec()),
            ("test/hello.go", 0o644, b"package main\n".to_vec()),
        ] {
            toolchain = toolchain.file(path, mode, contents);
        }
        toolchain.file(&format!("pkg/tool/{os}_{arch}/compile"), 0o755, program(GOFMT_SCRIPT))
    }

    /// Every file: its path relative to the GOROOT, its mode, and what is in it.
    pub fn files(&self) -> impl Iterator<Item = (&str, u32, &[u8])> {
        self.files.iter().map(|file| (file.path.as_str(), file.mode, file.contents.as_slice()))
    }

    /// Adds a file, or replaces the one at `path`. `path` is relative to the GOROOT.
    #[must_use]
    pub fn file(mut self, path: &str, mode: u32, contents: impl Into<Vec<u8>>) -> Self {
        self.files.retain(|file| file.path != path);
        self.files.push(FakeFile { path: path.to_owned(), mode, contents: contents.into() });
        self.files.sort_by(|left, right| left.path.cmp(&right.path));
        self
    }

    /// Takes the file at `path` away.
    #[must_use]
    pub fn without(mut self, path: &str) -> Self {
        self.files.retain(|file| file.path != path);
        self
    }

    /// The release's name without `go`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// `linux-amd64`.
    pub fn platform(&self) -> &str {
        &self.platform
    }

    /// `go1.23.90.linux-amd64.tar.gz`.
    pub fn archive_name(&self) -> String {
        format!("go{}.{}.tar.gz", self.version, self.platform)
    }

    /// The archive's bytes: ustar in gzip, the folder `go` at the top, entries for folders too, as Go's packer makes it.
    /// The same toolchain gives the same bytes every time.
    pub fn archive(&self) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&self.tar()).expect("a Vec takes every byte");
        gzip.finish().expect("a Vec takes every byte")
    }

    /// The same before gzip.
    pub fn tar(&self) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        let mut folders_made = Vec::new();
        for file in &self.files {
            let path = format!("go/{}", file.path);
            for (end, _) in path.match_indices('/') {
                let folder = &path[..=end];
                if !folders_made.iter().any(|made| made == folder) {
                    append(&mut builder, EntryType::Directory, folder, 0o755, &[]);
                    folders_made.push(folder.to_owned());
                }
            }
            append(&mut builder, EntryType::Regular, &path, file.mode, &file.contents);
        }
        builder.into_inner().expect("a Vec takes every byte")
    }

    /// Writes the tree, without the folder `go` around it: `goroot` becomes the GOROOT.
    pub fn write_to(&self, goroot: &Path) -> io::Result<()> {
        for file in &self.files {
            let path = goroot.join(&file.path);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&path, &file.contents)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(file.mode))?;
        }
        Ok(())
    }
}

fn append(builder: &mut tar::Builder<Vec<u8>>, entry_type: EntryType, path: &str, mode: u32, contents: &[u8]) {
    let mut header = Header::new_ustar();
    header.set_entry_type(entry_type);
    header.set_path(path).expect("a fixture's path is relative and short");
    header.set_mode(mode);
    header.set_mtime(MADE_AT);
    header.set_size(contents.len() as u64);
    header.set_cksum();
    builder.append(&header, contents).expect("a Vec takes every byte");
}

/// The start of a program for another platform: enough for a reader of headers, too little to run.
fn foreign_program(os: &str, arch: &str) -> Vec<u8> {
    let mut bytes = vec![0; 64];
    if os == "darwin" {
        // Mach-O, 64 bit, little endian; CPU_TYPE_ARM64 or CPU_TYPE_X86_64; MH_EXECUTE.
        bytes[..4].copy_from_slice(&0xfeed_facf_u32.to_le_bytes());
        let cpu: u32 = if arch == "arm64" { 0x0100_000c } else { 0x0100_0007 };
        bytes[4..8].copy_from_slice(&cpu.to_le_bytes());
        bytes[12] = 2;
    } else {
        // ELF, 64 bit, little endian, version 1; ET_EXEC; EM_AARCH64, EM_X86_64 or EM_RISCV.
        bytes[..7].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1, 1]);
        bytes[16] = 2;
        bytes[18] = match arch {
            "arm64" => 183,
            "riscv64" => 243,
            _ => 62,
        };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::process::Command;

    use flate2::read::GzDecoder;

    use super::*;

    fn names(toolchain: &FakeToolchain) -> Vec<String> {
        let archive = toolchain.archive();
        tar::Archive::new(GzDecoder::new(archive.as_slice()))
            .entries()
            .unwrap()
            .map(|entry| entry.unwrap().path().unwrap().display().to_string())
            .collect()
    }

    #[test]
    fn an_archive_has_the_shape_of_gos_own() {
        let toolchain = FakeToolchain::new("1.23.90", "linux-amd64");
        assert_eq!(toolchain.archive_name(), "go1.23.90.linux-amd64.tar.gz");
        let names = names(&toolchain);
        assert_eq!(names[0], "go/");
        for name in ["go/VERSION", "go/bin/", "go/bin/go", "go/bin/gofmt", "go/pkg/tool/linux_amd64/compile"] {
            assert_eq!(names.iter().filter(|found| *found == name).count(), 1, "{name} in {names:?}");
        }
        assert_eq!(toolchain.archive(), toolchain.archive());
    }

    #[test]
    fn files_can_be_replaced_and_left_out() {
        let toolchain = FakeToolchain::native("1.23.90").file("VERSION", 0o644, "go1.2.3\n").without("bin/gofmt");
        let archive = toolchain.archive();
        let mut version = String::new();
        for entry in tar::Archive::new(GzDecoder::new(archive.as_slice())).entries().unwrap() {
            let mut entry = entry.unwrap();
            assert_ne!(entry.path().unwrap(), Path::new("go/bin/gofmt"));
            if entry.path().unwrap() == Path::new("go/VERSION") {
                entry.read_to_string(&mut version).unwrap();
            }
        }
        assert_eq!(version, "go1.2.3\n");
    }

    #[test]
    fn the_native_programs_run_and_tell_what_they_were_given() {
        let folder = tempfile::tempdir().unwrap();
        FakeToolchain::native("1.23.90").write_to(folder.path()).unwrap();
        let go = folder.path().join("bin/go");
        let run = |arguments: &[&str]| {
            let output = Command::new(&go)
                .args(arguments)
                .env_clear()
                .env("FAKE_RC", "42")
                .env("GOTOOLCHAIN", "local")
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(42));
            String::from_utf8(output.stdout).unwrap()
        };
        let platform = host_platform().replace('-', "/");
        assert_eq!(run(&["version"]), format!("go version go1.23.90 {platform}\n"));
        assert_eq!(run(&["env", "GOROOT"]), format!("{}\n", folder.path().display()));
        assert_eq!(
            run(&["build", "a b", ""]),
            "go1.23.90\nargument [build]\nargument [a b]\nargument []\nGOROOT (unset)\nGOTOOLCHAIN local\n\
             GOPATH (unset)\nGVR_VERSION (unset)\nGOENV_VERSION (unset)\n"
        );
    }

    #[test]
    fn a_foreign_program_says_whose_it_is() {
        let header = |platform| {
            FakeToolchain::new("1.23.90", platform).files.iter().find(|f| f.path == "bin/go").unwrap().contents[..8]
                .to_vec()
        };
        let host = host_platform();
        if host != "darwin-arm64" {
            assert_eq!(header("darwin-arm64"), [0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1]);
        }
        if host != "linux-arm64" {
            assert_eq!(&header("linux-arm64")[..4], b"\x7fELF");
        }
    }
}
