//! Letters that never arrive: somebody else reads their words; and answers that would go on for ever.

use sportello::domain::letter::LetterKind;

use super::course::{ROADS, tell};
use super::delivery::receipt;
use super::feedback::ROAD_FIRM;
use super::work::{FIRMS, TRUST, answer};
use super::{hours, lamp, pothole};
use crate::support::sent::Sent;
use crate::support::world::{REPORTS, World, on_both_with};

const STAFF: &str = "centrale@comune.example";

fn bounce(world: &mut World, lost: &Sent, n: u8) {
    world.receive_raw(REPORTS, &receipt(lost, "errore-consegna", n));
    world.settle();
}

fn after(world: &World, before: usize) -> Vec<Sent> {
    world.notices().split_off(before)
}

/// Protocol never heard of a claim: staff have its words, and pass them on.
#[test]
fn a_claim_that_was_lost_is_read_by_staff() {
    const PROTOCOL: &str = "[claims]\naddress = \"protocollo@comune.example\"\n";
    on_both_with(PROTOCOL, &TRUST, |world| {
        world.receive(&pothole().text(
            "Sono caduta in una buca in via Emilia 12 e mi sono rotta il polso: chiedo il risarcimento dei danni.",
        ));
        world.settle();
        let notices = world.notices();
        let claim = notices.iter().find(|it| it.recipient == "protocollo@comune.example").unwrap();
        bounce(world, claim, 1);
        let told = after(world, notices.len());
        let [told] = &told[..] else { panic!("expected one, found {told:?}") };
        assert_eq!(told.recipient, STAFF);
        assert!(told.says("Da valutare per il protocollo e l'assicurazione"), "{}", told.text);
        assert!(told.says("mi sono rotta il polso"), "{}", told.text);
    });
}

/// News of an order that the office never got: its deputy has them, not only the ticket that they are about.
#[test]
fn news_that_were_lost_are_read_by_the_deputy() {
    let rules = format!(
        "{FIRMS}[[office]]\nid = \"luci\"\nit = \"Servizio Luci\"\naddress = \"luci@comune.example\"\n\
         subcategories = [\"I01\", \"I02\"]\ndeputies = [{{ address = \"vice@comune.example\" }}]\n"
    );
    on_both_with(&rules, &TRUST, |world| {
        world.receive(&lamp());
        world.settle();
        let order = world.sent_of(LetterKind::WorkOrder).remove(0);
        world.receive(&answer(&order, "interventi@luce.example", "SOSPESO\nmanca il palo"));
        world.settle();
        let news = world.notices().pop().unwrap();
        assert_eq!(news.recipient, "luci@comune.example");
        let before = world.notices().len();
        bounce(world, &news, 1);
        let told = after(world, before);
        let deputy = told.iter().find(|it| it.recipient == "vice@comune.example").unwrap();
        assert!(deputy.says("manca il palo"), "{}", deputy.text);
        assert!(told.iter().any(|it| it.recipient == STAFF), "staff put the address right");
        // The deputy's is lost as well: staff have the words at last, and are told no more.
        bounce(world, deputy, 2);
        let last = world.notices().pop().unwrap();
        assert!(last.recipient == STAFF && last.says("manca il palo"), "{}", last.text);
        let before = world.notices().len();
        bounce(world, &last, 3);
        assert_eq!(world.notices().len(), before);
    });
}

/// A list of the day that the office never got is its deputy's to read.
#[test]
fn a_digest_that_was_lost_goes_to_the_deputy() {
    const DEPUTY: &str = "[[office]]\nid = \"piazze\"\nit = \"Servizio Piazze\"\naddress = \"piazze@comune.example\"\n\
                          subcategories = [\"S01\", \"S02\", \"S03\"]\ndeputies = [{ address = \"vice@comune.example\" }]\n";
    on_both_with(DEPUTY, &TRUST, |world| {
        world.settle();
        world.advance(hours(1));
        world.receive(&pothole());
        world.settle();
        world.advance(hours(24));
        world.settle();
        let digest = world.sent_of(LetterKind::Digest).remove(0);
        assert_eq!(digest.recipient, "piazze@comune.example");
        let before = world.notices().len();
        bounce(world, &digest, 1);
        let told = after(world, before);
        let deputy = told.iter().find(|it| it.recipient == "vice@comune.example").unwrap();
        assert!(deputy.says("2026-000001, via Emilia 12"), "{}", deputy.text);
        assert!(told.iter().any(|it| it.recipient == STAFF));
        // And when nobody stands behind, staff have it.
        bounce(world, deputy, 2);
        let last = world.notices().pop().unwrap();
        assert!(
            last.recipient == STAFF && last.says("2026-000001, via Emilia 12"),
            "{}",
            last.text
        );
    });
}

/// A machine in a colleague's name answers every answer: after four of a day it has no more, and staff hear of it once.
#[test]
fn answers_to_commands_do_not_go_on_for_ever() {
    on_both_with("", &TRUST, |world| {
        world.receive(&pothole());
        world.settle();
        let notice = world.notices().remove(0);
        let mut last = notice;
        for turn in 1..=8 {
            let text = format!("#nota {}", "ricevuto ".repeat(turn));
            world.receive(&answer(&last, ROADS, &text));
            world.settle();
            let notices = world.notices();
            last = notices.into_iter().rfind(|it| it.recipient == ROADS).unwrap();
        }
        let answers = world.notices().into_iter().filter(|it| it.says("nota aggiunta")).count();
        assert_eq!(answers, 4);
        let told: Vec<Sent> =
            world.notices().into_iter().filter(|it| it.recipient == STAFF).collect();
        let [told] = &told[..] else { panic!("expected one, found {told:?}") };
        assert!(told.says(ROADS), "{}", told.text);
        let notes = world.history("2026-000001");
        let notes = notes.iter().filter(|entry| entry.text.starts_with("ricevuto")).count();
        assert_eq!(notes, 8, "what they order is done all the same");
        world.advance(hours(25));
        world.receive(&answer(&last, ROADS, "#nota domani"));
        world.settle();
        assert!(world.notices().last().unwrap().says("nota aggiunta"));
    });
}

/// Who asks for money after the ticket was opened is marked like who did so at once.
#[test]
fn a_later_claim_marks_the_ticket() {
    on_both_with("", &[], |world| {
        world.receive(&pothole());
        world.settle();
        assert!(!world.ticket().facts.course.claim);
        let receipt = world.acknowledgements().remove(0);
        let text = "Ora ho bucato: vi chiedo i danni alla mia auto.";
        world.receive(&answer(&receipt, "anna@resident.example", text));
        world.settle();
        assert!(world.ticket().facts.course.claim);
    });
}

/// What a firm answered by certified mail is for protocol: the next morning's list names it, once.
#[test]
fn the_digest_lists_answers_by_certified_mail() {
    on_both_with(ROAD_FIRM, &TRUST, |world| {
        world.receive(&pothole());
        world.settle();
        tell(world, "2026-000001", "#ordina strada");
        let order = world.sent_of(LetterKind::WorkOrder).remove(0);
        world.advance(hours(1));
        world.receive_raw(REPORTS, &certified(&order));
        world.settle();
        let listed = |world: &World| {
            let digests = world.sent_of(LetterKind::Digest);
            digests.iter().filter(|it| it.says("Risposte di imprese arrivate per PEC: 1")).count()
        };
        world.advance(hours(24));
        world.settle();
        assert_eq!(listed(world), 1);
        world.advance(hours(24));
        world.settle();
        assert_eq!(listed(world), 1, "once");
    });
}

/// An answer of the firm inside the envelope of its provider (RFC 6109 section 2).
fn certified(order: &Sent) -> Vec<u8> {
    let (sender, id) = ("strada@strada.example", &order.message_id);
    format!(
        "From: \"Per conto di: {sender}\" <posta-certificata@gestore.example>\r\nTo: manutenzione@comune.example\r\n\
         Reply-To: {sender}\r\nDate: Thu, 12 Nov 2026 10:30:00 +0100\r\n\
         Message-ID: <outer-s@gestore.example>\r\nSubject: POSTA CERTIFICATA: ordine\r\n\
         Authentication-Results: mx.comune.example; dmarc=pass header.from=gestore.example\r\n\
         X-Trasporto: posta-certificata\r\nX-Riferimento-Message-ID: <inner-s@strada.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"M\"\r\n\r\n\
         --M\r\nContent-Type: text/plain\r\n\r\nMessaggio di posta certificata\r\n\
         --M\r\nContent-Type: application/xml; name=\"daticert.xml\"\r\n\r\n\
         <?xml version=\"1.0\"?><postacert tipo=\"posta-certificata\" errore=\"nessuno\"><intestazione>\
         <mittente>{sender}</mittente><oggetto>ordine</oggetto></intestazione></postacert>\r\n\
         --M\r\nContent-Type: message/rfc822\r\n\r\n\
         From: Strada <{sender}>\r\nTo: manutenzione@comune.example\r\nSubject: R: {}\r\n\
         Message-ID: <inner-s@strada.example>\r\nIn-Reply-To: <{id}>\r\nDate: Thu, 12 Nov 2026 10:29:00 +0100\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n\
         SOSPESO\r\nmanca il conglomerato\r\n--M--\r\n",
        order.subject
    )
    .into_bytes()
}
