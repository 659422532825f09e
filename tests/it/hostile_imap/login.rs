//! Log-ins: what is refused, what is an outage, what is never sent.

use std::time::Duration;

use sportello::clock::Stopwatch;
use sportello::intake::IntakeError;

use super::idle::Watched;
use crate::office::{Kept, Mailbox, Office, PASSWORD};
use crate::support::hostile_imap::HostileImap;
use crate::support::{PATIENCE, wait_until};

async fn refused_with(answer: &str) -> IntakeError {
    let server = HostileImap::script(&format!("MAILBOX 1\nC: * LOGIN\nS: {{tag}} {answer}\nCLOSE"));
    let office = Office::reading(Kept::Sqlite, &Mailbox::at(server.port())).await;
    office.round().await.expect_err(answer)
}

fn is_log_in(error: &IntakeError) -> bool {
    matches!(error, IntakeError::Mailbox(error) if error.is_log_in())
}

/// Only what the server says against us slows us down; its own troubles do not.
#[tokio::test]
async fn an_outage_at_the_log_in_is_not_a_refused_password() {
    for (answer, refused) in [
        ("NO [AUTHENTICATIONFAILED] Authentication failed.", true),
        ("NO LOGIN failed.", true),
        ("NO [UNAVAILABLE] Temporary authentication failure.", false),
        ("NO [INUSE] Mailbox is in use", false),
        ("NO [LIMIT] Too many connections", false),
        ("NO [SERVERBUG] Internal error", false),
    ] {
        let error = refused_with(answer).await;
        assert_eq!(is_log_in(&error), refused, "{answer}: {error}");
        assert!(!error.to_string().contains(PASSWORD), "{error}");
    }
}

/// Where the server says that LOGIN is disabled, the password is not shown to it for nothing; where it
/// offers PLAIN besides, that is used.
#[tokio::test]
async fn a_server_that_disables_login_is_not_sent_one() {
    let greeting = "S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED] ready";
    let server = HostileImap::script(&format!("MAILBOX 1\n{greeting}"));
    let office = Office::reading(Kept::Sqlite, &Mailbox::at(server.port())).await;
    let error = office.round().await.expect_err("no way to log in").to_string();
    assert!(error.contains("LOGINDISABLED"), "{error}");
    assert_eq!(server.transcript(), [Vec::<String>::new()]);

    let greeting = "S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN] ready";
    let server = HostileImap::script(&format!("MAILBOX 1\n{greeting}"));
    let office = Office::reading(Kept::Sqlite, &Mailbox::at(server.port())).await;
    office.round().await.expect("a log-in by PLAIN");
    assert!(server.transcript()[0][0].ends_with("AUTHENTICATE PLAIN"));
    office.has_answered(&[101], "PLAIN").await;
}

/// XOAUTH2 sends the user and the token as Google and Microsoft want them.
#[tokio::test]
async fn a_token_logs_in() {
    let server = HostileImap::script("MAILBOX 1");
    let mailbox = Mailbox { bearer: true, ..Mailbox::at(server.port()) };
    let office = Office::reading(Kept::Sqlite, &mailbox).await;
    office.round().await.expect("a log-in");
    let said = &server.transcript()[0];
    assert!(said[0].ends_with("AUTHENTICATE XOAUTH2"), "{said:?}");
    let token = "user=reports\x01auth=Bearer gettone\x01\x01";
    assert_eq!(said[1], data_encoding::BASE64.encode(token.as_bytes()));
    office.has_answered(&[101], "XOAUTH2").await;
}

/// A refused password is tried again after 1, 2, 4 … s: at most six times in 12 s (here 3 in 3 s), and
/// the daemon stays alive.
#[test]
fn a_refused_password_is_tried_seldom() {
    let server = HostileImap::fixture("login-refused");
    let watched = Watched::start(&Mailbox::at(server.port()));
    let began = Stopwatch::start();
    let log_ins = || server.transcript().iter().flatten().filter(|l| l.contains("LOGIN")).count();
    wait_until("a third log-in", PATIENCE, || log_ins() >= 3);
    assert!(began.elapsed() >= Duration::from_millis(2900), "{:?}", began.elapsed());
    assert!(watched.is_alive());
    assert_eq!(watched.block_on(|office| Box::pin(office.states())), []);
}
