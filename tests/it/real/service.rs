//! The whole process: started, stopped, killed, reloaded, locked out, as systemd and people do.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use rustix::process::Signal;

use crate::real::program::{Program, run};
use crate::real::site::{Engine, Site, report};
use crate::support::servers::Port;
use crate::support::{PATIENCE, wait_until};

on_both_engines! {
    a_restart_does_nothing_twice
    a_kill_while_mail_is_taken_in_loses_nothing
    a_kill_before_the_body_sends_the_letter_once
    a_kill_after_the_dot_leaves_an_ambiguous_letter
    a_reload_adds_a_mailbox_and_a_broken_file_changes_nothing
    a_stopped_imap_server_is_found_again
}

/// Promise: `run --once` and the daemon, started again and again, repeat nothing.
fn a_restart_does_nothing_twice(engine: Engine) {
    let site = Site::new(engine);
    site.deliver(&report(1));
    for _ in 0..2 {
        let round = run(&site, &["run", "--once"]);
        assert_eq!(round.status.code(), Some(0), "{round:?}");
        site.audit(1);
    }
    for n in 2..=3 {
        let program = Program::serve(&site);
        site.deliver(&report(n));
        site.wait_for_sent(n);
        program.stop();
        site.audit(n);
    }
    assert_eq!(site.ledger().len(), 3);
}

/// Promise: killed at any moment of a rush, the next start does the rest: every mail one ticket.
fn a_kill_while_mail_is_taken_in_loses_nothing(engine: Engine) {
    const MAILS: usize = 150;
    let mut site = Site::new(engine);
    site.sink.stop();
    for n in 1..=MAILS {
        site.deliver(&report(n));
    }
    let program = Program::serve(&site);
    wait_until("some tickets are there", PATIENCE, || !site.tickets().is_empty());
    program.kill();
    site.sink.start_again();
    let program = Program::serve(&site);
    site.free_letters_of_the_dead();
    site.wait_for_sent(MAILS);
    program.stop();
    site.audit(MAILS);
}

/// Starts the daemon against a sink that falls silent at `step`, and kills it while `phase` lasts.
fn killed_at(site: &mut Site, step: &str, phase: &str) {
    site.sink.start_again_with(&["-W", &format!("{step}:30")]);
    site.deliver(&report(1));
    let program = Program::serve(site);
    wait_until("the letter is on its way", PATIENCE, || {
        let letters = site.letters();
        letters.iter().any(|letter| letter.state == "sending") && phase_of(site) == phase
    });
    if phase == "data" {
        wait_until("the sink has the dot", PATIENCE, || !site.sink.mails().is_empty());
    }
    program.kill();
    site.sink.start_again();
}

fn phase_of(site: &Site) -> String {
    use sportello::store::Engine as Store;
    let sql = "SELECT phase FROM letter";
    site.wait_for(async {
        match &site.store.engine {
            Store::Sqlite { reader, .. } => sqlx::query_scalar(sql).fetch_one(reader).await,
            Store::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await,
        }
    })
    .expect("one letter")
}

/// Promise: a process that dies before a letter's body began leaves it due; it is sent once.
fn a_kill_before_the_body_sends_the_letter_once(engine: Engine) {
    let mut site = Site::new(engine);
    killed_at(&mut site, "RCPT", "envelope");
    let program = Program::serve(&site);
    site.free_letters_of_the_dead();
    site.wait_for_sent(1);
    program.stop();
    site.audit(1);
}

/// Promise: a process that dies behind the dot cannot know; the letter is ambiguous, not lost and not
/// sent blindly. `outbox retry` beside the daemon sends the same bytes within seconds.
fn a_kill_after_the_dot_leaves_an_ambiguous_letter(engine: Engine) {
    let mut site = Site::new(engine);
    killed_at(&mut site, ".", "data");
    let program = Program::serve(&site);
    site.free_letters_of_the_dead();
    wait_until("the letter is ambiguous", PATIENCE, || site.letters()[0].state == "ambiguous");
    let id = site.letters()[0].id.to_string();
    let retried = run(&site, &["outbox", "retry", &id]);
    assert_eq!(retried.status.code(), Some(0), "{retried:?}");
    site.wait_for_sent(1);
    program.stop();
    site.audit_books(1);
    let copies = site.copies(&site.letters()[0]);
    assert_eq!(copies.len(), 2, "one before the kill, one asked for");
    assert_eq!(copies[0], copies[1]);
}

/// Promise: SIGHUP with a file that cannot be used changes nothing; with a good one the daemon takes
/// it over without a restart.
fn a_reload_adds_a_mailbox_and_a_broken_file_changes_nothing(engine: Engine) {
    let mut site = Site::new(engine);
    let mut program = Program::serve(&site);
    site.write_file("sportello.toml", "[organisation\nname = ");
    program.signal(Signal::HUP);
    wait_until("the fault is said", PATIENCE, || program.log().contains("the old one stays"));
    site.deliver(&report(1));
    site.wait_for_sent(1);
    site.settings.users = vec!["reports", "plants"];
    site.write_configuration();
    program.signal(Signal::HUP);
    site.wait_for_first_pass();
    site.dovecot.deliver("plants", &report(2).bytes());
    site.deliver(&report(3));
    site.wait_for_sent(3);
    assert!(program.is_alive(), "it is the same process");
    program.stop();
    site.audit(3);
}

/// Promise: the daemon outlives its IMAP server and finds it again, and the mail that came meanwhile.
fn a_stopped_imap_server_is_found_again(engine: Engine) {
    let mut site = Site::new(engine);
    site.settings.idle = true;
    let mut program = Program::serve(&site);
    site.deliver(&report(1));
    site.wait_for_sent(1);
    site.dovecot.stop();
    wait_until("the trouble is noted", PATIENCE, || {
        site.folders().iter().any(|folder| !folder.connected && !folder.trouble.is_empty())
    });
    site.deliver(&report(2));
    site.dovecot.start_again();
    site.wait_for_sent(2);
    assert!(program.is_alive() && site.folders()[0].connected);
    program.stop();
    site.audit(2);
}

/// Promise: a wrong IMAP password does not end the daemon and does not lock the account: log-ins are
/// few (at most 6 in 12 s), letters that wait still leave, and the right password mends it.
#[test]
fn a_wrong_password_is_waited_out() {
    let mut site = Site::new(Engine::Sqlite);
    site.deliver(&report(1));
    let right = std::mem::replace(&mut site.settings.smtp_port, Port::free().number);
    assert_eq!(run(&site, &["run", "--once"]).status.code(), Some(1), "the letter stays");
    site.settings.smtp_port = right;
    site.settings.password = Some("mistaken");
    let mut program = Program::serve(&site);
    site.wait_for_sent(1);
    let refused = |site: &Site| site.dovecot.log().matches("auth failed").count();
    wait_until("three log-ins", PATIENCE, || refused(&site) == 3);
    assert!(program.log().contains("log-in"), "{}", program.log());
    assert!(!program.log().contains("mistaken"), "no password in the log");
    let status = String::from_utf8(run(&site, &["status", "--format", "json"]).stdout).unwrap();
    assert!(status.contains("\"connected\": false"), "{status}");
    site.deliver(&report(2));
    site.dovecot.set_password("reports", "mistaken");
    site.wait_for_sent(2);
    assert!(program.is_alive());
    program.stop();
    // The tests' own log-ins use the new password only, and do not count here.
    site.audit(2);
}

/// Promise: systemd hears READY=1 when the daemon serves, RELOADING=1 and READY=1 around a reload, and
/// STOPPING=1; SIGTERM ends it within seconds with exit status 0, also in mid-IDLE; SIGINT too.
#[test]
fn systemd_is_told_and_obeyed() {
    let mut site = Site::new(Engine::Sqlite);
    site.settings.idle = true;
    site.settings.poll = "10m";
    let path = site.path().join("notify");
    let socket = UnixDatagram::bind(&path).expect("a socket");
    socket.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    let hear = |word: &str| {
        let mut said = [0; 4096];
        loop {
            let bytes = socket.recv(&mut said).unwrap_or_else(|error| panic!("{word}: {error}"));
            let text = String::from_utf8_lossy(&said[..bytes]);
            if text.lines().any(|line| line == word) {
                return text.into_owned();
            }
        }
    };
    for signal in [Signal::TERM, Signal::INT] {
        let mut program = Program::serve_with(&site, &[("NOTIFY_SOCKET", path.as_path())]);
        hear("READY=1");
        program.signal(Signal::HUP);
        assert!(hear("RELOADING=1").contains("MONOTONIC_USEC="));
        hear("READY=1");
        program.signal(signal);
        hear("STOPPING=1");
        let mut status = None;
        wait_until("it ends", Duration::from_secs(5), || {
            status = (!program.is_alive()).then(|| program.ended());
            status.is_some()
        });
        assert_eq!(status.and_then(|status| status.code()), Some(0), "{}", program.log());
    }
}

/// Promise: a second daemon on one SQLite file is refused with words, and the first goes on.
#[test]
fn a_second_daemon_on_one_file_is_refused() {
    let site = Site::new(Engine::Sqlite);
    let program = Program::serve(&site);
    let second = run(&site, &["run", "--once"]);
    assert_eq!(second.status.code(), Some(1), "{second:?}");
    assert!(String::from_utf8_lossy(&second.stderr).contains("another daemon"), "{second:?}");
    site.deliver(&report(1));
    site.wait_for_sent(1);
    program.stop();
    site.audit(1);
}
