//! What an office finds when it opens: what is late, what is due soon, what nobody has looked at, what waits.

use chrono::NaiveDate;

use super::desk::Desk;
use super::language::Language;
use super::letter::context::{DigestContext, DigestLine, DigestSection, Wording, variables};
use super::letter::{Letter, LetterKind};
use super::life::Status;
use super::mail::Address;
use super::rules::Office;
use super::ticket::Ticket;
use super::time::Timestamp;
use super::urgency::Urgency;

/// Tickets of a section that are listed; the rest is counted.
const LINES_MAX: usize = 20;

/// What ends within so many working days is due soon.
const SOON_DAYS: u32 = 2;

/// When a ticket's usual time ends: working days from its arrival, or since it was taken up again, without the time
/// that it waited for somebody else. None while it waits, when it is over, and where nothing is promised.
#[must_use]
pub fn due_at(desk: &Desk, ticket: &Ticket) -> Option<Timestamp> {
    if ticket.status.is_ended() || ticket.status.is_waiting() || ticket.status == Status::Done {
        return None;
    }
    let days = desk.expected_days(ticket)?;
    let course = &ticket.facts.course;
    let hours = desk.office_hours(ticket);
    let waited = course.waits.iter().map(|wait| hours.working_days_ended(wait.since, wait.until));
    let days = waited.fold(days, u32::saturating_add);
    Some(hours.add_working_days(course.begun.unwrap_or(ticket.received_at), days))
}

/// The day that was said of a ticket, when it is this one or is past: of an inspection, of planned work, of the end
/// of a postponement.
#[must_use]
pub fn day_that_came(desk: &Desk, ticket: &Ticket, now: Timestamp) -> Option<NaiveDate> {
    let day: NaiveDate = ticket.facts.course.day.as_deref()?.parse().ok()?;
    (day <= desk.hours.date_of(now) && !ticket.status.is_ended()).then_some(day)
}

/// Offices that are told together, on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// The local day, as `2026-11-23`.
    pub day: String,
    /// The office with hours of its own; none is all that keep the organisation's.
    pub office: Option<String>,
}

impl Round {
    /// Names it: the day, and behind a blank the office.
    #[must_use]
    pub fn name(&self) -> String {
        let office = self.office.iter().map(String::as_str);
        std::iter::once(self.day.as_str()).chain(office).collect::<Vec<_>>().join(" ")
    }

    /// Whether it tells the office that has a ticket.
    #[must_use]
    pub fn has(&self, desk: &Desk, ticket: &Ticket) -> bool {
        self.is_for(desk.office_of(ticket))
    }

    fn is_for(&self, office: &Office) -> bool {
        match &self.office {
            Some(id) => office.id == *id,
            None => office.hours.is_none(),
        }
    }
}

/// The rounds whose offices are open now.
#[must_use]
pub fn rounds(desk: &Desk, now: Timestamp) -> Vec<Round> {
    let day = desk.hours.date_of(now).to_string();
    let own = desk.rules.offices().iter().filter_map(|office| {
        let open = office.hours.as_ref()?.is_open(now);
        open.then(|| Some(office.id.clone()))
    });
    let all = desk.hours.is_open(now).then_some(None);
    all.into_iter().chain(own).map(|office| Round { day: day.clone(), office }).collect()
}

/// The letters of a round, one for each address of an office that has something to look at; `since` is when the last
/// ones were written.
#[must_use]
pub fn digests(
    desk: &Desk,
    open: &[Ticket],
    round: &Round,
    since: Timestamp,
    now: Timestamp,
) -> Vec<Letter> {
    let day = &round.day;
    let mut letters = Vec::new();
    for office in desk.rules.offices().iter().filter(|office| round.is_for(office)) {
        let theirs = open.iter().filter(|ticket| desk.office_of(ticket).id == office.id);
        let context = context(desk, office, &theirs.collect::<Vec<_>>(), since, now);
        let sections = [
            &context.unrepaired,
            &context.overdue,
            &context.due_soon,
            &context.today,
            &context.to_check,
            &context.done,
            &context.waiting,
            &context.certified,
            &context.new,
        ];
        if sections.iter().all(|section| section.count == 0) {
            continue;
        }
        let addresses = desk.addressees(office, now);
        let cause = format!("digest:{}:{day}", office.id);
        letters.extend(addresses.iter().map(|address| letter(desk, &cause, address, &context)));
    }
    letters
}

fn context(
    desk: &Desk,
    office: &Office,
    tickets: &[&Ticket],
    since: Timestamp,
    now: Timestamp,
) -> DigestContext {
    let soon = desk.hours_of(office).add_working_days(now, SOON_DAYS);
    let mut timed: Vec<(Timestamp, &Ticket)> =
        tickets.iter().filter_map(|ticket| Some((due_at(desk, ticket)?, *ticket))).collect();
    timed.sort_by_key(|(due, ticket)| (*due, ticket.number.clone()));
    let due = |from: Option<Timestamp>, to: Timestamp| {
        let within =
            timed.iter().filter(|(due, _)| from.is_none_or(|from| *due >= from) && *due < to);
        let told = |at: Timestamp| Some(desk.hours.day(at));
        section(within.map(|(due, ticket)| DigestLine { due: told(*due), ..line(desk, ticket) }))
    };
    let since_when = |wanted: &dyn Fn(&Ticket) -> bool, when: &dyn Fn(&Ticket) -> Timestamp| {
        let found = tickets.iter().filter(|ticket| wanted(ticket));
        let told = |ticket: &Ticket| Some(desk.hours.moment(when(ticket)));
        section(found.map(|ticket| DigestLine { since: told(ticket), ..line(desk, ticket) }))
    };
    let came = tickets.iter().filter_map(|ticket| {
        let day = desk.hours.date(day_that_came(desk, ticket, now)?);
        Some(DigestLine { day: Some(day), ..line(desk, ticket) })
    });
    DigestContext {
        organisation: desk.organisation.clone(),
        office: Wording::new(&office.name_it, &office.name_en).with(&office.words),
        day: desk.hours.day(now),
        overdue: due(None, now),
        due_soon: due(Some(now), soon),
        today: section(came),
        unrepaired: since_when(&|it| it.facts.course.unrepaired, &|it| it.changed_at),
        to_check: since_when(&|it| is_unchecked(desk, it), &|it| it.received_at),
        done: since_when(&|it| it.status == Status::Done, &Ticket::entered_at),
        waiting: since_when(&waits_for_somebody, &|it| {
            it.facts.course.since.unwrap_or(it.changed_at)
        }),
        certified: since_when(
            &|it| it.facts.course.certified.is_some_and(|at| at > since),
            &|it| it.facts.course.certified.unwrap_or(it.changed_at),
        ),
        new: since_when(&|it| it.received_at > since && !it.status.is_ended(), &|it| {
            it.received_at
        }),
    }
}

/// Nobody has looked at it, or nobody at what it is; without an expected time no other list would ever name it.
fn is_unchecked(desk: &Desk, ticket: &Ticket) -> bool {
    let untouched = matches!(ticket.status, Status::Received | Status::Reopened);
    ticket.status == Status::ToCheck || (untouched && desk.expected_days(ticket).is_none())
}

/// It waits, and no day is said on which it wakes by itself.
fn waits_for_somebody(ticket: &Ticket) -> bool {
    ticket.status.is_waiting() && ticket.facts.course.day.is_none()
}

fn section(lines: impl Iterator<Item = DigestLine>) -> DigestSection {
    let mut lines: Vec<DigestLine> = lines.collect();
    let count = lines.len();
    lines.truncate(LINES_MAX);
    let whole = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    DigestSection { count: whole(count), more: whole(count.saturating_sub(lines.len())), lines }
}

fn line(desk: &Desk, ticket: &Ticket) -> DigestLine {
    let work = ticket.subcategory.as_deref().and_then(|code| desk.rules.subcategory(code));
    let status = ticket.status;
    DigestLine {
        number: ticket.number.clone(),
        place: ticket.place.clone(),
        subcategory: work.map(|work| Wording::new(&work.it, &work.en).with(&work.words)),
        emergency: ticket.urgency == Urgency::Emergency,
        status: Some(Wording::new(status.italian(), &status.name().replace('_', " "))),
        ..DigestLine::default()
    }
}

fn letter(desk: &Desk, cause: &str, address: &str, context: &DigestContext) -> Letter {
    let domain = desk.domain().to_ascii_lowercase();
    Letter {
        kind: LetterKind::Digest,
        ticket: None,
        cause: cause.to_owned(),
        recipient: Address { name: String::new(), address: address.to_owned() },
        template: LetterKind::Digest.name().to_owned(),
        language: Language::It,
        context: variables(context),
        in_reply_to: None,
        references: Vec::new(),
        message_id: desk.signer.message_id(LetterKind::Digest, cause, address, &domain),
        envelope_from: Some(desk.from.address.clone()),
        hold: None,
    }
}
