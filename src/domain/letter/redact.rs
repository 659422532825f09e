//! What a contractor does not need to know is taken out of a report before it leaves the house
//! (Regulation (EU) 2016/679 art. 5(1)(c), data minimisation).
//!
//! A number too many costs the contractor a question; one too few is a person's: where a text could be
//! either it goes, unless it is a date, a time, a measure or a ticket's number.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::domain::text::words;

#[cfg(test)]
mod tests;

/// What stands in place of what was taken out.
pub const OMITTED: &str = "[omissis]";

/// Words of a display name that are looked for; a longer one is a company's or hostile.
const NAME_WORDS_MAX: usize = 5;

/// Characters of a display name that are looked for.
const NAME_CHARS_MAX: usize = 80;

/// Digits of a telephone number without its country code: Italian numbers have 6 to 11; below 8 they
/// would be mistaken for lamp-post and plant numbers.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 8..=15;

static EMAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)[\w.+'&=/-]+\s?(?:@|\[at\]|\(at\))\s?[\w-]+(?:\.[\w-]+)+").ok()
});

// Italian tax code, with the letters that stand for digits after a collision (D.M. 23 Dec 1976 art. 6).
static TAX_CODE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b[A-Z]{3} ?[A-Z]{3} ?[0-9L-NP-V]{2}[A-EHLMPRST][0-9L-NP-V]{2} ?[A-Z][0-9L-NP-V]{3}[A-Z]\b",
    )
    .ok()
});

static IBAN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\bIT ?\d{2} ?[A-Z](?: ?\d){10}(?: ?[0-9A-Z]){12}\b").ok());

// Italian plates since 1994; the letters I, O, Q and U are not used.
static PLATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b([A-HJ-NPR-TV-Z]{2})([ -]?)(\d{3})([ -]?)([A-HJ-NPR-TV-Z]{2})\b").ok()
});

// A country code, or an Italian area code or mobile prefix, and what looks like the rest.
static PHONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?:(?:\+|\b00)[1-9]\d{0,2}(?:[ \t\u{a0}./()-]{0,3}\d){6,14}",
        r"|\(?\b(?:0[26]|0[1345789]\d{1,2}|3\d{2})\)?(?:[ \t\u{a0}./-]{0,3}\d){5,9})\b",
    ))
    .ok()
});

static DATE_OR_TIME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?:[0-3]?\d[./-][01]?\d[./-](?:19|20)\d{2}",
        r"|[0-2]?\d[.:][0-5]\d ?[-/ ] ?[0-2]?\d[.:][0-5]\d)",
    ))
    .ok()
});

/// The text without e-mail addresses, telephone numbers, tax codes, bank accounts, number plates and
/// the requester's own name. Line breaks stay where they were.
#[must_use]
pub fn redact(text: &str, requester_name: &str) -> String {
    let mut text = text.to_owned();
    for pattern in [&EMAIL, &IBAN, &TAX_CODE].into_iter().filter_map(|pattern| pattern.as_ref()) {
        text = pattern.replace_all(&text, OMITTED).into_owned();
    }
    if let Some(pattern) = PLATE.as_ref() {
        text = pattern.replace_all(&text, plate).into_owned();
    }
    if let Some(pattern) = PHONE.as_ref() {
        text = pattern.replace_all(&text, phone).into_owned();
    }
    if let Some(pattern) = name_pattern(requester_name) {
        text = pattern.replace_all(&text, OMITTED).into_owned();
    }
    unsigned(&text, requester_name)
}

/// Without the last line, when that is a part of the requester's name: `Silvia` below the words.
fn unsigned(text: &str, requester_name: &str) -> String {
    let known: Vec<String> = words(requester_name).into_iter().map(|word| word.folded).collect();
    let written = text.trim_end();
    let start = written.rfind('\n').map_or(0, |at| at.saturating_add(1));
    let (before, last) = written.split_at_checked(start).unwrap_or((written, ""));
    let said = words(last);
    if said.is_empty() || said.iter().any(|word| !known.contains(&word.folded)) {
        return text.to_owned();
    }
    format!("{before}{OMITTED}")
}

/// The first telephone number in a text, as written.
#[must_use]
pub fn telephone(text: &str) -> Option<String> {
    let found = |found: Captures<'_>| {
        let number = found.get(0)?.as_str();
        is_telephone(number).then(|| number.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    PHONE.as_ref()?.captures_iter(text).find_map(found)
}

/// Keeps `da 150 cm`: with blanks, or a preposition before it, it is a measure.
fn plate(found: &Captures) -> String {
    const UNITS: [&str; 10] = ["CM", "MM", "MT", "ML", "KM", "KG", "GR", "LT", "KW", "MC"];
    let group = |at: usize| found.get(at).map_or("", |part| part.as_str());
    let apart = !group(2).is_empty() || !group(4).is_empty();
    let measure = UNITS.contains(&group(5).to_uppercase().as_str());
    let lower_case = group(1).chars().any(char::is_lowercase);
    if apart && (measure || lower_case) { group(0).to_owned() } else { OMITTED.to_owned() }
}

/// Keeps dates, opening times and what has too few digits.
fn phone(found: &Captures) -> String {
    let text = found.get(0).map_or("", |part| part.as_str());
    if is_telephone(text) { OMITTED.to_owned() } else { text.to_owned() }
}

fn is_telephone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let dated = DATE_OR_TIME.as_ref().is_some_and(|pattern| pattern.is_match(text));
    !dated && PHONE_DIGITS.contains(&digits)
}

/// A person's name in either order, its words one after the other. One word alone is no name: it would
/// take `Verde` out of `verde pubblico`.
fn name_pattern(name: &str) -> Option<Regex> {
    let words: Vec<String> = name
        .split(|letter: char| !letter.is_alphanumeric() && letter != '\'' && letter != '’')
        .filter(|word| !word.is_empty())
        .map(regex::escape)
        .collect();
    if !(2..=NAME_WORDS_MAX).contains(&words.len()) || name.chars().count() > NAME_CHARS_MAX {
        return None;
    }
    let backwards: Vec<String> = words.iter().rev().cloned().collect();
    let (forwards, backwards) = (words.join(r"[\s,.]+"), backwards.join(r"[\s,.]+"));
    Regex::new(&format!(r"(?i)\b(?:{forwards}|{backwards})\b")).ok()
}
