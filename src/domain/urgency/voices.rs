//! The terms of the rules that speak for each level of urgency.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Urgency;
use crate::domain::rules::{Hit, Meaning, RuleSet};
use crate::domain::understand::Reading;

/// Clauses within which the words of one danger stand: about three sentences.
const NEAR_CLAUSES: usize = 8;

/// How likely each level is before anything is read, and how little makes an emergency.
#[derive(Debug, Clone, Copy)]
pub(in crate::domain) struct Scale {
    pub(in crate::domain) emergency_above: f64,
    pub(in crate::domain) emergency_bias: f64,
    pub(in crate::domain) high_bias: f64,
    pub(in crate::domain) low_bias: f64,
}

/// A term that speaks for a level, in its clause.
struct Voice {
    level: Urgency,
    weight: f64,
    clause: usize,
    written: String,
}

/// The terms that speak for each level, in the order of the text.
pub(in crate::domain) struct Voices {
    spoken: Vec<Voice>,
    /// Which words belong to something settled or harmless; empty where nothing is.
    withheld: Vec<bool>,
    scale: Scale,
}

impl Voices {
    pub(in crate::domain) fn of(reading: &Reading<'_>, rules: &RuleSet) -> Self {
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
        let withheld = withheld(reading, &safe, &harmless);
        Self { spoken, withheld, scale: *rules.urgency_scale() }
    }

    /// What the terms of each level come to, where there are any.
    pub(in crate::domain) fn by_level(&self) -> impl Iterator<Item = (Urgency, f64)> {
        let said = |level| (level, self.said(level));
        Urgency::ALL.into_iter().map(said).filter(|(_, weight)| *weight > 0.0)
    }

    /// Whether any word belongs to something settled or harmless.
    pub(super) const fn withholds_any(&self) -> bool {
        !self.withheld.is_empty()
    }

    /// Whether a word, counted from 0, belongs to something settled or harmless.
    pub(super) fn withholds(&self, word: usize) -> bool {
        self.withheld.get(word).copied().unwrap_or(false)
    }

    fn said(&self, level: Urgency) -> f64 {
        if level == Urgency::Emergency { self.nearby() } else { self.sum(level) }
    }

    pub(super) fn score(&self, level: Urgency) -> f64 {
        let bias = match level {
            Urgency::Emergency => self.scale.emergency_bias,
            Urgency::High => self.scale.high_bias,
            Urgency::Normal => 0.0,
            Urgency::Low => self.scale.low_bias,
        };
        bias + self.said(level)
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

    pub(super) fn words(&self, level: Urgency) -> impl Iterator<Item = String> {
        let mut voices: Vec<&Voice> =
            self.spoken.iter().filter(|voice| voice.level == level).collect();
        voices.sort_by(|one, other| other.weight.total_cmp(&one.weight));
        voices.into_iter().map(|voice| voice.written.clone())
    }
}

fn withheld(reading: &Reading<'_>, safe: &BTreeSet<usize>, harmless: &[Range<usize>]) -> Vec<bool> {
    if safe.is_empty() && harmless.is_empty() {
        return Vec::new();
    }
    let inside = |word: usize| harmless.iter().any(|span| span.contains(&word));
    let settled = |word: usize| safe.contains(&reading.clause_at(word));
    (0..reading.words.len()).map(|word| inside(word) || settled(word)).collect()
}

fn spans(reading: &Reading<'_>, meant: Meaning) -> Vec<Range<usize>> {
    reading.saying(|meaning| meaning == meant).map(|hit| hit.words.clone()).collect()
}

fn covered(hit: &Hit<'_>, spans: &[Range<usize>]) -> bool {
    spans.iter().any(|span| span.start <= hit.words.start && hit.words.end <= span.end)
}
