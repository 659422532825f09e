//! An office for tests of the program's own protocol sides: configuration, store, clock, and the daemon's
//! parts over them. Letters go to memory unless a test gives it an SMTP server.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sportello::carrier::{Carrier, Memory};
use sportello::clock::Clock;
use sportello::config::Config;
use sportello::daemon::{self, Parts};
use sportello::domain::time::Timestamp;
use sportello::intake::{IntakeError, Passed};
use sportello::mailbox::session::Deadlines;
use sportello::store::ledger::LedgerRow;
use sportello::store::outbox::LetterRow;
use sportello::store::{self, ledger, outbox, tickets};
use tempfile::TempDir;

use crate::support::servers::{Database, Postgres};

/// The password of the IMAP account; no transcript of an unprotected connection may hold it when the
/// configuration asks for TLS.
pub const PASSWORD: &str = "corretto-cavallo";

/// Where an office keeps what it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Sqlite,
    Postgres,
}

/// Both engines; the one PostgreSQL server stays up until the last turn is over.
pub fn both() -> impl Iterator<Item = Kept> {
    let server = Postgres::shared();
    [Kept::Sqlite, Kept::Postgres].into_iter().inspect(move |_| {
        let _in_use = &server;
    })
}

/// An office at work.
pub struct Office {
    pub parts: Arc<Parts>,
    pub clock: Clock,
    pub letters: Memory,
    _database: Option<Database>,
    _dir: TempDir,
}

/// What its mailbox's section says beside the defaults of the tests.
#[derive(Debug, Clone)]
pub struct Mailbox {
    pub port: u16,
    pub tls: &'static str,
    pub ca_file: Option<std::path::PathBuf>,
    pub bearer: bool,
    pub start: &'static str,
    pub after: &'static str,
    pub poll_interval: &'static str,
    pub deadlines: Deadlines,
}

impl Mailbox {
    pub fn at(port: u16) -> Self {
        Self {
            port,
            tls: "none",
            ca_file: None,
            bearer: false,
            start: "all",
            after: "leave",
            poll_interval: "60s",
            deadlines: Deadlines::default(),
        }
    }

    fn section(&self) -> String {
        let Self { port, tls, start, after, poll_interval, .. } = self;
        let auth = if self.bearer {
            "auth = \"xoauth2\"\ntoken_command = \"printf gettone\"".to_owned()
        } else {
            format!("password = \"{PASSWORD}\"")
        };
        let ca_file = self.ca_file.as_deref().map_or_else(String::new, ca_file);
        format!(
            "[[mailbox]]\nname = \"reports\"\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"{tls}\"\n\
             username = \"reports\"\n{auth}\nstart = \"{start}\"\nafter = \"{after}\"\n\
             poll_interval = \"{poll_interval}\"\n{ca_file}"
        )
    }
}

/// The line that names whom to trust.
pub fn ca_file(path: &Path) -> String {
    format!("ca_file = \"{}\"\n", path.display())
}

/// An SMTP section without a log-in.
pub fn smtp(port: u16, more: &str) -> String {
    format!(
        "[smtp]\nhost = \"127.0.0.1\"\nport = {port}\n{more}\n\
         from = \"Centrale operativa <manutenzione@comune.example>\"\n"
    )
}

impl Office {
    /// An office that reads a mailbox; its letters stay in memory.
    pub async fn reading(kept: Kept, mailbox: &Mailbox) -> Self {
        let sections = format!("{}{}", mailbox.section(), smtp(1, "tls = \"none\""));
        Self::open(kept, &sections, mailbox.deadlines).await
    }

    /// An office with these sections.
    pub async fn open(kept: Kept, sections: &str, deadlines: Deadlines) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let database = (kept == Kept::Postgres).then(|| Postgres::shared().database());
        let url = database.as_ref().map_or_else(
            || format!("sqlite://{}", dir.path().join("store.db").display()),
            |database| database.url.clone(),
        );
        let text = format!(
            "[organisation]\nname = \"Comune di Prova\"\ndomains = [\"comune.example\"]\n\
             [store]\nurl = \"{url}\"\n{sections}"
        );
        let file = dir.path().join("sportello.toml");
        let config = Config::parse(&text, &file, &BTreeMap::new())
            .unwrap_or_else(|error| panic!("{error}\n{text}"));
        let clock = Clock::frozen(Timestamp::parse("2026-11-12T09:00:00Z").expect("a time"));
        let opened = store::open(&url, clock.now()).await.expect("an empty store");
        let mut parts = Parts::new(config, &opened, clock.clone()).expect("parts");
        let letters = Memory::default();
        if sections.contains("[[mailbox]]") {
            parts.carrier = Carrier::Memory(letters.clone());
        }
        parts.imap = deadlines;
        Self { parts: Arc::new(parts), clock, letters, _database: database, _dir: dir }
    }

    /// A round as `run --once` makes it; what became of the mailbox.
    pub async fn round(&self) -> Result<Passed, IntakeError> {
        let mut round = Box::pin(daemon::once(&self.parts)).await.expect("a store that works");
        round.mailboxes.pop().expect("one mailbox").1
    }

    /// The ledger, by UID.
    pub async fn ledger(&self) -> Vec<LedgerRow> {
        let mut rows = ledger::all(&self.parts.engine).await.expect("the ledger");
        rows.sort_by_key(|row| row.uid);
        rows
    }

    /// UIDs and states.
    pub async fn states(&self) -> Vec<(i64, String)> {
        self.ledger().await.into_iter().map(|row| (row.uid, row.state)).collect()
    }

    /// How many tickets there are.
    pub async fn tickets(&self) -> usize {
        tickets::all(&self.parts.engine).await.expect("the tickets").len()
    }

    /// The outbox.
    pub async fn outbox(&self) -> Vec<LetterRow> {
        outbox::all(&self.parts.engine).await.expect("the outbox")
    }

    /// Moves the clock.
    pub fn advance(&self, minutes: u64) {
        self.clock.advance(Duration::from_secs(60 * minutes));
    }

    /// Conservation: each of these mails, and nothing else, has one row, one ticket and one
    /// acknowledgement, which left once.
    pub async fn has_answered(&self, uids: &[u32], what: &str) {
        let expected: Vec<(i64, String)> =
            uids.iter().map(|uid| (i64::from(*uid), "ticket".to_owned())).collect();
        assert_eq!(self.states().await, expected, "{what}: the ledger");
        assert_eq!(self.tickets().await, uids.len(), "{what}: tickets");
        let mut answered: Vec<String> =
            self.letters.sent().into_iter().map(|letter| letter.recipient).collect();
        answered.sort();
        let writers: Vec<String> =
            uids.iter().map(|uid| format!("resident{uid}@resident.example")).collect();
        assert_eq!(answered, writers, "{what}: letters that left");
    }
}
