//! The store in memory: the same verbs as `sportello::store`, a few lines each. `contract` holds it against the
//! real one on both engines; `world` runs daemons on it by the thousand.

use std::collections::{BTreeMap, BTreeSet};

use sportello::domain::lease::Worker;
use sportello::domain::letter::LetterKind;
use sportello::domain::pass::{Known, Plan};
use sportello::domain::retry::Next;
use sportello::domain::time::Timestamp;

/// A message of a mailbox: mailbox, UIDVALIDITY, UID.
pub type Place = (usize, i64, i64);

/// A row of the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerRow {
    /// It is in a last state.
    pub settled: bool,
    /// A listing missed it.
    pub missed: bool,
    /// It was given up because two did.
    pub gone: bool,
}

/// A worker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkerRow {
    /// Shown signs of life.
    pub beats: i64,
    /// That it is configured for.
    pub mailboxes: BTreeSet<usize>,
    /// Its epoch is over.
    pub ended: bool,
}

/// A letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterRow {
    /// Decides how often it may be repeated.
    pub kind: LetterKind,
    /// As in the table.
    pub state: &'static str,
    /// As in the table.
    pub phase: &'static str,
    /// Attempts written down.
    pub attempts: u32,
    /// When it is tried next.
    pub next_at: Option<Timestamp>,
    /// Whose it is.
    pub epoch: Option<i64>,
    /// When it became due first.
    pub released_at: Timestamp,
}

/// Every table that mailboxes, outbox and leases touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryStore {
    /// By epoch.
    pub workers: BTreeMap<i64, WorkerRow>,
    /// Who watches which mailbox.
    pub claims: BTreeMap<usize, i64>,
    /// What became of every message.
    pub ledger: BTreeMap<Place, LedgerRow>,
    /// The ticket of each content.
    pub tickets: BTreeMap<u64, usize>,
    /// By id, from 1.
    pub letters: BTreeMap<i64, LetterRow>,
}

impl MemoryStore {
    pub fn begin_epoch(&mut self, mailboxes: &BTreeSet<usize>) -> i64 {
        let epoch = self.workers.keys().last().map_or(1, |last| last + 1);
        let row = WorkerRow { mailboxes: mailboxes.clone(), ..WorkerRow::default() };
        self.workers.insert(epoch, row);
        epoch
    }

    fn lives(&self, epoch: i64) -> bool {
        self.workers.get(&epoch).is_some_and(|worker| !worker.ended)
    }

    fn has_ended(&self, epoch: i64) -> bool {
        self.workers.get(&epoch).is_some_and(|worker| worker.ended)
    }

    pub fn beat(&mut self, epoch: i64) -> bool {
        let lives = self.lives(epoch);
        if let Some(worker) = self.workers.get_mut(&epoch).filter(|_| lives) {
            worker.beats += 1;
        }
        lives
    }

    pub fn end(&mut self, epoch: i64, beats: Option<i64>) -> bool {
        let lives = self.lives(epoch);
        let ends = |worker: &&mut WorkerRow| beats.is_none_or(|beats| worker.beats == beats);
        let ended = self.workers.get_mut(&epoch).filter(|_| lives).filter(ends);
        let ended = ended.map(|worker| worker.ended = true).is_some();
        let workers = &self.workers;
        self.claims.retain(|_, holder| workers.get(holder).is_some_and(|worker| !worker.ended));
        ended
    }

    pub fn living(&self) -> Vec<Worker> {
        let living = self.workers.iter().filter(|(_, worker)| !worker.ended);
        living
            .map(|(epoch, worker)| Worker {
                epoch: *epoch,
                beats: worker.beats,
                mailboxes: worker.mailboxes.iter().map(|n| name(*n)).collect(),
            })
            .collect()
    }

    pub fn claim(&mut self, epoch: i64, mailboxes: &BTreeSet<usize>) -> BTreeSet<usize> {
        if !self.lives(epoch) {
            return BTreeSet::new();
        }
        let free: BTreeSet<usize> =
            mailboxes.iter().copied().filter(|n| !self.claims.contains_key(n)).collect();
        self.claims.extend(free.iter().map(|n| (*n, epoch)));
        free
    }

    pub fn release(&mut self, epoch: i64, mailbox: usize) {
        if self.holds(epoch, mailbox) {
            self.claims.remove(&mailbox);
        }
    }

    /// The fence: whether a transaction of the holder may go on.
    pub fn holds(&self, epoch: i64, mailbox: usize) -> bool {
        self.claims.get(&mailbox) == Some(&epoch)
    }

    pub fn see(&mut self, places: &[Place]) {
        for place in places {
            self.ledger.entry(*place).or_default();
        }
    }

    pub fn is_open(&self, place: Place) -> bool {
        self.ledger.get(&place).is_some_and(|row| !row.settled)
    }

    pub fn settle(&mut self, place: Place) {
        if let Some(row) = self.ledger.get_mut(&place) {
            row.settled = true;
        }
    }

    /// What the ledger says of a folder.
    pub fn known(&self, mailbox: usize, validity: i64) -> Known {
        let rows = self.ledger.range((mailbox, validity, i64::MIN)..=(mailbox, validity, i64::MAX));
        let mut known = Known::default();
        for ((_, _, uid), row) in rows {
            if row.settled {
                known.settled.push(*uid);
                known.unmarked.push(*uid);
            } else {
                known.open.push(*uid);
            }
            if row.gone {
                known.gone.push(*uid);
            } else if row.missed && !row.settled {
                known.missed.push(*uid);
            }
        }
        known
    }

    /// What a listing does not show, and what it shows again.
    pub fn miss(&mut self, mailbox: usize, validity: i64, plan: &Plan) {
        let mut open = |uid: &i64, act: fn(&mut LedgerRow)| {
            let row = self.ledger.get_mut(&(mailbox, validity, *uid));
            row.filter(|row| !row.settled).into_iter().for_each(act);
        };
        plan.missed.iter().for_each(|uid| open(uid, |row| row.missed = true));
        plan.gone.iter().for_each(|uid| open(uid, |row| (row.settled, row.gone) = (true, true)));
        for uid in &plan.back {
            let row = self.ledger.get_mut(&(mailbox, validity, *uid));
            if let Some(row) = row.filter(|row| row.gone || !row.settled && row.missed) {
                *row = LedgerRow::default();
            }
        }
    }

    pub fn write_letter(&mut self, kind: LetterKind, now: Timestamp) -> i64 {
        let id = self.letters.keys().last().map_or(1, |last| last + 1);
        let letter = LetterRow {
            kind,
            state: "due",
            phase: "none",
            attempts: 0,
            next_at: Some(now),
            epoch: None,
            released_at: now,
        };
        self.letters.insert(id, letter);
        id
    }

    pub fn lease(&mut self, epoch: i64, most: usize, now: Timestamp) -> Vec<i64> {
        let due = |letter: &LetterRow| {
            ["due", "ambiguous"].contains(&letter.state)
                && letter.next_at.is_some_and(|at| at <= now)
        };
        let mut ids: Vec<(Timestamp, i64)> = self
            .letters
            .iter()
            .filter(|(_, letter)| due(letter))
            .filter_map(|(id, letter)| Some((letter.next_at?, *id)))
            .collect();
        ids.sort_unstable();
        ids.truncate(most);
        let mut ids: Vec<i64> = ids.into_iter().map(|(_, id)| id).collect();
        ids.sort_unstable();
        for id in &ids {
            let letter = self.letters.get_mut(id).expect("it is due");
            (letter.state, letter.phase, letter.epoch) = ("sending", "envelope", Some(epoch));
            letter.attempts += 1;
        }
        ids
    }

    fn sent_by(&mut self, id: i64, epoch: i64) -> Option<&mut LetterRow> {
        let is_its =
            |letter: &&mut LetterRow| letter.state == "sending" && letter.epoch == Some(epoch);
        self.letters.get_mut(&id).filter(is_its)
    }

    /// Whether the body may be sent.
    pub fn begin_body(&mut self, id: i64, epoch: i64) -> bool {
        let lives = self.lives(epoch);
        self.sent_by(id, epoch).filter(|_| lives).map(|letter| letter.phase = "data").is_some()
    }

    pub fn end_attempt(&mut self, id: i64, epoch: i64, next: Next) {
        let Some(letter) = self.sent_by(id, epoch) else { return };
        (letter.state, letter.next_at) = match next {
            Next::Sent => ("sent", None),
            Next::DueAt(at) => ("due", Some(at)),
            Next::Failed => ("failed", None),
            Next::AmbiguousUntil(at) => ("ambiguous", Some(at)),
            Next::Ambiguous => ("ambiguous", None),
        };
        letter.epoch = None;
    }

    pub fn give_back(&mut self, id: i64, epoch: i64, now: Timestamp) {
        let Some(letter) = self.sent_by(id, epoch) else { return };
        (letter.state, letter.phase, letter.next_at) = ("due", "none", Some(now));
        letter.attempts -= 1;
        letter.epoch = None;
    }

    pub fn has_orphans(&self) -> bool {
        self.letters.values().any(|letter| {
            letter.state == "sending" && letter.epoch.is_some_and(|epoch| self.has_ended(epoch))
        })
    }

    /// Frees what ended workers held; those in mid-body are returned.
    pub fn reclaim(&mut self, now: Timestamp) -> Vec<i64> {
        let dead: Vec<i64> = self
            .letters
            .iter()
            .filter(|(_, letter)| letter.state == "sending")
            .filter(|(_, letter)| letter.epoch.is_some_and(|epoch| self.has_ended(epoch)))
            .map(|(id, _)| *id)
            .collect();
        let mut orphans = Vec::new();
        for id in dead {
            let letter = self.letters.get_mut(&id).expect("just seen");
            if letter.phase == "data" {
                orphans.push(id);
            } else {
                (letter.state, letter.phase, letter.next_at) = ("due", "none", Some(now));
                letter.epoch = None;
            }
        }
        orphans
    }

    pub fn end_orphan(&mut self, id: i64, next: Next) {
        let letter = self.letters.get_mut(&id).filter(|letter| letter.state == "sending");
        let Some(letter) = letter.filter(|letter| letter.phase == "data") else { return };
        letter.next_at = match next {
            Next::AmbiguousUntil(at) | Next::DueAt(at) => Some(at),
            Next::Sent | Next::Failed | Next::Ambiguous => None,
        };
        letter.state = "ambiguous";
        letter.epoch = None;
    }

    pub fn retry(&mut self, id: i64, now: Timestamp) -> bool {
        let unsent = ["due", "held", "failed", "ambiguous", "cancelled"];
        let letter = self.letters.get_mut(&id).filter(|letter| unsent.contains(&letter.state));
        letter
            .map(|letter| {
                (letter.state, letter.next_at, letter.released_at) = ("due", Some(now), now);
            })
            .is_some()
    }

    pub fn cancel(&mut self, id: i64) -> bool {
        let unsent = ["due", "held", "failed", "ambiguous"];
        let letter = self.letters.get_mut(&id).filter(|letter| unsent.contains(&letter.state));
        letter.map(|letter| (letter.state, letter.next_at) = ("cancelled", None)).is_some()
    }
}

/// A mailbox's name.
pub fn name(mailbox: usize) -> String {
    format!("m{mailbox}")
}
