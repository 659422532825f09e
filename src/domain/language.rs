//! In which language a person wrote, so that the answer can be in it.
//!
//! Scripts decide where they can; otherwise short lists of frequent words vote. Mails to an Italian
//! municipality are Italian unless they clearly are not, and Italian words (street names, `lampione`) stand
//! in mails of every language, so that Italian wins every tie.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::text::{Word, is_han};
use super::understand::Reading;

/// A language in which Sportello can answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Italian, the language of the house.
    #[default]
    It,
    /// English.
    En,
    /// French.
    Fr,
    /// Spanish.
    Es,
    /// German.
    De,
    /// Romanian.
    Ro,
    /// Albanian.
    Sq,
    /// Arabic.
    Ar,
    /// Ukrainian; Russian is answered in it too.
    Uk,
    /// Chinese.
    Zh,
}

impl Language {
    /// Every language, Italian first.
    pub const ALL: [Self; 10] = [
        Self::It,
        Self::En,
        Self::Fr,
        Self::Es,
        Self::De,
        Self::Ro,
        Self::Sq,
        Self::Ar,
        Self::Uk,
        Self::Zh,
    ];

    /// The ISO 639-1 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::It => "it",
            Self::En => "en",
            Self::Fr => "fr",
            Self::Es => "es",
            Self::De => "de",
            Self::Ro => "ro",
            Self::Sq => "sq",
            Self::Ar => "ar",
            Self::Uk => "uk",
            Self::Zh => "zh",
        }
    }

    /// Reads an ISO 639-1 code in lower case.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }
}

/// Frequent words of the languages in Latin script, folded. Words that two of them share count for both.
const FREQUENT: [(Language, &str); 7] = [
    (
        Language::It,
        "il lo la i gli le l un uno una di del della dello dei delle degli dell da dal dalla \
         dai in nel nella nei nelle su sul sulla sui con per tra fra e ed o ma che chi non mi \
         si ci ne vi sono sia ho ha hanno abbiamo c questo questa quello quella anche piu \
         molto gia ancora adesso ora oggi ieri quando dove come perche se al alla ai alle \
         allo dopo prima sempre tutto tutta tutti davanti dietro sotto sopra senza buongiorno \
         buonasera salve grazie saluti cordiali gentile signor signora segnalo segnalare \
         vorrei potete mandate venite rotto rotta spento spenta guasto manca perde funziona \
         comune scuola strada giorni mesi anni mattina notte nn xke ke fuori casa acqua luce",
    ),
    (
        Language::En,
        "the a an of to in on at is are was were be been has have had not and or but with for \
         from this that there it its my our your we you they i he she hello hi dear good \
         morning evening please thanks thank regards sincerely could would can when where \
         near since still street road broken light water school very because who what which \
         out into no",
    ),
    (
        Language::Fr,
        "le la les l un une des du de d et est sont a au aux en dans sur sous pour par avec \
         que qui ne pas plus ce cette ces il elle nous vous je on mon ma mes notre votre \
         bonjour bonsoir madame monsieur merci cordialement depuis devant tres ete c j n qu s \
         rue ecole y trop faire quand mais tout tous",
    ),
    (
        Language::Es,
        "el la los las un una unos de del y en con por para que es son esta estan este esto \
         ese se no su sus lo al como mas pero hay muy ya desde cuando hola buenos buenas dias \
         tardes gracias saludos senor senora mi nos nuestra nuestro calle escuela ha han sin \
         todo todos donde porque hace favor",
    ),
    (
        Language::De,
        "der die das den dem des ein eine einen einem einer und oder ist sind war im in zu \
         zum zur mit auf fur von vom nicht sie wir ich es an am bei aus nach wie auch so dass \
         seit vor uber unter guten tag morgen hallo sehr geehrte damen herren danke bitte \
         freundlichen grussen mfg strasse schule hat haben wird kann konnen noch kein keine",
    ),
    (
        Language::Ro,
        "si in la de pe cu nu un o este e sunt din pentru ca sa care mai au al ai ale se va \
         am buna ziua seara multumesc multumim stimati domnule doamna dar foarte cand fost fi \
         lui noi la strada scoala de langa s a lipsa rog acolo copii copiii apa nostru \
         noastra dupa fara acest aceasta",
    ),
    (
        Language::Sq,
        "te ne dhe e i per nga me qe eshte jane nuk se po do une ju nje kjo ky por si kur \
         pershendetje faleminderit miredita mirembrema ju lutem mund ka kam kemi rruga rruge \
         shkolla shkolles tek ketu tani ditet dite femijet femijeve drita uji s ne nese shume \
         prej para",
    ),
];

/// A foreign language must lead Italian by this many votes: one stray word is no language.
const LEAD_MIN: usize = 1;

/// Letters in a script of its own that make a language, as one of this many of all letters. Even mails in Chinese
/// are full of Italian street names in Latin letters.
const SCRIPT_SHARE: usize = 5;

/// The language of a mail; Italian when in doubt, also for an empty one.
#[must_use]
pub(super) fn language(reading: &Reading<'_>) -> Language {
    by_script(reading.text()).unwrap_or_else(|| by_words(&reading.words))
}

fn by_script(text: &str) -> Option<Language> {
    let (mut letters, mut han, mut arabic, mut cyrillic) = (0_usize, 0_usize, 0_usize, 0_usize);
    for char in text.chars() {
        let counter = match char {
            _ if is_han(char) => &mut han,
            '\u{600}'..='\u{6ff}' => &mut arabic,
            '\u{400}'..='\u{52f}' => &mut cyrillic,
            _ if char.is_alphabetic() => &mut letters,
            _ => continue,
        };
        *counter = counter.saturating_add(1);
    }
    let all = letters.saturating_add(han).saturating_add(arabic).saturating_add(cyrillic);
    [(han.saturating_mul(3), Language::Zh), (arabic, Language::Ar), (cyrillic, Language::Uk)]
        .into_iter()
        .filter(|(count, _)| count.saturating_mul(SCRIPT_SHARE) > all)
        .max_by_key(|(count, _)| *count)
        .map(|(_, language)| language)
}

/// Words beyond these add nothing to the vote.
const WORDS_MAX: usize = 400;

/// Each frequent word with its languages, as a bit for each row of [`FREQUENT`].
static VOTES: LazyLock<BTreeMap<&str, u8>> = LazyLock::new(|| {
    let mut votes = BTreeMap::new();
    for (row, (_, list)) in FREQUENT.iter().enumerate() {
        for word in list.split_whitespace() {
            *votes.entry(word).or_insert(0) |= 1_u8 << row;
        }
    }
    votes
});

fn by_words(words: &[Word]) -> Language {
    let mut counts = [0_usize; FREQUENT.len()];
    for word in words.iter().take(WORDS_MAX) {
        let bits = VOTES.get(word.folded.as_str()).copied().unwrap_or(0);
        for (row, count) in counts.iter_mut().enumerate() {
            *count = count.saturating_add(usize::from(bits >> row & 1));
        }
    }
    let mut best = (Language::It, 0_usize);
    for ((language, _), count) in FREQUENT.iter().zip(counts) {
        let count = if *language == Language::It { count.saturating_add(LEAD_MIN) } else { count };
        if count > best.1 {
            best = (*language, count);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::RuleSet;

    #[test]
    fn the_language_is_told_from_few_words() {
        let rules = RuleSet::parse("", "rules.toml").unwrap();
        for (expected, subject, text) in [
            (Language::It, "", ""),
            (Language::It, "buca", "via roma 12"),
            (Language::It, "URGENTE", "lampione spento davanti alla scuola"),
            (Language::It, "wifi offline", "il router della biblioteca è in reset"),
            (
                Language::En,
                "street light",
                "The lamp in front of my house in via Roma is not working",
            ),
            (Language::En, "pothole", "There is a big hole in via Emilia"),
            (Language::Fr, "lampadaire", "Le lampadaire de la rue est éteint depuis lundi"),
            (Language::Es, "farola", "La farola de la calle está apagada desde el lunes"),
            (Language::De, "Laterne", "Die Straßenlaterne vor der Schule ist seit Montag aus"),
            (Language::Ro, "bec ars", "Buna ziua, becul de pe strada nu merge de o saptamana"),
            (Language::Sq, "drita", "Përshëndetje, drita në rrugë nuk punon"),
            (Language::Ar, "", "مصباح الشارع معطل في via Roma"),
            (Language::Uk, "Відкритий люк", "На via Sassari біля дитячого садка"),
            (Language::Uk, "яма", "На улице via Roma большая яма"),
            (Language::Zh, "", "via Garibaldi 12 路灯坏了"),
        ] {
            let reading = Reading::of(subject, text, rules.lexicon());
            assert_eq!(language(&reading), expected, "{subject} / {text}");
        }
    }

    #[test]
    fn codes_read_back() {
        for language in Language::ALL {
            assert_eq!(Language::parse(language.code()), Some(language));
        }
        assert_eq!(Language::parse("xx"), None);
    }
}
