//! Tickets that tell of one thing: noted when they are opened, confirmed or split by staff.

use super::work::{Occasion, Sheet, activate};
use super::{Change, Decision, Snapshot};
use crate::domain::desk::Desk;
use crate::domain::duplicate::{Earlier, Report, SameAs, same_as};
use crate::domain::ticket::{Entry, EntryKind, OURSELVES, STAFF, Ticket};
use crate::domain::time::Timestamp;
use crate::domain::urgency::Urgency;

/// The earlier ticket that one probably repeats which has just got its place.
pub(super) fn suspected(earlier: &[Earlier], ticket: &Ticket) -> Option<SameAs> {
    ticket.subcategory.as_ref()?;
    let report = Report {
        place: ticket.facts.place.as_ref()?,
        texts: [&ticket.subject, &ticket.facts.text],
        language: ticket.language,
    };
    let earlier = same_as(report, earlier).filter(|earlier| earlier.number != ticket.number)?;
    Some(SameAs { number: earlier.number.clone(), confirmed: false })
}

/// Whether a work order for this ticket must wait for staff: the thing has one already. People in danger
/// come before thrift.
pub(super) fn needs_no_order(ticket: &Ticket) -> bool {
    ticket.same_as.is_some() && ticket.urgency != Urgency::Emergency
}

/// What is written into both histories when a ticket is opened that probably repeats another.
pub(super) fn notes(ticket: &Ticket, order_spared: bool) -> Vec<Change> {
    let Some(same) = &ticket.same_as else { return Vec::new() };
    let spared = if order_spared { "; no second work order was written: see there" } else { "" };
    vec![
        note(&ticket.number, OURSELVES, format!("probably the same as {}{spared}", same.number)),
        note(&same.number, OURSELVES, format!("probably reported again: {}", ticket.number)),
    ]
}

pub(super) fn note(ticket: &str, author: &str, text: String) -> Change {
    let entry = Entry { kind: EntryKind::Note, author: author.to_owned(), text };
    Change::Enter { ticket: ticket.to_owned(), entry }
}

/// Staff say that the ticket is the same as the other one.
pub(super) fn join(snapshot: &Snapshot, now: Timestamp) -> Decision {
    let (Some(one), Some(other)) = (&snapshot.ticket, &snapshot.other) else {
        return Decision::nothing("there is no such ticket");
    };
    // Said in whichever order, a suspicion is confirmed as it stands.
    let points_back = other.same_as.as_ref().is_some_and(|same| same.number == one.number);
    let (later, first) = if points_back { (other, one) } else { (one, other) };
    if later.number == first.number {
        return Decision::nothing("a ticket is always the same as itself");
    }
    // What the first repeats is what both repeat: one ticket stands for all.
    let number = first.same_as.as_ref().map_or(&first.number, |same| &same.number);
    let wanted = SameAs { number: number.clone(), confirmed: true };
    if later.same_as.as_ref() == Some(&wanted) || wanted.number == later.number {
        return Decision::nothing("the tickets already say so");
    }
    let mut changes = vec![update(later, Some(wanted.clone()), now)];
    // Those that repeated the later one repeat the first from now on.
    let followers = snapshot.same.iter().filter(|follower| {
        follower.number != later.number
            && follower.same_as.as_ref().is_some_and(|same| same.number == later.number)
    });
    for follower in followers {
        let same = follower.same_as.clone().map(|same| SameAs { number: number.clone(), ..same });
        changes.push(update(follower, same, now));
    }
    let text = format!("the same as {number}");
    changes.push(note(&later.number, STAFF, text.clone()));
    changes.push(note(number, STAFF, format!("{} is the same", later.number)));
    Decision { outcome: None, changes, letters: Vec::new(), reasons: vec![text] }
}

/// Staff say that the ticket is one of its own: the order that was not written is written now.
pub(super) fn split(desk: &Desk, snapshot: &Snapshot, now: Timestamp) -> Decision {
    let Some(before) = &snapshot.ticket else {
        return Decision::nothing("there is no such ticket");
    };
    let Some(same) = &before.same_as else {
        return Decision::nothing("the ticket is already one of its own");
    };
    let text = format!("not the same as {}", same.number);
    let split = renewed(before, None, now);
    let mut changes = vec![
        Change::Update(Box::new(split.clone())),
        note(&before.number, STAFF, text.clone()),
        note(&same.number, STAFF, format!("{} is not the same", before.number)),
    ];
    let mut letters = Vec::new();
    if needs_no_order(before) {
        let mut sheet = Sheet::of(desk, snapshot, &split, now);
        // An order that is there already stays.
        activate(&mut sheet, Occasion::Found(None)).unwrap_or_default();
        let (_, more, owed) = sheet.finish();
        changes.extend(more);
        letters = owed;
    }
    Decision { outcome: None, changes, letters, reasons: vec![text] }
}

fn update(before: &Ticket, same_as: Option<SameAs>, now: Timestamp) -> Change {
    Change::Update(Box::new(renewed(before, same_as, now)))
}

fn renewed(before: &Ticket, same_as: Option<SameAs>, now: Timestamp) -> Ticket {
    // Staff are at it, and whoever is on call need not be written to any more.
    Ticket {
        same_as,
        call: None,
        changed_at: now,
        version: before.version.saturating_add(1),
        ..before.clone()
    }
}
