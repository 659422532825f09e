//! The letters that a decision owes: who gets which, and what it may say.

mod course;

mod failed;

mod orders;

mod requester;

pub(super) use course::{
    Work, answer, asks_for_damages, assigned, claim_notices, command_answers, confirmation,
    lost_command, question, referred, scheduled,
};
pub(super) use failed::{after_failure, lost_digest};
pub(super) use orders::{
    Asking, News, approval, approval_id, contact_on_site, order_copies, order_news, order_reminder,
    order_retracted, work_order,
};
pub(super) use requester::{acknowledgement, acknowledgement_of_danger, closing};

use std::collections::BTreeMap;

use super::arrival::Withheld;
use super::{Arrival, Change};
use crate::domain::classify::Verdict;
use crate::domain::desk::{Desk, Envelope};
use crate::domain::kind::Kind;
use crate::domain::language::Language;
use crate::domain::letter::context::{
    Alternative, AttachmentLine, FollowUpContext, StaffNoticeContext, Wording, percent, shortened,
    variables,
};
use crate::domain::letter::redact::redact;
use crate::domain::letter::{HoldReason, Letter, LetterKind};
use crate::domain::mail::Address;
use crate::domain::ticket::{Status, Ticket};
use crate::domain::time::Timestamp;
use crate::domain::urgency::Urgency;

/// What a letter needs besides its words.
pub(super) struct Draft<'a> {
    pub(super) kind: LetterKind,
    pub(super) ticket: Option<&'a Ticket>,
    pub(super) cause: String,
    pub(super) recipient: Address,
    pub(super) template: &'a str,
    pub(super) language: Language,
    pub(super) hold: Option<HoldReason>,
}

impl Draft<'_> {
    pub(super) fn letter<C: serde::Serialize>(self, desk: &Desk, context: &C) -> Letter {
        let message_id = message_id(desk, self.kind, &self.cause, &self.recipient.address);
        let envelope_from = match (self.kind, desk.envelope) {
            (LetterKind::Acknowledgement, Envelope::Null) => None,
            // Whoever it was for: a bounce must name its letter.
            (_, Envelope::Verp) => Some(verp(&desk.from.address, &message_id)),
            _ => Some(desk.from.address.clone()),
        };
        Letter {
            kind: self.kind,
            ticket: self.ticket.map(|ticket| ticket.number.clone()),
            cause: self.cause,
            recipient: self.recipient,
            template: self.template.to_owned(),
            language: self.language,
            context: variables(context),
            in_reply_to: None,
            references: Vec::new(),
            message_id,
            envelope_from,
            hold: self.hold,
        }
    }
}

fn message_id(desk: &Desk, kind: LetterKind, cause: &str, recipient: &str) -> String {
    desk.signer.message_id(kind, cause, recipient, &desk.domain().to_ascii_lowercase())
}

/// `desk+a.xyz.a.tag@comune.example`: a bounce to it names the letter even when it quotes nothing.
fn verp(address: &str, message_id: &str) -> String {
    let token = message_id.split('@').next().unwrap_or_default();
    match address.rsplit_once('@') {
        Some((local, domain)) => format!("{local}+{token}@{domain}"),
        None => address.to_owned(),
    }
}

/// To the office in charge, or to `organisation.staff` where it has no address; `worked` is what was done for the
/// ticket already.
pub(super) fn staff_notices(
    desk: &Desk,
    ticket: &Ticket,
    arrival: &Arrival,
    (withheld, worked): (Option<Withheld>, &[Change]),
    now: Timestamp,
) -> Vec<Letter> {
    let order = orders::in_notice(desk, ticket, worked, withheld, now);
    let context = StaffNoticeContext { order, ..notice_context(desk, ticket, arrival, withheld) };
    notices(desk, ticket, (&cause(arrival), "staff_notice"), &context, now)
}

/// The same about a mail that could be read after all. Its own cause: whoever had the notice of the
/// unreadable mail must have this one, too.
pub(super) fn notices_of_reading(
    desk: &Desk,
    ticket: &Ticket,
    arrival: &Arrival,
    (withheld, worked): (Option<Withheld>, &[Change]),
    now: Timestamp,
) -> Vec<Letter> {
    let order = orders::in_notice(desk, ticket, worked, withheld, now);
    let context = StaffNoticeContext { order, ..notice_context(desk, ticket, arrival, withheld) };
    let cause = format!("read:{}", arrival.content_key);
    notices(desk, ticket, (&cause, "staff_notice"), &context, now)
}

fn notice_context(
    desk: &Desk,
    ticket: &Ticket,
    arrival: &Arrival,
    withheld: Option<Withheld>,
) -> StaffNoticeContext {
    let verdict = &arrival.understood.verdict;
    let (text, text_cut) = shortened(&arrival.mail.text);
    StaffNoticeContext {
        mailbox: arrival.mailbox.clone(),
        received: desk.hours.moment(arrival.received_at),
        urgency_because: arrival.understood.urgency.because.clone(),
        confidence: Some(percent(verdict.confidence)),
        because: verdict.because.clone(),
        alternatives: alternatives(verdict),
        abstained: verdict.abstained,
        out_of_competence: verdict.out_of_competence,
        referral: referral(desk, verdict),
        text,
        text_cut,
        attachments: arrival.mail.attachments.iter().map(AttachmentLine::from).collect(),
        withheld: withheld.map(|why| Wording::new(why.text_it(), why.text())),
        unreadable: arrival.kind.kind == Kind::Unreadable,
        oversize: arrival.oversize,
        certified: arrival.mail.pec.as_ref().is_some_and(|pec| pec.kind == "transport"),
        ..known_context(desk, ticket)
    }
}

/// What a follow-up says of its ticket.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each may hold beside the others")]
pub(super) struct Told {
    /// It tells of a danger.
    pub(super) danger: bool,
    /// What was closed is not repaired.
    pub(super) unrepaired: bool,
    /// The ticket is over: staff decide whether to open it again.
    pub(super) over: bool,
    /// The ticket waited for this answer.
    pub(super) answers: bool,
}

/// To the office: somebody wrote again about a ticket, and to protocol when they ask for damages now; `answered` is the ticket with the place that they add to it.
pub(super) fn follow_up(
    desk: &Desk,
    ticket: &Ticket,
    answered: Option<&Ticket>,
    told: Told,
    arrival: &Arrival,
) -> Vec<Letter> {
    let (text, text_cut) = shortened(&arrival.mail.text);
    let duplicate = ticket.same_as.as_ref().filter(|_| ticket.status == Status::Duplicate);
    let sender = arrival.mail.from.clone().unwrap_or_default();
    let context = FollowUpContext {
        number: ticket.number.clone(),
        organisation: desk.organisation.clone(),
        received: desk.hours.moment(arrival.received_at),
        work: subcategory(desk, ticket).or_else(|| ticket.category.map(Wording::category)),
        known_place: ticket.place.clone(),
        answers: told.answers,
        emergency: told.danger,
        closed: told.over,
        unrepaired: told.unrepaired,
        duplicate_of: duplicate.map(|same| same.number.clone()),
        sender_name: sender.name,
        sender_address: sender.address,
        text,
        text_cut,
        attachments: arrival.mail.attachments.iter().map(AttachmentLine::from).collect(),
        place: answered.and_then(|ticket| ticket.place.clone()),
        same_as: answered
            .and_then(|ticket| ticket.same_as.as_ref())
            .map(|same| same.number.clone()),
    };
    let told = (&*cause(arrival), "follow_up");
    let mut notices = notices(desk, ticket, told, &context, arrival.received_at);
    // Nobody is told what they wrote themselves: an office's own machine would answer that, and so on.
    notices.retain(|notice| notice.recipient.address != context.sender_address);
    notices.extend(course::later_claim(desk, ticket, arrival));
    notices
}

/// To the office that a ticket came to by a correction.
pub(super) fn reassigned(desk: &Desk, ticket: &Ticket, cause: &str, now: Timestamp) -> Vec<Letter> {
    notices(desk, ticket, (cause, "staff_notice"), &known_context(desk, ticket), now)
}

/// To the office, but for whoever ordered it: somebody must go and look today.
pub(super) fn inspection_today(
    desk: &Desk,
    ticket: &Ticket,
    by: &str,
    now: Timestamp,
) -> Vec<Letter> {
    let context = StaffNoticeContext { inspection_today: true, ..known_context(desk, ticket) };
    let cause = format!("inspection:{}:{}", ticket.number, ticket.version);
    let mut told = notices(desk, ticket, (&cause, "staff_notice"), &context, now);
    told.retain(|notice| !notice.recipient.address.eq_ignore_ascii_case(by));
    told
}

/// What a ticket tells of itself when its mail is not at hand.
fn known_context(desk: &Desk, ticket: &Ticket) -> StaffNoticeContext {
    let place = ticket.facts.place.as_ref();
    let (text, text_cut) = shortened(&ticket.facts.text);
    StaffNoticeContext {
        number: ticket.number.clone(),
        organisation: desk.organisation.clone(),
        mailbox: ticket.mailbox.clone(),
        received: desk.hours.moment(ticket.received_at),
        urgency: Wording::urgency(ticket.urgency),
        emergency: ticket.urgency == Urgency::Emergency,
        urgency_because: ticket.facts.urgency_because.clone(),
        category: ticket.category.map(Wording::category),
        subcategory: subcategory(desk, ticket),
        subcategory_code: ticket.subcategory.clone(),
        confidence: confidence(ticket),
        place: ticket.place.clone(),
        place_official: place.and_then(|place| place.official.clone()),
        district: place.and_then(|place| place.district.clone()),
        same_as: ticket.same_as.as_ref().map(|same| same.number.clone()),
        requester_name: ticket.requester.name.clone(),
        requester_address: ticket.requester.address.clone(),
        subject: ticket.subject.clone(),
        text,
        text_cut,
        ..StaffNoticeContext::default()
    }
}

/// How sure the classifier was of what the ticket still says; none where staff said otherwise.
fn confidence(ticket: &Ticket) -> Option<u8> {
    let verdict = ticket.facts.verdict.as_ref()?;
    let same = verdict.category == ticket.category && verdict.subcategory == ticket.subcategory;
    same.then(|| percent(verdict.confidence))
}

/// One notice for each address that answers for the ticket at the time: who stands in for the office, the office's
/// own, else all of staff.
fn notices<C: serde::Serialize>(
    desk: &Desk,
    ticket: &Ticket,
    (cause, template): (&str, &str),
    context: &C,
    now: Timestamp,
) -> Vec<Letter> {
    let addresses = desk.addressees(desk.office_of(ticket), now);
    notices_to(desk, &addresses, ticket, cause, template, context)
}

pub(super) fn notices_to<C: serde::Serialize>(
    desk: &Desk,
    addresses: &[String],
    ticket: &Ticket,
    cause: &str,
    template: &str,
    context: &C,
) -> Vec<Letter> {
    addresses
        .iter()
        .map(|address| {
            Draft {
                kind: LetterKind::StaffNotice,
                ticket: Some(ticket),
                cause: cause.to_owned(),
                recipient: Address { name: String::new(), address: address.clone() },
                template,
                language: Language::It,
                hold: None,
            }
            .letter(desk, context)
        })
        .collect()
}

fn cause(arrival: &Arrival) -> String {
    format!("mail:{}", arrival.content_key)
}

/// What residents call the office in charge.
pub(super) fn office_name(desk: &Desk, ticket: &Ticket) -> Wording {
    let office = desk.office_of(ticket);
    named(&office.name_it, &office.name_en, &office.words)
}

pub(super) fn subcategory(desk: &Desk, ticket: &Ticket) -> Option<Wording> {
    let known = desk.rules.subcategory(ticket.subcategory.as_deref()?)?;
    Some(named(&known.it, &known.en, &known.words))
}

fn referral(desk: &Desk, verdict: &Verdict) -> Option<Wording> {
    let known = desk.rules.referral(verdict.refer.as_deref()?)?;
    let somebody = !known.it.trim().is_empty();
    somebody.then(|| named(&known.it, &known.en, &known.words))
}

/// What an entry of the rules is called in every language.
fn named(it: &str, en: &str, words: &BTreeMap<Language, String>) -> Wording {
    Wording::new(it, en).with(words)
}

fn alternatives(verdict: &Verdict) -> Vec<Alternative> {
    verdict
        .candidates
        .iter()
        .filter(|candidate| candidate.category != verdict.category)
        .map(|candidate| Alternative {
            category: candidate.category.map(Wording::category),
            name: candidate.category.map(|category| category.name().to_owned()).unwrap_or_default(),
            percent: percent(candidate.confidence),
        })
        .filter(|alternative| alternative.percent > 0)
        .collect()
}
