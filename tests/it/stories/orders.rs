//! Staff order by mail: what they may, what is asked back, what a forger gets.

use sportello::domain::letter::LetterKind;
use sportello::domain::life::Status;
use sportello::domain::rules::Category;

use super::work::{TRUST, answer};
use super::{hours, pothole};
use crate::support::mails::{RawMail, mail};
use crate::support::sent::Sent;
use crate::support::world::{OURS, World, on_both_with};

const ROADS: &str = "strade@comune.example";

/// The office's notice of a new pothole.
fn notice(world: &mut World) -> Sent {
    world.receive(&pothole());
    world.settle();
    world.notices().remove(0)
}

/// An answer that nobody vouches for.
fn unvouched(to: &Sent, from: &str, text: &str) -> RawMail {
    mail()
        .to(OURS)
        .from(from)
        .subject(&format!("Re: {}", to.subject))
        .message_id(&format!("<{}@unvouched.example>", text.len()))
        .header("In-Reply-To", &format!("<{}>", to.message_id))
        .text(text)
}

fn last_notice(world: &World) -> Sent {
    world.notices().pop().unwrap()
}

#[test]
fn a_correction_by_mail_is_one_line() {
    on_both_with("", &TRUST, |world| {
        let notice = notice(world);
        world.receive(&answer(&notice, ROADS, "#categoria verde\n#urgente"));
        world.settle();
        let ticket = world.ticket();
        assert_eq!(ticket.category, Some(Category::GreenSpace));
        let told: Vec<Sent> = world.notices().into_iter().skip(1).collect();
        assert!(told.iter().any(|sent| sent.recipient == "verde@comune.example"), "the new office");
        let said = told.iter().find(|sent| sent.recipient == ROADS).unwrap();
        assert!(said.says("categoria"), "{}", said.text);
    });
}

/// A wrong command is answered clearly, and the right one beside it is not carried out either.
#[test]
fn a_bad_command_changes_nothing_and_says_why() {
    on_both_with("", &TRUST, |world| {
        let notice = notice(world);
        let before = world.ticket();
        world.receive(&answer(&notice, ROADS, "#categoria verde\n#chuidi"));
        world.settle();
        assert_eq!(world.ticket(), before);
        let said = last_notice(world);
        assert_eq!(said.recipient, ROADS);
        assert!(
            said.says("#chiudi") && said.says("#sopralluogo"),
            "help stands below: {}",
            said.text
        );
    });
}

/// What the table of a ticket's life does not allow is refused in words.
#[test]
fn a_step_that_life_does_not_allow_is_refused() {
    on_both_with("", &TRUST, |world| {
        let notice = notice(world);
        world.receive(&answer(&notice, ROADS, "#annulla non serve"));
        world.settle();
        assert_eq!(world.ticket().status, Status::Cancelled);
        world.receive(&answer(&notice, ROADS, "#sopralluogo 12/3"));
        world.settle();
        assert_eq!(world.ticket().status, Status::Cancelled);
        assert!(last_notice(world).says("annullata"), "{}", last_notice(world).text);
    });
}

/// Whoever writes in a colleague's name without being vouched for moves nothing; the colleague is asked, and
/// one word of theirs carries it out.
#[test]
fn an_unvouched_order_waits_for_the_colleagues_word() {
    on_both_with("", &TRUST, |world| {
        let notice = notice(world);
        world.receive(&unvouched(&notice, ROADS, "#chiudi fatto"));
        world.settle();
        assert_eq!(world.ticket().status, Status::Received);
        let [asked] = &world.sent_of(LetterKind::Confirmation)[..] else { panic!("expected one") };
        assert_eq!(asked.recipient, ROADS);
        assert!(asked.says("#chiudi fatto"), "{}", asked.text);
        // Somebody else who learnt of the question cannot answer it.
        world.receive(&unvouched(asked, "mallory@evil.example", "CONFERMO"));
        world.settle();
        assert!(world.tickets().iter().all(|ticket| ticket.status != Status::Closed));
        world.receive(&unvouched(asked, ROADS, "Confermo"));
        world.settle();
        assert_eq!(world.tickets()[0].status, Status::Closed);
        // The same word, said once more after the ticket was opened again, closes it no second time.
        world.receive(&answer(&notice, ROADS, "#riapri"));
        world.settle();
        world.receive(&unvouched(asked, ROADS, "CONFERMO"));
        world.settle();
        assert_eq!(world.tickets()[0].status, Status::Reopened);
        assert!(last_notice(world).says("già stati confermati"), "{}", last_notice(world).text);
    });
}

/// A stranger's `#chiudi` is a resident's mail like any other.
#[test]
fn a_stranger_orders_nothing() {
    on_both_with("", &TRUST, |world| {
        let notice = notice(world);
        world.receive(&answer(&notice, "mallory@evil.example", "#chiudi"));
        world.settle();
        assert_eq!(world.tickets()[0].status, Status::Received);
        assert!(world.sent_of(LetterKind::Confirmation).is_empty());
    });
}

/// A question to the resident stops the clock; the answer lets it run on.
#[test]
fn a_question_waits_for_the_residents_answer() {
    on_both_with("", &TRUST, |world| {
        let notice = notice(world);
        world.receive(&answer(&notice, ROADS, "#chiedi Da che lato della strada?"));
        world.settle();
        assert_eq!(world.ticket().status, Status::WaitingForRequester);
        let [asked] = &world.sent_of(LetterKind::Progress)[..] else { panic!("expected one") };
        assert_eq!(asked.recipient, "anna@resident.example");
        assert!(asked.says("Da che lato della strada?"), "{}", asked.text);
        world.advance(hours(48));
        world.receive(&unvouched(asked, "anna@resident.example", "Dal lato del bar."));
        world.settle();
        let ticket = world.ticket();
        assert_eq!(ticket.status, Status::Received);
        let [wait] = ticket.facts.course.waits[..] else { panic!("expected one") };
        assert_eq!(wait.until.since(wait.since), hours(48));
    });
}

/// Sent to another body, with whom to turn to; planned for a day; each once.
#[test]
fn the_resident_hears_of_a_referral_and_of_planned_work() {
    on_both_with("", &TRUST, |world| {
        let notice = notice(world);
        world.receive(&answer(&notice, ROADS, "#programma 3/12"));
        world.settle();
        assert_eq!(world.ticket().status, Status::Scheduled);
        assert!(world.sent_of(LetterKind::Progress)[0].says("3 dicembre 2026"));
        world.receive(&answer(&notice, ROADS, "#fuori competenza rifiuti"));
        world.settle();
        assert_eq!(world.ticket().status, Status::Referred, "{}", last_notice(world).text);
        assert_eq!(world.sent_of(LetterKind::Progress).len(), 2);
    });
}

/// Orders about nothing that is known are answered with how to write them.
#[test]
fn orders_about_no_ticket_are_answered() {
    on_both_with("", &TRUST, |world| {
        let lost = mail()
            .to(OURS)
            .from("centrale@comune.example")
            .subject("chiusura")
            .message_id("<lost@comune.example>")
            .text("#chiudi");
        world.receive(&lost);
        world.settle();
        assert!(world.tickets().is_empty());
        assert!(last_notice(world).says("numero nell'oggetto"), "{}", last_notice(world).text);
    });
}
