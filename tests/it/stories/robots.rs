//! What no person wrote is kept, opens nothing and is answered by nothing; what nobody can read is
//! given to a person.

use sportello::domain::letter::LetterKind;
use sportello::domain::rules::Category;
use sportello::domain::ticket::Status;
use sportello::intake::read::{Circumstances, read};
use sportello::store::mail::quarantined;

use super::{LIGHTING, lamp, pothole};
use crate::support::mails::{RawMail, mail};
use crate::support::sent::Sent;
use crate::support::world::{OURS, REPORTS, World, on_both, on_both_with};

/// What a mail system sends back for a letter (RFC 3464).
pub(super) fn bounce(of: &Sent, action: &str, status: &str) -> Vec<u8> {
    let head = String::from_utf8_lossy(&of.bytes);
    let head = head.split("\r\n\r\n").next().unwrap();
    format!(
        "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\r\nTo: {OURS}\r\n\
         Subject: Undelivered Mail Returned to Sender\r\nDate: Thu, 12 Nov 2026 10:05:00 +0100\r\n\
         Message-ID: <bounce-{status}@mx.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"B\"\r\n\r\n\
         --B\r\nContent-Type: text/plain\r\n\r\nThis is the mail system.\r\n\
         --B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; {to}\r\nAction: {action}\r\nStatus: {status}\r\n\
         Diagnostic-Code: smtp; 550 User unknown\r\n\r\n\
         --B\r\nContent-Type: text/rfc822-headers\r\n\r\n{head}\r\n\r\n--B--\r\n",
        to = of.recipient,
    )
    .into_bytes()
}

fn acknowledged_pothole(world: &mut World) -> Sent {
    world.receive(&pothole());
    world.settle();
    world.acknowledgements().remove(0)
}

/// An answering machine gets no answer: two of them would write for ever.
#[test]
fn an_absence_notice_opens_nothing_and_is_not_answered() {
    on_both(|world| {
        let letter = acknowledged_pothole(world);
        world.receive(
            &pothole()
                .message_id("<assente@resident.example>")
                .subject(&format!("Risposta automatica: {}", letter.subject))
                .header("In-Reply-To", &format!("<{}>", letter.message_id))
                .header("Auto-Submitted", "auto-replied")
                .text("Sono assente fino al 27 novembre."),
        );
        world.settle();
        assert_eq!(world.states(), ["ticket", "filed"]);
        assert_eq!(world.sent().len(), 2);
    });
}

/// An acknowledgement that bounces is marked as failed, stands in the ticket, and staff are told once.
#[test]
fn a_bounce_of_our_letter_marks_it_and_tells_staff() {
    on_both(|world| {
        let letter = acknowledged_pothole(world);
        world.receive_raw(REPORTS, &bounce(&letter, "failed", "5.1.1"));
        world.settle();
        assert_eq!(world.states(), ["ticket", "delivery_status"]);
        assert_eq!(world.acknowledgement_states(), ["failed"]);
        let history = world.history("2026-000001");
        assert_eq!(history[1].kind, "delivery_status");
        assert!(history[1].text.contains("550 User unknown"), "{}", history[1].text);
        let notice = world.notices().remove(1);
        assert_eq!(notice.recipient, "strade@comune.example");
        assert!(notice.says("NON ha ricevuto la conferma"), "{}", notice.text);
        // A second report of the same failure tells nobody anew.
        world.receive_raw(REPORTS, &bounce(&letter, "failed", "5.1.10"));
        world.settle();
        assert_eq!(world.sent().len(), 3);
        world.ticket();
    });
}

/// A delay is noted and changes no letter's state: it may still arrive.
#[test]
fn a_delay_report_is_noted_and_fails_nothing() {
    on_both(|world| {
        let letter = acknowledged_pothole(world);
        world.receive_raw(REPORTS, &bounce(&letter, "delayed", "4.4.1"));
        world.settle();
        assert_eq!(world.states(), ["ticket", "delivery_status"]);
        assert_eq!((world.acknowledgement_states(), world.sent().len()), (vec!["sent".into()], 2));
    });
}

/// A bounce names its letter by the signed envelope address when it returns nothing of it.
#[test]
fn a_bounce_to_the_signed_envelope_names_its_letter() {
    on_both_with("", &[("smtp.acknowledgement_envelope", "verp")], |world| {
        let letter = acknowledged_pothole(world);
        let back_to = letter.envelope_from.clone().expect("an address");
        assert!(back_to.starts_with("segnalazioni+a."), "{back_to}");
        let text = String::from_utf8(bounce(&letter, "failed", "5.1.1")).unwrap();
        let (report, _returned) =
            text.split_once("--B\r\nContent-Type: text/rfc822-headers").unwrap();
        let report = report.replace(&format!("To: {OURS}"), &format!("To: {back_to}"));
        world.receive_raw(REPORTS, format!("{report}--B--\r\n").as_bytes());
        world.settle();
        assert_eq!(world.acknowledgement_states(), ["failed"]);
    });
}

/// A bounce that anybody can make up changes nothing.
#[test]
fn a_forged_bounce_changes_nothing() {
    on_both(|world| {
        let mut letter = acknowledged_pothole(world);
        // The head of the letter with one character of its signature changed.
        let text = String::from_utf8(letter.bytes.clone()).unwrap();
        let id = letter.message_id.clone();
        let last = id.split('@').next().unwrap().chars().last().unwrap();
        let other = if last == 'a' { "b@" } else { "a@" };
        let forged = id.replacen(&format!("{last}@"), other, 1);
        letter.bytes = text.replace(&id, &forged).into_bytes();
        world.receive_raw(REPORTS, &bounce(&letter, "failed", "5.1.1"));
        world.settle();
        assert_eq!(world.states(), ["ticket", "filed"]);
        assert_eq!((world.acknowledgement_states(), world.sent().len()), (vec!["sent".into()], 2));
        assert_eq!(world.history("2026-000001").len(), 1);
    });
}

/// Newsletters are kept and open nothing.
#[test]
fn a_list_opens_nothing_and_is_not_answered() {
    on_both(|world| {
        world.receive(
            &mail()
                .from("Strade & Cantieri <redazione@notiziari.example>")
                .subject("Strade & Cantieri n. 46: buche e asfalti")
                .header("List-Id", "<strade.notiziari.example>")
                .header("List-Unsubscribe", "<https://notiziari.example/via>")
                .header("Precedence", "bulk")
                .text("In questo numero: buche. Per non ricevere più questo notiziario: via."),
        );
        world.settle();
        assert_eq!(world.states(), ["filed"]);
        assert!(world.outbox().is_empty());
    });
}

/// Every letter of ours that comes back (a forward, an office that is a mailbox of ours) ends there.
#[test]
fn our_own_letters_coming_back_open_nothing() {
    on_both(|world| {
        acknowledged_pothole(world);
        for letter in world.sent() {
            world.receive_raw(REPORTS, &letter.bytes);
        }
        world.settle();
        assert_eq!(world.states(), ["ticket", "filed", "filed"]);
        assert_eq!(world.sent().len(), 2);
    });
}

/// A lift that reports its own fault gets a ticket and no thanks.
#[test]
fn a_machines_alarm_is_a_ticket_without_an_answer() {
    let rules = "[alarm]\nsenders = [\"telecontrollo.example\"]\n";
    on_both_with(rules, &[], |world| {
        world.receive(
            &mail()
                .from("impianti@telecontrollo.example")
                .subject("ALLARME ascensore 0417 - cabina ferma fuori piano")
                .header("Auto-Submitted", "auto-generated")
                .text("Impianto: 0417 ascensore centro civico\nEvento: cabina ferma fuori piano"),
        );
        world.settle();
        world.ticket();
        assert!(world.acknowledgements().is_empty());
        assert!(world.notices()[0].says("La ricevuta al richiedente non è partita"));
    });
}

/// What no rule can read is kept in quarantine with a minimal ticket: staff see it, nobody is answered.
#[test]
fn an_unreadable_mail_is_quarantined_with_a_ticket_for_staff() {
    on_both(|world| {
        world.receive_raw(REPORTS, &noise());
        world.settle();
        let ticket = world.ticket();
        assert_eq!((ticket.status, ticket.category), (Status::ToCheck, None));
        assert_eq!(world.states(), ["quarantined"]);
        assert!(world.acknowledgements().is_empty());
        let notice = world.notices().remove(0);
        assert_eq!(notice.recipient, "centrale@comune.example");
        assert!(notice.says("quarantena"), "{}", notice.text);
        // Read again by the same program it stays where it is.
        assert_eq!(world.read_again(), [false]);
        world.settle();
        assert_eq!((world.states(), world.sent().len()), (vec!["quarantined".into()], 1));
    });
}

/// A quarantined mail that a better program can read gets its words and its category; its writer, the
/// office and the contractor hear of it as of a new one.
#[test]
fn a_quarantined_mail_that_can_be_read_after_all_is_answered() {
    // Whoever had the notice of the unreadable mail is also the one who answers for the lamp.
    on_both_with(LIGHTING, &[("organisation.staff", "impianti@comune.example")], |world| {
        world.receive_raw(REPORTS, &noise());
        world.settle();
        read_as(world, &lamp());
        world.settle();
        assert_eq!(world.states(), ["ticket"]);
        let ticket = world.ticket();
        assert_eq!((ticket.status, ticket.category), (Status::Ordered, Some(Category::Plant)));
        assert_eq!(ticket.requester.address, "anna@resident.example");
        assert_eq!(world.acknowledgements()[0].recipient, "anna@resident.example");
        assert_eq!(world.sent_of(LetterKind::WorkOrder).len(), 1);
        assert!(world.notices()[1].says("Buongiorno, il lampione"));
    });
}

/// What a better reader would make of the quarantined mail: the same mail, with these words.
fn read_as(world: &mut World, mail: &RawMail) {
    let (runtime, parts) = world.parts();
    runtime.block_on(async {
        let row = quarantined(&parts.engine).await.unwrap().remove(0);
        let circumstances = Circumstances {
            received_at: row.received_at,
            mailbox: row.mailbox.clone(),
            rescan: false,
            history_before: None,
            letters: true,
            oversize: false,
        };
        let desk = &parts.clerk.desk;
        let mut arrival = read(desk, &mail.bytes(), circumstances.clone());
        arrival.content_key = read(desk, &noise(), circumstances).content_key;
        let mut tx = parts.engine.begin().await.unwrap();
        let number = row.ticket.clone().unwrap();
        let now = parts.clock.now();
        parts.clerk.record_again(&mut tx, &row, &number, &arrival, now).await.unwrap();
        tx.commit().await.unwrap();
    });
}

/// 4 KiB that are neither a header nor a text.
pub(super) fn noise() -> Vec<u8> {
    let mut state = 0x2545_f491_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    };
    (0..4096).map(|_| next()).collect()
}
