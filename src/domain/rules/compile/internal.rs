//! Groups of the municipality's own people and institutions, checked against each other.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use super::super::Internal;
use super::super::error::Fault;
use super::super::file::InternalTable;
use super::once;
use crate::domain::requester::{INTERNAL, RESIDENT};

/// The groups of one file.
pub(super) fn groups(tables: &[InternalTable]) -> Result<Vec<Internal>, Fault> {
    let mut ids = BTreeSet::new();
    let mut senders: BTreeMap<String, String> = BTreeMap::new();
    let mut found = Vec::with_capacity(tables.len());
    for table in tables {
        once(&mut ids, &table.id)?;
        let id = table.id.get_ref();
        let at = table.id.span().start;
        if [RESIDENT, INTERNAL].contains(&id.as_str()) {
            let remedy = "choose another id: this one stands for everybody of that type";
            return Err(Fault::new(at, "the id of a group", format!("`{id}`"), remedy));
        }
        if table.senders.is_empty() {
            let remedy = "add senders = [\"preside@scuola.example\", \"scuola.example\"]";
            let found = format!("group `{id}` with none");
            return Err(Fault::new(at, "addresses or mail domains", found, remedy));
        }
        for written in &table.senders {
            let other = senders.insert(sender(written)?, id.clone());
            if let Some(other) = other.filter(|other| other != id) {
                return Err(Fault::new(
                    written.span().start,
                    "each address and domain in one group",
                    format!("`{}` in `{other}` and `{id}`", written.get_ref()),
                    "remove it from one of the two",
                ));
            }
        }
        found.push(Internal {
            id: id.clone(),
            name_it: table.it.clone(),
            name_en: table.en.clone().unwrap_or_else(|| table.it.clone()),
            senders: table.senders.iter().map(sender).collect::<Result<_, _>>()?,
            contact: table.contact.clone(),
        });
    }
    Ok(found)
}

/// An address or a mail domain, in small letters.
fn sender(written: &Spanned<String>) -> Result<String, Fault> {
    let text = written.get_ref().trim().trim_start_matches('@').to_lowercase();
    let domain = text.rsplit_once('@').map_or(text.as_str(), |(_, domain)| domain);
    let plain = !text.contains(|char: char| char.is_whitespace() || "<>,;".contains(char));
    if plain && domain.split('.').count() > 1 && domain.split('.').all(|label| !label.is_empty()) {
        return Ok(text);
    }
    Err(Fault::new(
        written.span().start,
        "an address as `preside@scuola.example`, or a mail domain as `scuola.example`",
        format!("`{}`", written.get_ref()),
        "write it alone, without a name or brackets",
    ))
}
