//! What is owed when a letter did not arrive.

use super::{Draft, known_context, notices, notices_to, work_order};
use crate::domain::decide::KnownLetter;
use crate::domain::desk::Desk;
use crate::domain::language::Language;
use crate::domain::letter::context::{DeliveryFailedContext, Wording};
use crate::domain::letter::{Letter, LetterKind};
use crate::domain::mail::Address;
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
        // The next address is called instead (`on_call::unreached`), the next contact asked (`work::unreached`). A
        // digest is about no ticket.
        LetterKind::OnCall | LetterKind::Approval | LetterKind::Digest => Vec::new(),
        // What a colleague or contractor wrote waits for a word that nobody will say.
        LetterKind::Confirmation => {
            let context = DeliveryFailedContext {
                confirmation: true,
                ..context(desk, Some(ticket), letter, reason)
            };
            others(desk, letter)
                .map(|address| notice(desk, Some(ticket), letter, address, &context))
                .collect()
        }
        // Every address of the contractor was told: there is no next one.
        LetterKind::WorkOrder if letter.is_retraction() => {
            let context = context(desk, Some(ticket), letter, reason);
            notices(desk, ticket, (&cause, "delivery_failed"), &context, now)
        }
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
            let deputy =
                desk.office_of(ticket).instead_of(&letter.recipient, desk.hours.date_of(now));
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

/// An office did not get what waits for it: staff tell it.
pub(in crate::domain::decide) fn lost_digest(
    desk: &Desk,
    letter: &KnownLetter,
    reason: &str,
) -> Vec<Letter> {
    if letter.kind != LetterKind::Digest {
        return Vec::new();
    }
    let context = DeliveryFailedContext { digest: true, ..context(desk, None, letter, reason) };
    others(desk, letter).map(|address| notice(desk, None, letter, address, &context)).collect()
}

/// Staff but for whom the letter could not reach.
fn others<'a>(desk: &'a Desk, letter: &KnownLetter) -> impl Iterator<Item = &'a String> {
    let lost = letter.recipient.to_lowercase();
    desk.staff.iter().filter(move |address| address.to_lowercase() != lost)
}

fn notice(
    desk: &Desk,
    ticket: Option<&Ticket>,
    letter: &KnownLetter,
    address: &str,
    context: &DeliveryFailedContext,
) -> Letter {
    Draft {
        kind: LetterKind::StaffNotice,
        ticket,
        cause: format!("letter:{}", letter.message_id),
        recipient: Address { name: String::new(), address: address.to_owned() },
        template: "delivery_failed",
        language: Language::It,
        hold: None,
    }
    .letter(desk, context)
}

fn context(
    desk: &Desk,
    ticket: Option<&Ticket>,
    letter: &KnownLetter,
    reason: &str,
) -> DeliveryFailedContext {
    DeliveryFailedContext {
        number: ticket.map(|ticket| ticket.number.clone()).unwrap_or_default(),
        organisation: desk.organisation.clone(),
        to_requester: letter.kind.to_requester(),
        letter: name_of(letter),
        question: letter.asks_requester(),
        to_office: letter.kind == LetterKind::StaffNotice,
        claim: letter.cause.starts_with("claim:"),
        retraction: letter.is_retraction(),
        recipient: letter.recipient.clone(),
        reason: reason.to_owned(),
        ..DeliveryFailedContext::default()
    }
}

/// What a letter to the requester is called.
fn name_of(letter: &KnownLetter) -> Wording {
    let (it, en) = match letter.kind {
        LetterKind::Closing => ("lettera di chiusura", "closing letter"),
        LetterKind::Progress if letter.asks_requester() => ("domanda", "question"),
        LetterKind::Progress if letter.is_for("scheduled") => {
            ("lettera sui lavori programmati", "letter about planned work")
        }
        LetterKind::Progress if letter.is_for("referred") => {
            ("lettera che dice a chi rivolgersi", "letter that says whom to turn to")
        }
        LetterKind::Progress => ("risposta", "answer"),
        _ => ("conferma", "confirmation"),
    };
    Wording::new(it, en)
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
    let context = DeliveryFailedContext { next, ..context(desk, Some(ticket), letter, reason) };
    let cause = format!("letter:{}", letter.message_id);
    if to_office {
        return notices_to(desk, &desk.staff, ticket, &cause, "delivery_failed", &context);
    }
    notices(desk, ticket, (&cause, "delivery_failed"), &context, now)
}
