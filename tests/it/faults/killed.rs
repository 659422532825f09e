//! The process ends without a word: killed at every step that the wire shows, at every commit, and again
//! and again under load. After a restart all is as if nothing had happened.

use rustix::process::Signal;

use super::ground::Ground;
use crate::real::program::Program;
use crate::real::site::{Engine, Site, report};
use crate::support::proxy::{Mode, Proxy, Way};
use crate::support::{PATIENCE, wait_until};

on_both_engines! {
    f19_killed_at_every_step_that_the_wire_shows
    f19_killed_at_every_commit
    f20_killed_again_and_again_under_load
    f21_told_to_stop_while_mail_is_fetched
    f21_told_to_stop_while_a_letter_is_sent
}

/// An installation whose every line goes through a proxy.
struct Wired {
    site: Site,
    imap: Proxy,
    smtp: Proxy,
    /// To PostgreSQL; a file has no wire.
    store: Option<Proxy>,
}

impl Wired {
    fn new(engine: Engine) -> Self {
        let mut site = Site::new(engine);
        let (imap, smtp) = (Proxy::to(site.dovecot.port()), Proxy::to(site.sink.port()));
        (site.settings.imap_port, site.settings.smtp_port) = (imap.port(), smtp.port());
        let store = site.database.as_ref().map(|database| {
            let proxy = Proxy::to(database.port());
            site.settings.store_url = Some(database.url_at(proxy.port()));
            proxy
        });
        Self { site, imap, smtp, store }
    }

    fn pass(&self) {
        for proxy in [Some(&self.imap), Some(&self.smtp), self.store.as_ref()].into_iter().flatten()
        {
            proxy.set(Mode::Pass);
        }
        // A line that a dead process left held is no sign that the next one has come so far.
        wait_until("the lines of the dead are closed", PATIENCE, || !self.holds());
    }

    fn holds(&self) -> bool {
        self.imap.holds() || self.smtp.holds() || self.store.as_ref().is_some_and(Proxy::holds)
    }

    /// Waits while a daemon runs; what dead ones held is free at once.
    fn wait_until(&self, what: &str, mut condition: impl FnMut() -> bool) {
        wait_until(what, PATIENCE, || {
            self.site.silence_workers_but_the_newest();
            condition()
        });
    }

    /// A start after a death: what was left is finished, and nothing more.
    fn recover(&self, sent: usize) {
        self.pass();
        let program = Program::serve(&self.site);
        self.site.finish_what_the_dead_left(sent);
        program.stop();
    }
}

/// One of the lines.
type Line = fn(&Wired) -> &Proxy;

fn imap_line(wired: &Wired) -> &Proxy {
    &wired.imap
}

fn smtp_line(wired: &Wired) -> &Proxy {
    &wired.smtp
}

/// Which line, and where on it.
type Point = (Line, Mode);

fn points() -> Vec<Point> {
    use Mode::{HoldBefore, HoldBehind};
    use Way::{Down, Up};
    let at = |text: &str| text.as_bytes().to_vec();
    let imap = [
        HoldBefore(Up, at("SELECT"), 1),
        HoldBehind(Down, at("* SEARCH"), 1),
        HoldBehind(Up, at("BODY.PEEK[]"), 1),
        HoldBehind(Down, at("asfalto."), 1),
        HoldBehind(Down, at("OK Fetch completed"), 1),
        HoldBehind(Down, at("OK Fetch completed"), 2),
        HoldBefore(Up, at("UID STORE"), 1),
        HoldBefore(Down, at("OK Store completed"), 1),
    ];
    let smtp = [
        HoldBefore(Up, at("EHLO"), 1),
        HoldBefore(Up, at("MAIL FROM"), 1),
        HoldBehind(Up, at("RCPT TO"), 1),
        HoldBefore(Down, at("354"), 1),
        HoldBehind(Up, at("Auto-Submitted"), 1),
        HoldBefore(Up, at("\r\n.\r\n"), 1),
        HoldBehind(Up, at("\r\n.\r\n"), 1),
    ];
    let imap = imap.into_iter().map(|mode| (imap_line as Line, mode));
    let smtp = smtp.into_iter().map(|mode| (smtp_line as Line, mode));
    imap.chain(smtp).collect()
}

/// Promise: killed in the moment when a command, an answer, a literal, a dot or a flag is on the wire, the
/// next start goes on, to be killed at the next such moment; the last one does the rest.
fn f19_killed_at_every_step_that_the_wire_shows(engine: Engine) {
    let mut wired = Wired::new(engine);
    wired.site.settings.after = "flag";
    let points = points();
    for (n, (line, mode)) in points.iter().enumerate() {
        wired.site.deliver(&report(n));
        line(&wired).set(mode.clone());
        let program = Program::start(&wired.site, &[]);
        wired.wait_until(&format!("{mode:?}"), || line(&wired).holds());
        program.kill();
        wired.pass();
    }
    wired.recover(points.len());
    // The letter may be one that an earlier death held up before its dot: then it left once, and nobody knows.
    let site = &wired.site;
    let unanswered = site.letters().iter().any(|letter| match site.copies(letter).len() {
        0 => false,
        1 => letter.state == "ambiguous",
        _ => true,
    });
    assert!(unanswered, "one dot was not answered");
    Ground::of(&wired.site).with_copies().assert_invariants(&wired.site);
}

/// As many commits as a mail's way has, and some of the daemon's own.
const COMMITS: usize = 10;

/// Promise: killed before or behind any commit, the next start goes on from what was made durable.
fn f19_killed_at_every_commit(engine: Engine) {
    let wired = Wired::new(engine);
    let mut count = 0;
    for commit in 1..=COMMITS {
        // The kernel writes what it was asked to before it looks for signals: SQLite has no behind.
        let sides = if engine == Engine::Postgres { &[false, true][..] } else { &[false][..] };
        for behind in sides {
            wired.site.deliver(&report(count));
            count += 1;
            match engine {
                Engine::Postgres => killed_at_a_commit_message(&wired, commit, *behind),
                Engine::Sqlite => killed_at_a_sync(&wired, commit, &mut count),
            }
            wired.pass();
        }
    }
    wired.recover(count);
    Ground::of(&wired.site).with_copies().assert_invariants(&wired.site);
}

fn killed_at_a_commit_message(wired: &Wired, commit: usize, behind: bool) {
    let (way, text) = (Way::Up, b"COMMIT\0".to_vec());
    let proxy = wired.store.as_ref().expect("a wire to PostgreSQL");
    let hold = if behind { Mode::HoldBehind } else { Mode::HoldBefore };
    proxy.set(hold(way, text, commit));
    let program = Program::start(&wired.site, &[]);
    wired.wait_until("the commit", || wired.holds());
    program.kill();
}

/// SQLite's commits are its syncs: strace kills at the n-th. As many mails come as it takes to have one.
fn killed_at_a_sync(wired: &Wired, commit: usize, mails: &mut usize) {
    let inject = format!("inject=fsync,fdatasync:signal=SIGKILL:when={commit}");
    let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync"];
    // Whoever ends strace ends what it watches.
    let runner = [&strace[..], &["-e", &inject, "setpriv", "--pdeathsig", "KILL"]].concat();
    let mut program = Program::start_under(&runner, &wired.site, &[]);
    wired.wait_until("the sync", || {
        let settled = wired.site.ledger().iter().filter(|row| row.settled_at.is_some()).count();
        if settled == *mails {
            wired.site.deliver(&report(*mails));
            *mails += 1;
        }
        !program.is_alive()
    });
}

/// Rounds of [`f20_killed_again_and_again_under_load`] in a usual run.
const ROUNDS: usize = 5;

/// Promise: whenever it is killed, and however often, the last start does the rest. `tests/soak` makes
/// 200 rounds of it on the release build.
fn f20_killed_again_and_again_under_load(engine: Engine) {
    let soak = super::soak::Soak::begin("f20", engine, ROUNDS);
    let mut chance = fastrand::Rng::with_seed(soak.seed);
    let wired = Wired::new(engine);
    let mut mails = 0;
    for _ in 0..soak.rounds {
        for _ in 0..chance.usize(1..=8) {
            mails += 1;
            wired.site.deliver(&report(mails));
        }
        let traffic = |wired: &Wired| wired.imap.passed() + wired.smtp.passed();
        let until = traffic(&wired) + chance.u64(0..20_000);
        let program = Program::start(&wired.site, &[]);
        wired.wait_until("the bytes after which it dies, or the last mail is taken in", || {
            let ledger = wired.site.ledger();
            let settled = ledger.iter().filter(|row| row.settled_at.is_some()).count();
            traffic(&wired) >= until || settled >= mails
        });
        program.kill();
    }
    wired.recover(mails);
    Ground::of(&wired.site).with_copies().assert_invariants(&wired.site);
    let copies = wired.site.sink.mails().len();
    soak.measured(&format!("{mails} mails, {copies} letters taken, 0 lost, 0 doubled"));
}

/// Promise: SIGTERM in the middle of a fetch ends the process in order; the next start fetches the rest.
fn f21_told_to_stop_while_mail_is_fetched(engine: Engine) {
    const MAILS: usize = 30;
    let wired = Wired::new(engine);
    for n in 1..=MAILS {
        wired.site.deliver(&report(n));
    }
    wired.imap.set(Mode::HoldBehind(Way::Down, b"asfalto.".to_vec(), MAILS / 2));
    let mut program = Program::serve(&wired.site);
    wait_until("half of the mails are fetched", PATIENCE, || wired.holds());
    program.signal(Signal::TERM);
    // The server that fell silent comes to its end.
    wired.imap.cut();
    assert_eq!(program.ended().code(), Some(0), "{}", program.log());
    wired.recover(MAILS);
    Ground::of(&wired.site).assert_invariants(&wired.site);
}

/// Promise: SIGTERM while the server thinks about a letter waits for the answer: nothing is left unclear,
/// and there is one copy.
fn f21_told_to_stop_while_a_letter_is_sent(engine: Engine) {
    let mut site = Site::new(engine);
    site.sink.start_again_with(&["-W", ".:2"]);
    site.deliver(&report(1));
    let mut program = Program::serve(&site);
    wait_until("the sink has the dot", PATIENCE, || !site.sink.mails().is_empty());
    program.signal(Signal::TERM);
    assert_eq!(program.ended().code(), Some(0), "{}", program.log());
    assert_eq!(site.letters()[0].state, "sent", "the answer was waited for");
    site.once();
    Ground::of(&site).assert_invariants(&site);
}
