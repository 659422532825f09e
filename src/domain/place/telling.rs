//! What is said around a street: that the writer lives there, that all is well there, or what the mail is about.

use std::ops::Range;

use super::street::Street;
use super::token::Line;
use super::words::KINDS;
use crate::domain::text::words;

/// Words that say that the writer lives, sits or was born at the address behind them.
const HOMES: [&str; 47] = [
    "abito",
    "abita",
    "abitiamo",
    "abitante",
    "residente",
    "residenti",
    "residenza",
    "residence",
    "domiciliato",
    "domiciliata",
    "domicilio",
    "recapito",
    "vivo",
    "viviamo",
    "risiedo",
    "risiede",
    "nato",
    "nata",
    "sottoscritto",
    "sottoscritta",
    "chiamo",
    "live",
    "lives",
    "living",
    "resident",
    "habite",
    "habitons",
    "habitant",
    "domicilie",
    "wohne",
    "wohnen",
    "wohnhaft",
    "vivimos",
    "residimos",
    "resido",
    "locuiesc",
    "locuim",
    "domiciliul",
    "banoj",
    "banojme",
    "jetoj",
    "живу",
    "проживаю",
    "мешкаю",
    "проживає",
    "اسكن",
    "住",
];

/// Words that are a home only where a clause begins with them (`lavoro in via Po`, not `il lavoro in via Po`).
const OPENING_HOMES: [&str; 4] = ["lavoro", "lavoriamo", "vengo", "scrivo"];

/// The word is looked for so far before the street.
const HOME_WORDS_MAX: usize = 7;

/// Words that turn from the writer to something else.
const TURNS: [&str; 12] =
    ["e", "ed", "ma", "and", "but", "et", "mais", "und", "aber", "y", "si", "segnalo"];

/// Whether the words before a street make it the writer's own address, or one that is only compared.
pub(super) fn is_home(line: &Line<'_>, start: usize) -> bool {
    let compared = ["come", "comme", "wie", "like", "como"].contains(&line.before(start, 2))
        && ["in", "a", "dans", "on", "en"].contains(&line.before(start, 1));
    compared || lives(line, start)
}

fn lives(line: &Line<'_>, start: usize) -> bool {
    for steps in 1..=HOME_WORDS_MAX.min(start) {
        let at = start.saturating_sub(steps);
        let (word, next) = (line.word(at), at.saturating_add(1));
        let ended = line.gap(next).contains(['!', '?', ';', '\n'])
            || (line.gap(next).starts_with(". ")
                && (word.chars().count() > 2 || line.is_digits(at)));
        if ended || TURNS.contains(&word) || KINDS.contains(&word) {
            return false;
        }
        let opens = at == 0
            || line.gap(at).contains(['.', ',', ':', '-'])
            || ["io", "noi", "che", "dove", "e"].contains(&line.before(at, 1));
        let with_seat =
            word == "sede" && (line.word(next) == "legale" || line.before(at, 1) == "con");
        let named = word == "sono" && line.is_capital(next) && !line.is_shouted(next);
        if HOMES.contains(&word)
            || (opens && OPENING_HOMES.contains(&word) && steps <= 3)
            || with_seat
            || named
        {
            return true;
        }
    }
    false
}

/// What a sentence with streets says.
pub(super) struct Told {
    words: Range<usize>,
    /// Thanks, or a thing that works; or a line of name, address and telephone.
    pub(super) is_aside: bool,
    /// It has one of the words that decided what the mail is about.
    pub(super) speaks: bool,
}

/// The sentences of a line that has streets. `because` are the words that decided.
pub(super) fn told(line: &Line<'_>, streets: &[Street<'_>], because: &[String]) -> Vec<Told> {
    if streets.is_empty() {
        return Vec::new();
    }
    let because: Vec<String> = because.iter().map(|words| phrase(words)).collect();
    let mut next = streets.iter().peekable();
    let mut told = Vec::new();
    for words in line.sentences() {
        let mut said = String::from(" ");
        let mut from = words.start;
        while let Some(street) = next.next_if(|street| street.tokens.start < words.end) {
            said.push_str(&line.folded(from..street.tokens.start.max(from)).join(" "));
            said.push_str(" | ");
            from = street.tokens.end.max(from);
        }
        said.push_str(&line.folded(from..words.end.max(from)).join(" "));
        said.push(' ');
        let speaks = because.iter().any(|words| said.contains(words));
        let is_aside = (!speaks && is_contact(line, &words)) || is_well(line, &words);
        told.push(Told { words, is_aside, speaks });
    }
    told
}

/// The sentence that a street begins in.
pub(super) fn around<'t>(told: &'t [Told], street: &Street<'_>) -> Option<&'t Told> {
    let at = told.partition_point(|told| told.words.end <= street.tokens.start);
    told.get(at)
}

fn phrase(written: &str) -> String {
    let words: Vec<String> = words(written).into_iter().map(|word| word.folded).collect();
    format!(" {} ", words.join(" "))
}

/// Figures of a telephone number without blanks.
const PHONE_DIGITS_MIN: usize = 9;

/// `Mario Rossi - via Verdi 3 - tel. 0522 123456`.
fn is_contact(line: &Line<'_>, sentence: &Range<usize>) -> bool {
    const PHONES: [&str; 9] =
        ["tel", "cell", "telefono", "cellulare", "tf", "phone", "mobile", "telefon", "telefonul"];
    sentence.clone().any(|at| {
        PHONES.contains(&line.word(at))
            || (line.is_digits(at) && line.word(at).len() >= PHONE_DIGITS_MIN)
    })
}

/// Thanks at the beginning, or that something works.
fn is_well(line: &Line<'_>, sentence: &Range<usize>) -> bool {
    const THANKS: [&str; 12] = [
        "grazie",
        "ringrazio",
        "ringraziamo",
        "ringraziarvi",
        "complimenti",
        "thanks",
        "thank",
        "merci",
        "danke",
        "gracias",
        "multumesc",
        "faleminderit",
    ];
    const WORKS: [&str; 8] = [
        "funziona",
        "funzionano",
        "funzionante",
        "works",
        "fonctionne",
        "funktioniert",
        "functioneaza",
        "funciona",
    ];
    const REPAIRED: [&str; 8] = [
        "riparato",
        "riparata",
        "sistemato",
        "sistemata",
        "risolto",
        "risolta",
        "fixed",
        "repaired",
    ];
    const NOT: [&str; 10] =
        ["non", "not", "pas", "nicht", "no", "mai", "nu", "neanche", "nemmeno", "piu"];
    let denied = |at: usize| (1..=3).any(|steps| NOT.contains(&line.before(at, steps)));
    let opening = sentence.start..sentence.start.saturating_add(3).min(sentence.end);
    opening.into_iter().any(|at| THANKS.contains(&line.word(at)))
        || sentence.clone().any(|at| {
            let works = WORKS.contains(&line.word(at)) && line.word(at.saturating_add(1)) != "male";
            let repaired = REPAIRED.contains(&line.word(at))
                && ["avete", "hanno", "stato", "stata", "gia", "been"]
                    .contains(&line.before(at, 1));
            (works || repaired) && !denied(at)
        })
}
