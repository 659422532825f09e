//! The header of a quoted mail without colons: the table of Lotus Notes, the webmail of certified mailboxes.

use std::sync::LazyLock;

use regex::Regex;

use super::header_block::{Field, fields, has_time};

/// Lines of such a block, blank ones and values on lines of their own included.
const BLOCK_LINES_MAX: usize = 16;

/// Where a block that begins at `at` ends. It needs everything: author with address, moment, recipient, subject.
///
/// Two forms: `Da … / A … / Data … / Oggetto …`, and author and moment without labels, then `Per … / Oggetto …`.
pub(super) fn bare_block(texts: &[&str], at: usize) -> Option<usize> {
    let first = texts.get(at)?;
    if !first.contains('@') {
        return None;
    }
    let labelled = label(first).is_some_and(|field| field == Field::From);
    let (mut moment, mut to, mut subject) = (false, false, false);
    let mut end = at;
    // A label whose value is on the next line.
    let mut open = false;
    for (place, line) in texts.iter().enumerate().skip(at.saturating_add(1)).take(BLOCK_LINES_MAX) {
        if line.is_empty() {
            continue;
        }
        match label(line) {
            Some(Field::To) => to = true,
            Some(Field::Subject) => subject = true,
            Some(Field::Date) if labelled => moment |= has_time(line),
            Some(_) => return None,
            None if !labelled && !moment && is_moment(line) => moment = true,
            None if open => {}
            None => break,
        }
        open = label(line).is_some() && !line.trim().contains([' ', '\t']);
        end = place.saturating_add(1);
        if subject && !open {
            break;
        }
    }
    let author = labelled || is_author(first);
    (author && moment && to && subject).then_some(end)
}

/// The field that a line's first word names; a colon would make it an ordinary block's.
fn label(line: &str) -> Option<Field> {
    let word = line.split_whitespace().next()?;
    if word.ends_with([':', '：']) {
        return None;
    }
    fields(&format!("{word}:")).map(|(field, _)| field)
}

fn is_author(line: &str) -> bool {
    static AUTHOR: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^.{0,80}<[^<>\s@]+@[^<>\s]+>$").ok());
    AUTHOR.as_ref().is_some_and(|pattern| pattern.is_match(line))
}

/// A day and a time of day in figures, nothing else.
fn is_moment(line: &str) -> bool {
    static MOMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^(?:\p{L}{2,4}\.? )?\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},? \d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[AaPp][Mm])?$").ok()
    });
    MOMENT.as_ref().is_some_and(|pattern| pattern.is_match(line))
}
