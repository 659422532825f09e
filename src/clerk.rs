//! Carries decisions out: words their letters and writes everything down, in the caller's transaction.
//!
//! Nothing is chosen here. A decision is written whole or not at all, and no letter has left before it is
//! durable.

use std::collections::BTreeMap;

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

/// What one transaction has handed out so far: ticket numbers are read from the store once and written
/// back once, however many tickets it opens.
#[derive(Debug, Default)]
pub struct Sitting {
    serials: BTreeMap<i32, i64>,
}

impl Sitting {
    /// The serial that the next ticket of a year would get.
    async fn next(&mut self, tx: &mut Tx, year: i32) -> Result<i64, StoreError> {
        let last = match self.serials.get(&year) {
            Some(last) => *last,
            None => tickets::last_serial(tx, year).await?,
        };
        self.serials.insert(year, last);
        Ok(last.saturating_add(1))
    }

    fn take(&mut self, year: i32, serial: i64) {
        self.serials.insert(year, serial);
    }

    /// Writes the numbers back; to be called before the commit.
    pub async fn close(self, tx: &mut Tx) -> Result<(), StoreError> {
        for (year, last) in self.serials {
            tickets::take_serials(tx, year, last).await?;
        }
        Ok(())
    }
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
        if let Some(known) = mail::known(tx, &arrival.content_key).await? {
            let snapshot = Snapshot { known: true, ..Snapshot::default() };
            let decision = decide(&self.desk, &snapshot, &Event::MailArrived(arrival), now);
            let reason = decision.reasons.join("; ");
            return Ok(Recorded { mail_id: known.id, state: "filed", reason, letters: 0 });
        }
        let snapshot = self.snapshot(tx, arrival, ticket::number(year, serial), now).await?;
        let decision = decide(&self.desk, &snapshot, &Event::MailArrived(arrival), now);
        let outcome = decision.outcome.clone().unwrap_or(Outcome::Filed(String::new()));
        let raw_id = mail::keep(tx, raw).await?;
        let mut ids = Ids::default();
        for change in &decision.changes {
            if let Change::Open(ticket) = change {
                sitting.take(year, serial);
                ids.add(&ticket.number, tickets::insert(tx, ticket).await?);
            }
        }
        let ticket_id = match outcome.ticket() {
            Some(number) => ids.of(tx, number).await?,
            None => None,
        };
        let mail_id = mail::insert(tx, arrival, &outcome, raw_id, ticket_id).await?;
        let letters = self.apply(tx, &mut ids, &decision, Some(mail_id), now).await?;
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
        let parties = (address.as_str(), sender.domain());
        let seen_at = arrival.received_at;
        let released = limits::released(tx, &self.desk.limits, parties, seen_at, now).await?;
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
        self.apply(tx, &mut Ids::default(), &decision, None, now).await?;
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
        self.apply(tx, &mut Ids::default(), &decision, Some(mail_id), now).await?;
        Ok(())
    }

    /// Everything but the new tickets themselves; returns how many letters were written.
    async fn apply(
        &self,
        tx: &mut Tx,
        ids: &mut Ids,
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
                    if let Some(id) = ids.of(tx, ticket).await? {
                        tickets::enter(tx, id, entry, mail_id, now).await?;
                    }
                }
                Change::Bounced { message_id, reason } => {
                    outbox::bounced(tx, message_id, reason, now).await?;
                }
                Change::Label { ticket, field, before, after } => {
                    if let Some(id) = ids.of(tx, ticket).await? {
                        tickets::label(tx, id, field, before.as_deref(), after, now).await?;
                    }
                }
            }
        }
        let mut written = 0_usize;
        for letter in &decision.letters {
            written = written.saturating_add(usize::from(self.owe(tx, ids, letter, now).await?));
        }
        Ok(written)
    }

    /// Words a letter and puts it into the outbox. One that cannot be worded must not cost the ticket:
    /// it becomes a line of its history that staff see.
    async fn owe(
        &self,
        tx: &mut Tx,
        ids: &mut Ids,
        letter: &Letter,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let ticket_id = match &letter.ticket {
            Some(number) => ids.of(tx, number).await?,
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

/// Rows of the tickets that a decision speaks of, looked up once each.
#[derive(Debug, Default)]
struct Ids(BTreeMap<String, i64>);

impl Ids {
    fn add(&mut self, number: &str, id: i64) {
        self.0.insert(number.to_owned(), id);
    }

    async fn of(&mut self, tx: &mut Tx, number: &str) -> Result<Option<i64>, StoreError> {
        if let Some(id) = self.0.get(number) {
            return Ok(Some(*id));
        }
        let id = tickets::id_of(tx, number).await?;
        if let Some(id) = id {
            self.add(number, id);
        }
        Ok(id)
    }
}
