//! The course of a ticket: days that come, tickets put aside, orders of staff.

use sportello::domain::decide::Event;
use sportello::domain::letter::LetterKind;
use sportello::domain::life::Status;
use sportello::domain::order::OrderState;

use super::work::{FIRMS, TRUST, answer, orders_of};
use super::{hours, pothole};
use crate::support::mails::RawMail;
use crate::support::sent::Sent;
use crate::support::world::{World, on_both, on_both_with};

pub(super) const ROADS: &str = "strade@comune.example";

/// The hole in via Emilia as the `n`-th neighbour tells of it.
fn neighbour(n: usize) -> RawMail {
    pothole()
        .from(&format!("Vicino <vicino{n}@resident.example>"))
        .message_id(&format!("<vicino-{n}@resident.example>"))
        .text(&format!("Salve, buca profonda nell'asfalto in via Emilia {}, pericolosa.", 11 + n))
}

pub(super) fn statuses(world: &World) -> Vec<Status> {
    world.tickets().into_iter().map(|ticket| ticket.status).collect()
}

/// The office's notice of a ticket.
fn notice_of(world: &World, number: &str) -> Sent {
    let told = |sent: &Sent| sent.subject.contains(number) && sent.recipient == ROADS;
    world.notices().into_iter().find(told).unwrap()
}

pub(super) fn tell(world: &mut World, number: &str, text: &str) {
    let decision = world.handle(number, &Event::StaffSaid { text });
    assert!(!decision.changes.is_empty(), "{text}: {decision:?}");
    world.settle();
}

/// Five neighbours report one hole; staff put four tickets aside by mail; one closing tells all five, once.
#[test]
fn five_who_report_one_hole_hear_of_its_closing_once() {
    on_both_with("", &TRUST, |world| {
        for n in 1..=5 {
            world.receive(&neighbour(n));
            world.settle();
        }
        let first = notice_of(world, "2026-000001");
        let third = notice_of(world, "2026-000003");
        world.receive(&answer(&first, ROADS, "#unisci 2026-000002\n#unisci 2026-000004"));
        world.receive(&answer(&third, ROADS, "#duplicato di 2026-000001"));
        world.settle();
        world.handle("2026-000005", &Event::StaffJoined { other: "2026-000001" });
        assert_eq!(statuses(world)[0], Status::Received);
        assert_eq!(statuses(world)[1..], [Status::Duplicate; 4]);
        // Who writes on about a ticket that was put aside continues it, however late.
        world.advance(hours(24 * 20));
        let acknowledgement = world.acknowledgements().remove(4);
        let again = answer(&acknowledgement, "vicino5@resident.example", "È sempre più larga.");
        world.receive(&again);
        world.settle();
        assert_eq!(world.tickets().len(), 5);
        let told = world.notices().pop().unwrap();
        assert!(told.says("uguale a 2026-000001") && !told.says("CHIUSA"), "{}", told.text);
        world.close("2026-000001", None);
        world.settle();
        assert_eq!(statuses(world), [Status::Closed; 5]);
        let mut heard: Vec<String> =
            world.sent_of(LetterKind::Closing).into_iter().map(|sent| sent.recipient).collect();
        heard.sort();
        let all: Vec<String> = (1..=5).map(|n| format!("vicino{n}@resident.example")).collect();
        assert_eq!(heard, all);
    });
}

/// What was put aside by mistake is worked at again, with its time from the beginning.
#[test]
fn what_was_put_aside_comes_back() {
    on_both(|world| {
        for n in 1..=3 {
            world.receive(&neighbour(n));
            world.settle();
        }
        for number in ["2026-000002", "2026-000003"] {
            world.handle(number, &Event::StaffJoined { other: "2026-000001" });
        }
        world.advance(hours(24));
        world.handle("2026-000002", &Event::StaffSplit);
        tell(world, "2026-000003", "#riapri");
        assert_eq!(statuses(world), [Status::Received, Status::Received, Status::Reopened]);
        assert!(world.tickets().iter().all(|ticket| ticket.same_as.is_none()));
        assert_eq!(world.tickets()[1].facts.course.begun, Some(world.now()));
        world.close("2026-000001", None);
        world.settle();
        assert_eq!(world.sent_of(LetterKind::Closing).len(), 1, "the others stay open");
    });
}

/// A ticket whose contractor is on the way is not put aside before the order is taken back.
#[test]
fn a_ticket_with_an_order_is_not_put_aside() {
    let lamps = |n: usize| {
        neighbour(n)
            .subject("Lampione")
            .text("In via Garibaldi 40 il palo della luce è caduto sulla strada, cavi scoperti con scintille!")
    };
    on_both_with(FIRMS, &TRUST, |world| {
        world.receive(&lamps(1));
        world.settle();
        world.receive(&lamps(2));
        world.settle();
        let held = orders_of(world).into_iter().find(|order| order.ticket == "2026-000002");
        let held = held.expect("people in danger come before thrift").number;
        let refused =
            world.handle("2026-000002", &Event::StaffSaid { text: "#duplicato di 2026-1" });
        assert!(refused.changes.is_empty() && refused.reasons[0].contains(&held), "{refused:?}");
        tell(world, "2026-000002", "#ritira #duplicato di 2026-1");
        assert_eq!(statuses(world)[1], Status::Duplicate);
        let orders = orders_of(world);
        let taken_back = orders.iter().find(|order| order.number == held).unwrap();
        assert_eq!(taken_back.state, OrderState::Retracted);
    });
}

/// Planned work waits and wakes on its day; the office reads of it that morning, once; so do a postponement and an
/// inspection. The resident hears of the plan alone.
#[test]
fn a_planned_day_wakes_the_ticket_and_is_told_once() {
    for (command, waits, wakes, word) in [
        ("#programma 18/11", Status::Scheduled, Status::Received, "programmata"),
        ("#rinvia 6g", Status::Suspended, Status::Received, "sospesa"),
        ("#sopralluogo 18/11", Status::Inspection, Status::Inspection, "in sopralluogo"),
    ] {
        on_both(|world| {
            world.receive(&pothole());
            world.settle();
            tell(world, "2026-000001", command);
            assert_eq!(world.ticket().status, waits);
            let told = |world: &World| {
                let digests = world.sent_of(LetterKind::Digest).into_iter();
                digests.filter(|digest| digest.says("Per oggi: 1")).collect::<Vec<_>>()
            };
            for day in 13..=20 {
                world.advance(hours(24));
                world.settle();
                let expected = usize::from(day >= 18);
                assert_eq!(told(world).len(), expected, "{command} on the {day}th");
            }
            let [digest] = &told(world)[..] else { panic!("expected one") };
            assert_eq!(digest.recipient, ROADS);
            assert!(digest.says(&format!("{word}, mercoledì 18 novembre 2026")), "{}", digest.text);
            assert_eq!(world.ticket().status, wakes, "{command}");
            assert_eq!(world.ticket().facts.course.day, None);
            let plan = usize::from(waits == Status::Scheduled);
            assert_eq!(world.sent_of(LetterKind::Progress).len(), plan);
        });
    }
}

/// A day on which the office is shut is told when it opens again.
#[test]
fn a_planned_sunday_is_told_on_monday() {
    on_both(|world| {
        world.receive(&pothole());
        world.settle();
        tell(world, "2026-000001", "#rinvia domenica");
        world.advance(hours(24 * 3));
        world.settle();
        assert_eq!(world.ticket().status, Status::Suspended);
        world.advance(hours(24));
        world.settle();
        assert_eq!(world.ticket().status, Status::Received);
        let told = world.sent_of(LetterKind::Digest).pop().unwrap();
        assert!(told.says("domenica 15 novembre 2026"), "{}", told.text);
    });
}

/// An inspection that was made is written down with what was found.
#[test]
fn an_inspection_that_was_made_says_what_it_found() {
    on_both_with("", &TRUST, |world| {
        world.receive(&pothole());
        world.settle();
        let notice = notice_of(world, "2026-000001");
        world.receive(&answer(&notice, ROADS, "#sopralluogo lunedì"));
        world.settle();
        world.receive(&answer(&notice, ROADS, "#sopralluogo fatto: cede il sottofondo"));
        world.settle();
        assert_eq!(
            world.ticket().status,
            Status::Assessed,
            "{}",
            world.notices().pop().unwrap().text
        );
        let history = world.history("2026-000001");
        assert!(
            history.iter().any(|entry| entry.text == "assessed: cede il sottofondo"),
            "{history:?}"
        );
    });
}

/// Two orders of staff at the same moment: each is carried out or refused whole, and the history holds.
#[test]
fn two_orders_at_once_leave_one_history() {
    on_both_with("", &TRUST, |world| {
        world.receive(&pothole());
        world.settle();
        let notice = notice_of(world, "2026-000001");
        world.receive(&answer(&notice, ROADS, "#annulla per prova"));
        world.receive(&answer(&notice, ROADS, "#chiudi riparata"));
        for _ in 0..3 {
            world.round_of_two();
        }
        world.settle();
        let answered = world
            .notices()
            .into_iter()
            .filter(|sent| sent.subject.contains("Comandi") || sent.subject.ends_with("Fatto"));
        assert_eq!(answered.count(), 2);
        assert!(world.ticket().status.is_ended());
    });
}
