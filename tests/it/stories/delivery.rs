//! What becomes known of a letter after a server took it.

use sportello::domain::letter::LetterKind;

use super::{lamp, pothole};
use crate::support::mails::mail;
use crate::support::sent::Sent;
use crate::support::world::{OURS, REPORTS, World, on_both, on_both_with};

/// Contractors with a second contact for when the first is not there.
const TWO_CONTACTS: &str = r#"
[[contractor]]
id = "luce"
name = "Luce Srl"
addresses = ["interventi@luce.example", "reperibile@luce.example"]
subcategories = ["I01", "I02"]
activation = "automatic"
"#;

/// A receipt of the certified mail system about a letter (RFC 6109 section 3).
pub(super) fn receipt(of: &Sent, kind: &str, n: u8) -> Vec<u8> {
    let (id, to) = (&of.message_id, &of.recipient);
    format!(
        "Return-Path: <>\r\nFrom: posta-certificata@gestore.example\r\nTo: {OURS}\r\n\
         Subject: CONSEGNA: {subject}\r\nDate: Thu, 12 Nov 2026 10:05:00 +0100\r\n\
         Message-ID: <receipt-{kind}-{n}@gestore.example>\r\nX-Ricevuta: {kind}\r\n\
         X-Riferimento-Message-ID: <{id}>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"B\"\r\n\r\n\
         --B\r\nContent-Type: text/plain\r\n\r\nRicevuta.\r\n\
         --B\r\nContent-Type: application/xml; name=\"daticert.xml\"\r\n\r\n\
         <?xml version=\"1.0\"?><postacert tipo=\"{kind}\" errore=\"nessuno\"><intestazione>\
         <mittente>{OURS}</mittente></intestazione><dati><identificativo>x{n}</identificativo>\
         <consegna>{to}</consegna></dati></postacert>\r\n--B--\r\n",
        subject = of.subject,
    )
    .into_bytes()
}

fn delivery_of(world: &World, kind: &str) -> Vec<String> {
    let of_kind = world.outbox().into_iter().filter(|letter| letter.kind == kind);
    of_kind.map(|letter| letter.delivery).collect()
}

/// The receipts of a letter sent over a certified account: its delivery state follows them, they open
/// nothing and nobody answers them.
#[test]
fn receipts_of_certified_mail_show_where_a_letter_is() {
    on_both(|world| {
        world.receive(&pothole());
        world.settle();
        let letter = world.acknowledgements().remove(0);
        assert_eq!(delivery_of(world, "acknowledgement"), [""]);
        let steps = [
            ("accettazione", "accepted"),
            ("preavviso-errore-consegna", "delayed"),
            ("avvenuta-consegna", "delivered"),
            // A receipt that was overtaken takes nothing back.
            ("presa-in-carico", "delivered"),
        ];
        for (n, (kind, expected)) in steps.into_iter().enumerate() {
            world.receive_raw(REPORTS, &receipt(&letter, kind, u8::try_from(n).unwrap()));
            world.settle();
            assert_eq!(delivery_of(world, "acknowledgement"), [expected], "{kind}");
        }
        assert_eq!(world.states()[1..], ["delivery_status"; 4]);
        assert_eq!((world.acknowledgement_states(), world.sent().len()), (vec!["sent".into()], 2));
        let history = world.history("2026-000001");
        assert!(
            history[3].text.contains("was delivered to anna@resident.example"),
            "{}",
            history[3].text
        );
    });
}

/// The second notice of lateness is final: it has the first one's name.
#[test]
fn a_second_notice_of_lateness_is_a_failure() {
    on_both(|world| {
        world.receive(&pothole());
        world.settle();
        let letter = world.acknowledgements().remove(0);
        for n in 0..2 {
            world.receive_raw(REPORTS, &receipt(&letter, "preavviso-errore-consegna", n));
            world.settle();
        }
        assert_eq!(world.acknowledgement_states(), ["failed"]);
        assert_eq!(delivery_of(world, "acknowledgement"), ["failed"]);
        let history = world.history("2026-000001");
        assert!(history[2].text.contains("did NOT get the confirmation"), "{}", history[2].text);
    });
}

/// A receipt that anybody can make up changes nothing.
#[test]
fn a_forged_receipt_changes_nothing() {
    on_both(|world| {
        world.receive(&pothole());
        world.settle();
        let mut letter = world.acknowledgements().remove(0);
        letter.message_id = letter.message_id.replacen("a.", "a.x", 1);
        world.receive_raw(REPORTS, &receipt(&letter, "errore-consegna", 0));
        world.settle();
        assert_eq!(delivery_of(world, "acknowledgement"), [""]);
        assert_eq!((world.states()[1].as_str(), world.sent().len()), ("filed", 2));
    });
}

/// A report that returns nothing of the letter names it by the envelope id that the server was given.
#[test]
fn a_report_finds_its_letter_by_the_envelope_id() {
    on_both(|world| {
        world.receive(&pothole());
        world.settle();
        let letter = world.acknowledgements().remove(0);
        let report = format!(
            "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: {OURS}\r\nSubject: Undeliverable\r\n\
             Date: Thu, 12 Nov 2026 10:05:00 +0100\r\nMessage-ID: <dsn@mx.example>\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"B\"\r\n\r\n\
             --B\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
             --B\r\nContent-Type: message/delivery-status\r\n\r\nOriginal-Envelope-Id: {id}\r\n\
             Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; other@mx.example\r\n\
             Action: failed\r\nStatus: 5.1.1\r\n\r\n--B--\r\n",
            id = letter.message_id,
        );
        world.receive_raw(REPORTS, report.as_bytes());
        world.settle();
        assert_eq!(world.acknowledgement_states(), ["failed"]);
    });
}

/// A contractor's address that fails: the next contact of the list gets the order, and the office is told.
#[test]
fn the_next_contact_gets_a_work_order_that_came_back() {
    on_both_with(TWO_CONTACTS, &[], |world| {
        world.receive(&lamp());
        world.settle();
        let order = world.sent_of(LetterKind::WorkOrder).remove(0);
        assert_eq!(order.recipient, "interventi@luce.example");
        world.receive_raw(REPORTS, &receipt(&order, "errore-consegna", 0));
        world.settle();
        let orders = world.sent_of(LetterKind::WorkOrder);
        let to: Vec<&str> = orders.iter().map(|order| order.recipient.as_str()).collect();
        assert_eq!(to, ["interventi@luce.example", "reperibile@luce.example"]);
        let told = world.notices().pop().unwrap();
        assert!(told.says("reperibile@luce.example"), "{}", told.text);
        // Nobody is left after the last one.
        world.receive_raw(REPORTS, &receipt(&orders[1], "errore-consegna", 1));
        world.settle();
        assert_eq!(world.sent_of(LetterKind::WorkOrder).len(), 2);
        let [.., lost, news] = &world.notices()[..] else { panic!("expected two") };
        assert!(lost.says("Va avvisata in un altro modo"), "{}", lost.text);
        assert!(news.says("NON è stato consegnato") && news.says("deve decidere"), "{}", news.text);
        assert_eq!(delivery_of(world, "work_order"), ["failed", "failed"]);
    });
}

/// A colleague passes a resident's mail on: the resident is the requester and gets the answer.
#[test]
fn a_forward_of_a_colleague_becomes_the_residents_ticket() {
    on_both(|world| {
        world.receive(
            &mail()
                .from("URP <urp@comune.example>")
                .to(OURS)
                .subject("I: buca in via Roma")
                .message_id("<inoltro@comune.example>")
                .text("Per competenza.\n\nDa: Ugo Bianchi <ugo@resident.example>\nInviato: giovedì 12 novembre 2026 09:10\nA: URP\nOggetto: buca in via Roma\n\nBuongiorno, in via Roma 3 si è aperta una buca nell'asfalto."),
        );
        world.settle();
        let ticket = world.ticket();
        assert_eq!(ticket.requester.address, "ugo@resident.example");
        assert_eq!(ticket.subject, "buca in via Roma");
        assert_eq!(world.acknowledgements()[0].recipient, "ugo@resident.example");
        let note = &world.history("2026-000001")[1];
        assert_eq!(
            (&*note.kind, &*note.author, &*note.text),
            ("note", "urp@comune.example", "Per competenza.")
        );
    });
}
