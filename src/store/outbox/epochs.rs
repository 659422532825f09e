//! Workers and their time: letters in the hands of one whose epoch has ended are anybody's again.

use crate::domain::time::Timestamp;
use crate::store::engine::values;
use crate::store::{StoreError, Tx};

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
