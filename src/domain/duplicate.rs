//! The same thing reported again: by another resident, or by the same one who sees no work done.
//!
//! What is probably the same is said, never acted on: the ticket stays, its writer is answered, and staff
//! confirm or split. Only a second work order is not sent by itself (Signalen shows the same kind of work
//! within 50 m in the last 12 weeks; text decides where the place is only a street).

use std::cell::LazyCell;
use std::collections::HashSet;
use std::sync::LazyLock;
use std::time::Duration;

use foldhash::fast::RandomState;
use serde::{Deserialize, Serialize};

use super::language::Language;
use super::place::{Nearness, Place, nearness};
use super::text::each_word;

/// Earlier reports count for so long (Signalen's context view): later ones are new damage.
pub const WINDOW: Duration = Duration::from_hours(12 * 7 * 24);

/// The ticket that another one probably, or surely, repeats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SameAs {
    /// The number of the earlier one.
    pub number: String,
    /// Staff said so.
    pub confirmed: bool,
}

/// What was reported, as it is compared.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// Where.
    pub place: &'a Place,
    /// Subject and words.
    pub texts: [&'a str; 2],
    /// In which language: words of two are never alike.
    pub language: Language,
}

/// An open ticket of the same subcategory, near in time and place.
#[derive(Debug, Clone, PartialEq)]
pub struct Earlier {
    /// Its number.
    pub number: String,
    /// Where it is.
    pub place: Place,
    /// What they called it.
    pub subject: String,
    /// What they wrote.
    pub text: String,
    /// In which language.
    pub language: Language,
}

/// Of the words of the shorter report, at least this share must be in the other one, where both are at one
/// house or thing.
const ALIKE_CLOSE: f64 = 0.15;

/// The same where a street is all that is known of the place.
const ALIKE_ON_STREET: f64 = 0.4;

/// So many words at least are shared on a street without numbers.
const SHARED_ON_STREET_MIN: usize = 3;

/// Words shorter than this say little.
const WORD_CHARS_MIN: usize = 4;

/// So many letters of a word are compared: `spento` and `spenti` are one word.
const STEM_CHARS: usize = 5;

/// Words of a report that are compared; a story says the thing by then.
const WORDS_MAX: usize = 200;

/// The first letters of a folded word; blanks where it has fewer.
type Stem = [char; STEM_CHARS];

/// The stems of words of every report.
static EVERYWHERE: LazyLock<HashSet<Stem, RandomState>> = LazyLock::new(|| {
    let words = "buong buona salve gent genti vorre segna grazi salut cordi disti prego invio attes risco inter \
         probl situa comun uffic quest quell della dello delle degli nella nelle davan press via viale \
         piazz civic";
    words.split(' ').map(stem).collect()
});

/// The earlier ticket that a report probably repeats: the nearest, of several the first.
#[must_use]
pub fn same_as<'a>(report: Report<'_>, earlier: &'a [Earlier]) -> Option<&'a Earlier> {
    let own = LazyCell::new(|| stems(&report.texts, report.place));
    let mut best: Option<(Nearness, &Earlier)> = None;
    for known in earlier {
        let Some(near) = nearness(report.place, &known.place) else { continue };
        // Reading it costs more than knowing that it cannot be the one.
        if best.is_some_and(|(nearest, _)| nearest <= near) {
            continue;
        }
        let other = || stems(&[&known.subject, &known.text], &known.place);
        let alike = report.language != known.language && near == Nearness::Close
            || are_alike(near, &own, &other());
        if alike {
            best = Some((near, known));
        }
    }
    best.map(|(_, known)| known)
}

fn are_alike(near: Nearness, one: &[Stem], other: &[Stem]) -> bool {
    let shared = one.iter().filter(|stem| other.binary_search(stem).is_ok()).count();
    let shorter = one.len().min(other.len());
    let share = |least: f64| {
        let counts = (u32::try_from(shared), u32::try_from(shorter));
        let (Ok(shared), Ok(shorter)) = counts else { return false };
        f64::from(shared) >= f64::from(shorter) * least
    };
    match near {
        Nearness::Close => shared > 0 && share(ALIKE_CLOSE),
        Nearness::SameStreet => shared >= SHARED_ON_STREET_MIN && share(ALIKE_ON_STREET),
    }
}

/// The stems of what a report says, sorted, without its address and what every report says.
fn stems(texts: &[&str], place: &Place) -> Vec<Stem> {
    let mut address = Vec::new();
    each_word(&place.text, |word, _| address.push(stem(word)));
    let is_number = |stem: &Stem| stem.iter().all(|char| char.is_ascii_digit() || *char == ' ');
    let (mut found, mut words) = (Vec::new(), 0_usize);
    for text in texts {
        each_word(text, |word, _| {
            words = words.saturating_add(1);
            if words > WORDS_MAX || word.chars().nth(WORD_CHARS_MIN.saturating_sub(1)).is_none() {
                return;
            }
            let stem = stem(word);
            if !address.contains(&stem) && !EVERYWHERE.contains(&stem) && !is_number(&stem) {
                found.push(stem);
            }
        });
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn stem(word: &str) -> Stem {
    let mut stem = [' '; STEM_CHARS];
    for (place, char) in stem.iter_mut().zip(word.chars()) {
        *place = char;
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::place::{Gazetteer, place};

    fn earlier(number: &str, text: &str) -> Earlier {
        Earlier {
            number: number.to_owned(),
            place: place("", text, "", &Gazetteer::default()).unwrap_or_default(),
            subject: "Segnalazione".to_owned(),
            text: text.to_owned(),
            language: Language::It,
        }
    }

    fn found(text: &str, language: Language, known: &[Earlier]) -> Option<String> {
        let place = place("", text, "", &Gazetteer::default()).unwrap_or_default();
        let report = Report { place: &place, texts: ["Segnalazione", text], language };
        same_as(report, known).map(|earlier| earlier.number.clone())
    }

    #[test]
    fn the_same_thing_at_the_same_place_is_found() {
        let known = [
            earlier("2026-000001", "Buongiorno, in via Roma 12 il lampione è spento da giorni."),
            earlier(
                "2026-000002",
                "Buongiorno, il lampione di via Po è spento, tutta la strada al buio.",
            ),
        ];
        for (text, expected) in [
            ("lampione spento in via Roma 14", Some("2026-000001")),
            ("V. Roma 12: lampioni spenti!", Some("2026-000001")),
            ("lampione spento in via Roma 40", None),
            ("la fontanella di via Roma 12 perde", None),
            ("il lampione di via Po è ancora spento, la strada è al buio", Some("2026-000002")),
            ("il lampione di via Po fa rumore", None),
            ("lampione spento in via Verdi 12", None),
        ] {
            assert_eq!(found(text, Language::It, &known).as_deref(), expected, "{text}");
        }
        let english = "the lamp at via Roma 12 does not work";
        assert_eq!(found(english, Language::En, &known).as_deref(), Some("2026-000001"));
    }

    #[test]
    fn the_nearest_comes_before_the_first() {
        let known = [
            earlier("2026-000001", "il lampione di via Roma è spento e la strada è al buio"),
            earlier("2026-000002", "il lampione di via Roma 12 è spento e la strada è al buio"),
        ];
        let text = "in via Roma 12 il lampione è spento e la strada è al buio";
        assert_eq!(found(text, Language::It, &known).as_deref(), Some("2026-000002"));
    }
}
