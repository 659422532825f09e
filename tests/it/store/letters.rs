//! The outbox: leases, epochs and what they exclude; the counting of the limits.

use std::collections::BTreeSet;
use std::time::Duration;

use sportello::domain::letter::{HoldReason, LetterKind};
use sportello::domain::limits::{Limits, Released};
use sportello::domain::retry::Next;
use sportello::domain::time::Timestamp;
use sportello::store::outbox::{self, Ending, LetterRow};
use sportello::store::{Store, Tx, limits, workers};

use super::{NOW, begin, decided, later, on_each, opened};

/// Writes `count` acknowledgements down, each with its ticket.
async fn owe(store: &Store, count: u32, hold: Option<HoldReason>, at: Timestamp) {
    let mut tx = begin(store).await;
    let first = outbox::all(&store.engine).await.unwrap().len();
    let first = u32::try_from(first).unwrap() + 1;
    for n in first..first + count {
        opened(&mut tx, n).await;
        let mut letter = decided(n).1.remove(0);
        letter.hold = hold;
        outbox::insert(&mut tx, &letter, vec![1, 2], at);
    }
    tx.commit().await.unwrap();
}

async fn epoch(store: &Store) -> i64 {
    let mut tx = begin(store).await;
    let epoch = workers::begin(&mut tx, &BTreeSet::new(), NOW).await.unwrap();
    tx.commit().await.unwrap();
    epoch
}

async fn lease(store: &Store, epoch: i64, most: i64) -> Vec<outbox::Leased> {
    let mut tx = begin(store).await;
    let leased = outbox::lease(&mut tx, epoch, most, NOW).await.unwrap();
    tx.commit().await.unwrap();
    leased
}

async fn letter(store: &Store) -> LetterRow {
    outbox::all(&store.engine).await.unwrap().remove(0)
}

fn ending(next: Next) -> Ending {
    Ending { id: 1, attempts: 1, next, text: "250 queued as 4F2A".to_owned() }
}

/// The same letter is owed once, however often it is decided.
#[test]
fn a_letter_is_owed_once() {
    on_each(async |store| {
        owe(store, 1, None, NOW).await;
        let mut tx = begin(store).await;
        let again = decided(1).1.remove(0);
        outbox::insert(&mut tx, &again, vec![9], later(1));
        let known = outbox::by_message_id(&mut tx, &again.message_id).await.unwrap().unwrap();
        assert_eq!(known.recipient, "anna@resident.example");
        assert_eq!(outbox::by_id(&mut tx, 1).await.unwrap(), Some(known));
        assert!(outbox::by_id(&mut tx, 9).await.unwrap().is_none());
        assert!(outbox::by_message_id(&mut tx, "x").await.unwrap().is_none());
        tx.commit().await.unwrap();
        let row = letter(store).await;
        assert_eq!((row.state.as_str(), row.next_at), ("due", Some(NOW)));
        assert_eq!(outbox::counts(&store.engine).await.unwrap()["due"], 1);
        assert_eq!(outbox::next_due_at(&store.engine).await.unwrap(), Some(NOW));
    });
}

/// Leased oldest first and only when due, with the attempt written down; nobody else gets them.
#[test]
fn a_leased_letter_is_nobody_elses() {
    on_each(async |store| {
        assert_eq!(outbox::next_due_at(&store.engine).await.unwrap(), None);
        owe(store, 3, None, NOW).await;
        owe(store, 1, None, later(60)).await;
        let (one, two) = (epoch(store).await, epoch(store).await);
        let first = lease(store, one, 2).await;
        assert_eq!(first.iter().map(|l| l.id).collect::<Vec<_>>(), [1, 2]);
        assert_eq!((first[0].attempts, first[0].bytes.as_slice()), (1, &[1, 2][..]));
        assert_eq!(first[0].released_at, NOW);
        assert_eq!(lease(store, two, 9).await.len(), 1);
        assert!(lease(store, one, 9).await.is_empty());
        let attempts = outbox::attempts(&store.engine, 1).await.unwrap();
        assert_eq!((attempts.len(), attempts[0].ended_at), (1, None));
        let mut tx = begin(store).await;
        assert!(outbox::begin_bodies(&mut tx, &[1], two).await.unwrap().is_empty());
        assert!(outbox::begin_bodies(&mut tx, &[1], one).await.unwrap().contains(&1));
        outbox::end_attempts(&mut tx, &[ending(Next::Failed)], two, NOW);
        outbox::give_back(&mut tx, 1, two, "", NOW).await.unwrap();
        assert!(!outbox::is_sending(&mut tx, 1, two).await.unwrap());
        assert!(outbox::is_sending(&mut tx, 1, one).await.unwrap());
        outbox::end_attempts(&mut tx, &[ending(Next::Sent)], one, NOW);
        assert!(!outbox::is_sending(&mut tx, 1, one).await.unwrap());
        outbox::end_attempts(&mut tx, &[ending(Next::Failed)], one, NOW);
        tx.commit().await.unwrap();
        let row = letter(store).await;
        assert_eq!((row.state.as_str(), row.reason.as_str()), ("sent", "250 queued as 4F2A"));
        let attempts = outbox::attempts(&store.engine, 1).await.unwrap();
        assert_eq!(attempts[0].outcome, "sent: 250 queued as 4F2A");
    });
}

/// Workers that lease at the same moment never share a letter, and together get all.
#[test]
fn workers_that_lease_at_once_never_share_a_letter() {
    on_each(async |store| {
        owe(store, 60, None, NOW).await;
        let mut workers = Vec::new();
        for _ in 0..6 {
            let own = epoch(store).await;
            workers.push(Box::pin(async move {
                let mut mine = Vec::new();
                loop {
                    let leased = lease(store, own, 4).await;
                    if leased.is_empty() {
                        return mine;
                    }
                    mine.extend(leased.into_iter().map(|letter| letter.id));
                }
            }));
        }
        let taken = futures_util::future::join_all(workers).await.concat();
        assert_eq!(taken.iter().copied().collect::<BTreeSet<_>>().len(), taken.len());
        // A lease may pass over what another is just taking; the next pass finds it.
        let last = epoch(store).await;
        assert_eq!(taken.len() + lease(store, last, 99).await.len(), 60);
    });
}

/// Each way an attempt may end, as the letter shows it.
#[test]
fn an_attempt_ends_as_the_schedule_says() {
    for (next, state, next_at) in [
        (Next::Sent, "sent", None),
        (Next::DueAt(later(60)), "due", Some(later(60))),
        (Next::Failed, "failed", None),
        (Next::AmbiguousUntil(later(900)), "ambiguous", Some(later(900))),
        (Next::Ambiguous, "ambiguous", None),
    ] {
        on_each(async |store| {
            owe(store, 1, None, NOW).await;
            let own = epoch(store).await;
            lease(store, own, 1).await;
            let mut tx = begin(store).await;
            outbox::end_attempts(&mut tx, &[ending(next)], own, NOW);
            tx.commit().await.unwrap();
            let row = letter(store).await;
            assert_eq!((row.state.as_str(), row.next_at), (state, next_at));
            assert_eq!(outbox::next_due_at(&store.engine).await.unwrap(), next_at);
        });
    }
}

/// A server that could not be used costs no attempt and leaves no trace of one.
#[test]
fn a_letter_given_back_was_never_tried() {
    on_each(async |store| {
        owe(store, 1, None, NOW).await;
        let own = epoch(store).await;
        lease(store, own, 1).await;
        let mut tx = begin(store).await;
        outbox::give_back(&mut tx, 1, own, "down", later(5)).await.unwrap();
        tx.commit().await.unwrap();
        let row = letter(store).await;
        assert_eq!((row.state.as_str(), row.attempts, row.next_at), ("due", 0, Some(later(5))));
        assert!(outbox::attempts(&store.engine, 1).await.unwrap().is_empty());
    });
}

/// An ended epoch can neither send nor record: its letters before their body are due again, those after
/// it are handed to the schedule.
#[test]
fn an_ended_epoch_is_fenced_off() {
    on_each(async |store| {
        owe(store, 2, None, NOW).await;
        let (dead, own) = (epoch(store).await, epoch(store).await);
        assert_eq!(lease(store, dead, 9).await.len(), 2);
        let mut tx = begin(store).await;
        assert!(outbox::begin_bodies(&mut tx, &[2], dead).await.unwrap().contains(&2));
        assert!(workers::beat(&mut tx, dead, later(5)).await.unwrap());
        // Heard of at 5 s: not silent since then.
        assert_eq!(workers::end_silent(&mut tx, own, later(5)).await.unwrap(), 0);
        assert!(outbox::reclaim(&mut tx, later(6)).await.unwrap().is_empty());
        assert_eq!(workers::end_silent(&mut tx, own, later(6)).await.unwrap(), 1);
        assert!(!workers::beat(&mut tx, dead, later(7)).await.unwrap());
        assert!(outbox::begin_bodies(&mut tx, &[1], dead).await.unwrap().is_empty());
        let orphans = outbox::reclaim(&mut tx, later(8)).await.unwrap();
        let [orphan] = &orphans[..] else { panic!("expected one: {orphans:?}") };
        assert_eq!((orphan.id, orphan.attempts, orphan.released_at), (2, 1, NOW));
        assert_eq!(orphan.kind, LetterKind::Acknowledgement);
        let next = Next::AmbiguousUntil(later(908));
        outbox::end_orphan(&mut tx, orphan, next, later(8)).await.unwrap();
        outbox::end_attempts(&mut tx, &[ending(Next::Sent)], dead, NOW);
        assert!(workers::end(&mut tx, own, None).await.unwrap());
        assert!(!workers::beat(&mut tx, own, later(9)).await.unwrap());
        tx.commit().await.unwrap();
        let rows = outbox::all(&store.engine).await.unwrap();
        let states: Vec<(&str, Option<Timestamp>)> =
            rows.iter().map(|row| (row.state.as_str(), row.next_at)).collect();
        assert_eq!(states, [("due", Some(later(8))), ("ambiguous", Some(later(908)))]);
    });
}

async fn states_after<R>(store: &Store, act: impl AsyncFn(&mut Tx) -> R) -> (R, String) {
    let mut tx = begin(store).await;
    let result = act(&mut tx).await;
    tx.commit().await.unwrap();
    (result, letter(store).await.state)
}

/// Staff repeat and cancel what was not sent; what was sent stays sent, unless it bounced.
#[test]
fn staff_repeat_and_cancel_what_was_not_sent() {
    on_each(async |store| {
        owe(store, 1, Some(HoldReason::SenderLimit), NOW).await;
        assert_eq!(letter(store).await.reason, "sender_limit");
        let retry = async |tx: &mut Tx| outbox::retry(tx, 1, NOW).await.unwrap();
        let cancel = async |tx: &mut Tx| outbox::cancel(tx, 1, NOW).await.unwrap();
        assert_eq!(states_after(store, cancel).await, (true, "cancelled".to_owned()));
        assert_eq!(states_after(store, retry).await, (true, "due".to_owned()));
        let own = epoch(store).await;
        lease(store, own, 1).await;
        assert_eq!(states_after(store, cancel).await, (false, "sending".to_owned()));
        let end = async |tx: &mut Tx| outbox::end_attempts(tx, &[ending(Next::Sent)], own, NOW);
        assert_eq!(states_after(store, end).await, ((), "sent".to_owned()));
        assert_eq!(states_after(store, retry).await, (false, "sent".to_owned()));
        assert_eq!(states_after(store, cancel).await, (false, "sent".to_owned()));
        let id = letter(store).await.message_id;
        let bounced = async |tx: &mut Tx| outbox::bounced(tx, &id, "bounced", NOW).await.unwrap();
        assert_eq!(states_after(store, bounced).await, ((), "failed".to_owned()));
        assert_eq!(states_after(store, retry).await, (true, "due".to_owned()));
        let ticket_letters = outbox::of_ticket(&store.engine, 1).await.unwrap();
        assert_eq!(ticket_letters.len(), 1);
    });
}

/// Limits that none of these letters reaches: what is counted is the whole.
const FAR: Limits = Limits { per_sender_per_day: 99, per_domain_per_hour: 99, per_hour: 99 };

/// The limits count acknowledgements by sender, domain and in all, each in its window, held ones not.
#[test]
fn the_limits_count_what_left_in_their_windows() {
    on_each(async |store| {
        let day = 24 * 3600;
        owe(store, 1, None, NOW).await;
        owe(store, 2, None, later(day - 1800)).await;
        owe(store, 1, Some(HoldReason::SenderLimit), later(day - 60)).await;
        let count = async |at: Timestamp| {
            let mut tx = begin(store).await;
            limits::released(&mut tx, &FAR, ("anna@resident.example", "resident.example"), at, at)
                .await
                .unwrap()
        };
        let expected = Released {
            to_sender_in_day: 3,
            to_domain_in_hour: 2,
            in_hour: 2,
            sent_to_sender_in_loop_window: 0,
        };
        assert_eq!(count(later(day - 1)).await, expected);
        assert_eq!(count(later(day)).await.to_sender_in_day, 2);
        let own = epoch(store).await;
        lease(store, own, 1).await;
        let mut tx = begin(store).await;
        outbox::end_attempts(&mut tx, &[ending(Next::Sent)], own, NOW);
        tx.commit().await.unwrap();
        assert_eq!(count(later(60)).await.sent_to_sender_in_loop_window, 1);
        let mut tx = begin(store).await;
        let near = Limits { per_hour: 1, ..FAR };
        let some =
            limits::released(&mut tx, &near, ("x@y.example", "y.example"), NOW, later(day - 1))
                .await;
        assert_eq!(some.unwrap().in_hour, 1, "nothing is counted beyond its limit");
        let nobody =
            limits::released(&mut tx, &FAR, ("x@y.example", "y.example"), NOW, later(day - 1))
                .await;
        assert_eq!(nobody.unwrap(), Released { in_hour: 2, ..Released::default() });
    });
}

/// Held letters are offered oldest first for a day, those of a rescan never; released once.
#[test]
fn held_letters_are_offered_for_a_day() {
    on_each(async |store| {
        owe(store, 1, Some(HoldReason::Rescan), NOW).await;
        owe(store, 1, Some(HoldReason::HourLimit), later(20)).await;
        owe(store, 1, Some(HoldReason::LoopBreaker), later(10)).await;
        let mut tx = begin(store).await;
        let held = limits::held(&mut tx, 9, later(60)).await.unwrap();
        assert_eq!(held.iter().map(|letter| letter.id).collect::<Vec<_>>(), [3, 2]);
        assert_eq!(held[0].domain, "resident.example");
        assert_eq!(limits::held(&mut tx, 1, later(60)).await.unwrap().len(), 1);
        let tomorrow = later(15).plus(Duration::from_hours(24));
        assert_eq!(limits::held(&mut tx, 9, tomorrow).await.unwrap().len(), 1);
        limits::release(&mut tx, 3, later(60)).await.unwrap();
        limits::release(&mut tx, 3, later(90)).await.unwrap();
        tx.commit().await.unwrap();
        let row = outbox::all(&store.engine).await.unwrap().remove(2);
        assert_eq!((row.state.as_str(), row.next_at), ("due", Some(later(60))));
    });
}
