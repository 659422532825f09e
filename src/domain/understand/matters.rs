//! Two problems in one mail: a second one is seen only where the writer says that there are two, or adds one,
//! and two sentences are each sure of another trade, or of another thing in another place.
//!
//! A false second ticket costs an office a journey and the writer's trust; a missed one is read by whoever
//! repairs the first. So nothing is guessed from two words alone: `l'erba è alta, ma prima i fili!` is one.

use serde::{Deserialize, Serialize};

use super::Reading;
use crate::domain::classify::{Verdict, classify};
use crate::domain::mail::Mail;
use crate::domain::place::{Place, place};
use crate::domain::rules::RuleSet;
use crate::domain::text::{sentences, unwrapped, words};
use crate::domain::urgency::{UrgencyVerdict, urgency};

/// A problem beside the one that a mail is mainly about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Matter {
    /// Which trade must repair it; never without a category.
    pub verdict: Verdict,
    /// Where it is: as its own sentence says, else where the first is.
    pub place: Option<Place>,
    /// How urgent it is by itself.
    pub urgency: UrgencyVerdict,
    /// The sentence that speaks of it.
    pub text: String,
}

/// Where the writer counts to two, both sentences must be as sure as this.
const COUNTED_SURE: f64 = 0.6;

/// Where they only add something, as sure as this.
const ADDED_SURE: f64 = 0.7;

/// Longer mails are stories; their second halves repeat the first.
const SENTENCES_MAX: usize = 40;

/// Fewer words name no thing and its fault.
const WORDS_MIN: usize = 3;

/// What counts to two, folded.
const COUNTS: [&str; 34] = [
    "due cose",
    "due problemi",
    "due segnalazioni",
    "due guasti",
    "due guai",
    "due pericoli",
    "due richieste",
    "due faccende",
    "due favori",
    "due situazioni",
    "due interventi",
    "due questioni",
    "tutt e due",
    "altra cosa",
    "altra faccenda",
    "altra segnalazione",
    "altro problema",
    "altro guaio",
    "altro lavoro",
    "altro guasto",
    "cosa diversa",
    "faccenda diversa",
    "seconda cosa",
    "la seconda",
    "il secondo",
    "two things",
    "two problems",
    "deux choses",
    "deux problemes",
    "dos cosas",
    "dos problemas",
    "zwei dinge",
    "doua lucruri",
    "doua probleme",
];

/// What adds one to it, in the sentence itself, folded.
const ADDS: [&str; 22] = [
    "inoltre",
    "gia che",
    "ne approfitto",
    "sempre li",
    "in piu",
    "oltre a cio",
    "e poi",
    "also",
    "while you re at it",
    "en plus",
    "de plus",
    "ausserdem",
    "zudem",
    "ademas",
    "ah y",
    "in plus",
    "de asemenea",
    "gjithashtu",
    "edhe",
    "крім того",
    "також",
    "另外",
];

/// The second problem of a mail, if it surely has one.
pub(super) fn second(
    mail: &Mail,
    whole: &Verdict,
    whole_place: Option<&Place>,
    rules: &RuleSet,
) -> Option<Matter> {
    whole.category?;
    let whole_lines = unwrapped(&mail.text);
    let parts: Vec<&str> = sentences(&whole_lines)
        .into_iter()
        .take(SENTENCES_MAX)
        .filter_map(|at| whole_lines.get(at))
        .collect();
    let counted = says(&mail.subject, &COUNTS) || says(&mail.text, &COUNTS) || is_list(&parts);
    if !counted && !parts.iter().any(|part| says(part, &ADDS)) {
        return None;
    }
    let read: Vec<(&str, Verdict)> = parts
        .into_iter()
        .filter(|part| words(part).len() >= WORDS_MIN)
        .map(|part| (part, classify(&Reading::of("", part, rules.lexicon()), "", rules)))
        .collect();
    let sure = |verdict: &Verdict, least: f64| {
        verdict.category.is_some() && verdict.subcategory.is_some() && verdict.confidence >= least
    };
    let least = if counted { COUNTED_SURE } else { ADDED_SURE };
    let (first, _) = read
        .iter()
        .filter(|(_, verdict)| sure(verdict, least) && verdict.category == whole.category)
        .max_by(|one, other| one.1.confidence.total_cmp(&other.1.confidence))?;
    let found = |part: &str| place("", part, "", rules.places());
    let first_place = found(first);
    let is_other = |part: &str, verdict: &Verdict| {
        let elsewhere = || match (&first_place, found(part)) {
            (Some(first), Some(second)) => first.text != second.text,
            _ => false,
        };
        verdict.category != whole.category
            || (counted && verdict.subcategory != whole.subcategory && elsewhere())
    };
    let (text, verdict) = read
        .iter()
        .filter(|(part, _)| *part != *first && (counted || says(part, &ADDS)))
        .filter(|(part, verdict)| sure(verdict, least) && is_other(part, verdict))
        .max_by(|one, other| one.1.confidence.total_cmp(&other.1.confidence))?;
    Some(Matter {
        verdict: verdict.clone(),
        place: found(text).or_else(|| whole_place.cloned()),
        urgency: urgency(&Reading::of("", text, rules.lexicon()), rules),
        text: text.trim().to_owned(),
    })
}

/// Whether a text has one of these phrases as whole words.
fn says(text: &str, phrases: &[&str]) -> bool {
    let said: Vec<String> = words(text).into_iter().map(|word| word.folded).collect();
    let said = format!(" {} ", said.join(" "));
    phrases.iter().any(|phrase| said.contains(&format!(" {phrase} ")))
}

/// Two sentences that begin with `1)` and `2.`, or with a dash.
fn is_list(parts: &[&str]) -> bool {
    let begins = |part: &&&str| {
        let part = part.trim_start();
        let numbered = part
            .strip_prefix(['1', '2', '3', '4'])
            .is_some_and(|rest| rest.starts_with([')', '.', '-']));
        numbered || part.starts_with(['-', '•', '*', '–'])
    };
    parts.iter().filter(begins).nth(1).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::Category;
    use crate::domain::understand::understand;

    fn second_of(subject: &str, text: &str) -> Option<Matter> {
        let rules = RuleSet::parse("", "rules.toml").unwrap();
        let mail = Mail { subject: subject.into(), text: text.into(), ..Mail::default() };
        understand(&mail, &rules).second.map(|matter| *matter)
    }

    #[test]
    fn two_problems_that_are_counted_or_added_are_two() {
        for (text, category, place) in [
            (
                "Due cose: in via Ofanto 3 c'è una buca profonda nell'asfalto.\nPoi il lampione davanti al parco è spento.",
                [Category::Plant, Category::Infrastructure],
                None,
            ),
            (
                "In via Ofanto c'è una buca nell'asfalto della carreggiata. Inoltre il lampione di via Po è spento da ieri.",
                [Category::Plant, Category::Infrastructure],
                Some("via Po"),
            ),
            (
                "Si segnala:\n1) porta dell'aula con il vetro rotto;\n2) siepe del cortile da potare, i rami entrano in strada.",
                [Category::GreenSpace, Category::Building],
                None,
            ),
        ] {
            let found = second_of("Segnalazione", text).unwrap_or_else(|| panic!("{text}"));
            assert!(category.contains(&found.verdict.category.unwrap()), "{text}: {found:?}");
            if let Some(place) = place {
                let places = ["via Ofanto", place];
                assert!(places.contains(&found.place.unwrap().text.as_str()), "{text}");
            }
        }
    }

    #[test]
    fn what_is_told_beside_one_problem_is_no_second() {
        for text in [
            "L'erba è alta, sì, ma per favore prima i fili della luce scoperti!",
            "Il lampione di via Po è spento. I lampioni nuovi fanno una luce bellissima. Grazie.",
            "Da ieri il calorifero dell'aula è freddo. Due bambini hanno pianto.",
            "C'è una buca in via Roma 3. Inoltre vi ringrazio per la gentilezza.",
            "Due cose: il lampione è spento. Il lampione lampeggia.",
            "",
        ] {
            assert_eq!(second_of("Segnalazione", text), None, "{text}");
        }
    }
}
