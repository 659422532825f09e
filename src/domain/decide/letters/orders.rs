//! Letters about work orders: to the contractor, to staff who are asked, to staff who hear of them.

use super::{Draft, message_id, notices_to, office_name, redact, shortened, subcategory};
use crate::domain::decide::Change;
use crate::domain::decide::arrival::Withheld;
use crate::domain::desk::Desk;
use crate::domain::language::Language;
use crate::domain::letter::context::{
    ApprovalContext, AttachmentLine, NoticeOrder, OnSiteContext, OrderCopyContext,
    OrderNewsContext, Wording, WorkOrderContext, map_link,
};
use crate::domain::letter::{HoldReason, Letter, LetterKind};
use crate::domain::mail::Address;
use crate::domain::order::{Beyond, OrderState, Used, WorkOrder, euro, months_of};
use crate::domain::rules::Contractor;
use crate::domain::ticket::{OURSELVES, Status, Ticket};
use crate::domain::time::Timestamp;
use crate::domain::urgency::Urgency;

/// A work order to one address of a contractor.
pub(in crate::domain::decide) fn work_order(
    desk: &Desk,
    ticket: &Ticket,
    (firm, address, cause): (&Contractor, &str, String),
    order: &WorkOrder,
    now: Timestamp,
) -> Letter {
    let context = order_context(desk, ticket, firm, order, now);
    to_contractor(desk, ticket, firm, (address, cause, "work_order"), &context)
}

/// The order once more, because nobody answered it.
pub(in crate::domain::decide) fn order_reminder(
    desk: &Desk,
    ticket: &Ticket,
    firm: &Contractor,
    order: &WorkOrder,
    address: &str,
) -> Letter {
    let cause = format!("remind:{}:{}", order.number, order.version);
    // Whoever is late has no more time for it.
    let context = order_context(desk, ticket, firm, order, order.made_at);
    to_contractor(desk, ticket, firm, (address, cause, "order_reminder"), &context)
}

/// To every address of the contractor: it must not be carried out. Where one bounced, the next one has the order.
pub(in crate::domain::decide) fn order_retracted(
    desk: &Desk,
    ticket: &Ticket,
    firm: &Contractor,
    order: &WorkOrder,
    why: Option<&str>,
) -> Vec<Letter> {
    let context = order_context(desk, ticket, firm, order, order.made_at);
    let reason = why.map(str::to_owned);
    let context = WorkOrderContext { contact_on_site: None, reason, ..context };
    firm.addresses
        .iter()
        .map(|address| {
            let cause = format!("retract:{}", order.number);
            to_contractor(desk, ticket, firm, (address, cause, "order_retracted"), &context)
        })
        .collect()
}

fn to_contractor(
    desk: &Desk,
    ticket: &Ticket,
    firm: &Contractor,
    (address, cause, template): (&str, String, &str),
    context: &WorkOrderContext,
) -> Letter {
    Draft {
        kind: LetterKind::WorkOrder,
        ticket: Some(ticket),
        cause,
        recipient: Address { name: firm.name.clone(), address: address.to_owned() },
        template,
        language: Language::It,
        hold: None,
    }
    .letter(desk, context)
}

fn order_context(
    desk: &Desk,
    ticket: &Ticket,
    firm: &Contractor,
    order: &WorkOrder,
    now: Timestamp,
) -> WorkOrderContext {
    let office = desk.office_of(ticket);
    let (description, description_cut) =
        shortened(&redact(&ticket.facts.text, &ticket.requester.name));
    let work = ticket.subcategory.as_deref().and_then(|code| desk.rules.subcategory(code));
    WorkOrderContext {
        number: ticket.number.clone(),
        order: order.number.clone(),
        organisation: desk.organisation.clone(),
        contractor: firm.name.clone(),
        contract: firm.contract.clone(),
        received: desk.hours.moment(ticket.received_at),
        ordered: Some(desk.hours.moment(order.made_at)),
        urgency: Wording::urgency(ticket.urgency),
        emergency: ticket.urgency == Urgency::Emergency,
        category: ticket.category.map(Wording::category),
        subcategory: subcategory(desk, ticket),
        place: ticket.place.as_deref().map(|place| redact(place, &ticket.requester.name)),
        map_link: map_of(ticket),
        description,
        description_cut,
        safety: work.and_then(|work| work.safety.as_ref()).map(|note| Wording::new(note, note)),
        contact_on_site: contact_on_site(desk, ticket),
        photos: 0,
        attachments: u32::try_from(ticket.facts.attachments.len()).unwrap_or(u32::MAX),
        office: office_name(desk, ticket),
        contact: office.address.clone(),
        due: due(desk, ticket),
        expected_by: expected_by(desk, ticket, now),
        answer_by: order.next_at.map(|at| desk.hours.moment(at)),
        reason: None,
    }
}

/// By when the work must be done, where it is more than the usual time: at once, or on the day that was planned.
fn due(desk: &Desk, ticket: &Ticket) -> Option<Wording> {
    if ticket.urgency == Urgency::Emergency {
        return Some(Wording::new("subito", "at once"));
    }
    let planned = ticket.facts.course.day.as_deref().filter(|_| ticket.status == Status::Scheduled);
    planned?.parse().ok().map(|day| desk.hours.date(day))
}

/// The last day of the usual time for the work, where there is one.
fn expected_by(desk: &Desk, ticket: &Ticket, now: Timestamp) -> Option<Wording> {
    let hours = desk.office_hours(ticket);
    desk.expected_days(ticket).map(|days| hours.day(hours.add_working_days(now, days)))
}

/// Name and telephone number of whoever reported, where the rules say why they are needed.
pub(in crate::domain::decide) fn contact_on_site(
    desk: &Desk,
    ticket: &Ticket,
) -> Option<OnSiteContext> {
    let work = desk.rules.subcategory(ticket.subcategory.as_deref()?)?;
    let name = Some(ticket.requester.name.trim()).filter(|name| !name.is_empty());
    Some(OnSiteContext {
        name: name.map(str::to_owned),
        telephone: ticket.facts.telephone.clone(),
        why: work.contact_on_site.clone()?,
    })
}

fn map_of(ticket: &Ticket) -> Option<String> {
    let place = ticket.facts.place.as_ref()?;
    Some(map_link(place.latitude?, place.longitude?))
}

/// What people call a period of the budget: `2026-11` is November.
fn period(desk: &Desk, order: &WorkOrder) -> Wording {
    let months = months_of(&order.period);
    months.map_or_else(|| Wording::same(&order.period), |(from, to)| desk.hours.months(from, to))
}

/// A copy for staff of an order that left without anybody being asked, or that passes limits since it was corrected:
/// then for those, too, who may exceed them.
pub(in crate::domain::decide) fn order_copies(
    desk: &Desk,
    ticket: &Ticket,
    firm: &Contractor,
    (order, used): (&WorkOrder, Used),
    excess: &[Beyond],
    now: Timestamp,
) -> Vec<Letter> {
    let context = OrderCopyContext {
        number: ticket.number.clone(),
        order: order.number.clone(),
        organisation: desk.organisation.clone(),
        contractor: firm.name.clone(),
        recipient: firm.addresses.first().cloned().unwrap_or_default(),
        contract: firm.contract.clone(),
        urgency: Wording::urgency(ticket.urgency),
        emergency: ticket.urgency == Urgency::Emergency,
        category: ticket.category.map(Wording::category),
        subcategory: subcategory(desk, ticket),
        place: ticket.place.clone(),
        by: (order.by != OURSELVES).then(|| order.by.clone()),
        reasons: why_unasked(order),
        excess: excess.iter().map(|limit| limit.text_it().to_owned()).collect(),
        estimate: order.cents.map(euro),
        period: Some(period(desk, order)),
        used_count: used.orders.to_string(),
        used_euro: euro(used.cents),
        limit_count: firm.limits.period_orders.map(|limit| limit.to_string()),
        limit_euro: firm.limits.period_cents.map(euro),
        due: due(desk, ticket),
        answer_by: order.next_at.map(|at| desk.hours.moment(at)),
    };
    let mut addresses = desk.addressees(desk.office_of(ticket), now);
    let mut cause = format!("order:{}:copy:{}", order.number, ticket.version);
    if !excess.is_empty() {
        addresses.extend(
            firm.exceed.iter().filter(|it| !addresses.contains(it)).cloned().collect::<Vec<_>>(),
        );
        cause = format!("order:{}:excess:{}", order.number, order.version);
    }
    notices_to(desk, &addresses, ticket, &cause, "order_copy", &context)
}

fn why_unasked(order: &WorkOrder) -> Vec<String> {
    let mut reasons = Vec::new();
    if order.by == OURSELVES {
        reasons.push("le regole prevedono l'attivazione automatica entro i limiti".to_owned());
    }
    if order.beyond {
        reasons.push("oltre i limiti, con autorizzazione".to_owned());
    }
    reasons
}

/// The order that was made for a new ticket, as the office's notice names it.
pub(super) fn in_notice(
    desk: &Desk,
    ticket: &Ticket,
    worked: &[Change],
    withheld: Option<Withheld>,
    now: Timestamp,
) -> Option<NoticeOrder> {
    let order = worked.iter().find_map(|change| match change {
        Change::Order(order) if order.ticket == ticket.number => Some(order),
        _ => None,
    })?;
    let firm = desk.rules.contractor(&order.contractor)?;
    let hold = withheld.and_then(Withheld::hold);
    let asked = order.state == OrderState::Asked;
    Some(NoticeOrder {
        number: order.number.clone(),
        contractor: firm.name.clone(),
        asked,
        held: hold.is_some_and(HoldReason::is_of_old_mail),
        due: due(desk, ticket),
        expected_by: expected_by(desk, ticket, now),
        answer_by: order.next_at.filter(|_| !asked).map(|at| desk.hours.moment(at)),
    })
}

/// How a question is asked.
pub(in crate::domain::decide) struct Asking<'a> {
    /// Why, each a clause in Italian.
    pub(in crate::domain::decide) reasons: &'a [String],
    /// How often it is asked at most.
    pub(in crate::domain::decide) calls: u32,
    /// When it is asked.
    pub(in crate::domain::decide) now: Timestamp,
}

/// The question whether a contractor may be activated, to one contact.
pub(in crate::domain::decide) fn approval(
    desk: &Desk,
    ticket: &Ticket,
    (firm, used): (&Contractor, Used),
    order: &WorkOrder,
    Asking { reasons, calls, now }: Asking<'_>,
    address: &str,
) -> Letter {
    let (text, text_cut) = shortened(&ticket.facts.text);
    let pause = order.next_at.map_or(0, |at| at.since(now).as_secs() / 60);
    let context = ApprovalContext {
        number: ticket.number.clone(),
        organisation: desk.organisation.clone(),
        contractor: firm.name.clone(),
        contract: firm.contract.clone(),
        received: desk.hours.moment(ticket.received_at),
        urgency: Wording::urgency(ticket.urgency),
        emergency: ticket.urgency == Urgency::Emergency,
        category: ticket.category.map(Wording::category),
        subcategory: subcategory(desk, ticket),
        place: ticket.place.clone(),
        map_link: map_of(ticket),
        reasons: reasons.to_vec(),
        estimate: order.cents.map(euro),
        limit_each: firm.limits.intervention_cents.map(euro),
        period: Some(period(desk, order)),
        used_count: used.orders.to_string(),
        used_euro: euro(used.cents),
        limit_count: firm.limits.period_orders.map(|limit| limit.to_string()),
        limit_euro: firm.limits.period_cents.map(euro),
        text,
        text_cut,
        call: order.asked,
        calls,
        last: order.asked >= calls,
        next_at: order.next_at.map(|at| desk.hours.moment(at)),
        repeat_minutes: u32::try_from(pause).unwrap_or(u32::MAX),
    };
    Draft {
        kind: LetterKind::Approval,
        ticket: Some(ticket),
        cause: question(order, order.asked),
        recipient: Address { name: String::new(), address: address.to_owned() },
        template: "approval",
        language: Language::It,
        hold: None,
    }
    .letter(desk, &context)
}

fn question(order: &WorkOrder, turn: u32) -> String {
    format!("approval:{}:{turn}", order.number)
}

/// The Message-ID under which an address was asked about an order, the `turn`-th time.
pub(in crate::domain::decide) fn approval_id(
    desk: &Desk,
    order: &WorkOrder,
    turn: u32,
    address: &str,
) -> String {
    message_id(desk, LetterKind::Approval, &question(order, turn), address)
}

/// What a contractor answered, or that it did not.
#[expect(clippy::struct_excessive_bools, reason = "each is a name that the template asks for")]
pub(in crate::domain::decide) struct News<'a> {
    /// The answer in a word; none when there was none in time.
    pub(in crate::domain::decide) answer: Option<&'a str>,
    /// What was written besides.
    pub(in crate::domain::decide) note: &'a str,
    /// What was attached to it.
    pub(in crate::domain::decide) attached: &'a [AttachmentLine],
    /// The contractor must confirm first that it was them.
    pub(in crate::domain::decide) unconfirmed: bool,
    /// Nobody allowed the order: it never left.
    pub(in crate::domain::decide) unapproved: bool,
    /// No address of the contractor could be reached.
    pub(in crate::domain::decide) unreached: bool,
    /// Whom it goes to next, where it goes on.
    pub(in crate::domain::decide) next: Option<String>,
    /// Whom it may go to next, when somebody allows it.
    pub(in crate::domain::decide) asked: Option<String>,
    /// Nothing more happens by itself.
    pub(in crate::domain::decide) decide: bool,
    /// The content of the mail that the contractor has just confirmed: by that a second word for it is known.
    pub(in crate::domain::decide) confirmed: Option<String>,
}

/// To the office, and to whoever is `called` besides: a contractor answered, or did not.
pub(in crate::domain::decide) fn order_news(
    desk: &Desk,
    ticket: &Ticket,
    firm: String,
    (order, called): (&WorkOrder, Option<String>),
    news: News<'_>,
    now: Timestamp,
) -> Vec<Letter> {
    let (note, note_cut) = shortened(news.note);
    let context = OrderNewsContext {
        number: ticket.number.clone(),
        order: order.number.clone(),
        organisation: desk.organisation.clone(),
        contractor: firm,
        answer: news.answer.map(|answer| Wording::new(answer, answer)),
        // Of a silence, when it should have been broken.
        at: desk.hours.moment(order.next_at.filter(|_| news.answer.is_none()).unwrap_or(now)),
        note,
        note_cut,
        attachments: news.attached.to_vec(),
        subcategory: subcategory(desk, ticket),
        place: ticket.place.clone(),
        unconfirmed: news.unconfirmed,
        unapproved: news.unapproved,
        unreached: news.unreached,
        next: news.next,
        asked: news.asked,
        decide: news.decide,
    };
    let usual = || format!("news:{}:{}", order.number, order.version);
    let cause = news.confirmed.map_or_else(usual, |key| format!("confirmed:{key}"));
    let mut addresses = desk.addressees(desk.office_of(ticket), now);
    addresses.extend(called.filter(|called| !addresses.contains(called)));
    notices_to(desk, &addresses, ticket, &cause, "order_news", &context)
}
