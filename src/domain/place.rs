//! Where it is, as the writer put it: streets with their number, corners, sites, coordinates.
//!
//! Italian addresses are a kind (`via`, `p.zza`), a name and a number with an exponent. The traps are words:
//! `portare via`, `in corso`, `largo 30 cm`, `piazza Martiri del 7 Luglio`, `via mail`, a number that counts
//! lamps. Where the case of letters tells nothing (all capitals, all small) less of a name is taken, never a guess.
//! No street register is asked here.

mod coordinates;
mod number;
mod photo;
mod site;
mod street;
mod token;
mod words;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use photo::with_photos;

use super::understand::is_bare_forward;
use street::Street;
use token::Line;

/// Lines read for a place; nobody says where it is after so many.
const LINES_MAX: usize = 400;

/// Where something is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// As written.
    pub text: String,
    /// Kind and name of the street, as written; the first one of a corner.
    pub street: Option<String>,
    /// The number with its exponent, as `12/A`, `12 bis`, `snc`.
    pub number: Option<String>,
    /// A school, park, cemetery …, as written.
    pub site: Option<String>,
    /// Degrees north (WGS 84).
    pub latitude: Option<f64>,
    /// Degrees east (WGS 84).
    pub longitude: Option<f64>,
}

/// Finds where a mail's matter is: the street with a number before one without, the subject's before the
/// text's, the first before later ones, the writer's own home last; a named site where there is no street.
/// Coordinates are added to either. `quoted` is read for a bare forward only.
#[must_use]
pub fn place(subject: &str, text: &str, quoted: &str) -> Option<Place> {
    let own = find(&[subject, text]);
    if own.is_none() && is_bare_forward(text) { find(&[quoted]) } else { own }
}

fn find(texts: &[&str]) -> Option<Place> {
    let point = texts.iter().find_map(|text| coordinates::first(text));
    let lines = || texts.iter().flat_map(|text| text.lines()).take(LINES_MAX).map(Line::new);
    let mut streets: Vec<(u8, Place)> = Vec::new();
    let mut sites: Vec<(u8, Place)> = Vec::new();
    for line in lines() {
        let found = street::streets(&line);
        sites.extend(site::sites(&line, &found));
        streets.extend(found.iter().map(|street| (worth(street), at_street(&line, street))));
    }
    // min_by_key keeps the first of equals, which is the order of the text.
    let best = streets.into_iter().min_by_key(|(worth, _)| *worth).map(|(_, place)| place);
    let place =
        best.or_else(|| sites.into_iter().min_by_key(|(worth, _)| *worth).map(|(_, place)| place));
    match (place, point) {
        (Some(place), Some(point)) => Some(Place {
            latitude: Some(point.latitude),
            longitude: Some(point.longitude),
            ..place
        }),
        (None, Some(point)) => Some(Place {
            text: point.text,
            latitude: Some(point.latitude),
            longitude: Some(point.longitude),
            ..Place::default()
        }),
        (place, None) => place,
    }
}

/// Smaller is better.
const fn worth(street: &Street) -> u8 {
    match (street.is_home, street.number.is_some()) {
        (false, true) => 0,
        (false, false) => 1,
        (true, true) => 2,
        (true, false) => 3,
    }
}

fn at_street(line: &Line<'_>, street: &Street) -> Place {
    let site = site::before(line, street);
    let start = site.as_ref().map_or(street.tokens.start, |site| site.start);
    Place {
        text: line.written(start..street.tokens.end).to_owned(),
        street: Some(line.written(street.name.clone()).to_owned()),
        number: street.number.clone(),
        site: site.map(|site| line.written(site).to_owned()),
        ..Place::default()
    }
}
