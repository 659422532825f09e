//! Signs of life: every task beats when it gets on, and systemd's watchdog is fed only while all do.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::sync::watch;

use super::{Parts, wait};
use crate::clock::Stopwatch;
use crate::console::Tally;
use crate::figures;

/// A mailbox's longest step: an IMAP command that drags on to its deadline, and a back-off before it.
pub(super) const MAILBOX_SILENCE_MAX: Duration = Duration::from_mins(30);

/// The outbox's longest step: every deadline of one letter, one after the other.
pub(super) const OUTBOX_SILENCE_MAX: Duration = Duration::from_mins(45);

/// The keeper's longest step: a few statements that each wait for a busy store.
pub(super) const KEEPER_SILENCE_MAX: Duration = Duration::from_mins(5);

/// How often life is looked for, when systemd does not say how often it wants to hear.
const LOOK_EVERY: Duration = Duration::from_secs(20);

/// When a task last got on, by a watch that no change of the wall clock can distort: a day that is skipped
/// is no silence.
#[derive(Debug, Clone)]
pub struct Pulse {
    began: Stopwatch,
    /// Milliseconds since then.
    last: Arc<AtomicU64>,
    silence_max: Duration,
    tally: Arc<Tally>,
}

impl Pulse {
    /// A task that is alive now and must beat at least every `silence_max`.
    #[must_use]
    pub fn new(silence_max: Duration) -> Self {
        let (last, tally) = (Arc::default(), Arc::default());
        Self { began: Stopwatch::start(), last, silence_max, tally }
    }

    /// The same, with what the task does counted in `tally`.
    #[must_use]
    pub fn counting(self, tally: &Arc<Tally>) -> Self {
        Self { tally: Arc::clone(tally), ..self }
    }

    /// Where the task counts what it does.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The task got on.
    pub fn beat(&self) {
        let millis = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(millis, Ordering::Relaxed);
    }

    /// Whether it did lately.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        let last = Duration::from_millis(self.last.load(Ordering::Relaxed));
        self.began.elapsed().saturating_sub(last) <= self.silence_max
    }
}

/// Feeds the watchdog while every task is alive and the store answers.
pub(super) async fn watch(parts: &Parts, pulses: &[Pulse], mut stop: watch::Receiver<bool>) {
    let every = sd_notify::watchdog_enabled().map_or(LOOK_EVERY, |limit| limit / 3);
    while wait(every, &mut stop).await {
        let figures = figures::gather(&parts.config, &parts.engine).await;
        let store_answers = figures.is_ok();
        let alive = pulses.iter().all(Pulse::is_alive);
        if store_answers && alive {
            let status = figures.map(|figures| figures.in_a_line()).unwrap_or_default();
            notify(&[NotifyState::Watchdog, NotifyState::Status(&status)]);
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
