//! Staff close a ticket, and with it those that they said are the same; everybody who reported is told.

use std::collections::BTreeSet;

use super::letters;
use super::same::note;
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
    if !before.status.may_become(Status::Closed) || before.status == Status::Closed {
        return Decision::nothing("the ticket is already closed");
    }
    let text = said.map_or_else(|| "closed".to_owned(), |said| format!("closed: {said}"));
    let mut changes = closed(before, text.clone(), by, now).to_vec();
    let mut reporters = vec![before];
    let mut reasons = vec![text];
    let open = snapshot.same.iter().filter(|ticket| !ticket.status.is_ended());
    for ticket in open {
        if ticket.same_as.as_ref().is_some_and(|same| same.confirmed) {
            changes.extend(closed(ticket, format!("closed with {}", before.number), by, now));
            reasons.push(format!("{} is the same and was closed with it", ticket.number));
            reporters.push(ticket);
        } else {
            // A likeness closes nothing: staff look at it once more.
            let text = format!("{}, which this is probably the same as, was closed", before.number);
            changes.push(note(&ticket.number, OURSELVES, text));
            reasons.push(format!("{} is probably the same and stays open", ticket.number));
        }
    }
    // One who reported the thing twice is told once.
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let letters = reporters
        .into_iter()
        .filter(|ticket| snapshot.acknowledged.contains(&ticket.number))
        .filter(|ticket| told.insert(&ticket.requester.address))
        .map(|ticket| letters::closing(desk, ticket, before, now))
        .collect();
    Decision { outcome: None, changes, letters, reasons }
}

fn closed(before: &Ticket, text: String, by: &str, now: Timestamp) -> [Change; 2] {
    let mut ticket = before.clone();
    ticket.enter_status(Status::Closed, now);
    ticket.call = None;
    ticket.changed_at = now;
    ticket.version = before.version.saturating_add(1);
    let number = ticket.number.clone();
    let entry = Entry { kind: EntryKind::Closed, author: by.to_owned(), text };
    [Change::Update(Box::new(ticket)), Change::Enter { ticket: number, entry }]
}
