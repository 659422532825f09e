//! What is wrong with a configuration, said so that it can be put right.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// One key that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `file:line`, the file alone, or the environment variable.
    pub place: String,
    /// The key, as `smtp.port` or `mailbox[0].host` (counted from 0, as in the environment).
    pub key: String,
    /// What could stand there.
    pub expected: String,
    /// What stands there; never a secret.
    pub found: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        let Self { key, expected, found, remedy, .. } = self;
        write!(f, "`{key}`: expected {expected}, found {found}; {remedy}")
    }
}

/// Why there is no configuration. Commands exit with 2 on it, before anything has started.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not there.
    #[error(
        "{}: expected a configuration file, found none; copy config/default.toml there and fill it, \
         or name another file with --config FILE (`sportello demo` needs none)", file.display()
    )]
    Missing {
        /// The absolute path.
        file: PathBuf,
    },
    /// The file is there and cannot be read.
    #[error("{}: expected a readable text file in UTF-8, found: {error}; check its owner and mode", file.display())]
    Unreadable {
        /// The absolute path.
        file: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The text is not TOML.
    #[error("{}:{line}:{column}: expected TOML, found an error: {message}", file.display())]
    Syntax {
        /// The file.
        file: PathBuf,
        /// Counted from 1.
        line: usize,
        /// In characters, counted from 1.
        column: usize,
        /// The parser's words.
        message: String,
    },
    /// The layers could not be put together, for example for a number beyond 64 bits.
    #[error("{}: expected usable values, found: {message}; correct the value", file.display())]
    Unusable {
        /// The file.
        file: PathBuf,
        /// The `config` crate's words.
        message: String,
    },
    /// Keys or values that cannot be used, one line each.
    #[error("{}", lines(.0))]
    Invalid(Vec<Fault>),
}

fn lines(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
