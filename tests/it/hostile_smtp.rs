//! The program's SMTP side against servers that misbehave.
//!
//! Nothing counts as sent that the server did not take with a 250 after the dot; whatever else happens,
//! the letter stays in the outbox, and what may have arrived is said to be uncertain.

mod scripts;
mod traps;

use sportello::carrier::smtp::Deadlines as SmtpDeadlines;
use sportello::carrier::{Carrier, Smtp};
use sportello::dispatch::Dispatched;
use sportello::intake;
use sportello::mailbox::session::Deadlines;
use sportello::store::outbox::LetterRow;
use std::sync::Arc;

use crate::office::{Kept, Office, ca_file, smtp};
use crate::support::hostile_smtp::HostileSmtp;
use crate::support::mails::mail;

/// How the office talks to its SMTP server.
#[derive(Debug, Clone)]
pub struct Way {
    pub tls: &'static str,
    pub auth: &'static str,
    /// The server has a certificate to be trusted.
    pub certificate: bool,
    pub deadlines: SmtpDeadlines,
}

impl Default for Way {
    fn default() -> Self {
        Self { tls: "none", auth: NOBODY, certificate: true, deadlines: SmtpDeadlines::default() }
    }
}

/// No log-in.
pub const NOBODY: &str = "";

/// A log-in by password.
pub const PASSWORD: &str = "username = \"ufficio\"\npassword = \"corretto-cavallo\"\n";

/// A log-in by token.
pub const TOKEN: &str =
    "username = \"ufficio\"\nauth = \"xoauth2\"\ntoken_command = \"printf gettone\"\n";

/// An office with as many acknowledgements in its outbox.
pub async fn owing(kept: Kept, letters: usize, server: &HostileSmtp, way: &Way) -> Office {
    let authority = if way.tls == "none" || !way.certificate {
        String::new()
    } else {
        ca_file(server.authority())
    };
    let more = format!("tls = \"{}\"\n{}{authority}", way.tls, way.auth);
    let mut office = Office::open(kept, &smtp(server.port(), &more), Deadlines::default()).await;
    let parts = Arc::get_mut(&mut office.parts).expect("parts that nobody shares yet");
    let Carrier::Smtp(carrier) = &parts.carrier else { panic!("a carrier by SMTP") };
    parts.carrier = Carrier::Smtp(Box::new(Smtp { deadlines: way.deadlines, ..*carrier.clone() }));
    let mails = (0..letters).map(|number| {
        let report = mail().from(&format!("resident{number}@resident.example"));
        report.subject(&format!("Buca {number}")).text("C'è una buca in via Roma 1.").bytes()
    });
    let (clerk, now) = (&office.parts.clerk, office.clock.now());
    let imported = intake::import(clerk, &office.parts.engine, mails.collect(), true, now).await;
    assert_eq!(imported.expect("an import").new, letters);
    assert_eq!(office.outbox().await.len(), letters, "one acknowledgement each");
    office
}

/// One pass over the outbox.
pub async fn pass(office: &Office) -> Dispatched {
    let dispatch = office.parts.dispatch(true).await.expect("an epoch");
    dispatch.pass().await.expect("a store that works")
}

/// The only letter.
pub async fn letter(office: &Office) -> LetterRow {
    office.outbox().await.pop().expect("a letter")
}

/// How many mails of the server carry a letter's Message-ID; all copies have the same bytes.
pub fn copies(server: &HostileSmtp, letter: &LetterRow) -> usize {
    let mails = server.mails();
    let id = format!("<{}>", letter.message_id);
    let mut copies: Vec<_> = mails
        .iter()
        .filter(|mail| String::from_utf8_lossy(&mail.raw).contains(&id))
        .inspect(|mail| assert!(mail.recipients.iter().all(|to| *to == letter.recipient)))
        .map(|mail| &mail.raw)
        .collect();
    let count = copies.len();
    copies.dedup();
    assert!(copies.len() <= 1, "copies differ");
    count
}
