//! The photos of a mail, as they may leave the house.

use super::super::Damages;
use super::super::sniff;
use super::super::tree::{Part, Shape, Tree};
use super::{read, stripped};
use crate::domain::letter::Photo;

/// Photos of one ticket that are passed on: more than anybody looks at on a telephone.
const PHOTOS_MAX: usize = 5;

/// Bytes of them together: with base64 the letter stays below the 10 MB that every server takes.
const BYTES_MAX: usize = 6 * 1024 * 1024;

/// The photos of raw mails, in order, without EXIF; logos, and what is no JPEG or PNG, are left out. Never fails: what
/// cannot be read has no photos.
#[must_use]
pub fn copies<'r>(mails: impl IntoIterator<Item = &'r [u8]>) -> Vec<Photo> {
    let mut photos: Vec<Photo> = Vec::new();
    let mut room = BYTES_MAX;
    for raw in mails {
        let tree = Tree::scan(raw, &mut Damages::default());
        for part in tree.parts.iter().filter(|part| part.shape == Shape::Leaf) {
            if photos.len() >= PHOTOS_MAX {
                return photos;
            }
            let Some((media_type, ending, bytes)) = copy(part, room) else { continue };
            room = room.saturating_sub(bytes.len());
            let name = format!("foto-{}.{ending}", photos.len().saturating_add(1));
            photos.push(Photo { name, media_type, bytes });
        }
    }
    photos
}

/// Media type, ending and bytes of a part, where it is a photo that fits.
fn copy(part: &Part<'_>, room: usize) -> Option<(&'static str, &'static str, Vec<u8>)> {
    let length = part.transfer.decoded_bytes(part.body);
    let (prefix, _) = part.transfer.decode(part.body, sniff::PREFIX_BYTES);
    let (media_type, ending) = match sniff::media_type(&prefix) {
        Some("image/jpeg") => ("image/jpeg", "jpg"),
        Some("image/png") => ("image/png", "png"),
        _ => return None,
    };
    let fits = usize::try_from(length).is_ok_and(|length| length <= room);
    if !fits || !read(&prefix).is_photo(length) {
        return None;
    }
    let (whole, complete) = part.transfer.decode(part.body, room);
    let bytes = stripped(&whole).filter(|_| complete)?;
    Some((media_type, ending, bytes))
}
