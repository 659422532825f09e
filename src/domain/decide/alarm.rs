//! A follow-up tells of a danger that its ticket did not know: whoever is on call is woken by it.

use std::time::Duration;

use super::arrival::{self, ENTRY_CHARS_MAX, Withheld, sender_of};
use super::work::{Sheet, hastened};
use super::{Arrival, Change, Snapshot, letters};
use crate::domain::classify::Evidence;
use crate::domain::desk::Desk;
use crate::domain::forward::is_colleague;
use crate::domain::letter::Letter;
use crate::domain::letter::redact::redact;
use crate::domain::order::{OrderState, WorkOrder};
use crate::domain::text::fold;
use crate::domain::ticket::{Entry, EntryKind, OURSELVES, Status, Ticket};
use crate::domain::time::Timestamp;
use crate::domain::understand::Reading;
use crate::domain::urgency::{Urgency, urgency};

/// Whoever took an emergency this lately knows of it; later a danger is told anew.
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

/// Whether somebody knows of a danger at the ticket already, or is being asked to look at it.
pub(super) fn is_known(ticket: &Ticket, orders: &[WorkOrder], now: Timestamp) -> bool {
    let taken = ticket.facts.course.taken.is_some_and(|at| now.since(at) <= KNOWN);
    let live = |order: &WorkOrder| {
        order.ticket == ticket.number
            && order.state.is_live()
            && order.state != OrderState::Suspended
    };
    ticket.urgency == Urgency::Emergency
        && (ticket.call.is_some() || taken || orders.iter().any(live))
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
    // A contractor learns no more of this writer than of whoever reported first.
    let writer = sender_of(arrival);
    let said =
        if writer.address == before.requester.address { said } else { redact(&said, &writer.name) };
    ticket.facts.text = format!("{}\n\n{}", said.trim(), before.facts.text);
    ticket.touch(now);
    let done = ticket.status == Status::Done;
    if done {
        ticket.enter_status(Status::Reopened, now);
    }
    let (call, called) = arrival::call(desk, &mut ticket, arrival, now).unzip();
    let text = if before.urgency == ticket.urgency {
        "a danger was told again, and nobody was at it".to_owned()
    } else {
        format!("urgency: {} → {}", before.urgency.name(), ticket.urgency.name())
    };
    let entry = Entry { kind: EntryKind::Correction, author: OURSELVES.to_owned(), text };
    let mut changes = vec![
        Change::Update(Box::new(ticket.clone())),
        Change::Enter { ticket: ticket.number.clone(), entry },
    ];
    changes.extend(done.then(|| moved(before, &ticket)));
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

/// What was done is not, as long as people are in danger.
fn moved(before: &Ticket, after: &Ticket) -> Change {
    let text = format!("status: {} → {}", before.status.name(), after.status.name());
    let entry = Entry { kind: EntryKind::Moved, author: OURSELVES.to_owned(), text };
    Change::Enter { ticket: after.number.clone(), entry }
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
