//! When two places are one: what tickets are compared by.

use super::Place;
use super::coordinates::Position;
use super::gazetteer::{kind_of, leading_number, metres, plain_words};
use crate::domain::text::words;

/// How near two places are that are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::domain) enum Nearness {
    /// The same thing, site or house, or a neighbouring one.
    Close,
    /// The same street, and at least one report names no number.
    SameStreet,
}

/// Houses of one report's neighbourhood: five on each side of the street.
const NUMBERS_APART_MAX: u32 = 10;

/// The radius within which Signalen and its like show earlier reports.
const METRES_APART_MAX: f64 = 50.0;

/// What the store finds a place by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// The street or site, by its official name where it is known.
    pub place_key: Option<String>,
    /// The house number without its exponent.
    pub house_number: Option<i64>,
    /// The number on the thing, without what announces it.
    pub code_key: Option<String>,
    /// Millionths of a degree north, where they point at something.
    pub latitude: Option<i64>,
    /// Millionths of a degree east.
    pub longitude: Option<i64>,
}

/// Parts of a degree that the store counts in: a tenth of a metre.
const PARTS: f64 = 1_000_000.0;

/// A little more than [`METRES_APART_MAX`] in parts of a degree, anywhere in Italy, along both axes.
const SQUARE_PARTS: (i64, i64) = (460, 680);

impl Marks {
    /// Of a place.
    #[must_use]
    pub fn of(place: &Place) -> Self {
        let position = position(place);
        Self {
            place_key: place_key(place),
            house_number: place.number.as_deref().and_then(leading_number).map(i64::from),
            code_key: code_key(place),
            latitude: position.and_then(|position| parts(position.latitude)),
            longitude: position.and_then(|position| parts(position.longitude)),
        }
    }

    /// The house numbers that are near; all of them for a place without one.
    #[must_use]
    pub fn numbers(&self) -> (i64, i64) {
        let apart = i64::from(NUMBERS_APART_MAX);
        self.house_number.map_or((0, i64::MAX), |number| {
            (number.saturating_sub(apart), number.saturating_add(apart))
        })
    }

    /// South, north, west and east of the position's neighbourhood; nothing is within where there is none.
    #[must_use]
    pub fn square(&self) -> [Option<i64>; 4] {
        let (high, wide) = SQUARE_PARTS;
        let Self { latitude, longitude, .. } = self;
        [
            latitude.map(|at| at.saturating_sub(high)),
            latitude.map(|at| at.saturating_add(high)),
            longitude.map(|at| at.saturating_sub(wide)),
            longitude.map(|at| at.saturating_add(wide)),
        ]
    }
}

/// Degrees of the earth as the store counts them.
fn parts(degrees: f64) -> Option<i64> {
    format!("{:.0}", degrees * PARTS).parse().ok()
}

/// The street or site, by its official name where it is known; `None` for a place without either.
fn place_key(place: &Place) -> Option<String> {
    if let Some(street) = &place.street {
        let name = place.official.as_ref().filter(|_| place.register).unwrap_or(street);
        return Some(format!("street {}", sorted(name, true)));
    }
    let site = place.site.as_ref()?;
    let name = place.official.as_ref().filter(|_| place.register).unwrap_or(site);
    Some(format!("site {}", sorted(name, false)))
}

/// Fewer figures count things or say which one from here (`lampione n. 3`), unless a plate bears them.
const FIGURES_MIN: usize = 3;

/// Words that say that the number is on a plate.
const PLATES: [&str; 9] =
    ["targhetta", "targa", "codice", "matricola", "etichetta", "cartellino", "palo", "pali", "pl"];

/// The number on the thing, without what announces it: `palo n. 12/B` → `12b`.
fn code_key(place: &Place) -> Option<String> {
    let said: Vec<String> =
        words(place.code.as_ref()?).into_iter().map(|word| word.folded).collect();
    let has_figure = |word: &String| word.bytes().any(|byte| byte.is_ascii_digit());
    let key: String = said.iter().skip_while(|word| !has_figure(word)).cloned().collect();
    let figures = key.bytes().filter(u8::is_ascii_digit).count();
    let on_plate = said.iter().any(|word| PLATES.contains(&word.as_str()));
    (figures > 0 && (on_plate || figures >= FIGURES_MIN)).then_some(key)
}

/// Both places name streets, and none of one is of the other: the same number is then on another thing.
fn in_other_streets(one: &Place, other: &Place) -> bool {
    let streets = |place: &Place| -> Vec<String> {
        let corner = place.corner.as_ref().map(|corner| format!("street {}", sorted(corner, true)));
        place.street.as_ref().and_then(|_| place_key(place)).into_iter().chain(corner).collect()
    };
    let (one, other) = (streets(one), streets(other));
    !one.is_empty() && !other.is_empty() && !one.iter().any(|street| other.contains(street))
}

fn sorted(name: &str, is_street: bool) -> String {
    let folded: Vec<String> = words(name).into_iter().map(|word| word.folded).collect();
    let said: Vec<&str> = folded.iter().map(String::as_str).collect();
    let (kind, count) = if is_street { kind_of(&said).unwrap_or_default() } else { ("", 0) };
    let mut plain = plain_words(said.get(count..).unwrap_or_default());
    plain.sort();
    plain.insert(0, kind.to_owned());
    plain.join(" ").trim().to_owned()
}

/// How near two places are; `None` when they are not one, or nothing tells.
#[must_use]
pub(in crate::domain) fn nearness(one: &Place, other: &Place) -> Option<Nearness> {
    if let (Some(code), Some(other_code)) = (code_key(one), code_key(other)) {
        let same = code == other_code && !in_other_streets(one, other);
        return same.then_some(Nearness::Close);
    }
    let apart = position(one).zip(position(other)).map(|(one, other)| metres(one, other));
    if apart.is_some_and(|apart| apart <= METRES_APART_MAX) {
        return Some(Nearness::Close);
    }
    let same = place_key(one).is_some_and(|key| place_key(other).is_some_and(|other| key == other));
    if !same {
        return None;
    }
    if one.street.is_none() {
        return Some(Nearness::Close);
    }
    let number = |place: &Place| place.number.as_deref().and_then(leading_number);
    match (number(one), number(other)) {
        (Some(number), Some(other)) => {
            (number.abs_diff(other) <= NUMBERS_APART_MAX).then_some(Nearness::Close)
        }
        _ => Some(Nearness::SameStreet),
    }
}

/// A position that means a point: a street's middle does not.
fn position(place: &Place) -> Option<Position> {
    let pointed = place.street.is_none()
        || place.number.is_some()
        || place.corner.is_some()
        || place.site.is_some();
    let (latitude, longitude) = (place.latitude?, place.longitude?);
    pointed.then_some(Position { latitude, longitude })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::place::{Gazetteer, place};

    fn read(text: &str) -> Place {
        place("", text, "", &Gazetteer::default()).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn one_place_is_one_however_it_is_written() {
        for (one, other, expected) in [
            ("via Roma 12", "V. Roma, 18/B", Some(Nearness::Close)),
            ("via Roma 12", "via Roma 40", None),
            ("via Roma 12", "in via Roma", Some(Nearness::SameStreet)),
            ("via Roma 12", "piazza Roma 12", None),
            ("via XXV Aprile 3", "via 25 aprile 5", Some(Nearness::Close)),
            ("il palo n. 1234 di via Roma", "lampione numero 1234", Some(Nearness::Close)),
            ("il palo n. 1234 di via Roma", "il palo n. 1235 di via Roma", None),
            ("il palo n. 1234 di via Roma", "il palo n. 1234 di via Po", None),
            ("lampione n. 3 di via Roma", "lampione n. 3 di via Po", None),
            ("lampione n. 3, scuola Rodari", "lampione n. 3, scuola De Amicis", None),
            ("palo n. 12 di via Roma", "lampione con targhetta n. 12", Some(Nearness::Close)),
            ("lampione n. 3 di via Roma 8", "lampione n. 4 di via Roma 8", Some(Nearness::Close)),
            ("scuola De Amicis", "la Scuola «De Amicis»", Some(Nearness::Close)),
            ("44.69825, 10.63125", "44.69850, 10.63125", Some(Nearness::Close)),
            ("44.69825, 10.63125", "44.69925, 10.63125", None),
        ] {
            assert_eq!(nearness(&read(one), &read(other)), expected, "{one} / {other}");
            assert_eq!(nearness(&read(other), &read(one)), expected, "{other} / {one}");
        }
    }
}
