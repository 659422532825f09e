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

/// Whatever is not ours after all sends nobody: the firm hears of it from a planned ticket, too, by the rules or not.
#[test]
fn what_is_not_ours_sends_nobody() {
    on_both_with(FIRMS, &TRUST, |world| {
        ordered(world);
        tell(world, "2026-000001", "#programma 3/12");
        tell(world, "2026-000001", "#fuori competenza");
        assert_eq!(world.ticket().status, Status::OutOfCompetence);
        assert_eq!(orders_of(world)[0].state, OrderState::Retracted);
        assert_eq!(retracted(world), 2, "both addresses hear of it");
    });
    on_both_with(&format!("{FIRMS}{ROAD_FIRM}"), &TRUST, |world| {
        world.receive(&pothole());
        world.settle();
        tell(world, "2026-000001", "#ordina luce oltre limite #programma 3/12");
        tell(world, "2026-000001", "#fuori competenza");
        assert_eq!(orders_of(world)[0].state, OrderState::Retracted);
        assert_eq!(retracted(world), 2, "a firm that staff chose outside the rules hears of it");
    });
}

/// Staff close what a firm took on: it hears that it is off, and keeps what it has earned; after ESEGUITO it hears
/// nothing.
#[test]
fn a_firm_that_took_it_on_hears_of_the_closing() {
    for (said, told, state) in [
        ("ACCETTO\n", 2, OrderState::Retracted),
        ("INIZIATO\n", 2, OrderState::Done),
        ("ESEGUITO\n", 0, OrderState::Done),
    ] {
        on_both_with(FIRMS, &TRUST, |world| {
            ordered(world);
            say(world, said);
            tell(world, "2026-000001", "#chiudi");
            assert_eq!(retracted(world), told, "{said}");
            assert_eq!(orders_of(world)[0].state, state, "{said}");
            let off = orders(world).pop().unwrap();
            assert!(told == 0 || off.says("la segnalazione è stata chiusa"), "{}", off.text);
        });
    }
}

/// A firm confirms its answer twice: the second word changes nothing, not even after the work went on.
#[test]
fn a_confirmation_that_is_repeated_changes_nothing() {
    on_both_with(FIRMS, &TRUST, |world| {
        let order = ordered(world);
        let forged = answer(&order, FIRM, "ACCETTO\n");
        world.receive(&forged.header("Authentication-Results", "mx.comune.example; dmarc=fail"));
        world.settle();
        let asked = world.sent_of(LetterKind::Confirmation).remove(0);
        world.receive(&answer(&asked, FIRM, "CONFERMO"));
        world.settle();
        assert_eq!(orders_of(world)[0].state, OrderState::Accepted);
        say(world, "SOSPESO\nmanca il palo");
        let before = (world.notices().len(), orders_of(world), world.ticket().status);
        world.receive(&answer(&asked, FIRM, "Confermo"));
        world.settle();
        assert_eq!((world.notices().len(), orders_of(world), world.ticket().status), before);
    });
}

/// The morning's list is out by ten: an inspection for today is told at once.
#[test]
fn an_inspection_today_is_told_today() {
    on_both_with("", &TRUST, |world| {
        world.receive(&pothole());
        world.settle();
        let before = world.notices().len();
        tell(world, "2026-000001", "#sopralluogo oggi");
        let notices = world.notices();
        let [told] = &notices[before..] else { panic!("expected one, found {notices:?}") };
        assert_eq!(told.recipient, ROADS);
        assert!(told.says("Sopralluogo previsto per OGGI"), "{}", told.text);
        // Whoever orders it knows.
        let notice = notices[0].clone();
        world.receive(&answer(&notice, ROADS, "#sopralluogo oggi"));
        world.settle();
        assert_eq!(world.notices().len(), before + 2, "the answer to the command alone");
    });
}
