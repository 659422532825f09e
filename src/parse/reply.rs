//! What a person newly wrote, told from what was quoted.
//!
//! Lines are marked in order: quoted lines, attributions ("Il giorno … ha scritto:"), separators and header blocks
//! of the mail programs, then signatures and disclaimers. Nothing is ever cut to nothing: when no new word is left,
//! everything is kept as the text. Interleaved answers follow each other in order.

pub(super) mod forward;

mod bare_block;
mod header_block;
mod marks;

use std::borrow::Cow;

use self::header_block::{Trust, header_block};
use super::limits::LINES_MAX;
use super::signature;
use crate::domain::forward::{is_answer, is_forward};

/// One line of a body; `quote` when the mail's structure, not its text, says that it was quoted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub text: String,
    pub quote: bool,
}

/// New words and the rest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Split {
    pub text: String,
    pub quoted: String,
    /// The part of `quoted` that the writer's program set below the words.
    pub signature: String,
}

/// Whether a mail stands in a conversation: only there a header block without separator is a program's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setting {
    /// It answers or forwards another.
    Conversation,
    /// It is the first of its kind.
    FirstMail,
}

impl Setting {
    /// By the prefix of the subject, or because the header names what is `answered`.
    pub(super) fn of(subject: &str, answered: bool) -> Self {
        let continues = answered || is_answer(subject) || is_forward(subject);
        if continues { Self::Conversation } else { Self::FirstMail }
    }
}

/// Whether a line may be the one in which a program names the author of what it quotes.
pub(super) fn names_author(line: &str) -> bool {
    marks::names_author(line.trim())
}

/// Tells new words from the rest.
pub(super) fn split(lines: &[Line], setting: Setting) -> Split {
    let (lines, beyond) = lines.split_at_checked(LINES_MAX).unwrap_or((lines, &[]));
    let lines = &*unshared(lines);
    let mut cut: Vec<bool> = lines.iter().map(is_quoted).collect();
    mark_broken_links(lines, &mut cut);
    mark_quoted_header(lines, &mut cut);
    mark_quotes(lines, &mut cut, setting);
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    let unsigned = cut.clone();
    signature::mark(&texts, &mut cut);
    let kept = |wanted: bool| {
        let chosen =
            texts.iter().zip(&cut).filter(move |(_, cut)| **cut != wanted).map(|(text, _)| *text);
        tidy(chosen)
    };
    let text = kept(true);
    if text.is_empty() {
        return Split { text: tidy(texts.iter().copied()), ..Split::default() };
    }
    let quoted = join_blocks(&kept(false), &joined(beyond));
    let marks = texts.iter().zip(cut.iter().zip(&unsigned));
    let signature =
        tidy(marks.filter(|(_, (cut, quote))| **cut && !**quote).map(|(text, _)| *text));
    Split { text, quoted, signature }
}

/// The lines of a plain body. Flowed paragraphs are put together again (RFC 3676).
pub(super) fn plain_lines(text: &str, flowed: bool, delete_space: bool) -> Vec<Line> {
    let lines = text.split('\n').map(|line| clean(line.strip_suffix('\r').unwrap_or(line)));
    if !flowed {
        return lines.map(|text| Line { text, quote: false }).collect();
    }
    let mut out: Vec<Line> = Vec::new();
    let mut open: Option<usize> = None;
    for line in lines {
        let depth = line.chars().take_while(|c| *c == '>').count();
        let content = line.trim_start_matches('>');
        let content = content.strip_prefix(' ').unwrap_or(content);
        let soft = content.ends_with(' ') && content != "-- ";
        let content = if soft && delete_space {
            content.strip_suffix(' ').unwrap_or(content)
        } else {
            content
        };
        let continued = open == Some(depth) && content != "-- ";
        if let Some(last) = out.last_mut().filter(|_| continued) {
            last.text.push_str(content);
        } else {
            let marks = ">".repeat(depth);
            let space = if depth > 0 { " " } else { "" };
            out.push(Line { text: format!("{marks}{space}{content}"), quote: false });
        }
        open = soft.then_some(depth);
    }
    out
}

/// All lines as one text.
pub(super) fn joined(lines: &[Line]) -> String {
    tidy(lines.iter().map(|line| line.text.as_str()))
}

/// Two blocks with an empty line between them.
pub(super) fn join_blocks(first: &str, second: &str) -> String {
    match (first.is_empty(), second.is_empty()) {
        (_, true) => first.to_owned(),
        (true, false) => second.to_owned(),
        (false, false) => format!("{first}\n\n{second}"),
    }
}

/// Control characters go, tabs stay, hard spaces and stray carriage returns become spaces.
fn clean(line: &str) -> String {
    // The bytes of no sign that goes or changes, and of no character that begins like one: nearly every line.
    let plain = |byte: u8| {
        matches!(byte, b'\t' | b' '..=b'~' | 0x80..) && !matches!(byte, 0xC2 | 0xD8 | 0xE2 | 0xEF)
    };
    if line.bytes().all(plain) {
        return line.to_owned();
    }
    line.chars()
        .map(|c| if matches!(c, '\u{A0}' | '\r') { ' ' } else { c })
        .filter(|c| *c == '\t' || !super::words::is_hidden(*c))
        .collect()
}

/// Lines without trailing blanks, at most one empty line between paragraphs, none around.
fn tidy<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut out = String::new();
    let mut blanks = 0_usize;
    for line in lines.map(str::trim_end) {
        if line.trim().is_empty() {
            blanks = blanks.saturating_add(1);
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
            if blanks > 0 {
                out.push('\n');
            }
        }
        blanks = 0;
        out.push_str(line);
    }
    out
}

/// Quoted by structure or by its sign.
fn is_quoted(line: &Line) -> bool {
    let text = line.text.trim();
    let signed = text.starts_with('>') && !text.ends_with("<<") && !marks::ends_attribution(text);
    line.quote || signed || has_initials(text)
}

/// `MR> text`: old programs put the author's initials before the sign.
fn has_initials(text: &str) -> bool {
    const INITIALS_MAX: usize = 3;
    let rest = text.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let initials = text.len().saturating_sub(rest.len());
    (2..=INITIALS_MAX).contains(&initials) && rest.starts_with("> ")
}

/// A header that is quoted with signs over a mail that is not (Orange, old Hotmail): the mail is quoted too.
fn mark_quoted_header(lines: &[Line], cut: &mut [bool]) {
    let Some(from) = lines.iter().position(is_quoted) else { return };
    let run = lines.iter().skip(from).take_while(|line| is_quoted(line)).count();
    let end = from.saturating_add(run);
    let words = |line: &Line| !line.text.trim().is_empty();
    let alone = lines.iter().take(from).any(words) && !lines.iter().skip(end).any(is_quoted);
    if !alone {
        return;
    }
    let bare = |line: &Line| line.text.trim().trim_start_matches(['>', ' ']).to_owned();
    let block: Vec<String> =
        lines.iter().skip(from).take(run).map(bare).filter(|text| !text.is_empty()).collect();
    let texts: Vec<&str> = block.iter().map(String::as_str).collect();
    if (0..=1).any(|at| header_block(&texts, at, Trust::Separated) == Some(texts.len())) {
        let whole = lines.len();
        fill(cut, end, whole);
    }
}

/// Attributions that share their line with the person's last words get their own.
fn unshared(lines: &[Line]) -> Cow<'_, [Line]> {
    let shared = |(at, line): (usize, &Line)| {
        let candidate = Some(line).filter(|line| line.text.ends_with(':') && !is_quoted(line));
        let line = candidate.filter(|_| quote_is_next(lines, at.saturating_add(1)))?;
        let (words, attribution) = line.text.split_at_checked(marks::shared_line(&line.text)?)?;
        Some((at, words.trim_end_matches(['-', ' ']).to_owned(), attribution.to_owned()))
    };
    let found: Vec<_> = lines.iter().enumerate().filter_map(shared).collect();
    let mut lines = Cow::Borrowed(lines);
    for (at, words, attribution) in found.into_iter().rev() {
        let whole = [words, attribution].map(|text| Line { text, quote: false });
        lines.to_mut().splice(at..at.saturating_add(1), whole);
    }
    lines
}

fn quote_is_next(lines: &[Line], from: usize) -> bool {
    lines.iter().skip(from).find(|line| !line.text.trim().is_empty()).is_some_and(is_quoted)
}

/// A link that a program wrapped inside a quote lost the quote's sign on its second line.
fn mark_broken_links(lines: &[Line], cut: &mut [bool]) {
    let is_rest = |above: &str, line: &str| {
        line.contains("://") || (above.contains("://") && !line.trim().contains(' '))
    };
    for (at, window) in lines.windows(3).enumerate() {
        let [above, line, below] = window else { continue };
        let inside = is_quoted(above)
            && !is_quoted(line)
            && is_quoted(below)
            && !line.text.trim().is_empty();
        if inside && is_rest(&above.text, &line.text) {
            cut.iter_mut().skip(at.saturating_add(1)).take(1).for_each(|mark| *mark = true);
        }
    }
}

fn mark_quotes(lines: &[Line], cut: &mut [bool], setting: Setting) {
    let trust = match setting {
        Setting::Conversation => Trust::Conversation,
        Setting::FirstMail => Trust::FirstMail,
    };
    let texts: Vec<&str> = lines.iter().map(|line| line.text.trim()).collect();
    let mut at = 0;
    while at < texts.len() {
        if cut.get(at).copied().unwrap_or(true) {
            at = at.saturating_add(1);
            continue;
        }
        match marks::at(&texts, cut, at, trust) {
            Some(mark) => {
                let whole = mark.rest && !answers_follow(&texts, cut, mark.end);
                let end = if whole { texts.len() } else { mark.end };
                fill(cut, rule_above(&texts, at), end);
                at = end.max(at.saturating_add(1));
            }
            None => at = at.saturating_add(1),
        }
    }
}

/// A drawn line above an attribution belongs to it.
fn rule_above(texts: &[&str], at: usize) -> usize {
    let above = texts.iter().take(at).rposition(|text| !text.is_empty());
    above.filter(|above| texts.get(*above).is_some_and(|text| marks::is_ruled(text))).unwrap_or(at)
}

/// After a header or attribution the quote may have signs of its own; then what lacks them is new.
fn answers_follow(texts: &[&str], cut: &[bool], from: usize) -> bool {
    let mut rest = texts.iter().zip(cut).skip(from).filter(|(text, _)| !text.is_empty());
    rest.next().is_some_and(|(_, cut)| *cut)
}

fn fill(cut: &mut [bool], from: usize, end: usize) {
    for mark in cut.iter_mut().take(end).skip(from) {
        *mark = true;
    }
}

#[cfg(test)]
mod tests;
