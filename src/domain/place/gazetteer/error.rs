//! What is wrong with a register or a list of sites, in the words of whoever keeps it.

/// A fault in a file of places. Shown as `viario.csv:12: expected …, found …; …`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: expected {expected}, found {found}; {remedy}")]
pub struct GazetteerError {
    /// The file, as the caller named it.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// What should stand there.
    pub expected: String,
    /// What stands there.
    pub found: String,
    /// What to do.
    pub remedy: String,
}
