//! `[smtp]`: where letters leave, and in whose name.

use super::error::Fault;
use super::section::{Reading, Section};
use super::server::{self, Login, Ports, Server};
use super::values;
use crate::domain::mail::Address;

/// RFC 8314 section 3.3, RFC 6409, RFC 5321.
const PORTS: Ports = Ports { implicit: 465, starttls: 587, none: 25 };

/// The envelope sender of acknowledgements: who hears of one that cannot be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Envelope {
    /// The address of `from`, so that bounces come back to the mailbox.
    From,
    /// An address of our own per letter, so that a bounce names its letter; for letters of every kind.
    Verp,
    /// `<>`, as RFC 3834 section 3.3 prefers: nobody.
    Null,
}

/// Where letters leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Smtp {
    /// The server.
    pub server: Server,
    /// Who signs; a bare address has an empty name.
    pub from: Address,
    /// Who hears of an acknowledgement's failure.
    pub acknowledgement_envelope: Envelope,
}

/// The section as far as it is there.
pub(super) struct Found {
    server: Option<Server>,
    pub(super) from: Option<Address>,
    envelope: Envelope,
}

impl Found {
    /// The section, when server and sender are both known.
    pub(super) fn complete(self) -> Option<Smtp> {
        Some(Smtp {
            server: self.server?,
            from: self.from?,
            acknowledgement_envelope: self.envelope,
        })
    }
}

/// What `run` says when nothing at all is configured.
pub(super) fn none_configured() -> Fault {
    Fault {
        place: String::new(),
        key: "smtp.host".to_owned(),
        expected: "the server's name".to_owned(),
        found: "none".to_owned(),
        remedy: "set it".to_owned(),
    }
}

pub(super) fn read(reading: &mut Reading) -> Found {
    let mut section = reading.section("smtp");
    let server = server::read(&mut section, PORTS, false);
    let words = [("from", Envelope::From), ("verp", Envelope::Verp), ("null", Envelope::Null)];
    let envelope = section.choice("acknowledgement_envelope", &words).unwrap_or(Envelope::From);
    let certified = section.flag("certified").unwrap_or(false);
    if certified && envelope != Envelope::From {
        section.fault(
            "acknowledgement_envelope",
            "\"from\" together with certified = true",
            "another one",
            "a certified mail server takes no envelope sender but the account (RFC 6109)",
        );
    }
    let from = section.parsed(
        "from",
        "a sender",
        "write it like \"Centrale operativa <manutenzione@comune.example>\"",
        values::named_address,
    );
    if from.is_none() {
        section.absent("from", "the sender of letters", "none", "set it");
    }
    if certified {
        check_account(&mut section, &server, from.as_ref());
    }
    let server = Some(server).filter(|server| !server.host.is_empty());
    Found { server, from, envelope }
}

/// Author, envelope sender and account of certified mail are one address (RFC 6109 section 3.1.1): another one
/// would be refused letter by letter.
fn check_account(section: &mut Section<'_>, server: &Server, from: Option<&Address>) {
    let account = server.login.as_ref().map(Login::username).filter(|name| name.contains('@'));
    let (Some(account), Some(from)) = (account, from) else { return };
    if !account.eq_ignore_ascii_case(&from.address) {
        section.fault(
            "from",
            &format!("the certified account `{account}`"),
            &format!("`{}`", from.address),
            "a certified mail server sends only in the name of the account",
        );
    }
}
