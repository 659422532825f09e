//! The daemon: one task a mailbox, one for the outbox, one that keeps its place among other daemons, one
//! that watches them all; started and stopped here and nowhere else.
//!
//! Soft stop first: tasks finish what they do and take nothing new. What has not ended after
//! `SOFT_STOP_MAX` is dropped; the store makes that safe, because a pass is repeated and a letter in
//! mid-body becomes ambiguous.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::carrier::Carrier;
use crate::clerk::Clerk;
use crate::clock::{Chance, Clock};
use crate::config::{Config, Mailbox};
use crate::console::Tally;
use crate::dispatch::{Dispatch, Dispatched};
use crate::domain::time::Timestamp;
use crate::figures;
use crate::intake::{Intake, IntakeError, Passed};
use crate::mailbox::session::Deadlines;
use crate::mailbox::{MailboxError, Source};
use crate::setup::{self, Prepared, SetupError};
use crate::store::{Engine, Store, StoreError, folders, workers};

mod keeper;

mod alarms;

mod canary;

mod listener;

mod mailbox;

mod outgoing;

mod pulse;

pub mod service;

mod second;

pub use keeper::{Held, Place};
pub use pulse::Pulse;

/// Tasks get this long to finish; systemd's `TimeoutStopSec` is longer.
const SOFT_STOP_MAX: Duration = Duration::from_secs(30);

/// A worker that has not shown itself for so long, by the clocks, is dead to a single round.
const ONCE_SILENCE_MAX: Duration = Duration::from_secs(15);

/// Everything that the tasks share.
#[derive(Debug)]
pub struct Parts {
    /// The configuration they were made from.
    pub config: Config,
    /// Where everything is kept.
    pub engine: Engine,
    /// Decides and writes.
    pub clerk: Arc<Clerk>,
    /// How letters leave.
    pub carrier: Carrier,
    /// How long IMAP servers may take.
    pub imap: Deadlines,
    /// Tells the time.
    pub clock: Clock,
}

impl Parts {
    /// From a checked configuration and an open store.
    pub fn new(config: Config, store: &Store, clock: Clock) -> Result<Self, SetupError> {
        let prepared = setup::prepare(&config)?;
        Ok(Self::of(config, prepared, store, clock))
    }

    /// The same, from what was prepared before the store was opened.
    #[must_use]
    pub fn of(config: Config, prepared: Prepared, store: &Store, clock: Clock) -> Self {
        let (clerk, carrier) = prepared.with(store.signer.clone());
        let (engine, imap) = (store.engine.clone(), Deadlines::default());
        Self { config, engine, clerk, carrier, imap, clock }
    }

    /// The mailboxes of the configuration.
    fn mailbox_names(&self) -> BTreeSet<String> {
        self.config.mailboxes.iter().map(|mailbox| mailbox.name.clone()).collect()
    }

    fn intake(&self, mailbox: &Mailbox, epoch: Option<i64>) -> Intake {
        Intake {
            epoch,
            clerk: Arc::clone(&self.clerk),
            engine: self.engine.clone(),
            clock: self.clock.clone(),
            mailbox: mailbox.name.clone(),
            start: mailbox.start,
            after: mailbox.after.clone(),
            // 0 is no limit, as in every line of `[limits]`.
            mail_bytes_max: match self.config.limits.mail_bytes_max {
                0 => u64::MAX,
                limit => limit,
            },
            disk: figures::disk(&self.config),
        }
    }

    /// Begins a worker's epoch.
    async fn begin_epoch(&self) -> Result<i64, StoreError> {
        let mut tx = self.engine.begin().await?;
        let epoch = workers::begin(&mut tx, &self.mailbox_names(), self.clock.now()).await?;
        tx.commit().await?;
        Ok(epoch)
    }

    /// Begins an epoch for one who cannot wait and watch as a daemon does, and takes over what ended ones left.
    /// `alone`: every other worker is dead; else those are that have not shown themselves for a while.
    pub async fn dispatch(&self, alone: bool) -> Result<Dispatch, StoreError> {
        let epoch = self.begin_epoch().await?;
        let silent_since = if alone {
            Timestamp::from_millis(i64::MAX)
        } else {
            self.clock.now().minus(ONCE_SILENCE_MAX)
        };
        self.end_silent(epoch, silent_since).await?;
        let dispatch = self.dispatch_in(epoch);
        dispatch.reclaim().await?;
        Ok(dispatch)
    }

    /// The outbox's work in an epoch.
    fn dispatch_in(&self, epoch: i64) -> Dispatch {
        Dispatch {
            engine: self.engine.clone(),
            carrier: self.carrier.clone(),
            clerk: Arc::clone(&self.clerk),
            clock: self.clock.clone(),
            chance: std::sync::Mutex::new(Chance::system()),
            epoch,
            greeted: std::sync::Mutex::default(),
        }
    }

    /// Ends the epochs of workers that have not shown themselves since `silent_since`.
    async fn end_silent(&self, own: i64, silent_since: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.engine.begin().await?;
        workers::end_silent(&mut tx, own, silent_since).await?;
        tx.commit().await
    }

    /// Ends this daemon's epoch: what it held is free.
    async fn end_epoch(&self, epoch: i64) -> Result<(), StoreError> {
        let mut tx = self.engine.begin().await?;
        workers::end(&mut tx, epoch, None).await?;
        tx.commit().await
    }
}

/// What one round did.
#[derive(Debug, Default)]
pub struct Round {
    /// Of each mailbox, by name.
    pub mailboxes: Vec<(String, Result<Passed, IntakeError>)>,
    /// Of the outbox.
    pub letters: Dispatched,
}

/// A mailbox's folder, or why it cannot be read.
pub type Opened = Result<Source, MailboxError>;

/// Opens every mailbox of a configuration, in its order.
pub async fn open_mailboxes(config: &Config, deadlines: Deadlines) -> Vec<Opened> {
    let each = config.mailboxes.iter().map(|mailbox| setup::open_source(mailbox, deadlines));
    futures_util::future::join_all(each).await
}

/// One full pass of every mailbox, then each letter due now is tried once (`run --once`).
pub async fn once(parts: &Parts) -> Result<Round, StoreError> {
    let opened = open_mailboxes(&parts.config, parts.imap).await;
    Box::pin(once_over(parts, opened)).await
}

/// The same over mailboxes that were opened already, in the order of the configuration.
pub async fn once_over(parts: &Parts, opened: Vec<Opened>) -> Result<Round, StoreError> {
    let dispatch = parts.dispatch(!parts.engine.is_postgres()).await?;
    let mailboxes = parts.config.mailboxes.iter().zip(opened);
    let passes = mailboxes.map(|(mailbox, opened)| pass_once(parts, mailbox, opened));
    let mailboxes = futures_util::future::join_all(passes).await;
    let mut letters = Dispatched::default();
    loop {
        let pass = dispatch.pass().await?;
        let more = pass.tried() > 0 && pass.unusable.is_none();
        letters.add(pass);
        // A letter that failed may have caused a notice, which is due now.
        if !more {
            break;
        }
    }
    parts.end_epoch(dispatch.epoch).await?;
    Ok(Round { mailboxes, letters })
}

async fn pass_once(
    parts: &Parts,
    mailbox: &Mailbox,
    opened: Opened,
) -> (String, Result<Passed, IntakeError>) {
    let intake = parts.intake(mailbox, None);
    let passed = async {
        let mut source = opened?;
        let passed = intake.pass(&mut source).await?;
        if let Source::Imap(imap) = source {
            imap.logout().await;
        }
        Ok(passed)
    };
    let passed = passed.await;
    if let Err(error) = &passed {
        note_trouble(&parts.engine, &mailbox.name, error).await;
    }
    (mailbox.name.clone(), passed)
}

/// Writes a mailbox's trouble down for `status`. A store that cannot do that is a trouble of its own,
/// which whoever uses it next reports.
async fn note_trouble(engine: &Engine, mailbox: &str, error: &IntakeError) {
    let noted = async {
        let mut tx = engine.begin().await?;
        folders::trouble(&mut tx, mailbox, &error.to_string()).await?;
        tx.commit().await
    };
    if let Err(error) = noted.await {
        tracing::error!(%mailbox, %error, "the state of a mailbox could not be written down");
    }
}

/// Why the daemon's tasks ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was asked to.
    Stopped,
    /// A task ended that never should.
    Broken,
}

/// Runs until `stop` says so.
pub async fn serve(parts: Arc<Parts>, stop: watch::Receiver<bool>) -> Result<Ended, StoreError> {
    let epoch = parts.begin_epoch().await?;
    if !parts.engine.is_postgres() {
        // This process holds the store's lock: every other worker is dead.
        parts.end_silent(epoch, Timestamp::from_millis(i64::MAX)).await?;
    }
    let place = Arc::new(Place::new(epoch));
    let due = Arc::new(Notify::new());
    let tally = Arc::new(Tally::default());
    let mut pulses = Vec::new();
    let mut tasks = JoinSet::new();
    for index in 0..parts.config.mailboxes.len() {
        let pulse = Pulse::new(pulse::MAILBOX_SILENCE_MAX).counting(&tally);
        pulses.push(pulse.clone());
        let (parts, place) = (Arc::clone(&parts), Arc::clone(&place));
        let (due, stop) = (Arc::clone(&due), stop.clone());
        tasks.spawn(async move { mailbox::watch(&parts, index, &place, &due, &pulse, stop).await });
    }
    let pulse = Pulse::new(pulse::OUTBOX_SILENCE_MAX).counting(&tally);
    pulses.push(pulse.clone());
    {
        let (parts, place, stop) = (Arc::clone(&parts), Arc::clone(&place), stop.clone());
        tasks.spawn(async move { outgoing::serve(&parts, &place, &due, &pulse, stop).await });
    }
    let pulse = Pulse::new(pulse::KEEPER_SILENCE_MAX).counting(&tally);
    pulses.push(pulse.clone());
    if let Some(canary) = parts.config.canary.clone() {
        let (parts, place) = (Arc::clone(&parts), Arc::clone(&place));
        let (tally, stop) = (Arc::clone(&tally), stop.clone());
        tasks.spawn(async move { canary::serve(&parts, &place, &canary, &tally, stop).await });
    }
    {
        let (parts, pulses, stop) = (Arc::clone(&parts), pulses.clone(), stop.clone());
        tasks.spawn(async move { listener::serve(&parts, tally, pulses, stop).await });
    }
    {
        let (parts, stop) = (Arc::clone(&parts), stop.clone());
        tasks.spawn(async move { alarms::watch(&parts, stop).await });
    }
    {
        let (parts, stop) = (Arc::clone(&parts), stop.clone());
        tasks.spawn(async move { pulse::watch(&parts, &pulses, stop).await });
    }
    {
        let (parts, stop) = (Arc::clone(&parts), stop.clone());
        tasks.spawn(async move { end_with_the_disk(&parts.engine, stop).await });
    }
    // The keeper goes last: while letters are on their way the daemon must not look dead.
    let (end, ending) = watch::channel(false);
    let keeping = keeper::keep(&parts, &place, &pulse, stop.clone(), ending);
    let working = async {
        let ended = supervise(tasks, stop).await;
        end.send_replace(true);
        ended
    };
    let ((), ended) = tokio::join!(keeping, working);
    // With its tasks ended nothing is held any more: others go on at once.
    let epoch = place.watch().borrow().epoch;
    if let Err(error) = parts.end_epoch(epoch).await {
        tracing::warn!(%error, "the daemon could not sign off; what it held is freed later");
    }
    Ok(ended)
}

/// Ends, and the daemon with it, when the disk has failed to keep what was committed.
async fn end_with_the_disk(engine: &Engine, mut stop: watch::Receiver<bool>) {
    tokio::select! {
        () = engine.disk_failure() => tracing::error!(
            "the disk did not keep what it was told to keep (fsync failed); the process ends, and the \
             next start reads what is really there; look at the disk"
        ),
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

/// Waits for the stop, then for the tasks. A task that ends before is a fault of ours: the process ends
/// and systemd starts it anew, because half a daemon looks like a whole one.
async fn supervise(mut tasks: JoinSet<()>, stop: watch::Receiver<bool>) -> Ended {
    let mut told = stop.clone();
    tokio::select! {
        _ = told.wait_for(|stop| *stop) => {}
        ended = tasks.join_next() => {
            if !*stop.borrow() {
                if let Some(Err(error)) = ended {
                    tracing::error!(%error, "a task of the daemon ended");
                }
                return Ended::Broken;
            }
        }
    }
    let softly = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(SOFT_STOP_MAX, softly).await.is_err() {
        tracing::warn!("tasks did not end in time and are dropped; nothing is lost");
    }
    Ended::Stopped
}

/// Waits for the stop, holding nothing meanwhile.
async fn told(mut stop: watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}

/// Waits, unless it is time to stop; false when it is.
async fn wait(span: Duration, stop: &mut watch::Receiver<bool>) -> bool {
    tokio::select! {
        () = tokio::time::sleep(span) => true,
        _ = stop.wait_for(|stop| *stop) => false,
    }
}
