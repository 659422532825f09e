//! A mail that the server never hands over holds nobody up, and ends as a ticket that says where it lies.

use crate::office::{Kept, Mailbox, Office, both};
use crate::support::hostile_imap::HostileImap;
use crate::support::mails::mail;
use sportello::store::{mail as mails, tickets};

/// 103 fails every command that asks for it, alone or with others.
fn poisoned(answer: &str) -> String {
    format!(
        "MAILBOX 5\nC: * UID FETCH 101:105 *BODY.PEEK[]|* UID FETCH 103 *BODY.PEEK[]\n{answer}\n"
    )
}

/// The others are answered at the second pass, and later ones at once; the poisonous one is tried three
/// times, the last a quarter of an hour later, and is then in quarantine, with a ticket for staff.
#[tokio::test]
async fn a_mail_that_cannot_be_fetched_is_given_up_and_holds_nobody_up() {
    let answers = ["S: {tag} NO [SERVERBUG] Internal error", "S: * 3 FETCH (UID 103 <<<", "CLOSE"];
    let turns = both().flat_map(|kept| answers.map(|answer| (kept, answer)));
    for (kept, answer) in turns {
        let server = HostileImap::script(&poisoned(answer));
        let office = Office::reading(kept, &Mailbox::at(server.port())).await;
        office.round().await.expect_err("the batch fails");
        office.round().await.expect_err("101 and 102 come, 103 fails");
        let late = mail().from("Late <resident106@resident.example>").subject("Buca").text("Buca.");
        assert_eq!(server.deliver(&late.bytes()), 106);
        office.round().await.expect_err("106, 104 and 105 come, 103 fails");
        let answered = office.letters.sent().len();
        assert_eq!(answered, 5, "{answer}: everybody but one");
        let open = (103, "seen".to_owned());
        assert!(office.states().await.contains(&open), "{answer}: not yet given up");

        office.advance(16);
        office.round().await.expect_err("103 fails for the last time");
        let given_up = (103, "quarantined".to_owned());
        assert!(office.states().await.contains(&given_up), "{:?}", office.states().await);
        let passed = office.round().await.expect("nothing is left to fail");
        assert_eq!((passed.settled, passed.unaccounted), (0, 0), "{answer}");
        assert_eq!(office.letters.sent().len(), 5, "{answer}: nobody is answered twice");
        check_ticket(&office).await;
    }
}

async fn check_ticket(office: &Office) {
    let engine = &office.parts.engine;
    let quarantined = mails::quarantined(engine).await.expect("the quarantine");
    let [row] = quarantined.as_slice() else { panic!("one mail: {quarantined:?}") };
    let number = row.ticket.clone().expect("a ticket");
    let (_, ticket) = tickets::find(engine, &number).await.expect("the store").expect("the ticket");
    let facts = serde_json::to_string(&ticket.facts).expect("JSON");
    assert!(facts.contains("INBOX") && facts.contains("UID 103"), "{facts}");
    let reason = office.ledger().await.into_iter().find(|row| row.uid == 103).map(|row| row.reason);
    assert!(reason.is_some_and(|reason| reason.contains("does not hand it over")));
}

/// As long as the server hands over nothing at all, it is the server's fault and no mail's.
#[tokio::test]
async fn an_outage_gives_no_mail_up() {
    let outage = "C: * UID FETCH *BODY.PEEK[]\nS: {tag} NO [UNAVAILABLE] not now\nCONNECTION\n";
    let script = format!("MAILBOX 1\nCONNECTION\nCONNECTION\n{}", outage.repeat(12));
    let script = script.replacen("CONNECTION\nCONNECTION\n", "C: * XYZ\nCONNECTION\n", 1);
    let server = HostileImap::script(&script);
    let office = Office::reading(Kept::Sqlite, &Mailbox::at(server.port())).await;
    office.round().await.expect("before the outage");
    for uid in [102, 103] {
        let from = format!("resident{uid}@resident.example");
        let report = mail().from(&from).subject(&format!("Buca {uid}")).text("Una buca.");
        assert_eq!(server.deliver(&report.bytes()), uid);
    }
    for _ in 0..12 {
        office.round().await.expect_err("the outage");
        office.advance(10);
    }
    office.round().await.expect("after the outage");
    office.has_answered(&[101, 102, 103], "after the outage").await;
}

/// A mail that is larger than its server says is fetched in pieces, like any large one.
#[tokio::test]
async fn a_mail_whose_size_is_understated_comes_in_pieces() {
    let script = "C: * UID FETCH
S: * 1 FETCH (UID 101 RFC822.SIZE 10)
S: {tag} OK done
";
    for kept in both() {
        let server = HostileImap::script(script);
        let text = "Una riga di testo lunga abbastanza, ripetuta molte volte.\r\n".repeat(60_000);
        let large = mail().from("resident101@resident.example").subject("Buca").text(&text);
        server.deliver(&large.bytes());
        let office = Office::reading(kept, &Mailbox::at(server.port())).await;
        office.round().await.expect_err("a literal that is too large");
        office.round().await.expect("in pieces");
        office.has_answered(&[101], "in pieces").await;
    }
}
