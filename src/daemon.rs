//! The daemon: one task a mailbox, one for the outbox, one that watches them; started and stopped here
//! and nowhere else.
//!
//! Soft stop first: tasks finish what they do and take nothing new. What has not ended after
//! `SOFT_STOP_MAX` is dropped; the store makes that safe, because a pass is repeated and a letter in
//! mid-body becomes ambiguous.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::carrier::Carrier;
use crate::clerk::Clerk;
use crate::clock::{Chance, Clock};
use crate::config::{Config, Mailbox};
use crate::dispatch::{Dispatch, Dispatched};
use crate::domain::time::Timestamp;
use crate::intake::{Intake, IntakeError, Passed};
use crate::mailbox::session::Deadlines;
use crate::setup::{self, Prepared, SetupError};
use crate::store::{Engine, Store, StoreError, folders, outbox};

mod mailbox;

mod outgoing;

mod pulse;

pub mod service;

pub use pulse::Pulse;

/// Tasks get this long to finish; systemd's `TimeoutStopSec` is longer.
const SOFT_STOP_MAX: Duration = Duration::from_secs(30);

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

    fn intake(&self, mailbox: &Mailbox) -> Intake {
        Intake {
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
        }
    }

    /// Begins a worker's epoch and takes over what ended ones left. `alone`: every other worker is dead,
    /// because this process holds the store's lock.
    pub async fn dispatch(&self, alone: bool) -> Result<Dispatch, StoreError> {
        let now = self.clock.now();
        let mut tx = self.engine.begin().await?;
        let epoch = outbox::begin_epoch(&mut tx, now).await?;
        tx.commit().await?;
        let dispatch = Dispatch {
            engine: self.engine.clone(),
            carrier: self.carrier.clone(),
            clerk: Arc::clone(&self.clerk),
            clock: self.clock.clone(),
            chance: std::sync::Mutex::new(Chance::system()),
            epoch,
            greeted: std::sync::Mutex::default(),
        };
        let silent_since =
            if alone { Timestamp::from_millis(i64::MAX) } else { now.minus(outgoing::SILENCE_MAX) };
        dispatch.reclaim(silent_since).await?;
        Ok(dispatch)
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

/// One full pass of every mailbox, then each letter due now is tried once (`run --once`).
pub async fn once(parts: &Parts) -> Result<Round, StoreError> {
    let dispatch = parts.dispatch(!parts.engine.is_postgres()).await?;
    let passes = parts.config.mailboxes.iter().map(|mailbox| pass_once(parts, mailbox));
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
    let mut tx = parts.engine.begin().await?;
    outbox::end_epoch(&mut tx, dispatch.epoch).await?;
    tx.commit().await?;
    Ok(Round { mailboxes, letters })
}

async fn pass_once(parts: &Parts, mailbox: &Mailbox) -> (String, Result<Passed, IntakeError>) {
    let intake = parts.intake(mailbox);
    let passed = async {
        let mut source = setup::open_source(mailbox, parts.imap).await?;
        let passed = intake.pass(&mut source).await?;
        if let crate::mailbox::Source::Imap(imap) = source {
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
    let alone = !parts.engine.is_postgres();
    let dispatch = parts.dispatch(alone).await?;
    let due = Arc::new(Notify::new());
    let mut pulses = Vec::new();
    let mut tasks = JoinSet::new();
    for index in 0..parts.config.mailboxes.len() {
        let pulse = Pulse::new(&parts.clock, pulse::MAILBOX_SILENCE_MAX);
        pulses.push(pulse.clone());
        let (parts, due, stop) = (Arc::clone(&parts), Arc::clone(&due), stop.clone());
        tasks.spawn(async move { mailbox::watch(&parts, index, &due, &pulse, stop).await });
    }
    let pulse = Pulse::new(&parts.clock, pulse::OUTBOX_SILENCE_MAX);
    pulses.push(pulse.clone());
    {
        let (parts, stop) = (Arc::clone(&parts), stop.clone());
        tasks.spawn(async move { outgoing::serve(&parts, dispatch, &due, &pulse, stop).await });
    }
    {
        let (parts, stop) = (Arc::clone(&parts), stop.clone());
        tasks.spawn(async move { pulse::watch(&parts, &pulses, stop).await });
    }
    Ok(supervise(tasks, stop).await)
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

/// Waits, unless it is time to stop; false when it is.
async fn wait(span: Duration, stop: &mut watch::Receiver<bool>) -> bool {
    tokio::select! {
        () = tokio::time::sleep(span) => true,
        _ = stop.wait_for(|stop| *stop) => false,
    }
}
