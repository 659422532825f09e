//! What can go wrong between an IMAP server and us.

use std::time::Duration;

use crate::wire::WireError;

/// Why an IMAP server could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ImapError {
    /// No connection.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// The server closed the connection.
    #[error("IMAP {during}: expected an answer, found the connection closed")]
    Closed {
        /// The command under way.
        during: &'static str,
    },
    /// The server fell silent.
    #[error("IMAP {during}: expected an answer within {} s, found none", after.as_secs())]
    Late {
        /// The command under way.
        during: &'static str,
        /// How long it was given.
        after: Duration,
    },
    /// The line broke, or what came is not IMAP.
    #[error("IMAP {during}: {what}")]
    Broken {
        /// The command under way.
        during: &'static str,
        /// What happened, shortened.
        what: String,
    },
    /// The server said NO or BAD.
    #[error("IMAP {during}: expected OK, found {status}: {text}")]
    Refused {
        /// The command under way.
        during: &'static str,
        /// `NO`, `BAD` or `BYE`.
        status: &'static str,
        /// What the server said, shortened.
        text: String,
    },
    /// The log-in was refused: user name, password, token or permission.
    #[error(
        "IMAP log-in as {username}: expected OK, found: {text}; check `username` and the password or token"
    )]
    LogIn {
        /// The user name as configured.
        username: String,
        /// What the server said, shortened.
        text: String,
    },
    /// The server answers in a way that no mail can be read by.
    #[error("IMAP {during}: expected {expected}, found {found}")]
    Unusable {
        /// The command under way.
        during: &'static str,
        /// What is needed.
        expected: &'static str,
        /// What came.
        found: String,
    },
}

impl ImapError {
    /// Whether the server answered and rejected us: more attempts may lock the account.
    #[must_use]
    pub fn is_log_in(&self) -> bool {
        match self {
            Self::LogIn { .. } => true,
            // Exchange's way to refuse a mailbox or a permission after the log-in went well.
            Self::Refused { text, .. } => text.contains("authenticated but not connected"),
            _ => false,
        }
    }
}
