//! A letter: a mail we owe to somebody, before it is worded.
//!
//! [`context`] holds what the templates may say, in every language; [`redact`] what a contractor must
//! not learn.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::language::Language;
use super::mail::Address;

pub mod context;
pub mod redact;
mod wording;

#[cfg(test)]
mod tests;

/// What a letter is for. The name is the contract's (`outbox list`) and the store's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterKind {
    /// To the requester: the number, what was understood, who is in charge (L. 241/1990 art. 18-bis).
    Acknowledgement,
    /// To a contractor: what to repair and where.
    WorkOrder,
    /// To the office in charge: a new ticket with the reasons of every automatic choice.
    StaffNotice,
    /// To whoever reported: staff closed the ticket.
    Closing,
    /// To whoever is on call: an emergency that nobody has taken yet.
    OnCall,
    /// To staff: may a contractor be activated? One word answers it.
    Approval,
    /// To whoever reported: what became of it so far, a question, an answer, whether it is repaired.
    Progress,
    /// To an office when it opens: what is late, due, new and waiting.
    Digest,
    /// To a colleague or contractor: did you write this? Nothing is done before they say so.
    Confirmation,
}

impl LetterKind {
    /// Every kind, in the order of their names' first use in a ticket's life.
    pub const ALL: [Self; 9] = [
        Self::Acknowledgement,
        Self::WorkOrder,
        Self::StaffNotice,
        Self::Closing,
        Self::OnCall,
        Self::Approval,
        Self::Progress,
        Self::Digest,
        Self::Confirmation,
    ];

    /// The name in the store and in lists.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Acknowledgement => "acknowledgement",
            Self::WorkOrder => "work_order",
            Self::StaffNotice => "staff_notice",
            Self::Closing => "closing",
            Self::OnCall => "on_call",
            Self::Approval => "approval",
            Self::Progress => "progress",
            Self::Digest => "digest",
            Self::Confirmation => "confirmation",
        }
    }

    /// The texts that a letter of this kind can have: names of template files, the usual one first.
    #[must_use]
    pub const fn templates(self) -> &'static [&'static str] {
        match self {
            Self::Acknowledgement => &["acknowledgement", "acknowledgement_internal"],
            Self::WorkOrder => &["work_order", "order_reminder", "order_retracted"],
            Self::StaffNotice => &[
                "staff_notice",
                "follow_up",
                "delivery_failed",
                "order_copy",
                "order_news",
                "command_answer",
                "claim_notice",
                "alarm",
                "unanswered",
            ],
            Self::Closing => &["closing", "feedback", "closing_internal"],
            Self::OnCall => &["on_call"],
            Self::Approval => &["approval"],
            Self::Progress => &["scheduled", "referred", "question", "answer", "progress_internal"],
            Self::Digest => &["digest"],
            Self::Confirmation => &["confirmation"],
        }
    }

    /// Reads a [`name`](Self::name).
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The one letter that stands for the kind in a signed Message-ID.
    #[must_use]
    pub const fn initial(self) -> char {
        match self {
            Self::Acknowledgement => 'a',
            Self::WorkOrder => 'w',
            Self::StaffNotice => 's',
            Self::Closing => 'c',
            Self::OnCall => 'o',
            Self::Approval => 'q',
            Self::Progress => 'p',
            Self::Digest => 'd',
            Self::Confirmation => 'k',
        }
    }

    /// Reads an [`initial`](Self::initial).
    #[must_use]
    pub fn from_initial(initial: char) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.initial() == initial)
    }

    /// Whether it goes to whoever reported: in their language with the Italian text below it, to the bare
    /// address, since the display name is theirs and anybody may have forged it.
    #[must_use]
    pub const fn to_requester(self) -> bool {
        matches!(self, Self::Acknowledgement | Self::Closing | Self::Progress)
    }

    /// The value of `Auto-Submitted` (RFC 3834 section 5): an acknowledgement answers a mail, every
    /// other letter is ours to begin.
    #[must_use]
    pub const fn auto_submitted(self) -> &'static str {
        match self {
            Self::Acknowledgement => "auto-replied",
            Self::WorkOrder
            | Self::StaffNotice
            | Self::Closing
            | Self::OnCall
            | Self::Approval
            | Self::Progress
            | Self::Digest
            | Self::Confirmation => "auto-generated",
        }
    }
}

/// Why a letter waits in the outbox instead of leaving at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// `limits.acknowledgements_per_sender_per_day` is used up.
    SenderLimit,
    /// `limits.acknowledgements_per_domain_per_hour` is used up.
    DomainLimit,
    /// `limits.acknowledgements_per_hour` is used up.
    HourLimit,
    /// Two robots seem to be answering each other.
    LoopBreaker,
    /// The mail is old: it was met again after the server renumbered the folder.
    Rescan,
    /// A backup was restored, and what was sent after it was made is not known.
    Restored,
}

impl HoldReason {
    /// Every reason, in the order in which they are asked.
    pub const ALL: [Self; 6] = [
        Self::Restored,
        Self::Rescan,
        Self::LoopBreaker,
        Self::SenderLimit,
        Self::DomainLimit,
        Self::HourLimit,
    ];

    /// The name in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SenderLimit => "sender_limit",
            Self::DomainLimit => "domain_limit",
            Self::HourLimit => "hour_limit",
            Self::LoopBreaker => "loop_breaker",
            Self::Rescan => "rescan",
            Self::Restored => "restored",
        }
    }

    /// Reads a [`name`](Self::name).
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// Whether whatever the mail causes waits, and not the answer to its writer alone.
    #[must_use]
    pub const fn is_of_old_mail(self) -> bool {
        matches!(self, Self::Rescan | Self::Restored)
    }

    /// One clause in English for admins: lists, logs, `explain`.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::SenderLimit => {
                "this sender already had as many acknowledgements today as one may have"
            }
            Self::DomainLimit => {
                "this sender's domain already had as many acknowledgements this hour as one may have"
            }
            Self::HourLimit => {
                "as many acknowledgements as one hour may see have already been written"
            }
            Self::LoopBreaker => "this looks like two robots answering each other",
            Self::Rescan => {
                "the mail is old: the server renumbered the folder and it was read again"
            }
            Self::Restored => "a backup was restored: it may have been sent since that was made",
        }
    }

    /// The same clause in Italian for the notice to staff.
    #[must_use]
    pub const fn text_it(self) -> &'static str {
        match self {
            Self::SenderLimit => "questo mittente ha già avuto il massimo di risposte per oggi",
            Self::DomainLimit => {
                "il dominio di questo mittente ha già avuto il massimo di risposte per quest'ora"
            }
            Self::HourLimit => "è già stato raggiunto il massimo di risposte per quest'ora",
            Self::LoopBreaker => "sembrano due risponditori automatici che si scrivono a vicenda",
            Self::Rescan => "il messaggio è vecchio: la casella è stata riletta da capo",
            Self::Restored => {
                "è stata ripristinata una copia di sicurezza: la risposta può essere già partita"
            }
        }
    }
}

/// One letter, decided and not yet worded: enough to render it, once, into the bytes that are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// What it is for.
    pub kind: LetterKind,
    /// The number of the ticket it is about.
    pub ticket: Option<String>,
    /// What it answers; with kind and recipient it is unique, so that deciding twice owes one letter.
    pub cause: String,
    /// Whom it goes to; exactly one, because SMTP answers for each recipient apart.
    pub recipient: Address,
    /// The template's name, one of [`LetterKind::templates`].
    pub template: String,
    /// The language to word it in. A letter to a requester who does not write Italian carries the
    /// Italian text below.
    pub language: Language,
    /// What the template may say: the fields of a struct of [`context`].
    pub context: BTreeMap<String, serde_json::Value>,
    /// The Message-ID it answers, without brackets.
    pub in_reply_to: Option<String>,
    /// The conversation so far, oldest first, without brackets.
    pub references: Vec<String>,
    /// Its own Message-ID, without brackets (see `token`).
    pub message_id: String,
    /// The envelope sender; `None` is the null sender `<>`, to which nothing bounces.
    pub envelope_from: Option<String>,
    /// Set when it must wait.
    pub hold: Option<HoldReason>,
}

/// A photo that goes with a letter, without what its camera wrote into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// `foto-1.jpg`: the writer's own name may be anybody's.
    pub name: String,
    /// `image/jpeg` or `image/png`.
    pub media_type: &'static str,
    /// The picture.
    pub bytes: Vec<u8>,
}

/// The longest half of a Message-ID that we repeat: two halves, `<@>` and the field name stay well
/// below the 998 bytes of a line (RFC 5322 section 2.1.1).
const MESSAGE_ID_HALF_BYTES_MAX: usize = 250;

/// Whether a Message-ID without brackets may be repeated in a header of ours: printable ASCII without
/// blanks and angle brackets on both sides of an `@`. Anything else would be sent as an encoded word,
/// which no mail program reads as an identifier, and what looks like one (RFC 2047) might be decoded
/// into something else; both are left out instead.
#[must_use]
pub fn valid_message_id(id: &str) -> bool {
    let half = |text: &str| {
        (1..=MESSAGE_ID_HALF_BYTES_MAX).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'<' && byte != b'>')
    };
    !id.contains("=?") && id.rsplit_once('@').is_some_and(|(left, right)| half(left) && half(right))
}
