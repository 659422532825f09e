//! Workers and their time: each daemon has an epoch, in which it sends letters and watches mailboxes. What is
//! in the hands of one whose epoch has ended is anybody's again.
//!
//! An epoch is a fencing number: whoever writes as the holder of something says its epoch, and the write does
//! not happen when the store has given the thing to another.

use std::collections::{BTreeMap, BTreeSet};

use std::time::Duration;

use super::engine::{PerEngine, values};
use super::{Engine, StoreError, Tx};
use crate::domain::lease::Worker;
use crate::domain::time::Timestamp;

/// Begins a worker's time, with the mailboxes that it is configured for; what it holds is its own until the
/// epoch ends.
pub async fn begin(
    tx: &mut Tx,
    mailboxes: &BTreeSet<String>,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let sql = "INSERT INTO worker (started_at, renewed_at, ended, mailboxes) VALUES ($1, $1, 0, $2)
               RETURNING epoch";
    let row = tx.row(sql, values![now, names(mailboxes)?]).await?;
    row.ok_or(StoreError::NoRow { sql })?.int("epoch")
}

/// Shows that the worker lives; false when its epoch was taken from it.
pub async fn beat(tx: &mut Tx, epoch: i64, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE worker SET beats = beats + 1, renewed_at = $2 WHERE epoch = $1 AND ended = 0";
    Ok(tx.run(sql, values![epoch, now]).await? == 1)
}

/// Ends an epoch, one's own or, with `beats`, that of a worker which still shows this number. Its mailboxes
/// are free in the same moment. Whether it ended now.
pub async fn end(tx: &mut Tx, epoch: i64, beats: Option<i64>) -> Result<bool, StoreError> {
    let sql = "UPDATE worker SET ended = 1
               WHERE epoch = $1 AND ended = 0 AND ($2 IS NULL OR beats = $2)";
    let ended = tx.run(sql, values![epoch, beats]).await? == 1;
    // Waits for a transaction that the worker is in the middle of as the holder: see `fence`.
    tx.run(
        "DELETE FROM claim WHERE epoch IN (SELECT epoch FROM worker WHERE ended = 1)",
        values![],
    )
    .await?;
    Ok(ended)
}

/// Ends the epochs of workers that have not shown themselves since `silent_since`, except one's own. Only for
/// who cannot wait and watch: it trusts the clocks of several machines. With the SQLite lock in hand every
/// other worker is dead: pass the end of time.
pub async fn end_silent(tx: &mut Tx, own: i64, silent_since: Timestamp) -> Result<u64, StoreError> {
    let sql = "UPDATE worker SET ended = 1 WHERE ended = 0 AND epoch <> $1 AND renewed_at < $2";
    let ended = tx.run(sql, values![own, silent_since]).await?;
    tx.run(
        "DELETE FROM claim WHERE epoch IN (SELECT epoch FROM worker WHERE ended = 1)",
        values![],
    )
    .await?;
    Ok(ended)
}

/// The workers whose epochs have not ended, oldest first.
pub async fn living(engine: &Engine) -> Result<Vec<Worker>, StoreError> {
    let sql = "SELECT epoch, beats, mailboxes FROM worker WHERE ended = 0 ORDER BY epoch";
    engine
        .rows(sql, values![])
        .await?
        .iter()
        .map(|row| {
            Ok(Worker {
                epoch: row.int("epoch")?,
                beats: row.int("beats")?,
                mailboxes: read_names(&row.text("mailboxes")?)?,
            })
        })
        .collect()
}

/// Who holds which mailbox.
pub async fn claims(engine: &Engine) -> Result<BTreeMap<String, i64>, StoreError> {
    engine
        .rows("SELECT mailbox, epoch FROM claim", values![])
        .await?
        .iter()
        .map(|row| Ok((row.text("mailbox")?, row.int("epoch")?)))
        .collect()
}

const CLAIM: PerEngine = PerEngine {
    sqlite: "INSERT INTO claim (mailbox, epoch, claimed_at)
             SELECT value, $2, $3 FROM json_each($1)
             WHERE EXISTS (SELECT 1 FROM worker WHERE epoch = $2 AND ended = 0)
             ON CONFLICT (mailbox) DO NOTHING RETURNING mailbox",
    postgres: "INSERT INTO claim (mailbox, epoch, claimed_at)
               SELECT value, $2, $3 FROM jsonb_array_elements_text($1::jsonb) AS value
               WHERE EXISTS (SELECT 1 FROM worker WHERE epoch = $2 AND ended = 0 FOR SHARE)
               ON CONFLICT (mailbox) DO NOTHING RETURNING mailbox",
};

/// Claims those of the mailboxes that are free; returns them. A worker whose epoch has ended gets none.
pub async fn claim(
    tx: &mut Tx,
    epoch: i64,
    mailboxes: &BTreeSet<String>,
    now: Timestamp,
) -> Result<BTreeSet<String>, StoreError> {
    if mailboxes.is_empty() {
        return Ok(BTreeSet::new());
    }
    let sql = tx.wording(CLAIM);
    let rows = tx.rows(sql, values![names(mailboxes)?, epoch, now]).await?;
    rows.iter().map(|row| row.text("mailbox")).collect()
}

/// Says that a worker is leaving: it watches no mailbox any more.
pub fn want_nothing(tx: &mut Tx, epoch: i64) {
    tx.put("UPDATE worker SET mailboxes = '[]' WHERE epoch = $1", values![epoch]);
}

/// Gives a mailbox up.
pub fn release(tx: &mut Tx, epoch: i64, mailbox: &str) {
    tx.put("DELETE FROM claim WHERE mailbox = $1 AND epoch = $2", values![mailbox, epoch]);
}

const FENCE: PerEngine = PerEngine {
    // SQLite lets one transaction write at a time: what is true at its beginning is true until its end.
    sqlite: "SELECT epoch FROM claim WHERE mailbox = $1 AND epoch = $2",
    postgres: "SELECT epoch FROM claim WHERE mailbox = $1 AND epoch = $2 FOR UPDATE",
};

/// Lets the transaction go on only as the holder of the mailbox, and keeps it the holder until its end: a
/// worker that was paused and replaced meanwhile writes nothing.
///
/// # Errors
/// [`StoreError::Fenced`] when another worker may hold it.
pub async fn fence(tx: &mut Tx, epoch: i64, mailbox: &str) -> Result<(), StoreError> {
    let sql = tx.wording(FENCE);
    match tx.row(sql, values![mailbox, epoch]).await? {
        Some(_) => Ok(()),
        None => Err(StoreError::Fenced { mailbox: mailbox.to_owned() }),
    }
}

/// A daemon that works shows itself every few seconds.
const AT_WORK_WITHIN: Duration = Duration::from_secs(15);

/// Whether some daemon was at work just now.
pub async fn is_any_at_work(engine: &Engine, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "SELECT epoch FROM worker WHERE ended = 0 AND renewed_at >= $1 LIMIT 1";
    Ok(engine.row(sql, values![now.minus(AT_WORK_WITHIN)]).await?.is_some())
}

fn names(mailboxes: &BTreeSet<String>) -> Result<String, StoreError> {
    serde_json::to_string(mailboxes)
        .map_err(|source| StoreError::Json { what: "worker.mailboxes", source })
}

fn read_names(text: &str) -> Result<BTreeSet<String>, StoreError> {
    serde_json::from_str(text)
        .map_err(|source| StoreError::Json { what: "worker.mailboxes", source })
}
