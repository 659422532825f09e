//! What the limits of acknowledgements count, and the letters that they hold.

use super::engine::{Row, Statement, values};
use super::{StoreError, Tx};
use crate::domain::limits::{DAY, HELD_MAX, HOUR, LOOP_LETTERS_MAX, LOOP_WINDOW, Limits, Released};
use crate::domain::time::Timestamp;

/// Acknowledgements that left, or are about to, in the windows that end now. Nothing is counted further
/// than its limit asks: at a backlog the whole hour would be counted for every mail. A mail can answer
/// only what was sent before it was `seen_at`: the mails of a backlog are no loop.
pub async fn released(
    tx: &mut Tx,
    limits: &Limits,
    parties: (&str, &str),
    seen_at: Timestamp,
    now: Timestamp,
) -> Result<Released, StoreError> {
    let [rows] = tx.ask([ask_released(limits, parties, seen_at, now)]).await?;
    read_released(&rows)
}

/// Asks for what [`released`] tells; [`read_released`] reads the answer.
#[must_use]
pub fn ask_released(
    limits: &Limits,
    (sender, domain): (&str, &str),
    seen_at: Timestamp,
    now: Timestamp,
) -> Statement {
    // SQLite prepares a statement anew at each new value of a bare `LIMIT $n`, to plan for it: for every mail.
    let sql = "SELECT
            (SELECT count(*) FROM (SELECT 1 FROM letter WHERE kind = 'acknowledgement'
                AND recipient = $1 AND released_at > $2 LIMIT CAST($6 AS BIGINT)) AS counted) AS to_sender,
            (SELECT count(*) FROM (SELECT 1 FROM letter WHERE kind = 'acknowledgement'
                AND recipient_domain = $3 AND released_at > $4 LIMIT CAST($7 AS BIGINT)) AS counted) AS to_domain,
            (SELECT count(*) FROM (SELECT 1 FROM letter WHERE kind = 'acknowledgement'
                AND released_at > $4 LIMIT CAST($8 AS BIGINT)) AS counted) AS in_hour,
            (SELECT count(*) FROM (SELECT 1 FROM letter WHERE kind = 'acknowledgement'
                AND recipient = $1 AND released_at > $5 AND state = 'sent' AND settled_at <= $10
                LIMIT CAST($9 AS BIGINT)) AS counted)
                AS looping";
    let values = values![
        sender,
        now.minus(DAY),
        domain,
        now.minus(HOUR),
        now.minus(LOOP_WINDOW),
        i64::from(limits.per_sender_per_day),
        i64::from(limits.per_domain_per_hour),
        i64::from(limits.per_hour),
        i64::from(LOOP_LETTERS_MAX),
        seen_at,
    ];
    Statement { sql, values }
}

/// See [`released`].
pub fn read_released(rows: &[Row]) -> Result<Released, StoreError> {
    let row = rows.first().ok_or(StoreError::NoRow { sql: "the counting of acknowledgements" })?;
    let count = |name| Ok::<_, StoreError>(u32::try_from(row.int(name)?).unwrap_or(u32::MAX));
    Ok(Released {
        to_sender_in_day: count("to_sender")?,
        to_domain_in_hour: count("to_domain")?,
        in_hour: count("in_hour")?,
        sent_to_sender_in_loop_window: count("looping")?,
    })
}

/// Answers to commands, and questions whether it was them, that an address had about a ticket, or about none where `number` is empty, in the last day; not
/// counted further than the loop breaker asks.
pub async fn answers(
    tx: &mut Tx,
    address: &str,
    number: &str,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let sql = "SELECT count(*) AS answers FROM (
                   SELECT 1 FROM letter LEFT JOIN ticket ON ticket.id = letter.ticket_id
                   WHERE letter.recipient = $1 AND letter.released_at > $2
                     AND (letter.kind = 'confirmation'
                          OR letter.kind = 'staff_notice' AND letter.cause LIKE 'command:%')
                     AND COALESCE(ticket.number, '') = $3 LIMIT $4) AS counted";
    let most = i64::from(LOOP_LETTERS_MAX);
    let row = tx.row(sql, values![address, now.minus(DAY), number, most]).await?;
    let row = row.ok_or(StoreError::NoRow { sql: "the counting of answers" })?;
    Ok(u32::try_from(row.int("answers")?).unwrap_or(u32::MAX))
}

/// A letter that waits for a window to free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The letter's id.
    pub id: i64,
    /// Whom it goes to.
    pub recipient: String,
    /// That address's domain.
    pub domain: String,
}

/// Letters held by limits, oldest first; not those that staff must decide about: held for a day, or
/// because of a rescan or of a restored backup.
pub async fn held(tx: &mut Tx, most: i64, now: Timestamp) -> Result<Vec<Held>, StoreError> {
    tx.rows(
        "SELECT id, recipient, recipient_domain FROM letter
         WHERE state = 'held' AND reason NOT IN ('rescan', 'restored') AND created_at > $1
         ORDER BY created_at, id LIMIT $2",
        values![now.minus(HELD_MAX), most],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(Held {
            id: row.int("id")?,
            recipient: row.text("recipient")?,
            domain: row.text("recipient_domain")?,
        })
    })
    .collect()
}

/// Lets a held letter go.
pub async fn release(tx: &mut Tx, id: i64, now: Timestamp) -> Result<(), StoreError> {
    tx.run(
        "UPDATE letter SET state = 'due', reason = '', next_at = $2, released_at = $2
         WHERE id = $1 AND state = 'held'",
        values![id, now],
    )
    .await?;
    Ok(())
}
