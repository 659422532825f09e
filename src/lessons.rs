//! Labelled mails: the text that the shipped model is made from, and the one it is judged by.
//!
//! They were written one by one for this project, each file by one hand; no office's own mail is among them.
//! A body passes through `parse` before it teaches anything, so that training sees what the scorer will see.

use serde::Deserialize;

use crate::domain::classify::Lesson;
use crate::domain::rules::Category;
use crate::domain::urgency::Urgency;
use crate::parse;

/// What the shipped model is trained on, in this order: file name and content.
pub const TRAINING: [(&str, &str); 16] = [
    ("train-c.jsonl", include_str!("../fixtures/reports/train-c.jsonl")),
    ("train-d.jsonl", include_str!("../fixtures/reports/train-d.jsonl")),
    ("train-e.jsonl", include_str!("../fixtures/reports/train-e.jsonl")),
    ("train-f.jsonl", include_str!("../fixtures/reports/train-f.jsonl")),
    ("train-g.jsonl", include_str!("../fixtures/reports/train-g.jsonl")),
    ("train-h.jsonl", include_str!("../fixtures/reports/train-h.jsonl")),
    ("train-i.jsonl", include_str!("../fixtures/reports/train-i.jsonl")),
    ("train-j.jsonl", include_str!("../fixtures/reports/train-j.jsonl")),
    ("train-k.jsonl", include_str!("../fixtures/reports/train-k.jsonl")),
    ("train-l.jsonl", include_str!("../fixtures/reports/train-l.jsonl")),
    ("train-m.jsonl", include_str!("../fixtures/reports/train-m.jsonl")),
    ("train-n.jsonl", include_str!("../fixtures/reports/train-n.jsonl")),
    ("train-o.jsonl", include_str!("../fixtures/reports/train-o.jsonl")),
    ("train-p.jsonl", include_str!("../fixtures/reports/train-p.jsonl")),
    ("train-q.jsonl", include_str!("../fixtures/reports/train-q.jsonl")),
    ("train-r.jsonl", include_str!("../fixtures/reports/train-r.jsonl")),
];

/// The frozen set: never trained on; a new model that is worse on it is refused.
pub const FROZEN: (&str, &str) = ("dev.jsonl", include_str!("../fixtures/reports/dev.jsonl"));

/// Why labelled mails cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LessonsError {
    /// A line is no labelled mail.
    #[error(
        "{file}, line {line}: expected a labelled mail as JSON (subject, body, accept, …), found: {source}; correct the line"
    )]
    Line {
        /// The file as named by the caller.
        file: String,
        /// Counted from 1.
        line: usize,
        /// What the JSON says.
        source: serde_json::Error,
    },
    /// A line names no known category.
    #[error(
        "{file}, line {line}: expected `accept` to name building, infrastructure, plant, green or other, found {found:?}; correct the line"
    )]
    Accept {
        /// The file as named by the caller.
        file: String,
        /// Counted from 1.
        line: usize,
        /// What stands there.
        found: Vec<String>,
    },
}

/// A labelled mail as its file has it; fields that training does not need may be missing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Report {
    /// Letter of the hand and number.
    pub id: String,
    /// Who wrote.
    pub from: String,
    /// The subject.
    pub subject: String,
    /// The body as the mail program sent it.
    pub body: String,
    /// Every right category, best first; `green` is green space, `other` none.
    pub accept: Vec<String>,
    /// The code of the subcategory.
    pub subcategory: Option<String>,
    /// For `other`: whose business it is.
    pub refer: Option<String>,
    /// emergency, high, normal or low.
    pub urgency: String,
    /// The place of the problem as written.
    pub address: Option<String>,
    /// ISO 639-1.
    pub lang: String,
}

impl Report {
    /// What it teaches; none when a category's name is unknown or there is none.
    #[must_use]
    pub fn lesson(&self) -> Option<Lesson> {
        let accept: Vec<Option<Category>> =
            self.accept.iter().map(|name| category(name)).collect::<Result<_, _>>().ok()?;
        if accept.is_empty() {
            return None;
        }
        Some(Lesson {
            subject: self.subject.clone(),
            text: newly_written(&self.body),
            accept,
            class: self.subcategory.clone().or_else(|| self.refer.clone()),
            urgency: Urgency::parse(&self.urgency),
        })
    }
}

/// A name that is no category's.
struct Unknown;

fn category(name: &str) -> Result<Option<Category>, Unknown> {
    match name {
        "other" => Ok(None),
        "green" => Ok(Some(Category::GreenSpace)),
        name => Category::parse(name).map(Some).ok_or(Unknown),
    }
}

/// What remains of a body without quotes and signature.
fn newly_written(body: &str) -> String {
    const HEAD: &str =
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
    parse::parse(format!("{HEAD}{body}").as_bytes()).text
}

/// The mails of a file, one JSON object a line; empty lines are passed over.
pub fn reports(file: &str, text: &str) -> Result<Vec<Report>, LessonsError> {
    numbered(file, text).map(|found| found.map(|(_, report)| report)).collect()
}

/// The lessons of a file.
pub fn lessons(file: &str, text: &str) -> Result<Vec<Lesson>, LessonsError> {
    let lesson = |(line, report): (usize, Report)| {
        let file = file.to_owned();
        report.lesson().ok_or(LessonsError::Accept { file, line, found: report.accept })
    };
    numbered(file, text).map(|found| found.and_then(lesson)).collect()
}

/// Each mail with its line, counted from 1.
fn numbered<'t>(
    file: &'t str,
    text: &'t str,
) -> impl Iterator<Item = Result<(usize, Report), LessonsError>> + use<'t> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines.map(move |(line, text)| {
        let report = serde_json::from_str(text).map_err(|source| LessonsError::Line {
            file: file.to_owned(),
            line,
            source,
        })?;
        Ok((line, report))
    })
}

/// Everything that the shipped model is trained on.
pub fn training() -> Result<Vec<Lesson>, LessonsError> {
    training_without(&[])
}

/// The same without some of the files, by their names.
pub fn training_without(left_out: &[String]) -> Result<Vec<Lesson>, LessonsError> {
    let mut all = Vec::new();
    for (file, text) in TRAINING {
        if left_out.iter().any(|name| name == file) {
            continue;
        }
        all.extend(lessons(file, text)?);
    }
    Ok(all)
}

/// Everything that a model is judged by before it may replace another.
pub fn frozen() -> Result<Vec<Lesson>, LessonsError> {
    lessons(FROZEN.0, FROZEN.1)
}
