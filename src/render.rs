//! Letter + template → bytes, once. The outbox keeps these bytes and every attempt sends the same ones.
//!
//! What a stranger wrote reaches a letter only as the value of a template's variable, cleaned of control
//! and direction-changing characters; header fields have fixed names; so no mail can add a header to a
//! letter or a command to a template.

use crate::domain::letter::{Letter, Photo};
use crate::domain::mail::Address;
use crate::domain::time::Timestamp;

mod clean;
mod message;
mod sample;
mod templates;
mod wrap;

pub use sample::sample_contexts;
pub use templates::{TemplateError, Templates};

#[cfg(test)]
mod tests;

/// Characters of a subject: more than any list of mails shows (RFC 5322 section 2.1.1 wants lines of
/// 78, and a reply adds to it).
const SUBJECT_CHARS_MAX: usize = 120;

/// What separates a text from its Italian version below. No mail program and no part of this one takes
/// it for the mark of a quote or a signature.
const LANGUAGE_SEPARATOR: &str = "\n\n* * *\n\n";

/// Who writes the letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// `smtp.from`.
    pub from: Address,
    /// Where answers go when it is not `from`.
    pub reply_to: Option<Address>,
    /// The value of `X-Sportello-Loop`, from `Signer::loop_marker`.
    pub loop_marker: String,
}

/// A letter as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The subject, decoded, for lists.
    pub subject: String,
    /// The whole message (RFC 5322): 7-bit, CRLF. No line is longer than 76 characters but one that
    /// holds a single longer identifier, which cannot be folded.
    pub bytes: Vec<u8>,
}

/// Why a letter could not be written. Says no address: these texts may be logged.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// No template of that name in any language that the letter could be worded in.
    #[error(
        "expected a template `{template}` in the letter's language, English or Italian, found none: \
         add `it/{template}.txt` to the directory of templates"
    )]
    NoTemplate {
        /// As the letter names it.
        template: String,
    },
    /// The template failed on this letter, though not on the samples it was checked with.
    #[error(
        "expected `{name}` to word the letter, found at line {line}: {why}: correct the template"
    )]
    Template {
        /// Language and template, as `it/acknowledgement`.
        name: String,
        /// Line of the file, from 1; 0 when not known.
        line: usize,
        /// What the template engine said.
        why: String,
    },
    /// An address that SMTP cannot carry without SMTPUTF8 (RFC 6531), or none at all.
    #[error(
        "expected an address of ASCII letters before the @ and a domain, found another in `{field}`: \
         correct the configuration, or answer this person by hand"
    )]
    Address {
        /// The header field: `From`, `To` or `Reply-To`.
        field: &'static str,
    },
    /// The message could not be put together.
    #[error(
        "expected a whole message, found: {0}: this is a fault of the program, please report it"
    )]
    Message(String),
}

/// Words a letter and writes it as a message, dated `now`. Total in the letter's content: whatever a
/// stranger wrote into its context gives exactly our header fields and one plain-text part.
pub fn render(
    templates: &Templates,
    letter: &Letter,
    sender: &Sender,
    now: Timestamp,
) -> Result<Rendered, RenderError> {
    render_with(templates, letter, sender, &[], now)
}

/// The same with photos, each a part of its own behind the text.
pub fn render_with(
    templates: &Templates,
    letter: &Letter,
    sender: &Sender,
    photos: &[Photo],
    now: Timestamp,
) -> Result<Rendered, RenderError> {
    let variables = clean::variables(&letter.context);
    let first = templates.word(&letter.template, letter.language, &variables)?;
    let mut body = first.body;
    if letter.kind.to_requester() && !first.italian {
        body.push_str(LANGUAGE_SEPARATOR);
        body.push_str(&templates.word_italian(&letter.template, &variables)?.body);
    }
    let subject = clean::header_text(&first.subject, SUBJECT_CHARS_MAX);
    let body = wrap::wrapped(&clean::letter_text(&body));
    let bytes = message::bytes(letter, sender, (&subject, body, photos), now)?;
    Ok(Rendered { subject, bytes })
}
