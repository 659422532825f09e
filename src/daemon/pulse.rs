//! Signs of life: every task beats when it gets on, and systemd's watchdog is fed only while all do.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::sync::watch;

use super::{Parts, wait};
use crate::clock::Clock;
use crate::domain::time::Timestamp;
use crate::store::outbox;

/// A mailbox's longest step: an IMAP command that drags on to its deadline, and a back-off before it.
pub(super) const MAILBOX_SILENCE_MAX: Duration = Duration::from_mins(30);

/// The outbox's longest step: every deadline of one letter, one after the other.
pub(super) const OUTBOX_SILENCE_MAX: Duration = Duration::from_mins(45);

/// The keeper's longest step: a few statements that each wait for a busy store.
pub(super) const KEEPER_SILENCE_MAX: Duration = Duration::from_mins(5);

/// How often life is looked for, when systemd does not say how often it wants to hear.
const LOOK_EVERY: Duration = Duration::from_secs(20);

/// When a task last got on.
#[derive(Debug, Clone)]
pub struct Pulse {
    clock: Clock,
    last: Arc<AtomicI64>,
    silence_max: Duration,
}

impl Pulse {
    /// A task that is alive now and must beat at least every `silence_max`.
    #[must_use]
    pub fn new(clock: &Clock, silence_max: Duration) -> Self {
        let last = Arc::new(AtomicI64::new(clock.now().millis()));
        Self { clock: clock.clone(), last, silence_max }
    }

    /// The task got on.
    pub fn beat(&self) {
        self.last.store(self.clock.now().millis(), Ordering::Relaxed);
    }

    /// Whether it did lately.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        let last = Timestamp::from_millis(self.last.load(Ordering::Relaxed));
        self.clock.now().since(last) <= self.silence_max
    }
}

/// Feeds the watchdog while every task is alive and the store answers.
pub(super) async fn watch(parts: &Parts, pulses: &[Pulse], mut stop: watch::Receiver<bool>) {
    let every = sd_notify::watchdog_enabled().map_or(LOOK_EVERY, |limit| limit / 3);
    while wait(every, &mut stop).await {
        let store_answers = outbox::next_due_at(&parts.engine).await.is_ok();
        let alive = pulses.iter().all(Pulse::is_alive);
        if store_answers && alive {
            notify(&[NotifyState::Watchdog]);
        } else {
            tracing::error!(store_answers, alive, "the daemon does not get on");
        }
    }
}

/// Tells systemd, where it listens.
pub(super) fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd does not listen");
    }
}
