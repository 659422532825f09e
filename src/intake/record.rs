//! The writing half of a pass: mails of a batch are read in parallel, then written down together.

use std::sync::Arc;

use tokio::sync::mpsc::Receiver;
use tokio::task::spawn_blocking;

use super::fetch::Batch;
use super::read::{Circumstances, read};
use super::{Intake, IntakeError, Passed, Plan};
use crate::clerk::{Clerk, Sitting};
use crate::domain::decide::Arrival;
use crate::domain::kind::Kind;
use crate::domain::time::Timestamp;
use crate::mailbox::{Fetched, uid_of};
use crate::store::ledger::{Folder, Settled};
use crate::store::mail::{MailRow, Raw};
use crate::store::{Engine, StoreError, ledger, mail};

/// Mails read on one thread at a time: enough to be worth the hand-over, few enough to spread a batch.
const READ_TOGETHER: usize = 8;

/// A mail ready to be written down.
struct Ready {
    uid: i64,
    arrival: Arrival,
    raw: Raw,
}

fn ready(clerk: &Clerk, mail: &Fetched, circumstances: Circumstances) -> Result<Ready, StoreError> {
    let arrival = read(&clerk.desk, &mail.raw, circumstances);
    Ok(Ready { uid: mail.uid, arrival, raw: Raw::Whole(mail::pack(&mail.raw)?) })
}

impl Intake {
    pub(super) async fn record_all(
        &self,
        plan: &Plan,
        mut fetched: Receiver<Batch>,
    ) -> Result<Passed, IntakeError> {
        let mut passed = Passed::default();
        while let Some(batch) = fetched.recv().await {
            passed.add(match batch {
                Batch::Small(mails) => self.record_small(plan, mails).await?,
                Batch::Large { uid, raw_id, cut } => {
                    self.record_large(plan, uid, raw_id, cut).await?
                }
                Batch::Head(head) => self.record_head(plan, head).await?,
            });
        }
        Ok(passed)
    }

    async fn record_small(&self, plan: &Plan, mails: Vec<Fetched>) -> Result<Passed, IntakeError> {
        let circumstances = self.circumstances(plan, false);
        let mut threads = Vec::new();
        let mut mails = mails.into_iter().peekable();
        while mails.peek().is_some() {
            let some: Vec<Fetched> = mails.by_ref().take(READ_TOGETHER).collect();
            let clerk = Arc::clone(&self.clerk);
            let circumstances = circumstances.clone();
            let rescan_uid_max = plan.rescan_uid_max;
            threads.push(spawn_blocking(move || {
                some.into_iter()
                    .map(|mail| {
                        let rescan = mail.uid <= rescan_uid_max;
                        let circumstances = Circumstances { rescan, ..circumstances.clone() };
                        ready(&clerk, &mail, circumstances)
                    })
                    .collect::<Result<Vec<_>, StoreError>>()
            }));
        }
        let mut ready = Vec::new();
        for thread in threads {
            ready.extend(thread.await??);
        }
        self.write_down(plan, &mut ready).await
    }

    /// A batch in one transaction. When it fails for a mail of it, each mail gets its own, so that one
    /// cannot hold up the others.
    async fn write_down(&self, plan: &Plan, ready: &mut [Ready]) -> Result<Passed, IntakeError> {
        match self.write_together(plan, ready).await {
            Ok(passed) => Ok(passed),
            Err(error) if error.is_statement() && ready.len() > 1 => {
                tracing::warn!(%error, mails = ready.len(), "a batch failed; each mail is tried alone");
                let mut passed = Passed::default();
                for index in 0..ready.len() {
                    if let Some(one) = ready.get_mut(index..=index) {
                        passed.add(self.write_together(plan, one).await?);
                    }
                }
                Ok(passed)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn write_together(&self, plan: &Plan, ready: &mut [Ready]) -> Result<Passed, StoreError> {
        let now = self.clock.now();
        let mut passed = Passed::default();
        let mut sitting = Sitting::default();
        let mut tx = self.engine.begin().await?;
        let uids: Vec<i64> = ready.iter().map(|one| one.uid).collect();
        let open = ledger::open(&mut tx, &plan.folder, &uids).await?;
        for one in ready.iter_mut() {
            // One that is no longer open was written down by another daemon meanwhile.
            let Some(seen_at) = open.get(&one.uid) else { continue };
            one.arrival.received_at = *seen_at;
            let recorded =
                self.clerk.record(&mut tx, &mut sitting, &one.arrival, &one.raw, now).await?;
            let settled = Settled {
                state: recorded.state,
                reason: &recorded.reason,
                mail_id: Some(recorded.mail_id),
            };
            ledger::settle(&mut tx, &plan.folder, one.uid, &settled, now).await?;
            passed.add(Passed { settled: 1, letters: recorded.letters, unaccounted: 0 });
        }
        sitting.close(&mut tx).await?;
        tx.commit().await?;
        Ok(passed)
    }

    /// A large mail: its pieces are in the store; it is read alone, because reading holds it whole.
    async fn record_large(
        &self,
        plan: &Plan,
        uid: i64,
        raw_id: i64,
        cut: bool,
    ) -> Result<Passed, IntakeError> {
        let raw = mail::raw(&self.engine, raw_id).await?;
        let clerk = Arc::clone(&self.clerk);
        let mut circumstances = self.circumstances(plan, cut);
        circumstances.rescan = uid <= plan.rescan_uid_max;
        let ready = spawn_blocking(move || {
            let hash = mail::hash(&raw);
            let arrival = read(&clerk.desk, &raw, circumstances);
            Ready { uid, arrival, raw: Raw::Pieces { raw_id, hash } }
        })
        .await?;
        self.write_down(plan, &mut [ready]).await
    }

    async fn record_head(&self, plan: &Plan, head: Fetched) -> Result<Passed, IntakeError> {
        let clerk = Arc::clone(&self.clerk);
        let mut circumstances = self.circumstances(plan, true);
        circumstances.rescan = head.uid <= plan.rescan_uid_max;
        let ready = spawn_blocking(move || ready(&clerk, &head, circumstances)).await??;
        self.write_down(plan, &mut [ready]).await
    }

    fn circumstances(&self, plan: &Plan, oversize: bool) -> Circumstances {
        Circumstances {
            received_at: self.clock.now(),
            mailbox: self.mailbox.clone(),
            rescan: false,
            history_before: plan.history_before,
            letters: true,
            oversize,
        }
    }
}

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
            mail_id: Some(recorded.mail_id),
        };
        ledger::settle(&mut tx, &folder, one.uid, &settled, now).await?;
        imported.new = imported.new.saturating_add(1);
    }
    sitting.close(&mut tx).await?;
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
    clerk.record_again(&mut tx, row.id, number, &arrival, now).await?;
    tx.commit().await?;
    Ok(true)
}
