//! How soon somebody must look: emergency recall first, false alarms second.
//!
//! An emergency needs a danger present now: a dangerous expression that is neither negated, nor settled, nor
//! part of something harmless (`luce di emergenza`, `antincendio`, `via del Gas`). "Urgente" alone is a habit of a
//! third of all writers and raises nothing by itself.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::rules::{Hit, Meaning, RuleSet};
use super::text::{fold, sentences};
use super::understand::Reading;

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

/// Clauses within which the words of one danger stand: about three sentences.
const NEAR_CLAUSES: usize = 8;

/// Decides how urgent a mail is from what its writer says now (no quotes, no old mails).
///
/// Patterns decide alone; otherwise the weighted terms are summed for each level and made a probability. Terms of an
/// emergency count together only near each other (`NEAR_CLAUSES`): a long story has some of them anywhere. It needs far less
/// than the others (`emergency_above` in the rules), because a person looks within minutes.
#[must_use]
pub(super) fn urgency(reading: &Reading<'_>, rules: &RuleSet) -> UrgencyVerdict {
    let voices = Voices::of(reading, rules);
    let decisive = Decisive::of(reading, rules);
    let scale = rules.urgency_scale();
    let level = if decisive.has(Urgency::Emergency)
        || voices.share(Urgency::Emergency) >= scale.emergency_above
    {
        Urgency::Emergency
    } else if decisive.has(Urgency::High) {
        Urgency::High
    } else if decisive.has(Urgency::Low) {
        Urgency::Low
    } else {
        voices.likeliest_below_emergency()
    };
    let mut because = decisive.words(level);
    because.extend(voices.words(level).filter(|word| !because.contains(word)).collect::<Vec<_>>());
    because.truncate(BECAUSE_MAX);
    UrgencyVerdict { urgency: level, because }
}

/// How likely each level is before anything is read, and how little makes an emergency.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub(super) emergency_above: f64,
    pub(super) emergency_bias: f64,
    pub(super) high_bias: f64,
    pub(super) low_bias: f64,
}

/// A term that speaks for a level, in its clause.
struct Voice {
    level: Urgency,
    weight: f64,
    clause: usize,
    written: String,
}

/// The terms that speak for each level, in the order of the text.
struct Voices {
    spoken: Vec<Voice>,
    scale: Scale,
}

impl Voices {
    fn of(reading: &Reading<'_>, rules: &RuleSet) -> Self {
        let harmless = spans(reading, Meaning::Harmless);
        let safe: BTreeSet<usize> = reading
            .saying(|meaning| meaning == Meaning::Safe)
            .map(|hit| reading.clause_of(hit))
            .collect();
        let mut seen = BTreeSet::new();
        let mut spoken = Vec::new();
        for hit in &reading.hits {
            for (meaning, weight) in hit.meanings {
                let Meaning::Urgency(level) = meaning else { continue };
                let settled = *level <= Urgency::High && safe.contains(&reading.clause_of(hit));
                if settled || covered(hit, &harmless) || !seen.insert((hit.term, *level)) {
                    continue;
                }
                let (weight, clause) = (*weight, reading.clause_of(hit));
                let written = reading.written(&hit.words).to_owned();
                spoken.push(Voice { level: *level, weight, clause, written });
            }
        }
        Self { spoken, scale: *rules.urgency_scale() }
    }

    fn score(&self, level: Urgency) -> f64 {
        let bias = match level {
            Urgency::Emergency => self.scale.emergency_bias,
            Urgency::High => self.scale.high_bias,
            Urgency::Normal => 0.0,
            Urgency::Low => self.scale.low_bias,
        };
        bias + if level == Urgency::Emergency { self.nearby() } else { self.sum(level) }
    }

    fn sum(&self, level: Urgency) -> f64 {
        self.spoken.iter().filter(|voice| voice.level == level).map(|voice| voice.weight).sum()
    }

    /// The greatest sum of an emergency's weights within `NEAR_CLAUSES`.
    fn nearby(&self) -> f64 {
        let voices = || self.spoken.iter().filter(|voice| voice.level == Urgency::Emergency);
        let mut first = voices().peekable();
        let (mut sum, mut best) = (0.0, 0.0_f64);
        for voice in voices() {
            sum += voice.weight;
            while let Some(left) =
                first.next_if(|left| left.clause.saturating_add(NEAR_CLAUSES) < voice.clause)
            {
                sum -= left.weight;
            }
            best = best.max(sum);
        }
        best
    }

    fn share(&self, level: Urgency) -> f64 {
        let all: f64 = Urgency::ALL.into_iter().map(|each| self.score(each).exp()).sum();
        self.score(level).exp() / all
    }

    fn likeliest_below_emergency(&self) -> Urgency {
        let mut best = Urgency::Normal;
        for level in [Urgency::High, Urgency::Low] {
            if self.score(level) > self.score(best) {
                best = level;
            }
        }
        best
    }

    fn words(&self, level: Urgency) -> impl Iterator<Item = String> {
        let mut voices: Vec<&Voice> =
            self.spoken.iter().filter(|voice| voice.level == level).collect();
        voices.sort_by(|one, other| other.weight.total_cmp(&one.weight));
        voices.into_iter().map(|voice| voice.written.clone())
    }
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
            if !rules.may_be_urgent(&folded) {
                continue;
            }
            for (level, patterns) in rules.urgency_patterns() {
                let found = patterns.iter().find_map(|pattern| pattern.find(&folded));
                let Some(found) = found else { continue };
                if *level > Urgency::High || !is_settled(written, rules) {
                    matched.push((*level, found.as_str().trim().to_owned()));
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

fn spans(reading: &Reading<'_>, meant: Meaning) -> Vec<Range<usize>> {
    reading.saying(|meaning| meaning == meant).map(|hit| hit.words.clone()).collect()
}

fn covered(hit: &Hit<'_>, spans: &[Range<usize>]) -> bool {
    spans.iter().any(|span| span.start <= hit.words.start && hit.words.end <= span.end)
}
