//! What became of a work order, in a contractor's words.
//!
//! Five words are asked for, and people write others: each has its stems. A word counts only where it says that
//! something is so: not where it is denied, asked, hoped, planned or said of something else than the work.

mod evidence;
mod stems;

use serde::{Deserialize, Serialize};

use self::evidence::{Weight, evidence};
use super::clause::{Clause, clauses, first_lines};

/// What a contractor answers to a work order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// They will do it.
    Accepted,
    /// They are at it.
    Started,
    /// The work is finished.
    Done,
    /// It stands still: material, weather, another's work.
    Suspended,
    /// They will not do it.
    Refused,
}

impl Answer {
    /// Every answer, in the order of a work order's life.
    pub const ALL: [Self; 5] =
        [Self::Accepted, Self::Started, Self::Done, Self::Suspended, Self::Refused];

    /// The name in files and tables, the same as serde's.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Started => "started",
            Self::Done => "done",
            Self::Suspended => "suspended",
            Self::Refused => "refused",
        }
    }

    /// Reads a [`name`](Self::name).
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.name() == name)
    }

    /// The Italian word that letters ask contractors to write.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accetto",
            Self::Started => "iniziato",
            Self::Done => "eseguito",
            Self::Suspended => "sospeso",
            Self::Refused => "rifiuto",
        }
    }
}

/// An answer with what was written beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractorAnswer {
    /// What was answered.
    pub answer: Answer,
    /// The text, without the answering word where it stands apart at the top.
    pub note: String,
}

/// Lines with words that are read for an answer: what comes later is told, not answered.
const LINES_MAX: usize = 6;

/// Characters of one line that are read.
const LINE_CHARS_MAX: usize = 1_000;

/// What a contractor's newly written text answers.
///
/// A line that is nothing but an answering word decides; otherwise what the first lines say together: accepted,
/// started and done follow each other, so the furthest counts, and a suspension stops the first two. None when no
/// word decides or two contradict each other: then staff read it.
#[must_use]
pub fn contractor_answer(text: &str) -> Option<ContractorAnswer> {
    let lines: Vec<String> = first_lines(text, LINES_MAX)
        .map(|line| line.chars().take(LINE_CHARS_MAX).collect())
        .collect();
    let clauses = clauses(lines.iter().map(String::as_str));
    let found = readings(&clauses);
    let heaviest = found.iter().map(|(_, weight)| *weight).max()?;
    let mut answers: Vec<Answer> = found
        .into_iter()
        .filter(|(_, weight)| *weight == heaviest)
        .map(|(answer, _)| answer)
        .collect();
    answers.sort_unstable();
    answers.dedup();
    let answer = together(&answers)?;
    Some(ContractorAnswer { answer, note: note(text) })
}

/// What each clause says, with its weight.
fn readings(clauses: &[Clause]) -> Vec<(Answer, Weight)> {
    let mut found = Vec::new();
    for (at, clause) in clauses.iter().enumerate() {
        let next = clauses.get(at.saturating_add(1));
        let denied = next.is_some_and(|next| next.is("no"));
        let affirmed = next.is_some_and(|next| next.is("si") || next.accented_yes);
        if denied || (clause.question && !affirmed) {
            continue;
        }
        let others = clauses.iter().filter(|other| other.line == clause.line).count();
        let alone = others == 1 && clause.words.len() == 1;
        let said = evidence(clause).into_iter();
        found.extend(said.map(|(answer, weight)| {
            (answer, if alone && weight == Weight::Said { Weight::Alone } else { weight })
        }));
    }
    found
}

/// What several answers come to; they are sorted, each once.
fn together(answers: &[Answer]) -> Option<Answer> {
    let has = |answer: Answer| answers.contains(&answer);
    let contradict = (has(Answer::Refused) && answers.len() > 1)
        || (has(Answer::Suspended) && has(Answer::Done));
    if contradict { None } else { answers.last().copied() }
}

/// The text without an answering word that stands apart at its top: `ESEGUITO, con foto` leaves `con foto`.
fn note(text: &str) -> String {
    let text = text.trim();
    let start = text.trim_start_matches(|c: char| c == '#' || c.is_whitespace());
    let end = start.find(|c: char| !c.is_alphabetic()).unwrap_or(start.len());
    let (word, rest) = start.split_at_checked(end).unwrap_or((start, ""));
    let line_ends = rest.lines().next().is_none_or(|rest| {
        rest.trim().is_empty() || rest.starts_with(['.', ',', ':', ';', '!', '-'])
    });
    let shouted = word.chars().count() > 2 && word.chars().all(char::is_uppercase);
    if evidence::is_word(word) && (line_ends || shouted) {
        let gap =
            |c: char| c.is_whitespace() || matches!(c, '.' | ',' | ':' | ';' | '!' | '-' | '–');
        return rest.trim_start_matches(gap).to_owned();
    }
    text.to_owned()
}
