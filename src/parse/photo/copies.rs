//! The photos of a mail, as they may leave the house.

use super::super::Damages;
use super::super::sniff;
use super::super::tree::{Shape, Tree};
use super::{read, stripped};
use crate::domain::letter::Photo;

/// Photos of one mail that are passed on: more than anybody looks at on a telephone.
const PHOTOS_MAX: usize = 5;

/// Bytes of them together: with base64 the letter stays below the 10 MB that every server takes.
const BYTES_MAX: usize = 6 * 1024 * 1024;

/// The photos of a raw mail, in order, without EXIF; logos, and what is no JPEG or PNG, are left out. Never fails:
/// what cannot be read has no photos.
#[must_use]
pub fn copies(raw: &[u8]) -> Vec<Photo> {
    let mut damages = Damages::default();
    let tree = Tree::scan(raw, &mut damages);
    let mut photos: Vec<Photo> = Vec::new();
    let mut room = BYTES_MAX;
    for part in tree.parts.iter().filter(|part| part.shape == Shape::Leaf) {
        if photos.len() >= PHOTOS_MAX {
            break;
        }
        let length = part.transfer.decoded_bytes(part.body);
        let (prefix, _) = part.transfer.decode(part.body, sniff::PREFIX_BYTES);
        let (media_type, ending) = match sniff::media_type(&prefix) {
            Some("image/jpeg") => ("image/jpeg", "jpg"),
            Some("image/png") => ("image/png", "png"),
            _ => continue,
        };
        if !read(&prefix).is_photo(length) || usize::try_from(length).is_ok_and(|it| it > room) {
            continue;
        }
        let (whole, complete) = part.transfer.decode(part.body, room);
        let Some(bytes) = stripped(&whole).filter(|_| complete) else { continue };
        room = room.saturating_sub(bytes.len());
        let name = format!("foto-{}.{ending}", photos.len().saturating_add(1));
        photos.push(Photo { name, media_type, bytes });
    }
    photos
}
