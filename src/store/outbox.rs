//! The outbox: letters to send, each attempt written down before it is made.

use std::collections::BTreeSet;

use super::engine::{PerEngine, Row, id_list, values};
use super::{Engine, StoreError, Tx};
use crate::domain::decide::KnownLetter;
use crate::domain::delivery::Delivery;
use crate::domain::letter::{Letter, LetterKind};
use crate::domain::retry::Next;
use crate::domain::time::Timestamp;

/// Writes a letter down, due at once or held; nothing happens when the same is already owed.
pub fn insert(tx: &mut Tx, letter: &Letter, bytes: Vec<u8>, now: Timestamp) {
    let held = letter.hold.is_some();
    tx.put(
        "INSERT INTO letter (kind, cause, ticket_id, recipient, recipient_domain, envelope_from,
                             message_id, bytes, state, phase, attempts, next_at, reason, queue_id,
                             created_at, released_at)
         VALUES ($1, $2, (SELECT id FROM ticket WHERE number = $3), $4, $5, $6, $7, $8, $9, 'none', 0,
                 $10, $11, '', $12, $10)
         ON CONFLICT DO NOTHING",
        values![
            letter.kind.name(),
            &letter.cause,
            &letter.ticket,
            &letter.recipient.address,
            letter.recipient.domain(),
            &letter.envelope_from,
            &letter.message_id,
            bytes,
            if held { "held" } else { "due" },
            if held { None } else { Some(now.millis()) },
            letter.hold.map_or("", |reason| reason.name()),
            now,
        ],
    );
}

/// Begins a worker's time; its letters are its own until the epoch ends.
pub async fn begin_epoch(tx: &mut Tx, now: Timestamp) -> Result<i64, StoreError> {
    let sql = "INSERT INTO worker (started_at, renewed_at, ended) VALUES ($1, $1, 0)
               RETURNING epoch";
    let row = tx.row(sql, values![now]).await?.ok_or(StoreError::NoRow { sql })?;
    row.int("epoch")
}

/// Says that the worker lives; false when its epoch was taken from it.
pub async fn renew_epoch(tx: &mut Tx, epoch: i64, now: Timestamp) -> Result<bool, StoreError> {
    let renewed = tx
        .run(
            "UPDATE worker SET renewed_at = $2 WHERE epoch = $1 AND ended = 0",
            values![epoch, now],
        )
        .await?;
    Ok(renewed == 1)
}

/// Ends an epoch.
pub async fn end_epoch(tx: &mut Tx, epoch: i64) -> Result<(), StoreError> {
    tx.run("UPDATE worker SET ended = 1 WHERE epoch = $1", values![epoch]).await?;
    Ok(())
}

/// Ends the epochs of workers that have not been heard of since `silent_since`, except one's own.
/// With the SQLite lock in hand, every other worker is dead: pass the end of time.
pub async fn end_silent_epochs(
    tx: &mut Tx,
    own: i64,
    silent_since: Timestamp,
) -> Result<u64, StoreError> {
    tx.run(
        "UPDATE worker SET ended = 1 WHERE ended = 0 AND epoch <> $1 AND renewed_at < $2",
        values![own, silent_since],
    )
    .await
}

/// A letter that a dead worker left half sent after its body began: it may have left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    /// The letter's id.
    pub id: i64,
    /// Its kind.
    pub kind: LetterKind,
    /// The attempts made, the broken one included.
    pub attempts: u32,
    /// When it became due first.
    pub released_at: Timestamp,
}

/// Frees the letters of ended epochs: those before their body are due again at once; those after it are
/// returned, because only the schedule knows what follows for each kind.
pub async fn reclaim(tx: &mut Tx, now: Timestamp) -> Result<Vec<Orphan>, StoreError> {
    tx.run(
        "UPDATE letter SET state = 'due', phase = 'none', next_at = $1, epoch = NULL
         WHERE state = 'sending' AND phase <> 'data'
           AND epoch IN (SELECT epoch FROM worker WHERE ended = 1)",
        values![now],
    )
    .await?;
    tx.rows(
        "SELECT id, kind, attempts, released_at FROM letter
         WHERE state = 'sending' AND phase = 'data'
           AND epoch IN (SELECT epoch FROM worker WHERE ended = 1) ORDER BY id",
        values![],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(Orphan {
            id: row.int("id")?,
            kind: kind(row)?,
            attempts: u32::try_from(row.int("attempts")?).unwrap_or(u32::MAX),
            released_at: row.time_or_null("released_at")?.unwrap_or(now),
        })
    })
    .collect()
}

/// A letter in a worker's hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// The letter's id.
    pub id: i64,
    /// Its kind.
    pub kind: LetterKind,
    /// The bare address.
    pub recipient: String,
    /// The envelope sender; `None` is `<>`.
    pub envelope_from: Option<String>,
    /// Named in logs, and as the envelope id towards servers that know one.
    pub message_id: String,
    /// What is sent.
    pub bytes: Vec<u8>,
    /// Which attempt this is, from 1.
    pub attempts: u32,
    /// When it became due first.
    pub released_at: Timestamp,
}

const LEASE: PerEngine = PerEngine {
    sqlite: "UPDATE letter
    SET state = 'sending', phase = 'envelope', attempts = attempts + 1, epoch = $1
    WHERE id IN (SELECT id FROM letter WHERE state IN ('due', 'ambiguous') AND next_at <= $2
                 ORDER BY next_at, id LIMIT $3)
    RETURNING id, kind, recipient, envelope_from, message_id, bytes, attempts, released_at",
    postgres: "UPDATE letter
    SET state = 'sending', phase = 'envelope', attempts = attempts + 1, epoch = $1
    WHERE id IN (SELECT id FROM letter WHERE state IN ('due', 'ambiguous') AND next_at <= $2
                 ORDER BY next_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
    RETURNING id, kind, recipient, envelope_from, message_id, bytes, attempts, released_at",
};

/// Takes up to `most` letters that are due, oldest first, and writes the attempt down.
pub async fn lease(
    tx: &mut Tx,
    epoch: i64,
    most: i64,
    now: Timestamp,
) -> Result<Vec<Leased>, StoreError> {
    let sql = tx.wording(LEASE);
    let rows = tx.rows(sql, values![epoch, now, most]).await?;
    let mut leased = rows.iter().map(|row| read_leased(row, now)).collect::<Result<Vec<_>, _>>()?;
    leased.sort_by_key(|letter| letter.id);
    if !leased.is_empty() {
        tx.run(
            "INSERT INTO attempt (letter_id, n, began_at, outcome)
             SELECT id, attempts, $2, 'under way' FROM letter
             WHERE state = 'sending' AND phase = 'envelope' AND epoch = $1
             ON CONFLICT (letter_id, n) DO NOTHING",
            values![epoch, now],
        )
        .await?;
    }
    Ok(leased)
}

fn read_leased(row: &Row, now: Timestamp) -> Result<Leased, StoreError> {
    Ok(Leased {
        id: row.int("id")?,
        kind: kind(row)?,
        recipient: row.text("recipient")?,
        envelope_from: row.text_or_null("envelope_from")?,
        message_id: row.text("message_id")?,
        bytes: row.blob("bytes")?,
        attempts: u32::try_from(row.int("attempts")?).unwrap_or(u32::MAX),
        released_at: row.time_or_null("released_at")?.unwrap_or(now),
    })
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

const BEGIN_BODIES: PerEngine = PerEngine {
    sqlite: "UPDATE letter SET phase = 'data'
             WHERE id IN (SELECT value FROM json_each($1)) AND epoch = $2 AND state = 'sending'
               AND epoch IN (SELECT epoch FROM worker WHERE ended = 0)
             RETURNING id",
    postgres: "UPDATE letter SET phase = 'data'
               WHERE id IN (SELECT value::bigint FROM jsonb_array_elements_text($1::jsonb) AS value)
                 AND epoch = $2 AND state = 'sending'
                 AND epoch IN (SELECT epoch FROM worker WHERE ended = 0)
               RETURNING id",
};

/// Writes down that the bodies of letters are about to be sent. Returns those that still are this
/// worker's; the others must not be sent.
pub async fn begin_bodies(
    tx: &mut Tx,
    ids: &[i64],
    epoch: i64,
) -> Result<BTreeSet<i64>, StoreError> {
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let sql = tx.wording(BEGIN_BODIES);
    let rows = tx.rows(sql, values![id_list(ids), epoch]).await?;
    rows.iter().map(|row| row.int("id")).collect()
}

/// How an attempt ended, to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The letter's id.
    pub id: i64,
    /// Which attempt.
    pub attempts: u32,
    /// What follows.
    pub next: Next,
    /// What the server said, or what happened.
    pub text: String,
}

/// Whether a letter is in this worker's hands.
pub async fn is_sending(tx: &mut Tx, id: i64, epoch: i64) -> Result<bool, StoreError> {
    let sql = "SELECT id FROM letter WHERE id = $1 AND epoch = $2 AND state = 'sending'";
    Ok(tx.row(sql, values![id, epoch]).await?.is_some())
}

/// Writes the end of an attempt down, unless the letter is no longer this worker's.
pub fn end_attempt(tx: &mut Tx, ending: &Ending, epoch: i64, now: Timestamp) {
    let (state, next_at) = match ending.next {
        Next::Sent => ("sent", None),
        Next::DueAt(at) => ("due", Some(at.millis())),
        Next::Failed => ("failed", None),
        Next::AmbiguousUntil(at) => ("ambiguous", Some(at.millis())),
        Next::Ambiguous => ("ambiguous", None),
    };
    let settled = matches!(ending.next, Next::Sent | Next::Failed).then_some(now.millis());
    let queue_id = if ending.next == Next::Sent { ending.text.as_str() } else { "" };
    tx.put(
        "UPDATE attempt SET ended_at = $4, outcome = $5 WHERE letter_id = $1 AND n = $2
           AND EXISTS (SELECT 1 FROM letter WHERE id = $1 AND epoch = $3 AND state = 'sending')",
        values![
            ending.id,
            i64::from(ending.attempts),
            epoch,
            now,
            format!("{state}: {}", ending.text)
        ],
    );
    tx.put(
        "UPDATE letter SET state = $3, next_at = $4, reason = $5, queue_id = $6, settled_at = $7,
                           epoch = NULL
         WHERE id = $1 AND epoch = $2 AND state = 'sending'",
        values![ending.id, epoch, state, next_at, &ending.text, queue_id, settled],
    );
}

/// Writes down what follows for a letter whose worker died while sending it.
pub async fn end_orphan(
    tx: &mut Tx,
    orphan: &Orphan,
    next: Next,
    now: Timestamp,
) -> Result<(), StoreError> {
    let next_at = match next {
        Next::AmbiguousUntil(at) | Next::DueAt(at) => Some(at.millis()),
        Next::Sent | Next::Failed | Next::Ambiguous => None,
    };
    let text = "cut off while it was being sent";
    tx.run(
        "UPDATE letter SET state = 'ambiguous', next_at = $2, reason = $3, epoch = NULL
         WHERE id = $1 AND state = 'sending' AND phase = 'data'",
        values![orphan.id, next_at, text],
    )
    .await?;
    tx.run(
        "UPDATE attempt SET ended_at = $3, outcome = $4 WHERE letter_id = $1 AND n = $2",
        values![orphan.id, i64::from(orphan.attempts), now, format!("ambiguous: {text}")],
    )
    .await?;
    Ok(())
}

/// Gives a letter back that was never tried, because the server could not be used at all: the attempt
/// does not count.
pub async fn give_back(
    tx: &mut Tx,
    id: i64,
    epoch: i64,
    why: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let changed = tx
        .run(
            "UPDATE letter SET state = 'due', phase = 'none', attempts = attempts - 1, next_at = $3,
                               reason = $4, epoch = NULL
             WHERE id = $1 AND epoch = $2 AND state = 'sending'",
            values![id, epoch, now, why],
        )
        .await?;
    if changed == 1 {
        tx.run(
            "DELETE FROM attempt WHERE letter_id = $1 AND n > (SELECT attempts FROM letter WHERE id = $1)",
            values![id],
        )
        .await?;
    }
    Ok(())
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
            "SELECT letter.message_id, letter.kind, letter.recipient, letter.delivery,
                    ticket.number AS number
             FROM letter LEFT JOIN ticket ON ticket.id = letter.ticket_id
             WHERE letter.message_id = $1",
            values![id],
        )
        .await?;
    row.map(|row| known_letter(&row)).transpose()
}

/// The letter of an id.
pub async fn by_id(tx: &mut Tx, id: i64) -> Result<Option<KnownLetter>, StoreError> {
    let row = tx
        .row(
            "SELECT letter.message_id, letter.kind, letter.recipient, letter.delivery,
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
