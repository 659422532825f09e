//! The outbox: woken by new letters, by the time of the next attempt and every second, it makes a pass;
//! when the server cannot be used it backs off.

use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::{Parts, Pulse};
use crate::clock::{Chance, Stopwatch};
use crate::dispatch::{Dispatch, Dispatched};
use crate::domain::retry;
use crate::store::{StoreError, outbox};

/// Letters that another process made due (`outbox retry`) are seen within this.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A worker says that it lives this often.
const RENEW_EVERY: Duration = Duration::from_secs(5);

/// A worker that has not been heard of for this long is dead to the others.
pub(super) const SILENCE_MAX: Duration = Duration::from_secs(15);

/// Held letters are looked at this often.
const HELD_EVERY: Duration = Duration::from_secs(30);

pub(super) async fn serve(
    parts: &Parts,
    dispatch: Dispatch,
    due: &Notify,
    pulse: &Pulse,
    mut stop: watch::Receiver<bool>,
) {
    let mut outgoing = Outgoing {
        parts,
        dispatch,
        chance: Chance::system(),
        failures: 0,
        renewed: Stopwatch::start(),
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
    let epoch = outgoing.dispatch.epoch;
    let ended = async {
        let mut tx = parts.engine.begin().await?;
        outbox::end_epoch(&mut tx, epoch).await?;
        tx.commit().await
    };
    if let Err(error) = ended.await {
        tracing::warn!(%error, "the outbox's worker could not sign off; its letters are freed later");
    }
}

struct Outgoing<'a> {
    parts: &'a Parts,
    dispatch: Dispatch,
    chance: Chance,
    /// Passes in a row that could not use the server.
    failures: u32,
    renewed: Stopwatch,
    /// Since the last pass.
    passed: Option<Stopwatch>,
}

impl Outgoing<'_> {
    /// One look at the outbox; how long to wait before the next.
    async fn step(&mut self) -> Duration {
        match self.look().await {
            Ok(Some(done)) => self.judge(&done),
            Ok(None) => LOOK_EVERY,
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                tracing::error!(%error, "the outbox cannot be worked on");
                self.begin_anew().await;
                retry::back_off(self.failures, false, self.chance.draw())
            }
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
        if self.renewed.elapsed() >= RENEW_EVERY {
            self.renew().await?;
        }
        let now = self.parts.clock.now();
        let due = outbox::next_due_at(&self.parts.engine).await?.is_some_and(|at| at <= now);
        let held = self.passed.is_none_or(|passed| passed.elapsed() >= HELD_EVERY);
        if !due && !held {
            return Ok(None);
        }
        self.passed = Some(Stopwatch::start());
        Ok(Some(self.dispatch.pass().await?))
    }

    async fn renew(&mut self) -> Result<(), StoreError> {
        let now = self.parts.clock.now();
        let mut tx = self.parts.engine.begin().await?;
        let ours = outbox::renew_epoch(&mut tx, self.dispatch.epoch, now).await?;
        tx.commit().await?;
        self.renewed = Stopwatch::start();
        if ours {
            self.dispatch.reclaim(now.minus(SILENCE_MAX)).await
        } else {
            tracing::warn!("another worker took this one for dead; a new epoch begins");
            self.dispatch = self.parts.dispatch(false).await?;
            Ok(())
        }
    }

    /// After trouble with the store it is not known what of the last pass was written down: the epoch
    /// ends, and its letters are sorted out like those of a dead worker.
    async fn begin_anew(&mut self) {
        match self.parts.dispatch(!self.parts.engine.is_postgres()).await {
            Ok(dispatch) => self.dispatch = dispatch,
            Err(error) => tracing::info!(%error, "the store still cannot be used"),
        }
    }

    fn judge(&mut self, done: &Dispatched) -> Duration {
        if done.tried() > 0 {
            tracing::info!(
                sent = done.sent,
                postponed = done.postponed,
                failed = done.failed,
                ambiguous = done.ambiguous,
                "letters carried"
            );
        }
        let Some(unusable) = &done.unusable else {
            if self.failures > 0 {
                tracing::info!("the SMTP server can be used again");
            }
            self.failures = 0;
            return if done.tried() > 0 { Duration::ZERO } else { LOOK_EVERY };
        };
        self.failures = self.failures.saturating_add(1);
        if self.failures == 1 {
            tracing::error!(error = %unusable, "the SMTP server cannot be used");
        } else {
            tracing::info!(error = %unusable, failures = self.failures, "the SMTP server still cannot be used");
        }
        retry::back_off(self.failures, unusable.refused, self.chance.draw())
    }
}
