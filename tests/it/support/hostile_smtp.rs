//! An SMTP server that plays a script of faults.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use crate::support::polite_smtp::{PoliteSmtp, Taken};
use crate::support::scripted::{Script, Scripted};
use crate::support::servers::Received;

/// A scripted SMTP server; a mail counts as taken once its dot has arrived, whatever the reply.
#[derive(Debug)]
pub struct HostileSmtp {
    server: Scripted,
    taken: Taken,
}

impl HostileSmtp {
    /// Plays the steps written in `text`; see [`crate::support::scripted`].
    pub fn script(text: &str) -> Self {
        Self::play(Script::parse(text))
    }

    /// Plays `fixtures/smtp/<name>.txt`.
    pub fn fixture(name: &str) -> Self {
        Self::play(Script::fixture("smtp", name))
    }

    fn play(script: Script) -> Self {
        let taken = Taken::default();
        let (shared, starttls) = (Arc::clone(&taken), script.has_tls());
        let manners = move || PoliteSmtp::new(Arc::clone(&shared), starttls);
        Self { server: Scripted::start(script, manners), taken }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.server.port()
    }

    /// The PEM file of the authority that vouches for it after a `TLS` step.
    pub fn authority(&self) -> &Path {
        self.server.authority()
    }

    /// The lines that clients sent, one list a connection.
    pub fn transcript(&self) -> Vec<Vec<String>> {
        self.server.transcript()
    }

    /// How many clients are connected now.
    pub fn open(&self) -> usize {
        self.server.open()
    }

    /// The mails whose dot has arrived.
    pub fn mails(&self) -> Vec<Received> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
