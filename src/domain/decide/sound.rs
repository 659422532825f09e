//! What every decision must be for the store to take it: each change made from the one before, no number twice.

use std::collections::BTreeMap;

use super::{Change, Decision, Snapshot};
use crate::domain::letter::Letter;
use crate::domain::life::Status;

/// What the store would refuse of a decision that was made from this snapshot, in words.
pub(super) fn fault(snapshot: &Snapshot, decision: &Decision) -> Option<String> {
    let tickets = snapshot.ticket.iter().chain(&snapshot.others).chain(&snapshot.same);
    let mut tickets: BTreeMap<&str, i64> =
        tickets.map(|ticket| (&*ticket.number, ticket.version)).collect();
    let orders = snapshot.orders.iter().chain(&snapshot.other_orders);
    let mut orders: BTreeMap<&str, i64> =
        orders.map(|order| (&*order.number, order.version)).collect();
    let changed = decision.changes.iter().find_map(|change| match change {
        Change::Open(ticket) => opened(&mut tickets, &ticket.number, ticket.version),
        Change::Update(ticket) => changed(&mut tickets, &ticket.number, ticket.version),
        Change::Order(order) => opened(&mut orders, &order.number, order.version),
        Change::Ordered(order) => changed(&mut orders, &order.number, order.version),
        Change::Enter { .. }
        | Change::Bounced { .. }
        | Change::Delivery { .. }
        | Change::Label { .. } => None,
    });
    changed.or_else(|| called_about_what_is_over(decision)).or_else(|| lost(decision))
}

fn called_about_what_is_over(decision: &Decision) -> Option<String> {
    decision.changes.iter().find_map(|change| match change {
        Change::Open(ticket) | Change::Update(ticket) => {
            let over = ticket.status.is_ended() || ticket.status == Status::Done;
            (over && ticket.call.is_some()).then(|| format!("{} is called about", ticket.number))
        }
        _ => None,
    })
}

/// The second of two letters of one Message-ID never leaves.
fn lost(decision: &Decision) -> Option<String> {
    let mut known: BTreeMap<&str, &Letter> = BTreeMap::new();
    decision.letters.iter().find_map(|letter| {
        let first = known.insert(&letter.message_id, letter)?;
        (first != letter).then(|| format!("two letters for {}", letter.cause))
    })
}

fn opened<'d>(known: &mut BTreeMap<&'d str, i64>, number: &'d str, version: i64) -> Option<String> {
    let before = known.insert(number, version);
    before.map(|_| format!("{number} is made, and is there already"))
}

fn changed<'d>(
    known: &mut BTreeMap<&'d str, i64>,
    number: &'d str,
    version: i64,
) -> Option<String> {
    let before = known.insert(number, version);
    let wanted = before.map(|before| before.saturating_add(1));
    (wanted != Some(version))
        .then(|| format!("{number} becomes version {version} after {before:?}"))
}
