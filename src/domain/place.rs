//! Where it is, as the writer put it: streets with their number, corners, sites, coordinates.
//!
//! Italian addresses are a kind (`via`, `p.zza`), a name and a number with an exponent. The traps are words:
//! `portare via`, `in corso`, `largo 30 cm`, `piazza Martiri del 7 Luglio`, `via mail`, a number that counts
//! lamps. Where the case of letters tells nothing (all capitals, all small) less of a name is taken, never a guess.
//! A street register and a list of sites, where the municipality has them ([`Gazetteer`]), say how it is
//! really called, where it is and in which district.

mod code;
mod coordinates;
mod gazetteer;
mod idiom;
mod key;
mod number;
mod photo;
mod registered;
mod signature;
mod site;
mod street;
mod telling;
mod token;
mod words;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use gazetteer::{Gazetteer, GazetteerError, PlacesFile, UtmZone, same_district};
pub use key::Marks;
pub(super) use key::{Nearness, nearness};

use super::mail::Mail;
use super::text::unwrapped;
use super::understand::is_bare_forward;
use coordinates::Position;
use gazetteer::{Name, Said, Site};
use street::Street;
use telling::Told;
use token::{Line, is_link};

/// Lines read for a place; nobody says where it is after so many.
const LINES_MAX: usize = 400;

/// Where something is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// As written.
    pub text: String,
    /// Kind and name of the street, as written; the first one of a corner.
    pub street: Option<String>,
    /// The other street of a corner, as written.
    pub corner: Option<String>,
    /// The number with its exponent, as `12/A`, `12 bis`, `snc`.
    pub number: Option<String>,
    /// A school, park, cemetery …, as written.
    pub site: Option<String>,
    /// The number on the thing itself, as written (`palo n. 1234`).
    pub code: Option<String>,
    /// The name in the street register or the list of sites.
    pub official: Option<String>,
    /// The district, by the register or the list.
    pub district: Option<String>,
    /// It was found in the register or the list.
    pub register: bool,
    /// Degrees north (WGS 84).
    pub latitude: Option<f64>,
    /// Degrees east (WGS 84).
    pub longitude: Option<f64>,
}

/// Finds where a mail's matter is: the writer's own home and what is well last; a street that the register knows
/// before one that it does not, one of the sentence whose words decided before others, with a number before
/// without, the subject's before the text's, the first before later ones; a named site where there is no street.
/// Coordinates and the number on a lamp post are added to either. `quoted` is read for a bare forward only.
#[must_use]
pub fn place(subject: &str, text: &str, quoted: &str, gazetteer: &Gazetteer) -> Option<Place> {
    let own = find(&[subject, text], &[], None, gazetteer);
    if own.is_none() && is_bare_forward(text) { find(&[quoted], &[], None, gazetteer) } else { own }
}

/// The same for a mail, with the words that decided what it is about and where its photos were taken.
#[must_use]
pub fn of_mail(mail: &Mail, because: &[String], gazetteer: &Gazetteer) -> Option<Place> {
    let photo = photo::position(&mail.attachments);
    let own = find(&[&mail.subject, &mail.text], because, photo, gazetteer);
    let says_it = own.as_ref().is_some_and(|place| photo.is_none() || place.street.is_some());
    let written = if !says_it && is_bare_forward(&mail.text) {
        find(&[&mail.quoted], because, photo, gazetteer).or(own)
    } else {
        own
    };
    written.or_else(|| signature::place(&mail.signature, gazetteer))
}

/// What a mail's words are looked up in.
struct Ground<'a> {
    gazetteer: &'a Gazetteer,
    /// Those that the mail names, folded.
    districts: BTreeSet<String>,
}

/// Streets that are looked up with their slips: nobody names more, and each look costs a pass over a part of
/// the register.
const LOOKUPS_MAX: usize = 30;

fn find(
    texts: &[&str],
    because: &[String],
    photo: Option<Position>,
    gazetteer: &Gazetteer,
) -> Option<Place> {
    let texts: Vec<Cow<'_, str>> = texts.iter().map(|text| unwrapped(text)).collect();
    let ground = Ground { gazetteer, districts: gazetteer.districts_in(&texts) };
    let lines = || texts.iter().flat_map(|text| text.lines()).take(LINES_MAX).map(Line::new);
    let mut streets: Vec<(Worth, Place)> = Vec::new();
    let mut sites: Vec<(u8, Place)> = Vec::new();
    let (mut code, mut lookups) = (None, LOOKUPS_MAX);
    for line in lines() {
        let mut found = street::streets(&line, &ground);
        for street in found.iter_mut().filter(|street| street.known.is_none()).take(lookups) {
            street.known = probable(&line, street, &ground);
            lookups = lookups.saturating_sub(1);
        }
        sites.extend(sites_of(&line, &found, gazetteer));
        let told = telling::told(&line, &found, because);
        streets.extend(found.iter().map(|street| {
            (worth(street, telling::around(&told, street)), at_street(&line, street, gazetteer))
        }));
        code = code.or_else(|| code::first(&line).map(str::to_owned));
    }
    let site = sites.into_iter().min_by_key(|(worth, _)| *worth).map(|(_, place)| place);
    let place = chosen(best(&streets), site, gazetteer);
    let place = with_code(place, code);
    let point = texts.iter().find_map(|text| coordinates::first(text));
    let place = match point {
        Some(point) => Some(with_point(place, point)),
        None => photo::with_position(place, photo),
    };
    place.map(|place| gazetteer.locate(place))
}

/// The best of all streets, as another sentence says it with its number if its own does not.
fn best(streets: &[(Worth, Place)]) -> Option<(Worth, Place)> {
    // min_by_key keeps the first of equals, which is the order of the text.
    let (worth, best) = streets.iter().min_by_key(|(worth, _)| *worth)?.clone();
    let key = Marks::of(&best).place_key;
    let same = |(_, place): &&(Worth, Place)| {
        place.number.is_some() && Marks::of(place).place_key == key && best.number.is_none()
    };
    let numbered = streets.iter().find(same).map(|(_, place)| place.clone());
    Some((worth, numbered.unwrap_or(best)))
}

/// A street, unless a site of the list says more: the street is only the writer's home, or the register does
/// not know it.
fn chosen(
    street: Option<(Worth, Place)>,
    site: Option<Place>,
    gazetteer: &Gazetteer,
) -> Option<Place> {
    match (street, site) {
        (Some((worth, street)), Some(site)) => {
            let unknown = !street.register && !gazetteer.streets().is_empty();
            Some(if site.register && (worth.is_home || unknown) { site } else { street })
        }
        (street, site) => street.map(|(_, place)| place).or(site),
    }
}

fn with_code(place: Option<Place>, code: Option<String>) -> Option<Place> {
    match (place, code) {
        (Some(place), code) => Some(Place { code, ..place }),
        (None, Some(code)) => {
            Some(Place { text: code.clone(), code: Some(code), ..Place::default() })
        }
        (None, None) => None,
    }
}

/// The writer's own coordinates come before those of the register: they point at the thing itself.
fn with_point(place: Option<Place>, point: coordinates::Point) -> Place {
    let coordinates::Point { position, text } = point;
    at_point(place.unwrap_or_else(|| Place { text, ..Place::default() }), position)
}

fn at_point(place: Place, position: Position) -> Place {
    Place { latitude: Some(position.latitude), longitude: Some(position.longitude), ..place }
}

/// Smaller is better, field by field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Worth {
    is_home: bool,
    /// Unknown to the register, in a sentence that decided nothing, without a number.
    lacks: [bool; 3],
}

/// Of a street and the sentence around it.
fn worth(street: &Street<'_>, told: Option<&Told>) -> Worth {
    let is_silent = !told.is_some_and(|told| told.speaks);
    Worth {
        is_home: street.is_home || told.is_some_and(|told| told.is_aside),
        lacks: [street.known.is_none(), is_silent, street.number.is_none()],
    }
}

/// The street of the register that was probably meant: the whole name, or without what follows it (a town, a
/// village).
fn probable<'a>(
    line: &Line<'_>,
    street: &Street<'_>,
    ground: &Ground<'a>,
) -> Option<&'a gazetteer::Street> {
    const TAIL_MAX: usize = 2;
    let words = street.name_start..street.name.end;
    let streets = ground.gazetteer.streets();
    let strange = |at: usize| is_link(line.word(at)) || !streets.knows_nearly(line.word(at));
    (0..=TAIL_MAX.min(words.len().saturating_sub(1))).find_map(|tail| {
        let end = words.end.saturating_sub(tail);
        // A word that other streets have is of the name: without it another street would be found.
        if !(end..words.end).all(strange) {
            return None;
        }
        let name = Name::of(&street.kind(line), &line.folded(words.start..end));
        let number = street.number.as_deref();
        streets.find(Said { name: &name, number, districts: &ground.districts })
    })
}

/// The named sites of a line: those of the list first, then those that have a name, then those of which a
/// town has one.
fn sites_of(line: &Line<'_>, streets: &[Street<'_>], gazetteer: &Gazetteer) -> Vec<(u8, Place)> {
    let listed = gazetteer.sites().in_line(line);
    let mut found: Vec<(u8, Place)> = listed
        .iter()
        .map(|(words, site)| {
            let before = words.start.saturating_sub(1);
            let start = if site::is_kind(line.word(before)) { before } else { words.start };
            (0, at_site(line.written(start..words.end), Some(site)))
        })
        .collect();
    if !gazetteer.sites().is_empty() {
        let small = site::small(line, streets, |words| gazetteer.sites().named(words));
        let small = small.into_iter();
        found.extend(small.map(|(words, site)| (0, at_site(line.written(words), Some(site)))));
    }
    for (worth, words) in site::sites(line, streets) {
        if listed.iter().any(|(known, _)| known.contains(&words.start)) {
            continue;
        }
        let known = gazetteer.sites().find(&line.folded(words.clone()).join(" "));
        let worth = if known.is_some() { 0 } else { worth };
        found.push((worth, at_site(line.written(words), known)));
    }
    found
}

fn at_site(written: &str, known: Option<&Site>) -> Place {
    let place =
        Place { text: written.to_owned(), site: Some(written.to_owned()), ..Place::default() };
    match known {
        Some(known) => with_site(place, known),
        None => place,
    }
}

fn with_site(place: Place, known: &Site) -> Place {
    Place {
        official: Some(match &known.address {
            Some(address) => format!("{}, {address}", known.official),
            None => known.official.clone(),
        }),
        district: known.district.clone(),
        register: true,
        latitude: known.position.map(|position| position.latitude),
        longitude: known.position.map(|position| position.longitude),
        ..place
    }
}

fn at_street(line: &Line<'_>, street: &Street<'_>, gazetteer: &Gazetteer) -> Place {
    let site = site::before(line, street);
    let start = site.as_ref().map_or(street.tokens.start, |site| site.start);
    let place = Place {
        text: line.written(start..street.tokens.end).to_owned(),
        street: Some(line.written(street.name.clone()).to_owned()),
        corner: street.corner.clone().map(|corner| line.written(corner).to_owned()),
        number: street.number.clone(),
        site: site.clone().map(|site| line.written(site).to_owned()),
        ..Place::default()
    };
    if let Some(known) = street.known {
        let corner = street.known_corner.and_then(|other| known.corner(other));
        let position = corner
            .filter(|_| street.number.is_none())
            .or_else(|| known.position(street.number.as_deref()));
        return Place {
            official: Some(known.official.clone()),
            district: known.district.clone(),
            register: true,
            latitude: position.map(|position| position.latitude),
            longitude: position.map(|position| position.longitude),
            ..place
        };
    }
    match site.and_then(|site| gazetteer.sites().find(&line.folded(site).join(" "))) {
        Some(known) => with_site(place, known),
        None => place,
    }
}
