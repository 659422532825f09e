//! One section, key by key: the only place that knows the `config` crate's values.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use config::{Value, ValueKind};

use super::error::{ConfigError, Fault};
use super::layers::{self, Layers, Place};
use super::{Config, values};

/// Keys whose values no message may show.
const SECRET_KEYS: [&str; 2] = ["password", "url"];

/// The reading of one configuration: merged values in, faults and warnings out.
pub(super) struct Reading {
    layers: Layers,
    file: PathBuf,
    directory: PathBuf,
    /// systemd's directory of credentials, if we were given one.
    credentials: Option<PathBuf>,
    absent: Vec<Fault>,
    warnings: Vec<String>,
}

impl Reading {
    pub(super) fn new(
        text: &str,
        file: &Path,
        env: &BTreeMap<String, String>,
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            layers: layers::merge(text, file, env)?,
            file: file.to_path_buf(),
            directory: file.parent().map(Path::to_path_buf).unwrap_or_default(),
            credentials: env.get("CREDENTIALS_DIRECTORY").map(PathBuf::from),
            absent: Vec::new(),
            warnings: Vec::new(),
        })
    }

    /// The section of that name; one that is not a table was reported already and reads as empty.
    pub(super) fn section(&mut self, name: &str) -> Section<'_> {
        let values = self.layers.merged.get_table(name).unwrap_or_default();
        Section { reading: self, path: name.to_owned(), values: values.into_iter().collect() }
    }

    /// The tables of a repeated section. A gap (variables for number 2, none for number 1) is `None`.
    pub(super) fn rows(&self, name: &str) -> Vec<Option<BTreeMap<String, Value>>> {
        let rows = self.layers.merged.get_array(name).unwrap_or_default();
        rows.into_iter().map(|row| Some(row.into_table().ok()?.into_iter().collect())).collect()
    }

    pub(super) fn row(&mut self, path: String, values: BTreeMap<String, Value>) -> Section<'_> {
        Section { reading: self, path, values }
    }

    pub(super) fn fault(&mut self, fault: Fault) {
        self.layers.faults.push(fault);
    }

    /// Notes something that only the servers need.
    pub(super) fn absent(&mut self, fault: Fault) {
        self.absent.push(fault);
    }

    /// The configuration, or every fault there was.
    pub(super) fn finish(self, config: Config) -> Result<Config, ConfigError> {
        if self.layers.faults.is_empty() {
            Ok(Config { warnings: self.warnings, absent: self.absent, ..config })
        } else {
            Err(ConfigError::Invalid(self.layers.faults))
        }
    }
}

/// One table of the merged configuration.
pub(super) struct Section<'r> {
    reading: &'r mut Reading,
    path: String,
    values: BTreeMap<String, Value>,
}

impl Section<'_> {
    /// Whether the file or the environment sets the key (the defaults and empty text do not count).
    pub(super) fn is_set(&self, key: &str) -> bool {
        let empty = matches!(self.value(key), Some(ValueKind::String(text)) if text.is_empty());
        self.place_of(key).is_some() && !empty
    }

    /// Whether the value came from the file, and not from the environment.
    pub(super) fn is_in_file(&self, key: &str) -> bool {
        self.is_set(key) && matches!(self.place_of(key), Some(Place::Line(_)))
    }

    fn place_of(&self, key: &str) -> Option<&Place> {
        self.reading.layers.places.get(&self.full(key))
    }

    fn full(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }

    /// `path` beside the configuration file, unless it is absolute.
    pub(super) fn beside(&self, path: &str) -> PathBuf {
        super::beside(&self.reading.directory, path)
    }

    /// Where a secret of this name may lie: as it is when absolute, else the credential, else the file
    /// beside the configuration.
    pub(super) fn secret_places(&self, name: &str) -> Vec<PathBuf> {
        let beside = self.beside(name);
        match &self.reading.credentials {
            Some(credentials) if !Path::new(name).is_absolute() => {
                vec![credentials.join(name), beside]
            }
            _ => vec![beside],
        }
    }

    pub(super) fn warn(&mut self, key: &str, sentence: &str) {
        let place = self.shown_place(key);
        let warning = format!("{place}: `{}`: {sentence}", self.full(key));
        self.reading.warnings.push(warning);
    }

    /// A fault of this key.
    pub(super) fn fault(&mut self, key: &str, expected: &str, found: &str, remedy: &str) {
        let fault = self.make(key, expected, found, remedy);
        self.reading.fault(fault);
    }

    /// Something of this key that only the servers need.
    pub(super) fn absent(&mut self, key: &str, expected: &str, found: &str, remedy: &str) {
        let fault = self.make(key, expected, found, remedy);
        self.reading.absent(fault);
    }

    fn make(&self, key: &str, expected: &str, found: &str, remedy: &str) -> Fault {
        Fault {
            place: self.shown_place(key),
            key: self.full(key),
            expected: expected.to_owned(),
            found: found.to_owned(),
            remedy: remedy.to_owned(),
        }
    }

    fn shown_place(&self, key: &str) -> String {
        let file = self.reading.file.display();
        let section = || self.reading.layers.places.get(&self.path);
        match self.place_of(key).or_else(section) {
            Some(Place::Line(line)) => format!("{file}:{line}"),
            Some(Place::Variable(name)) => format!("environment variable {name}"),
            None => file.to_string(),
        }
    }

    fn value(&self, key: &str) -> Option<&ValueKind> {
        self.values.get(key).map(|value| &value.kind).filter(|kind| **kind != ValueKind::Nil)
    }

    /// Text; empty text counts as not set.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        match self.value(key)?.clone() {
            ValueKind::String(text) => Some(text).filter(|text| !text.is_empty()),
            other => {
                let found = if SECRET_KEYS.contains(&key) {
                    "something else".to_owned()
                } else {
                    shown(&other)
                };
                self.fault(key, "a text", &found, "put it in double quotes");
                None
            }
        }
    }

    /// Text that `parse` makes a value of; `remedy` completes the message when it does not.
    pub(super) fn parsed<T>(
        &mut self,
        key: &str,
        expected: &str,
        remedy: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(key)?;
        let value = parse(&text);
        if value.is_none() {
            self.fault(key, expected, &format!("`{text}`"), remedy);
        }
        value
    }

    /// One of a closed list of words.
    pub(super) fn choice<T: Clone>(&mut self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let expected: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
        let find =
            |text: &str| words.iter().find(|(word, _)| *word == text).map(|(_, v)| v.clone());
        self.parsed(key, &expected.join(" or "), "choose one of these", find)
    }

    /// A list of texts, each made a value by `parse`.
    pub(super) fn list<T>(
        &mut self,
        key: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<Vec<T>> {
        let ValueKind::Array(items) = self.value(key)?.clone() else {
            let found = self.value(key).map(shown).unwrap_or_default();
            self.fault(key, &format!("a list of {expected}"), &found, "put it in [ ]");
            return None;
        };
        let mut list = Vec::new();
        for item in items {
            let value = match &item.kind {
                ValueKind::String(text) => parse(text),
                _ => None,
            };
            match value {
                Some(value) => list.push(value),
                None => self.fault(
                    key,
                    &format!("a list of {expected}"),
                    &shown(&item.kind),
                    "correct it",
                ),
            }
        }
        Some(list)
    }

    /// A whole number within the bounds, both included.
    pub(super) fn number(&mut self, key: &str, least: u64, most: u64) -> Option<u64> {
        let kind = self.value(key)?.clone();
        let number = match kind {
            ValueKind::I64(number) => u64::try_from(number).ok(),
            _ => None,
        };
        let fitting = number.filter(|number| (least..=most).contains(number));
        if fitting.is_none() {
            let expected = format!("a whole number from {least} to {most}");
            self.fault(key, &expected, &shown(&kind), "correct it (no quotes, no unit)");
        }
        fitting
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, key: &str) -> Option<bool> {
        let kind = self.value(key)?.clone();
        if let ValueKind::Boolean(flag) = kind {
            return Some(flag);
        }
        self.fault(key, "true or false", &shown(&kind), "write it without quotes");
        None
    }

    /// A span of time like `60s`.
    pub(super) fn span(
        &mut self,
        key: &str,
        least: std::time::Duration,
        most: std::time::Duration,
    ) -> Option<std::time::Duration> {
        let expected = format!("a span of time from {least:?} to {most:?}");
        let remedy = "write a number and its unit, like \"30s\", \"5m\" or \"1h\"";
        let fitting = |text: &str| values::span(text).filter(|span| (least..=most).contains(span));
        if matches!(self.value(key), Some(ValueKind::String(_)) | None) {
            return self.parsed(key, &expected, remedy, fitting);
        }
        let found = self.value(key).map(shown).unwrap_or_default();
        self.fault(key, &expected, &found, remedy);
        None
    }
}

/// A value as it can be shown; a table or list by its kind only, as it may hold anything.
fn shown(kind: &ValueKind) -> String {
    match kind {
        ValueKind::Table(_) => "a table".to_owned(),
        ValueKind::Array(_) => "a list".to_owned(),
        ValueKind::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}
