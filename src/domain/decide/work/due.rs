//! The clock came to an order: nobody answered.

use super::activate::answer_by;
use super::answered::{Answered, given_up, tell};
use super::{BY_ITSELF, Occasion, Sheet, activate, asked};
use crate::domain::decide::{Decision, KnownLetter, Snapshot, letters};
use crate::domain::desk::Desk;
use crate::domain::order::{OrderState, WorkOrder};
use crate::domain::ticket::{EntryKind, Status, Ticket};
use crate::domain::time::Timestamp;
use crate::domain::urgency::Urgency;

/// A contractor is written to so often before the next one is looked for: the order and one reminder.
const LETTERS_MAX: u32 = 2;

/// Looks at an order whose time has come.
pub(in crate::domain::decide) fn due(
    desk: &Desk,
    snapshot: &Snapshot,
    number: &str,
    now: Timestamp,
) -> Decision {
    let Some(ticket) = &snapshot.ticket else {
        return Decision::nothing("there is no such ticket");
    };
    let Some(order) = snapshot.orders.iter().find(|order| order.number == number).cloned() else {
        return Decision::nothing("there is no such order");
    };
    if order.next_at.is_none_or(|at| at > now) {
        return Decision::nothing("the order is not due yet");
    }
    let mut sheet = Sheet::of(desk, snapshot, ticket, now);
    if ticket.status.is_ended() {
        // A question about what is over is asked no more, and stands in the way of nothing.
        let asked = order.state == OrderState::Asked;
        sheet.set(number, if asked { OrderState::Retracted } else { order.state }, None);
    } else {
        match order.state {
            // Nobody is pressed while the ticket itself waits: the clock looks again on the next working day.
            state if rests(ticket) => {
                sheet.set(number, state, Some(desk.hours.add_working_days(now, 1)));
            }
            OrderState::Asked => asked::again(&mut sheet, order),
            OrderState::Sent if order.asked < LETTERS_MAX => remind(&mut sheet, order),
            OrderState::Sent => silent(&mut sheet, &order, Answered::Silence),
            state => sheet.set(number, state, None),
        }
    }
    let reasons = sheet.reasons.clone();
    let (_, changes, letters) = sheet.finish();
    Decision { outcome: None, changes, letters, reasons }
}

/// Whether nobody is pressed about a ticket. An emergency never rests, and a planned day must be accepted before it.
fn rests(ticket: &Ticket) -> bool {
    let waits = matches!(ticket.status, Status::WaitingForRequester | Status::Suspended);
    waits && ticket.urgency != Urgency::Emergency
}

/// The same order once more, to the next address of the contractor's list.
fn remind(sheet: &mut Sheet<'_>, order: WorkOrder) {
    let Some(firm) = sheet.desk.rules.contractor(&order.contractor).cloned() else {
        // A firm that left the rules has no address to be reminded at.
        silent(sheet, &order, Answered::Silence);
        return;
    };
    let turn = usize::try_from(order.asked).unwrap_or(usize::MAX);
    let turn = turn.checked_rem(firm.addresses.len()).unwrap_or(0);
    let address = firm.addresses.get(turn).cloned().unwrap_or_default();
    let text = format!("work order {}: no answer yet, {address} was reminded", order.number);
    sheet.note(EntryKind::Ordered, BY_ITSELF, text);
    let next = WorkOrder {
        asked: order.asked.saturating_add(1),
        next_at: Some(answer_by(sheet, &firm)),
        ..order
    };
    let letter = letters::order_reminder(sheet.desk, &sheet.ticket, &firm, &next, &address);
    sheet.letters.push(letter);
    sheet.keep(next);
}

/// A letter with an order did not arrive. Where no address of the firm is left nobody has the order, and the next firm is
/// looked for at once.
pub(in crate::domain::decide) fn undeliverable(sheet: &mut Sheet<'_>, lost: &KnownLetter) {
    let order = sheet.live().filter(|order| order.state == OrderState::Sent).cloned();
    let Some(order) = order else { return };
    let Some(firm) = sheet.desk.rules.contractor(&order.contractor) else { return };
    let is_lost = |address: &String| address.eq_ignore_ascii_case(&lost.recipient);
    // The others of the list got it one after the other, each as the one before could not be reached.
    let in_turn = firm.addresses.len() == 1 || lost.cause.starts_with("letter:");
    if in_turn && firm.addresses.last().is_some_and(is_lost) {
        silent(sheet, &order, Answered::Unreached);
    }
}

/// The contractor stays silent, or cannot be reached: staff hear of it, and the next one is looked for.
pub(super) fn silent(sheet: &mut Sheet<'_>, order: &WorkOrder, what: Answered<'_>) {
    sheet.set(&order.number, OrderState::Silent, None);
    let reached = what != Answered::Unreached;
    let text = if reached { "no answer in time" } else { "it reached no address of the firm" };
    let text = format!("work order {}: {text}", order.number);
    sheet.note(EntryKind::Answered, BY_ITSELF, text);
    if reached && let Some(firm) = sheet.desk.rules.contractor(&order.contractor).cloned() {
        // Who might still turn up must know that another may be on the way.
        sheet.letters.extend(letters::order_retracted(
            sheet.desk,
            &sheet.ticket,
            &firm,
            order,
            None,
        ));
    }
    // The order is not live any more, so that nothing can refuse.
    activate(sheet, Occasion::Next).unwrap_or_default();
    given_up(sheet, order, BY_ITSELF);
    tell(sheet, order, what, ("", &[]));
}
