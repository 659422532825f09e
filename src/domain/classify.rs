//! Which trade must repair it: a linear score of weighted words, made a probability.
//!
//! Each subcategory and each referral collects the weights of its terms; a category's words count for all
//! its subcategories. A term that occurs twice counts little more than once, long mails count each word less
//! (the length norm of vector retrieval), the subject counts more, a clause with the request counts more, and
//! one that says what is in order counts less. A softmax over all classes, summed by category, gives
//! the candidates (multinomial logistic regression with non-negative weights, so that every weight can be
//! read: it speaks for its class and against nothing).
//!
//! The weights in the embedded rules were fitted to written examples and rounded to halves, so that a person
//! can read and change them.

mod evidence;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::rules::{Category, RuleSet, Scoring};
use super::understand::Reading;
use evidence::Evidence;

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
    /// Which rules decided.
    pub model: String,
}

/// Decides what a mail is about. `quoted` is read too where the person says nothing that the rules know.
#[must_use]
pub(super) fn classify(reading: &Reading<'_>, quoted: &str, rules: &RuleSet) -> Verdict {
    let mut evidence = Evidence::new(rules);
    evidence.add(reading);
    if evidence.is_empty() {
        evidence.add(&Reading::new(quoted, rules.lexicon()));
    }
    verdict(&evidence, rules)
}

fn verdict(evidence: &Evidence<'_>, rules: &RuleSet) -> Verdict {
    let Scoring { abstain_below, .. } = *rules.scoring();
    let shares = evidence.shares();
    let mut candidates: Vec<Candidate> = Category::ALL
        .into_iter()
        .map(Some)
        .chain([None])
        .map(|category| Candidate { category, confidence: shares.of(category) })
        .collect();
    candidates.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
    let (best, confidence) =
        candidates.first().map_or((None, 0.0), |best| (best.category, best.confidence));
    let abstained = confidence < abstain_below;
    let out_of_competence = !abstained && best.is_none();
    let category = if abstained { None } else { best };
    Verdict {
        category,
        subcategory: category.and_then(|category| shares.subcategory(category)).map(str::to_owned),
        confidence,
        candidates,
        abstained,
        out_of_competence,
        refer: if out_of_competence { shares.referral().map(str::to_owned) } else { None },
        because: evidence.because(best),
        model: format!("rules-{}", rules.version()),
    }
}
