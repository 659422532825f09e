//! Letters as whoever gets them reads them, whole: one of each sort, from stories that run through.
//!
//! Each stands in `fixtures/stories/`. A change of wording changes its file, which a person reads again.

use std::fs;
use std::path::Path;

use sportello::domain::letter::LetterKind;

use super::course::{ROADS, tell};
use super::feedback::ROAD_FIRM;
use super::work::{FIRMS, TRUST, answer};
use super::{hours, lamp, minutes, pothole};
use crate::support::sent::Sent;
use crate::support::stores::Engine;
use crate::support::world::World;

/// Compares letters with their files; all that differ are shown together.
pub(super) fn read_by_people(letters: &[(&str, &Sent)]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stories");
    let mut changed = Vec::new();
    for (name, sent) in letters {
        let found =
            format!("A: {}\nOggetto: {}\n\n{}", sent.recipient, sent.subject, sent.text.trim_end());
        let known = fs::read_to_string(folder.join(name)).unwrap_or_default();
        if known.trim_end() != found {
            changed.push(format!("==== {name}\n{found}\n"));
        }
    }
    assert!(changed.is_empty(), "letters that are not as their files say:\n{}", changed.concat());
}

fn last(letters: &[Sent]) -> &Sent {
    letters.last().expect("a letter")
}

/// A hole, from the mail to the question whether it is repaired, and the answer no.
#[test]
fn the_letters_of_a_routine_repair() {
    let mut world = World::with(Engine::Sqlite, ROAD_FIRM, &TRUST);
    world.receive(&pothole());
    world.settle();
    let received = world.acknowledgements();
    let notice = world.notices();
    world.receive(&answer(last(&notice), ROADS, "#chiedi Su quale corsia?\n#nota serve il rullo"));
    world.settle();
    let done = world.notices();
    let question = world.sent_of(LetterKind::Progress);
    world.receive(&answer(last(&question), "anna@resident.example", "Verso il centro."));
    world.settle();
    let follow_up = world.notices();
    tell(&mut world, "2026-000001", "#ordina strada");
    let order = world.sent_of(LetterKind::WorkOrder);
    world.receive(&answer(
        last(&order),
        "strada@strada.example",
        "SOSPESO\nManca il conglomerato.",
    ));
    world.settle();
    let news = world.notices();
    tell(&mut world, "2026-000001", "#programma 3/12");
    let planned = world.sent_of(LetterKind::Progress);
    world.advance(hours(24 * 21));
    world.settle();
    let digest = world.sent_of(LetterKind::Digest);
    world.receive(&answer(last(&order), "strada@strada.example", "ESEGUITO"));
    world.settle();
    tell(&mut world, "2026-000001", "#chiudi");
    let asked = world.sent_of(LetterKind::Closing);
    world.receive(&answer(last(&asked), "anna@resident.example", "No, è ancora lì."));
    world.settle();
    let unrepaired = world.notices();
    read_by_people(&[
        ("received.txt", last(&received)),
        ("notice.txt", last(&notice)),
        ("commands_done.txt", last(&done)),
        ("question.txt", last(&question)),
        ("answered.txt", last(&follow_up)),
        ("work_order.txt", last(&order)),
        ("news.txt", last(&news)),
        ("planned.txt", last(&planned)),
        ("digest.txt", last(&digest)),
        ("is_it_repaired.txt", last(&asked)),
        ("unrepaired.txt", last(&unrepaired)),
    ]);
}

/// Lamps until the month's money is spent: a silent firm, a question that is asked again, a colleague who is doubted.
#[test]
fn the_letters_about_contractors() {
    let mut world = World::with(Engine::Sqlite, FIRMS, &TRUST);
    for n in 1..=3 {
        let text = format!("Il lampione in via Garibaldi {} è spento da giovedì.", n * 40);
        world.receive(&lamp().message_id(&format!("<{n}@resident.example>")).text(&text));
        world.settle();
    }
    world.advance(hours(28));
    world.settle();
    let notice = world.notices().remove(0);
    let question = world.sent_of(LetterKind::Approval);
    let orders = world.sent_of(LetterKind::WorkOrder);
    let reminder = orders.iter().find(|sent| sent.recipient == "capo@luce.example");
    world.advance(hours(24 * 4));
    world.settle();
    let orders = world.sent_of(LetterKind::WorkOrder);
    let retracted = orders.iter().find(|sent| sent.says("NON esegua"));
    let notices = world.notices();
    let silence = notices.iter().find(|sent| sent.subject.contains("nessuna risposta"));
    let doubted = last(&notices).clone();
    let forged = answer(&doubted, "centrale@comune.example", "#chiudi\n#nota fatto");
    world.receive(&forged.header("Authentication-Results", "mx.comune.example; dmarc=fail"));
    world.settle();
    let confirmation = world.sent_of(LetterKind::Confirmation);
    read_by_people(&[
        ("notice_with_order.txt", &notice),
        ("may_it_go.txt", last(&question)),
        ("reminder.txt", reminder.expect("a reminder")),
        ("taken_back.txt", retracted.expect("a retraction")),
        ("silence.txt", silence.expect("news of the silence")),
        ("did_you_write.txt", last(&confirmation)),
    ]);
}

/// Wires that spark at night: the order leaves at once, with its copy for staff.
#[test]
fn the_letters_of_a_night_emergency() {
    let mut world = World::with(Engine::Sqlite, FIRMS, &TRUST);
    world.advance(hours(17) + minutes(5));
    world.receive(&lamp().text(
        "In via Garibaldi 40 il palo della luce è caduto sulla strada e ci sono i cavi scoperti che fanno scintille, \
         correte!",
    ));
    world.settle();
    let orders = world.sent_of(LetterKind::WorkOrder);
    let notices = world.notices();
    let copy = notices.iter().find(|sent| sent.says("attivata in automatico"));
    let received = world.acknowledgements();
    read_by_people(&[
        ("received_at_night.txt", last(&received)),
        ("work_order_at_night.txt", last(&orders)),
        ("copy.txt", copy.expect("a copy")),
    ]);
}
