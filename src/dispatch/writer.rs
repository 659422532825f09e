//! The one writer of a pass: everything that lines report while one commit is under way is written down
//! by the next, together.

use std::collections::BTreeSet;

use tokio::sync::mpsc::Receiver;
use tokio::sync::oneshot;

use super::line::Report;
use super::{Dispatch, Dispatched};
use crate::domain::retry::{self, Ended, Next};
use crate::store::outbox::{Ending, Leased};
use crate::store::{StoreError, outbox};

/// Reports that wait: each line has at most one question and one ending on the way.
pub(super) const REPORTS: usize = 4 * super::LINES;

/// How often a group is written anew because somebody changed a ticket meanwhile: people are slower than commits.
const CHANGED_MAX: u32 = 5;

pub(super) struct Writer<'a> {
    dispatch: &'a Dispatch,
    inbox: Receiver<Report>,
    done: Dispatched,
}

impl<'a> Writer<'a> {
    pub(super) fn new(dispatch: &'a Dispatch, inbox: Receiver<Report>) -> Self {
        Self { dispatch, inbox, done: Dispatched::default() }
    }

    pub(super) async fn run(mut self) -> Result<Dispatched, StoreError> {
        let mut group = Vec::with_capacity(REPORTS);
        while self.inbox.recv_many(&mut group, REPORTS).await > 0 {
            self.write(&mut group).await?;
        }
        Ok(self.done)
    }

    async fn write(&mut self, group: &mut Vec<Report>) -> Result<(), StoreError> {
        let mut asked: Vec<(i64, oneshot::Sender<bool>)> = Vec::new();
        let mut endings: Vec<Ending> = Vec::new();
        for report in group.drain(..) {
            match report {
                Report::Body { letter, durable } => asked.push((letter, durable)),
                Report::End { letter, ended, text } => {
                    endings.push(self.ending(&letter, ended, text));
                }
            }
        }
        let ids: Vec<i64> = asked.iter().map(|(letter, _)| *letter).collect();
        let mut left = CHANGED_MAX;
        let ours = loop {
            match self.written(&endings, &ids).await {
                // What servers took must not be forgotten because a ticket changed under the news of another letter.
                Err(StoreError::Changed { .. }) if left > 0 => left = left.saturating_sub(1),
                written => break written?,
            }
        };
        for (letter, durable) in asked {
            if durable.send(ours.contains(&letter)).is_err() {
                tracing::debug!("a line went away before its answer");
            }
        }
        Ok(())
    }

    /// Writes all of it in one transaction; which of the letters that wait for their body still are ours.
    async fn written(&self, endings: &[Ending], ids: &[i64]) -> Result<BTreeSet<i64>, StoreError> {
        let now = self.dispatch.clock.now();
        let epoch = self.dispatch.epoch;
        let mut tx = self.dispatch.engine.begin().await?;
        let mut given_up = Vec::new();
        for ending in endings.iter().filter(|ending| ending.next == Next::Failed) {
            if outbox::is_sending(&mut tx, ending.id, epoch).await? {
                given_up.push(ending);
            }
        }
        outbox::end_attempts(&mut tx, endings, epoch, now);
        for ending in given_up {
            self.dispatch.letter_failed(&mut tx, ending.id, &ending.text).await?;
        }
        let ours = outbox::begin_bodies(&mut tx, ids, epoch).await?;
        tx.commit().await?;
        Ok(ours)
    }

    /// What an attempt's end means by the schedule.
    fn ending(&mut self, letter: &Leased, ended: Ended, text: String) -> Ending {
        let now = self.dispatch.clock.now();
        let chance = self.dispatch.draw();
        let next =
            retry::after(letter.kind, ended, letter.attempts, letter.released_at, now, chance);
        let (count, outcome) = match next {
            Next::Sent => (&mut self.done.sent, "sent"),
            Next::DueAt(_) => (&mut self.done.postponed, "postponed"),
            Next::Failed => (&mut self.done.failed, "failed"),
            Next::AmbiguousUntil(_) | Next::Ambiguous => (&mut self.done.ambiguous, "ambiguous"),
        };
        *count = count.saturating_add(1);
        let of_kind = self.done.by_kind.entry((letter.kind.name(), outcome)).or_default();
        *of_kind = of_kind.saturating_add(1);
        if next != Next::Sent {
            tracing::info!(
                letter = letter.id,
                kind = letter.kind.name(),
                ?next,
                "a letter did not leave"
            );
        }
        Ending { id: letter.id, attempts: letter.attempts, next, text }
    }
}
