//! A text read once against the lexicon: words, clauses, and which terms occur where.

use std::borrow::Cow;
use std::ops::Range;

use crate::domain::rules::{Hit, Lexicon, Meaning};
use crate::domain::text::{TEXT_BYTES_MAX, Word, unwrapped, words};

/// Marks between words that end a clause.
const CLAUSE_MARKS: [char; 9] = ['.', '!', '?', ';', ':', ',', '\n', '(', ')'];

/// A text with what the lexicon finds in it. Its first lines may be a subject.
pub(in crate::domain) struct Reading<'a> {
    text: Cow<'a, str>,
    /// The words, in order.
    pub(in crate::domain) words: Vec<Word>,
    /// The clause that each word belongs to, counted from 0.
    clauses: Vec<usize>,
    /// Every occurrence of every term, in order.
    pub(in crate::domain) hits: Vec<Hit<'a>>,
}

impl<'a> Reading<'a> {
    pub(in crate::domain) fn new(text: &'a str, lexicon: &'a Lexicon) -> Self {
        Self::read(Cow::Borrowed(text), lexicon)
    }

    /// A subject and the text below it, read as one: people put the matter into the first and go on in the
    /// second. Lines that a mail program broke are made whole: a break ends a clause.
    pub(in crate::domain) fn of(subject: &str, text: &str, lexicon: &'a Lexicon) -> Self {
        Self::read(Cow::Owned(format!("{subject}\n{}", unwrapped(text))), lexicon)
    }

    fn read(mut text: Cow<'a, str>, lexicon: &'a Lexicon) -> Self {
        let end = text.floor_char_boundary(TEXT_BYTES_MAX);
        match &mut text {
            Cow::Borrowed(text) => *text = text.get(..end).unwrap_or(text),
            Cow::Owned(text) => text.truncate(end),
        }
        let words = words(&text);
        let clauses = clauses(&text, &words);
        let hits = lexicon.scan(&words);
        Self { text, words, clauses, hits }
    }

    /// The text that was read, cut to the bound, the subject before it.
    pub(in crate::domain) fn text(&self) -> &str {
        &self.text
    }

    /// The clause that a hit begins in.
    pub(in crate::domain) fn clause_of(&self, hit: &Hit<'_>) -> usize {
        self.clause_at(hit.words.start)
    }

    /// The clause that a word belongs to, the words counted from 0.
    pub(in crate::domain) fn clause_at(&self, word: usize) -> usize {
        self.clauses.get(word).copied().unwrap_or(0)
    }

    /// The words of a hit as the writer put them.
    pub(in crate::domain) fn written(&self, words: &Range<usize>) -> &str {
        let first = self.words.get(words.start).map(|word| word.at.start);
        let last =
            words.end.checked_sub(1).and_then(|last| self.words.get(last)).map(|word| word.at.end);
        match (first, last) {
            (Some(first), Some(last)) => self.text.get(first..last).unwrap_or_default(),
            _ => "",
        }
    }

    /// The hits that say one of these things.
    pub(in crate::domain) fn saying(
        &self,
        meant: impl Fn(Meaning) -> bool,
    ) -> impl Iterator<Item = &Hit<'a>> {
        self.hits.iter().filter(move |hit| hit.meanings.iter().any(|(meaning, _)| meant(*meaning)))
    }
}

/// Words that turn to another thing, and so begin a clause, in the languages of the office.
fn turns(word: &str) -> bool {
    matches!(word, "ma" | "pero" | "invece" | "solo" | "but" | "mais" | "aber" | "sino")
}

fn clauses(text: &str, words: &[Word]) -> Vec<usize> {
    let mut clauses = Vec::with_capacity(words.len());
    let (mut clause, mut end) = (0_usize, 0);
    for word in words {
        let gap = text.get(end..word.at.start).unwrap_or_default();
        // A blank, as nearly everywhere, is no mark.
        let marked = gap != " " && gap.contains(CLAUSE_MARKS);
        if (marked || turns(&word.folded)) && !clauses.is_empty() {
            clause = clause.saturating_add(1);
        }
        clauses.push(clause);
        end = word.at.end;
    }
    clauses
}
