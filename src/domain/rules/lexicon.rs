//! Every weighted term of every table and language, found by its folded words.
//!
//! A term is a sequence of words; a word that ends in `*` stands for every word that begins so
//! (`lampion* spent*`). Each different word is one piece, and the pieces are sorted: those that begin a word of
//! the text are the one that stands last at or before it and those that begin this one, each of which names the
//! next shorter. So a word costs one search, whatever the number of terms.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Category;
use crate::domain::text::{Word, words};
use crate::domain::urgency::Urgency;

/// What a term says where it occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::domain) enum Meaning {
    /// Speaks for the subcategory at this place of the sorted list.
    Subcategory(usize),
    /// Speaks for a whole category.
    Category(Category),
    /// Speaks for none of the four.
    NoCategory,
    /// Speaks for the referral at this place of the sorted list.
    Referral(usize),
    /// Speaks for an urgency.
    Urgency(Urgency),
    /// Takes the danger out of its clause.
    Safe,
    /// Contains a dangerous word and means something else.
    Harmless,
}

/// One occurrence of a term.
#[derive(Debug, Clone)]
pub(in crate::domain) struct Hit<'a> {
    /// Which words of the text.
    pub(in crate::domain) words: Range<usize>,
    /// What it says, with weights.
    pub(in crate::domain) meanings: &'a [(Meaning, f64)],
    /// Which term it is, for telling first from repeated occurrences.
    pub(in crate::domain) term: usize,
}

#[derive(Debug)]
struct Term {
    pieces: Vec<usize>,
    meanings: Vec<(Meaning, f64)>,
}

/// A word of terms.
#[derive(Debug)]
struct Piece {
    word: String,
    /// The bits of its [`beginning`] that are its own.
    bits: u32,
    /// Where its number stands when it is the whole word, and when it only begins one.
    whole: Option<usize>,
    open: Option<usize>,
    /// The place of the longest piece that begins this one.
    shorter: Option<usize>,
}

/// The compiled terms.
#[derive(Debug)]
pub(in crate::domain) struct Lexicon {
    /// Sorted by their words.
    pieces: Vec<Piece>,
    /// How each of them begins: a search that looks at these alone stays in one small piece of memory.
    beginnings: Vec<u64>,
    /// For each two first bytes of a word, as a number, where those begin that begin so or are greater.
    pages: Vec<u32>,
    terms: Vec<Term>,
    terms_by_first_piece: Vec<Vec<usize>>,
}

/// A word of a term, and whether it is a whole word of the text or only begins one.
type Written = (String, bool);

/// The words of a term; none when there is no word in it.
fn written(term: &str) -> Vec<Written> {
    let is_whole = |word: &Word| !term.get(word.at.end..).is_some_and(|rest| rest.starts_with('*'));
    words(term)
        .into_iter()
        .map(|word| (is_whole(&word), word.folded))
        .map(|(whole, word)| (word, whole))
        .collect()
}

/// The pieces with these numbers, sorted and each with the longest that begins it.
fn sorted(numbers: BTreeMap<Written, usize>) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::with_capacity(numbers.len());
    // Those that begin the next one, the longest last.
    let mut beginnings: Vec<usize> = Vec::new();
    for ((word, is_whole), number) in numbers {
        if pieces.last().is_none_or(|last| last.word != word) {
            let begins =
                |at: &usize| pieces.get(*at).is_some_and(|piece| word.starts_with(&piece.word));
            while beginnings.pop_if(|at| !begins(at)).is_some() {}
            let shorter = beginnings.last().copied();
            beginnings.push(pieces.len());
            let bits = word.len().min(size_of::<u64>()).saturating_mul(8);
            let bits = u32::try_from(bits).unwrap_or(u64::BITS);
            pieces.push(Piece { word, bits, whole: None, open: None, shorter });
        }
        if let Some(piece) = pieces.last_mut() {
            let place = if is_whole { &mut piece.whole } else { &mut piece.open };
            *place = Some(number);
        }
    }
    pieces
}

/// The first bytes of a word as a number: of two words the lesser one never has the greater number.
fn beginning(word: &str) -> u64 {
    let mut bytes = [0; size_of::<u64>()];
    for (byte, of_word) in bytes.iter_mut().zip(word.bytes()) {
        *byte = of_word;
    }
    u64::from_be_bytes(bytes)
}

/// The first two bytes of a beginning as a number.
fn page(beginning: u64) -> usize {
    let [one, two, ..] = beginning.to_be_bytes();
    usize::from(u16::from_be_bytes([one, two]))
}

/// Where the beginnings of each page start, and behind the last one where it ends.
fn pages(beginnings: &[u64]) -> Vec<u32> {
    /// One more than there are numbers of two bytes.
    const ENDS: usize = u16::MAX as usize + 2;
    let mut pages = Vec::with_capacity(ENDS);
    let mut at = 0_u32;
    for beginning in beginnings {
        pages.resize(page(*beginning).saturating_add(1).max(pages.len()), at);
        at = at.saturating_add(1);
    }
    pages.resize(ENDS, at);
    pages
}

impl Lexicon {
    /// Compiles terms with what they say. The same term may say several things.
    pub(super) fn new<'t>(entries: impl IntoIterator<Item = (&'t str, Meaning, f64)>) -> Self {
        let mut meanings: BTreeMap<Vec<Written>, Vec<(Meaning, f64)>> = BTreeMap::new();
        for (term, meaning, weight) in entries {
            meanings.entry(written(term)).or_default().push((meaning, weight));
        }
        meanings.remove(&Vec::new());
        let mut numbers: BTreeMap<Written, usize> = BTreeMap::new();
        let mut terms_by_first_piece: Vec<Vec<usize>> = Vec::new();
        let mut terms = Vec::with_capacity(meanings.len());
        for (words, meanings) in meanings {
            let mut pieces = Vec::with_capacity(words.len());
            for word in words {
                let number = *numbers.entry(word).or_insert_with(|| {
                    terms_by_first_piece.push(Vec::new());
                    terms_by_first_piece.len().saturating_sub(1)
                });
                pieces.push(number);
            }
            let first = pieces.first().and_then(|first| terms_by_first_piece.get_mut(*first));
            if let Some(terms_here) = first {
                terms_here.push(terms.len());
            }
            terms.push(Term { pieces, meanings });
        }
        let pieces = sorted(numbers);
        let beginnings: Vec<u64> = pieces.iter().map(|piece| beginning(&piece.word)).collect();
        let pages = pages(&beginnings);
        Self { pieces, beginnings, pages, terms, terms_by_first_piece }
    }

    /// Every occurrence of every term, in the order of the text.
    pub(in crate::domain) fn scan(&self, words: &[Word]) -> Vec<Hit<'_>> {
        let mut hits = Vec::new();
        let found = self.pieces_found(words);
        for &(at, piece) in &found {
            for &term in self.terms_by_first_piece.get(piece).into_iter().flatten() {
                let Some(Term { pieces, meanings }) = self.terms.get(term) else { continue };
                let follows = |(step, piece): (usize, &usize)| {
                    found.binary_search(&(at.saturating_add(step), *piece)).is_ok()
                };
                if pieces.iter().enumerate().skip(1).all(follows) {
                    let end = at.saturating_add(pieces.len());
                    hits.push(Hit { words: at..end, meanings, term });
                }
            }
        }
        hits
    }

    /// Which pieces stand at which words, sorted.
    fn pieces_found(&self, words: &[Word]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for (at, word) in words.iter().enumerate() {
            let (word, start) = (word.folded.as_str(), beginning(&word.folded));
            let before = found.len();
            let mut next = self.last_up_to(word, start);
            while let Some((place, piece)) = next {
                if self.begins(place, piece, word, start) {
                    let whole = piece.whole.filter(|_| piece.word.len() == word.len());
                    found.extend(whole.into_iter().chain(piece.open).map(|number| (at, number)));
                }
                next = piece.shorter.and_then(|place| Some((place, self.pieces.get(place)?)));
            }
            found.get_mut(before..).unwrap_or_default().sort_unstable();
        }
        found
    }

    /// Whether a piece begins a word; the words themselves, elsewhere in memory, are looked at last.
    fn begins(&self, place: usize, piece: &Piece, word: &str, beginning: u64) -> bool {
        let own = self.beginnings.get(place).copied().unwrap_or_default();
        let same = (own ^ beginning).leading_zeros() >= piece.bits;
        same && (piece.word.len() <= size_of::<u64>() || word.starts_with(&piece.word))
    }

    /// The last piece that stands at a word or before it, and its place.
    fn last_up_to(&self, word: &str, beginning: u64) -> Option<(usize, &Piece)> {
        let page = page(beginning);
        let start_of = |page: usize| usize::try_from(*self.pages.get(page)?).ok();
        let (start, next) = (start_of(page)?, start_of(page.saturating_add(1))?);
        let alike = self.beginnings.get(start..next)?;
        let end = start.saturating_add(alike.partition_point(|other| *other <= beginning));
        let before = self.pieces.get(..end)?.iter().zip(&self.beginnings).enumerate().rev();
        let mut up_to = before.map(|(place, (piece, own))| (place, piece, *own));
        up_to
            .find(|(_, piece, own)| *own < beginning || piece.word.as_str() <= word)
            .map(|(place, piece, _)| (place, piece))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(terms: &[&str], text: &str) -> Vec<String> {
        let entries = terms.iter().map(|term| (*term, Meaning::Safe, 1.0));
        let lexicon = Lexicon::new(entries);
        let spoken = words(text);
        let written = |hit: Hit<'_>| {
            let span = &spoken[hit.words];
            text.get(span[0].at.start..span[span.len() - 1].at.end).unwrap().to_owned()
        };
        lexicon.scan(&spoken).into_iter().map(written).collect()
    }

    #[test]
    fn only_whole_words_match_unless_the_term_is_open() {
        assert_eq!(found(&["gas"], "gas, gasolio, Gas. biogas"), ["gas", "Gas"]);
        assert_eq!(
            found(&["lampion*"], "Lampioni e lampioncino, il lampo"),
            ["Lampioni", "lampioncino"]
        );
    }

    #[test]
    fn a_term_of_several_words_matches_across_marks_and_accents() {
        assert_eq!(
            found(&["e cadut* l'alber*"], "È caduto l’albero, è caduta"),
            ["È caduto l’albero"]
        );
        assert_eq!(found(&["odore di gas"], "ODORE\nDI GAS odore gas"), ["ODORE\nDI GAS"]);
        assert_eq!(found(&["路灯"], "这里路灯坏了"), ["路灯"]);
    }

    #[test]
    fn every_beginning_of_a_word_is_found() {
        let terms = ["l*", "lamp*", "lampi", "lampion*", "lampione", "lampo", "lana"];
        for (text, expected) in [
            ("lampione", ["l*", "lamp*", "lampion*", "lampione"].as_slice()),
            ("lampi", &["l*", "lamp*", "lampi"]),
            ("lampz", &["l*", "lamp*"]),
            ("lz", &["l*"]),
            ("k", &[]),
            ("m", &[]),
        ] {
            assert_eq!(found(&terms, text).len(), expected.len(), "{text}: {expected:?}");
        }
    }

    #[test]
    fn overlapping_terms_are_all_found() {
        assert_eq!(found(&["palo", "palo della luce", "luce"], "il palo della luce").len(), 3);
    }

    #[test]
    fn a_term_without_words_is_no_term() {
        assert!(written(" ** ").is_empty());
        assert!(found(&["*", "!"], "* ! tutto").is_empty());
    }
}
