//! What sort of mail it is: a person's report, or one of the many things that are not.
//!
//! [`kind`] asks the questions of `ORDER` one after the other and the first answer wins: headers before
//! body shape, body shape before words, subjects last. Three outcomes matter:
//!
//! - **filed**: not a person's report; no ticket, no answer (bounces, auto-replies, lists, receipts …);
//! - **ticket without acknowledgement**: it may be a person, but a sign of automation forbids an answer
//!   (RFC 3834 section 2), or it is a machine that reports a fault (a lift, a boiler, a pump);
//! - **ticket and acknowledgement**: a person.
//!
//! A weak sign never costs a ticket, a strong sign is one that no mail program of a person sets. What was filed
//! on words alone is looked at again once it is understood ([`reconsidered`]).

mod alarm;
mod autoreply;
mod bounce;
mod doubt;
mod headers;
mod lists;
mod notice;
mod person;
mod reason;
mod receipts;
mod reports;
mod sender;
mod sight;
mod spam;
mod weak;
mod words;

use serde::{Deserialize, Serialize};

pub use self::doubt::reconsidered;
pub use self::reason::KindReason;
use self::sight::Sight;
use super::mail::{Damage, Mail};

/// What sort of mail it is; the names are those of the `inspect` contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A person tells us something.
    Report,
    /// A person writes on, in a conversation.
    Reply,
    /// Staff order something by mail (`#close …`).
    Command,
    /// A machine reports a fault of what it watches: a ticket that nobody is thanked for.
    Alarm,
    /// What became of a letter of ours (RFC 3464 and its dialects).
    Bounce,
    /// An answer that no person wrote: absence, receipt of another ticket system, calendar.
    AutoReply,
    /// Mailing lists and newsletters.
    Bulk,
    /// Reports of mail systems and servers: MDN, ARF, DMARC, TLS-RPT, cron.
    MachineReport,
    /// A receipt of the certified mail system (RFC 6109 section 3).
    PecReceipt,
    /// A letter of this installation that came back.
    Own,
    /// Marked as spam by the filter in front of us.
    Spam,
    /// Neither author nor text could be read; staff look at it.
    Unreadable,
}

impl Kind {
    /// Every kind, in the order of the contract.
    pub const ALL: [Self; 12] = [
        Self::Report,
        Self::Reply,
        Self::Command,
        Self::Alarm,
        Self::Bounce,
        Self::AutoReply,
        Self::Bulk,
        Self::MachineReport,
        Self::PecReceipt,
        Self::Own,
        Self::Spam,
        Self::Unreadable,
    ];

    /// The name in contracts and tables, the same as serde's.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Reply => "reply",
            Self::Command => "command",
            Self::Alarm => "alarm",
            Self::Bounce => "bounce",
            Self::AutoReply => "auto_reply",
            Self::Bulk => "bulk",
            Self::MachineReport => "machine_report",
            Self::PecReceipt => "pec_receipt",
            Self::Own => "own",
            Self::Spam => "spam",
            Self::Unreadable => "unreadable",
        }
    }

    /// The kind of this name, exactly as [`Kind::name`] writes it.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The answer: what it is, why, and what may follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindVerdict {
    /// What sort of mail.
    pub kind: Kind,
    /// The sign that decided; for a person's mail the sign that withholds the acknowledgement, if any.
    pub reason: KindReason,
    /// Whether it opens a ticket when it continues none.
    pub ticket: bool,
    /// Whether its author may be answered by a machine.
    pub acknowledge: bool,
}

impl KindVerdict {
    /// Kept and listed, but nobody's report: no ticket, no answer.
    const fn filed(kind: Kind, reason: KindReason) -> Self {
        Self { kind, reason, ticket: false, acknowledge: false }
    }

    /// Staff must see it, and nobody may be answered.
    const fn unanswered(kind: Kind, reason: KindReason) -> Self {
        Self { kind, reason, ticket: true, acknowledge: false }
    }

    /// A person who gets a ticket and an answer.
    const fn answered(kind: Kind, reason: KindReason) -> Self {
        Self { kind, reason, ticket: true, acknowledge: true }
    }
}

/// Who we are, as far as telling our own mail and our own people from strangers needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Our own mailboxes and senders, lower case, bare.
    pub addresses: Vec<String>,
    /// Domains of the organisation, lower case.
    pub domains: Vec<String>,
    /// People who may order by mail, lower case, bare.
    pub staff: Vec<String>,
    /// Addresses or domains of lift, boiler, pump … controllers, from the rules.
    pub alarm_senders: Vec<String>,
}

type Question = fn(&Sight<'_>) -> Option<KindVerdict>;

/// The questions in order; the first that has an answer decides. What is left is a person's mail.
const ORDER: [Question; 11] = [
    own,
    unreadable,
    receipts::certified_mail,
    bounce::delivery_report,
    reports::mail_system_report,
    autoreply::automatic_answer,
    alarm::listed_controller,
    spam::upstream_verdict,
    alarm::unlisted_controller,
    lists::bulk,
    reports::machine_output,
];

/// Tells what sort of mail it is. Total and pure.
///
/// `own` is true when the caller has verified the loop marker of this installation (an HMAC);
/// an unverified marker counts only together with one of our addresses in `From`.
#[must_use]
pub fn kind(mail: &Mail, identity: &Identity, own: bool) -> KindVerdict {
    let sight = Sight::new(mail, identity, own);
    ORDER.iter().find_map(|question| question(&sight)).unwrap_or_else(|| person::verdict(&sight))
}

/// Our letters carry this header; its value is an HMAC that the caller verifies.
const LOOP_HEADER: &str = "x-sportello-loop";

fn own(sight: &Sight<'_>) -> Option<KindVerdict> {
    let returned = sight.mail.header(LOOP_HEADER).is_some() && sender::is_our_mailbox(sight);
    (sight.own || returned).then_some(KindVerdict::filed(Kind::Own, KindReason::OwnLoopMarker))
}

fn unreadable(sight: &Sight<'_>) -> Option<KindVerdict> {
    let mail = sight.mail;
    let broken = mail.has(Damage::NoHeader) || mail.has(Damage::Unparsable);
    // Bytes without any header that are no text either: what they decode to is not words.
    let noise = mail.has(Damage::NoHeader) && mail.has(Damage::Charset) && mail.has(Damage::Nul);
    let nothing = mail.from.is_none() && (mail.text.trim().is_empty() || noise);
    (broken && nothing).then_some(KindVerdict::unanswered(Kind::Unreadable, KindReason::Unreadable))
}

#[cfg(test)]
mod tests;
