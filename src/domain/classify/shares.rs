//! The probability of everything that a mail may be about, and the words that decided.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::domain::rules::{Meaning, RuleSet};
use crate::domain::text::{fold, is_han};
use crate::domain::understand::Reading;

use super::model::{Model, Score};
use super::rules::RuleVoices;
use super::train::shares;
use super::{BECAUSE_MAX, Category};

/// A word that says less than this share of what the loudest says did not decide.
const LOUD_MIN: f64 = 0.2;

/// A word that adds less to the logarithm of the likelihood did not decide either.
const VOICE_MIN: f64 = 0.25;

/// Shorter words are mostly articles and prepositions, in every language written in letters.
const LETTERS_MIN: usize = 4;

/// Chinese characters that are shown together: most words have no more.
const HAN_MAX: usize = 3;

/// Something that a mail may be about, with its probability.
struct Share<'a> {
    category: Option<Category>,
    name: &'a str,
    /// Its place among the model's classes, when the model knows it.
    class: Option<usize>,
    likelihood: f64,
}

/// All of them; their probabilities sum to 1.
pub(super) struct Shares<'a>(Vec<Share<'a>>);

impl<'a> Shares<'a> {
    /// Puts model and rules together: each weight of the rules counts its `term_weight` in the logarithm. What
    /// only the rules know begins as the least likely of what the model knows.
    pub(super) fn of(
        score: &Score<'_>,
        voices: &RuleVoices,
        model: &Model,
        rules: &'a RuleSet,
    ) -> Self {
        let least = score.logits.iter().copied().reduce(f64::min).unwrap_or(0.0);
        let mut all = Vec::new();
        let mut logits = Vec::new();
        let mut add = |category, name: &'a str, said: f64| {
            let class = model.place_of(name);
            let learnt = class.and_then(|class| score.logits.get(class)).copied().unwrap_or(least);
            logits.push(learnt + voices.term_weight * said);
            all.push(Share { category, name, class, likelihood: 0.0 });
        };
        for (at, entry) in rules.subcategories().iter().enumerate() {
            add(Some(entry.category), &entry.code, voices.for_subcategory(at, entry.category));
        }
        for (at, entry) in rules.referrals().iter().enumerate() {
            add(None, &entry.id, voices.for_referral(at));
        }
        for (entry, share) in all.iter_mut().zip(shares(&logits)) {
            entry.likelihood = share;
        }
        Self(all)
    }

    pub(super) fn of_category(&self, category: Option<Category>) -> f64 {
        self.within(category).map(|share| share.likelihood).sum()
    }

    /// The likeliest name within a category, or the likeliest referral.
    pub(super) fn name(&self, category: Option<Category>) -> Option<&'a str> {
        self.best(category).map(|share| share.name)
    }

    fn within(&self, category: Option<Category>) -> impl Iterator<Item = &Share<'a>> {
        self.0.iter().filter(move |share| share.category == category)
    }

    fn best(&self, category: Option<Category>) -> Option<&Share<'a>> {
        self.within(category).max_by(|one, other| one.likelihood.total_cmp(&other.likelihood))
    }

    fn class(&self, category: Option<Category>) -> Option<usize> {
        self.best(category).and_then(|share| share.class)
    }
}

/// The words that speak loudest for the chosen category against the next best, strongest first, none inside
/// another.
pub(super) fn because(
    chosen: [Option<Category>; 2],
    shares: &Shares<'_>,
    score: &Score<'_>,
    voices: &RuleVoices,
    reading: &Reading<'_>,
    rules: &RuleSet,
) -> Vec<String> {
    let [best, next] = chosen;
    let speaks = |meaning: Meaning| match meaning {
        Meaning::Subcategory(at) => {
            best.is_some() && rules.subcategories().get(at).map(|entry| entry.category) == best
        }
        Meaning::Category(category) => Some(category) == best,
        Meaning::NoCategory | Meaning::Referral(_) => best.is_none(),
        _ => false,
    };
    let mentions = voices.found.iter().filter(|(meaning, _, _)| speaks(*meaning));
    let mut loud: Vec<(f64, String)> = mentions
        .map(|(_, weight, written)| (weight * voices.term_weight, written.clone()))
        .collect();
    if let (Some(class), Some(against)) = (shares.class(best), shares.class(next)) {
        let said = score.words_for(class, against);
        loud.extend(learnt_words(said, VOICE_MIN, score, reading));
    }
    strongest(loud)
}

/// What each different word says to the model, as first written; neighbouring Chinese characters together. `said` is
/// what each word of the text says, in order. What says less than `least` is left out.
pub(super) fn learnt_words(
    said: Vec<f64>,
    least: f64,
    score: &Score<'_>,
    reading: &Reading<'_>,
) -> Vec<(f64, String)> {
    let mut said = said.into_iter();
    let mut spoken: BTreeMap<Cow<'_, str>, (f64, &str)> = BTreeMap::new();
    let han = |at: usize| reading.words.get(at).is_some_and(|word| word.folded.chars().all(is_han));
    let mut at = 0_usize;
    while let Some(word) = reading.words.get(at) {
        let mut end = at.saturating_add(1);
        let mut voice = said.next().unwrap_or(0.0);
        while han(at) && voice > 0.0 && han(end) && end.saturating_sub(at) < HAN_MAX {
            voice += said.next().unwrap_or(0.0);
            end = end.saturating_add(1);
        }
        let written = reading.written(&(at..end));
        if han(at) || (written.chars().count() >= LETTERS_MIN && !score.is_common(at)) {
            // Only other scripts have articles, or words of several, to be folded again.
            let known = written.is_ascii().then_some(Cow::Borrowed(word.folded.as_str()));
            let key = known.unwrap_or_else(|| Cow::Owned(fold(written)));
            spoken.entry(key).or_insert((0.0, written)).0 += voice;
        }
        at = end;
    }
    let heard = spoken.into_values().filter(|(voice, _)| *voice >= least);
    heard.map(|(voice, written)| (voice, written.to_owned())).collect()
}

fn strongest(mut loud: Vec<(f64, String)>) -> Vec<String> {
    loud.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    let least = loud.first().map_or(0.0, |first| first.0 * LOUD_MIN).max(VOICE_MIN);
    let mut chosen: Vec<String> = Vec::new();
    for (voice, written) in loud {
        let told = || {
            let folded = fold(&written);
            chosen.iter().any(|earlier| fold(earlier).contains(&folded))
        };
        if chosen.len() < BECAUSE_MAX && voice >= least && !told() {
            chosen.push(written);
        }
    }
    chosen
}
