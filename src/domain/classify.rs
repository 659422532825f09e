//! Which trade must repair it: a trained model decides, the rules have their say, the words are shown.
//!
//! The model ([`Model`]) speaks for each of the 58 subcategories and each referral; a term or pattern of the rules
//! adds its weight to its entry, so that the office's own words, site names and codes count as a person says they
//! do. A softmax over all of them, summed by category, gives the candidates.

pub mod evaluate;
mod features;
mod model;
mod number;
mod rules;
mod shares;
mod train;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use model::{Class, Model, ModelError};
pub use train::{Lesson, text_hash, train};

use super::rules::{Category, RuleSet, Scoring};
use super::understand::Reading;
use rules::RuleVoices;
use shares::{Shares, because};

/// Words shown as the reason of a verdict, at most.
pub const BECAUSE_MAX: usize = 8;

/// One of the five answers with its probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// A category, or none of the four.
    pub category: Option<Category>,
    /// Its probability, from 0 to 1.
    pub confidence: f64,
}

/// What a mail is about, with what decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The best candidate's category; none when it is out of competence or too weak.
    pub category: Option<Category>,
    /// The likeliest subcategory of that category.
    pub subcategory: Option<String>,
    /// The best candidate's probability.
    pub confidence: f64,
    /// Five, best first; their probabilities sum to 1.
    pub candidates: Vec<Candidate>,
    /// The best was too weak: staff decide.
    pub abstained: bool,
    /// None of the four categories is the best candidate, surely enough.
    pub out_of_competence: bool,
    /// Whom to turn to, as the id of a referral, when out of competence.
    pub refer: Option<String>,
    /// The words that decided, as the writer put them, strongest first, at most [`BECAUSE_MAX`].
    pub because: Vec<String>,
    /// Which model and which rules decided.
    pub model: String,
}

/// Decides what a mail is about. `quoted` is read where the person says nothing at all.
#[must_use]
pub(super) fn classify(reading: &Reading<'_>, quoted: &str, rules: &RuleSet) -> Verdict {
    if reading.words.is_empty() {
        verdict(&Reading::new(quoted, rules.lexicon()), rules)
    } else {
        verdict(reading, rules)
    }
}

fn verdict(reading: &Reading<'_>, rules: &RuleSet) -> Verdict {
    let Scoring { abstain_below, .. } = *rules.scoring();
    let model = rules.model();
    let voices = RuleVoices::of(reading, rules);
    let score = model.score(reading.words.iter(), voices.by_entry(rules));
    let shares = Shares::of(&score, &voices, model, rules);
    let mut candidates: Vec<Candidate> = Category::ALL
        .into_iter()
        .map(Some)
        .chain([None])
        .map(|category| Candidate { category, confidence: shares.of_category(category) })
        .collect();
    candidates.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
    let category_at = |at: usize| candidates.get(at).and_then(|candidate| candidate.category);
    let (best, next) = (category_at(0), category_at(1));
    let confidence = candidates.first().map_or(0.0, |best| best.confidence);
    let nothing_known = score.is_empty() && voices.found.is_empty();
    let abstained = nothing_known || confidence < abstain_below;
    let out_of_competence = !abstained && best.is_none();
    let category = if abstained { None } else { best };
    Verdict {
        category,
        subcategory: category.and_then(|_| shares.name(category)).map(str::to_owned),
        confidence,
        abstained,
        out_of_competence,
        refer: if out_of_competence { shares.name(None).map(str::to_owned) } else { None },
        because: because([best, next], &shares, &score, &voices, reading, rules),
        model: format!("model-{} rules-{}", model.version(), rules.version()),
        candidates,
    }
}
