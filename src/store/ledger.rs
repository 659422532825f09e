//! The ledger: one row for every message of every folder, and what became of it.
//!
//! `seen → stored → ticket | entry | delivery_status | filed | quarantined | gone`; all but the first
//! two are last states. What is new on a server is its UIDs minus these rows.

use std::collections::BTreeMap;

use super::engine::{PerEngine, Row, id_list, values};
use super::{Engine, StoreError, Tx};
use crate::domain::pass::Plan;
pub use crate::domain::pass::{Known, Suspect};
use crate::domain::time::Timestamp;

/// A folder as one mailbox of ours names it; UIDs mean something only within it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// The mailbox's name in the configuration.
    pub mailbox: String,
    /// The folder's name on the server.
    pub folder: String,
    /// UIDVALIDITY.
    pub validity: i64,
}

/// The highest UID that the ledger knows of a folder; 0 when it knows none.
pub async fn highest(engine: &Engine, folder: &Folder) -> Result<i64, StoreError> {
    let row = engine
        .row(
            "SELECT max(uid) AS uid FROM ledger
             WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3",
            values![&folder.mailbox, &folder.folder, folder.validity],
        )
        .await?;
    row.map_or(Ok(0), |row| Ok(row.int_or_null("uid")?.unwrap_or(0)))
}

/// The reason of an open row that a listing did not show.
const MISSED: &str = "missing from a listing";

/// The lists of a folder's UIDs, each as one value: a driver takes longer to hand over twenty thousand rows than the
/// engine to read them.
const LISTS: &str = "\
    SELECT string_agg(CAST(uid AS TEXT), ',') FILTER (WHERE settled = 1) AS settled,
           string_agg(CAST(uid AS TEXT), ',') FILTER (WHERE settled = 0) AS open,
           string_agg(CAST(uid AS TEXT), ',') FILTER (WHERE settled = 1 AND marked = 0) AS unmarked,
           string_agg(CAST(uid AS TEXT), ',') FILTER (WHERE settled = 0 AND reason = $4) AS missed,
           string_agg(CAST(uid AS TEXT), ',') FILTER (WHERE state = 'gone') AS gone
    FROM (SELECT uid, marked, state, reason,
                 CASE WHEN state IN ('seen', 'stored') THEN 0 ELSE 1 END AS settled
          FROM ledger WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3) AS of_folder";

/// All rows of a folder.
pub async fn known(engine: &Engine, folder: &Folder) -> Result<Known, StoreError> {
    let of_folder = || values![&folder.mailbox, &folder.folder, folder.validity];
    let mut values = of_folder();
    values.extend(values![MISSED]);
    let mut known = Known::default();
    if let Some(row) = engine.row(LISTS, values).await? {
        known.settled = uids(&row, "settled")?;
        known.open = uids(&row, "open")?;
        known.unmarked = uids(&row, "unmarked")?;
        known.missed = uids(&row, "missed")?;
        known.gone = uids(&row, "gone")?;
    }
    let suspects = engine
        .rows(
            "SELECT uid, attempts, seen_at FROM ledger
             WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3
               AND state IN ('seen', 'stored') AND attempts > 0 ORDER BY uid",
            of_folder(),
        )
        .await?;
    for row in suspects {
        let (uid, attempts, seen_at) =
            (row.int("uid")?, row.int("attempts")?, row.time("seen_at")?);
        known.suspects.push(Suspect { uid, attempts, seen_at });
    }
    Ok(known)
}

/// A list of UIDs of [`LISTS`], ascending.
fn uids(row: &Row, name: &'static str) -> Result<Vec<i64>, StoreError> {
    let list = row.text_or_null(name)?.unwrap_or_default();
    let mut uids: Vec<i64> = list.split(',').filter_map(|uid| uid.parse().ok()).collect();
    uids.sort_unstable();
    Ok(uids)
}

const SEE: PerEngine = PerEngine {
    sqlite: "INSERT INTO ledger (mailbox, folder, uidvalidity, uid, state, reason, seen_at, marked)
             SELECT $1, $2, $3, value, 'seen', '', $5, 0 FROM json_each($4) WHERE true
             ON CONFLICT (mailbox, folder, uidvalidity, uid) DO NOTHING",
    postgres:
        "INSERT INTO ledger (mailbox, folder, uidvalidity, uid, state, reason, seen_at, marked)
               SELECT $1, $2, $3, value::bigint, 'seen', '', $5, 0
               FROM jsonb_array_elements_text($4::jsonb) WITH ORDINALITY AS uids (value, place)
               ORDER BY place
               ON CONFLICT (mailbox, folder, uidvalidity, uid) DO NOTHING",
};

/// Notes that messages are there, before any of them is read.
pub async fn see(
    tx: &mut Tx,
    folder: &Folder,
    uids: &[i64],
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = tx.wording(SEE);
    let values = values![&folder.mailbox, &folder.folder, folder.validity, id_list(uids), now];
    tx.run(sql, values).await?;
    Ok(())
}

const FILE_HISTORY: PerEngine = PerEngine {
    sqlite: "UPDATE ledger SET state = 'filed', reason = $5, settled_at = seen_at, marked = 1
             WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3 AND state = 'seen'
               AND uid IN (SELECT value FROM json_each($4))",
    postgres: "UPDATE ledger SET state = 'filed', reason = $5, settled_at = seen_at, marked = 1
               WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3 AND state = 'seen'
                 AND uid IN (SELECT value::bigint FROM jsonb_array_elements_text($4::jsonb) AS value)",
};

/// Files messages that were there before the mailbox was first read. They are never fetched or marked.
pub async fn file_history(
    tx: &mut Tx,
    folder: &Folder,
    uids: &[i64],
    now: Timestamp,
) -> Result<(), StoreError> {
    see(tx, folder, uids, now).await?;
    let values = values![&folder.mailbox, &folder.folder, folder.validity, id_list(uids), HISTORY];
    tx.put(tx.wording(FILE_HISTORY), values);
    Ok(())
}

/// Why history is filed.
const HISTORY: &str = "it was there before the mailbox was first read";

/// Puts a message into a last state, unless it already is in one.
pub fn settle(tx: &mut Tx, folder: &Folder, uid: i64, settled: &Settled<'_>, now: Timestamp) {
    tx.put(
        "UPDATE ledger SET state = $5, reason = $6, raw_id = NULL, settled_at = $8,
                           mail_id = (SELECT id FROM mail WHERE content_key = $7)
         WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3 AND uid = $4
           AND state IN ('seen', 'stored')",
        values![
            &folder.mailbox,
            &folder.folder,
            folder.validity,
            uid,
            settled.state,
            settled.reason,
            settled.content_key,
            now,
        ],
    );
}

/// How a message ended.
#[derive(Debug, Clone, Copy)]
pub struct Settled<'a> {
    /// One of the last states.
    pub state: &'a str,
    /// Why.
    pub reason: &'a str,
    /// The mail it is a delivery of, by its content key.
    pub content_key: Option<&'a str>,
}

const OPEN: PerEngine = PerEngine {
    sqlite: "SELECT uid, seen_at FROM ledger
             WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3
               AND uid IN (SELECT value FROM json_each($4)) AND state IN ('seen', 'stored')",
    postgres: "SELECT uid, seen_at FROM ledger
               WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3
                 AND uid IN (SELECT value::bigint FROM jsonb_array_elements_text($4::jsonb) AS value)
                 AND state IN ('seen', 'stored')",
};

/// Which of these messages are open, and when the ledger first saw each.
pub async fn open(
    tx: &mut Tx,
    folder: &Folder,
    uids: &[i64],
) -> Result<BTreeMap<i64, Timestamp>, StoreError> {
    let sql = tx.wording(OPEN);
    let values = values![&folder.mailbox, &folder.folder, folder.validity, id_list(uids)];
    let rows = tx.rows(sql, values).await?;
    rows.iter().map(|row| Ok((row.int("uid")?, row.time("seen_at")?))).collect()
}

/// Notes what a listing does not show, and what it shows again.
pub fn miss(tx: &mut Tx, folder: &Folder, plan: &Plan, now: Timestamp) {
    for uid in &plan.missed {
        tx.put(
            "UPDATE ledger SET reason = $5
             WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3 AND uid = $4
               AND state IN ('seen', 'stored')",
            values![&folder.mailbox, &folder.folder, folder.validity, *uid, MISSED],
        );
    }
    for uid in &plan.gone {
        let gone = Settled {
            state: "gone",
            reason: "it was removed from the server before it could be read",
            content_key: None,
        };
        settle(tx, folder, *uid, &gone, now);
    }
    for uid in &plan.back {
        tx.put(
            "UPDATE ledger SET reason = '', state = CASE WHEN state = 'gone' THEN 'seen' ELSE state END,
                               settled_at = NULL
             WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3 AND uid = $4
               AND (state = 'gone' OR state IN ('seen', 'stored') AND reason = $5)",
            values![&folder.mailbox, &folder.folder, folder.validity, *uid, MISSED],
        );
    }
}

const MARK: PerEngine = PerEngine {
    sqlite: "UPDATE ledger SET marked = 1
             WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3
               AND uid IN (SELECT value FROM json_each($4))",
    postgres: "UPDATE ledger SET marked = 1
               WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3
                 AND uid IN (SELECT value::bigint FROM jsonb_array_elements_text($4::jsonb) AS value)",
};

/// Notes that `after` was carried out.
pub async fn mark(tx: &mut Tx, folder: &Folder, uids: &[i64]) -> Result<(), StoreError> {
    let sql = tx.wording(MARK);
    let values = values![&folder.mailbox, &folder.folder, folder.validity, id_list(uids)];
    tx.run(sql, values).await?;
    Ok(())
}

const STRIKE: PerEngine = PerEngine {
    sqlite: "UPDATE ledger SET attempts = attempts + 1
             WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3 AND state IN ('seen', 'stored')
               AND uid IN (SELECT value FROM json_each($4))",
    postgres: "UPDATE ledger SET attempts = attempts + 1
               WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3 AND state IN ('seen', 'stored')
                 AND uid IN (SELECT value::bigint FROM jsonb_array_elements_text($4::jsonb) AS value)",
};

/// Notes that messages could not be fetched.
pub async fn strike(tx: &mut Tx, folder: &Folder, uids: &[i64]) -> Result<(), StoreError> {
    let sql = tx.wording(STRIKE);
    let values = values![&folder.mailbox, &folder.folder, folder.validity, id_list(uids)];
    tx.run(sql, values).await?;
    Ok(())
}

/// Notes which raw mail the pieces of a large message go to.
pub async fn attach_raw(
    tx: &mut Tx,
    folder: &Folder,
    uid: i64,
    raw_id: i64,
) -> Result<(), StoreError> {
    tx.run(
        "UPDATE ledger SET raw_id = $5
         WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3 AND uid = $4",
        values![&folder.mailbox, &folder.folder, folder.validity, uid, raw_id],
    )
    .await?;
    Ok(())
}

/// The raw mail that the pieces of a large message go to, if its fetching began.
pub async fn attached_raw(
    tx: &mut Tx,
    folder: &Folder,
    uid: i64,
) -> Result<Option<i64>, StoreError> {
    let row = tx
        .row(
            "SELECT raw_id FROM ledger
             WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3 AND uid = $4",
            values![&folder.mailbox, &folder.folder, folder.validity, uid],
        )
        .await?;
    row.map_or(Ok(None), |row| row.int_or_null("raw_id"))
}

/// One row, for `explain`.
#[derive(Debug, Clone, serde::Serialize)]
pub struct LedgerRow {
    /// The row's id.
    pub id: i64,
    /// The mailbox.
    pub mailbox: String,
    /// The folder.
    pub folder: String,
    /// UIDVALIDITY.
    pub uidvalidity: i64,
    /// UID.
    pub uid: i64,
    /// The state.
    pub state: String,
    /// Why.
    pub reason: String,
    /// The mail.
    pub mail_id: Option<i64>,
    /// When it was first seen.
    pub seen_at: Timestamp,
    /// When it came into its last state.
    pub settled_at: Option<Timestamp>,
}

/// The row of an id.
pub async fn row(engine: &Engine, id: i64) -> Result<Option<LedgerRow>, StoreError> {
    let row = engine
        .row(
            "SELECT id, mailbox, folder, uidvalidity, uid, state, reason, mail_id, seen_at, settled_at
             FROM ledger WHERE id = $1",
            values![id],
        )
        .await?;
    row.map(|row| read(&row)).transpose()
}

/// Every row, in the order of being seen.
pub async fn all(engine: &Engine) -> Result<Vec<LedgerRow>, StoreError> {
    engine
        .rows(
            "SELECT id, mailbox, folder, uidvalidity, uid, state, reason, mail_id, seen_at, settled_at
             FROM ledger ORDER BY id",
            values![],
        )
        .await?
        .iter()
        .map(read)
        .collect()
}

/// The rows of a mail: one for each place that it was delivered to.
pub async fn of_mail(engine: &Engine, mail_id: i64) -> Result<Vec<LedgerRow>, StoreError> {
    engine
        .rows(
            "SELECT id, mailbox, folder, uidvalidity, uid, state, reason, mail_id, seen_at, settled_at
             FROM ledger WHERE mail_id = $1 ORDER BY id",
            values![mail_id],
        )
        .await?
        .iter()
        .map(read)
        .collect()
}

fn read(row: &Row) -> Result<LedgerRow, StoreError> {
    Ok(LedgerRow {
        id: row.int("id")?,
        mailbox: row.text("mailbox")?,
        folder: row.text("folder")?,
        uidvalidity: row.int("uidvalidity")?,
        uid: row.int("uid")?,
        state: row.text("state")?,
        reason: row.text("reason")?,
        mail_id: row.int_or_null("mail_id")?,
        seen_at: row.time("seen_at")?,
        settled_at: row.time_or_null("settled_at")?,
    })
}
