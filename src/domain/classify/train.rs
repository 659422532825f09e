//! From labelled mails to a model, the same bytes on every machine.
//!
//! One thread, a fixed order, IEEE basic arithmetic (Rust neither reorders nor fuses it), `libm` for what is not
//! basic, and weights rounded to whole numbers at the end.

mod descent;

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::evidence::terms;
use super::features::{Kind, Term, each};
use super::model::{
    Class, KIND_WEIGHTS, LEVEL_KIND_WEIGHTS, ModelError, Parts, RARITY_STEPS, Rows, scales,
    term_value, value, write,
};
use super::number;
use super::rules::RuleVoices;
use crate::domain::rules::{Category, RuleSet};
use crate::domain::text::Word;
use crate::domain::understand::Reading;
use crate::domain::urgency::{self, Urgency};
pub(super) use descent::shares;
use descent::{Example, Learnt, Target};

/// Changed with anything here that changes what comes out: a model made by an older recipe is told by it.
const RECIPE: &[u8] = b"recipe 2\n";

/// Mails that a piece must occur in: what occurs in one alone says nothing of others.
const MAILS_MIN: u32 = 2;

/// What the trade counts against the exact subcategory: the trade decides who is sent.
const CATEGORY_WEIGHT: f64 = 2.0;

/// How cheap large weights are where the trade is learnt, and where the urgency is. Measured on hands left out.
const FREEDOM: f64 = 100.0;
const LEVEL_FREEDOM: f64 = 10.0;

/// What a mail of each level counts, most urgent first: of twenty mails one is an emergency, and to miss it is worse
/// than to see one too many.
const LEVEL_WEIGHTS: [f64; Urgency::ALL.len()] = [3.0, 1.0, 1.0, 1.0];

/// What one step of the stored weights counts.
const STEP: f64 = 0.1;

/// A weight nearer to zero than so many steps is left out: most are, and they change next to nothing.
const STEPS_MIN: f32 = 1.0;

/// The scores are too cautious by this factor: measured on hands left out, where with it the probability
/// stated is the share that is right.
const SHARPNESS: f64 = 1.0 / 0.6;

/// A mail with the right answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// The subject.
    pub subject: String,
    /// What the person newly wrote.
    pub text: String,
    /// Every right category, best first; none for "not our business". At least one.
    pub accept: Vec<Option<Category>>,
    /// The subcategory's code or the referral's id, when known.
    pub class: Option<String>,
    /// How urgent it is, when known.
    pub urgency: Option<Urgency>,
}

/// A lesson as the scorer reads a mail.
struct Text {
    words: Vec<Word>,
    /// What the rules' terms say.
    terms: Vec<Term>,
}

impl Text {
    fn of(lesson: &Lesson, rules: &RuleSet) -> Self {
        let reading = Reading::of(&lesson.subject, &lesson.text, rules.lexicon());
        let (voices, alarms) =
            (RuleVoices::of(&reading, rules), urgency::Voices::of(&reading, rules));
        let terms = terms(&voices, &alarms, rules).collect();
        Self { words: reading.words, terms }
    }
}

/// The hash by which a model knows what it was trained on: the recipe, the mails, their labels, and what the
/// rules' terms say in them.
#[must_use]
pub fn text_hash(lessons: &[Lesson], rules: &RuleSet) -> [u8; 32] {
    let texts: Vec<Text> = lessons.iter().map(|lesson| Text::of(lesson, rules)).collect();
    hash(lessons, &texts)
}

fn hash(lessons: &[Lesson], texts: &[Text]) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(RECIPE);
    for (Lesson { subject, text, accept, class, urgency }, read) in lessons.iter().zip(texts) {
        for part in [subject.as_str(), text.as_str(), class.as_deref().unwrap_or_default()] {
            digest.update(part.len().to_string());
            digest.update(part);
        }
        for category in accept {
            digest.update(category.map_or("none", Category::name));
        }
        digest.update(urgency.map_or("unknown", Urgency::name));
        for Term { key, weight, .. } in &read.terms {
            digest.update(key.to_le_bytes());
            digest.update(term_value(*weight).to_le_bytes());
        }
        digest.update("\n");
    }
    digest.finalize().into()
}

/// Everything that a model may answer under these rules.
fn classes(rules: &RuleSet) -> Vec<Class> {
    let ours = rules
        .subcategories()
        .iter()
        .map(|entry| Class { name: entry.code.clone(), category: Some(entry.category) });
    let others =
        rules.referrals().iter().map(|entry| Class { name: entry.id.clone(), category: None });
    ours.chain(others).collect()
}

/// Trains a model on lessons, in their order; the result is its file. It may answer with every subcategory and
/// referral of the rules; a lesson whose class is not among them teaches its category alone.
pub fn train(lessons: &[Lesson], rules: &RuleSet) -> Result<Vec<u8>, ModelError> {
    let classes = classes(rules);
    let texts: Vec<Text> = lessons.iter().map(|lesson| Text::of(lesson, rules)).collect();
    let known = vocabulary(&texts);
    let read: Vec<Pieces> = texts.iter().map(|text| pieces(text, &known)).collect();
    let learnt = learn_trades(lessons, &read, known.len(), &classes);
    let levels = learn_levels(lessons, &read, known.len());
    let first_level = number::small(classes.len());
    let of_classes = learnt.weights.chunks_exact(classes.len().max(1));
    let of_levels = levels.weights.chunks_exact(Urgency::ALL.len());
    let mut rows = Rows::default();
    for ((key, rarity), (classes, levels)) in known.into_iter().zip(of_classes.zip(of_levels)) {
        let classes = quantised(classes, STEP, 0);
        rows.push(key, rarity, classes.chain(quantised(levels, STEP * SHARPNESS, first_level)));
    }
    let mut level_biases = [0.0; Urgency::ALL.len()];
    for (bias, learnt) in level_biases.iter_mut().zip(&levels.biases) {
        *bias = f64::from(*learnt);
    }
    write(&Parts {
        text_hash: hash(lessons, &texts),
        classes,
        biases: learnt.biases.iter().map(|bias| f64::from(*bias) * SHARPNESS).collect(),
        level_biases,
        step: STEP * SHARPNESS,
        rows,
    })
}

fn learn_trades(lessons: &[Lesson], read: &[Pieces], rows: usize, classes: &[Class]) -> Learnt {
    let pieces: Vec<_> = read.iter().map(|it| it.weighed(KIND_WEIGHTS)).collect();
    let examples: Vec<Example<'_>> = lessons
        .iter()
        .zip(&pieces)
        .map(|(lesson, pieces)| Example { pieces, targets: targets(lesson, classes) })
        .collect();
    descent::descend(&examples, rows, classes.len(), FREEDOM)
}

/// From the lessons whose urgency is known.
fn learn_levels(lessons: &[Lesson], read: &[Pieces], rows: usize) -> Learnt {
    let pieces: Vec<_> = read.iter().map(|pieces| pieces.weighed(LEVEL_KIND_WEIGHTS)).collect();
    let examples: Vec<Example<'_>> = lessons
        .iter()
        .zip(&pieces)
        .filter_map(|(lesson, pieces)| {
            Some(Example { pieces, targets: vec![target(lesson.urgency?)] })
        })
        .collect();
    descent::descend(&examples, rows, Urgency::ALL.len(), LEVEL_FREEDOM)
}

/// The pieces that occur in enough mails, with their rarity, sorted by key. Entries of the rules are all taken:
/// people chose their words.
fn vocabulary(texts: &[Text]) -> Vec<(u32, u8)> {
    let mut keys: Vec<u32> = Vec::new();
    let mut chosen: BTreeSet<u32> = BTreeSet::new();
    for text in texts {
        let mut here = Vec::new();
        each(text.words.iter(), |key, _| here.push(key));
        here.sort_unstable();
        here.dedup();
        keys.extend(here);
        chosen.extend(text.terms.iter().map(|term| term.key));
    }
    keys.sort_unstable();
    let all = u32::try_from(texts.len()).unwrap_or(u32::MAX);
    let frequent = keys.chunk_by(|one, other| one == other).filter_map(|run| {
        let mails = u32::try_from(run.len()).ok().filter(|mails| *mails >= MAILS_MIN)?;
        Some((*run.first()?, rarity(mails, all)))
    });
    let mut rows: BTreeMap<u32, u8> = frequent.collect();
    rows.extend(chosen.into_iter().map(|key| (key, 0)));
    rows.into_iter().collect()
}

/// Inverse document frequency, smoothed as if one more mail held every piece.
fn rarity(mails: u32, all: u32) -> u8 {
    let share = (1.0 + f64::from(all)) / (1.0 + f64::from(mails));
    let steps = libm::round((libm::log(share) + 1.0) * RARITY_STEPS);
    u8::try_from(number::whole(steps)).unwrap_or(u8::MAX)
}

/// A text's pieces that are in the vocabulary.
struct Pieces {
    /// Row, kind and what it counts, the terms behind the rest.
    valued: Vec<(usize, Kind, u32)>,
    /// Sums of squares.
    squares: [u64; Kind::ALL.len()],
}

impl Pieces {
    /// What they count where the kinds count so much; levels of urgency say nothing of trades.
    fn weighed(&self, weights: [f64; Kind::ALL.len()]) -> Vec<(usize, f32)> {
        let scales = scales(self.squares, weights);
        let scale = |kind: Kind| scales.get(kind as usize).copied().unwrap_or(0.0);
        let counts = |kind, value: u32| number::single(f64::from(value) * scale(kind));
        let heard = self.valued.iter().filter(|(_, kind, _)| scale(*kind) > 0.0);
        heard.map(|(row, kind, value)| (*row, counts(*kind, *value))).collect()
    }
}

/// The pieces of a text that are in the vocabulary, by row, with what each counts.
fn pieces(text: &Text, rows: &[(u32, u8)]) -> Pieces {
    let row_of = |key: u32| rows.binary_search_by_key(&key, |(key, _)| *key).ok();
    let mut counted: BTreeMap<usize, (Kind, u32)> = BTreeMap::new();
    each(text.words.iter(), |key, kind| {
        if let Some(row) = row_of(key) {
            let count = counted.entry(row).or_insert((kind, 0));
            count.1 = count.1.saturating_add(1);
        }
    });
    let rarity = |row: usize| rows.get(row).map_or(0, |(_, rarity)| *rarity);
    let mut valued: Vec<(usize, Kind, u32)> = counted
        .into_iter()
        .map(|(row, (kind, times))| (row, kind, value(times, rarity(row))))
        .collect();
    let term = |term: &Term| Some((row_of(term.key)?, term.kind, term_value(term.weight)));
    valued.extend(text.terms.iter().filter_map(term));
    let mut squares = [0_u64; Kind::ALL.len()];
    for (_, kind, value) in &valued {
        if let Some(square) = squares.get_mut(*kind as usize) {
            *square = square.saturating_add(u64::from(*value).saturating_mul(u64::from(*value)));
        }
    }
    Pieces { valued, squares }
}

/// What a lesson teaches: the trade (any that is right), and within it the class.
fn targets(lesson: &Lesson, classes: &[Class]) -> Vec<Target> {
    let accepted = |class: &Class| lesson.accept.contains(&class.category);
    let of_category: Vec<usize> =
        classes.iter().enumerate().filter(|(_, class)| accepted(class)).map(|(at, _)| at).collect();
    let named = lesson.class.as_ref();
    let class = named.and_then(|name| classes.iter().position(|class| class.name == *name));
    let exact = class.map_or_else(|| of_category.clone(), |class| vec![class]);
    vec![
        Target { weight: CATEGORY_WEIGHT, classes: of_category },
        Target { weight: 1.0, classes: exact },
    ]
}

/// What a lesson teaches of urgency.
fn target(level: Urgency) -> Target {
    let weight = LEVEL_WEIGHTS.get(level as usize).copied().unwrap_or(1.0);
    Target { weight, classes: vec![level as usize] }
}

/// A row's weights about their mean (what speaks for all classes alike decides nothing), in whole steps. The classes
/// are counted from `first`.
fn quantised(weights: &[f32], step: f64, first: u8) -> impl Iterator<Item = (u8, i8)> {
    let mean = weights.iter().sum::<f32>() / number::single(number::count(weights.len()));
    let steps = weights.iter().map(move |weight| (weight - mean) / number::single(step));
    (first..=u8::MAX)
        .zip(steps)
        .filter(|(_, steps)| steps.abs() >= STEPS_MIN)
        .map(|(class, steps)| (class, number::weight(steps)))
}

#[cfg(test)]
mod tests;
