//! Carries decisions out: words their letters and writes everything down, in the caller's transaction.
//!
//! Nothing is chosen here. A decision is written whole or not at all, and no letter has left before it is
//! durable.

mod alarms;
mod earlier;
mod lost;
mod morning;
mod photos;
mod sitting;

use std::collections::BTreeMap;

pub use sitting::Sitting;

use crate::domain::command;
use crate::domain::decide::{
    Arrival, Change, Confirmation, Decision, Event, Outcome, Snapshot, decide,
};
use crate::domain::desk::Desk;
use crate::domain::letter::{Letter, LetterKind};
use crate::domain::order::{Used, WorkOrder, period_of};
use crate::domain::thread;
use crate::domain::ticket::{self, Entry, EntryKind, OURSELVES};
use crate::domain::time::Timestamp;
use crate::render::{Sender, Templates, render_with};
use crate::store::mail::{MailRow, Raw};
use crate::store::tickets::Chains;
use crate::store::{StoreError, Tx, limits, mail, orders, outbox, tickets};

/// What carrying out needs besides the store: the office's settings and its texts.
#[derive(Debug)]
pub struct Clerk {
    /// As decisions need it.
    pub desk: Desk,
    /// The texts of letters.
    pub templates: Templates,
    /// Who writes them.
    pub sender: Sender,
}

/// A mail that was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The ledger's state for it.
    pub state: &'static str,
    /// Why.
    pub reason: String,
    /// Letters that it makes us owe.
    pub letters: usize,
}

impl Clerk {
    /// Decides about a mail and writes it down with all that follows. The caller closes the sitting and
    /// commits.
    pub async fn record(
        &self,
        tx: &mut Tx,
        sitting: &mut Sitting,
        arrival: &Arrival,
        raw: &Raw,
        now: Timestamp,
    ) -> Result<Recorded, StoreError> {
        let year = self.desk.hours.year(arrival.received_at);
        // First, because its lock makes daemons take turns: the same mail in two mailboxes at once is
        // seen as known by the second.
        let serial = sitting.next(tx, year).await?;
        let number = ticket::number(year, serial);
        let mut snapshot = Box::pin(self.snapshot(tx, arrival, number, now)).await?;
        snapshot.second_number = ticket::number(year, serial.saturating_add(1));
        let decision = decide(&self.desk, &snapshot, &Event::MailArrived(arrival), now);
        let reason = decision.reasons.join("; ");
        if snapshot.known {
            return Ok(Recorded { state: "filed", reason, letters: 0 });
        }
        let outcome = decision.outcome.clone().unwrap_or(Outcome::Filed(String::new()));
        mail::keep(tx, raw).await?;
        let opened = decision.changes.iter().filter_map(|change| match change {
            Change::Open(ticket) => Some(ticket),
            _ => None,
        });
        for (ticket, serial) in opened.zip(serial..) {
            sitting.take(year, serial);
            tickets::insert(tx, ticket)?;
        }
        mail::insert(tx, arrival, &outcome, raw.hash())?;
        sitting.keep(year);
        self.apply(tx, &decision, Some(&arrival.content_key), now).await?;
        Ok(Recorded { state: outcome.name(), reason, letters: decision.letters.len() })
    }

    async fn snapshot(
        &self,
        tx: &mut Tx,
        arrival: &Arrival,
        next_number: String,
        now: Timestamp,
    ) -> Result<Box<Snapshot>, StoreError> {
        let sender = arrival.mail.from.clone().unwrap_or_default();
        let address = sender.address.to_lowercase();
        let parties = (address.as_str(), sender.domain());
        let seen_at = arrival.received_at;
        let understood = &arrival.understood;
        let subcategory = understood.verdict.subcategory.as_deref().filter(|_| arrival.kind.ticket);
        let asked = [
            mail::ask_known(&arrival.content_key),
            limits::ask_released(&self.desk.limits, parties, seen_at, now),
            tickets::ask_earlier(subcategory, understood.place.as_ref(), seen_at),
        ];
        let [known, released, earlier] = tx.ask(asked).await?;
        let earlier = tickets::read_earlier(&earlier)?;
        let known = mail::known(&known)?.is_some();
        let released = limits::read_released(&released)?;
        let keys = thread::keys(&arrival.mail, &self.desk.signer);
        let candidates = tickets::candidates(tx, &keys).await?;
        let letter = self.reported(tx, arrival).await?;
        let lost = self.lost(tx, letter.as_ref()).await?;
        let about = letter.as_ref().and_then(|letter| letter.ticket.clone());
        let number = about
            .or_else(|| thread::continues(&candidates, &address).map(|known| known.number.clone()));
        let ticket = match number {
            Some(number) => tickets::load(tx, &number).await?,
            None => None,
        };
        let (second_earlier, answered_earlier) =
            self.more_earlier(tx, arrival, ticket.as_ref()).await?;
        let orders = match &ticket {
            Some(ticket) => orders::of_ticket(tx, &ticket.number).await?,
            None => Vec::new(),
        };
        let confirmation = self.confirmation(tx, &keys).await?;
        let second = understood.second.iter().filter_map(|it| it.verdict.subcategory.as_deref());
        let before = ticket.iter().filter_map(|ticket| ticket.subcategory.as_deref());
        let codes = subcategory.into_iter().chain(second).chain(before);
        // Budgets are locked in the order of the rules: where staff may name any firm, all of them at once.
        let used = if self.desk.may_order(&address) {
            self.all_used(tx, &orders, now).await?
        } else {
            self.used(tx, &codes.collect::<Vec<_>>(), &orders, now).await?
        };
        let mut snapshot = Snapshot {
            next_number,
            known,
            candidates,
            released,
            ticket,
            earlier,
            second_earlier,
            answered_earlier,
            letter,
            lost,
            orders,
            used,
            confirmation,
            ..Snapshot::default()
        };
        if self.desk.may_order(&address) {
            let ordered = snapshot.confirmation.as_ref().map(|asked| asked.mail.text.clone());
            let text = ordered.unwrap_or_else(|| arrival.mail.text.clone());
            self.for_orders(tx, &mut snapshot, &text, now).await?;
        }
        if self.desk.may_order(&address) || !snapshot.orders.is_empty() {
            let number = snapshot.ticket.as_ref().map_or("", |ticket| &ticket.number);
            snapshot.answers_in_day = limits::answers(tx, &address, number, now).await?;
        }
        Ok(Box::new(snapshot))
    }

    /// The orders that wait for a word which this mail may say.
    async fn confirmation(
        &self,
        tx: &mut Tx,
        keys: &thread::Keys,
    ) -> Result<Option<Confirmation>, StoreError> {
        let asks = |id: &&String| self.desk.signer.verify(id) == Some(LetterKind::Confirmation);
        match keys.letters.iter().find(asks) {
            Some(id) => mail::to_confirm(tx, id).await,
            None => Ok(None),
        }
    }

    /// What the orders of staff may need besides: a command may name another ticket, or any contractor.
    async fn for_orders(
        &self,
        tx: &mut Tx,
        snapshot: &mut Snapshot,
        text: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(number) = snapshot.ticket.as_ref().map(|ticket| ticket.number.clone()) else {
            return Ok(());
        };
        snapshot.same = tickets::same_as(tx, &number).await?;
        let today = self.desk.hours.local(now).date_naive();
        for other in command::named_tickets(text, &self.desk.rules, today) {
            self.other(tx, snapshot, &other).await?;
        }
        self.acknowledged(tx, snapshot).await
    }

    /// Another ticket that staff named, with its orders and what repeats it.
    async fn other(
        &self,
        tx: &mut Tx,
        snapshot: &mut Snapshot,
        number: &str,
    ) -> Result<(), StoreError> {
        if let Some(other) = tickets::load(tx, number).await? {
            snapshot.others.push(other);
            snapshot.other_orders.extend(orders::of_ticket(tx, number).await?);
            snapshot.same.extend(tickets::same_as(tx, number).await?);
        }
        Ok(())
    }

    /// What any contractor has used of its limits.
    async fn all_used(
        &self,
        tx: &mut Tx,
        orders: &[WorkOrder],
        now: Timestamp,
    ) -> Result<BTreeMap<String, Used>, StoreError> {
        let works = self.desk.rules.subcategories().iter();
        let codes: Vec<&str> = works.map(|work| work.code.as_str()).collect();
        self.used(tx, &codes, orders, now).await
    }

    /// What the contractors of these kinds of work, and of these orders, have used of their limits.
    async fn used(
        &self,
        tx: &mut Tx,
        codes: &[&str],
        orders: &[WorkOrder],
        now: Timestamp,
    ) -> Result<BTreeMap<String, Used>, StoreError> {
        let rules = &self.desk.rules;
        let day = self.desk.hours.local(now).date_naive();
        let mut used = BTreeMap::new();
        // In the order of the rules, so that two daemons never wait for each other's budgets.
        let asked = rules.all_contractors().iter().filter(|firm| {
            firm.subcategories.iter().any(|code| codes.contains(&code.as_str()))
                || orders.iter().any(|order| order.contractor == firm.id)
        });
        for firm in asked {
            let period = period_of(firm.limits.period, day);
            used.insert(firm.id.clone(), orders::used(tx, &firm.id, &period).await?);
        }
        Ok(used)
    }

    /// Decides about what staff did, or what befell a letter, and writes it down. The reasons are
    /// returned, and whether anything changed.
    pub async fn handle(
        &self,
        tx: &mut Tx,
        number: &str,
        event: &Event<'_>,
        now: Timestamp,
    ) -> Result<Decision, StoreError> {
        let snapshot = Box::pin(self.of_ticket(tx, number, event, now)).await?;
        let decision = decide(&self.desk, &snapshot, event, now);
        self.apply(tx, &decision, None, now).await?;
        Ok(decision)
    }

    /// What an event about a ticket must know.
    async fn of_ticket(
        &self,
        tx: &mut Tx,
        number: &str,
        event: &Event<'_>,
        now: Timestamp,
    ) -> Result<Snapshot, StoreError> {
        let ticket = tickets::load(tx, number).await?;
        let orders = orders::of_ticket(tx, number).await?;
        let code = match event {
            Event::StaffCorrected(correction) => correction.subcategory.as_deref(),
            _ => None,
        };
        let before = ticket.as_ref().and_then(|ticket| ticket.subcategory.as_deref());
        let codes: Vec<&str> = code.into_iter().chain(before).collect();
        let used = match event {
            Event::StaffSaid { .. } => self.all_used(tx, &orders, now).await?,
            _ => self.used(tx, &codes, &orders, now).await?,
        };
        let mut snapshot = Snapshot {
            same: tickets::same_as(tx, number).await?,
            ticket,
            orders,
            used,
            ..Snapshot::default()
        };
        match event {
            Event::StaffJoined { other } => self.other(tx, &mut snapshot, other).await?,
            Event::StaffSaid { text } => self.for_orders(tx, &mut snapshot, text, now).await?,
            Event::LetterFailed(failed) => {
                snapshot.lost = self.lost(tx, Some(&failed.letter)).await?;
            }
            Event::StaffClosed { .. } => self.acknowledged(tx, &mut snapshot).await?,
            _ => {}
        }
        Ok(snapshot)
    }

    /// Whose requesters were told that they were received: they are told of the closing.
    async fn acknowledged(&self, tx: &mut Tx, snapshot: &mut Snapshot) -> Result<(), StoreError> {
        for ticket in snapshot.ticket.iter().chain(&snapshot.others).chain(&snapshot.same) {
            if tickets::is_acknowledged(tx, &ticket.number).await? {
                snapshot.acknowledged.insert(ticket.number.clone());
            }
        }
        Ok(())
    }

    /// Decides about a quarantined mail that could be read after all; returns its ticket's number.
    pub async fn record_again(
        &self,
        tx: &mut Tx,
        row: &MailRow,
        number: &str,
        arrival: &Arrival,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut snapshot = Box::pin(self.snapshot(tx, arrival, number.to_owned(), now)).await?;
        snapshot.known = false;
        snapshot.ticket = tickets::load(tx, number).await?;
        // Not those of the ticket that it would continue.
        snapshot.orders = orders::of_ticket(tx, number).await?;
        snapshot.used = self.all_used(tx, &snapshot.orders, now).await?;
        let decision = decide(&self.desk, &snapshot, &Event::MailReadAgain(arrival), now);
        if let Some(outcome) = &decision.outcome {
            mail::read_again(tx, row.id, arrival, outcome).await?;
        }
        self.apply(tx, &decision, Some(&row.content_key), now).await
    }

    /// Everything but the new tickets themselves. `content_key` is the mail's behind it.
    async fn apply(
        &self,
        tx: &mut Tx,
        decision: &Decision,
        content_key: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut chains = Chains::default();
        for change in &decision.changes {
            match change {
                Change::Open(ticket) => chains.begin(&ticket.number),
                Change::Update(ticket) => {
                    if !tickets::update(tx, ticket).await? {
                        return Err(StoreError::Changed { number: ticket.number.clone() });
                    }
                }
                Change::Enter { ticket, entry } => {
                    let line = (entry, content_key);
                    tickets::enter(tx, &mut chains, ticket, line, now).await?;
                }
                Change::Bounced { message_id, reason } => {
                    outbox::bounced(tx, message_id, reason, now).await?;
                }
                Change::Delivery { message_id, delivery } => {
                    outbox::delivery(tx, message_id, *delivery).await?;
                }
                Change::Order(order) => orders::insert(tx, order),
                Change::Ordered(order) => {
                    if !orders::update(tx, order).await? {
                        return Err(StoreError::Changed { number: order.ticket.clone() });
                    }
                }
                Change::Label { ticket, field, before, after } => {
                    tickets::label(tx, ticket, field, before.as_deref(), after, now);
                }
            }
        }
        for letter in &decision.letters {
            self.owe(tx, &mut chains, letter, now).await?;
        }
        Ok(())
    }

    /// Words a letter and puts it into the outbox. One that cannot be worded must not cost the ticket:
    /// it becomes a line of its history that staff see.
    async fn owe(
        &self,
        tx: &mut Tx,
        chains: &mut Chains,
        letter: &Letter,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let photos = photos::of(tx, letter).await?;
        let letter = &photos::counted(letter, photos.len());
        match render_with(&self.templates, letter, &self.sender, &photos, now) {
            Ok(rendered) => outbox::insert(tx, letter, rendered.bytes, now),
            Err(error) => {
                tracing::error!(kind = letter.kind.name(), %error, "a letter cannot be written");
                if let Some(number) = &letter.ticket {
                    let text = format!("the {} could not be written: {error}", letter.kind.name());
                    let entry =
                        Entry { kind: EntryKind::LetterFailed, author: OURSELVES.to_owned(), text };
                    tickets::enter(tx, chains, number, (&entry, None), now).await?;
                }
            }
        }
        Ok(())
    }
}
