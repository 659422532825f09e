//! What speaks for which class, and what it comes to.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::BECAUSE_MAX;
use crate::domain::rules::{Category, Meaning, Pattern, RuleSet};
use crate::domain::text::fold;
use crate::domain::understand::Reading;

/// A mail of so many different words is the one in which each counts exactly its weight.
const WORDS_TYPICAL: f64 = 40.0;

/// Mails with fewer different words are taken to have so many: two words alone must not decide everything.
const WORDS_MIN: f64 = 8.0;

/// However often a term is repeated, it counts at most this many times its weight.
const REPEAT_MAX: f64 = 1.7;

/// The terms and patterns found in a mail.
pub(super) struct Evidence<'a> {
    rules: &'a RuleSet,
    terms: BTreeMap<usize, Found<'a>>,
    patterns: Vec<(Meaning, f64, String)>,
    different_words: BTreeSet<String>,
}

/// A term with how much of it was found.
struct Found<'a> {
    meanings: &'a [(Meaning, f64)],
    amount: f64,
    written: String,
}

impl Found<'_> {
    fn strength(&self) -> f64 {
        if self.amount < 1.0 { self.amount } else { (1.0 + self.amount.ln()).min(REPEAT_MAX) }
    }
}

impl<'a> Evidence<'a> {
    pub(super) const fn new(rules: &'a RuleSet) -> Self {
        Self {
            rules,
            terms: BTreeMap::new(),
            patterns: Vec::new(),
            different_words: BTreeSet::new(),
        }
    }

    /// Whether nothing that the rules know was found.
    pub(super) fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.patterns.is_empty()
    }

    /// Takes in a text: each word counts what its clause gives, and more in a subject.
    pub(super) fn add(&mut self, reading: &Reading<'a>) {
        let subject_weight = self.rules.scoring().subject_weight;
        let clauses = self.clause_weights(reading);
        self.different_words.extend(reading.words.iter().map(|word| word.folded.clone()));
        for hit in
            reading.hits.iter().filter(|hit| hit.meanings.iter().any(|(it, _)| is_class(*it)))
        {
            let weight = if reading.in_subject(hit) { subject_weight } else { 1.0 };
            let amount = weight * clauses.get(reading.clause_of(hit)).copied().unwrap_or(1.0);
            let found = self.terms.entry(hit.term).or_insert_with(|| Found {
                meanings: hit.meanings,
                amount: 0.0,
                written: reading.written(&hit.words).to_owned(),
            });
            found.amount += amount;
        }
        let (subject, text) = reading.parts();
        self.add_patterns(subject, subject_weight);
        self.add_patterns(text, 1.0);
    }

    fn add_patterns(&mut self, text: &str, weight: f64) {
        let folded = fold(text);
        let subcategories = self.rules.subcategories().iter().map(|entry| &entry.patterns);
        let referrals = self.rules.referrals().iter().map(|entry| &entry.patterns);
        let meant = subcategories.enumerate().map(|(at, list)| (Meaning::Subcategory(at), list));
        let referred = referrals.enumerate().map(|(at, list)| (Meaning::Referral(at), list));
        for (meaning, list) in meant.chain(referred) {
            for Pattern { regex, weight: each } in list {
                if let Some(found) = regex.find(&folded) {
                    self.patterns.push((meaning, each * weight, found.as_str().trim().to_owned()));
                }
            }
        }
    }

    /// What each clause counts: more with a request in it, less where it says what is in order. A longer
    /// request expression covers an aside within it (`non funziona`, `funziona`).
    fn clause_weights(&self, reading: &Reading<'_>) -> Vec<f64> {
        let scoring = self.rules.scoring();
        let mut weights = vec![1.0; reading.clause_count()];
        let requests: Vec<(Range<usize>, usize)> = reading
            .saying(|meaning| meaning == Meaning::Request)
            .map(|hit| (hit.words.clone(), reading.clause_of(hit)))
            .collect();
        for (_, clause) in &requests {
            if let Some(weight) = weights.get_mut(*clause) {
                *weight = scoring.request_weight;
            }
        }
        for hit in reading.saying(|meaning| meaning == Meaning::Aside) {
            let covered = |words: &Range<usize>| {
                words.start <= hit.words.start
                    && hit.words.end <= words.end
                    && words.len() > hit.words.len()
            };
            if requests.iter().any(|(words, _)| covered(words)) {
                continue;
            }
            if let Some(weight) = weights.get_mut(reading.clause_of(hit)) {
                *weight = scoring.aside_weight;
            }
        }
        weights
    }

    /// What everything found comes to, class by class.
    pub(super) fn shares(&self) -> Shares<'a> {
        let mut scores = Scores::new(self.rules);
        let words = u32::try_from(self.different_words.len()).map_or(f64::MAX, f64::from);
        let norm = (WORDS_TYPICAL / words.max(WORDS_MIN)).sqrt();
        for found in self.terms.values() {
            for (meaning, weight) in found.meanings {
                scores.add(*meaning, weight * found.strength() * norm);
            }
        }
        for (meaning, weight, _) in &self.patterns {
            scores.add(*meaning, weight * norm);
        }
        scores.shares(self.rules)
    }

    /// The words that speak loudest for a category (or for none), strongest first, none inside another.
    pub(super) fn because(&self, best: Option<Category>) -> Vec<String> {
        let speaks = |meaning: Meaning| match meaning {
            Meaning::Subcategory(at) => best.is_some() && self.category_at(at) == best,
            Meaning::Category(category) => Some(category) == best,
            Meaning::NoCategory | Meaning::Referral(_) => best.is_none(),
            _ => false,
        };
        let mut voices: Vec<(f64, &str)> = Vec::new();
        for found in self.terms.values() {
            let loudest = found.meanings.iter().filter(|(meaning, _)| speaks(*meaning));
            let weight = loudest.map(|(_, weight)| *weight).fold(0.0, f64::max);
            voices.push((weight * found.strength(), &found.written));
        }
        for (meaning, weight, written) in &self.patterns {
            voices.push((if speaks(*meaning) { *weight } else { 0.0 }, written));
        }
        voices.retain(|(weight, _)| *weight > 0.0);
        voices.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.cmp(other.1)));
        let mut chosen: Vec<String> = Vec::new();
        for (_, written) in voices {
            let told = chosen.iter().any(|earlier| fold(earlier).contains(&fold(written)));
            if !told && chosen.len() < BECAUSE_MAX {
                chosen.push(written.to_owned());
            }
        }
        chosen
    }

    fn category_at(&self, position: usize) -> Option<Category> {
        self.rules.subcategories().get(position).map(|subcategory| subcategory.category)
    }
}

fn is_class(meaning: Meaning) -> bool {
    matches!(
        meaning,
        Meaning::Subcategory(_) | Meaning::Category(_) | Meaning::Referral(_) | Meaning::NoCategory
    )
}

/// Sums of weights.
struct Scores {
    subcategories: Vec<f64>,
    referrals: Vec<f64>,
    categories: [f64; Category::ALL.len()],
    none: f64,
}

impl Scores {
    fn new(rules: &RuleSet) -> Self {
        Self {
            subcategories: vec![0.0; rules.subcategories().len()],
            referrals: vec![0.0; rules.referrals().len()],
            categories: [0.0; Category::ALL.len()],
            none: rules.scoring().none_bonus,
        }
    }

    fn add(&mut self, meaning: Meaning, weight: f64) {
        let sum = match meaning {
            Meaning::Subcategory(at) => self.subcategories.get_mut(at),
            Meaning::Referral(at) => self.referrals.get_mut(at),
            Meaning::Category(category) => self.categories.get_mut(category.position()),
            Meaning::NoCategory => Some(&mut self.none),
            _ => None,
        };
        if let Some(sum) = sum {
            *sum += weight;
        }
    }

    fn shares(self, rules: &RuleSet) -> Shares<'_> {
        let of_category =
            |category: Category| self.categories.get(category.position()).copied().unwrap_or(0.0);
        let mut shares =
            Vec::with_capacity(self.subcategories.len().saturating_add(self.referrals.len()));
        for (subcategory, score) in rules.subcategories().iter().zip(&self.subcategories) {
            let score = score + of_category(subcategory.category);
            shares.push((Some(subcategory.category), subcategory.code.as_str(), score));
        }
        for (referral, score) in rules.referrals().iter().zip(&self.referrals) {
            shares.push((None, referral.id.as_str(), score + self.none));
        }
        let top = shares.iter().map(|(_, _, score)| *score).fold(f64::MIN, f64::max);
        let mut sum = 0.0;
        for (_, _, score) in &mut shares {
            *score = (rules.scoring().sharpness * (*score - top)).exp();
            sum += *score;
        }
        for (_, _, share) in &mut shares {
            *share /= sum;
        }
        Shares(shares)
    }
}

/// The probability of every class; together 1.
pub(super) struct Shares<'a>(Vec<(Option<Category>, &'a str, f64)>);

impl<'a> Shares<'a> {
    pub(super) fn of(&self, category: Option<Category>) -> f64 {
        self.0.iter().filter(|(of, _, _)| *of == category).map(|(_, _, share)| share).sum()
    }

    pub(super) fn subcategory(&self, category: Category) -> Option<&'a str> {
        self.best(Some(category))
    }

    pub(super) fn referral(&self) -> Option<&'a str> {
        self.best(None)
    }

    fn best(&self, category: Option<Category>) -> Option<&'a str> {
        let of_it = self.0.iter().filter(|(of, _, _)| *of == category);
        of_it.max_by(|one, other| one.2.total_cmp(&other.2)).map(|(_, name, _)| *name)
    }
}
