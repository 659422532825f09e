//! The IMAP connection breaks while mail is being fetched.

use std::time::Duration;

use super::ground::Ground;
use crate::real::site::{Engine, Site, report};
use crate::support::mails::RawMail;
use crate::support::proxy::{Mode, Proxy, Way};

on_both_engines! {
    f01_imap_cut_between_two_fetch_responses
    f02_imap_cut_inside_a_literal
    f02_the_daemon_gets_over_cuts_by_itself
    f06_bytes_that_come_slowly_and_one_by_one
}

const MAILS: usize = 10;

/// A mail of some kilobytes, so that a cut can meet the middle of one.
fn wordy(n: usize) -> RawMail {
    let text = format!("In via Roma {n} c'è una buca nell'asfalto.\n").repeat(100);
    report(n).text(&text)
}

fn behind_a_proxy(engine: Engine) -> (Site, Proxy) {
    let mut site = Site::new(engine);
    let proxy = Proxy::to(site.dovecot.port());
    site.settings.imap_port = proxy.port();
    for n in 1..=MAILS {
        site.deliver(&wordy(n));
    }
    (site, proxy)
}

/// Promise: wherever the connection breaks, from the greeting to the last literal, what was written
/// down stays, the next round does the rest, and nobody is answered twice.
fn f02_imap_cut_inside_a_literal(engine: Engine) {
    let (site, proxy) = behind_a_proxy(engine);
    // The longest first: once a command was cut, its mails come one by one, and some of them arrive.
    for bytes in [40_000, 0, 20, 400, 900, 1_500, 5_000, 20_000] {
        proxy.set(Mode::CutAfter(Way::Down, bytes));
        let round = site.round();
        assert!(round.mailboxes[0].1.is_err(), "cut after {bytes} bytes and nobody noticed");
    }
    proxy.set(Mode::Pass);
    site.once();
    assert_eq!(site.ledger().len(), MAILS);
    Ground::of(&site).assert_invariants(&site);
}

/// Promise: an end of the connection on the border of two answers looks like the end of the list to
/// a careless client (trap T2); here it is an error, and the mails behind it are fetched later.
fn f01_imap_cut_between_two_fetch_responses(engine: Engine) {
    let (site, proxy) = behind_a_proxy(engine);
    for answers in [1, 4] {
        proxy.set(Mode::CutBehind(Way::Down, b"asfalto.\r\n\r\n)\r\n".to_vec(), answers));
        assert!(site.round().mailboxes[0].1.is_err(), "cut behind {answers} mails");
    }
    // Behind the answer to SEARCH: "nothing new" would be a lie.
    proxy.set(Mode::CutBehind(Way::Down, b"* SEARCH 1 2 3 4 5 6 7 8 9 10\r\n".to_vec(), 1));
    assert!(site.round().mailboxes[0].1.is_err(), "cut behind the list");
    proxy.set(Mode::Pass);
    site.once();
    Ground::of(&site).assert_invariants(&site);
}

/// Promise: nobody has to restart the daemon after a bad line.
fn f02_the_daemon_gets_over_cuts_by_itself(engine: Engine) {
    let (site, proxy) = behind_a_proxy(engine);
    proxy.set(Mode::CutAfter(Way::Down, 20_000));
    let serving = site.serve();
    crate::support::wait_until("the cut is noticed", crate::support::PATIENCE, || {
        site.folders().iter().any(|folder| !folder.connected && !folder.trouble.is_empty())
    });
    proxy.set(Mode::Pass);
    site.wait_for_sent(MAILS);
    proxy.cut();
    site.deliver(&wordy(MAILS + 1));
    site.wait_for_sent(MAILS + 1);
    serving.stop();
    Ground::of(&site).assert_invariants(&site);
}

/// Promise: a line that gives its bytes late, in small packets or one by one changes nothing.
fn f06_bytes_that_come_slowly_and_one_by_one(engine: Engine) {
    let modes = [
        Mode::Split,
        Mode::Delay(Duration::from_millis(20)),
        Mode::Throttle(700, Duration::from_millis(1)),
    ];
    for mode in modes {
        let (site, proxy) = behind_a_proxy(engine);
        proxy.set(mode);
        site.once();
        Ground::of(&site).assert_invariants(&site);
    }
}
