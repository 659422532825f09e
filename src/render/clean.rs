//! What may stand in a letter: text, and no character that moves, hides or ends it.

use std::collections::BTreeMap;

use minijinja::value::{Serde, Value as Shown};
use serde_json::Value;

/// Nesting of a context: ours have three levels; a deeper one is cut instead of followed.
const DEPTH_MAX: usize = 8;

/// Keeps what stands around it reading from left to right; has no width.
pub(super) const LEFT_TO_RIGHT_MARK: char = '\u{200e}';

/// A context as a template sees it, with every text cleaned as [`body_text`].
pub(super) fn variables(context: &BTreeMap<String, Value>) -> Shown {
    Shown::from_pairs(
        context.iter().map(|(name, value)| (name.as_str(), cleaned(value, DEPTH_MAX))),
    )
}

fn cleaned(value: &Value, depth: usize) -> Shown {
    let Some(depth) = depth.checked_sub(1) else { return Shown::from(()) };
    match value {
        Value::String(text) => Shown::from(body_text(text)),
        Value::Array(values) => values.iter().map(|value| cleaned(value, depth)).collect(),
        Value::Object(fields) => {
            let cleaned = |(name, value)| (String::as_str(name), cleaned(value, depth));
            Shown::from_pairs(fields.iter().map(cleaned))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Shown::from(Serde(value)),
    }
}

/// Text of several lines: line ends become `\n`, tabs blanks, what is not text goes.
pub(super) fn body_text(text: &str) -> String {
    cleaned_text(text, is_text)
}

/// The whole body of a letter: as [`body_text`], with the marks that a template put around what reads
/// from left to right. Those of strangers are gone from its variables by then.
pub(super) fn letter_text(text: &str) -> String {
    cleaned_text(text, |letter| is_text(letter) || letter == LEFT_TO_RIGHT_MARK)
}

fn cleaned_text(text: &str, is_text: impl Fn(char) -> bool) -> String {
    let stays = |letter: char| {
        letter == '\n' || (is_text(letter) && !matches!(letter, '\u{2028}' | '\u{2029}'))
    };
    // Most texts are our own and clean.
    if text.chars().all(stays) {
        return text.to_owned();
    }
    let mut clean = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\r' if letters.peek() == Some(&'\n') => {}
            '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => clean.push('\n'),
            '\t' => clean.push(' '),
            _ if is_text(letter) => clean.push(letter),
            _ => {}
        }
    }
    clean
}

/// Text of one line for a header field: at most `chars_max` characters, blanks single, and nothing that
/// a reader would decode once more (RFC 2047 words written out in ASCII).
pub(super) fn header_text(text: &str, chars_max: usize) -> String {
    let text = body_text(text).replace("=?", "= ?");
    // A no-break space is no blank: French puts it before a question mark.
    let blank = |letter: char| letter.is_whitespace() && letter != '\u{a0}';
    let words = text.split(blank).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    if line.chars().count() <= chars_max {
        return line;
    }
    let cut: String = line.chars().take(chars_max.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

/// Neither a control character (C0, C1, DEL) nor one that changes direction, is invisible by design or
/// names no character (Unicode Technical Report 36, section 3; RFC 3454 appendix C).
fn is_text(letter: char) -> bool {
    // Nearly every letter of nearly every text: European ones, none of which hides.
    if matches!(letter, ' '..='~' | '\u{a0}'..='\u{52f}') {
        return true;
    }
    !letter.is_control()
        && !matches!(
            letter,
            '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_one_line_of_text() {
        let cases = [
            ("buca\r\nBcc: x@y.example", "buca Bcc: x@y.example"),
            ("  via \t Roma\u{0}\u{7}\u{1b}[31m ", "via Roma[31m"),
            ("\u{202e}cod.exe\u{2066}", "cod.exe"),
            ("a\u{85}b\u{2028}c\u{9f}", "a b c"),
            ("=?utf-8?q?=0D=0ABcc?=", "= ?utf-8?q?=0D=0ABcc?="),
            ("résolu\u{a0}?", "résolu\u{a0}?"),
            ("", ""),
        ];
        for (text, clean) in cases {
            assert_eq!(header_text(text, 80), clean, "{text:?}");
        }
    }

    #[test]
    fn a_long_header_is_cut_between_characters() {
        assert_eq!(header_text("èèèèè", 4), "èèè…");
        assert_eq!(header_text("èèè e", 4), "èèè…");
        assert_eq!(header_text("èèèè", 4), "èèèè");
        assert_eq!(header_text("ab", 1), "…");
    }

    #[test]
    fn a_body_keeps_its_lines_and_nothing_but_text() {
        assert_eq!(body_text("a\r\nb\rc\n\td\u{b}\u{c}"), "a\nb\nc\n d");
        assert_eq!(body_text("città 🌳 مدينة"), "città 🌳 مدينة");
        assert_eq!(body_text("\u{200e}a\u{200f}"), "a");
        assert_eq!(letter_text("\u{200e}a\u{200f}"), "\u{200e}a");
    }

    #[test]
    fn a_context_nested_without_end_is_cut() {
        let mut value = Value::String("x".to_owned());
        for _ in 0..100 {
            value = Value::Array(vec![value]);
        }
        let context = BTreeMap::from([("deep".to_owned(), value)]);
        assert!(!format!("{:?}", variables(&context)).contains('x'));
    }
}
