//! What delivery reports, receipts and feedback say (RFC 3464, RFC 8098, RFC 5965), and the dialects without a
//! report part: qmail, Exim, Exchange, old Sendmail, providers' own.
//!
//! A report is untrusted: it names a letter, the token in that name decides whether anybody believes it.

mod dialects;

use crate::domain::mail::{Mail, Report};

use super::fields::{self, Section};
use super::limits::TEXT_BYTES_MAX;
use super::tree::{Part, Shape, Tree};
use super::{header, words};

/// Characters of a diagnostic that are kept: the code and the beginning of its sentence.
const DIAGNOSTIC_CHARS_MAX: usize = 300;

/// The report of a mail; none for ordinary mail.
pub(super) fn report(mail: &Mail, tree: &Tree<'_>) -> Option<Report> {
    let mut report = structured(tree).or_else(|| dialects::recognised(mail))?;
    if report.recipient.is_empty() {
        report.recipient = failed_recipient(mail).unwrap_or_default();
    }
    if report.original_message_id.is_empty() {
        report.original_message_id = returned_id(tree)
            .or_else(|| dialects::message_id(&mail.text))
            .or_else(|| dialects::message_id(&mail.quoted))
            .unwrap_or_default();
    }
    if report.report_type == "delivery-status" {
        dialects::complete(&mut report, mail);
    }
    Some(report)
}

fn failed_recipient(mail: &Mail) -> Option<String> {
    header::bare_address(mail.header("x-failed-recipients")?)
}

/// From the machine-readable part, or from `multipart/report` alone when that part is missing.
fn structured(tree: &Tree<'_>) -> Option<Report> {
    let root = tree.root()?;
    let declared = (root.media_type() == "multipart/report")
        .then(|| root.media.get("report-type").unwrap_or_default());
    let part = tree.parts.iter().take_while(|part| part.shape != Shape::Message).find_map(|part| {
        let kind = match part.media_type() {
            "message/delivery-status" | "message/global-delivery-status" => "delivery-status",
            "message/disposition-notification" | "message/global-disposition-notification" => {
                "disposition-notification"
            }
            "message/feedback-report" => "feedback-report",
            _ => return None,
        };
        Some((kind, part))
    });
    match part {
        Some((kind, part)) => Some(machine_part(kind, part)),
        None => declared
            .filter(|kind| !kind.is_empty())
            .map(|kind| Report { report_type: kind.to_lowercase(), ..Report::default() }),
    }
}

fn machine_part(kind: &str, part: &Part<'_>) -> Report {
    let (bytes, _) = part.transfer.decode(part.body, TEXT_BYTES_MAX);
    let groups = groups(&bytes);
    let first = |name: &str| {
        groups
            .iter()
            .find_map(|group| group.first(name))
            .map(|value| words::decode(value).text)
            .unwrap_or_default()
    };
    let recipient =
        ["final-recipient", "original-recipient", "original-rcpt-to", "x-actual-recipient"]
            .iter()
            .find_map(|name| header::bare_address(&first(name)));
    let id = groups.iter().find_map(|group| {
        let value =
            group.first("original-message-id").or_else(|| group.first("x-original-message-id"))?;
        header::ids(value).into_iter().next()
    });
    let action = match kind {
        "disposition-notification" => after_semicolon(&first("disposition")),
        "feedback-report" => first("feedback-type"),
        _ => first("action"),
    };
    Report {
        report_type: kind.to_owned(),
        action: first_word(&action.to_lowercase()),
        status: first_word(&first("status")),
        recipient: recipient.unwrap_or_default(),
        diagnostic: first("diagnostic-code").chars().take(DIAGNOSTIC_CHARS_MAX).collect(),
        envelope_id: first("original-envelope-id").trim_matches(['<', '>']).to_owned(),
        original_message_id: id.unwrap_or_default(),
    }
}

/// Groups of fields between blank lines (RFC 3464 section 2.1).
fn groups(bytes: &[u8]) -> Vec<Section<'_>> {
    const GROUPS_MAX: usize = 50;
    let mut groups = Vec::new();
    let mut at = 0;
    while at < bytes.len() && groups.len() < GROUPS_MAX {
        let section = fields::read(bytes, at, |_| false);
        if section.body <= at {
            break;
        }
        at = section.body;
        if !section.fields.is_empty() {
            groups.push(section);
        }
    }
    groups
}

fn after_semicolon(text: &str) -> String {
    text.rsplit(';').next().unwrap_or_default().trim().to_owned()
}

fn first_word(text: &str) -> String {
    text.split([' ', ';', '(', '/']).find(|word| !word.is_empty()).unwrap_or_default().to_owned()
}

/// The Message-ID in the returned message or in its returned header.
fn returned_id(tree: &Tree<'_>) -> Option<String> {
    tree.parts.iter().skip(1).find_map(|part| {
        if part.shape == Shape::Message {
            let value = tree.enclosed_header(part)?.first("message-id")?;
            return header::ids(value).into_iter().next();
        }
        if matches!(
            part.media_type(),
            "text/rfc822-headers" | "message/rfc822-headers" | "message/rfc822" | "message/partial"
        ) {
            let (bytes, _) = part.transfer.decode(part.body, TEXT_BYTES_MAX);
            let section = fields::read(&bytes, 0, |_| false);
            return header::ids(section.first("message-id")?).into_iter().next();
        }
        None
    })
}
