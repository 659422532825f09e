//! What is asked of a template file before it may word a letter.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use minijinja::Environment;
use serde_json::Value;

use super::template_names;
use crate::domain::language::Language;

/// How alike two names must be for one to be offered for the other (Jaro-Winkler, 0 to 1).
const ALIKE: f64 = 0.75;

/// Why a template cannot be used: what was expected, what was found, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// A file or directory that cannot be read.
    #[error("{}: expected to read it, found: {why}: check `templates.directory` and its permissions", path.display())]
    Unreadable {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// A directory that is no language.
    #[error("{}: expected a directory named by a language as `it`, `en`, `fr`, found `{found}`: rename or remove it", path.display())]
    Language {
        /// The directory.
        path: PathBuf,
        /// Its name.
        found: String,
    },
    /// A file that no letter uses.
    #[error("{}: expected one of {expected}, found `{found}`: did you mean `{meant}`? Rename or remove it", path.display())]
    Letter {
        /// The file.
        path: PathBuf,
        /// The names that letters use.
        expected: String,
        /// The file's name.
        found: String,
        /// The nearest name.
        meant: String,
    },
    /// A file that does not begin with its subject.
    #[error("{}:{line}: expected `Subject: …` in the first line and a blank second line, found `{found}`: add them", path.display())]
    Subject {
        /// The file.
        path: PathBuf,
        /// Line of the file, from 1.
        line: usize,
        /// What stands there.
        found: String,
    },
    /// A name that this letter does not have.
    #[error("{}:{line}: expected a name that this letter has, found `{found}`: {remedy}", path.display())]
    Name {
        /// The file.
        path: PathBuf,
        /// Line of the file, from 1.
        line: usize,
        /// The name.
        found: String,
        /// The nearest name, or where the names are listed.
        remedy: String,
    },
    /// A syntax error, or a failure with a sample letter.
    #[error("{}:{line}: expected a template that words every sample letter, found: {why}: correct the line", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Line of the file, from 1.
        line: usize,
        /// What the template engine said.
        why: String,
    },
}

impl TemplateError {
    pub(super) fn unreadable(path: &Path, why: &std::io::Error) -> Self {
        Self::Unreadable { path: path.to_owned(), why: format!("{why}") }
    }

    pub(super) fn broken(path: &Path, why: &minijinja::Error) -> Self {
        let detail = why.detail().map_or_else(String::new, |detail| format!(" ({detail})"));
        Self::Broken {
            path: path.to_owned(),
            line: why.line().unwrap_or(1),
            why: format!("{}{detail}", why.kind()),
        }
    }
}

/// The language that a directory is named by.
pub(super) fn language_of(directory: &Path) -> Result<Language, TemplateError> {
    let found = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Language::parse(&found)
        .ok_or_else(|| TemplateError::Language { path: directory.to_owned(), found })
}

/// The letter that a file is named by.
pub(super) fn template_of(file: &Path) -> Result<&'static str, TemplateError> {
    let found = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    template_names().find(|name| *name == found).ok_or_else(|| TemplateError::Letter {
        path: file.to_owned(),
        expected: template_names().collect::<Vec<_>>().join(", "),
        meant: nearest(&found, template_names()).unwrap_or_default().to_owned(),
        found,
    })
}

/// Subject and body. The body keeps its place in the file, so that line numbers are the file's.
pub(super) fn parts(source: &str, file: &Path) -> Result<(String, String), TemplateError> {
    let source = source.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let wrong = |line: usize, found: &str| TemplateError::Subject {
        path: file.to_owned(),
        line,
        found: found.to_owned(),
    };
    let (first, rest) = source.split_once('\n').unwrap_or((&source, ""));
    let subject = first.strip_prefix("Subject:").ok_or_else(|| wrong(1, first))?;
    let (second, body) = rest.split_once('\n').unwrap_or((rest, ""));
    if !second.trim().is_empty() {
        return Err(wrong(2, second));
    }
    Ok((subject.trim().to_owned(), format!("\n\n{body}")))
}

/// Refuses a name that none of the sample letters has, also where no sample leads to it.
pub(super) fn names(
    engine: &Environment,
    part: &str,
    samples: &[BTreeMap<String, Value>],
    source: &str,
    file: &Path,
) -> Result<(), TemplateError> {
    let template = engine.get_template(part).map_err(|why| TemplateError::broken(file, &why))?;
    let builtin: BTreeSet<&str> = engine.globals().map(|(name, _)| name).collect();
    let used: BTreeSet<String> = template.undeclared_variables(true).into_iter().collect();
    let unknown = used.into_iter().find(|path| {
        let root = path.split('.').next().unwrap_or_default();
        !builtin.contains(root) && !samples.iter().any(|sample| has(sample, path))
    });
    let Some(found) = unknown else { return Ok(()) };
    let known = samples.first().into_iter().flat_map(BTreeMap::keys).map(String::as_str);
    let root = found.split('.').next().unwrap_or_default();
    let remedy = match nearest(root, known) {
        Some(name) if name != root => format!("did you mean `{name}`?"),
        _ => "the names are listed in the comment of the template that comes with the program"
            .to_owned(),
    };
    let used_in = |line: &str| line.contains(&found) && line.contains('{');
    let line = source.lines().position(used_in).unwrap_or(0).saturating_add(1);
    Err(TemplateError::Name { path: file.to_owned(), line, found, remedy })
}

/// Whether a sample has `received.it`; a list is asked for its elements by the template itself.
fn has(sample: &BTreeMap<String, Value>, path: &str) -> bool {
    let mut steps = path.split('.');
    let mut value = steps.next().and_then(|name| sample.get(name));
    for step in steps {
        value = value.and_then(|value| value.get(step));
    }
    value.is_some()
}

fn nearest<'a>(found: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|name| (strsim::jaro_winkler(found, name), name))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| name)
}
