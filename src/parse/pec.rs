//! Certified mail (RFC 6109): envelopes opened, receipts read.
//!
//! A transport envelope (`X-Trasporto: posta-certificata`) holds the person's mail as `postacert.eml`, an anomaly
//! envelope (`X-Trasporto: errore`) an ordinary mail that came to a certified mailbox. A receipt has `X-Ricevuta`
//! and no `X-Trasporto`; only the outermost header counts, for anything inside may be written by anybody.

use crate::domain::mail::{Address, Mail, Pec};

use super::attachments::declared_name;
use super::fields::Section;
use super::limits::{ENVELOPES_MAX, TEXT_BYTES_MAX};
use super::tree::{Part, Shape, Tree};
use super::{Damages, charset, header, html, opaque, reply, words};

/// Characters of an error's long text that are kept: a reply code and its sentence.
const DETAIL_CHARS_MAX: usize = 300;

/// An envelope or receipt, read.
#[derive(Debug, Default)]
pub(super) struct Opened {
    pub pec: Pec,
    /// The message inside, for envelopes that hold one.
    pub inner: Option<Vec<u8>>,
}

/// Reads the envelope around a mail; none for ordinary mail. `content` is the tree of its parts, which differs
/// from `outer` when the whole is an opaque signature.
pub(super) fn open(outer: &Tree<'_>, content: &Tree<'_>) -> Option<Opened> {
    let header = &outer.root()?.header;
    let transport = value(header, "x-trasporto");
    let receipt = value(header, "x-ricevuta");
    let kind = match (transport.as_deref(), receipt) {
        (Some("errore"), _) => "anomaly".to_owned(),
        (Some(_), _) => "transport".to_owned(),
        (None, Some(receipt)) => receipt,
        (None, None) => return None,
    };
    let envelope = transport.is_some();
    let mut pec = daticert(content).unwrap_or_default();
    pec.kind = kind;
    refer(&mut pec, header);
    let inner = if envelope { enclosed(content).map(innermost) } else { None };
    if pec.kind == "anomaly"
        && let Some(receipt) = inner.as_deref().and_then(nested_receipt)
    {
        return Some(Opened { pec: receipt, inner });
    }
    Some(Opened { pec, inner })
}

/// A receipt that came through ordinary mail and was therefore put into an anomaly envelope.
fn nested_receipt(inner: &[u8]) -> Option<Pec> {
    let mut ignored = Damages::new();
    let tree = Tree::scan(inner, &mut ignored);
    let header = &tree.root()?.header;
    let kind = value(header, "x-ricevuta").filter(|_| header.first("x-trasporto").is_none())?;
    let mut pec = daticert(&tree)?;
    pec.kind = kind;
    refer(&mut pec, header);
    Some(pec)
}

/// Puts what the envelope says into the mail; where the inner message is missing, author and subject come from the
/// envelope itself.
pub(super) fn finish(mail: &mut Mail, opened: Opened) {
    let envelope = matches!(opened.pec.kind.as_str(), "transport" | "anomaly");
    if envelope && opened.inner.is_none() {
        if let Some(author) = author(mail, &opened.pec) {
            mail.from = Some(author);
        }
        mail.subject = header::without_certified_prefix(&mail.subject).to_owned();
    }
    mail.pec = Some(opened.pec);
}

/// The message that an envelope or receipt names in its header counts more than the one in its data.
fn refer(pec: &mut Pec, header: &Section<'_>) {
    let named = header.first("x-riferimento-message-id").map(header::ids).unwrap_or_default();
    if let Some(reference) = named.into_iter().next() {
        pec.reference = reference;
    }
}

fn value(header: &Section<'_>, name: &str) -> Option<String> {
    header
        .first(name)
        .map(|value| words::decode(value).text.to_lowercase())
        .filter(|value| !value.is_empty())
}

/// Certified mail that was sent on as certified mail is opened to the innermost message, as far as it is an envelope.
/// A message that is no envelope is returned as it is.
pub(super) fn innermost(message: Vec<u8>) -> Vec<u8> {
    let mut message = message;
    for _ in 1..ENVELOPES_MAX {
        let mut ignored = Damages::new();
        let tree = Tree::scan(&message, &mut ignored);
        let envelope = tree.root().is_some_and(|root| root.header.first("x-trasporto").is_some());
        let signed = if envelope { opaque::content(&tree) } else { None };
        let inner = match &signed {
            Some(signed) => enclosed(&Tree::scan(signed, &mut ignored)),
            None if envelope => enclosed(&tree),
            None => None,
        };
        match inner {
            Some(inner) => message = inner,
            None => return message,
        }
    }
    message
}

/// The enclosed message: `postacert.eml` under whatever name, first by type, then by name.
fn enclosed(tree: &Tree<'_>) -> Option<Vec<u8>> {
    let message =
        |part: &&Part<'_>| part.shape == Shape::Message || part.media_type() == "message/rfc822";
    let named = |part: &&Part<'_>| {
        declared_name(part, &part.disposition())
            .is_some_and(|name| name.to_lowercase().ends_with(".eml"))
    };
    let part = tree
        .parts
        .iter()
        .skip(1)
        .find(message)
        .or_else(|| tree.parts.iter().skip(1).find(named))?;
    Some(match part.shape {
        Shape::Message => part.body.to_vec(),
        _ => part.transfer.decode(part.body, usize::MAX / 4).0,
    })
}

/// The facts of `daticert.xml` (RFC 6109 section 3.3.1).
fn daticert(tree: &Tree<'_>) -> Option<Pec> {
    let part = tree.parts.iter().find(|part| {
        part.shape == Shape::Leaf
            && (declared_name(part, &part.disposition())
                .is_some_and(|name| name.eq_ignore_ascii_case("daticert.xml"))
                || matches!(part.media_type(), "application/xml" | "text/xml"))
    })?;
    let (bytes, _) = part.transfer.decode(part.body, TEXT_BYTES_MAX);
    let text = charset::decode(&bytes, Some("utf-8")).text;
    if !text.contains("<postacert") {
        return None;
    }
    Some(Pec {
        identifier: element(&text, "identificativo"),
        sender: element(&text, "mittente"),
        provider: element(&text, "gestore-emittente"),
        error: attribute(&text, "postacert", "errore"),
        recipient: header::bare_address(&element(&text, "consegna")).unwrap_or_default(),
        detail: element(&text, "errore-esteso").chars().take(DETAIL_CHARS_MAX).collect(),
        reference: header::ids(element(&text, "msgid").as_bytes())
            .into_iter()
            .next()
            .unwrap_or_default(),
        ..Pec::default()
    })
}

/// The text of the first element of a name. The document is flat and made by machines: no XML tree is needed.
fn element(xml: &str, name: &str) -> String {
    let found = xml.split_once(&format!("<{name}")).and_then(|(_, rest)| rest.split_once('>'));
    let text =
        found.and_then(|(_, rest)| rest.split_once('<')).map(|(text, _)| text).unwrap_or_default();
    let decoded = reply::joined(&html::lines(text));
    words::one_line(&decoded)
}

fn attribute(xml: &str, element: &str, name: &str) -> String {
    let tag = xml
        .split_once(&format!("<{element}"))
        .and_then(|(_, rest)| rest.split_once('>'))
        .map(|(tag, _)| tag);
    let value =
        tag.and_then(|tag| tag.split_once(&format!("{name}="))).map(|(_, rest)| rest.trim_start());
    let value = value.and_then(|rest| {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest.strip_prefix(quote)?.split_once(quote).map(|(value, _)| value)
    });
    words::one_line(value.unwrap_or_default())
}

/// The person in `daticert.xml`, else the one in the envelope's header.
fn author(mail: &Mail, pec: &Pec) -> Option<Address> {
    let certified = header::bare_address(&pec.sender);
    certified
        .map(|address| Address { name: String::new(), address })
        .or_else(|| header::certified_author(mail))
}
