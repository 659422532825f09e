//! A mail as the rest of the program knows it: owned facts, no parser's type, nothing borrowed.
//!
//! `parse` makes it from raw bytes and never fails; what could not be read is said in [`Mail::damage`].

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// A person or machine in an address header (RFC 5322 section 3.4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The display name, decoded and without control characters; empty when there was none.
    pub name: String,
    /// The bare addr-spec, `local@domain`, domain in lower case; empty when unusable.
    pub address: String,
}

impl Address {
    /// The part after the last `@`; empty when there is none.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The part before the last `@`, in the writer's case.
    #[must_use]
    pub fn local(&self) -> &str {
        self.address.rsplit_once('@').map_or(self.address.as_str(), |(local, _)| local)
    }

    /// Whether a list means it by `listed`: the address itself, its domain, or a domain above that.
    #[must_use]
    pub fn is_listed_as(&self, listed: &str) -> bool {
        let listed = listed.trim().trim_start_matches('@').to_lowercase();
        let domain = self.domain().to_lowercase();
        let below = domain.strip_suffix(listed.as_str());
        !listed.is_empty()
            && (self.address.eq_ignore_ascii_case(&listed)
                || below.is_some_and(|above| above.is_empty() || above.ends_with('.')))
    }
}

/// The envelope sender as the final delivery wrote it (RFC 5321 section 4.4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnPath {
    /// No `Return-Path` header: nothing can be said.
    #[default]
    Missing,
    /// `<>`: a notification that must never be answered (RFC 3834 section 2).
    Null,
    /// An ordinary sender.
    Address(String),
}

/// A header field below the ones that [`Mail`] names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The field name in lower case.
    pub name: String,
    /// The value, unfolded and decoded, trimmed; `authentication-results` undecoded, because its grammar knows no
    /// encoded words.
    pub value: String,
}

/// Where a photo was taken (WGS 84), as its camera wrote it (EXIF).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Degrees north, -90 to 90.
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
}

/// A part that a person attached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attachment {
    /// A name safe to show and to save: no path, control or direction-changing characters.
    pub name: String,
    /// `type/subtype` in lower case, as declared, unless the bytes say otherwise.
    pub media_type: String,
    /// Decoded length.
    pub bytes: u64,
    /// A logo or another decoration of the text; photos are none, wherever they are shown.
    pub inline: bool,
    /// Where a photo was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// What was wrong with the bytes. The mail is kept and read as far as possible all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Damage {
    /// No header at all, or nothing but blanks.
    NoHeader,
    /// No usable `From`.
    NoFrom,
    /// No `Date`, or one that is not a date.
    NoDate,
    /// No `Message-ID`.
    NoMessageId,
    /// More than one `From`, `Subject`, `Date` or `Message-ID`: the first counts.
    DuplicateHeader,
    /// 8-bit bytes in header fields.
    RawHeaderBytes,
    /// A charset that was missing, unknown or untrue; the text was repaired.
    Charset,
    /// A transfer encoding that did not decode to its end.
    TransferEncoding,
    /// NUL bytes.
    Nul,
    /// A boundary that never came or was never closed.
    Boundary,
    /// The header section was longer than the bound and was cut.
    HeaderBytes,
    /// More parts than the bound; the rest was left aside.
    Parts,
    /// Nested deeper than the bound; the rest was left aside.
    Depth,
    /// More text than the bound; the rest was left aside.
    TextBytes,
    /// Only the beginning of the mail was fetched: the rest lies on the server.
    Truncated,
    /// The parser gave up or panicked.
    Unparsable,
}

/// What a delivery report, receipt or feedback says of a letter (RFC 3464, RFC 8098, RFC 5965).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// `delivery-status`, `disposition-notification`, `feedback-report`, …, in lower case.
    pub report_type: String,
    /// `Action` of the first recipient: `failed`, `delayed`, `delivered`, `relayed`, `expanded`.
    pub action: String,
    /// `Status` of the first recipient, as `5.1.1`.
    pub status: String,
    /// `Final-Recipient` of the first recipient, bare.
    pub recipient: String,
    /// `Diagnostic-Code`, shortened.
    pub diagnostic: String,
    /// `Original-Envelope-Id`: our letter's id when the relay knows RFC 3461.
    pub envelope_id: String,
    /// Message-ID found in the returned message or headers, without brackets.
    pub original_message_id: String,
}

/// What the certified-mail envelope says (RFC 6109).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pec {
    /// `transport`, `anomaly`, or the value of `X-Ricevuta` (`accettazione`, `avvenuta-consegna`, …).
    pub kind: String,
    /// The message that the envelope or receipt is about (`X-Riferimento-Message-ID`), without brackets.
    pub reference: String,
    /// `identificativo` of `daticert.xml`.
    pub identifier: String,
    /// `mittente` of `daticert.xml`.
    pub sender: String,
    /// `gestore-emittente` of `daticert.xml`.
    pub provider: String,
    /// `errore` of `daticert.xml`: `nessuno`, `no-dest`, `no-dominio`, `virus`, `altro`.
    pub error: String,
    /// `consegna` of `daticert.xml`: the recipient that a receipt speaks of.
    #[serde(default)]
    pub recipient: String,
    /// `errore-esteso` of `daticert.xml`, shortened.
    #[serde(default)]
    pub detail: String,
}

/// A mail of somebody else that a forward shows or encloses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forwarded {
    /// Who wrote it; the address is empty where the forward shows only a name.
    pub author: Address,
    /// What they called it.
    pub subject: String,
    /// What they newly wrote.
    pub text: String,
    /// Its `Message-ID`, known where the mail itself is enclosed.
    pub message_id: Option<String>,
}

/// One mail, read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Mail {
    /// `Message-ID` without angle brackets, as written.
    pub message_id: Option<String>,
    /// `In-Reply-To`, without brackets, in order.
    pub in_reply_to: Vec<String>,
    /// `References`, without brackets, in order, at most [`REFERENCES_MAX`].
    pub references: Vec<String>,
    /// The author: the first `From`. For certified mail the inner one.
    pub from: Option<Address>,
    /// Every address that the outermost `From` fields name, lower case, sorted, each once, also one that only a
    /// display name shows. Where another than the author's is among them, no server vouches for the author: two
    /// authors, a name that pretends, a rewriting list, a certified-mail envelope.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from_addresses: Vec<String>,
    /// `Sender`, where given.
    pub sender: Option<Address>,
    /// The first `Reply-To`, where given.
    pub reply_to: Option<Address>,
    /// `To` and `Cc`, at most [`RECIPIENTS_MAX`].
    pub to: Vec<Address>,
    /// The envelope sender.
    pub return_path: ReturnPath,
    /// `Date`: what the writer's clock said.
    pub sent_at: Option<Timestamp>,
    /// The date of the top `Received`: when the last server took it.
    pub delivered_at: Option<Timestamp>,
    /// The decoded subject, PEC-unwrapped, nothing stripped of its words; one line.
    pub subject: String,
    /// What this person newly wrote.
    pub text: String,
    /// What was cut off: quotes, signature, disclaimer.
    pub quoted: String,
    /// The part of `quoted` below the words: a signature often names the school that nobody else names.
    #[serde(default)]
    pub signature: String,
    /// `type/subtype` of the outermost part, in lower case.
    pub media_type: String,
    /// Every other header field, in order, at most [`HEADERS_MAX`].
    pub headers: Vec<Header>,
    /// Set for `multipart/report` and for reports recognised without it.
    pub report: Option<Report>,
    /// Set for certified mail and its receipts.
    pub pec: Option<Pec>,
    /// The mails that it forwards, outermost first, at most [`FORWARDED_MAX`]; none for an answer.
    #[serde(default)]
    pub forwarded: Vec<Forwarded>,
    /// What was attached.
    pub attachments: Vec<Attachment>,
    /// What was wrong with the bytes, sorted, each once.
    pub damage: Vec<Damage>,
    /// Length of the whole raw mail.
    pub bytes: u64,
}

/// A thread longer than this is threaded by its newest ids.
pub const REFERENCES_MAX: usize = 50;

/// Mails of one forward that are read: offices pass on what was passed on to them, seldom more often.
pub const FORWARDED_MAX: usize = 4;

/// Recipients kept for display; nothing is decided by the ones beyond.
pub const RECIPIENTS_MAX: usize = 50;

/// Header fields kept: real mail has under 100; the rest of a hostile one is noise.
pub const HEADERS_MAX: usize = 500;

impl Mail {
    /// The first value of a header field; `name` in lower case.
    #[must_use]
    pub fn header<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.header_all(name).next()
    }

    /// All values of a header field, in order; `name` in lower case.
    pub fn header_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |header| header.name == name)
            .map(|header| header.value.as_str())
    }

    /// `In-Reply-To` and `References`, newest first, without repetition.
    #[must_use]
    pub fn ancestors(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = Vec::new();
        for id in self.in_reply_to.iter().chain(self.references.iter().rev()) {
            if !ids.contains(&id.as_str()) {
                ids.push(id);
            }
        }
        ids
    }

    /// Whether the reader met this damage.
    #[must_use]
    pub fn has(&self, damage: Damage) -> bool {
        self.damage.contains(&damage)
    }
}
