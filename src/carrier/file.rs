//! Letters as files, for the demonstration and for a first look at a configuration.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::{Carried, Unusable};
use crate::store::outbox::Leased;

/// A directory that letters are written into, as `000012-acknowledgement-anna@x.example.eml`.
#[derive(Debug)]
pub struct File {
    directory: PathBuf,
}

/// A recipient in a file name is cut to this: file systems stop at 255 bytes.
const NAME_CHARS_MAX: usize = 80;

impl File {
    pub(super) fn open(directory: &Path) -> Result<Self, Unusable> {
        fs::create_dir_all(directory).map_err(|error| Unusable {
            text: format!("expected a writable directory {}, found: {error}", directory.display()),
            refused: false,
        })?;
        Ok(Self { directory: directory.to_owned() })
    }

    pub(super) fn body(&self, letter: &Leased) -> Carried {
        let name = name_of(letter);
        match self.write(&name, &letter.bytes) {
            Ok(()) => Carried::Accepted(name),
            Err(error) => Carried::Temporary(format!("{name}: {error}")),
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> std::io::Result<()> {
        let draft = self.directory.join(format!(".{name}"));
        let mut file = fs::File::create(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(draft, self.directory.join(name))
    }
}

fn name_of(letter: &Leased) -> String {
    let safe: String = letter
        .recipient
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "@.-_+".contains(c) { c } else { '_' })
        .take(NAME_CHARS_MAX)
        .collect();
    format!("{:06}-{}-{safe}.eml", letter.id, letter.kind.name())
}
