//! What a municipality knows of its own ground: the street register and the list of its sites.
//!
//! Both are optional files of the site (`[places]`), read whole at the start and checked line by line. What a
//! mail says is looked up in them exactly first, then with the slips that people make (the kind of street
//! wrong or left out, initials, names turned round, a letter or two wrong); where two of them are near, none
//! is taken: a wrong street costs a journey, a missing one a question.

mod error;
mod name;
mod near;
mod projection;
mod register;
mod sites;
mod table;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use error::GazetteerError;
pub(super) use name::{Name, kind_of, plain_words};
pub(in crate::domain) use near::metres;
pub(super) use register::{Register, Said, Street, leading_number};
pub(super) use sites::{Site, Sites};

use super::Place;
use super::coordinates::Position;
use crate::domain::text::words;

/// How the coordinates of a register without degrees are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UtmZone {
    /// West of 12° east.
    Zone32,
    /// East of it.
    Zone33,
}

/// A file as it was read.
#[derive(Debug, Clone, Copy)]
pub struct PlacesFile<'a> {
    /// What messages call it.
    pub name: &'a str,
    /// What is in it.
    pub text: &'a str,
}

/// Whether two names of a district are one, however they are written: `CENTRO STORICO`, `Centro storico`.
#[must_use]
pub fn same_district(one: &str, other: &str) -> bool {
    register::folded_words(one) == register::folded_words(other)
}

/// The register and the sites; empty ones know nothing and change nothing.
#[derive(Debug, Default)]
pub struct Gazetteer {
    streets: Register,
    sites: Sites,
}

impl Gazetteer {
    /// Reads the files there are.
    pub fn read(
        register: Option<PlacesFile<'_>>,
        sites: Option<PlacesFile<'_>>,
        zone: Option<UtmZone>,
    ) -> Result<Self, GazetteerError> {
        Ok(Self {
            streets: register
                .map(|file| Register::read(file, zone))
                .transpose()?
                .unwrap_or_default(),
            sites: sites.map(|file| Sites::read(file, zone)).transpose()?.unwrap_or_default(),
        })
    }

    /// How many streets, house numbers and sites there are.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        let (streets, numbers) = self.streets.counts();
        (streets, numbers, self.sites.len())
    }

    /// Every district that a street or site lies in, as written, sorted.
    #[must_use]
    pub fn districts(&self) -> BTreeSet<&str> {
        self.streets.districts_as_written().chain(self.sites.districts()).collect()
    }

    /// Whether a street or site lies in a district of this name.
    #[must_use]
    pub fn knows_district(&self, name: &str) -> bool {
        self.districts().into_iter().any(|known| same_district(known, name))
    }

    pub(super) const fn streets(&self) -> &Register {
        &self.streets
    }

    pub(super) const fn sites(&self) -> &Sites {
        &self.sites
    }

    /// The districts that a text names, folded: two streets of one name are told apart by them.
    pub(super) fn districts_in(&self, texts: &[impl AsRef<str>]) -> BTreeSet<String> {
        if self.streets.districts().is_empty() {
            return BTreeSet::new();
        }
        let said: Vec<String> = texts
            .iter()
            .flat_map(|text| words(text.as_ref()).into_iter().map(|word| word.folded))
            .collect();
        let said = format!(" {} ", said.join(" "));
        let named = |district: &&String| said.contains(&format!(" {district} "));
        self.streets.districts().iter().filter(named).cloned().collect()
    }

    /// A place that has coordinates and no known street gets the district and the nearest house number.
    #[must_use]
    pub fn locate(&self, place: Place) -> Place {
        let (Some(latitude), Some(longitude), None) =
            (place.latitude, place.longitude, &place.official)
        else {
            return place;
        };
        match self.streets.nearest(Position { latitude, longitude }) {
            Some((street, number)) => Place {
                official: Some(format!("{} {}", street.official, number.shown())),
                district: place.district.or_else(|| street.district.clone()),
                ..place
            },
            None => place,
        }
    }
}
