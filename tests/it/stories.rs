//! What the program promises to people, told as stories on the whole of it, on both engines.

mod alarms;
mod asking;
mod charge;
mod course;
mod crash;
mod crash_points;
mod delivery;
mod feedback;
mod firm;
mod golden;
mod inside;
mod letters;
mod limits;
mod lost;
mod night;
mod on_call;
mod orders;
mod robots;
mod same;
mod staff;
mod threads;
mod work;

use std::time::Duration;

use sportello::domain::letter::LetterKind;
use sportello::domain::rules::Category;
use sportello::domain::ticket::Status;
use sportello::domain::time::Timestamp;
use sportello::domain::urgency::Urgency;
use sportello::intake::Imported;

use crate::support::mails::{RawMail, mail};
use crate::support::stores::Engine;
use crate::support::world::{OURS, REPORTS, SCHOOLS, World, on_both, on_both_with};

/// A contractor for street lighting who is activated without being asked for.
const LIGHTING: &str = r#"
[[contractor]]
id = "luce"
name = "Luce Srl"
addresses = ["interventi@luce.example"]
subcategories = ["I01", "I02"]
activation = "automatic"
"#;

fn hours(count: u64) -> Duration {
    Duration::from_hours(count)
}

fn minutes(count: u64) -> Duration {
    Duration::from_mins(count)
}

/// Anna reports a hole in the road.
fn pothole() -> RawMail {
    mail()
        .to(OURS)
        .subject("Buca in via Emilia")
        .message_id("<buca-1@resident.example>")
        .text("Buongiorno, in via Emilia 12 c'è una buca profonda nell'asfalto. Potete ripararla?")
}

/// The `n`-th of many holes that Anna reports.
fn pothole_number(n: usize) -> RawMail {
    pothole()
        .message_id(&format!("<buca-{n}@resident.example>"))
        .text(&format!("Buongiorno, in via Roma {n} si è aperta una buca nell'asfalto."))
}

/// Anna reports a lamp, with her name and her telephone.
fn lamp() -> RawMail {
    mail()
        .to(OURS)
        .subject("Lampione spento")
        .message_id("<lampione@resident.example>")
        .text("Buongiorno, il lampione davanti al numero 8 di piazza del Mercato è spento da giovedì.\nMi chiami al 333 0123456.\nAnna Rossi")
}

/// A report becomes exactly one ticket in the right category, one acknowledgement and one notice.
#[test]
fn a_pothole_becomes_one_ticket_one_acknowledgement_and_one_notice() {
    on_both(|world| {
        world.receive(&pothole());
        world.settle();
        let ticket = world.ticket();
        assert_eq!((&*ticket.number, ticket.status), ("2026-000001", Status::Received));
        assert_eq!(ticket.category, Some(Category::Infrastructure));
        assert_eq!(ticket.message_id.as_deref(), Some("buca-1@resident.example"));
        let [acknowledgement] = &world.acknowledgements()[..] else { panic!("expected one") };
        assert_eq!(acknowledgement.recipient, "anna@resident.example");
        assert_eq!(acknowledgement.subject, "[2026-000001] Segnalazione ricevuta");
        assert_eq!(acknowledgement.header("auto-submitted"), Some("auto-replied"));
        assert_eq!(acknowledgement.header("in-reply-to"), Some("<buca-1@resident.example>"));
        let [notice] = &world.notices()[..] else { panic!("expected one") };
        assert_eq!(notice.recipient, "strade@comune.example");
        assert_eq!(notice.header("auto-submitted"), Some("auto-generated"));
        assert!(notice.says("Buongiorno, in via Emilia 12"), "{}", notice.text);
        assert_eq!(world.sent().len(), 2);
        // Nothing more, however often and however late it is looked at.
        world.advance(hours(48));
        world.settle();
        assert_eq!((world.sent().len(), world.states()), (2, vec!["ticket".to_owned()]));
    });
}

/// A contractor who is activated automatically gets one order, and nothing of who reported.
#[test]
fn an_automatic_contractor_gets_one_order_without_the_requesters_data() {
    on_both_with(LIGHTING, &[], |world| {
        world.receive(&lamp());
        world.settle();
        let [order] = &world.sent_of(LetterKind::WorkOrder)[..] else { panic!("expected one") };
        assert_eq!(order.recipient, "interventi@luce.example");
        assert!(order.says("piazza del Mercato è spento"), "{}", order.text);
        for secret in ["333", "0123456", "Rossi", "Anna", "resident.example"] {
            assert!(!String::from_utf8_lossy(&order.bytes).contains(secret), "{secret}");
        }
        assert_eq!(world.sent().len(), 3);
    });
}

/// Who writes English reads English first, and the Italian text below it.
#[test]
fn an_english_mail_is_answered_in_english_then_italian() {
    on_both(|world| {
        world.receive(&mail().to(OURS).subject("Broken swing in the playground").text(
            "Good morning, one of the swings in the playground of Parco delle Rose has a broken \
             chain. Could somebody please have a look before the weekend is over?",
        ));
        world.settle();
        assert_eq!(world.ticket().category, Some(Category::GreenSpace));
        let text = world.acknowledgements()[0].text.clone();
        let english = text.find("your report arrived on").expect("English");
        let italian = text.find("la Sua segnalazione è arrivata").expect("Italian");
        assert!(english < italian);
        assert!(world.notices()[0].says("Arrivata:"));
    });
}

/// In an emergency the first words of the answer send people to 112, and nobody is said to be on the way.
#[test]
fn an_emergency_is_answered_with_112_first() {
    on_both(|world| {
        world.receive(&mail().to(OURS).subject("PERICOLO cavo elettrico a terra").text(
            "Un camion ha abbattuto il palo della luce in via Fornaci, il cavo elettrico è \
             scoperto, è caduto a terra sul marciapiede e fa scintille. Venite subito",
        ));
        world.settle();
        assert_eq!(world.ticket().urgency, Urgency::Emergency);
        let text = world.acknowledgements()[0].text.clone();
        assert!(text.lines().next().unwrap().contains("chiami subito il 112"), "{text}");
        let notice = &world.notices()[0];
        assert!(notice.subject.contains("EMERGENZA"), "{}", notice.subject);
    });
}

/// Numbers begin anew with the year of the organisation's zone, not of Greenwich.
#[test]
fn the_year_of_a_number_changes_at_midnight_in_rome() {
    on_both(|world| {
        let almost = Timestamp::parse("2026-12-31T22:30:00Z").unwrap();
        world.advance(almost.since(world.now()));
        world.receive(&pothole_number(1));
        world.settle();
        world.advance(hours(1));
        world.receive(&pothole_number(2));
        world.receive(&pothole_number(3));
        world.settle();
        let numbers: Vec<String> = world.tickets().into_iter().map(|t| t.number).collect();
        assert_eq!(numbers, ["2026-000001", "2027-000001", "2027-000002"]);
    });
}

/// The same mail is one ticket and one answer, delivered twice or to two mailboxes, with whatever
/// trace fields the relays added.
#[test]
fn the_same_mail_twice_or_in_two_mailboxes_is_one_ticket() {
    on_both(|world| {
        let raw = pothole().bytes();
        let again =
            [b"Received: from a by b; Thu, 12 Nov 2026 09:31:00 +0100\r\n", &raw[..]].concat();
        world.receive_raw(REPORTS, &raw);
        world.receive_raw(SCHOOLS, &again);
        world.settle();
        world.receive_raw(REPORTS, &again);
        world.receive_raw(SCHOOLS, &raw);
        world.settle();
        world.ticket();
        assert_eq!(world.sent().len(), 2);
        let mut states = world.states();
        states.sort();
        assert_eq!(states, ["filed", "filed", "filed", "ticket"]);
    });
}

/// A Message-ID is a hint and no key: who uses one twice with other words is heard twice.
#[test]
fn the_same_message_id_with_other_content_is_a_new_mail() {
    on_both(|world| {
        world.receive(&pothole());
        world.receive(&lamp().message_id("<buca-1@resident.example>"));
        world.settle();
        assert_eq!(world.states(), ["ticket", "ticket"]);
        assert_eq!(world.acknowledgements().len(), 2);
    });
}

/// A restart at any quiet moment changes nothing: no mail is taken in again, no letter sent again.
#[test]
fn a_restart_in_the_middle_changes_nothing() {
    on_both(|world| {
        world.server_down(true);
        world.receive(&pothole());
        world.settle();
        world.restart();
        world.settle();
        assert!(world.sent().is_empty());
        world.server_down(false);
        world.restart();
        world.settle();
        world.restart();
        world.settle();
        world.ticket();
        assert_eq!(world.sent().len(), 2);
        assert_eq!(world.outbox().iter().map(|letter| letter.attempts).max(), Some(1));
    });
}

/// Old mail is imported without a letter, dated by its top Received, and a second time changes nothing.
#[test]
fn an_import_writes_no_letters_and_twice_is_once() {
    on_both(|world| {
        let trace = "from a by b; Mon, 2 Mar 2026 08:00:00 +0100";
        let old = pothole().header("Received", trace).bytes();
        let mails = [old, lamp().bytes()];
        assert_eq!(world.import(&mails, false), Imported { new: 2, known: 0 });
        world.settle();
        let before = (world.tickets(), world.ledger().len());
        assert_eq!(before.0[0].received_at, Timestamp::parse("2026-03-02T07:00:00Z").unwrap());
        assert_eq!(world.import(&mails, true), Imported { new: 0, known: 2 });
        world.settle();
        assert_eq!((world.tickets(), world.ledger().len()), before);
        assert!(world.sent().is_empty() && world.outbox().is_empty());
    });
}

/// An import that is asked for letters writes them as for new mail.
#[test]
fn an_import_writes_letters_when_asked_for() {
    on_both(|world| {
        world.import(&[pothole().bytes()], true);
        world.settle();
        assert_eq!(world.sent().len(), 2);
    });
}

/// A mail that was imported and lies in the mailbox too is one ticket.
#[test]
fn an_imported_mail_that_also_arrives_is_one_ticket() {
    on_both(|world| {
        world.import(&[pothole().bytes()], false);
        world.receive(&pothole());
        world.settle();
        world.ticket();
        assert_eq!(world.states(), ["ticket", "filed"]);
        assert!(world.sent().is_empty());
    });
}

/// Many at once: each gets its own number, answer and notice.
#[test]
fn a_hundred_reports_are_a_hundred_tickets() {
    on_both(|world: &mut World| {
        for n in 0..100 {
            let from = format!("resident{n}@town{}.example", n % 10);
            world.receive(&pothole_number(n).from(&from));
        }
        world.settle();
        assert_eq!(world.tickets().len(), 100);
        assert_eq!((world.acknowledgements().len(), world.notices().len()), (100, 100));
    });
}

/// Two daemons on one PostgreSQL that read the same mailboxes at the same moment do the work once, and
/// neither is troubled by the other.
#[test]
fn two_daemons_on_one_store_do_the_work_once() {
    let mut world = World::new(Engine::Postgres);
    for batch in 0..5 {
        for n in 0..4 {
            let from = format!("resident{n}@town{batch}.example");
            world.receive(&pothole_number(batch * 4 + n).from(&from));
        }
        for round in world.round_of_two() {
            for (mailbox, passed) in round.mailboxes {
                passed.unwrap_or_else(|error| panic!("{mailbox}: {error}"));
            }
        }
    }
    world.settle();
    assert_eq!(world.tickets().len(), 20);
    assert_eq!((world.acknowledgements().len(), world.notices().len()), (20, 20));
}
