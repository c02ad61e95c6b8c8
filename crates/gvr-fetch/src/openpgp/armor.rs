//! ASCII armour (RFC 4880 §6): packets as text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The most that is read of a signature or a key file.
const LARGEST: usize = 1 << 20;

/// The packets in `data`: as they are, or in armour under this label (`SIGNATURE`, `PUBLIC KEY BLOCK`).
pub(super) fn packets(data: &[u8], label: &str) -> Result<Vec<u8>, &'static str> {
    if data.len() > LARGEST {
        return Err("it is too long");
    }
    // Every packet begins with a byte that no text begins with.
    if data.first().is_some_and(|byte| byte & 0x80 != 0) {
        return Ok(data.to_vec());
    }
    let text = std::str::from_utf8(data).map_err(|_| "it is neither packets nor armour")?;
    let mut lines = text.lines().map(str::trim_end).skip_while(|line| line.is_empty());
    if lines.next() != Some(&format!("-----BEGIN PGP {label}-----")) {
        return Err("it does not begin as armour does");
    }
    // Headers such as `Version: …` end in a blank line.
    let Some(_blank) = lines.by_ref().take(20).find(|line| line.is_empty()) else {
        return Err("its armour has no content");
    };
    let (mut encoded, mut check, end) = (String::new(), None, format!("-----END PGP {label}-----"));
    loop {
        match lines.next() {
            None => return Err("its armour has no end"),
            Some(line) if line == end => break,
            Some(_) if check.is_some() => return Err("its armour goes on after its check sum"),
            Some(line) => match line.strip_prefix('=') {
                Some(sum) => check = Some(sum),
                None => encoded.push_str(line),
            },
        }
    }
    if lines.any(|line| !line.is_empty()) {
        return Err("something follows after its armour");
    }
    let packets = STANDARD.decode(encoded).map_err(|_| "its armour is no base64")?;
    if let Some(check) = check {
        let stated = STANDARD.decode(check).map_err(|_| "its check sum is no base64")?;
        if stated != crc24(&packets).to_be_bytes()[1..] {
            return Err("its check sum is wrong");
        }
    }
    Ok(packets)
}

/// The check sum of armour (RFC 4880 §6.1). It finds damage, not malice.
fn crc24(data: &[u8]) -> u32 {
    data.iter().fold(0x00B7_04CE, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 16, |sum, _| {
            let sum = sum << 1;
            if sum & 0x0100_0000 == 0 { sum } else { sum ^ 0x0186_4CFB }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "-----BEGIN PGP SIGNATURE-----\nVersion: x\n\niQIz\nBAAB\n=KZ0y\n-----END PGP SIGNATURE-----\n";

    fn with_sum() -> String {
        let data = STANDARD.decode("iQIzBAAB").unwrap();
        WHOLE.replace("KZ0y", &STANDARD.encode(&crc24(&data).to_be_bytes()[1..]))
    }

    #[test]
    fn takes_armour_and_packets() {
        let expected = STANDARD.decode("iQIzBAAB").unwrap();
        for text in [
            with_sum(),
            with_sum().replace('\n', "\r\n"),
            format!("\n{}\n\n", with_sum()),
            with_sum().replace("Version: x\n", ""),
            with_sum().lines().filter(|line| !line.starts_with('=')).collect::<Vec<_>>().join("\n"),
        ] {
            assert_eq!(packets(text.as_bytes(), "SIGNATURE").unwrap(), expected, "{text}");
        }
        assert_eq!(packets(&expected, "SIGNATURE").unwrap(), expected);
    }

    #[test]
    fn refuses_what_is_neither() {
        for (text, why) in [
            (String::new(), "it does not begin as armour does"),
            ("<!doctype html>".to_owned(), "it does not begin as armour does"),
            (with_sum().replace("SIGNATURE", "MESSAGE"), "it does not begin as armour does"),
            (with_sum().replacen('=', "=A", 1), "its check sum is no base64"),
            (WHOLE.replace("KZ0y", "AAAA"), "its check sum is wrong"),
            (with_sum().replace("BAAB", "BA*B"), "its armour is no base64"),
            (with_sum().replace("-----END PGP SIGNATURE-----\n", ""), "its armour has no end"),
            (with_sum() + "more", "something follows after its armour"),
            (with_sum() + &with_sum(), "something follows after its armour"),
            (with_sum().replace("-----END", "BAAB\n-----END"), "its armour goes on after its check sum"),
            ("x".repeat(LARGEST + 1), "it is too long"),
        ] {
            assert_eq!(packets(text.as_bytes(), "SIGNATURE"), Err(why), "{text:.200}");
        }
    }

    #[test]
    fn the_check_sum_is_rfc_4880s() {
        assert_eq!(crc24(b""), 0x00B7_04CE);
        assert_eq!(crc24(b"123456789"), 0x0021_CF02);
    }
}
