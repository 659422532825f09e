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
mod heard;
mod rows;

use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use format::ModelError;
pub(super) use format::write;
pub(super) use rows::Rows;

use self::heard::Heard;
use self::rows::{Table, weight};
use super::features::{Kind, Term};
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
    pub(super) rows: Rows,
}

/// A model that can be asked.
#[derive(Debug, Clone, Default)]
pub struct Model {
    version: String,
    text_hash: [u8; 32],
    classes: Vec<Class>,
    /// Where each class stands, by its name.
    places: BTreeMap<String, usize>,
    /// Of the classes, behind them of the levels of urgency.
    biases: Vec<f64>,
    step: f64,
    table: Table,
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
        let table = Table::of(&rows);
        let places = classes.iter().map(|class| class.name.clone()).zip(0..).collect();
        Self { version, text_hash, classes, places, biases, step, table }
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

    /// Where a class stands among them.
    pub(super) fn place_of(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// How many pieces it knows.
    #[must_use]
    pub fn size(&self) -> usize {
        self.table.len()
    }

    /// What a text comes to in which the rules find these terms, for classes and levels. Linear in the words.
    pub(super) fn score<'w>(
        &self,
        words: impl Iterator<Item = &'w Word>,
        terms: impl Iterator<Item = Term>,
    ) -> Score<'_> {
        let heard = Heard::of(words, &self.table);
        let mut sums = Sums::new();
        for run in &heard.runs {
            sums.add(run.kind, value(run.times, run.rarity), run.says);
        }
        for Term { key, kind, weight } in terms {
            if let Some(row) = self.table.find(key) {
                sums.add(kind, term_value(weight), self.table.says(row));
            }
        }
        let scales = |weights| scales(sums.squares, weights).map(|scale| scale * self.step);
        let (of_classes, of_levels) = (scales(KIND_WEIGHTS), scales(LEVEL_KIND_WEIGHTS));
        let mut logits = sums.logits(&self.biases, of_classes);
        let first_level = self.classes.len().min(logits.len());
        let levels = sums.logits(&self.biases, of_levels).split_off(first_level);
        logits.truncate(first_level);
        Score { heard, first_level: self.classes.len(), of_classes, of_levels, logits, levels }
    }
}

/// As many classes as a byte can name: no sum needs to be asked whether it is there.
const CLASSES_MAX: usize = 1 << u8::BITS;

/// What the pieces of each kind say of each class.
struct Sums {
    classes: [[i64; CLASSES_MAX]; Kind::ALL.len()],
    squares: [u64; Kind::ALL.len()],
}

impl Sums {
    const fn new() -> Self {
        Self { classes: [[0; CLASSES_MAX]; Kind::ALL.len()], squares: [0; Kind::ALL.len()] }
    }

    fn add(&mut self, kind: Kind, value: u32, says: &[(u8, i8)]) {
        if let Some(square) = self.squares.get_mut(kind as usize) {
            *square = square.saturating_add(u64::from(value).saturating_mul(u64::from(value)));
        }
        let Some(sums) = self.classes.get_mut(kind as usize) else { return };
        for (class, weight) in says {
            if let Some(sum) = sums.get_mut(usize::from(*class)) {
                // 32 bits times 8, and no text has a million pieces: 64 bits are never full.
                *sum = sum.wrapping_add(i64::from(value).wrapping_mul(i64::from(*weight)));
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

/// What frequencies count: nearly every piece has one of these, and a logarithm takes a while.
static FREQUENCIES: LazyLock<[u32; 64]> = LazyLock::new(|| {
    let mut frequencies = [0; 64];
    for (times, frequency) in (0..).zip(&mut frequencies) {
        *frequency = frequency_of(times);
    }
    frequencies
});

fn frequency_of(times: u32) -> u32 {
    number::whole(libm::round(FREQUENCY_STEPS * (1.0 + libm::log(f64::from(times.max(1))))))
}

/// What a piece counts that occurs so often and is so rare.
pub(super) fn value(times: u32, rarity: u8) -> u32 {
    let known = FREQUENCIES.get(times as usize).copied();
    known.unwrap_or_else(|| frequency_of(times)).saturating_mul(u32::from(rarity))
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

/// What a model says of one text.
pub(super) struct Score<'m> {
    heard: Heard<'m>,
    /// Where the levels of urgency begin among what the pieces speak of.
    first_level: usize,
    of_classes: [f64; Kind::ALL.len()],
    of_levels: [f64; Kind::ALL.len()],
    /// The logarithm of each class's likelihood, up to a common term.
    pub(super) logits: Vec<f64>,
    /// The same of each level of urgency, in the order of [`Urgency::ALL`]; empty when the model knows nothing.
    levels: Vec<f64>,
}

impl Score<'_> {
    /// Whether a word, counted from 0, is in so many mails that it is no reason to show.
    pub(super) fn is_common(&self, word: usize) -> bool {
        self.heard.rarity(word).is_some_and(|rarity| rarity < COMMON_BELOW)
    }

    /// The logarithm of a level's likelihood, up to a term that all levels have in common.
    pub(super) fn level(&self, level: Urgency) -> f64 {
        self.levels.get(level as usize).copied().unwrap_or(0.0)
    }

    /// What each word of the text says for one level of urgency against another.
    pub(super) fn words_for_level(&self, level: Urgency, against: Urgency) -> Vec<f64> {
        let class = |level: Urgency| self.first_level.saturating_add(level as usize);
        self.voices(class(level), class(against), self.of_levels)
    }

    /// What each word of the text says for one class against another, summed over its pieces.
    pub(super) fn words_for(&self, class: usize, against: usize) -> Vec<f64> {
        self.voices(class, against, self.of_classes)
    }

    fn voices(&self, class: usize, against: usize, scales: [f64; Kind::ALL.len()]) -> Vec<f64> {
        let each = self.heard.runs.iter().map(|run| {
            let lead = weight(run.says, class) - weight(run.says, against);
            let scale = scales.get(run.kind as usize).copied().unwrap_or(0.0);
            let value = f64::from(value(run.times, run.rarity));
            value * scale * f64::from(lead) / f64::from(run.times.max(1))
        });
        self.heard.voices(&each.collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests;
