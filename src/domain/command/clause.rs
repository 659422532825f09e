//! An answer cut into what is said in one breath, with questions answered and hedges kept.

use crate::domain::text::{fold, sentences, words};

/// One clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clause {
    /// Its words, folded.
    pub(super) words: Vec<String>,
    /// It has a `sì` with its accent, which `si prega` has not.
    pub(super) accented_yes: bool,
    /// It asks and says nothing.
    pub(super) question: bool,
    /// The line that it stands on, counted from 0 among the lines that were read.
    pub(super) line: usize,
}

impl Clause {
    /// The words as one text with a blank around each, so that phrases are found whole.
    pub(super) fn padded(&self) -> String {
        format!(" {} ", self.words.join(" "))
    }

    /// Whether it is just this one word.
    pub(super) fn is(&self, word: &str) -> bool {
        matches!(self.words.as_slice(), [only] if only == word)
    }
}

/// Ready-made phrases whose negation denies nothing.
const HARMLESS: [&str; 6] = [
    " nessun problema ",
    " nessuna difficolta ",
    " senza problemi ",
    " non ci sono problemi ",
    " non c e problema ",
    " no problem ",
];

/// Words that begin another clause.
const TURNS: [&str; 5] = ["ma", "pero", "mentre", "invece", "but"];

/// The clauses of the lines, in order.
pub(super) fn clauses<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<Clause> {
    let mut found = Vec::new();
    for (at, line) in lines.enumerate() {
        for range in sentences(line) {
            let sentence = line.get(range).unwrap_or_default();
            let question = sentence.trim_end().ends_with('?');
            for part in sentence.split([',', ';', ':', '(', ')', '!', '?']).flat_map(parts) {
                found.extend(clause(part, question, at));
            }
        }
    }
    found
}

/// The stretches of a part between full stops and dashes that stand apart.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(". ").flat_map(|text| text.split(" - ")).flat_map(|text| text.split(" – "))
}

fn clause(part: &str, question: bool, line: usize) -> Vec<Clause> {
    let all = words(part);
    let mut clauses = Vec::new();
    let turns = |word: &crate::domain::text::Word| TURNS.contains(&word.folded.as_str());
    for stretch in all.split(turns) {
        let accented_yes = stretch.iter().any(|word| {
            let after = part.get(word.at.end..).unwrap_or_default();
            let written = part.get(word.at.clone()).unwrap_or_default();
            word.folded == "si" && (!written.is_ascii() || after.starts_with(['\'', '’']))
        });
        let words: Vec<String> = stretch.iter().map(|word| word.folded.clone()).collect();
        let words = without_harmless(&words);
        if !words.is_empty() {
            clauses.push(Clause { words, accented_yes, question, line });
        }
    }
    clauses
}

/// The words without phrases whose denial denies nothing.
fn without_harmless(words: &[String]) -> Vec<String> {
    let mut text = format!(" {} ", words.join(" "));
    for phrase in HARMLESS {
        text = text.replace(phrase, " ");
    }
    text.split_whitespace().map(str::to_owned).collect()
}

/// The first lines with words, at most `max`.
pub(super) fn first_lines(text: &str, max: usize) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !fold(line).is_empty()).take(max)
}
