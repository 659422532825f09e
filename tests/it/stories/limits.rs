//! Acknowledgements never become a flood: over a limit the ticket is opened and the answer waits.

use std::time::Duration;

use super::{hours, minutes, pothole_number};
use crate::support::world::{World, on_both, on_both_with};

/// No limit but the loop breaker.
const UNLIMITED: [(&str, &str); 3] = [
    ("limits.acknowledgements_per_sender_per_day", "0"),
    ("limits.acknowledgements_per_domain_per_hour", "0"),
    ("limits.acknowledgements_per_hour", "0"),
];

fn sent(world: &World) -> usize {
    world.acknowledgements().len()
}

/// A sender's sixth acknowledgement of a day waits, staff read why, and it leaves by itself as soon as
/// the window is free.
#[test]
fn the_sixth_acknowledgement_of_a_day_waits_until_the_window_frees() {
    on_both(|world| {
        for n in 0..5 {
            world.receive(&pothole_number(n));
        }
        world.settle();
        assert_eq!(sent(world), 5);
        world.advance(hours(2));
        world.receive(&pothole_number(5));
        world.settle();
        assert_eq!((world.tickets().len(), sent(world)), (6, 5));
        assert_eq!(world.acknowledgement_states()[5], "held");
        let notice = world.notices().remove(5);
        assert!(notice.says("ha già avuto il massimo di risposte per oggi"));
        world.advance(hours(21));
        world.settle();
        assert_eq!(sent(world), 5);
        world.advance(hours(1) + Duration::from_secs(1));
        world.settle();
        assert_eq!((sent(world), world.tickets().len()), (6, 6));
    });
}

/// A batch may hold more than a window takes: they leave oldest first, as many as it frees.
#[test]
fn held_acknowledgements_leave_oldest_first() {
    let limits = [
        ("limits.acknowledgements_per_domain_per_hour", "2"),
        ("limits.acknowledgements_per_sender_per_day", "0"),
    ];
    on_both_with("", &limits, |world| {
        for n in 0..5 {
            world.receive(&pothole_number(n).from(&format!("resident{n}@town.example")));
        }
        world.settle();
        assert_eq!(sent(world), 2);
        for expected in [4, 5] {
            world.advance(minutes(61));
            world.settle();
            assert_eq!(sent(world), expected);
        }
        let recipients: Vec<String> =
            world.acknowledgements().into_iter().map(|letter| letter.recipient).collect();
        assert!(recipients.is_sorted(), "{recipients:?}");
    });
}

/// The limit over all counts everybody.
#[test]
fn the_limit_of_an_hour_counts_everybody() {
    on_both_with("", &[("limits.acknowledgements_per_hour", "3")], |world| {
        for n in 0..4 {
            world.receive(&pothole_number(n).from(&format!("anna@town{n}.example")));
        }
        world.settle();
        assert_eq!((sent(world), world.notices().len()), (3, 4));
        world.advance(minutes(61));
        world.settle();
        assert_eq!(sent(world), 4);
    });
}

/// 0 is no limit.
#[test]
fn a_limit_of_zero_limits_nothing() {
    on_both_with("", &UNLIMITED, |world| {
        for n in 0..40 {
            world.receive(&pothole_number(n));
        }
        world.settle();
        assert_eq!(sent(world), 40);
    });
}

/// Two machines that answer each other are stopped after four letters, whatever the limits say; the
/// tickets are there, and after an hour of silence the held answer leaves.
#[test]
fn the_loop_breaker_stops_after_four_letters_even_without_limits() {
    on_both_with("", &UNLIMITED, |world| {
        for n in 0..6 {
            world.receive(&pothole_number(n));
            world.settle();
            world.advance(minutes(1));
        }
        assert_eq!((sent(world), world.tickets().len()), (4, 6));
        assert_eq!(world.acknowledgement_states()[4..], ["held", "held"]);
        world.advance(minutes(62));
        world.settle();
        assert_eq!(sent(world), 6);
    });
}

/// The limits are kept in the store: a restart forgets none of them.
#[test]
fn a_restart_does_not_reset_the_limits() {
    on_both(|world| {
        for n in 0..5 {
            world.receive(&pothole_number(n));
        }
        world.settle();
        world.restart();
        world.advance(hours(2));
        world.receive(&pothole_number(5));
        world.settle();
        assert_eq!(sent(world), 5);
        assert_eq!(world.acknowledgement_states()[5], "held");
    });
}

/// After a day without an answer a held letter waits for staff: it would only confuse by then.
#[test]
fn an_acknowledgement_held_for_a_day_waits_for_staff() {
    let limit = [("limits.acknowledgements_per_sender_per_day", "1")];
    on_both_with("", &limit, |world| {
        world.receive(&pothole_number(1));
        world.receive(&pothole_number(2));
        world.settle();
        world.advance(hours(25));
        world.settle();
        assert_eq!((sent(world), world.acknowledgement_states()[1].as_str()), (1, "held"));
    });
}
