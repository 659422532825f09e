//! Whether it is repaired: what residents answer to the question after a closing, in the ten languages of our letters.
//!
//! A word is enough, and so is a sentence ("no, è ancora rotto", "todo arreglado, gracias"). What says both, or hangs
//! on a "but", is neither: staff read it.

mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use self::words::SIGNS;
use crate::domain::text;

/// Lines read: an answer stands at the top.
const LINES_MAX: usize = 6;

/// Characters of a line that are read: an answer is short.
const LINE_CHARS_MAX: usize = 400;

/// Words from a denial to what it denies: `non è ancora stato riparato`.
const DENIAL_WORDS_MAX: usize = 4;

/// What a word or phrase says of the repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// A whole answer where a clause begins; elsewhere nothing.
    Yes,
    /// A whole answer where a clause begins; before something else in its clause a denial of it.
    No,
    /// It denies what follows.
    Not,
    /// Still the same, and it denies what follows.
    NotYet,
    /// It is repaired.
    Fixed,
    /// It is not.
    Broken,
    /// What was said hangs on something.
    But,
    /// A greeting or sigh that an answer may begin with.
    Idle,
}

/// Phrases by their first word, the longest first.
type Phrases = BTreeMap<String, Vec<(Vec<String>, Sign)>>;

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    let mut phrases = Phrases::new();
    for (sign, listed) in SIGNS {
        for phrase in listed.split('|') {
            let words = folded(phrase);
            if let Some(first) = words.first() {
                phrases.entry(first.clone()).or_default().push((words, *sign));
            }
        }
    }
    for known in phrases.values_mut() {
        known.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
    }
    phrases
});

fn folded(text: &str) -> Vec<String> {
    text::words(text).into_iter().map(|word| word.folded).collect()
}

/// What a text answers to the question whether it is repaired; none when that is unclear.
#[must_use]
pub fn is_repaired(text: &str) -> Option<bool> {
    let mut said = Said::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES_MAX) {
        let end = line.char_indices().nth(LINE_CHARS_MAX).map_or(line.len(), |(at, _)| at);
        let line = line.get(..end).unwrap_or_default();
        for range in text::sentences(line) {
            let sentence = line.get(range).unwrap_or_default().trim_end();
            if sentence.ends_with(['?', '？', '؟']) {
                said.asks = true;
                continue;
            }
            for clause in sentence.split(is_pause) {
                said.hear(clause);
            }
        }
    }
    said.answer()
}

/// What stands between two clauses.
fn is_pause(c: char) -> bool {
    matches!(
        c,
        ',' | ';'
            | ':'
            | '.'
            | '!'
            | '('
            | ')'
            | '–'
            | '—'
            | '，'
            | '。'
            | '！'
            | '；'
            | '、'
            | '،'
            | '؛'
    )
}

/// What was said so far.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is something that may be said beside the others"
)]
struct Said {
    yes: bool,
    no: bool,
    fixed: bool,
    broken: bool,
    hedged: bool,
    asks: bool,
}

impl Said {
    fn hear(&mut self, clause: &str) {
        let words = folded(clause);
        let (mut at, mut begins, mut denied_at) = (0_usize, true, None);
        while let Some(rest) = words.get(at..).filter(|rest| !rest.is_empty()) {
            let (sign, length) =
                sign_of(rest).map_or((None, 1), |(sign, length)| (Some(sign), length));
            let denied =
                denied_at.take_if(|from| at.saturating_sub(*from) <= DENIAL_WORDS_MAX).is_some();
            match sign {
                Some(Sign::Yes) if begins && agrees(clause, rest) => self.yes = true,
                Some(Sign::No) if begins && rest.len() == length => self.no = true,
                Some(Sign::No | Sign::Not) => denied_at = Some(at),
                Some(Sign::NotYet) => {
                    self.broken = true;
                    denied_at = Some(at);
                }
                Some(Sign::Fixed) if denied => self.broken = true,
                Some(Sign::Fixed) => self.fixed = true,
                Some(Sign::Broken) if denied => self.fixed = true,
                Some(Sign::Broken) => self.broken = true,
                Some(Sign::But) => self.hedged = true,
                _ if denied => denied_at = Some(at.saturating_sub(1)),
                _ => {}
            }
            begins &= matches!(sign, Some(Sign::Idle | Sign::Yes | Sign::But));
            at = at.saturating_add(length);
        }
    }

    fn answer(self) -> Option<bool> {
        let Self { yes, no, fixed, broken, hedged, asks } = self;
        let denied = no || broken;
        let agreed = yes || fixed;
        if denied && !yes && !fixed {
            return Some(false);
        }
        // "No, it was repaired and is broken again" is a no all the same.
        if no && broken && !yes {
            return Some(false);
        }
        (agreed && !denied && !hedged && !asks).then_some(true)
    }
}

/// The sign that words begin with, by the longest phrase, and how many words it takes.
fn sign_of(words: &[String]) -> Option<(Sign, usize)> {
    let known = PHRASES.get(words.first()?)?;
    known
        .iter()
        .find(|(phrase, _)| words.starts_with(phrase))
        .map(|(phrase, sign)| (*sign, phrase.len()))
}

/// Whether a word of assent is one: `si` without its accent, `so` and `是` are so only by themselves.
fn agrees(clause: &str, words: &[String]) -> bool {
    const COURTESY: [&str; 12] = [
        "grazie",
        "tutto",
        "ok",
        "confermo",
        "ora",
        "adesso",
        "certo",
        "perfetto",
        "finalmente",
        "risolto",
        "riparato",
        "funziona",
    ];
    match words {
        [only] => !only.is_empty(),
        [first, next, ..] if first == "si" => {
            clause.contains(['ì', 'í', 'Ì', 'Í']) || COURTESY.contains(&next.as_str())
        }
        [first, next] if first == "是" => next == "的",
        [first, ..] => first != "是" && first != "对",
        [] => false,
    }
}
