//! What a mail means: what it is about, where, how urgent, in which language.

mod matters;
mod reading;

use matters::Second;

pub use matters::Matter;
pub(super) use reading::Reading;

use super::classify::{Evidence, Verdict, classify};
use super::forward::passes_on;
use super::language::{Language, language};
use super::mail::{Forwarded, Mail};
use super::place::{self, Place};
use super::rules::RuleSet;
use super::text::{fold, words};
use super::urgency::{UrgencyVerdict, urgency};

/// Everything that is understood of one mail.
#[derive(Debug, Clone, PartialEq)]
pub struct Understood {
    /// Which trade must repair it, with reasons.
    pub verdict: Verdict,
    /// Where it is, when the mail says so.
    pub place: Option<Place>,
    /// How urgent it is, with reasons.
    pub urgency: UrgencyVerdict,
    /// Another problem that the same mail surely reports.
    pub second: Option<Box<Matter>>,
    /// The language to answer in.
    pub language: Language,
}

/// Reads a mail's subject and text, and what it quotes where it says nothing itself (a bare forward). Where a
/// covering note says something, a danger in what it passes on is one all the same, and what the note does not
/// tell is taken from there. Total and deterministic; linear in the length, which is bounded by
/// [`TEXT_BYTES_MAX`](super::text::TEXT_BYTES_MAX).
#[must_use]
pub fn understand(mail: &Mail, rules: &RuleSet) -> Understood {
    let bare = is_bare_forward(&mail.text);
    let text = if bare { forwarded(mail) } else { mail.text.clone() };
    let reading = Reading::of(&mail.subject, &text, rules.lexicon());
    let evidence = Evidence::of(&reading, rules);
    let mut verdict = if reading.words.is_empty() {
        // The person says nothing at all: what they quote is all there is.
        let quoted = Reading::new(&mail.quoted, rules.lexicon());
        classify(&Evidence::of(&quoted, rules), rules)
    } else {
        classify(&evidence, rules)
    };
    let mut place = place::of_mail(mail, &verdict.because, rules.places());
    let mut urgent = urgency(&evidence, rules);
    if let Some(inner) = passed_on(mail).filter(|_| !bare) {
        let passed = Reading::of(&inner.subject, &inner.text, rules.lexicon());
        let passed = Evidence::of(&passed, rules);
        let inside = classify(&passed, rules);
        if verdict.category.is_none() && !inside.abstained {
            verdict = inside;
        }
        let unsigned = Mail { signature: String::new(), ..mail.clone() };
        place = place::of_mail(&unsigned, &verdict.because, rules.places())
            .or_else(|| place::place(&inner.subject, &inner.text, "", rules.places()))
            .or(place);
        let within = urgency(&passed, rules);
        if within.urgency < urgent.urgency {
            urgent = within;
        }
    }
    let second = matters::second(mail, &verdict, place.as_ref(), rules);
    let second = second.map(|Second { matter, first_place }| {
        // Of two places the whole mail may be given the second one's.
        if first_place.is_some() && place == matter.place {
            place = first_place;
        }
        Box::new(matter)
    });
    let language = language(&reading, place.as_ref());
    Understood { verdict, place, urgency: urgent, second, language }
}

/// The newest mail inside a forward that says something by itself; none in an answer.
fn passed_on(mail: &Mail) -> Option<&Forwarded> {
    let says = |inner: &&Forwarded| !inner.text.is_empty() && !is_bare_forward(&inner.text);
    let inner = mail.forwarded.iter().find(says)?;
    (passes_on(mail) && !mail.text.contains(inner.text.as_str())).then_some(inner)
}

fn forwarded(mail: &Mail) -> String {
    format!("{}\n{}", mail.text, mail.quoted)
}

/// Beyond this many letters a text says something itself, whatever phrases of forwarding are in it.
const FORWARD_LETTERS_MAX: usize = 60;

/// Below this many letters a text says nothing by itself.
const FORWARD_LETTERS_MIN: usize = 12;

/// The beginning of a text that is looked at: phrases of forwarding stand there.
const FORWARD_BYTES_MAX: usize = 400;

/// Words that answer what is quoted instead of passing it on, folded.
const ANSWERS: [&str; 8] =
    ["grazie", "risolto", "risolta", "ok", "fatto", "ricevuto", "thanks", "sistemato"];

/// Phrases with which colleagues pass a mail on, folded.
const FORWARD_PHRASES: [&str; 14] = [
    "per competenza",
    "si inoltra",
    "si trasmette",
    "inoltro",
    "vedi sotto",
    "vedere sotto",
    "come sotto",
    "in allegato",
    "p.c.",
    "fyi",
    "see below",
    "per conoscenza",
    "giro per",
    "vi giro",
];

/// Whether the writer only passes somebody else's words on (`text` is what they wrote themselves).
#[must_use]
pub fn is_bare_forward(text: &str) -> bool {
    let letters =
        text.chars().filter(|char| char.is_alphabetic()).take(FORWARD_LETTERS_MAX).count();
    let beginning = text.get(..text.floor_char_boundary(FORWARD_BYTES_MAX)).unwrap_or_default();
    if letters < FORWARD_LETTERS_MIN {
        return !words(beginning).iter().any(|word| ANSWERS.contains(&word.folded.as_str()));
    }
    if letters >= FORWARD_LETTERS_MAX {
        return false;
    }
    let folded = fold(beginning);
    FORWARD_PHRASES.iter().any(|phrase| folded.contains(phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> RuleSet {
        RuleSet::parse("", "rules.toml").unwrap()
    }

    #[test]
    fn a_bare_forward_is_read_for_what_it_forwards() {
        let mail = Mail {
            subject: "I: segnalazione".into(),
            text: "Per competenza.\nSaluti".into(),
            quoted: "Buongiorno, il lampione di via Verdi 4 è spento da lunedì.".into(),
            ..Mail::default()
        };
        let understood = understand(&mail, &rules());
        assert_eq!(understood.verdict.category, Some(super::super::rules::Category::Plant));
        assert_eq!(understood.place.unwrap().text, "via Verdi 4");
    }

    #[test]
    fn an_old_danger_below_an_answer_alarms_nobody() {
        for text in ["Risolto, il tecnico è passato questa mattina. Grazie a tutti.", "Ok grazie"]
        {
            let mail = Mail {
                subject: "R: cucina".into(),
                text: text.into(),
                quoted: "C'è odore di gas nella cucina della scuola, venite subito!".into(),
                ..Mail::default()
            };
            let understood = understand(&mail, &rules());
            assert!(understood.urgency.urgency > super::super::urgency::Urgency::High, "{text}");
        }
    }

    fn covered(subject: &str, note: &str) -> Understood {
        let inner = Forwarded {
            subject: "gas".into(),
            text: "Forte odore di gas in cucina alla scuola Marconi, via Volta 2".into(),
            ..Forwarded::default()
        };
        let mail = Mail {
            subject: subject.into(),
            text: note.into(),
            forwarded: vec![inner],
            in_reply_to: vec!["1@x.example".into()],
            signature: "Ufficio URP\nvia Emilia 1".into(),
            ..Mail::default()
        };
        understand(&mail, &rules())
    }

    #[test]
    fn a_danger_under_a_covering_note_is_one() {
        for note in [
            "Buongiorno, vi giro la segnalazione ricevuta stamattina dal signor Rossi, chiedendo di verificare quanto prima. Grazie, Anna",
            "Si prega di intervenire con la massima sollecitudine per quanto sotto segnalato dal nostro utente, restiamo in attesa di cortese riscontro",
        ] {
            let understood = covered("Fwd: gas", note);
            assert_eq!(
                understood.urgency.urgency,
                super::super::urgency::Urgency::Emergency,
                "{note}"
            );
            assert!(understood.place.unwrap().text.contains("Volta 2"), "{note}");
        }
    }

    #[test]
    fn a_danger_below_an_answer_or_a_settled_note_is_old() {
        for (subject, note) in [
            (
                "Re: gas",
                "Buongiorno, avete poi verificato le piastrelle rotte nel corridoio della palestra? Attendiamo.",
            ),
            (
                "I: gas",
                "Buongiorno, per vostra conoscenza: il tecnico è passato e il guasto è stato risolto questa mattina.",
            ),
        ] {
            let understood = covered(subject, note);
            assert!(
                understood.urgency.urgency > super::super::urgency::Urgency::Emergency,
                "{note}"
            );
        }
    }

    #[test]
    fn an_empty_mail_is_understood_as_nothing() {
        let understood = understand(&Mail::default(), &rules());
        assert!(understood.verdict.abstained && understood.verdict.category.is_none());
        assert_eq!((understood.place, understood.language), (None, Language::It));
    }
}
