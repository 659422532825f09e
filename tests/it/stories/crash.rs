//! The program may end at any moment: after a restart the story ends as if nothing had happened.

use super::{LIGHTING, hours, lamp, minutes, pothole_number};
use crate::support::mails::RawMail;
use crate::support::stores::Engine;
use crate::support::world::World;

/// Far more steps than a round has.
const STEPS_MAX: usize = 2000;

/// Cut off after each of its steps, a mail's round still ends in one ticket, one acknowledgement (twice
/// the same at most, when the cut came between body and answer) and one notice.
#[test]
fn a_round_cut_off_after_any_step_loses_and_doubles_nothing() {
    for engine in Engine::each() {
        let mut world = World::new(engine);
        let (mut steps, mut cut) = (0, Vec::new());
        loop {
            let from = format!("resident{steps}@town{steps}.example");
            world.receive(&pothole_number(steps).from(&from));
            let ended = world.cut_after(steps);
            // Dead workers are taken over; an ambiguous acknowledgement is repeated a few steps later.
            world.advance(minutes(1));
            world.settle();
            cut.push(from);
            if ended {
                break;
            }
            steps += 1;
            assert!(steps < STEPS_MAX);
        }
        world.advance(minutes(20));
        world.settle();
        assert_one_of_each(&world, &cut);
        assert!(steps > 10, "a round of {steps} steps is none");
    }
}

/// `cut` holds the sender whose mail's round was cut after as many steps as its place in it.
fn assert_one_of_each(world: &World, cut: &[String]) {
    let (letters, notices, outbox) = (world.acknowledgements(), world.notices(), world.outbox());
    assert_eq!(world.tickets().len(), cut.len());
    for (steps, from) in cut.iter().enumerate() {
        let acknowledged = letters.iter().filter(|letter| letter.recipient == *from).count();
        assert!((1..=2).contains(&acknowledged), "{acknowledged} after {steps} steps");
        let number = format!("2026-{:06}", steps + 1);
        let told = notices.iter().filter(|notice| notice.subject.contains(&number)).count();
        let unclear = outbox.iter().any(|letter| {
            letter.kind == "staff_notice"
                && letter.ticket.as_ref() == Some(&number)
                && letter.state == "ambiguous"
        });
        // A notice that may have left is not repeated; staff see it in the outbox.
        assert!(told == 1 || (told == 0 && unclear), "{told} after {steps} steps");
    }
}

/// What the store must not do for a while: any transaction that writes to a table of the story.
const BREAK_SQLITE: [(&str, &str); 6] = [
    (
        "CREATE TRIGGER broken BEFORE INSERT ON mail BEGIN SELECT RAISE(ABORT, 'broken'); END",
        "mail",
    ),
    (
        "CREATE TRIGGER broken BEFORE INSERT ON ticket BEGIN SELECT RAISE(ABORT, 'broken'); END",
        "ticket",
    ),
    (
        "CREATE TRIGGER broken BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'broken'); END",
        "entry",
    ),
    (
        "CREATE TRIGGER broken BEFORE INSERT ON letter BEGIN SELECT RAISE(ABORT, 'broken'); END",
        "letter",
    ),
    (
        "CREATE TRIGGER broken BEFORE INSERT ON letter_body BEGIN SELECT RAISE(ABORT, 'broken'); END",
        "letter_body",
    ),
    (
        "CREATE TRIGGER broken BEFORE INSERT ON attempt BEGIN SELECT RAISE(ABORT, 'broken'); END",
        "attempt",
    ),
];

/// A store that refuses one of a mail's rows has none of them; when it works again the mail is taken
/// in as if it had just come.
#[test]
fn a_mail_is_written_down_whole_or_not_at_all() {
    for (breaking, table) in BREAK_SQLITE {
        let mut world = World::with(Engine::Sqlite, LIGHTING, &[]);
        world.sql(breaking);
        world.receive(&lamp());
        let round = world.try_round();
        if table == "attempt" {
            assert!(round.is_err(), "{table}");
            assert_eq!(world.tickets().len(), 1);
        } else {
            let passed = &round.unwrap().mailboxes[0].1;
            assert!(passed.is_err(), "{table}");
            assert!(world.tickets().is_empty() && world.outbox().is_empty(), "{table}");
            assert_eq!(world.states(), ["seen"], "{table}");
        }
        assert!(world.sent().is_empty(), "{table}");
        world.sql("DROP TRIGGER broken");
        world.restart();
        world.settle();
        assert_eq!((world.tickets().len(), world.sent().len()), (1, 3), "{table}");
    }
}

/// That a letter failed and what staff hear of it are written down together: whoever crashes between
/// them would leave a failure that nobody is told of.
#[test]
fn a_failure_is_written_down_together_with_what_staff_are_told() {
    for engine in Engine::each() {
        let mut world = World::new(engine);
        world.receive(&pothole_number(1));
        world.server_down(true);
        world.settle();
        world.server_down(false);
        world.sql(match engine {
            Engine::Sqlite => {
                "CREATE TRIGGER broken BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'x'); END"
            }
            Engine::Postgres => {
                "ALTER TABLE entry ADD CONSTRAINT broken CHECK (kind <> 'letter_failed')"
            }
        });
        world.fail_next(refused());
        assert!(world.try_round().is_err());
        assert_ne!(world.acknowledgement_states(), ["failed"], "{engine:?}");
        world.sql(match engine {
            Engine::Sqlite => "DROP TRIGGER broken",
            Engine::Postgres => "ALTER TABLE entry DROP CONSTRAINT broken",
        });
        world.restart();
        world.advance(minutes(1));
        world.fail_next(refused());
        world.settle();
        world.advance(hours(1));
        world.settle();
        let told =
            world.history("2026-000001").iter().filter(|e| e.kind == "letter_failed").count();
        assert_eq!(told, 1, "{engine:?}");
    }
}

fn refused() -> sportello::carrier::Carried {
    sportello::carrier::Carried::Permanent("550 no such user".to_owned())
}

/// Whole worlds, cut at random-looking points again and again while mail keeps coming.
#[test]
fn a_machine_that_keeps_crashing_still_does_its_work() {
    for engine in Engine::each() {
        let mut world = World::new(engine);
        let mails: Vec<RawMail> = (0..12)
            .map(|n| pothole_number(n).from(&format!("resident{n}@town{n}.example")))
            .collect();
        for (n, mail) in mails.iter().enumerate() {
            world.receive(mail);
            world.cut_after(7 + (n * 37) % 90);
            world.advance(minutes(1));
        }
        world.settle();
        world.advance(minutes(20));
        world.settle();
        assert_eq!(world.tickets().len(), mails.len());
        for n in 0..mails.len() {
            let to = format!("resident{n}@town{n}.example");
            let letters = world.acknowledgements();
            let count = letters.iter().filter(|letter| letter.recipient == to).count();
            assert!((1..=2).contains(&count), "{to}: {count}");
        }
    }
}
