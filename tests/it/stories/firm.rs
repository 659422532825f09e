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
