//! What programs say of themselves, told by stems that stand near each other in one sentence: the wording
//! changes with every program, the stems do not. Enough to withhold an answer, never to silence anybody.

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
fn says(sight: &Sight<'_>, such: fn(&[&str]) -> bool) -> bool {
    let mut texts = [sight.head(), sight.ending()].into_iter();
    texts.any(|text| sentences(text).any(|sentence| such(&words_of(sentence))))
}

/// Folded text has lost its line breaks, and wrapped lines break sentences: only marks end them here, and not
/// the point of `n. 12` or of `vom 1. bis 14. August`.
fn sentences(folded: &str) -> impl Iterator<Item = &str> {
    let mut last_word = 0_usize;
    folded.split(move |c: char| {
        let ends = matches!(c, '!' | '?' | ';') || (c == '.' && last_word > 2);
        last_word = if c.is_alphanumeric() { last_word.saturating_add(1) } else { 0 };
        ends
    })
}

fn words_of(sentence: &str) -> Vec<&str> {
    let apart = |c: char| !(c.is_alphanumeric() || matches!(c, '-' | '\''));
    sentence.split(apart).filter(|word| !word.is_empty()).collect()
}

/// Words between two that belong together: "correo electrónico generado de forma automática".
const NEAR_WORDS_MAX: usize = 5;

/// A mail that is automatic; who complains of one has received it.
fn generated(words: &[&str]) -> bool {
    let this = holds(words, THIS);
    !holds(words, RECEIVED)
        && (near(words, AUTOMATIC, MESSAGE) || (this && near(words, AUTOMATIC, ANSWER)))
}

/// Not to be answered: with a courtesy, or of this very message; "nessuno risponde" is a complaint, and "non
/// rispondere a caselle personali" says where to answer.
fn unanswerable(words: &[&str]) -> bool {
    let asked = holds(words, COURTESY) || (holds(words, THIS) && holds(words, MESSAGE));
    let refused = words.iter().enumerate().any(|(at, word)| {
        let behind = words.get(at.saturating_add(1)..).unwrap_or_default();
        let verb = behind.iter().take(REPLY_WORDS_MAX).position(|word| is(word, REPLYING));
        is(word, NOT) && verb.is_some_and(|verb| !elsewhere(behind.iter().skip(verb)))
    });
    asked && refused
}

/// Whether the next words name another place to answer to than this one.
fn elsewhere<'a>(verb: impl Iterator<Item = &'a &'a str>) -> bool {
    let object: Vec<&str> = verb.skip(1).take(OBJECT_WORDS_MAX).copied().collect();
    (holds(&object, MAILBOX) || holds(&object, "telefon phone")) && !holds(&object, THIS)
}

/// Words from the verb to what is not to be answered.
const OBJECT_WORDS_MAX: usize = 4;

/// Words from the negation to its verb: "ne pas y répondre".
const REPLY_WORDS_MAX: usize = 3;

/// A mailbox that nobody reads, or that takes nothing in; one that rests on Saturdays is read.
fn unread(words: &[&str]) -> bool {
    if words.iter().any(|word| is(word, TIMES)) {
        return false;
    }
    let denied = words.iter().any(|word| is(word, NOT));
    let unwatched = (denied && near(words, MAILBOX, WATCHED)) || near(words, MAILBOX, SENDING_ONLY);
    let outward = near(words, "solo soltanto esclusivamente", "invio l'invio");
    unwatched || (outward && holds(words, MAILBOX))
}

/// A filter that wants the writer to prove that they are one.
fn challenges(words: &[&str]) -> bool {
    holds(words, CLICK) && holds(words, PROOF)
}

/// "La sua richiesta è stata inserita": whoever reports speaks of their own.
fn registered(words: &[&str]) -> bool {
    words.windows(2).enumerate().any(|(at, pair)| {
        let [whose, what] = pair else { return false };
        let behind = || words.iter().skip(at).take(REGISTERED_WORDS_MAX);
        is(whose, YOUR)
            && starts(what, REQUEST)
            && behind().any(|word| is(word, PASSIVE))
            && behind().any(|word| starts(word, REGISTERED))
    })
}

/// Words from "your request" to what was done with it.
const REGISTERED_WORDS_MAX: usize = 9;

fn away(words: &[&str]) -> bool {
    holds(words, HOLIDAY) || near(words, OFFICE, CLOSED)
}

/// "fino al 25", "al 25 agosto", "until 20", "bis zum 14.", "jusqu'au 3".
fn has_end(words: &[&str]) -> bool {
    words.iter().enumerate().any(|(at, word)| {
        let behind = words.iter().skip(at.saturating_add(1)).take(END_WORDS_MAX);
        let day = |word: &&str| word.bytes().take(2).all(|byte| byte.is_ascii_digit());
        is(word, UNTIL) && behind.into_iter().any(day)
    })
}

/// Words from "until" to the day: "until Monday, 20 August".
const END_WORDS_MAX: usize = 3;

/// Whether a word is one of the list, whole.
fn is(word: &str, list: &str) -> bool {
    list.split_ascii_whitespace().any(|listed| listed == word)
}

fn starts(word: &str, stems: &str) -> bool {
    stems.split_ascii_whitespace().any(|stem| word.starts_with(stem))
}

fn holds(words: &[&str], stems: &str) -> bool {
    words.iter().any(|word| starts(word, stems))
}

/// Whether words of both sorts stand near each other, in whichever order.
fn near(words: &[&str], one: &str, other: &str) -> bool {
    let (mut last_one, mut last_other) = (None, None);
    for (at, word) in words.iter().enumerate() {
        if starts(word, one) {
            last_one = Some(at);
        }
        if starts(word, other) {
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

// Stems are folded; the languages are Italian, English, German, French, Spanish, Portuguese, Dutch, Polish,
// Romanian, where they differ.

const AUTOMATIC: &str = "automat autogener auto-gener автомат";

const MESSAGE: &str = "
    messaggi mail e-mail email comunicazion notific message nachricht mitteilung benachrichtigung
    courriel correo mensaje comunicacion mensagem comunicacao bericht wiadomosc mesaj сообщени
    повідомлен
";

const ANSWER: &str = "
    rispost reply response antwort reponse respuesta resposta antwoord odpowiedz raspuns
";

const THIS: &str = "
    presente questa questo quest' this dies ceci cette cet esta este dit deze acest niniejsz
";

const RECEIVED: &str = "
    ricevut arrivat received got erhalten bekommen recu recibid recebi ontvangen otrzymal primit
";

const COURTESY: &str = "
    prega pregat preghiamo gentilmente please bitte favor merci priere veuillez gelieve prosimy
    rugam
";

const NOT: &str = "
    non not don't dont cannot can't isn't nicht ne n'y n'est no nao niet nie nu
";

/// Whole words: "non risponde" and "non rispondono" are said of offices and intercoms.
const REPLYING: &str = "
    rispondere risponda rispondete rispondi replicare replichi reply respond answer antworten
    repondre repondez responda responder respondas contestar conteste antwoorden beantwoorden
    odpowiadac odpowiadaj raspundeti raspunde
";

const MAILBOX: &str = "
    casell indirizz account mailbox inbox address postfach adresse boite buzon direccion caixa
    endereco postvak skrzynk
";

const WATCHED: &str = "
    presidiat monitor sorvegliat abilitat consultat incoming uberwacht gelesen surveill consultee
    supervis atendid
";

const SENDING_ONLY: &str = "
    unattended unmonitored notification-only send-only outgoing-only
";

/// Whole words.
const TIMES: &str = "
    sabato domenica festivi weekend notte notturne ore orario orari dalle dopo h24 24 24h saturday
    sunday weekends night hours after samstag sonntag wochenende samedi dimanche
";

const CLICK: &str = "clicc click klick cliqu clic pulse pulsa";

const PROOF: &str = "spammer robot umano umana human mensch humain";

const YOUR: &str = "sua tua vostra suo tuo vostro your ihre votre su tu sua";

const REQUEST: &str = "
    richiest segnalazion comunicazion istanz pratic ticket messaggi mail e-mail email request case
    report message enquiry anfrage meldung nachricht antrag demande solicitud expediente mensaje
";

const PASSIVE: &str = "e e' stata stato sara verra been was is wurde ist ete sido";

const REGISTERED: &str = "
    registrat inserit acquisit pervenut ricevut evas presa protocollat assegnat inoltrat chius apert
    received registered logged assigned closed opened forwarded registriert eingegangen erhalten
    enregistre transmise registrad recibid
";

const HOLIDAY: &str = "
    ferie holiday vacation urlaub conge vacaciones ferias vakantie verlof urlop concediu szabadsag
";

const OFFICE: &str = "
    uffici studio sede azienda negozio office buro bureau oficina escritorio kantoor biuro birou
";

const CLOSED: &str = "
    chius closed geschlossen ferme cerrad fechad gesloten nieczynn inchis
";

const UNTIL: &str = "al all' until till through to bis jusqu'au au hasta ate tot do pana";

#[cfg(test)]
mod tests {
    use super::{
        away, challenges, generated, has_end, registered, sentences, unanswerable, unread, words_of,
    };
    use crate::domain::text::fold;

    fn told(text: &str) -> bool {
        sentences(&fold(text)).any(|sentence| {
            let words = words_of(sentence);
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
