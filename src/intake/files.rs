//! Mail that does not come from a mailbox: files that are imported, and the quarantine read again.

use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::IntakeError;
use super::read::{Circumstances, read};
use super::record::{Ready, ready};
use crate::clerk::{Clerk, Sitting};
use crate::domain::kind::Kind;
use crate::domain::time::Timestamp;
use crate::mailbox::{Fetched, uid_of};
use crate::store::ledger::{Folder, Settled};
use crate::store::mail::MailRow;
use crate::store::{Engine, StoreError, ledger, mail};

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// Mails that were new.
    pub new: usize,
    /// Mails that the store already had.
    pub known: usize,
}

/// The mailbox name of imported mail in the ledger.
pub const IMPORT: &str = "import";

/// Writes mails from files down, as if they had come to a mailbox; without letters unless asked for.
/// `received_at` of each is what its top `Received` says. Importing twice changes nothing.
pub async fn import(
    clerk: &Arc<Clerk>,
    engine: &Engine,
    mails: Vec<Vec<u8>>,
    letters: bool,
    now: Timestamp,
) -> Result<Imported, IntakeError> {
    let reader = Arc::clone(clerk);
    let ready = spawn_blocking(move || {
        mails
            .into_iter()
            .map(|raw| {
                let circumstances = Circumstances {
                    received_at: now,
                    mailbox: IMPORT.to_owned(),
                    rescan: false,
                    history_before: None,
                    letters,
                    oversize: false,
                };
                // 62 bits of the content stand for the UID that a file does not have.
                let uid = uid_of(&raw);
                let mut ready = ready(&reader, &Fetched { uid, raw }, circumstances)?;
                if let Some(delivered) = ready.arrival.mail.delivered_at {
                    ready.arrival.received_at = delivered.min(now);
                }
                Ok(ready)
            })
            .collect::<Result<Vec<Ready>, StoreError>>()
    })
    .await??;
    let folder = Folder { mailbox: IMPORT.to_owned(), folder: IMPORT.to_owned(), validity: 1 };
    let mut imported = Imported::default();
    let mut sitting = Sitting::default();
    let mut tx = engine.begin().await?;
    for one in &ready {
        ledger::see(&mut tx, &folder, &[one.uid], one.arrival.received_at).await?;
        if !ledger::open(&mut tx, &folder, &[one.uid]).await?.contains_key(&one.uid) {
            imported.known = imported.known.saturating_add(1);
            continue;
        }
        let recorded = clerk.record(&mut tx, &mut sitting, &one.arrival, &one.raw, now).await?;
        let settled = Settled {
            state: recorded.state,
            reason: &recorded.reason,
            content_key: Some(&one.arrival.content_key),
        };
        ledger::settle(&mut tx, &folder, one.uid, &settled, now);
        imported.new = imported.new.saturating_add(1);
    }
    sitting.close(&mut tx);
    tx.commit().await?;
    Ok(imported)
}

/// Reads a quarantined mail again; false when it still cannot be read.
pub async fn read_again(
    clerk: &Arc<Clerk>,
    engine: &Engine,
    row: &MailRow,
    number: &str,
    now: Timestamp,
) -> Result<bool, IntakeError> {
    let Some(raw_id) = row.raw_id else { return Ok(false) };
    let raw = mail::raw(engine, raw_id).await?;
    let circumstances = Circumstances {
        received_at: row.received_at,
        mailbox: row.mailbox.clone(),
        rescan: false,
        history_before: None,
        letters: true,
        oversize: false,
    };
    let reader = Arc::clone(clerk);
    let arrival = spawn_blocking(move || read(&reader.desk, &raw, circumstances)).await?;
    if arrival.kind.kind == Kind::Unreadable {
        return Ok(false);
    }
    let mut tx = engine.begin().await?;
    clerk.record_again(&mut tx, row, number, &arrival, now).await?;
    tx.commit().await?;
    Ok(true)
}
