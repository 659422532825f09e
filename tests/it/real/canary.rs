//! The mail to ourselves through a real mail server: it comes back, opens nothing, and is removed alone.

use std::path::Path;

use super::program::Program;
use super::site::{Engine, Site, report};
use crate::support::{PATIENCE, wait_until};

/// The test mail is filed as our own and expunged; the person's mail beside it, and one that somebody else has
/// marked as deleted, stay.
fn it_comes_back_and_is_removed_alone(engine: Engine) {
    let site = Site::new(engine);
    site.deliver(&report(1));
    site.deliver(&report(2));
    site.dovecot.mark_deleted("reports", 2);
    let setting = |name: &'static str, value: &'static str| (name, Path::new(value));
    let settings = [
        setting("SPORTELLO__CANARY__EVERY", "10m"),
        setting("SPORTELLO__CANARY__LATE_AFTER", "1m"),
        setting("SPORTELLO__CONSOLE__LISTEN", "127.0.0.1:0"),
    ];
    let program = Program::serve_with(&site, &settings);
    let canary = || {
        let mails = site.sink.mails();
        mails.into_iter().find(|mail| mail.text().contains("messaggio di prova"))
    };
    wait_until("the test mail leaves", PATIENCE, || canary().is_some());
    let canary = canary().expect("it left");
    assert_eq!(canary.recipients, ["reports@town.example"]);
    site.dovecot.deliver("reports", &canary.raw);
    wait_until("it is seen and removed", PATIENCE, || {
        site.ledger().len() == 3 && site.dovecot.count("reports") == 2
    });
    let own = site.ledger().into_iter().filter(|row| row.state == "filed").count();
    assert_eq!(own, 1, "it is filed");
    assert_eq!(site.tickets().len(), 2, "it is no ticket");
    drop(program);
}

on_both_engines! { it_comes_back_and_is_removed_alone }
