//! Lists of MAPI properties (MS-OXTNEF section 2.1.3.4).

use crate::parse::charset;

/// Properties of one list that are read; Outlook writes about a hundred.
const PROPERTIES_MAX: usize = 2_000;

/// Values of one property that are read: more than one are for lists of categories.
const VALUES_MAX: u32 = 1_000;

/// A value, still as written.
pub(super) struct Value<'a> {
    kind: u16,
    data: &'a [u8],
}

impl<'a> Value<'a> {
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.data
    }

    /// A text, in UTF-16 or in the sender's code page, up to its NUL.
    pub(super) fn text(&self) -> String {
        const UNICODE: u16 = 0x1F;
        if self.kind == UNICODE {
            let units = self.data.chunks_exact(2).filter_map(|pair| pair.try_into().ok());
            let units = units.map(u16::from_le_bytes).take_while(|unit| *unit != 0);
            let letters = char::decode_utf16(units);
            return letters.map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        }
        let end = self.data.iter().position(|byte| *byte == 0).unwrap_or(self.data.len());
        charset::raw(self.data.get(..end).unwrap_or(self.data))
    }

    /// A number of up to four bytes.
    pub(super) fn number(&self) -> u32 {
        self.data.iter().take(4).rev().fold(0, |sum, byte| (sum << 8) | u32::from(*byte))
    }
}

/// Calls `with` for the first value of each property, up to the first that cannot be read.
pub(super) fn each<'a>(list: &'a [u8], mut with: impl FnMut(u16, &Value<'a>)) {
    let mut cursor = Cursor(list);
    let Some(count) = cursor.u32() else { return };
    let count = usize::try_from(count).unwrap_or(PROPERTIES_MAX).min(PROPERTIES_MAX);
    for _ in 0..count {
        let Some((id, value)) = property(&mut cursor) else { return };
        with(id, &value);
    }
}

fn property<'a>(cursor: &mut Cursor<'a>) -> Option<(u16, Value<'a>)> {
    const NAMED: u16 = 0x8000;
    const MULTIPLE: u16 = 0x1000;
    let kind = cursor.u16()?;
    let id = cursor.u16()?;
    if id >= NAMED {
        skip_name(cursor)?;
    }
    let single = kind & !MULTIPLE;
    let counted = kind & MULTIPLE != 0 || matches!(single, 0x0D | 0x1E | 0x1F | 0x102);
    let count = if counted { cursor.u32()? } else { 1 };
    let mut first = None;
    for _ in 0..count.min(VALUES_MAX) {
        let data = value(cursor, single)?;
        first.get_or_insert(data);
    }
    Some((id, Value { kind: single, data: first.unwrap_or_default() }))
}

/// A GUID, and a number or a name.
fn skip_name(cursor: &mut Cursor<'_>) -> Option<()> {
    cursor.take(16)?;
    if cursor.u32()? == 0 {
        cursor.take(4)?;
    } else {
        let length = cursor.u32()?;
        cursor.padded(length)?;
    }
    Some(())
}

/// Values stand on four-byte borders.
fn value<'a>(cursor: &mut Cursor<'a>, kind: u16) -> Option<&'a [u8]> {
    match kind {
        0x02 | 0x03 | 0x04 | 0x0A | 0x0B => cursor.take(4),
        0x05 | 0x06 | 0x07 | 0x14 | 0x40 => cursor.take(8),
        0x48 => cursor.take(16),
        0x0D | 0x1E | 0x1F | 0x102 => {
            let length = cursor.u32()?;
            cursor.padded(length)
        }
        _ => None,
    }
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// `length` bytes; the padding behind them may be cut, so may the last value.
    fn padded(&mut self, length: u32) -> Option<&'a [u8]> {
        let length = usize::try_from(length).ok()?.min(self.0.len());
        let taken = self.take(length)?;
        let padding = length.next_multiple_of(4).saturating_sub(length).min(self.0.len());
        self.take(padding)?;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }
}
