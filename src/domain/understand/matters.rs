//! Two problems in one mail: a second one is seen where the writer says that there are two, or adds one, and two
//! sentences are each sure of another trade, or of another thing in another place; without such a word only
//! where both are very sure, of different trades, and each names a place of its own.
//!
//! A false second ticket costs an office a journey and the writer's trust; a missed one is read by whoever
//! repairs the first. So nothing is guessed from two words alone: `l'erba è alta, ma prima i fili!` is one.

mod phrases;

use serde::{Deserialize, Serialize};

use super::Reading;
use crate::domain::classify::{Evidence, Verdict, classify};
use crate::domain::mail::Mail;
use crate::domain::place::{Place, place};
use crate::domain::rules::RuleSet;
use crate::domain::text::{sentences, unwrapped};
use crate::domain::urgency::{UrgencyVerdict, urgency};
use phrases::{ADDS, COUNTS, Part};

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

/// A second problem, and where its mail's first one is when that has a place of its own.
pub(super) struct Second {
    pub(super) matter: Matter,
    pub(super) first_place: Option<Place>,
}

/// Where the writer counts to two, both sentences must be as sure as this.
const COUNTED_SURE: f64 = 0.5;

/// Where they only add something, as sure as this.
const ADDED_SURE: f64 = 0.6;

/// Where they say nothing of two, as sure as this, and each with its place.
const APART_SURE: f64 = 0.8;

/// Longer mails are stories; their second halves repeat the first.
const SENTENCES_MAX: usize = 40;

/// Fewer words name no thing and its fault.
const WORDS_MIN: usize = 3;

/// A sentence that was read by itself.
struct Told<'p, 't> {
    part: &'p Part<'t>,
    verdict: Verdict,
}

impl Told<'_, '_> {
    fn is_sure(&self, least: f64) -> bool {
        self.verdict.category.is_some()
            && self.verdict.subcategory.is_some()
            && self.verdict.confidence >= least
    }
}

fn surest<'r, 'p, 't>(told: impl Iterator<Item = &'r Told<'p, 't>>) -> Option<&'r Told<'p, 't>>
where
    't: 'p,
    'p: 'r,
{
    told.max_by(|one, other| one.verdict.confidence.total_cmp(&other.verdict.confidence))
}

/// The second problem of a mail, if it surely has one.
pub(super) fn second(
    mail: &Mail,
    whole: &Verdict,
    whole_place: Option<&Place>,
    rules: &RuleSet,
) -> Option<Second> {
    whole.category?;
    let whole_lines = unwrapped(&mail.text);
    let parts: Vec<Part<'_>> = sentences(&whole_lines)
        .into_iter()
        .take(SENTENCES_MAX)
        .filter_map(|at| whole_lines.get(at))
        .map(Part::of)
        .collect();
    let counted = Part::of(&mail.subject).says(&COUNTS)
        || parts.iter().any(|part| part.says(&COUNTS))
        || parts.iter().filter(|part| part.is_item()).nth(1).is_some();
    let said = counted || parts.iter().any(|part| part.says(&ADDS));
    if !said && parts.iter().filter(|part| part.is_somewhere()).nth(1).is_none() {
        return None;
    }
    let faults = || parts.iter().filter(|part| part.words() >= WORDS_MIN && !part.is_beside());
    let found = |part: &Part<'_>| place("", part.text, "", rules.places());
    // Reading every sentence costs as much as the mail: without a word of two only those that name places.
    let candidates: Vec<&Part<'_>> =
        if said { faults().collect() } else { apart(faults().collect(), found)? };
    let told: Vec<Told<'_, '_>> = candidates
        .into_iter()
        .map(|part| {
            let reading = Reading::of("", part.text, rules.lexicon());
            Told { part, verdict: classify(&Evidence::of(&reading, rules), rules) }
        })
        .collect();
    let least = if counted { COUNTED_SURE } else { ADDED_SURE };
    let first = surest(
        told.iter().filter(|one| one.is_sure(least) && one.verdict.category == whole.category),
    )?;
    let first_place = found(first.part);
    let elsewhere = |part: &Part<'_>| match (&first_place, found(part)) {
        (Some(first), Some(second)) => first.text != second.text,
        _ => false,
    };
    let is_other = |one: &Told<'_, '_>| {
        let trade = one.verdict.category != whole.category;
        let thing = one.verdict.subcategory != first.verdict.subcategory;
        let items = one.part.is_item() && first.part.is_item();
        if counted {
            one.is_sure(COUNTED_SURE) && (trade || ((thing || items) && elsewhere(one.part)))
        } else if one.part.says(&ADDS) || first.part.says(&ADDS) {
            one.is_sure(ADDED_SURE) && trade
        } else {
            trade && first.is_sure(APART_SURE) && one.is_sure(APART_SURE) && elsewhere(one.part)
        }
    };
    let other =
        surest(told.iter().filter(|one| !std::ptr::eq(one.part, first.part) && is_other(one)))?;
    let text = other.part.text;
    let said = Reading::of("", text, rules.lexicon());
    let matter = Matter {
        verdict: other.verdict.clone(),
        place: found(other.part).or_else(|| whole_place.cloned()),
        urgency: urgency(&Evidence::of(&said, rules), rules),
        text: text.trim().to_owned(),
    };
    Some(Second { matter, first_place })
}

/// The sentences with a place of their own, when they name more than one.
fn apart<'p, 't>(
    parts: Vec<&'p Part<'t>>,
    found: impl Fn(&Part<'t>) -> Option<Place>,
) -> Option<Vec<&'p Part<'t>>> {
    let somewhere: Vec<&Part<'t>> = parts.into_iter().filter(|part| part.is_somewhere()).collect();
    somewhere.get(1)?;
    let placed: Vec<(&Part<'t>, Place)> =
        somewhere.into_iter().filter_map(|part| Some((part, found(part)?))).collect();
    let (_, one) = placed.first()?;
    let several = placed.iter().any(|(_, place)| place.text != one.text);
    several.then(|| placed.into_iter().map(|(part, _)| part).collect())
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
            (
                "In via Ofanto 3 c'è una buca profonda nell'asfalto. In via Po 12 il lampione è spento da una settimana.",
                [Category::Plant, Category::Infrastructure],
                None,
            ),
            (
                "1) lampione spento in via Po 3\n2) lampione spento in via Adda 9",
                [Category::Plant, Category::Plant],
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
            "Il lampione di via Po è spento. La strada è piena di buche? No, quella è a posto.",
            "In via Roma 3 c'è una buca nell'asfalto. Il lampione di via Po invece funziona benissimo.",
            "Il lampione di via Po è spento. Inoltre quando piove la strada è buia e piena di pozzanghere.",
            "- Mario Rossi\n- via Verdi 3\n- tel 333 1234567\nIl lampione è spento",
            "",
        ] {
            assert_eq!(second_of("Segnalazione", text), None, "{text}");
        }
    }

    #[test]
    fn each_problem_has_the_place_of_its_own_sentence() {
        let rules = RuleSet::parse("", "rules.toml").unwrap();
        let text = "Due cose: c'è una buca profonda nell'asfalto di via Ofanto, la carreggiata è tutta rotta. Poi il lampione di via Po 12 è spento.";
        let mail = Mail { subject: "buca".into(), text: text.into(), ..Mail::default() };
        let understood = understand(&mail, &rules);
        let second = understood.second.expect("two");
        let mut places = [understood.place.unwrap().text, second.place.unwrap().text];
        places.sort();
        assert_eq!(places, ["via Ofanto", "via Po 12"]);
    }
}
