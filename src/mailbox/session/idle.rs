//! Waiting for news with IDLE (RFC 2177), with deadlines of our own.
//!
//! async-imap's handle reports a closed connection as an interruption, swallows the server's own end of
//! IDLE, waits for ever after a NO and panics on a BAD without text; the few lines that it would save
//! are written here instead.

use std::time::Duration;

use async_imap::imap_proto::{MailboxDatum, Response};
use tokio::time::timeout;

use super::{ImapError, Session, broken, check_status, tagged_end};

/// Why the waiting ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// The folder changed.
    News,
    /// The time to wait is over.
    Over,
}

impl Session {
    /// Waits until the folder changes, at most for `span`. Dropping the future while it waits is safe
    /// only if the session is dropped with it.
    pub async fn idle(&mut self, span: Duration) -> Result<Wake, ImapError> {
        if self.take_news() {
            return Ok(Wake::News);
        }
        let during = "IDLE";
        let after = self.deadlines.idle_start;
        let tag = match timeout(after, self.inner.run_command("IDLE")).await {
            Ok(Ok(tag)) => tag,
            Ok(Err(error)) => return Err(broken(during, &error)),
            Err(_) => return Err(ImapError::Late { during, after }),
        };
        self.await_continuation().await?;
        let wake = match timeout(span, self.await_news()).await {
            Ok(result) => result.map(|()| Wake::News)?,
            Err(_) => Wake::Over,
        };
        let after = self.deadlines.idle_end;
        match timeout(after, self.inner.run_command_untagged("DONE")).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(broken(during, &error)),
            Err(_) => return Err(ImapError::Late { during, after }),
        }
        while !self.read(during, after, |response| tagged_end(during, response, &tag)).await?? {}
        // What came between is part of this wake, not news for the next.
        Ok(if self.take_news() { Wake::News } else { wake })
    }

    /// Reads to the `+`; a message announced before it counts.
    async fn await_continuation(&mut self) -> Result<(), ImapError> {
        let after = self.deadlines.idle_start;
        while !self.read("IDLE", after, is_continuation).await?? {}
        Ok(())
    }

    async fn await_news(&mut self) -> Result<(), ImapError> {
        // The caller bounds the whole wait. Reading can be dropped safely: what was read stays in the
        // connection's buffer.
        while !self.take_news() && !self.read("IDLE", UNBOUNDED, is_news).await?? {}
        Ok(())
    }
}

/// Longer than any wait: `idle` has the deadline.
const UNBOUNDED: Duration = Duration::from_hours(24);

fn is_continuation(response: &Response<'_>) -> Result<bool, ImapError> {
    match response {
        Response::Continue(_) => Ok(true),
        Response::Done { status, outcome, .. } => {
            check_status("IDLE", status, outcome.information.as_deref())?;
            Err(ended_unasked())
        }
        _ => Ok(false),
    }
}

fn is_news(response: &Response<'_>) -> Result<bool, ImapError> {
    match response {
        Response::MailboxData(MailboxDatum::Exists(_) | MailboxDatum::Recent(_))
        | Response::Expunge(_)
        | Response::Fetch(..) => Ok(true),
        Response::Done { status, outcome, .. } => {
            check_status("IDLE", status, outcome.information.as_deref())?;
            Err(ended_unasked())
        }
        _ => Ok(false),
    }
}

/// A tagged OK that nobody asked for: the server no longer tells us anything.
fn ended_unasked() -> ImapError {
    ImapError::Unusable {
        during: "IDLE",
        expected: "news or silence",
        found: "its end, unasked".to_owned(),
    }
}
