//! What the entries of the rules are called in further languages, checked against the entries there are.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use super::super::error::Fault;
use super::super::file::WordsTable;
use crate::domain::language::Language;

/// What a word can be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    Subcategory,
    Referral,
    Office,
}

/// The words of the files laid so far.
#[derive(Default)]
pub(super) struct Words(BTreeMap<(Named, String), BTreeMap<Language, String>>);

impl Words {
    /// Lays one file's words over the earlier ones. `known` are the codes and ids there are.
    pub(super) fn lay(
        &mut self,
        tables: &BTreeMap<Language, WordsTable>,
        known: &BTreeSet<(Named, &str)>,
    ) -> Result<(), Fault> {
        for (language, table) in tables {
            for (named, words) in [
                (Named::Subcategory, &table.subcategory),
                (Named::Referral, &table.referral),
                (Named::Office, &table.office),
            ] {
                for (id, word) in words {
                    check(named, id, word, known)?;
                    let all = self.0.entry((named, id.clone())).or_default();
                    all.insert(*language, word.get_ref().trim().to_owned());
                }
            }
        }
        Ok(())
    }

    /// An entry that goes by another Italian name: what it was called before says something else.
    pub(super) fn forget(&mut self, named: Named, id: &str) {
        self.0.remove(&(named, id.to_owned()));
    }

    /// What an entry is called.
    pub(super) fn take(&mut self, named: Named, id: &str) -> BTreeMap<Language, String> {
        self.0.remove(&(named, id.to_owned())).unwrap_or_default()
    }
}

fn check(
    named: Named,
    id: &str,
    word: &Spanned<String>,
    known: &BTreeSet<(Named, &str)>,
) -> Result<(), Fault> {
    let at = word.span().start;
    if !known.contains(&(named, id)) {
        let expected = match named {
            Named::Subcategory => "the code of a [[subcategory]]",
            Named::Referral => "the id of a [[referral]]",
            Named::Office => "the id of an [[office]]",
        };
        let remedy = "correct it, or add that entry to this file";
        return Err(Fault::new(at, expected, format!("`{id}`"), remedy));
    }
    if word.get_ref().trim().is_empty() {
        let found = format!("nothing for `{id}`");
        return Err(Fault::new(
            at,
            "a name in this language",
            found,
            "write it or remove the line",
        ));
    }
    Ok(())
}
