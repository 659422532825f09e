//! What is kept: the ledger of every mail, tickets with their entries, letters with their attempts.
//!
//! Functions are named by use case and grouped by table; each that writes takes a [`Tx`], so that the
//! caller says what must happen together. SQLite and PostgreSQL run the same statements.

use std::path::PathBuf;

pub mod backup;

pub mod engine;

mod open;

pub mod erasure;
pub mod labels;
pub mod ledger;

pub mod mail;

pub mod tickets;

pub mod orders;

pub mod outbox;

pub mod limits;

pub mod proof;

pub mod alarms;

pub mod space;

pub mod folders;

pub mod workers;

pub use engine::{Engine, Tx};
pub use open::{Store, is_same, open, sqlite_path};

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The engine said no.
    #[error("store: {0}")]
    Engine(#[from] sqlx::Error),
    /// A migration failed, or the store was made by a newer version.
    #[error("store: cannot bring the tables up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The tables were made by a newer program.
    #[error(
        "store: expected tables of version {known} or older, found {found}: they were made by a newer Sportello; install that version, or restore an older backup"
    )]
    Newer {
        /// The newest version this program knows.
        known: i64,
        /// The version in the store.
        found: i64,
    },
    /// A column is not what the statement expects.
    #[error("store: column {name}: {source}")]
    Column {
        /// The column.
        name: &'static str,
        /// What the driver said.
        source: sqlx::Error,
    },
    /// A value in a row is outside its list.
    #[error("store: {table}.{column}: expected {expected}, found `{found}`")]
    Value {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// What it may hold.
        expected: &'static str,
        /// What it holds.
        found: String,
    },
    /// A statement that must give a row gave none.
    #[error("store: no row from: {sql}")]
    NoRow {
        /// The statement.
        sql: &'static str,
    },
    /// JSON in a row cannot be read.
    #[error("store: {what}: {source}")]
    Json {
        /// Table and column.
        what: &'static str,
        /// What serde said.
        source: serde_json::Error,
    },
    /// A piece of raw mail cannot be unpacked.
    #[error("store: raw mail {raw_id}: {why}")]
    Raw {
        /// The row.
        raw_id: i64,
        /// What is wrong.
        why: String,
    },
    /// The disk failed to keep what it was told to keep.
    #[error(
        "store: the disk did not keep an earlier change (fsync failed); the process must end and begin anew"
    )]
    NotKept,
    /// Somebody else changed the ticket meanwhile.
    #[error("ticket {number}: it changed meanwhile; look at it again and repeat the command")]
    Changed {
        /// The ticket.
        number: String,
    },
    /// Another daemon watches the mailbox now.
    #[error(
        "mailbox {mailbox}: another daemon took it over; this one writes nothing more about it"
    )]
    Fenced {
        /// The mailbox.
        mailbox: String,
    },
    /// The directory of the SQLite file cannot be written.
    #[error(
        "store: expected a directory that this user can write, found {}: {source}; create it (`install -d -o USER DIR`) or change store.url",
        path.display()
    )]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the kernel said.
        source: std::io::Error,
    },
    /// The `SQLite` file cannot be opened or written, or is something else.
    #[error(
        "store: expected a database file that this user can read and write at {}, found: {source}; \
         correct the owner of the file and its directory, or store.url",
        path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
        /// What `SQLite` said.
        source: sqlx::Error,
    },
    /// `store.url` names no PostgreSQL server. Never shows the URL, which may hold a password.
    #[error("store.url: expected postgres://USER@HOST:PORT/DATABASE, found: {0}; correct it")]
    Address(sqlx::Error),
    /// `store.url` is neither form.
    #[error("store.url: expected sqlite:///path/to/file.db or postgres://…, found `{0}`")]
    Url(String),
    /// Another daemon works on this SQLite file.
    #[error(
        "store: another daemon holds {}; stop it first, or use PostgreSQL for several daemons",
        path.display()
    )]
    Held {
        /// The lock file.
        path: PathBuf,
    },
}

impl StoreError {
    /// Whether the engine refused a statement, as for a value that it cannot hold; the connection is well.
    #[must_use]
    pub fn is_statement(&self) -> bool {
        matches!(self, Self::Engine(sqlx::Error::Database(_)))
    }

    /// Whether the configuration is at fault: nothing will change until it is corrected.
    #[must_use]
    pub fn is_configuration(&self) -> bool {
        matches!(self, Self::Directory { .. } | Self::File { .. } | Self::Address(_) | Self::Url(_))
    }
}
