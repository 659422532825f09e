//! Defaults below the file below the environment, with the place that each key came from.

use std::collections::BTreeMap;
use std::path::Path;

use config::{File, FileFormat, Map, Source, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Fault};
use super::keys::{self, SectionKeys, Shape};

/// Every key with its default, for people to copy and for the lowest layer.
pub(super) const DEFAULTS: &str = include_str!("../../config/default.toml");

/// What our variables begin with; one underscore more than a word of a key could hold.
const PREFIX: &str = "SPORTELLO__";

/// A province's mailboxes fit; a variable `SPORTELLO__MAILBOX__999999999__HOST` must not fill the memory.
pub(super) const MAILBOXES_MAX: usize = 1_000;

/// Where a key was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// In the file, at this line (counted from 1).
    Line(usize),
    /// In this environment variable.
    Variable(String),
}

/// The merged values, not yet checked beyond the names of the keys.
pub(super) struct Layers {
    pub(super) merged: config::Config,
    /// By path: `smtp`, `smtp.port`, `mailbox[0].host`.
    pub(super) places: BTreeMap<String, Place>,
    pub(super) faults: Vec<Fault>,
}

/// Puts the three layers together and finds what is not known.
pub(super) fn merge(
    text: &str,
    file: &Path,
    env: &BTreeMap<String, String>,
) -> Result<Layers, ConfigError> {
    let mut walk = Walk { text, file, places: BTreeMap::new(), faults: Vec::new() };
    let document = DeTable::parse(text).map_err(|error| {
        let (line, column) = position(text, error.span().map_or(0, |span| span.start));
        let message = error.message().replace('\n', " ");
        ConfigError::Syntax { file: file.to_path_buf(), line, column, message }
    })?;
    walk.document(document.get_ref());
    let variables = walk.variables(env);
    let merged = config::Config::builder()
        .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
        .add_source(File::from_str(text, FileFormat::Toml))
        .add_source(variables)
        .build()
        .map_err(|error| ConfigError::Unusable {
            file: file.to_path_buf(),
            message: error.to_string(),
        })?;
    Ok(Layers { merged, places: walk.places, faults: walk.faults })
}

/// Our variables under the paths of their keys.
#[derive(Debug, Clone)]
struct Variables(BTreeMap<String, Value>);

impl Source for Variables {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, config::ConfigError> {
        Ok(self.0.iter().map(|(path, value)| (path.clone(), value.clone())).collect())
    }
}

struct Walk<'a> {
    text: &'a str,
    file: &'a Path,
    places: BTreeMap<String, Place>,
    faults: Vec<Fault>,
}

impl Walk<'_> {
    fn document(&mut self, document: &DeTable<'_>) {
        for (name, value) in document {
            let line = self.line(name.span().start);
            let Some(section) = SectionKeys::named(name.get_ref()) else {
                let remedy = keys::remedy_for_section(name.get_ref());
                self.unknown(line, name.get_ref(), "a section of Sportello", remedy);
                continue;
            };
            self.section(section, value, line);
        }
    }

    fn section(&mut self, section: &SectionKeys, value: &Spanned<DeValue<'_>>, line: usize) {
        match (section.repeats, value.get_ref()) {
            (false, DeValue::Table(table)) => self.table(section, section.name, table, line),
            (true, DeValue::Array(rows)) if rows.iter().all(|row| row.get_ref().is_table()) => {
                for (index, row) in rows.iter().enumerate() {
                    let path = format!("{}[{index}]", section.name);
                    let line = self.line(row.span().start);
                    if let DeValue::Table(table) = row.get_ref() {
                        self.table(section, &path, table, line);
                    }
                }
            }
            (_, other) => {
                let fault = Fault {
                    place: format!("{}:{line}", self.file.display()),
                    key: section.name.to_owned(),
                    expected: format!("the section {}", section.heading()),
                    found: with_article(other.type_str()),
                    remedy: format!("write {} on a line of its own", section.heading()),
                };
                self.faults.push(fault);
            }
        }
    }

    fn table(&mut self, section: &SectionKeys, path: &str, table: &DeTable<'_>, line: usize) {
        self.places.insert(path.to_owned(), Place::Line(line));
        for key in table.keys() {
            let line = self.line(key.span().start);
            let full = format!("{path}.{}", key.get_ref());
            if section.shape(key.get_ref()).is_some() {
                self.places.insert(full, Place::Line(line));
            } else {
                let remedy = keys::remedy_for_key(section, key.get_ref());
                self.unknown(line, &full, &format!("a key of {}", section.heading()), remedy);
            }
        }
    }

    fn unknown(&mut self, line: usize, key: &str, expected: &str, remedy: String) {
        self.faults.push(Fault {
            place: format!("{}:{line}", self.file.display()),
            key: key.to_owned(),
            expected: expected.to_owned(),
            found: "an unknown one".to_owned(),
            remedy,
        });
    }

    fn line(&self, offset: usize) -> usize {
        position(self.text, offset).0
    }

    fn variables(&mut self, env: &BTreeMap<String, String>) -> Variables {
        let mut values = BTreeMap::new();
        for (name, value) in env {
            let Some(rest) = name.strip_prefix(PREFIX) else { continue };
            match target(&rest.to_lowercase()) {
                Ok((path, shape)) => {
                    values.insert(path.clone(), typed(shape, value));
                    self.places.insert(path, Place::Variable(name.clone()));
                }
                Err(remedy) => self.faults.push(Fault {
                    place: "environment".to_owned(),
                    key: name.clone(),
                    expected: "a variable like `SPORTELLO__SMTP__HOST`".to_owned(),
                    found: "an unknown one".to_owned(),
                    remedy,
                }),
            }
        }
        Variables(values)
    }
}

/// The path and shape that `smtp__host` or `mailbox__0__host` stands for, or what to do instead.
fn target(name: &str) -> Result<(String, Shape), String> {
    let words: Vec<&str> = name.split("__").collect();
    let (section, index, key) = match words.as_slice() {
        [section, key] => (*section, None, *key),
        [section, index, key] => (*section, Some(*index), *key),
        _ => return Err("name the section and the key, joined by two underscores".to_owned()),
    };
    let known = SectionKeys::named(section).ok_or_else(|| keys::remedy_for_section(section))?;
    let shape = known.shape(key).ok_or_else(|| keys::remedy_for_key(known, key))?;
    let position =
        index.and_then(|index| index.parse::<usize>().ok()).filter(|at| *at < MAILBOXES_MAX);
    match (known.repeats, index, position) {
        (false, None, _) => Ok((format!("{section}.{key}"), shape)),
        (true, _, Some(at)) => Ok((format!("{section}[{at}].{key}"), shape)),
        (true, _, None) => Err(format!("number it: SPORTELLO__{}__0__…", section.to_uppercase())),
        (false, Some(_), _) => {
            Err(format!("there is but one {}: leave the number out", known.heading()))
        }
    }
}

/// A variable's text as its key wants it; text that does not fit stays text, for the reader to refuse.
fn typed(shape: Shape, value: &str) -> Value {
    let text = || Value::new(None, value);
    match shape {
        Shape::Text => text(),
        Shape::Number => {
            value.trim().parse::<i64>().map_or_else(|_| text(), |n| Value::new(None, n))
        }
        Shape::Flag => {
            value.trim().parse::<bool>().map_or_else(|_| text(), |b| Value::new(None, b))
        }
        Shape::Texts => {
            let items = value.split(',').map(str::trim).filter(|item| !item.is_empty());
            Value::new(None, items.map(|item| Value::new(None, item)).collect::<Vec<_>>())
        }
    }
}

/// Line and column, both from 1, of a byte offset.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
    (line, column)
}

fn with_article(kind: &str) -> String {
    match kind.chars().next() {
        Some('a' | 'i') => format!("an {kind}"),
        _ => format!("a {kind}"),
    }
}
