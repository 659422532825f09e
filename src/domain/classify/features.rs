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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// A word as it stands in pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Whole(Hash);

impl Whole {
    /// The key of a pair of neighbours, which belongs to the first.
    pub(super) const fn before(self, next: Self) -> u32 {
        PAIR.then(self.0.0).then(next.0.0).key()
    }
}

/// Names the pieces that lie within a word, itself first.
pub(super) fn within(word: &str, mut found: impl FnMut(u32, Kind)) -> Whole {
    let whole = WORD.then_all(word.chars());
    found(whole.key(), Kind::Words);
    let mut stem = STEM;
    for (length, letter) in word.chars().enumerate() {
        if length == STEM_LETTERS {
            found(stem.key(), Kind::Words);
            break;
        }
        stem = stem.then(u64::from(u32::from(letter)));
    }
    // The last so many letters, none first.
    let mut ending = [SEQUENCE; LETTERS_MAX + 1];
    for (at, letter) in [EDGE].into_iter().chain(word.chars()).chain([EDGE]).enumerate() {
        ending.copy_within(..LETTERS_MAX, 1);
        for (length, hash) in ending.iter_mut().enumerate().skip(1).take(at.saturating_add(1)) {
            *hash = hash.then(u64::from(u32::from(letter)));
            if length >= LETTERS_MIN {
                found(hash.key(), Kind::Letters);
            }
        }
    }
    Whole(whole)
}

/// Names every piece of a text: for whoever needs no more of it.
pub(super) fn each<'w>(words: impl Iterator<Item = &'w Word>, mut found: impl FnMut(u32, Kind)) {
    let mut before: Option<Whole> = None;
    for word in words {
        let whole = within(&word.folded, &mut found);
        if let Some(before) = before.replace(whole) {
            found(before.before(whole), Kind::Words);
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
        each(words(text).iter(), |key, _| {
            keys.insert(key);
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
    fn a_word_is_itself_its_stem_and_its_letters() {
        let mut found = Vec::new();
        within("lampada", |key, kind| found.push((key, kind)));
        let letters = |text: &str| SEQUENCE.then_all(text.chars()).key();
        let of_kind = |wanted: Kind| {
            let named = found.iter().filter(move |(_, kind)| *kind == wanted);
            named.map(|(key, _)| *key).collect::<BTreeSet<u32>>()
        };
        let stem = STEM.then_all("lampa".chars()).key();
        let whole = WORD.then_all("lampada".chars()).key();
        assert_eq!(of_kind(Kind::Words), BTreeSet::from([whole, stem]));
        let edged: Vec<char> = " lampada ".chars().collect();
        let sequences = (2..=5).flat_map(|length| edged.windows(length));
        let expected: BTreeSet<u32> =
            sequences.map(|window| letters(&window.iter().collect::<String>())).collect();
        assert_eq!(of_kind(Kind::Letters), expected);
    }
}
