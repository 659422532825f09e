//! How soon somebody must look: emergency recall first, false alarms second.
//!
//! An emergency needs a danger present now: a dangerous expression that is neither negated, nor settled, nor
//! part of something harmless (`luce di emergenza`, `antincendio`, `via del Gas`). "Urgente" alone is a habit of a
//! third of all writers and raises nothing by itself.
//!
//! The rules' terms and patterns say the plain dangers in ten languages; the trained model, whose four levels are a
//! softmax apart from the trades', knows the many other words in which people put them.
//!
//! # What was tried
//!
//! Emergencies found, of 220 in 4,626 mails of sixteen hands, each hand judged by a model that never read it; how
//! many mails were raised for them; and how many of 1,409 that are at least high were found, of how many raised:
//!
//! | recipe | emergencies | raised | high or emergency | raised |
//! |---|---|---|---|---|
//! | rules alone | 118 | 181 | 439 | 692 |
//! | model alone | 133 | 300 | 656 | 900 |
//! | model, and patterns that decide alone | 142 | 300 | | |
//! | … the loudest three sentences instead of the whole mail | 139 | 300 | | |
//! | … and terms, each counting 0.5, raised from a probability of 0.04 | 150 | 437 | 757 | 1,155 |
//! | … raised from 0.1 | 141 | 288 | 715 | 1,054 |
//! | … raised from 0.13 | 137 | 265 | 707 | 1,039 |
//! | … with the dangers of missed mails as terms (shipped) | 165 | 311 | 729 | 1,063 |
//!
//! More freedom for the weights (30, 100) and another weight for emergencies (2 to 8) change the third row by three
//! mails at most. Of what is raised wrongly in the last row 80 mails of 146 are high. The terms of that row were
//! written after reading what was missed, so it flatters; the rows above it do not. Ten hands write as people usually
//! do: of their emergencies 111 of 115 are found (before these terms 107), with 216 raised of 3,160 mails. Six write
//! obliquely or in other languages: 54 of 105 (before these terms 30), with 95 raised of 1,466.

#[cfg(test)]
mod tests;
mod voices;

use serde::{Deserialize, Serialize};

use super::classify::Evidence;
use super::rules::{Meaning, RuleSet};
use super::text::{fold, sentences};
use super::understand::Reading;
pub(super) use voices::{Scale, Voices};

/// How soon, most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// People are in danger now.
    Emergency,
    /// A risk, or a service stopped, to be seen within a day.
    High,
    /// In its turn.
    Normal,
    /// A wish, a proposal, looks only.
    Low,
}

impl Urgency {
    /// Every urgency, most urgent first.
    pub const ALL: [Self; 4] = [Self::Emergency, Self::High, Self::Normal, Self::Low];

    /// The name in files, tables and contracts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::High => "high",
            Self::Normal => "normal",
            Self::Low => "low",
        }
    }

    /// Reads a [`name`](Self::name).
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|urgency| urgency.name() == name)
    }
}

/// How urgent, with what decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UrgencyVerdict {
    /// How soon somebody must look.
    pub urgency: Urgency,
    /// The words that decided, as the writer put them, at most [`BECAUSE_MAX`].
    pub because: Vec<String>,
}

/// Words shown as the reason, at most.
pub const BECAUSE_MAX: usize = 6;

/// What a unit of the rules' sums counts against a unit of what the model says. Measured on hands left out.
const RULES_COUNT: f64 = 0.5;

/// A word that adds less to the logarithm of the likelihood did not decide.
const VOICE_MIN: f64 = 0.15;

/// Decides how urgent a mail is from what its writer says now (no quotes, no old mails).
///
/// Patterns decide alone; otherwise the weighted terms, summed for each level, and what the model learnt are added
/// and made a probability. Terms of an emergency count together only near each other: a long story has some of them
/// anywhere. An emergency needs far less than the others (`emergency_above` in the rules), because a person looks
/// within minutes.
#[must_use]
pub(super) fn urgency(evidence: &Evidence<'_>, rules: &RuleSet) -> UrgencyVerdict {
    let Evidence { reading, alarms, .. } = evidence;
    let decisive = Decisive::of(reading, rules);
    let weighed = Weighed::of(evidence);
    let alarmed = weighed.share(Urgency::Emergency) >= rules.urgency_scale().emergency_above;
    let level = if decisive.has(Urgency::Emergency) || alarmed {
        Urgency::Emergency
    } else if decisive.has(Urgency::High) {
        Urgency::High
    } else if decisive.has(Urgency::Low) {
        Urgency::Low
    } else {
        weighed.likeliest_below_emergency()
    };
    let mut because = decisive.words(level);
    let learnt = weighed.words(level, evidence);
    because.extend(alarms.words(level).chain(learnt));
    // Without a word that speaks for it nothing is out of the ordinary.
    let level = if because.is_empty() { Urgency::Normal } else { level };
    UrgencyVerdict { urgency: level, because: told_once(because) }
}

/// The first of them, none inside an earlier one.
fn told_once(words: Vec<String>) -> Vec<String> {
    let mut told: Vec<(String, String)> = Vec::new();
    for word in words {
        if told.len() >= BECAUSE_MAX {
            break;
        }
        let folded = fold(&word);
        if !told.iter().any(|(_, it)| it.contains(&folded)) {
            told.push((word, folded));
        }
    }
    told.into_iter().map(|(word, _)| word).collect()
}

/// What rules and model say of each level together: logarithms of likelihoods, most urgent first.
struct Weighed([f64; Urgency::ALL.len()]);

impl Weighed {
    fn of(evidence: &Evidence<'_>) -> Self {
        Self(Urgency::ALL.map(|level| {
            RULES_COUNT * evidence.alarms.score(level) + evidence.learnt(level)
                - withheld(level, evidence)
        }))
    }

    fn of_level(&self, level: Urgency) -> f64 {
        self.0.get(level as usize).copied().unwrap_or(f64::MIN)
    }

    fn share(&self, level: Urgency) -> f64 {
        let all: f64 = self.0.iter().map(|score| libm::exp(*score)).sum();
        libm::exp(self.of_level(level)) / all
    }

    fn likeliest_below_emergency(&self) -> Urgency {
        let mut best = Urgency::Normal;
        for level in [Urgency::High, Urgency::Low] {
            if self.of_level(level) > self.of_level(best) {
                best = level;
            }
        }
        best
    }

    /// The words that speak loudest to the model for a level against the likeliest other, strongest first.
    fn words(&self, level: Urgency, evidence: &Evidence<'_>) -> Vec<String> {
        let others = Urgency::ALL.into_iter().filter(|other| *other != level);
        let other = others.max_by(|one, two| self.of_level(*one).total_cmp(&self.of_level(*two)));
        let Some(other) = other.filter(|_| level != Urgency::Normal) else { return Vec::new() };
        let mut said = evidence.words_for(level, other);
        for (at, voice) in said.iter_mut().enumerate() {
            if evidence.alarms.withholds(at) {
                *voice = 0.0;
            }
        }
        let mut loud = evidence.written(said, VOICE_MIN);
        loud.sort_by(|one, two| two.0.total_cmp(&one.0).then_with(|| one.1.cmp(&two.1)));
        loud.into_iter().map(|(_, written)| written).collect()
    }
}

/// What the words of settled and harmless things say to the model for an alarm: it does not count.
fn withheld(level: Urgency, evidence: &Evidence<'_>) -> f64 {
    let calmer = match level {
        Urgency::Emergency => Urgency::High,
        Urgency::High => Urgency::Normal,
        Urgency::Normal | Urgency::Low => return 0.0,
    };
    if !evidence.alarms.withholds_any() {
        return 0.0;
    }
    let said = evidence.words_for(level, calmer).into_iter().enumerate();
    let withheld = said.filter(|(at, voice)| *voice > 0.0 && evidence.alarms.withholds(*at));
    withheld.map(|(_, voice)| voice).sum()
}

/// The patterns that decide a level alone, with what they matched.
struct Decisive(Vec<(Urgency, String)>);

impl Decisive {
    /// Patterns see one sentence at a time, folded; one that says that nothing is the matter is left out.
    fn of(reading: &Reading<'_>, rules: &RuleSet) -> Self {
        let mut matched = Vec::new();
        for sentence in sentences(reading.text()) {
            let Some(written) = reading.text().get(sentence) else { continue };
            let folded = fold(written);
            for (level, words) in rules.alarming().found(&folded) {
                if level > Urgency::High || !is_settled(written, rules) {
                    matched.push((level, words.trim().to_owned()));
                }
            }
        }
        Self(matched)
    }

    fn has(&self, level: Urgency) -> bool {
        self.0.iter().any(|(of, _)| *of == level)
    }

    fn words(&self, level: Urgency) -> Vec<String> {
        self.0.iter().filter(|(of, _)| *of == level).map(|(_, words)| words.clone()).collect()
    }
}

/// Whether a sentence says that nothing is the matter.
fn is_settled(sentence: &str, rules: &RuleSet) -> bool {
    let reading = Reading::new(sentence, rules.lexicon());
    reading.saying(|meaning| meaning == Meaning::Safe).next().is_some()
}
