//! Letters of a ticket's course: to whoever reported, to colleagues who gave orders.

use chrono::NaiveDate;

use super::requester::{contact_inside, institution, template_for};
use super::{Draft, known_context, notices_to, office_name, shortened, subcategory};
use crate::domain::claim::claims;
use crate::domain::command;
use crate::domain::decide::arrival::{is_answerable, sender_of};
use crate::domain::decide::{Arrival, Decision, Outcome, Snapshot};
use crate::domain::desk::Desk;
use crate::domain::language::Language;
use crate::domain::letter::context::{
    AttachmentLine, ClaimNoticeContext, CommandAnswerContext, ConfirmationContext, HelpLine,
    ProgressContext, StaffNoticeContext, Wording, place_for_requester,
};
use crate::domain::letter::{Letter, LetterKind};
use crate::domain::limits::LOOP_LETTERS_MAX;
use crate::domain::mail::Address;
use crate::domain::order::WorkOrder;
use crate::domain::rules::Referral;
use crate::domain::ticket::Ticket;
use crate::domain::time::Timestamp;
use crate::domain::trust::Doubt;

/// Work is planned for a day; `version` is the ticket's that was planned: a day that is said again after another one is
/// told again.
pub(in crate::domain::decide) fn scheduled(
    work: Work<'_>,
    ticket: &Ticket,
    (day, version): (NaiveDate, i64),
) -> Option<Letter> {
    let context =
        ProgressContext { day: Some(work.desk.hours.date(day)), ..progress(work, ticket) };
    to_requester(work.desk, ticket, "scheduled", &format!("scheduled:{day}:{version}"), &context)
}

/// It is another body's business, or nobody knows whose; `version` as above.
pub(in crate::domain::decide) fn referred(
    work: Work<'_>,
    ticket: &Ticket,
    (referral, version): (Option<&Referral>, i64),
) -> Option<Letter> {
    let body = referral.map(|to| super::named(&to.it, &to.en, &to.words));
    let context = ProgressContext { referral: body, not_ours: true, ..progress(work, ticket) };
    to_requester(work.desk, ticket, "referred", &format!("referred:{version}"), &context)
}

/// Staff ask something.
pub(in crate::domain::decide) fn question(
    work: Work<'_>,
    ticket: &Ticket,
    text: &str,
) -> Option<Letter> {
    with_words(work, ticket, "question", text)
}

/// Staff write something.
pub(in crate::domain::decide) fn answer(
    work: Work<'_>,
    ticket: &Ticket,
    text: &str,
) -> Option<Letter> {
    with_words(work, ticket, "answer", text)
}

fn with_words(work: Work<'_>, ticket: &Ticket, template: &str, text: &str) -> Option<Letter> {
    let asks = template == "question";
    let context = ProgressContext { text: Some(shortened(text).0), asks, ..progress(work, ticket) };
    to_requester(work.desk, ticket, template, &format!("{template}:{}", ticket.version), &context)
}

/// What is known of the work that a requester is told of.
#[derive(Debug, Clone, Copy)]
pub(in crate::domain::decide) struct Work<'a> {
    /// Who tells it.
    pub(in crate::domain::decide) desk: &'a Desk,
    /// The orders that were made for it, oldest first.
    pub(in crate::domain::decide) orders: &'a [WorkOrder],
}

pub(super) fn progress(Work { desk, orders }: Work<'_>, ticket: &Ticket) -> ProgressContext {
    let order = orders.iter().rfind(|order| order.state.is_committed());
    let firm = order.and_then(|order| desk.rules.contractor(&order.contractor));
    ProgressContext {
        number: ticket.number.clone(),
        organisation: desk.organisation.clone(),
        received: desk.hours.moment(ticket.received_at),
        category: ticket.category.map(Wording::category),
        subcategory: subcategory(desk, ticket),
        place: ticket.place.as_deref().and_then(place_for_requester),
        office: office_name(desk, ticket),
        contractor: firm.map(|firm| firm.name.clone()),
        institution: institution(desk, ticket),
        contact: contact_inside(desk, ticket),
        ..ProgressContext::default()
    }
}

/// None when there is nobody to write to.
fn to_requester(
    desk: &Desk,
    ticket: &Ticket,
    template: &str,
    cause: &str,
    context: &ProgressContext,
) -> Option<Letter> {
    let address = &ticket.requester.address;
    if !is_answerable(address) || desk.identity.addresses.contains(address) {
        return None;
    }
    let mut letter = Draft {
        kind: LetterKind::Progress,
        ticket: Some(ticket),
        cause: format!("ticket:{}:{cause}", ticket.number),
        recipient: ticket.requester.clone(),
        template: template_for(ticket, LetterKind::Progress, template),
        language: ticket.language,
        hold: None,
    }
    .letter(desk, context);
    letter.in_reply_to.clone_from(&ticket.message_id);
    letter.references = ticket.message_id.iter().cloned().collect();
    Some(letter)
}

/// To protocol or insurance, else to staff: somebody asks for damages. The ticket goes on as any other.
pub(in crate::domain::decide) fn claim_notices(
    desk: &Desk,
    ticket: &Ticket,
    arrival: &Arrival,
    because: Vec<String>,
) -> Vec<Letter> {
    let (text, text_cut) = shortened(&arrival.mail.text);
    let context = ClaimNoticeContext {
        number: ticket.number.clone(),
        organisation: desk.organisation.clone(),
        received: desk.hours.moment(arrival.received_at),
        because,
        certified: arrival.mail.pec.as_ref().is_some_and(|pec| pec.kind == "transport"),
        category: ticket.category.map(Wording::category),
        subcategory: subcategory(desk, ticket),
        place: ticket.place.clone(),
        office: office_name(desk, ticket),
        requester_name: ticket.requester.name.clone(),
        requester_address: ticket.requester.address.clone(),
        subject: arrival.mail.subject.clone(),
        text,
        text_cut,
        attachments: arrival.mail.attachments.iter().map(AttachmentLine::from).collect(),
    };
    let addresses = desk.rules.claims_address().map_or(&desk.staff[..], std::slice::from_ref);
    let cause = format!("claim:{}", arrival.content_key);
    notices_to(desk, addresses, ticket, &cause, "claim_notice", &context)
}

/// The same when a ticket is continued by somebody who asks for damages.
pub(super) fn later_claim(desk: &Desk, ticket: &Ticket, arrival: &Arrival) -> Vec<Letter> {
    if !asks_for_damages(desk, arrival) {
        return Vec::new();
    }
    let requester = sender_of(arrival);
    let because = claims("", &arrival.mail.text);
    claim_notices(desk, &Ticket { requester, ..ticket.clone() }, arrival, because)
}

/// Whether a mail that continues a ticket asks for damages; staff who speak of some do not.
pub(in crate::domain::decide) fn asks_for_damages(desk: &Desk, arrival: &Arrival) -> bool {
    !desk.may_order(&sender_of(arrival).address) && !claims("", &arrival.mail.text).is_empty()
}

/// To the office or colleague that a ticket was given to.
pub(in crate::domain::decide) fn assigned(
    desk: &Desk,
    ticket: &Ticket,
    to: &str,
    cause: &str,
    now: Timestamp,
) -> Vec<Letter> {
    let orders = !to.contains('@') || desk.may_order(to);
    let context = StaffNoticeContext { only_reads: !orders, ..known_context(desk, ticket) };
    let office = desk.rules.offices().iter().find(|office| office.id == to);
    let addresses =
        office.map_or_else(|| vec![to.to_owned()], |office| desk.addressees(office, now));
    notices_to(desk, &addresses, ticket, cause, "staff_notice", &context)
}

/// What became of a colleague's orders, unless they had as many answers in this conversation today as stop two machines
/// that answer each other: then staff hear of it, once a day.
pub(in crate::domain::decide) fn command_answers(
    desk: &Desk,
    ticket: Option<&Ticket>,
    arrival: &Arrival,
    to: &str,
    (answers_in_day, answer): (u32, (&[String], &[String], bool)),
    now: Timestamp,
) -> Vec<Letter> {
    if answers_in_day < LOOP_LETTERS_MAX {
        return vec![command_answer(desk, ticket, arrival, to, answer)];
    }
    let number = ticket.map(|ticket| ticket.number.clone());
    let day = desk.hours.date_of(now);
    let about = number.clone().unwrap_or_default();
    let context = CommandAnswerContext {
        number,
        organisation: desk.organisation.clone(),
        received: desk.hours.moment(arrival.received_at),
        looped: Some(to.to_owned()),
        ..CommandAnswerContext::default()
    };
    let others = desk.staff.iter().filter(|address| !address.eq_ignore_ascii_case(to));
    others
        .map(|address| {
            Draft {
                kind: LetterKind::StaffNotice,
                ticket,
                cause: format!("loop:{about}:{to}:{day}"),
                recipient: Address { name: String::new(), address: address.clone() },
                template: "command_answer",
                language: Language::It,
                hold: None,
            }
            .letter(desk, &context)
        })
        .collect()
}

/// What became of a colleague's orders.
fn command_answer(
    desk: &Desk,
    ticket: Option<&Ticket>,
    arrival: &Arrival,
    to: &str,
    (done, faults, help): (&[String], &[String], bool),
) -> Letter {
    let context = CommandAnswerContext {
        number: ticket.map(|ticket| ticket.number.clone()),
        organisation: desk.organisation.clone(),
        received: desk.hours.moment(arrival.received_at),
        done: done.to_vec(),
        faults: faults.to_vec(),
        unchanged: !faults.is_empty(),
        help: if help {
            command::help().into_iter().map(HelpLine::from).collect()
        } else {
            Vec::new()
        },
        looped: None,
    };
    let cause = format!("command:{}", arrival.content_key);
    let recipient = Address { name: String::new(), address: to.to_owned() };
    answering(desk, ticket, arrival, (LetterKind::StaffNotice, cause, recipient), &context)
}

/// The address that orders came from is asked whether it was them.
pub(in crate::domain::decide) fn confirmation(
    desk: &Desk,
    ticket: &Ticket,
    arrival: &Arrival,
    to: &Address,
    (commands, doubt): (Vec<String>, Doubt),
) -> Letter {
    let context = ConfirmationContext {
        number: Some(ticket.number.clone()),
        organisation: desk.organisation.clone(),
        received: desk.hours.moment(arrival.received_at),
        commands,
        doubt: Some(Wording::new(doubt.text_it(), doubt.text())),
        contact: desk.staff.first().cloned(),
    };
    let cause = format!("confirm:{}", arrival.content_key);
    let recipient = Address { name: String::new(), address: to.address.clone() };
    answering(desk, Some(ticket), arrival, (LetterKind::Confirmation, cause, recipient), &context)
}

fn answering<C: serde::Serialize>(
    desk: &Desk,
    ticket: Option<&Ticket>,
    arrival: &Arrival,
    (kind, cause, recipient): (LetterKind, String, Address),
    context: &C,
) -> Letter {
    let template = if kind == LetterKind::Confirmation { "confirmation" } else { "command_answer" };
    let language = Language::It;
    let draft = Draft { kind, ticket, cause, recipient, template, language, hold: None };
    let mut letter = draft.letter(desk, context);
    letter.in_reply_to.clone_from(&arrival.mail.message_id);
    letter.references = arrival.mail.message_id.iter().cloned().collect();
    letter
}

/// Orders that name no ticket: their writer hears how to write them.
pub(in crate::domain::decide) fn lost_command(
    desk: &Desk,
    (snapshot, arrival): (&Snapshot, &Arrival),
    sender: &Address,
    now: Timestamp,
) -> Decision {
    let why = "Non si capisce a quale segnalazione si riferisce: risponda a una nostra lettera, \
               oppure scriva il numero nell'oggetto.";
    let answer = (&[][..], &[why.to_owned()][..], true);
    let letters = if arrival.letters && is_answerable(&sender.address) {
        let told = (snapshot.answers_in_day, answer);
        command_answers(desk, None, arrival, &sender.address, told, now)
    } else {
        Vec::new()
    };
    let reason = "staff gave orders about no ticket that is known".to_owned();
    Decision {
        outcome: Some(Outcome::Filed(reason.clone())),
        changes: Vec::new(),
        letters,
        reasons: vec![reason],
    }
}
