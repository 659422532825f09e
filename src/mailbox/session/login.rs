//! From a host name to a logged-in [`Session`].

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_imap::imap_proto::{Response, ResponseCode, Status};
use async_imap::{Authenticator, Client};
use tokio::time::timeout;

use super::{
    Deadlines, Gauged, ImapError, Session, broken, capability_names, shortened, unpanicked,
};
use crate::config::{Server, Tls};
use crate::wire::{self, Wire};

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
    /// How long the server may take.
    pub deadlines: Deadlines,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Session {
    /// Connects, protects the connection as asked and logs in.
    pub async fn open(account: &Account) -> Result<Self, ImapError> {
        let (server, deadlines) = (&account.server, account.deadlines);
        let stream = wire::dial(&server.host, server.port).await?;
        let wire = match server.tls {
            Tls::Implicit => {
                wire::secure(stream, &server.host, &account.trust, deadlines.handshake).await?
            }
            Tls::None | Tls::StartTls => Wire::Plain(stream),
        };
        let (mut client, mut offered) =
            greeted(Client::new(Gauged::new(wire)), deadlines.response).await?;
        if server.tls == Tls::StartTls {
            let asked = client.run_command_and_check_ok("STARTTLS", None);
            within("STARTTLS", deadlines.response, asked).await?;
            // Whatever the plain connection still had buffered is dropped with its buffers: nobody
            // between us and the server can slip answers in before TLS.
            let Wire::Plain(stream) = client.into_inner().into_wire() else {
                return Err(ImapError::Closed { during: "STARTTLS" });
            };
            let wire =
                wire::secure(stream, &server.host, &account.trust, deadlines.handshake).await?;
            client = Client::new(Gauged::new(wire));
            // It was said in the clear, by whomever.
            offered.clear();
        }
        let logged_in = async {
            let inner = unpanicked("log-in", log_in(client, account, &offered)).await??;
            let mut session =
                Self { inner, deadlines, capabilities: Vec::new(), exists: 0, news: false };
            session.run("CAPABILITY", "CAPABILITY").await?;
            Ok(session)
        };
        let after = deadlines.log_in;
        let late = ImapError::Late { during: "log-in", after };
        timeout(after, logged_in).await.unwrap_or(Err(late))
    }
}

/// Reads the greeting, which async-imap leaves to us, and what it says the server offers.
async fn greeted(
    mut client: Client<Gauged>,
    after: Duration,
) -> Result<(Client<Gauged>, Vec<String>), ImapError> {
    let during = "greeting";
    let read = timeout(after, unpanicked(during, client.read_response())).await;
    let data = match read {
        Ok(read) => read?.map_err(|error| broken(during, &error))?,
        Err(_) => return Err(ImapError::Late { during, after }),
    };
    let data = data.ok_or(ImapError::Closed { during })?;
    match data.parsed() {
        Response::Data { status: Status::Ok | Status::PreAuth, outcome } => {
            let offered = match &outcome.code {
                Some(ResponseCode::Capabilities(list)) => capability_names(list),
                _ => Vec::new(),
            };
            Ok((client, offered))
        }
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
    match timeout(after, unpanicked(during, work)).await {
        Ok(done) => done?.map_err(|error| broken(during, &error)),
        Err(_) => Err(ImapError::Late { during, after }),
    }
}

async fn log_in(
    client: Client<Gauged>,
    account: &Account,
    offered: &[String],
) -> Result<async_imap::Session<Gauged>, ImapError> {
    let offers = |name: &str| offered.iter().any(|capability| capability == name);
    let result = if account.bearer {
        client.authenticate("XOAUTH2", Bearer::new(account)).await
    } else if offers("LOGINDISABLED") && !offers("AUTH=PLAIN") {
        // RFC 3501 section 6.2.3: whoever sends LOGIN now shows the password for nothing.
        return Err(ImapError::Unusable {
            during: "log-in",
            expected: "a server that takes passwords",
            found: "LOGINDISABLED; check `tls` and `auth`".to_owned(),
        });
    } else if offers("LOGINDISABLED") || !(account.secret.is_ascii() && account.username.is_ascii())
    {
        // A quoted string is ASCII; PLAIN carries UTF-8 (RFC 4616).
        client.authenticate("PLAIN", Plain(account)).await
    } else {
        client.login(&account.username, &account.secret).await
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
