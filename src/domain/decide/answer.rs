//! A requester answers the question where it is.

use super::work::{Occasion, Sheet, activate, order_again};
use super::{Arrival, Change, Snapshot, letters, same};
use crate::domain::desk::Desk;
use crate::domain::letter::Letter;
use crate::domain::ticket::{Entry, EntryKind, OURSELVES, Ticket};
use crate::domain::time::Timestamp;

/// What follows from an answer that says where.
pub(super) struct Answered {
    /// The ticket with its place.
    pub(super) ticket: Ticket,
    /// What is written down.
    pub(super) changes: Vec<Change>,
    /// The work order again, as the contractor could not go without the place; a notice where the place brings another
    /// office.
    pub(super) orders: Vec<Letter>,
}

/// Takes the place that an answer names, when the ticket had none. Where the same mail raises an `alarm`, that one orders,
/// with the place: two that order from one snapshot would order twice.
pub(super) fn with_place(
    desk: &Desk,
    snapshot: &Snapshot,
    ticket: &Ticket,
    arrival: &Arrival,
    alarm: bool,
    now: Timestamp,
) -> Option<Answered> {
    let unplaced = ticket.place.is_none() && !ticket.status.is_ended();
    let place = arrival.understood.place.clone().filter(|_| unplaced)?;
    let mut placed = ticket.clone();
    placed.place = Some(place.text.clone());
    placed.facts.place = Some(place);
    desk.reroute(ticket, &mut placed);
    placed.touch(now);
    let text = format!("place: none → {}", placed.place.as_deref().unwrap_or_default());
    let entry = Entry { kind: EntryKind::Correction, author: OURSELVES.to_owned(), text };
    if placed.same_as.is_none() {
        placed.same_as = same::suspected(&snapshot.answered_earlier, &placed);
    }
    let mut changes = vec![
        Change::Update(Box::new(placed.clone())),
        Change::Enter { ticket: ticket.number.clone(), entry },
    ];
    let mut told = Vec::new();
    if arrival.letters && placed.office != ticket.office {
        let cause = format!("ticket:{}:{}", placed.number, placed.version);
        told = letters::reassigned(desk, &placed, &cause, now);
    }
    let mut sheet = Sheet::of(desk, snapshot, &placed, now);
    let ordered = sheet.live().is_some();
    if arrival.letters && !alarm && !order_again(&mut sheet) {
        // With the place an order can leave that waited for it; an order that left without it has it now.
        activate(&mut sheet, Occasion::Found(None)).unwrap_or_default();
    }
    let spared = same::needs_no_order(&placed) && !ordered && !sheet.letters.is_empty();
    if ticket.same_as.is_none() {
        changes.extend(same::notes(&placed, spared));
    }
    if spared {
        return Some(Answered { ticket: placed, changes, orders: told });
    }
    let (placed, more, owed) = sheet.finish();
    let orders = told.into_iter().chain(owed).collect();
    changes.extend(more);
    Some(Answered { ticket: placed, changes, orders })
}
