//! What somebody of the municipality's own hears after the receipt: from office to office, to the end.

use sportello::domain::letter::LetterKind;

use super::charge::{SCHOOL, radiator};
use super::course::tell;
use super::golden::read_by_people;
use super::work::{TRUST, answer};
use crate::support::sent::Sent;
use crate::support::stores::Engine;
use crate::support::world::World;

const HEATING: &str = r#"
[[contractor]]
id = "caldo"
name = "Caldo Srl"
addresses = ["interventi@caldo.example"]
subcategories = ["I06"]
activation = "automatic"
"#;

/// What residents are told, and a principal is not.
const FOR_RESIDENTS: [&str; 6] =
    ["Sua segnalazione", "112", "Buongiorno", "Grazie", "il nostro personale", "chi ha segnalato"];

fn school() -> World {
    let mut world = World::with(Engine::Sqlite, &format!("{SCHOOL}{HEATING}"), &TRUST);
    world.receive(&radiator());
    world.settle();
    world
}

fn last(world: &World, kind: LetterKind) -> Sent {
    let letter = world.sent_of(kind).pop().expect("a letter");
    assert_eq!(letter.recipient, "preside@deamicis.example");
    assert!(letter.says("Spett.le Istituto scolastico"), "{}", letter.text);
    assert!(letter.says("Contatto interno: Ufficio Scuole, interno 210"), "{}", letter.text);
    for words in FOR_RESIDENTS {
        assert!(!letter.says(words), "{words}: {}", letter.text);
    }
    letter
}

/// A question, a day, the end of the work and whether it is repaired, in the words of an office.
#[test]
fn a_principal_is_written_to_as_an_office_to_the_end() {
    let mut world = school();
    tell(&mut world, "2026-000001", "#chiedi In quali aule?");
    let question = last(&world, LetterKind::Progress);
    assert!(question.says("In quali aule?") && question.says("Caldo Srl"), "{}", question.text);
    world.receive(&answer(&question, "preside@deamicis.example", "Nella 3B e nella 3C."));
    world.settle();
    tell(&mut world, "2026-000001", "#programma 3/12");
    let planned = last(&world, LetterKind::Progress);
    assert!(planned.says("giovedì 3 dicembre 2026"), "{}", planned.text);
    tell(&mut world, "2026-000001", "#rispondi Il tecnico passa dalla bidelleria.");
    let answered = last(&world, LetterKind::Progress);
    assert!(answered.says("bidelleria"), "{}", answered.text);
    let order = world.sent_of(LetterKind::WorkOrder).remove(0);
    world.receive(&answer(&order, "interventi@caldo.example", "ESEGUITO"));
    world.settle();
    tell(&mut world, "2026-000001", "#chiudi");
    let asked = last(&world, LetterKind::Closing);
    assert!(asked.says("SI oppure NO"), "{}", asked.text);
    world.receive(&answer(&asked, "preside@deamicis.example", "No, la 3C è fredda."));
    world.settle();
    tell(&mut world, "2026-000001", "#riapri #eseguito valvola cambiata");
    tell(&mut world, "2026-000001", "#chiudi");
    let closed = last(&world, LetterKind::Closing);
    assert!(closed.says("chiusa") && !closed.says("SI oppure NO"), "{}", closed.text);
    read_by_people(&[
        ("school_question.txt", &question),
        ("school_planned.txt", &planned),
        ("school_answer.txt", &answered),
        ("school_repaired.txt", &asked),
        ("school_closed.txt", &closed),
    ]);
}

/// What is not ours is said to a colleague without the counter's manners.
#[test]
fn a_principal_hears_whose_it_is() {
    let mut world = school();
    tell(&mut world, "2026-000001", "#fuori competenza rifiuti");
    let referred = last(&world, LetterKind::Progress);
    assert!(referred.says("non riguarda la manutenzione"), "{}", referred.text);
    read_by_people(&[("school_referred.txt", &referred)]);
}
