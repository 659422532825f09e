//! What the rules add to the model: the office's own words, codes and names, each speaking for its entry.

use std::collections::BTreeSet;

use crate::domain::rules::{Meaning, Pattern, RuleSet};
use crate::domain::text::fold;
use crate::domain::understand::Reading;

use super::Category;
use super::number::count;

/// Words for one class count together at most this much; a single heavier one counts its weight. A long mail
/// must not decide by mentioning much, and a person who writes a great weight means it.
const TERMS_MAX: f64 = 4.0;

/// In mails of fewer words terms count more, in proportion and up to so many times: there is little else to go
/// by, and what is named in so few words is the matter itself.
const BRIEF_WORDS: f64 = 20.0;
const BREVITY_MAX: f64 = 3.0;

/// What the rules say of one class.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    terms: f64,
    heaviest: f64,
}

impl Sum {
    fn add(&mut self, weight: f64) {
        self.terms += weight;
        self.heaviest = self.heaviest.max(weight);
    }

    fn total(self) -> f64 {
        self.terms.min(TERMS_MAX).max(self.heaviest)
    }
}

fn brevity(words: usize) -> f64 {
    (BRIEF_WORDS / count(words).max(1.0)).clamp(1.0, BREVITY_MAX)
}

/// Words and codes of the rules found in a mail.
pub(super) struct RuleVoices {
    subcategories: Vec<Sum>,
    referrals: Vec<Sum>,
    categories: [Sum; Category::ALL.len()],
    none: Sum,
    /// What a weight of 1 adds to the logarithm of the likelihood in this mail.
    pub(super) term_weight: f64,
    /// What was found, as written, with what it means and weighs.
    pub(super) found: Vec<(Meaning, f64, String)>,
}

impl RuleVoices {
    /// Every term counts once, however often it stands there.
    pub(super) fn of(reading: &Reading<'_>, rules: &RuleSet) -> Self {
        let mut voices = Self {
            subcategories: vec![Sum::default(); rules.subcategories().len()],
            referrals: vec![Sum::default(); rules.referrals().len()],
            categories: [Sum::default(); Category::ALL.len()],
            none: Sum::default(),
            term_weight: rules.scoring().term_weight * brevity(reading.words.len()),
            found: Vec::new(),
        };
        let mut seen = BTreeSet::new();
        for hit in reading.hits.iter().filter(|hit| seen.insert(hit.term)) {
            for (meaning, weight) in hit.meanings {
                voices.add(*meaning, *weight, || reading.written(&hit.words).to_owned());
            }
        }
        voices.add_patterns(reading.text(), rules);
        voices
    }

    fn add_patterns(&mut self, text: &str, rules: &RuleSet) {
        let folded = fold(text);
        let subcategories = rules.subcategories().iter().map(|entry| &entry.patterns);
        let referrals = rules.referrals().iter().map(|entry| &entry.patterns);
        let meant = subcategories.enumerate().map(|(at, list)| (Meaning::Subcategory(at), list));
        let referred = referrals.enumerate().map(|(at, list)| (Meaning::Referral(at), list));
        for (meaning, list) in meant.chain(referred) {
            for Pattern { regex, weight } in list {
                if let Some(found) = regex.find(&folded) {
                    self.add(meaning, *weight, || found.as_str().trim().to_owned());
                }
            }
        }
    }

    fn add(&mut self, meaning: Meaning, weight: f64, written: impl FnOnce() -> String) {
        let sum = match meaning {
            Meaning::Subcategory(at) => self.subcategories.get_mut(at),
            Meaning::Referral(at) => self.referrals.get_mut(at),
            Meaning::Category(category) => self.categories.get_mut(category.position()),
            Meaning::NoCategory => Some(&mut self.none),
            _ => None,
        };
        if let Some(sum) = sum {
            sum.add(weight);
            self.found.push((meaning, weight, written()));
        }
    }

    /// The entries that anything speaks for, by code or id, with what their own words come to.
    pub(super) fn by_entry<'r>(
        &self,
        rules: &'r RuleSet,
    ) -> impl Iterator<Item = (&'r str, f64)> + use<'r, '_> {
        let codes = rules.subcategories().iter().map(|entry| entry.code.as_str());
        let ids = rules.referrals().iter().map(|entry| entry.id.as_str());
        let sums = self.subcategories.iter().chain(&self.referrals).map(|sum| sum.total());
        codes.chain(ids).zip(sums).filter(|(_, sum)| *sum > 0.0)
    }

    /// What is said for the subcategory at this place of the sorted list, its category's words included.
    pub(super) fn for_subcategory(&self, at: usize, category: Category) -> f64 {
        let of_category = self.categories.get(category.position()).map_or(0.0, |sum| sum.total());
        self.subcategories.get(at).map_or(0.0, |sum| sum.total()) + of_category
    }

    /// What is said for the referral at this place of the sorted list.
    pub(super) fn for_referral(&self, at: usize) -> f64 {
        self.referrals.get(at).map_or(0.0, |sum| sum.total()) + self.none.total()
    }
}
