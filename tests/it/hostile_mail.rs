//! Mails that nobody wrote in good faith: each becomes a record, at once, in little memory, and the next
//! mail is not delayed. Made here and not kept as files, because of their sizes.

use std::fs;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::cli::site::{Said, Site, program, said};
use crate::support::mails::mail;
use crate::support::wait_until;

mod shapes;

/// A hang shows after this long; all of them together take a few seconds.
const DEADLINE: Duration = Duration::from_mins(1);

/// `inspect` holds whole files, as many as there are processors, and the largest has 100 MB.
const INSPECT_KIB_MAX: u64 = 500 * 1024;

/// A pass holds a mail in pieces: the promise is 150 MiB, in an optimised build.
const RUN_KIB_MAX: u64 = 150 * 1024;

/// Waits for a process that may take long, and gives what it said and its peak memory in KiB.
fn watched(mut command: std::process::Command) -> (Said, u64) {
    let out = tempfile::NamedTempFile::new().expect("a file");
    command.stdout(out.reopen().expect("the same file")).stderr(Stdio::inherit());
    let mut child = command.spawn().expect("the program starts");
    let mut peak = 0;
    wait_until("the program ends", DEADLINE, || {
        peak = peak.max(peak_kib(&child));
        child.try_wait().expect("its status").is_some()
    });
    let mut output = child.wait_with_output().expect("its output");
    output.stdout = fs::read(out.path()).expect("what it said");
    (said(output), peak)
}

/// The kernel's high-water mark of a running process; 0 when it has ended.
fn peak_kib(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// `inspect`: a line each, in order; what a person may have written opens a ticket, always.
#[test]
fn every_hostile_mail_gets_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let mut args = vec!["inspect".to_owned(), "--format".to_owned(), "json".to_owned()];
    let mut made = Vec::new();
    for (name, shape) in shapes::ALL {
        let path = dir.path().join(name);
        fs::write(&path, shape()).unwrap();
        args.push(path.to_str().unwrap().to_owned());
        made.push(name);
    }
    let mut command = program();
    command.args(&args);
    let (said, peak) = watched(command);
    let records: Vec<Value> =
        said.ok().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.len(), made.len());
    for (record, name) in records.iter().zip(made) {
        assert!(record["file"].as_str().unwrap().ends_with(name), "{name}");
        assert_eq!(record["ticket"], true, "{name}: {}", record["reason"]);
        let nobody = record["requester"]["address"] == "";
        assert!(!nobody || record["acknowledge"] == false, "{name}: an answer to nobody");
        let damaged = !record["damage"].as_array().unwrap().is_empty();
        assert!(
            damaged || shapes::HARMLESS.contains(&name),
            "{name} is damaged and does not say so"
        );
        let readable = record["kind"] == "report";
        assert_eq!(readable, !shapes::UNREADABLE.contains(&name), "{name}: {}", record["kind"]);
    }
    assert!(peak > 0 && peak < INSPECT_KIB_MAX, "{peak} KiB at most");
}

/// A whole `run --once`: a ticket each (one for all that is but empty lines), nothing unaccounted for, staff told of each, and
/// the honest mail behind them answered in the same round.
fn each_becomes_a_ticket(site: &Site) {
    for (name, shape) in shapes::ALL {
        site.deliver(name, &shape());
    }
    let honest = mail()
        .from("Ugo <ugo@honest.example>")
        .message_id("<honest@honest.example>")
        .text("Il lampione di via Verdi 3 è spento.");
    site.deliver("zz-honest", &honest.bytes());
    let (said, peak) = watched(site.command(&["run", "--once"]));
    let count = shapes::ALL.len() + 1;
    let expected = format!("reports: {count} new, 0 unaccounted for");
    assert!(said.ok().contains(&expected), "expected {expected} in {said:#?}");
    let tickets = site.sportello(&["tickets", "list", "--format", "json"]).rows();
    let told_once = shapes::SAME_AS_EMPTY.len();
    assert_eq!(tickets.len(), count - told_once);
    let quarantined = site.sportello(&["quarantine", "list", "--format", "json"]).rows();
    assert_eq!(quarantined.len(), shapes::UNREADABLE.len() - told_once);
    let mails = site.sink.mails();
    let to = |who: &str| mails.iter().filter(|mail| mail.recipients == [who]).count();
    assert_eq!(to("ugo@honest.example"), 1, "the honest mail is answered");
    assert_eq!(to("ced@town.example"), tickets.len(), "staff hear of each");
    assert!(peak > 0 && peak < RUN_KIB_MAX, "{peak} KiB at most");
    let again = site.sportello(&["run", "--once"]);
    assert!(again.ok().contains("reports: 0 new, 0 unaccounted for"), "{again:#?}");
    assert_eq!(site.sink.mails().len(), mails.len(), "nothing twice");
}

/// Every hostile mail becomes a ticket in SQLite, and the next mail is answered.
#[test]
fn every_hostile_mail_becomes_a_ticket_in_sqlite() {
    each_becomes_a_ticket(&Site::sqlite());
}

/// The same in PostgreSQL, which holds no NUL in a text.
#[test]
fn every_hostile_mail_becomes_a_ticket_in_postgres() {
    each_becomes_a_ticket(&Site::postgres());
}
