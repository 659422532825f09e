//! Raw bytes become a [`Mail`]: whatever was sent, however broken, there is a record and never a panic.
//!
//! The mail's structure is read by one linear scan of our own (`tree`), bounded in header bytes, parts and depth,
//! so that no later step meets more than `limits` permits. The grammars of address and date fields, the charset
//! tables and the HTML entities are `mail-parser`'s; nothing outside this room names it.
//! Flow: `scan → header → certified-mail envelope → body → newly written words → attachments → delivery report`.

mod armour;
mod attachments;
mod bounce;
mod charset;
mod fields;
mod header;
mod html;
mod limits;
mod mime;
mod opaque;
mod params;
mod pec;
pub mod photo;
mod reply;
mod signature;
mod sniff;
mod tnef;
mod transfer;
mod tree;
mod words;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use sha2::{Digest, Sha256};

use crate::domain::forward::is_forward;
use crate::domain::mail::{Damage, Forwarded, Mail, ReturnPath};

use self::tree::Tree;

/// Stack that the thread calling [`parse`] should have. Recursion is bounded by the depth limit and needs a small
/// part of it; a stack overflow cannot be caught, so the rest is margin.
pub const PARSE_STACK_BYTES: usize = 8 * 1024 * 1024;

/// What the steps found wrong; sorted, each once.
type Damages = BTreeSet<Damage>;

/// Reads a mail. Never fails, never panics, linear in the length of `raw`.
///
/// What could not be read is said in [`Mail::damage`]; when the reader itself gives up, the record holds what the
/// header alone tells and [`Damage::Unparsable`]. Source: RFC 5322, RFC 2045-2049, RFC 2231, RFC 6109.
#[must_use]
pub fn parse(raw: &[u8]) -> Mail {
    caught(|| read(raw)).or_else(|| caught(|| header_only(raw))).unwrap_or_else(|| Mail {
        damage: vec![Damage::Unparsable],
        bytes: length(raw),
        ..Mail::default()
    })
}

/// The second key of the ledger: SHA-256 of the mail without what the way to us added.
///
/// Line ends are made LF, trace and filter fields are left out, so that the same mail fetched twice, over two
/// mailboxes or after a server's move has one key; any other word makes another key.
#[must_use]
pub fn dedup_key(raw: &[u8]) -> [u8; 32] {
    let text = one_line_end(raw);
    let section = fields::read(&text, 0, |_| false);
    let mut hash = Sha256::new();
    for field in section.fields.iter().filter(|field| !is_trace(&field.name)) {
        hash.update(field.name.as_bytes());
        hash.update(b":");
        for line in field.value.split(|byte| *byte == b'\n') {
            hash.update(line.trim_ascii());
            hash.update(b"\n");
        }
    }
    hash.update(b"\n");
    hash_lines(text.get(section.body..).unwrap_or_default(), &mut hash);
    hash.finalize().into()
}

/// The lines of a body, each with a bare LF, the last one too.
fn hash_lines(body: &[u8], hash: &mut Sha256) {
    /// Collected up to so many bytes, because a hash takes many bytes far quicker than many lines.
    const TOGETHER_BYTES: usize = 16 * 1024;
    let mut lines = Vec::with_capacity(TOGETHER_BYTES);
    let mut from = 0;
    for end in memchr::memmem::find_iter(body, b"\r\n") {
        let line = body.get(from..end).unwrap_or_default();
        from = end.saturating_add(1);
        if lines.len().saturating_add(line.len()) > TOGETHER_BYTES {
            hash.update(&lines);
            lines.clear();
        }
        if line.len() > TOGETHER_BYTES {
            hash.update(line);
        } else {
            lines.extend_from_slice(line);
        }
    }
    hash.update(&lines);
    let rest = body.get(from..).unwrap_or_default();
    hash.update(rest.strip_suffix(b"\r").unwrap_or(rest));
    hash.update(b"\n");
}

/// Fields that servers, filters and mailboxes add or change on the way.
fn is_trace(name: &str) -> bool {
    const NAMES: [&str; 15] = [
        "authentication-results",
        "delivered-to",
        "envelope-to",
        "received",
        "received-spf",
        "return-path",
        "status",
        "x-envelope-to",
        "x-keywords",
        "x-original-to",
        "x-received",
        "x-status",
        "x-uid",
        "x-uidl",
        "x-mozilla-status",
    ];
    NAMES.contains(&name)
        || name.starts_with("arc-")
        || name.starts_with("x-gm-")
        || name.starts_with("x-virus")
        || (name.starts_with("x-") && name.contains("spam"))
}

/// All words of a mail's body, quotes and signature included; empty when the reader gives up.
#[must_use]
pub fn whole_text(raw: &[u8]) -> String {
    let body = || {
        let text = one_line_end(raw);
        let mut damages = Damages::new();
        let tree = Tree::scan(&text, &mut damages);
        let body = mime::content(&tree, &mut damages).body;
        body.into_iter().map(|line| line.text).collect::<Vec<_>>().join("\n")
    };
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_default()
}

fn caught(read: impl FnOnce() -> Mail) -> Option<Mail> {
    catch_unwind(AssertUnwindSafe(read)).ok()
}

fn read(raw: &[u8]) -> Mail {
    let text = one_line_end(raw);
    let mut damages = Damages::new();
    let tree = Tree::scan(&text, &mut damages);
    let mut mail = Mail { bytes: length(raw), ..Mail::default() };
    header::fill(&mut mail, &tree, &mut damages);
    match opaque::content(&tree) {
        Some(signed) => {
            let content = Tree::scan(&signed, &mut damages);
            fill_from(&mut mail, &tree, &content, &mut damages);
        }
        None => fill_from(&mut mail, &tree, &tree, &mut damages),
    }
    if memchr::memchr(0, raw).is_some() {
        damages.insert(Damage::Nul);
    }
    mail.damage = damages.into_iter().collect();
    mail
}

/// Body, attachments and report: of the mail itself, or of the one inside a certified-mail envelope.
fn fill_from(mail: &mut Mail, outer: &Tree<'_>, content: &Tree<'_>, damages: &mut Damages) {
    let envelope = pec::open(outer, content);
    match &envelope {
        Some(pec::Opened { inner: Some(inner), .. }) => {
            let tree = Tree::scan(inner, damages);
            header::replace_author(mail, &tree);
            let anomaly = envelope.as_ref().is_some_and(|opened| opened.pec.kind != "transport");
            if anomaly && header::is_notification(&tree) {
                mail.return_path = ReturnPath::Null;
            }
            match opaque::content(&tree) {
                Some(signed) => fill_content(mail, &Tree::scan(&signed, damages), damages),
                None => fill_content(mail, &tree, damages),
            }
        }
        _ => fill_content(mail, content, damages),
    }
    if let Some(opened) = envelope {
        pec::finish(mail, opened);
    }
}

fn fill_content(mail: &mut Mail, tree: &Tree<'_>, damages: &mut Damages) {
    let content = mime::content(tree, damages);
    let answered = !mail.in_reply_to.is_empty() || !mail.references.is_empty();
    let split = reply::split(&content.body, reply::Setting::of(&mail.subject, answered));
    mail.text = if split.text.is_empty() { enclosed_text(&content) } else { split.text };
    mail.signature = split.signature;
    mail.quoted = reply::join_blocks(&split.quoted, &content.enclosed);
    mail.forwarded = forwarded(&mail.subject, &content);
    mail.attachments = content.attachments;
    mail.report = bounce::report(mail, tree);
}

/// A mail without a word of its own says what it encloses.
fn enclosed_text(content: &mime::Content) -> String {
    let texts = content.messages.iter().map(|message| message.text.as_str());
    texts.fold(String::new(), |all, text| reply::join_blocks(&all, text))
}

/// The mails that a forward shows, or the one that it encloses; several enclosed ones are a collection.
fn forwarded(subject: &str, content: &mime::Content) -> Vec<Forwarded> {
    if !content.messages.is_empty() {
        let one = content.messages.len() == 1;
        return if one { content.messages.clone() } else { Vec::new() };
    }
    let says_so = is_forward(subject) || reply::forward::is_marked(&content.body);
    if says_so { reply::forward::shown(&content.body) } else { Vec::new() }
}

/// The reader of last resort: header fields only, the rest of the mail stays for a person to open.
fn header_only(raw: &[u8]) -> Mail {
    let text = one_line_end(raw);
    let mut damages = Damages::from([Damage::Unparsable]);
    let tree = Tree::header_only(&text);
    let mut mail = Mail { bytes: length(raw), ..Mail::default() };
    header::fill(&mut mail, &tree, &mut damages);
    mail.damage = damages.into_iter().collect();
    mail
}

/// Files of old Macs and of some bounce archives end lines with a bare CR; they are made LF. CRLF stays as it is.
fn one_line_end(raw: &[u8]) -> Cow<'_, [u8]> {
    let feeds = memchr::memchr_iter(b'\n', raw).count();
    let returns = memchr::memchr_iter(b'\r', raw).count();
    if returns <= feeds.saturating_mul(2) {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(raw.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect())
}

fn length(raw: &[u8]) -> u64 {
    u64::try_from(raw.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
