//! `backup` and `restore`: nothing is lost, nobody is written to twice.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::proving::{lived_in, tamper};
use super::site::{Said, Site, names};
use crate::support::mails::mail;
use crate::support::{PATIENCE, wait_until};

/// Mails that come while a backup is made.
const MAILS: usize = 24;

fn backup(site: &Site, name: &str) -> Said {
    site.sportello(&["backup", site.path(name).to_str().unwrap()])
}

fn restore(site: &Site, args: &[&str], name: &str) -> Said {
    let path = site.path(name);
    let mut all = vec!["restore"];
    all.extend(args);
    all.push(path.to_str().unwrap());
    site.sportello(&all)
}

fn rows(site: &Site, what: &str) -> Vec<serde_json::Value> {
    site.sportello(&[what, "list", "--format", "json"]).rows()
}

fn report(n: usize) -> Vec<u8> {
    mail()
        .from(&format!("Persona {n} <p{n}@resident.example>"))
        .message_id(&format!("<report-{n}@resident.example>"))
        .subject(&format!("Buca {n}"))
        .text(&format!("In via Garibaldi {n} si è aperta una buca nell'asfalto."))
        .bytes()
}

/// How many letters of each Message-ID the server took from us, by recipient.
fn letters_by_recipient(site: &Site) -> BTreeMap<String, usize> {
    let mut letters = BTreeMap::new();
    for letter in site.sink.mails() {
        for recipient in &letter.recipients {
            *letters.entry(recipient.clone()).or_insert(0) += 1;
        }
    }
    letters
}

/// A backup from the middle of intake is put back when everything has been answered: each mail has one ticket
/// again, no resident hears a second time, and new mail is answered as ever.
#[test]
fn after_a_restore_nothing_is_lost_and_nobody_hears_twice() {
    let site = Site::sqlite();
    site.edit("[smtp]", "[limits]\nacknowledgements_per_domain_per_hour = 0\n[smtp]");
    let daemon = site.daemon();
    for n in 0..MAILS {
        site.deliver(&format!("{n:03}"), &report(n));
        if n == MAILS / 2 {
            wait_until("some tickets", PATIENCE, || !rows(&site, "tickets").is_empty());
            backup(&site, "backup.db").ok();
        }
    }
    wait_until("all are answered", PATIENCE, || {
        let letters = rows(&site, "outbox");
        letters.len() >= 2 * MAILS && letters.iter().all(|letter| letter["state"] == "sent")
    });
    let refused = restore(&site, &["--replace"], "backup.db");
    assert!(refused.failed(1).contains("another daemon holds"), "{refused:#?}");
    drop(daemon);
    let heard = letters_by_recipient(&site);
    let numbers = |site: &Site| -> BTreeMap<String, String> {
        let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap().to_owned();
        rows(site, "tickets")
            .iter()
            .map(|row| (text(row, "message_id"), text(row, "number")))
            .collect()
    };
    let told = numbers(&site);
    assert_eq!(told.len(), MAILS);
    restore(&site, &["--replace"], "backup.db").ok();
    site.sportello(&["verify", "--offline"]).ok();
    assert!(rows(&site, "tickets").len() < MAILS, "the backup is from the middle");
    site.sportello(&["run", "--once"]).ok();
    let again = numbers(&site);
    assert_eq!(again.len(), MAILS, "every mail has its ticket");
    for (mail, number) in &again {
        let known = told.values().any(|told| told == number);
        assert!(!known || told.get(mail) == Some(number), "{number} was told to another person");
    }
    let now = letters_by_recipient(&site);
    for (recipient, count) in heard.iter().filter(|(recipient, _)| recipient.contains("resident")) {
        assert_eq!(now.get(recipient), Some(count), "{recipient} heard again");
    }
    site.sportello(&["verify"]).ok();
    site.deliver("after", &report(999));
    site.sportello(&["run", "--once"]).ok();
    assert_eq!(letters_by_recipient(&site).get("p999@resident.example"), Some(&1));
}

/// A letter that was due when the backup was made is held, on either engine, until staff say so.
#[test]
fn letters_that_may_have_left_wait_for_staff() {
    for mut site in Site::both() {
        site.sink.start_again_with(&["-r", "RCPT"]);
        site.deliver("one", &report(1));
        site.sportello(&["run", "--once"]).ok();
        site.sink.start_again();
        site.sportello(&["restore", "--mark-only"]).ok();
        site.sportello(&["run", "--once"]).ok();
        let letters = rows(&site, "outbox");
        assert!(letters.iter().all(|letter| letter["state"] == "held"), "{letters:#?}");
        assert!(letters.iter().all(|letter| letter["reason"] == "restored"), "{letters:#?}");
        assert!(site.sink.mails().is_empty());
        site.sportello(&["outbox", "retry", &letters[0]["id"].to_string()]).ok();
        site.sportello(&["run", "--once"]).ok();
        assert_eq!(site.sink.mails().len(), 1);
    }
}

/// A backup is for its owner's eyes, never overwrites, and leaves nothing beside it.
#[test]
fn a_backup_is_private_and_never_overwrites() {
    let site = Site::sqlite();
    lived_in(&site);
    fs::create_dir(site.path("copies")).unwrap();
    fs::write(site.path("copies/a.db.partial"), "left by a power cut").unwrap();
    backup(&site, "copies/a.db").ok();
    assert_eq!(names(&site.path("copies")), ["a.db"]);
    let mode = fs::metadata(site.path("copies/a.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let before = fs::read(site.path("copies/a.db")).unwrap();
    let again = backup(&site, "copies/a.db");
    assert!(again.failed(1).contains("never overwrites"), "{again:#?}");
    assert_eq!(fs::read(site.path("copies/a.db")).unwrap(), before);
    backup(&site, "nowhere/a.db").failed(1);
}

/// What is no backup, or would replace something, is refused before anything is touched.
#[test]
fn a_restore_is_refused_before_anything_is_touched() {
    let site = Site::sqlite();
    lived_in(&site);
    backup(&site, "whole.db").ok();
    let whole = fs::read(site.path("whole.db")).unwrap();
    site.write("half.db", &whole[..whole.len() / 2]);
    site.write("text.db", "nothing of the kind");
    site.write("empty.db", "");
    let tickets = rows(&site, "tickets");
    for (args, name, why) in [
        (&["--replace"][..], "half.db", "whole store"),
        (&["--replace"][..], "text.db", "whole store"),
        (&["--replace"][..], "empty.db", "whole store"),
        (&["--replace"][..], "missing.db", "readable"),
        (&[][..], "whole.db", "--replace"),
    ] {
        let said = restore(&site, args, name);
        assert!(said.failed(1).contains(why), "{name}: {said:#?}");
        assert_eq!(rows(&site, "tickets"), tickets, "{name}");
    }
    restore(&site, &["--replace"], "whole.db").ok();
    assert_eq!(rows(&site, "tickets"), tickets);
    let aside = names(&site.path("")).into_iter().filter(|name| name.contains("replaced")).count();
    assert!(aside >= 1, "the old store is kept");
}

/// A backup of a newer program is refused in words.
#[test]
fn a_backup_of_a_newer_program_is_refused() {
    let site = Site::sqlite();
    lived_in(&site);
    tamper(
        &site,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'future', 1, x'00', 0)",
    );
    let copy = fs::read(site.path("store.db")).unwrap();
    site.write("newer.db", copy);
    let other = Site::sqlite();
    let said = other.sportello(&["restore", site.path("newer.db").to_str().unwrap()]);
    assert!(said.failed(1).contains("newer Sportello"), "{said:#?}");
    assert!(!other.path("store.db").exists());
}

/// PostgreSQL has its own tools: both commands name the line, without any password, and end with 2.
#[test]
fn on_postgresql_the_line_is_named() {
    let site = Site::postgres();
    let said = backup(&site, "a.dump");
    assert!(said.failed(2).contains("pg_dump --format=custom"), "{said:#?}");
    let said = restore(&site, &[], "a.dump");
    assert!(said.failed(2).contains("pg_restore --clean"), "{said:#?}");
    assert!(said.err.contains("--mark-only"), "{said:#?}");
}
