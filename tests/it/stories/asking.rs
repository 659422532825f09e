//! Questions to staff and orders to contractors: asked again, on time, of the right one.

use sportello::carrier::Carried;
use sportello::domain::letter::LetterKind;
use sportello::domain::life::Status;
use sportello::domain::order::OrderState;

use super::course::{statuses, tell};
use super::feedback::ROAD_FIRM;
use super::work::{FIRMS, TRUST, answer, orders_of};
use super::{hours, pothole};
use crate::support::mails::RawMail;
use crate::support::world::on_both_with;

fn lamp(n: usize) -> RawMail {
    pothole()
        .message_id(&format!("<lampione-{n}@resident.example>"))
        .subject("Lampione spento")
        .text(&format!("Il lampione in via Garibaldi {} è spento da giovedì.", n * 40))
}

/// The question that is asked again says again why; approved in another month it is held against that month.
#[test]
fn a_question_asked_again_repeats_why_and_counts_where_it_is_approved() {
    on_both_with(FIRMS, &TRUST, |world| {
        world.advance(hours(24 * 14));
        for n in 1..=3 {
            world.receive(&lamp(n));
        }
        world.settle();
        world.advance(hours(28));
        world.settle();
        let asked = world.sent_of(LetterKind::Approval);
        assert_eq!(asked.len(), 2, "first and second contact");
        let why = "la stima supera la somma rimasta nel periodo";
        assert!(asked[0].says(why) && asked[1].says(why), "{}", asked[1].text);
        world.advance(hours(24 * 4));
        world.receive(&answer(&asked[1], "dirigente@comune.example", "SI"));
        world.settle();
        let last = orders_of(world).pop().unwrap();
        let expected = (OrderState::Sent, "2026-12", false);
        assert_eq!((last.state, last.period.as_str(), last.beyond), expected);
    });
}

/// A question that does not arrive goes to the next contact at once.
#[test]
fn a_question_that_does_not_arrive_asks_the_next_contact() {
    let two = "exceed = [\"dirigente@comune.example\", \"vice@comune.example\"]";
    let rules = FIRMS.replace("exceed = [\"dirigente@comune.example\"]", two);
    on_both_with(&rules, &TRUST, |world| {
        for n in 1..=2 {
            world.receive(&lamp(n));
        }
        world.settle();
        world.receive(&lamp(3));
        let lost = Carried::Permanent("550 5.1.1 no such user".to_owned());
        for _ in 0..3 {
            world.fail_next(lost.clone());
        }
        world.settle();
        let asked: Vec<String> =
            world.sent_of(LetterKind::Approval).into_iter().map(|sent| sent.recipient).collect();
        assert_eq!(asked, ["vice@comune.example"]);
    });
}

/// While the ticket waits for an answer no contractor is pressed; then the clock runs on.
#[test]
fn a_wait_presses_no_contractor() {
    on_both_with(FIRMS, &TRUST, |world| {
        world.receive(&lamp(1));
        world.settle();
        tell(world, "2026-000001", "#chiedi Quale dei due lampioni?");
        for _ in 0..4 {
            world.advance(hours(24));
            world.settle();
        }
        assert_eq!(world.sent_of(LetterKind::WorkOrder).len(), 1);
        tell(world, "2026-000001", "#riprendi");
        assert_eq!(world.ticket().status, Status::Ordered);
        world.advance(hours(48));
        world.settle();
        assert_eq!(world.sent_of(LetterKind::WorkOrder)[1].recipient, "capo@luce.example");
    });
}

/// Two problems in one mail: each trade gets its order, and closing one leaves the other.
#[test]
fn two_problems_have_two_orders() {
    let rules = format!("{FIRMS}{}", ROAD_FIRM.replace("on_approval", "automatic"));
    on_both_with(&rules, &TRUST, |world| {
        let text = "Buongiorno, vi segnalo due cose.\nIn via Ofanto 3 c'è una buca profonda nell'asfalto.\n\
                    Il lampione davanti alla chiesa di via Po 8 è spento da giorni.\nSaluti, Anna";
        world.receive(&pothole().subject("Segnalazione").text(text));
        world.settle();
        let mut orders: Vec<(String, String)> = world
            .sent_of(LetterKind::WorkOrder)
            .into_iter()
            .map(|sent| (sent.recipient.clone(), sent.text.clone()))
            .collect();
        orders.sort();
        let [(lamps, lamp), (roads, hole)] = &orders[..] else { panic!("{orders:?}") };
        assert_eq!([lamps, roads], ["interventi@luce.example", "strada@strada.example"]);
        assert!(lamp.contains("via Po 8") && hole.contains("via Ofanto 3"), "{orders:?}");
        assert_eq!(statuses(world), [Status::Ordered; 2]);
        world.close("2026-000001", None);
        world.settle();
        assert_eq!(statuses(world), [Status::Closed, Status::Ordered]);
        assert_eq!(world.sent_of(LetterKind::Closing).len(), 1);
    });
}
