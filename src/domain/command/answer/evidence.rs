//! What one clause says of the work.

use super::Answer;
use crate::domain::command::clause::Clause;
use crate::domain::text::fold;

/// How much a word decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// Only where nothing else is said: `ok`, `in attesa`.
    Hint,
    /// Said in a sentence.
    Said,
    /// A line of its own.
    Alone,
}

/// A word with `*` at its end stands for whatever it begins.
type Stems = &'static [&'static str];

const ACCEPTED: Stems = &[
    "accetto",
    "accettiamo",
    "accettato",
    "accettata",
    "accettati",
    "accept",
    "accepted",
    "confermo",
    "confermiamo",
    "confermato",
    "confermata",
    "programmato",
    "programmata",
];

/// They say what will be done: the order is accepted, nothing is done yet.
const PROMISED: Stems = &[
    "andiamo",
    "andremo",
    "cominciamo",
    "comincer*",
    "completiamo",
    "completer*",
    "concludiamo",
    "concluder*",
    "eseguiamo",
    "eseguiremo",
    "eseguiro",
    "eseguiranno",
    "faremo",
    "finiamo",
    "finiremo",
    "iniziamo",
    "inizier*",
    "interveniamo",
    "interverr*",
    "passeremo",
    "passiamo",
    "pianifichiamo",
    "procederemo",
    "procediamo",
    "programmiamo",
    "provvederemo",
    "provvediamo",
    "ripareremo",
    "ripariamo",
    "sistemeremo",
    "sistemiamo",
    "sostituiamo",
    "sostituiremo",
    "termineremo",
    "terminiamo",
    "veniamo",
    "verremo",
];

const STARTED: Stems = &["iniziat*", "cominciat*", "avviat*", "started", "begun"];

const DONE: Stems = &[
    "eseguit*",
    "effettuat*",
    "fatto",
    "fatta",
    "fatti",
    "finit*",
    "conclus*",
    "terminat*",
    "completat*",
    "ultimat*",
    "risolt*",
    "riparat*",
    "sistemat*",
    "sostituit*",
    "ripristinat*",
    "avvenut*",
    "done",
    "completed",
    "finished",
    "fixed",
    "repaired",
    "resolved",
];

const SUSPENDED: Stems = &["sospes*", "sospendo", "sospendiamo", "interrott*", "suspended"];

const REFUSED: Stems = &[
    "rifiuto",
    "rifiutiamo",
    "rifiutato",
    "rifiutata",
    "declino",
    "decliniamo",
    "declinato",
    "rinuncio",
    "rinunciamo",
    "refuse",
    "refused",
    "decline",
    "declined",
    "rejected",
];

const STARTED_PHRASES: Stems = &[
    " sul posto ",
    " stiamo lavorando ",
    " stiamo eseguendo ",
    " stiamo intervenendo ",
    " stiamo riparando ",
    " stiamo iniziando ",
    " in corso da ",
    " in corso dal ",
    " in corso oggi ",
    " in corso ora ",
];

const ACCEPTED_PHRASES: Stems = &[" in carico ", " ci pensiamo noi ", " we will "];

/// The work is another's, or cannot be had from them.
const REFUSED_PHRASES: Stems = &[
    " non di nostra competenza ",
    " non e di nostra competenza ",
    " non rientra ",
    " non siamo disponibili ",
    " impossibilitati ",
];

/// `non possiamo` refuses only at its end or before one of [`DEEDS`].
const UNABLE: Stems = &[" non possiamo", " non riusciamo", " non siamo in grado", " non potremo"];

const DEEDS: Stems = &[
    "accettare",
    "effettuar*",
    "eseguir*",
    "farlo",
    "garantir*",
    "intervenir*",
    "prendere",
    "provveder*",
    "svolger*",
    "venire",
];

/// What makes an inability one of the hour, not a refusal.
const HOURS: Stems = &[
    "adesso",
    "ancora",
    "domani",
    "entro",
    "finche",
    "fino",
    "lunedi",
    "martedi",
    "mercoledi",
    "giovedi",
    "ora",
    "oggi",
    "prima",
    "sabato",
    "senza",
    "stasera",
    "stamattina",
    "subito",
    "venerdi",
];

const HINTS: [(Answer, Stems); 2] = [
    (Answer::Accepted, &[" ok ", " okay ", " va bene ", " d accordo "]),
    (Answer::Suspended, &[" in attesa ", " on hold "]),
];

/// Waiting for us is no suspension of the work.
const AWAITED: Stems = &["conferma", "cortese", "gentile", "riscontro", "risposta", "vostr*"];

const NOT: Stems = &[
    "non", "not", "mai", "nemmeno", "neanche", "nessun", "nessuna", "nessuno", "senza", "didn",
    "isn", "hasn", "haven",
];

/// Words from a denial to what it denies: `non è ancora stato possibile…`.
const DENIAL_WORDS: usize = 4;

/// Before a participle, what makes it a plan or a wish: `verrà eseguito`, `deve essere sostituito`.
const PLANNED: Stems = &[
    "be", "deve", "devono", "dovra", "dovranno", "essere", "sara", "saranno", "verra", "verranno",
    "will",
];

/// Words from these to the participle.
const PLAN_WORDS: usize = 3;

/// Days to come.
const AHEAD: Stems = &["domani", "dopodomani", "prossim*", "tomorrow"];

/// Days that are here or past: what is told beside them is no plan.
const BEHIND: Stems =
    &["ieri", "oggi", "stamane", "stamani", "stamattina", "stanotte", "today", "yesterday"];

/// Before a word, what makes it a condition.
const IF: Stems = &["se", "quando", "qualora", "appena", "if", "when", "once", "until", "finche"];

const HAVING: Stems = &[
    "abbiamo", "ho", "hanno", "e", "sono", "stato", "stata", "stati", "state", "have", "has",
    "just",
];

/// What is done before and beside the work, a few words from `eseguito` or `fatto`.
const ELSE: Stems = &[
    "foto",
    "ispezion*",
    "preventiv*",
    "presente",
    "prova",
    "prove",
    "richiesta",
    "sapere",
    "sicurezza",
    "sopralluog*",
    "sopraluog*",
    "telefonata",
    "transenn*",
    "verific*",
];

/// What comes to an end without the work being done.
const SUPPLIES: Stems = &["asfalto", "material*", "pezzi", "ricamb*", "scort*", "soldi", "tempo"];

/// Words around a word that say of what it is said.
const OBJECT_WORDS: usize = 3;

/// What makes a whole a part.
const PARTLY: Stems = &["meta", "parzial*", "quasi", "partially", "almost", "parte"];

/// What makes `rifiuto` a thing.
const ARTICLES: Stems = &["un", "il", "del", "al", "ogni", "qualche"];

/// Whether a word by itself is one that answers.
pub(super) fn is_word(word: &str) -> bool {
    let word = fold(word);
    [ACCEPTED, STARTED, DONE, SUSPENDED, REFUSED].into_iter().any(|stems| is_of(&word, stems))
}

fn is_of(word: &str, stems: Stems) -> bool {
    stems.iter().any(|stem| match stem.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == *stem,
    })
}

/// What a clause says, each with its weight.
pub(super) fn evidence(clause: &Clause) -> Vec<(Answer, Weight)> {
    let text = clause.padded();
    let has = |phrases: Stems| phrases.iter().any(|phrase| text.contains(phrase));
    let mut found = Vec::new();
    let mut say = |answer: Answer, weight: Weight| found.push((answer, weight));
    for (at, word) in clause.words.iter().enumerate() {
        if let Some(answer) = (Seen { clause, at, word }).answer() {
            say(answer, Weight::Said);
        }
    }
    let denied = clause.words.iter().any(|word| is_of(word, NOT));
    if (has(STARTED_PHRASES) || text.ends_with(" in corso ")) && !denied {
        say(Answer::Started, Weight::Said);
    }
    if has(ACCEPTED_PHRASES) && !denied {
        say(Answer::Accepted, Weight::Said);
    }
    if has(REFUSED_PHRASES) || is_unable(clause, &text) {
        say(Answer::Refused, Weight::Said);
    }
    for (answer, phrases) in HINTS {
        let awaits_us = clause.words.iter().any(|word| is_of(word, AWAITED));
        if has(phrases) && !denied && !(answer == Answer::Suspended && awaits_us) {
            say(answer, Weight::Hint);
        }
    }
    found
}

/// `non riusciamo`, `non possiamo intervenire`; not `non possiamo intervenire oggi`.
fn is_unable(clause: &Clause, text: &str) -> bool {
    let hour = clause.words.iter().any(|word| is_of(word, HOURS));
    let mut rests =
        UNABLE.iter().filter_map(|phrase| text.split_once(phrase).map(|(_, rest)| rest));
    !hour
        && rests.any(|rest| {
            let mut deed = rest.split_whitespace().filter(|word| !["a", "ad", "di"].contains(word));
            deed.next().is_none_or(|word| is_of(word, DEEDS))
        })
}

/// A word where it stands.
#[derive(Clone, Copy)]
struct Seen<'a> {
    clause: &'a Clause,
    at: usize,
    word: &'a str,
}

impl Seen<'_> {
    /// What the word says, if it says it of the work and as a fact.
    fn answer(self) -> Option<Answer> {
        let word = self.word;
        if is_of(word, ACCEPTED) {
            return self.accepted();
        }
        if self.is_denied() || self.is_condition() {
            return None;
        }
        if is_of(word, REFUSED) {
            let thing = word == "rifiuto" && self.before(1).any(|word| is_of(word, ARTICLES));
            return (!thing).then_some(Answer::Refused);
        }
        if is_of(word, SUSPENDED) {
            return (!self.is_planned()).then_some(Answer::Suspended);
        }
        if is_of(word, PROMISED) {
            return Some(Answer::Accepted);
        }
        let done = is_of(word, DONE);
        if !done && !is_of(word, STARTED) || self.is_of_something_else() {
            return None;
        }
        let partly = self.clause.words.iter().any(|word| is_of(word, PARTLY));
        match (self.is_planned(), done) {
            (true, _) => Some(Answer::Accepted),
            (false, true) => (!partly).then_some(Answer::Done),
            (false, false) => Some(Answer::Started),
        }
    }

    /// `non accettiamo` refuses; `non ancora accettato` says nothing.
    fn accepted(self) -> Option<Answer> {
        let refuses = self.word.starts_with("accett") || self.word.starts_with("accept");
        let yet = self.clause.words.iter().any(|word| word == "ancora" || word == "yet");
        if self.is_denied() {
            return (refuses && !yet).then_some(Answer::Refused);
        }
        (!self.is_condition()).then_some(Answer::Accepted)
    }

    fn is_denied(self) -> bool {
        self.before(DENIAL_WORDS).any(|word| is_of(word, NOT))
            || self.after(1).any(|word| word == "no")
    }

    /// `verrà eseguito`, `completato domani`.
    fn is_planned(self) -> bool {
        let has = |stems: Stems| self.clause.words.iter().any(|word| is_of(word, stems));
        self.before(PLAN_WORDS).any(|word| is_of(word, PLANNED))
            || self.before(1).any(|word| matches!(word, "va" | "vanno"))
            || (has(AHEAD) && !has(BEHIND))
    }

    /// `appena finito`, `una volta eseguito`, `dopo aver finito`; not `abbiamo appena finito`.
    fn is_condition(self) -> bool {
        let words = self.clause.words.get(..self.at).unwrap_or_default();
        let having = |at: usize| {
            at.checked_sub(1).and_then(|at| words.get(at)).is_some_and(|word| is_of(word, HAVING))
        };
        let condition =
            |(at, word): (usize, &String)| is_of(word, IF) && !(word == "appena" && having(at));
        let once = words
            .windows(2)
            .any(|pair| matches!(pair, [una, volta] if una == "una" && volta == "volta"));
        once || words.iter().enumerate().any(condition)
            || self.before(2).any(|word| matches!(word, "dopo" | "prima" | "aver" | "avere"))
    }

    /// `fatto sopralluogo`, `messa in sicurezza eseguita`, `finito il materiale`.
    fn is_of_something_else(self) -> bool {
        let near = |stems: Stems| {
            self.before(OBJECT_WORDS).chain(self.after(OBJECT_WORDS)).any(|word| is_of(word, stems))
        };
        near(ELSE) || (self.word.starts_with("finit") && near(SUPPLIES))
    }

    /// The words before this one, the nearest first, at most so many.
    fn before(&self, words: usize) -> impl Iterator<Item = &str> {
        let all = self.clause.words.get(..self.at).unwrap_or_default();
        all.iter().rev().take(words).map(String::as_str)
    }

    /// The words after this one, at most so many.
    fn after(&self, words: usize) -> impl Iterator<Item = &str> {
        let all = self.clause.words.iter().skip(self.at.saturating_add(1));
        all.take(words).map(String::as_str)
    }
}
