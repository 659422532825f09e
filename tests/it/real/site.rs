//! A town's installation: mail server, SMTP server, store, configuration, and the books of all three.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sportello::carrier::smtp::Deadlines as SmtpDeadlines;
use sportello::carrier::{Carrier, Smtp};
use sportello::clock::Clock;
use sportello::config::Config;
use sportello::daemon::{self, Ended, Parts, Round};
use sportello::domain::ticket::Ticket;
use sportello::mailbox::session::Deadlines as ImapDeadlines;
use sportello::store::folders::State;
use sportello::store::ledger::LedgerRow;
use sportello::store::outbox::LetterRow;
use sportello::store::{self, Store, StoreError, folders, ledger, mail, outbox, tickets};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::support::mails::{RawMail, mail as raw_mail};
use crate::support::servers::{Database, Dovecot, Postgres, Received, SmtpSink};
use crate::support::{PATIENCE, wait_until};

/// What keeps the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// What a test may set; the rest is the same for all.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Users of the IMAP server whose mailboxes are read.
    pub users: Vec<&'static str>,
    /// The IMAP server's port.
    pub imap_port: u16,
    /// A user whose mailbox is said to be on this host, at this port, over TLS.
    pub elsewhere: Option<(&'static str, &'static str, Option<u16>)>,
    /// `tls` of the mailboxes.
    pub tls: &'static str,
    /// `ca_file` of the mailboxes.
    pub authority: Option<PathBuf>,
    /// In place of the users' own passwords.
    pub password: Option<&'static str>,
    /// `start` of the mailboxes.
    pub start: &'static str,
    /// `after` of the mailboxes.
    pub after: &'static str,
    /// `idle` of the mailboxes.
    pub idle: bool,
    /// `poll_interval` of the mailboxes.
    pub poll: &'static str,
    /// How long an IMAP server may take.
    pub imap: ImapDeadlines,
    /// The SMTP server's port.
    pub smtp_port: u16,
    /// `tls` of the SMTP server.
    pub smtp_tls: &'static str,
    /// `ca_file` of the SMTP server.
    pub smtp_authority: Option<PathBuf>,
    /// How long it may take; its own deadlines where there are none.
    pub smtp: Option<SmtpDeadlines>,
    /// `limits.mail_bytes_max`.
    pub mail_bytes_max: u64,
    /// `store.url`, where the program must take another way to the store than the tests do.
    pub store_url: Option<String>,
    /// Further sections.
    pub more: &'static str,
    /// `organisation.staff`: none, so that a ticket owes one letter, the acknowledgement.
    pub staff: Vec<&'static str>,
}

/// The installation.
#[derive(Debug)]
pub struct Site {
    /// The mail server.
    pub dovecot: Dovecot,
    /// Who takes the letters.
    pub sink: SmtpSink,
    /// How the program is set up.
    pub settings: Settings,
    /// The test's own way into the store, beside the program's.
    pub store: Store,
    /// The database on PostgreSQL.
    pub database: Option<Database>,
    runtime: Runtime,
    url: String,
    dir: TempDir,
}

impl Site {
    /// An empty installation; its mailbox `reports` is read from the first mail on.
    pub fn new(engine: Engine) -> Self {
        let database = (engine == Engine::Postgres).then(|| Postgres::shared().database());
        Self::at(tempfile::tempdir().expect("a directory"), database)
    }

    /// An empty installation in a directory and a database of the test's choice; without a database
    /// its store is a file in that directory.
    pub fn at(dir: TempDir, database: Option<Database>) -> Self {
        let (dovecot, sink) = (Dovecot::start(), SmtpSink::start());
        let url = match &database {
            Some(database) => database.url.clone(),
            None => format!("sqlite://{}", dir.path().join("store.db").display()),
        };
        let runtime = Runtime::new().expect("a runtime");
        let store = runtime.block_on(store::open(&url, Clock::System.now())).expect("a store");
        let settings = Settings {
            users: vec!["reports"],
            imap_port: dovecot.port(),
            elsewhere: None,
            tls: "none",
            authority: None,
            password: None,
            start: "all",
            after: "leave",
            idle: false,
            poll: "200ms",
            imap: ImapDeadlines::default(),
            smtp_port: sink.port(),
            smtp_tls: "none",
            smtp_authority: None,
            smtp: None,
            mail_bytes_max: 36_700_160,
            store_url: None,
            more: "",
            staff: Vec::new(),
        };
        Self { dovecot, sink, settings, store, database, runtime, url, dir }
    }

    /// Delivers one report to `reports`.
    pub fn deliver(&self, report: &RawMail) {
        self.dovecot.deliver("reports", &report.bytes());
    }

    /// The configuration as an admin would write it.
    pub fn toml(&self) -> String {
        let Settings { smtp_port, smtp_tls, mail_bytes_max, staff, .. } = &self.settings;
        let authority = ca_file(self.settings.smtp_authority.as_deref());
        let mut toml = format!(
            "[organisation]\nname = \"Comune di Prova\"\nstaff = {staff:?}\n\
             [store]\nurl = \"{}\"\n\
             [smtp]\nhost = \"127.0.0.1\"\nport = {smtp_port}\ntls = \"{smtp_tls}\"\n\
             {authority}from = \"Centrale operativa <reports@town.example>\"\n\
             [limits]\nacknowledgements_per_sender_per_day = 0\n\
             acknowledgements_per_domain_per_hour = 0\nacknowledgements_per_hour = 0\n\
             mail_bytes_max = {mail_bytes_max}\n",
            self.settings.store_url.as_ref().unwrap_or(&self.url)
        );
        for user in &self.settings.users {
            toml.push_str(&self.mailbox_toml(user));
        }
        toml.push_str(self.settings.more);
        toml
    }

    fn mailbox_toml(&self, user: &str) -> String {
        let Settings { imap_port, tls, start, after, idle, poll, .. } = &self.settings;
        let (host, imap_port, tls) = match self.settings.elsewhere {
            Some((away, host, port)) if away == user => {
                (host, port.unwrap_or(*imap_port), "implicit")
            }
            _ => ("127.0.0.1", *imap_port, *tls),
        };
        let password = self.settings.password.unwrap_or(user);
        let mut toml = format!(
            "[[mailbox]]\nname = \"{user}\"\nhost = \"{host}\"\nport = {imap_port}\n\
             tls = \"{tls}\"\nusername = \"{user}\"\npassword = \"{password}\"\n\
             start = \"{start}\"\nafter = \"{after}\"\nidle = {idle}\npoll_interval = \"{poll}\"\n\
             addresses = [\"{user}@town.example\"]\n"
        );
        toml.push_str(&ca_file(self.settings.authority.as_deref()));
        toml
    }

    /// Writes the configuration to its file.
    pub fn write_configuration(&self) -> PathBuf {
        self.write_file("sportello.toml", &self.toml())
    }

    /// Writes a file beside the configuration.
    pub fn write_file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, text).expect("a file is written");
        path
    }

    /// The installation's directory.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    fn parts(&self) -> Parts {
        let file = self.dir.path().join("sportello.toml");
        let config = Config::parse(&self.toml(), &file, &BTreeMap::new());
        let config = config.unwrap_or_else(|error| panic!("{error}"));
        config.require_servers().expect("the servers are all set");
        let parts = Parts::new(config, &self.store, Clock::System);
        let mut parts = parts.expect("the configuration is right");
        parts.imap = self.settings.imap;
        if let (Some(deadlines), Carrier::Smtp(smtp)) = (self.settings.smtp, &parts.carrier) {
            let smtp = Smtp { deadlines, ..*smtp.clone() };
            parts.carrier = Carrier::Smtp(Box::new(smtp));
        }
        parts
    }

    /// One round of every mailbox and the outbox, as `run --once`.
    pub fn round(&self) -> Round {
        self.wait_for(daemon::once(&self.parts())).expect("the store works")
    }

    /// [`Self::round`], with nothing wrong on any server.
    pub fn once(&self) {
        let round = self.round();
        for (name, passed) in &round.mailboxes {
            let passed = passed.as_ref().unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(passed.unaccounted, 0, "{name} is accounted for");
        }
        assert_eq!(round.letters.unusable, None);
    }

    /// The daemon in this process, until the guard goes.
    pub fn serve(&self) -> Serving<'_> {
        let (stop, stopping) = watch::channel(false);
        let task = self.runtime.spawn(daemon::serve(Arc::new(self.parts()), stopping));
        Serving { site: self, stop, task: Some(task) }
    }

    /// Runs a future to its end.
    pub fn wait_for<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// Does something that ends work on the runtime, as dropping a transaction.
    pub fn enter<T>(&self, act: impl FnOnce() -> T) -> T {
        let _entered = self.runtime.enter();
        act()
    }

    /// Every ticket.
    pub fn tickets(&self) -> Vec<Ticket> {
        self.wait_for(tickets::all(&self.store.engine)).expect("tickets")
    }

    /// Every letter.
    pub fn letters(&self) -> Vec<LetterRow> {
        self.wait_for(outbox::all(&self.store.engine)).expect("letters")
    }

    /// Every row of the ledger.
    pub fn ledger(&self) -> Vec<LedgerRow> {
        self.wait_for(ledger::all(&self.store.engine)).expect("the ledger")
    }

    /// Every folder.
    pub fn folders(&self) -> Vec<State> {
        self.wait_for(folders::all(&self.store.engine)).expect("folders")
    }

    /// The bytes that the store keeps of the mail behind a row of the ledger.
    pub fn raw_of(&self, row: &LedgerRow) -> Vec<u8> {
        let id = row.mail_id.expect("a mail was written down");
        let kept = self.wait_for(mail::by_id(&self.store.engine, id)).expect("the store reads");
        let raw_id = kept.and_then(|mail| mail.raw_id).expect("raw bytes are kept");
        self.wait_for(mail::raw(&self.store.engine, raw_id)).expect("raw bytes")
    }

    /// Waits until the first pass over the mailboxes has ended.
    pub fn wait_for_first_pass(&self) {
        let mailboxes = self.settings.users.len();
        wait_until("the first pass", PATIENCE, || {
            let folders = self.folders();
            folders.iter().filter(|folder| folder.last_pass_at.is_some()).count() == mailboxes
        });
    }

    /// Waits until `count` letters are known as sent.
    pub fn wait_for_sent(&self, count: usize) {
        wait_until(&format!("{count} letters are sent"), PATIENCE, || {
            self.letters().iter().filter(|letter| letter.state == "sent").count() == count
        });
    }

    /// Makes every letter due that is not sent, as `outbox retry` does.
    pub fn retry_all(&self) {
        self.retry(|letter| letter.state != "sent");
    }

    /// Makes these letters due, as `outbox retry` does.
    pub fn retry(&self, which: impl FnMut(&LetterRow) -> bool) {
        let unsent: Vec<_> = self.letters().into_iter().filter(which).collect();
        let retried: Result<(), StoreError> = self.wait_for(async {
            for letter in unsent {
                let mut tx = self.store.engine.begin().await?;
                outbox::retry(&mut tx, letter.id, Clock::System.now()).await?;
                tx.commit().await?;
            }
            Ok(())
        });
        retried.expect("letters are made due");
    }

    /// Several daemons may share a PostgreSQL store: one that shows no life for 12 s counts as dead, which
    /// this lets pass at once for all but the newest. On SQLite the lock tells.
    pub fn free_letters_of_the_dead(&self) {
        if let Some(database) = &self.database {
            wait_until("the new worker", PATIENCE, || {
                database.psql("SELECT count(*) > 1 FROM worker") == "t"
            });
            self.silence_workers_but_the_newest();
        }
    }

    /// The same, whether or not a new one has begun.
    pub fn silence_workers_but_the_newest(&self) {
        if let Some(database) = &self.database {
            let newest = "SELECT max(epoch) FROM worker";
            database.psql(&format!("UPDATE worker SET ended = 1 WHERE epoch < ({newest})"));
            let dead = "SELECT epoch FROM worker WHERE ended = 1";
            database.psql(&format!("DELETE FROM claim WHERE epoch IN ({dead})"));
        }
    }

    /// Beside a daemon that runs again: frees what dead ones held, lets pass at once the time after which
    /// an unclear letter is repeated, and has staff repeat what nobody has, until all of `sent` letters
    /// are known as sent.
    pub fn finish_what_the_dead_left(&self, sent: usize) {
        wait_until(&format!("{sent} letters are sent"), PATIENCE, || {
            self.silence_workers_but_the_newest();
            let taken: Vec<_> = self.sink.mails().iter().map(message_id).collect();
            self.retry(|letter| {
                let is_known = taken.contains(&letter.message_id);
                letter.state == "ambiguous" && (letter.attempts < 2 || !is_known)
            });
            let letters = self.letters();
            let unclear = |letter: &&LetterRow| letter.state == "ambiguous" && letter.attempts > 1;
            let known = letters.iter().filter(|letter| letter.state == "sent").count();
            known + letters.iter().filter(unclear).count() == sent
        });
    }

    /// What the sink took of a letter.
    pub fn copies(&self, letter: &LetterRow) -> Vec<Received> {
        let mut mails = self.sink.mails();
        mails.retain(|mail| message_id(mail) == letter.message_id);
        mails
    }

    /// Holds tables, servers and letters against each other: `tickets` tickets, each with one
    /// acknowledgement that the sink took once; nothing open; no letter of unknown origin.
    pub fn audit(&self, tickets: usize) {
        self.audit_books(tickets);
        let taken: Vec<_> = self.sink.mails().iter().map(message_id).collect();
        let letters = self.letters();
        assert_eq!(taken.len(), letters.len(), "each letter left once");
        assert!(letters.iter().all(|letter| letter.state == "sent"), "{letters:?}");
    }

    /// [`Self::audit`] of what holds also while servers fail: letters may wait or have left twice.
    pub fn audit_books(&self, tickets: usize) {
        let (found, letters) = (self.tickets(), self.letters());
        assert_eq!(found.len(), tickets, "one ticket a report");
        for ticket in &found {
            let own =
                letters.iter().filter(|letter| letter.ticket.as_ref() == Some(&ticket.number));
            let acknowledged = own.filter(|letter| letter.kind == "acknowledgement").count();
            assert_eq!(acknowledged, 1, "one acknowledgement for {}", ticket.number);
        }
        let open: Vec<_> =
            self.ledger().into_iter().filter(|row| row.settled_at.is_none()).collect();
        assert!(open.is_empty(), "every mail is accounted for: {open:?}");
        let mut ids: Vec<_> = letters.iter().map(|letter| letter.message_id.clone()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), letters.len(), "each letter has a Message-ID of its own");
        for letter in letters.iter().filter(|letter| letter.state == "sent") {
            assert!(!self.copies(letter).is_empty(), "sent, and nobody has it: {letter:?}");
        }
        for taken in self.sink.mails() {
            let known = ids.contains(&message_id(&taken));
            assert!(known, "the sink has a letter that the outbox does not know");
        }
    }
}

/// A report like many: the `n`-th resident's, with words that name a category.
pub fn report(n: usize) -> RawMail {
    raw_mail()
        .from(&format!("Anna Rossi <anna{n}@resident.example>"))
        .subject(&format!("Buca in via Roma {n}"))
        .message_id(&format!("<report-{n}@resident.example>"))
        .text(&format!("Buongiorno, in via Roma {n} c'è una buca pericolosa nell'asfalto."))
}

/// The line that names an authority.
fn ca_file(authority: Option<&Path>) -> String {
    authority.map_or_else(String::new, |path| format!("ca_file = \"{}\"\n", path.display()))
}

/// The Message-ID of what a server took, without brackets.
pub fn message_id(mail: &Received) -> String {
    let id = mail.header("Message-ID").expect("every letter has a Message-ID");
    id.trim_matches(['<', '>']).to_owned()
}

/// The daemon at work; told to stop, and waited for, when it goes.
#[derive(Debug)]
pub struct Serving<'a> {
    site: &'a Site,
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<Result<Ended, StoreError>>>,
}

impl Serving<'_> {
    /// Tells it to stop; it ends soon and in order.
    pub fn stop(mut self) {
        self.stop.send_replace(true);
        let task = self.task.take().expect("it is stopped once");
        let soon = async { tokio::time::timeout(Duration::from_secs(10), task).await };
        let ended = self.site.wait_for(soon).expect("it stops at once");
        assert_eq!(ended.expect("no panic").expect("no trouble"), Ended::Stopped);
    }
}

impl Drop for Serving<'_> {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(task) = self.task.take() {
            drop(self.site.wait_for(task));
        }
    }
}
