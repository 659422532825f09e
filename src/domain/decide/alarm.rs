//! A follow-up tells of a danger that its ticket did not know: whoever is on call is woken by it.

use std::time::Duration;

use super::arrival::{self, ENTRY_CHARS_MAX, Withheld, sender_of};
use super::work::{Sheet, hastened};
use super::{Arrival, Change, Snapshot, letters};
use crate::domain::classify::Evidence;
use crate::domain::desk::Desk;
use crate::domain::forward::is_colleague;
use crate::domain::letter::Letter;
use crate::domain::text::fold;
use crate::domain::ticket::{Entry, EntryKind, OURSELVES, Ticket};
use crate::domain::time::Timestamp;
use crate::domain::understand::Reading;
use crate::domain::urgency::{Urgency, urgency};

/// Whoever took an emergency, or was called about it, this lately knows of it; later a danger is told anew.
const KNOWN: Duration = Duration::from_hours(12);

/// What follows from a danger that nobody knew of.
pub(super) struct Alarmed {
    /// The ticket, now an emergency with the new words first.
    pub(super) ticket: Ticket,
    /// What is written down.
    pub(super) changes: Vec<Change>,
    /// The call, and the answer to the writer.
    pub(super) letters: Vec<Letter>,
    /// A work order that is needed at once now.
    pub(super) orders: Vec<Letter>,
}

/// Whether a mail tells of a danger by what it newly says. The subject of an answer only repeats the
/// ticket's: what was a danger then is none now.
pub(super) fn is_told(desk: &Desk, ticket: &Ticket, arrival: &Arrival) -> bool {
    if arrival.understood.urgency.urgency != Urgency::Emergency {
        return false;
    }
    let (own, known) = (fold(&arrival.mail.subject), fold(&ticket.subject));
    let (own, known) = (own.trim(), known.trim());
    let repeated =
        own.contains(ticket.number.as_str()) || (!known.is_empty() && own.ends_with(known));
    let said = Reading::of("", &arrival.mail.text, desk.rules.lexicon());
    !repeated
        || urgency(&Evidence::of(&said, &desk.rules), &desk.rules).urgency == Urgency::Emergency
}

/// Whether whoever is on call knows of a danger at the ticket already.
pub(super) fn is_known(ticket: &Ticket, now: Timestamp) -> bool {
    ticket.urgency == Urgency::Emergency
        && (ticket.call.is_some() || now.since(ticket.changed_at) <= KNOWN)
}

/// Makes the ticket an emergency and calls.
pub(super) fn raised(
    desk: &Desk,
    snapshot: &Snapshot,
    before: &Ticket,
    arrival: &Arrival,
    now: Timestamp,
) -> Alarmed {
    let mut ticket = before.clone();
    ticket.urgency = Urgency::Emergency;
    ticket.facts.urgency_because.clone_from(&arrival.understood.urgency.because);
    let said: String = arrival.mail.text.chars().take(ENTRY_CHARS_MAX).collect();
    ticket.facts.text = format!("{}\n\n{}", said.trim(), before.facts.text);
    ticket.changed_at = now;
    ticket.version = before.version.saturating_add(1);
    let (call, called) = arrival::call(desk, &mut ticket, arrival, now).unzip();
    let text = format!("urgency: {} → {}", before.urgency.name(), ticket.urgency.name());
    let entry = Entry { kind: EntryKind::Correction, author: OURSELVES.to_owned(), text };
    let mut changes = vec![
        Change::Update(Box::new(ticket.clone())),
        Change::Enter { ticket: ticket.number.clone(), entry },
    ];
    changes.extend(called);
    let mut letters: Vec<Letter> = call.into_iter().collect();
    letters.extend(answer(desk, snapshot, &ticket, arrival, now));
    let mut sheet = Sheet::of(desk, snapshot, &ticket, now);
    if arrival.letters {
        hastened(&mut sheet, OURSELVES);
    }
    let (ticket, more, orders) = sheet.finish();
    changes.extend(more);
    Alarmed { ticket, changes, letters, orders }
}

/// To the writer, not to a colleague who passes news on: the 112 first.
fn answer(
    desk: &Desk,
    snapshot: &Snapshot,
    ticket: &Ticket,
    arrival: &Arrival,
    now: Timestamp,
) -> Option<Letter> {
    let writer = sender_of(arrival);
    let own = writer.address == ticket.requester.address;
    if !arrival.letters || (!own && is_colleague(&writer, &desk.identity)) {
        return None;
    }
    let language = arrival.understood.language;
    let addressed = Ticket { requester: writer, language, ..ticket.clone() };
    let withheld = arrival::withheld(desk, snapshot, arrival, &addressed, now);
    if !withheld.is_none_or(|why| matches!(why, Withheld::Held(_))) {
        return None;
    }
    let hold = withheld.and_then(Withheld::hold);
    Some(letters::acknowledgement_of_danger(desk, &addressed, arrival, hold, now))
}
