//! What a person attached: names made safe, lengths counted, service parts left out.

use crate::domain::mail::Attachment;

use super::limits::NAME_CHARS_MAX;
use super::params::Parameters;
use super::tnef::Inner;
use super::transfer::Transfer;
use super::tree::{Part, Shape, Tree};
use super::{photo, sniff, words};

/// Most photos tell what they have to tell in so many bytes: the rest need not be decoded.
const HEAD_BYTES: usize = 4 * 1024;

/// Parts that certified and signed mail carry for machines (RFC 6109, RFC 8551).
pub(super) fn is_service(part: &Part<'_>, name: &str) -> bool {
    const TYPES: [&str; 2] = ["application/pkcs7-signature", "application/x-pkcs7-signature"];
    TYPES.contains(&part.media_type())
        || matches!(name, "smime.p7s" | "daticert.xml" | "postacert.eml")
}

/// The entry for a part. `related` says that it belongs to a page (RFC 2387) rather than to the mail.
pub(super) fn attachment(
    tree: &Tree<'_>,
    part: &Part<'_>,
    related: bool,
    place: usize,
) -> Attachment {
    let disposition = part.disposition();
    let name = declared_name(part, &disposition).unwrap_or_else(|| made_name(tree, part, place));
    let bytes = part.transfer.decoded_bytes(part.body);
    let prefix = prefix(part);
    let media_type = sniff::told(&media_type(part), &prefix);
    let shown = part.header.first("content-id").is_some() && disposition.value != "attachment";
    let picture = media_type.starts_with("image/").then(|| photo::read(&prefix));
    let beside = related && (shown || disposition.value == "inline");
    Attachment {
        name: safe(&name),
        inline: beside && picture.is_some_and(|picture| !picture.is_photo(bytes)),
        position: picture.and_then(|picture| picture.position),
        media_type,
        bytes,
    }
}

/// As much of a file as is looked at.
fn prefix(part: &Part<'_>) -> Vec<u8> {
    if part.transfer == Transfer::Base64 {
        let (head, _) = part.transfer.decode(part.body, HEAD_BYTES);
        if photo::is_told(&head) {
            return head;
        }
    }
    part.transfer.decode(part.body, sniff::PREFIX_BYTES).0
}

/// The entry for a file that lay in a `winmail.dat`.
pub(super) fn unwrapped(inner: &Inner, place: usize) -> Attachment {
    let declared = if inner.media_type.contains('/') {
        inner.media_type.as_str()
    } else {
        "application/octet-stream"
    };
    let media_type = sniff::told(declared, &inner.prefix);
    let picture = media_type.starts_with("image/").then(|| photo::read(&inner.prefix));
    let name = if inner.name.trim().is_empty() {
        format!("allegato-{place}.bin")
    } else {
        inner.name.clone()
    };
    Attachment {
        name: safe(&name),
        inline: inner.related && picture.is_some_and(|picture| !picture.is_photo(inner.bytes)),
        position: picture.and_then(|picture| picture.position),
        media_type: clean_type(&media_type),
        bytes: inner.bytes,
    }
}

fn media_type(part: &Part<'_>) -> String {
    clean_type(part.media_type())
}

fn clean_type(media_type: &str) -> String {
    media_type.chars().filter(|c| !words::is_hidden(*c)).take(NAME_CHARS_MAX).collect()
}

/// The name that the sender gave, decoded; none when it is empty.
pub(super) fn declared_name(part: &Part<'_>, disposition: &Parameters) -> Option<String> {
    let names = [
        disposition.get("filename"),
        part.media.get("name"),
        disposition.get("name"),
        part.media.get("filename"),
    ];
    names.into_iter().flatten().map(str::to_owned).find(|name| !name.trim().is_empty())
}

fn made_name(tree: &Tree<'_>, part: &Part<'_>, place: usize) -> String {
    if part.shape == Shape::Message || part.media_type() == "message/rfc822" {
        let subject = tree
            .enclosed_header(part)
            .and_then(|header| header.first("subject"))
            .map(words::decode);
        let subject = subject.map(|subject| subject.text).filter(|subject| !subject.is_empty());
        return format!("{}.eml", subject.unwrap_or_else(|| "messaggio".to_owned()));
    }
    let described = part.header.first("content-description").map(|value| words::decode(value).text);
    if let Some(described) = described.filter(|text| text.contains('.')) {
        return described;
    }
    let kind = match part.media_type() {
        "image/jpeg" | "image/jpg" => "jpg",
        "image/png" => "png",
        "image/gif" => "gif",
        "image/heic" => "heic",
        "image/tiff" => "tif",
        "application/pdf" => "pdf",
        "text/plain" => "txt",
        "text/html" => "html",
        "text/calendar" => "ics",
        "text/vcard" | "text/x-vcard" | "text/directory" => "vcf",
        "video/mp4" => "mp4",
        "video/quicktime" => "mov",
        "audio/mpeg" => "mp3",
        _ => "bin",
    };
    format!("allegato-{place}.{kind}")
}

/// A name that can be shown and saved: its last path component, without control, direction-changing or reserved
/// characters, never only dots, at most [`NAME_CHARS_MAX`] characters with its extension kept.
pub(super) fn safe(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|c| !words::is_hidden(*c))
        .map(|c| {
            if matches!(c, ':' | '*' | '"' | '<' | '>' | '|') || c.is_whitespace() {
                ' '
            } else {
                c
            }
        })
        .collect();
    let clean = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    let clean = clean.trim_matches(|c| c == ' ' || c == '.').to_owned();
    let clean = if last.starts_with('.') && !clean.is_empty() && !clean.contains('.') {
        format!("_{clean}")
    } else {
        clean
    };
    if clean.is_empty() {
        return "allegato".to_owned();
    }
    shortened(&clean)
}

fn shortened(name: &str) -> String {
    const EXTENSION_CHARS_MAX: usize = 10;
    let chars = name.chars().count();
    if chars <= NAME_CHARS_MAX {
        return name.to_owned();
    }
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension)
        .filter(|extension| extension.chars().count() <= EXTENSION_CHARS_MAX)
        .map(|extension| format!(".{extension}"))
        .unwrap_or_default();
    let room = NAME_CHARS_MAX.saturating_sub(extension.chars().count());
    name.chars().take(room).chain(extension.chars()).collect()
}
