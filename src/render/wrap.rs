//! Lines of a plain-text letter.

use super::clean::LEFT_TO_RIGHT_MARK;
use crate::domain::text::is_han;

/// Columns of a line: 72 leave room for two levels of `> ` before a reply reaches 76.
const LINE_COLUMNS_MAX: usize = 72;

/// Chinese punctuation that begins no line, and such that ends none.
const NEVER_FIRST: &str = "、。，：；？！）」』】》”’…";
const NEVER_LAST: &str = "（「『【《“‘";

/// Blank lines in a row; templates leave more where a condition did not hold.
const BLANK_LINES_MAX: usize = 1;

/// The text with long lines broken between words, or between Chinese characters, and runs of blank lines shortened, ending in one
/// newline. A broken line goes on under its own indentation or quote mark; a word that is longer than a
/// line, such as a web address, stays whole.
pub(super) fn wrapped(text: &str) -> String {
    let mut letter = String::with_capacity(text.len());
    let mut blank = 0_usize;
    for line in text.trim().lines() {
        let line = line.trim_end();
        blank = if line.is_empty() { blank.saturating_add(1) } else { 0 };
        if blank > BLANK_LINES_MAX {
            continue;
        }
        if columns(line) <= LINE_COLUMNS_MAX {
            letter.push_str(line);
            letter.push('\n');
        } else {
            break_line(line, &mut letter);
        }
    }
    letter
}

fn break_line(line: &str, letter: &mut String) {
    let words = line.trim_start_matches([' ', '>']);
    let prefix = line.strip_suffix(words).unwrap_or_default();
    // A prefix as long as a line is a hostile quote: it leaves no room to indent anything.
    let prefix = if columns(prefix) < LINE_COLUMNS_MAX / 2 { prefix } else { "" };
    let hanging = if words.starts_with("- ") { "  " } else { "" };
    let mut used = columns(prefix);
    letter.push_str(prefix);
    let mut begun = false;
    // Only at plain blanks: a no-break space keeps what is around it together.
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        let mut blank = usize::from(begun);
        for piece in pieces(word) {
            let length = columns(piece);
            if begun && used.saturating_add(blank).saturating_add(length) > LINE_COLUMNS_MAX {
                letter.push('\n');
                letter.push_str(prefix);
                letter.push_str(hanging);
                used = columns(prefix).saturating_add(hanging.len());
                blank = 0;
            }
            letter.push_str(if blank == 1 { " " } else { "" });
            letter.push_str(piece);
            used = used.saturating_add(blank).saturating_add(length);
            (blank, begun) = (0, true);
        }
    }
    letter.push('\n');
}

/// The parts of a word that may stand on different lines: Chinese is written without blanks.
fn pieces(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let mut last = rest.chars().next()?;
        let parts = |(at, letter): (usize, char)| {
            let breaks = (is_wide(last) || is_wide(letter))
                && !NEVER_LAST.contains(last)
                && !NEVER_FIRST.contains(letter);
            last = letter;
            breaks.then_some(at)
        };
        let end = rest.char_indices().skip(1).find_map(parts).unwrap_or(rest.len());
        let (piece, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(piece)
    })
}

/// How much room a text takes where letters have one width: Chinese takes two columns.
fn columns(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    let wide = |letter: &char| is_wide(*letter);
    let shown = || text.chars().filter(|letter| *letter != LEFT_TO_RIGHT_MARK);
    shown().count().saturating_add(shown().filter(wide).count())
}

/// Han, their punctuation, and Latin in their width.
fn is_wide(letter: char) -> bool {
    is_han(letter) || matches!(letter, '\u{3000}'..='\u{30ff}' | '\u{ff01}'..='\u{ff60}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_longer_than_its_longest_word_or_the_limit() {
        let text = format!("> {}", "parola è ".repeat(100));
        for line in wrapped(&text).lines() {
            assert!(line.chars().count() <= LINE_COLUMNS_MAX, "{line}");
            assert!(line.starts_with("> "), "{line}");
        }
        let item = format!("- {}", "parola ".repeat(30));
        let lines = wrapped(&item);
        assert!(lines.lines().skip(1).all(|line| line.starts_with("  parola")), "{lines}");
    }

    #[test]
    fn chinese_is_broken_between_characters_and_never_before_a_full_stop() {
        let sentence =
            "本邮件仅为收件回执（意大利第241/1990号法律第18-bis条），不启动行政程序。".repeat(4);
        let text = format!("> {sentence}");
        let lines = wrapped(&text);
        assert!(lines.lines().count() > 3, "{lines}");
        for line in lines.lines() {
            assert!(columns(line) <= LINE_COLUMNS_MAX, "{line}");
            let begin = line.trim_start_matches("> ").chars().next().unwrap();
            assert!(!NEVER_FIRST.contains(begin), "{line}");
            assert!(!NEVER_LAST.contains(line.chars().last().unwrap()), "{line}");
        }
        let joined: String = lines.lines().map(|line| line.trim_start_matches("> ")).collect();
        assert_eq!(joined, sentence);
    }

    #[test]
    fn what_a_no_break_space_joins_stays_together() {
        let text = format!("{}à\u{a0}qui\u{a0}: lui", "mot ".repeat(17));
        assert!(wrapped(&text).lines().any(|line| line.starts_with("à\u{a0}qui\u{a0}:")));
    }

    #[test]
    fn a_web_address_stays_whole() {
        let address = format!("https://comune.example/{}", "a".repeat(100));
        let letter =
            wrapped(&format!("Si veda {address} per favore, e poi ancora qualche altra parola."));
        assert!(letter.lines().any(|line| line == address), "{letter}");
    }

    #[test]
    fn short_lines_stay_as_they_are_and_blank_runs_become_one() {
        assert_eq!(wrapped("\n\nuno\n\n\n\n  due   tre \n\n"), "uno\n\n  due   tre\n");
        assert_eq!(wrapped(""), "");
    }

    #[test]
    fn hostile_lines_end() {
        for hostile in [
            ">".repeat(100_000),
            format!("{}x y", "> ".repeat(50_000)),
            "x".repeat(500_000),
            "）".repeat(200_000),
            "（".repeat(200_000),
        ] {
            assert!(wrapped(&hostile).len() <= hostile.len() + 1);
        }
    }
}
