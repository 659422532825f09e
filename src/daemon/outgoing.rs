//! The outbox: woken by new letters, by the time of the next attempt and every second, it makes a pass;
//! when the server cannot be used it backs off.

use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::{Held, Parts, Place, Pulse, alarms};
use crate::carrier::Unusable;
use crate::clock::{Chance, Stopwatch};
use crate::dispatch::{Dispatch, Dispatched};
use crate::domain::alarm::{AlarmKind, Watched};
use crate::domain::retry;
use crate::domain::time::Timestamp;
use crate::store::{StoreError, outbox};

/// Letters that another process made due (`outbox retry`) are seen within this.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Held letters are looked at this often.
const HELD_EVERY: Duration = Duration::from_secs(30);

pub(super) async fn serve(
    parts: &Parts,
    place: &Place,
    due: &Notify,
    pulse: &Pulse,
    mut stop: watch::Receiver<bool>,
) {
    let mut held = place.watch();
    let dispatch = parts.dispatch_in(held.borrow_and_update().epoch);
    let mut outgoing = Outgoing {
        parts,
        place,
        held,
        dispatch,
        chance: Chance::system(),
        failures: 0,
        // An alarm of an earlier run is over when the first look succeeds.
        storeless: true,
        // As may one of the SMTP server be.
        doubts_server: true,
        pulse: pulse.clone(),
        passed: None,
    };
    while !*stop.borrow() {
        pulse.beat();
        let pause = outgoing.step().await;
        pulse.beat();
        tokio::select! {
            () = outgoing.rest(pause) => {}
            // A server that cannot be used is not asked sooner for a new letter.
            () = due.notified(), if outgoing.failures == 0 => {}
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
}

struct Outgoing<'a> {
    parts: &'a Parts,
    place: &'a Place,
    held: watch::Receiver<Held>,
    dispatch: Dispatch,
    chance: Chance,
    /// Passes in a row that could not use the server.
    failures: u32,
    /// The store could not be worked on the last time.
    storeless: bool,
    /// The SMTP server could not be used the last time, or an earlier run may have said so.
    doubts_server: bool,
    pulse: Pulse,
    /// Since the last pass.
    passed: Option<Stopwatch>,
}

impl Outgoing<'_> {
    /// One look at the outbox; how long to wait before the next.
    async fn step(&mut self) -> Duration {
        match self.look().await {
            Ok(Some(done)) => {
                self.store_answers(None).await;
                self.judge(&done).await
            }
            Ok(None) => {
                self.store_answers(None).await;
                self.probe().await
            }
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                self.store_answers(Some(&error)).await;
                // It is not known what of the last pass was written down.
                self.place.doubt();
                retry::back_off(self.failures, false, self.chance.draw())
            }
        }
    }

    /// Whether the server can be used again, without a letter to try it with: an alarm ends when its cause does, not
    /// with the next letter.
    async fn probe(&mut self) -> Duration {
        if self.doubts_server {
            // Another daemon may have been faster.
            self.doubts_server = alarms::stands(self.parts, AlarmKind::Smtp).await.unwrap_or(true);
        }
        if !self.doubts_server {
            self.failures = 0;
            return LOOK_EVERY;
        }
        match self.parts.carrier.open().await {
            Ok(line) => {
                line.close().await;
                self.server_answers(None).await
            }
            Err(unusable) => self.server_answers(Some(&unusable)).await,
        }
    }

    /// Waits for `pause`; a back-off ends early when staff ask for a letter.
    async fn rest(&self, pause: Duration) {
        let began = Stopwatch::start();
        loop {
            let left = pause.saturating_sub(began.elapsed());
            tokio::time::sleep(left.min(LOOK_EVERY)).await;
            if left <= LOOK_EVERY {
                return;
            }
            if outbox::is_asked_for(&self.parts.engine).await.unwrap_or(false) {
                return;
            }
        }
    }

    /// A pass when there is reason for one.
    async fn look(&mut self) -> Result<Option<Dispatched>, StoreError> {
        self.dispatch.epoch = self.held.borrow_and_update().epoch;
        if outbox::has_orphans(&self.parts.engine).await? {
            self.dispatch.reclaim().await?;
        }
        let now = self.parts.clock.now();
        // What is due too late was planned by another clock: the pass plans it anew.
        let is_due = |at: Timestamp| at <= now || at > now.plus(retry::AHEAD_MAX);
        let due = outbox::next_due_at(&self.parts.engine).await?.is_some_and(is_due);
        let held = self.passed.is_none_or(|passed| passed.elapsed() >= HELD_EVERY);
        if !due && !held {
            return Ok(None);
        }
        self.passed = Some(Stopwatch::start());
        Ok(Some(self.dispatch.pass().await?))
    }

    /// The alarm of the store. While it cannot be written it cannot be written there either: the log has it.
    async fn store_answers(&mut self, error: Option<&StoreError>) {
        let Some(error) = error else {
            if std::mem::take(&mut self.storeless) {
                tracing::info!("the store can be worked on again");
                alarms::observe(self.parts, &Watched::the(AlarmKind::Store), None).await;
            }
            return;
        };
        if !self.storeless {
            tracing::error!(%error, "the outbox cannot be worked on");
        }
        self.storeless = true;
        let wrong = format!("the store cannot be worked on: {error}");
        alarms::observe(self.parts, &Watched::the(AlarmKind::Store), Some(&wrong)).await;
    }

    async fn judge(&mut self, done: &Dispatched) -> Duration {
        for ((kind, outcome), count) in &done.by_kind {
            self.pulse.tally().letters(kind, outcome, *count);
        }
        if done.tried() > 0 {
            tracing::info!(
                sent = done.sent,
                postponed = done.postponed,
                failed = done.failed,
                ambiguous = done.ambiguous,
                "letters carried"
            );
        }
        if done.unusable.is_some() {
            return self.server_answers(done.unusable.as_ref()).await;
        }
        // An outbox that had nothing to send has not tried the server.
        if done.tried() == 0 {
            return self.probe().await;
        }
        self.server_answers(None).await;
        Duration::ZERO
    }

    /// The alarm of the SMTP server; how long to leave it alone.
    async fn server_answers(&mut self, unusable: Option<&Unusable>) -> Duration {
        self.doubts_server = unusable.is_some();
        let Some(unusable) = unusable else {
            self.failures = 0;
            alarms::observe(self.parts, &Watched::the(AlarmKind::Smtp), None).await;
            return LOOK_EVERY;
        };
        self.failures = self.failures.saturating_add(1);
        let wrong = format!("the SMTP server cannot be used: {unusable}");
        if !alarms::observe(self.parts, &Watched::the(AlarmKind::Smtp), Some(&wrong)).await {
            tracing::info!(error = %unusable, failures = self.failures, "the SMTP server still cannot be used");
        }
        retry::back_off(self.failures, unusable.refused, self.chance.draw())
    }
}
