//! The whole program in a jar: a real store, Maildirs as mailboxes, a server in memory, a clock that
//! stands still. A story drives it with a handful of verbs; when it ends, nothing may be left undone.

mod settings;
mod undone;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use sportello::carrier::{Carried, Carrier, Memory};
use sportello::clerk::Clerk;
use sportello::clock::Clock;
use sportello::config::Config;
use sportello::daemon::{self, Parts, Round};
use sportello::domain::decide::{Correction, Decision, Event};
use sportello::domain::letter::LetterKind;
use sportello::domain::ticket::Ticket;
use sportello::domain::time::Timestamp;
use sportello::intake::{self, Imported};
use sportello::setup;
use sportello::store::ledger::LedgerRow;
use sportello::store::outbox::LetterRow;
use sportello::store::tickets::EntryRow;
use sportello::store::{self, StoreError, ledger, mail, outbox, tickets};
use tokio::runtime::Runtime;

use super::mails::RawMail;
use super::sent::Sent;
use super::stores::{Engine, Place, runtime};
use settings::{OFFICES, configuration};

/// Where the clock stands when a world begins: a Thursday, ten in the morning in Rome; the desk is open.
pub const BEGIN: &str = "2026-11-12T09:00:00Z";

/// The mailbox that stories write to unless they name another.
pub const REPORTS: &str = "segnalazioni";

/// A second mailbox.
pub const SCHOOLS: &str = "scuole";

/// Our address, in both senses: people write to it, letters come from it.
pub const OURS: &str = "segnalazioni@comune.example";

/// More rounds than any story needs: a world that still moves then moves for ever.
const ROUNDS_MAX: usize = 12;

/// Runs a story in a fresh world of each engine.
pub fn on_both(story: impl Fn(&mut World)) {
    on_both_with("", &[], story);
}

/// The same, with more rules and other settings.
pub fn on_both_with(rules: &str, config: &[(&str, &str)], story: impl Fn(&mut World)) {
    for engine in Engine::each() {
        story(&mut World::with(engine, rules, config));
    }
}

/// The whole program with its surroundings.
pub struct World {
    parts: Parts,
    config: Config,
    clock: Clock,
    server: Memory,
    runtime: Runtime,
    place: Place,
    /// Every raw mail that came in, with the mailbox that it came to.
    delivered: Vec<(String, Vec<u8>)>,
    imported: BTreeSet<Vec<u8>>,
    leaves_undone: bool,
}

impl World {
    /// A world with two mailboxes and four offices.
    pub fn new(engine: Engine) -> Self {
        Self::with(engine, "", &[])
    }

    /// A world with more rules, and with settings that override its configuration: pairs as
    /// `("limits.acknowledgements_per_hour", "3")`.
    pub fn with(engine: Engine, rules: &str, config: &[(&str, &str)]) -> Self {
        let place = Place::new(engine);
        fs::write(place.dir().join("rules.toml"), format!("{OFFICES}{rules}")).unwrap();
        for mailbox in [REPORTS, SCHOOLS] {
            for folder in ["new", "cur", "tmp"] {
                fs::create_dir_all(place.dir().join(mailbox).join(folder)).unwrap();
            }
        }
        let variable = |key: &str| format!("SPORTELLO__{}", key.to_uppercase().replace('.', "__"));
        let settings: BTreeMap<String, String> =
            config.iter().map(|(key, value)| (variable(key), (*value).to_owned())).collect();
        let file = place.dir().join("sportello.toml");
        let config = Config::parse(&configuration(&place), &file, &settings).unwrap();
        let clock = Clock::frozen(Timestamp::parse(BEGIN).unwrap());
        let server = Memory::default();
        let runtime = runtime();
        let parts = runtime.block_on(open(&config, &clock, &server));
        let (delivered, imported) = (Vec::new(), BTreeSet::new());
        Self {
            parts,
            config,
            clock,
            server,
            runtime,
            place,
            delivered,
            imported,
            leaves_undone: false,
        }
    }

    /// Delivers a mail.
    pub fn receive(&mut self, mail: &RawMail) {
        self.receive_raw(REPORTS, &mail.bytes());
    }

    /// Delivers bytes to a mailbox.
    pub fn receive_raw(&mut self, mailbox: &str, raw: &[u8]) {
        let number = self.delivered.len();
        let name = format!("{}.M{number:06}.world", 1_790_000_000 + number);
        fs::write(self.place.dir().join(mailbox).join("new").join(name), raw).unwrap();
        self.delivered.push((mailbox.to_owned(), raw.to_vec()));
    }

    /// Intake and dispatch until nothing moves; what must wait for a later hour waits.
    pub fn settle(&mut self) {
        for _ in 0..ROUNDS_MAX {
            let round = self.round();
            let mut moved = round.letters.tried() > 0;
            for (mailbox, passed) in round.mailboxes {
                let passed = passed.unwrap_or_else(|error| panic!("{mailbox}: {error}"));
                moved |= passed.settled > 0;
            }
            if !moved {
                return;
            }
        }
        panic!("the world still moves after {ROUNDS_MAX} rounds");
    }

    /// One full pass of everything, as `run --once` makes it.
    pub fn round(&mut self) -> Round {
        self.try_round().unwrap()
    }

    /// The same, where the store may fail.
    pub fn try_round(&mut self) -> Result<Round, StoreError> {
        self.runtime.block_on(Box::pin(daemon::once(&self.parts)))
    }

    /// A round of two daemons at the same moment, on the same store and the same mailboxes.
    pub fn round_of_two(&mut self) -> [Round; 2] {
        self.runtime.block_on(async {
            let twin = open(&self.config, &self.clock, &self.server).await;
            let rounds = (Box::pin(daemon::once(&self.parts)), Box::pin(daemon::once(&twin)));
            let (one, two) = tokio::join!(rounds.0, rounds.1);
            twin.engine.close().await;
            [one.unwrap(), two.unwrap()]
        })
    }

    /// A round that is cut off after so many steps, as by a power cut, and a restart; whether the round
    /// came to its end before that.
    pub fn cut_after(&mut self, steps: usize) -> bool {
        let ended = {
            // What is dropped in the middle ends its transactions on the runtime.
            let _entered = self.runtime.enter();
            let mut round = Box::pin(daemon::once(&self.parts));
            let mut left = steps;
            self.runtime.block_on(poll_fn(|context| {
                if left == 0 {
                    return Poll::Ready(false);
                }
                left -= 1;
                round.as_mut().poll(context).map(|round| round.map(|_| true).unwrap())
            }))
        };
        // The rules are as they were; reading them again takes most of a restart.
        let clerk = Arc::clone(&self.parts.clerk);
        let (config, clock, server) = (&self.config, &self.clock, &self.server);
        let parts = self.runtime.block_on(open_with(config, clock, server, Some(clerk)));
        self.go_on_with(parts);
        ended
    }

    /// Moves the clock.
    pub fn advance(&mut self, span: Duration) {
        self.clock.advance(span);
    }

    /// Somebody sets the clock back.
    pub fn set_back(&mut self, span: Duration) {
        let Clock::Frozen(millis) = &self.clock else { panic!("a world's clock stands still") };
        millis.store(self.clock.now().minus(span).millis(), Ordering::SeqCst);
    }

    /// What the clock shows.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Drops everything in memory and opens the same store again.
    pub fn restart(&mut self) {
        let parts = self.runtime.block_on(open(&self.config, &self.clock, &self.server));
        self.go_on_with(parts);
    }

    fn go_on_with(&mut self, parts: Parts) {
        let _entered = self.runtime.enter();
        self.parts = parts;
    }

    /// The next letter that is tried ends like this; [`Carried::Lost`] is a worker that dies after the
    /// body has left.
    pub fn fail_next(&self, outcome: Carried) {
        self.server.order(outcome);
    }

    /// Whether the server can be reached.
    pub fn server_down(&self, down: bool) {
        self.server.set_down(down);
    }

    /// What the server took, in order.
    pub fn sent(&self) -> Vec<Sent> {
        self.server.sent().iter().map(Sent::read).collect()
    }

    /// What it took of one kind.
    pub fn sent_of(&self, kind: LetterKind) -> Vec<Sent> {
        self.sent().into_iter().filter(|letter| letter.kind == kind).collect()
    }

    /// The acknowledgements that it took.
    pub fn acknowledgements(&self) -> Vec<Sent> {
        self.sent_of(LetterKind::Acknowledgement)
    }

    /// The notices that it took.
    pub fn notices(&self) -> Vec<Sent> {
        self.sent_of(LetterKind::StaffNotice)
    }

    /// Every ticket.
    pub fn tickets(&self) -> Vec<Ticket> {
        self.runtime.block_on(tickets::all(&self.parts.engine)).unwrap()
    }

    /// The ticket, in stories that have one.
    pub fn ticket(&self) -> Ticket {
        let tickets = self.tickets();
        assert_eq!(tickets.len(), 1, "{tickets:?}");
        tickets.into_iter().next().unwrap()
    }

    /// A ticket's history.
    pub fn history(&self, number: &str) -> Vec<EntryRow> {
        let found = self.runtime.block_on(tickets::find(&self.parts.engine, number)).unwrap();
        let (id, _) = found.expect(number);
        self.runtime.block_on(tickets::history(&self.parts.engine, id)).unwrap()
    }

    /// Every row of the ledger.
    pub fn ledger(&self) -> Vec<LedgerRow> {
        self.runtime.block_on(ledger::all(&self.parts.engine)).unwrap()
    }

    /// The states of the ledger, in the order of arrival.
    pub fn states(&self) -> Vec<String> {
        self.ledger().into_iter().map(|row| row.state).collect()
    }

    /// Every letter.
    pub fn outbox(&self) -> Vec<LetterRow> {
        self.runtime.block_on(outbox::all(&self.parts.engine)).unwrap()
    }

    /// The acknowledgements' states, in the order of being written.
    pub fn acknowledgement_states(&self) -> Vec<String> {
        let acknowledgements =
            self.outbox().into_iter().filter(|letter| letter.kind == "acknowledgement");
        acknowledgements.map(|letter| letter.state).collect()
    }

    /// Staff correct a ticket.
    pub fn correct(&mut self, number: &str, correction: &Correction) -> Decision {
        self.handle(number, &Event::StaffCorrected(correction))
    }

    /// Staff close a ticket.
    pub fn close(&mut self, number: &str, note: Option<&str>) -> Decision {
        self.handle(number, &Event::StaffClosed { note })
    }

    /// Staff take a ticket.
    pub fn take(&mut self, number: &str, note: Option<&str>) -> Decision {
        self.handle(number, &Event::StaffTook { note })
    }

    /// Staff act on a ticket.
    pub fn handle(&mut self, number: &str, event: &Event<'_>) -> Decision {
        let Parts { engine, clerk, clock, .. } = &self.parts;
        self.runtime.block_on(async {
            let mut tx = engine.begin().await.unwrap();
            let decision = clerk.handle(&mut tx, number, event, clock.now()).await.unwrap();
            tx.commit().await.unwrap();
            decision
        })
    }

    /// Takes mails from files in.
    pub fn import(&mut self, mails: &[Vec<u8>], letters: bool) -> Imported {
        self.imported.extend(mails.iter().cloned());
        let Parts { engine, clerk, clock, .. } = &self.parts;
        let imported = intake::import(clerk, engine, mails.to_vec(), letters, clock.now());
        self.runtime.block_on(imported).unwrap()
    }

    /// Reads every quarantined mail again; whether each could be read.
    pub fn read_again(&mut self) -> Vec<bool> {
        let Parts { engine, clerk, clock, .. } = &self.parts;
        self.runtime.block_on(async {
            let mut read = Vec::new();
            for row in mail::quarantined(engine).await.unwrap() {
                let number = row.ticket.clone().expect("a quarantined mail has a ticket");
                let again = intake::read_again(clerk, engine, &row, &number, clock.now()).await;
                read.push(again.unwrap());
            }
            read
        })
    }

    /// The parts, for what no verb does.
    pub fn parts(&self) -> (&Runtime, &Parts) {
        (&self.runtime, &self.parts)
    }

    /// Runs a statement behind the program's back.
    pub fn sql(&self, sql: &'static str) {
        self.runtime.block_on(async {
            let mut tx = self.parts.engine.begin().await.unwrap();
            tx.run(sql, Vec::new()).await.unwrap();
            tx.commit().await.unwrap();
        });
    }

    /// The story ends in the middle of something, on purpose.
    pub fn leaves_undone(&mut self) {
        self.leaves_undone = true;
    }
}

async fn open(config: &Config, clock: &Clock, server: &Memory) -> Parts {
    open_with(config, clock, server, None).await
}

async fn open_with(
    config: &Config,
    clock: &Clock,
    server: &Memory,
    clerk: Option<Arc<Clerk>>,
) -> Parts {
    let store = store::open(config.store.url(), clock.now()).await.unwrap();
    let clerk = clerk.unwrap_or_else(|| setup::clerk(config, store.signer.clone()).unwrap());
    Parts {
        config: config.clone(),
        engine: store.engine.clone(),
        clerk,
        carrier: Carrier::Memory(server.clone()),
        clock: clock.clone(),
        imap: sportello::mailbox::session::Deadlines::default(),
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            if !self.leaves_undone {
                self.assert_nothing_is_undone();
            }
            self.runtime.block_on(self.parts.engine.close());
        }
    }
}
