//! The threads that read mails, which is all work and no waiting.

use std::num::NonZero;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinHandle, spawn_blocking};

/// As many threads as there are processors, but for one that is left to whoever writes down: where all read, it waits
/// for each turn of its own longer than for anything else.
pub(super) struct Readers {
    count: usize,
    free: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        let count = processors.saturating_sub(1).max(1);
        Self { count, free: Arc::new(Semaphore::new(count)) }
    }

    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// Waits for one that is free.
    pub(super) async fn one(&self) -> Seat {
        self.seats(1).await
    }

    /// Waits until nobody else reads.
    pub(super) async fn all(&self) -> Seat {
        self.seats(self.count).await
    }

    async fn seats(&self, wanted: usize) -> Seat {
        let wanted = u32::try_from(wanted).unwrap_or(u32::MAX);
        // Nobody closes it.
        Seat(Arc::clone(&self.free).acquire_many_owned(wanted).await.ok())
    }
}

/// The right to read, until what is run with it has ended.
pub(super) struct Seat(Option<OwnedSemaphorePermit>);

impl Seat {
    pub(super) fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        let Self(held) = self;
        spawn_blocking(move || {
            let done = work();
            drop(held);
            done
        })
    }
}
