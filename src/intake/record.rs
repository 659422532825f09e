//! The writing half of a pass: mails of a batch are read in parallel, then written down together.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::StreamExt as _;
use futures_util::stream::unfold;
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::fetch::Batch;
use super::read::{Circumstances, read};
use super::readers::Readers;
use super::{Intake, IntakeError, Passed, Plan};
use crate::clerk::{Clerk, Sitting};
use crate::domain::decide::Arrival;
use crate::mailbox::Fetched;
use crate::store::ledger::Settled;
use crate::store::mail::Raw;
use crate::store::{StoreError, ledger, mail};

/// Batches that wait to be written while the next is read.
const READ_BATCHES: usize = 1;

/// Batches read at once: no thread waits until the last mail of a batch is read.
const READING_BATCHES: usize = 2;

/// A mail ready to be written down.
pub(super) struct Ready {
    pub(super) uid: i64,
    pub(super) arrival: Arrival,
    pub(super) raw: Raw,
}

pub(super) fn ready(
    clerk: &Clerk,
    mail: &Fetched,
    circumstances: Circumstances,
) -> Result<Ready, StoreError> {
    let arrival = read(&clerk.desk, &mail.raw, circumstances);
    Ok(Ready { uid: mail.uid, arrival, raw: Raw::Whole(mail::pack(&mail.raw)?) })
}

impl Intake {
    /// Reads and writes down what is fetched, one batch being read while another is written.
    pub(super) async fn record_all(
        &self,
        plan: &Plan,
        fetched: Receiver<Batch>,
    ) -> Result<Passed, IntakeError> {
        let (queue, read) = mpsc::channel(READ_BATCHES);
        // When writing fails the queue closes and reading ends; the failure is the one to tell.
        let (reading, writing) =
            tokio::join!(self.read_all(plan, fetched, queue), self.write_all(plan, read));
        let passed = writing?;
        reading?;
        Ok(passed)
    }

    async fn read_all(
        &self,
        plan: &Plan,
        fetched: Receiver<Batch>,
        queue: Sender<Vec<Ready>>,
    ) -> Result<(), IntakeError> {
        let readers = Readers::new();
        let batches = unfold(fetched, async |mut fetched| {
            let batch = fetched.recv().await?;
            Some((batch, fetched))
        });
        let reading = batches.map(|batch| self.read_batch(plan, &readers, batch));
        let mut read = pin!(reading.buffered(READING_BATCHES));
        while let Some(ready) = read.next().await {
            if queue.send(ready?).await.is_err() {
                break;
            }
        }
        Ok(())
    }

    async fn read_batch(
        &self,
        plan: &Plan,
        readers: &Readers,
        batch: Batch,
    ) -> Result<Vec<Ready>, IntakeError> {
        Ok(match batch {
            Batch::Small(mails) => self.read_small(plan, readers, mails).await?,
            Batch::Large { uid, raw_id, cut } => {
                vec![self.read_large(plan, readers, (uid, raw_id, cut)).await?]
            }
            Batch::Head(head) => vec![self.read_head(plan, readers, head).await?],
        })
    }

    async fn write_all(
        &self,
        plan: &Plan,
        mut read: Receiver<Vec<Ready>>,
    ) -> Result<Passed, IntakeError> {
        let mut passed = Passed::default();
        while let Some(mut ready) = read.recv().await {
            passed.add(self.write_down(plan, &mut ready).await?);
        }
        Ok(passed)
    }

    async fn read_small(
        &self,
        plan: &Plan,
        readers: &Readers,
        mails: Vec<Fetched>,
    ) -> Result<Vec<Ready>, IntakeError> {
        let circumstances = self.circumstances(plan, false);
        let rescan_uid_max = plan.rescan_uid_max;
        let count = mails.len();
        let mails = Arc::new(Mutex::new(mails.into_iter().enumerate()));
        let mut threads = Vec::new();
        for _ in 0..readers.count().min(count) {
            let (mails, clerk) = (Arc::clone(&mails), Arc::clone(&self.clerk));
            let circumstances = circumstances.clone();
            let read = move || {
                let next = || mails.lock().unwrap_or_else(PoisonError::into_inner).next();
                std::iter::from_fn(next)
                    .map(|(place, mail)| {
                        let rescan = mail.uid <= rescan_uid_max;
                        let circumstances = Circumstances { rescan, ..circumstances.clone() };
                        Ok((place, ready(&clerk, &mail, circumstances)?))
                    })
                    .collect::<Result<Vec<_>, StoreError>>()
            };
            threads.push(readers.one().await.run(read));
        }
        // In the order of arrival: an addition must find the ticket that the mail before it opened.
        let mut ready = BTreeMap::new();
        for thread in threads {
            ready.extend(thread.await??);
        }
        Ok(ready.into_values().collect())
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
        let mut tx = self.begin().await?;
        let uids: Vec<i64> = ready.iter().map(|one| one.uid).collect();
        let open = ledger::open(&mut tx, &plan.folder, &uids).await?;
        for one in ready.iter_mut() {
            // One that is no longer open was written down by another daemon meanwhile.
            let Some(seen_at) = open.get(&one.uid) else { continue };
            one.arrival.received_at = *seen_at;
            one.arrival.restored = plan.restored;
            let recorded =
                self.clerk.record(&mut tx, &mut sitting, &one.arrival, &one.raw, now).await?;
            let settled = Settled {
                state: recorded.state,
                reason: &recorded.reason,
                content_key: Some(&one.arrival.content_key),
            };
            ledger::settle(&mut tx, &plan.folder, one.uid, &settled, now);
            passed.add(Passed { settled: 1, letters: recorded.letters, unaccounted: 0 });
        }
        sitting.close(&mut tx);
        tx.commit().await?;
        Ok(passed)
    }

    /// A large mail: its pieces are in the store; it is read alone, because reading holds it whole.
    async fn read_large(
        &self,
        plan: &Plan,
        readers: &Readers,
        (uid, raw_id, cut): (i64, i64, bool),
    ) -> Result<Ready, IntakeError> {
        let alone = readers.all().await;
        let raw = mail::raw(&self.engine, raw_id).await?;
        let clerk = Arc::clone(&self.clerk);
        let mut circumstances = self.circumstances(plan, cut);
        circumstances.rescan = uid <= plan.rescan_uid_max;
        let read = alone.run(move || {
            let hash = mail::hash(&raw);
            let arrival = read(&clerk.desk, &raw, circumstances);
            Ready { uid, arrival, raw: Raw::Pieces { raw_id, hash } }
        });
        Ok(read.await?)
    }

    async fn read_head(
        &self,
        plan: &Plan,
        readers: &Readers,
        head: Fetched,
    ) -> Result<Ready, IntakeError> {
        let clerk = Arc::clone(&self.clerk);
        let mut circumstances = self.circumstances(plan, true);
        circumstances.rescan = head.uid <= plan.rescan_uid_max;
        Ok(readers.one().await.run(move || ready(&clerk, &head, circumstances)).await??)
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
