//! Every weighted term of every table and language as one automaton over folded words.
//!
//! A term is a sequence of words; a word that ends in `*` stands for every word that begins so
//! (`lampion* spent*`). Each different word is one pattern of an Aho-Corasick automaton (Aho and Corasick,
//! CACM 18, 1975) whose patterns carry the gap before the word, so that only whole words match; a text is
//! read once, whatever the number of terms.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::AhoCorasick;

use super::Category;
use super::error::Fault;
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

/// The compiled terms.
#[derive(Debug)]
pub(in crate::domain) struct Lexicon {
    automaton: AhoCorasick,
    terms: Vec<Term>,
    terms_by_first_piece: Vec<Vec<usize>>,
}

/// The words of a term as the automaton's patterns; empty when there is no word in it.
fn pieces(term: &str) -> Vec<String> {
    let mut found = Vec::new();
    for word in words(term) {
        let open = term.get(word.at.end..).is_some_and(|rest| rest.starts_with('*'));
        found.push(if open { format!(" {}", word.folded) } else { format!(" {} ", word.folded) });
    }
    found
}

impl Lexicon {
    /// Compiles terms with what they say. The same term may say several things.
    pub(super) fn new<'t>(
        entries: impl IntoIterator<Item = (&'t str, Meaning, f64)>,
    ) -> Result<Self, Fault> {
        let mut meanings: BTreeMap<Vec<String>, Vec<(Meaning, f64)>> = BTreeMap::new();
        for (term, meaning, weight) in entries {
            meanings.entry(pieces(term)).or_default().push((meaning, weight));
        }
        meanings.remove(&Vec::new());
        let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
        let mut patterns: Vec<String> = Vec::new();
        let mut terms_by_first_piece: Vec<Vec<usize>> = Vec::new();
        let mut terms = Vec::with_capacity(meanings.len());
        for (words, meanings) in meanings {
            let mut pieces = Vec::with_capacity(words.len());
            for word in words {
                let number = *numbers.entry(word).or_insert_with_key(|word| {
                    patterns.push(word.clone());
                    terms_by_first_piece.push(Vec::new());
                    patterns.len().saturating_sub(1)
                });
                pieces.push(number);
            }
            let first = pieces.first().and_then(|first| terms_by_first_piece.get_mut(*first));
            if let Some(terms_here) = first {
                terms_here.push(terms.len());
            }
            terms.push(Term { pieces, meanings });
        }
        let automaton = AhoCorasick::new(&patterns).map_err(|error| {
            Fault::new(0, "terms that fit one automaton", error.to_string(), "give fewer terms")
        })?;
        Ok(Self { automaton, terms, terms_by_first_piece })
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

    /// Which patterns stand at which words, sorted.
    fn pieces_found(&self, words: &[Word]) -> Vec<(usize, usize)> {
        let mut text = String::from(" ");
        let mut gaps = Vec::with_capacity(words.len());
        for word in words {
            gaps.push(text.len().saturating_sub(1));
            text.push_str(&word.folded);
            text.push(' ');
        }
        let mut found: Vec<(usize, usize)> = self
            .automaton
            .find_overlapping_iter(&text)
            .filter_map(|piece| {
                gaps.binary_search(&piece.start())
                    .ok()
                    .map(|word| (word, piece.pattern().as_usize()))
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(terms: &[&str], text: &str) -> Vec<String> {
        let entries = terms.iter().map(|term| (*term, Meaning::Safe, 1.0));
        let lexicon = Lexicon::new(entries).unwrap();
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
    fn overlapping_terms_are_all_found() {
        assert_eq!(found(&["palo", "palo della luce", "luce"], "il palo della luce").len(), 3);
    }

    #[test]
    fn a_term_without_words_is_no_term() {
        assert!(pieces(" ** ").is_empty());
        assert!(found(&["*", "!"], "* ! tutto").is_empty());
    }
}
