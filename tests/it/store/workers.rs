//! Workers: who holds a mailbox, and what one who no longer does can still write.

use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;

use sportello::store::{Store, StoreError, workers};

use super::{NOW, begin, later, on_each};

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn worker(store: &Store, mailboxes: &[&str]) -> i64 {
    let mut tx = begin(store).await;
    let epoch = workers::begin(&mut tx, &names(mailboxes), NOW).await.unwrap();
    tx.commit().await.unwrap();
    epoch
}

async fn claim(store: &Store, epoch: i64, mailboxes: &[&str]) -> BTreeSet<String> {
    let mut tx = begin(store).await;
    let claimed = workers::claim(&mut tx, epoch, &names(mailboxes), NOW).await.unwrap();
    tx.commit().await.unwrap();
    claimed
}

async fn end(store: &Store, epoch: i64, beats: Option<i64>) -> bool {
    let mut tx = begin(store).await;
    let ended = workers::end(&mut tx, epoch, beats).await.unwrap();
    tx.commit().await.unwrap();
    ended
}

async fn is_fenced(store: &Store, epoch: i64, mailbox: &str) -> bool {
    let mut tx = begin(store).await;
    match workers::fence(&mut tx, epoch, mailbox).await {
        Ok(()) => false,
        Err(StoreError::Fenced { .. }) => true,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_mailbox_has_one_holder_until_it_is_given_up() {
    on_each(async |store| {
        let (one, two) = (worker(store, &["a", "b"]).await, worker(store, &["a", "b"]).await);
        assert_eq!(claim(store, one, &["a"]).await, names(&["a"]));
        assert_eq!(claim(store, two, &["a", "b"]).await, names(&["b"]), "a is held");
        assert_eq!(claim(store, two, &[]).await, names(&[]));
        let mut tx = begin(store).await;
        workers::release(&mut tx, two, "a");
        tx.commit().await.unwrap();
        assert!(!is_fenced(store, one, "a").await, "only the holder gives up");
        assert!(is_fenced(store, two, "a").await);
        let mut tx = begin(store).await;
        workers::release(&mut tx, one, "a");
        tx.commit().await.unwrap();
        assert_eq!(claim(store, two, &["a"]).await, names(&["a"]));
        let claims = workers::claims(&store.engine).await.unwrap();
        assert_eq!(claims, [("a".to_owned(), two), ("b".to_owned(), two)].into());
    });
}

/// Who was taken for dead holds nothing, writes nothing and claims nothing.
#[test]
fn an_ended_worker_is_shut_out() {
    on_each(async |store| {
        let (dead, own) = (worker(store, &["a"]).await, worker(store, &["a"]).await);
        claim(store, dead, &["a"]).await;
        let living = workers::living(&store.engine).await.unwrap();
        assert_eq!(
            living.iter().map(|w| (w.epoch, w.beats)).collect::<Vec<_>>(),
            [(dead, 0), (own, 0)]
        );
        assert_eq!(living[0].mailboxes, names(&["a"]));
        assert!(end(store, dead, Some(0)).await);
        assert!(!end(store, dead, Some(0)).await, "once");
        assert!(is_fenced(store, dead, "a").await);
        assert_eq!(claim(store, dead, &["a"]).await, names(&[]));
        assert_eq!(claim(store, own, &["a"]).await, names(&["a"]));
        assert!(!is_fenced(store, own, "a").await);
    });
}

/// Between the look and the burial it showed itself: it lives.
#[test]
fn a_worker_that_moved_meanwhile_is_not_ended() {
    on_each(async |store| {
        let one = worker(store, &[]).await;
        let mut tx = begin(store).await;
        assert!(workers::beat(&mut tx, one, later(3)).await.unwrap());
        tx.commit().await.unwrap();
        assert!(!end(store, one, Some(0)).await);
        assert!(end(store, one, Some(1)).await);
    });
}

/// A transaction that has passed its fence is finished before the mailbox changes hands.
#[test]
fn a_mailbox_changes_hands_only_between_transactions() {
    on_each(async |store| {
        let own = worker(store, &["a"]).await;
        claim(store, own, &["a"]).await;
        let mut tx = begin(store).await;
        workers::fence(&mut tx, own, "a").await.unwrap();
        let mut ending = pin!(end(store, own, None));
        let soon = tokio::time::timeout(Duration::from_millis(50), &mut ending).await;
        assert!(soon.is_err(), "it waits");
        tx.commit().await.unwrap();
        assert!(ending.await);
        assert!(is_fenced(store, own, "a").await);
    });
}

#[test]
fn a_worker_that_leaves_wants_nothing() {
    on_each(async |store| {
        let own = worker(store, &["a"]).await;
        let mut tx = begin(store).await;
        workers::want_nothing(&mut tx, own);
        tx.commit().await.unwrap();
        assert_eq!(workers::living(&store.engine).await.unwrap()[0].mailboxes, names(&[]));
    });
}
