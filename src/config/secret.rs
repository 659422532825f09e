//! Passwords: read once, shown never.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::section::Section;

/// No password is longer; a `password_file` that is a device or a database must not be read to its end.
const SECRET_BYTES_MAX: u64 = 64 * 1024;

/// The permission bit that lets everybody on the machine read a file.
const OTHERS_READ: u32 = 0o004;

/// A password. Neither `Debug` nor any message shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The content, for the log-in alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The section's `password` or the content of its `password_file`. What is missing is noted as absent:
/// only the servers need it.
pub(super) fn read(section: &mut Section<'_>) -> Option<Secret> {
    let both = section.is_set("password") && section.is_set("password_file");
    // The environment overrides the file whichever of the two keys it sets.
    let same_layer = section.is_in_file("password") == section.is_in_file("password_file");
    if both && same_layer {
        section.fault("password", "one of `password` and `password_file`", "both", "remove one");
        return None;
    }
    let direct = if both { !section.is_in_file("password") } else { section.is_set("password") };
    if direct { direct_password(section) } else { password_file(section) }
}

fn direct_password(section: &mut Section<'_>) -> Option<Secret> {
    if section.is_in_file("password") {
        section.warn(
            "password",
            "it stands in the configuration file; put it in a file of mode 0600 and name that in \
             `password_file`",
        );
    }
    section.text("password").map(Secret)
}

fn password_file(section: &mut Section<'_>) -> Option<Secret> {
    let Some(name) = section.text("password_file") else {
        section.absent(
            "password_file",
            "a password",
            "none",
            "set `password_file`, or the environment variable that ends in __PASSWORD",
        );
        return None;
    };
    let places = section.secret_places(&name);
    match first_readable(&places) {
        Ok((text, mode, path)) => {
            if mode & OTHERS_READ != 0 {
                let sentence = format!(
                    "everybody on this machine can read {}; run `chmod 0600` on it",
                    path.display()
                );
                section.warn("password_file", &sentence);
            }
            Some(Secret(text))
        }
        Err((path, why)) => {
            let expected = format!("a file with the password at {}", path.display());
            let remedy = "write the password into it, mode 0600, readable by Sportello's user";
            section.absent("password_file", &expected, &why, remedy);
            None
        }
    }
}

type Content<'p> = (String, u32, &'p Path);

/// The first of the places where a file is; why it cannot be used otherwise.
fn first_readable(places: &[PathBuf]) -> Result<Content<'_>, (PathBuf, String)> {
    let mut missing = Err((PathBuf::new(), "nothing".to_owned()));
    for path in places {
        match content(path) {
            Ok((text, _)) if text.is_empty() => {
                return Err((path.clone(), "an empty one".to_owned()));
            }
            Ok((text, mode)) => return Ok((text, mode, path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                missing = Err((path.clone(), "none".to_owned()));
            }
            Err(error) => return Err((path.clone(), error.to_string())),
        }
    }
    missing
}

/// The text without its line ends, and the file's mode.
fn content(path: &Path) -> io::Result<(String, u32)> {
    let file = File::open(path)?;
    let mode = file.metadata()?.mode();
    let mut text = String::new();
    file.take(SECRET_BYTES_MAX).read_to_string(&mut text)?;
    Ok((text.trim_end_matches(['\r', '\n']).to_owned(), mode))
}
