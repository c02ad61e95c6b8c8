//! PAX extended headers: the records that precede an entry and add to it.

use super::EntryProblem;

/// What a PAX header says that matters here.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pax {
    pub(super) path: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
}

impl Pax {
    /// Reads all records (`LENGTH KEY=VALUE\n`). Times, owners and comments are passed over; any other key changes what the
    /// entry is, and then it is not one for us. No key may come twice: readers differ on which one counts.
    pub(super) fn parse(records: &[u8]) -> Result<Self, EntryProblem> {
        let mut pax = Self::default();
        let mut seen: Vec<&[u8]> = Vec::new();
        let mut rest = records;
        while !rest.is_empty() {
            let (key, value, after) = cut_record(rest).ok_or_else(|| problem("a record is damaged"))?;
            if seen.contains(&key) {
                return Err(problem("a record occurs twice"));
            }
            seen.push(key);
            match key {
                b"path" => pax.path = Some(value.to_vec()),
                b"size" => pax.size = Some(parse_number(value).ok_or_else(|| problem("the size is no number"))?),
                b"mtime" | b"atime" | b"ctime" | b"uid" | b"gid" | b"uname" | b"gname" | b"comment" => {}
                _ => return Err(EntryProblem::Header(format!("it has {:?}", String::from_utf8_lossy(key)))),
            }
            rest = after;
        }
        Ok(pax)
    }
}

fn problem(why: &str) -> EntryProblem {
    EntryProblem::Header(why.to_owned())
}

/// Splits the first record off: its key, its value, and what follows. The length counts itself and the newline.
fn cut_record(records: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = records.iter().take(20).position(|byte| *byte == b' ')?;
    let length = usize::try_from(parse_number(&records[..space])?).ok()?;
    let record = records.get(space + 1..length)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    Some((&record[..equals], &record[equals + 1..], &records[length..]))
}

fn parse_number(digits: &[u8]) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    if is_number { std::str::from_utf8(digits).ok()?.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_records() {
        let parsed = Pax::parse(b"18 path=go/a\nb=c\xc3\n15 mtime=12.50\n10 size=7\n").unwrap();
        assert_eq!(parsed, Pax { path: Some(b"go/a\nb=c\xc3".to_vec()), size: Some(7) });
        assert_eq!(Pax::parse(b""), Ok(Pax::default()));
    }

    #[test]
    fn refuses_damaged_and_surprising_records() {
        for records in [
            &b"13 path=go/a"[..],
            b"12 path=go/a\n",
            b"14 path=go/a\n",
            b"013 path=go/a",
            b"-1 path=go/a\n",
            b"99999999999999999999 path=go/a\n",
            b" path=go/a\n",
            b"8 path\n",
            b"5 \n",
            b"\0\0\0\0",
            b"10 size=x\n",
            b"11 size=-1\n",
            b"13 path=go/a\n13 path=go/b\n",
            b"14 linkpath=x\n",
            b"22 GNU.sparse.size=99\n",
            b"34 SCHILY.xattr.security.capability\n",
            b"26 hdrcharset=BINARY\n",
        ] {
            assert!(
                matches!(Pax::parse(records), Err(EntryProblem::Header(_))),
                "{:?}",
                records.escape_ascii().to_string()
            );
        }
    }
}
