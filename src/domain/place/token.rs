//! A line as words with the marks between them, and what the case of letters tells.

use std::ops::Range;

use crate::domain::text::{WORD_BYTES, each_word, sentences};

/// One line of a text.
pub(super) struct Line<'a> {
    text: &'a str,
    /// All words, folded, one behind the other.
    folded: String,
    /// Where each stands, there and in the text.
    words: Vec<(Range<usize>, Range<usize>)>,
}

impl<'a> Line<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut folded = String::with_capacity(text.len());
        let mut words = Vec::with_capacity(text.len() / WORD_BYTES);
        each_word(text, |word, at| {
            let start = folded.len();
            folded.push_str(word);
            words.push((start..folded.len(), at));
        });
        Self { text, folded, words }
    }

    pub(super) const fn len(&self) -> usize {
        self.words.len()
    }

    /// The folded word; empty beyond the end.
    pub(super) fn word(&self, at: usize) -> &str {
        let word = self.words.get(at).and_then(|(folded, _)| self.folded.get(folded.clone()));
        word.unwrap_or_default()
    }

    /// Where a word stands in the text.
    fn place(&self, word: usize) -> Option<&Range<usize>> {
        self.words.get(word).map(|(_, at)| at)
    }

    /// The folded word before; empty at the beginning.
    pub(super) fn before(&self, at: usize, steps: usize) -> &str {
        at.checked_sub(steps).map_or("", |at| self.word(at))
    }

    /// The marks and blanks between the word before and this one.
    pub(super) fn gap(&self, at: usize) -> &'a str {
        let start =
            at.checked_sub(1).and_then(|before| self.place(before)).map_or(0, |word| word.end);
        let end = self.place(at).map_or(self.text.len(), |word| word.start);
        self.text.get(start..end).unwrap_or_default()
    }

    /// These words as written, marks between them included.
    pub(super) fn written(&self, words: Range<usize>) -> &'a str {
        let start = self.place(words.start).map(|word| word.start);
        let end = words.end.checked_sub(1).and_then(|last| self.place(last)).map(|word| word.end);
        match (start, end) {
            (Some(start), Some(end)) => self.text.get(start..end).unwrap_or_default(),
            _ => "",
        }
    }

    /// The folded words.
    pub(super) fn folded(&self, words: Range<usize>) -> Vec<&str> {
        words.map(|at| self.word(at)).collect()
    }

    /// The words of each sentence, in order, none left out.
    pub(super) fn sentences(&self) -> Vec<Range<usize>> {
        let read = self.words.last().map_or(0, |(_, last)| last.end);
        let mut start = 0;
        let mut found = Vec::new();
        for part in sentences(self.text.get(..read).unwrap_or_default()) {
            let end = self.words.partition_point(|(_, word)| word.start < part.end);
            found.push(start..end);
            start = end;
        }
        found
    }

    /// Begins with a capital.
    pub(super) fn is_capital(&self, at: usize) -> bool {
        self.written(at..at.saturating_add(1)).chars().next().is_some_and(char::is_uppercase)
    }

    /// All letters are capitals, and there are several.
    pub(super) fn is_shouted(&self, at: usize) -> bool {
        let written = self.written(at..at.saturating_add(1));
        written.chars().filter(|char| char.is_alphabetic()).count() > 1
            && !written.chars().any(char::is_lowercase)
    }

    /// Made of digits only.
    pub(super) fn is_digits(&self, at: usize) -> bool {
        let word = self.word(at);
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
    }
}

/// Articles and prepositions that stand inside names (`via dei Mille`, `piazza della Libertà`).
pub(super) fn is_link(word: &str) -> bool {
    const LINKS: [&str; 26] = [
        "di", "de", "del", "dello", "della", "dei", "degli", "delle", "dell", "d", "da", "dal",
        "dalla", "a", "al", "alla", "all", "ai", "alle", "agli", "la", "lo", "le", "l", "e", "in",
    ];
    LINKS.contains(&word)
}
