//! The traps of the SMTP crate by name (T6, T7), several letters at once, and log-ins.

use std::collections::BTreeSet;
use std::time::Duration;

use sportello::carrier::smtp::Deadlines;
use sportello::carrier::{Carried, Carrier, Line};
use sportello::clock::Stopwatch;
use sportello::store::{outbox, workers};

use super::{PASSWORD, TOKEN, Way, copies, owing, pass};
use crate::office::{Kept, Office, both};
use crate::support::hostile_smtp::HostileSmtp;

/// Envelope and body: what is written down between them is not these tests' matter.
async fn carried(line: &mut Line, letter: &outbox::Leased) -> Carried {
    match line.envelope(letter).await.expect("a line that works") {
        Some(refused) => refused,
        None => line.body(letter).await,
    }
}

const SHORT: Duration = Duration::from_millis(300);

/// All letters of an office, in its hands.
async fn leased(office: &Office) -> Vec<outbox::Leased> {
    let now = office.clock.now();
    let mut tx = office.parts.engine.begin().await.expect("a transaction");
    let epoch = workers::begin(&mut tx, &BTreeSet::new(), now).await.expect("an epoch");
    let letters = outbox::lease(&mut tx, epoch, 100, now).await.expect("letters");
    tx.commit().await.expect("a commit");
    letters
}

async fn line(carrier: &Carrier) -> Line {
    carrier.open().await.expect("a line")
}

type Shorten = fn(&mut Deadlines);

/// T6: each phase has its own deadline, and nothing before the dot costs more than that.
#[tokio::test]
async fn t6_every_phase_has_its_deadline() {
    let phases: [(&str, Shorten); 7] = [
        ("STALL", |all| all.greeting = SHORT),
        ("C: EHLO\nSTALL", |all| all.greeting = SHORT),
        ("C: AUTH\nSTALL", |all| all.log_in = SHORT),
        ("C: MAIL\nSTALL", |all| all.mail = SHORT),
        ("C: RCPT\nSTALL", |all| all.rcpt = SHORT),
        ("C: DATA\nSTALL", |all| all.data = SHORT),
        ("C: .\nSTALL", |all| all.body = SHORT),
    ];
    for (script, shorten) in phases {
        let server = HostileSmtp::script(script);
        let mut way = Way { auth: PASSWORD, ..Way::default() };
        shorten(&mut way.deadlines);
        let office = owing(Kept::Sqlite, 1, &server, &way).await;
        let began = Stopwatch::start();
        let done = pass(&office).await;
        let elapsed = began.elapsed();
        assert!(elapsed >= SHORT && elapsed < Duration::from_secs(10), "{script}: {elapsed:?}");
        assert_eq!((done.sent, done.failed), (0, 0), "{script}: {done:?}");
        assert_eq!(done.ambiguous, usize::from(script.contains("C: .")), "{script}: {done:?}");
    }
}

/// T7: after a deadline the connection is closed; the next letter goes over another and never reads the
/// first one's reply.
#[tokio::test]
async fn t7_a_timed_out_connection_is_never_used_again() {
    let server = HostileSmtp::fixture("second-mail-on-a-late-connection");
    let mut way = Way::default();
    way.deadlines.body = SHORT;
    let office = owing(Kept::Sqlite, 2, &server, &way).await;
    let [first, second] = &leased(&office).await[..] else { panic!("two letters") };
    let mut late = line(&office.parts.carrier).await;
    let ended = carried(&mut late, first).await;
    assert!(matches!(ended, Carried::Ambiguous(_)), "{ended:?}");
    assert!(!late.is_open(), "its reply is still to come");
    let mut fresh = line(&office.parts.carrier).await;
    let ended = carried(&mut fresh, second).await;
    assert_eq!(ended, Carried::Accepted("2.0.0 Ok: queued".to_owned()));
    let transcript = server.transcript();
    assert_eq!(transcript.len(), 2);
    assert_eq!(transcript[0].iter().filter(|line| line.starts_with("MAIL")).count(), 1);
}

/// T7: no reply but a 250 after the dot is a success, whichever positive one it is.
#[tokio::test]
async fn t7_only_a_250_after_the_dot_is_a_success() {
    for reply in ["354 go on", "220 rig", "251 forwarded", "334 ", "200 ok"] {
        let server = HostileSmtp::script(&format!("C: .\nS: {reply}"));
        let office = owing(Kept::Sqlite, 1, &server, &Way::default()).await;
        let done = pass(&office).await;
        assert_eq!((done.sent, done.ambiguous), (0, 1), "{reply}: {done:?}");
        let [letter] = &office.outbox().await[..] else { panic!("a letter") };
        assert_eq!(letter.state, "ambiguous", "{reply}");
    }
}

/// After a DATA that was answered with another positive reply than 354 nothing is sent, least of all the
/// body as commands.
#[tokio::test]
async fn a_body_follows_nothing_but_a_354() {
    let server = HostileSmtp::script("C: DATA\nS: 250 2.0.0 Ok\nCONNECTION\n");
    let office = owing(Kept::Sqlite, 1, &server, &Way::default()).await;
    let done = pass(&office).await;
    assert_eq!((done.sent, done.postponed), (0, 1), "{done:?}");
    assert_eq!(server.transcript()[0].last().map(String::as_str), Some("DATA"));
}

/// One letter's refusal does not hold up the others, on both engines: ten letters, one of them refused.
#[tokio::test]
async fn letters_behind_a_refused_one_are_sent() {
    for kept in both() {
        let server = HostileSmtp::script("C: RCPT TO:<resident3@\nS: 550 5.1.1 Refused\n");
        let office = owing(kept, 10, &server, &Way::default()).await;
        let done = pass(&office).await;
        let outbox = office.outbox().await;
        let failed: Vec<_> = outbox.iter().filter(|letter| letter.state == "failed").collect();
        assert_eq!((done.sent, done.failed), (9, 1), "{kept:?}: {done:?}");
        assert_eq!(failed[0].recipient, "resident3@resident.example", "{kept:?}");
        for letter in &outbox {
            let taken = usize::from(letter.state == "sent");
            assert_eq!(copies(&server, letter), taken, "{kept:?}: {letter:?}");
        }
    }
}

/// 530 to MAIL is about us and not about the letter: none fails, all wait.
#[tokio::test]
async fn a_server_that_wants_a_log_in_fails_no_letter() {
    for kept in both() {
        let server = HostileSmtp::script("C: MAIL\nS: 530 5.7.0 Authentication required\n");
        let office = owing(kept, 3, &server, &Way::default()).await;
        let done = pass(&office).await;
        assert!(done.unusable.is_some_and(|unusable| unusable.refused), "{kept:?}");
        for letter in office.outbox().await {
            assert_eq!((letter.state.as_str(), letter.attempts), ("due", 0), "{kept:?}");
        }
    }
}

/// XOAUTH2: the token as Google and Microsoft want it; a refusal, explained by a challenge, is a matter
/// of the account, and no letter's.
#[tokio::test]
async fn a_token_logs_in_or_is_refused() {
    let way = Way { auth: TOKEN, ..Way::default() };
    let server = HostileSmtp::script("");
    let office = owing(Kept::Sqlite, 1, &server, &way).await;
    assert_eq!(pass(&office).await.sent, 1);
    let token = data_encoding::BASE64.encode(b"user=ufficio\x01auth=Bearer gettone\x01\x01");
    assert_eq!(server.transcript()[0][1], format!("AUTH XOAUTH2 {token}"));

    let refusal = "C: AUTH\nS: 334 eyJzdGF0dXMiOiI0MDEifQ==\nC: *\nS: 535 5.7.8 refused\nCLOSE";
    let server = HostileSmtp::script(refusal);
    let office = owing(Kept::Sqlite, 1, &server, &way).await;
    let unusable = pass(&office).await.unusable.expect("a refusal");
    assert!(unusable.refused, "{unusable:?}");
    assert!(!unusable.text.contains("gettone"), "{unusable:?}");
    let tokens = server.transcript()[0].iter().filter(|line| line.contains(&token)).count();
    assert_eq!(tokens, 1, "the token is said once: {:?}", server.transcript());
}

/// However many letters wait, a server that refuses the password hears it once a pass: more would lock the
/// account.
#[tokio::test]
async fn a_refused_password_is_tried_once_a_pass() {
    let server = HostileSmtp::fixture("auth-refused");
    let way = Way { auth: PASSWORD, ..Way::default() };
    let office = owing(Kept::Sqlite, 24, &server, &way).await;
    let unusable = pass(&office).await.unusable.expect("a refusal");
    assert!(unusable.refused, "{unusable:?}");
    assert_eq!(server.transcript().len(), 1, "{:?}", server.transcript());
    for letter in office.outbox().await {
        assert_eq!((letter.state.as_str(), letter.attempts), ("due", 0));
    }
}

/// A log-in that the server cannot decide now is an outage, not a refusal.
#[tokio::test]
async fn an_outage_at_the_log_in_is_not_a_refusal() {
    let server = HostileSmtp::script("C: AUTH\nS: 454 4.7.0 Temporary failure\nCLOSE");
    let way = Way { auth: PASSWORD, ..Way::default() };
    let office = owing(Kept::Sqlite, 1, &server, &way).await;
    let unusable = pass(&office).await.unusable.expect("an outage");
    assert!(!unusable.refused, "{unusable:?}");
}

/// A reply without any line end is refused long before memory is short, in every phase.
#[tokio::test]
async fn a_reply_without_an_end_is_refused() {
    let line = "x".repeat(10_000_000);
    for (script, starttls) in [
        (format!("RAW: 220 {line}\nSTALL"), false),
        (format!("C: RCPT\nRAW: 250 {line}\nSTALL"), false),
        (format!("C: .\nRAW: 250 {line}\nSTALL"), false),
        (format!("C: EHLO\nRAW: 250-{line}\nSTALL\nTLS"), true),
    ] {
        let server = HostileSmtp::script(&script);
        let tls = if starttls { "starttls" } else { "none" };
        let office = owing(Kept::Sqlite, 1, &server, &Way { tls, ..Way::default() }).await;
        let began = Stopwatch::start();
        let done = pass(&office).await;
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        assert_eq!((done.sent, done.failed), (0, 0), "{done:?}");
        let [letter] = &office.outbox().await[..] else { panic!("a letter") };
        assert!(matches!(letter.state.as_str(), "due" | "ambiguous"), "{letter:?}");
        assert!(letter.reason.len() < 600, "{}", letter.reason);
    }
}

/// Where TLS is configured and the server does not offer it, nothing is said to it.
#[tokio::test]
async fn there_is_no_way_back_to_plain_text() {
    let offers = "S: 250-rig.example\nS: 250 AUTH PLAIN LOGIN";
    let server = HostileSmtp::script(&format!("C: EHLO\n{offers}\nCONNECTION\nTLS"));
    let way = Way { tls: "starttls", auth: PASSWORD, ..Way::default() };
    let office = owing(Kept::Sqlite, 1, &server, &way).await;
    let unusable = pass(&office).await.unusable.expect("no TLS");
    assert!(unusable.text.contains("STARTTLS"), "{unusable:?}");
    assert!(server.transcript().iter().flatten().all(|line| line.starts_with("EHLO ")));
}

/// A server that offers delivery reports is asked for them, with the letter's signed id as envelope id; one
/// that does not is not.
#[tokio::test]
async fn reports_are_asked_for_where_they_are_offered() {
    for (offer, asked) in [("DSN", true), ("DSNX", false), ("SIZE", false)] {
        let script = format!("C: EHLO\nS: 250-mx.example\nS: 250-{offer}\nS: 250 8BITMIME\n");
        let server = HostileSmtp::script(&script);
        let office = owing(Kept::Sqlite, 1, &server, &Way::default()).await;
        assert_eq!(pass(&office).await.sent, 1, "{offer}");
        let said = server.transcript().concat();
        let line = |verb: &str| said.iter().find(|line| line.starts_with(verb)).unwrap().clone();
        let (mail, rcpt) = (line("MAIL"), line("RCPT"));
        assert_eq!(mail.contains(" RET=HDRS ENVID="), asked, "{mail}");
        assert_eq!(rcpt.contains(" NOTIFY=FAILURE,DELAY ORCPT=rfc822;"), asked, "{rcpt}");
    }
}

const PIPELINING: &str = "C: EHLO\nS: 250-mx.example\nS: 250 PIPELINING\n";

/// A server that offers pipelining may refuse any of what it heard at once: each letter has its own answer, none
/// answers the next, and where the body is wanted after a refusal the connection is left without one.
#[tokio::test]
async fn answers_to_what_was_said_ahead_are_told_apart() {
    for (name, script, sent, failed, postponed) in [
        ("taken", "", 3, 0, 0),
        (
            "MAIL",
            "C: MAIL\nS: 550 5.7.1 no\nC: RCPT\nS: 503 no\nC: DATA\nS: 503 no\nCONNECTION",
            2,
            1,
            0,
        ),
        ("RCPT", "C: RCPT\nS: 550 5.1.1 no\nC: DATA\nS: 554 no\nCONNECTION", 2, 1, 0),
        ("354 to nobody", "C: RCPT\nS: 550 5.1.1 no\nC: DATA\nS: 354 on\nCONNECTION", 2, 1, 0),
        ("DATA", "C: DATA\nS: 451 4.3.0 later\nCONNECTION", 2, 0, 1),
        ("cut", "C: RCPT\nS: 450 4.2.0 later\nCLOSE\nCONNECTION", 2, 0, 1),
    ] {
        let server = HostileSmtp::script(&format!("{PIPELINING}{script}"));
        let office = owing(Kept::Sqlite, 3, &server, &Way::default()).await;
        let done = pass(&office).await;
        assert_eq!((done.sent, done.failed, done.postponed), (sent, failed, postponed), "{name}");
        for letter in office.outbox().await {
            let arrived = usize::from(letter.state == "sent");
            assert_eq!(copies(&server, &letter), arrived, "{name}: {letter:?}");
        }
    }
}
