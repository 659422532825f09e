//! Where the photos were taken, when the words do not say it to the metre.

use super::Place;
use crate::domain::mail::{Attachment, Position};

/// The place with the position of the first photo, where it has none of its own.
///
/// The words stay what people read; a photo alone makes a place of its coordinates.
#[must_use]
pub fn with_photos(place: Option<Place>, attachments: &[Attachment]) -> Option<Place> {
    let photos = attachments.iter().filter(|attachment| !attachment.inline);
    let Some(position) = photos.filter_map(|photo| photo.position).next() else { return place };
    let Position { latitude, longitude } = position;
    let mut place = place.unwrap_or_else(|| Place {
        text: format!("{latitude:.6}, {longitude:.6}"),
        ..Place::default()
    });
    if place.latitude.is_none() || place.longitude.is_none() {
        (place.latitude, place.longitude) = (Some(latitude), Some(longitude));
    }
    Some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(inline: bool, position: Option<Position>) -> Attachment {
        Attachment {
            name: "foto.jpg".to_owned(),
            media_type: "image/jpeg".to_owned(),
            bytes: 1,
            inline,
            position,
        }
    }

    #[test]
    fn a_photo_completes_the_place_and_never_replaces_words() {
        let here = Some(Position { latitude: 44.698, longitude: 10.631 });
        let written = Place { text: "via Roma 12".to_owned(), ..Place::default() };
        let alone = with_photos(None, &[photo(false, None), photo(false, here)]).unwrap();
        assert_eq!((alone.text.as_str(), alone.latitude), ("44.698000, 10.631000", Some(44.698)));
        let both = with_photos(Some(written.clone()), &[photo(false, here)]).unwrap();
        assert_eq!((both.text.as_str(), both.longitude), ("via Roma 12", Some(10.631)));
        let pinned = Place { latitude: Some(1.0), longitude: Some(2.0), ..written.clone() };
        assert_eq!(with_photos(Some(pinned.clone()), &[photo(false, here)]), Some(pinned));
        assert_eq!(with_photos(Some(written.clone()), &[photo(true, here)]), Some(written));
        assert_eq!(with_photos(None, &[]), None);
    }
}
