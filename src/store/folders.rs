//! Folders: since when each is read, and how its last pass went.

use super::engine::values;
use super::ledger::Folder;
use super::{Engine, StoreError, Tx};
use crate::domain::time::Timestamp;

/// What opening a folder told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// Read for the first time.
    pub first: bool,
    /// When it was first read.
    pub first_seen_at: Timestamp,
    /// UIDs up to this were there when the server numbered the folder anew: an unknown mail among them
    /// may be an old one. [`RESCAN_ALL`] until the first listing after that.
    pub rescan_uid_max: i64,
    /// A backup was restored and no whole pass came to its end since: an unknown mail may have been answered.
    pub restored: bool,
}

/// The folder was numbered anew and not yet listed.
pub const RESCAN_ALL: i64 = i64::MAX;

/// Notes that a folder was opened.
pub async fn open(tx: &mut Tx, folder: &Folder, now: Timestamp) -> Result<Opened, StoreError> {
    // The insert decides who is first: of two daemons that open a folder at once, one waits here and sees
    // what the other wrote.
    let inserted = tx
        .run(
            "INSERT INTO folder (mailbox, folder, uidvalidity, rescan_uid_max, first_seen_at, connected,
                                 unaccounted, trouble)
             VALUES ($1, $2, $3, 0, $4, 1, 0, '') ON CONFLICT (mailbox, folder) DO NOTHING",
            values![&folder.mailbox, &folder.folder, folder.validity, now],
        )
        .await?;
    if inserted == 1 {
        return Ok(Opened { first: true, first_seen_at: now, rescan_uid_max: 0, restored: false });
    }
    let sql = "SELECT uidvalidity, first_seen_at, rescan_uid_max, restored FROM folder
               WHERE mailbox = $1 AND folder = $2";
    let row = tx.row(sql, values![&folder.mailbox, &folder.folder]).await?;
    let row = row.ok_or(StoreError::NoRow { sql })?;
    let renumbered = row.int("uidvalidity")? != folder.validity;
    let before = row.int("rescan_uid_max")?;
    let rescan_uid_max = if renumbered { RESCAN_ALL } else { before };
    tx.put(
        "UPDATE folder SET uidvalidity = $3, rescan_uid_max = $4, connected = 1, trouble = ''
         WHERE mailbox = $1 AND folder = $2",
        values![&folder.mailbox, &folder.folder, folder.validity, rescan_uid_max],
    );
    let first_seen_at = row.time("first_seen_at")?;
    let restored = row.int("restored")? == 1;
    Ok(Opened { first: false, first_seen_at, rescan_uid_max, restored })
}

/// Whether a folder was ever read.
pub async fn is_known(engine: &Engine, folder: &Folder) -> Result<bool, StoreError> {
    let row = engine
        .row(
            "SELECT 1 AS known FROM folder WHERE mailbox = $1 AND folder = $2",
            values![&folder.mailbox, &folder.folder],
        )
        .await?;
    Ok(row.is_some())
}

/// Notes the highest UID that was there when the folder was first listed under its new numbers.
pub async fn rescan_up_to(tx: &mut Tx, folder: &Folder, uid: i64) -> Result<(), StoreError> {
    tx.run(
        "UPDATE folder SET rescan_uid_max = $3 WHERE mailbox = $1 AND folder = $2",
        values![&folder.mailbox, &folder.folder, uid],
    )
    .await?;
    Ok(())
}

/// Notes the end of a pass: how many messages lie there that the ledger has no last state for.
pub async fn passed(
    tx: &mut Tx,
    folder: &Folder,
    unaccounted: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.run(
        "UPDATE folder SET connected = 1, last_pass_at = $3, unaccounted = $4, trouble = '',
                           restored = CASE WHEN $4 = 0 THEN 0 ELSE restored END
         WHERE mailbox = $1 AND folder = $2",
        values![&folder.mailbox, &folder.folder, now, unaccounted],
    )
    .await?;
    Ok(())
}

/// Notes that a mailbox cannot be used at present, and why.
pub async fn trouble(tx: &mut Tx, mailbox: &str, why: &str) -> Result<(), StoreError> {
    tx.run(
        "UPDATE folder SET connected = 0, trouble = $2 WHERE mailbox = $1",
        values![mailbox, why],
    )
    .await?;
    Ok(())
}

/// A folder's state, for `status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The mailbox's name.
    pub mailbox: String,
    /// Whether the last attempt to use it succeeded.
    pub connected: bool,
    /// When the last whole pass ended.
    pub last_pass_at: Option<Timestamp>,
    /// Messages without a last state at that time.
    pub unaccounted: i64,
    /// Why it cannot be used, or empty.
    pub trouble: String,
}

/// All folders.
pub async fn all(engine: &Engine) -> Result<Vec<State>, StoreError> {
    engine
        .rows(
            "SELECT mailbox, connected, last_pass_at, unaccounted, trouble
             FROM folder ORDER BY mailbox, folder",
            values![],
        )
        .await?
        .iter()
        .map(|row| {
            Ok(State {
                mailbox: row.text("mailbox")?,
                connected: row.int("connected")? == 1,
                last_pass_at: row.time_or_null("last_pass_at")?,
                unaccounted: row.int("unaccounted")?,
                trouble: row.text("trouble")?,
            })
        })
        .collect()
}
