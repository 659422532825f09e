//! What follows from an event: total, synchronous, without a look at the world.
//!
//! The caller loads a [`Snapshot`] of the few stored facts that matter, asks [`decide`], and carries the
//! [`Decision`] out in one transaction. Nothing is left to choose there: recipients, Message-IDs, holds
//! and the mail's place in the ledger are all in it, each with its reason.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::delivery::Delivery;
use super::desk::Desk;
use super::duplicate::Earlier;
use super::forward::PassedOn;
use super::kind::KindVerdict;
use super::letter::Letter;
use super::limits::Released;
use super::mail::Mail;
use super::order::{Used, WorkOrder};
use super::rules::Category;
use super::thread::Candidate;
use super::ticket::{Entry, STAFF, Ticket};
use super::time::Timestamp;
use super::understand::Understood;
use super::urgency::Urgency;

mod alarm;

mod answer;

mod arrival;

mod closing;

mod command;

mod continued;

mod day;

mod delivery;

mod letters;

mod on_call;

mod said;

mod reread;

mod same;

mod second;

mod sound;

mod staff;

mod work;

#[cfg(test)]
mod tests;

/// Something happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// A mail was read.
    MailArrived(&'a Arrival),
    /// A quarantined mail could be read after all.
    MailReadAgain(&'a Arrival),
    /// Staff changed fields of a ticket.
    StaffCorrected(&'a Correction),
    /// Staff closed a ticket.
    StaffClosed {
        /// What they noted.
        note: Option<&'a str>,
    },
    /// Staff say that a ticket is the same as another.
    StaffJoined {
        /// The other's number.
        other: &'a str,
    },
    /// Staff say that a ticket repeats no other.
    StaffSplit,
    /// Staff took a ticket: somebody is at it.
    StaffTook {
        /// What they noted.
        note: Option<&'a str>,
    },
    /// Staff ordered something in words.
    StaffSaid {
        /// As they wrote it.
        text: &'a str,
    },
    /// The clock came to the next call of an emergency.
    CallDue,
    /// The desk opened on the day that was said of a ticket, or on the first one after it.
    DayCame,
    /// The clock came to a work order that nobody answered.
    OrderDue {
        /// The order's number.
        number: &'a str,
    },
    /// A letter will not arrive.
    LetterFailed(&'a FailedLetter),
}

/// A mail with everything that was found out about it by itself.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a circumstance that may come with any other"
)]
pub struct Arrival {
    /// As read.
    pub mail: Mail,
    /// What sort of mail.
    pub kind: KindVerdict,
    /// What it says.
    pub understood: Understood,
    /// The colleague who passed it on, when `mail` is the one inside a forward of theirs.
    pub passed_on: Option<PassedOn>,
    /// Names its content: the same in every mailbox and on every reading.
    pub content_key: String,
    /// When the ledger first saw it.
    pub received_at: Timestamp,
    /// The mailbox it came to.
    pub mailbox: String,
    /// The folder was numbered anew and is read again.
    pub rescan: bool,
    /// It lay on the server when a backup was restored: it may have been answered since the backup was made.
    pub restored: bool,
    /// Mail delivered before this is history; absent when all is asked for.
    pub history_before: Option<Timestamp>,
    /// Letters may be written; not for an import.
    pub letters: bool,
    /// Too large to be fetched whole: read from its beginning.
    pub oversize: bool,
}

/// Stored facts that the decision needs.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The number that a new ticket gets.
    pub next_number: String,
    /// The number of a second ticket of the same mail; empty when there can be none.
    pub second_number: String,
    /// A mail of the same content is already in the store.
    pub known: bool,
    /// Tickets that the mail may continue.
    pub candidates: Vec<Candidate>,
    /// Acknowledgements that left lately.
    pub released: Released,
    /// The ticket that the event is about, or that the mail continues.
    pub ticket: Option<Ticket>,
    /// Open tickets of the same subcategory that are near in time and place.
    pub earlier: Vec<Earlier>,
    /// The same for the second problem of the mail.
    pub second_earlier: Vec<Earlier>,
    /// The same for the ticket that the mail continues, at the place that the mail names.
    pub answered_earlier: Vec<Earlier>,
    /// The other tickets that staff named.
    pub others: Vec<Ticket>,
    /// The work orders of those.
    pub other_orders: Vec<WorkOrder>,
    /// The tickets that repeat this one or one of those.
    pub same: Vec<Ticket>,
    /// Of this ticket and of those, the numbers whose requesters were told that they were received.
    pub acknowledged: BTreeSet<String>,
    /// The letter of ours that a delivery report is about.
    pub letter: Option<KnownLetter>,
    /// The words of that letter, as it was sent; also of the one that was refused.
    pub lost: String,
    /// The work orders of the ticket, oldest first.
    pub orders: Vec<WorkOrder>,
    /// What contractors have used of their limits in the present period, by id.
    pub used: BTreeMap<String, Used>,
    /// Answers to commands, and questions whether it was them, that its sender had about this ticket, or about none, in the
    /// last day.
    pub answers_in_day: u32,
    /// The orders that the mail confirms.
    pub confirmation: Option<Confirmation>,
}

/// A mail whose orders waited for a word from the address that it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirmation {
    /// The address that was asked.
    pub asked: String,
    /// The mail with the orders.
    pub mail: Mail,
    /// Names its content.
    pub content_key: String,
    /// When it came: its days are counted from then.
    pub received_at: Timestamp,
    /// The orders were answered: the word was given before.
    pub answered: bool,
}

/// A letter of ours as a delivery report finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownLetter {
    /// Its Message-ID.
    pub message_id: String,
    /// Its kind's name.
    pub kind: super::letter::LetterKind,
    /// What it was written for.
    pub cause: String,
    /// Whom it went to.
    pub recipient: String,
    /// Its ticket.
    pub ticket: Option<String>,
    /// What was known of it before.
    pub delivery: Delivery,
}

impl KnownLetter {
    /// Whether it took a contractor's work order back.
    #[must_use]
    pub fn is_retraction(&self) -> bool {
        self.kind == super::letter::LetterKind::WorkOrder && self.cause.starts_with("retract:")
    }

    /// Whether it asked the requester something.
    #[must_use]
    pub fn asks_requester(&self) -> bool {
        self.kind == super::letter::LetterKind::Progress && self.is_for("question")
    }

    /// Whether its cause names this.
    fn is_for(&self, what: &str) -> bool {
        self.cause.split(':').any(|part| part == what)
    }
}

/// Fields that staff changed; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Correction {
    /// The right category.
    pub category: Option<Category>,
    /// It is none of ours: no category is right.
    pub not_ours: bool,
    /// Whom to turn to instead, as the id of a referral; says that it is none of ours.
    pub refer: Option<String>,
    /// The right subcategory, a code of the taxonomy; it brings its category along.
    pub subcategory: Option<String>,
    /// The right urgency.
    pub urgency: Option<Urgency>,
    /// The right place.
    pub place: Option<String>,
}

/// A letter that was given up or refused for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedLetter {
    /// Which.
    pub letter: KnownLetter,
    /// What the server said last.
    pub reason: String,
}

/// What became of a mail; the ledger's last states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It opened this ticket.
    Ticket(String),
    /// It continued this ticket.
    Entry(String),
    /// It reports on a letter of ours, of this ticket if it has one.
    DeliveryStatus(Option<String>),
    /// It asks for nothing; the text says why.
    Filed(String),
    /// No rule could read it; staff find it under this ticket.
    Quarantined(String),
}

impl Outcome {
    /// The state's name in the ledger.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ticket(_) => "ticket",
            Self::Entry(_) => "entry",
            Self::DeliveryStatus(_) => "delivery_status",
            Self::Filed(_) => "filed",
            Self::Quarantined(_) => "quarantined",
        }
    }

    /// The ticket behind it.
    #[must_use]
    pub fn ticket(&self) -> Option<&str> {
        match self {
            Self::Ticket(number) | Self::Entry(number) | Self::Quarantined(number) => Some(number),
            Self::DeliveryStatus(number) => number.as_deref(),
            Self::Filed(_) => None,
        }
    }
}

/// Something to write down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A new ticket.
    Open(Box<Ticket>),
    /// New values of a ticket; `version` is the one they were made from.
    Update(Box<Ticket>),
    /// A line in a ticket's history.
    Enter {
        /// The ticket's number.
        ticket: String,
        /// The line.
        entry: Entry,
    },
    /// A letter that did not arrive after all.
    Bounced {
        /// Its Message-ID.
        message_id: String,
        /// What the report says.
        reason: String,
    },
    /// What became known of a letter on its way.
    Delivery {
        /// Its Message-ID.
        message_id: String,
        /// Where it is.
        delivery: Delivery,
    },
    /// A new work order.
    Order(Box<WorkOrder>),
    /// New values of a work order; `version` is one above the one they were made from.
    Ordered(Box<WorkOrder>),
    /// What staff taught: a field's right value.
    Label {
        /// The ticket's number.
        ticket: String,
        /// The field's name.
        field: String,
        /// What the program said.
        before: Option<String>,
        /// What is right.
        after: String,
    },
}

/// What follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Where the mail ends; for events without a mail, absent.
    pub outcome: Option<Outcome>,
    /// What to write down, in order.
    pub changes: Vec<Change>,
    /// What to send.
    pub letters: Vec<Letter>,
    /// Why, in words.
    pub reasons: Vec<String>,
}

/// Decides. Never fails, never waits; the same arguments give the same decision.
#[must_use]
pub fn decide(desk: &Desk, snapshot: &Snapshot, event: &Event<'_>, now: Timestamp) -> Decision {
    let decision = decided(desk, snapshot, event, now);
    debug_assert_eq!(sound::fault(snapshot, &decision), None, "{decision:?}");
    decision
}

fn decided(desk: &Desk, snapshot: &Snapshot, event: &Event<'_>, now: Timestamp) -> Decision {
    match event {
        Event::MailArrived(arrival) => arrival::decide(desk, snapshot, arrival, now),
        Event::MailReadAgain(arrival) => reread::decide(desk, snapshot, arrival, now),
        Event::StaffCorrected(correction) => staff::correct(desk, snapshot, correction, STAFF, now),
        Event::StaffClosed { note } => closing::close(desk, snapshot, *note, STAFF, now),
        Event::StaffJoined { other } => joined(snapshot, other, now),
        Event::StaffSplit => same::split(desk, snapshot, STAFF, now),
        Event::StaffTook { note } => on_call::take(snapshot, *note, STAFF, now),
        Event::StaffSaid { text } => command::from_desk(desk, snapshot, text, now),
        Event::OrderDue { number } => work::due(desk, snapshot, number, now),
        Event::DayCame => day::came(desk, snapshot, now),
        Event::CallDue => on_call::due(desk, snapshot, now),
        Event::LetterFailed(failed) => delivery::refused(desk, snapshot, failed, now),
    }
}

fn joined(snapshot: &Snapshot, other: &str, now: Timestamp) -> Decision {
    match (&snapshot.ticket, snapshot.other(other)) {
        (Some(one), Some(other)) => same::join(snapshot, same::Pair::of(one, other), STAFF, now),
        _ => Decision::nothing("there is no such ticket"),
    }
}

impl Snapshot {
    /// The other ticket of this number, when staff named one that there is.
    fn other(&self, number: &str) -> Option<&Ticket> {
        self.others.iter().find(|other| other.number == number)
    }
}

/// The ticket as it stands after these changes, when they change it.
fn latest(changes: &[Change]) -> Option<&Ticket> {
    changes.iter().rev().find_map(|change| match change {
        Change::Update(ticket) => Some(&**ticket),
        _ => None,
    })
}

impl Decision {
    /// A mail that asks for nothing.
    fn filed(why: String) -> Self {
        Self {
            outcome: Some(Outcome::Filed(why.clone())),
            changes: Vec::new(),
            letters: Vec::new(),
            reasons: vec![why],
        }
    }

    /// An event that changes nothing.
    fn nothing(why: &str) -> Self {
        Self {
            outcome: None,
            changes: Vec::new(),
            letters: Vec::new(),
            reasons: vec![why.to_owned()],
        }
    }
}
