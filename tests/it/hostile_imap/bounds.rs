//! What a server can make us hold or wait for is bounded.

use std::time::Duration;

use sportello::clock::Stopwatch;

use crate::office::{Kept, Mailbox, Office};
use crate::support::hostile_imap::HostileImap;

/// Far below what any of these servers announces or sends, far above what a test needs.
const MEMORY_KIB_MAX: u64 = 250 * 1024;

/// The largest that this process has been, in KiB.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

async fn fails(script: &str, set: fn(&mut Mailbox)) -> String {
    let server = HostileImap::script(script);
    let mut mailbox = Mailbox::at(server.port());
    set(&mut mailbox);
    let office = Office::reading(Kept::Sqlite, &mailbox).await;
    let began = Stopwatch::start();
    let error = office.round().await.expect_err(script.get(..200).unwrap_or(script));
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert!(peak_kib() < MEMORY_KIB_MAX, "{} KiB", peak_kib());
    let text = error.to_string();
    assert!(text.len() < 600, "{text}");
    text
}

/// An announced literal costs nothing before it comes, wherever the announcement stands.
#[tokio::test]
async fn a_huge_literal_is_refused_where_it_is_announced() {
    for (command, announcement) in [
        ("UID FETCH", "* 1 FETCH (UID 101 RFC822.SIZE 10 BODY[] {500000000}\\r\\nFrom: a\\r\\n"),
        ("SELECT|* EXAMINE", "* LIST () \".\" {500000000}\\r\\nINBOX\\r\\n"),
        ("UID SEARCH", "* OK [BADCHARSET ({500000000}\\r\\n"),
    ] {
        let script = format!("MAILBOX 1\nC: * {command}\nRAW: {announcement}\nSTALL");
        let error = fails(&script, |_| {}).await;
        assert!(error.contains("a literal of at most"), "{error}");
    }
}

/// A line without an end is refused long before memory is short, and so is an answer without one.
#[tokio::test]
async fn endless_answers_are_refused() {
    let line = "x".repeat(10_000_000);
    let script = format!("MAILBOX 1\nC: * UID SEARCH\nRAW: * OK {line}\nSTALL");
    let error = fails(&script, |_| {}).await;
    assert!(error.contains("a response of at most"), "{error}");

    let line = "x".repeat(4000);
    let script = format!("MAILBOX 1\nC: * UID SEARCH\nREPEAT 10000: * OK {line}\nSTALL");
    let error = fails(&script, |_| {}).await;
    assert!(error.contains("an answer of at most"), "{error}");
}

/// A server that always says something, and never the end, has a deadline all the same.
#[tokio::test]
async fn endless_talk_has_a_deadline() {
    let talk = "S: * OK Still here\nWAIT 100\n".repeat(100);
    let script = format!("MAILBOX 1\nC: * UID SEARCH\n{talk}");
    let error =
        fails(&script, |mailbox| mailbox.deadlines.exchange = Duration::from_millis(500)).await;
    assert!(error.contains("expected an answer within"), "{error}");
}

/// A server that ignores which part of a mail was asked for is not asked for ever.
#[tokio::test]
async fn a_part_that_is_longer_than_asked_for_is_refused() {
    let body = "x".repeat(1_200_000);
    let script = format!(
        "MAILBOX 1\nC: * UID FETCH\nS: * 1 FETCH (UID 101 RFC822.SIZE 3000000)\nS: {{tag}} OK done\n\
         C: * UID FETCH *BODY.PEEK[]\nRAW: * 1 FETCH (UID 101 BODY[]<0>\nLITERAL 1200000: {body}\n\
         S: )\nS: {{tag}} OK done\n"
    );
    let error = fails(&script, |_| {}).await;
    assert!(error.contains("a part no longer than asked for"), "{error}");
}

/// Mails that were not asked for, or come twice, are not kept.
#[tokio::test]
async fn unasked_and_repeated_bodies_are_dropped() {
    let script = "MAILBOX 1
C: * UID FETCH *BODY.PEEK[]
MAILS 1
RAW: * 1 FETCH (UID 101 BODY[] {16}\\r\\nSubject: x\\r\\n\\r\\nyz)\\r\\n
RAW: * 2 FETCH (UID 999 BODY[] {16}\\r\\nSubject: x\\r\\n\\r\\nyz)\\r\\n
S: {tag} OK done
";
    let server = HostileImap::script(script);
    let office = Office::reading(Kept::Sqlite, &Mailbox::at(server.port())).await;
    office.round().await.expect("what was asked for came");
    office.has_answered(&[101], "and nothing else").await;
}
