//! Tables of phrases in many languages, each one automaton: time grows with the text, not with the table.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;

use crate::domain::text::fold;

/// Phrases to be found as whole words in folded text.
#[derive(Debug)]
pub(super) struct Phrases(Option<AhoCorasick>);

impl Phrases {
    /// The table as people write it: phrases set apart by `|` and line breaks; a line that begins with
    /// `# ` is a heading. It is folded here, as the texts are.
    pub(super) fn new(table: &str) -> Self {
        let lines = table.lines().map(str::trim).filter(|line| !line.starts_with("# "));
        let phrases = lines.flat_map(|line| line.split('|')).map(fold);
        let folded: Vec<String> = phrases.filter(|phrase| !phrase.is_empty()).collect();
        Self(AhoCorasick::new(folded).ok())
    }

    /// Whether one of the phrases stands in the folded text, not as a part of longer words.
    pub(super) fn found(&self, folded: &str) -> bool {
        self.matches(folded).next().is_some()
    }

    /// Whether the folded text begins with one of the phrases.
    pub(super) fn opens(&self, folded: &str) -> bool {
        self.matches(folded).any(|start| start == 0)
    }

    /// How many different phrases stand in the folded text; of those that share words, one.
    pub(super) fn different(&self, folded: &str) -> usize {
        let all = self.0.iter().flat_map(|table| table.find_overlapping_iter(folded));
        let mut hits: Vec<(usize, usize, usize)> = all
            .filter(|hit| whole(folded, hit.start(), hit.end()))
            .map(|hit| (hit.start(), hit.end(), hit.pattern().as_usize()))
            .collect();
        hits.sort_unstable();
        let (mut end, mut phrases) = (0, BTreeSet::new());
        for (start, ends, phrase) in hits {
            if start >= end {
                phrases.insert(phrase);
                end = ends;
            }
        }
        phrases.len()
    }

    fn matches<'a>(&'a self, folded: &'a str) -> impl Iterator<Item = usize> + 'a {
        let all = self.0.iter().flat_map(move |table| table.find_overlapping_iter(folded));
        all.filter(move |hit| whole(folded, hit.start(), hit.end())).map(|hit| hit.start())
    }
}

/// A phrase ends where a word ends, unless its own edge is no letter (`#`, `:`), or the script
/// writes without blanks.
fn whole(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).and_then(|left| left.chars().next_back());
    let after = text.get(end..).and_then(|right| right.chars().next());
    let first = text.get(start..).and_then(|hit| hit.chars().next());
    let last = text.get(..end).and_then(|hit| hit.chars().next_back());
    !joined(before, first) && !joined(last, after)
}

fn joined(left: Option<char>, right: Option<char>) -> bool {
    let lettered = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && c < '\u{2e80}');
    lettered(left) && lettered(right)
}

#[cfg(test)]
mod tests {
    use super::Phrases;
    use crate::domain::text::fold;

    #[test]
    fn phrases_are_whole_words_in_any_accent_and_case() {
        let table = Phrases::new("\n# Italian.\nè assente | [ticket#\n自動返信\n");
        for (text, expected) in [
            ("Il collega È ASSENTE oggi", true),
            ("e assenteista", false),
            ("# italian.", false),
            ("Re: [Ticket#2024-12]", true),
            ("これは自動返信です", true),
            ("", false),
        ] {
            assert_eq!(table.found(&fold(text)), expected, "{text:?}");
        }
    }

    #[test]
    fn phrases_that_share_words_count_once() {
        let table = Phrases::new("sono in ferie | in ferie | al rientro");
        for (text, expected) in [
            ("Sono in ferie, in ferie", 2),
            ("Sono in ferie", 1),
            ("al rientro, e ancora al rientro", 1),
            ("rientro", 0),
        ] {
            assert_eq!(table.different(&fold(text)), expected, "{text:?}");
        }
    }

    #[test]
    fn opening_is_the_very_beginning() {
        let table = Phrases::new("letto:");
        assert!(table.opens(&fold("Letto: segnalazione")));
        assert!(!table.opens(&fold("R: Letto: segnalazione")));
    }
}
