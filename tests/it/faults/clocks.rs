//! F32 in the jar: a clock that is set back, and the hours that are skipped or told twice.

use std::time::Duration;

use sportello::domain::time::Timestamp;

use crate::support::mails::mail;
use crate::support::world::{OURS, World, on_both};

fn report(world: &mut World, n: usize) {
    let mail = mail().to(OURS).from(&format!("resident{n}@town{n}.example")).subject("Buca");
    let mail = mail.message_id(&format!("<report-{n}@town.example>"));
    world.receive(&mail.text(&format!("In via Roma {n} c'è una buca profonda nell'asfalto.")));
}

/// Promise: a letter that was postponed by a clock that ran a day ahead does not wait for that day.
#[test]
fn f32_a_clock_that_is_set_back_holds_up_no_letter() {
    on_both(|world| {
        world.advance(Duration::from_hours(24));
        report(world, 1);
        world.fail_next(sportello::carrier::Carried::Temporary("451 later".to_owned()));
        world.settle();
        assert_eq!(world.acknowledgement_states(), ["due"]);
        world.set_back(Duration::from_hours(24));
        world.settle();
        assert_eq!(world.acknowledgement_states(), ["sent"]);
        report(world, 2);
        world.settle();
        assert_eq!(world.acknowledgements().len(), 2, "and no letter left twice");
    });
}

/// Promise: in the nights in which the clocks change every mail is answered once, whatever the hour is called.
#[test]
fn f32_the_nights_in_which_the_clocks_change() {
    for night in ["2027-03-27T23:00:00Z", "2027-10-30T22:00:00Z"] {
        on_both(|world| {
            let night = Timestamp::parse(night).unwrap();
            world.advance(night.since(world.now()));
            world.settle();
            for n in 0..12 {
                report(world, n);
                world.settle();
                world.advance(Duration::from_mins(30));
            }
            world.settle();
            assert_eq!((world.tickets().len(), world.acknowledgements().len()), (12, 12));
        });
    }
}
