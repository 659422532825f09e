//! A person is erased: their words, name and address go, and what they leave is counts, times and an unbroken chain.
//!
//! What is theirs: the tickets that they opened, with every line, mail and letter of them, because these repeat what
//! they wrote; and in other people's tickets their own mails, what these caused, and the lines that name them.

use std::collections::BTreeSet;

use super::engine::{Row, values};
use super::tickets::{self, Chains};
use super::{Engine, StoreError, Tx};
use crate::domain::mail::{Address, Mail};
use crate::domain::place::Place;
use crate::domain::ticket::{Entry, EntryKind, Facts, STAFF, Ticket};
use crate::domain::time::Timestamp;

/// What stands where words were; a line without its salt must say this and nothing else.
pub const ERASED: &str = "(erased)";

/// The line of a history that says so.
const NOTED: &str = "a person asked to be erased, and was: their words, name and address are gone";

/// What the store keeps of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traces {
    /// The bare address, in lower case.
    address: String,
    /// Numbers of the tickets that they opened.
    pub tickets: Vec<String>,
    /// Numbers of other people's tickets with lines of theirs.
    pub others: BTreeSet<String>,
    /// Mails, as (row, raw bytes).
    mails: Vec<(i64, Option<i64>)>,
    /// Letters, as (row, Message-ID, whether it goes to them).
    letters: Vec<(i64, String, bool)>,
    /// Lines of histories.
    lines: Vec<i64>,
    /// Letters to others that have not left: they need what would be erased.
    pub unsent: Vec<i64>,
    /// Mails of others that name them: those are the words of somebody else.
    pub named_in: Vec<i64>,
}

impl Traces {
    /// How many mails.
    #[must_use]
    pub fn mails(&self) -> usize {
        self.mails.len()
    }

    /// How many letters.
    #[must_use]
    pub fn letters(&self) -> usize {
        self.letters.len()
    }

    /// How many lines of histories.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.lines.len()
    }

    /// Whether nothing is kept of them.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let rows = [self.tickets.len(), self.mails(), self.letters(), self.lines()];
        rows.iter().all(|count| *count == 0)
    }
}

/// Looks for everything that is kept of a person, by their bare address.
pub async fn traces(tx: &mut Tx, address: &str) -> Result<Traces, StoreError> {
    let address = address.to_lowercase();
    let sql = "SELECT number FROM ticket WHERE requester_address = $1 ORDER BY id";
    let rows = tx.rows(sql, values![&address]).await?;
    let tickets = rows.iter().map(|row| row.text("number")).collect::<Result<Vec<_>, _>>()?;
    let mut traces = Traces { tickets, ..Traces::default() };
    let sql = "SELECT id, raw_id, content_key FROM mail WHERE erased_at IS NULL AND (sender = $1
                   OR ticket_id IN (SELECT id FROM ticket WHERE requester_address = $1)
                   OR id IN (SELECT mail_id FROM entry JOIN ticket ON ticket.id = entry.ticket_id
                             WHERE requester_address = $1)) ORDER BY id";
    let mut keys = Vec::new();
    for row in tx.rows(sql, values![&address]).await? {
        traces.mails.push((row.int("id")?, row.int_or_null("raw_id")?));
        keys.push(row.text("content_key")?);
    }
    letters(tx, &address, keys, &mut traces).await?;
    let sql = "SELECT entry.id AS id, ticket.number AS number FROM entry
               JOIN ticket ON ticket.id = entry.ticket_id
               WHERE entry.text <> $2 AND (ticket.requester_address = $1 OR lower(entry.author) = $1
                   OR entry.mail_id IN (SELECT id FROM mail WHERE sender = $1)
                   OR replace(lower(entry.text), $1, '') <> lower(entry.text)) ORDER BY entry.id";
    for row in tx.rows(sql, values![&address, ERASED]).await? {
        traces.lines.push(row.int("id")?);
        let number = row.text("number")?;
        if !traces.tickets.contains(&number) {
            traces.others.insert(number);
        }
    }
    let sql = "SELECT id FROM mail WHERE replace(lower(facts), $1, '') <> lower(facts) ORDER BY id";
    for row in tx.rows(sql, values![&address]).await? {
        let id = row.int("id")?;
        if !traces.mails.iter().any(|(own, _)| *own == id) {
            traces.named_in.push(id);
        }
    }
    traces.address = address;
    Ok(traces)
}

/// Letters to the person and about their tickets, what their mails caused elsewhere, and what became of those letters.
async fn letters(
    tx: &mut Tx,
    address: &str,
    keys: Vec<String>,
    traces: &mut Traces,
) -> Result<(), StoreError> {
    let sql = "SELECT id, message_id, state, recipient, next_at FROM letter WHERE lower(recipient) = $1
                   OR ticket_id IN (SELECT id FROM ticket WHERE requester_address = $1) ORDER BY id";
    let mut found = tx.rows(sql, values![address]).await?;
    // A cause ends with the key of the mail, or the Message-ID of the letter, that it is.
    let mut causes = keys;
    loop {
        causes.extend(take_letters(&found, address, traces)?);
        let Some(cause) = causes.pop() else { return Ok(()) };
        let sql = "SELECT id, message_id, state, recipient, next_at FROM letter
                   WHERE cause LIKE '%:' || $1 || '%' ORDER BY id";
        found = tx.rows(sql, values![cause]).await?;
    }
}

/// Adds letters; the Message-IDs of those that are new.
fn take_letters(
    rows: &[Row],
    address: &str,
    traces: &mut Traces,
) -> Result<Vec<String>, StoreError> {
    let mut fresh = Vec::new();
    for row in rows {
        let (id, message_id) = (row.int("id")?, row.text("message_id")?);
        if traces.letters.iter().any(|(known, _, _)| *known == id) {
            continue;
        }
        let theirs = row.text("recipient")?.to_lowercase() == address;
        let state = row.text("state")?;
        let waits = match state.as_str() {
            "sending" => true,
            "due" | "held" => !theirs,
            "ambiguous" => !theirs && row.int_or_null("next_at")?.is_some(),
            _ => false,
        };
        if waits {
            traces.unsent.push(id);
        }
        fresh.push(message_id.clone());
        traces.letters.push((id, message_id, theirs));
    }
    Ok(fresh)
}

/// Erases what was found, in the transaction that found it. The bytes are gone from the disk only after [`scrub`].
///
/// # Errors
/// [`StoreError::Changed`] when somebody changed a ticket meanwhile; nothing is erased then.
pub async fn erase(tx: &mut Tx, traces: &Traces, now: Timestamp) -> Result<(), StoreError> {
    for (id, message_id, theirs) in &traces.letters {
        erase_letter(tx, *id, message_id, *theirs, now);
    }
    for id in &traces.lines {
        let sql = "UPDATE entry SET author = '', text = $2, salt = NULL WHERE id = $1";
        tx.put(sql, values![*id, ERASED]);
    }
    let facts = serde_json::to_string(&Mail::default())
        .map_err(|source| StoreError::Json { what: "mail.facts", source })?;
    for (id, raw_id) in &traces.mails {
        erase_mail(tx, (*id, *raw_id), &facts, now);
    }
    let mut chains = Chains::default();
    for number in &traces.tickets {
        erase_ticket(tx, number, now).await?;
    }
    for number in traces.tickets.iter().chain(&traces.others) {
        let text = NOTED.to_owned();
        let entry = Entry { kind: EntryKind::Erased, author: STAFF.to_owned(), text };
        tickets::enter(tx, &mut chains, number, (&entry, None), now).await?;
    }
    Ok(())
}

/// Of a letter its kind, times and Message-ID stay: what answers it is still recognised.
fn erase_letter(tx: &mut Tx, id: i64, message_id: &str, theirs: bool, now: Timestamp) {
    let bytes = format!("Message-ID: <{message_id}>\r\n\r\n{ERASED}\r\n").into_bytes();
    tx.put(
        "UPDATE letter SET reason = '', queue_id = '', next_at = NULL,
             state = CASE WHEN state IN ('sent', 'failed') THEN state ELSE 'cancelled' END,
             settled_at = coalesce(settled_at, $2)
         WHERE id = $1",
        values![id, now],
    );
    tx.put("UPDATE letter_body SET bytes = $2 WHERE letter_id = $1", values![id, bytes]);
    if theirs {
        // No two letters of a kind with one cause go to the same address: neither do erased ones.
        let recipient = format!("erased-{id}@invalid");
        let sql = "UPDATE letter SET recipient = $2, recipient_domain = 'invalid' WHERE id = $1";
        tx.put(sql, values![id, recipient]);
    }
    tx.put("UPDATE attempt SET outcome = $2 WHERE letter_id = $1", values![id, ERASED]);
}

/// Of a mail its key stays, so that it is no new one should it come again, and its place in the ledger.
fn erase_mail(tx: &mut Tx, (id, raw_id): (i64, Option<i64>), facts: &str, now: Timestamp) {
    tx.put(
        "UPDATE mail SET message_id = NULL, raw_id = NULL, sender = '', subject = '', facts = $2,
             erased_at = $3, outcome = CASE WHEN outcome = 'quarantined' THEN 'ticket' ELSE outcome END
         WHERE id = $1",
        values![id, facts, now],
    );
    tx.put(
        "UPDATE ledger SET raw_id = NULL, reason = $2,
             state = CASE WHEN state = 'quarantined' THEN 'ticket' ELSE state END
         WHERE mail_id = $1",
        values![id, ERASED],
    );
    if let Some(raw_id) = raw_id {
        let sql = "DELETE FROM raw_piece WHERE raw_id = $1
                   AND NOT EXISTS (SELECT 1 FROM mail WHERE mail.raw_id = $1)";
        tx.put(sql, values![raw_id]);
        let sql = "DELETE FROM raw_mail WHERE id = $1
                   AND NOT EXISTS (SELECT 1 FROM mail WHERE mail.raw_id = $1)";
        tx.put(sql, values![raw_id]);
    }
}

async fn erase_ticket(tx: &mut Tx, number: &str, now: Timestamp) -> Result<(), StoreError> {
    let changed = || StoreError::Changed { number: number.to_owned() };
    let before = tickets::load(tx, number).await?.ok_or_else(changed)?;
    if !tickets::update(tx, &without_person(before, now)).await? {
        return Err(changed());
    }
    tx.put("UPDATE ticket SET message_id = NULL WHERE number = $1", values![number]);
    // What staff taught was learnt from the words.
    let sql = "DELETE FROM label WHERE ticket_id = (SELECT id FROM ticket WHERE number = $1)";
    tx.put(sql, values![number]);
    Ok(())
}

/// What is left of a ticket: what was repaired and when. One that is not over keeps its place, for the work.
fn without_person(before: Ticket, now: Timestamp) -> Ticket {
    let is_over = before.status.is_ended();
    let shown = before.place.filter(|_| !is_over);
    let place = before
        .facts
        .place
        .filter(|_| !is_over)
        .map(|place| Place { text: shown.clone().unwrap_or_default(), ..place });
    let verdict = before.facts.verdict.map(|mut verdict| {
        verdict.because.clear();
        verdict
    });
    Ticket {
        requester: Address::default(),
        subject: String::new(),
        message_id: None,
        place: shown,
        changed_at: now,
        version: before.version.saturating_add(1),
        facts: Facts { verdict, place, course: before.facts.course, ..Facts::default() },
        ..before
    }
}

/// Tables whose rows were changed: what they held before still lies in their files.
const REWRITTEN: [&str; 9] = [
    "VACUUM (FULL, ANALYZE) ticket",
    "VACUUM (FULL, ANALYZE) entry",
    "VACUUM (FULL, ANALYZE) mail",
    "VACUUM (FULL, ANALYZE) raw_mail",
    "VACUUM (FULL, ANALYZE) raw_piece",
    "VACUUM (FULL, ANALYZE) letter",
    "VACUUM (FULL, ANALYZE) letter_body",
    "VACUUM (FULL, ANALYZE) attempt",
    "VACUUM (FULL, ANALYZE) label",
];

/// Writes the store anew, so that nothing of what was erased is left in its files. Whoever writes meanwhile waits.
/// False when somebody who reads kept the log of a SQLite file from being emptied.
pub async fn scrub(engine: &Engine) -> Result<bool, StoreError> {
    engine.rewrite(&REWRITTEN).await
}
