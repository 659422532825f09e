//! The letters to whoever reported: the one that begins it and the one that ends it.

use super::course::{Work, progress};
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

/// What the templates for somebody of the municipality's own are called: one for each kind of letter.
fn internal(kind: LetterKind) -> &'static str {
    kind.templates().iter().copied().find(|it| it.ends_with("_internal")).unwrap_or_default()
}

/// The template of a letter to whoever reported: for residents as named, else the house's own.
pub(super) fn template_for<'t>(ticket: &Ticket, kind: LetterKind, residents: &'t str) -> &'t str {
    if ticket.facts.standing.internal { internal(kind) } else { residents }
}

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
        institution: institution(desk, ticket),
        contact: contact_inside(desk, ticket),
    };
    let mut letter = Draft {
        kind: LetterKind::Acknowledgement,
        ticket: Some(ticket),
        cause,
        recipient: ticket.requester.clone(),
        template: template_for(
            ticket,
            LetterKind::Acknowledgement,
            LetterKind::Acknowledgement.name(),
        ),
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

/// How the requester's group is addressed.
pub(super) fn institution(desk: &Desk, ticket: &Ticket) -> Option<Wording> {
    group_of(desk, ticket).map(|group| Wording::new(&group.name_it, &group.name_en))
}

/// Whom somebody of the municipality's own turns to: the group's contact, else the office itself.
pub(super) fn contact_inside(desk: &Desk, ticket: &Ticket) -> Option<String> {
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
    work: Work<'_>,
    ticket: &Ticket,
    closed: &Ticket,
    now: Timestamp,
) -> Letter {
    let desk = work.desk;
    // Work that is reported done is asked after, once; what was closed without work is only told.
    let worked = closed.status == Status::Done && !ticket.facts.course.asked_repaired;
    let feedback = ProgressContext {
        closed: Some(desk.hours.day(now)),
        asks: worked,
        same_as: (ticket.number != closed.number).then(|| closed.number.clone()),
        ..progress(work, ticket)
    };
    let template = if worked { "feedback" } else { LetterKind::Closing.name() };
    let template = template_for(ticket, LetterKind::Closing, template);
    let draft = Draft {
        kind: LetterKind::Closing,
        ticket: Some(ticket),
        cause: format!("closed:{}:{}", ticket.number, ticket.version),
        recipient: ticket.requester.clone(),
        template,
        language: ticket.language,
        hold: None,
    };
    let mut letter = if template == LetterKind::Closing.name() {
        draft.letter(desk, &closing_of(feedback))
    } else {
        draft.letter(desk, &feedback)
    };
    letter.in_reply_to.clone_from(&ticket.message_id);
    letter.references.extend(ticket.message_id.clone());
    letter
}

fn closing_of(said: ProgressContext) -> ClosingContext {
    ClosingContext {
        number: said.number,
        organisation: said.organisation,
        received: said.received,
        closed: said.closed.unwrap_or_default(),
        category: said.category,
        subcategory: said.subcategory,
        place: said.place,
        office: said.office,
        same_as: said.same_as,
    }
}
