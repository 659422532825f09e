//! One pass over the outbox: letters that are due are leased, carried, and their outcomes written down.
//!
//! Several lines carry at once; one writer commits what all of them report in groups, so that an attempt,
//! the beginning of a body and an outcome are each durable before the next step without a commit a letter.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use tokio::sync::{Mutex, mpsc};

use crate::carrier::{Carrier, Line, Unusable};
use crate::clerk::Clerk;
use crate::clock::{Chance, Clock};
use crate::domain::decide::{Event, FailedLetter};
use crate::domain::digest;
use crate::domain::retry::{self, Ended};
use crate::domain::time::Timestamp;
use crate::store::outbox::Leased;
use crate::store::{Engine, StoreError, Tx, limits, orders, outbox, tickets};

mod line;

mod writer;

use line::carry_all;
use writer::Writer;

/// Letters leased at once: a crash leaves no more than these to be reclaimed.
const LEASE_LETTERS: i64 = 256;

/// Lines at once: each commit is shared by as many letters. A server that takes fewer refuses the others,
/// and the ones that it took carry all.
pub const LINES: usize = 24;

/// Held letters looked at in one pass.
const HELD_AT_ONCE: i64 = 200;

/// What a dispatch needs.
#[derive(Debug)]
pub struct Dispatch {
    /// Where letters lie.
    pub engine: Engine,
    /// How they leave.
    pub carrier: Carrier,
    /// Decides what a failed letter means.
    pub clerk: Arc<Clerk>,
    /// Tells the time.
    pub clock: Clock,
    /// Draws jitter.
    pub chance: std::sync::Mutex<Chance>,
    /// This worker's epoch.
    pub epoch: i64,
    /// The day's rounds of digests that were made, so that the store is not asked at every look.
    pub greeted: std::sync::Mutex<std::collections::BTreeSet<String>>,
}

/// What a pass did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dispatched {
    /// Taken by the server.
    pub sent: usize,
    /// To be tried again.
    pub postponed: usize,
    /// Given up.
    pub failed: usize,
    /// Perhaps taken.
    pub ambiguous: usize,
    /// The same, by kind of letter and outcome: `sent`, `postponed`, `failed`, `ambiguous`.
    pub by_kind: BTreeMap<(&'static str, &'static str), usize>,
    /// Why the server cannot be used, when it cannot.
    pub unusable: Option<Unusable>,
}

impl Dispatched {
    /// Both together.
    pub fn add(&mut self, other: Self) {
        self.sent = self.sent.saturating_add(other.sent);
        self.postponed = self.postponed.saturating_add(other.postponed);
        self.failed = self.failed.saturating_add(other.failed);
        self.ambiguous = self.ambiguous.saturating_add(other.ambiguous);
        for (key, count) in other.by_kind {
            let all = self.by_kind.entry(key).or_default();
            *all = all.saturating_add(count);
        }
        self.unusable = other.unusable.or_else(|| self.unusable.take());
    }

    /// Letters that an attempt was made for.
    #[must_use]
    pub fn tried(&self) -> usize {
        [self.sent, self.postponed, self.failed, self.ambiguous].iter().sum()
    }
}

impl Dispatch {
    /// Makes the calls that are due, then tries every letter that is due now, once.
    pub async fn pass(&self) -> Result<Dispatched, StoreError> {
        let began = self.clock.now();
        self.release_held(began).await?;
        self.make_calls(began).await?;
        self.chase_orders(began).await?;
        self.greet_offices(began).await?;
        let mut total = Dispatched::default();
        let mut lines: Vec<Option<Line>> = (0..LINES).map(|_| None).collect();
        loop {
            let letters = self.lease(began).await?;
            if letters.is_empty() {
                break;
            }
            total.add(self.carry(&mut lines, letters).await?);
            if total.unusable.is_some() {
                break;
            }
        }
        futures_util::future::join_all(lines.into_iter().flatten().map(Line::close)).await;
        Ok(total)
    }

    /// Leases letters that were due when the pass began: one that fails is not tried twice in a pass.
    async fn lease(&self, began: Timestamp) -> Result<Vec<Leased>, StoreError> {
        let mut tx = self.engine.begin().await?;
        let letters = outbox::lease(&mut tx, self.epoch, LEASE_LETTERS, began).await?;
        tx.commit().await?;
        Ok(letters)
    }

    async fn carry(
        &self,
        lines: &mut [Option<Line>],
        letters: Vec<Leased>,
    ) -> Result<Dispatched, StoreError> {
        if let Err(unusable) = self.open_first(lines).await {
            self.give_back(letters, &unusable.text).await?;
            return Ok(Dispatched { unusable: Some(unusable), ..Dispatched::default() });
        }
        let wanted = letters.len();
        let queue = Arc::new(Mutex::new(VecDeque::from(letters)));
        let (reports, inbox) = mpsc::channel(writer::REPORTS);
        let carrying = async {
            let reports = reports;
            let workers = lines
                .iter_mut()
                .take(wanted)
                .map(|line| carry_all(&self.carrier, line, &queue, reports.clone()));
            futures_util::future::join_all(workers).await
        };
        let writer = Writer::new(self, inbox);
        let (endings, written) = tokio::join!(carrying, writer.run());
        let mut total = written?;
        let left = std::mem::take(&mut *queue.lock().await);
        // A server that takes fewer lines than we wanted is usable as long as some line carried all.
        if !left.is_empty() {
            total.unusable = endings.into_iter().find_map(Result::err);
            let why = total.unusable.as_ref().map_or("", |unusable| &unusable.text);
            self.give_back(left, why).await?;
        }
        Ok(total)
    }

    /// One line before the others: a server that refuses the password must not hear it from each of them.
    async fn open_first(&self, lines: &mut [Option<Line>]) -> Result<(), Unusable> {
        if lines.iter().all(Option::is_none)
            && let Some(first) = lines.first_mut()
        {
            *first = Some(self.carrier.open().await?);
        }
        Ok(())
    }

    /// Letters that no line could be opened for: untouched, they are due again.
    async fn give_back(
        &self,
        letters: impl IntoIterator<Item = Leased>,
        why: &str,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut tx = self.engine.begin().await?;
        for letter in letters {
            outbox::give_back(&mut tx, letter.id, self.epoch, why, now).await?;
        }
        tx.commit().await
    }

    /// Lets held acknowledgements go, oldest first, as far as the limits now allow, and no letter, call or order
    /// wait for a day that a wrong clock named.
    async fn release_held(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.engine.begin().await?;
        outbox::bring_forward(&mut tx, now.plus(retry::AHEAD_MAX), now);
        tickets::bring_calls_forward(&mut tx, self.clerk.desk.calls_planned_until(now), now);
        orders::bring_forward(&mut tx, self.clerk.desk.orders_planned_until(now), now);
        for letter in limits::held(&mut tx, HELD_AT_ONCE, now).await? {
            let allowed = &self.clerk.desk.limits;
            let parties = (letter.recipient.as_str(), letter.domain.as_str());
            let released = limits::released(&mut tx, allowed, parties, now, now).await?;
            if crate::domain::limits::hold(allowed, &released).is_none() {
                limits::release(&mut tx, letter.id, now).await?;
            }
        }
        tx.commit().await
    }

    /// Writes the calls to whoever is on call that are due now.
    async fn make_calls(&self, now: Timestamp) -> Result<(), StoreError> {
        for number in tickets::to_call(&self.engine, now).await? {
            self.happens(&number, &Event::CallDue, now).await?;
        }
        Ok(())
    }

    /// Looks at the work orders that should have been answered by now.
    async fn chase_orders(&self, now: Timestamp) -> Result<(), StoreError> {
        for (ticket, number) in orders::due(&self.engine, now).await? {
            self.happens(&ticket, &Event::OrderDue { number: &number }, now).await?;
        }
        Ok(())
    }

    /// The clock came to something of a ticket. What the store refuses of one ticket holds up no other, nor any letter.
    async fn happens(
        &self,
        ticket: &str,
        event: &Event<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let done = async {
            let mut tx = self.engine.begin().await?;
            self.clerk.handle(&mut tx, ticket, event, now).await?;
            tx.commit().await
        };
        match done.await {
            // Staff or another daemon were faster; what is left to do shows in the next pass.
            Ok(()) | Err(StoreError::Changed { .. }) => Ok(()),
            Err(error) if error.is_statement() => {
                tracing::error!(ticket, %error, "the store refuses what the clock asks for");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Tells the offices once a day, when they open, what waits for them.
    async fn greet_offices(&self, now: Timestamp) -> Result<(), StoreError> {
        for round in digest::rounds(&self.clerk.desk, now) {
            let name = round.name();
            if self.greeted.lock().is_ok_and(|greeted| greeted.contains(&name)) {
                continue;
            }
            let mut tx = self.engine.begin().await?;
            match self.clerk.digest(&mut tx, &round, now).await {
                Ok(()) => tx.commit().await?,
                // Staff changed a ticket whose day it is at this very moment: the next pass sees it as it is now.
                Err(StoreError::Changed { .. }) => continue,
                Err(error) => return Err(error),
            }
            if let Ok(mut greeted) = self.greeted.lock() {
                greeted.retain(|earlier| earlier.starts_with(&round.day));
                greeted.insert(name);
            }
        }
        Ok(())
    }

    /// Takes over what ended workers left: letters before their body are due again, those after it may
    /// have left.
    pub async fn reclaim(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut tx = self.engine.begin().await?;
        for orphan in outbox::reclaim(&mut tx, now).await? {
            let next = retry::after(
                orphan.kind,
                Ended::Ambiguous,
                orphan.attempts,
                orphan.released_at,
                now,
                self.draw(),
            );
            tracing::warn!(
                letter = orphan.id,
                ?next,
                "a letter was cut off while it was being sent"
            );
            outbox::end_orphan(&mut tx, &orphan, next, now).await?;
        }
        tx.commit().await
    }

    fn draw(&self) -> f64 {
        self.chance.lock().unwrap_or_else(std::sync::PoisonError::into_inner).draw()
    }

    /// A letter that will not arrive is staff's business: what they are told is written down with the
    /// failure, so that no crash comes between.
    async fn letter_failed(&self, tx: &mut Tx, id: i64, reason: &str) -> Result<(), StoreError> {
        let now = self.clock.now();
        if let Some(letter) = outbox::by_id(tx, id).await? {
            // A digest is about no ticket: no number finds none.
            let number = letter.ticket.clone().unwrap_or_default();
            let failed = FailedLetter { letter, reason: reason.to_owned() };
            self.clerk.handle(tx, &number, &Event::LetterFailed(&failed), now).await?;
        }
        Ok(())
    }
}
