//! F32 in the jar: a clock that is set back, and the hours that are skipped or told twice.

use std::time::Duration;

use sportello::domain::letter::LetterKind;
use sportello::domain::time::Timestamp;

use crate::support::mails::mail;
use crate::support::world::{OURS, World, on_both, on_both_with};

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

const FIRM_AND_CONTACT: &str = r#"
[estimates]
I01 = 200
[[contractor]]
id = "luce"
name = "Luce Srl"
addresses = ["interventi@luce.example", "capo@luce.example"]
subcategories = ["I01"]
activation = "automatic"
[contractor.limits]
intervention_euro = 300
period_euro = 5000
[[on_call]]
id = "reperibili"
addresses = ["uno@comune.example", "due@comune.example"]
"#;

/// Promise: whoever is on call is called again ten minutes later, and a silent contractor is reminded on the next
/// working day, also when a clock that ran weeks ahead had planned both.
#[test]
fn f32_a_clock_that_is_set_back_holds_up_no_call_and_no_reminder() {
    on_both_with(FIRM_AND_CONTACT, &[], |world| {
        let ahead = Duration::from_hours(24 * 21);
        world.advance(ahead);
        let hole = mail().to(OURS).subject("Tombino aperto").message_id("<t@resident.example>");
        world.receive(&hole.text(
            "In via Emilia 12 manca il coperchio del tombino, un bambino ci è quasi caduto.",
        ));
        let lamp = mail().to(OURS).subject("Lampione");
        let lamp = lamp.message_id("<l@resident.example>");
        world.receive(&lamp.text("Il lampione di via Verdi 4 è spento da ieri."));
        world.settle();
        let called = |world: &World| world.sent_of(LetterKind::OnCall).len();
        let ordered = |world: &World| world.sent_of(LetterKind::WorkOrder).len();
        assert_eq!((called(world), ordered(world)), (1, 1));
        world.set_back(ahead);
        world.settle();
        world.advance(Duration::from_mins(10));
        world.settle();
        assert!(called(world) >= 2, "the next call did not wait for weeks");
        assert_eq!(ordered(world), 2, "nor did the reminder");
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
