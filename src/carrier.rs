//! How letters leave: to an SMTP server, into a directory, or into memory for tests.
//!
//! A carrier takes one letter to one recipient and says how far it got. It chooses nothing: bytes,
//! recipient and envelope are the letter's, and what follows from the outcome is the schedule's.

use std::path::PathBuf;

pub mod file;

pub mod memory;

pub mod smtp;

pub use file::File;
pub use memory::Memory;
pub use smtp::Smtp;

use crate::store::outbox::Leased;

/// How an attempt to carry one letter ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carried {
    /// Taken: what the server said, its queue id in it.
    Accepted(String),
    /// Not taken, and it may be taken later: 4xx, or a connection that broke before the body ended.
    Temporary(String),
    /// Refused for good: 5xx.
    Permanent(String),
    /// The body was sent and no answer came: it may have been taken.
    Ambiguous(String),
}

/// Why a server cannot be used at all, for any letter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Unusable {
    /// What happened.
    pub text: String,
    /// The server answered and refused the log-in: trying fast may lock the account.
    pub refused: bool,
}

/// A way for letters to leave.
#[derive(Debug, Clone)]
pub enum Carrier {
    /// To a server.
    Smtp(Box<Smtp>),
    /// Into a directory, one file a letter.
    File(PathBuf),
    /// Into memory.
    Memory(Memory),
}

/// An open way: one after the other, letters go over it.
#[derive(Debug)]
pub enum Line {
    /// A connection to a server.
    Smtp(Box<smtp::Connection>),
    /// A directory.
    File(File),
    /// Memory.
    Memory(Memory),
}

impl Carrier {
    /// Opens a line.
    pub async fn open(&self) -> Result<Line, Unusable> {
        match self {
            Self::Smtp(smtp) => Ok(Line::Smtp(Box::new(smtp.open().await?))),
            Self::File(directory) => Ok(Line::File(File::open(directory)?)),
            Self::Memory(memory) => Ok(Line::Memory(memory.open()?)),
        }
    }
}

impl Line {
    /// Tells who writes to whom: `None` when the body may come, else how the attempt ended. `Err` means that the line
    /// is no longer of use, and that the letter was not touched.
    pub async fn envelope(&mut self, letter: &Leased) -> Result<Option<Carried>, Unusable> {
        match self {
            Self::Smtp(connection) => connection.envelope(letter).await,
            Self::File(_) => Ok(None),
            Self::Memory(memory) => Ok(memory.envelope(letter)),
        }
    }

    /// Carries the body of the letter whose envelope went before.
    pub async fn body(&mut self, letter: &Leased) -> Carried {
        match self {
            Self::Smtp(connection) => connection.body(&letter.bytes).await,
            Self::File(file) => file.body(letter),
            Self::Memory(memory) => memory.body(letter),
        }
    }

    /// No body follows an envelope that was granted: nothing else can go over the line.
    pub fn abandon(&mut self) {
        if let Self::Smtp(connection) = self {
            connection.abandon();
        }
    }

    /// Whether another letter may go over it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self {
            Self::Smtp(connection) => connection.is_open(),
            Self::File(_) | Self::Memory(_) => true,
        }
    }

    /// Closes it politely.
    pub async fn close(self) {
        if let Self::Smtp(connection) = self {
            connection.close().await;
        }
    }
}
