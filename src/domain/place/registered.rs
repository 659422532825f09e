//! Streets that the register knows by their very name, wherever the case of letters tells nothing.

use std::ops::Range;

use super::gazetteer::{Name, Said, Street as Known};
use super::street::{Street, joins, with_number};
use super::token::{Line, is_link};
use super::words::BEGINNERS;
use super::{Ground, number};

/// Official names have at most so many words.
const NAME_WORDS_MAX: usize = 8;

/// A name of one word without its kind must have as many letters: `Po 12` is no address.
const BARE_CHARS_MIN: usize = 5;

/// Words before a street that is named without its kind.
const BEFORE_BARE: [&str; 8] =
    ["in", "angolo", "ang", "incrocio", "presso", "tra", "fra", "indirizzo"];

/// The longest name of the register behind the kind that stands at `kind`, and where it ends.
pub(super) fn named<'g>(
    line: &Line<'_>,
    kind: usize,
    start: usize,
    ground: &Ground<'g>,
) -> Option<(usize, &'g Known)> {
    let kind = line.folded(kind..start).join(" ");
    longest(line, start, ground, |said| {
        let name = Name::of(&kind, &said.words);
        let number = said.number.as_deref();
        ground.gazetteer.streets().exact(Said { name: &name, number, districts: &ground.districts })
    })
}

/// Whether all of these words are nearly a street's whole name: then a shorter one is another street
/// (`via Martiri della Divsione Acqui` is not via dei Martiri).
pub(super) fn nearly(
    line: &Line<'_>,
    kind: usize,
    name: Range<usize>,
    ground: &Ground<'_>,
) -> bool {
    let said = Name::of(&line.folded(kind..name.start).join(" "), &line.folded(name));
    let said = Said { name: &said, number: None, districts: &ground.districts };
    ground.gazetteer.streets().is_nearly(said)
}

/// `lampione spento, Giuseppe Garibaldi 12`: a whole name with its number, where an address can stand.
pub(super) fn without_kind<'g>(
    line: &Line<'_>,
    at: usize,
    ground: &Ground<'g>,
) -> Option<Street<'g>> {
    let stands = at == 0
        || line.gap(at).contains([',', '-', ':', '(', ';'])
        || BEFORE_BARE.contains(&line.before(at, 1));
    if !line.is_capital(at) || !stands || ground.gazetteer.streets().is_empty() {
        return None;
    }
    let (end, known) = longest(line, at, ground, |said| {
        let letters: usize = said.words.iter().map(|word| word.chars().count()).sum();
        let all_capital =
            (at..said.end).all(|word| line.is_capital(word) || is_link(line.word(word)));
        if letters < BARE_CHARS_MIN || !all_capital || said.number.is_none() {
            return None;
        }
        let name = Name::of("", &said.words);
        let number = said.number.as_deref();
        ground.gazetteer.streets().called(Said {
            name: &name,
            number,
            districts: &ground.districts,
        })
    })?;
    Some(Street { known: Some(known), ..with_number(line, at..end, at) })
}

/// Words that may be a name, and the number behind them.
struct Window<'l> {
    words: Vec<&'l str>,
    end: usize,
    number: Option<String>,
}

fn longest<'g>(
    line: &Line<'_>,
    start: usize,
    ground: &Ground<'g>,
    known: impl Fn(&Window<'_>) -> Option<&'g Known>,
) -> Option<(usize, &'g Known)> {
    if ground.gazetteer.streets().is_empty() {
        return None;
    }
    let more = (start.saturating_add(1)..start.saturating_add(NAME_WORDS_MAX))
        .take_while(|at| joins(line, *at))
        .count();
    let last =
        if start < line.len() { start.saturating_add(1).saturating_add(more) } else { start };
    (start.saturating_add(1)..=last).rev().find_map(|end| {
        // `via San` is the beginning of another name.
        let begins = BEGINNERS.contains(&line.word(end.saturating_sub(1)))
            && end < last
            && line.is_capital(end);
        if begins {
            return None;
        }
        let words = line.folded(start..end);
        let number = number::directly(line, end).map(|number| number.text);
        Some((end, known(&Window { words, end, number })?))
    })
}
