//! What is wrong with a rules file, in the words of whoever wrote it.

use std::error::Error;
use std::fmt;

/// A fault in a rules file. Shown as `rules.toml:12: expected …, found …; …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesError {
    /// The file, as the caller named it.
    pub file: String,
    /// The line, from 1; the last line read when the fault has no place of its own.
    pub line: usize,
    /// What should stand there.
    pub expected: String,
    /// What stands there.
    pub found: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, expected, found, remedy } = self;
        write!(f, "{file}:{line}: expected {expected}, found {found}; {remedy}")
    }
}

impl Error for RulesError {}

/// The line of a byte, from 1.
pub(super) fn line_of(toml: &str, at: usize) -> usize {
    toml.bytes().take(at).filter(|byte| *byte == b'\n').count().saturating_add(1)
}

/// A fault before its byte position is turned into a line.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) expected: String,
    pub(super) found: String,
    pub(super) remedy: String,
}

impl Fault {
    pub(super) fn new(
        at: usize,
        expected: impl Into<String>,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { at, expected: expected.into(), found: found.into(), remedy: remedy.into() }
    }

    pub(super) fn in_file(self, file: &str, toml: &str) -> RulesError {
        RulesError {
            file: file.to_owned(),
            line: line_of(toml, self.at),
            expected: self.expected,
            found: self.found,
            remedy: self.remedy,
        }
    }
}
