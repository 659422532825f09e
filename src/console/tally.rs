//! What the daemon's tasks did since it started, counted for `/metrics`.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The upper bounds of the store's times, in seconds: a commit on a disk takes 1 to 10 ms, a sick one seconds.
pub(super) const STORE_SECONDS: [f64; 9] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0];

/// Counters that only grow; each daemon has its own.
#[derive(Debug, Default)]
pub struct Tally(Mutex<Counts>);

/// What was counted.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts {
    /// Passes, by mailbox and outcome.
    pub(super) passes: BTreeMap<(String, &'static str), u64>,
    /// Mails taken in, by mailbox.
    pub(super) mails: BTreeMap<String, u64>,
    /// Ends of attempts, by kind of letter and outcome.
    pub(super) letters: BTreeMap<(&'static str, &'static str), u64>,
    /// Epochs that were taken from this daemon.
    pub(super) lease_losses: u64,
    /// How often the store took at most so long; the last is longer than every bound.
    pub(super) store: [u64; STORE_SECONDS.len() + 1],
    /// How long it took in all.
    pub(super) store_sum: Duration,
    /// How long the last test mail took to come back.
    pub(super) canary: Option<Duration>,
}

impl Tally {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn read(&self) -> Counts {
        self.counts().clone()
    }

    /// A pass over a mailbox came to its end with so many mails, or did not.
    pub fn passed(&self, mailbox: &str, mails: Option<usize>) {
        let mut counts = self.counts();
        let outcome = if mails.is_some() { "done" } else { "failed" };
        add(counts.passes.entry((mailbox.to_owned(), outcome)).or_default(), 1);
        add(counts.mails.entry(mailbox.to_owned()).or_default(), mails.unwrap_or(0));
    }

    /// So many attempts for letters of a kind ended so.
    pub fn letters(&self, kind: &'static str, outcome: &'static str, count: usize) {
        add(self.counts().letters.entry((kind, outcome)).or_default(), count);
    }

    /// Another daemon took this one for dead.
    pub fn lease_lost(&self) {
        add(&mut self.counts().lease_losses, 1);
    }

    /// The store took so long for a transaction or a question.
    pub fn store_took(&self, span: Duration) {
        let mut counts = self.counts();
        let seconds = span.as_secs_f64();
        let bucket = STORE_SECONDS.iter().position(|bound| seconds <= *bound);
        if let Some(count) = counts.store.get_mut(bucket.unwrap_or(STORE_SECONDS.len())) {
            add(count, 1);
        }
        counts.store_sum = counts.store_sum.saturating_add(span);
    }

    /// Our test mail came back after so long.
    pub fn canary_came(&self, after: Duration) {
        self.counts().canary = Some(after);
    }
}

fn add(count: &mut u64, more: usize) {
    *count = count.saturating_add(u64::try_from(more).unwrap_or(u64::MAX));
}
