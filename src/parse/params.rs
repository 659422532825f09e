//! `type/subtype; name=value` fields (RFC 2045 section 5.1, RFC 2231), in the forms that programs really write.

use std::collections::BTreeMap;

use super::limits::{FIELD_BYTES_MAX, PARAMETERS_MAX};
use super::{charset, transfer, words};

/// A field with parameters, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parameters {
    /// What stands before the first semicolon, in lower case.
    pub value: String,
    /// By name in lower case, decoded.
    pub named: BTreeMap<String, String>,
}

impl Parameters {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.named.get(name).map(String::as_str)
    }

    pub(super) fn read(field: &[u8]) -> Self {
        let field = words::unfold(field.get(..FIELD_BYTES_MAX).unwrap_or(field));
        let (value, mut rest) = token(&field, b";");
        let value = String::from_utf8_lossy(value).to_ascii_lowercase();
        let value = value.split(['(', ' ', ',']).next().unwrap_or_default().trim().to_owned();
        let mut pieces: BTreeMap<String, Vec<Piece>> = BTreeMap::new();
        for _ in 0..PARAMETERS_MAX {
            rest = trim_separators(rest);
            if rest.is_empty() {
                break;
            }
            let (name, after) = token(rest, b"=;");
            let Some(after) = after.strip_prefix(b"=") else {
                rest = after;
                continue;
            };
            let (bytes, after) = parameter_value(after);
            rest = after;
            let (name, piece) = Piece::named(name, bytes);
            pieces.entry(name).or_default().push(piece);
        }
        Self {
            value,
            named: pieces.into_iter().map(|(name, pieces)| (name, joined(pieces))).collect(),
        }
    }
}

struct Piece {
    /// Place in a value of several pieces; none for a plain parameter.
    order: Option<u32>,
    /// Percent-encoded, with `charset'language'` in front when it is the first.
    extended: bool,
    bytes: Vec<u8>,
}

impl Piece {
    fn is_encoded_word(&self) -> bool {
        self.order.is_none()
            && !self.extended
            && self.bytes.starts_with(b"=?")
            && looks_encoded(&self.bytes)
    }

    /// Reads the stars of `name*0*`.
    fn named(name: &[u8], bytes: Vec<u8>) -> (String, Self) {
        let name = String::from_utf8_lossy(name).trim().to_ascii_lowercase();
        let (bare, extended) = match name.strip_suffix('*') {
            Some(bare) => (bare, true),
            None => (name.as_str(), false),
        };
        let (bare, order) = match bare.rsplit_once('*') {
            Some((bare, order)) => (bare, order.parse().ok()),
            None => (bare, None),
        };
        (bare.to_owned(), Self { order, extended, bytes })
    }
}

/// One value of all pieces of one name; the extended form wins over the plain one (RFC 6266 section 4.3)
/// unless that one is an encoded word: the program that wrote both wrote that one first and better.
fn joined(mut pieces: Vec<Piece>) -> String {
    if let Some(plain) = pieces.iter().find(|piece| piece.is_encoded_word()) {
        return words::decode(&plain.bytes).text;
    }
    if pieces.iter().any(|piece| piece.extended || piece.order.is_some()) {
        pieces.retain(|piece| piece.extended || piece.order.is_some());
    } else {
        pieces.truncate(1);
    }
    pieces.sort_by_key(|piece| piece.order.unwrap_or(0));
    let encoded = pieces.iter().any(|piece| piece.extended);
    let mut declared = None;
    let mut bytes = Vec::new();
    for (place, piece) in pieces.iter().enumerate() {
        let mut text = piece.bytes.as_slice();
        if place == 0
            && encoded
            && let Some((name, after)) = charset_prefix(text)
        {
            declared = Some(name);
            text = after;
        }
        if piece.extended || (encoded && declared.is_some() && looks_escaped(text)) {
            transfer::escapes(text, b'%', &mut bytes);
        } else {
            bytes.extend_from_slice(text);
        }
    }
    if declared.is_none() && !looks_encoded(&bytes) {
        return words::one_line(&charset::raw(&bytes));
    }
    if declared.is_none() {
        return words::decode(&bytes).text;
    }
    words::one_line(&charset::decode(&bytes, declared.as_deref()).text)
}

/// An encoded word is one only where blanks, quotes or the end follow it (RFC 2047 section 5).
fn looks_encoded(text: &[u8]) -> bool {
    let end = text.windows(2).rposition(|window| window == b"?=");
    let after = end.and_then(|end| text.get(end.saturating_add(2)..));
    text.windows(2).any(|window| window == b"=?")
        && after.is_some_and(|after| {
            after.first().is_none_or(|byte| matches!(byte, b' ' | b'"' | b'\t'))
        })
}

fn looks_escaped(text: &[u8]) -> bool {
    text.contains(&b'%')
}

/// `charset'language'` (RFC 2231 section 4).
fn charset_prefix(text: &[u8]) -> Option<(String, &[u8])> {
    const NAME_BYTES_MAX: usize = 40;
    let first = text.iter().take(NAME_BYTES_MAX).position(|byte| *byte == b'\'')?;
    let (name, after) = text.split_at_checked(first)?;
    let after = after.strip_prefix(b"'")?;
    let second = after.iter().take(NAME_BYTES_MAX).position(|byte| *byte == b'\'')?;
    let name = String::from_utf8_lossy(name).into_owned();
    Some((name, after.get(second.saturating_add(1)..)?))
}

fn trim_separators(mut rest: &[u8]) -> &[u8] {
    while let Some((b' ' | b'\t' | b';' | b',', tail)) =
        rest.split_first().map(|(byte, tail)| (*byte, tail))
    {
        rest = tail;
    }
    rest
}

/// Up to one of `ends`, and the rest from it on.
fn token<'a>(text: &'a [u8], ends: &[u8]) -> (&'a [u8], &'a [u8]) {
    let end = text.iter().position(|byte| ends.contains(byte)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, b""))
}

/// A quoted or bare value. A bare one ends at the semicolon: unquoted names with blanks are common.
fn parameter_value(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let text = text.trim_ascii_start();
    let Some(quoted) = text.strip_prefix(b"\"") else {
        let (value, rest) =
            if text.starts_with(b"=?") { encoded_value(text) } else { token(text, b";") };
        return (value.trim_ascii().to_vec(), rest);
    };
    let mut value = Vec::new();
    let mut rest = quoted;
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'"' => return (value, rest),
            b'\\' if matches!(tail.first(), Some(b'"' | b'\\')) => {
                value.extend(tail.first());
                rest = tail.get(1..).unwrap_or_default();
            }
            _ => value.push(*byte),
        }
    }
    (value, rest)
}

/// A bare encoded word may hold semicolons of its own.
fn encoded_value(text: &[u8]) -> (&[u8], &[u8]) {
    let last = text.windows(2).rposition(|window| window == b"?=").unwrap_or(0);
    let end = match text.get(last..).and_then(|tail| tail.iter().position(|byte| *byte == b';')) {
        Some(semicolon) => last.saturating_add(semicolon),
        None => text.len(),
    };
    text.split_at_checked(end).unwrap_or((text, b""))
}
