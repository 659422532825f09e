//! Where the photos were taken, when the words do not say it to the metre.

use super::coordinates::{Position, in_italy};
use super::gazetteer::metres;
use super::{Place, at_point};
use crate::domain::mail::Attachment;

/// Where the first photo was taken that says it. A camera far from here has an old fix, or another town's.
pub(super) fn position(attachments: &[Attachment]) -> Option<Position> {
    let photos = attachments.iter().filter(|attachment| !attachment.inline);
    photos.filter_map(|photo| photo.position).find(|position| in_italy(*position))
}

/// A photo this far from the house that the words name was taken at home, or on another day.
const ELSEWHERE_METRES: f64 = 500.0;

/// The place with the photo's position, which is the thing's own and comes before that of a house or of a
/// street's middle. The words stay what people read; a photo alone makes a place of its coordinates.
pub(super) fn with_position(place: Option<Place>, photo: Option<Position>) -> Option<Place> {
    let Some(photo) = photo else { return place };
    let Some(place) = place else {
        let text = format!("{:.6}, {:.6}", photo.latitude, photo.longitude);
        return Some(at_point(Place { text, ..Place::default() }, photo));
    };
    let known = place.latitude.zip(place.longitude);
    let elsewhere = known.is_some_and(|(latitude, longitude)| {
        metres(Position { latitude, longitude }, photo) > ELSEWHERE_METRES
    });
    Some(if elsewhere { place } else { at_point(place, photo) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::Mail;
    use crate::domain::place::{Gazetteer, of_mail};

    fn place(text: &str, photos: &[(bool, Option<Position>)]) -> Option<Place> {
        let attachments = photos.iter().map(|(inline, position)| Attachment {
            name: "foto.jpg".to_owned(),
            media_type: "image/jpeg".to_owned(),
            bytes: 1,
            inline: *inline,
            position: *position,
        });
        let (text, attachments) = (text.to_owned(), attachments.collect());
        of_mail(&Mail { text, attachments, ..Mail::default() }, &[], &Gazetteer::default())
    }

    #[test]
    fn a_photo_completes_the_place_and_never_replaces_words() {
        let here = Some(Position { latitude: 44.698, longitude: 10.631 });
        let far = Some(Position { latitude: 52.5, longitude: 13.4 });
        let alone = place("guardate", &[(false, None), (false, here)]).unwrap();
        assert_eq!((alone.text.as_str(), alone.latitude), ("44.698000, 10.631000", Some(44.698)));
        let both = place("via Roma 12", &[(false, here)]).unwrap();
        assert_eq!((both.text.as_str(), both.longitude), ("via Roma 12", Some(10.631)));
        let pinned = place("via Roma 12, geo:44.700,10.600", &[(false, here)]).unwrap();
        assert_eq!(pinned.longitude, Some(10.6));
        for nothing in [(true, here), (false, far), (false, None)] {
            assert_eq!(place("via Roma 12", &[nothing]).unwrap().latitude, None);
            assert_eq!(place("guardate", &[nothing]), None);
        }
    }
}
