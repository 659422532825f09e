//! Lists and what they hold: every key that the contract names, of its type, on both engines.

use serde_json::Value;
use sportello::domain::time::Timestamp;

use super::site::{Said, Site};
use crate::support::mails::mail;

const TICKET_KEYS: [&str; 11] = [
    "number",
    "category",
    "subcategory",
    "urgency",
    "status",
    "requester",
    "subject",
    "place",
    "received_at",
    "message_id",
    "mailbox",
];

fn lamp() -> Vec<u8> {
    mail()
        .from("\"Rossi, Anna\" <Anna@resident.example>")
        .subject("Lampione spento, \"buio\"")
        .message_id("<lamp@resident.example>")
        .text("Buongiorno,\nin via Roma 12 il lampione è spento da ieri.\nAnna")
        .bytes()
}

fn hole() -> Vec<u8> {
    mail()
        .from("ugo@resident.example")
        .subject("=Buca")
        .text("Buongiorno, c'è una buca profonda nell'asfalto di via Verdi 3.")
        .bytes()
}

fn is_utc(value: &Value) -> bool {
    value.as_str().is_some_and(|text| Timestamp::parse(text).is_some() && text.ends_with('Z'))
}

/// A table, an array and a CSV of the same rows; gives the array.
fn three_ways(site: &Site, list: &[&str], first: &str) -> Vec<Value> {
    let with = |format| {
        let mut args = list.to_vec();
        args.extend(["--format", format]);
        site.sportello(&args)
    };
    let rows = with("json").rows();
    let csv: Said = with("csv");
    let mut lines = csv.ok().lines();
    assert!(lines.next().is_some_and(|head| head.starts_with(&format!("{first},"))), "{csv:#?}");
    assert_eq!(lines.count(), rows.len(), "{csv:#?}");
    assert!(with("table").ok().contains(first));
    rows
}

/// `run --once` and then `tickets list`: one row a ticket, every key, addresses bare, times in UTC.
#[test]
fn tickets_are_listed_as_the_contract_says() {
    for site in Site::both() {
        site.deliver("lamp", &lamp());
        site.deliver("hole", &hole());
        let said = site.sportello(&["run", "--once"]);
        assert!(said.ok().contains("reports: 2 new, 0 unaccounted for"), "{said:#?}");
        let rows = three_ways(&site, &["tickets", "list"], "number");
        assert_eq!(rows.len(), 2);
        for row in &rows {
            for key in TICKET_KEYS {
                assert!(row.get(key).is_some(), "no {key} in {row:#}");
            }
            assert!(is_utc(&row["received_at"]), "{row:#}");
            assert_eq!(row["mailbox"], "reports");
            assert_eq!(row["status"], "received");
        }
        let lamp = &rows[0];
        assert_eq!(lamp["requester"].as_str().unwrap().to_lowercase(), "anna@resident.example");
        assert_eq!(lamp["category"], "plant");
        assert_eq!(lamp["subcategory"], "I01");
        assert!(["normal", "high"].contains(&lamp["urgency"].as_str().unwrap()), "{lamp:#}");
        assert_eq!(lamp["subject"], "Lampione spento, \"buio\"");
        assert_eq!(lamp["message_id"], "lamp@resident.example");
        assert!(lamp["place"].as_str().unwrap().contains("via Roma 12"), "{lamp:#}");
        assert_eq!(rows[1]["message_id"], Value::Null);
        let csv = site.sportello(&["tickets", "export"]);
        assert!(csv.ok().contains("\"Lampione spento, \"\"buio\"\"\""), "{csv:#?}");
        assert!(csv.ok().contains("'=Buca"), "no spreadsheet takes a subject for a formula");
        let numbers: Vec<String> =
            site.sink.mails().iter().filter_map(|m| m.header("Subject")).collect();
        assert_eq!(numbers.len(), 4, "two acknowledgements, two notices: {numbers:?}");
    }
}

/// `outbox list`: every letter with the contract's keys; the recipients are those that the server saw.
#[test]
fn letters_are_listed_as_the_contract_says() {
    for site in Site::both() {
        site.deliver("lamp", &lamp());
        site.sportello(&["run", "--once"]).ok();
        let rows = three_ways(&site, &["outbox", "list"], "id");
        let mut listed: Vec<(String, String)> = Vec::new();
        for row in &rows {
            assert!(row["id"].is_i64() && row["attempts"] == 1, "{row:#}");
            assert!(["acknowledgement", "staff_notice"].contains(&row["kind"].as_str().unwrap()));
            assert_eq!(row["state"], "sent");
            assert!(row["ticket"].as_str().unwrap().len() == "2026-000001".len(), "{row:#}");
            let text = |key: &str| row[key].as_str().unwrap().to_owned();
            listed.push((text("recipient"), format!("<{}>", text("message_id"))));
        }
        let mut taken: Vec<(String, String)> = site
            .sink
            .mails()
            .iter()
            .map(|mail| (mail.recipients.join(","), mail.header("Message-ID").unwrap()))
            .collect();
        listed.sort();
        taken.sort();
        assert_eq!(listed, taken);
        let none = site.sportello(&["outbox", "list", "--state", "failed", "--format", "json"]);
        assert!(none.rows().is_empty());
    }
}

/// `tickets correct` and `close` change the ticket and its history; lists still give the closed one.
#[test]
fn corrected_and_closed_tickets_stay_in_the_lists() {
    for site in Site::both() {
        site.deliver("lamp", &lamp());
        site.sportello(&["run", "--once"]).ok();
        let listed = || site.sportello(&["tickets", "list", "--format", "json"]).rows().remove(0);
        let number = listed()["number"].as_str().unwrap().to_owned();
        let correct = ["tickets", "correct", &number, "--subcategory", "S01", "--urgency", "high"];
        site.sportello(&correct).ok();
        let row = listed();
        assert_eq!(
            (&row["category"], &row["subcategory"]),
            (&"infrastructure".into(), &"S01".into())
        );
        assert_eq!(row["urgency"], "high");
        site.sportello(&["tickets", "correct", &number, "--place", "piazza Verdi 1"]).ok();
        assert_eq!(listed()["place"], "piazza Verdi 1");
        site.sportello(&["tickets", "close", &number, "--note", "fatto da noi"]).ok();
        assert_eq!(listed()["status"], "closed");
        let again = site.sportello(&["tickets", "close", &number]);
        assert!(again.failed(1).contains(&number), "{again:#?}");
        let only = |status| {
            site.sportello(&["tickets", "list", "--status", status, "--format", "json"])
                .rows()
                .len()
        };
        assert_eq!((only("closed"), only("received")), (1, 0));
        assert!(
            site.sportello(&["tickets", "list"]).ok().contains(&number),
            "the table has it too"
        );
        let story = site.sportello(&["tickets", "show", &number]);
        for word in ["piazza Verdi 1", "fatto da noi", "infrastructure / S01", "acknowledgement"] {
            assert!(story.ok().contains(word), "expected {word} in {story:#?}");
        }
    }
}

/// `explain` finds a ticket by its number, a mail by its Message-ID however written, a row of the ledger.
#[test]
fn a_mail_is_explained_by_any_of_its_names() {
    for site in Site::both() {
        site.deliver("lamp", &lamp());
        site.sportello(&["run", "--once"]).ok();
        let row = site.sportello(&["tickets", "list", "--format", "json"]).rows().remove(0);
        let number = row["number"].as_str().unwrap();
        for id in [number, "lamp@resident.example", "<lamp@resident.example>", "1"] {
            let said = site.sportello(&["explain", id]);
            for word in [number, "Lampione", "a person wrote it", "acknowledgement", "attempt 1"] {
                assert!(said.ok().contains(word), "{id}: expected {word} in {said:#?}");
            }
        }
    }
}

/// `quarantine`: an unreadable mail is listed, shown byte by byte, and stays when it still cannot be read.
#[test]
fn unreadable_mails_can_be_seen_and_tried_again() {
    for site in Site::both() {
        let raw = b"\0\x01\xff\xfe no mail at all";
        site.deliver("noise", raw);
        site.sportello(&["run", "--once"]).ok();
        let rows = three_ways(&site, &["quarantine", "list"], "id");
        assert_eq!(rows.len(), 1);
        assert!(is_utc(&rows[0]["received_at"]) && rows[0]["mailbox"] == "reports");
        let id = rows[0]["id"].to_string();
        let shown = site.sportello(&["quarantine", "show", &id]);
        shown.ok();
        assert_eq!(shown.raw, raw);
        let retried = site.sportello(&["quarantine", "retry", &id]);
        assert!(retried.failed(1).contains(&id), "{retried:#?}");
        let tickets = site.sportello(&["tickets", "list", "--format", "json"]).rows();
        assert_eq!(tickets[0]["number"], rows[0]["ticket"], "nobody is ignored");
        let status = site.sportello(&["status", "--format", "json"]).json();
        assert_eq!(status["quarantine"], 1);
    }
}

/// `status` counts what there is: mailboxes before and after their first pass, letters, tickets.
#[test]
fn the_status_counts() {
    for mut site in Site::both() {
        let before = site.sportello(&["status", "--format", "json"]).json();
        let mailbox = &before["mailboxes"][0];
        assert_eq!((&mailbox["name"], &mailbox["connected"]), (&"reports".into(), &false.into()));
        assert_eq!(mailbox["last_pass_at"], Value::Null);
        assert_eq!(mailbox["unaccounted"], 0);
        assert_eq!(before["quarantine"], 0);
        site.deliver("lamp", &lamp());
        site.sink.stop();
        let said = site.sportello(&["run", "--once"]);
        assert!(said.failed(1).contains("smtp"), "{said:#?}");
        let down = site.sportello(&["status", "--format", "json"]).json();
        assert_eq!(down["outbox"]["due"], 2, "those that wait for a retry count: {down:#}");
        assert!(is_utc(&down["mailboxes"][0]["last_pass_at"]), "{down:#}");
        let rows = site.sportello(&["outbox", "list", "--format", "json"]).rows();
        let id = |n: usize| rows[n]["id"].to_string();
        site.sportello(&["outbox", "cancel", &id(0)]).ok();
        site.sink.start_again();
        site.sportello(&["outbox", "retry", &id(1)]).ok();
        site.sportello(&["run", "--once"]).ok();
        let up = site.sportello(&["status", "--format", "json"]).json();
        let outbox = &up["outbox"];
        for (key, count) in
            [("due", 0), ("sent", 1), ("failed", 0), ("ambiguous", 0), ("cancelled", 1)]
        {
            assert_eq!(outbox[key], count, "{key} in {up:#}");
        }
        assert_eq!(up["tickets"], serde_json::json!({"received": 1}));
        assert_eq!(site.sink.mails().len(), 1, "a cancelled letter never leaves");
        let sent = site.sportello(&["outbox", "retry", &id(1)]);
        assert!(sent.failed(1).contains("unsent"), "{sent:#?}");
        for format in ["table", "csv"] {
            assert!(site.sportello(&["status", "--format", format]).ok().contains("reports"));
        }
    }
}
