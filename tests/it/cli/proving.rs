//! `verify`: it is silent while all is well, and names whatever is not.

use std::fs;

use sportello::domain::time::Timestamp;
use sportello::store;

use super::site::Site;
use crate::support::mails::mail;
use crate::support::stores::runtime;

/// Mails of several sorts, taken in and answered.
pub fn lived_in(site: &Site) {
    for sample in
        ["01-buca", "03-buca-aggiunta", "04-lampione", "13-fuori-ufficio", "17-illeggibile"]
    {
        let path = format!("{}/fixtures/demo/{sample}.eml", env!("CARGO_MANIFEST_DIR"));
        site.deliver(sample, &fs::read(path).unwrap());
    }
    site.deliver("big", &mail().text(&"La buca di via Roma 3 è profonda. ".repeat(60_000)).bytes());
    site.sportello(&["run", "--once"]).ok();
}

/// Does what nobody should: writes to the store behind the program's back.
pub fn tamper(site: &Site, sql: &'static str) {
    runtime().block_on(async {
        let store = store::open(&site.store_url(), Timestamp::from_millis(0)).await.unwrap();
        let mut tx = store.engine.begin().await.unwrap();
        for sql in sql.split(';') {
            tx.run(sql, Vec::new()).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
        tx.commit().await.unwrap();
        store.engine.close().await;
    });
}

/// After a day's work, and beside the daemon, there is nothing to find.
#[test]
fn a_store_that_was_worked_with_is_well() {
    for site in Site::both() {
        lived_in(&site);
        let said = site.sportello(&["verify", "--format", "json"]);
        let report = said.json();
        assert_eq!(report["well"], true, "{report}");
        assert!(report["checks"].as_array().unwrap().len() >= 9, "{report}");
        let _daemon = site.daemon();
        site.deliver("late", &mail().text("Il lampione di via Verdi 4 è spento.").bytes());
        site.sportello(&["verify"]).ok();
    }
}

/// What is written behind the program's back, the promise that it breaks, and where that shows. Each is done to
/// rows of its own, one after the other.
const WRONGS: [(&str, &str, &str); 16] = [
    (
        "UPDATE entry SET text = 'niente' WHERE id = (SELECT min(id) FROM entry)",
        "history",
        "-000001",
    ),
    (
        "DELETE FROM entry WHERE id = (SELECT min(entry.id) FROM entry
             JOIN ticket ON ticket.id = entry.ticket_id WHERE ticket.number LIKE '%-000002')",
        "tickets",
        "-000002",
    ),
    ("UPDATE raw_mail SET bytes = bytes + 1 WHERE id = 1", "raw mail", "raw mail 1"),
    (
        "UPDATE raw_piece SET data = (SELECT data FROM raw_piece WHERE raw_id = 1 AND piece = 0)
         WHERE raw_id = 2 AND piece = 0",
        "raw mail",
        "raw mail 2",
    ),
    (
        "UPDATE ledger SET state = 'lost' WHERE uid = (SELECT min(uid) FROM ledger)",
        "ledger",
        "ledger row",
    ),
    (
        "UPDATE ledger SET state = 'seen', settled_at = NULL, seen_at = seen_at - 7200000
         WHERE uid = (SELECT max(uid) FROM ledger)",
        "ledger",
        "UID",
    ),
    ("DELETE FROM ledger WHERE mail_id = 3", "mails", "mail 3"),
    ("UPDATE mail SET subject = subject", "server", "mailbox reports"),
    ("UPDATE mail SET ticket_id = 999 WHERE id = 1", "references", "mail 1"),
    (
        "DELETE FROM entry WHERE id = (SELECT max(entry.id) FROM entry
             JOIN ticket ON ticket.id = entry.ticket_id WHERE ticket.number LIKE '%-000003')",
        "history",
        "-000003",
    ),
    (WITHOUT_A_TRACE_MAIL, "mails", "mails were written down"),
    (WITHOUT_A_TRACE_TICKET, "tickets", "tickets were written down"),
    ("DELETE FROM ticket_serial", "tickets", "-000001"),
    (
        "UPDATE letter SET state = 'due', next_at = NULL, settled_at = NULL WHERE id = 1",
        "letters",
        "letter 1",
    ),
    ("UPDATE letter SET message_id = 'another@town.example' WHERE id = 2", "letters", "letter 2"),
    ("DELETE FROM letter_body WHERE letter_id = 2", "letters", "letter 2"),
];

/// A mail with everything that names it.
const WITHOUT_A_TRACE_MAIL: &str = "
    DELETE FROM ledger WHERE mail_id IN (SELECT id FROM mail WHERE outcome = 'filed');
    DELETE FROM mail WHERE outcome = 'filed'";

/// The last ticket with everything that names it.
const WITHOUT_A_TRACE_TICKET: &str = "
    DELETE FROM attempt WHERE letter_id IN
        (SELECT id FROM letter WHERE ticket_id = (SELECT max(id) FROM ticket));
    DELETE FROM letter WHERE ticket_id = (SELECT max(id) FROM ticket);
    DELETE FROM entry WHERE ticket_id = (SELECT max(id) FROM ticket);
    DELETE FROM ledger WHERE mail_id IN
        (SELECT id FROM mail WHERE ticket_id = (SELECT max(id) FROM ticket));
    DELETE FROM mail WHERE ticket_id = (SELECT max(id) FROM ticket);
    DELETE FROM ticket WHERE id = (SELECT max(id) FROM ticket)";

/// Whatever was changed behind the program's back is named, with where it is and what to do.
#[test]
fn whatever_is_wrong_is_named() {
    for site in Site::both() {
        lived_in(&site);
        let third = site.sportello(&["tickets", "list", "--format", "json"]).rows().remove(2);
        // Its history has a second line, which can be cut off.
        site.sportello(&["tickets", "take", third["number"].as_str().unwrap()]).ok();
        for (sql, check, place) in WRONGS {
            tamper(&site, sql);
            let said = site.sportello(&["verify", "--format", "json"]);
            assert_eq!(said.code, 1, "{sql}: {said:#?}");
            let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
            let findings = report["findings"].as_array().unwrap();
            let named = findings.iter().any(|finding| {
                let text = |key: &str| finding[key].as_str().unwrap();
                text("check") == check
                    && text("where").contains(place)
                    && !text("remedy").is_empty()
            });
            assert!(named, "{sql}: {report}");
        }
    }
}

/// A mailbox that cannot be read is said, and the rest is checked all the same; `--offline` asks nobody.
#[test]
fn a_server_that_cannot_be_reached_is_a_finding() {
    for site in Site::both() {
        lived_in(&site);
        fs::rename(site.path("mail"), site.path("elsewhere")).unwrap();
        let said = site.sportello(&["verify"]);
        assert!(said.failed(1).contains("1 thing"), "{said:#?}");
        assert!(said.out.contains("WRONG") && said.out.contains("mailbox reports"), "{said:#?}");
        site.sportello(&["verify", "--offline"]).ok();
    }
}

/// Pages of the file that the disk forgot are found, and what can still be read is checked.
#[test]
fn a_damaged_file_is_found() {
    let site = Site::sqlite();
    lived_in(&site);
    let path = site.path("store.db");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2 / 16_384 * 16_384;
    bytes[middle..middle + 16_384].fill(0x5a);
    fs::write(&path, bytes).unwrap();
    let said = site.sportello(&["verify", "--offline"]);
    assert_eq!(said.code, 1, "{said:#?}");
    assert!(said.out.contains("restore"), "{said:#?}");
}
