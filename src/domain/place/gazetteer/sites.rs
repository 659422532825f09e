//! The list of sites: schools, parks, gyms, cemeteries and whatever else has a name of its own.

use std::collections::BTreeMap;
use std::ops::Range;

use super::name::{Fit, Name, plain_words};
use super::near::metres;
use super::register::folded_words;
use super::table::{Column, Table};
use super::{GazetteerError, PlacesFile, UtmZone};
use crate::domain::place::coordinates::Position;
use crate::domain::place::token::Line;

/// A site as the municipality keeps it.
#[derive(Debug)]
pub(in crate::domain::place) struct Site {
    /// The name in full.
    pub(in crate::domain::place) official: String,
    /// The district, as written in the list.
    pub(in crate::domain::place) district: Option<String>,
    /// The address, as written in the list.
    pub(in crate::domain::place) address: Option<String>,
    /// Where it is.
    pub(in crate::domain::place) position: Option<Position>,
    names: Vec<Known>,
}

/// One of its names.
#[derive(Debug)]
struct Known {
    name: Name,
    /// Which of several sites of one kind and name (`primaria`, `infanzia`).
    level: Option<&'static str>,
}

/// Every site there is.
#[derive(Debug, Default)]
pub(in crate::domain::place) struct Sites {
    sites: Vec<Site>,
    /// Whole names by their first word, the longest first.
    phrases: BTreeMap<String, Vec<(Vec<String>, usize)>>,
}

/// Words of one kind of site; the first is the kind's name.
const GROUPS: [&[&str]; 7] = [
    &[
        "scuola",
        "scuole",
        "elementare",
        "elementari",
        "media",
        "medie",
        "primaria",
        "secondaria",
        "asilo",
        "nido",
        "materna",
        "infanzia",
        "liceo",
        "istituto",
        "plesso",
        "school",
        "ecole",
        "escuela",
        "schule",
    ],
    &["parco", "parchetto", "giardino", "giardini", "park", "parc", "parque", "parcul", "parku"],
    &["palestra", "palazzetto", "palasport", "gym", "gymnase"],
    &["cimitero", "camposanto", "cemetery", "cimetiere", "cementerio", "friedhof"],
    &["biblioteca", "library"],
    &["campo", "campetto", "stadio"],
    &["centro", "circolo"],
];

/// Levels of schools; the first is the level's name.
const LEVELS: [&[&str]; 4] = [
    &["nido"],
    &["infanzia", "materna", "asilo"],
    &["primaria", "elementare", "elementari"],
    &["secondaria", "media", "medie"],
];

/// Words that tell no site from another of its kind.
const PLAIN: [&str; 12] = [
    "comunale",
    "comunali",
    "civica",
    "civico",
    "pubblico",
    "pubblica",
    "pubblici",
    "statale",
    "grado",
    "comprensivo",
    "sociale",
    "sportivo",
];

/// Two sites of one name this near to each other are one place.
const SAME_METRES_MAX: f64 = 150.0;

/// A whole name that is shorter, in letters, could be a word of any sentence.
const PHRASE_CHARS_MIN: usize = 6;

impl Sites {
    pub(super) fn read(
        file: PlacesFile<'_>,
        zone: Option<UtmZone>,
    ) -> Result<Self, GazetteerError> {
        let table = Table::read(file, &[Column::Name], zone)?;
        let mut sites = Self::default();
        for row in table.rows() {
            let Some(official) = row.text(Column::Name) else {
                return Err(row.fault("the name of a site", "none", "write it, or remove the row"));
            };
            let aliases = row.text(Column::Aliases).unwrap_or_default().split('|').map(str::trim);
            let spellings: Vec<&str> =
                [official].into_iter().chain(aliases.filter(|alias| !alias.is_empty())).collect();
            let at = sites.sites.len();
            for spelling in &spellings {
                sites.add_phrase(spelling, at);
            }
            sites.sites.push(Site {
                official: official.to_owned(),
                district: row.text(Column::District).map(str::to_owned),
                address: row.text(Column::Address).map(str::to_owned),
                position: row.position()?,
                names: spellings.iter().map(|spelling| known(&folded_words(spelling))).collect(),
            });
        }
        Ok(sites)
    }

    fn add_phrase(&mut self, spelling: &str, at: usize) {
        let phrase: Vec<String> = folded_words(spelling).split(' ').map(str::to_owned).collect();
        let letters: usize = phrase.iter().map(|word| word.chars().count()).sum();
        if let Some(first) = phrase.first().filter(|_| letters >= PHRASE_CHARS_MIN).cloned() {
            let phrases = self.phrases.entry(first).or_default();
            phrases.push((phrase, at));
            phrases.sort_by_key(|(words, at)| (std::cmp::Reverse(words.len()), *at));
        }
    }

    pub(super) fn districts(&self) -> impl Iterator<Item = &str> {
        self.sites.iter().filter_map(|site| site.district.as_deref())
    }

    pub(in crate::domain::place) fn len(&self) -> usize {
        self.sites.len()
    }

    /// Whether the list names none.
    pub(in crate::domain::place) const fn is_empty(&self) -> bool {
        self.sites.is_empty()
    }

    /// Sites whose whole name or alias stands in a line.
    pub(in crate::domain::place) fn in_line(&self, line: &Line<'_>) -> Vec<(Range<usize>, &Site)> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < line.len() && !self.phrases.is_empty() {
            let phrases = self.phrases.get(line.word(at)).map_or(&[][..], Vec::as_slice);
            let stands = |words: &[String]| {
                words
                    .iter()
                    .enumerate()
                    .all(|(step, word)| line.word(at.saturating_add(step)) == word)
            };
            match phrases.iter().find(|(words, _)| stands(words)) {
                Some((words, site)) => {
                    let end = at.saturating_add(words.len());
                    found.extend(self.sites.get(*site).map(|site| (at..end, site)));
                    at = end;
                }
                None => at = at.saturating_add(1),
            }
        }
        found
    }

    /// The same for words of which some are certainly a name, none of them misspelt.
    pub(in crate::domain::place) fn named(&self, words: &str) -> Option<&Site> {
        let said = known(words);
        let has = |known: &Known| {
            let Name { kind, words } = &known.name;
            *kind == said.name.kind && said.name.words.iter().all(|word| words.contains(word))
        };
        if self.sites.is_empty() || said.name.words.is_empty() {
            return None;
        }
        let site = self.find(words)?;
        site.names.iter().any(has).then_some(site)
    }

    /// The site that a writer means by these folded words, kind and name; none when two are near.
    pub(in crate::domain::place) fn find(&self, words: &str) -> Option<&Site> {
        let said = known(words);
        let mut fits: Vec<(Fit, &Site)> = self
            .sites
            .iter()
            .filter_map(|site| {
                Some((site.names.iter().filter_map(|name| fit(&said, name)).min()?, site))
            })
            .collect();
        let best = fits.iter().map(|(fit, _)| *fit).min().filter(|fit| !fit.far)?;
        fits.retain(|(fit, _)| {
            *fit == best || (best.edits > 0 && fit.edits <= best.edits.saturating_add(1))
        });
        let (_, first) = fits.first()?;
        let together = fits.iter().all(|(_, site)| match (site.position, first.position) {
            (Some(one), Some(other)) => metres(one, other) <= SAME_METRES_MAX,
            _ => std::ptr::eq(*site, *first),
        });
        together.then_some(*first)
    }
}

/// How what was said fits a site's name: the same kind and level, the words as near as streets' must be.
fn fit(said: &Known, known: &Known) -> Option<Fit> {
    let levels_differ = said.level.zip(known.level).is_some_and(|(said, known)| said != known);
    if said.name.kind != known.name.kind || levels_differ {
        return None;
    }
    // `la biblioteca` is the biblioteca of a town that has one.
    if said.name.words.is_empty() {
        return Some(Fit { lacking: known.name.words.len(), ..Fit::EXACT })
            .filter(|_| !said.name.kind.is_empty());
    }
    said.name.fit(&known.name).filter(|fit| !fit.kind_differs)
}

fn known(folded: &str) -> Known {
    let words: Vec<&str> = folded.split(' ').collect();
    let one_of = |groups: &[&'static [&'static str]]| {
        words.iter().find_map(|word| {
            groups
                .iter()
                .find(|group| group.contains(word))
                .and_then(|group| group.first())
                .copied()
        })
    };
    let kind = one_of(&GROUPS).unwrap_or_default();
    let telling: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| !PLAIN.contains(word) && !GROUPS.iter().any(|group| group.contains(word)))
        .collect();
    let name = Name { kind: kind.to_owned(), words: plain_words(&telling) };
    Known { name, level: one_of(&LEVELS) }
}
