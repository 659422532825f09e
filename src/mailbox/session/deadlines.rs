//! How long an IMAP server may take for each step.

use std::time::Duration;

use crate::wire::HANDSHAKE_MAX;

/// The deadlines of one connection; the default is what every server gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// The TLS handshake.
    pub handshake: Duration,
    /// A response, be it a literal of a mebibyte over a slow line, comes within this.
    pub response: Duration,
    /// A command that has not ended by then never will: a server can send untagged lines for ever.
    pub exchange: Duration,
    /// A log-in that has not ended by then hangs: an untagged line before the continuation can make
    /// the crate wait for a continuation that already came.
    pub log_in: Duration,
    /// The server must answer IDLE within this.
    pub idle_start: Duration,
    /// The server must end IDLE within this of DONE.
    pub idle_end: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            handshake: HANDSHAKE_MAX,
            response: Duration::from_mins(1),
            exchange: Duration::from_mins(15),
            log_in: Duration::from_secs(30),
            idle_start: Duration::from_secs(30),
            idle_end: Duration::from_secs(15),
        }
    }
}
