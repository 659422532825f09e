//! Lines of a plain-text letter.

/// Characters of a line: 72 leave room for two levels of `> ` before a reply reaches 76.
const LINE_CHARS_MAX: usize = 72;

/// Blank lines in a row; templates leave more where a condition did not hold.
const BLANK_LINES_MAX: usize = 1;

/// The text with long lines broken between words and runs of blank lines shortened, ending in one
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
        if line.chars().count() <= LINE_CHARS_MAX {
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
    let prefix = if prefix.chars().count() < LINE_CHARS_MAX / 2 { prefix } else { "" };
    let hanging = if words.starts_with("- ") { "  " } else { "" };
    let mut used = prefix.chars().count();
    letter.push_str(prefix);
    let mut begun = false;
    for word in words.split_whitespace() {
        let length = word.chars().count();
        if begun && used.saturating_add(length) >= LINE_CHARS_MAX {
            letter.push('\n');
            letter.push_str(prefix);
            letter.push_str(hanging);
            used = prefix.chars().count().saturating_add(hanging.len());
            begun = false;
        }
        if begun {
            letter.push(' ');
            used = used.saturating_add(1);
        }
        letter.push_str(word);
        used = used.saturating_add(length);
        begun = true;
    }
    letter.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_longer_than_its_longest_word_or_the_limit() {
        let text = format!("> {}", "parola è ".repeat(100));
        for line in wrapped(&text).lines() {
            assert!(line.chars().count() <= LINE_CHARS_MAX, "{line}");
            assert!(line.starts_with("> "), "{line}");
        }
        let item = format!("- {}", "parola ".repeat(30));
        let lines = wrapped(&item);
        assert!(lines.lines().skip(1).all(|line| line.starts_with("  parola")), "{lines}");
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
        for hostile in
            [">".repeat(100_000), format!("{}x y", "> ".repeat(50_000)), "x".repeat(500_000)]
        {
            assert!(wrapped(&hostile).len() <= hostile.len() + 1);
        }
    }
}
