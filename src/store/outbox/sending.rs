//! Letters on their way: leased, begun, ended, given back, and those that a dead worker left.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Serialize;

use super::kind;
use crate::domain::letter::LetterKind;
use crate::domain::retry::Next;
use crate::domain::time::Timestamp;
use crate::store::engine::{PerEngine, Row, id_list, json_list, values, without_nul};
use crate::store::{Engine, StoreError, Tx};

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

/// Whether workers whose epochs have ended left letters in mid-sending.
pub async fn has_orphans(engine: &Engine) -> Result<bool, StoreError> {
    let sql = "SELECT 1 AS found FROM letter
               WHERE state = 'sending' AND epoch IN (SELECT epoch FROM worker WHERE ended = 1) LIMIT 1";
    Ok(engine.row(sql, values![]).await?.is_some())
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
    RETURNING id, kind, recipient, envelope_from, message_id, attempts, released_at,
              (SELECT bytes FROM letter_body WHERE letter_id = letter.id) AS bytes",
    postgres: "UPDATE letter
    SET state = 'sending', phase = 'envelope', attempts = attempts + 1, epoch = $1
    WHERE id IN (SELECT id FROM letter WHERE state IN ('due', 'ambiguous') AND next_at <= $2
                 ORDER BY next_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
    RETURNING id, kind, recipient, envelope_from, message_id, attempts, released_at,
              (SELECT bytes FROM letter_body WHERE letter_id = letter.id) AS bytes",
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

/// SQLite would rather look at every letter under way than at those that are named: the `+` takes that index away.
const BEGIN_BODIES: PerEngine = PerEngine {
    sqlite: "UPDATE letter SET phase = 'data'
             WHERE id IN (SELECT value FROM json_each($1)) AND epoch = $2 AND +state = 'sending'
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

/// The endings as the statements below read them.
const ENDED: PerEngine = PerEngine {
    sqlite: "UPDATE attempt SET ended_at = $3, outcome = ended.outcome
    FROM (SELECT value->>'id' AS id, value->>'n' AS n, value->>'outcome' AS outcome
          FROM json_each($1)) AS ended
    WHERE attempt.letter_id = ended.id AND attempt.n = ended.n
      AND EXISTS (SELECT 1 FROM letter WHERE letter.id = ended.id AND epoch = $2 AND state = 'sending')",
    postgres: "UPDATE attempt SET ended_at = $3, outcome = ended.outcome
    FROM jsonb_to_recordset($1::jsonb) AS ended (id bigint, n bigint, outcome text)
    WHERE attempt.letter_id = ended.id AND attempt.n = ended.n
      AND EXISTS (SELECT 1 FROM letter WHERE letter.id = ended.id AND epoch = $2 AND state = 'sending')",
};

/// As with [`BEGIN_BODIES`].
const SETTLED: PerEngine = PerEngine {
    sqlite: "UPDATE letter
    SET state = ended.state, next_at = ended.next_at, reason = ended.reason,
        queue_id = ended.queue_id, settled_at = ended.settled_at, epoch = NULL
    FROM (SELECT value->>'id' AS id, value->>'state' AS state, value->>'next_at' AS next_at,
                 value->>'reason' AS reason, value->>'queue_id' AS queue_id,
                 value->>'settled_at' AS settled_at
          FROM json_each($1)) AS ended
    WHERE letter.id = ended.id AND epoch = $2 AND +letter.state = 'sending'",
    postgres: "UPDATE letter
    SET state = ended.state, next_at = ended.next_at, reason = ended.reason,
        queue_id = ended.queue_id, settled_at = ended.settled_at, epoch = NULL
    FROM jsonb_to_recordset($1::jsonb)
         AS ended (id bigint, state text, next_at bigint, reason text, queue_id text, settled_at bigint)
    WHERE letter.id = ended.id AND epoch = $2 AND letter.state = 'sending'",
};

/// An ending as a line of the list that both statements read.
#[derive(Serialize)]
struct Line<'e> {
    id: i64,
    n: u32,
    outcome: String,
    state: &'static str,
    next_at: Option<i64>,
    queue_id: Cow<'e, str>,
    reason: Cow<'e, str>,
    settled_at: Option<i64>,
}

impl<'e> Line<'e> {
    fn of(ending: &'e Ending, now: Timestamp) -> Self {
        let Ending { id, attempts, next, text } = ending;
        let text = without_nul(text);
        let (state, next_at) = match next {
            Next::Sent => ("sent", None),
            Next::DueAt(at) => ("due", Some(at.millis())),
            Next::Failed => ("failed", None),
            Next::AmbiguousUntil(at) => ("ambiguous", Some(at.millis())),
            Next::Ambiguous => ("ambiguous", None),
        };
        Self {
            id: *id,
            n: *attempts,
            outcome: format!("{state}: {text}"),
            state,
            next_at,
            queue_id: if *next == Next::Sent { text.clone() } else { Cow::default() },
            reason: text,
            settled_at: matches!(next, Next::Sent | Next::Failed).then_some(now.millis()),
        }
    }
}

/// Writes the ends of attempts down, but of letters that are no longer this worker's; all of them at once, because
/// each statement costs two changes of threads.
pub fn end_attempts(tx: &mut Tx, endings: &[Ending], epoch: i64, now: Timestamp) {
    if endings.is_empty() {
        return;
    }
    let lines: Vec<Line<'_>> = endings.iter().map(|ending| Line::of(ending, now)).collect();
    let lines = json_list(&lines);
    tx.put(tx.wording(ENDED), values![&lines, epoch, now]);
    tx.put(tx.wording(SETTLED), values![&lines, epoch]);
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
