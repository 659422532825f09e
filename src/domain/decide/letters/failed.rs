//! What is owed when a letter did not arrive.

use super::{known_context, notices, notices_to, work_order};
use crate::domain::decide::KnownLetter;
use crate::domain::desk::Desk;
use crate::domain::letter::context::DeliveryFailedContext;
use crate::domain::letter::{Letter, LetterKind};
use crate::domain::order::WorkOrder;
use crate::domain::rules::Contractor;
use crate::domain::ticket::Ticket;
use crate::domain::time::Timestamp;

/// What follows a letter that did not arrive: the next contact of the list gets it, and somebody is told.
///
/// A lost notice to an office goes to its next deputy, else to staff. One to staff is not announced by another one:
/// it would be lost like the first.
pub(in crate::domain::decide) fn after_failure(
    desk: &Desk,
    ticket: &Ticket,
    orders: &[WorkOrder],
    (letter, reason): (&KnownLetter, &str),
    now: Timestamp,
) -> Vec<Letter> {
    let cause = format!("letter:{}", letter.message_id);
    match letter.kind {
        LetterKind::Acknowledgement | LetterKind::Closing | LetterKind::Progress => {
            failure_notices(desk, ticket, letter, (reason, None), now)
        }
        // The next address is called instead (`on_call::unreached`), the next contact asked, the next digest
        // written; a confirmation that never comes carries nothing out.
        LetterKind::OnCall
        | LetterKind::Approval
        | LetterKind::Digest
        | LetterKind::Confirmation => Vec::new(),
        LetterKind::WorkOrder => {
            let next = next_contact(desk, orders, &letter.recipient);
            let order = next.map(|(contractor, order, address)| {
                work_order(desk, ticket, (contractor, address, cause.clone()), order, now)
            });
            let told = order.as_ref().map(|order| order.recipient.address.clone());
            let mut letters = failure_notices(desk, ticket, letter, (reason, told), now);
            letters.extend(order);
            letters
        }
        LetterKind::StaffNotice => {
            let told = |address: &String| address.eq_ignore_ascii_case(&letter.recipient);
            if desk.staff.iter().any(told) {
                return Vec::new();
            }
            let deputy = desk.office_of(ticket).instead_of(&letter.recipient);
            let told = deputy.cloned();
            let mut letters = failure_notices(desk, ticket, letter, (reason, told), now);
            let copy = format!("{cause}:copy");
            let context = known_context(desk, ticket);
            let instead = deputy.map_or(desk.staff.as_slice(), std::slice::from_ref);
            letters.extend(notices_to(desk, instead, ticket, &copy, "staff_notice", &context));
            letters
        }
    }
}

/// The order that an address lost, its contractor, and the address that follows in their list.
fn next_contact<'a>(
    desk: &'a Desk,
    orders: &'a [WorkOrder],
    failed: &str,
) -> Option<(&'a Contractor, &'a WorkOrder, &'a String)> {
    let is_failed = |address: &String| address.eq_ignore_ascii_case(failed);
    orders.iter().rev().filter(|order| order.state.is_live()).find_map(|order| {
        let contractor = desk.rules.contractor(&order.contractor)?;
        let place = contractor.addresses.iter().position(is_failed)?;
        Some((contractor, order, contractor.addresses.get(place.saturating_add(1))?))
    })
}

/// To the office, or to staff when it is the office that cannot be reached: a letter did not arrive.
fn failure_notices(
    desk: &Desk,
    ticket: &Ticket,
    letter: &KnownLetter,
    (reason, next): (&str, Option<String>),
    now: Timestamp,
) -> Vec<Letter> {
    let to_office = letter.kind == LetterKind::StaffNotice;
    let context = DeliveryFailedContext {
        number: ticket.number.clone(),
        organisation: desk.organisation.clone(),
        to_requester: letter.kind.to_requester(),
        to_office,
        recipient: letter.recipient.clone(),
        next,
        reason: reason.to_owned(),
    };
    let cause = format!("letter:{}", letter.message_id);
    if to_office {
        return notices_to(desk, &desk.staff, ticket, &cause, "delivery_failed", &context);
    }
    notices(desk, ticket, (&cause, "delivery_failed"), &context, now)
}
