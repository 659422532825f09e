//! A text with all that the rules and the model say of it: read once for every question.

use super::features::Term;
use super::model::Score;
use super::rules::RuleVoices;
use super::shares::learnt_words;
use crate::domain::rules::RuleSet;
use crate::domain::understand::Reading;
use crate::domain::urgency::{self, Urgency};

/// What is known of a text before anything is decided.
pub(in crate::domain) struct Evidence<'e> {
    pub(in crate::domain) reading: &'e Reading<'e>,
    /// What the rules say of its trade.
    pub(super) voices: RuleVoices,
    /// What the rules say of its urgency.
    pub(in crate::domain) alarms: urgency::Voices,
    /// What the model says of both.
    pub(super) score: Score<'e>,
}

impl<'e> Evidence<'e> {
    pub(in crate::domain) fn of(reading: &'e Reading<'e>, rules: &'e RuleSet) -> Self {
        let voices = RuleVoices::of(reading, rules);
        let alarms = urgency::Voices::of(reading, rules);
        let score = rules.model().score(reading.words.iter(), terms(&voices, &alarms, rules));
        Self { reading, voices, alarms, score }
    }

    /// The logarithm of a level's likelihood as the model sees it, up to a term that all levels have in common.
    pub(in crate::domain) fn learnt(&self, level: Urgency) -> f64 {
        self.score.level(level)
    }

    /// What each word says to the model for one level against another.
    pub(in crate::domain) fn words_for(&self, level: Urgency, against: Urgency) -> Vec<f64> {
        self.score.words_for_level(level, against)
    }

    /// The words behind these voices as the writer put them, in no order; common ones, and those that say less than
    /// `least`, left out.
    pub(in crate::domain) fn written(&self, voices: Vec<f64>, least: f64) -> Vec<(f64, String)> {
        learnt_words(voices, least, &self.score, self.reading)
    }
}

/// What the rules' terms say, as pieces of a text: entries first, then levels.
pub(super) fn terms<'a>(
    voices: &'a RuleVoices,
    alarms: &'a urgency::Voices,
    rules: &'a RuleSet,
) -> impl Iterator<Item = Term> + 'a {
    let entries = voices.by_entry(rules).map(|(name, weight)| Term::entry(name, weight));
    entries.chain(alarms.by_level().map(|(level, weight)| Term::level(level, weight)))
}
