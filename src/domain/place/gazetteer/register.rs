//! The street register: every street with its official name, district, house numbers and where they are.

use std::collections::{BTreeMap, BTreeSet};

use super::name::{Fit, Name, kind_of};
use super::near::metres;
use super::table::{Column, Row, Table};
use super::{GazetteerError, PlacesFile, UtmZone};
use crate::domain::place::coordinates::Position;
use crate::domain::text::{fold, words};

/// A street as the municipality keeps it.
#[derive(Debug)]
pub(in crate::domain::place) struct Street {
    /// The official name with its kind.
    pub(in crate::domain::place) official: String,
    /// The official district, as written in the register.
    pub(in crate::domain::place) district: Option<String>,
    /// The name, and without the district that some names end with.
    names: Vec<Name>,
    /// Sorted by number and exponent.
    numbers: Vec<HouseNumber>,
    position: Option<Position>,
}

/// A house number on a street.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::domain::place) struct HouseNumber {
    number: u32,
    exponent: String,
    position: Option<Position>,
}

impl HouseNumber {
    /// As people write it: `12/A`.
    pub(in crate::domain::place) fn shown(&self) -> String {
        if self.exponent.is_empty() {
            self.number.to_string()
        } else {
            format!("{}/{}", self.number, self.exponent)
        }
    }
}

/// Every street there is.
#[derive(Debug, Default)]
pub(in crate::domain::place) struct Register {
    streets: Vec<Street>,
    /// Streets by each word of their names.
    by_word: BTreeMap<String, Vec<usize>>,
    /// Folded.
    districts: BTreeSet<String>,
}

/// What was said of a street.
#[derive(Debug, Clone, Copy)]
pub(in crate::domain::place) struct Said<'a> {
    /// Its name, with its kind.
    pub(in crate::domain::place) name: &'a Name,
    /// The house number as written.
    pub(in crate::domain::place) number: Option<&'a str>,
    /// Districts that the mail names, folded.
    pub(in crate::domain::place) districts: &'a BTreeSet<String>,
}

/// A house number this far from a point is still its address; farther, the point is in a field or a park.
const NEAREST_METRES_MAX: f64 = 60.0;

/// Two streets that come this near to each other have a corner.
const CORNER_METRES_MAX: f64 = 80.0;

/// Of a longer street every second, third, … number is looked at for a corner: each pair is measured.
const CORNER_NUMBERS_MAX: usize = 150;

impl Register {
    pub(super) fn read(
        file: PlacesFile<'_>,
        zone: Option<UtmZone>,
    ) -> Result<Self, GazetteerError> {
        let table = Table::read(file, &[Column::Name, Column::FullName], zone)?;
        let mut streets: BTreeMap<String, Street> = BTreeMap::new();
        for row in table.rows() {
            let (kind, name) = named(&row)?;
            let district = row.text(Column::District);
            let key = row.text(Column::Code).map_or_else(
                || format!("{kind} {name} {}", district.unwrap_or_default()),
                str::to_owned,
            );
            let street = streets.entry(key).or_insert_with(|| street(&kind, &name, district));
            let position = row.position()?;
            match row.number(Column::Number)? {
                Some(number) => {
                    let exponent = row.text(Column::Exponent).unwrap_or_default().to_uppercase();
                    street.numbers.push(HouseNumber { number, exponent, position });
                }
                None => street.position = street.position.or(position),
            }
        }
        Ok(Self::of(streets.into_values()))
    }

    fn of(streets: impl Iterator<Item = Street>) -> Self {
        let mut register = Self::default();
        for mut street in streets {
            street.numbers.sort_by(|one, other| {
                (one.number, &one.exponent).cmp(&(other.number, &other.exponent))
            });
            street.position = street.position.or_else(|| middle(&street.numbers));
            let at = register.streets.len();
            let all: BTreeSet<&String> = street.names.iter().flat_map(|name| &name.words).collect();
            for word in all {
                register.by_word.entry(word.clone()).or_default().push(at);
            }
            register.districts.extend(street.district.as_deref().map(folded_words));
            register.streets.push(street);
        }
        register
    }

    pub(in crate::domain::place) fn is_empty(&self) -> bool {
        self.streets.is_empty()
    }

    pub(super) fn counts(&self) -> (usize, usize) {
        (self.streets.len(), self.streets.iter().map(|street| street.numbers.len()).sum())
    }

    pub(super) fn districts_as_written(&self) -> impl Iterator<Item = &str> {
        self.streets.iter().filter_map(|street| street.district.as_deref())
    }

    pub(super) const fn districts(&self) -> &BTreeSet<String> {
        &self.districts
    }

    /// The street of exactly this name; of several the one whose district is said, or that alone has the
    /// number. Where that leaves more than one, none.
    pub(in crate::domain::place) fn exact(&self, said: Said<'_>) -> Option<&Street> {
        let streets = self.sharing_words(said.name);
        let exact = |street: &&Street| {
            street.names.iter().any(|name| said.name.fit(name) == Some(Fit::EXACT))
        };
        Self::only_one(streets.into_iter().filter(exact).collect(), said)
    }

    /// The street of exactly these words, of whatever kind; none when there are several.
    pub(in crate::domain::place) fn called(&self, said: Said<'_>) -> Option<&Street> {
        let whole = Fit { kind_differs: true, ..Fit::EXACT };
        let called =
            |street: &&Street| street.names.iter().any(|name| said.name.fit(name) == Some(whole));
        Self::only_one(self.sharing_words(said.name).into_iter().filter(called).collect(), said)
    }

    /// The street that was most probably meant; none when another is near.
    pub(in crate::domain::place) fn find(&self, said: Said<'_>) -> Option<&Street> {
        let mut fits = Self::fits(self.sharing_words(said.name), said.name);
        // Another street may be nearer by a letter than this one is by a word.
        if !fits.iter().any(|(fit, _)| fit.edits == 0 && fit.lacking == 0) {
            fits = Self::fits(self.with_like_words(said.name), said.name);
        }
        let best = fits.iter().map(|(fit, _)| *fit).min().filter(|fit| !fit.far)?;
        let words = said.name.words.len();
        let says_more = fits
            .iter()
            .flat_map(|(_, street)| &street.names)
            .any(|name| name.words.len() < words && said.name.fit(name) == Some(best));
        if says_more && best.edits > 0 {
            return None;
        }
        let rival = |fit: &Fit| {
            if best.edits > 0 {
                fit.edits <= best.edits.saturating_add(1)
            } else if best.lacking == 0 {
                *fit == best
            } else {
                // `via Luiig Lodi` is rather via Luigi Lodi than via Lodi: it is neither.
                (says_more && fit.lacking < best.lacking)
                    || (fit.edits == 0 && fit.kind_differs == best.kind_differs)
            }
        };
        let near = fits.into_iter().filter(|(fit, _)| rival(fit)).map(|(_, street)| street);
        Self::only_one(near.collect(), said)
    }

    /// Whether a street has all the words of a said name, give or take letters.
    pub(in crate::domain::place) fn is_nearly(&self, said: Said<'_>) -> bool {
        let fits = Self::fits(self.with_like_words(said.name), said.name);
        fits.iter().any(|(fit, _)| fit.lacking == 0 && !fit.kind_differs)
    }

    fn only_one<'a>(mut streets: Vec<&'a Street>, said: Said<'_>) -> Option<&'a Street> {
        let in_district = |street: &&Street| {
            street
                .district
                .as_deref()
                .is_some_and(|own| said.districts.contains(&folded_words(own)))
        };
        if streets.len() > 1 && streets.iter().any(in_district) {
            streets.retain(in_district);
        }
        let number = said.number.and_then(leading_number);
        let has_number =
            |street: &&Street| street.numbers.iter().any(|known| Some(known.number) == number);
        // Numbers tell streets of one name apart, but not Via Verdi from Via Verri.
        let one_name = streets.windows(2).all(|pair| match pair {
            [one, other] => one.names.last() == other.names.last(),
            _ => true,
        });
        if streets.len() > 1 && one_name && streets.iter().any(has_number) {
            streets.retain(has_number);
        }
        // A village's street that people call short gives way to the one that is called so.
        let by_whole_name = |street: &&Street| {
            street.names.first().is_some_and(|name| said.name.fit(name).is_some())
        };
        if streets.len() > 1 && one_name && streets.iter().any(by_whole_name) {
            streets.retain(by_whole_name);
        }
        match streets.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    fn fits<'a>(streets: Vec<&'a Street>, said: &Name) -> Vec<(Fit, &'a Street)> {
        streets
            .into_iter()
            .filter_map(|street| {
                let fit = street.names.iter().filter_map(|name| said.fit(name)).min()?;
                Some((fit, street))
            })
            .collect()
    }

    fn sharing_words(&self, said: &Name) -> Vec<&Street> {
        let found: BTreeSet<usize> = said
            .words
            .iter()
            .filter_map(|word| self.by_word.get(word))
            .flatten()
            .copied()
            .collect();
        found.into_iter().filter_map(|at| self.streets.get(at)).collect()
    }

    /// Streets with a word that begins with the same letter as a said one and has nearly its length; the
    /// rest is the business of [`Name::fit`].
    fn with_like_words(&self, said: &Name) -> Vec<&Street> {
        let mut found = BTreeSet::new();
        for word in &said.words {
            found.extend(self.like_words(word).flat_map(|(_, streets)| streets.iter().copied()));
        }
        found.into_iter().filter_map(|at| self.streets.get(at)).collect()
    }

    /// Whether a word is one of a street's name, or nearly.
    pub(in crate::domain::place) fn knows_nearly(&self, word: &str) -> bool {
        let name = Name { kind: String::new(), words: vec![word.to_owned()] };
        self.by_word.contains_key(word)
            || self.like_words(word).any(|(known, _)| {
                let known = Name { kind: String::new(), words: vec![known.clone()] };
                name.fit(&known).is_some()
            })
    }

    /// Words that begin with the same letter and have nearly the length.
    fn like_words(&self, word: &str) -> impl Iterator<Item = (&String, &Vec<usize>)> {
        let first = word.chars().next().unwrap_or_default();
        let length = word.chars().count();
        self.by_word
            .range(first.to_string()..)
            .take_while(move |(known, _)| known.starts_with(first))
            .filter(move |(known, _)| known.chars().count().abs_diff(length) <= 2)
    }

    /// The street and house number at a position, if one is near enough to be its address.
    pub(super) fn nearest(&self, position: Position) -> Option<(&Street, &HouseNumber)> {
        self.streets
            .iter()
            .flat_map(|street| street.numbers.iter().map(move |number| (street, number)))
            .filter_map(|(street, number)| {
                let distance = metres(number.position?, position);
                (distance <= NEAREST_METRES_MAX).then_some((distance, street, number))
            })
            .min_by(|one, other| one.0.total_cmp(&other.0))
            .map(|(_, street, number)| (street, number))
    }
}

impl Street {
    /// Where a number is: its own position, else that of its nearest neighbour, else the street's middle.
    pub(in crate::domain::place) fn position(&self, number: Option<&str>) -> Option<Position> {
        let wanted = number.and_then(leading_number);
        let exponent = number.map(exponent).unwrap_or_default();
        let near = |known: &&HouseNumber| {
            let wanted = wanted.unwrap_or_default();
            // The numbers of one side of a street are all even or all odd.
            let other_side = known.number.abs_diff(wanted).checked_rem(2) == Some(1);
            (known.number.abs_diff(wanted), other_side, known.exponent != exponent)
        };
        let placed = self.numbers.iter().filter(|known| known.position.is_some());
        match wanted {
            Some(wanted) => placed
                .min_by_key(near)
                .filter(|known| known.number.abs_diff(wanted) <= NEIGHBOUR_NUMBERS_MAX)
                .and_then(|known| known.position)
                .or(self.position),
            None => self.position,
        }
    }

    /// Where two streets meet, if the register's positions tell.
    pub(in crate::domain::place) fn corner(&self, other: &Self) -> Option<Position> {
        let some = |street: &Self| {
            street.numbers.len().checked_div(CORNER_NUMBERS_MAX).unwrap_or(0).saturating_add(1)
        };
        let (step, other_step) = (some(self), some(other));
        let pairs = self.numbers.iter().step_by(step).flat_map(|one| {
            other.numbers.iter().step_by(other_step).filter_map(move |another| {
                let (one, another) = (one.position?, another.position?);
                Some((metres(one, another), one, another))
            })
        });
        let (distance, one, another) = pairs.min_by(|one, other| one.0.total_cmp(&other.0))?;
        (distance <= CORNER_METRES_MAX).then_some(Position {
            latitude: f64::midpoint(one.latitude, another.latitude),
            longitude: f64::midpoint(one.longitude, another.longitude),
        })
    }
}

/// A number that the register lacks is looked for between neighbours no farther than this.
const NEIGHBOUR_NUMBERS_MAX: u32 = 10;

/// The position in the middle of the row of numbers: a point of the street itself, as no average would be.
fn middle(numbers: &[HouseNumber]) -> Option<Position> {
    let placed: Vec<Position> = numbers.iter().filter_map(|number| number.position).collect();
    placed.get(placed.len().checked_div(2)?).copied()
}

/// `12/A` → 12.
pub(in crate::domain) fn leading_number(written: &str) -> Option<u32> {
    let digits: String = written
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

/// `12/A`, `12a` → `A`.
fn exponent(written: &str) -> String {
    written
        .trim_start_matches(|c: char| c.is_ascii_digit())
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_uppercase()
}

/// Kind and name of a row.
fn named(row: &Row<'_>) -> Result<(String, String), GazetteerError> {
    if let Some(name) = row.text(Column::Name) {
        return Ok((row.text(Column::Kind).unwrap_or_default().to_owned(), name.to_owned()));
    }
    let Some(full) = row.text(Column::FullName) else {
        return Err(row.fault("the name of a street", "none", "write it, or remove the row"));
    };
    let folded = folded_words(full);
    let said: Vec<&str> = folded.split(' ').collect();
    let count = kind_of(&said).map_or(1, |(_, count)| count);
    let mut pieces = full.splitn(count.saturating_add(1), ' ');
    let kind: Vec<&str> = pieces.by_ref().take(count).collect();
    Ok((kind.join(" "), pieces.collect::<Vec<&str>>().join(" ")))
}

fn street(kind: &str, name: &str, district: Option<&str>) -> Street {
    let official = format!("{kind} {name}").trim().to_owned();
    let folded = folded_words(&official);
    let mut names = vec![parsed(&folded)];
    // `Via Genova Di Spinetta Marengo` in Spinetta Marengo is what people there call via Genova.
    if let Some(own) = district.map(folded_words)
        && let Some(short) = folded.strip_suffix(&own)
        && let Some(short) =
            [" di ", " in ", " a "].iter().find_map(|link| short.strip_suffix(link))
        && short.contains(' ')
    {
        names.push(parsed(short));
    }
    Street {
        official,
        district: district.map(str::to_owned),
        names,
        numbers: Vec::new(),
        position: None,
    }
}

/// Folded words, the kind's first.
fn parsed(folded: &str) -> Name {
    let said: Vec<&str> = folded.split(' ').collect();
    let count = kind_of(&said).map_or(1, |(_, count)| count);
    let (kind, name) = said.split_at_checked(count).unwrap_or_default();
    Name::of(&kind.join(" "), name)
}

/// The folded words of a text with one blank between them.
pub(super) fn folded_words(text: &str) -> String {
    let folded: Vec<String> = words(&fold(text)).into_iter().map(|word| word.folded).collect();
    folded.join(" ")
}
