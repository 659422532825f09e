//! The ledger, folders and raw mail.

use sportello::domain::decide::Outcome;
use sportello::domain::pass::Plan;
use sportello::store::folders::{self, RESCAN_ALL};
use sportello::store::ledger::{self, Folder, Known, Settled};
use sportello::store::mail::{self, Raw, pack};

use super::{NOW, arrival, begin, kept, known, later, on_each, opened};

pub(super) fn folder(validity: i64) -> Folder {
    Folder { mailbox: "m".to_owned(), folder: "INBOX".to_owned(), validity }
}

const FILED: Settled<'static> = Settled { state: "filed", reason: "why", content_key: None };

/// Seen once, settled once: later calls change neither the time nor the state.
#[test]
fn a_message_is_seen_and_settled_once() {
    on_each(async |store| {
        let inbox = folder(7);
        let mut tx = begin(store).await;
        ledger::see(&mut tx, &inbox, &[3, 1, 2], NOW).await.unwrap();
        ledger::see(&mut tx, &inbox, &[1], later(60)).await.unwrap();
        let open = ledger::open(&mut tx, &inbox, &[1, 9]).await.unwrap();
        assert_eq!(open.into_iter().collect::<Vec<_>>(), [(1, NOW)]);
        assert!(ledger::open(&mut tx, &folder(8), &[1]).await.unwrap().is_empty());
        ledger::settle(&mut tx, &inbox, 1, &FILED, NOW);
        let again = Settled { state: "ticket", ..FILED };
        ledger::settle(&mut tx, &inbox, 1, &again, later(9));
        assert!(ledger::open(&mut tx, &inbox, &[1]).await.unwrap().is_empty());
        tx.commit().await.unwrap();
        let known = ledger::known(&store.engine, &inbox).await.unwrap();
        let expected =
            Known { settled: vec![1], open: vec![2, 3], unmarked: vec![1], ..Known::default() };
        assert_eq!(known, expected);
        assert_eq!(ledger::known(&store.engine, &folder(8)).await.unwrap(), Known::default());
        let all = ledger::all(&store.engine).await.unwrap();
        assert_eq!((all.len(), all[0].uid), (3, 3));
        let row = ledger::row(&store.engine, all[1].id).await.unwrap().unwrap();
        assert_eq!((row.state.as_str(), row.settled_at), ("filed", Some(NOW)));
        assert!(ledger::row(&store.engine, 999).await.unwrap().is_none());
    });
}

/// What a listing misses once may be a lapse; missed twice, it is gone. Marks and history are kept.
#[test]
fn a_message_missed_twice_is_gone() {
    on_each(async |store| {
        let inbox = folder(1);
        let mut tx = begin(store).await;
        // What another daemon saw at the same moment is no history.
        ledger::see(&mut tx, &inbox, &[12], NOW).await.unwrap();
        ledger::file_history(&mut tx, &inbox, &[10, 11], NOW).await.unwrap();
        ledger::see(&mut tx, &inbox, &[10, 12], NOW).await.unwrap();
        ledger::miss(&mut tx, &inbox, &Plan { missed: vec![12], ..Plan::default() }, NOW);
        tx.commit().await.unwrap();
        let known = ledger::known(&store.engine, &inbox).await.unwrap();
        assert_eq!((known.open, known.missed), (vec![12], vec![12]));
        let mut tx = begin(store).await;
        ledger::miss(&mut tx, &inbox, &Plan { gone: vec![12], ..Plan::default() }, NOW);
        ledger::mark(&mut tx, &inbox, &[12]).await.unwrap();
        tx.commit().await.unwrap();
        let known = ledger::known(&store.engine, &inbox).await.unwrap();
        assert_eq!((known.settled, known.unmarked), (vec![10, 11, 12], vec![]));
        let states: Vec<String> =
            ledger::all(&store.engine).await.unwrap().into_iter().map(|row| row.state).collect();
        assert_eq!(states, ["gone", "filed", "filed"]);
        assert_eq!(known.gone, [12]);
        let mut tx = begin(store).await;
        ledger::miss(&mut tx, &inbox, &Plan { back: vec![12, 10], ..Plan::default() }, NOW);
        tx.commit().await.unwrap();
        let known = ledger::known(&store.engine, &inbox).await.unwrap();
        assert_eq!((known.open, known.missed, known.gone), (vec![12], vec![], vec![]));
    });
}

/// A folder keeps its first day through every renumbering, which it notices once.
#[test]
fn a_renumbered_folder_is_noticed() {
    on_each(async |store| {
        let mut tx = begin(store).await;
        let first = folders::open(&mut tx, &folder(1), NOW).await.unwrap();
        assert!(first.first && first.rescan_uid_max == 0);
        let same = folders::open(&mut tx, &folder(1), later(60)).await.unwrap();
        assert!(!same.first && same.first_seen_at == NOW && same.rescan_uid_max == 0);
        let renumbered = folders::open(&mut tx, &folder(2), later(120)).await.unwrap();
        assert_eq!((renumbered.rescan_uid_max, renumbered.first_seen_at), (RESCAN_ALL, NOW));
        // Until it was listed, a crash in between changes nothing.
        let again = folders::open(&mut tx, &folder(2), later(180)).await.unwrap();
        assert_eq!(again.rescan_uid_max, RESCAN_ALL);
        folders::rescan_up_to(&mut tx, &folder(2), 40).await.unwrap();
        let listed = folders::open(&mut tx, &folder(2), later(240)).await.unwrap();
        assert_eq!(listed.rescan_uid_max, 40);
        folders::trouble(&mut tx, "m", "refused").await.unwrap();
        tx.commit().await.unwrap();
        let state = folders::all(&store.engine).await.unwrap().remove(0);
        assert!(!state.connected && state.trouble == "refused" && state.last_pass_at.is_none());
        let mut tx = begin(store).await;
        folders::passed(&mut tx, &folder(2), 3, later(300)).await.unwrap();
        tx.commit().await.unwrap();
        let state = folders::all(&store.engine).await.unwrap().remove(0);
        assert!(state.connected && state.trouble.is_empty());
        assert_eq!((state.last_pass_at, state.unaccounted), (Some(later(300)), 3));
    });
}

/// Raw bytes come back exactly, whatever they are and however many pieces they make; the same are kept
/// once.
#[test]
fn raw_mail_comes_back_byte_for_byte_and_is_kept_once() {
    on_each(async |store| {
        let large: Vec<u8> =
            (0..mail::PIECE_BYTES * 2 + 17).map(|n| (n % 251).to_le_bytes()[0]).collect();
        for raw in [b"".to_vec(), b"\0\xff\r\n".to_vec(), large] {
            let mut tx = begin(store).await;
            let packed = Raw::Whole(pack(&raw).unwrap());
            mail::keep(&mut tx, &packed).await.unwrap();
            let id = mail::find(&mut tx, packed.hash()).await.unwrap().unwrap();
            mail::keep(&mut tx, &packed).await.unwrap();
            assert_eq!(mail::find(&mut tx, packed.hash()).await.unwrap(), Some(id));
            tx.commit().await.unwrap();
            assert!(mail::raw(&store.engine, id).await.unwrap() == raw);
        }
    });
}

/// A large mail grows piece by piece, across restarts; finished, it is the mail that it was, or the one
/// of the same bytes that is already there.
#[test]
fn a_large_mail_grows_by_pieces() {
    on_each(async |store| {
        let (inbox, whole) = (folder(1), b"first second".to_vec());
        let mut tx = begin(store).await;
        ledger::see(&mut tx, &inbox, &[5], NOW).await.unwrap();
        assert_eq!(ledger::attached_raw(&mut tx, &inbox, 5).await.unwrap(), None);
        assert_eq!(ledger::attached_raw(&mut tx, &inbox, 6).await.unwrap(), None);
        let raw_id = mail::begin(&mut tx).await.unwrap();
        ledger::attach_raw(&mut tx, &inbox, 5, raw_id).await.unwrap();
        mail::add_piece(&mut tx, raw_id, 0, b"first ").await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = begin(store).await;
        assert_eq!(ledger::attached_raw(&mut tx, &inbox, 5).await.unwrap(), Some(raw_id));
        assert_eq!(mail::pieces(&mut tx, raw_id).await.unwrap(), 1);
        mail::add_piece(&mut tx, raw_id, 1, b"second").await.unwrap();
        let pieces = Raw::Pieces { raw_id, hash: mail::hash(&whole) };
        mail::keep(&mut tx, &pieces).await.unwrap();
        assert_eq!(mail::find(&mut tx, pieces.hash()).await.unwrap(), Some(raw_id));
        let twin = mail::begin(&mut tx).await.unwrap();
        mail::add_piece(&mut tx, twin, 0, &whole).await.unwrap();
        let pieces = Raw::Pieces { raw_id: twin, hash: mail::hash(&whole) };
        mail::keep(&mut tx, &pieces).await.unwrap();
        assert_eq!(mail::find(&mut tx, pieces.hash()).await.unwrap(), Some(raw_id));
        assert_eq!(mail::pieces(&mut tx, twin).await.unwrap(), 0);
        tx.commit().await.unwrap();
        assert_eq!(mail::raw(&store.engine, raw_id).await.unwrap(), whole);
    });
}

/// A mail is found by its content, its Message-ID, its row, its ticket; content is a key, Message-ID not.
#[test]
fn a_mail_is_found_by_what_is_known_of_it() {
    on_each(async |store| {
        let mut tx = begin(store).await;
        let (ticket_id, ticket) = opened(&mut tx, 1).await;
        let outcome = Outcome::Quarantined(ticket.number.clone());
        let id = kept(&mut tx, 1, &outcome).await;
        let (read, raw) = arrival(1);
        let known_mail = known(&mut tx, &read.content_key).await.unwrap();
        assert_eq!((known_mail.id, known_mail.outcome.as_str()), (id, "quarantined"));
        assert!(known(&mut tx, "other").await.is_none());
        ledger::see(&mut tx, &folder(1), &[1], NOW).await.unwrap();
        let content_key = Some(read.content_key.as_str());
        let settled = Settled { state: "quarantined", reason: "", content_key };
        ledger::settle(&mut tx, &folder(1), 1, &settled, NOW);
        tx.commit().await.unwrap();
        let engine = &store.engine;
        let found = mail::by_id(engine, id).await.unwrap().unwrap();
        assert_eq!(found.ticket.as_deref(), Some("2026-000001"));
        assert_eq!(mail::raw(engine, found.raw_id.unwrap()).await.unwrap(), raw);
        let by_id = mail::by_message_id(engine, "1@resident.example").await.unwrap();
        assert_eq!((by_id.len(), by_id[0].id), (1, id));
        assert_eq!(mail::of_ticket(engine, ticket_id).await.unwrap().len(), 1);
        assert_eq!(mail::quarantined(engine).await.unwrap().len(), 1);
        assert_eq!(ledger::of_mail(engine, id).await.unwrap().len(), 1);
        let mut tx = begin(store).await;
        let outcome = Outcome::Ticket(ticket.number);
        mail::read_again(&mut tx, id, &read, &outcome).await.unwrap();
        tx.commit().await.unwrap();
        assert!(mail::quarantined(engine).await.unwrap().is_empty());
        assert_eq!(ledger::all(engine).await.unwrap()[0].state, "ticket");
    });
}
