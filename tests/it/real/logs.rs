//! The log can be given to anybody: it names no person and no secret, however loud it is and whatever goes wrong.

use std::path::Path;

use crate::real::program::Program;
use crate::real::site::{Engine, Site};
use crate::support::mails::mail;
use crate::support::{PATIENCE, wait_until};

/// What must not be found: words of the mails, addresses, the password.
const CANARIES: [&str; 6] = [
    "canarino.giallo",
    "Ermenegildo",
    "uccellino",
    "volatile.example",
    "parolasegreta",
    "333 1234567",
];

#[test]
fn logs_name_no_person_and_no_secret() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let mut site = Site::new(engine);
        site.dovecot.add_user("canary", "parolasegreta");
        site.settings.users = vec!["canary"];
        site.settings.password = Some("parolasegreta");
        let report = mail()
            .from("Ermenegildo Rossi <canarino.giallo@volatile.example>")
            .subject("Un uccellino nella buca")
            .text(
                "In via Roma 12 una buca. Un uccellino ci è caduto. Tel. 333 1234567, Ermenegildo",
            );
        site.dovecot.deliver("canary", &report.bytes());
        site.dovecot.deliver("canary", b"\xff\xfe\0Ermenegildo uccellino\0\0");
        // A server that refuses the recipient by name, and one that then goes away.
        site.sink.start_again_with(&["-f", "RCPT"]);
        let program = Program::serve_with(&site, &[("RUST_LOG", Path::new("trace"))]);
        wait_until("the mails are taken in", PATIENCE, || site.ledger().len() == 2);
        wait_until("the letter failed", PATIENCE, || {
            site.letters().iter().any(|letter| letter.state == "failed")
        });
        site.sink.stop();
        site.dovecot.set_password("canary", "other");
        site.dovecot.restart();
        wait_until("the log-in is refused", PATIENCE, || program.log().contains("cannot be used"));
        let log = program.log();
        program.stop();
        for canary in CANARIES {
            let lines: Vec<&str> =
                log.lines().filter(|line| line.contains(canary)).take(3).collect();
            assert!(lines.is_empty(), "{engine:?}, {canary}: {lines:#?}");
        }
    }
}
