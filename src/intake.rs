//! One pass over one folder: what the ledger does not know is fetched, read, decided about and written
//! down; then the server's copy is marked.
//!
//! A pass takes no input but the folder and the store, so that it is the same after a start, a crash, a
//! wake-up and in a test. Fetching and writing overlap; what is fetched waits in a short queue, so that
//! memory is bounded by it and not by the mailbox.

use std::path::PathBuf;

use tokio::sync::mpsc;

use crate::clerk::Clerk;
use crate::clock::Clock;
use crate::config::{After, Start};
use crate::domain::pass::{self, Known, Suspect, not_in};
use crate::domain::space::said;
use crate::domain::time::Timestamp;
use crate::mailbox::{MailboxError, Source};
use crate::store::ledger::Folder;
use crate::store::space::Disk;
use crate::store::{Engine, StoreError, Tx, folders, ledger, workers};

mod fetch;

mod files;

mod poison;

pub mod read;

mod readers;

mod record;

pub use files::{Imported, import, read_again};

/// Why a pass ended early. Everything that it had written down stays; the next pass does the rest.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The mailbox.
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The disk of the store is full.
    #[error(
        "store: expected room on the disk of {}, found {} free; mail waits on its server: make room",
        directory.display(), said(*free)
    )]
    Full {
        /// Where the store lies.
        directory: PathBuf,
        /// Free bytes.
        free: u64,
    },
    /// The thread that reads mails is gone.
    #[error("intake: expected the reader's answer, found it ended: {0}")]
    Reader(#[from] tokio::task::JoinError),
}

/// What a pass over one mailbox needs.
#[derive(Debug, Clone)]
pub struct Intake {
    /// Decides and writes down.
    pub clerk: std::sync::Arc<Clerk>,
    /// Where it is written.
    pub engine: Engine,
    /// Tells the time.
    pub clock: Clock,
    /// The mailbox's name in the ledger.
    pub mailbox: String,
    /// Where to begin the first time.
    pub start: Start,
    /// What to do on the server afterwards.
    pub after: After,
    /// Larger mails are read from their beginning; the rest stays on the server.
    pub mail_bytes_max: u64,
    /// The worker that watches the mailbox: it writes only while it still does. `None` for one who only
    /// passes by, whom the ledger alone keeps from doing anything twice.
    pub epoch: Option<i64>,
    /// The disk of the store, where it is this machine's: when it is full, mail waits on its server.
    pub disk: Option<Disk>,
}

/// What a pass did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Passed {
    /// Messages written down.
    pub settled: usize,
    /// Letters that they caused.
    pub letters: usize,
    /// Messages in the folder without a last state at its end.
    pub unaccounted: usize,
}

impl Passed {
    fn add(&mut self, other: Self) {
        self.settled = self.settled.saturating_add(other.settled);
        self.letters = self.letters.saturating_add(other.letters);
    }
}

/// What to fetch of a folder and how to take it.
#[derive(Debug, Clone)]
struct Plan {
    folder: Folder,
    /// UIDs to fetch, oldest first.
    uids: Vec<i64>,
    /// UIDs that could not be fetched before, the least suspect first.
    suspects: Vec<Suspect>,
    /// A UID that was fetched once, to tell a mail's trouble from the server's.
    witness: Option<i64>,
    /// See [`folders::Opened::rescan_uid_max`].
    rescan_uid_max: i64,
    /// See [`folders::Opened::restored`].
    restored: bool,
    /// See [`crate::domain::decide::Arrival::history_before`].
    history_before: Option<Timestamp>,
}

impl Plan {
    /// What [`pass::Plan`] says, of a folder.
    fn of(
        folder: Folder,
        plan: pass::Plan,
        rescan_uid_max: i64,
        history_before: Option<Timestamp>,
    ) -> Self {
        let pass::Plan { uids, suspects, witness, .. } = plan;
        Self { folder, uids, suspects, witness, rescan_uid_max, restored: false, history_before }
    }
}

impl Intake {
    /// A whole pass: every message of the folder is held against the ledger.
    pub async fn pass(&self, source: &mut Source) -> Result<Passed, IntakeError> {
        self.require_room()?;
        let folder = self.folder(source);
        // Before anything is written: a folder counts as opened only together with its history.
        let listing = source.list().await?;
        let history = self.history(source, &folder, &listing).await?;
        let now = self.clock.now();
        let mut tx = self.begin().await?;
        let opened = folders::open(&mut tx, &folder, now).await?;
        if opened.first {
            ledger::file_history(&mut tx, &folder, &history, now).await?;
        }
        tx.commit().await?;
        let mut rescan_uid_max = opened.rescan_uid_max;
        if rescan_uid_max == folders::RESCAN_ALL {
            rescan_uid_max = listing.iter().copied().max().unwrap_or(0);
            let mut tx = self.begin().await?;
            folders::rescan_up_to(&mut tx, &folder, rescan_uid_max).await?;
            tx.commit().await?;
        }
        let known = ledger::known(&self.engine, &folder).await?;
        let planned = pass::Plan::of(&listing, &known);
        self.note_missing(&folder, &planned, now).await?;
        let history_before = (self.start != Start::All).then_some(opened.first_seen_at);
        let mut plan = Plan::of(folder.clone(), planned, rescan_uid_max, history_before);
        plan.restored = opened.restored;
        let mut passed = self.take_in(source, &plan).await?;
        passed.unaccounted = self.still_open(&plan).await?;
        if self.after != After::Leave {
            let known = ledger::known(&self.engine, &folder).await?;
            self.mark(source, &folder, &listing, &known).await?;
        }
        let unaccounted = i64::try_from(passed.unaccounted).unwrap_or(i64::MAX);
        let mut tx = self.begin().await?;
        folders::passed(&mut tx, &folder, unaccounted, self.clock.now()).await?;
        tx.commit().await?;
        Ok(passed)
    }

    /// A short pass: only what came above `uid`, the highest that the ledger knows. It is what a wake-up
    /// calls for; a whole pass follows sooner or later and misses nothing.
    pub async fn pass_above(&self, source: &mut Source, uid: i64) -> Result<Passed, IntakeError> {
        self.require_room()?;
        let folder = self.folder(source);
        let uids = source.list_above(uid).await?;
        if uids.is_empty() {
            return Ok(Passed::default());
        }
        let planned = pass::Plan::of(&uids, &Known::default());
        let plan = Plan::of(folder.clone(), planned, 0, None);
        let mut passed = self.take_in(source, &plan).await?;
        passed.unaccounted = plan.uids.len().saturating_sub(passed.settled);
        if self.after != After::Leave {
            let known = ledger::known(&self.engine, &folder).await?;
            self.mark(source, &folder, &plan.uids, &known).await?;
        }
        Ok(passed)
    }

    /// Nothing is taken in that might not fit: a half-filled disk stops the letters too.
    fn require_room(&self) -> Result<(), IntakeError> {
        let Some(disk) = &self.disk else { return Ok(()) };
        match disk.full() {
            None => Ok(()),
            Some(space) => {
                Err(IntakeError::Full { directory: disk.directory.clone(), free: space.free })
            }
        }
    }

    /// The highest UID that the ledger knows of a folder.
    pub async fn highest(&self, source: &Source) -> Result<i64, IntakeError> {
        Ok(ledger::highest(&self.engine, &self.folder(source)).await?)
    }

    /// Begins a transaction that happens only while the mailbox is this worker's.
    async fn begin(&self) -> Result<Tx, StoreError> {
        let mut tx = self.engine.begin().await?;
        if let Some(epoch) = self.epoch {
            workers::fence(&mut tx, epoch, &self.mailbox).await?;
        }
        Ok(tx)
    }

    fn folder(&self, source: &Source) -> Folder {
        Folder {
            mailbox: self.mailbox.clone(),
            folder: source.folder().to_owned(),
            validity: source.validity(),
        }
    }

    /// What lies there when a mailbox is read for the first time is history, unless it is asked for.
    async fn history(
        &self,
        source: &mut Source,
        folder: &Folder,
        listing: &[i64],
    ) -> Result<Vec<i64>, IntakeError> {
        if self.start == Start::All || folders::is_known(&self.engine, folder).await? {
            return Ok(Vec::new());
        }
        let asked_for = match self.start {
            Start::Since(day) => source.list_since(&day.to_string()).await?,
            Start::All | Start::Now => Vec::new(),
        };
        Ok(not_in(listing, &asked_for))
    }

    /// Messages that the listing does not show, or shows again.
    async fn note_missing(
        &self,
        folder: &Folder,
        plan: &pass::Plan,
        now: Timestamp,
    ) -> Result<(), IntakeError> {
        if plan.has_news() {
            let mut tx = self.begin().await?;
            ledger::miss(&mut tx, folder, plan, now);
            tx.commit().await?;
        }
        Ok(())
    }

    /// Fetches and writes down, both at once.
    async fn take_in(&self, source: &mut Source, plan: &Plan) -> Result<Passed, IntakeError> {
        if plan.uids.is_empty() && plan.suspects.is_empty() {
            return Ok(Passed::default());
        }
        let mut tx = self.begin().await?;
        ledger::see(&mut tx, &plan.folder, &plan.uids, self.clock.now()).await?;
        tx.commit().await?;
        let (queue, fetched) = mpsc::channel(fetch::QUEUE_BATCHES);
        // Both run in this task. When writing fails the queue closes and fetching ends; when fetching
        // fails, what came before is still written.
        let (fetching, recording) =
            tokio::join!(self.fetch(source, plan, queue), self.record_all(plan, fetched));
        let passed = recording?;
        fetching?;
        Ok(passed)
    }

    /// How many messages of a plan have no last state.
    async fn still_open(&self, plan: &Plan) -> Result<usize, IntakeError> {
        let suspects = plan.suspects.iter().map(|suspect| suspect.uid);
        let uids: Vec<i64> = plan.uids.iter().copied().chain(suspects).collect();
        if uids.is_empty() {
            return Ok(0);
        }
        let mut tx = self.begin().await?;
        Ok(ledger::open(&mut tx, &plan.folder, &uids).await?.len())
    }

    /// Carries `after` out, best effort: what the server refuses now is repeated by the next whole pass,
    /// and never undoes what is written down.
    async fn mark(
        &self,
        source: &mut Source,
        folder: &Folder,
        listing: &[i64],
        known: &Known,
    ) -> Result<(), IntakeError> {
        if self.after == After::Leave {
            return Ok(());
        }
        let uids = pass::to_mark(listing, known);
        if uids.is_empty() {
            return Ok(());
        }
        match source.mark(&uids, &self.after).await {
            Ok(()) => {}
            Err(error) if error.is_answer() => {
                tracing::warn!(
                    mailbox = %self.mailbox, messages = uids.len(), %error,
                    "mails could not be marked; the next pass tries again"
                );
                return Ok(());
            }
            // What the connection would say next belongs to this command: it must not be used again.
            Err(error) => return Err(error.into()),
        }
        let mut tx = self.begin().await?;
        ledger::mark(&mut tx, folder, &uids).await?;
        tx.commit().await?;
        Ok(())
    }
}
