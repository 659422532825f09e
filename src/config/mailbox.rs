//! `[[mailbox]]`: where mail comes from, and what becomes of it there.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveDate;
use config::Value;

use super::error::Fault;
use super::section::{Reading, Section};
use super::server::{self, Login, Ports, Server};
use super::values;
use crate::domain::mail::Address;

/// RFC 8314 and RFC 9051 section 2.1.
const PORTS: Ports = Ports { implicit: 993, starttls: 143, none: 143 };

/// Polling that does not depend on IDLE.
const POLL_INTERVAL: Duration = Duration::from_mins(1);

/// Below this the poll would be a busy loop.
const POLL_INTERVAL_MIN: Duration = Duration::from_millis(100);

/// Above this a resident would wait a day for a reply whenever IDLE is silently dead.
const POLL_INTERVAL_MAX: Duration = Duration::from_hours(24);

/// Where mail is moved with `after = "move"`.
const MOVE_TO: &str = "Sportello";

/// The folder every IMAP account has (RFC 9051 section 5.1).
const FOLDER: &str = "INBOX";

/// Which mails of a mailbox seen for the first time become tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Only what comes from now on.
    Now,
    /// All that is there.
    All,
    /// What the server received on this day (in the organisation's time zone) or later.
    Since(NaiveDate),
}

/// What happens to a mail on the server once it is safely stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    /// Nothing.
    Leave,
    /// The keyword `$Sportello`, or `\Flagged` where keywords are not permitted.
    Flag,
    /// A move to this folder.
    Move(String),
}

/// An IMAP account's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imap {
    /// The server; its `login` is `None` only while [`super::Config::require_servers`] fails for it.
    pub server: Server,
    /// The folder to read.
    pub folder: String,
    /// Whether to wait in IDLE (RFC 2177) between polls.
    pub idle: bool,
}

/// Where the mails lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `kind = "imap"`.
    Imap(Box<Imap>),
    /// `kind = "maildir"`: a directory with `new` and `cur`.
    Maildir(PathBuf),
}

/// One place that mail comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Its name in the ledger, logs and lists; unique, and not to be changed later.
    pub name: String,
    /// Where the mails lie.
    pub source: Source,
    /// Where to begin the first time.
    pub start: Start,
    /// The time between two polls.
    pub poll_interval: Duration,
    /// What happens on the server afterwards.
    pub after: After,
    /// The addresses that people write to, lower case.
    pub addresses: Vec<String>,
}

impl Mailbox {
    /// The IMAP account, if it is one.
    pub fn imap(&self) -> Option<&Imap> {
        match &self.source {
            Source::Imap(imap) => Some(imap),
            Source::Maildir(_) => None,
        }
    }
}

/// What `run` says when no mailbox is configured at all.
pub(super) fn none_configured() -> Fault {
    Fault {
        place: String::new(),
        key: "mailbox".to_owned(),
        expected: "at least one [[mailbox]]".to_owned(),
        found: "none".to_owned(),
        remedy: "add the section with host, username and password_file".to_owned(),
    }
}

pub(super) fn read(reading: &mut Reading, sender: Option<&Address>) -> Vec<Mailbox> {
    let rows = reading.rows("mailbox");
    if rows.is_empty() {
        reading.absent(none_configured());
    }
    let mut names = BTreeMap::new();
    let mut mailboxes = Vec::new();
    for (index, row) in rows.into_iter().enumerate() {
        let path = format!("mailbox[{index}]");
        let Some(values) = row else {
            reading.fault(gap(path, index));
            continue;
        };
        let mailbox = one(reading, path.clone(), values, sender);
        if let Some(first) = names.insert(mailbox.name.clone(), index) {
            let found = format!("`{}`, which mailbox[{first}] has too", mailbox.name);
            let mut section = reading.row(path, BTreeMap::new());
            let remedy = "give each mailbox its own `name`: the ledger goes by it";
            section.fault("name", "a name of its own", &found, remedy);
        }
        mailboxes.push(mailbox);
    }
    mailboxes
}

/// Only the environment can leave one out.
fn gap(path: String, index: usize) -> Fault {
    Fault {
        place: "environment".to_owned(),
        key: path,
        expected: "mailboxes numbered from 0 without a gap".to_owned(),
        found: "nothing".to_owned(),
        remedy: format!("set SPORTELLO__MAILBOX__{index}__HOST or correct the numbers"),
    }
}

fn one(
    reading: &mut Reading,
    path: String,
    values: BTreeMap<String, Value>,
    sender: Option<&Address>,
) -> Mailbox {
    let mut section = reading.row(path, values);
    let (source, usual_name) = source(&mut section);
    let name = section.text("name").unwrap_or(usual_name);
    if name.is_empty() {
        section.absent("name", "the mailbox's name", "none", "set it");
    }
    let poll = section.span("poll_interval", POLL_INTERVAL_MIN, POLL_INTERVAL_MAX);
    let given = section.list("addresses", "mail addresses", values::bare_address);
    let addresses = given.unwrap_or_else(|| usual_addresses(&source, sender));
    Mailbox {
        name,
        start: start(&mut section),
        poll_interval: poll.unwrap_or(POLL_INTERVAL),
        after: after(&mut section),
        addresses,
        source,
    }
}

/// Where the mails lie, and the name of a mailbox that was given none.
fn source(section: &mut Section<'_>) -> (Source, String) {
    let kinds = [("imap", false), ("maildir", true)];
    if section.choice("kind", &kinds).unwrap_or(false) {
        let path = maildir(section);
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        return (Source::Maildir(path), name.unwrap_or_default());
    }
    let server = server::read(section, PORTS, true);
    let name = server.login.as_ref().map(|login| login.username().to_owned());
    let folder = section.text("folder").unwrap_or_else(|| FOLDER.to_owned());
    let idle = section.flag("idle").unwrap_or(true);
    (Source::Imap(Box::new(Imap { server, folder, idle })), name.unwrap_or_default())
}

fn maildir(section: &mut Section<'_>) -> PathBuf {
    let Some(path) = section.text("path") else {
        section.absent("path", "the path of a Maildir", "none", "set it");
        return PathBuf::new();
    };
    let path = section.beside(&path);
    if !["new", "cur"].iter().all(|folder| path.join(folder).is_dir()) {
        let expected = format!("a directory with `new` and `cur` at {}", path.display());
        section.absent("path", &expected, "none", "correct the path or make the Maildir");
    }
    path
}

fn start(section: &mut Section<'_>) -> Start {
    let remedy = "write a date like \"2026-01-01\"";
    section
        .parsed("start", "\"now\", \"all\" or a date", remedy, |text| match text {
            "now" => Some(Start::Now),
            "all" => Some(Start::All),
            date => NaiveDate::parse_from_str(date, "%Y-%m-%d").ok().map(Start::Since),
        })
        .unwrap_or(Start::Now)
}

fn after(section: &mut Section<'_>) -> After {
    let folder = section.text("move_to").unwrap_or_else(|| MOVE_TO.to_owned());
    let words = [("leave", After::Leave), ("flag", After::Flag), ("move", After::Move(folder))];
    section.choice("after", &words).unwrap_or(After::Leave)
}

/// The sender's address, and the account's name where it is an address.
fn usual_addresses(source: &Source, sender: Option<&Address>) -> Vec<String> {
    let username = match source {
        Source::Imap(imap) => imap.server.login.as_ref().map(Login::username),
        Source::Maildir(_) => None,
    };
    let mut addresses: Vec<String> =
        sender.map(|from| from.address.to_lowercase()).into_iter().collect();
    addresses.extend(username.and_then(values::bare_address));
    addresses.sort();
    addresses.dedup();
    addresses
}
