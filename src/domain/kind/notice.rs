//! What programs say of themselves, told by stems that stand near each other in one sentence: the wording
//! changes with every program, the stems do not. Enough to withhold an answer, never to silence anybody.

mod sorts;

use self::sorts::{Sort, Sorts};
use super::sight::Sight;

/// "Email generated automatically", "please do not reply", "this mailbox is not monitored", "click to
/// prove that you are human", "your request has been registered".
pub(super) fn declares_itself(sight: &Sight<'_>) -> bool {
    says(sight, |words| {
        generated(words)
            || unanswerable(words)
            || unread(words)
            || challenges(words)
            || registered(words)
    })
}

/// A sentence says that the mail is automatic.
pub(super) fn is_generated(sight: &Sight<'_>) -> bool {
    says(sight, generated)
}

/// Holidays or closed offices beside the day on which they end.
pub(super) fn away_until(sight: &Sight<'_>) -> bool {
    says(sight, |words| away(words) && has_end(words))
}

/// Whether a sentence at the beginning or the end of the new words is such a one.
fn says(sight: &Sight<'_>, such: fn(&Sentence) -> bool) -> bool {
    sight.said().iter().any(such)
}

/// The sentences of a folded text, each as the sorts of its words.
///
/// Folded text has lost its line breaks, and wrapped lines break sentences: only marks end them here, and not
/// the point of `n. 12` or of `vom 1. bis 14. August`.
pub(super) fn said(folded: &str) -> Vec<Sentence> {
    let (mut sentences, mut words) = (Vec::new(), Vec::new());
    // Where the word begins, and how many letters and figures stand together here.
    let (mut start, mut run) = (0_usize, 0_usize);
    for (at, c) in folded.char_indices().chain([(folded.len(), '!')]) {
        let lettered = c.is_alphanumeric();
        if !lettered && !matches!(c, '-' | '\'') {
            let word = folded.get(start..at).unwrap_or_default();
            words.extend(Some(word).filter(|word| !word.is_empty()).map(Sorts::of));
            start = at.saturating_add(c.len_utf8());
            if matches!(c, '!' | '?' | ';') || (c == '.' && run > SHORT_CHARS_MAX) {
                let next = Vec::with_capacity(words.len());
                sentences.push(Sentence::of(std::mem::replace(&mut words, next)));
            }
        }
        run = if lettered { run.saturating_add(1) } else { 0 };
    }
    sentences
}

/// A point behind so few letters and figures ends no sentence.
const SHORT_CHARS_MAX: usize = 2;

/// A sentence as the sorts of its words.
pub(super) struct Sentence {
    words: Vec<Sorts>,
    /// Those of all words: most sentences lack what a question asks for.
    all: Sorts,
}

impl Sentence {
    fn of(words: Vec<Sorts>) -> Self {
        Self { all: Sorts::of_all(&words), words }
    }

    fn holds(&self, sort: Sort) -> bool {
        self.all.has(sort)
    }
}

/// Words between two that belong together: "correo electrónico generado de forma automática".
const NEAR_WORDS_MAX: usize = 5;

/// A mail that is automatic; who complains of one has received it.
fn generated(words: &Sentence) -> bool {
    let this = words.holds(Sort::This);
    !words.holds(Sort::Received)
        && (near(words, Sort::Automatic, Sort::Message)
            || (this && near(words, Sort::Automatic, Sort::Answer)))
}

/// Not to be answered: with a courtesy, or of this very message; "nessuno risponde" is a complaint, and "non
/// rispondere a caselle personali" says where to answer.
fn unanswerable(words: &Sentence) -> bool {
    let asked =
        words.holds(Sort::Courtesy) || (words.holds(Sort::This) && words.holds(Sort::Message));
    if !asked || !words.holds(Sort::Not) {
        return false;
    }
    let words = &words.words;
    words.iter().enumerate().any(|(at, word)| {
        let behind = words.get(at.saturating_add(1)..).unwrap_or_default();
        let replies = |word: &Sorts| word.has(Sort::Replying);
        let verb = behind.iter().take(REPLY_WORDS_MAX).position(replies);
        let object = verb.and_then(|verb| behind.get(verb.saturating_add(1)..));
        word.has(Sort::Not) && object.is_some_and(|object| !elsewhere(object))
    })
}

/// Whether the next words name another place to answer to than this one.
fn elsewhere(behind: &[Sorts]) -> bool {
    let object = Sorts::of_all(behind.get(..OBJECT_WORDS_MAX).unwrap_or(behind));
    (object.has(Sort::Mailbox) || object.has(Sort::Phone)) && !object.has(Sort::This)
}

/// Words from the verb to what is not to be answered.
const OBJECT_WORDS_MAX: usize = 4;

/// Words from the negation to its verb: "ne pas y répondre".
const REPLY_WORDS_MAX: usize = 3;

/// A mailbox that nobody reads, or that takes nothing in; one that rests on Saturdays is read.
fn unread(words: &Sentence) -> bool {
    if words.holds(Sort::Times) {
        return false;
    }
    let unwatched = words.holds(Sort::Not) && near(words, Sort::Mailbox, Sort::Watched);
    let outward = near(words, Sort::Only, Sort::Sending) && words.holds(Sort::Mailbox);
    unwatched || outward || near(words, Sort::Mailbox, Sort::SendingOnly)
}

/// A filter that wants the writer to prove that they are one.
fn challenges(words: &Sentence) -> bool {
    words.holds(Sort::Click) && words.holds(Sort::Proof)
}

/// "La sua richiesta è stata inserita": whoever reports speaks of their own.
fn registered(words: &Sentence) -> bool {
    if !words.holds(Sort::Your) || !words.holds(Sort::Registered) {
        return false;
    }
    let words = &words.words;
    words.windows(2).enumerate().any(|(at, pair)| {
        let [whose, what] = pair else { return false };
        let behind = || words.iter().skip(at).take(REGISTERED_WORDS_MAX);
        whose.has(Sort::Your)
            && what.has(Sort::Request)
            && behind().any(|word| word.has(Sort::Passive))
            && behind().any(|word| word.has(Sort::Registered))
    })
}

/// Words from "your request" to what was done with it.
const REGISTERED_WORDS_MAX: usize = 9;

fn away(words: &Sentence) -> bool {
    words.holds(Sort::Holiday) || near(words, Sort::Office, Sort::Closed)
}

/// "fino al 25", "al 25 agosto", "until 20", "bis zum 14.", "jusqu'au 3".
fn has_end(words: &Sentence) -> bool {
    if !words.holds(Sort::Until) {
        return false;
    }
    let words = &words.words;
    words.iter().enumerate().any(|(at, word)| {
        let behind = words.iter().skip(at.saturating_add(1)).take(END_WORDS_MAX);
        word.has(Sort::Until) && behind.into_iter().any(|word| word.has(Sort::Day))
    })
}

/// Words from "until" to the day: "until Monday, 20 August".
const END_WORDS_MAX: usize = 3;

/// Whether words of both sorts stand near each other, in whichever order.
fn near(words: &Sentence, one: Sort, other: Sort) -> bool {
    if !words.holds(one) || !words.holds(other) {
        return false;
    }
    let (mut last_one, mut last_other) = (None, None);
    for (at, word) in words.words.iter().enumerate() {
        if word.has(one) {
            last_one = Some(at);
        }
        if word.has(other) {
            last_other = Some(at);
        }
        if let (Some(first), Some(second)) = (last_one, last_other)
            && first != second
            && usize::abs_diff(first, second) <= NEAR_WORDS_MAX
        {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{away, challenges, generated, has_end, registered, said, unanswerable, unread};
    use crate::domain::text::fold;

    fn told(text: &str) -> bool {
        said(&fold(text)).into_iter().any(|words| {
            [generated, unanswerable, unread, challenges, registered]
                .iter()
                .any(|says| says(&words))
                || (away(&words) && has_end(&words))
        })
    }

    #[test]
    fn programs_say_what_they_are_in_any_wording() {
        for text in [
            "Mail inviata in automatico dal portale.",
            "La presente comunicazione è generata in modo automatico",
            "Questa è una risposta generata automaticamente.",
            "Si prega di non replicare alla presente.",
            "Non rispondere al presente messaggio.",
            "La casella non è abilitata alla ricezione di messaggi",
            "Indirizzo utilizzato solo per l'invio.",
            "Dies ist eine automatisch versendete Nachricht.",
            "Bitte auf diese E-Mail nicht antworten.",
            "This address cannot accept incoming mail.",
            "Este es un correo automático, por favor no responda.",
            "Merci de ne pas y répondre.",
            "Clicca qui per dimostrare di essere umano.",
            "La Sua pratica n. 12 è stata registrata.",
            "I nostri uffici resteranno chiusi dal 5 al 25 agosto.",
            "Ich bin vom 1. bis 14. August im Urlaub.",
        ] {
            assert!(told(text), "{text}");
        }
    }

    #[test]
    fn people_who_use_the_same_words_are_no_programs() {
        for text in [
            "Ho ricevuto solo una mail automatica e poi niente.",
            "Il cancello automatico della scuola non si apre.",
            "Nessuno risponde e voi non rispondete mai alle mail dei cittadini.",
            "Il citofono non risponde.",
            "La mia richiesta è stata registrata un mese fa.",
            "La telecamera all'indirizzo indicato è rotta.",
            "Cliccando sull'interruttore non si accende.",
            "La scuola è chiusa dal 3 marzo.",
            "Il parco resta chiuso, il lampione è spento dal 5 al 9 marzo.",
            "Non rispondere ai cittadini è una vergogna.",
            "Si prega di non rispondere ad altri indirizzi.",
            "Questa casella non è presidiata la domenica.",
        ] {
            assert!(!told(text), "{text}");
        }
    }
}
