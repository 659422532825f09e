//! Which trade must repair it: a trained model decides, the rules have their say, the words are shown.
//!
//! The model ([`Model`]) speaks for each of the 58 subcategories and each referral; a term or pattern of the rules
//! adds its weight to its entry, so that the office's own words, site names and codes count as a person says they
//! do. A softmax over all of them, summed by category, gives the candidates. An answer for which no word speaks
//! is not given: staff decide.
//!
//! # What was tried
//!
//! Share of mails of a hand that was left out of training whose category is right (3,560 mails of eleven hands,
//! each left out in turn; other languages, of which two hands wrote, in the last column):
//!
//! | recipe | all | Italian | other languages |
//! |---|---|---|---|
//! | words, pairs and 2-5 letters across words, tf-idf, one softmax of five categories | 0.795 | 0.832 | 0.612 |
//! | letters within words instead | 0.800 | 0.835 | 0.630 |
//! | … up to 6 letters | 0.804 | 0.839 | 0.631 |
//! | the subject's words once more | +0.003 | +0.003 | +0.006 |
//! | a softmax of all subcategories and referrals, summed, freedom 30 | 0.828 | 0.869 | 0.628 |
//! | … both targets, the category counting twice, freedom 100 | 0.829 | 0.877 | 0.593 |
//! | … freedom 1000 | 0.824 | 0.872 | 0.588 |
//! | an average of the two softmaxes | 0.822 | 0.859 | 0.643 |
//!
//! and, with five more hands (1,066 mails; two write in other languages, one of them obliquely), on those five:
//!
//! | recipe | all | Italian | other languages |
//! |---|---|---|---|
//! | both targets, pieces that occur twice, up to 5 letters, stems of 5 | 0.778 | 0.848 | 0.660 |
//! | words count 0.7 of letters | 0.785 | 0.856 | 0.667 |
//! | words 0.6, every accepted category a right one, short mails not stretched | 0.796 | 0.871 | 0.672 |
//! | a hash of 2^17 places instead of a list of pieces | -0.003 | -0.002 | -0.02 |
//! | pairs of near words without the words between | -0.002 | -0.001 | -0.007 |
//! | the subject apart with its own length | -0.015 | -0.013 | -0.02 |
//! | terms of the rules add to the likelihood, term weight 0.5 | 0.813 | 0.871 | 0.718 |
//! | … those among them that had been fitted to examples | 0.803 | 0.860 | 0.708 |
//! | terms as pieces of the model, weight 0.3, and added | 0.830 | 0.860 | 0.780 |
//! | … weight 0.2, with the plainest words of each language (shipped) | 0.830 | 0.864 | 0.775 |
//!
//! More freedom for terms as pieces serves plain mails in other languages and costs oblique ones, in which
//! the named thing is not the matter. A temperature of 0.6 on the likelihoods' logarithms was chosen on the same
//! hands, where it brings the stated probability nearest to the share that is right.

pub mod evaluate;
mod evidence;
mod features;
mod model;
mod number;
mod rules;
mod shares;
mod train;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub(super) use evidence::Evidence;
pub use model::{Class, Model, ModelError};
pub use train::{Lesson, text_hash, train};

use super::rules::{Category, RuleSet, Scoring};
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

/// Decides what a mail is about.
#[must_use]
pub(super) fn classify(evidence: &Evidence<'_>, rules: &RuleSet) -> Verdict {
    let Scoring { abstain_below, .. } = *rules.scoring();
    let model = rules.model();
    let Evidence { reading, voices, score, .. } = evidence;
    let shares = Shares::of(score, voices, model, rules);
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
    let because = because([best, next], &shares, score, voices, reading, rules);
    // An answer for which no word speaks is a habit, not an answer.
    let abstained = because.is_empty() || confidence < abstain_below;
    let out_of_competence = !abstained && best.is_none();
    let category = if abstained { None } else { best };
    Verdict {
        category,
        subcategory: category.and_then(|_| shares.name(category)).map(str::to_owned),
        confidence,
        abstained,
        out_of_competence,
        refer: if out_of_competence { shares.name(None).map(str::to_owned) } else { None },
        because,
        model: format!("model-{} rules-{}", model.version(), rules.version()),
        candidates,
    }
}
