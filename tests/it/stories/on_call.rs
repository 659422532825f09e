//! An emergency wakes whoever is on call, until somebody takes it.

use sportello::domain::letter::LetterKind;
use sportello::domain::urgency::Urgency;

use super::{hours, lamp, minutes};
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

const SPARKS: &str =
    "Ora dal palo escono fili scoperti che fanno scintille, i bambini ci mettono le mani!";

/// Anna writes on about her lamp.
fn further(id: &str, text: &str) -> RawMail {
    lamp()
        .message_id(id)
        .subject("Re: Lampione spento")
        .header("In-Reply-To", "<lampione@resident.example>")
        .text(text)
}

/// A danger that is told later wakes whoever is on call, once, with its words; the writer reads the 112 first.
#[test]
fn a_danger_told_in_a_follow_up_wakes_whoever_is_on_call() {
    on_both_with(ON_CALL, &[], |world| {
        world.receive(&lamp());
        world.settle();
        assert!(called(world).is_empty());
        world.receive(&further("<2@resident.example>", SPARKS));
        world.settle();
        assert_eq!(world.ticket().urgency, Urgency::Emergency);
        let [call] = &world.sent_of(LetterKind::OnCall)[..] else { panic!("expected one call") };
        assert!(call.says("fanno scintille"), "{}", call.text);
        let notice = world.notices().remove(1);
        assert!(notice.subject.contains("EMERGENZA"), "{}", notice.subject);
        assert!(notice.text.trim_start().starts_with("ATTENZIONE"), "{}", notice.text);
        let answers = world.acknowledgements();
        assert_eq!(answers.len(), 2);
        assert!(answers[1].text.contains("chiami subito il 112"), "{}", answers[1].text);
        world.receive(&further("<3@resident.example>", SPARKS));
        world.settle();
        assert_eq!((called(world).len(), world.acknowledgements().len()), (1, 2));
        assert!(world.notices()[2].subject.contains("EMERGENZA"));
        assert_eq!(world.states(), ["ticket", "entry", "entry"]);
    });
}

/// What an answer repeats in its subject, and thanks, alarm nobody.
#[test]
fn an_old_danger_in_the_subject_of_an_answer_wakes_nobody() {
    on_both_with(ON_CALL, &[], |world| {
        world.receive(&manhole().subject("Tombino aperto, manca il coperchio"));
        world.settle();
        world.take("2026-000001", None);
        world.advance(hours(20));
        let answer = manhole()
            .message_id("<2@resident.example>")
            .subject("Re: Tombino aperto, manca il coperchio")
            .header("In-Reply-To", "<tombino@resident.example>")
            .text("Buongiorno, quando tornate a sistemare il marciapiede intorno?");
        world.receive(&answer);
        world.settle();
        assert_eq!(called(world).len(), 1);
        assert!(!world.notices()[1].subject.contains("EMERGENZA"));
    });
}

/// A danger at a thing that was closed lately is a new matter: somebody must be called for it.
#[test]
fn a_danger_after_the_closing_opens_a_new_ticket() {
    on_both_with(ON_CALL, &[], |world| {
        world.receive(&lamp());
        world.settle();
        world.close("2026-000001", None);
        world.advance(hours(24));
        world.receive(&further("<2@resident.example>", SPARKS));
        world.settle();
        assert_eq!((world.tickets().len(), called(world).len()), (2, 1));
        assert_eq!(world.tickets()[1].urgency, Urgency::Emergency);
    });
}
