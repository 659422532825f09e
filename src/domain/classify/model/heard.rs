//! The pieces of a text that a model knows, counted: each different word is taken apart once, however often it stands
//! there.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::RandomState;

use super::rows::Table;
use crate::domain::classify::features::{Kind, Whole, within};
use crate::domain::text::Word;

/// All occurrences of one piece.
#[derive(Debug, Clone)]
pub(super) struct Run<'m> {
    pub(super) kind: Kind,
    /// See [`Rows`](super::Rows).
    pub(super) says: &'m [(u8, i8)],
    pub(super) rarity: u8,
    pub(super) times: u32,
}

/// One of the different words.
#[derive(Debug)]
struct Spelling {
    whole: Whole,
    times: u32,
    /// Where its pieces stand; one that it has twice stands there twice.
    pieces: Range<usize>,
    /// How rare it is, where the model knows it.
    rarity: Option<u8>,
}

/// A word of the text.
#[derive(Debug)]
struct Spoken {
    spelling: usize,
    /// The pair that it begins with the next.
    pair: Option<usize>,
}

/// A text as a model hears it.
#[derive(Debug, Default)]
pub(super) struct Heard<'m> {
    words: Vec<Spoken>,
    spellings: Vec<Spelling>,
    /// The runs that they belong to, word by word.
    pieces: Vec<usize>,
    pub(super) runs: Vec<Run<'m>>,
}

impl<'m> Heard<'m> {
    /// Linear in the length.
    pub(super) fn of<'w>(words: impl Iterator<Item = &'w Word>, table: &'m Table) -> Self {
        let mut heard = Self::default();
        let mut numbers: HashMap<&str, usize, RandomState> = HashMap::default();
        let mut rows = Rows { table, run_of: HashMap::default() };
        let mut before = None;
        for Word { folded, .. } in words {
            let number =
                *numbers.entry(folded).or_insert_with(|| heard.take_apart(folded, &mut rows));
            let Some(spelling) = heard.spellings.get_mut(number) else { continue };
            spelling.times = spelling.times.saturating_add(1);
            let whole = spelling.whole;
            let paired = before.replace(whole).map(|before: Whole| before.before(whole));
            let pair = paired.and_then(|key| rows.run(key, Kind::Words, &mut heard.runs));
            if let Some(run) = pair.and_then(|pair| heard.runs.get_mut(pair)) {
                run.times = run.times.saturating_add(1);
            }
            if let Some(last) = heard.words.last_mut() {
                last.pair = pair;
            }
            heard.words.push(Spoken { spelling: number, pair: None });
        }
        heard.count();
        heard
    }

    /// Adds a word that was not there before; its number.
    fn take_apart(&mut self, word: &str, rows: &mut Rows<'m>) -> usize {
        let start = self.pieces.len();
        let (mut first, mut rarity) = (true, None);
        let whole = within(word, |key, kind| {
            let run = rows.run(key, kind, &mut self.runs);
            if std::mem::take(&mut first) {
                rarity = run.and_then(|run| self.runs.get(run)).map(|run| run.rarity);
            }
            self.pieces.extend(run);
        });
        let pieces = start..self.pieces.len();
        self.spellings.push(Spelling { whole, times: 0, pieces, rarity });
        self.spellings.len().saturating_sub(1)
    }

    fn count(&mut self) {
        for Spelling { times, pieces, .. } in &self.spellings {
            for piece in self.pieces.get(pieces.clone()).into_iter().flatten() {
                if let Some(run) = self.runs.get_mut(*piece) {
                    run.times = run.times.saturating_add(*times);
                }
            }
        }
    }

    /// How rare a word of the text is, where the model knows it.
    pub(super) fn rarity(&self, word: usize) -> Option<u8> {
        let spelling = self.words.get(word).and_then(|word| self.spellings.get(word.spelling))?;
        spelling.rarity
    }

    /// What each word says, when each occurrence of a run says so much.
    pub(super) fn voices(&self, each: &[f64]) -> Vec<f64> {
        let said = |piece: &usize| each.get(*piece).copied().unwrap_or(0.0);
        let spellings: Vec<f64> = self
            .spellings
            .iter()
            .map(|spelling| self.pieces.get(spelling.pieces.clone()).unwrap_or_default())
            .map(|pieces| pieces.iter().map(said).sum())
            .collect();
        let voice = |word: &Spoken| {
            let alone = spellings.get(word.spelling).copied().unwrap_or(0.0);
            alone + word.pair.as_ref().map_or(0.0, said)
        };
        self.words.iter().map(voice).collect()
    }
}

/// The rows that were met so far, and the way to the others.
struct Rows<'m> {
    table: &'m Table,
    run_of: HashMap<u32, usize, RandomState>,
}

impl<'m> Rows<'m> {
    /// The number of a piece's run, begun when it is the first; none for what the model does not know.
    fn run(&mut self, key: u32, kind: Kind, runs: &mut Vec<Run<'m>>) -> Option<usize> {
        let row = self.table.find(key)?;
        let run = self.run_of.entry(row).or_insert_with(|| {
            let (says, rarity) = (self.table.says(row), self.table.rarity(row));
            runs.push(Run { kind, says, rarity, times: 0 });
            runs.len().saturating_sub(1)
        });
        Some(*run)
    }
}
