//! The operations centre as decisions need it: who we are, by which rules, with which limits.

use std::time::Duration;

use super::hours::Hours;
use super::kind::Identity;
use super::limits::Limits;
use super::mail::Address;
use super::order::RESTORED_ORDERS_WAIT;
use super::requester::{Standing, standing};
use super::rules::{Office, OnCall, RuleSet};
use super::ticket::Ticket;
use super::time::Timestamp;
use super::token::Signer;
use super::trust::Policy;

/// The envelope sender of acknowledgements: who hears of one that cannot be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Envelope {
    /// Our own address, so that bounces come back to the mailbox.
    From,
    /// Our own address with the letter's signed id behind a `+`, so that a bounce names its letter; for every letter.
    Verp,
    /// `<>`: nobody (RFC 3834 section 3.3).
    Null,
}

/// Everything that a decision may depend on besides the event and what is stored.
#[derive(Debug)]
pub struct Desk {
    /// `organisation.name`.
    pub organisation: String,
    /// Who signs letters.
    pub from: Address,
    /// Who hears what no office hears.
    pub staff: Vec<String>,
    /// What there is to repair, who does it, by which words it is known.
    pub rules: RuleSet,
    /// When the desk is staffed.
    pub hours: Hours,
    /// Our own addresses and people.
    pub identity: Identity,
    /// How many acknowledgements may leave.
    pub limits: Limits,
    /// Who hears of an acknowledgement's failure.
    pub envelope: Envelope,
    /// Signs Message-IDs.
    pub signer: Signer,
    /// What orders by mail must prove.
    pub trust: Policy,
}

impl Desk {
    /// Whether an address is one of staff: listed as such, an office's or its deputy's, or on call.
    #[must_use]
    pub fn is_staff(&self, address: &str) -> bool {
        let same = |known: &str| known.eq_ignore_ascii_case(address);
        self.staff.iter().any(|known| same(known))
            || self.rules.offices().iter().flat_map(Office::addresses).any(same)
            || self.rules.all_on_call().iter().flat_map(OnCall::everybody).any(|it| same(it))
    }

    /// Whether a report with all that it tells of its writer may be given to an address: staff, or a colleague by the
    /// municipality's own domains.
    #[must_use]
    pub fn is_colleague(&self, address: &Address) -> bool {
        let own = self.identity.domains.iter().any(|domain| address.is_listed_as(domain));
        own || self.is_staff(&address.address)
    }

    /// What sort of requester an address is.
    #[must_use]
    pub fn standing(&self, address: &Address) -> Standing {
        let staff = self.is_staff(&address.address);
        standing(address, self.rules.internal(), &self.identity, staff)
    }

    /// Whether an address may give orders by mail: staff, and whoever may exceed a contractor's limits.
    #[must_use]
    pub fn may_order(&self, address: &str) -> bool {
        let firms = self.rules.all_contractors();
        self.is_staff(address)
            || firms.iter().flat_map(|firm| &firm.exceed).any(|it| it.eq_ignore_ascii_case(address))
    }

    /// The office that has a ticket; by the rules, unless staff gave it to another.
    #[must_use]
    pub fn office_of(&self, ticket: &Ticket) -> &Office {
        let named = self.rules.offices().iter().find(|office| office.id == ticket.office);
        let by_rule = || self.rules.office(ticket.matter());
        named.unwrap_or_else(by_rule)
    }

    /// Gives a changed ticket to the office that is in charge now. Where the change is none to the rules it stays with
    /// whom staff gave it to.
    pub fn reroute(&self, before: &Ticket, after: &mut Ticket) {
        let office = &self.rules.office(after.matter()).id;
        if *office != self.rules.office(before.matter()).id {
            after.office.clone_from(office);
        }
    }

    /// When an office is open.
    #[must_use]
    pub fn hours_of<'a>(&'a self, office: &'a Office) -> &'a Hours {
        office.hours.as_ref().unwrap_or(&self.hours)
    }

    /// When the office that has a ticket is open.
    #[must_use]
    pub fn office_hours(&self, ticket: &Ticket) -> &Hours {
        self.hours_of(self.office_of(ticket))
    }

    /// Whom an office's notices go to at an instant: whoever stands in for it, else itself, else staff.
    #[must_use]
    pub fn addressees(&self, office: &Office, now: Timestamp) -> Vec<String> {
        let addressees = office.addressees(self.hours.date_of(now));
        if addressees.is_empty() { self.staff.clone() } else { addressees }
    }

    /// Who is called about an emergency of an office at an instant.
    #[must_use]
    pub fn on_call(&self, office: &str, now: Timestamp) -> Option<&OnCall> {
        self.rules.on_call(office, self.hours.date_of(now))
    }

    /// No call is planned for later than this, whoever is on call; one that is was planned by a clock that ran ahead.
    #[must_use]
    pub fn calls_planned_until(&self, now: Timestamp) -> Timestamp {
        let pauses = self.rules.all_on_call().iter().map(|contact| contact.repeat_minutes);
        now.plus(Duration::from_mins(pauses.max().unwrap_or(0).into()))
    }

    /// The clock looks at no order later than this: the next working day of whoever has the fewest of them, the longest
    /// time for an answer, or a day, by which all are put off when a backup is restored.
    #[must_use]
    pub fn orders_planned_until(&self, now: Timestamp) -> Timestamp {
        let offices = self.rules.offices().iter().filter_map(|office| office.hours.as_ref());
        let firms = self.rules.all_contractors();
        let hours = offices.chain(firms.iter().filter_map(|firm| firm.hours.as_ref()));
        let days = std::iter::once(&self.hours).chain(hours);
        let answers = firms.iter().map(|firm| Duration::from_mins(firm.answer_minutes.into()));
        let latest = days.map(|hours| hours.add_working_days(now, 1));
        let latest = latest.chain(answers.map(|pause| now.plus(pause)));
        latest.fold(now.plus(RESTORED_ORDERS_WAIT), Timestamp::max)
    }

    /// Working days until a ticket's work is usually done, the office's where the kind of work has none or is not
    /// known; none where the trade is not known, and where nothing is promised.
    #[must_use]
    pub fn expected_days(&self, ticket: &Ticket) -> Option<u32> {
        ticket.category?;
        let work = ticket.subcategory.as_deref().and_then(|code| self.rules.subcategory(code));
        work.and_then(|work| work.expected_days).or(self.office_of(ticket).expected_days)
    }

    /// The domain of our Message-IDs.
    #[must_use]
    pub fn domain(&self) -> &str {
        match self.from.domain() {
            "" => "sportello.invalid",
            domain => domain,
        }
    }
}
