//! F19 in the jar: after each step of each kind of work the program ends; after a restart the story ends as
//! if nothing had happened. The steps of one mail's round are in [`super::crash`].

use std::collections::BTreeSet;

use sportello::domain::decide::Correction;
use sportello::domain::letter::LetterKind;
use sportello::domain::life::Status;
use sportello::domain::order::OrderState;
use sportello::domain::rules::Category;

use super::robots::bounce;
use super::work::{TRUST, answer, orders_of};
use super::{hours, minutes, pothole_number};
use crate::support::mails::{RawMail, mail};
use crate::support::sent::Sent;
use crate::support::stores::Engine;
use crate::support::world::{OURS, REPORTS, SCHOOLS, World};

/// Far more steps than a round has.
const STEPS_MAX: usize = 2000;

/// What happens, and what must have become of it. `n` counts the tellings; nothing of one is in the next.
struct Story {
    rules: &'static str,
    /// Runs undisturbed.
    before: fn(&mut World, usize),
    /// Its consequences are cut off after the n-th step.
    act: fn(&mut World, usize),
    /// After the restart.
    holds: fn(&World, usize),
}

/// Tells a story again and again, each time cut off one step later, until it comes to its end uncut.
fn cut_everywhere(story: &Story) {
    for engine in Engine::each() {
        let unlimited = [
            TRUST[0],
            ("limits.acknowledgements_per_sender_per_day", "0"),
            ("limits.acknowledgements_per_domain_per_hour", "0"),
            ("limits.acknowledgements_per_hour", "0"),
        ];
        let mut world = World::with(engine, story.rules, &unlimited);
        let mut steps = 0;
        loop {
            (story.before)(&mut world, steps);
            world.settle();
            (story.act)(&mut world, steps);
            let ended = world.cut_after(steps);
            // The dead are taken over at once; what is unclear is repeated a quarter of an hour later.
            world.advance(minutes(1));
            world.settle();
            world.advance(minutes(20));
            world.settle();
            (story.holds)(&world, steps);
            if ended {
                break;
            }
            steps += 1;
            assert!(steps < STEPS_MAX);
        }
        assert!(steps > 5, "a story of {steps} steps is none");
        let outbox = world.outbox();
        let failed = outbox.iter().filter(|letter| letter.state == "held").count();
        assert_eq!(failed, 0, "no limit has a part in it");
    }
}

fn resident(n: usize) -> String {
    format!("resident{n}@town{n}.example")
}

fn number(n: usize) -> String {
    format!("2026-{:06}", n + 1)
}

fn report(n: usize) -> RawMail {
    pothole_number(n).from(&resident(n))
}

fn reported(world: &mut World, n: usize) {
    world.receive(&report(n));
}

/// The one letter of a kind to somebody, and how often it left.
fn letter_to(world: &World, kind: LetterKind, to: &str) -> (Sent, usize) {
    let letters = world.sent_of(kind);
    let mut copies: Vec<Sent> = letters.into_iter().filter(|one| one.recipient == to).collect();
    let count = copies.len();
    copies.dedup_by(|a, b| a.message_id == b.message_id);
    assert_eq!(copies.len(), 1, "{to} has one letter of this kind");
    assert!(count <= 2, "{to} has {count} copies");
    (copies.remove(0), count)
}

fn entries(world: &World, n: usize, kind: &str) -> usize {
    world.history(&number(n)).iter().filter(|entry| entry.kind == kind).count()
}

/// One mail to two mailboxes, read side by side: one ticket, one answer.
#[test]
fn f19_two_mailboxes_cut_after_any_step() {
    cut_everywhere(&Story {
        rules: "",
        before: |_, _| {},
        act: |world, n| {
            let raw = report(n).bytes();
            world.receive_raw(REPORTS, &raw);
            world.receive_raw(SCHOOLS, &[b"Delivered-To: x@comune.example\r\n", &raw[..]].concat());
        },
        holds: |world, n| {
            assert_eq!(world.tickets().len(), n + 1);
            letter_to(world, LetterKind::Acknowledgement, &resident(n));
        },
    });
}

/// An answer to our acknowledgement stands in its ticket once, and nobody is thanked again.
#[test]
fn f19_a_reply_cut_after_any_step() {
    cut_everywhere(&Story {
        rules: "",
        before: reported,
        act: |world, n| {
            let (letter, _) = letter_to(world, LetterKind::Acknowledgement, &resident(n));
            let reply = answer(&letter, &resident(n), "Aggiungo che la buca è più larga.");
            world.receive(&reply.message_id(&format!("<reply-{n}@town.example>")));
        },
        holds: |world, n| {
            assert_eq!((world.tickets().len(), entries(world, n, "mail")), (n + 1, 1));
            letter_to(world, LetterKind::Acknowledgement, &resident(n));
        },
    });
}

/// A bounce marks its letter, stands in the ticket once, and opens nothing.
#[test]
fn f19_a_bounce_cut_after_any_step() {
    cut_everywhere(&Story {
        rules: "",
        before: reported,
        act: |world, n| {
            let (letter, _) = letter_to(world, LetterKind::Acknowledgement, &resident(n));
            world.receive_raw(REPORTS, &bounce(&letter, "failed", &format!("5.1.{n}")));
        },
        holds: |world, n| {
            assert_eq!((world.tickets().len(), entries(world, n, "delivery_status")), (n + 1, 1));
            assert_eq!(world.acknowledgement_states()[n], "failed");
            letter_to(world, LetterKind::Acknowledgement, &resident(n));
        },
    });
}

fn lamp(world: &mut World, n: usize) {
    let text = format!("Il lampione in via Garibaldi {} è spento da giovedì.", n * 40 + 1);
    world.receive(
        &mail()
            .to(OURS)
            .from(&resident(n))
            .subject("Lampione spento")
            .message_id(&format!("<lampione-{n}@resident.example>"))
            .text(&text),
    );
}

/// Two firms without limits: each lamp is ordered of the first.
const UNLIMITED: &str = r#"
[[contractor]]
id = "luce"
name = "Luce Srl"
addresses = ["interventi@luce.example"]
subcategories = ["I01", "I02"]
activation = "automatic"
"#;

/// A report that orders work: one order, and one letter with it.
#[test]
fn f19_an_order_cut_after_any_step() {
    cut_everywhere(&Story {
        rules: UNLIMITED,
        before: |_, _| {},
        act: lamp,
        holds: |world, n| {
            let orders = orders_of(world);
            let own = orders.iter().filter(|order| order.ticket == number(n)).count();
            assert_eq!((world.tickets().len(), own), (n + 1, 1));
            let letters = world.sent_of(LetterKind::WorkOrder);
            let mut of_ticket: Vec<_> =
                letters.iter().filter(|letter| letter.subject.contains(&number(n))).collect();
            assert!((1..=2).contains(&of_ticket.len()), "{}", of_ticket.len());
            of_ticket.dedup_by(|a, b| a.message_id == b.message_id);
            assert_eq!(of_ticket.len(), 1);
        },
    });
}

/// The contractor's answer counts once.
#[test]
fn f19_a_contractors_answer_cut_after_any_step() {
    cut_everywhere(&Story {
        rules: UNLIMITED,
        before: lamp,
        act: |world, n| {
            let letters = world.sent_of(LetterKind::WorkOrder);
            let own = letters.iter().find(|letter| letter.subject.contains(&number(n)));
            let reply = answer(own.expect("an order"), "interventi@luce.example", "ACCETTO\n");
            world.receive(&reply.message_id(&format!("<accetto-{n}@luce.example>")));
        },
        holds: |world, n| {
            let orders = orders_of(world);
            let own = orders.iter().find(|order| order.ticket == number(n)).expect("an order");
            assert_eq!(own.state, OrderState::Accepted);
            let ticket = world.tickets().remove(n);
            assert_eq!((&*ticket.number, ticket.status), (&*number(n), Status::Accepted));
        },
    });
}

/// A correction by staff tells the other office once.
#[test]
fn f19_a_correction_cut_after_any_step() {
    cut_everywhere(&Story {
        rules: "",
        before: reported,
        act: |world, n| {
            let correction =
                Correction { category: Some(Category::GreenSpace), ..Correction::default() };
            world.correct(&number(n), &correction);
        },
        holds: |world, n| {
            assert_eq!(world.tickets()[n].category, Some(Category::GreenSpace));
            let notices = world.notices();
            let told = |letter: &&Sent| {
                letter.recipient == "verde@comune.example" && letter.subject.contains(&number(n))
            };
            assert!(notices.iter().filter(told).count() <= 1, "a notice is not repeated");
        },
    });
}

/// The offices' morning letter is written once a day.
#[test]
fn f19_a_digest_cut_after_any_step() {
    cut_everywhere(&Story {
        rules: "",
        before: |world, n| {
            if n == 0 {
                world.receive(&report(0));
            }
        },
        act: |world, _| world.advance(hours(24)),
        holds: |world, _| {
            let digests = world.sent_of(LetterKind::Digest);
            let day = |letter: &Sent| {
                let date = letter.header("date").unwrap_or_default();
                (letter.recipient.clone(), date.chars().take(16).collect::<String>())
            };
            let days: BTreeSet<_> = digests.iter().map(day).collect();
            assert_eq!(days.len(), digests.len(), "a morning letter left twice");
        },
    });
}
