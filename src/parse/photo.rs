//! What a photo tells of itself: its size, and where it was taken (EXIF 2.32, JEITA CP-3451).
//!
//! Only a prefix is read; the walk is bounded and follows no pointer twice. A copy for a stranger leaves
//! without all of it: [`stripped`].

mod copies;
mod exif;
mod strip;

use crate::domain::mail::Position;

pub use copies::copies;
pub use strip::stripped;

/// Pixels of the shorter side from which a picture is a photo: logos and icons are smaller.
const PHOTO_PIXELS_MIN: u32 = 300;

/// Bytes from which a picture of unknown size is a photo.
const PHOTO_BYTES_MIN: u64 = 100 * 1024;

/// What is known of a picture.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Picture {
    /// Width and height in pixels, where the prefix tells them.
    pub size: Option<(u32, u32)>,
    /// Where it was taken.
    pub position: Option<Position>,
}

/// Reads the beginning of a picture file.
pub(super) fn read(prefix: &[u8]) -> Picture {
    Picture { size: size(prefix), position: exif::tiff(prefix).and_then(exif::position) }
}

impl Picture {
    /// Whether it shows something, rather than decorating a signature. `bytes` is the length of the file.
    pub(super) fn is_photo(&self, bytes: u64) -> bool {
        if self.position.is_some() {
            return true;
        }
        match self.size {
            Some((width, height)) => width.min(height) >= PHOTO_PIXELS_MIN,
            None => bytes >= PHOTO_BYTES_MIN,
        }
    }
}

/// Whether the beginning of a file tells as much of its picture as all of it would: that of a JPEG whose segments
/// end in it.
pub(super) fn is_told(prefix: &[u8]) -> bool {
    let end = segments(prefix).last().map_or(2, |segment| segment.end);
    let next = prefix.get(end..).and_then(|rest| rest.first_chunk());
    prefix.starts_with(b"\xFF\xD8") && next.is_some_and(|next| segment_head(*next).is_none())
}

fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    if bytes.starts_with(b"\x89PNG") {
        return Some((big(bytes, 16)?, big(bytes, 20)?));
    }
    if bytes.starts_with(b"GIF8") {
        let side = |at: usize| {
            bytes.get(at..at.saturating_add(2))?.try_into().ok().map(u16::from_le_bytes)
        };
        return Some((u32::from(side(6)?), u32::from(side(8)?)));
    }
    jpeg_size(bytes)
}

fn big(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.saturating_add(4))?.try_into().ok().map(u32::from_be_bytes)
}

/// The frame header (ITU-T T.81 section B.2.2).
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let frame = segments(bytes).find(|segment| {
        matches!(segment.marker, 0xC0..=0xCF) && !matches!(segment.marker, 0xC4 | 0xC8 | 0xCC)
    })?;
    let side = |at: usize| {
        frame
            .data
            .get(at..at.saturating_add(2))?
            .try_into()
            .ok()
            .map(u16::from_be_bytes)
            .map(u32::from)
    };
    Some((side(3)?, side(1)?))
}

/// One marker segment of a JPEG file, and where it begins and ends.
struct Segment<'a> {
    marker: u8,
    data: &'a [u8],
    at: usize,
    end: usize,
}

/// Marker and length of a segment that begins with these bytes; none where no more follow.
fn segment_head(head: [u8; 4]) -> Option<(u8, usize)> {
    let [0xFF, marker, high, low] = head else { return None };
    let length = usize::from(u16::from_be_bytes([high, low]));
    (!matches!(marker, 0xD8..=0xDA)).then_some((marker, length))
}

/// The segments before the picture itself (ITU-T T.81 section B.1.1.4). A cut one ends the walk.
fn segments(bytes: &[u8]) -> impl Iterator<Item = Segment<'_>> {
    let mut at = if bytes.starts_with(b"\xFF\xD8") { 2 } else { bytes.len() };
    std::iter::from_fn(move || {
        let (marker, length) = segment_head(*bytes.get(at..)?.first_chunk()?)?;
        let end = at.checked_add(2)?.checked_add(length.max(2))?;
        let data = bytes.get(at.checked_add(4)?..end)?;
        let segment = Segment { marker, data, at, end };
        at = end;
        Some(segment)
    })
}

#[cfg(test)]
mod tests;
