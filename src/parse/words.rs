//! Encoded words (RFC 2047) in unstructured fields and names, also those that break its rules.

use super::charset;
use super::limits::{ENCODED_WORD_BYTES_MAX, FIELD_BYTES_MAX};
use super::transfer;

/// A field's value: unfolded, decoded, on one line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Unfolded {
    pub text: String,
    /// 8-bit bytes stood in the field.
    pub raw_bytes: bool,
    /// A charset had to be guessed.
    pub repaired: bool,
}

/// Unfolds and decodes an unstructured field. Words that are split in the middle of a character are joined first.
pub(super) fn decode(value: &[u8]) -> Unfolded {
    let value = unfold(value);
    let mut out = Unfolded { raw_bytes: !value.is_ascii(), ..Unfolded::default() };
    let mut pending: Option<Word> = None;
    let mut rest = value.as_slice();
    while let Some(start) = find(rest, b"=?") {
        let (plain, tail) = rest.split_at_checked(start).unwrap_or((rest, b""));
        let Some((word, after)) = encoded_word(tail) else {
            let (sign, after) = tail.split_at_checked(2).unwrap_or((tail, b""));
            close(&mut out, &mut pending);
            out.text.push_str(&charset::raw(plain));
            out.text.push_str(&charset::raw(sign));
            rest = after;
            continue;
        };
        let joined = pending.is_some() && plain.trim_ascii().is_empty();
        if !joined {
            close(&mut out, &mut pending);
            out.text.push_str(&charset::raw(plain));
        }
        match &mut pending {
            Some(open) if open.charset.eq_ignore_ascii_case(&word.charset) => {
                open.bytes.extend(word.bytes);
            }
            _ => {
                close(&mut out, &mut pending);
                pending = Some(word);
            }
        }
        rest = after;
    }
    close(&mut out, &mut pending);
    out.text.push_str(&charset::raw(rest));
    out.text = one_line(&out.text);
    out
}

struct Word {
    charset: String,
    bytes: Vec<u8>,
}

fn close(out: &mut Unfolded, pending: &mut Option<Word>) {
    if let Some(word) = pending.take() {
        let decoded = charset::decode(&word.bytes, Some(&word.charset));
        out.repaired |= decoded.repaired;
        out.text.push_str(&decoded.text);
    }
}

/// `=?charset?encoding?text?=` at the beginning of `value`, and what follows it.
fn encoded_word(value: &[u8]) -> Option<(Word, &[u8])> {
    let bounded = value.get(..ENCODED_WORD_BYTES_MAX).unwrap_or(value);
    let body = bounded.strip_prefix(b"=?")?;
    let charset_end = body.iter().position(|byte| *byte == b'?')?;
    let (charset, body) = body.split_at_checked(charset_end)?;
    let charset = std::str::from_utf8(charset).ok()?.split('*').next()?.to_owned();
    if charset.contains(char::is_whitespace) {
        return None;
    }
    let (encoding, body) = match body {
        [b'?', encoding, b'?', body @ ..] => (encoding.to_ascii_lowercase(), body),
        _ => return None,
    };
    let end = match encoding {
        b'b' => find(body, b"?"),
        b'q' => find(body, b"?="),
        _ => None,
    }?;
    let (text, tail) = body.split_at_checked(end)?;
    let bytes = if encoding == b'b' { transfer::base64(text).0 } else { q_decoded(text) };
    let used = bounded.len().saturating_sub(tail.len());
    let after = value.get(used..)?;
    let after = after.strip_prefix(b"?=").or_else(|| after.strip_prefix(b"?"))?;
    Some((Word { charset, bytes }, after))
}

fn q_decoded(text: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> =
        text.iter().map(|byte| if *byte == b'_' { b' ' } else { *byte }).collect();
    let mut bytes = Vec::with_capacity(spaced.len());
    transfer::escapes(&spaced, b'=', &mut bytes);
    bytes
}

/// The value on one line: line ends go, the blank that began a continuation stays (RFC 5322 section 2.2.3).
pub(super) fn unfold(value: &[u8]) -> Vec<u8> {
    let value = value.get(..FIELD_BYTES_MAX).unwrap_or(value);
    value
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b'\r' | b'\n' | 0))
        .collect::<Vec<u8>>()
        .trim_ascii()
        .to_vec()
}

/// Control and direction-changing characters would let a name or subject pretend to be something else.
pub(super) fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !is_hidden(*c))
        .collect();
    spaced.trim().to_owned()
}

/// Characters that are not seen but change what is seen: C0, C1, direction marks, separators, the byte order mark.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{061C}')
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
