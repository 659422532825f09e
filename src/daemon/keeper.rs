//! Keeps this daemon's place among others on the same store: it shows that it lives, takes over what dead
//! ones left, and sees to it that every mailbox is watched by one daemon and no daemon by far the most.
//!
//! What to do is `domain::lease`'s word; a daemon that is alone goes through the same steps.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::{Parts, Pulse};
use crate::clock::Stopwatch;
use crate::domain::lease::{self, Peers};
use crate::store::{StoreError, workers};

/// Daemons look at each other this often.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A daemon shows that it lives this often: four times before it would be taken for dead.
const BEAT_EVERY: Duration = Duration::from_secs(3);

/// What this daemon holds at the moment, as its tasks see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its epoch.
    pub epoch: i64,
    /// The mailboxes that it watches.
    pub mailboxes: BTreeSet<String>,
}

/// Where the daemon's tasks and its keeper meet.
#[derive(Debug)]
pub struct Place {
    held: watch::Sender<Held>,
    /// Mailboxes with work in hand: given up only when it is done.
    busy: Mutex<BTreeSet<String>>,
    /// It is not known what of this epoch's work was written down: it should end, and a new one begin.
    doubted: Mutex<bool>,
}

impl Place {
    /// Of a daemon whose epoch has begun.
    #[must_use]
    pub fn new(epoch: i64) -> Self {
        let held = Held { epoch, mailboxes: BTreeSet::new() };
        Self { held: watch::Sender::new(held), busy: Mutex::default(), doubted: Mutex::default() }
    }

    /// What is held, and word of each change.
    pub fn watch(&self) -> watch::Receiver<Held> {
        self.held.subscribe()
    }

    /// Asks for a new epoch.
    pub fn doubt(&self) {
        *self.doubted.lock().unwrap_or_else(PoisonError::into_inner) = true;
    }

    fn is_doubted(&self) -> bool {
        *self.doubted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn believe(&self) {
        *self.doubted.lock().unwrap_or_else(PoisonError::into_inner) = false;
    }

    /// Work on a mailbox, from here until the guard is dropped.
    pub fn work_on(&self, mailbox: &str) -> AtWork<'_> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).insert(mailbox.to_owned());
        AtWork { place: self, mailbox: mailbox.to_owned() }
    }

    fn is_busy(&self, mailbox: &str) -> bool {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).contains(mailbox)
    }
}

/// See [`Place::work_on`].
#[derive(Debug)]
pub struct AtWork<'a> {
    place: &'a Place,
    mailbox: String,
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.place.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.mailbox);
    }
}

/// Keeps the place until `end`. From `stop` on the daemon is leaving: each mailbox is free for others as soon
/// as the work in hand on it is done, while the last letters are still on their way.
pub(super) async fn keep(
    parts: &Parts,
    place: &Place,
    pulse: &Pulse,
    mut stop: watch::Receiver<bool>,
    mut end: watch::Receiver<bool>,
) {
    let mut keeper = Keeper {
        parts,
        place,
        pulse,
        peers: Peers::default(),
        watch: Stopwatch::start(),
        beaten: None,
        is_well: true,
        is_leaving: false,
    };
    while !*end.borrow() {
        pulse.beat();
        keeper.step().await;
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stop.wait_for(|stop| *stop), if !keeper.is_leaving => keeper.is_leaving = true,
            _ = end.wait_for(|end| *end) => {}
        }
    }
}

struct Keeper<'a> {
    parts: &'a Parts,
    place: &'a Place,
    pulse: &'a Pulse,
    peers: Peers,
    watch: Stopwatch,
    /// When this daemon last showed that it lives, on `watch`.
    beaten: Option<Duration>,
    /// Whether the store could be used at the last look.
    is_well: bool,
    /// The daemon was told to stop.
    is_leaving: bool,
}

impl Keeper<'_> {
    async fn step(&mut self) {
        match self.look().await {
            Ok(()) => self.is_well = true,
            // The tasks that need the store say it too, each for itself.
            Err(error) if self.is_well => {
                self.is_well = false;
                tracing::error!(%error, "the daemon's place cannot be kept");
            }
            Err(error) => tracing::info!(%error, "the daemon's place still cannot be kept"),
        }
    }

    async fn look(&mut self) -> Result<(), StoreError> {
        self.show_life().await?;
        if self.is_leaving {
            return self.leave().await;
        }
        let living = workers::living(&self.parts.engine).await?;
        // On SQLite every other daemon is dead, and ended by the one that took the lock.
        let own = self.epoch();
        let dead = self.peers.observe(own, &living, self.watch.elapsed());
        if dead.is_empty() {
            return self.share(&living).await;
        }
        self.bury(&dead).await?;
        let living = workers::living(&self.parts.engine).await?;
        self.share(&living).await
    }

    fn epoch(&self) -> i64 {
        self.place.held.borrow().epoch
    }

    async fn show_life(&mut self) -> Result<(), StoreError> {
        if self.place.is_doubted() {
            return self.begin_anew().await;
        }
        let at = self.watch.elapsed();
        if self.beaten.is_some_and(|beaten| at.saturating_sub(beaten) < BEAT_EVERY) {
            return Ok(());
        }
        let began = Stopwatch::start();
        let mut tx = self.parts.engine.begin().await?;
        let lives = workers::beat(&mut tx, self.epoch(), self.parts.clock.now()).await?;
        tx.commit().await?;
        self.pulse.tally().store_took(began.elapsed());
        if !lives {
            self.pulse.tally().lease_lost();
            tracing::warn!("another daemon took this one for dead; a new epoch begins");
            self.begin_anew().await?;
        }
        self.beaten = Some(at);
        Ok(())
    }

    /// A new epoch: nothing of the old one's is held any more, and its letters are sorted out like those of
    /// a dead daemon.
    async fn begin_anew(&self) -> Result<(), StoreError> {
        let (engine, now) = (&self.parts.engine, self.parts.clock.now());
        let mut tx = engine.begin().await?;
        workers::end(&mut tx, self.epoch(), None).await?;
        let epoch = workers::begin(&mut tx, &self.parts.mailbox_names(), now).await?;
        tx.commit().await?;
        self.place.believe();
        self.place.held.send_modify(|held| {
            held.epoch = epoch;
            held.mailboxes.clear();
        });
        Ok(())
    }

    async fn bury(&self, dead: &[(i64, i64)]) -> Result<(), StoreError> {
        for (epoch, beats) in dead {
            let mut tx = self.parts.engine.begin().await?;
            let ended = workers::end(&mut tx, *epoch, Some(*beats)).await?;
            tx.commit().await?;
            if ended {
                tracing::warn!(epoch, "another daemon is dead; its work is taken over");
            }
        }
        Ok(())
    }

    /// Is no longer there for mailboxes, so that the others share them among themselves.
    async fn leave(&self) -> Result<(), StoreError> {
        let (engine, own) = (&self.parts.engine, self.epoch());
        let claims = workers::claims(engine).await?;
        let mut tx = engine.begin().await?;
        workers::want_nothing(&mut tx, own);
        for (mailbox, epoch) in claims {
            if epoch == own && !self.place.is_busy(&mailbox) {
                workers::release(&mut tx, own, &mailbox);
            }
        }
        tx.commit().await
    }

    /// Claims what is free and ours by the share, gives what is too much.
    async fn share(&self, living: &[lease::Worker]) -> Result<(), StoreError> {
        let (engine, own) = (&self.parts.engine, self.epoch());
        let claims = workers::claims(engine).await?;
        let share = lease::share(own, living, &claims);
        let mut holds: BTreeSet<String> = claims
            .into_iter()
            .filter(|(name, epoch)| *epoch == own && !share.give.contains(name))
            .map(|(name, _)| name)
            .collect();
        if !share.claim.is_empty() {
            let wanted = share.claim.into_iter().collect();
            let mut tx = engine.begin().await?;
            holds.extend(workers::claim(&mut tx, own, &wanted, self.parts.clock.now()).await?);
            tx.commit().await?;
        }
        // First the task hears of it and ends; the look that finds it ended frees the mailbox.
        self.place.held.send_if_modified(|held| {
            let changed = held.mailboxes != holds;
            held.mailboxes = holds;
            changed
        });
        let free: Vec<&String> =
            share.give.iter().filter(|mailbox| !self.place.is_busy(mailbox)).collect();
        if !free.is_empty() {
            let mut tx = engine.begin().await?;
            for mailbox in free {
                workers::release(&mut tx, own, mailbox);
            }
            tx.commit().await?;
        }
        Ok(())
    }
}
