//! The one place that reads time and draws chance; everybody else is handed the result.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::domain::time::Timestamp;

/// Tells the time of day, and measures spans that no change of the wall clock can distort.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's.
    System,
    /// Stands still until it is moved: for tests and for the demonstration's golden letters.
    Frozen(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that shows `at` until [`Clock::advance`].
    #[must_use]
    pub fn frozen(at: Timestamp) -> Self {
        Self::Frozen(Arc::new(AtomicI64::new(at.millis())))
    }

    /// The time of day.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => system_now(),
            Self::Frozen(millis) => Timestamp::from_millis(millis.load(Ordering::SeqCst)),
        }
    }

    /// Moves a frozen clock forward; the machine's cannot be moved.
    pub fn advance(&self, span: Duration) {
        if let Self::Frozen(millis) = self {
            millis.store(self.now().plus(span).millis(), Ordering::SeqCst);
        }
    }
}

/// Measures how long something took.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "clock.rs is where time is read")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The span since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[expect(clippy::disallowed_methods, reason = "clock.rs is where time is read")]
fn system_now() -> Timestamp {
    // A clock before 1970 is a broken one; zero keeps the order of everything that follows.
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Seeded chance, for jitter alone: nothing that must be unguessable comes from here.
#[derive(Debug)]
pub struct Chance(fastrand::Rng);

impl Chance {
    /// The same seed gives the same draws.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// A seed of the machine's.
    #[must_use]
    pub fn system() -> Self {
        Self(fastrand::Rng::new())
    }

    /// A number in `0.0..1.0`.
    pub fn draw(&mut self) -> f64 {
        self.0.f64()
    }
}
