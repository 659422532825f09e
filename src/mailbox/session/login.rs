//! From a host name to a logged-in [`Session`].

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_imap::imap_proto::{Response, Status};
use async_imap::{Authenticator, Client};
use tokio::io::BufStream;
use tokio::time::timeout;

use super::{ImapError, RESPONSE_MAX, Session, broken, shortened};
use crate::config::{Server, Tls};
use crate::wire::{self, Wire};

/// A log-in that has not ended by then hangs: an untagged line before the continuation can make the
/// crate wait for a continuation that already came.
const LOGIN_MAX: Duration = Duration::from_secs(30);

/// Where to connect and as whom.
#[derive(Clone)]
pub struct Account {
    /// The server.
    pub server: Server,
    /// Whom to trust.
    pub trust: Arc<rustls::ClientConfig>,
    /// The user.
    pub username: String,
    /// Password, or access token when `bearer`.
    pub secret: String,
    /// Log in by XOAUTH2 and not by password.
    pub bearer: bool,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Session {
    /// Connects, protects the connection as asked and logs in.
    pub async fn open(account: &Account) -> Result<Self, ImapError> {
        let server = &account.server;
        let stream = wire::dial(&server.host, server.port).await?;
        let client = match server.tls {
            Tls::Implicit => {
                let wire = wire::secure(stream, &server.host, &account.trust).await?;
                greeted(Client::new(BufStream::new(wire))).await?
            }
            Tls::None => greeted(Client::new(BufStream::new(Wire::Plain(stream)))).await?,
            Tls::StartTls => {
                let mut client = greeted(Client::new(BufStream::new(Wire::Plain(stream)))).await?;
                let asked = client.run_command_and_check_ok("STARTTLS", None);
                within("STARTTLS", RESPONSE_MAX, asked).await?;
                // Whatever the plain connection still had buffered is dropped with its buffers: nobody
                // between us and the server can slip answers in before TLS.
                let Wire::Plain(stream) = client.into_inner().into_inner() else {
                    return Err(ImapError::Closed { during: "STARTTLS" });
                };
                let wire = wire::secure(stream, &server.host, &account.trust).await?;
                Client::new(BufStream::new(wire))
            }
        };
        let logged_in = async {
            let inner = log_in(client, account).await?;
            let mut session = Self { inner, capabilities: Vec::new(), news: false };
            session.run("CAPABILITY", "CAPABILITY").await?;
            Ok(session)
        };
        let late = ImapError::Late { during: "log-in", after: LOGIN_MAX };
        timeout(LOGIN_MAX, logged_in).await.unwrap_or(Err(late))
    }
}

/// Reads the greeting, which async-imap leaves to us.
async fn greeted(
    mut client: Client<BufStream<Wire>>,
) -> Result<Client<BufStream<Wire>>, ImapError> {
    let during = "greeting";
    let read = timeout(RESPONSE_MAX, client.read_response()).await;
    let data = match read {
        Ok(Ok(Some(data))) => data,
        Ok(Ok(None)) => return Err(ImapError::Closed { during }),
        Ok(Err(error)) => return Err(broken(during, &error)),
        Err(_) => return Err(ImapError::Late { during, after: RESPONSE_MAX }),
    };
    match data.parsed() {
        Response::Data { status: Status::Ok | Status::PreAuth, .. } => Ok(client),
        Response::Data { outcome, .. } => Err(ImapError::Refused {
            during,
            status: "BYE",
            text: shortened(outcome.information.as_deref().unwrap_or_default()),
        }),
        _ => Err(ImapError::Unusable {
            during,
            expected: "an IMAP greeting",
            found: "something else".to_owned(),
        }),
    }
}

async fn within<T>(
    during: &'static str,
    after: Duration,
    work: impl Future<Output = Result<T, async_imap::error::Error>>,
) -> Result<T, ImapError> {
    match timeout(after, work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(broken(during, &error)),
        Err(_) => Err(ImapError::Late { during, after }),
    }
}

async fn log_in(
    client: Client<BufStream<Wire>>,
    account: &Account,
) -> Result<async_imap::Session<BufStream<Wire>>, ImapError> {
    let result = if account.bearer {
        client.authenticate("XOAUTH2", Bearer::new(account)).await
    } else if account.secret.is_ascii() && account.username.is_ascii() {
        client.login(&account.username, &account.secret).await
    } else {
        // A quoted string is ASCII; PLAIN carries UTF-8 (RFC 4616).
        client.authenticate("PLAIN", Plain(account)).await
    };
    result.map_err(|(error, _)| match error {
        async_imap::error::Error::No(text) if !is_outage(&text) => {
            ImapError::LogIn { username: account.username.clone(), text: shortened(&text) }
        }
        other => broken("log-in", &other),
    })
}

/// Response codes of RFC 5530 that mean the server and not the password; the parser leaves them in the
/// text.
fn is_outage(text: &str) -> bool {
    ["[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "[OVERQUOTA]"]
        .iter()
        .any(|code| text.contains(code))
}

struct Plain<'a>(&'a Account);

impl Authenticator for Plain<'_> {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        format!("\0{}\0{}", self.0.username, self.0.secret)
    }
}

/// XOAUTH2: the token once; to the error that follows a refusal an empty answer, else both sides wait.
struct Bearer {
    answer: Option<String>,
}

impl Bearer {
    fn new(account: &Account) -> Self {
        let Account { username, secret, .. } = account;
        Self { answer: Some(format!("user={username}\x01auth=Bearer {secret}\x01\x01")) }
    }
}

impl Authenticator for Bearer {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        self.answer.take().unwrap_or_default()
    }
}
