//! An IMAP server that plays a script of faults.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::support::polite_imap::{Mailbox, PoliteImap};
use crate::support::scripted::{Script, Scripted};

/// A scripted IMAP server with one mailbox that all its connections share.
#[derive(Debug)]
pub struct HostileImap {
    server: Scripted,
    mailbox: Arc<Mutex<Mailbox>>,
}

impl HostileImap {
    /// Plays the steps written in `text`; see [`crate::support::scripted`].
    pub fn script(text: &str) -> Self {
        Self::play(Script::parse(text))
    }

    /// Plays `fixtures/imap/<name>.txt`.
    pub fn fixture(name: &str) -> Self {
        Self::play(Script::fixture("imap", name))
    }

    fn play(script: Script) -> Self {
        let mailbox = Arc::new(Mutex::new(Mailbox::with(script.mails)));
        let (shared, starttls) = (Arc::clone(&mailbox), script.has_tls());
        let manners = move || PoliteImap::new(Arc::clone(&shared), starttls);
        Self { server: Scripted::start(script, manners), mailbox }
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

    /// Puts one more mail into the mailbox and gives its UID. Sessions that are open are not
    /// told: that is for the script.
    pub fn deliver(&self, raw: &[u8]) -> u32 {
        self.with_mailbox(|mailbox| mailbox.deliver(raw.to_vec()))
    }

    /// The bytes of the mails that it holds, in UID order.
    pub fn held(&self) -> Vec<Vec<u8>> {
        self.with_mailbox(|mailbox| mailbox.held())
    }

    /// UIDs and flags, in UID order.
    pub fn flags(&self) -> Vec<(u32, Vec<String>)> {
        self.with_mailbox(|mailbox| mailbox.flags())
    }

    fn with_mailbox<T>(&self, look: impl FnOnce(&mut Mailbox) -> T) -> T {
        look(&mut self.mailbox.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
