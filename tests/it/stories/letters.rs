//! Letters on their way: what is tried again, what is given up, what may have arrived.

use std::time::Duration;

use sportello::carrier::Carried;
use sportello::clock::Clock;
use sportello::domain::decide::{Event, Snapshot, decide};
use sportello::domain::letter::LetterKind;
use sportello::intake::read::{Circumstances, read};
use sportello::store::outbox;

use super::robots::noise;
use super::{LIGHTING, hours, lamp, minutes, pothole};
use crate::support::world::{REPORTS, World, on_both, on_both_with};

fn busy() -> Carried {
    Carried::Temporary("451 try again".to_owned())
}

/// A world whose acknowledgement, the first letter of a mail, ends like this.
fn acknowledged_with(world: &mut World, outcomes: &[Carried]) {
    world.receive(&pothole());
    for outcome in outcomes {
        world.fail_next(outcome.clone());
    }
    world.settle();
}

/// A server that says "later" is asked again after 1, 5, 15, 60 minutes, never sooner, and the letter
/// leaves once.
#[test]
fn a_temporary_failure_is_retried_on_the_schedule() {
    on_both(|world| {
        // Both letters of the mail fail together until the fifth attempt.
        acknowledged_with(world, &[busy(), busy()]);
        for pause in [1, 5, 15, 60] {
            world.settle();
            assert!(world.sent().is_empty());
            world.advance(Duration::from_secs(pause * 60 - 1));
            world.settle();
            assert!(world.outbox().iter().all(|letter| letter.state == "due"));
            if pause < 60 {
                world.fail_next(busy());
                world.fail_next(busy());
            }
            // The jitter is at most a fifth.
            world.advance(minutes(pause) / 5 + Duration::from_secs(1));
            world.settle();
        }
        assert_eq!(world.sent().len(), 2);
        assert!(world.outbox().iter().all(|letter| letter.attempts == 5));
    });
}

/// Given up by the schedule: 48 hours of "later" become a failure with its entry and its notice.
#[test]
fn two_days_of_later_become_a_failure_that_staff_hear_of() {
    on_both(|world| {
        world.receive(&pothole());
        world.settle();
        let acknowledgement = world.outbox()[0].id;
        let (runtime, parts) = world.parts();
        runtime.block_on(async {
            let mut tx = parts.engine.begin().await.unwrap();
            let id = acknowledgement;
            // As if it had never left.
            tx.run("UPDATE letter SET state = 'cancelled' WHERE id = $1", vec![id.into()])
                .await
                .unwrap();
            assert!(outbox::retry(&mut tx, id, parts.clock.now()).await.unwrap());
            tx.commit().await.unwrap();
        });
        let mut tries = 0;
        while world.acknowledgement_states() != ["failed"] {
            world.fail_next(busy());
            world.settle();
            world.advance(minutes(5 * 60));
            tries += 1;
            assert!(tries < 20);
        }
        assert!((9..=16).contains(&tries), "{tries}");
        assert_eq!(world.history("2026-000001")[1].kind, "letter_failed");
        assert_eq!(world.notices().len(), 2);
        assert!(world.notices()[1].says("451 try again"));
    });
}

/// A refusal for good is not repeated: it stands in the ticket, and staff are told.
#[test]
fn a_permanent_failure_tells_staff() {
    on_both(|world| {
        acknowledged_with(world, &[Carried::Permanent("550 5.1.1 no such user".to_owned())]);
        assert_eq!(world.acknowledgement_states(), ["failed"]);
        let history = world.history("2026-000001");
        assert_eq!(history[1].kind, "letter_failed");
        assert!(history[1].text.contains("550 5.1.1 no such user"), "{}", history[1].text);
        let told = world.notices().remove(1);
        assert_eq!(told.recipient, "strade@comune.example");
        assert!(told.says("NON ha ricevuto la conferma"), "{}", told.text);
        world.advance(hours(72));
        world.settle();
        assert_eq!(world.sent().len(), 2);
    });
}

/// A work order that is refused is told, too: somebody must telephone.
#[test]
fn a_refused_work_order_tells_staff() {
    on_both_with(LIGHTING, &[], |world| {
        world.receive(&lamp());
        world.server_down(true);
        world.settle();
        world.server_down(false);
        let order = world.outbox().iter().position(|letter| letter.kind == "work_order").unwrap();
        for n in 0..3 {
            let refused = Carried::Permanent("550 closed".to_owned());
            world.fail_next(if n == order { refused } else { Carried::Accepted("ok".to_owned()) });
        }
        world.settle();
        assert!(world.sent_of(LetterKind::WorkOrder).is_empty());
        let told = world.notices().remove(1);
        assert!(told.says("NON ha ricevuto l'ordine di intervento"), "{}", told.text);
    });
}

/// An office that cannot be reached: staff hear of it and get the ticket instead. Their own lost notices
/// are not announced by others that would be lost like them.
#[test]
fn a_refused_notice_goes_to_staff_and_no_further() {
    on_both(|world| {
        let refused = || Carried::Permanent("550 no office".to_owned());
        acknowledged_with(world, &[Carried::Accepted("ok".to_owned()), refused()]);
        assert_eq!(world.history("2026-000001")[1].kind, "letter_failed");
        let notices = world.notices();
        let [failure] = &notices[..] else { panic!("expected one, found {notices:?}") };
        assert_eq!(failure.recipient, "centrale@comune.example");
        assert!(failure.says("l'ufficio incaricato NON ha ricevuto l'avviso"), "{}", failure.text);
        assert!(failure.says("una buca profonda"), "{}", failure.text);
    });
    on_both(|world| {
        world.receive_raw(REPORTS, &noise());
        world.fail_next(Carried::Permanent("550 nobody".to_owned()));
        world.fail_next(Carried::Permanent("550 nobody".to_owned()));
        world.settle();
        assert!(world.notices().is_empty());
        assert!(world.outbox().iter().all(|letter| letter.state == "failed"));
    });
}

/// An acknowledgement whose answer was lost is repeated once, after a quarter of an hour, byte for byte
/// with the same Message-ID; a second loss is left to staff.
#[test]
fn an_ambiguous_acknowledgement_is_repeated_once_byte_for_byte() {
    on_both(|world| {
        let lost = || Carried::Ambiguous("the answer never came".to_owned());
        acknowledged_with(world, &[lost()]);
        assert_eq!(world.acknowledgement_states(), ["ambiguous"]);
        world.advance(minutes(14));
        world.settle();
        assert_eq!(world.acknowledgements().len(), 1);
        world.fail_next(lost());
        world.advance(minutes(5));
        world.settle();
        let [first, second] = &world.acknowledgements()[..] else { panic!("expected two") };
        assert_eq!((&first.message_id, &first.bytes), (&second.message_id, &second.bytes));
        assert_eq!(world.acknowledgement_states(), ["ambiguous"]);
        world.advance(hours(72));
        world.settle();
        assert_eq!(world.acknowledgements().len(), 2);
    });
}

/// Work orders and notices that may have left are not repeated by themselves.
#[test]
fn an_ambiguous_notice_is_left_to_staff() {
    on_both(|world| {
        let accepted = Carried::Accepted("ok".to_owned());
        acknowledged_with(world, &[accepted, Carried::Ambiguous("cut".to_owned())]);
        world.advance(hours(72));
        world.settle();
        assert_eq!((world.notices().len(), world.outbox()[1].state.as_str()), (1, "ambiguous"));
    });
}

/// A worker that dies before the body: the letter is due again at once, and leaves once.
#[test]
fn a_worker_that_dies_before_the_body_loses_and_doubles_nothing() {
    on_both(|world| {
        world.server_down(true);
        world.receive(&pothole());
        world.settle();
        let (runtime, parts) = world.parts();
        let leased = runtime.block_on(async {
            let dispatch = parts.dispatch(false).await.unwrap();
            let mut tx = parts.engine.begin().await.unwrap();
            let now = parts.clock.now();
            let leased = outbox::lease(&mut tx, dispatch.epoch, 10, now).await.unwrap();
            tx.commit().await.unwrap();
            leased
        });
        assert_eq!(leased.len(), 2);
        world.server_down(false);
        world.restart();
        // On PostgreSQL another daemon may live: it is dead after 15 s of silence.
        world.advance(Duration::from_secs(16));
        world.settle();
        assert_eq!(world.sent().len(), 2);
    });
}

/// A worker that dies after the body: the letter may have left. The acknowledgement is repeated once,
/// the notice is left to staff.
#[test]
fn a_worker_that_dies_after_the_body_leaves_an_ambiguous_letter() {
    on_both(|world| {
        world.server_down(true);
        world.receive(&pothole());
        world.settle();
        world.server_down(false);
        let (runtime, parts) = world.parts();
        runtime.block_on(async {
            let dispatch = parts.dispatch(false).await.unwrap();
            let mut tx = parts.engine.begin().await.unwrap();
            let now = parts.clock.now();
            let leased = outbox::lease(&mut tx, dispatch.epoch, 10, now).await.unwrap();
            let ids: Vec<i64> = leased.iter().map(|letter| letter.id).collect();
            let ours = outbox::begin_bodies(&mut tx, &ids, dispatch.epoch).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(ours.len(), 2);
            let mut line = parts.carrier.open().await.unwrap();
            for letter in &leased {
                line.body(letter).await;
            }
        });
        world.restart();
        world.advance(Duration::from_secs(16));
        world.settle();
        assert!(world.outbox().iter().all(|letter| letter.state == "ambiguous"));
        world.advance(minutes(19));
        world.settle();
        assert_eq!((world.acknowledgements().len(), world.notices().len()), (2, 1));
        assert_eq!(world.acknowledgement_states(), ["sent"]);
    });
}

/// A server that is down takes no attempt from a letter; all leave when it is back.
#[test]
fn a_server_that_is_down_costs_no_attempt() {
    on_both(|world| {
        world.server_down(true);
        for n in 0..3 {
            world.receive(&super::pothole_number(n));
            world.settle();
            world.advance(hours(20));
        }
        world.server_down(false);
        world.settle();
        assert_eq!(world.sent().len(), 6);
        assert!(world.outbox().iter().all(|letter| letter.attempts == 1));
    });
}

/// Deciding about the same mail again, after a crash or on another machine, names the same letters:
/// what left before the crash and what leaves after it is one message to whoever receives it.
#[test]
fn message_ids_are_the_same_when_a_mail_is_decided_again() {
    on_both_with(LIGHTING, &[], |world| {
        world.receive(&lamp());
        world.settle();
        world.restart();
        let (_, parts) = world.parts();
        let circumstances = Circumstances {
            received_at: Clock::System.now(),
            mailbox: REPORTS.to_owned(),
            rescan: false,
            history_before: None,
            letters: true,
            oversize: false,
        };
        let desk = &parts.clerk.desk;
        let arrival = read(desk, &lamp().bytes(), circumstances);
        let snapshot = Snapshot { next_number: "2031-000077".to_owned(), ..Snapshot::default() };
        let now = parts.clock.now();
        let again = decide(desk, &snapshot, &Event::MailArrived(&arrival), now);
        let mut ids: Vec<String> = again.letters.into_iter().map(|l| l.message_id).collect();
        let mut sent: Vec<String> = world.sent().into_iter().map(|l| l.message_id).collect();
        ids.sort();
        sent.sort();
        assert_eq!((ids.len(), ids), (3, sent));
    });
}
