//! What a site's own file names and where, for faults that only the rest of the configuration shows.

use super::{Office, RulesError};
use crate::domain::place::Gazetteer;

/// The names in a site's own file with their lines; none of the embedded rules are among them.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// What errors call the file.
    pub(super) file: String,
    /// Districts of offices and contractors.
    pub(super) districts: Vec<Mention>,
    /// Ids of offices.
    pub(super) offices: Vec<Mention>,
}

/// A name and its line, from 1.
#[derive(Debug)]
pub(super) struct Mention {
    pub(super) name: String,
    pub(super) line: usize,
}

impl Mentions {
    pub(super) fn check_districts(&self, places: &Gazetteer) -> Result<(), RulesError> {
        let known = places.districts();
        let strange = |mention: &&Mention| !places.knows_district(&mention.name);
        match self.districts.iter().find(strange) {
            Some(mention) if !known.is_empty() => {
                let known: Vec<&str> = known.into_iter().collect();
                Err(self.fault(
                    mention,
                    format!("a district of the places ({})", known.join(", ")),
                    format!("`{}`", mention.name),
                    "write it as the street register or the list of sites does",
                ))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn unreachable(&self, offices: &[Office]) -> Option<RulesError> {
        let silent = |mention: &&Mention| {
            offices.iter().any(|office| office.id == mention.name && office.address.is_none())
        };
        self.offices.iter().find(silent).map(|mention| {
            self.fault(
                mention,
                "an address for this office, or organisation.staff to hear of its tickets"
                    .to_owned(),
                format!("office `{}` with none, and no staff", mention.name),
                "add address = \"ufficio@comune.example\" here, or staff to the configuration",
            )
        })
    }

    fn fault(
        &self,
        mention: &Mention,
        expected: String,
        found: String,
        remedy: &str,
    ) -> RulesError {
        RulesError {
            file: self.file.clone(),
            line: mention.line,
            expected,
            found,
            remedy: remedy.to_owned(),
        }
    }
}
