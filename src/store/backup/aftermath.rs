//! What a restored store must be told: the world went on after its backup was made.

use crate::domain::letter::HoldReason;
use crate::domain::order::RESTORED_ORDERS_WAIT;
use crate::domain::time::Timestamp;
use crate::store::engine::values;
use crate::store::{StoreError, Tx, workers};

/// Numbers skipped where nobody knows which were given out since the backup: three weeks of a city's requests.
const NUMBERS_SKIPPED: i64 = 1_000;

/// Epochs count from 1: nobody's own is spared.
const NO_EPOCH: i64 = 0;

/// What [`mark_restored`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marked {
    /// Letters that were to be sent and now wait for staff.
    pub held: u64,
    /// Mailboxes whose unknown mails will open tickets and send nothing by themselves.
    pub mailboxes: u64,
    /// Orders whose clock was put off.
    pub orders: u64,
}

/// Tells a store that it was restored. Letters that it would send may have left: they are held. Mails that it
/// does not know may have been answered: the next whole pass of each mailbox takes them in and holds what they
/// cause. Numbers that were given out since are not given again: `numbers` are the last ones by year, where
/// somebody knows them.
pub async fn mark_restored(
    tx: &mut Tx,
    numbers: Option<&[(i64, i64)]>,
    now: Timestamp,
) -> Result<Marked, StoreError> {
    workers::end_silent(tx, NO_EPOCH, Timestamp::from_millis(i64::MAX)).await?;
    let held = tx
        .run(
            "UPDATE letter SET state = 'held', next_at = NULL, epoch = NULL, phase = 'none', reason = $1
             WHERE state IN ('due', 'sending', 'ambiguous') OR state = 'held' AND reason <> $1",
            values![HoldReason::Restored.name()],
        )
        .await?;
    let mailboxes = tx.run("UPDATE folder SET restored = 1", values![]).await?;
    let orders = tx
        .run(
            "UPDATE work_order SET next_at = $1 WHERE next_at IS NOT NULL AND next_at < $1",
            values![now.plus(RESTORED_ORDERS_WAIT)],
        )
        .await?;
    if let Some(numbers) = numbers {
        for (year, last) in numbers {
            go_on_from(tx, *year, *last).await?;
        }
    } else {
        let sql = "UPDATE ticket_serial SET last = last + $1
                   WHERE year = (SELECT max(year) FROM ticket_serial)";
        tx.run(sql, values![NUMBERS_SKIPPED]).await?;
    }
    Ok(Marked { held, mailboxes, orders })
}

/// The next number of a year comes after `last`.
async fn go_on_from(tx: &mut Tx, year: i64, last: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO ticket_serial (year, last) VALUES ($1, $2) ON CONFLICT (year) DO UPDATE
               SET last = CASE WHEN ticket_serial.last < $2 THEN $2 ELSE ticket_serial.last END";
    tx.run(sql, values![year, last]).await?;
    Ok(())
}
