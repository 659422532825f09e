//! The body that a person reads, and what hangs beside it.

use crate::domain::mail::{Attachment, Damage, FORWARDED_MAX, Forwarded};

mod piece;

use self::piece::{Piece, chosen, without_twins};
use super::attachments::{self, declared_name};
use super::fields::{self, Section};

use super::limits::{
    ATTACHMENTS_MAX, DEPTH_MAX, ENCLOSED_BYTES_MAX, ENVELOPES_MAX, TEXT_BYTES_MAX,
};
use super::params::Parameters;
use super::reply::{self, Line};
use super::tree::{Part, Shape, Tree};
use super::{Damages, armour, charset, header, html, pec, tnef, words};

/// A certified envelope that was passed on as a file is opened up to this size: a mail's, which is more than its text.
const ENVELOPE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Coded bytes that surely hold a signature of four.
const TNEF_SIGNATURE_CODED_BYTES: usize = 16;

/// What the body holds, before new words and quotes are told apart.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub body: Vec<Line>,
    /// Text of the messages that were attached, each under its author, date and subject.
    pub enclosed: String,
    /// The same messages as somebody's own mails.
    pub messages: Vec<Forwarded>,
    pub attachments: Vec<Attachment>,
}

/// Chooses the body: plain text, unless it is empty or a placeholder, else the HTML; several text parts follow
/// each other (RFC 2046 sections 5.1.3-5.1.4).
pub(super) fn content(tree: &Tree<'_>, damages: &mut Damages) -> Content {
    content_within(tree, damages, 0)
}

/// `encoded` counts the messages around this one that were base64: each level costs a copy.
fn content_within(tree: &Tree<'_>, damages: &mut Damages, encoded: usize) -> Content {
    let mut walk = Walk {
        tree,
        damages,
        encoded,
        attachments: Vec::new(),
        enclosed: String::new(),
        messages: Vec::new(),
        named_text: Vec::new(),
        text_bytes: 0,
    };
    let mut pieces =
        tree.root().map(|root| walk.pieces(root, Surroundings::default())).unwrap_or_default();
    if pieces.iter().all(Piece::is_blank) {
        let named = std::mem::take(&mut walk.named_text);
        pieces.extend(named);
    }
    let body = pieces.into_iter().flat_map(|piece| piece.lines).collect();
    Content {
        body,
        enclosed: walk.enclosed,
        messages: walk.messages,
        attachments: walk.attachments,
    }
}

#[derive(Clone, Copy, Default)]
struct Surroundings {
    depth: usize,
    /// Inside multipart/related, below its root.
    related: bool,
    /// Inside multipart/report, below its human part.
    report: bool,
}

struct Walk<'t, 'a, 'd> {
    tree: &'t Tree<'a>,
    damages: &'d mut Damages,
    encoded: usize,
    attachments: Vec<Attachment>,
    enclosed: String,
    messages: Vec<Forwarded>,
    /// Text parts that have a name: attachments, unless there is no other text at all.
    named_text: Vec<Piece>,
    text_bytes: usize,
}

impl<'t, 'a> Walk<'t, 'a, '_> {
    fn pieces(&mut self, part: &'t Part<'a>, around: Surroundings) -> Vec<Piece> {
        if around.depth > DEPTH_MAX.saturating_add(1) {
            return Vec::new();
        }
        match part.shape {
            Shape::Leaf => self.leaf(part, around),
            Shape::Message => {
                self.enclosed_message(part, around);
                Vec::new()
            }
            Shape::Multipart => self.multipart(part, around),
        }
    }

    fn multipart(&mut self, part: &'t Part<'a>, around: Surroundings) -> Vec<Piece> {
        let kind = part.media_type();
        let mut branches = Vec::new();
        for (place, child) in self.tree.children(part).enumerate() {
            let around = Surroundings {
                depth: around.depth.saturating_add(1),
                related: around.related || (kind == "multipart/related" && place > 0),
                report: around.report || (kind == "multipart/report" && place > 0),
            };
            branches.push(self.pieces(child, around));
        }
        match kind {
            "multipart/alternative" => chosen(branches),
            _ => without_twins(branches.into_iter().flatten().collect()),
        }
    }

    fn leaf(&mut self, part: &'t Part<'a>, around: Surroundings) -> Vec<Piece> {
        let disposition = part.disposition();
        let named = declared_name(part, &disposition).is_some();
        let html = matches!(part.media_type(), "text/html" | "text/enriched" | "text/richtext");
        let text = html || part.media_type() == "text/plain" || part.media_type() == "text";
        let whole = around.depth == 0;
        if text && !around.report && disposition.value != "attachment" && (!named || whole) {
            return vec![self.decoded(part, html)];
        }
        if around.report && !named {
            return Vec::new();
        }
        if text && disposition.value != "attachment" && !around.related {
            let piece = self.decoded(part, html);
            self.named_text.push(piece);
        }
        if part.media_type() == "message/rfc822" || is_message_file(part, &disposition) {
            self.enclosed_message(part, around);
        } else {
            self.attach(part, around);
        }
        Vec::new()
    }

    fn attach(&mut self, part: &Part<'_>, around: Surroundings) {
        if self.attachments.len() >= ATTACHMENTS_MAX || part.media_type() == "text/x-amp-html" {
            return;
        }
        if self.unwrap(part) {
            return;
        }
        let place = self.attachments.len().saturating_add(1);
        let attachment = attachments::attachment(self.tree, part, around.related, place);
        if !attachments::is_service(part, &attachment.name) {
            self.attachments.push(attachment);
        }
    }

    /// A `winmail.dat` is not shown: what is in it takes its place. False when the part is none.
    fn unwrap(&mut self, part: &Part<'_>) -> bool {
        let name = declared_name(part, &part.disposition()).unwrap_or_default();
        let untyped = part.media_type() == "application/octet-stream";
        let signed = || {
            let (head, _) = part.transfer.decode(part.body, TNEF_SIGNATURE_CODED_BYTES);
            untyped && tnef::is_signed(&head)
        };
        if !(tnef::is_tnef(part.media_type(), &name) || signed()) {
            return false;
        }
        let (bytes, _) = part.transfer.decode(part.body, usize::MAX / 4);
        let Some(opened) = tnef::open(&bytes) else { return false };
        for inner in opened.attachments {
            let place = self.attachments.len().saturating_add(1);
            if place <= ATTACHMENTS_MAX {
                self.attachments.push(attachments::unwrapped(&inner, place));
            }
        }
        let text = opened.text.get(..opened.text.floor_char_boundary(TEXT_BYTES_MAX));
        let text = text.unwrap_or_default();
        let lines =
            if opened.html { html::lines(text) } else { reply::plain_lines(text, false, false) };
        self.named_text.push(Piece { html: opened.html, lines });
        true
    }

    fn enclosed_message(&mut self, part: &'t Part<'a>, around: Surroundings) {
        if around.report {
            return;
        }
        self.attach(part, around);
        if self.enclosed.len() >= ENCLOSED_BYTES_MAX {
            return;
        }
        if part.shape != Shape::Message {
            self.enclosed_bytes(part.transfer.decode(part.body, TEXT_BYTES_MAX).0);
        } else if self.is_envelope(part) {
            self.enclosed_bytes(part.body.get(..ENVELOPE_BYTES_MAX).unwrap_or(part.body).to_vec());
        } else {
            let lines = self.enclosed_lines(part, around);
            self.enclose(self.tree.enclosed_header(part), &lines);
        }
    }

    /// Certified mail that was passed on as a file: who wrote it stands inside (RFC 6109 section 3.1.3).
    fn is_envelope(&self, part: &'t Part<'a>) -> bool {
        let header = self.tree.enclosed_header(part);
        header.is_some_and(|header| header.first("x-trasporto").is_some())
    }

    /// A message that the scan could not see, because it was coded or lies in a certified envelope.
    fn enclosed_bytes(&mut self, message: Vec<u8>) {
        if self.encoded >= ENVELOPES_MAX {
            return;
        }
        let message = pec::innermost(message);
        let tree = Tree::scan(&message, self.damages);
        let inner = content_within(&tree, self.damages, self.encoded.saturating_add(1));
        self.enclose(tree.root().map(|root| &root.header), &inner.body);
    }

    fn enclose(&mut self, header: Option<&Section<'_>>, lines: &[Line]) {
        let heading = header.map(heading).unwrap_or_default();
        push_enclosed(&mut self.enclosed, &heading, &reply::joined(lines));
        if self.messages.len() < FORWARDED_MAX {
            let message = header.map(header::forwarded).unwrap_or_default();
            let answered = header.is_some_and(|header| header.first("in-reply-to").is_some());
            let setting = reply::Setting::of(&message.subject, answered);
            let text = reply::split(lines, setting).text;
            self.messages.push(Forwarded { text, ..message });
        }
    }

    /// The text of an enclosed message; its own attachments and enclosures stay inside it.
    fn enclosed_lines(&mut self, part: &'t Part<'a>, around: Surroundings) -> Vec<Line> {
        let (listed, enclosed) = (self.attachments.len(), self.messages.len());
        let mut lines = Vec::new();
        for child in self.tree.children(part) {
            let around =
                Surroundings { depth: around.depth.saturating_add(1), ..Surroundings::default() };
            lines.extend(self.pieces(child, around).into_iter().flat_map(|piece| piece.lines));
        }
        self.attachments.truncate(listed);
        self.messages.truncate(enclosed);
        lines
    }

    fn decoded(&mut self, part: &Part<'_>, html: bool) -> Piece {
        let room = TEXT_BYTES_MAX.saturating_sub(self.text_bytes);
        let (bytes, whole) = part.transfer.decode(part.body, room);
        if !whole {
            self.damages.insert(Damage::TransferEncoding);
        }
        if bytes.len() >= room
            && part.transfer.decoded_bytes(part.body) > u64::try_from(room).unwrap_or(u64::MAX)
        {
            self.damages.insert(Damage::TextBytes);
        }
        self.text_bytes = self.text_bytes.saturating_add(bytes.len());
        let declared = part.media.get("charset").map(str::to_owned);
        let declared =
            declared.or_else(|| html.then(|| charset::declared_in_html(&bytes)).flatten());
        let decoded = charset::decode(&bytes, declared.as_deref());
        if decoded.repaired {
            self.damages.insert(Damage::Charset);
        }
        let lines = if html { html::lines(&decoded.text) } else { self.plain(&decoded.text, part) };
        Piece { html, lines }
    }

    /// The lines of a plain part; files that were coded into it become attachments.
    fn plain(&mut self, text: &str, part: &Part<'_>) -> Vec<Line> {
        let says = |name: &str, value: &str| {
            part.media.get(name).is_some_and(|found| found.eq_ignore_ascii_case(value))
        };
        let armour = armour::removed(text);
        for file in &armour.files {
            let place = self.attachments.len().saturating_add(1);
            if place <= ATTACHMENTS_MAX {
                self.attachments.push(attachments::unwrapped(file, place));
            }
        }
        reply::plain_lines(&armour.text, says("format", "flowed"), says("delsp", "yes"))
    }
}

/// A saved message that a program attached as a file of no type: named so, and begun by a message's fields.
fn is_message_file(part: &Part<'_>, disposition: &Parameters) -> bool {
    const HEADER_BYTES: usize = 8 * 1024;
    let named = declared_name(part, disposition)
        .is_some_and(|name| name.to_ascii_lowercase().ends_with(".eml"));
    if !named || !matches!(part.media_type(), "application/octet-stream" | "text/plain") {
        return false;
    }
    let (bytes, _) = part.transfer.decode(part.body, HEADER_BYTES);
    let header = fields::read(&bytes, 0, |_| false);
    header.first("from").is_some()
        && ["subject", "date"].iter().any(|name| header.first(name).is_some())
}

/// Author, date and subject of an enclosed message, as a mail program shows them above a forward.
fn heading(header: &Section<'_>) -> String {
    let lines = [("Da", "from"), ("Data", "date"), ("Oggetto", "subject")].map(|(label, name)| {
        let value = header.first(name)?;
        let value = match name {
            "from" => header::addresses(value)
                .first()
                .map(|from| format!("{} <{}>", from.name, from.address))?,
            _ => words::decode(value).text,
        };
        Some(format!("{label}: {}", value.trim()))
    });
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

fn push_enclosed(enclosed: &mut String, heading: &str, text: &str) {
    let room = ENCLOSED_BYTES_MAX.saturating_sub(enclosed.len());
    let block = format!("{heading}\n\n{}", text.trim());
    if !enclosed.is_empty() {
        enclosed.push_str("\n\n");
    }
    enclosed.extend(block.chars().take(room));
}
