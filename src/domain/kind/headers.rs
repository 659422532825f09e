//! Header values as RFC 5322 means them: comments may stand anywhere, lists are split at commas,
//! parameters follow a semicolon, letters have no case.

/// The value without its comments (RFC 5322 section 3.2.2); they nest, and a backslash quotes.
/// A comment that is never closed reaches to the end.
pub(super) fn without_comments(value: &str) -> String {
    let mut kept = String::with_capacity(value.len());
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for c in value.chars() {
        let escape = escaped;
        escaped = !escape && c == '\\' && (quoted || depth > 0);
        match c {
            _ if escape || escaped => {}
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth = depth.saturating_add(1),
            ')' if !quoted && depth > 0 => {
                depth = depth.saturating_sub(1);
                kept.push(' ');
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            kept.push(c);
        }
    }
    kept
}

/// The words of a list such as `OOF, AutoReply`, lower case, comments and parameters left out.
pub(super) fn words(value: &str) -> Vec<String> {
    without_comments(value).split(',').map(bare).filter(|word| !word.is_empty()).collect()
}

/// The one word of a value such as `auto-replied (vacation); x=y`, lower case; empty when there is none.
pub(super) fn word(value: &str) -> String {
    bare(&without_comments(value))
}

fn bare(value: &str) -> String {
    let before_parameters = value.split(';').next().unwrap_or_default();
    let first = before_parameters.split_ascii_whitespace().next().unwrap_or_default();
    first.trim_matches(|c: char| matches!(c, '"' | '\'' | '.' | ',')).to_ascii_lowercase()
}

/// Whether a flag header says yes: anything but an explicit no (`X-Autoreply: no`) or nothing.
pub(super) fn affirms(value: &str) -> bool {
    !matches!(word(value).as_str(), "" | "no" | "false" | "0" | "none" | "off")
}

#[cfg(test)]
mod tests {
    use super::{affirms, word, words};

    #[test]
    fn one_word_is_found_whatever_surrounds_it() {
        for (value, expected) in [
            ("auto-replied (vacation); x=y", "auto-replied"),
            ("Auto-Replied;owner-email=\"x@example.org\"", "auto-replied"),
            ("(a (nested \\) comment)) no (really)", "no"),
            ("\"bulk\"", "bulk"),
            ("  LIST  ", "list"),
            ("auto-generated(rejected)", "auto-generated"),
            ("(never closed", ""),
            ("", ""),
        ] {
            assert_eq!(word(value), expected, "{value:?}");
        }
    }

    #[test]
    fn lists_are_split_at_commas() {
        assert_eq!(words("OOF, AutoReply"), ["oof", "autoreply"]);
        assert_eq!(words("DR,(x, y) RN ,"), ["dr", "rn"]);
        assert!(words(" , ,").is_empty());
    }

    #[test]
    fn a_flag_is_set_unless_it_says_no() {
        for (value, expected) in
            [("yes", true), ("True", true), ("1", true), ("No", false), ("0", false), ("", false)]
        {
            assert_eq!(affirms(value), expected, "{value:?}");
        }
    }
}
