//! IMAP servers that say the wrong thing: scripts of `fixtures/imap` in Dovecot's place.

use std::time::Duration;

use super::ground::Ground;
use crate::real::site::{Engine, Site};
use crate::support::hostile_imap::HostileImap;
use crate::support::{PATIENCE, wait_until};

on_both_engines! {
    f03_a_refusal_after_three_of_ten_bodies
    f04_a_refusal_of_any_command
    f05_idle_that_misbehaves
    f06_answers_that_are_no_imap
    f07_sizes_that_lie
    f10_a_log_in_that_fails_and_works_again
    f11_servers_that_go_away
}

/// More rounds than any script needs to become polite.
const ROUNDS_MAX: usize = 5;

/// A stalled step of a script is given up after this.
const SHORT: Duration = Duration::from_millis(400);

fn at(engine: Engine, script: &str) -> (Site, HostileImap) {
    let mut site = Site::new(engine);
    let imap = HostileImap::fixture(script);
    site.settings.imap_port = imap.port();
    (site, imap)
}

/// Rounds until the folder is accounted for; what was wrong in between.
fn drain(site: &Site, imap: &HostileImap) -> Vec<String> {
    let mut wrong = Vec::new();
    for _ in 0..ROUNDS_MAX {
        match &site.round().mailboxes[0].1 {
            Ok(passed) if passed.unaccounted == 0 => {
                Ground::in_scripted(site, imap).assert_invariants(site);
                return wrong;
            }
            Ok(_) => {}
            Err(error) => wrong.push(error.to_string()),
        }
        let gone = site.ledger().iter().filter(|row| row.state == "gone").count();
        assert_eq!(gone, 0, "nothing is gone because a server says so once");
    }
    panic!("not drained after {ROUNDS_MAX} rounds: {wrong:?}");
}

/// Each script in an installation of its own; each must have been noticed unless it is harmless.
fn drain_each(engine: Engine, scripts: &[&str]) {
    for script in scripts {
        let (mut site, imap) = at(engine, script);
        site.settings.imap.response = SHORT;
        assert!(!drain(&site, &imap).is_empty(), "{script}: nobody noticed");
    }
}

/// Promise: a tagged NO or BAD in mid-answer is a failure; what came before it stays, the rest follows.
fn f03_a_refusal_after_three_of_ten_bodies(engine: Engine) {
    drain_each(engine, &["no-after-three-bodies", "bad-after-three-bodies"]);
}

/// Promise: whatever command is refused, no mail is marked as gone and none is lost; marking refused on
/// the server undoes nothing.
fn f04_a_refusal_of_any_command(engine: Engine) {
    drain_each(
        engine,
        &["no-to-search", "bad-to-search", "no-to-select", "no-to-sizes", "empty-search"],
    );
    for (script, after) in
        [("no-to-store", "flag"), ("bad-to-move", "move"), ("no-to-noop", "leave")]
    {
        let (mut site, imap) = at(engine, script);
        site.settings.after = after;
        let held = Ground::in_scripted(&site, &imap);
        site.once();
        site.once();
        held.taken_now(&site).assert_invariants(&site);
    }
}

/// Promise: no way to misbehave in IDLE hangs the daemon or costs the mail that comes meanwhile.
fn f05_idle_that_misbehaves(engine: Engine) {
    let scripts = crate::hostile_imap::WATCHED;
    for script in scripts {
        let (mut site, imap) = at(engine, script);
        site.settings.idle = true;
        site.settings.imap.idle_end = SHORT;
        if script != "idle-black-hole" {
            site.settings.poll = "10m";
        }
        let serving = site.serve();
        wait_until(script, PATIENCE, || site.sink.mails().len() == 2);
        site.wait_for_sent(2);
        serving.stop();
        Ground::in_scripted(&site, &imap).assert_invariants(&site);
    }
}

/// Promise: lines that are no IMAP end the connection, not the program.
fn f06_answers_that_are_no_imap(engine: Engine) {
    drain_each(engine, &["malformed-line", "internaldate-nil", "stale-no-before-the-answer"]);
    let (site, imap) = at(engine, "one-byte-a-packet");
    assert!(drain(&site, &imap).is_empty(), "a slow server is none that fails");
}

/// Promise: a size that is announced is not memory that is taken, and a size that is understated is no
/// mail that is cut.
fn f07_sizes_that_lie(engine: Engine) {
    drain_each(engine, &["huge-literal", "size-lies-small", "literal-too-short"]);
    let (site, imap) = at(engine, "size-lies-large");
    assert!(drain(&site, &imap).is_empty(), "a size that is too large is only asked in vain");
}

/// Promise: a log-in that is refused, an outage there, and an account without a mailbox behind it are
/// told apart, and all are got over.
fn f10_a_log_in_that_fails_and_works_again(engine: Engine) {
    drain_each(engine, &["login-refused-then-accepted", "unavailable-at-login"]);
    let mut site = Site::new(engine);
    site.deliver(&crate::real::site::report(1));
    site.settings.password = Some("mistaken");
    let serving = site.serve();
    wait_until("a refusal", PATIENCE, || site.dovecot.log().contains("auth failed"));
    serving.stop();
    site.dovecot.set_password("reports", "mistaken");
    site.once();
    Ground::of(&site).assert_invariants(&site);
}

/// Promise: a server that says good-bye, is full or is away at any moment is found again.
fn f11_servers_that_go_away(engine: Engine) {
    drain_each(
        engine,
        &["bye-before-search", "bye-between-bodies", "too-many-connections", "silent-greeting"],
    );
}
