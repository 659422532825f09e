//! The patterns that decide an urgency alone.

use std::sync::OnceLock;

use regex::{Regex, RegexSet, RegexSetBuilder};

use super::error::Fault;
use crate::domain::urgency::Urgency;

/// Memory of the automaton that reads all patterns in one pass, a thread: the usual two megabytes are soon full,
/// and without it a sentence costs twenty times as much.
const AUTOMATON_BYTES_MAX: usize = 12 * 1024 * 1024;

/// The patterns of every level as one, because most sentences match none and one pass tells; each by itself, compiled
/// when it matches first, tells the words.
#[derive(Debug)]
pub(in crate::domain) struct AlarmingPatterns {
    all: RegexSet,
    each: Vec<AlarmingPattern>,
}

#[derive(Debug)]
struct AlarmingPattern {
    level: Urgency,
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

impl AlarmingPatterns {
    /// Of patterns with their level and their place in the file, sorted by level.
    pub(super) fn of<'p>(
        patterns: impl IntoIterator<Item = (Urgency, usize, &'p str)>,
    ) -> Result<Self, Fault> {
        let patterns: Vec<(Urgency, usize, &str)> = patterns.into_iter().collect();
        let single = |(level, _, text): &(Urgency, usize, &str)| AlarmingPattern {
            level: *level,
            text: plain(text),
            compiled: OnceLock::new(),
        };
        let each: Vec<AlarmingPattern> = patterns.iter().map(single).collect();
        let all = RegexSetBuilder::new(each.iter().map(|one| &one.text))
            .dfa_size_limit(AUTOMATON_BYTES_MAX)
            .build();
        match all {
            Ok(all) => Ok(Self { all, each }),
            Err(error) => {
                for (_, place, text) in patterns {
                    regex(place, text)?;
                }
                let remedy = "give fewer or shorter patterns";
                Err(Fault::new(0, "urgency patterns that fit together", error.to_string(), remedy))
            }
        }
    }

    /// What a folded sentence matches: of each level the words of its first pattern, most urgent first.
    pub(in crate::domain) fn found<'t>(&self, sentence: &'t str) -> Vec<(Urgency, &'t str)> {
        let mut found: Vec<(Urgency, &str)> = Vec::new();
        if !self.all.is_match(sentence) {
            return found;
        }
        for at in self.all.matches(sentence) {
            let Some(pattern) = self.each.get(at) else { continue };
            if found.last().is_none_or(|(level, _)| *level != pattern.level) {
                found.extend(pattern.words(sentence).map(|words| (pattern.level, words)));
            }
        }
        found
    }
}

impl AlarmingPattern {
    fn words<'t>(&self, sentence: &'t str) -> Option<&'t str> {
        let compiled = self.compiled.get_or_init(|| Regex::new(&self.text).ok());
        compiled.as_ref()?.find(sentence).map(|found| found.as_str())
    }
}

/// A pattern of the rules, found at a place of the file.
pub(super) fn regex(at: usize, text: &str) -> Result<Regex, Fault> {
    Regex::new(&plain(text)).map_err(|error| {
        let reason = error.to_string();
        let last = reason.lines().last().unwrap_or_default().trim().to_owned();
        let remedy = "correct it; patterns see lower-case text without accents";
        Fault::new(at, "a regular expression", format!("`{text}` ({last})"), remedy)
    })
}

/// The text is folded, so that ASCII's notion of a word is enough; Unicode's makes the automaton give up.
fn plain(pattern: &str) -> String {
    pattern.replace(r"\b", r"(?-u:\b)")
}

#[cfg(test)]
mod tests {
    use super::AlarmingPatterns;
    use crate::domain::urgency::Urgency;

    #[test]
    fn each_level_tells_the_words_of_its_first_pattern() {
        let patterns = AlarmingPatterns::of([
            (Urgency::Emergency, 0, r"\bgas\b"),
            (Urgency::Emergency, 0, "odore di gas"),
            (Urgency::High, 0, "odore"),
            (Urgency::High, 0, "od"),
        ])
        .unwrap();
        for (sentence, expected) in [
            ("odore di gas", vec![(Urgency::Emergency, "gas"), (Urgency::High, "odore")]),
            ("odio", vec![(Urgency::High, "od")]),
            ("gasolio", vec![]),
        ] {
            assert_eq!(patterns.found(sentence), expected, "{sentence}");
        }
    }

    #[test]
    fn the_broken_pattern_is_named() {
        let broken = AlarmingPatterns::of([(Urgency::High, 3, "fumo"), (Urgency::Low, 7, "buca(")]);
        let fault = broken.unwrap_err().in_file("rules.toml", "\n\n\n\n\n\n\n\n");
        assert_eq!(fault.line, 8);
        assert!(fault.found.contains("`buca(`"), "{fault:?}");
    }
}
