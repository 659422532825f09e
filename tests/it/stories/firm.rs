//! What the office and the firm know of one order: that it left, that it left again, that it is off.

use sportello::domain::letter::LetterKind;
use sportello::domain::life::Status;
use sportello::domain::order::OrderState;

use super::course::{ROADS, tell};
use super::feedback::ROAD_FIRM;
use super::work::{FIRMS, TRUST, answer, orders_of};
use super::{lamp, pothole};
use crate::support::sent::Sent;
use crate::support::world::{World, on_both_with};

const FIRM: &str = "interventi@luce.example";

fn orders(world: &World) -> Vec<Sent> {
    world.sent_of(LetterKind::WorkOrder)
}

fn retracted(world: &World) -> usize {
    orders(world).iter().filter(|sent| sent.says("NON esegua")).count()
}

fn ordered(world: &mut World) -> Sent {
    world.receive(&lamp());
    world.settle();
    orders(world).remove(0)
}

fn say(world: &mut World, text: &str) -> Sent {
    let order = orders(world).remove(0);
    world.receive(&answer(&order, FIRM, text));
    world.settle();
    order
}

/// Nobody asks the office before an everyday order, so its notice says who is on the way, with what and by when.
#[test]
fn the_notice_names_the_order_that_left_by_itself() {
    on_both_with(FIRMS, &TRUST, |world| {
        ordered(world);
        let [notice] = &world.notices()[..] else { panic!("expected one") };
        for part in ["Luce Srl", "2026-000001/1", "termine indicativo", "#ritira ordine"] {
            assert!(notice.says(part), "{part}: {}", notice.text);
        }
    });
    // What waits for a word has not left, and the notice does not say so.
    on_both_with(&FIRMS.replace("I01 = 200", "I01 = 301"), &TRUST, |world| {
        world.receive(&lamp());
        world.settle();
        let [notice] = &world.notices()[..] else { panic!("expected one") };
        assert!(notice.says("NON è partito") && notice.says("Luce Srl"), "{}", notice.text);
    });
}

/// An order that a firm says it never saw goes out once more, as often as staff want; without one staff hear why not.
#[test]
fn an_order_is_sent_again_on_a_word() {
    on_both_with(FIRMS, &TRUST, |world| {
        ordered(world);
        let notice = world.notices().remove(0);
        let office = notice.recipient.clone();
        for (turn, text) in ["#rimanda ordine", "#reinvia l'ordine"].into_iter().enumerate() {
            world.receive(&answer(&notice, &office, text));
            world.settle();
            let again = orders(world);
            assert_eq!(again.len(), 1 + 2 * (turn + 1), "{text}: both addresses, each time");
            assert!(again.iter().all(|sent| sent.says("2026-000001/1")));
        }
        assert_eq!(orders_of(world).len(), 1, "it is one order");
        world.receive(&answer(&notice, &office, "#ritira ordine"));
        world.settle();
        let before = orders(world).len();
        world.receive(&answer(&notice, &office, "#rimanda ordine\n"));
        world.settle();
        assert_eq!(orders(world).len(), before);
        let told = world.notices().pop().unwrap();
        assert!(told.says("nessun ordine da rimandare"), "{}", told.text);
    });
}
