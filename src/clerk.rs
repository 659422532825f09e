//! Carries decisions out: words their letters and writes everything down, in the caller's transaction.
//!
//! Nothing is chosen here. A decision is written whole or not at all, and no letter has left before it is
//! durable.

use crate::domain::decide::{Arrival, Change, Decision, Event, Outcome, Snapshot, decide};
use crate::domain::desk::Desk;
use crate::domain::letter::Letter;
use crate::domain::thread;
use crate::domain::ticket::{self, Entry, EntryKind, OURSELVES};
use crate::domain::time::Timestamp;
use crate::render::{Sender, Templates, render};
use crate::store::mail::Raw;
use crate::store::{StoreError, Tx, limits, mail, outbox, tickets};

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
    /// Its row.
    pub mail_id: i64,
    /// The ledger's state for it.
    pub state: &'static str,
    /// Why.
    pub reason: String,
    /// Letters written for it.
    pub letters: usize,
}

impl Clerk {
    /// Decides about a mail and writes it down with all that follows.
    pub async fn record(
        &self,
        tx: &mut Tx,
        arrival: &Arrival,
        raw: &Raw,
        now: Timestamp,
    ) -> Result<Recorded, StoreError> {
        if let Some(known) = mail::known(tx, &arrival.content_key).await? {
            let snapshot = Snapshot { known: true, ..Snapshot::default() };
            let decision = decide(&self.desk, &snapshot, &Event::MailArrived(arrival), now);
            let reason = decision.reasons.join("; ");
            return Ok(Recorded { mail_id: known.id, state: "filed", reason, letters: 0 });
        }
        let year = self.desk.hours.year(arrival.received_at);
        let serial = tickets::next_serial(tx, year).await?;
        let snapshot = self.snapshot(tx, arrival, ticket::number(year, serial), now).await?;
        let decision = decide(&self.desk, &snapshot, &Event::MailArrived(arrival), now);
        let opens = decision.changes.iter().any(|change| matches!(change, Change::Open(_)));
        if opens {
            tickets::take_serial(tx, year, serial).await?;
        }
        let outcome = decision.outcome.clone().unwrap_or(Outcome::Filed(String::new()));
        let raw_id = mail::keep(tx, raw).await?;
        self.open_tickets(tx, &decision).await?;
        let ticket_id = match outcome.ticket() {
            Some(number) => tickets::id_of(tx, number).await?,
            None => None,
        };
        let mail_id = mail::insert(tx, arrival, &outcome, raw_id, ticket_id).await?;
        if let (true, Some(id)) = (opens, ticket_id) {
            tickets::set_mail(tx, id, mail_id).await?;
        }
        let letters = self.apply(tx, &decision, Some(mail_id), now).await?;
        let reason = decision.reasons.join("; ");
        Ok(Recorded { mail_id, state: outcome.name(), reason, letters })
    }

    async fn snapshot(
        &self,
        tx: &mut Tx,
        arrival: &Arrival,
        next_number: String,
        now: Timestamp,
    ) -> Result<Snapshot, StoreError> {
        let keys = thread::keys(&arrival.mail, &self.desk.signer);
        let candidates = tickets::candidates(tx, &keys).await?;
        let sender = arrival.mail.from.clone().unwrap_or_default();
        let address = sender.address.to_lowercase();
        let mut letter = None;
        for id in thread::reported_letters(&arrival.mail, &self.desk.signer) {
            letter = outbox::by_message_id(tx, &id).await?;
            if letter.is_some() {
                break;
            }
        }
        let about = letter.as_ref().and_then(|letter| letter.ticket.clone());
        let number = about
            .or_else(|| thread::continues(&candidates, &address).map(|known| known.number.clone()));
        let ticket = match number {
            Some(number) => tickets::load(tx, &number).await?,
            None => None,
        };
        let released = limits::released(tx, &address, sender.domain(), now).await?;
        Ok(Snapshot { next_number, known: false, candidates, released, ticket, letter })
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
        let snapshot = Snapshot { ticket: tickets::load(tx, number).await?, ..Snapshot::default() };
        let decision = decide(&self.desk, &snapshot, event, now);
        self.apply(tx, &decision, None, now).await?;
        Ok(decision)
    }

    /// Decides about a quarantined mail that could be read after all; returns its ticket's number.
    pub async fn record_again(
        &self,
        tx: &mut Tx,
        mail_id: i64,
        number: &str,
        arrival: &Arrival,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut snapshot = self.snapshot(tx, arrival, number.to_owned(), now).await?;
        snapshot.ticket = tickets::load(tx, number).await?;
        let decision = decide(&self.desk, &snapshot, &Event::MailReadAgain(arrival), now);
        if let Some(outcome) = &decision.outcome {
            mail::read_again(tx, mail_id, arrival, outcome).await?;
        }
        self.apply(tx, &decision, Some(mail_id), now).await?;
        Ok(())
    }

    async fn open_tickets(&self, tx: &mut Tx, decision: &Decision) -> Result<(), StoreError> {
        for change in &decision.changes {
            if let Change::Open(ticket) = change {
                tickets::insert(tx, ticket).await?;
            }
        }
        Ok(())
    }

    /// Everything but the new tickets themselves; returns how many letters were written.
    async fn apply(
        &self,
        tx: &mut Tx,
        decision: &Decision,
        mail_id: Option<i64>,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        for change in &decision.changes {
            match change {
                Change::Open(_) => {}
                Change::Update(ticket) => {
                    if !tickets::update(tx, ticket).await? {
                        return Err(StoreError::Changed { number: ticket.number.clone() });
                    }
                }
                Change::Enter { ticket, entry } => {
                    if let Some(id) = tickets::id_of(tx, ticket).await? {
                        tickets::enter(tx, id, entry, mail_id, now).await?;
                    }
                }
                Change::Bounced { message_id, reason } => {
                    outbox::bounced(tx, message_id, reason, now).await?;
                }
                Change::Label { ticket, field, before, after } => {
                    if let Some(id) = tickets::id_of(tx, ticket).await? {
                        tickets::label(tx, id, field, before.as_deref(), after, now).await?;
                    }
                }
            }
        }
        let mut written = 0_usize;
        for letter in &decision.letters {
            written = written.saturating_add(usize::from(self.owe(tx, letter, now).await?));
        }
        Ok(written)
    }

    /// Words a letter and puts it into the outbox. One that cannot be worded must not cost the ticket:
    /// it becomes a line of its history that staff see.
    async fn owe(&self, tx: &mut Tx, letter: &Letter, now: Timestamp) -> Result<bool, StoreError> {
        let ticket_id = match &letter.ticket {
            Some(number) => tickets::id_of(tx, number).await?,
            None => None,
        };
        match render(&self.templates, letter, &self.sender, now) {
            Ok(rendered) => outbox::insert(tx, letter, rendered.bytes, ticket_id, now).await,
            Err(error) => {
                tracing::error!(kind = letter.kind.name(), %error, "a letter cannot be written");
                if let Some(id) = ticket_id {
                    let text = format!("the {} could not be written: {error}", letter.kind.name());
                    let entry =
                        Entry { kind: EntryKind::LetterFailed, author: OURSELVES.to_owned(), text };
                    tickets::enter(tx, id, &entry, None, now).await?;
                }
                Ok(false)
            }
        }
    }
}
