//! A photo without what it tells of its maker: for copies that leave the office.

use super::{exif, segments};

/// PNG chunks that hold words, times and EXIF (PNG 3rd edition section 11.3).
const TELLING_CHUNKS: [&[u8]; 5] = [b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"];

/// The photo without EXIF, XMP, IPTC and comments, its orientation kept; `None` for a file that is neither JPEG
/// nor PNG or that is broken: it must not leave.
///
/// Colour profiles stay: without them the colours are wrong.
#[must_use]
pub fn stripped(photo: &[u8]) -> Option<Vec<u8>> {
    if photo.starts_with(b"\xFF\xD8") {
        return jpeg(photo);
    }
    photo.strip_prefix(b"\x89PNG\r\n\x1A\n").and_then(png)
}

fn jpeg(photo: &[u8]) -> Option<Vec<u8>> {
    let orientation = exif::tiff(photo).and_then(exif::orientation);
    let mut out = photo.get(..2)?.to_vec();
    if let Some(orientation) = orientation {
        out.extend(orientation_segment(orientation));
    }
    let mut end = 2;
    for segment in segments(photo) {
        end = segment.end;
        // APP1 EXIF and XMP, APP3 to APP13 makers' and IPTC, COM; APP0 JFIF, APP2 ICC and APP14 Adobe stay.
        let telling = matches!(segment.marker, 0xE1 | 0xE3..=0xED | 0xEF | 0xFE);
        let profile = segment.marker == 0xE2 && !segment.data.starts_with(b"ICC_PROFILE\0");
        if !telling && !profile {
            out.extend_from_slice(photo.get(segment.at..segment.end)?);
        }
    }
    let rest = photo.get(end..).filter(|rest| rest.starts_with(b"\xFF\xDA"))?;
    // What follows the end of the picture (motion photos, second pictures with their own EXIF) stays behind.
    let length = rest.windows(2).position(|window| window == b"\xFF\xD9")?.checked_add(2)?;
    out.extend_from_slice(rest.get(..length)?);
    Some(out)
}

/// An EXIF block with the one tag that turns the picture upright.
fn orientation_segment(orientation: u16) -> Vec<u8> {
    let mut segment =
        b"\xFF\xE1\x00\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
    segment.extend(orientation.to_be_bytes());
    segment.extend([0; 6]);
    segment
}

fn png(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut out = b"\x89PNG\r\n\x1A\n".to_vec();
    while !rest.is_empty() {
        let length = usize::try_from(super::big(rest, 0)?).ok()?;
        let whole = length.checked_add(12)?;
        let (chunk, after) = rest.split_at_checked(whole)?;
        let name = chunk.get(4..8)?;
        if !TELLING_CHUNKS.contains(&name) {
            out.extend_from_slice(chunk);
        }
        if name == b"IEND" {
            return Some(out);
        }
        rest = after;
    }
    None
}
