//! The operations centre as decisions need it: who we are, by which rules, with which limits.

use super::hours::Hours;
use super::kind::Identity;
use super::limits::Limits;
use super::mail::Address;
use super::rules::RuleSet;
use super::token::Signer;

/// The envelope sender of acknowledgements: who hears of one that cannot be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Envelope {
    /// Our own address, so that bounces come back to the mailbox.
    From,
    /// Our own address with the letter's signed id behind a `+`, so that a bounce names its letter; for every letter.
    Verp,
    /// `<>`: nobody (RFC 3834 section 3.3).
    Null,
}

/// Everything that a decision may depend on besides the event and what is stored.
#[derive(Debug)]
pub struct Desk {
    /// `organisation.name`.
    pub organisation: String,
    /// Who signs letters.
    pub from: Address,
    /// Who hears what no office hears.
    pub staff: Vec<String>,
    /// What there is to repair, who does it, by which words it is known.
    pub rules: RuleSet,
    /// When the desk is staffed.
    pub hours: Hours,
    /// Our own addresses and people.
    pub identity: Identity,
    /// How many acknowledgements may leave.
    pub limits: Limits,
    /// Who hears of an acknowledgement's failure.
    pub envelope: Envelope,
    /// Signs Message-IDs.
    pub signer: Signer,
}

impl Desk {
    /// The domain of our Message-IDs.
    #[must_use]
    pub fn domain(&self) -> &str {
        match self.from.domain() {
            "" => "sportello.invalid",
            domain => domain,
        }
    }
}
