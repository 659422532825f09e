//! An emergency wakes whoever is on call, until somebody takes it.

use sportello::domain::letter::LetterKind;

use super::{hours, minutes};
use crate::support::mails::{RawMail, mail};
use crate::support::world::{OURS, World, on_both_with};

const ON_CALL: &str = r#"
[[on_call]]
id = "reperibili"
addresses = ["uno@comune.example", "due@comune.example"]
calls_max = 4
"#;

fn manhole() -> RawMail {
    mail()
        .to(OURS)
        .subject("Tombino aperto")
        .message_id("<tombino@resident.example>")
        .text("In via Emilia 12 manca il coperchio del tombino, un bambino ci è quasi caduto.")
}

fn called(world: &World) -> Vec<String> {
    world.sent_of(LetterKind::OnCall).into_iter().map(|letter| letter.recipient).collect()
}

/// Ten minutes after ten minutes, across restarts, until the calls are used up; the history says so.
#[test]
fn an_emergency_is_repeated_until_the_calls_are_used_up() {
    on_both_with(ON_CALL, &[], |world| {
        world.advance(hours(14));
        world.receive(&manhole());
        world.settle();
        assert_eq!(called(world), ["uno@comune.example"]);
        let letter = &world.sent()[0];
        assert_eq!(letter.kind, LetterKind::OnCall, "before all others");
        assert!(letter.subject.contains("EMERGENZA"), "{}", letter.subject);
        assert!(
            letter.says("NON ha avvisato alcun soccorso") && letter.says("chiami subito il 112")
        );
        assert!(letter.says("basta una parola") && letter.says("quasi caduto"), "{}", letter.text);
        world.advance(minutes(9));
        world.settle();
        assert_eq!(called(world).len(), 1);
        world.advance(minutes(1));
        world.restart();
        world.settle();
        world.settle();
        assert_eq!(called(world), ["uno@comune.example", "due@comune.example"]);
        for _ in 0..10 {
            world.advance(minutes(10));
            world.settle();
        }
        assert_eq!(called(world).len(), 4);
        assert!(world.sent_of(LetterKind::OnCall)[3].says("ultimo avviso (4 di 4)"));
        let history = world.history("2026-000001");
        let last = history.last().unwrap();
        assert_eq!(last.kind, "called");
        assert!(last.text.contains("nobody took it after 4 calls"), "{}", last.text);
    });
}

/// Whoever answers the letter has it: no further call, and the office reads who it is.
#[test]
fn an_answer_ends_the_calls() {
    on_both_with(ON_CALL, &[], |world| {
        world.receive(&manhole());
        world.settle();
        let letter = world.sent_of(LetterKind::OnCall).remove(0);
        let answer = mail()
            .to(OURS)
            .from("Uno <uno@comune.example>")
            .message_id("<vado@comune.example>")
            .subject(&format!("Re: {}", letter.subject))
            .header("In-Reply-To", &format!("<{}>", letter.message_id))
            .text("Vado io");
        world.receive(&answer);
        world.settle();
        world.advance(hours(3));
        world.settle();
        assert_eq!(called(world).len(), 1);
        let history = world.history("2026-000001");
        let taken = history.iter().find(|entry| entry.kind == "taken").expect("taken");
        assert_eq!(taken.author, "uno@comune.example");
        assert_eq!(world.states(), ["ticket", "entry"]);
    });
}

/// `tickets take` ends the calls; what was sent before stays sent.
#[test]
fn staff_take_a_ticket() {
    on_both_with(ON_CALL, &[], |world| {
        world.receive(&manhole());
        world.settle();
        let decision = world.take("2026-000001", Some("squadra in strada"));
        assert!(!decision.changes.is_empty());
        world.advance(hours(1));
        world.settle();
        assert_eq!(called(world).len(), 1);
        let last = world.history("2026-000001").pop().unwrap();
        assert_eq!((&*last.kind, &*last.text), ("taken", "taken: squadra in strada"));
        assert!(world.take("2026-000009", None).changes.is_empty());
    });
}

/// Two daemons on one store make each call once.
#[test]
fn two_daemons_call_once() {
    let mut world = World::with(crate::support::stores::Engine::Postgres, ON_CALL, &[]);
    world.receive(&manhole());
    world.settle();
    for _ in 0..3 {
        world.advance(minutes(10));
        world.round_of_two();
        world.settle();
    }
    assert_eq!(called(&world).len(), 4);
}
