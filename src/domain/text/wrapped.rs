//! Lines that a mail program broke, made whole again.
//!
//! A person's own line break ends a thought; a program's falls anywhere (`via` / `Roma 12`). A program breaks
//! where the next word would not have fitted, so a break is taken for its own only there.

use std::borrow::Cow;

use super::{each_word, words};

/// A paragraph narrower than this, in characters, was broken by its writer.
const WIDTH_CHARS_MIN: usize = 45;

/// A paragraph wider than this, in characters, was not broken at all: programs break at 66 to 78.
const WIDTH_CHARS_MAX: usize = 100;

/// Words that never end what somebody says: the next line goes on, however short this one is.
const OPEN: [&str; 52] = [
    "via", "viale", "piazza", "piazzale", "corso", "largo", "vicolo", "in", "di", "a", "da", "del",
    "dello", "della", "dei", "degli", "delle", "dell", "il", "lo", "la", "gli", "le", "un", "una",
    "al", "alla", "allo", "ai", "alle", "dal", "dalla", "nel", "nella", "sul", "sulla", "con",
    "per", "tra", "fra", "the", "of", "at", "der", "die", "das", "rue", "du", "des", "el", "calle",
    "civico",
];

/// Words with which a new sentence begins, when they have a capital; no street is called so.
const BEGINS: [&str; 74] = [
    "il",
    "lo",
    "la",
    "i",
    "gli",
    "le",
    "l",
    "un",
    "una",
    "uno",
    "c",
    "ci",
    "si",
    "vi",
    "mi",
    "ho",
    "ha",
    "hanno",
    "e",
    "sono",
    "non",
    "per",
    "in",
    "a",
    "da",
    "con",
    "ma",
    "se",
    "chi",
    "quando",
    "questo",
    "questa",
    "anche",
    "inoltre",
    "poi",
    "oggi",
    "ieri",
    "stamattina",
    "chiedo",
    "chiediamo",
    "segnalo",
    "segnaliamo",
    "prego",
    "potete",
    "grazie",
    "cordiali",
    "cordialmente",
    "distinti",
    "saluti",
    "buona",
    "buon",
    "resto",
    "attendo",
    "tel",
    "cell",
    "the",
    "there",
    "it",
    "please",
    "thanks",
    "thank",
    "kind",
    "best",
    "merci",
    "danke",
    "gracias",
    "multumesc",
    "der",
    "die",
    "das",
    "es",
    "el",
    "les",
    "faleminderit",
];

/// Names of a signature have at most so many words.
const NAME_WORDS_MAX: usize = 3;

/// The text with the line breaks of a mail program as blanks; those of the writer stay.
#[must_use]
pub fn unwrapped(text: &str) -> Cow<'_, str> {
    if !text.contains('\n') {
        return Cow::Borrowed(text);
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let widths = widths(&lines);
    let mut whole = String::with_capacity(text.len());
    for (at, line) in lines.iter().enumerate() {
        let Some(next) = lines.get(at.saturating_add(1)) else {
            whole.push_str(line);
            break;
        };
        let width = widths.get(at).copied().unwrap_or_default();
        if goes_on(line, next, width) {
            whole.push_str(line.trim_end());
            whole.push(' ');
        } else {
            whole.push_str(line);
            whole.push('\n');
        }
    }
    Cow::Owned(whole)
}

/// For each line, the characters of its paragraph's longest one. A line of one word (a link) has no say.
fn widths(lines: &[&str]) -> Vec<usize> {
    let mut widths = Vec::with_capacity(lines.len());
    for paragraph in lines.split_inclusive(|line| line.trim().is_empty()) {
        let widest = paragraph
            .iter()
            .map(|line| line.trim())
            .filter(|line| line.contains(' '))
            .map(|line| line.chars().count())
            .max()
            .unwrap_or_default();
        widths.extend(paragraph.iter().map(|_| widest));
    }
    widths
}

/// Whether `next` goes on with what `line` says, in a paragraph of this width.
fn goes_on(line: &str, next: &str, width: usize) -> bool {
    let (line, next) = (line.trim(), next.trim());
    if line.is_empty() || next.is_empty() {
        return false;
    }
    !is_own_line(line, next) && (is_open(line) || (is_full(line, next, width) && !is_name(next)))
}

/// Whether a line ends with a word that never ends what somebody says.
fn is_open(line: &str) -> bool {
    let mut open = false;
    if !line.ends_with(',') {
        each_word(line.rsplit(' ').next().unwrap_or_default(), |word, _| {
            open = OPEN.contains(&word);
        });
    }
    open
}

/// Whether the next word would not have fitted.
fn is_full(line: &str, next: &str, width: usize) -> bool {
    let word = next.split(' ').next().unwrap_or_default();
    let needed = || line.chars().count().saturating_add(word.chars().count()).saturating_add(1);
    (WIDTH_CHARS_MIN..=WIDTH_CHARS_MAX).contains(&width) && needed() > width
}

/// Ended, or followed by an item of a list, a quotation, a signature or a new sentence.
fn is_own_line(line: &str, next: &str) -> bool {
    let last = line.trim_end_matches(['"', '”', '»', ')', '\'']);
    let short = last
        .strip_suffix('.')
        .and_then(|before| words(before.rsplit(' ').next().unwrap_or_default()).pop())
        .is_some_and(|word| word.folded.chars().count() <= 2 && word.folded != "e");
    if last.ends_with(['.', '!', '?', ':', ';', '…', '。', '！', '？', '؟']) && !short {
        return true;
    }
    let item = next.starts_with(['-', '–', '—', '•', '*', '>', '|', '_', '=', '#', '+'])
        || next.split([' ', ')']).next().is_some_and(|number| {
            number.ends_with('.')
                && number.len() <= 3
                && number.starts_with(|c: char| c.is_ascii_digit())
        })
        || next.split_once(')').is_some_and(|(number, _)| number.len() <= 2);
    item || line.starts_with('>') || begins_sentence(next)
}

/// Whether a text begins with a capital and a word that no name has there.
pub(super) fn begins_sentence(text: &str) -> bool {
    let text = text.trim_start();
    let first = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    first.starts_with(char::is_uppercase)
        && words(first).first().is_some_and(|word| BEGINS.contains(&word.folded.as_str()))
}

/// `Mario Rossi`: nothing but a name, as below a letter.
fn is_name(line: &str) -> bool {
    let mut count = 0_usize;
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        count = count.saturating_add(1);
        if !word.starts_with(char::is_uppercase) || word.ends_with(['.', ',', '!', '?', ':']) {
            return false;
        }
    }
    (1..=NAME_WORDS_MAX).contains(&count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_a_program_broke_goes_on() {
        for (text, whole) in [
            ("La buca è in via\nRoma 12", "La buca è in via Roma 12"),
            (
                "Buongiorno,\nil lampione davanti a casa mia, che si trova in via Fratelli\nCervi 21, è spento.",
                "Buongiorno,\nil lampione davanti a casa mia, che si trova in via Fratelli Cervi 21, è spento.",
            ),
            (
                "Vi segnalo che nel cortile interno della nostra scuola ormai manca \nil coperchio del tombino\n\nMario Rossi",
                "Vi segnalo che nel cortile interno della nostra scuola ormai manca il coperchio del tombino\n\nMario Rossi",
            ),
        ] {
            assert_eq!(unwrapped(text), whole);
        }
    }

    #[test]
    fn a_line_that_its_writer_broke_stays() {
        for text in [
            "Lampione spento\nvia Roma 12",
            "Mario Rossi\nvia Verdi 3\ntel. 0522 123456",
            "Il lampione di via Roma è spento da due settimane e non si vede\nCordiali saluti",
            "Il lampione di via Roma è spento da due settimane e non si vede\nMario Rossi",
            "Il lampione di via Roma è spento da due settimane in via Roma\nLa buca in via Po",
            "Vi segnaliamo due cose che non vanno più bene da molto tempo\n- il lampione\n- la buca",
            "Vi segnaliamo due cose che non vanno più bene da molto tempo\n1) il lampione",
            "Vi segnaliamo due cose che non vanno più bene da molto tempo\n> il lampione",
            "Vi segnaliamo due cose che non vanno più bene da molto tempo.\nil lampione",
            "\n\n",
            "",
        ] {
            assert_eq!(unwrapped(text), text);
        }
    }
}
