//! Tables of phrases in many languages: time grows with the text, hardly with the table.

use std::collections::BTreeSet;
use std::ops::Deref;

use aho_corasick::AhoCorasick;

use crate::domain::text::{WORD_BYTES, fold};

/// Phrases to be found as whole words in folded text.
#[derive(Debug)]
pub(super) struct Phrases {
    /// Those that begin with a letter or figure, sorted, each behind its [`beginning`]: they stand only where a
    /// word begins.
    spoken: Vec<(u32, String)>,
    begun: Beginnings,
    /// The others (`[ticket#`, `自動返信`) and the very short ones, which may stand anywhere.
    signs: Option<AhoCorasick>,
}

/// A phrase in a text: where it begins and ends, and the phrase's place among its like.
type Hit = (usize, usize, usize);

impl Phrases {
    /// The table as people write it: phrases set apart by `|` and line breaks; a line that begins with
    /// `# ` is a heading. It is folded here, as the texts are.
    pub(super) fn new(table: &str) -> Self {
        let lines = table.lines().map(str::trim).filter(|line| !line.starts_with("# "));
        let phrases = lines.flat_map(|line| line.split('|')).map(fold);
        let (mut spoken, mut signs) = (BTreeSet::new(), BTreeSet::new());
        for phrase in phrases.filter(|phrase| !phrase.is_empty()) {
            match beginning(phrase.as_bytes()) {
                Some(beginning) if is_lettered(phrase.chars().next()) => {
                    spoken.insert((beginning, phrase));
                }
                _ => {
                    signs.insert(phrase);
                }
            }
        }
        let begun = Beginnings::of(spoken.iter().map(|(beginning, _)| *beginning));
        let signs = if signs.is_empty() { None } else { AhoCorasick::new(signs).ok() };
        Self { spoken: spoken.into_iter().collect(), begun, signs }
    }

    /// Whether one of the phrases stands in the folded text, not as a part of longer words.
    pub(super) fn found(&self, said: &Said) -> bool {
        self.hits(said).next().is_some()
    }

    /// Whether the folded text begins with one of the phrases.
    pub(super) fn opens(&self, folded: &str) -> bool {
        self.spoken_at(folded, 0).chain(self.signs(folded)).any(|(start, ..)| start == 0)
    }

    /// How many different phrases stand in the folded text; of those that share words, one.
    pub(super) fn different(&self, said: &Said) -> usize {
        let mut hits: Vec<Hit> = self.hits(said).collect();
        hits.sort_unstable();
        let (mut end, mut phrases) = (0, BTreeSet::new());
        for (start, ends, phrase) in hits {
            if start >= end {
                phrases.insert(phrase);
                end = ends;
            }
        }
        phrases.len()
    }

    fn hits<'a>(&'a self, said: &'a Said) -> impl Iterator<Item = Hit> + 'a {
        let begun = said.words.iter().filter(|(_, beginning)| self.begun.may_have(*beginning));
        let spoken = begun.flat_map(move |(at, _)| self.spoken_at(said, *at));
        spoken.chain(self.signs(said))
    }

    /// The spoken phrases that stand at this place.
    fn spoken_at<'a>(&'a self, folded: &'a str, at: usize) -> impl Iterator<Item = Hit> + 'a {
        let rest = folded.get(at..).unwrap_or_default();
        let beginning = beginning(rest.as_bytes());
        let from = self.spoken.partition_point(|(other, _)| Some(*other) < beginning);
        let like = self.spoken.iter().enumerate().skip(from);
        like.take_while(move |(_, (other, _))| Some(*other) == beginning)
            .filter(move |(_, (_, phrase))| rest.starts_with(phrase.as_str()))
            .map(move |(place, (_, phrase))| (at, at.saturating_add(phrase.len()), place))
            .filter(move |(start, end, _)| whole(folded, *start, *end))
    }

    fn signs<'a>(&'a self, folded: &'a str) -> impl Iterator<Item = Hit> + 'a {
        let all = self.signs.iter().flat_map(move |table| table.find_overlapping_iter(folded));
        let behind = self.spoken.len();
        all.filter(move |hit| whole(folded, hit.start(), hit.end())).map(move |hit| {
            (hit.start(), hit.end(), behind.saturating_add(hit.pattern().as_usize()))
        })
    }
}

/// A folded text that many tables are asked about.
#[derive(Debug)]
pub(super) struct Said {
    folded: String,
    /// Where words may begin, with their beginnings.
    words: Vec<(usize, u32)>,
}

impl Said {
    pub(super) fn new(folded: String) -> Self {
        let mut words = Vec::with_capacity(folded.len() / WORD_BYTES);
        words.extend(words_begun(folded.as_bytes()));
        Self { folded, words }
    }
}

impl Deref for Said {
    type Target = str;

    fn deref(&self) -> &str {
        &self.folded
    }
}

/// The beginnings of many words, to tell at a glance that a text begins like none of them.
#[derive(Debug)]
pub(super) struct Beginnings([u64; Self::BITS / 64]);

impl Beginnings {
    /// Many more than a table has words, so that few are taken for another.
    const BITS: usize = 2048;

    /// Of words, or of what words begin with. What is shorter than a beginning is a word by itself and begins none.
    pub(super) fn of_words<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        Self::of(words.into_iter().map(filled))
    }

    /// Whether a word may be or begin like one of them; false is certain.
    pub(super) fn may_begin(&self, word: &str) -> bool {
        self.may_have(filled(word))
    }

    fn of(beginnings: impl IntoIterator<Item = u32>) -> Self {
        let mut all = Self([0; Self::BITS / 64]);
        for beginning in beginnings {
            let (place, bit) = Self::place(beginning);
            if let Some(bits) = all.0.get_mut(place) {
                *bits |= bit;
            }
        }
        all
    }

    /// Whether this one may be among them; false is certain.
    fn may_have(&self, beginning: u32) -> bool {
        let (place, bit) = Self::place(beginning);
        self.0.get(place).is_some_and(|bits| bits & bit != 0)
    }

    /// The number that stands for a beginning, and the bit in it.
    fn place(beginning: u32) -> (usize, u64) {
        /// Spreads what differs over the upper bits (Knuth, volume 3, section 6.4).
        const SPREAD: u32 = 0x9E37_79B1;
        const PLACE_BITS: u32 = Beginnings::BITS.ilog2();
        let place = beginning.wrapping_mul(SPREAD) >> (u32::BITS - PLACE_BITS);
        (place as usize / 64, 1 << (place % 64))
    }
}

/// The first three bytes as a number; none of a shorter text.
fn beginning(text: &[u8]) -> Option<u32> {
    let [one, two, three] = *text.first_chunk()?;
    Some(u32::from_be_bytes([0, one, two, three]))
}

/// The same of a word, zeros behind one that is shorter: no longer one begins so.
fn filled(word: &str) -> u32 {
    let mut bytes = word.bytes();
    let mut next = || bytes.next().unwrap_or_default();
    u32::from_be_bytes([0, next(), next(), next()])
}

/// No letter or figure of ASCII stands before a word.
fn words_begun(text: &[u8]) -> impl Iterator<Item = (usize, u32)> {
    let mut before = b' ';
    text.windows(3).enumerate().filter_map(move |(at, window)| {
        let first = *window.first()?;
        let lettered = first.is_ascii_alphanumeric() || !first.is_ascii();
        let begins = lettered && !before.is_ascii_alphanumeric();
        before = first;
        if begins { Some((at, beginning(window)?)) } else { None }
    })
}

/// A phrase ends where a word ends, unless its own edge is no letter (`#`, `:`), or the script
/// writes without blanks.
fn whole(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).and_then(|left| left.chars().next_back());
    let after = text.get(end..).and_then(|right| right.chars().next());
    let first = text.get(start..).and_then(|hit| hit.chars().next());
    let last = text.get(..end).and_then(|hit| hit.chars().next_back());
    !joined(before, first) && !joined(last, after)
}

fn joined(left: Option<char>, right: Option<char>) -> bool {
    is_lettered(left) && is_lettered(right)
}

fn is_lettered(char: Option<char>) -> bool {
    char.is_some_and(|char| char.is_alphanumeric() && char < '\u{2e80}')
}

#[cfg(test)]
mod tests {
    use super::{Phrases, Said};
    use crate::domain::text::fold;

    #[test]
    fn phrases_are_whole_words_in_any_accent_and_case() {
        let table = Phrases::new("\n# Italian.\nè assente | [ticket#\n自動返信\n");
        for (text, expected) in [
            ("Il collega È ASSENTE oggi", true),
            ("e assenteista", false),
            ("# italian.", false),
            ("Re: [Ticket#2024-12]", true),
            ("これは自動返信です", true),
            ("ed è assente", true),
            ("perché è assente", true),
            ("caffè assente, òe assente", false),
            ("", false),
        ] {
            assert_eq!(table.found(&Said::new(fold(text))), expected, "{text:?}");
        }
    }

    #[test]
    fn phrases_that_share_words_count_once() {
        let table = Phrases::new("sono in ferie | in ferie | al rientro");
        for (text, expected) in [
            ("Sono in ferie, in ferie", 2),
            ("Sono in ferie", 1),
            ("al rientro, e ancora al rientro", 1),
            ("rientro", 0),
        ] {
            assert_eq!(table.different(&Said::new(fold(text))), expected, "{text:?}");
        }
    }

    #[test]
    fn opening_is_the_very_beginning() {
        let table = Phrases::new("letto:");
        assert!(table.opens(&fold("Letto: segnalazione")));
        assert!(!table.opens(&fold("R: Letto: segnalazione")));
    }
}
