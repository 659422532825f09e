//! The parts of a mail, found in one scan over its lines (RFC 2046 section 5.1).
//!
//! Linear by construction: each line that begins with `--` is compared with the boundaries that are open, at most
//! [`DEPTH_MAX`] of them; nothing is read twice. Beyond the limits a part stays one opaque piece.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::domain::mail::Damage;

use super::Damages;
use super::fields::{self, Section};
use super::limits::{DEPTH_MAX, PARTS_MAX};
use super::params::Parameters;
use super::transfer::Transfer;

/// What a part is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Leaf,
    Multipart,
    /// An enclosed message; its only child is that message's root.
    Message,
}

/// One part. Children follow their parent in [`Tree::parts`].
#[derive(Debug, Clone)]
pub(super) struct Part<'a> {
    pub header: Section<'a>,
    pub media: Parameters,
    pub transfer: Transfer,
    pub shape: Shape,
    pub children: Vec<usize>,
    /// Still encoded.
    pub body: &'a [u8],
}

impl Part<'_> {
    /// `type/subtype` in lower case.
    pub(super) fn media_type(&self) -> &str {
        &self.media.value
    }

    pub(super) fn disposition(&self) -> Parameters {
        self.header.first("content-disposition").map(Parameters::read).unwrap_or_default()
    }
}

/// All parts of a mail; the first is its root.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree<'a> {
    pub parts: Vec<Part<'a>>,
}

impl<'a> Tree<'a> {
    /// Finds the parts; what was wrong goes into `damages`.
    pub(super) fn scan(raw: &'a [u8], damages: &mut Damages) -> Self {
        let mut scan = Scan { raw, parts: Vec::new(), open: Vec::new(), damages };
        scan.run();
        Self { parts: scan.parts }
    }

    /// The root alone, taken as plain text.
    pub(super) fn header_only(raw: &'a [u8]) -> Self {
        let header = fields::read(raw, 0, |_| false);
        let root = Part {
            media: Parameters { value: "text/plain".to_owned(), ..Parameters::default() },
            transfer: Transfer::Identity,
            shape: Shape::Leaf,
            children: Vec::new(),
            body: raw.get(header.body..).unwrap_or_default(),
            header,
        };
        Self { parts: vec![root] }
    }

    pub(super) fn root(&self) -> Option<&Part<'a>> {
        self.parts.first()
    }

    pub(super) fn children<'t>(&'t self, part: &'t Part<'a>) -> impl Iterator<Item = &'t Part<'a>> {
        part.children.iter().filter_map(|index| self.parts.get(*index))
    }

    /// The header of a message part's message.
    pub(super) fn enclosed_header<'t>(&'t self, part: &'t Part<'a>) -> Option<&'t Section<'a>> {
        self.children(part).next().map(|root| &root.header)
    }
}

struct Open {
    part: usize,
    boundary: Option<Vec<u8>>,
    closed: bool,
}

struct Scan<'a, 'd> {
    raw: &'a [u8],
    parts: Vec<Part<'a>>,
    open: Vec<Open>,
    damages: &'d mut Damages,
}

impl<'a> Scan<'a, '_> {
    fn run(&mut self) {
        let Ok(delimiters) = DELIMITER.as_ref() else { return };
        let mut at = self.begin(0);
        while let Some(found) =
            delimiters.find_at(self.raw, at.saturating_sub(1).min(self.raw.len()))
        {
            let start = found.end().saturating_sub(2);
            let (line, next) = fields::line_at(self.raw, start);
            at = next.max(at);
            let Some((level, closing)) = self.matched(line) else { continue };
            self.close(level, start);
            if closing {
                self.end_multipart(level);
            } else if self.parts.len() < PARTS_MAX {
                at = self.begin(next);
            } else {
                self.damages.insert(Damage::Parts);
                break;
            }
        }
        self.close_all();
    }

    /// Which open multipart the line delimits, innermost first, and whether it closes it.
    fn matched(&self, line: &[u8]) -> Option<(usize, bool)> {
        matched(&self.open, line)
    }

    /// Opens the part whose header starts at `at`, and the messages it encloses; where to go on.
    fn begin(&mut self, mut at: usize) -> usize {
        loop {
            let header = fields::read(self.raw, at, |line| matched(&self.open, line).is_some());
            if header.cut {
                self.damages.insert(Damage::HeaderBytes);
            }
            let body = header.body;
            let part = self.part(header);
            let (shape, boundary) = self.shape(&part);
            let index = self.parts.len();
            if let Some(parent) = self.open.last().and_then(|open| self.parts.get_mut(open.part)) {
                parent.children.push(index);
            }
            self.parts.push(Part { shape, ..part });
            self.open.push(Open { part: index, boundary, closed: false });
            if shape != Shape::Message || self.parts.len() >= PARTS_MAX {
                return body;
            }
            at = body;
        }
    }

    fn part(&self, header: Section<'a>) -> Part<'a> {
        let in_digest = self
            .open
            .last()
            .and_then(|open| self.parts.get(open.part))
            .is_some_and(|parent| parent.media_type() == "multipart/digest");
        let mut media = header.first("content-type").map(Parameters::read).unwrap_or_default();
        if !media.value.contains('/') {
            let named = match media.value.as_str() {
                "html" => "text/html",
                "" if in_digest => "message/rfc822",
                _ => "text/plain",
            };
            named.clone_into(&mut media.value);
        }
        let transfer =
            header.first("content-transfer-encoding").map_or(Transfer::Identity, Transfer::named);
        let body = self.raw.get(header.body..).unwrap_or_default();
        Part { header, media, transfer, shape: Shape::Leaf, children: Vec::new(), body }
    }

    fn shape(&mut self, part: &Part<'a>) -> (Shape, Option<Vec<u8>>) {
        let multipart = part.media.value.starts_with("multipart/");
        let message = matches!(
            part.media.value.as_str(),
            "message/rfc822" | "message/global" | "message/news"
        ) && part.transfer != Transfer::Base64;
        if !multipart && !message {
            return (Shape::Leaf, None);
        }
        if self.open.len() >= DEPTH_MAX {
            self.damages.insert(Damage::Depth);
            return (Shape::Leaf, None);
        }
        if message {
            return (Shape::Message, None);
        }
        let named = part.media.get("boundary").map(str::trim_end).filter(|name| !name.is_empty());
        match named.map(|name| name.as_bytes().to_vec()).or_else(|| guessed_boundary(part.body)) {
            Some(boundary) => (Shape::Multipart, Some(boundary)),
            None => (Shape::Leaf, None),
        }
    }

    /// Ends every part inside the multipart at `level`.
    fn close(&mut self, level: usize, at: usize) {
        let inner = level.saturating_add(1);
        for open in self.open.iter().skip(inner) {
            let end = at.saturating_sub(1);
            if let Some(part) = self.parts.get_mut(open.part) {
                part.body = cut(self.raw, part.header.body, end);
            }
            if open.boundary.is_some() && !open.closed {
                self.damages.insert(Damage::Boundary);
            }
        }
        self.open.truncate(inner);
    }

    fn end_multipart(&mut self, level: usize) {
        if let Some(open) = self.open.get_mut(level) {
            open.closed = true;
        }
    }

    /// At the end of the mail: a multipart that never closed, or never began, is damage; one that never began is text.
    fn close_all(&mut self) {
        let in_message = self.open.iter().position(|open| {
            self.parts.get(open.part).is_some_and(|part| part.shape == Shape::Message)
        });
        for open in self.open.iter().take(in_message.unwrap_or(usize::MAX)) {
            if open.boundary.is_some() && !open.closed {
                self.damages.insert(Damage::Boundary);
            }
        }
        for part in &mut self.parts {
            if part.shape == Shape::Multipart && part.children.is_empty() {
                part.shape = Shape::Leaf;
                "text/plain".clone_into(&mut part.media.value);
                self.damages.insert(Damage::Boundary);
            }
        }
    }
}

fn cut(raw: &[u8], start: usize, end: usize) -> &[u8] {
    let body = raw.get(start..end.max(start)).unwrap_or_default();
    body.strip_suffix(b"\r").unwrap_or(body)
}

fn matched(open: &[Open], line: &[u8]) -> Option<(usize, bool)> {
    let rest = line.strip_prefix(b"--")?;
    open.iter().enumerate().rev().find_map(|(level, open)| {
        let tail = rest.strip_prefix(open.boundary.as_deref()?)?;
        match tail.trim_ascii_end() {
            b"" => Some((level, false)),
            b"--" => Some((level, true)),
            _ => None,
        }
    })
}

/// `--` at a line's beginning; the search engine finds it faster than a loop over lines.
static DELIMITER: LazyLock<Result<Regex, regex::Error>> = LazyLock::new(|| Regex::new(r"\n--"));

/// A multipart that names no boundary: the first delimiter-like line that a part header follows.
fn guessed_boundary(body: &[u8]) -> Option<Vec<u8>> {
    const SEARCHED_LINES: usize = 200;
    const SEARCHED_BYTES: usize = 16 * 1024;
    let body = body.get(..SEARCHED_BYTES).unwrap_or(body);
    let mut at = 0;
    for _ in 0..SEARCHED_LINES {
        let (line, next) = fields::line_at(body, at);
        let (following, _) = fields::line_at(body, next);
        if let Some(boundary) = line.strip_prefix(b"--")
            && boundary.len() > 2
            && following.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-"))
        {
            return Some(boundary.trim_ascii_end().to_vec());
        }
        if next >= body.len() {
            return None;
        }
        at = next;
    }
    None
}
