//! Staff close a ticket, and with it those that they said are the same; everybody who reported is told.

use std::collections::BTreeSet;

use super::letters;
use super::same::{joined, note};
use super::work::{self, Sheet};
use super::{Change, Decision, Snapshot};
use crate::domain::desk::Desk;
use crate::domain::ticket::{Entry, EntryKind, OURSELVES, Status, Ticket};
use crate::domain::time::Timestamp;

pub(super) fn close(
    desk: &Desk,
    snapshot: &Snapshot,
    said: Option<&str>,
    by: &str,
    now: Timestamp,
) -> Decision {
    let Some(before) = &snapshot.ticket else {
        return Decision::nothing("there is no such ticket");
    };
    // What is closed and not repaired is closed once more, when that is what staff decide.
    let again = before.facts.course.unrepaired;
    if !before.status.may_become(Status::Closed) || (before.status == Status::Closed && !again) {
        return Decision::nothing("the ticket is already closed");
    }
    let text = said.map_or_else(|| "closed".to_owned(), |said| format!("closed: {said}"));
    let worked = before.status == Status::Done;
    let mut sheet = Sheet::of(desk, snapshot, before, now);
    work::closed(&mut sheet, by);
    let (_, mut changes, orders) = sheet.finish();
    changes.extend(closed(before, text.clone(), worked, (by, now)));
    let mut reporters = vec![before];
    let mut reasons = vec![text];
    changes.extend(joined_closed(snapshot, before, worked, (by, now)));
    for ticket in joined(snapshot, before) {
        reasons.push(format!("{} is the same and was closed with it", ticket.number));
        reporters.push(ticket);
    }
    for ticket in snapshot.same.iter().filter(|ticket| is_like(ticket, before)) {
        // A likeness closes nothing: staff look at it once more.
        let text = format!("{}, which this is probably the same as, was closed", before.number);
        changes.push(note(&ticket.number, OURSELVES, text));
        reasons.push(format!("{} is probably the same and stays open", ticket.number));
    }
    // Who was pointed elsewhere heard the last of us then.
    if matches!(before.status, Status::Referred | Status::OutOfCompetence) {
        return Decision { outcome: None, changes, letters: orders, reasons };
    }
    let work = letters::Work { desk, orders: &snapshot.orders };
    // One who reported the thing twice is told once.
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let mut letters: Vec<_> = reporters
        .into_iter()
        .filter(|ticket| snapshot.acknowledged.contains(&ticket.number))
        .filter(|ticket| told.insert(&ticket.requester.address))
        .map(|ticket| letters::closing(work, ticket, before, now))
        .collect();
    letters.extend(orders);
    Decision { outcome: None, changes, letters, reasons }
}

/// The tickets that were put aside for one that is over, closed with it.
pub(super) fn joined_closed(
    snapshot: &Snapshot,
    ticket: &Ticket,
    worked: bool,
    (by, now): (&str, Timestamp),
) -> Vec<Change> {
    let text = format!("closed with {}", ticket.number);
    joined(snapshot, ticket).flat_map(|it| closed(it, text.clone(), worked, (by, now))).collect()
}

/// An open ticket that seems to repeat the other one, and nobody said so.
fn is_like(ticket: &Ticket, other: &Ticket) -> bool {
    let same = ticket.same_as.as_ref();
    !ticket.status.is_ended()
        && same.is_some_and(|same| !same.confirmed && same.number == other.number)
}

/// A closed ticket; after work its requester is asked whether it is repaired.
fn closed(
    before: &Ticket,
    text: String,
    worked: bool,
    (by, now): (&str, Timestamp),
) -> [Change; 2] {
    let mut ticket = before.clone();
    ticket.facts.course.asked_repaired |= worked;
    ticket.facts.course.unrepaired = false;
    ticket.enter_status(Status::Closed, now);
    ticket.call = None;
    ticket.touch(now);
    let number = ticket.number.clone();
    let entry = Entry { kind: EntryKind::Closed, author: by.to_owned(), text };
    [Change::Update(Box::new(ticket)), Change::Enter { ticket: number, entry }]
}
