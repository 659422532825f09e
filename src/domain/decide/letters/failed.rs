//! What is owed when a letter did not arrive.

use super::{Draft, notices, shortened, work_order};
use crate::domain::decide::KnownLetter;
use crate::domain::desk::Desk;
use crate::domain::language::Language;
use crate::domain::letter::context::{DeliveryFailedContext, Wording};
use crate::domain::letter::{Letter, LetterKind};
use crate::domain::mail::Address;
use crate::domain::order::WorkOrder;
use crate::domain::rules::{Contractor, Office};
use crate::domain::ticket::Ticket;
use crate::domain::time::Timestamp;

/// What the cause of a letter begins with that tells of a lost one.
const LOST: &str = "letter:";

/// What follows a letter that did not arrive, whose words are `lost`: the next contact of the list gets it, and somebody
/// is told.
///
/// The words of a lost notice go to the office's next deputy, else to staff. One to staff is not announced by another
/// one: it would be lost like the first.
pub(in crate::domain::decide) fn after_failure(
    desk: &Desk,
    ticket: &Ticket,
    orders: &[WorkOrder],
    (letter, reason, lost): (&KnownLetter, &str, &str),
    now: Timestamp,
) -> Vec<Letter> {
    let cause = format!("{LOST}{}", letter.message_id);
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
            passed_on(desk, Some(ticket), desk.office_of(ticket), (letter, reason, lost), now)
        }
    }
}

/// A notice or a digest that an office did not get: its words go to whoever stands behind it, and staff hear that the
/// address is wrong; where nobody stands behind it they have the words themselves.
fn passed_on(
    desk: &Desk,
    ticket: Option<&Ticket>,
    office: &Office,
    (letter, reason, lost): (&KnownLetter, &str, &str),
    now: Timestamp,
) -> Vec<Letter> {
    let told = |address: &String| address.eq_ignore_ascii_case(&letter.recipient);
    let claim = letter.cause.starts_with("claim:");
    if letter.kind == LetterKind::StaffNotice && !claim && desk.staff.iter().any(told) {
        return Vec::new();
    }
    let deputy = office.instead_of(&letter.recipient, desk.hours.date_of(now));
    let (text, text_cut) = shortened(lost);
    let named =
        DeliveryFailedContext { next: deputy.cloned(), ..context(desk, ticket, letter, reason) };
    let whole = DeliveryFailedContext { text: Some(text), text_cut, ..named.clone() };
    let to_staff = if deputy.is_some() { &named } else { &whole };
    let staff = others(desk, letter).filter(|address| Some(*address) != deputy);
    staff
        .map(|address| notice(desk, ticket, letter, address, to_staff))
        .chain(deputy.map(|address| notice(desk, ticket, letter, address, &whole)))
        .collect()
}

/// What is owed when a letter did not arrive that is about no ticket: an office's digest, or what was passed on of one.
pub(in crate::domain::decide) fn lost_digest(
    desk: &Desk,
    (letter, reason, lost): (&KnownLetter, &str, &str),
    now: Timestamp,
) -> Vec<Letter> {
    let passed_on_before = letter.kind == LetterKind::StaffNotice && letter.cause.starts_with(LOST);
    if letter.kind != LetterKind::Digest && !passed_on_before {
        return Vec::new();
    }
    let id = letter.cause.split(':').nth(1).unwrap_or_default();
    let offices = desk.rules.offices().iter();
    let theirs = offices.rev().find(|office| office.id == id);
    let office = theirs.unwrap_or_else(|| desk.rules.default_office());
    passed_on(desk, None, office, (letter, reason, lost), now)
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
        cause: format!("{LOST}{}", letter.message_id),
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
        digest: ticket.is_none(),
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

/// To the office: a letter did not arrive.
fn failure_notices(
    desk: &Desk,
    ticket: &Ticket,
    letter: &KnownLetter,
    (reason, next): (&str, Option<String>),
    now: Timestamp,
) -> Vec<Letter> {
    let context = DeliveryFailedContext { next, ..context(desk, Some(ticket), letter, reason) };
    let cause = format!("{LOST}{}", letter.message_id);
    notices(desk, ticket, (&cause, "delivery_failed"), &context, now)
}
