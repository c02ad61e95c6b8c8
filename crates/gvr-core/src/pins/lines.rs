//! Lines of a text file, whoever wrote it and with whatever editor.

use super::PinError;

/// The lines with their numbers, counted from 1. They end in LF, CR LF or CR alone; a byte-order mark is not part of
/// the first one.
pub(super) fn lines(content: &[u8]) -> impl Iterator<Item = Result<(u32, &str), PinError>> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let mut rest = Some(content);
    let mut number = 0;
    std::iter::from_fn(move || {
        let text = rest.take()?;
        number += 1;
        let line = match text.iter().position(|&byte| byte == b'\n' || byte == b'\r') {
            Some(end) => {
                let length = if text[end..].starts_with(b"\r\n") { 2 } else { 1 };
                rest = Some(&text[end + length..]);
                &text[..end]
            }
            None => text,
        };
        Some(str::from_utf8(line).map(|line| (number, line)).map_err(|_| PinError::NotText { line: number }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_editors_line_ends_count_the_same() {
        let read = |content: &'static [u8]| lines(content).map(Result::unwrap).collect::<Vec<_>>();
        let expected = vec![(1, "a"), (2, ""), (3, "b"), (4, "")];
        assert_eq!(read(b"a\n\nb\n"), expected);
        assert_eq!(read(b"\xef\xbb\xbfa\r\n\r\nb\r\n"), expected);
        assert_eq!(read(b"a\r\rb\r"), expected);
        assert_eq!(read(b""), [(1, "")]);
    }

    #[test]
    fn what_is_not_text_is_named_by_line() {
        assert!(matches!(lines(b"a\n\xff\xfe1\x00").nth(1), Some(Err(PinError::NotText { line: 2 }))));
    }
}
