//! The message around the words: address, thread and RFC 3834 fields, one plain-text part, and photos behind it.

use std::time::{Duration, SystemTime};

use lettre::message::header::{
    ContentTransferEncoding, ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0,
};
use lettre::message::{Attachment, Body, Mailbox, MessageBuilder, MultiPart, SinglePart};

use super::{RenderError, Sender, clean};
use crate::domain::letter::{Letter, Photo, valid_message_id};
use crate::domain::mail::Address;
use crate::domain::time::Timestamp;

/// Identifiers in `References`: the first and the newest ones are what mail programs thread by.
const REFERENCES_MAX: usize = 20;

/// Characters of a display name.
const NAME_CHARS_MAX: usize = 60;

/// Characters of a line in the message (RFC 2045 section 6.7 for quoted-printable; short of the 78 of
/// RFC 5322 section 2.1.1, which relays count with the line end).
const LINE_CHARS_MAX: usize = 76;

/// The last second of the year 9999: later ones have no form as a date (RFC 5322 section 3.3).
const DATE_SECONDS_MAX: u64 = 253_402_300_799;

/// The whole message. `subject` and `body` are clean; `body` is wrapped.
pub(super) fn bytes(
    letter: &Letter,
    sender: &Sender,
    (subject, body, photos): (&str, String, &[Photo]),
    now: Timestamp,
) -> Result<Vec<u8>, RenderError> {
    let mut message = MessageBuilder::new().from(mailbox(&sender.from, true, "From")?).to(mailbox(
        &letter.recipient,
        !letter.kind.to_requester(),
        "To",
    )?);
    if let Some(reply_to) = &sender.reply_to {
        message = message.reply_to(mailbox(reply_to, true, "Reply-To")?);
    }
    message = message
        .subject(subject)
        .date(date(now))
        .message_id(Some(format!("<{}>", letter.message_id)));
    message = thread(message, letter)
        .raw_header(field("Auto-Submitted", letter.kind.auto_submitted()))
        .raw_header(field("X-Auto-Response-Suppress", "All"))
        .raw_header(field(
            "X-Sportello-Loop",
            &clean::header_text(&sender.loop_marker, LINE_CHARS_MAX),
        ))
        .header(MIME_VERSION_1_0);
    let wrong = |why: lettre::error::Error| RenderError::Message(format!("{why}"));
    if photos.is_empty() {
        let message = message.header(ContentType::TEXT_PLAIN).body(encoded(body)?);
        return folded(message.map_err(wrong)?.formatted());
    }
    let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(encoded(body)?);
    let mut parts = MultiPart::mixed().singlepart(text);
    for photo in photos {
        let media_type = ContentType::parse(photo.media_type)
            .map_err(|_| RenderError::Message("a photo of no type".to_owned()))?;
        let file = Attachment::new(photo.name.clone()).body(photo.bytes.clone(), media_type);
        parts = parts.singlepart(file);
    }
    folded(message.multipart(parts).map_err(wrong)?.formatted())
}

/// `In-Reply-To` and `References` (RFC 5322 section 3.6.4) of the identifiers that may be repeated.
fn thread(message: MessageBuilder, letter: &Letter) -> MessageBuilder {
    let parent = letter.in_reply_to.as_deref().filter(|id| valid_message_id(id));
    let mut ids: Vec<&str> = letter.references.iter().map(String::as_str).collect();
    ids.retain(|id| valid_message_id(id) && Some(*id) != parent);
    ids.extend(parent);
    let surplus = ids.len().saturating_sub(REFERENCES_MAX);
    let kept = ids.iter().take(1).chain(ids.iter().skip(surplus.saturating_add(1)));
    let references: Vec<String> = kept.map(|id| format!("<{id}>")).collect();
    let message = match parent {
        Some(id) => message.in_reply_to(format!("<{id}>")),
        None => message,
    };
    if references.is_empty() { message } else { message.references(references.join(" ")) }
}

/// A letter to the requester goes to the bare address: the display name is the stranger's text, and whoever
/// forges a sender must not have it delivered by us.
fn mailbox(address: &Address, named: bool, field: &'static str) -> Result<Mailbox, RenderError> {
    let wrong = || RenderError::Address { field };
    let literal = address.domain().starts_with('[');
    let domain = if literal {
        address.domain().to_owned()
    } else {
        idna::domain_to_ascii(address.domain()).map_err(|_| wrong())?
    };
    if !address.local().is_ascii() || !domain.is_ascii() {
        return Err(wrong());
    }
    let bare = lettre::Address::new(address.local(), domain).map_err(|_| wrong())?;
    let name = clean::header_text(&address.name, NAME_CHARS_MAX);
    Ok(Mailbox::new(Some(name).filter(|name| named && !name.is_empty()), bare))
}

fn date(now: Timestamp) -> SystemTime {
    let seconds = u64::try_from(now.millis()).unwrap_or(0) / 1_000;
    let since_epoch = Duration::from_secs(seconds.min(DATE_SECONDS_MAX));
    SystemTime::UNIX_EPOCH.checked_add(since_epoch).unwrap_or(SystemTime::UNIX_EPOCH)
}

/// A field of ours; `name` is a constant, because names are not checked for line ends.
fn field(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// 7-bit where the text allows it: plainer to read in a queue; quoted-printable otherwise.
fn encoded(body: String) -> Result<Body, RenderError> {
    let plain = body.is_ascii() && body.lines().all(|line| line.len() <= LINE_CHARS_MAX);
    let encoding = if plain {
        ContentTransferEncoding::SevenBit
    } else {
        ContentTransferEncoding::QuotedPrintable
    };
    Body::new_with_encoding(body, encoding).map_err(|_| {
        RenderError::Message("a body that is not what it was measured to be".to_owned())
    })
}

/// The message with long header lines folded at their blanks (RFC 5322 section 2.2.3): lettre leaves an
/// address on the line of its display name. A field's name keeps its first word, which some readers
/// need, and a word that is longer than a line stays whole.
fn folded(message: Vec<u8>) -> Result<Vec<u8>, RenderError> {
    let message = String::from_utf8(message)
        .map_err(|_| RenderError::Message("a message that is not 7-bit".to_owned()))?;
    let Some((head, body)) = message.split_once("\r\n\r\n") else {
        return Err(RenderError::Message("a message without a body".to_owned()));
    };
    let mut bytes = Vec::with_capacity(message.len());
    for line in head.split("\r\n") {
        fold(line, &mut bytes);
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body.as_bytes());
    Ok(bytes)
}

fn fold(line: &str, bytes: &mut Vec<u8>) {
    let mut rest = line;
    let mut first = line.find(": ").map_or(1, |at| at.saturating_add(2));
    while rest.len() > LINE_CHARS_MAX {
        let blanks = || rest.match_indices(' ').map(|(at, _)| at).filter(|at| *at >= first);
        let fits = blanks().take_while(|at| *at <= LINE_CHARS_MAX).last();
        let Some(parts) = fits.or_else(|| blanks().next()).and_then(|at| rest.split_at_checked(at))
        else {
            break;
        };
        bytes.extend_from_slice(parts.0.as_bytes());
        bytes.extend_from_slice(b"\r\n");
        (rest, first) = (parts.1, 1);
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes.extend_from_slice(b"\r\n");
}
