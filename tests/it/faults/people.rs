//! What people do to the mailbox while it is read, and what a mail server does to it overnight.

use std::time::Duration;

use super::ground::Ground;
use crate::real::site::{Engine, Site, report};
use crate::support::proxy::{Mode, Proxy};
use crate::support::{PATIENCE, wait_until};

on_both_engines! {
    f08_uids_given_anew_make_no_ticket_twice
    f09_a_person_reads_moves_and_deletes_while_mail_is_fetched
}

/// Promise: a restored or moved mail store changes UIDVALIDITY and every UID; the mails are known by
/// their content, so there is no new ticket and no new letter, and new mail still works.
fn f08_uids_given_anew_make_no_ticket_twice(engine: Engine) {
    let mut site = Site::new(engine);
    for n in 1..=4 {
        site.deliver(&report(n));
    }
    site.once();
    site.audit(4);
    let gone = site.dovecot.held("reports").into_iter().take(1).collect::<Vec<_>>();
    site.dovecot.expunge("reports", 1);
    let before = site.dovecot.flags("reports");
    site.dovecot.reset_uidvalidity("reports");
    assert_ne!(site.dovecot.flags("reports"), before, "UIDs begin again");
    site.once();
    Ground::of(&site).without(gone.clone()).assert_invariants(&site);
    assert_eq!(site.ledger().len(), 4 + 3, "the three are accounted for under their new UIDs");
    site.deliver(&report(5));
    site.once();
    let serving = site.serve();
    site.deliver(&report(6));
    site.wait_for_sent(6);
    serving.stop();
    Ground::of(&site).without(gone).assert_invariants(&site);
}

/// Promise: mails that a person deletes or moves away in mid-fetch hold nobody up; one that a person
/// reads first is a ticket like any other.
fn f09_a_person_reads_moves_and_deletes_while_mail_is_fetched(engine: Engine) {
    const MAILS: u32 = 12;
    let mut site = Site::new(engine);
    let proxy = Proxy::to(site.dovecot.port());
    site.settings.imap_port = proxy.port();
    for n in 1..=MAILS {
        let text = format!("In via Roma {n} c'è una buca nell'asfalto.\n").repeat(40);
        site.deliver(&report(n as usize).text(&text));
    }
    let all = site.dovecot.held("reports");
    proxy.set(Mode::Throttle(200, Duration::from_millis(2)));
    let serving = site.serve();
    wait_until("the fetch has begun", PATIENCE, || site.ledger().len() == MAILS as usize);
    site.dovecot.set_seen("reports", MAILS);
    site.dovecot.move_to("reports", MAILS - 1, "Done");
    site.dovecot.expunge("reports", MAILS - 2);
    proxy.set(Mode::Pass);
    wait_until("every mail has its last state", PATIENCE, || {
        site.ledger().iter().all(|row| row.settled_at.is_some())
    });
    serving.stop();
    site.once();
    let held = site.dovecot.held("reports");
    assert_eq!(held.len(), 10, "a person took two");
    let gone = all.into_iter().filter(|raw| !held.contains(raw)).collect();
    Ground::of(&site).without(gone).assert_invariants(&site);
}
