//! A wrong configuration: 2, a message that says where, what was expected, what was found and what to
//! do, and nothing half-done.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::site::{Site, said};
use crate::support::servers::{Account, is_root};

/// Commands that need the whole configuration. Each refuses it before it touches anything.
const STARTING: [&[&str]; 2] = [&["check"], &["run", "--once"]];

/// Each starting command refuses the site; the message has all of `parts`; no store was made.
fn refused(site: &Site, parts: &[&str]) {
    for args in STARTING {
        let output = site.sportello(args);
        let text = output.failed(2);
        for part in parts.iter().chain(&["expected", "found"]) {
            assert!(text.contains(part), "{args:?}: expected {part:?} in\n{text}");
        }
        assert!(site.has_no_store(), "{args:?} made a store before it refused");
        assert!(site.sink.mails().is_empty());
    }
}

/// What is changed in a right configuration, and what its refusal must say.
type Slip = (&'static str, &'static str, &'static [&'static str]);

const SLIPS: [Slip; 15] = [
    ("[smtp]\nhost", "[smtp]\nhots", &["sportello.toml:13", "smtp.hots", "did you mean `host`?"]),
    ("[smtp]", "[smpt]", &["sportello.toml:12", "did you mean `smtp`?"]),
    ("poll_interval", "pol_interval", &["mailbox[0].pol_interval", "`poll_interval`?"]),
    ("start = \"all\"", "start = \"al\"", &["sportello.toml:10", "\"all\" or a date", "`al`"]),
    ("[store]", "domains = \"a.example\"\n[store]", &["organisation.domains", "put it in [ ]"]),
    ("[smtp]", "[limits]\nmail_bytes_max = -1\n[smtp]", &["limits.mail_bytes_max", "`-1`"]),
    (
        "poll_interval = \"200ms\"",
        "poll_interval = 60",
        &["mailbox[0].poll_interval", "like \"30s\""],
    ),
    ("host = \"127.0.0.1\"", "host = \"mail.town.example\"", &["smtp.tls", "plain text"]),
    ("tls = \"none\"", "tls = \"ssl\"", &["smtp.tls", "\"starttls\"", "`ssl`"]),
    (
        "tls = \"none\"",
        "tls = \"none\"\nusername = \"u\"\npassword_file = \"smtp_password\"",
        &["smtp.password_file", "smtp_password", "found none", "mode 0600"],
    ),
    ("path = \"mail\"", "path = \"post\"", &["mailbox[0].path", "/post", "make the Maildir"]),
    ("path = \"mail\"", "path = \".\"", &["mailbox[0].path", "`new` and `cur`"]),
    (
        "[store]",
        "hours = \"Mo-Xx 8-13\"\n[store]",
        &["sportello.toml:4", "organisation.hours", "Mo-Xx 8-13", "opening_hours"],
    ),
    ("[store]", "timezone = \"Europe/Roma\"\n[store]", &["organisation.timezone", "Europe/Rome"]),
    ("[store]", "patron_saint = \"30-02\"\n[store]", &["organisation.patron_saint", "11-24"]),
];

/// Unknown keys, wrong types and values: file, line, key, what could stand there, what to do.
#[test]
fn a_slip_in_the_configuration_is_named_with_its_line_and_remedy() {
    for (from, to, parts) in SLIPS {
        let site = Site::sqlite();
        site.edit(from, to);
        refused(&site, parts);
    }
}

/// All slips are told at once, not one a try.
#[test]
fn all_slips_are_told_at_once() {
    let site = Site::sqlite();
    site.edit("poll_interval", "pol_interval");
    site.edit("tls = \"none\"", "tls = \"ssl\"");
    refused(&site, &["pol_interval", "smtp.tls"]);
}

/// What spoils a site, and what its refusal must say.
type Spoiler = (fn(&Site), &'static str);

/// No file, a directory, noise, broken TOML: named, with what to do. Every command says so.
#[test]
fn a_file_that_is_no_configuration_is_named() {
    let commands: [&[&str]; 7] = [
        &["check"],
        &["run"],
        &["status"],
        &["tickets", "list"],
        &["outbox", "list"],
        &["quarantine", "list"],
        &["explain", "1"],
    ];
    let site = Site::sqlite();
    let cases: [Spoiler; 4] = [
        (|site| fs::remove_file(site.config()).unwrap(), "config/default.toml"),
        (|site| drop(site.write("sportello.toml", "x = [")), "sportello.toml:1:"),
        (|site| drop(site.write("sportello.toml", b"\xff\xfe")), "UTF-8"),
        (
            |site| fs::remove_file(site.config()).and(fs::create_dir(site.config())).unwrap(),
            "directory",
        ),
    ];
    for (spoil, expected) in cases {
        spoil(&site);
        for args in commands {
            let output = site.sportello(args);
            let text = output.failed(2);
            assert!(text.contains(expected) && text.contains("expected"), "{args:?}: {text}");
            assert!(text.contains("sportello.toml"), "{args:?}: {text}");
        }
    }
}

/// A store that can never be opened is a wrong configuration; the message has the path and no repetition.
#[test]
fn a_store_that_cannot_be_is_refused_with_its_path() {
    let site = Site::sqlite();
    site.write("notes.txt", "this is a text of some length and no database at all\n".repeat(50));
    let mut url = "sqlite://store.db".to_owned();
    let place = site.path("").display().to_string();
    let cases = [
        (format!("sqlite://{place}/sportello.toml/store.db"), "sportello.toml"),
        ("sqlite:///nowhere/at/all/store.db".to_owned(), "/nowhere/at/all"),
        (format!("sqlite://{place}/mail"), "mail"),
        ("sqlite://notes.txt".to_owned(), "notes.txt"),
        ("mysql://localhost/town".to_owned(), "`mysql`"),
        ("store.db".to_owned(), "sqlite:///PATH"),
        ("postgres://user:secret@localhost:port/town".to_owned(), "store.url"),
    ];
    for (wrong, expected) in cases {
        site.edit(&url, &wrong);
        for args in STARTING.iter().chain(&[&["tickets", "list"][..], &["status"]]) {
            let output = site.sportello(args);
            let text = output.failed(2);
            assert!(text.contains("store") && text.contains(expected), "{args:?} {wrong}: {text}");
            assert!(text.contains("expected") && text.contains("found"), "{args:?}: {text}");
            assert!(!text.contains("secret"), "{text}");
            let said = text.matches("unable to open").count() + text.matches("(os error").count();
            assert!(said <= 1, "said twice: {text}");
        }
        url = wrong;
    }
}

/// A directory that this user may not write: the message names it. As root the program runs as `nobody`.
#[test]
fn an_unwritable_store_directory_is_refused() {
    let site = Site::sqlite();
    let account = Account::of_servers();
    fs::set_permissions(site.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir(site.path("locked")).unwrap();
    let mode = if is_root() { 0o755 } else { 0o555 };
    fs::set_permissions(site.path("locked"), fs::Permissions::from_mode(mode)).unwrap();
    site.edit("sqlite://store.db", "sqlite://locked/store.db");
    // The build may lie where only its owner gets: run a copy.
    let program = site.path("program");
    fs::copy(env!("CARGO_BIN_EXE_sportello"), &program).unwrap();
    for args in [&["run", "--once"][..], &["check"], &["tickets", "list"]] {
        let mut command = std::process::Command::new(&program);
        command.env_clear().args(args).arg("--config").arg(site.config());
        account.runs(&mut command);
        let output = said(command.output().unwrap());
        let text = output.failed(2);
        assert!(text.contains("locked") && text.contains("write"), "{args:?}: {text}");
        assert!(super::site::names(&site.path("locked")).is_empty());
    }
}

/// A variable of the environment is named as the place of what it sets wrongly.
#[test]
fn a_slip_in_the_environment_names_the_variable() {
    let site = Site::sqlite();
    let mut command = site.command(&["check"]);
    let output = said(command.env("SPORTELLO__SMTP__PORT", "many").output().unwrap());
    let text = output.failed(2);
    assert!(text.contains("SPORTELLO__SMTP__PORT") && text.contains("65535"), "{text}");
    let output = said(site.command(&["check"]).env("SPORTELLO__SMTP__HOTS", "x").output().unwrap());
    assert!(output.failed(2).contains("SPORTELLO__SMTP__HOTS"), "{output:#?}");
}
