//! How long an SMTP server may take for each step.

use std::time::Duration;

use crate::wire::HANDSHAKE_MAX;

/// The deadlines of one connection; the default is RFC 5321 section 4.5.3.2 where that names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// The plain dialogue up to STARTTLS: three round trips.
    pub starttls: Duration,
    /// The TLS handshake.
    pub handshake: Duration,
    /// Greeting and EHLO.
    pub greeting: Duration,
    /// AUTH with all its challenges.
    pub log_in: Duration,
    /// MAIL.
    pub mail: Duration,
    /// RCPT.
    pub rcpt: Duration,
    /// DATA, up to the 354.
    pub data: Duration,
    /// The body and the answer to its dot. It must be long: a client that gives up while the server
    /// delivers makes duplicates (RFC 1047).
    pub body: Duration,
    /// What matters to nobody any more: RSET, QUIT.
    pub quit: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            starttls: Duration::from_mins(1),
            handshake: HANDSHAKE_MAX,
            greeting: Duration::from_mins(5),
            log_in: Duration::from_mins(1),
            mail: Duration::from_mins(5),
            rcpt: Duration::from_mins(5),
            data: Duration::from_mins(2),
            body: Duration::from_mins(10),
            quit: Duration::from_secs(5),
        }
    }
}
