//! A mail as the questions look at it: what several of them need is prepared once, and only when asked for.

use std::cell::OnceCell;

use super::notice::{self, Sentence};
use super::{Identity, headers};
use crate::domain::mail::{Mail, ReturnPath};
use crate::domain::phrases::Said;
use crate::domain::text::fold;

/// The beginning of the new words that is looked at: robots say what they are at once.
const HEAD_CHARS_MAX: usize = 2_000;

/// Room for one banner line before the sentence that matters.
const OPENING_CHARS_MAX: usize = 250;

/// The end that is looked at: list footers and "do not reply" lines stand there.
const TAIL_CHARS_MAX: usize = 2_500;

/// A subject longer than this is noise; robots' marks stand at its beginning.
const SUBJECT_CHARS_MAX: usize = 400;

pub(super) struct Sight<'a> {
    pub(super) mail: &'a Mail,
    pub(super) identity: &'a Identity,
    /// The caller has verified our loop marker.
    pub(super) own: bool,
    /// The bare address in `From`, lower case; empty when there is none.
    pub(super) sender: String,
    subject: OnceCell<Said>,
    head: OnceCell<Said>,
    opening: OnceCell<Said>,
    ending: OnceCell<Said>,
    tail: OnceCell<Said>,
    said: OnceCell<Vec<Sentence>>,
}

impl<'a> Sight<'a> {
    pub(super) fn new(mail: &'a Mail, identity: &'a Identity, own: bool) -> Self {
        let sender = mail.from.as_ref().map(|from| from.address.to_lowercase()).unwrap_or_default();
        Self {
            mail,
            identity,
            own,
            sender,
            subject: OnceCell::new(),
            head: OnceCell::new(),
            opening: OnceCell::new(),
            ending: OnceCell::new(),
            tail: OnceCell::new(),
            said: OnceCell::new(),
        }
    }

    /// The part of the sender before the `@`.
    pub(super) fn local(&self) -> &str {
        self.sender.rsplit_once('@').map_or(self.sender.as_str(), |(local, _)| local)
    }

    /// The part of the sender after the `@`.
    pub(super) fn domain(&self) -> &str {
        self.sender.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The subject, folded.
    pub(super) fn subject(&self) -> &Said {
        self.subject.get_or_init(|| {
            let folded = fold(first_chars(&self.mail.subject, SUBJECT_CHARS_MAX));
            Said::new(folded.trim().to_owned())
        })
    }

    /// The beginning of what was newly written, folded.
    pub(super) fn head(&self) -> &Said {
        let beginning = || first_chars(self.mail.text.trim_start(), HEAD_CHARS_MAX);
        self.head.get_or_init(|| Said::new(fold(beginning())))
    }

    /// The first sentences, folded: a program says at once what it is; a person greets and tells.
    pub(super) fn opening(&self) -> &Said {
        let first = || first_chars(self.head(), OPENING_CHARS_MAX).to_owned();
        self.opening.get_or_init(|| Said::new(first()))
    }

    /// The end of what was newly written, folded.
    pub(super) fn ending(&self) -> &Said {
        if self.is_short() {
            return self.head();
        }
        let end = || last_chars(&self.mail.text, TAIL_CHARS_MAX);
        self.ending.get_or_init(|| Said::new(fold(end())))
    }

    /// The beginning and the end of what was newly written, folded; of most mails both are all of it.
    pub(super) fn ends(&self) -> impl Iterator<Item = &Said> {
        let ending = (!self.is_short()).then(|| self.ending());
        std::iter::once(self.head()).chain(ending)
    }

    /// The sentences at both ends, each as the sorts of its words.
    pub(super) fn said(&self) -> &[Sentence] {
        self.said.get_or_init(|| self.ends().flat_map(|end| notice::said(end)).collect())
    }

    /// Whether the new words end before the beginning that is looked at.
    fn is_short(&self) -> bool {
        self.mail.text.chars().nth(HEAD_CHARS_MAX).is_none()
    }

    /// The ends of what was newly written and of what was cut off, folded.
    pub(super) fn tail(&self) -> &Said {
        if self.mail.quoted.is_empty() {
            return self.ending();
        }
        self.tail.get_or_init(|| {
            let text = last_chars(&self.mail.text, TAIL_CHARS_MAX);
            let quoted = last_chars(&self.mail.quoted, TAIL_CHARS_MAX);
            Said::new(fold(&format!("{text}\n{quoted}")))
        })
    }

    pub(super) fn has(&self, header: &str) -> bool {
        self.mail.header(header).is_some()
    }

    /// Whether a value of the header, read as a list, holds one of the words.
    pub(super) fn says(&self, header: &str, any_of: &[&str]) -> bool {
        let mut values = self.mail.header_all(header);
        values.any(|value| headers::words(value).iter().any(|word| any_of.contains(&word.as_str())))
    }

    /// The first `Auto-Submitted` word other than `no` (RFC 3834 section 5); comments and parameters aside.
    pub(super) fn auto_submitted(&self) -> Option<String> {
        let mut words = self.mail.header_all("auto-submitted").map(headers::word);
        words.find(|word| !word.is_empty() && word != "no")
    }

    /// The envelope sender was `<>` (RFC 3834 section 2: never answered).
    pub(super) fn null_return_path(&self) -> bool {
        self.mail.return_path == ReturnPath::Null
    }
}

fn first_chars(text: &str, chars_max: usize) -> &str {
    let end = text.char_indices().nth(chars_max).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

fn last_chars(text: &str, chars_max: usize) -> &str {
    let last = chars_max.saturating_sub(1);
    let start = text.char_indices().rev().nth(last).map_or(0, |(at, _)| at);
    text.get(start..).unwrap_or(text)
}
