//! The trained model: small whole weights, by which the pieces of a text speak for and against each class.
//!
//! A multinomial logistic regression over the 58 subcategories and the referrals, on term frequencies damped by
//! their logarithm and weighed by rarity (tf-idf; Salton and Buckley, 1988), each kind of piece brought to length 1.
//! The four levels of urgency have weights in the same rows and biases of their own; they are learnt apart and never
//! take part in the softmax of the classes.
//!
//! All sums before the last division are sums of integers, exponentials are `libm`'s: the same bytes give the same
//! verdict on every machine.

mod format;

use std::ops::Range;
use std::sync::LazyLock;

pub use format::ModelError;
pub(super) use format::write;

use super::features::{Feature, Kind, Term, each, word_key};
use super::number;
use crate::domain::rules::Category;
use crate::domain::text::Word;
use crate::domain::urgency::Urgency;

/// The model that comes with the program, made by `sportello classify train` from `fixtures/reports`.
const EMBEDDED: &[u8] = include_bytes!("model/shipped.bin");

static SHIPPED: LazyLock<Model> = LazyLock::new(|| Model::read(EMBEDDED).unwrap_or_default());

/// What each kind of piece counts: letters carry further than words. Measured on hands left out.
pub(super) const KIND_WEIGHTS: [f64; Kind::ALL.len()] = [0.6, 1.0, 0.2, 0.0];

/// The same where the urgency is asked: terms name dangers in languages of few training mails.
pub(super) const LEVEL_KIND_WEIGHTS: [f64; Kind::ALL.len()] = [0.6, 1.0, 0.6, 0.6];

/// What the pieces of each kind come to in a mail of a few words. Shorter ones are taken to have as many, so that
/// a greeting alone does not decide with the voice of a whole mail.
const LENGTH_MIN: [u64; Kind::ALL.len()] = [9_216, 30_720, 1_024, 1_024];

/// The rarity of a word that one mail in ten has: `16 (ln 10 + 1)`.
const COMMON_BELOW: u8 = 53;

/// Steps in which the weights of terms are counted.
const TERM_STEPS: f64 = 256.0;

/// Terms of one entry count together no more than a proof.
const TERM_WEIGHT_MAX: f64 = 4.0;

/// Steps in which frequencies and rarities are counted.
const FREQUENCY_STEPS: f64 = 32.0;
pub(super) const RARITY_STEPS: f64 = 16.0;

/// Something that a mail may be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// A subcategory's code or a referral's id.
    pub name: String,
    /// The trade; none for a referral.
    pub category: Option<Category>,
}

/// One piece that the model knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) key: u32,
    /// How rare it is, in [`RARITY_STEPS`].
    pub(super) rarity: u8,
    /// What it says of which class, sorted by class; a class that is not named gets 0. The levels of urgency are
    /// counted behind the last class.
    pub(super) says: Vec<(u8, i8)>,
}

/// What a model consists of, before it is made fast to ask.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Parts {
    /// SHA-256 of the text that it was trained on.
    pub(super) text_hash: [u8; 32],
    pub(super) classes: Vec<Class>,
    pub(super) biases: Vec<f64>,
    /// The bias of each level of urgency.
    pub(super) level_biases: [f64; Urgency::ALL.len()],
    /// What a weight of 1 counts.
    pub(super) step: f64,
    /// Sorted by key, no key twice.
    pub(super) rows: Vec<Row>,
}

/// A model that can be asked.
#[derive(Debug, Clone, Default)]
pub struct Model {
    version: String,
    text_hash: [u8; 32],
    classes: Vec<Class>,
    /// Of the classes, behind them of the levels of urgency.
    biases: Vec<f64>,
    step: f64,
    index: Index,
    rarities: Vec<u8>,
    spans: Vec<Range<usize>>,
    says: Vec<(u8, i8)>,
}

impl Model {
    /// The one that comes with the program.
    #[must_use]
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Reads a model's file. The bytes are checked whole: what is read can be asked anything.
    pub fn read(file: &[u8]) -> Result<Self, ModelError> {
        let (parts, version) = format::read(file)?;
        Ok(Self::of(parts, version))
    }

    fn of(parts: Parts, version: String) -> Self {
        let Parts { text_hash, classes, mut biases, level_biases, step, rows } = parts;
        biases.extend(level_biases);
        let index = Index::of(rows.iter().map(|row| row.key));
        let (mut rarities, mut spans, mut says) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let start = says.len();
            rarities.push(row.rarity);
            says.extend(row.says);
            spans.push(start..says.len());
        }
        Self { version, text_hash, classes, biases, step, index, rarities, spans, says }
    }

    /// Which model it is: the first digits of the SHA-256 of its content, in hexadecimal.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// SHA-256 of the text that it was trained on: tells a model that is older than the text.
    #[must_use]
    pub const fn text_hash(&self) -> &[u8; 32] {
        &self.text_hash
    }

    /// What a mail may be about.
    #[must_use]
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// How many pieces it knows.
    #[must_use]
    pub fn size(&self) -> usize {
        self.rarities.len()
    }

    /// What a text comes to in which the rules find these terms, for classes and levels. Linear in the words.
    pub(super) fn score<'w>(
        &self,
        words: impl Iterator<Item = &'w Word>,
        terms: impl Iterator<Item = Term>,
    ) -> Score<'_> {
        let mut hits = Vec::new();
        each(words, |Feature { key, kind, word }| {
            if let Some(row) = self.index.find(key) {
                hits.push(Hit { row, kind, word });
            }
        });
        hits.sort_unstable_by_key(|hit| (hit.row, hit.word));
        let mut sums = Sums::of(self.biases.len());
        for run in hits.chunk_by(|one, other| one.row == other.row) {
            let Some(first) = run.first() else { continue };
            let value = self.value(first.row, run.len());
            sums.add(first.kind, value, self.said(first.row));
        }
        for Term { key, kind, weight } in terms {
            if let Some(row) = self.index.find(key) {
                sums.add(kind, term_value(weight), self.said(row));
            }
        }
        let scales = |weights| scales(sums.squares, weights).map(|scale| scale * self.step);
        let (of_classes, of_levels) = (scales(KIND_WEIGHTS), scales(LEVEL_KIND_WEIGHTS));
        let mut logits = sums.logits(&self.biases, of_classes);
        let first_level = self.classes.len().min(logits.len());
        let levels = sums.logits(&self.biases, of_levels).split_off(first_level);
        logits.truncate(first_level);
        Score { model: self, hits, of_classes, of_levels, logits, levels }
    }

    fn value(&self, row: u32, times: usize) -> u32 {
        value(times, self.rarities.get(row as usize).copied().unwrap_or(0))
    }

    fn said(&self, row: u32) -> &[(u8, i8)] {
        let span = self.spans.get(row as usize).cloned().unwrap_or(0..0);
        self.says.get(span).unwrap_or_default()
    }
}

/// What the pieces of each kind say of each class.
struct Sums {
    classes: [Vec<i64>; Kind::ALL.len()],
    squares: [u64; Kind::ALL.len()],
}

impl Sums {
    fn of(classes: usize) -> Self {
        Self { classes: Kind::ALL.map(|_| vec![0; classes]), squares: [0; Kind::ALL.len()] }
    }

    fn add(&mut self, kind: Kind, value: u32, says: &[(u8, i8)]) {
        if let Some(square) = self.squares.get_mut(kind as usize) {
            *square = square.saturating_add(u64::from(value).saturating_mul(u64::from(value)));
        }
        let Some(sums) = self.classes.get_mut(kind as usize) else { return };
        for (class, weight) in says {
            if let Some(sum) = sums.get_mut(usize::from(*class)) {
                *sum = sum.saturating_add(i64::from(value).saturating_mul(i64::from(*weight)));
            }
        }
    }

    /// The logarithms of the likelihoods, where each kind counts so much.
    fn logits(&self, biases: &[f64], scales: [f64; Kind::ALL.len()]) -> Vec<f64> {
        let mut logits = biases.to_vec();
        for (sums, scale) in self.classes.iter().zip(scales) {
            for (logit, sum) in logits.iter_mut().zip(sums) {
                *logit += number::sum(*sum) * scale;
            }
        }
        logits
    }
}

/// What terms count that weigh so much together.
pub(super) fn term_value(weight: f64) -> u32 {
    number::whole(libm::round(weight.min(TERM_WEIGHT_MAX) * TERM_STEPS))
}

/// What a piece counts that occurs so often and is so rare.
pub(super) fn value(times: usize, rarity: u8) -> u32 {
    let frequency = FREQUENCY_STEPS * (1.0 + libm::log(number::count(times).max(1.0)));
    number::whole(libm::round(frequency)).saturating_mul(u32::from(rarity))
}

/// What brings each kind of piece to its weight, from the sums of squares.
pub(super) fn scales(
    squares: [u64; Kind::ALL.len()],
    weights: [f64; Kind::ALL.len()],
) -> [f64; Kind::ALL.len()] {
    let mut scales = weights;
    for ((scale, square), least) in scales.iter_mut().zip(squares).zip(LENGTH_MIN) {
        *scale /= number::squares(square.max(least.saturating_mul(least))).sqrt();
    }
    scales
}

#[derive(Debug, Clone, Copy)]
struct Hit {
    row: u32,
    kind: Kind,
    word: usize,
}

/// What a model says of one text.
pub(super) struct Score<'m> {
    model: &'m Model,
    hits: Vec<Hit>,
    of_classes: [f64; Kind::ALL.len()],
    of_levels: [f64; Kind::ALL.len()],
    /// The logarithm of each class's likelihood, up to a common term.
    pub(super) logits: Vec<f64>,
    /// The same of each level of urgency, in the order of [`Urgency::ALL`]; empty when the model knows nothing.
    levels: Vec<f64>,
}

impl Score<'_> {
    /// Whether a word is in so many mails that it is no reason to show.
    pub(super) fn is_common(&self, word: &Word) -> bool {
        let row = self.model.index.find(word_key(word));
        let rarity = row.and_then(|row| self.model.rarities.get(row as usize));
        rarity.is_some_and(|rarity| *rarity < COMMON_BELOW)
    }

    /// The logarithm of a level's likelihood, up to a term that all levels have in common.
    pub(super) fn level(&self, level: Urgency) -> f64 {
        self.levels.get(level as usize).copied().unwrap_or(0.0)
    }

    /// What each word of the text says for one level of urgency against another.
    pub(super) fn words_for_level(
        &self,
        level: Urgency,
        against: Urgency,
        words: usize,
    ) -> Vec<f64> {
        let class = |level: Urgency| self.model.classes.len().saturating_add(level as usize);
        self.voices(class(level), class(against), self.of_levels, words)
    }

    /// What each word of the text says for one class against another, summed over its pieces.
    pub(super) fn words_for(&self, class: usize, against: usize, words: usize) -> Vec<f64> {
        self.voices(class, against, self.of_classes, words)
    }

    fn voices(
        &self,
        class: usize,
        against: usize,
        scales: [f64; Kind::ALL.len()],
        words: usize,
    ) -> Vec<f64> {
        let mut voices = vec![0.0; words];
        for run in self.hits.chunk_by(|one, other| one.row == other.row) {
            let Some(first) = run.first() else { continue };
            let weight = |wanted: usize| {
                let said = self.model.said(first.row);
                let at = said.binary_search_by_key(&wanted, |(class, _)| usize::from(*class));
                at.ok().and_then(|at| said.get(at)).map_or(0.0, |(_, weight)| f64::from(*weight))
            };
            let lead = weight(class) - weight(against);
            let scale = scales.get(first.kind as usize).copied().unwrap_or(0.0);
            let value = f64::from(self.model.value(first.row, run.len())) * scale * lead;
            let each = value / number::count(run.len());
            for hit in run {
                if let Some(voice) = voices.get_mut(hit.word) {
                    *voice += each;
                }
            }
        }
        voices
    }
}

/// Finds a row by its key: open addressing over a table at least twice as long as there are rows.
#[derive(Debug, Clone, Default)]
struct Index {
    /// Key and row number plus 1; 0 is free.
    slots: Vec<(u32, u32)>,
}

impl Index {
    fn of(keys: impl ExactSizeIterator<Item = u32>) -> Self {
        let size = keys.len().saturating_mul(2).next_power_of_two().max(2);
        let mut index = Self { slots: vec![(0, 0); size] };
        for (key, number) in keys.zip(1..) {
            let free = index.path(key).find(|at| index.slots.get(*at).is_some_and(|it| it.1 == 0));
            if let Some(slot) = free.and_then(|at| index.slots.get_mut(at)) {
                *slot = (key, number);
            }
        }
        index
    }

    fn path(&self, key: u32) -> impl Iterator<Item = usize> + use<> {
        let mask = self.slots.len().wrapping_sub(1);
        let size = self.slots.len();
        (0..size).map(move |step| (key as usize).wrapping_add(step) & mask)
    }

    fn find(&self, key: u32) -> Option<u32> {
        for at in self.path(key) {
            let (held, number) = *self.slots.get(at)?;
            if number == 0 {
                return None;
            }
            if held == key {
                return number.checked_sub(1);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
