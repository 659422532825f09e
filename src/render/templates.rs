//! The texts of letters: embedded ones, and those that an admin puts in their place.
//!
//! A template is a file `<language>/<letter>.txt`: a line `Subject: …`, a blank line, the body. All of
//! them are tried with sample letters when they are loaded, so that a misspelt name stops the start and
//! not an acknowledgement at night.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value as Shown};
use minijinja::{AutoEscape, Environment, ErrorKind, State, UndefinedBehavior};

use super::clean::LEFT_TO_RIGHT_MARK;
use super::{RenderError, sample};
use crate::domain::language::Language;
use crate::domain::letter::LetterKind;

mod check;
mod embedded;

pub use check::TemplateError;
pub(super) use embedded::EMBEDDED;

/// Steps of a template engine for one letter: ours take under 2,000; a template that loops without end
/// fails instead of stopping the mailbox.
const FUEL: u64 = 200_000;

/// What every template name falls back to.
const ITALIAN: &str = "it";

/// What a language without a template is answered in, above the Italian text.
const ENGLISH: &str = "en";

/// Every letter's text in every language there is one, checked.
#[derive(Debug)]
pub struct Templates {
    engine: Environment<'static>,
    known: BTreeSet<String>,
}

/// Words of a letter before they are cleaned, cut and wrapped.
#[derive(Debug)]
pub(super) struct Worded {
    pub(super) subject: String,
    pub(super) body: String,
    pub(super) italian: bool,
}

impl Templates {
    /// The texts that come with the program, each compiled when the first letter needs it. They are tested to word
    /// every sample letter; were one broken, the letters that need it would say so.
    #[must_use]
    pub fn embedded() -> Self {
        let mut engine = engine();
        engine.set_loader(|part| Ok(embedded_part(part)));
        let known = EMBEDDED.iter().map(|(language, template, _)| format!("{language}/{template}"));
        Self { engine, known: known.collect() }
    }

    /// The embedded texts with those of a directory in their place, file by file. Files that do not end
    /// in `.txt` and hidden ones are left alone; a `.txt` that no letter uses is an error, because it is
    /// a misspelt name.
    pub fn load(directory: Option<&Path>) -> Result<Self, TemplateError> {
        let mut templates = Self::embedded();
        let Some(directory) = directory else { return Ok(templates) };
        for languages in entries(directory)?.into_iter().filter(|path| path.is_dir()) {
            let language = check::language_of(&languages)?;
            for file in entries(&languages)? {
                if file.extension().is_some_and(|ending| ending == "txt") {
                    let template = check::template_of(&file)?;
                    let source = fs::read_to_string(&file)
                        .map_err(|why| TemplateError::unreadable(&file, &why))?;
                    templates.add(format!("{}/{template}", language.code()), &source, &file)?;
                }
            }
        }
        Ok(templates)
    }

    /// Whether a text was taken in.
    #[cfg(test)]
    pub(super) fn has(&self, language: &str, template: &str) -> bool {
        self.known.contains(&format!("{language}/{template}"))
    }

    /// In the letter's language, else in English when that is not Italian, else in Italian.
    pub(super) fn word(
        &self,
        template: &str,
        language: Language,
        variables: &Shown,
    ) -> Result<Worded, RenderError> {
        let own = language.code();
        let second = if own == ITALIAN { ITALIAN } else { ENGLISH };
        let wanted = [own, second, ITALIAN];
        let found =
            wanted.into_iter().find(|code| self.known.contains(&format!("{code}/{template}")));
        let code =
            found.ok_or_else(|| RenderError::NoTemplate { template: template.to_owned() })?;
        self.word_in(code, template, variables)
    }

    /// In Italian.
    pub(super) fn word_italian(
        &self,
        template: &str,
        variables: &Shown,
    ) -> Result<Worded, RenderError> {
        self.word_in(ITALIAN, template, variables)
    }

    fn word_in(
        &self,
        code: &str,
        template: &str,
        variables: &Shown,
    ) -> Result<Worded, RenderError> {
        let name = format!("{code}/{template}");
        let part = |part: &str| {
            self.engine.get_template(part).and_then(|text| text.render(variables)).map_err(|why| {
                RenderError::Template {
                    name: name.clone(),
                    line: why.line().unwrap_or(0),
                    why: format!("{why}"),
                }
            })
        };
        Ok(Worded {
            subject: part(&subject_of(&name))?,
            body: part(&name)?,
            italian: code == ITALIAN,
        })
    }

    /// Takes a file in and tries it with every sample letter.
    pub(super) fn add(
        &mut self,
        name: String,
        source: &str,
        file: &Path,
    ) -> Result<(), TemplateError> {
        let (subject, body) = check::parts(source, file)?;
        self.engine
            .add_template_owned(subject_of(&name), subject)
            .and_then(|()| self.engine.add_template_owned(name.clone(), body))
            .map_err(|why| TemplateError::broken(file, &why))?;
        let template = name.split_once('/').map_or("", |(_, template)| template);
        let samples = sample::sample_contexts(template);
        for part in [subject_of(&name), name.clone()] {
            check::names(&self.engine, &part, &samples, source, file)?;
            let text =
                self.engine.get_template(&part).map_err(|why| TemplateError::broken(file, &why))?;
            for sample in &samples {
                text.render(Serde(sample)).map_err(|why| TemplateError::broken(file, &why))?;
            }
        }
        self.known.insert(name);
        Ok(())
    }
}

/// The subject is a template of its own, so that no variable's line end can move words into the body.
fn subject_of(name: &str) -> String {
    format!("{name}{SUBJECT}")
}

/// Stands behind the name of a text where its subject is meant.
const SUBJECT: &str = "#subject";

/// A part of the text that comes with the program, by its name in the engine.
fn embedded_part(part: &str) -> Option<String> {
    let (name, is_subject) = part.strip_suffix(SUBJECT).map_or((part, false), |name| (name, true));
    let wanted = name.split_once('/')?;
    let (.., source) =
        EMBEDDED.iter().find(|(language, template, _)| (*language, *template) == wanted)?;
    let (subject, body) = check::parts(source, Path::new(name)).ok()?;
    Some(if is_subject { subject } else { body })
}

fn engine() -> Environment<'static> {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_auto_escape_callback(|_| AutoEscape::None);
    // Lines that hold only a condition leave no blank line; with the standard delimiters this cannot fail.
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    engine.set_syntax(syntax.unwrap_or_default());
    engine.set_fuel(Some(FUEL));
    engine.set_formatter(|out, state: &mut State, value: &Shown| {
        if value.is_none() {
            return Err(minijinja::Error::new(
                ErrorKind::UndefinedError,
                "this name can be absent: ask for it with {% if … %} before showing it",
            ));
        }
        minijinja::escape_formatter(out, state, value)
    });
    engine.add_filter("quoted", quoted);
    engine.add_filter("ltr", ltr);
    engine
}

/// Every line behind `> `: what a stranger wrote cannot be taken for ours. Lines that a mail program
/// broke are one again, so that breaking them anew leaves no stumps.
fn quoted(text: &str) -> String {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in text.lines() {
        let line = line.trim_end();
        match paragraphs.last_mut() {
            Some(paragraph) if goes_on && line.starts_with(char::is_alphanumeric) => {
                paragraph.push(' ');
                paragraph.push_str(line);
            }
            _ => paragraphs.push(format!("> {line}")),
        }
        goes_on = (BROKEN_CHARS_MIN..=BROKEN_CHARS_MAX).contains(&line.chars().count());
    }
    paragraphs.join("\n")
}

/// A number or an address for a right-to-left text, between marks that keep its parts in their order:
/// digits behind an Arabic letter count as Arabic, and `2026-000123` would be shown as `000123-2026`
/// (Unicode Standard Annex 9, rule W2).
fn ltr(text: &str) -> String {
    format!("{LEFT_TO_RIGHT_MARK}{text}{LEFT_TO_RIGHT_MARK}")
}

/// Mail programs break lines at 72 to 78 characters; a line that ends a little before was broken by
/// them, a much shorter one by its writer, and a longer one was not broken at all.
const BROKEN_CHARS_MIN: usize = 60;
const BROKEN_CHARS_MAX: usize = 80;

/// What a directory holds that is not hidden, sorted.
fn entries(directory: &Path) -> Result<BTreeSet<PathBuf>, TemplateError> {
    let unreadable = |why| TemplateError::unreadable(directory, &why);
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            found.insert(entry.path());
        }
    }
    Ok(found)
}

/// Template names that a file may have.
fn template_names() -> impl Iterator<Item = &'static str> {
    LetterKind::ALL.into_iter().flat_map(|kind| kind.templates().iter().copied())
}
