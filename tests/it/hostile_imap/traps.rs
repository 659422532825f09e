//! The traps of the IMAP crate by name (T2-T4), on both engines. T5 is in [`super::idle`].

use crate::office::{Kept, Mailbox, Office, both};
use crate::support::hostile_imap::HostileImap;

/// One round fails, the next drains the mailbox.
async fn fails_once(fixtures: &[&str]) {
    for kept in both() {
        for fixture in fixtures {
            let server = HostileImap::fixture(fixture);
            let uids: Vec<u32> = server.flags().into_iter().map(|(uid, _)| uid).collect();
            let office = Office::reading(kept, &Mailbox::at(server.port())).await;
            let failed = office.round().await;
            assert!(failed.is_err(), "{fixture}, {kept:?}: {failed:?}");
            let early = office.states().await;
            assert!(early.iter().all(|(_, state)| state == "seen"), "{fixture}: {early:?}");
            let passed = office.round().await.expect("a polite server");
            assert_eq!((passed.settled, passed.unaccounted), (uids.len(), 0), "{fixture}");
            office.has_answered(&uids, fixture).await;
        }
    }
}

/// T2: a tagged NO or BAD after some bodies is a failure, not the end of the mailbox.
#[tokio::test]
async fn t2_a_refusal_after_three_of_ten_bodies_is_an_error() {
    fails_once(&["no-after-three-bodies", "bad-after-three-bodies"]).await;
}

/// T3: the end of the connection at the boundary of two answers is a failure, not the end of the list.
#[tokio::test]
async fn t3_an_end_between_two_answers_is_an_error() {
    fails_once(&[
        "cut-between-two-bodies",
        "end-instead-of-search",
        "end-instead-of-select",
        "select-without-uidvalidity",
    ])
    .await;
}

/// Three mails are seen and cannot be fetched; then the search fails in every way; then all is well.
const FAILING_SEARCHES: &str = "MAILBOX 3
C: * UID FETCH *BODY.PEEK[]
S: {tag} NO not now
CONNECTION
C: * UID SEARCH
S: * SEARCH
S: {tag} OK done
CONNECTION
C: * UID SEARCH
S: * SEARCH
S: {tag} OK done
CONNECTION
C: * UID SEARCH
S: {tag} NO search failed
CONNECTION
C: * UID SEARCH
S: {tag} BAD search failed
CONNECTION
C: * UID SEARCH
CLOSE
CONNECTION
";

/// T4: no failed or empty search takes a mail for gone, however often it comes.
#[tokio::test]
async fn t4_a_failed_or_empty_search_marks_nothing_as_gone() {
    for kept in both() {
        let server = HostileImap::script(FAILING_SEARCHES);
        let office = Office::reading(kept, &Mailbox::at(server.port())).await;
        for round in 0..6 {
            let failed = office.round().await;
            assert!(failed.is_err(), "{kept:?}, round {round}: {failed:?}");
            let states = office.states().await;
            assert_eq!(states.len(), 3, "{kept:?}, round {round}");
            assert!(states.iter().all(|(_, state)| state == "seen"), "{kept:?}: {states:?}");
        }
        office.round().await.expect("a polite server");
        office.has_answered(&[101, 102, 103], "after six failed rounds").await;
    }
}

/// A mail that one honest listing leaves out is not gone either; two of them are needed.
#[tokio::test]
async fn a_mail_is_gone_only_after_two_listings_without_it() {
    let script = "MAILBOX 2
C: * UID FETCH *BODY.PEEK[]
S: {tag} NO not now
CONNECTION
C: * UID SEARCH
S: * SEARCH 101
S: {tag} OK done
CONNECTION
";
    let server = HostileImap::script(script);
    let office = Office::reading(Kept::Sqlite, &Mailbox::at(server.port())).await;
    office.round().await.expect_err("a refused fetch");
    office.round().await.expect("a listing without 102");
    let states = [(101, "ticket".to_owned()), (102, "seen".to_owned())];
    assert_eq!(office.states().await, states);
    office.round().await.expect("a polite server");
    office.has_answered(&[101, 102], "seen again").await;
}

/// With `start = "now"` the first look fails in every way, then succeeds: what lay there is history all
/// the same, and nobody gets a letter about it.
#[tokio::test]
async fn a_first_look_that_fails_does_not_turn_history_into_news() {
    for kept in both() {
        for fault in ["S: {tag} NO search failed", "S: * SEARCH\nS: {tag} OK done", "CLOSE"] {
            let script = format!("MAILBOX 3\nC: * UID SEARCH\n{fault}\nCONNECTION\n");
            let server = HostileImap::script(&script);
            let mailbox = Mailbox { start: "now", ..Mailbox::at(server.port()) };
            let office = Office::reading(kept, &mailbox).await;
            office.round().await.expect_err("the first look fails");
            office.round().await.expect("a polite server");
            let states = office.states().await;
            assert_eq!(states.len(), 3, "{kept:?}, {fault}");
            assert!(states.iter().all(|(_, state)| state == "filed"), "{kept:?}: {states:?}");
            assert!(office.letters.sent().is_empty(), "{kept:?}, {fault}");
        }
    }
}
