//! Tickets that tell of one thing: noted when they are opened, confirmed or split by staff.

use super::work::{Occasion, Sheet, activate};
use super::{Change, Decision, Snapshot, staff};
use crate::domain::desk::Desk;
use crate::domain::duplicate::{Earlier, Report, SameAs, same_as};
use crate::domain::order::WorkOrder;
use crate::domain::ticket::{Entry, EntryKind, OURSELVES, Status, Ticket};
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

/// Which of two tickets repeats the other: `later` is put aside, `first` is worked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) later: &'a Ticket,
    pub(super) first: &'a Ticket,
}

impl<'a> Pair<'a> {
    /// `later` as staff name it. Said in whichever order, a suspicion is confirmed as it stands.
    pub(super) fn of(later: &'a Ticket, first: &'a Ticket) -> Self {
        let points_back = first.same_as.as_ref().is_some_and(|same| same.number == later.number);
        if points_back { Self { later: first, first: later } } else { Self { later, first } }
    }

    /// The order that stands in the way: who has it must hear that it is off before the ticket is put aside.
    pub(super) fn order_in_the_way(self, snapshot: &Snapshot) -> Option<&WorkOrder> {
        let orders = snapshot.orders.iter().chain(&snapshot.other_orders);
        let mut theirs = orders.filter(|order| order.ticket == self.later.number);
        theirs.find(|order| order.state.is_live())
    }

    /// Whether nobody works at the first any more: what is put aside for it would be forgotten. One that repeats
    /// a third stands for that.
    pub(super) fn is_over(self) -> bool {
        let over = self.first.status.is_ended() && self.first.status != Status::Duplicate;
        over && !self.later.status.is_ended()
    }
}

/// Staff say that the two tickets are the same: the later one is put aside and closed with the first.
pub(super) fn join(snapshot: &Snapshot, pair: Pair<'_>, by: &str, now: Timestamp) -> Decision {
    let Pair { later, first } = pair;
    if later.number == first.number {
        return Decision::nothing("a ticket is always the same as itself");
    }
    // What the first was said to repeat is what both repeat: one ticket stands for all.
    let confirmed = first.same_as.as_ref().filter(|same| same.confirmed);
    let number = confirmed.map_or(&first.number, |same| &same.number);
    let wanted = SameAs { number: number.clone(), confirmed: true };
    if later.same_as.as_ref() == Some(&wanted) || wanted.number == later.number {
        return Decision::nothing("the tickets already say so");
    }
    if pair.is_over() {
        let (number, status) = (&first.number, first.status.name());
        return Decision::nothing(&format!("{number} is {status}: reopen it first"));
    }
    if let Some(order) = pair.order_in_the_way(snapshot) {
        return Decision::nothing(&format!("take back the work order {} first", order.number));
    }
    let mut aside = renewed(later, Some(wanted), now);
    if later.status.may_become(Status::Duplicate) {
        aside.enter_status(Status::Duplicate, now);
    }
    let mut changes = vec![Change::Update(Box::new(aside))];
    // Whoever closes the first at this moment must see what is put aside for it.
    if first.number == *number {
        let mut seen = first.clone();
        seen.touch(now);
        changes.push(Change::Update(Box::new(seen)));
    }
    // Those that repeated the later one repeat the first from now on.
    let followers = snapshot.same.iter().filter(|follower| {
        follower.number != later.number
            && follower.same_as.as_ref().is_some_and(|same| same.number == later.number)
    });
    for follower in followers {
        let same = follower.same_as.clone().map(|same| SameAs { number: number.clone(), ..same });
        changes.push(Change::Update(Box::new(renewed(follower, same, now))));
    }
    let text = format!("the same as {number}");
    changes.push(note(&later.number, by, text.clone()));
    changes.push(note(number, by, format!("{} is the same", later.number)));
    Decision { outcome: None, changes, letters: Vec::new(), reasons: vec![text] }
}

/// Staff say that the ticket is one of its own: it is worked at again, and the order that was not written is
/// written now.
pub(super) fn split(desk: &Desk, snapshot: &Snapshot, by: &str, now: Timestamp) -> Decision {
    let Some(before) = &snapshot.ticket else {
        return Decision::nothing("there is no such ticket");
    };
    let Some(same) = &before.same_as else {
        return Decision::nothing("the ticket is already one of its own");
    };
    let text = format!("not the same as {}", same.number);
    let mut split = renewed(before, None, now);
    if split.status == Status::Duplicate {
        let status = at_desk(&split);
        split.enter_status(status, now);
    }
    let mut changes = vec![
        Change::Update(Box::new(split.clone())),
        note(&before.number, by, text.clone()),
        note(&same.number, by, format!("{} is not the same", before.number)),
    ];
    let mut letters = Vec::new();
    if needs_no_order(before) && !split.status.is_ended() {
        let mut sheet = Sheet::of(desk, snapshot, &split, now);
        // An order that is there already stays.
        activate(&mut sheet, Occasion::Found(None)).unwrap_or_default();
        let (_, more, owed) = sheet.finish();
        changes.extend(more);
        letters = owed;
    }
    Decision { outcome: None, changes, letters, reasons: vec![text] }
}

/// Where a ticket stands that nobody works at: without a trade a person must look at it first.
fn at_desk(ticket: &Ticket) -> Status {
    if ticket.category.is_some() || staff::is_disowned(ticket) {
        Status::Received
    } else {
        Status::ToCheck
    }
}

/// The tickets that are worked at with this one, as staff said.
pub(super) fn joined<'s>(
    snapshot: &'s Snapshot,
    ticket: &Ticket,
) -> impl Iterator<Item = &'s Ticket> {
    let number = ticket.number.clone();
    snapshot.same.iter().filter(move |other| {
        let same = other.same_as.as_ref();
        same.is_some_and(|same| same.confirmed && same.number == number)
            && (other.status == Status::Duplicate || !other.status.is_ended())
    })
}

fn renewed(before: &Ticket, same_as: Option<SameAs>, now: Timestamp) -> Ticket {
    // Staff are at it, and whoever is on call need not be written to any more.
    let mut ticket = Ticket { same_as, call: None, ..before.clone() };
    ticket.touch(now);
    ticket
}
