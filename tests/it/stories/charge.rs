//! Who is in charge and how they are spoken to: schools, districts, deputies, certified mail.

use std::fs;

use sportello::domain::decide::{Correction, Event};
use sportello::domain::letter::LetterKind;

use super::delivery::receipt;
use super::work::{FIRMS, TRUST, answer, orders_of};
use super::{hours, pothole};
use crate::support::mails::{RawMail, mail};
use crate::support::sent::Sent;
use crate::support::world::{OURS, REPORTS, World, on_both_with};

/// A school and the office that answers for schools, with hours of its own.
pub(super) const SCHOOL: &str = r#"
[[internal]]
id = "scuole"
it = "Istituto scolastico"
en = "School"
senders = ["preside@deamicis.example"]
contact = "Ufficio Scuole, interno 210"
[[office]]
id = "aule"
it = "Ufficio Scuole"
address = "aule@comune.example"
requesters = ["scuole"]
expected_days = 3
hours = "Tu,Fr 09:00-12:00; PH off"
"#;

pub(super) fn radiator() -> RawMail {
    mail()
        .to(OURS)
        .from("Dirigente scolastica <preside@deamicis.example>")
        .subject("Termosifoni freddi")
        .message_id("<termo@deamicis.example>")
        .text("Nella scuola De Amicis di via Roma 12 i termosifoni della 3B sono freddi da lunedì.")
}

fn recipients(letters: &[Sent]) -> Vec<&str> {
    letters.iter().map(|letter| letter.recipient.as_str()).collect()
}

/// A principal is answered as an institution: the school's own office, its hours, whom to call inside the house, and
/// none of what residents are told.
#[test]
fn a_school_principal_is_answered_as_an_institution() {
    on_both_with(SCHOOL, &[], |world| {
        world.receive(&radiator());
        world.settle();
        let ticket = world.ticket();
        assert_eq!(ticket.office, "aule");
        assert_eq!(ticket.facts.standing.group.as_deref(), Some("scuole"));
        let [letter] = &world.acknowledgements()[..] else { panic!("expected one") };
        assert_eq!(letter.recipient, "preside@deamicis.example");
        assert_eq!(letter.text.trim(), fs::read_to_string(golden("school.txt")).unwrap().trim());
        assert_eq!(recipients(&world.notices()), ["aule@comune.example"]);
        // Its list of the day leaves when it opens, not with the others'.
        world.advance(hours(24 * 7));
        world.settle();
        let listed = |world: &World| {
            recipients(&world.sent_of(LetterKind::Digest)).contains(&"aule@comune.example")
        };
        assert!(!listed(world), "a Thursday");
        world.advance(hours(24));
        world.settle();
        assert!(listed(world), "a Friday");
    });
}

/// A letter that a person has read.
fn golden(name: &str) -> String {
    format!("{}/fixtures/stories/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A colleague of the municipality's own domain is answered as one; in an emergency the 112 stands first all the same.
#[test]
fn a_colleague_is_answered_as_one() {
    on_both_with("", &[], |world| {
        world.receive(&pothole().from("Mario <mario@comune.example>"));
        let danger = "Si sente un forte odore di gas nella scuola De Amicis di via Roma 12.";
        let sent = mail().to(OURS).from("mario@comune.example").message_id("<gas@comune.example>");
        world.receive(&sent.subject("Gas").text(danger));
        world.settle();
        let [calm, danger] = &world.acknowledgements()[..] else { panic!("expected two") };
        assert!(calm.says("Gentile collega") && !calm.says("112"), "{}", calm.text);
        assert!(calm.says("Contatto interno: strade@comune.example"), "{}", calm.text);
        assert!(danger.text.lines().next().unwrap().contains("chiami subito il 112"));
    });
}

/// A district with an office of its own, by the street register; another street is the whole town's.
#[test]
fn a_district_has_its_own_office() {
    const NORTH: &str = r#"
[[office]]
id = "nord"
it = "Municipio Nord"
address = "nord@comune.example"
categories = ["infrastructure"]
districts = ["NORD"]
"#;
    let dir = tempfile::tempdir().unwrap();
    let register = dir.path().join("viario.csv");
    let streets = "Odonimo;Frazione\nVia Emilia;Nord\nVia Roma;Centro\n";
    fs::write(&register, streets).unwrap();
    let settings = [("places.register", register.to_str().unwrap())];
    on_both_with(NORTH, &settings, |world| {
        world.receive(&pothole());
        world.receive(&super::pothole_number(7));
        world.settle();
        let offices: Vec<String> = world.tickets().into_iter().map(|it| it.office).collect();
        assert_eq!(offices, ["nord", "strade"]);
        let mut told =
            recipients(&world.notices()).into_iter().map(str::to_owned).collect::<Vec<_>>();
        told.sort();
        assert_eq!(told, ["nord@comune.example", "strade@comune.example"]);
        assert!(world.acknowledgements()[0].says("Municipio Nord"));
    });
}

/// On the deputy's days the deputy hears instead of the office, may give orders, and reads the digest; a notice that
/// bounces goes to the one who stands behind, then to staff.
#[test]
fn a_deputy_stands_in_on_holidays_and_where_mail_bounces() {
    const DEPUTIES: &str = r#"
[[office]]
id = "piazze"
it = "Servizio Piazze"
address = "piazze@comune.example"
subcategories = ["S01", "S02", "S03"]
deputies = [
  { address = "vice@comune.example", valid_from = "2026-11-13", valid_to = "2026-11-15" },
  { address = "riserva@comune.example" },
]
"#;
    on_both_with(DEPUTIES, &TRUST, |world| {
        world.receive(&pothole());
        world.settle();
        assert_eq!(recipients(&world.notices()), ["piazze@comune.example"]);
        world.advance(hours(24));
        world.receive(&super::pothole_number(2));
        world.settle();
        let notices = world.notices();
        assert_eq!(recipients(&notices[1..]), ["vice@comune.example"]);
        let digest = world.sent_of(LetterKind::Digest);
        assert!(recipients(&digest).contains(&"vice@comune.example"), "{:?}", recipients(&digest));
        world.receive(&answer(&notices[1], "vice@comune.example", "#categoria verde"));
        world.settle();
        assert_eq!(world.tickets()[1].office, "verde");
        // Days later the office's mailbox is gone.
        world.advance(hours(24 * 4));
        world.settle();
        let before = world.notices().len();
        world.receive(&super::pothole_number(90).from("Bruno <bruno@resident.example>"));
        world.settle();
        for n in 0..3 {
            let last = world.notices().pop().unwrap();
            world.receive_raw(REPORTS, &receipt(&last, "errore-consegna", n));
            world.settle();
        }
        let told = world.notices();
        // The one whose days are over is not asked.
        let stands_in = ["piazze", "centrale", "riserva", "centrale"];
        let stands_in = stands_in.map(|name| format!("{name}@comune.example"));
        assert_eq!(recipients(&told[before..]), stands_in);
        assert!(told[before + 1].says("riserva@comune.example"), "{}", told[before + 1].text);
    });
}

/// Who writes by certified mail is answered there, from the receipt to the closing; the firm has a certified address.
#[test]
fn a_certified_requester_and_a_certified_contractor() {
    let rules = FIRMS.replace("faro@faro.example", "faro@pec.example");
    let rules = rules.replace("interventi@luce.example", "luce@pec.example");
    on_both_with(&rules, &TRUST, |world| {
        world.receive_raw(REPORTS, &certified());
        world.settle();
        let [letter] = &world.acknowledgements()[..] else { panic!("expected one") };
        assert_eq!(letter.recipient, "studio.verdi@pec.example");
        let [order] = &world.sent_of(LetterKind::WorkOrder)[..] else { panic!("expected one") };
        assert_eq!(order.recipient, "luce@pec.example");
        assert!(!order.says("verdi") && !order.says("Verdi"), "{}", order.text);
        world.receive(&answer(order, "luce@pec.example", "ESEGUITO"));
        world.settle();
        world.close("2026-000001", None);
        world.settle();
        let [closing] = &world.sent_of(LetterKind::Closing)[..] else { panic!("expected one") };
        assert_eq!(closing.recipient, "studio.verdi@pec.example");
    });
}

/// A certified mail: the person's words lie inside, the outer sender is their provider (RFC 6109 section 2).
fn certified() -> Vec<u8> {
    let sender = "studio.verdi@pec.example";
    format!(
        "From: \"Per conto di: {sender}\" <posta-certificata@gestore.example>\r\nTo: {OURS}\r\n\
         Reply-To: {sender}\r\nDate: Thu, 12 Nov 2026 09:30:00 +0100\r\n\
         Message-ID: <outer@gestore.example>\r\nSubject: POSTA CERTIFICATA: Lampione spento\r\n\
         X-Trasporto: posta-certificata\r\nX-Riferimento-Message-ID: <inner@pec.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"M\"\r\n\r\n\
         --M\r\nContent-Type: text/plain\r\n\r\nMessaggio di posta certificata\r\n\
         --M\r\nContent-Type: application/xml; name=\"daticert.xml\"\r\n\r\n\
         <?xml version=\"1.0\"?><postacert tipo=\"posta-certificata\" errore=\"nessuno\"><intestazione>\
         <mittente>{sender}</mittente><oggetto>Lampione spento</oggetto></intestazione></postacert>\r\n\
         --M\r\nContent-Type: message/rfc822\r\n\r\n\
         From: Studio Verdi <{sender}>\r\nTo: {OURS}\r\nSubject: Lampione spento\r\n\
         Message-ID: <inner@pec.example>\r\nDate: Thu, 12 Nov 2026 09:29:00 +0100\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n\
         Il lampione in via Garibaldi 40 è spento da giovedì.\r\n--M--\r\n"
    )
    .into_bytes()
}

/// Where somebody must be let in, the firm learns the name and the number of who reported, why, and nothing else.
#[test]
fn a_contact_on_the_spot_is_named_with_its_reason() {
    let rules = format!("{FIRMS}[contact_on_site]\nI01 = \"bisogna farsi aprire il cortile\"\n");
    on_both_with(&rules, &TRUST, |world| {
        world.receive(&super::lamp());
        world.settle();
        let [order] = &world.sent_of(LetterKind::WorkOrder)[..] else { panic!("expected one") };
        let contact = "Anna Rossi, 333 0123456 (motivo: bisogna farsi aprire il cortile)";
        assert!(order.says(contact), "{}", order.text);
        assert!(!order.says("resident.example"), "{}", order.text);
        assert_eq!(
            order.text.matches("333").count(),
            1,
            "the description stays without: {}",
            order.text
        );
        let history = world.history("2026-000001");
        assert!(history.iter().any(|entry| entry.text.contains("bisogna farsi aprire")));
    });
}

/// A firm's own hours move the end of its answer, not the order itself; the place that staff correct is sent after it.
#[test]
fn a_firm_answers_in_its_own_hours_and_hears_of_a_corrected_place() {
    let rules =
        FIRMS.replace("answer_minutes = 30", "answer_minutes = 30\nhours = \"We 10:00-11:00\"");
    on_both_with(&rules, &TRUST, |world| {
        world.receive(&super::lamp());
        world.settle();
        let orders = world.sent_of(LetterKind::WorkOrder);
        // Thursday: its next day of work is Wednesday, and the working day after that is a week later.
        assert!(
            orders[0].says("entro mercoledì 25 novembre 2026 alle ore 11:00"),
            "{}",
            orders[0].text
        );
        let place = Some("via Po 3".to_owned());
        world.correct("2026-000001", &Correction { place, ..Correction::default() });
        world.settle();
        let orders = world.sent_of(LetterKind::WorkOrder);
        assert_eq!(orders.len(), 3, "both addresses hear of it");
        for again in &orders[1..] {
            assert!(again.says("via Po 3") && again.says("2026-000001/1"), "{}", again.text);
        }
        assert_eq!(orders_of(world).len(), 1);
    });
}

/// What staff took back they may order again from the same firm; what repeats another ticket gets no order of its own.
#[test]
fn an_order_is_taken_back_ordered_again_and_never_twice() {
    on_both_with(FIRMS, &TRUST, |world| {
        world.receive(&super::lamp());
        world.settle();
        let tell = |world: &mut World, number: &str, text: &str| {
            world.handle(number, &Event::StaffSaid { text }).reasons.join("; ")
        };
        let refused = tell(world, "2026-000001", "#ordina");
        assert!(refused.contains("2026-000001/1"), "{refused}");
        tell(world, "2026-000001", "#ritira ordine");
        tell(world, "2026-000001", "#ordina");
        let firms: Vec<String> = orders_of(world).into_iter().map(|it| it.contractor).collect();
        assert_eq!(firms, ["luce", "luce"]);
        world.receive(
            &super::lamp().from("bruno@resident.example").message_id("<2@resident.example>"),
        );
        world.settle();
        tell(world, "2026-000002", "#duplicato di 2026-000001");
        let refused = tell(world, "2026-000002", "#ordina");
        assert!(refused.contains("2026-000001"), "{refused}");
        assert_eq!(orders_of(world).len(), 2);
    });
}

/// Whoever writes after a fall, or has a lawyer write, gets their ticket and a receipt that admits nothing; protocol
/// hears of it.
#[test]
fn a_claim_goes_to_protocol_and_admits_nothing() {
    const PROTOCOL: &str = "[claims]\naddress = \"protocollo@comune.example\"\n";
    on_both_with(PROTOCOL, &[], |world| {
        world.receive(&pothole().text(
            "Sono caduta in una buca in via Emilia 12 e mi sono rotta il polso: chiedo il risarcimento dei danni.",
        ));
        world.settle();
        let ticket = world.ticket();
        assert!(ticket.facts.course.claim && ticket.office == "strade");
        let notices = world.notices();
        assert!(recipients(&notices).contains(&"protocollo@comune.example"), "{notices:?}");
        let receipt = world.acknowledgements().remove(0);
        for word in ["scus", "colpa", "responsab", "danno", "dispiace", "polso"] {
            assert!(!receipt.text.to_lowercase().contains(word), "{word}: {}", receipt.text);
        }
        assert!(receipt.says("richieste di risarcimento vanno presentate al protocollo"));
        // Somebody else's hole, and the claim comes later.
        let from = "bruno@resident.example";
        world.receive(&super::pothole_number(90).from(from));
        world.settle();
        let told = |world: &World| {
            let all = world.notices();
            recipients(&all).into_iter().filter(|to| *to == "protocollo@comune.example").count()
        };
        assert_eq!(told(world), 1);
        let receipt = world.acknowledgements().remove(1);
        world.receive(&answer(&receipt, from, "Ora ho bucato: vi chiedo i danni alla mia auto."));
        world.settle();
        assert_eq!((world.tickets().len(), told(world)), (2, 2));
    });
}
