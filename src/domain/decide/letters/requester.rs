//! The letters to whoever reported: the one that begins it and the one that ends it.

use super::{Draft, cause, office_name, referral, subcategory};
use crate::domain::classify::Verdict;
use crate::domain::decide::Arrival;
use crate::domain::desk::Desk;
use crate::domain::kind::Kind;
use crate::domain::letter::context::{
    AcknowledgementContext, ClosingContext, ProgressContext, SecondContext, Wording,
    place_for_requester,
};
use crate::domain::letter::{HoldReason, Letter, LetterKind};
use crate::domain::rules::Internal;
use crate::domain::ticket::{Status, Ticket};
use crate::domain::time::Timestamp;
use crate::domain::urgency::Urgency;

/// The template for somebody of the municipality's own.
const INTERNAL: &str = "acknowledgement_internal";

/// To the requester: the number, what was understood, who is in charge.
pub(in crate::domain::decide) fn acknowledgement(
    desk: &Desk,
    ticket: &Ticket,
    second: Option<&Ticket>,
    arrival: &Arrival,
    hold: Option<HoldReason>,
    now: Timestamp,
) -> Letter {
    let verdict = &arrival.understood.verdict;
    acknowledged(desk, ticket, second, arrival, (verdict, cause(arrival), hold), now)
}

/// To whoever writes on about a danger (`ticket.requester`): the 112 before all, then what is known of the
/// ticket. What the follow-up by itself would be taken for is not said.
pub(in crate::domain::decide) fn acknowledgement_of_danger(
    desk: &Desk,
    ticket: &Ticket,
    arrival: &Arrival,
    hold: Option<HoldReason>,
    now: Timestamp,
) -> Letter {
    let known = ticket.facts.verdict.as_ref().unwrap_or(&arrival.understood.verdict);
    let unsure = ticket.category.is_none();
    let verdict = Verdict {
        abstained: unsure && known.abstained,
        out_of_competence: unsure && known.out_of_competence,
        ..known.clone()
    };
    let cause = format!("danger:{}", arrival.content_key);
    acknowledged(desk, ticket, None, arrival, (&verdict, cause, hold), now)
}

fn acknowledged(
    desk: &Desk,
    ticket: &Ticket,
    second: Option<&Ticket>,
    arrival: &Arrival,
    (verdict, cause, hold): (&Verdict, String, Option<HoldReason>),
    now: Timestamp,
) -> Letter {
    let expected_days = desk.expected_days(ticket);
    let hours = desk.office_hours(ticket);
    let out = verdict.out_of_competence;
    let context = AcknowledgementContext {
        number: ticket.number.clone(),
        organisation: desk.organisation.clone(),
        received: desk.hours.moment(arrival.received_at),
        emergency: std::iter::once(ticket)
            .chain(second)
            .any(|ticket| ticket.urgency == Urgency::Emergency),
        category: ticket.category.map(Wording::category),
        subcategory: subcategory(desk, ticket),
        place: ticket.place.as_deref().and_then(place_for_requester),
        office: office_name(desk, ticket),
        expected_days: expected_days.filter(|_| !out),
        expected_by: expected_days
            .filter(|_| !out)
            .map(|days| hours.day(hours.add_working_days(now, days))),
        open: hours.is_open(now),
        next_opening: hours.next_opening(now).map(|at| hours.moment(at)),
        abstained: verdict.abstained,
        out_of_competence: out,
        referral: referral(desk, verdict),
        unreadable: arrival.kind.kind == Kind::Unreadable,
        oversize: arrival.oversize,
        second: second.map(|second| second_context(desk, second, now)),
        institution: group_of(desk, ticket)
            .map(|group| Wording::new(&group.name_it, &group.name_en)),
        contact: contact_inside(desk, ticket),
    };
    let mut letter = Draft {
        kind: LetterKind::Acknowledgement,
        ticket: Some(ticket),
        cause,
        recipient: ticket.requester.clone(),
        template: if ticket.facts.standing.internal {
            INTERNAL
        } else {
            LetterKind::Acknowledgement.name()
        },
        language: ticket.language,
        hold,
    }
    .letter(desk, &context);
    letter.in_reply_to.clone_from(&arrival.mail.message_id);
    letter.references.clone_from(&arrival.mail.references);
    letter.references.extend(arrival.mail.message_id.clone());
    letter
}

/// The group of the rules that the requester belongs to.
fn group_of<'a>(desk: &'a Desk, ticket: &Ticket) -> Option<&'a Internal> {
    let id = ticket.facts.standing.group.as_deref()?;
    desk.rules.internal().iter().find(|group| group.id == id)
}

/// Whom somebody of the municipality's own turns to: the group's contact, else the office itself.
fn contact_inside(desk: &Desk, ticket: &Ticket) -> Option<String> {
    let group = group_of(desk, ticket).and_then(|group| group.contact.clone());
    let office = || desk.office_of(ticket).address.clone();
    group.or_else(office).filter(|_| ticket.facts.standing.internal)
}

fn second_context(desk: &Desk, ticket: &Ticket, now: Timestamp) -> SecondContext {
    let hours = desk.office_hours(ticket);
    SecondContext {
        number: ticket.number.clone(),
        category: ticket.category.map(Wording::category),
        subcategory: subcategory(desk, ticket),
        place: ticket.place.as_deref().and_then(place_for_requester),
        office: office_name(desk, ticket),
        expected_by: desk
            .expected_days(ticket)
            .filter(|_| ticket.urgency != Urgency::Emergency)
            .map(|days| hours.day(hours.add_working_days(now, days))),
    }
}

/// To the requester of `ticket`, which was closed now, by itself or with the one that it repeats.
pub(in crate::domain::decide) fn closing(
    desk: &Desk,
    ticket: &Ticket,
    closed: &Ticket,
    now: Timestamp,
) -> Letter {
    let context = ClosingContext {
        number: ticket.number.clone(),
        organisation: desk.organisation.clone(),
        received: desk.hours.moment(ticket.received_at),
        closed: desk.hours.day(now),
        category: ticket.category.map(Wording::category),
        subcategory: subcategory(desk, ticket),
        place: ticket.place.as_deref().and_then(place_for_requester),
        office: office_name(desk, ticket),
        same_as: (ticket.number != closed.number).then(|| closed.number.clone()),
    };
    // Work that is reported done is asked after, once; what was closed without work is only told.
    let worked = closed.status == Status::Done && !ticket.facts.course.asked_repaired;
    let template = if worked { "feedback" } else { LetterKind::Closing.name() };
    let feedback = ProgressContext {
        number: context.number.clone(),
        organisation: context.organisation.clone(),
        received: context.received.clone(),
        category: context.category.clone(),
        subcategory: context.subcategory.clone(),
        place: context.place.clone(),
        office: context.office.clone(),
        closed: Some(context.closed.clone()),
        ..ProgressContext::default()
    };
    let draft = Draft {
        kind: LetterKind::Closing,
        ticket: Some(ticket),
        cause: format!("closed:{}:{}", ticket.number, ticket.version),
        recipient: ticket.requester.clone(),
        template,
        language: ticket.language,
        hold: None,
    };
    let mut letter =
        if worked { draft.letter(desk, &feedback) } else { draft.letter(desk, &context) };
    letter.in_reply_to.clone_from(&ticket.message_id);
    letter.references.extend(ticket.message_id.clone());
    letter
}
