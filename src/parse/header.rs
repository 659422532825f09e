//! Header fields into the facts of a [`Mail`]: who, when, what about, in answer to what.

use std::collections::BTreeSet;

use mail_parser::parsers::MessageStream;
use mail_parser::{DateTime, HeaderValue};

use crate::domain::mail::{
    Address, Damage, Forwarded, HEADERS_MAX, Header, Mail, RECIPIENTS_MAX, REFERENCES_MAX,
    ReturnPath,
};
use crate::domain::time::Timestamp;

use super::Damages;
use super::fields::{Field, Section};
use super::limits::FIELD_BYTES_MAX;
use super::params::Parameters;
use super::tree::Tree;
use super::{charset, words};

/// Fields that a [`Mail`] has by name, so that they are not repeated among its other headers.
const NAMED: [&str; 10] = [
    "message-id",
    "in-reply-to",
    "references",
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "date",
    "subject",
];

/// What the receiving server says of the sender (RFC 8601).
const RESULTS: &str = "authentication-results";

/// Fills everything that the root's header tells.
pub(super) fn fill(mail: &mut Mail, tree: &Tree<'_>, damages: &mut Damages) {
    let Some(root) = tree.root() else {
        damages.insert(Damage::NoHeader);
        return;
    };
    let header = &root.header;
    if header.fields.is_empty() {
        damages.insert(Damage::NoHeader);
    }
    fill_people(mail, header);
    fill_ids(mail, header);
    mail.from_addresses = from_addresses(header);
    mail.return_path = return_path(header);
    mail.sent_at = header.first("date").and_then(date);
    mail.delivered_at = header.first("received").and_then(received_date);
    let subject = header.first("subject").map(words::decode).unwrap_or_default();
    if subject.repaired {
        damages.insert(Damage::Charset);
    }
    mail.subject = subject.text;
    // As declared: a multipart whose parts never came is still what it says.
    let declared = header.first("content-type").map(|value| Parameters::read(value).value);
    let declared = declared.filter(|value| value.contains('/'));
    mail.media_type = declared.unwrap_or_else(|| root.media_type().to_owned());
    mail.headers = others(header);
    note_damage(mail, header, damages);
}

/// Takes author, subject and thread from the message inside a certified-mail envelope (RFC 6109 section 2.1). Of its
/// other fields only those follow the envelope's that withhold an answer: the rest was written by whoever wrote the
/// message, and would speak of the envelope.
pub(super) fn replace_author(mail: &mut Mail, inner: &Tree<'_>) {
    let Some(root) = inner.root() else { return };
    let header = &root.header;
    let mut read = Mail::default();
    fill_people(&mut read, header);
    fill_ids(&mut read, header);
    if read.from.is_some() {
        mail.from = read.from;
    }
    mail.reply_to = read.reply_to;
    mail.sender = read.sender;
    if !read.to.is_empty() {
        mail.to = read.to;
    }
    mail.in_reply_to = read.in_reply_to;
    mail.references = read.references;
    mail.sent_at = header.first("date").and_then(date).or(mail.sent_at);
    if let Some(subject) = header.first("subject") {
        mail.subject = words::decode(subject).text;
    }
    mail.headers.extend(others(header).into_iter().filter(|header| withholds(&header.name)));
    mail.headers.truncate(HEADERS_MAX);
}

/// Whether an ordinary mail inside an anomaly envelope came from `<>`: its last server wrote that.
pub(super) fn is_notification(inner: &Tree<'_>) -> bool {
    inner.root().is_some_and(|root| return_path(&root.header) == ReturnPath::Null)
}

/// Fields by which a program says of itself that it is none to answer (RFC 3834 section 5, RFC 2369, RFC 2919).
fn withholds(name: &str) -> bool {
    const NAMES: [&str; 6] = [
        "auto-submitted",
        "precedence",
        "x-precedence",
        "x-auto-response-suppress",
        "x-vacation",
        "x-out-of-office",
    ];
    const FAMILIES: [&str; 4] = ["list-", "x-autorepl", "x-auto-repl", "x-autorespon"];
    NAMES.contains(&name) || FAMILIES.iter().any(|family| name.starts_with(family))
}

/// The mailbox from which providers of certified mail write for others (RFC 6109 section 3.1.3): nobody's address.
pub(super) fn is_certifier(address: &Address) -> bool {
    address.local().eq_ignore_ascii_case("posta-certificata")
}

/// The person for whom a provider wrote: `"Per conto di: mario@pec.it" <posta-certificata@gestore.it>`, in the name
/// or in `Reply-To`.
pub(super) fn certified_author(mail: &Mail) -> Option<Address> {
    let replies = mail.reply_to.as_ref().map(|reply_to| reply_to.address.clone());
    let address = replies
        .filter(|address| !address.is_empty())
        .or_else(|| mail.from.as_ref().and_then(|from| bare_address(&from.name)))?;
    let person = Address { name: String::new(), address };
    (!is_certifier(&person)).then_some(person)
}

/// A subject without what certified envelopes put before it.
pub(super) fn without_certified_prefix(subject: &str) -> &str {
    let prefixes = ["POSTA CERTIFICATA:", "ANOMALIA MESSAGGIO:"];
    let mut rest = subject.trim();
    while let Some(shorter) = prefixes.iter().find_map(|prefix| rest.strip_prefix(prefix)) {
        rest = shorter.trim_start();
    }
    rest
}

/// What an enclosed message's header tells of it.
pub(super) fn forwarded(header: &Section<'_>) -> Forwarded {
    let mut mail = Mail::default();
    fill_people(&mut mail, header);
    fill_ids(&mut mail, header);
    let subject = header.first("subject").map(words::decode).unwrap_or_default().text;
    let author = match &mail.from {
        Some(from) if is_certifier(from) => certified_author(&mail),
        from => from.clone(),
    };
    Forwarded {
        author: author.unwrap_or_default(),
        subject: without_certified_prefix(&subject).to_owned(),
        text: String::new(),
        message_id: mail.message_id,
    }
}

fn fill_people(mail: &mut Mail, header: &Section<'_>) {
    mail.from = header.first("from").and_then(author);
    mail.sender = header.first("sender").and_then(|value| addresses(value).into_iter().next());
    mail.reply_to = header.first("reply-to").and_then(|value| addresses(value).into_iter().next());
    mail.to =
        header.all("to").chain(header.all("cc")).flat_map(addresses).take(RECIPIENTS_MAX).collect();
    if let Some(person) = behind_list(mail, header) {
        mail.from = Some(person);
    }
}

/// The person whom a group mailbox put behind itself for DMARC's sake (RFC 7960 section 4.1.3.1):
/// `"Anna Verdi via Segnalazioni" <segnalazioni@…>`. Believed where Google's own field or a `Reply-To` of the
/// same name gives the address.
fn behind_list(mail: &Mail, header: &Section<'_>) -> Option<Address> {
    let shown = mail.from.as_ref()?;
    let (person, _list) = shown.name.split_once(" via ")?;
    let person = person.trim_matches(|c| matches!(c, '"' | '\'' | ' '));
    let original = header.first("x-original-from").and_then(author);
    let same = |reply_to: &&Address| {
        reply_to.address != shown.address
            && (reply_to.name.eq_ignore_ascii_case(person)
                || reply_to.address.eq_ignore_ascii_case(person))
    };
    let found = original.or_else(|| mail.reply_to.as_ref().filter(same).cloned())?;
    let usable = !found.address.is_empty();
    let name = if person.contains('@') { found.name } else { person.to_owned() };
    usable.then_some(Address { name, ..found })
}

fn fill_ids(mail: &mut Mail, header: &Section<'_>) {
    mail.message_id = header.first("message-id").and_then(|value| ids(value).into_iter().next());
    mail.in_reply_to = header.first("in-reply-to").map(ids).unwrap_or_default();
    mail.in_reply_to.truncate(REFERENCES_MAX);
    let references = header.first("references").map(ids).unwrap_or_default();
    let old = references.len().saturating_sub(REFERENCES_MAX);
    mail.references = references.into_iter().skip(old).collect();
}

fn note_damage(mail: &Mail, header: &Section<'_>, damages: &mut Damages) {
    let lacks = [
        (mail.from.as_ref().is_none_or(|from| from.address.is_empty()), Damage::NoFrom),
        (mail.sent_at.is_none(), Damage::NoDate),
        (mail.message_id.is_none(), Damage::NoMessageId),
    ];
    damages.extend(lacks.into_iter().filter_map(|(lacks, damage)| lacks.then_some(damage)));
    if ["from", "subject", "date", "message-id"]
        .iter()
        .any(|name| header.all(name).nth(1).is_some())
    {
        damages.insert(Damage::DuplicateHeader);
    }
    if header.fields.iter().any(|field| !field.value.is_ascii()) {
        damages.insert(Damage::RawHeaderBytes);
    }
    if header.fields.iter().any(|field| field.value.len() > FIELD_BYTES_MAX) {
        damages.insert(Damage::HeaderBytes);
    }
}

fn others(header: &Section<'_>) -> Vec<Header> {
    header
        .fields
        .iter()
        .filter(|field| !NAMED.contains(&field.name.as_str()))
        .take(HEADERS_MAX)
        .map(|field| Header { name: field.name.clone(), value: value(field) })
        .collect()
}

/// Decoded, but for the server's results: their grammar has no encoded words, and one that a sender brought into
/// them would become results of its own.
fn value(field: &Field<'_>) -> String {
    match field.name.as_str() {
        RESULTS => charset::raw(&words::unfold(field.value)),
        _ => words::decode(field.value).text,
    }
}

/// Every address of every `From`, also one that a display name shows (see [`Mail::from_addresses`]).
fn from_addresses(header: &Section<'_>) -> Vec<String> {
    let mut found = BTreeSet::new();
    for value in header.all("from") {
        let text = words::decode(value).text.replace(" @ ", "@");
        found.extend(bare_addresses(&text).map(|address| address.to_lowercase()));
        found.extend(addresses(value).into_iter().map(|found| found.address.to_lowercase()));
    }
    found.remove("");
    found.into_iter().take(RECIPIENTS_MAX).collect()
}

/// The first author with an address; else the first name, so that staff see at least that.
fn author(value: &[u8]) -> Option<Address> {
    let all = addresses(value);
    let usable = all.iter().find(|address| !address.address.is_empty()).cloned();
    usable.or_else(|| all.into_iter().next())
}

/// All addresses of a field, groups opened (RFC 5322 section 3.4, RFC 6854).
pub(super) fn addresses(value: &[u8]) -> Vec<Address> {
    let mut line = charset::raw(&words::unfold(value)).into_bytes();
    line.push(b'\n');
    let read = match MessageStream::new(&line).parse_address() {
        HeaderValue::Address(list) => list
            .iter()
            .take(RECIPIENTS_MAX)
            .map(|found| address(found.name.as_deref(), found.address.as_deref()))
            .collect(),
        _ => Vec::new(),
    };
    if read.iter().any(|address: &Address| !address.address.is_empty()) {
        return read;
    }
    // Blanks around the sign are allowed (obs-local-part); a whole mailbox in an encoded word is not, and is met.
    let line = words::decode(&line).text.replace(" @ ", "@");
    match bare_address(&line) {
        Some(found) => vec![address(read.first().map(|first| first.name.as_str()), Some(&found))],
        None => read.into_iter().filter(|address| !address.name.is_empty()).collect(),
    }
}

fn address(name: Option<&str>, found: Option<&str>) -> Address {
    let name = words::one_line(name.unwrap_or_default());
    let name = if name.contains("=?") { words::decode(name.as_bytes()).text } else { name };
    let bare = found.unwrap_or_default();
    let bare = bare_address(bare).unwrap_or_default();
    let name = name.trim_matches(|c| matches!(c, '"' | '\'' | ' ')).to_owned();
    let name = if name == bare { String::new() } else { name };
    Address { name, address: bare }
}

/// The first `local@domain` in a text, its domain in lower case; surrounding signs are cut off.
pub(super) fn bare_address(text: &str) -> Option<String> {
    quoted_local(text).or_else(|| bare_addresses(text).next())
}

/// Every `local@domain` in a text, in order.
fn bare_addresses(text: &str) -> impl Iterator<Item = String> {
    let outside = |c: char| {
        c.is_whitespace()
            || matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | '"' | '[' | ']' | ':' | '\'')
    };
    let named = |word: &&str| {
        word.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
    };
    text.split(outside).filter(named).filter_map(|word| {
        let word: String = word.chars().filter(|c| !words::is_hidden(*c)).collect();
        let (local, domain) = word.rsplit_once('@')?;
        let domain = domain.trim_end_matches('.').to_lowercase();
        (!domain.is_empty()).then(|| format!("{local}@{domain}"))
    })
}

/// `"mario rossi"@x.it`: a quoted local part (RFC 5321 section 4.1.2) is kept as it is written.
fn quoted_local(text: &str) -> Option<String> {
    let (before, after) = text.split_once("\"@")?;
    let (_, local) = before.rsplit_once('"')?;
    let domain = after.split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-'))).next()?;
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '\\' | '"' | '<' | '>') || c == ' ';
    let usable = !local.trim().is_empty() && local.chars().all(plain) && !domain.is_empty();
    // Quotes that only set off an ordinary address are no part of it.
    let needed = local.contains(' ');
    (usable && needed)
        .then(|| format!("\"{local}\"@{}", domain.trim_end_matches('.').to_lowercase()))
}

/// Message identifiers without brackets, in order (RFC 5322 section 3.6.4); without brackets, the words with an `@`.
pub(super) fn ids(value: &[u8]) -> Vec<String> {
    let text = charset::raw(&words::unfold(value));
    let tidy =
        |id: &str| id.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect::<String>();
    let mut found: Vec<String> = text
        .split('<')
        .skip(1)
        .filter_map(|rest| rest.split_once('>').map(|(id, _)| tidy(id)))
        .filter(|id| !id.is_empty())
        .collect();
    if found.is_empty() {
        found = text
            .split_whitespace()
            .map(|word| word.trim_matches(['<', '>', '"', ',', ';']))
            .filter(|word| word.contains('@'))
            .map(tidy)
            .collect();
    }
    if found.is_empty() && !text.contains(char::is_whitespace) {
        found.extend(Some(tidy(text.trim_matches(['<', '>']))).filter(|id| !id.is_empty()));
    }
    found
}

fn return_path(header: &Section<'_>) -> ReturnPath {
    let Some(value) = header.first("return-path") else { return ReturnPath::Missing };
    let text = charset::raw(&words::unfold(value));
    match bare_address(&text) {
        Some(address) => ReturnPath::Address(address),
        None if text.contains("<>") || text.eq_ignore_ascii_case("<mailer-daemon>") => {
            ReturnPath::Null
        }
        None if text.is_empty() => ReturnPath::Missing,
        None => ReturnPath::Address(text.trim_matches(['<', '>']).to_owned()),
    }
}

fn received_date(value: &[u8]) -> Option<Timestamp> {
    let value = words::unfold(value);
    let after = value.rsplit(|byte| *byte == b';').next()?;
    date(after)
}

/// RFC 5322 section 3.3, obsolete forms too. None when it is no date.
pub(super) fn date(value: &[u8]) -> Option<Timestamp> {
    let mut line = words::unfold(value);
    line.push(b'\n');
    match MessageStream::new(&line).parse_date() {
        HeaderValue::DateTime(read) if is_plausible(&read) => {
            Some(Timestamp::from_millis(read.to_timestamp().saturating_mul(1_000)))
        }
        _ => None,
    }
}

fn is_plausible(read: &DateTime) -> bool {
    (1..=12).contains(&read.month)
        && (1..=31).contains(&read.day)
        && read.hour < 24
        && read.minute < 60
        && read.year >= 1970
}
