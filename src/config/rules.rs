//! `[rules]` and `[templates]`: what an administration may replace of what is embedded.

use std::path::PathBuf;

use super::section::Reading;

/// How mail is understood and routed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// A rule file, absolute; `None` for the embedded rules.
    pub file: Option<PathBuf>,
    /// A model of the site's own, absolute, made by `classify train`; while there is no such file, and for
    /// `None`, the shipped one serves.
    pub model: Option<PathBuf>,
}

/// How letters are worded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Templates {
    /// A directory like `config/templates`, absolute; `None` for the embedded templates.
    pub directory: Option<PathBuf>,
}

pub(super) fn read_rules(reading: &mut Reading) -> Rules {
    let mut section = reading.section("rules");
    let file = section.text("file").map(|path| section.beside(&path));
    if let Some(missing) = file.as_ref().filter(|path| !path.is_file()) {
        let expected = format!("a rule file at {}", missing.display());
        section.fault("file", &expected, "none", "correct the path, or remove the key");
    }
    let model = section.text("model").map(|path| section.beside(&path));
    Rules { file, model }
}

pub(super) fn read_templates(reading: &mut Reading) -> Templates {
    let mut section = reading.section("templates");
    let directory = section.text("directory").map(|path| section.beside(&path));
    if let Some(missing) = directory.as_ref().filter(|path| !path.is_dir()) {
        let expected = format!("a directory of templates at {}", missing.display());
        section.fault("directory", &expected, "none", "correct the path, or remove the key");
    }
    Templates { directory }
}
