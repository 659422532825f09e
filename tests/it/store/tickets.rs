//! Tickets, their numbers, histories and threads.

use sportello::domain::decide::Outcome;
use sportello::domain::thread::Keys;
use sportello::domain::ticket::{Entry, EntryKind, Status, Ticket, number};
use sportello::store::tickets::{Chains, Taken};
use sportello::store::{outbox, tickets};

use super::{NOW, arrival, begin, decided, kept, later, on_each, opened};
use crate::support::stores::{Engine, Place, runtime};

fn entry(text: &str) -> Entry {
    Entry {
        kind: EntryKind::Mail,
        author: "anna@resident.example".to_owned(),
        text: text.to_owned(),
    }
}

/// A ticket with its probabilities left out: as JSON they may differ in the last decimal.
fn without_decimals(mut ticket: Ticket) -> Ticket {
    if let Some(verdict) = &mut ticket.facts.verdict {
        verdict.confidence = 0.0;
        verdict.candidates.clear();
    }
    ticket
}

/// A number that is asked for and not taken is given again; one that is rolled back leaves no gap; each
/// year counts for itself.
#[test]
fn serials_have_no_gaps() {
    on_each(async |store| {
        let mut tx = begin(store).await;
        assert_eq!(tickets::last_serial(&mut tx, 2026).await.unwrap(), 0);
        assert_eq!(tickets::last_serial(&mut tx, 2026).await.unwrap(), 0);
        tickets::take_serials(&mut tx, 2026, Taken { last: 1, ..Taken::default() });
        tx.commit().await.unwrap();
        let mut tx = begin(store).await;
        assert_eq!(tickets::last_serial(&mut tx, 2026).await.unwrap(), 1);
        tickets::take_serials(&mut tx, 2026, Taken { last: 2, ..Taken::default() });
        drop(tx);
        let mut tx = begin(store).await;
        assert_eq!(tickets::last_serial(&mut tx, 2026).await.unwrap(), 1);
        assert_eq!(tickets::last_serial(&mut tx, 2027).await.unwrap(), 0);
    });
}

/// Many at once never get the same number, and leave no gap.
#[test]
fn numbers_taken_at_once_are_all_different() {
    on_each(async |store| {
        let take = async || {
            let mut tx = begin(store).await;
            let serial = tickets::last_serial(&mut tx, 2026).await.unwrap() + 1;
            tickets::take_serials(&mut tx, 2026, Taken { last: serial, ..Taken::default() });
            tx.commit().await.unwrap();
            serial
        };
        let all = (0..16).map(|_| Box::pin(take()));
        let mut taken = futures_util::future::join_all(all).await;
        taken.sort_unstable();
        assert!(taken.iter().copied().eq(1..=16), "{taken:?}");
    });
}

/// A ticket comes back as it was written; of two writers that read the same version one is refused.
#[test]
fn of_two_writers_of_one_version_the_second_is_refused() {
    on_each(async |store| {
        let mut tx = begin(store).await;
        let (id, ticket) = opened(&mut tx, 1).await;
        let loaded = tickets::load(&mut tx, "2026-000001").await.unwrap().unwrap();
        assert_eq!(without_decimals(loaded), without_decimals(ticket.clone()));
        assert_eq!(tickets::id_of(&mut tx, "2026-000001").await.unwrap(), Some(id));
        assert_eq!(tickets::id_of(&mut tx, "2026-000002").await.unwrap(), None);
        assert!(tickets::load(&mut tx, "2026-000002").await.unwrap().is_none());
        let mut first = ticket.clone();
        (first.status, first.version, first.changed_at) = (Status::Closed, 2, later(60));
        let mut second = ticket.clone();
        (second.place, second.version) = (Some("altrove".to_owned()), 2);
        assert!(tickets::update(&mut tx, &first).await.unwrap());
        assert!(!tickets::update(&mut tx, &second).await.unwrap());
        tx.commit().await.unwrap();
        let engine = &store.engine;
        let (found_id, found) = tickets::find(engine, "2026-000001").await.unwrap().unwrap();
        assert_eq!((found_id, without_decimals(found)), (id, without_decimals(first)));
        assert!(tickets::find(engine, "x").await.unwrap().is_none());
        assert_eq!(tickets::all(engine).await.unwrap().len(), 1);
        assert_eq!(tickets::counts(engine).await.unwrap()["closed"], 1);
    });
}

/// A number is written once.
#[test]
fn a_number_is_unique() {
    on_each(async |store| {
        let mut tx = begin(store).await;
        let (_, ticket) = opened(&mut tx, 1).await;
        tx.commit().await.unwrap();
        let mut tx = begin(store).await;
        tickets::insert(&mut tx, &ticket).unwrap();
        assert!(tx.commit().await.is_err());
        assert_eq!(number(2026, 1_234_567), "2026-1234567");
    });
}

/// A history keeps every line in order; a label keeps what the program said and what is right.
#[test]
fn histories_and_labels_are_kept_in_order() {
    on_each(async |store| {
        let mut tx = begin(store).await;
        let (id, ticket) = opened(&mut tx, 1).await;
        let number = ticket.number;
        kept(&mut tx, 1, &Outcome::Ticket(number.clone())).await;
        let key = arrival(1).0.content_key;
        let mut chains = Chains::default();
        for text in ["b", "a", "c"] {
            let line = entry(text);
            let line = (&line, Some(key.as_str()));
            tickets::enter(&mut tx, &mut chains, &number, line, NOW).await.unwrap();
        }
        tickets::label(&mut tx, &number, "category", None, "plant", NOW);
        tx.commit().await.unwrap();
        let history = tickets::history(&store.engine, id).await.unwrap();
        let texts: Vec<&str> = history.iter().map(|line| line.text.as_str()).collect();
        assert_eq!((texts, history[0].at), (vec!["b", "a", "c"], NOW));
        let sql = "SELECT label.after AS after, label.before AS before FROM label";
        let row = store.engine.row(sql, Vec::new()).await.unwrap().unwrap();
        assert_eq!(row.text("after").unwrap(), "plant");
        assert_eq!(row.text_or_null("before").unwrap(), None);
    });
}

/// A line that was changed, dropped or slipped in shows; one whose words were erased with their salt does not.
#[test]
fn a_history_that_was_changed_behind_our_back_shows() {
    for (sql, expected) in [
        ("UPDATE entry SET mail_id = NULL", 0),
        ("UPDATE entry SET text = '(erased)', author = '', salt = NULL WHERE text = 'a'", 0),
        ("UPDATE entry SET text = 'A', author = '', salt = NULL WHERE text = 'a'", 1),
        ("UPDATE entry SET text = 'A' WHERE text = 'a'", 1),
        ("UPDATE entry SET at = at + 1 WHERE text = 'a'", 1),
        ("DELETE FROM entry WHERE text = 'a'", 1),
        ("DELETE FROM entry WHERE text = 'c'", 1),
        ("DELETE FROM entry WHERE text IN ('a', 'c')", 1),
        ("UPDATE ticket SET link = NULL", 1),
        ("UPDATE entry SET salt = NULL, digest = NULL, link = NULL WHERE text = 'a'", 1),
    ] {
        on_each(async |store| {
            for text in ["b", "a", "c"] {
                let mut tx = begin(store).await;
                if text == "b" {
                    opened(&mut tx, 1).await;
                }
                let line = entry(text);
                let mut chains = Chains::default();
                let line = (&line, None);
                tickets::enter(&mut tx, &mut chains, "2026-000001", line, NOW).await.unwrap();
                tx.commit().await.unwrap();
            }
            let mut tx = begin(store).await;
            tx.run(sql, Vec::new()).await.unwrap();
            tx.commit().await.unwrap();
            let broken = tickets::broken_chains(&store.engine).await.unwrap();
            assert_eq!(broken.len(), expected, "{sql}");
        });
    }
}

/// What a mail may continue: found by our letters first, then by people's mails and by numbers, each
/// ticket once, with everybody who takes part.
#[test]
fn the_tickets_that_a_mail_may_continue_are_found() {
    on_each(async |store| {
        let mut tx = begin(store).await;
        for n in 1..=3 {
            let (_, ticket) = opened(&mut tx, n).await;
            kept(&mut tx, n, &Outcome::Ticket(ticket.number)).await;
            let (_, letters) = decided(n);
            outbox::insert(&mut tx, &letters[0], Vec::new(), NOW);
            outbox::insert(&mut tx, &letters[1], Vec::new(), NOW);
        }
        let (_, letters) = decided(2);
        let keys = Keys {
            letters: vec![letters[0].message_id.clone(), "a.b.c.d@nobody".to_owned()],
            mails: vec!["1@resident.example".to_owned(), "x@y".to_owned()],
            numbers: vec!["2026-000003".to_owned(), "2026-000002".to_owned(), "2026-9".to_owned()],
        };
        let found = tickets::candidates(&mut tx, &keys).await.unwrap();
        let told: Vec<(&str, bool)> =
            found.iter().map(|c| (c.number.as_str(), c.by_letter)).collect();
        assert_eq!(told, [("2026-000002", true), ("2026-000001", false), ("2026-000003", false)]);
        let parts = ["anna@resident.example", "ced@comune.example"];
        assert!(found.iter().all(|candidate| candidate.participants == parts), "{found:?}");
        let none = tickets::candidates(&mut tx, &Keys::default()).await.unwrap();
        assert!(none.is_empty());
    });
}

/// Two processes write to one SQLite file: the second waits for the first and both succeed.
#[test]
fn two_processes_wait_for_each_other() {
    let place = Place::new(Engine::Sqlite);
    runtime().block_on(async {
        let first = sportello::store::open(&place.url, NOW).await.unwrap();
        let second = sportello::store::open(&place.url, NOW).await.unwrap();
        let mut tx = begin(&first).await;
        opened(&mut tx, 1).await;
        let other = async {
            let mut tx = begin(&second).await;
            opened(&mut tx, 2).await;
            tx.commit().await.unwrap();
        };
        let (ended, ()) = tokio::join!(tx.commit(), Box::pin(other));
        ended.unwrap();
        assert_eq!(tickets::all(&first.engine).await.unwrap().len(), 2);
        first.engine.close().await;
        second.engine.close().await;
    });
}
