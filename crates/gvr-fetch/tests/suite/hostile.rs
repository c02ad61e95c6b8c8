//! Archives that no one should unpack: every one is refused although its hash is right, and nothing outside the folder
//! changes. And odd ones that are good.

use std::fs;

use flate2::Compression;
use flate2::write::GzEncoder;
use gvr_fetch::{ErrorKind, InstallError};

use crate::common::archive::{VERSION, check_sum, gzip, header, record};
use crate::common::{FakeGo, Reply, Sandbox, Server, Tar};

fn install(bytes: Vec<u8>) -> (Sandbox, Result<(), InstallError>) {
    let go = FakeGo::of(bytes);
    let server = Server::scripted(vec![Reply::ok(&go.bytes)]);
    let sandbox = Sandbox::new(&server.url(""));
    let result = sandbox.install(&go).map(|_| ());
    sandbox.assert_unharmed();
    assert_eq!(sandbox.cached(), Vec::<String>::new());
    (sandbox, result)
}

#[track_caller]
fn check_refused(what: &str, bytes: Vec<u8>, expected: &str) {
    let (_sandbox, result) = install(bytes);
    match result {
        Err(error @ InstallError::Archive { .. }) => {
            assert_eq!(error.kind(), ErrorKind::Refused);
            let message = error.to_string();
            assert!(message.contains(expected), "{what}: {message}");
            assert!(!message.contains(|character: char| character.is_control()), "{what}: {message:?}");
        }
        other => panic!("{what}: {other:?}"),
    }
}

#[test]
fn names() {
    let long = format!("go/{}", "a".repeat(256));
    let deep = format!("go/{}x", "d/".repeat(2000));
    let cases: [(&str, &[u8], &str); 30] = [
        ("dotdot first", b"../x", "\"..\""),
        ("dotdot", b"go/../../x", "\"..\""),
        ("dotdot in the middle", b"go/a/../../../x", "\"..\""),
        ("dotdot last", b"go/..", "\"..\""),
        ("dot", b"go/./../x", "\".\""),
        ("dot first", b"./../x", "\".\""),
        ("absolute", b"/canary", "absolute"),
        ("two slashes", b"go//x", "\"\""),
        ("two slashes first", b"//x", "absolute"),
        ("backslash", b"go/..\\x", "'\\\\'"),
        ("drive", b"C:/x", "':'"),
        ("stream", b"go/x:y", "':'"),
        ("empty", b"", "empty"),
        ("newline", b"go/a\nb", "'\\n'"),
        ("escape", b"go/\x1b[31mred", "'\\u{1b}'"),
        ("carriage return", b"go/a\r", "'\\r'"),
        ("delete", b"go/a\x7f", "'\\u{7f}'"),
        ("not text", b"go/\xff\xfe", "not text"),
        ("combining mark", b"go/e\xcc\x81", "'\\u{301}'"),
        ("right to left", b"go/\xe2\x80\xaegnp", "'\\u{202e}'"),
        ("another top", b"other/x", "below go/"),
        ("top is a file", b"go", "below go/"),
        ("prefix of another word", b"gopher/x", "below go/"),
        ("top in capitals", b"GO/x", "below go/"),
        ("file with a slash", b"go/x/", "\"\""),
        ("long part", long.as_bytes(), "too long"),
        ("deep", deep.as_bytes(), "too long or too deep"),
        ("receipt", b"go/.gvr-receipt.toml", "reserved"),
        ("receipt in capitals", b"go/.GVR-RECEIPT.TOML", "reserved"),
        ("AppleDouble", b"go/bin/._go", "reserved"),
    ];
    for (what, name, expected) in cases {
        if name.len() <= 100 {
            let bytes = Tar::go().entry(name, b'0', 0o644, 1, b"x").gz();
            check_refused(what, bytes, expected);
        }
        let by_pax = Tar::go().pax(&record("path", name)).file("go/innocent", 0o644, b"x").gz();
        check_refused(&format!("{what}, by PAX"), by_pax, expected);
        let long_name = [name, b"\0"].concat();
        let by_gnu = Tar::go().entry(b"././@LongLink", b'L', 0o644, long_name.len() as u64, &long_name);
        check_refused(&format!("{what}, by GNU"), by_gnu.file("go/innocent", 0o644, b"x").gz(), expected);
    }
    let mut prefixed = header(b"x", b'0', 0o644, b"00000000000\0", b"");
    prefixed[345..350].copy_from_slice(b"go/..");
    check_sum(&mut prefixed);
    check_refused("dotdot in the prefix", Tar::go().raw(&prefixed, b"").gz(), "\"..\"");
    check_refused("zero byte", Tar::go().entry(b"go/a\0/../../b", b'0', 0o644, 0, b"").gz(), "'\\0'");
    check_refused(
        "zero byte, by PAX",
        Tar::go().pax(&record("path", b"go/a\0b")).file("go/i", 0o644, b"").gz(),
        "'\\0'",
    );
}

#[test]
fn links_and_specials() {
    for (what, kind, target) in [
        ("absolute link", b'2', "/etc"),
        ("link out", b'2', "../../canary"),
        ("link inside", b'2', "go"),
        ("loop", b'2', "evil"),
        ("hard link out", b'1', "../canary"),
        ("hard link inside", b'1', "go/bin/go"),
    ] {
        let tar = Tar::go().link("go/evil", kind, target).file("go/evil/canary", 0o644, b"harm");
        check_refused(what, tar.gz(), "link; only files and folders");
    }
    for (what, kind, expected) in [
        ("character device", b'3', "device"),
        ("block device", b'4', "device"),
        ("pipe", b'6', "pipe"),
        ("contiguous", b'7', "unknown type"),
        ("unknown", b'Z', "unknown type"),
        ("sparse", b'S', "sparse"),
        ("global header", b'g', "all entries"),
        ("long link", b'K', "long name"),
        ("volume", b'V', "unknown type"),
    ] {
        check_refused(what, Tar::go().entry(b"go/evil", kind, 0o644, 0, b"").gz(), expected);
    }
    check_refused("folder with a body", Tar::go().entry(b"go/d/", b'5', 0o755, 3, b"abc").gz(), "no size");
}

#[test]
fn twice() {
    let cases: [(&str, Tar, &str); 8] = [
        ("a file", Tar::go().file("go/bin/go", 0o755, b"second"), "twice"),
        ("a file, then a folder", Tar::go().file("go/x", 0o644, b"").folder("go/x/"), "folder in another"),
        ("a folder, then a file", Tar::go().folder("go/x/").file("go/x", 0o644, b""), "folder in another"),
        ("a file as a parent", Tar::go().file("go/x", 0o644, b"").file("go/x/y", 0o644, b""), "folder in another"),
        ("an unnamed parent, then a file", Tar::go().file("go/x/y", 0o644, b"").file("go/x", 0o644, b""), "folder in"),
        ("capitals", Tar::go().file("go/BIN/go", 0o755, b""), "upper and lower case"),
        ("capitals of a file", Tar::go().file("go/version", 0o644, b""), "\"VERSION\""),
        ("capitals beyond ASCII", Tar::go().file("go/Þ", 0o644, b"").file("go/þ", 0o644, b""), "upper and lower"),
    ];
    for (what, tar, expected) in cases {
        let bytes = if what.contains("ASCII") { by_pax(&["Þ", "þ"]) } else { tar.gz() };
        check_refused(what, bytes, expected);
    }
}

fn by_pax(names: &[&str]) -> Vec<u8> {
    let add = |tar: Tar, name: &&str| {
        tar.pax(&record("path", format!("go/{name}").as_bytes())).file("go/innocent", 0o644, b"")
    };
    names.iter().fold(Tar::go(), add).gz()
}

#[test]
fn compression() {
    let good = Tar::go().gz();
    let plain = Tar::go().end();
    let end = good.len();
    let flip = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 0x55;
        bytes
    };
    let halves = [gzip(&plain[..1024]), gzip(&plain[1024..])].concat();
    let cases: [(&str, Vec<u8>, &str); 16] = [
        ("half", good[..end / 2].to_vec(), "too early"),
        ("no trailer", good[..end - 8].to_vec(), "too early"),
        ("half a trailer", good[..end - 4].to_vec(), "too early"),
        ("wrong check sum", flip(end - 8), "damaged"),
        ("wrong length", flip(end - 1), "damaged"),
        ("something after it", [&good[..], b"x"].concat(), "follows after"),
        ("zeros after it", [&good[..], &[0; 512]].concat(), "follows after"),
        ("a second member", [&good[..], &gzip(b"x")].concat(), "follows after"),
        ("an empty second member", [&good[..], &gzip(b"")].concat(), "follows after"),
        ("in two members", halves, "too early"),
        ("empty", Vec::new(), "not a gzip archive (it is empty)"),
        ("a page", b"<!DOCTYPE html><html></html>".to_vec(), "not a gzip archive (it looks like a web page)"),
        ("not compressed", plain.clone(), "not a gzip archive (it looks like a tar archive that is not compressed)"),
        ("xz", b"\xfd7zXZ\0\0\x04".to_vec(), "not a gzip archive (it looks like an xz archive)"),
        ("zip", b"PK\x03\x04".to_vec(), "not a gzip archive (it looks like a zip archive)"),
        ("one byte", vec![0x1f], "too early"),
    ];
    for (what, bytes, expected) in cases {
        let expected = if what == "in two members" { "" } else { expected };
        check_refused(what, bytes, expected);
    }
}

#[test]
fn framing() {
    let raw = |tar: Tar, tail: usize| {
        let mut bytes = tar.0;
        bytes.resize(bytes.len() + tail, 0);
        gzip(&bytes)
    };
    let sized = |size: &[u8]| Tar::go().raw(&header(b"go/x", b'0', 0o644, size, b""), b"").gz();
    let mut bad_sum = header(b"go/x", b'0', 0o644, b"00000000000\0", b"");
    bad_sum[0] ^= 1;
    let pax = |records: &[u8]| Tar::go().pax(records).file("go/x", 0o644, b"abc").gz();
    let path = record("path", b"go/y");
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("no end", raw(Tar::go(), 0), "no end"),
        ("one record of zeros", raw(Tar::go(), 512), "no end"),
        ("something after the end", gzip(&[&Tar::go().end()[..], &Tar::go().end()].concat()), "after its end"),
        ("nothing in it", gzip(&[0; 1024]), "VERSION"),
        ("nothing at all", gzip(b""), "no end"),
        ("short entry", raw(Tar::go().entry(b"go/x", b'0', 0o644, 9999, b"abc"), 0), "too early"),
        ("half a header", gzip(&Tar::go().0[..Tar::go().0.len() - 700]), "damaged"),
        ("wrong check sum", Tar::go().raw(&bad_sum, b"").gz(), "damaged"),
        ("size −1", sized(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), ""),
        ("size 2^63−1", sized(b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff"), "more than"),
        ("size junk", sized(b"0000000000x\0"), "damaged"),
        ("size of 5 GiB", sized(b"47777777777\0"), "more than"),
        ("PAX with another size", pax(&record("size", b"1")), "another size"),
        ("PAX with a larger size", pax(&record("size", b"9999")), "another size"),
        ("PAX with no number", pax(&record("size", b"-1")), "no number"),
        ("PAX with a wrong length", pax(b"99 path=go/y\n"), "damaged"),
        ("PAX with a path twice", pax(&[&path[..], &path].concat()), "twice"),
        ("PAX with a link", pax(&record("linkpath", b"/etc/passwd")), "linkpath"),
        ("PAX with a capability", pax(&record("SCHILY.xattr.security.capability", b"x")), "SCHILY"),
        ("PAX sparse", pax(&record("GNU.sparse.size", b"8796093022208")), "GNU.sparse"),
        ("PAX of 8 MiB", pax(&record("comment", &vec![b'x'; 8 << 20])), "too large"),
        ("two PAX headers", Tar::go().pax(&path).pax(&path).file("go/x", 0o644, b"").gz(), "two for one entry"),
        ("a PAX header at the end", Tar::go().pax(&path).gz(), "belongs to no entry"),
    ];
    for (what, bytes, expected) in cases {
        check_refused(what, bytes, expected);
    }
}

#[test]
fn bombs() {
    use std::io::Write as _;
    // Zeros, as a file that says so.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let size = 64 << 20;
    encoder.write_all(&Tar::go().0).unwrap();
    encoder.write_all(&header(b"go/zeros", b'0', 0o644, format!("{size:011o}\0").as_bytes(), b"")).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..size >> 20 {
        encoder.write_all(&zeros).unwrap();
    }
    encoder.write_all(&[0; 1024]).unwrap();
    check_refused("zeros", encoder.finish().unwrap(), "grows");

    // Stored without compression, so that only their number is at fault. Folders that are there already cost nothing.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(&Tar::go().0).unwrap();
    let folders = header(b"go/bin/", b'5', 0o755, b"00000000000\0", b"").repeat(1000);
    for _ in 0..=200 {
        encoder.write_all(&folders).unwrap();
    }
    encoder.write_all(&[0; 1024]).unwrap();
    check_refused("entries", encoder.finish().unwrap(), "more than 200000 entries");
}

/// The first bytes of a program for a Mac with Apple silicon, and of one for Linux on 64-bit ARM.
const MAC: &[u8] = &[0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1];
const ARM: &[u8] = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\xb7\0";

#[test]
fn contents() {
    let version =
        |text: &[u8]| Tar::default().folder("go/").file("go/VERSION", 0o644, text).file("go/bin/go", 0o755, b"x").gz();
    let right = format!("go{VERSION}\n");
    let program =
        |tar: Tar| Tar::default().file("go/VERSION", 0o644, right.as_bytes()).0.into_iter().chain(tar.0).collect();
    let with = |tar: Tar| Tar(program(tar)).gz();
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("another version", version(b"go1.22.91\n"), "go1.22.91"),
        ("a longer version", version(b"go1.22.901\n"), "go1.22.901"),
        ("no version", version(b""), "VERSION"),
        ("a long version", version(&vec![b'x'; 1 << 20]), "VERSION"),
        ("a version of no text", version(b"\xff\xff"), "VERSION"),
        ("no VERSION", Tar::default().file("go/bin/go", 0o755, b"x").gz(), "VERSION"),
        ("VERSION is a folder", Tar::default().folder("go/VERSION/").file("go/bin/go", 0o755, b"x").gz(), "VERSION"),
        ("no bin/go", with(Tar::default()), "bin/go: there is none"),
        ("bin/go is a folder", with(Tar::default().folder("go/bin/go/")), "it is a folder"),
        ("bin/go cannot be run", with(Tar::default().file("go/bin/go", 0o644, b"x")), "not executable"),
        ("bin/go is empty", with(Tar::default().file("go/bin/go", 0o755, b"")), "it is empty"),
        ("bin/go is a Mac's", with(Tar::default().file("go/bin/go", 0o755, MAC)), "it is one for another platform"),
        ("bin/go is an ARM's", with(Tar::default().file("go/bin/go", 0o755, ARM)), "it is one for another platform"),
    ];
    for (what, bytes, expected) in cases {
        check_refused(what, bytes, expected);
    }
}

#[test]
fn odd_archives_that_are_good() {
    let files = |tar: Tar| {
        let (sandbox, result) = install(tar.gz());
        result.unwrap();
        sandbox.unpacked()
    };
    let modes = files(
        Tar::go()
            .file("go/set-uid", 0o4755, b"")
            .file("go/world-writable", 0o777, b"")
            .file("go/secret", 0o600, b"")
            .file("go/unreadable", 0o000, b"")
            .file("go/group-only", 0o654, b"")
            .entry(b"go/closed/", b'5', 0, 0, b"")
            .file("go/closed/file", 0o644, b""),
    );
    for (name, mode) in [
        ("set-uid", 0o755),
        ("world-writable", 0o755),
        ("secret", 0o644),
        ("unreadable", 0o644),
        ("group-only", 0o644),
        ("closed/", 0o755),
        ("closed/file", 0o644),
    ] {
        assert_eq!(modes[name].0, mode, "{name}");
    }
    let name = format!("go/src/{}/{}", "d".repeat(90), "f".repeat(90));
    let long_name = [name.as_bytes(), b"\0"].concat();
    let long = files(
        Tar::go()
            .entry(b"././@LongLink", b'L', 0o644, long_name.len() as u64, &long_name)
            .file("go/src/d", 0o644, b"abc")
            .pax(
                &[record("path", "go/test/Þfoo.go".as_bytes()), record("mtime", b"1.5"), record("size", b"2")].concat(),
            )
            .file("go/test/foo.go", 0o644, b"xy")
            .entry(b"go/old", 0, 0o644, 1, b"z"),
    );
    assert_eq!(long[name.strip_prefix("go/").unwrap()].1, 3);
    assert_eq!(long["test/Þfoo.go"].1, 2);
    assert_eq!(long["old"].1, 1);
    // Folders that were not named, and one that comes again.
    let implied = files(Tar::go().file("go/a/b/c/d", 0o644, b"").folder("go/a/b/").folder("go/bin/"));
    assert_eq!(implied["a/b/c/"].0, 0o755);
    // As tar pads it to its blocks of 10 KiB.
    let mut padded = Tar::go().end();
    padded.resize(padded.len().next_multiple_of(10_240), 0);
    install(gzip(&padded)).1.unwrap();
    // A gzip header with the name of the file.
    let mut named = flate2::GzBuilder::new().filename("go.tar").comment("c").write(Vec::new(), Compression::best());
    std::io::Write::write_all(&mut named, &Tar::go().end()).unwrap();
    install(named.finish().unwrap()).1.unwrap();
}

#[test]
fn what_was_there_before_is_never_written_through() {
    let go = FakeGo::small();
    let server = Server::scripted(vec![Reply::ok(&go.bytes)]);
    let sandbox = Sandbox::new(&server.url(""));
    std::os::unix::fs::symlink(sandbox.path().join("canary"), sandbox.stage().join("VERSION")).unwrap();
    std::os::unix::fs::symlink(sandbox.path(), sandbox.stage().join("bin")).unwrap();
    let error = sandbox.install(&go).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Local);
    assert!(error.to_string().contains("not empty"), "{error}");
    sandbox.assert_unharmed();
    assert!(fs::symlink_metadata(sandbox.stage().join("VERSION")).unwrap().is_symlink(), "nor removed");
    assert_eq!(server.asked().len(), 0);
}
