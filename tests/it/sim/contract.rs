//! The store in memory does what the real one does: the same random verbs on both, compared after each.

use std::collections::BTreeSet;
use std::time::Duration;

use sportello::domain::letter::LetterKind;
use sportello::domain::pass::Plan;
use sportello::domain::retry::{self, Ended, Next};
use sportello::domain::time::Timestamp;
use sportello::store::ledger::{Folder, Settled};
use sportello::store::outbox::Ending;
use sportello::store::{self, Store, StoreError, Tx, ledger, outbox, workers};

use super::store::{MemoryStore, Place, name};
use crate::store::{NOW, decided, opened};
use crate::support::stores::{Engine, Place as Home, runtime};

/// Sequences for each engine: together they reach every verb in every state many times.
const SEQUENCES: u64 = 12;

/// Verbs in a sequence.
const VERBS: usize = 80;

const MAILBOXES: usize = 3;

/// Letters that a sequence works on, acknowledgements and staff notices by turns.
const LETTERS: u32 = 4;

/// Both stores and the chance that drives them.
struct Pair {
    real: Store,
    memory: MemoryStore,
    chance: fastrand::Rng,
    now: Timestamp,
}

impl Pair {
    async fn tx(&self) -> Tx {
        self.real.engine.begin().await.unwrap()
    }

    /// An epoch that was begun, or now and then one that never was.
    fn epoch(&mut self) -> i64 {
        let last = self.memory.workers.keys().last().copied().unwrap_or(0);
        self.chance.i64(1..=last + 1)
    }

    fn mailboxes(&mut self) -> BTreeSet<usize> {
        (0..MAILBOXES).filter(|_| self.chance.bool()).collect()
    }

    fn letter(&mut self) -> i64 {
        self.chance.i64(1..=i64::from(LETTERS))
    }

    fn place(&mut self) -> Place {
        (self.chance.usize(0..MAILBOXES), self.chance.i64(1..3), self.chance.i64(1..5))
    }

    fn next(&mut self) -> Next {
        let at = self.now.plus(Duration::from_secs(self.chance.u64(0..30)));
        let all =
            [Next::Sent, Next::DueAt(at), Next::Failed, Next::AmbiguousUntil(at), Next::Ambiguous];
        *self.chance.choice(&all).unwrap()
    }

    /// One verb on both; what each returned must be the same.
    async fn step(&mut self) {
        self.now = self.now.plus(Duration::from_secs(self.chance.u64(0..10)));
        let (now, epoch, id, place) = (self.now, self.epoch(), self.letter(), self.place());
        let mut tx = self.tx().await;
        match self.chance.u8(0..18) {
            0 => {
                let wanted = self.mailboxes();
                let real = workers::begin(&mut tx, &names(&wanted), now).await.unwrap();
                assert_eq!(real, self.memory.begin_epoch(&wanted));
            }
            1 => {
                let real = workers::beat(&mut tx, epoch, now).await.unwrap();
                assert_eq!(real, self.memory.beat(epoch));
            }
            2 => {
                let beats = self.chance.bool().then(|| self.chance.i64(0..3));
                let real = workers::end(&mut tx, epoch, beats).await.unwrap();
                assert_eq!(real, self.memory.end(epoch, beats));
            }
            3 | 4 => {
                let wanted = self.mailboxes();
                let real = workers::claim(&mut tx, epoch, &names(&wanted), now).await.unwrap();
                assert_eq!(real, names(&self.memory.claim(epoch, &wanted)));
            }
            5 => {
                workers::release(&mut tx, epoch, &name(place.0));
                self.memory.release(epoch, place.0);
            }
            6 => {
                let real = workers::fence(&mut tx, epoch, &name(place.0)).await;
                let held = !matches!(real, Err(StoreError::Fenced { .. }));
                assert_eq!(held, self.memory.holds(epoch, place.0));
            }
            7 => {
                ledger::see(&mut tx, &folder(place), &[place.2], now).await.unwrap();
                self.memory.see(&[place]);
            }
            8 => {
                let settled = Settled { state: "filed", reason: "x", content_key: None };
                ledger::settle(&mut tx, &folder(place), place.2, &settled, now);
                self.memory.settle(place);
            }
            9 => {
                let open = ledger::open(&mut tx, &folder(place), &[place.2]).await.unwrap();
                assert_eq!(open.contains_key(&place.2), self.memory.is_open(place));
                let listing = if self.chance.bool() { vec![place.2] } else { vec![] };
                let plan = Plan::of(&listing, &self.memory.known(place.0, place.1));
                ledger::miss(&mut tx, &folder(place), &plan, now);
                self.memory.miss(place.0, place.1, &plan);
            }
            _ => self.step_of_a_letter(&mut tx, epoch, id).await,
        }
        tx.commit().await.unwrap();
    }

    async fn step_of_a_letter(&mut self, tx: &mut Tx, epoch: i64, id: i64) {
        let now = self.now;
        match self.chance.u8(0..8) {
            0 | 1 => {
                let real = outbox::lease(tx, epoch, 2, now).await.unwrap();
                let real: Vec<i64> = real.into_iter().map(|letter| letter.id).collect();
                assert_eq!(real, self.memory.lease(epoch, 2, now));
            }
            2 => {
                let real = outbox::begin_bodies(tx, &[id], epoch).await.unwrap();
                assert_eq!(real.contains(&id), self.memory.begin_body(id, epoch));
            }
            3 => {
                let next = self.next();
                let ending = Ending { id, attempts: 1, next, text: String::new() };
                outbox::end_attempts(tx, &[ending], epoch, now);
                self.memory.end_attempt(id, epoch, next);
            }
            4 => {
                outbox::give_back(tx, id, epoch, "x", now).await.unwrap();
                self.memory.give_back(id, epoch, now);
            }
            5 => {
                let real = outbox::reclaim(tx, now).await.unwrap();
                let ids: Vec<i64> = real.iter().map(|orphan| orphan.id).collect();
                assert_eq!(ids, self.memory.reclaim(now));
                for orphan in real {
                    let (attempts, since) = (orphan.attempts, orphan.released_at);
                    let next =
                        retry::after(orphan.kind, Ended::Ambiguous, attempts, since, now, 0.0);
                    outbox::end_orphan(tx, &orphan, next, now).await.unwrap();
                    self.memory.end_orphan(orphan.id, next);
                }
            }
            6 => {
                let real = outbox::retry(tx, id, now).await.unwrap();
                assert_eq!(real, self.memory.retry(id, now));
            }
            _ => {
                let real = outbox::cancel(tx, id, now).await.unwrap();
                assert_eq!(real, self.memory.cancel(id));
            }
        }
    }

    async fn compare(&self) {
        let engine = &self.real.engine;
        assert_eq!(workers::living(engine).await.unwrap(), self.memory.living());
        let claims = workers::claims(engine).await.unwrap();
        let expected = self.memory.claims.iter().map(|(n, epoch)| (name(*n), *epoch)).collect();
        assert_eq!(claims, expected);
        assert_eq!(outbox::has_orphans(engine).await.unwrap(), self.memory.has_orphans());
        let letters = outbox::all(engine).await.unwrap();
        let real: Vec<_> = letters
            .iter()
            .map(|row| (row.id, row.state.as_str(), row.attempts, row.next_at))
            .collect();
        let memory = self.memory.letters.iter();
        let expected: Vec<_> = memory
            .map(|(id, row)| (*id, row.state, i64::from(row.attempts), row.next_at))
            .collect();
        // A letter on its way keeps the time at which it was due; nobody looks at it.
        let looked_at = |rows: Vec<(i64, &str, i64, Option<Timestamp>)>| {
            let rows = rows.into_iter();
            let seen = rows.map(|(id, state, n, at)| {
                (id, state.to_owned(), n, at.filter(|_| state != "sending"))
            });
            seen.collect::<Vec<_>>()
        };
        assert_eq!(looked_at(real), looked_at(expected));
        let rows = ledger::all(engine).await.unwrap();
        let mut real: Vec<_> = rows
            .iter()
            .map(|row| (row.mailbox.clone(), row.uidvalidity, row.uid, row.settled_at.is_some()))
            .collect();
        real.sort();
        let memory = self.memory.ledger.iter();
        let expected: Vec<_> = memory
            .map(|((n, validity, uid), row)| (name(*n), *validity, *uid, row.settled))
            .collect();
        assert_eq!(real, expected);
    }
}

fn names(mailboxes: &BTreeSet<usize>) -> BTreeSet<String> {
    mailboxes.iter().map(|n| name(*n)).collect()
}

fn folder((mailbox, validity, _): Place) -> Folder {
    Folder { mailbox: name(mailbox), folder: "INBOX".to_owned(), validity }
}

/// Letters that both stores owe from the beginning.
async fn owe(pair: &mut Pair) {
    let mut tx = pair.tx().await;
    for n in 1..=LETTERS {
        opened(&mut tx, n).await;
        let mut letters = decided(n).1;
        let wanted = if n % 2 == 0 { LetterKind::StaffNotice } else { LetterKind::Acknowledgement };
        letters.retain(|letter| letter.kind == wanted);
        outbox::insert(&mut tx, &letters[0], vec![1], NOW);
        pair.memory.write_letter(wanted, NOW);
    }
    tx.commit().await.unwrap();
}

#[test]
fn the_store_in_memory_does_what_the_real_one_does() {
    for engine in Engine::each() {
        for seed in 0..SEQUENCES {
            let home = Home::new(engine);
            runtime().block_on(async {
                let real = store::open(&home.url, NOW).await.unwrap();
                let chance = fastrand::Rng::with_seed(seed);
                let mut pair = Pair { real, memory: MemoryStore::default(), chance, now: NOW };
                owe(&mut pair).await;
                for _ in 0..VERBS {
                    pair.step().await;
                    pair.compare().await;
                }
                pair.real.engine.close().await;
            });
        }
    }
}
