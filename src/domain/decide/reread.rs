//! A quarantined mail could be read after all.

use super::arrival::{self, Withheld};
use super::{Arrival, Change, Decision, Outcome, Snapshot};
use super::{letters, staff};
use crate::domain::claim::claims;
use crate::domain::desk::Desk;
use crate::domain::ticket::{Course, Entry, EntryKind, OURSELVES, Status, Ticket};
use crate::domain::time::Timestamp;

/// Its ticket gets the words, its writer the answer.
pub(super) fn decide(
    desk: &Desk,
    snapshot: &Snapshot,
    arrival: &Arrival,
    now: Timestamp,
) -> Decision {
    let Some(before) = &snapshot.ticket else {
        return Decision::nothing("there is no such ticket");
    };
    let mut ticket = arrival::new_ticket(desk, snapshot, arrival, arrival::sender_of(arrival), now);
    ticket.number.clone_from(&before.number);
    ticket.received_at = before.received_at;
    ticket.version = before.version.saturating_add(1);
    keep_what_staff_said(&mut ticket, before);
    let called = match before.call {
        Some(_) => None,
        None => arrival::call(desk, &mut ticket, arrival, now),
    };
    ticket.call = ticket.call.or(before.call);
    let withheld = arrival::withheld(desk, snapshot, arrival, &ticket, now);
    let mut letters = Vec::new();
    if withheld.is_none_or(|why| matches!(why, Withheld::Held(_))) {
        let hold = withheld.and_then(Withheld::hold);
        letters.push(letters::acknowledgement(desk, &ticket, None, arrival, hold, now));
    }
    let (mut orders, mut worked) = (Vec::new(), Vec::new());
    let mut open = snapshot.clone();
    arrival::work(desk, &mut open, &mut ticket, arrival, now, (&mut orders, &mut worked));
    letters.extend(letters::notices_of_reading(desk, &ticket, arrival, (withheld, &worked), now));
    if ticket.facts.course.claim {
        let because = claims(&arrival.mail.subject, &arrival.mail.text);
        letters.extend(letters::claim_notices(desk, &ticket, arrival, because));
    }
    letters.append(&mut orders);
    let (call, called) = called.unzip();
    letters.extend(call);
    let number = ticket.number.clone();
    let text = "the mail could be read after all".to_owned();
    let entry =
        Entry { kind: EntryKind::Correction, author: OURSELVES.to_owned(), text: text.clone() };
    let outcome = Some(Outcome::Ticket(number.clone()));
    let mut changes = vec![Change::Update(Box::new(ticket))];
    changes.push(Change::Enter { ticket: number, entry });
    changes.extend(called);
    changes.extend(worked);
    Decision { outcome, changes, letters, reasons: vec![text] }
}

/// What staff made of a ticket before its mail could be read stands.
fn keep_what_staff_said(ticket: &mut Ticket, before: &Ticket) {
    if before.status != Status::ToCheck {
        ticket.status = before.status;
        let claim = ticket.facts.course.claim || before.facts.course.claim;
        ticket.facts.course = Course { claim, ..before.facts.course.clone() };
    }
    if before.category.is_some() || staff::is_disowned(before) {
        ticket.category = before.category;
        ticket.subcategory.clone_from(&before.subcategory);
        ticket.facts.verdict.clone_from(&before.facts.verdict);
        ticket.office.clone_from(&before.office);
    }
    if before.place.is_some() {
        ticket.place.clone_from(&before.place);
        ticket.facts.place.clone_from(&before.facts.place);
    }
    ticket.urgency = ticket.urgency.min(before.urgency);
    ticket.same_as = before.same_as.clone().or(ticket.same_as.take());
}
