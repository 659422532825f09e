//! The words by which a second problem is told from what is only mentioned beside the first.

use std::ops::Range;
use std::sync::LazyLock;

use crate::domain::phrases::{Phrases, Said};
use crate::domain::text::{WORD_BYTES, each_word, is_han};

/// What counts to two, folded.
pub(super) static COUNTS: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(
        "
        due cose | due problemi | due segnalazioni | due guasti | due guai | due pericoli
        due richieste | due faccende | due favori | due situazioni | due interventi
        due questioni | tutt e due | altra cosa | altra faccenda | altra segnalazione
        altro problema | altro guaio | altro lavoro | altro guasto | cosa diversa
        faccenda diversa | seconda cosa | la seconda | il secondo | two things | two problems
        deux choses | deux problemes | dos cosas | dos problemas | zwei dinge | doua lucruri
        doua probleme | due robe | due in un colpo | segnalo due | doppia segnalazione
        дві проблеми | дві речі | 两件事 | ثانيا
        ",
    )
});

/// What adds one to it, in the sentence itself, folded.
pub(super) static ADDS: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(
        "
        inoltre | gia che | ne approfitto | sempre li | in piu | oltre a cio | e poi | also
        while you re at it | en plus | de plus | ausserdem | zudem | ademas | ah y | in plus
        de asemenea | gjithashtu | edhe | крім того | також | 另外 | in aggiunta | li accanto
        poco piu avanti | poco piu in la | approfitto per | gleich daneben | mai incolo
        vec kesaj | і ще | ще одне | 还有 | وكذلك
        ",
    )
});

/// What says that a thing is in order, not meant, or only follows from another, folded.
static BESIDE: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(
        "
        a posto | non c entra | non c entrano | non centra | non centrano | andava | andavano
        funzionava | funzionavano | in ordine | va bene | vanno bene | va benissimo | intatto
        intatta | intatti | intatte | sano | sana | non serve | non servono | non riguarda
        non e il | non e la | non e lo | non e un | non e una | non e colpa | non sono i
        non sono le | non sono gli | quando piove | grazie per | ringrazio per | complimenti
        avete riparato | avete sistemato | e stato riparato | e stata riparata
        e stato sistemato | e stata sistemata
        ",
    )
});

/// What a thing in order does; before it a "not" makes it a fault.
const WORKS: [&str; 10] = [
    "funziona",
    "funzionano",
    "chiude",
    "chiudono",
    "apre",
    "aprono",
    "accende",
    "accendono",
    "regge",
    "scorre",
];

/// Words before such a verb that may deny it: `non si chiude più`.
const DENIAL_WORDS: usize = 3;

/// What denies, folded.
const DENIES: [&str; 6] = ["non", "nn", "mai", "neanche", "nemmeno", "neppure"];

/// What takes it back behind the verb: `funziona male`, `si accende a singhiozzo`.
const BADLY: [&str; 5] = ["male", "a", "solo", "poco", "appena"];

/// The kinds of streets and sites: a sentence without any of them names no place of its own.
const GROUND: [&str; 27] = [
    "via",
    "viale",
    "vle",
    "piazza",
    "piazzale",
    "pzza",
    "corso",
    "cso",
    "largo",
    "vicolo",
    "strada",
    "borgo",
    "contrada",
    "rotonda",
    "ponte",
    "parco",
    "giardino",
    "giardini",
    "scuola",
    "asilo",
    "nido",
    "palestra",
    "cimitero",
    "biblioteca",
    "municipio",
    "liceo",
    "stazione",
];

/// A sentence with its words, folded; a blank between them where their script has one.
pub(super) struct Part<'t> {
    pub(super) text: &'t str,
    said: Said,
    /// Where its words stand in what is said.
    words: Vec<Range<usize>>,
}

impl<'t> Part<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let (said, words) = joined(text);
        Self { text, said: Said::new(said), words }
    }

    /// The word at this place; empty beyond the end.
    fn word(&self, at: usize) -> &str {
        self.words.get(at).and_then(|at| self.said.get(at.clone())).unwrap_or_default()
    }

    fn all_words(&self) -> impl Iterator<Item = &str> {
        (0..self.words.len()).map(|at| self.word(at))
    }

    pub(super) fn words(&self) -> usize {
        self.words.len()
    }

    /// Whether it has one of these phrases as whole words.
    pub(super) fn says(&self, phrases: &Phrases) -> bool {
        phrases.found(&self.said)
    }

    /// Whether it may name a place of its own.
    pub(super) fn is_somewhere(&self) -> bool {
        self.all_words().any(|word| GROUND.contains(&word))
    }

    /// Whether it tells of no fault: a question, a thing in order, a thing that is not the matter.
    pub(super) fn is_beside(&self) -> bool {
        self.text.trim_end().ends_with('?')
            || self.says(&BESIDE)
            || self.denies_first()
            || self.says_it_works()
    }

    /// `Non è elettrico`, but not `Non è più acceso`.
    fn denies_first(&self) -> bool {
        self.word(0) == "non" && self.word(1) == "e" && self.word(2) != "piu"
    }

    fn says_it_works(&self) -> bool {
        let denied = |at: usize| {
            let before = at.saturating_sub(DENIAL_WORDS)..at;
            before.into_iter().any(|at| DENIES.contains(&self.word(at)))
        };
        let works = |(at, word): (usize, &str)| {
            WORKS.contains(&word)
                && !denied(at)
                && !BADLY.contains(&self.word(at.saturating_add(1)))
        };
        self.all_words().enumerate().any(works)
    }

    /// Whether it is an item of a list: it begins with `1)`, `2.`, or a dash.
    pub(super) fn is_item(&self) -> bool {
        let text = self.text.trim_start();
        let numbered = text
            .strip_prefix(['1', '2', '3', '4'])
            .is_some_and(|rest| rest.starts_with([')', '.', '-']));
        numbered || text.starts_with(['-', '•', '*', '–'])
    }
}

/// The words of a text as the phrases are written, and where they stand: every Chinese character is a word of its
/// own, and no blank stands between two.
fn joined(text: &str) -> (String, Vec<Range<usize>>) {
    let mut said = String::with_capacity(text.len());
    let mut words = Vec::with_capacity(text.len() / WORD_BYTES);
    each_word(text, |word, _| {
        let chinese = said.ends_with(is_han) && word.starts_with(is_han);
        if !chinese && !said.is_empty() {
            said.push(' ');
        }
        let start = said.len();
        said.push_str(word);
        words.push(start..said.len());
    });
    (said, words)
}

#[cfg(test)]
mod tests {
    use super::{ADDS, BESIDE, COUNTS, Part};

    #[test]
    fn phrases_are_found_in_every_script() {
        for (text, counts, adds) in [
            ("我要反映两件事：路灯坏了", true, false),
            ("另外，树枝断了", false, true),
            ("Хочу повідомити про дві проблеми", true, false),
            ("Due cose: la buca e il lampione", true, false),
            ("这里路灯坏了", false, false),
        ] {
            let part = Part::of(text);
            assert_eq!((part.says(&COUNTS), part.says(&ADDS)), (counts, adds), "{text}");
            assert!(!part.says(&BESIDE), "{text}");
        }
    }

    #[test]
    fn what_is_in_order_is_no_fault() {
        for (text, beside) in [
            ("Il neon non c'entra, è rimasto acceso", true),
            ("La strada è piena di buche?", true),
            ("il semaforo invece funziona benissimo", true),
            ("la porta si chiude", true),
            ("Non è automatico, non è elettrico, è un gancio", true),
            ("Non è più acceso il lampione", false),
            ("Inoltre quando piove la strada è buia", true),
            ("la porta non si chiude più", false),
            ("il lampione funziona male", false),
            ("il lampione si accende a singhiozzo", false),
            ("il lampione è spento", false),
        ] {
            assert_eq!(Part::of(text).is_beside(), beside, "{text}");
        }
    }
}
