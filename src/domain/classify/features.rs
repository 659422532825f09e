//! A text as the model sees it: which pieces of which words occur.
//!
//! Words, pairs of neighbours and the first letters of long words tell what is named; the letter sequences
//! within words carry over to endings, misspellings and related languages. Each is known by a hash alone, so
//! that the model holds no list of words. What the rules' terms mean is a piece too: it is what a mail in a
//! language of few training mails has in common with all others.

use crate::domain::text::Word;
use crate::domain::urgency::Urgency;

/// Shortest and longest sequence of letters within a word, its two edges counted as letters.
const LETTERS_MIN: usize = 2;
const LETTERS_MAX: usize = 5;

/// First letters that stand for a longer word whatever its ending: about a stem.
const STEM_LETTERS: usize = 5;

/// Both edges of a word among its letters.
const EDGE: char = ' ';

/// The offset basis and prime of FNV-1a (Fowler, Noll and Vo), 64 bits.
const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// Spreads the bits of a sum over its upper half (Knuth's multiplicative hashing: 2^64 over the golden ratio).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// What kind of piece it is: each kind is weighed by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Words, stems and pairs.
    Words = 0,
    /// Sequences of letters.
    Letters = 1,
    /// Entries of the rules whose terms occur, in whatever language.
    Terms = 2,
    /// Levels of urgency that the rules' terms speak for, in whatever language. They say nothing of trades.
    Levels = 3,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::Words, Self::Letters, Self::Terms, Self::Levels];
}

/// One occurrence of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Feature {
    /// The hash that it is known by.
    pub(super) key: u32,
    /// What kind of piece it is.
    pub(super) kind: Kind,
    /// The word that it belongs to (of a pair the first), counted from 0.
    pub(super) word: usize,
}

/// What the rules' terms say of a text, as one piece of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Term {
    /// The hash that it is known by.
    pub(super) key: u32,
    /// An entry of the rules or a level.
    pub(super) kind: Kind,
    /// What the terms weigh together.
    pub(super) weight: f64,
}

impl Term {
    /// Terms that speak for a subcategory or a referral.
    pub(super) fn entry(name: &str, weight: f64) -> Self {
        Self { key: TERM.then_all(name.chars()).key(), kind: Kind::Terms, weight }
    }

    /// Terms that speak for a level of urgency.
    pub(super) fn level(level: Urgency, weight: f64) -> Self {
        Self { key: LEVEL.then_all(level.name().chars()).key(), kind: Kind::Levels, weight }
    }
}

/// A running hash.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    const fn of(tag: u64) -> Self {
        Self(FNV_BASIS ^ tag)
    }

    const fn then(self, part: u64) -> Self {
        Self((self.0 ^ part).wrapping_mul(FNV_PRIME))
    }

    fn then_all(self, letters: impl Iterator<Item = char>) -> Self {
        letters.fold(self, |hash, letter| hash.then(u64::from(u32::from(letter))))
    }

    const fn key(self) -> u32 {
        let mixed = (self.0 ^ (self.0 >> 32)).wrapping_mul(SPREAD);
        // The upper half is what was spread.
        (mixed >> 32) as u32
    }
}

const WORD: Hash = Hash::of(1);
const STEM: Hash = Hash::of(2);
const PAIR: Hash = Hash::of(3);
const SEQUENCE: Hash = Hash::of(4);
const TERM: Hash = Hash::of(5);
const LEVEL: Hash = Hash::of(6);

/// The key of a word.
pub(super) fn word_key(word: &Word) -> u32 {
    WORD.then_all(word.folded.chars()).key()
}

/// Names every piece of a text, word by word.
pub(super) fn each<'w>(words: impl Iterator<Item = &'w Word>, mut found: impl FnMut(Feature)) {
    let mut letters: Vec<char> = Vec::new();
    let mut before: Option<Hash> = None;
    for (at, word) in words.enumerate() {
        letters.clear();
        letters.push(EDGE);
        letters.extend(word.folded.chars());
        letters.push(EDGE);
        let inner = || letters.iter().skip(1).take(letters.len().saturating_sub(2)).copied();
        let whole = WORD.then_all(inner());
        found(Feature { key: whole.key(), kind: Kind::Words, word: at });
        if inner().count() > STEM_LETTERS {
            let key = STEM.then_all(inner().take(STEM_LETTERS)).key();
            found(Feature { key, kind: Kind::Words, word: at });
        }
        if let Some(before) = before.replace(whole) {
            let key = PAIR.then(before.0).then(whole.0).key();
            found(Feature { key, kind: Kind::Words, word: at.saturating_sub(1) });
        }
        for start in 0..letters.len() {
            let mut hash = SEQUENCE;
            for (length, letter) in letters.iter().skip(start).take(LETTERS_MAX).enumerate() {
                hash = hash.then(u64::from(u32::from(*letter)));
                if length.saturating_add(1) >= LETTERS_MIN {
                    found(Feature { key: hash.key(), kind: Kind::Letters, word: at });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::text::words;

    fn keys(text: &str) -> BTreeSet<u32> {
        let mut keys = BTreeSet::new();
        each(words(text).iter(), |feature| {
            keys.insert(feature.key);
        });
        keys
    }

    #[test]
    fn spellings_of_one_word_are_one_feature() {
        assert_eq!(keys("È giù"), keys("e GIU'"));
    }

    #[test]
    fn endings_share_most_of_their_pieces() {
        let (one, many) = (keys("lampione"), keys("lampioni"));
        assert!(one.intersection(&many).count() * 3 > one.len() * 2);
        assert!(!one.is_subset(&many));
    }

    #[test]
    fn order_makes_a_difference_in_pairs_only() {
        let (one, other) = (keys("palo rotto"), keys("rotto palo"));
        assert_eq!(one.difference(&other).count(), 1);
    }

    #[test]
    fn every_piece_names_its_word() {
        let text = words("il lampione spento");
        let mut seen = BTreeSet::new();
        each(text.iter(), |feature| {
            seen.insert(feature.word);
        });
        assert_eq!(seen, BTreeSet::from([0, 1, 2]));
    }
}
