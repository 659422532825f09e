//! Several daemons on one PostgreSQL, as processes: they share the mailboxes, replace each other, and one that
//! was away and comes back does no harm.

use std::path::PathBuf;
use std::time::Duration;

use rustix::process::Signal;

use crate::real::program::Program;
use crate::real::site::{Engine, Site, report};
use crate::support::proxy::{Mode, Proxy};
use crate::support::wait_until;

/// Longer than a daemon takes to be taken for dead and replaced, on a machine with much else to do.
const REPLACED: Duration = Duration::from_mins(1);

const USERS: [&str; 4] = ["reports", "plants", "roofs", "roads"];

/// A site whose four mailboxes wait for daemons.
fn site() -> Site {
    let mut site = Site::new(Engine::Postgres);
    for user in &USERS[2..] {
        site.dovecot.add_user(user, user);
    }
    site.settings.users = USERS.to_vec();
    site
}

/// `count` reports to each mailbox, numbered on from `first`; the number of the next.
fn deliver(site: &Site, first: usize, count: usize) -> usize {
    let mut n = first;
    for user in USERS {
        for _ in 0..count {
            site.dovecot.deliver(user, &report(n).bytes());
            n += 1;
        }
    }
    n
}

fn sql(site: &Site, sql: &str) -> String {
    site.database.as_ref().expect("several daemons need PostgreSQL").psql(sql)
}

/// How many mailboxes each living daemon holds, the oldest first.
fn shares(site: &Site) -> String {
    sql(
        site,
        "SELECT string_agg(held::text, ' ' ORDER BY epoch) FROM
           (SELECT w.epoch, (SELECT count(*) FROM claim c WHERE c.epoch = w.epoch) AS held
            FROM worker w WHERE w.ended = 0) AS share",
    )
}

fn wait_for_shares(site: &Site, expected: &str) {
    wait_until(&format!("shares {expected}"), REPLACED, || shares(site) == expected);
}

fn wait_for_sent(site: &Site, count: usize) {
    wait_until(&format!("{count} letters are sent"), REPLACED, || {
        site.letters().iter().filter(|letter| letter.state == "sent").count() == count
    });
}

/// Promise: the second daemon takes half of the mailboxes over while mail keeps coming; the third one nothing
/// that is not there; nothing is done twice.
#[test]
fn daemons_share_the_mailboxes() {
    let site = site();
    let next = deliver(&site, 0, 3);
    let one = Program::serve(&site);
    wait_for_shares(&site, "4");
    let two = Program::serve(&site);
    wait_for_shares(&site, "2 2");
    let next = deliver(&site, next, 3);
    wait_for_sent(&site, next);
    assert!(one.log().contains("mails taken in") && two.log().contains("mails taken in"));
    site.audit(next);
    one.stop();
    two.stop();
}

/// Promise: a daemon that is told to stop gives its mailboxes away at once; a rolling restart leaves no gap
/// and waits for nobody to be taken for dead.
#[test]
fn a_daemon_that_leaves_is_followed_at_once() {
    let site = site();
    let one = Program::serve(&site);
    let two = Program::serve(&site);
    wait_for_shares(&site, "2 2");
    one.stop();
    wait_for_shares(&site, "4");
    let next = deliver(&site, 0, 2);
    wait_for_sent(&site, next);
    assert!(!two.log().contains("is dead"), "{}", two.log());
    site.audit(next);
    two.stop();
}

/// Promise: of several daemons the one that watches the mailbox sends the test mail.
#[test]
fn one_of_several_daemons_sends_the_test_mail() {
    let site = site();
    let setting = |name: &'static str, value: &str| (name, PathBuf::from(value));
    let settings = [
        setting("SPORTELLO__CANARY__MAILBOX", "roads"),
        setting("SPORTELLO__CANARY__EVERY", "1h"),
        setting("SPORTELLO__CANARY__LATE_AFTER", "10m"),
    ];
    let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_path())).collect();
    let tests = || site.sink.mails().iter().filter(|it| it.text().contains("di prova")).count();
    let one = Program::serve_with(&site, &settings);
    wait_until("the test mail leaves", REPLACED, || tests() == 1);
    let two = Program::serve_with(&site, &settings);
    wait_for_shares(&site, "2 2");
    assert_eq!(
        sql(
            &site,
            "SELECT min(epoch) = (SELECT epoch FROM claim WHERE mailbox = 'roads') FROM worker"
        ),
        "t"
    );
    let next = deliver(&site, 0, 3);
    wait_for_sent(&site, next);
    assert_eq!(tests(), 1, "the other one sends none");
    one.stop();
    wait_for_shares(&site, "4");
    wait_until("whoever takes the mailbox over sends one", REPLACED, || tests() == 2);
    two.stop();
}

/// Promise: a daemon that is killed is replaced, its mailboxes and its letters.
#[test]
fn a_killed_daemon_is_replaced() {
    let site = site();
    let one = Program::serve(&site);
    let two = Program::serve(&site);
    wait_for_shares(&site, "2 2");
    one.kill();
    let next = deliver(&site, 0, 2);
    wait_for_shares(&site, "4");
    wait_for_sent(&site, next);
    assert!(two.log().contains("is dead"), "{}", two.log());
    site.audit(next);
    two.stop();
}

/// F26. Promise: a daemon that stood still for longer than it may, in the middle of its work, finds when it
/// wakes up that others did it; what it still wanted to write is refused.
#[test]
fn a_daemon_that_was_paused_writes_nothing_stale() {
    let site = site();
    let one = Program::serve(&site);
    let two = Program::serve(&site);
    wait_for_shares(&site, "2 2");
    let next = deliver(&site, 0, 40);
    wait_until("work is under way", REPLACED, || !site.tickets().is_empty());
    one.signal(Signal::STOP);
    wait_for_shares(&site, "4");
    wait_until("every mail is taken in", REPLACED, || site.tickets().len() == next);
    one.signal(Signal::CONT);
    wait_for_shares(&site, "2 2");
    let settled = || {
        let letters = site.letters();
        letters.len() == next
            && letters.iter().all(|letter| ["sent", "ambiguous"].contains(&&*letter.state))
    };
    wait_until("every letter has left or may have left", REPLACED, settled);
    assert!(one.log().contains("took this one for dead"), "{}", one.log());
    site.audit_books(next);
    for letter in site.letters() {
        let copies = site.copies(&letter);
        // Taken from the paused one in mid-body, it may have left: it is repeated a quarter of an hour later.
        assert!(copies.len() == 1 || letter.state == "ambiguous", "{letter:?}: {}", copies.len());
    }
    one.stop();
    two.stop();
}

/// Promise: a daemon that cannot reach the store for a while is replaced, and takes its part again when it can.
#[test]
fn a_daemon_cut_off_from_the_store_is_replaced_and_comes_back() {
    let site = site();
    let database = site.database.as_ref().expect("PostgreSQL").url.clone();
    let (server, name) = database.rsplit_once('/').expect("a database in the address");
    let (before, port) = server.rsplit_once(':').expect("a port in the address");
    let proxy = Proxy::to(port.parse().expect("a port"));
    let through = PathBuf::from(format!("{before}:{}/{name}", proxy.port()));
    let one = Program::serve_with(&site, &[("SPORTELLO__STORE__URL", &through)]);
    let two = Program::serve(&site);
    wait_for_shares(&site, "2 2");
    proxy.set(Mode::BlackHole);
    wait_for_shares(&site, "4");
    let next = deliver(&site, 0, 2);
    wait_for_sent(&site, next);
    proxy.set(Mode::Pass);
    proxy.cut();
    wait_for_shares(&site, "2 2");
    let next = deliver(&site, next, 2);
    wait_for_sent(&site, next);
    site.audit(next);
    one.stop();
    two.stop();
}
