//! Words as the rules see them: folded, with the place where the writer put them.

mod wrapped;

use std::ops::Range;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use wrapped::begins_sentence;
pub use wrapped::unwrapped;

/// Text beyond this many bytes is not read for meaning: what a mail is about is said by then, and the
/// time a hostile one costs stays bounded.
pub const TEXT_BYTES_MAX: usize = 32 * 1024;

/// Arabic prefixes written together with the noun (conjunction, preposition, article), longest first.
const ARABIC_PREFIXES: [&str; 6] = ["وال", "بال", "فال", "كال", "لل", "ال"];

/// An Arabic stem shorter than this keeps its prefix: what looks like an article belongs to the word.
const ARABIC_STEM_CHARS_MIN: usize = 3;

/// Bytes from one word to the next as people write, to have room for all words at once.
pub const WORD_BYTES: usize = 5;

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word folded as [`fold`] does, without an Arabic article.
    pub folded: String,
    /// Where it stands in the text, in bytes.
    pub at: Range<usize>,
}

/// Lower case, accents off, apostrophes unified to `'`, `ß` to `ss`, white space single and trimmed.
///
/// Two spellings that a person takes for the same word become the same string (Unicode NFKD, marks removed).
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let (mut rest, mut apart) = (text, true);
    while let Some(first) = rest.chars().next() {
        // Nearly every word of nearly every mail: no table needs to be asked.
        let plain = rest.bytes().position(|byte| !is_plain(byte)).unwrap_or(rest.len());
        let end = plain.max(first.len_utf8());
        let (run, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        rest = after;
        if plain == 0 && first.is_whitespace() {
            apart = true;
            continue;
        }
        if std::mem::take(&mut apart) && !folded.is_empty() {
            folded.push(' ');
        }
        if plain == 0 {
            fold_char(first, &mut folded);
        } else {
            push_lower(run, &mut folded);
        }
    }
    folded
}

/// Whether a byte is a character by itself that folding at most makes small.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'`'
}

fn push_lower(ascii: &str, folded: &mut String) {
    let start = folded.len();
    folded.push_str(ascii);
    folded.get_mut(start..).unwrap_or_default().make_ascii_lowercase();
}

fn fold_char(char: char, into: &mut String) {
    match char {
        '’' | '‘' | '`' | '´' | 'ʼ' => into.push('\''),
        _ if char.is_ascii() => into.push(char.to_ascii_lowercase()),
        'ß' => into.push_str("ss"),
        _ => match latin(char) {
            Some(folded) => into.push_str(folded),
            None => fold_by_tables(char, into),
        },
    }
}

fn fold_by_tables(char: char, into: &mut String) {
    for part in char.to_lowercase().nfkd().filter(|part| !is_combining_mark(*part)) {
        into.extend(part.to_lowercase());
    }
}

/// What the accented letters of Latin alphabets fold to: nearly all that is not ASCII, and Unicode's tables are slow.
fn latin(char: char) -> Option<&'static str> {
    const FIRST: u32 = 0x80;
    const LAST: u32 = 0x24f;
    static FOLDED: LazyLock<Vec<String>> = LazyLock::new(|| {
        let chars = (FIRST..=LAST).filter_map(char::from_u32);
        let folded = |char| {
            let mut folded = String::new();
            fold_by_tables(char, &mut folded);
            folded
        };
        chars.map(folded).collect()
    });
    let place = u32::from(char).checked_sub(FIRST)?;
    FOLDED.get(usize::try_from(place).ok()?).map(String::as_str)
}

/// The words of a text in order: runs of letters and digits; every Han character is a word of its own,
/// because Chinese puts no spaces between words. Reads at most [`TEXT_BYTES_MAX`] bytes.
#[must_use]
pub fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::with_capacity(text.len().min(TEXT_BYTES_MAX) / WORD_BYTES);
    each_word(text, |folded, at| found.push(Word { folded: folded.to_owned(), at }));
    found
}

/// Shows each of the [`words`] of a text, folded, and where it stands: for whoever keeps none.
pub fn each_word(text: &str, mut found: impl FnMut(&str, Range<usize>)) {
    let text = text.get(..text.ceil_char_boundary(TEXT_BYTES_MAX)).unwrap_or(text);
    let (mut folded, mut start) = (String::new(), 0_usize);
    let is_mark = |byte: &u8| byte.is_ascii() && !byte.is_ascii_alphanumeric();
    for run in text.as_bytes().split(is_mark) {
        let end = start.saturating_add(run.len());
        folded.clear();
        if !run.is_ascii() {
            let run = text.get(start..end).unwrap_or_default();
            words_of_run(run, start, &mut folded, &mut found);
        } else if run.iter().any(u8::is_ascii_uppercase) {
            push_lower(text.get(start..end).unwrap_or_default(), &mut folded);
            found(&folded, start..end);
        } else if let Some(run) = text.get(start..end).filter(|run| !run.is_empty()) {
            // Written as it is folded, like most words.
            found(run, start..end);
        }
        start = end.saturating_add(1);
    }
}

/// The words of a run without marks of ASCII that begins at `start` of the text.
fn words_of_run(
    run: &str,
    start: usize,
    folded: &mut String,
    found: &mut impl FnMut(&str, Range<usize>),
) {
    let mut open: Option<usize> = None;
    let mut close = |folded: &mut String, open: Option<usize>, end: usize| {
        if let Some(start) = open {
            found(without_article(folded), start..end);
        }
        folded.clear();
    };
    for (at, char) in run.char_indices() {
        let at = start.saturating_add(at);
        if is_han(char) {
            close(folded, open.take(), at);
            folded.push(char);
            close(folded, Some(at), at.saturating_add(char.len_utf8()));
        } else if char.is_alphanumeric() || (is_combining_mark(char) && open.is_some()) {
            open.get_or_insert(at);
            fold_char(char, folded);
        } else {
            close(folded, open.take(), at);
        }
    }
    close(folded, open, start.saturating_add(run.len()));
}

fn without_article(word: &str) -> &str {
    let stem = |prefix: &&str| {
        word.strip_prefix(*prefix).filter(|stem| stem.chars().count() >= ARABIC_STEM_CHARS_MIN)
    };
    ARABIC_PREFIXES.iter().find_map(stem).unwrap_or(word)
}

/// Whether a character is a Chinese one (CJK unified ideographs with extension A).
#[must_use]
pub fn is_han(char: char) -> bool {
    matches!(char, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

/// The byte ranges of a text's sentences. A line break ends one, because people who write in lines
/// often forget the full stop; the full stop of `n. 12` or `S. Pietro` does not, that of `via Roma 3. Il …` does.
#[must_use]
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    // Of nearly all characters the first byte tells that they end nothing.
    let may_end = |byte: u8| matches!(byte, b'\n' | b'!' | b'?' | b';' | b'.' | 0xD8 | 0xE3 | 0xEF);
    for (at, _) in text.bytes().enumerate().filter(|(_, byte)| may_end(*byte)) {
        let Some(char) = text.get(at..).and_then(|rest| rest.chars().next()) else { continue };
        let ends = match char {
            '\n' | '!' | '?' | ';' | '。' | '！' | '？' | '؟' => true,
            '.' => stop_ends(text, start, at),
            _ => continue,
        };
        if ends {
            let end = at.saturating_add(char.len_utf8());
            found.push(start..end);
            start = end;
        }
    }
    found.push(start..text.len());
    found.retain(|range| text.get(range.clone()).is_some_and(|part| !part.trim().is_empty()));
    found
}

/// Whether the full stop at `at` ends the sentence that begins at `start`.
fn stop_ends(text: &str, start: usize, at: usize) -> bool {
    let (before, rest) = (text.get(start..at), text.get(at.saturating_add(1)..));
    let (before, rest) = (before.unwrap_or_default(), rest.unwrap_or_default());
    let letters = before.chars().rev().take_while(|char| char.is_alphanumeric());
    let is_short = letters.take(SHORT_CHARS.saturating_add(1)).count() <= SHORT_CHARS;
    let before_gap = rest.chars().next().is_none_or(char::is_whitespace);
    before_gap && (!is_short || ends_after_short(ends_with_number(before), rest))
}

/// Words as short as this are often written with a stop (`n.`, `st.`).
const SHORT_CHARS: usize = 2;

/// Whether a number ends the text, with words of the same sentence before it: `1.` begins an item of a list.
fn ends_with_number(text: &str) -> bool {
    let words = text.trim_end_matches(|char: char| char.is_ascii_digit());
    words.len() < text.len() && words.ends_with(' ') && !words.trim().is_empty()
}

/// Whether the stop after a number or a short word ends the sentence before `rest`.
fn ends_after_short(number: bool, rest: &str) -> bool {
    let capital = rest.trim_start_matches(' ').starts_with(char::is_uppercase);
    // `G. E. Rossi`: an initial is no word.
    let initial = rest.trim_start_matches(' ').chars().nth(1).is_some_and(|char| char == '.');
    (begins_sentence(rest) && !initial) || (number && capital)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_word_fold_to_one_string() {
        for (written, folded) in [
            ("È  CADUTO\tl’Albero", "e caduto l'albero"),
            (" perché\n", "perche"),
            ("Straße", "strasse"),
            ("Înălțime", "inaltime"),
            ("Їжак", "іжак"),
            ("", ""),
        ] {
            assert_eq!(fold(written), folded);
        }
    }

    #[test]
    fn words_know_where_they_stand() {
        let text = "L'albero è giù: 路灯";
        let found: Vec<(String, &str)> =
            words(text).into_iter().map(|word| (word.folded, text.get(word.at).unwrap())).collect();
        let expected = [
            ("l", "L"),
            ("albero", "albero"),
            ("e", "è"),
            ("giu", "giù"),
            ("路", "路"),
            ("灯", "灯"),
        ];
        assert_eq!(found, expected.map(|(folded, written)| (folded.to_owned(), written)));
    }

    #[test]
    fn the_arabic_article_is_not_part_of_the_word() {
        let found: Vec<String> =
            words("المصباح والشارع ال").into_iter().map(|word| word.folded).collect();
        assert_eq!(found, ["مصباح", "شارع", "ال"]);
    }

    #[test]
    fn abbreviations_do_not_end_a_sentence() {
        let text = "Via Roma n. 12 al buio. Grazie\nAnna";
        let found: Vec<&str> =
            sentences(text).into_iter().map(|range| text.get(range).unwrap().trim()).collect();
        assert_eq!(found, ["Via Roma n. 12 al buio.", "Grazie", "Anna"]);
        for (text, count) in [
            ("C'è una buca in via Roma 3. Il lampione di via Po è spento.", 2),
            ("C'è una buca in via Po. Il lampione è spento.", 2),
            ("C'è una buca in via Roma 3. lato nord", 1),
            ("La chiesa dei Ss. Pietro e Paolo", 1),
            ("1. Lampione spento", 1),
        ] {
            assert_eq!(sentences(text).len(), count, "{text}");
        }
    }

    #[test]
    fn a_house_number_may_end_a_sentence() {
        for (text, expected) in [
            ("Buca in via Roma 3. Il palo è spento.", 2),
            ("1. Buca in via Po 3\n2. Palo spento", 2),
            ("al km 3. al buio", 1),
        ] {
            assert_eq!(sentences(text).len(), expected, "{text}");
        }
    }

    #[test]
    fn a_megabyte_of_anything_is_read_up_to_the_bound() {
        for filler in ["a", "è", "路", "\u{301}", " ", "😀"] {
            let text = filler.repeat(1 << 20);
            assert!(words(&text).iter().all(|word| word.at.end <= TEXT_BYTES_MAX + 8));
        }
    }
}
