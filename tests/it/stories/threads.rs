//! Conversations: what continues a ticket and what opens a new one.

use super::{hours, lamp, pothole};
use crate::support::mails::RawMail;
use crate::support::sent::Sent;
use crate::support::world::{World, on_both};

/// An answer to a letter of ours.
fn answer(letter: &Sent, text: &str) -> RawMail {
    pothole()
        .message_id("<risposta@resident.example>")
        .subject(&format!("Re: {}", letter.subject))
        .header("In-Reply-To", &format!("<{}>", letter.message_id))
        .header("References", &format!("<{}>", letter.message_id))
        .text(text)
}

fn acknowledged_pothole(world: &mut World) -> Sent {
    world.receive(&pothole());
    world.settle();
    world.acknowledgements().remove(0)
}

/// An answer to the acknowledgement continues its ticket: the office is told, nobody is thanked again.
#[test]
fn an_answer_to_the_acknowledgement_continues_the_ticket() {
    on_both(|world| {
        let acknowledgement = acknowledged_pothole(world);
        world.receive(&answer(&acknowledgement, "Aggiungo che stamattina la buca è più larga."));
        world.settle();
        world.ticket();
        assert_eq!(world.states(), ["ticket", "entry"]);
        assert_eq!((world.acknowledgements().len(), world.notices().len()), (1, 2));
        let notice = world.notices().remove(1);
        assert_eq!(notice.recipient, "strade@comune.example");
        assert!(notice.says("Aggiungo che stamattina"), "{}", notice.text);
        let history = world.history("2026-000001");
        assert_eq!((&*history[1].kind, &*history[1].author), ("mail", "anna@resident.example"));
    });
}

/// Our signed Message-ID is enough, from whichever address, with whatever subject, in whatever case.
#[test]
fn a_letter_of_ours_threads_an_answer_from_another_address() {
    on_both(|world| {
        let mut letter = acknowledged_pothole(world);
        letter.message_id = letter.message_id.to_uppercase();
        letter.subject = "tutt'altro".to_owned();
        world.receive(&answer(&letter, "Scrivo dal lavoro.").from("anna@office.example"));
        world.settle();
        assert_eq!(world.states(), ["ticket", "entry"]);
    });
}

/// A mail to the address that carries our signed id continues its ticket, even when only the server's own field
/// still has that address; a forged one opens a ticket of its own.
#[test]
fn the_address_of_a_letter_threads_what_is_sent_to_it() {
    on_both(|world| {
        let letter = acknowledged_pothole(world);
        let (token, domain) = letter.message_id.split_once('@').unwrap();
        let address = format!("segnalazioni+{token}@{domain}");
        let other = |id: &str| pothole().message_id(id).subject("altro").from("anna2@y.example");
        world.receive(&other("<2@y.example>").to(&address).text("È anche profonda."));
        let hidden = other("<3@y.example>").to("undisclosed-recipients:;");
        world.receive(&hidden.header("Delivered-To", &address).text("E c'è acqua."));
        let forged = address.replace("+a.", "+w.");
        world.receive(&other("<4@y.example>").to(&forged).text("Un lampione spento in via Po 3."));
        world.settle();
        assert_eq!(world.states(), ["ticket", "entry", "entry", "ticket"]);
    });
}

/// A number that anybody may know lets no stranger into a ticket: it opens one that names the other.
#[test]
fn a_stranger_with_only_the_number_opens_a_new_ticket() {
    on_both(|world| {
        acknowledged_pothole(world);
        let stranger = lamp().from("Mallory <mallory@elsewhere.example>");
        world.receive(&stranger.subject("Re: [2026-000001] Segnalazione ricevuta"));
        world.settle();
        assert_eq!(world.states(), ["ticket", "ticket"]);
        assert_eq!(world.history("2026-000001").len(), 1);
        let opened = world.history("2026-000002").remove(0);
        assert!(opened.text.contains("possible follow-up of 2026-000001"), "{}", opened.text);
        assert_eq!(world.acknowledgements()[1].recipient, "mallory@elsewhere.example");
    });
}

/// Who takes part in a ticket needs its number alone.
#[test]
fn the_requester_continues_with_the_number_alone() {
    on_both(|world| {
        acknowledged_pothole(world);
        let again = pothole().message_id("<2@resident.example>").text("E adesso è più larga.");
        world.receive(&again.from("ANNA@Resident.Example").subject("[2026-000001] ancora"));
        world.settle();
        assert_eq!(world.states(), ["ticket", "entry"]);
        assert_eq!(world.acknowledgements().len(), 1);
    });
}

/// Same subject, same sender: two reports stay two.
#[test]
fn a_subject_alone_never_threads() {
    on_both(|world| {
        acknowledged_pothole(world);
        world.receive(&lamp().subject("Buca in via Emilia"));
        world.settle();
        assert_eq!(world.states(), ["ticket", "ticket"]);
    });
}

/// Whoever makes a Message-ID up that looks like one of ours, threads nothing.
#[test]
fn a_forged_message_id_of_ours_threads_nothing() {
    on_both(|world| {
        let mut letter = acknowledged_pothole(world);
        letter.message_id = letter.message_id.replacen("a.", "w.", 1);
        letter.subject = "Buca".to_owned();
        world.receive(&answer(&letter, "Un'altra buca in via Roma 3."));
        world.settle();
        assert_eq!(world.states(), ["ticket", "ticket"]);
    });
}

/// Writing again about a closed ticket reaches the office, which reads that it was closed.
#[test]
fn an_answer_about_a_closed_ticket_is_not_lost() {
    on_both(|world| {
        let acknowledgement = acknowledged_pothole(world);
        world.close("2026-000001", None);
        world.advance(hours(24));
        world.receive(&answer(&acknowledgement, "La buca è ancora lì."));
        world.settle();
        assert_eq!(world.states(), ["ticket", "entry"]);
        assert!(world.notices()[1].says("CHIUSA"), "{}", world.notices()[1].text);
    });
}

/// Both of a report and its addition arrive in one batch: the second still finds the first.
#[test]
fn an_addition_in_the_same_batch_finds_its_ticket() {
    on_both(|world| {
        world.receive(&pothole());
        let addition = pothole().message_id("<2@resident.example>").text("Dimenticavo la foto.");
        world.receive(
            &addition
                .subject("Re: Buca in via Emilia")
                .header("In-Reply-To", "<buca-1@resident.example>"),
        );
        world.settle();
        assert_eq!(world.states(), ["ticket", "entry"]);
        assert_eq!(world.acknowledgements().len(), 1);
    });
}

/// Thanks are noted and trouble nobody, also long after the ticket was closed.
#[test]
fn thanks_are_a_note_and_nobody_is_told() {
    on_both(|world| {
        let acknowledgement = acknowledged_pothole(world);
        world.receive(&answer(&acknowledgement, "Grazie mille per la celerità!\nAnna Rossi"));
        world.settle();
        world.close("2026-000001", None);
        world.advance(hours(40 * 24));
        let again = answer(&acknowledgement, "Grazie ancora.").message_id("<2@resident.example>");
        world.receive(&again);
        world.settle();
        world.ticket();
        assert_eq!(world.states(), ["ticket", "entry", "entry"]);
        assert_eq!((world.acknowledgements().len(), world.notices().len()), (1, 1));
        let history = world.history("2026-000001");
        assert_eq!((&*history[1].kind, &*history[3].kind), ("note", "note"));
    });
}

/// A street below the thanks answers the question where it is; it is nobody's name.
#[test]
fn thanks_above_a_place_are_its_answer() {
    on_both(|world| {
        let nowhere =
            pothole().subject("Buca").text("Buongiorno, c'è una buca profonda nell'asfalto.");
        world.receive(&nowhere);
        world.settle();
        let acknowledgement = world.acknowledgements().remove(0);
        world.receive(&answer(&acknowledgement, "Grazie\nPiazza Prampolini"));
        world.settle();
        assert_eq!(world.ticket().place.as_deref(), Some("Piazza Prampolini"));
        let history = world.history("2026-000001");
        assert!(history.iter().all(|entry| entry.kind != "note"), "a note");
    });
}

/// Within 14 days after closing staff are asked whether to reopen; later a new ticket follows the old one.
#[test]
fn an_answer_after_closing_asks_to_reopen_and_later_opens_a_linked_ticket() {
    on_both(|world| {
        let acknowledgement = acknowledged_pothole(world);
        world.close("2026-000001", None);
        world.advance(hours(13 * 24));
        world.receive(&answer(&acknowledgement, "La buca si è riaperta."));
        world.settle();
        assert_eq!(world.states(), ["ticket", "entry"]);
        let asked = world.notices().pop().unwrap();
        assert!(asked.says("decida se riaprirla"), "{}", asked.text);
        world.advance(hours(2 * 24));
        let later = answer(&acknowledgement, "Si è riaperta di nuovo, in via Emilia 12.");
        world.receive(&later.message_id("<tardi@resident.example>"));
        world.settle();
        assert_eq!(world.states(), ["ticket", "entry", "ticket"]);
        let last = |number: &str| world.history(number).pop().unwrap().text;
        assert!(last("2026-000002").contains("follows 2026-000001"));
        assert!(last("2026-000001").contains("2026-000002"));
        assert_eq!(world.acknowledgements().len(), 2);
    });
}

/// A photo that comes after the end changes the ticket, not the day on which it ended.
#[test]
fn a_photo_after_closing_does_not_lengthen_the_time_for_answers() {
    on_both(|world| {
        let acknowledgement = acknowledged_pothole(world);
        world.close("2026-000001", None);
        world.advance(hours(10 * 24));
        let photo = answer(&acknowledgement, "Ecco la foto.").attachment(
            "buca.jpg",
            "image/jpeg",
            b"\xff\xd8\xff\xe0",
        );
        world.receive(&photo.message_id("<foto@resident.example>"));
        world.settle();
        world.advance(hours(5 * 24));
        let later = answer(&acknowledgement, "Si è riaperta, in via Emilia 12.");
        world.receive(&later.message_id("<tardi@resident.example>"));
        world.settle();
        assert_eq!(world.states(), ["ticket", "entry", "ticket"]);
    });
}
