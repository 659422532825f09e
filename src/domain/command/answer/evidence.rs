//! What one clause says of the work.

use super::Answer;
use super::stems::{
    ACCEPTED, ACCEPTED_PHRASES, AHEAD, ARTICLES, AWAITED, BEHIND, CONFIRMED, DEEDS, DENIAL_WORDS,
    DETERMINERS, DONE, DONE_PHRASES, ELSE, ELSE_BEHIND, HAVING, HINTS, HOURS, IF, MUST, NOT,
    OBJECT_WORDS, OTHERS, PARTLY, PLAN_WORDS, PLANNED, PROMISED, RECEIVED, REFUSED,
    REFUSED_PHRASES, REFUSING, STARTED, STARTED_PHRASES, SUPPLIES, SUSPENDED, SUSPENDED_PHRASES,
    Stems, UNABLE, UNLESS, is_of,
};
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

/// Whether a word by itself is one that answers.
pub(super) fn is_word(word: &str) -> bool {
    let word = fold(word);
    [ACCEPTED, STARTED, DONE, SUSPENDED, REFUSED].into_iter().any(|stems| is_of(&word, stems))
}

/// What a clause says, each with its weight.
pub(super) fn evidence(clause: &Clause) -> Vec<(Answer, Weight)> {
    let text = clause.padded();
    let has = |phrases: Stems| phrases.iter().any(|phrase| text.contains(phrase));
    let mut found = Vec::new();
    let mut say = |answer: Answer, weight: Weight| found.push((answer, weight));
    for (at, word) in clause.words.iter().enumerate() {
        let seen = Seen { clause, at, word };
        if let Some(answer) = seen.answer() {
            say(answer, Weight::Said);
        }
        if seen.confirms() {
            say(Answer::Accepted, Weight::Hint);
        }
    }
    let any = |stems: Stems| clause.words.iter().any(|word| is_of(word, stems));
    let denied = any(NOT);
    let under_way = has(STARTED_PHRASES) || (text.ends_with(" in corso ") && !any(ELSE));
    for (is_said, answer) in [
        (has(ACCEPTED_PHRASES) && !any(UNLESS), Answer::Accepted),
        (under_way && !any(AHEAD), Answer::Started),
        (has(DONE_PHRASES), Answer::Done),
        (has(SUSPENDED_PHRASES), Answer::Suspended),
    ] {
        if is_said && !denied {
            say(answer, Weight::Said);
        }
    }
    if has(REFUSED_PHRASES) || is_unable(clause, &text) {
        say(Answer::Refused, Weight::Said);
    }
    for (answer, phrases) in HINTS {
        let awaits_us = answer == Answer::Suspended && any(AWAITED);
        if has(phrases) && !denied && !awaits_us && !any(UNLESS) {
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
        if is_of(word, REFUSING) {
            return self
                .before(PLAN_WORDS)
                .any(|word| is_of(word, MUST))
                .then_some(Answer::Refused);
        }
        if is_of(word, SUSPENDED) {
            return (!self.is_planned()).then_some(Answer::Suspended);
        }
        if is_of(word, PROMISED) {
            return (!self.is_conditional()).then_some(Answer::Accepted);
        }
        let done = is_of(word, DONE);
        if !done && !is_of(word, STARTED) || self.is_of_something_else() {
            return None;
        }
        let words = &self.clause.words;
        let partly = words.iter().any(|word| is_of(word, PARTLY))
            || words
                .windows(2)
                .any(|pair| matches!(pair, [within, part] if within == "in" && part == "parte"));
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
        let others = self.before(2).any(|word| is_of(word, OTHERS));
        let so = !others && !self.is_condition() && !self.is_conditional();
        so.then_some(Answer::Accepted)
    }

    /// `confermiamo per giovedì`; not `confermiamo che…`.
    fn confirms(self) -> bool {
        let other = self.after(PLAN_WORDS).any(|word| is_of(word, RECEIVED));
        is_of(self.word, CONFIRMED) && !other && !self.is_denied() && !self.is_conditional()
    }

    /// `accettiamo se…`, `interveniamo previo sopralluogo`.
    fn is_conditional(self) -> bool {
        self.clause.words.iter().any(|word| is_of(word, UNLESS))
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
        let behind = self.after(OBJECT_WORDS).find(|word| !is_of(word, DETERMINERS));
        near(ELSE)
            || behind.is_some_and(|word| is_of(word, ELSE_BEHIND))
            || (self.word.starts_with("finit") && near(SUPPLIES))
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
