use std::io::Write as _;
use std::sync::mpsc;
use std::thread;

use flate2::write::GzEncoder;
use flate2::{Compression, Crc, GzBuilder};

use super::*;

/// All that comes of an archive that arrives in pieces of this size.
fn inflate_all(archive: &[u8], piece: usize) -> Result<Vec<u8>, UnpackError> {
    let (compressed, to_inflate) = mpsc::channel();
    for piece in archive.chunks(piece) {
        compressed.send(piece.to_vec()).unwrap();
    }
    drop(compressed);
    let (give_back, _used) = mpsc::channel();
    let (plain, blocks) = mpsc::sync_channel(1);
    let (emptied, empty) = mpsc::channel();
    let thread = thread::spawn(move || run(to_inflate, give_back, &empty, &plain));
    let mut all = Vec::new();
    for block in blocks {
        let block = block?;
        all.extend_from_slice(block.plain());
        let _ = emptied.send(block);
    }
    thread.join().unwrap();
    Ok(all)
}

/// Text-like bytes: words that come again, and some noise.
fn content(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut bytes = Vec::with_capacity(length);
    while bytes.len() < length {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        if state >> 30 == 0 {
            bytes.extend_from_slice(&state.to_le_bytes());
        } else {
            let from = bytes.len().saturating_sub((state >> 8) as usize % 40_000);
            let word = bytes[from..].iter().copied().take(3 + (state >> 4) as usize % 60).collect::<Vec<_>>();
            bytes.extend_from_slice(&word);
            bytes.push(b' ');
        }
    }
    bytes.truncate(length);
    bytes
}

fn gzip(data: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn gives_back_what_was_compressed() {
    for length in
        [0, 1, 2, 7, 100, 32_767, 32_768, 65_536, BLOCK - 1, BLOCK, BLOCK + WINDOW, BLOCK + WINDOW + 1, 3 * BLOCK]
    {
        let data = content(length);
        for level in [0, 1, 6, 9] {
            let archive = gzip(&data, level);
            let pieces: &[usize] = if length < BLOCK { &[1 << 18, 4099, 17, 16, 15] } else { &[1 << 18, 65_537] };
            for &piece in pieces {
                assert!(
                    inflate_all(&archive, piece).unwrap() == data,
                    "{length} bytes, level {level}, in pieces of {piece}"
                );
            }
        }
    }
    let data = content(5000);
    for level in [0, 1, 9] {
        for piece in 1..40 {
            assert!(inflate_all(&gzip(&data, level), piece).unwrap() == data, "level {level}, in pieces of {piece}");
        }
    }
}

#[test]
fn the_end_is_exactly_where_it_must_be() {
    for level in [0, 1, 9] {
        for length in [0, 1, 3_000] {
            let archive = gzip(&content(length), level);
            let at = |what: &str| format!("{what} of {length} bytes at level {level}");
            for end in archive.len().saturating_sub(40).max(2)..archive.len() {
                let result = inflate_all(&archive[..end], 1 << 18);
                assert!(matches!(result, Err(UnpackError::Truncated)), "{}: {result:?}", at("the beginning"));
            }
            for more in 1..=20 {
                let result = inflate_all(&[&archive[..], &vec![0; more]].concat(), 1 << 18);
                assert!(matches!(result, Err(UnpackError::TrailingData)), "{}: {result:?}", at("trailing data"));
                let (data, trailer) = archive.split_at(archive.len() - TRAILER);
                for filler in [0, trailer[0]] {
                    let result = inflate_all(&[data, &vec![filler; more], trailer].concat(), 1 << 18);
                    assert!(result.is_err(), "{}: {result:?}", at("something before the trailer"));
                }
            }
            for bit in 0..TRAILER * 8 {
                let mut archive = archive.clone();
                let place = archive.len() - TRAILER + bit / 8;
                archive[place] ^= 1 << (bit % 8);
                let result = inflate_all(&archive, 1 << 18);
                assert!(matches!(result, Err(UnpackError::Gzip(_))), "{}: {result:?}", at("another trailer"));
            }
        }
    }
}

#[test]
fn damaged_data_are_never_taken_for_others() {
    let data = content(3000);
    let archive = gzip(&data, 9);
    for place in (10..archive.len() - TRAILER).step_by(7) {
        for bit in 0..8 {
            let mut archive = archive.clone();
            archive[place] ^= 1 << bit;
            assert!(inflate_all(&archive, 1 << 18).map_or(true, |all| all == data), "byte {place}, bit {bit}");
        }
    }
}

#[test]
fn a_header_may_say_more_and_must_be_right() {
    let with = |builder: GzBuilder| {
        let mut encoder = builder.write(Vec::new(), Compression::best());
        encoder.write_all(b"content").unwrap();
        encoder.finish().unwrap()
    };
    let all = GzBuilder::new().filename("a.tar").comment("made by hand").extra(vec![0; 300]).mtime(1);
    let archive = with(all);
    for piece in [1, 16, 1 << 18] {
        assert_eq!(inflate_all(&archive, piece).unwrap(), b"content");
    }
    // A sum of the header.
    let plain = with(GzBuilder::new());
    let mut header = plain[..10].to_vec();
    header[3] = 2;
    let mut sum = Crc::new();
    sum.update(&header);
    let sum = sum.sum().to_le_bytes();
    let summed = [&header[..], &sum[..2], &plain[10..]].concat();
    assert_eq!(inflate_all(&summed, 1 << 18).unwrap(), b"content");
    let wrong = [&header[..], &[sum[0] ^ 1, sum[1]], &plain[10..]].concat();
    let mut method = plain.clone();
    method[2] = 7;
    let mut reserved = plain.clone();
    reserved[3] = 0x80;
    let long = with(GzBuilder::new().comment(vec![b'x'; 100_000]));
    for (what, archive) in [("sum", wrong), ("method", method), ("reserved", reserved), ("long", long)] {
        let result = inflate_all(&archive, 1 << 18);
        assert!(matches!(result, Err(UnpackError::Gzip(_))), "{what}: {result:?}");
    }
    for end in 1..archive.len() {
        assert!(matches!(inflate_all(&archive[..end], 7), Err(UnpackError::Truncated)), "{end}");
    }
}
