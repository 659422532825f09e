//! Letters over SMTP submission, one recipient a transaction, every phase with its own deadline.
//!
//! lettre's connection is driven step by step: its pool hands half-read connections on, and its time-out
//! covers the TCP connect alone. A connection on which anything unexpected happened is dropped.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use tokio::time::timeout;

use super::{Carried, Unusable};
use crate::config::{Login, Server};
use crate::store::outbox::Leased;
use crate::token;

mod deadlines;

mod link;

mod notify;

pub use deadlines::Deadlines;
use link::{Link, Offers};

/// A server that took the body wrongly said nothing that we may repeat at length.
const SERVER_TEXT_CHARS_MAX: usize = 200;

/// A submission server and who we are to it.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// The server.
    pub server: Server,
    /// Whom to trust.
    pub trust: Arc<rustls::ClientConfig>,
    /// How long the server may take.
    pub deadlines: Deadlines,
}

/// An open, logged-in connection.
pub struct Connection {
    inner: AsyncSmtpConnection,
    deadlines: Deadlines,
    offers: Offers,
    open: bool,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("open", &self.open).finish_non_exhaustive()
    }
}

impl Smtp {
    /// Connects, protects the connection as configured, and logs in.
    pub async fn open(&self) -> Result<Connection, Unusable> {
        let deadlines = self.deadlines;
        let link = Link::open(&self.server, &self.trust, &deadlines).await?;
        let offers = link.offers();
        let hello = hello();
        let connect = AsyncSmtpConnection::connect_with_transport(Box::new(link), &hello);
        let inner = match timeout(deadlines.greeting, connect).await {
            Ok(Ok(inner)) => inner,
            Ok(Err(error)) => return Err(unusable("greeting", &error)),
            Err(_) => return Err(late("greeting", deadlines.greeting)),
        };
        let mut connection = Connection { inner, deadlines, offers, open: true };
        if let Some(login) = &self.server.login {
            connection.log_in(login).await?;
        }
        Ok(connection)
    }
}

/// An address literal: what a client says that has no name of its own (RFC 5321 section 4.1.3).
fn hello() -> ClientId {
    ClientId::Ipv4(std::net::Ipv4Addr::LOCALHOST)
}

impl Connection {
    async fn log_in(&mut self, login: &Login) -> Result<(), Unusable> {
        let (credentials, mechanisms) = match login {
            Login::Password { username, password } => (
                Credentials::new(username.clone(), password.expose().to_owned()),
                vec![Mechanism::Plain, Mechanism::Login],
            ),
            Login::XOAuth2 { username, token_command } => {
                let token = token::fetch(token_command)
                    .await
                    .map_err(|text| Unusable { text, refused: true })?;
                (Credentials::new(username.clone(), token), vec![Mechanism::Xoauth2])
            }
        };
        let after = self.deadlines.log_in;
        match timeout(after, self.inner.auth(&mechanisms, &credentials)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(Unusable {
                text: format!(
                    "SMTP log-in as {}: expected acceptance, found: {}; check `username` and the password or token",
                    login.username(),
                    said(&error)
                ),
                refused: error.is_permanent() || error.is_client(),
            }),
            Err(_) => Err(late("log-in", after)),
        }
    }

    /// Whether another letter may go over it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// No body follows: the server waits for it, and takes nothing else.
    pub(super) fn abandon(&mut self) {
        self.open = false;
    }

    /// MAIL, RCPT and DATA; `None` when the server waits for the body. A server that offers pipelining hears all
    /// three at once (RFC 2920 section 3.1), and each answer is awaited for itself.
    pub(super) async fn envelope(&mut self, letter: &Leased) -> Result<Option<Carried>, Unusable> {
        let from = address(letter.envelope_from.as_deref());
        let (Ok(from), Ok(to)) = (from, letter.recipient.parse::<Address>()) else {
            let text = "the address is not one that SMTP carries".to_owned();
            return Ok(Some(Carried::Permanent(text)));
        };
        let deadlines = self.deadlines;
        let ahead = self.offers.pipelining();
        // The null sender wants no report, and there would be nobody to get it.
        let asking = self.offers.dsn() && from.is_some();
        let mail = Mail::new(from, notify::of_mail(letter, asking));
        let rcpt = Rcpt::new(to, notify::of_recipient(letter, asking));
        let first = if ahead { format!("{mail}{rcpt}{Data}") } else { mail.to_string() };
        let mail = step("MAIL", deadlines.mail, self.inner.command(first)).await;
        if let Err(Trouble::Said(error)) = &mail
            && error.status().is_some_and(|code| code.to_string() == "530")
        {
            // Not this letter's fault: every one would fail for want of a log-in.
            self.open = false;
            return Err(Unusable { text: format!("SMTP MAIL: {}", said(error)), refused: true });
        }
        if let Err(trouble) = mail {
            return Ok(Some(self.refused(&trouble, if ahead { 2 } else { 0 }).await));
        }
        let rcpt = if ahead {
            step("RCPT", deadlines.rcpt, self.inner.read_response()).await
        } else {
            step("RCPT", deadlines.rcpt, self.inner.command(rcpt)).await
        };
        if let Err(trouble) = rcpt {
            return Ok(Some(self.refused(&trouble, usize::from(ahead)).await));
        }
        let data = if ahead {
            step("DATA", deadlines.data, self.inner.read_response()).await
        } else {
            step("DATA", deadlines.data, self.inner.command(Data)).await
        };
        match data {
            Ok(response) if response.has_code(354) => Ok(None),
            Ok(response) => {
                self.open = false;
                let text = format!("DATA: expected 354, found {}", response.code());
                Ok(Some(Carried::Temporary(text)))
            }
            Err(trouble) => Ok(Some(self.refused(&trouble, 0).await)),
        }
    }

    /// What a refusal before the body means for the letter. So many answers to what was said ahead are still to
    /// come.
    async fn refused(&mut self, trouble: &Trouble, unheard: usize) -> Carried {
        let carried = match trouble {
            Trouble::Said(error) if error.is_permanent() => Carried::Permanent(said(error)),
            other => Carried::Temporary(other.text()),
        };
        // The next letter needs a clean transaction; a server that cannot give one is left.
        self.open = trouble.is_answer()
            && self.hears_out(unheard).await
            && step("RSET", self.deadlines.quit, self.inner.command(Rset)).await.is_ok();
        carried
    }

    /// Reads the answers to what was said behind a refused command. False when they end, and when the server waits
    /// for a body all the same.
    async fn hears_out(&mut self, unheard: usize) -> bool {
        for _ in 0..unheard {
            match step("DATA", self.deadlines.quit, self.inner.read_response()).await {
                Ok(response) if response.has_code(354) => return false,
                Err(trouble) if !trouble.is_answer() => return false,
                _ => {}
            }
        }
        true
    }

    pub(super) async fn body(&mut self, bytes: &[u8]) -> Carried {
        match step("body", self.deadlines.body, self.inner.message(bytes)).await {
            Ok(response) if response.has_code(250) => Carried::Accepted(reply_text(&response)),
            Ok(response) => {
                // A positive answer that is not 250 belongs to another command: nothing is certain.
                self.open = false;
                Carried::Ambiguous(format!("expected 250, found {}", response.code()))
            }
            Err(Trouble::Said(error)) if error.is_permanent() => Carried::Permanent(said(&error)),
            Err(Trouble::Said(error)) if error.is_transient() => {
                self.open = error.status().is_none_or(|code| code.to_string() != "421");
                Carried::Temporary(said(&error))
            }
            Err(trouble) => {
                self.open = false;
                Carried::Ambiguous(trouble.text())
            }
        }
    }

    pub(super) async fn close(mut self) {
        if self.open {
            drop(timeout(self.deadlines.quit, self.inner.quit()).await);
        }
    }
}

/// Why a step did not go well.
enum Trouble {
    Said(SmtpError),
    Late { during: &'static str, after: Duration },
}

impl Trouble {
    /// Whether the server said it and goes on listening: 421 closes (RFC 5321 section 3.8).
    fn is_answer(&self) -> bool {
        matches!(self, Self::Said(error)
            if error.status().is_some_and(|code| code.to_string() != "421"))
    }

    fn text(&self) -> String {
        match self {
            Self::Said(error) => said(error),
            Self::Late { during, after } => late(during, *after).text,
        }
    }
}

async fn step(
    during: &'static str,
    after: Duration,
    work: impl Future<Output = Result<Response, SmtpError>>,
) -> Result<Response, Trouble> {
    match timeout(after, work).await {
        Ok(result) => result.map_err(Trouble::Said),
        Err(_) => Err(Trouble::Late { during, after }),
    }
}

fn address(bare: Option<&str>) -> Result<Option<Address>, lettre::address::AddressError> {
    bare.map(str::parse).transpose()
}

fn unusable(during: &str, error: &SmtpError) -> Unusable {
    Unusable {
        text: format!("SMTP {during}: expected a mail server, found: {}", said(error)),
        refused: error.is_permanent(),
    }
}

fn late(during: &str, after: Duration) -> Unusable {
    let text =
        format!("SMTP {during}: expected an answer within {} s, found none", after.as_secs());
    Unusable { text, refused: false }
}

/// What the server said, or what happened to the line, in one short line.
fn said(error: &SmtpError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    shortened(&text)
}

fn reply_text(response: &Response) -> String {
    let text: Vec<&str> = response.message().collect();
    shortened(&text.join(" "))
}

fn shortened(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SERVER_TEXT_CHARS_MAX).collect()
}
