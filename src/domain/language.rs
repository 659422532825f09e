//! In which language a person wrote, so that the answer can be in it.
//!
//! Scripts decide where they can; otherwise short lists of frequent words vote, those of the things that are
//! reported among them, and the letters that Italian lacks. Mails to an Italian municipality are Italian unless
//! they clearly are not, and Italian words (street names, `lampione`) stand in mails of every language: the
//! place votes for none, and Italian wins a tie unless more words are of the other language alone.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::place::Place;
use super::text::is_han;
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
         comune scuola strada giorni mesi anni mattina notte nn xke ke fuori casa acqua luce \
         lampione lampioni semaforo lampada buca buche tombino perdita odore gas fuga fumo fuoco \
         incendio cucina tetto porta finestra albero ramo panchina banco altalena marciapiede \
         fontana quadro spenti spente rotti rotte pericolo bambini",
    ),
    (
        Language::En,
        "the a an of to in on at is are was were be been has have had not and or but with for \
         from this that there it its my our your we you they i he she hello hi dear good \
         morning evening please thanks thank regards sincerely could would can when where \
         near since still street road broken light water school very because who what which \
         out into no \
         lamp streetlight traffic lights pothole hole leak leaking smell gas smoke fire kitchen \
         roof door window tree branch bench swing sidewalk pavement manhole flooded dangerous \
         children playground works working",
    ),
    (
        Language::Fr,
        "le la les l un une des du de d et est sont a au aux en dans sur sous pour par avec \
         que qui ne pas plus ce cette ces il elle nous vous je on mon ma mes notre votre \
         bonjour bonsoir madame monsieur merci cordialement depuis devant tres ete c j n qu s \
         rue ecole y trop faire quand mais tout tous \
         lampadaire lampadaires reverbere feu feux trou nid poule fuite odeur gaz fumee incendie \
         cuisine toit porte fenetre arbre branche banc balancoire trottoir eteint eteinte casse \
         cassee cassees panne dangereux enfants eau",
    ),
    (
        Language::Es,
        "el la los las un una unos de del y en con por para que es son esta estan este esto \
         ese se no su sus lo al como mas pero hay muy ya desde cuando hola buenos buenas dias \
         tardes gracias saludos senor senora mi nos nuestra nuestro calle escuela ha han sin \
         todo todos donde porque hace favor \
         a farola farolas semaforo bache hoyo fuga huele olor humo sale fuego incendio cocina \
         techo puerta ventana arbol rama banco columpio acera apagada apagado roto rota rotas \
         cuadro electrico peligro ninos agua",
    ),
    (
        Language::De,
        "der die das den dem des ein eine einen einem einer und oder ist sind war im in zu \
         zum zur mit auf fur von vom nicht sie wir ich es an am bei aus nach wie auch so dass \
         seit vor uber unter guten tag morgen hallo sehr geehrte damen herren danke bitte \
         freundlichen grussen mfg strasse schule hat haben wird kann konnen noch kein keine \
         strassenlampe strassenlaterne laterne lampe ampel schlagloch loch leck gasgeruch geruch \
         rauch aufzug rathaus steht still feuer brennt kuche schulkuche dach tur fenster baum ast bank schaukel gehweg \
         burgersteig defekt kaputt dunkel gefahrlich kinder wasser riecht",
    ),
    (
        Language::Ro,
        "si in la de pe cu nu un o este e sunt din pentru ca sa care mai au al ai ale se va \
         am buna ziua seara multumesc multumim stimati domnule doamna dar foarte cand fost \
         lui noi la strada scoala de langa s a lipsa rog acolo copii copiii apa nostru \
         noastra dupa fara acest aceasta \
         semafor semaforul becul bec felinar groapa gropi scurgere miros gaz fum foc incendiu \
         bucatarie acoperis usa fereastra copac creanga banca leagan trotuar stins ars stricat \
         functioneaza merge spart periculos",
    ),
    (
        Language::Sq,
        "te ne dhe e i per nga me qe eshte jane nuk se po do une ju nje kjo ky por si kur \
         pershendetje faleminderit miredita mirembrema ju lutem mund ka kam kemi rruga rruge \
         shkolla shkolles tek ketu tani ditet dite femijet femijeve drita uji s ne nese shume \
         prej para \
         semafori llampa gropa grope rrjedh ere gaz tym zjarr zjarri kuzhine kuzhina cati dera \
         dritare dritarja pema peme dege stol trotuari fikur prishur thyer thyera punon rrezik \
         park parku",
    ),
];

/// Letters that Italian does not write, with the languages that do. One that only one of them writes says as
/// much as two words.
const LETTERS: [(&str, &[Language]); 8] = [
    ("ßäöü", &[Language::De]),
    ("ñ¿¡", &[Language::Es]),
    ("áíóú", &[Language::Es]),
    ("șțşţă", &[Language::Ro]),
    ("âî", &[Language::Ro, Language::Fr]),
    ("ë", &[Language::Sq]),
    ("ç", &[Language::Fr, Language::Sq]),
    ("êôûœ", &[Language::Fr]),
];

/// What such a letter says where only one of the languages writes it.
const LETTER_VOTES: usize = 2;

/// A foreign language must lead Italian by this many votes: one stray word is no language.
const LEAD_MIN: usize = 1;

/// Letters in a script of its own that make a language, as one of this many of all letters. Even mails in Chinese
/// are full of Italian street names in Latin letters.
const SCRIPT_SHARE: usize = 5;

/// The language of a mail; Italian when in doubt, also for an empty one. The words of its place say nothing of it.
#[must_use]
pub(super) fn language(reading: &Reading<'_>, place: Option<&Place>) -> Language {
    let text = reading.text();
    let place = place.map(|place| place.text.as_str()).filter(|place| !place.is_empty());
    let placed = place.and_then(|place| Some((text.find(place)?, place.len())));
    let placed = placed.map_or(0..0, |(at, len)| at..at.saturating_add(len));
    by_script(text, &placed).unwrap_or_else(|| by_words(reading, &placed))
}

fn by_script(text: &str, placed: &Range<usize>) -> Option<Language> {
    // The first bytes of Cyrillic, Arabic and Chinese letters: without any there is nothing to count.
    if !text.bytes().any(|byte| matches!(byte, 0xD0..=0xD4 | 0xD8..=0xDB | 0xE3..=0xE9)) {
        return None;
    }
    let (mut letters, mut han, mut arabic, mut cyrillic) = (0_usize, 0_usize, 0_usize, 0_usize);
    for (at, char) in text.char_indices() {
        let counter = match char {
            _ if is_han(char) => &mut han,
            '\u{600}'..='\u{6ff}' => &mut arabic,
            '\u{400}'..='\u{52f}' => &mut cyrillic,
            _ if char.is_alphabetic() && !placed.contains(&at) => &mut letters,
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
static VOTES: LazyLock<HashMap<&str, u8>> = LazyLock::new(|| {
    let mut votes = HashMap::new();
    for (row, (_, list)) in FREQUENT.iter().enumerate() {
        for word in list.split_whitespace() {
            *votes.entry(word).or_insert(0) |= 1_u8 << row;
        }
    }
    votes
});

/// What speaks for a language: all that does, and of it what speaks for no other.
#[derive(Debug, Clone, Copy, Default)]
struct Votes {
    all: usize,
    alone: usize,
}

fn by_words(reading: &Reading<'_>, placed: &Range<usize>) -> Language {
    let names = name_line(reading.text());
    let mut votes = [Votes::default(); FREQUENT.len()];
    let words = reading.words.iter().filter(|word| !placed.contains(&word.at.start));
    for word in words.take(WORDS_MAX) {
        let bits = VOTES.get(word.folded.as_str()).copied().unwrap_or(0);
        let written = reading.text().get(word.at.clone()).unwrap_or_default();
        let foreign = if names.contains(&word.at.start) { (0, 0) } else { foreign(written) };
        // What Italian cannot write is no Italian word, whatever it is without its accents.
        let bits = if foreign.0 == 0 { bits } else { bits & !1 };
        if bits | foreign.0 == 0 {
            continue;
        }
        for (row, vote) in votes.iter_mut().enumerate() {
            let bit = 1_u8 << row;
            let said = usize::from(bits & bit != 0);
            let lettered = usize::from(foreign.0 & bit != 0).saturating_mul(foreign.1);
            vote.all = vote.all.saturating_add(said).saturating_add(lettered);
            let alone = usize::from(bits == bit).saturating_add(usize::from(foreign.0 == bit));
            vote.alone = vote.alone.saturating_add(alone);
        }
    }
    let italian = votes.first().copied().unwrap_or_default();
    let mut best = (Language::It, italian.all.saturating_add(LEAD_MIN), italian.alone);
    for ((language, _), vote) in FREQUENT.iter().zip(votes).skip(1) {
        let tied = vote.all == best.1 && vote.alone > best.2;
        let ahead = vote.all > best.1 || tied;
        if ahead {
            best = (*language, vote.all, vote.alone);
        }
    }
    best.0
}

/// The languages of a word's letters, as a bit for each row of [`FREQUENT`], and how much they say.
fn foreign(word: &str) -> (u8, usize) {
    if word.is_ascii() {
        return (0, 0);
    }
    let lower = word.to_lowercase();
    let known = |char: char| LETTERS.iter().find(|(letters, _)| letters.contains(char));
    let bits = |languages: &[Language]| {
        let rows = FREQUENT.iter().enumerate();
        rows.filter(|(_, (language, _))| languages.contains(language))
            .fold(0_u8, |bits, (row, _)| bits | (1_u8 << row))
    };
    if let Some((_, languages)) = lower.chars().find_map(known) {
        let votes = if languages.len() == 1 { LETTER_VOTES } else { 1 };
        return (bits(languages), votes);
    }
    // Italian accents stand on the last letter.
    let last = lower.chars().count().saturating_sub(1);
    let inner = |(at, char): (usize, char)| at < last && matches!(char, 'é' | 'è');
    if lower.chars().enumerate().any(inner) {
        let grave = lower.contains('è');
        return if grave {
            (bits(&[Language::Fr]), 1)
        } else {
            (bits(&[Language::Fr, Language::Es]), 1)
        };
    }
    (0, 0)
}

/// Where the last line stands if it is only a name: people sign with letters of anywhere.
fn name_line(text: &str) -> Range<usize> {
    const NAMES: std::ops::RangeInclusive<usize> = 2..=4;
    let end = text.trim_end().len();
    let said = text.get(..end).unwrap_or_default();
    let start = said.rfind('\n').map_or(0, |at| at.saturating_add(1));
    let line = said.get(start..).unwrap_or_default();
    let named = |word: &str| word.chars().next().is_some_and(char::is_uppercase);
    let is_name = NAMES.contains(&line.split_whitespace().count())
        && line.split_whitespace().all(named)
        && !said.get(..start).unwrap_or_default().trim().is_empty();
    if is_name { start..end } else { 0..0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::place::place;
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
            (Language::De, "", "Straßenlampe kaputt via Roma 3"),
            (Language::De, "", "Starker Gasgeruch in der Schulküche"),
            (Language::Fr, "", "Lampadaire éteint via Roma 3"),
            (Language::Ro, "", "Semaforul nu funcționează"),
            (Language::Sq, "", "Gropë në rrugë"),
            (Language::Sq, "", "Zjarr në park!"),
            (Language::Es, "", "Sale humo del cuadro eléctrico"),
            (Language::Es, "", "Huele a gas en la cocina de la escuela Marconi"),
            (Language::Zh, "", "坑 via Giuseppe Garibaldi 122"),
            (Language::It, "lampione", "Il lampione è spento.\nJürgen Müller"),
            (Language::It, "", "Perché il semaforo non va? Né verde né rosso"),
            (Language::It, "", "buca in via Señor Peña 3"),
            (Language::De, "", "Aufzug steht still im Rathaus"),
            (Language::De, "", "Schlagloch via Roma 3"),
            (Language::En, "", "Dog area gate does not close"),
            (Language::It, "", "Wi-fi down in biblioteca"),
            (Language::It, "caffè", "Al bar Café Noir in piazza c'è un lampione spento"),
        ] {
            let reading = Reading::of(subject, text, rules.lexicon());
            let place = place(subject, text, "", rules.places());
            assert_eq!(language(&reading, place.as_ref()), expected, "{subject} / {text}");
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
