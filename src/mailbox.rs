//! Where mail comes from: raw bytes under stable ids, and never a decision.
//!
//! A [`Source`] lists what lies in a folder, hands bytes over and marks what is done. What is new, is
//! not its business: the ledger says that.

use std::path::PathBuf;

use sha2::Digest as _;

use crate::config::After;

pub mod imap;

pub mod maildir;

pub mod session;

pub use imap::Imap;
pub use maildir::Maildir;
pub use session::ImapError;

/// Why mail could not be read or marked.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    /// The IMAP server.
    #[error(transparent)]
    Imap(#[from] ImapError),
    /// The Maildir.
    #[error("maildir {}: {source}; check that the directory exists and this user can read it", path.display())]
    Maildir {
        /// The file or directory.
        path: PathBuf,
        /// What the kernel said.
        source: std::io::Error,
    },
    /// The access token could not be had.
    #[error("token_command: expected a token on its standard output, found: {0}")]
    Token(String),
}

impl MailboxError {
    /// Whether the server answered and refused the log-in: trying fast may lock the account.
    #[must_use]
    pub fn is_log_in(&self) -> bool {
        match self {
            Self::Imap(error) => error.is_log_in(),
            Self::Maildir { .. } => false,
            Self::Token(_) => true,
        }
    }
}

impl MailboxError {
    /// Whether it is no more than a no, after which the source can still be used.
    #[must_use]
    pub fn is_answer(&self) -> bool {
        match self {
            Self::Imap(error) => matches!(error, ImapError::Refused { status: "NO" | "BAD", .. }),
            Self::Maildir { .. } => true,
            Self::Token(_) => false,
        }
    }
}

/// A message of a folder and its size in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sized {
    /// The UID, or what stands for it.
    pub uid: i64,
    /// Bytes; an IMAP server may be off by some.
    pub bytes: u64,
}

/// A message's bytes, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The UID, or what stands for it.
    pub uid: i64,
    /// As the server gave them.
    pub raw: Vec<u8>,
}

/// An open folder.
#[derive(Debug)]
pub enum Source {
    /// On an IMAP server.
    Imap(Box<Imap>),
    /// A directory.
    Maildir(Maildir),
}

impl Source {
    /// The folder's name in the ledger.
    #[must_use]
    pub fn folder(&self) -> &str {
        match self {
            Self::Imap(imap) => imap.folder(),
            Self::Maildir(maildir) => maildir.folder(),
        }
    }

    /// UIDs mean something only together with this.
    #[must_use]
    pub fn validity(&self) -> i64 {
        match self {
            Self::Imap(imap) => imap.validity(),
            Self::Maildir(_) => 1,
        }
    }

    /// Every UID of the folder, oldest first.
    pub async fn list(&mut self) -> Result<Vec<i64>, MailboxError> {
        match self {
            Self::Imap(imap) => imap.list().await,
            Self::Maildir(maildir) => maildir.list(),
        }
    }

    /// UIDs above `uid`: what came since, without looking at the rest.
    pub async fn list_above(&mut self, uid: i64) -> Result<Vec<i64>, MailboxError> {
        match self {
            Self::Imap(imap) => imap.list_above(uid).await,
            Self::Maildir(maildir) => maildir.list(),
        }
    }

    /// UIDs that arrived on the server on or after a day, `YYYY-MM-DD`.
    pub async fn list_since(&mut self, day: &str) -> Result<Vec<i64>, MailboxError> {
        match self {
            Self::Imap(imap) => imap.list_since(day).await,
            Self::Maildir(maildir) => maildir.list_since(day),
        }
    }

    /// The sizes of messages; one that is gone is absent.
    pub async fn sizes(&mut self, uids: &[i64]) -> Result<Vec<Sized>, MailboxError> {
        match self {
            Self::Imap(imap) => imap.sizes(uids).await,
            Self::Maildir(maildir) => Ok(maildir.sizes(uids)),
        }
    }

    /// Whole messages; one that is gone is absent.
    pub async fn fetch(&mut self, uids: &[i64]) -> Result<Vec<Fetched>, MailboxError> {
        match self {
            Self::Imap(imap) => imap.fetch(uids).await,
            Self::Maildir(maildir) => maildir.fetch(uids),
        }
    }

    /// At most `bytes` bytes of one message from `offset`; `None` when it is gone.
    pub async fn fetch_part(
        &mut self,
        uid: i64,
        offset: u64,
        bytes: u64,
    ) -> Result<Option<Vec<u8>>, MailboxError> {
        match self {
            Self::Imap(imap) => imap.fetch_part(uid, offset, bytes).await,
            Self::Maildir(maildir) => maildir.fetch_part(uid, offset, bytes),
        }
    }

    /// Carries out `after` on messages that are safely in the store.
    pub async fn mark(&mut self, uids: &[i64], after: &After) -> Result<(), MailboxError> {
        match (self, after) {
            (_, After::Leave) => Ok(()),
            (Self::Imap(imap), after) => imap.mark(uids, after).await,
            (Self::Maildir(maildir), after) => maildir.mark(uids, after),
        }
    }
}

/// As much of a mail of ours as holds its header.
const OWN_HEAD_BYTES: u64 = 4096;

/// Whether the beginning of a mail shows that it is the one of ours: both can be made by us alone.
fn is_own(head: &[u8], message_id: &str, marker: &str) -> bool {
    let head = String::from_utf8_lossy(head);
    let header = head.split_once("\r\n\r\n").or_else(|| head.split_once("\n\n"));
    header.is_some_and(|(header, _)| header.contains(message_id) && header.contains(marker))
}

impl Source {
    /// Removes a test mail of ours, the only mail that is ever removed; true when it is not there any more.
    /// `uid` names it in a Maildir; a server is asked for its Message-ID. `marker` is our loop header's value.
    pub async fn remove_own(
        &mut self,
        uid: i64,
        message_id: &str,
        marker: &str,
    ) -> Result<bool, MailboxError> {
        match self {
            Self::Imap(imap) => imap.remove_own(message_id, marker).await,
            Self::Maildir(maildir) => maildir.remove_own(uid, message_id, marker),
        }
    }
}

/// A number for what has no UID: 62 bits of a hash, positive, and no two of one mailbox meet in practice.
#[must_use]
pub fn uid_of(name: &[u8]) -> i64 {
    let digest = sha2::Sha256::digest(name);
    let number = digest.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    i64::try_from(number >> 2).unwrap_or(i64::MAX)
}
