//! The numbers that are painted on things: lamp posts, switchboards, lifts. One finds the thing without any
//! address.

use super::number::{ANNOUNCERS, COUNTED};
use super::token::Line;

/// Things that stand about in numbers: a number behind them may be theirs.
const NUMBERED: [&str; 13] = [
    "palo", "pali", "lampione", "lampioni", "lampada", "luce", "pl", "sostegno", "armatura",
    "semaforo", "quadro", "cabina", "pole",
];

/// Plant of which there are few, and words for the plate itself: their number must be announced or have
/// letters in it.
const PLATED: [&str; 15] = [
    "impianto",
    "ascensore",
    "caldaia",
    "centralina",
    "montascale",
    "telecamera",
    "estintore",
    "fontanella",
    "parcometro",
    "codice",
    "matricola",
    "targa",
    "targhetta",
    "cartellino",
    "etichetta",
];

/// Words that announce the number on a plate, besides those of a house number.
const PLATES: [&str; 10] = [
    "matricola",
    "targa",
    "targhetta",
    "codice",
    "cod",
    "id",
    "numerato",
    "contrassegnato",
    "etichetta",
    "sigla",
];

/// At most so many words between a thing and its announced number (`palo con la targhetta n. 12`).
const BETWEEN_MAX: usize = 5;

/// A number on a plate has at most so many characters; a longer one is a telephone's or a bank's.
const CODE_CHARS_MAX: usize = 12;

/// Words that may stand between a thing and its number.
const FILLERS: [&str; 13] = [
    "con",
    "la",
    "il",
    "che",
    "porta",
    "ha",
    "di",
    "del",
    "sul",
    "sulla",
    "impianto",
    "palo",
    "ascensore",
];

/// The letters before a number on a plate: a province, a kind of plant.
const PREFIX_CHARS_MAX: usize = 4;

/// The first number of a thing in a line, as written with the thing (`palo n. 1234`).
pub(super) fn first<'a>(line: &Line<'a>) -> Option<&'a str> {
    (0..line.len()).find_map(|at| {
        let word = line.word(at);
        let (numbered, plated) = (NUMBERED.contains(&word), PLATED.contains(&word));
        if !numbered && !plated {
            return None;
        }
        // `codice E45` is what a boiler shows; a plate's is `codice impianto`.
        let of_plate = ["impianto", "palo", "punto", "lampione", "ascensore", "id"];
        if word == "codice" && !of_plate.contains(&line.word(at.saturating_add(1))) {
            return None;
        }
        let end = announced(line, at).or_else(|| directly(line, at, numbered))?;
        Some(line.written(at..end))
    })
}

/// `palo n. 12`, `lampione con targhetta A12`, `matricola: 45 MI 123`.
fn announced(line: &Line<'_>, thing: usize) -> Option<usize> {
    let from = thing.saturating_add(1);
    let mut told = PLATES.contains(&line.word(thing))
        || line.gap(from).starts_with(':')
        || ["n", "nr", "num", "numero"].contains(&line.before(thing, 1));
    for at in from..from.saturating_add(BETWEEN_MAX) {
        let word = line.word(at);
        let goes_on = line.gap(at).chars().all(|c| c.is_whitespace() || ".:°º'’(#".contains(c));
        if !goes_on || word.is_empty() {
            return None;
        }
        if told && is_code(line, at) {
            return Some(code_end(line, at));
        }
        // `RE-0045`, `MI 123`
        let next = at.saturating_add(1);
        // REI is how long a door holds back a fire.
        let prefix = line.is_shouted(at) && word.len() <= PREFIX_CHARS_MAX && word != "rei";
        if told && prefix && matches!(line.gap(next), "-" | " " | "/") && is_code(line, next) {
            return Some(code_end(line, next));
        }
        let announces = (ANNOUNCERS.contains(&word)
            && !["al", "ai", "civico", "civ"].contains(&word))
            || PLATES.contains(&word);
        told |= announces;
        if !announces && !FILLERS.contains(&word) {
            return None;
        }
    }
    None
}

/// A number that nothing announces has as many figures: `lampione 2`, `palo 12` may count them.
const FIGURES_MIN: usize = 3;

/// `palo 1234`, `PL 12/B`, `palo A-123`.
fn directly(line: &Line<'_>, thing: usize, numbered: bool) -> Option<usize> {
    let first = thing.saturating_add(1);
    let prefixed = line.is_capital(first)
        && line.word(first).len() <= PREFIX_CHARS_MAX
        && line.gap(first.saturating_add(1)) == "-"
        && line.is_digits(first.saturating_add(1));
    if numbered && prefixed && line.gap(first).trim().is_empty() {
        return Some(code_end(line, first.saturating_add(1)));
    }
    let at = first;
    let close = line.gap(at).chars().all(|c| c.is_whitespace() || c == '#' || c == ':');
    let letters = line.word(at).bytes().any(|byte| byte.is_ascii_alphabetic());
    let figures = line.word(at).bytes().filter(u8::is_ascii_digit).count();
    let counts = COUNTED.contains(&line.word(at.saturating_add(1)));
    let exponent = matches!(line.gap(at.saturating_add(1)), "/" | "-");
    let plain = numbered && !counts && (figures >= FIGURES_MIN || (figures == 2 && exponent));
    let mixed = letters && figures >= 2 && line.is_capital(at);
    (close && is_code(line, at) && (plain || mixed)).then(|| code_end(line, at))
}

/// Whether a word is a thing that stands about in numbers.
pub(super) fn is_numbered(word: &str) -> bool {
    NUMBERED.contains(&word)
}

fn is_code(line: &Line<'_>, at: usize) -> bool {
    let word = line.word(at);
    word.len() <= CODE_CHARS_MAX
        && !is_number_plate(word)
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && word.bytes().any(|byte| byte.is_ascii_digit())
        // `palo 5m`, `lampione 100w`
        && !["m", "w", "cm", "kw", "v", "h"].iter().any(|unit| {
            word.strip_suffix(unit).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        })
}

/// `AB123CD`: a car's, not a lamp post's.
fn is_number_plate(word: &str) -> bool {
    let shape: String =
        word.chars().map(|char| if char.is_ascii_digit() { '0' } else { 'a' }).collect();
    shape == "aa000aa"
}

/// Past `/B`, `-12` and the like.
fn code_end(line: &Line<'_>, at: usize) -> usize {
    let next = at.saturating_add(1);
    let joined =
        matches!(line.gap(next), "/" | "-" | ".") && line.word(next).len() <= CODE_CHARS_MAX;
    let more = joined && !line.word(next).is_empty() && line.word(next).is_ascii();
    if more { next.saturating_add(1) } else { next }
}
