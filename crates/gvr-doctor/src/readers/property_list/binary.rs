//! The binary form (`bplist00`): objects, a table of where each begins, and a trailer of 32 bytes that says where that is.

use std::collections::BTreeMap;

use super::{PropertyListError, Value};

pub(super) const MAGIC: &[u8] = b"bplist00";

const TRAILER: usize = 32;

/// Many keys may share one text, so these two bound what a small file can cost.
const MOST_KEYS: usize = 1024;
const MOST_TEXT: usize = 64 << 10;

/// From 1970 to the first moment of 2001, from which dates are counted here, in seconds.
const EPOCH: i64 = 978_307_200;

pub(super) fn parse(bytes: &[u8]) -> Result<BTreeMap<String, Value>, PropertyListError> {
    let list = List::open(bytes).ok_or(PropertyListError::Broken)?;
    let (kind, body) = list.object(list.top).ok_or(PropertyListError::Broken)?;
    if kind >> 4 != 0xd {
        return Err(PropertyListError::NotADictionary);
    }
    list.dictionary(kind, body).ok_or(PropertyListError::Broken)
}

struct List<'a> {
    bytes: &'a [u8],
    /// Where each object begins, `offset_size` bytes each.
    offsets: &'a [u8],
    offset_size: usize,
    reference_size: usize,
    top: usize,
}

impl<'a> List<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let (before, trailer) = bytes.split_at_checked(bytes.len().checked_sub(TRAILER)?)?;
        let (offset_size, reference_size) = (usize::from(trailer[6]), usize::from(trailer[7]));
        if !(1..=8).contains(&offset_size) || !(1..=8).contains(&reference_size) {
            return None;
        }
        let number = |at: usize| usize::try_from(unsigned(&trailer[at..at + 8])?).ok();
        let (count, top, table) = (number(8)?, number(16)?, number(24)?);
        let offsets = before.get(table..)?.get(..count.checked_mul(offset_size)?)?;
        Some(Self { bytes: before, offsets, offset_size, reference_size, top })
    }

    /// The first byte of an object, and all that comes after it.
    fn object(&self, number: usize) -> Option<(u8, &'a [u8])> {
        let place = self.offsets.get(number.checked_mul(self.offset_size)?..)?.get(..self.offset_size)?;
        let (kind, body) = self.bytes.get(usize::try_from(unsigned(place)?).ok()?..)?.split_first()?;
        Some((*kind, body))
    }

    fn dictionary(&self, kind: u8, body: &[u8]) -> Option<BTreeMap<String, Value>> {
        let (count, body) = counted(kind, body).filter(|(count, _)| *count <= MOST_KEYS)?;
        let length = count.checked_mul(self.reference_size)?;
        let references = body.get(..length.checked_mul(2)?)?;
        let (keys, values) = references.split_at(length);
        let object = |reference: &[u8]| self.object(usize::try_from(unsigned(reference)?).ok()?);
        let mut dictionary = BTreeMap::new();
        for (key, value) in keys.chunks(self.reference_size).zip(values.chunks(self.reference_size)) {
            let (kind, body) = object(key)?;
            let Object::Scalar(Value::Text(key)) = scalar(kind, body)? else { return None };
            let (kind, body) = object(value)?;
            if let Object::Scalar(value) = scalar(kind, body)? {
                dictionary.entry(key).or_insert(value);
            }
        }
        Some(dictionary)
    }
}

enum Object {
    Scalar(Value),
    /// One that is passed over.
    Other,
}

/// An object's value; `None` for a broken one.
fn scalar(kind: u8, body: &[u8]) -> Option<Object> {
    let sized = |most: u8| body.get(..1_usize.checked_shl((kind & 15).min(most).into())?);
    Some(Object::Scalar(match kind >> 4 {
        0x0 if kind == 8 || kind == 9 => Value::Boolean(kind == 9),
        // Sixteen bytes are an integer of eight, with its sign before it.
        0x1 if kind & 15 <= 3 => Value::Integer(unsigned(sized(3)?)?.cast_signed()),
        0x2 if kind & 15 == 2 => Value::Real(f32::from_be_bytes(*body.first_chunk()?).into()),
        0x2 if kind & 15 == 3 => Value::Real(f64::from_be_bytes(*body.first_chunk()?)),
        0x3 => Value::Date(seconds(f64::from_be_bytes(*body.first_chunk()?))),
        0x5 => {
            let (count, body) = counted(kind, body).filter(|(count, _)| *count <= MOST_TEXT)?;
            Value::Text(String::from_utf8_lossy(body.get(..count)?).into_owned())
        }
        0x6 => {
            let (count, body) = counted(kind, body).filter(|(count, _)| *count <= MOST_TEXT)?;
            let units = body.get(..count.checked_mul(2)?)?.chunks_exact(2);
            let units: Vec<_> = units.map(|unit| u16::from_be_bytes([unit[0], unit[1]])).collect();
            Value::Text(String::from_utf16_lossy(&units))
        }
        _ => return Some(Object::Other),
    }))
}

#[expect(clippy::cast_possible_truncation, reason = "a moment beyond all time becomes the last there is")]
fn seconds(since_2001: f64) -> i64 {
    (since_2001.floor() as i64).saturating_add(EPOCH)
}

/// The count of an object, in its first byte or in an integer after it.
fn counted(kind: u8, body: &[u8]) -> Option<(usize, &[u8])> {
    if kind & 15 != 15 {
        return Some(((kind & 15).into(), body));
    }
    let (integer, body) = body.split_first()?;
    if integer >> 4 != 1 || integer & 15 > 3 {
        return None;
    }
    let (count, body) = body.split_at_checked(1 << (integer & 15))?;
    Some((usize::try_from(unsigned(count)?).ok()?, body))
}

/// A big-endian number of up to eight bytes.
fn unsigned(bytes: &[u8]) -> Option<u64> {
    (bytes.len() <= 8).then(|| bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
}
