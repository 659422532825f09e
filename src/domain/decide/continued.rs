//! A mail continues a ticket: an entry, a note, or, when the ticket was closed too long ago, nothing of it.

use std::time::Duration;

use super::arrival::{ENTRY_CHARS_MAX, attached, sender_of};
use super::letters::Told;
use super::work::Sheet;
use super::{Arrival, Change, Decision, Outcome, Snapshot, latest};
use super::{alarm, answer, letters, on_call};
use crate::domain::command::is_repaired;
use crate::domain::desk::Desk;
use crate::domain::letter::LetterKind;
use crate::domain::text::words;
use crate::domain::ticket::{Entry, EntryKind, Status, Ticket};
use crate::domain::time::Timestamp;

/// Who writes this soon after the work was done says that it was not; later it is another matter.
const REOPENING: Duration = Duration::from_hours(14 * 24);

/// What follows for the ticket; `None` when the mail must open a new one.
pub(super) fn decide(
    desk: &Desk,
    snapshot: &Snapshot,
    ticket: &Ticket,
    arrival: &Arrival,
    now: Timestamp,
) -> Option<Decision> {
    let Heard { confirmed, unrepaired, thanks, danger, over } = heard(desk, ticket, arrival, now)?;
    let sender = sender_of(arrival);
    let author = if sender.address.is_empty() { "unknown" } else { &sender.address };
    let asked = ticket.status == Status::WaitingForRequester && ticket.requester.address == *author;
    let text: String = arrival.mail.text.chars().take(ENTRY_CHARS_MAX).collect();
    let kind = if thanks { EntryKind::Note } else { EntryKind::Mail };
    let entry = Entry { kind, author: author.to_owned(), text };
    let mut changes = vec![Change::Enter { ticket: ticket.number.clone(), entry }];
    let own = ticket.requester.address == *author && has_attached(arrival);
    let shown = own.then(|| with_attached(ticket, arrival, now));
    changes.extend(shown.iter().cloned().map(Box::new).map(Change::Update));
    let ticket = shown.as_ref().unwrap_or(ticket);
    let mut reason = format!("it continues ticket {}", ticket.number);
    if thanks {
        reason.push_str(if confirmed { ": it is repaired" } else { " and only gives thanks" });
    } else if over {
        reason.push_str(", which was closed lately: staff decide whether to reopen it");
    }
    let alarm = danger && !alarm::is_known(ticket, &snapshot.orders, now);
    let place = (!thanks).then(|| answer::with_place(desk, snapshot, ticket, arrival, alarm, now));
    let answered = place.flatten();
    // What the same mail changed already is what is changed further.
    let placed = answered.as_ref().map_or(ticket, |answered| &answered.ticket);
    let alarmed = alarm.then(|| alarm::raised(desk, snapshot, placed, arrival, now));
    let raised = alarmed.as_ref().map_or(placed, |alarmed| &alarmed.ticket);
    let taken = on_call::taken_by(desk, raised, arrival, author, now);
    // Calls leave before all others.
    let mut letters = Vec::new();
    let mut orders = Vec::new();
    if let Some(answered) = &answered {
        reason.push_str(" and says where it is");
        changes.extend(answered.changes.iter().cloned());
        orders.extend(answered.orders.iter().cloned());
    }
    if let Some(alarmed) = alarmed {
        reason.push_str("; it tells of a danger");
        changes.extend(alarmed.changes);
        letters.extend(alarmed.letters);
        orders.extend(alarmed.orders);
    }
    if arrival.letters && !thanks {
        let answered = answered.as_ref().map(|answered| &answered.ticket);
        let told = Told { danger, unrepaired, over, answers: asked };
        letters.extend(letters::follow_up(desk, ticket, answered, told, arrival));
    }
    letters.extend(orders);
    if !taken.is_empty() {
        reason.push_str("; its writer took it");
        changes.extend(taken);
    }
    let disputed = disputed(&changes, ticket, (confirmed, unrepaired), now);
    changes.extend(disputed);
    let claims = !thanks && letters::asks_for_damages(desk, arrival);
    let claimed = claims.then(|| claimed(&changes, ticket, now)).flatten();
    changes.extend(claimed);
    let latest = latest(&changes).unwrap_or(ticket).clone();
    // An order that left meanwhile has ended the wait.
    let waits = latest.status == Status::WaitingForRequester && ticket.requester.address == *author;
    if waits && !thanks {
        let mut sheet = Sheet::of(desk, snapshot, &latest, now);
        sheet.go(ticket.facts.course.before.unwrap_or(Status::Received), author);
        changes.extend(sheet.finish().1);
        reason.push_str("; its requester answered, and the clock runs on");
    }
    Some(Decision {
        outcome: Some(Outcome::Entry(ticket.number.clone())),
        changes,
        letters,
        reasons: vec![reason],
    })
}

/// The ticket with the files that its requester sends after it: an order that leaves later has their photos.
fn with_attached(ticket: &Ticket, arrival: &Arrival, now: Timestamp) -> Ticket {
    let mut ticket = ticket.clone();
    ticket.facts.attachments.extend(attached(arrival));
    ticket.touch(now);
    ticket
}

/// The ticket that was closed, with what its requester says of it: that it is not repaired stands in every digest until
/// staff decide, or they say that it is.
fn disputed(
    changes: &[Change],
    ticket: &Ticket,
    (confirmed, unrepaired): (bool, bool),
    now: Timestamp,
) -> Option<Change> {
    let known = ticket.facts.course.unrepaired;
    let said = (unrepaired || known) && !confirmed;
    if ticket.status != Status::Closed || said == known {
        return None;
    }
    let mut ticket = latest(changes).unwrap_or(ticket).clone();
    ticket.facts.course.unrepaired = said;
    ticket.touch(now);
    Some(Change::Update(Box::new(ticket)))
}

/// The ticket whose requester asks for damages only now.
fn claimed(changes: &[Change], ticket: &Ticket, now: Timestamp) -> Option<Change> {
    let mut ticket = latest(changes).unwrap_or(ticket).clone();
    if ticket.facts.course.claim {
        return None;
    }
    ticket.facts.course.claim = true;
    ticket.touch(now);
    Some(Change::Update(Box::new(ticket)))
}

/// What a mail says that continues a ticket.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is something that may be said beside the others"
)]
struct Heard {
    /// It is repaired.
    confirmed: bool,
    /// It is not, though the ticket was closed.
    unrepaired: bool,
    /// Nobody need be told.
    thanks: bool,
    danger: bool,
    /// The ticket is over.
    over: bool,
}

/// None when the mail must open a ticket of its own: it comes too late, or nobody is at the danger that it tells of.
fn heard(desk: &Desk, ticket: &Ticket, arrival: &Arrival, now: Timestamp) -> Option<Heard> {
    let answers = answers_closing(desk, arrival);
    let repaired = answers.then(|| is_repaired(&arrival.mail.text)).flatten();
    let confirmed = repaired == Some(true) && is_short(arrival);
    let alone = !has_attached(arrival) && !says_where(arrival);
    let thanks = alone && (confirmed || is_thanks(&arrival.mail.text));
    let danger = !thanks && alarm::is_told(desk, ticket, arrival);
    // What repeats another ticket is put aside, and not over.
    let over = ticket.status.is_ended() && ticket.status != Status::Duplicate;
    let late = over && now.since(ticket.entered_at()) > REOPENING;
    let answered = answers && (repaired.is_some() || tells_nothing_new(ticket, arrival));
    let new = (late && !thanks && !answered) || (danger && ticket.status.is_ended());
    (!new).then_some(Heard {
        confirmed: confirmed && thanks,
        unrepaired: repaired == Some(false),
        thanks,
        danger,
        over,
    })
}

/// Whether it answers the letter that told of the closing, which may have asked whether it is repaired.
fn answers_closing(desk: &Desk, arrival: &Arrival) -> bool {
    let answered = arrival.mail.ancestors().into_iter().find_map(|id| desk.signer.verify(id));
    answered == Some(LetterKind::Closing)
}

/// Whether there is no room for news beside the answer.
fn is_short(arrival: &Arrival) -> bool {
    words(&arrival.mail.text).len() <= THANKS_WORDS_MAX
}

/// Whether a mail says neither what is broken nor another place: it is no new report.
fn tells_nothing_new(ticket: &Ticket, arrival: &Arrival) -> bool {
    let place = arrival.understood.place.as_ref().map(|place| place.text.as_str());
    let elsewhere = says_where(arrival) && place != ticket.place.as_deref();
    arrival.understood.verdict.category.is_none() && !elsewhere
}

/// Whether the text itself names a place: below thanks a street looks like a name. One that only the signature
/// names is no answer.
fn says_where(arrival: &Arrival) -> bool {
    let place = arrival.understood.place.as_ref().map(|place| place.text.as_str());
    place.is_some_and(|place| !place.is_empty() && arrival.mail.text.contains(place))
}

fn has_attached(arrival: &Arrival) -> bool {
    arrival.mail.attachments.iter().any(|attachment| !attachment.inline)
}

/// Thanks and their signature are shorter; longer ones say something besides.
const THANKS_WORDS_MAX: usize = 25;

/// Words of thanks by language, folded; one of them must be there.
const THANKS: [&str; 30] = [
    "grazie",
    "ringrazio",
    "ringraziamo",
    "ringraziamenti",
    "ringraziarvi",
    "thanks",
    "thank",
    "thx",
    "danke",
    "dank",
    "merci",
    "gracias",
    "obrigado",
    "obrigada",
    "bedankt",
    "dziekuje",
    "dzieki",
    "multumesc",
    "mersi",
    "faleminderit",
    "дякую",
    "спасибо",
    "谢谢",
    "謝謝",
    "شكرا",
    "ottimo",
    "perfetto",
    "bravi",
    "perfect",
    "great",
];

/// Words that stand beside thanks and ask for nothing, folded.
const BESIDE: [&str; 118] = [
    "mille",
    "tante",
    "infinite",
    "molte",
    "grazie",
    "ancora",
    "di",
    "cuore",
    "per",
    "la",
    "il",
    "lo",
    "le",
    "vi",
    "ti",
    "vostra",
    "vostro",
    "sua",
    "suo",
    "della",
    "del",
    "dell",
    "l",
    "a",
    "e",
    "ed",
    "disponibilita",
    "risposta",
    "riscontro",
    "celerita",
    "velocita",
    "rapidita",
    "tempestivita",
    "cortesia",
    "attenzione",
    "collaborazione",
    "pronta",
    "rapida",
    "veloce",
    "tempestiva",
    "gentilezza",
    "aiuto",
    "lavoro",
    "ottimo",
    "buon",
    "buona",
    "buongiorno",
    "buonasera",
    "giornata",
    "serata",
    "domenica",
    "weekend",
    "cordiali",
    "distinti",
    "saluti",
    "saluto",
    "cordialmente",
    "un",
    "una",
    "ok",
    "va",
    "bene",
    "ricevuto",
    "ricevuta",
    "perfetto",
    "molto",
    "gentile",
    "gentili",
    "gentilissimi",
    "gentilissima",
    "gentilissimo",
    "tutti",
    "tutto",
    "davvero",
    "anticipatamente",
    "anticipo",
    "in",
    "da",
    "parte",
    "mia",
    "nostra",
    "informazione",
    "informazioni",
    "conferma",
    "comune",
    "salve",
    "you",
    "so",
    "much",
    "very",
    "many",
    "for",
    "your",
    "the",
    "quick",
    "reply",
    "help",
    "answer",
    "regards",
    "best",
    "kind",
    "dear",
    "all",
    "vielen",
    "fur",
    "ihre",
    "beaucoup",
    "bien",
    "muchas",
    "muito",
    "foarte",
    "mult",
    "velmi",
    "дуже",
    "большое",
    "cheers",
    "bye",
    "ciao",
];

/// Whether a text says thanks and nothing else but who says it.
fn is_thanks(text: &str) -> bool {
    if text.contains('?') {
        return false;
    }
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let known = |word: &str| THANKS.contains(&word) || BESIDE.contains(&word);
    let mut thanked = false;
    let mut count = 0_usize;
    for (place, line) in lines.iter().enumerate() {
        let words = words(line);
        count = count.saturating_add(words.len());
        thanked |= words.iter().any(|word| THANKS.contains(&word.folded.as_str()));
        let all_known = words.iter().all(|word| known(&word.folded));
        // Below the first thanks a line of names is a signature.
        let signature = place > 0 && thanked && is_name(line);
        if count > THANKS_WORDS_MAX || !(all_known || signature) {
            return false;
        }
    }
    thanked
}

/// Up to four capitalised words without a figure.
fn is_name(line: &str) -> bool {
    const NAME_WORDS_MAX: usize = 4;
    let mut words = line.split_whitespace();
    line.split_whitespace().count() <= NAME_WORDS_MAX
        && words.all(|word| word.chars().next().is_some_and(char::is_uppercase))
        && !line.contains(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::is_thanks;

    #[test]
    fn thanks_are_told_from_news() {
        for (text, expected) in [
            ("Grazie mille!", true),
            ("Grazie per la celerità.\n\nCordiali saluti\nAnna Verdi", true),
            ("Perfetto, vi ringrazio.\nAnna", true),
            ("Thank you very much for your quick reply", true),
            ("Ok grazie", true),
            ("ok", false),
            ("Grazie, ma il lampione è ancora spento.", false),
            ("Grazie. Quando venite?", false),
            ("Grazie.\nVia Roma 12", false),
            ("Grazie\nAnna Verdi\nIl tombino è rotto", false),
            ("Il lampione è spento", false),
            ("", false),
        ] {
            assert_eq!(is_thanks(text), expected, "{text}");
        }
    }
}
