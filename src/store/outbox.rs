//! The outbox: letters to send, each attempt written down before it is made.

use super::engine::{Row, values};
use super::{Engine, StoreError, Tx};
use crate::domain::decide::KnownLetter;
use crate::domain::delivery::Delivery;
use crate::domain::letter::{Letter, LetterKind};
use crate::domain::time::Timestamp;

mod sending;

pub use sending::{
    Ending, Leased, Orphan, begin_bodies, end_attempts, end_orphan, give_back, has_orphans,
    is_sending, lease, reclaim,
};

/// Writes a letter down, due at once or held; nothing happens when the same is already owed.
pub fn insert(tx: &mut Tx, letter: &Letter, bytes: Vec<u8>, now: Timestamp) {
    let held = letter.hold.is_some();
    tx.put(
        "INSERT INTO letter (kind, cause, ticket_id, recipient, recipient_domain, envelope_from,
                             message_id, state, phase, attempts, next_at, reason, queue_id,
                             created_at, released_at)
         VALUES ($1, $2, (SELECT id FROM ticket WHERE number = $3), $4, $5, $6, $7, $8, 'none', 0,
                 $9, $10, '', $11, $9)
         ON CONFLICT DO NOTHING",
        values![
            letter.kind.name(),
            &letter.cause,
            &letter.ticket,
            &letter.recipient.address,
            letter.recipient.domain(),
            &letter.envelope_from,
            &letter.message_id,
            if held { "held" } else { "due" },
            if held { None } else { Some(now.millis()) },
            letter.hold.map_or("", |reason| reason.name()),
            now,
        ],
    );
    // A letter that was owed before has its bytes, and no other is found by this identifier.
    tx.put(
        "INSERT INTO letter_body (letter_id, bytes) SELECT id, $2 FROM letter WHERE message_id = $1
         ON CONFLICT DO NOTHING",
        values![&letter.message_id, bytes],
    );
}

fn kind(row: &Row) -> Result<LetterKind, StoreError> {
    let found = row.text("kind")?;
    LetterKind::parse(&found).ok_or(StoreError::Value {
        table: "letter",
        column: "kind",
        expected: "a kind of letter",
        found,
    })
}

/// When the next letter is due; `None` when none will be by itself.
pub async fn next_due_at(engine: &Engine) -> Result<Option<Timestamp>, StoreError> {
    let row = engine
        .row(
            "SELECT min(next_at) AS next_at FROM letter WHERE state IN ('due', 'ambiguous')",
            values![],
        )
        .await?;
    row.map_or(Ok(None), |row| row.time_or_null("next_at"))
}

/// Plans anew what a clock that was set back would hold up: letters that are due later than `latest`.
pub fn bring_forward(tx: &mut Tx, latest: Timestamp, now: Timestamp) {
    tx.put(
        "UPDATE letter SET next_at = $2 WHERE state IN ('due', 'ambiguous') AND next_at > $1",
        values![latest, now],
    );
}

/// Since when the letter has been due that has been due for longest.
pub async fn oldest_due_at(engine: &Engine) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT min(coalesce(released_at, created_at)) AS at FROM letter
               WHERE state IN ('due', 'sending')";
    let row = engine.row(sql, values![]).await?;
    row.map_or(Ok(None), |row| row.time_or_null("at"))
}

/// Numbers of the tickets whose work order was refused for good and not called off: nobody comes to repair.
pub async fn undelivered_orders(engine: &Engine) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT DISTINCT ticket.number AS number FROM letter
               JOIN ticket ON ticket.id = letter.ticket_id
               WHERE letter.state = 'failed' AND letter.kind = 'work_order' ORDER BY number";
    engine.rows(sql, values![]).await?.iter().map(|row| row.text("number")).collect()
}

/// What staff's wish to send a letter now is noted as.
const ASKED_FOR: &str = "staff asked for it";

/// Whether staff asked for a letter that was not tried since.
pub async fn is_asked_for(engine: &Engine) -> Result<bool, StoreError> {
    let row = engine
        .row(
            "SELECT count(*) AS n FROM (
                 SELECT 1 FROM letter WHERE state = 'due' AND reason = $1 LIMIT 1) AS asked",
            values![ASKED_FOR],
        )
        .await?;
    row.map_or(Ok(false), |row| Ok(row.int("n")? > 0))
}

/// The letter of ours with a Message-ID, in lower case.
pub async fn by_message_id(tx: &mut Tx, id: &str) -> Result<Option<KnownLetter>, StoreError> {
    let row = tx
        .row(
            "SELECT letter.message_id, letter.kind, letter.cause, letter.recipient, letter.delivery,
                    ticket.number AS number
             FROM letter LEFT JOIN ticket ON ticket.id = letter.ticket_id
             WHERE letter.message_id = $1",
            values![id],
        )
        .await?;
    row.map(|row| known_letter(&row)).transpose()
}

/// The bytes of the letter with a Message-ID, as they are sent.
pub async fn bytes(tx: &mut Tx, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT letter_body.bytes AS bytes FROM letter_body
               JOIN letter ON letter.id = letter_body.letter_id WHERE letter.message_id = $1";
    let row = tx.row(sql, values![id]).await?;
    row.map(|row| row.blob("bytes")).transpose()
}

/// The letter of an id.
pub async fn by_id(tx: &mut Tx, id: i64) -> Result<Option<KnownLetter>, StoreError> {
    let row = tx
        .row(
            "SELECT letter.message_id, letter.kind, letter.cause, letter.recipient, letter.delivery,
                    ticket.number AS number
             FROM letter LEFT JOIN ticket ON ticket.id = letter.ticket_id WHERE letter.id = $1",
            values![id],
        )
        .await?;
    row.map(|row| known_letter(&row)).transpose()
}

fn known_letter(row: &Row) -> Result<KnownLetter, StoreError> {
    Ok(KnownLetter {
        message_id: row.text("message_id")?,
        kind: kind(row)?,
        cause: row.text("cause")?,
        recipient: row.text("recipient")?,
        ticket: row.text_or_null("number")?,
        delivery: Delivery::parse(&row.text("delivery")?).unwrap_or_default(),
    })
}

/// Notes what became known of a letter. Receipts overtake each other: what is final stays, unless it failed
/// after all.
pub async fn delivery(tx: &mut Tx, message_id: &str, delivery: Delivery) -> Result<(), StoreError> {
    if delivery == Delivery::Unknown {
        return Ok(());
    }
    tx.run(
        "UPDATE letter SET delivery = $2
         WHERE message_id = $1 AND ($2 = 'failed' OR delivery NOT IN ('delivered', 'failed'))",
        values![message_id, delivery.name()],
    )
    .await?;
    Ok(())
}

/// Notes that a letter which a server had taken did not arrive.
pub async fn bounced(
    tx: &mut Tx,
    message_id: &str,
    reason: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.run(
        "UPDATE letter SET state = 'failed', next_at = NULL, reason = $2, settled_at = $3
         WHERE message_id = $1 AND state IN ('sent', 'ambiguous', 'due')",
        values![message_id, reason, now],
    )
    .await?;
    Ok(())
}

/// Makes an unsent letter due at once, held and failed ones too. False when there is none such.
pub async fn retry(tx: &mut Tx, id: i64, now: Timestamp) -> Result<bool, StoreError> {
    let changed = tx
        .run(
            "UPDATE letter SET state = 'due', next_at = $2, settled_at = NULL, released_at = $2,
                               reason = $3
             WHERE id = $1 AND state IN ('due', 'held', 'failed', 'ambiguous', 'cancelled')",
            values![id, now, ASKED_FOR],
        )
        .await?;
    Ok(changed == 1)
}

/// Cancels an unsent letter. False when there is none such.
pub async fn cancel(tx: &mut Tx, id: i64, now: Timestamp) -> Result<bool, StoreError> {
    let changed = tx
        .run(
            "UPDATE letter SET state = 'cancelled', next_at = NULL, settled_at = $2,
                               reason = 'staff cancelled it'
             WHERE id = $1 AND state IN ('due', 'held', 'failed', 'ambiguous')",
            values![id, now],
        )
        .await?;
    Ok(changed == 1)
}

/// A letter, for lists.
#[derive(Debug, Clone, serde::Serialize)]
pub struct LetterRow {
    /// The letter's id.
    pub id: i64,
    /// Its kind.
    pub kind: String,
    /// The number of its ticket.
    pub ticket: Option<String>,
    /// The bare address.
    pub recipient: String,
    /// Where it stands.
    pub state: String,
    /// What delivery reports and receipts say: `accepted`, `delayed`, `delivered`, `failed`; empty: nothing.
    pub delivery: String,
    /// How often it was tried.
    pub attempts: i64,
    /// Its Message-ID, without brackets.
    pub message_id: String,
    /// Why held, or how the last attempt ended.
    pub reason: String,
    /// When it is tried next.
    pub next_at: Option<Timestamp>,
    /// When it was written.
    pub created_at: Timestamp,
}

const LETTERS: &str = "SELECT letter.id, letter.kind, ticket.number AS number, letter.recipient,
    letter.state, letter.delivery, letter.attempts, letter.message_id, letter.reason, letter.next_at,
    letter.created_at FROM letter LEFT JOIN ticket ON ticket.id = letter.ticket_id ORDER BY letter.id";

const LETTERS_OF_TICKET: &str = "SELECT letter.id, letter.kind, ticket.number AS number,
    letter.recipient, letter.state, letter.delivery, letter.attempts, letter.message_id, letter.reason,
    letter.next_at, letter.created_at
    FROM letter JOIN ticket ON ticket.id = letter.ticket_id WHERE letter.ticket_id = $1
    ORDER BY letter.id";

/// Every letter, oldest first.
pub async fn all(engine: &Engine) -> Result<Vec<LetterRow>, StoreError> {
    engine.rows(LETTERS, values![]).await?.iter().map(read_row).collect()
}

/// The letters of a ticket, oldest first.
pub async fn of_ticket(engine: &Engine, ticket_id: i64) -> Result<Vec<LetterRow>, StoreError> {
    engine.rows(LETTERS_OF_TICKET, values![ticket_id]).await?.iter().map(read_row).collect()
}

fn read_row(row: &Row) -> Result<LetterRow, StoreError> {
    Ok(LetterRow {
        id: row.int("id")?,
        kind: row.text("kind")?,
        ticket: row.text_or_null("number")?,
        recipient: row.text("recipient")?,
        state: row.text("state")?,
        delivery: row.text("delivery")?,
        attempts: row.int("attempts")?,
        message_id: row.text("message_id")?,
        reason: row.text("reason")?,
        next_at: row.time_or_null("next_at")?,
        created_at: row.time("created_at")?,
    })
}

/// An attempt, for `explain`.
#[derive(Debug, Clone, serde::Serialize)]
pub struct AttemptRow {
    /// From 1.
    pub n: i64,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How.
    pub outcome: String,
}

/// The attempts of a letter, in order.
pub async fn attempts(engine: &Engine, letter_id: i64) -> Result<Vec<AttemptRow>, StoreError> {
    engine
        .rows(
            "SELECT n, began_at, ended_at, outcome FROM attempt WHERE letter_id = $1 ORDER BY n",
            values![letter_id],
        )
        .await?
        .iter()
        .map(|row| {
            Ok(AttemptRow {
                n: row.int("n")?,
                began_at: row.time("began_at")?,
                ended_at: row.time_or_null("ended_at")?,
                outcome: row.text("outcome")?,
            })
        })
        .collect()
}

/// How many letters stand where.
pub async fn counts(
    engine: &Engine,
) -> Result<std::collections::BTreeMap<String, i64>, StoreError> {
    engine
        .rows("SELECT state, count(*) AS n FROM letter GROUP BY state", values![])
        .await?
        .iter()
        .map(|row| Ok((row.text("state")?, row.int("n")?)))
        .collect()
}
