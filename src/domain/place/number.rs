//! The house number after a street's name.

use super::code::is_numbered;
use super::token::Line;

/// Words that announce a house number.
pub(super) const ANNOUNCERS: [&str; 12] =
    ["n", "nr", "num", "numero", "no", "civ", "civico", "civici", "al", "ai", "nn", "numeri"];

/// Words that put a number near the street's name without being part of it (`all'altezza del civico 12`).
const NEARBY: [&str; 22] = [
    "nei", "pressi", "all", "altezza", "davanti", "fronte", "di", "al", "del", "presso", "vicino",
    "accanto", "dal", "tra", "fra", "il", "lato", "circa", "alla", "opposto", "poco", "dopo",
];

/// Words after which a bare number is a house's.
const BESIDE: [&str; 7] = ["altezza", "davanti", "fronte", "vicino", "dal", "tra", "fra"];

/// At most so many words between a street and a number that is announced.
const NEARBY_MAX: usize = 7;

/// What a number counts when it is no address.
pub(super) const COUNTED: [&str; 85] = [
    "cm",
    "mm",
    "m",
    "mt",
    "metri",
    "metro",
    "km",
    "centimetri",
    "euro",
    "giorni",
    "giorno",
    "mesi",
    "mese",
    "anni",
    "anno",
    "settimane",
    "settimana",
    "ore",
    "ora",
    "minuti",
    "volte",
    "volta",
    "persone",
    "bambini",
    "bambine",
    "ragazzi",
    "auto",
    "macchine",
    "lampioni",
    "lampade",
    "luci",
    "punti",
    "pali",
    "buche",
    "buca",
    "alberi",
    "piante",
    "tombini",
    "cartelli",
    "panchine",
    "tegole",
    "gradini",
    "finestre",
    "porte",
    "piani",
    "aule",
    "bagni",
    "rubinetti",
    "famiglie",
    "condomini",
    "palazzine",
    "famiglia",
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
    "gradi",
    "kg",
    "litri",
    "su",
    "per",
    "days",
    "weeks",
    "months",
    "years",
    "meters",
    "jours",
    "mois",
    "dias",
    "meses",
    "tage",
    "wochen",
    "zile",
    "luni",
    "dite",
    "muaj",
    "lanterne",
];

/// A number and the first word after it.
pub(super) struct Number {
    pub(super) text: String,
    pub(super) end: usize,
}

/// The number that follows the word before `at`, directly or announced.
pub(super) fn after_name(line: &Line<'_>, at: usize) -> Option<Number> {
    directly(line, at).or_else(|| nearby(line, at))
}

pub(super) fn directly(line: &Line<'_>, at: usize) -> Option<Number> {
    if !gap_is_close(line.gap(at)) {
        return None;
    }
    let mut next = at;
    // `n.c. 12`: a civic number.
    let civic =
        |at: usize| line.word(at) == "c" && line.before(at, 1) == "n" && line.gap(at) == ".";
    while (ANNOUNCERS.contains(&line.word(next)) || civic(next)) && next < at.saturating_add(3) {
        next = next.saturating_add(1);
    }
    if next == at && line.gap(at).contains('(') {
        return None;
    }
    digits(line, next, next > at).or_else(|| without_number(line, at))
}

/// `numero 8 di via Roma`, `al civico 12/A di piazza Verdi`: the number and its first word, before a street
/// that begins at `street`.
pub(super) fn before_street(line: &Line<'_>, street: usize) -> Option<(Number, usize)> {
    const LINKS: [&str; 5] = ["di", "in", "della", "del", "su"];
    let joint = street.checked_sub(1).filter(|at| LINKS.contains(&line.word(*at)))?;
    // A number may have an exponent of its own word: `12 A`, `12 bis`.
    (1..=2_usize).find_map(|length| {
        let at = joint.checked_sub(length)?;
        let word = at.checked_sub(1)?;
        // `lampione numero 3 di via Roma`: which lamp, not which house.
        let of_thing = is_numbered(line.before(word, 1));
        let announced =
            ANNOUNCERS.contains(&line.word(word)) && gap_is_close(line.gap(at)) && !of_thing;
        let number = digits(line, at, true).filter(|number| number.end == joint && announced)?;
        let spelled = !["al", "ai"].contains(&line.word(word));
        Some((number, if spelled { word } else { at }))
    })
}

/// `km 12+300`, `al km 7`: where on a road outside town.
pub(super) fn kilometre(line: &Line<'_>, at: usize) -> Option<Number> {
    let skip = usize::from(["al", "dal", "alla"].contains(&line.word(at)));
    let word = at.saturating_add(skip);
    let stone = word.saturating_add(1);
    let said = line.word(word) == "km" && line.is_digits(stone) && gap_is_close(line.gap(word));
    let next = stone.saturating_add(1);
    let metres = matches!(line.gap(next), "+" | "," | ".") && line.is_digits(next);
    let end = if metres { next.saturating_add(1) } else { next };
    said.then(|| Number { text: line.written(word..end).to_owned(), end })
}

/// `, di fronte al civico 40`: the announcing word must be there, or one that says beside which house
/// (`all'altezza del 12`).
fn nearby(line: &Line<'_>, at: usize) -> Option<Number> {
    let mut next = at;
    let mut beside = false;
    while next < at.saturating_add(NEARBY_MAX) && gap_is_close(line.gap(next)) {
        let word = line.word(next);
        if beside && line.is_digits(next) {
            return digits(line, next, false);
        }
        beside |= BESIDE.contains(&word);
        if ["civico", "civ", "numero", "n"].contains(&word) {
            let skip = usize::from(ANNOUNCERS.contains(&line.word(next.saturating_add(1))));
            return digits(line, next.saturating_add(1).saturating_add(skip), true);
        }
        if !NEARBY.contains(&word) {
            return None;
        }
        next = next.saturating_add(1);
    }
    None
}

pub(super) fn gap_is_close(gap: &str) -> bool {
    gap.chars().all(|char| char.is_whitespace() || ",.°º'’-–(".contains(char))
}

/// `12`, `12/A`, `12a`, `12 bis`, `12-14` at this word.
fn digits(line: &Line<'_>, at: usize, announced: bool) -> Option<Number> {
    let word = line.word(at);
    let letters = word.trim_start_matches(|char: char| char.is_ascii_digit());
    let length = word.len().saturating_sub(letters.len());
    let exponent_inside =
        letters.chars().count() <= 1 && letters.chars().all(|char| char.is_ascii_alphabetic());
    if !(1..=4).contains(&length) || !exponent_inside || word.starts_with('0') {
        return None;
    }
    let next = at.saturating_add(1);
    let counts = COUNTED.contains(&line.word(next)) && line.gap(next).trim().is_empty();
    let is_time = line.is_digits(next) && [":", "."].contains(&line.gap(next));
    if (!announced && (counts || is_time || counts_things(line, at))) || is_longer(line, at) {
        return None;
    }
    let end = if letters.is_empty() { exponent_end(line, next) } else { next };
    Some(Number { text: line.written(at..end).to_owned(), end })
}

/// Nobody counts more of anything in a street; greater numbers are houses.
const COUNT_MAX: u32 = 20;

/// Shorter words behind a number are no nouns that are counted (`poi`, `che`).
const NOUN_CHARS_MIN: usize = 4;

/// `3 semafori`, `2 radici sporgono`, `2 sono i lampioni`: a small number, without a comma before it, and a plural
/// in small letters behind it.
fn counts_things(line: &Line<'_>, at: usize) -> bool {
    /// Words that end like plurals.
    const NO_NOUNS: [&str; 22] = [
        "davanti",
        "oggi",
        "ieri",
        "quindi",
        "fuori",
        "avanti",
        "lunedi",
        "martedi",
        "mercoledi",
        "giovedi",
        "venerdi",
        "anni",
        "vicini",
        "potresti",
        "distinti",
        "cordiali",
        "saluti",
        "interni",
        "locali",
        "esterni",
        "stamani",
        "altrimenti",
    ];
    let next = at.saturating_add(1);
    let (noun, after) = (line.word(next), line.word(at.saturating_add(2)));
    let few = line.word(at).parse().is_ok_and(|count: u32| (2..=COUNT_MAX).contains(&count));
    let close = line.gap(next) == " " && line.gap(at) == " " && !line.is_capital(next);
    let agrees = ["e", "i", "ono", "ano", "anno", "di"].iter().any(|end| after.ends_with(end))
        && line.gap(at.saturating_add(2)) == " ";
    let long = noun.chars().count() >= NOUN_CHARS_MIN && !NO_NOUNS.contains(&noun);
    let plural = long && (noun.ends_with('i') || (noun.ends_with('e') && agrees && after != "e"));
    let are = noun == "sono" && ["i", "le", "gli"].contains(&after);
    few && close && (plural || are)
}

/// Figures behind a number that make it a telephone's.
const PHONE_DIGITS_MIN: usize = 6;

/// `12/03/2024`, `333 1234567`, `1,5`: the number is a part of another one.
fn is_longer(line: &Line<'_>, at: usize) -> bool {
    let next = at.saturating_add(1);
    let after = at.saturating_add(2);
    let mark = line.gap(next);
    let date = matches!(mark, "/" | "." | "-")
        && line.gap(after) == mark
        && line.is_digits(next)
        && line.is_digits(after);
    let decimal = mark == "," && line.is_digits(next);
    let groups = (next..next.saturating_add(4))
        .take_while(|at| line.is_digits(*at) && matches!(line.gap(*at), " " | "." | "-" | "/"));
    let digits: usize = groups.map(|at| line.word(at).len()).sum();
    date || decimal || digits >= PHONE_DIGITS_MIN
}

/// Where the exponent or the second number of a range ends; `at` when there is none.
fn exponent_end(line: &Line<'_>, at: usize) -> usize {
    let (gap, word) = (line.gap(at), line.word(at));
    let after = at.saturating_add(1);
    let single = word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let joined = matches!(gap.trim(), "/" | "-" | "–") && gap.len() <= 5;
    let exponent = single
        || (line.is_digits(at) && word.len() <= 3)
        || ["bis", "ter", "quater"].contains(&word);
    if joined && exponent {
        return after;
    }
    let spaced = gap == " "
        && (["bis", "ter", "quater"].contains(&word) || (single && lonely_letter(line, at)));
    if spaced { after } else { at }
}

/// `12 B` but not `12 e`, `12 a lato`: a small letter that is a word of its own ends the number.
fn lonely_letter(line: &Line<'_>, at: usize) -> bool {
    let word = line.word(at);
    // `12 c'è una buca`: the letter belongs to the next word.
    if line.gap(at.saturating_add(1)).starts_with(['\'', '’']) {
        return false;
    }
    line.is_capital(at) && !["e", "i", "o"].contains(&word)
        || (!["a", "e", "i", "o"].contains(&word)
            && !line.gap(at.saturating_add(1)).starts_with(' '))
        || (word == "a" && matches!(line.gap(at.saturating_add(1)).trim(), "," | "." | ";" | ")"))
}

/// `snc`, `s.n.c.`, `senza numero`.
fn without_number(line: &Line<'_>, at: usize) -> Option<Number> {
    let next = at.saturating_add(1);
    if line.word(at) == "snc" {
        return Some(Number { text: "snc".to_owned(), end: next });
    }
    let spelled = line.word(at) == "s" && line.word(next) == "n" && line.gap(next) == ".";
    if spelled {
        let third = at.saturating_add(2);
        let end = if line.word(third) == "c" && line.gap(third) == "." {
            third.saturating_add(1)
        } else {
            third
        };
        return Some(Number { text: "snc".to_owned(), end });
    }
    None
}
