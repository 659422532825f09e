//! The work on a ticket: contractors are activated, answer or stay silent; staff allow, order and take back.
//!
//! Everything that happens to one ticket in one event is written on one [`Sheet`].

mod activate;
mod answered;
mod asked;
mod changed;
mod due;

pub(super) use activate::{Occasion, activate};
pub(super) use answered::{answered, unconfirmed};
pub(super) use asked::{answer as approval_answered, unreached};
pub(super) use changed::{
    closed, corrected, does_it_there, hastened, order_again, retract, send_again,
};
pub(super) use due::{due, undeliverable};

use std::collections::BTreeMap;

use super::letters::Work;
use super::{Change, Snapshot, on_call};
use crate::domain::desk::Desk;
use crate::domain::letter::Letter;
use crate::domain::life::Status;
use crate::domain::order::{OrderState, Used, WorkOrder, period_of};
use crate::domain::rules::Contractor;
use crate::domain::ticket::{Entry, EntryKind, OURSELVES, Ticket};
use crate::domain::time::Timestamp;

/// What follows for one ticket, while it is being decided.
pub(super) struct Sheet<'a> {
    pub(super) desk: &'a Desk,
    /// What contractors have used of their limits, by id.
    pub(super) used: BTreeMap<String, Used>,
    /// The ticket with what was changed so far.
    pub(super) ticket: Ticket,
    /// Its orders with what was changed so far.
    pub(super) orders: Vec<WorkOrder>,
    pub(super) changes: Vec<Change>,
    pub(super) letters: Vec<Letter>,
    /// What happened, in words.
    pub(super) reasons: Vec<String>,
    pub(super) now: Timestamp,
    /// What the first order is owed to, where that is a mail: read again it owes the same letter.
    cause: Option<String>,
    /// The content of the mail that its writer has just confirmed.
    pub(super) confirmed: Option<String>,
    touched: bool,
}

impl<'a> Sheet<'a> {
    /// For a ticket that is in the store; `before` is as it stands there, or as the event left it so far.
    pub(super) fn of(desk: &'a Desk, snapshot: &Snapshot, before: &Ticket, now: Timestamp) -> Self {
        let own = |order: &&WorkOrder| order.ticket == before.number;
        Self {
            desk,
            used: snapshot.used.clone(),
            ticket: before.clone(),
            orders: snapshot.orders.iter().filter(own).cloned().collect(),
            changes: Vec::new(),
            letters: Vec::new(),
            reasons: Vec::new(),
            now,
            cause: None,
            confirmed: None,
            touched: false,
        }
    }

    /// For a ticket that the same event opens, or reads again: its values are written by whoever does that.
    pub(super) fn new(
        desk: &'a Desk,
        snapshot: &Snapshot,
        ticket: &Ticket,
        cause: String,
        now: Timestamp,
    ) -> Self {
        Self { cause: Some(cause), ..Self::of(desk, snapshot, ticket, now) }
    }

    /// The ticket, to be changed.
    pub(super) fn change(&mut self) -> &mut Ticket {
        self.touched = true;
        &mut self.ticket
    }

    /// A line of the history.
    pub(super) fn note(&mut self, kind: EntryKind, author: &str, text: String) {
        self.reasons.push(text.clone());
        let entry = Entry { kind, author: author.to_owned(), text };
        self.changes.push(Change::Enter { ticket: self.ticket.number.clone(), entry });
    }

    /// Moves the ticket on where the table of its life allows it, and says so; false where it does not.
    pub(super) fn go(&mut self, status: Status, author: &str) -> bool {
        let before = self.ticket.status;
        if before == status {
            return true;
        }
        if !before.may_become(status) {
            return false;
        }
        let now = self.now;
        self.change().enter_status(status, now);
        let text = format!("status: {} → {}", before.name(), status.name());
        let entry = Entry { kind: EntryKind::Moved, author: author.to_owned(), text };
        self.changes.push(Change::Enter { ticket: self.ticket.number.clone(), entry });
        true
    }

    /// Moves the ticket on, or what it goes back to when its wait ends: work that goes on answers no question and
    /// brings no day nearer.
    fn advance(&mut self, status: Status, author: &str) {
        if self.ticket.status.is_waiting() {
            self.change().facts.course.before = Some(status);
        } else {
            self.go(status, author);
        }
    }

    /// An order left: a ticket that is planned for a day keeps it, any other one waits for nobody else now.
    fn ordered(&mut self, author: &str) {
        if self.ticket.status == Status::Scheduled {
            self.advance(Status::Ordered, author);
        } else {
            self.go(Status::Ordered, author);
        }
    }

    /// Nobody has an emergency any more: whoever is on call is called anew, at any hour; calls that are being made go
    /// on. The address that is written to.
    fn call(&mut self) -> Option<String> {
        if self.ticket.call.is_some() {
            return None;
        }
        let version = self.ticket.version.saturating_add(1);
        let mut ticket = Ticket { version, ..self.ticket.clone() };
        let (letter, entry) = on_call::begin(self.desk, &mut ticket, self.now)?;
        self.change().call = ticket.call;
        self.changes.push(Change::Enter { ticket: ticket.number, entry });
        let address = letter.recipient.address.clone();
        // A call leaves before all others.
        self.letters.insert(0, letter);
        Some(address)
    }

    /// Writes an order down as it stands now; the budget follows.
    fn keep(&mut self, mut order: WorkOrder) {
        let known = self.orders.iter_mut().find(|known| known.number == order.number);
        count(self.desk, &mut self.used, (known.as_deref(), &order), self.now);
        if let Some(known) = known {
            order.version = known.version.saturating_add(1);
            known.clone_from(&order);
            self.changes.push(Change::Ordered(Box::new(order)));
        } else {
            self.orders.push(order.clone());
            self.changes.push(Change::Order(Box::new(order)));
        }
    }

    /// The order that stands in the way of another one, if there is one.
    pub(super) fn live(&self) -> Option<&WorkOrder> {
        self.orders.iter().find(|order| order.state.is_live())
    }

    /// What a requester may be told of the work.
    pub(super) fn work(&self) -> Work<'_> {
        Work { desk: self.desk, orders: &self.orders }
    }

    /// The period of a contractor's budget that an order counts in which leaves now.
    fn period(&self, firm: &Contractor) -> String {
        period_of(firm.limits.period, self.desk.hours.local(self.now).date_naive())
    }

    fn set(&mut self, number: &str, state: OrderState, next_at: Option<Timestamp>) {
        if let Some(order) = self.orders.iter().find(|order| order.number == number).cloned() {
            self.keep(WorkOrder { state, next_at, ..order });
        }
    }

    /// Everything, with the ticket's new values first.
    pub(super) fn finish(mut self) -> (Ticket, Vec<Change>, Vec<Letter>) {
        if self.touched {
            self.ticket.touch(self.now);
            self.changes.insert(0, Change::Update(Box::new(self.ticket.clone())));
        }
        (self.ticket, self.changes, self.letters)
    }

    /// The same for a ticket that the event opens.
    pub(super) fn into_parts(self) -> (Ticket, Vec<Change>, Vec<Letter>) {
        (self.ticket, self.changes, self.letters)
    }
}

/// What contractors have used of the present period, after an order came to be, or changed from what it was.
pub(super) fn count(
    desk: &Desk,
    used: &mut BTreeMap<String, Used>,
    (before, after): (Option<&WorkOrder>, &WorkOrder),
    now: Timestamp,
) {
    let Some(firm) = desk.rules.contractor(&after.contractor) else { return };
    let present = period_of(firm.limits.period, desk.hours.local(now).date_naive());
    let counts = |order: &&WorkOrder| order.state.is_committed() && order.period == present;
    let used = used.entry(firm.id.clone()).or_default();
    *used = before.filter(counts).map_or(*used, |order| used.without(order));
    *used = Some(after).filter(counts).map_or(*used, |order| used.with(order));
}

/// The author of what no person did.
pub(super) const BY_ITSELF: &str = OURSELVES;
