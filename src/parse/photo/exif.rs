//! The EXIF block: a TIFF file in small, of which two directories are read.

use crate::domain::mail::Position;

/// Entries of one directory that are read: cameras write some forty.
const ENTRIES_MAX: usize = 256;

/// Tag of the pointer to the GPS directory (EXIF 2.32 section 4.6.3).
const GPS_TAG: u16 = 0x8825;

/// What stands before the block outside JPEG: HEIC, PNG, WebP.
const NAMES: [&[u8]; 3] = [b"Exif\0\0", b"eXIf", b"EXIF"];

/// The block in a file: in its own segment of a JPEG, behind its name in HEIC, PNG and WebP, or the file itself.
pub(super) fn tiff(bytes: &[u8]) -> Option<&[u8]> {
    if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") {
        return Some(bytes);
    }
    if bytes.starts_with(b"\xFF\xD8") {
        return super::segments(bytes)
            .filter(|segment| segment.marker == 0xE1)
            .find_map(|segment| segment.data.strip_prefix(b"Exif\0\0"));
    }
    NAMES.iter().find_map(|name| {
        let at = memchr::memmem::find(bytes, name)?;
        let rest = bytes.get(at.saturating_add(name.len())..)?;
        // WebP puts the length between the name and the block.
        [0, 4, 10]
            .into_iter()
            .filter_map(|skipped| rest.get(skipped..))
            .find(|rest| rest.starts_with(b"II*\0") || rest.starts_with(b"MM\0*"))
    })
}

/// Degrees of the GPS directory; none where they are missing, impossible, or the 0/0 of a camera without a fix.
pub(super) fn position(tiff: &[u8]) -> Option<Position> {
    let reader = Reader { tiff, little: tiff.starts_with(b"II") };
    let first = reader.u32(4)?;
    let pointer = reader.entry(first, GPS_TAG)?;
    let gps = reader.u32(pointer.checked_add(8)?)?;
    let latitude = reader.degrees(gps, 2)? * reader.sign(gps, 1, b'S');
    let longitude = reader.degrees(gps, 4)? * reader.sign(gps, 3, b'W');
    let nowhere = latitude.abs() < f64::EPSILON && longitude.abs() < f64::EPSILON;
    let possible = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    (possible && !nowhere)
        .then(|| Position { latitude: rounded(latitude), longitude: rounded(longitude) })
}

/// To seven places: a centimetre, finer than any camera knows.
fn rounded(degrees: f64) -> f64 {
    const PLACES: f64 = 1e7;
    (degrees * PLACES).round() / PLACES
}

/// The value of the orientation tag (0x0112), 1 to 8.
pub(super) fn orientation(tiff: &[u8]) -> Option<u16> {
    let reader = Reader { tiff, little: tiff.starts_with(b"II") };
    let entry = reader.entry(reader.u32(4)?, 0x0112)?;
    reader.u16(entry.checked_add(8)?).filter(|value| (1..=8).contains(value))
}

struct Reader<'a> {
    tiff: &'a [u8],
    little: bool,
}

impl Reader<'_> {
    fn bytes<const N: usize>(&self, at: u32) -> Option<[u8; N]> {
        let at = usize::try_from(at).ok()?;
        self.tiff.get(at..at.checked_add(N)?)?.try_into().ok()
    }

    fn u16(&self, at: u32) -> Option<u16> {
        let bytes = self.bytes(at)?;
        Some(if self.little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn u32(&self, at: u32) -> Option<u32> {
        let bytes = self.bytes(at)?;
        Some(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    /// Where the entry of a tag lies in the directory at `directory`: tag, type, count, value, 12 bytes in all.
    fn entry(&self, directory: u32, tag: u16) -> Option<u32> {
        let count = usize::from(self.u16(directory)?).min(ENTRIES_MAX);
        let first = directory.checked_add(2)?;
        (0..count).find_map(|n| {
            let at = first.checked_add(u32::try_from(n).ok()?.checked_mul(12)?)?;
            (self.u16(at)? == tag).then_some(at)
        })
    }

    fn sign(&self, directory: u32, tag: u16, negative: u8) -> f64 {
        let reference =
            self.entry(directory, tag).and_then(|at| self.bytes::<1>(at.checked_add(8)?));
        if reference == Some([negative]) { -1.0 } else { 1.0 }
    }

    /// Degrees, minutes and seconds as three fractions.
    fn degrees(&self, directory: u32, tag: u16) -> Option<f64> {
        let entry = self.entry(directory, tag)?;
        let at = self.u32(entry.checked_add(8)?)?;
        let part = |n: u32| {
            let place = at.checked_add(n.checked_mul(8)?)?;
            let (above, below) = (self.u32(place)?, self.u32(place.checked_add(4)?)?);
            (below != 0).then(|| f64::from(above) / f64::from(below))
        };
        Some(part(0)? + part(1).unwrap_or(0.0) / 60.0 + part(2).unwrap_or(0.0) / 3600.0)
    }
}
