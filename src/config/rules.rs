//! `[rules]`, `[places]` and `[templates]`: what an administration may replace of what is embedded.

use std::path::PathBuf;

use super::section::{Reading, Section};
use crate::domain::place::UtmZone;

/// How mail is understood and routed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// A rule file, absolute; `None` for the embedded rules.
    pub file: Option<PathBuf>,
    /// A model of the site's own, absolute, made by `classify train`; while there is no such file, and for
    /// `None`, the shipped one serves.
    pub model: Option<PathBuf>,
}

/// Where things are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// The street register, absolute; `None` where there is none.
    pub register: Option<PathBuf>,
    /// The list of sites, absolute; `None` where there is none.
    pub sites: Option<PathBuf>,
    /// What UTM metres in them are counted from.
    pub utm_zone: Option<UtmZone>,
}

/// How letters are worded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Templates {
    /// A directory like `config/templates`, absolute; `None` for the embedded templates.
    pub directory: Option<PathBuf>,
}

pub(super) fn read_rules(reading: &mut Reading) -> Rules {
    let mut section = reading.section("rules");
    let file = file(&mut section, "file", "a rule file");
    let model = section.text("model").map(|path| section.beside(&path));
    Rules { file, model }
}

pub(super) fn read_places(reading: &mut Reading) -> Places {
    let mut section = reading.section("places");
    let register = file(&mut section, "register", "a street register");
    let sites = file(&mut section, "sites", "a list of sites");
    let utm_zone = section.number("utm_zone", 32, 33).map(|zone| match zone {
        32 => UtmZone::Zone32,
        _ => UtmZone::Zone33,
    });
    Places { register, sites, utm_zone }
}

fn file(section: &mut Section<'_>, key: &str, what: &str) -> Option<PathBuf> {
    let file = section.text(key).map(|path| section.beside(&path));
    if let Some(missing) = file.as_ref().filter(|path| !path.is_file()) {
        let expected = format!("{what} at {}", missing.display());
        section.fault(key, &expected, "none", "correct the path, or remove the key");
    }
    file
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
