//! From labelled mails to a model, the same bytes on every machine.
//!
//! One thread, a fixed order, IEEE basic arithmetic (Rust neither reorders nor fuses it), `libm` for what is not
//! basic, and weights rounded to whole numbers at the end.

mod descent;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::features::each;
use super::model::{Class, ModelError, Parts, RARITY_STEPS, Row, scales, value, write};
use super::number;
use crate::domain::rules::Category;
use crate::domain::text::{Word, words};
pub(super) use descent::shares;
use descent::{Example, Target};

/// Changed with anything here that changes what comes out: a model made by an older recipe is told by it.
const RECIPE: &[u8] = b"recipe 1\n";

/// Mails that a piece must occur in: what occurs in one alone says nothing of others.
const MAILS_MIN: u32 = 2;

/// What the trade counts against the exact subcategory: the trade decides who is sent.
const CATEGORY_WEIGHT: f64 = 2.0;

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
}

/// The hash by which a model knows what it was trained on.
#[must_use]
pub fn text_hash(lessons: &[Lesson]) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(RECIPE);
    for Lesson { subject, text, accept, class } in lessons {
        for part in [subject.as_str(), text.as_str(), class.as_deref().unwrap_or_default()] {
            digest.update(part.len().to_string());
            digest.update(part);
        }
        for category in accept {
            digest.update(category.map_or("none", Category::name));
        }
        digest.update("\n");
    }
    digest.finalize().into()
}

/// Trains a model on lessons, in their order; the result is its file. `classes` are what it may answer; a
/// lesson whose class is not among them teaches its category alone.
pub fn train(lessons: &[Lesson], classes: &[Class]) -> Result<Vec<u8>, ModelError> {
    let texts: Vec<Vec<Word>> = lessons.iter().map(words_of).collect();
    let rows = vocabulary(&texts);
    let examples: Vec<Example> = lessons
        .iter()
        .zip(&texts)
        .map(|(lesson, words)| Example {
            pieces: pieces(words, &rows),
            targets: targets(lesson, classes),
        })
        .collect();
    let learnt = descent::descend(&examples, rows.len(), classes.len());
    let says = learnt.weights.chunks_exact(classes.len().max(1)).map(quantised);
    let rows = rows.into_iter().zip(says);
    write(&Parts {
        text_hash: text_hash(lessons),
        classes: classes.to_vec(),
        biases: learnt.biases.iter().map(|bias| f64::from(*bias) * SHARPNESS).collect(),
        step: STEP * SHARPNESS,
        rows: rows.map(|((key, rarity), says)| Row { key, rarity, says }).collect(),
    })
}

/// Subject and text as the scorer reads them: one after the other.
fn words_of(lesson: &Lesson) -> Vec<Word> {
    let mut all = words(&lesson.subject);
    all.extend(words(&lesson.text));
    all
}

/// The pieces that occur in enough mails, with their rarity, sorted by key.
fn vocabulary(texts: &[Vec<Word>]) -> Vec<(u32, u8)> {
    let mut keys: Vec<u32> = Vec::new();
    for text in texts {
        let mut here = Vec::new();
        each(text.iter(), |feature| here.push(feature.key));
        here.sort_unstable();
        here.dedup();
        keys.extend(here);
    }
    keys.sort_unstable();
    let all = u32::try_from(texts.len()).unwrap_or(u32::MAX);
    keys.chunk_by(|one, other| one == other)
        .filter_map(|run| {
            let mails = u32::try_from(run.len()).ok().filter(|mails| *mails >= MAILS_MIN)?;
            Some((*run.first()?, rarity(mails, all)))
        })
        .collect()
}

/// Inverse document frequency, smoothed as if one more mail held every piece.
fn rarity(mails: u32, all: u32) -> u8 {
    let share = (1.0 + f64::from(all)) / (1.0 + f64::from(mails));
    let steps = libm::round((libm::log(share) + 1.0) * RARITY_STEPS);
    u8::try_from(number::whole(steps)).unwrap_or(u8::MAX)
}

/// The pieces of a text that are in the vocabulary, by row, with what each counts.
fn pieces(words: &[Word], rows: &[(u32, u8)]) -> Vec<(usize, f32)> {
    let mut counted: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    each(words.iter(), |feature| {
        if let Ok(row) = rows.binary_search_by_key(&feature.key, |(key, _)| *key) {
            let count = counted.entry(row).or_insert((feature.kind as usize, 0));
            count.1 = count.1.saturating_add(1);
        }
    });
    let valued: Vec<(usize, usize, u32)> = counted
        .into_iter()
        .map(|(row, (kind, times))| {
            (row, kind, value(times, rows.get(row).map_or(0, |(_, rarity)| *rarity)))
        })
        .collect();
    let mut squares = [0_u64; 2];
    for (_, kind, value) in &valued {
        if let Some(square) = squares.get_mut(*kind) {
            *square = square.saturating_add(u64::from(*value).saturating_mul(u64::from(*value)));
        }
    }
    let scales = scales(squares);
    let counts = |kind: usize, value: u32| {
        let scale = scales.get(kind).copied().unwrap_or(0.0);
        number::single(f64::from(value) * scale)
    };
    valued.into_iter().map(|(row, kind, value)| (row, counts(kind, value))).collect()
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

/// A row's weights about their mean (what speaks for all classes alike decides nothing), in whole steps.
fn quantised(weights: &[f32]) -> Vec<(u8, i8)> {
    let mean = weights.iter().sum::<f32>() / number::single(number::count(weights.len()));
    let steps = weights.iter().map(|weight| (weight - mean) / number::single(STEP));
    (0_u8..=u8::MAX)
        .zip(steps)
        .filter(|(_, steps)| steps.abs() >= STEPS_MIN)
        .map(|(class, steps)| (class, number::weight(steps)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson(text: &str, category: Category, class: &str) -> Lesson {
        Lesson {
            subject: String::new(),
            text: text.into(),
            accept: vec![Some(category)],
            class: Some(class.into()),
        }
    }

    fn class(name: &str, category: Category) -> Class {
        Class { name: name.into(), category: Some(category) }
    }

    fn few() -> (Vec<Lesson>, Vec<Class>) {
        let lessons = vec![
            lesson("il lampione è spento", Category::Plant, "I01"),
            lesson("lampione spento in piazza", Category::Plant, "I01"),
            lesson("una buca nella strada", Category::Infrastructure, "S01"),
            lesson("buca profonda in strada", Category::Infrastructure, "S01"),
        ];
        let classes = vec![class("I01", Category::Plant), class("S01", Category::Infrastructure)];
        (lessons, classes)
    }

    #[test]
    fn what_was_taught_is_known() {
        let (lessons, classes) = few();
        let model = super::super::Model::read(&train(&lessons, &classes).unwrap()).unwrap();
        for (text, wanted) in [("lampioni spenti", 0), ("che buca!", 1)] {
            let words = words(text);
            let logits = model.score(words.iter()).logits;
            assert!(logits[wanted] > logits[1 - wanted], "{text}: {logits:?}");
        }
    }

    #[test]
    fn the_same_lessons_make_the_same_bytes() {
        let (lessons, classes) = few();
        assert_eq!(train(&lessons, &classes).unwrap(), train(&lessons, &classes).unwrap());
    }

    #[test]
    fn other_lessons_have_another_hash() {
        let (mut lessons, _) = few();
        let before = text_hash(&lessons);
        lessons[0].class = None;
        assert_ne!(before, text_hash(&lessons));
    }

    #[test]
    fn no_lessons_make_a_model_that_knows_nothing() {
        let model = super::super::Model::read(&train(&[], &[]).unwrap()).unwrap();
        assert_eq!((model.size(), model.classes().len()), (0, 0));
    }
}
