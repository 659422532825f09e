//! IDLE, as the daemon's watcher waits in it (T5). Each script lets a second mail arrive while it
//! misbehaves: that mail is answered too, once, and without the next poll where the server gave a sign.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use sportello::daemon;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::scripts::WATCHED;
use crate::office::{Kept, Mailbox, Office};
use crate::support::hostile_imap::HostileImap;
use crate::support::mails::mail;
use crate::support::{PATIENCE, wait_until};

/// A daemon at work.
pub struct Watched {
    runtime: Runtime,
    office: Office,
    stop: watch::Sender<bool>,
    daemon: JoinHandle<()>,
}

impl Watched {
    pub fn start(mailbox: &Mailbox) -> Self {
        let runtime =
            Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let office = runtime.block_on(Office::reading(Kept::Sqlite, mailbox));
        let (stop, stopping) = watch::channel(false);
        let parts = Arc::clone(&office.parts);
        let daemon = runtime.spawn(async move {
            drop(daemon::serve(parts, stopping).await);
        });
        Self { runtime, office, stop, daemon }
    }

    pub fn block_on<'a, T>(
        &'a self,
        look: impl FnOnce(&'a Office) -> Pin<Box<dyn Future<Output = T> + 'a>>,
    ) -> T {
        self.runtime.block_on(look(&self.office))
    }

    pub fn is_alive(&self) -> bool {
        !self.daemon.is_finished()
    }

    /// Waits until as many mails have been answered.
    pub fn await_answers(&self, count: usize, what: &str) {
        wait_until(what, PATIENCE, || self.office.letters.sent().len() >= count);
    }

    /// Stops softly.
    pub fn stop(&mut self) {
        self.stop.send_replace(true);
        self.runtime.block_on(&mut self.daemon).expect("a daemon that did not panic");
    }
}

/// Between two polls, where a script gives no sign that only a look could find.
const POLL_SOON: &str = "300ms";

fn mailbox(script: &str, port: u16) -> Mailbox {
    let mut mailbox = Mailbox::at(port);
    mailbox.deadlines.idle_end = Duration::from_millis(400);
    if script == "idle-black-hole" {
        mailbox.poll_interval = POLL_SOON;
    }
    mailbox
}

/// T5: no IDLE hangs, panics or swallows a mail; all scripts at once, each with its own daemon.
#[test]
fn t5_no_way_to_misbehave_in_idle_costs_a_mail() {
    let servers: Vec<_> =
        WATCHED.iter().map(|script| (*script, HostileImap::fixture(script))).collect();
    let watched: Vec<_> = servers
        .iter()
        .map(|(script, server)| Watched::start(&mailbox(script, server.port())))
        .collect();
    for ((script, server), mut watched) in servers.iter().zip(watched) {
        watched.await_answers(2, script);
        assert!(watched.is_alive(), "{script}");
        let idles = server.transcript().iter().flatten().filter(|l| l.ends_with(" IDLE")).count();
        assert!(idles > 0, "{script}: {:?}", server.transcript());
        watched.stop();
        watched.block_on(|office| Box::pin(office.has_answered(&[101, 102], script)));
    }
}

/// A server that refuses IDLE every time is polled over one connection, not besieged by new ones.
#[test]
fn a_server_that_refuses_idle_is_polled() {
    let server = HostileImap::script("MAILBOX 1\nC: * IDLE\nS: {tag} NO not today");
    let mailbox = Mailbox { poll_interval: POLL_SOON, ..Mailbox::at(server.port()) };
    let mut watched = Watched::start(&mailbox);
    watched.await_answers(1, "what lies there");
    wait_until("the connection after the refusal", PATIENCE, || server.transcript().len() == 2);
    for count in 2..5 {
        let raw = mail().from(&format!("r{count}@resident.example")).text("Una buca.");
        server.deliver(&raw.subject(&format!("Buca {count}")).bytes());
        watched.await_answers(count, "what the poll finds");
    }
    assert_eq!(server.transcript().len(), 2, "{:?}", server.transcript());
    watched.stop();
}

/// A server that left bodies out is asked for them at the next wake, not at the next reconnection.
#[test]
fn mails_that_were_left_out_are_asked_for_at_the_next_poll() {
    let server = HostileImap::fixture("ok-after-three-bodies");
    let mailbox = Mailbox { poll_interval: POLL_SOON, ..Mailbox::at(server.port()) };
    let mut watched = Watched::start(&mailbox);
    watched.await_answers(10, "all mails");
    assert_eq!(server.transcript().len(), 1, "one connection");
    watched.stop();
}
