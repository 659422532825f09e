//! Who answers for the work: the offices, checked against the subcategories there are.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use super::super::Office;
use super::super::error::Fault;
use super::super::file::OfficeTable;
use super::words::{Named, Words};
use super::{category, once};

/// The offices of the files laid so far, and which of them takes what nobody else does.
#[derive(Default)]
pub(super) struct Offices {
    list: Vec<Office>,
    default: Option<String>,
}

impl Offices {
    /// Lays one file's offices over the earlier ones: a known id changes what it names, a new one is added
    /// before them, because the first office that covers a matter has it.
    pub(super) fn lay(
        &mut self,
        tables: &[OfficeTable],
        known: &BTreeSet<&str>,
    ) -> Result<(), Fault> {
        let mut ids = BTreeSet::new();
        let mut default: Option<&Spanned<String>> = None;
        let mut added = Vec::new();
        for table in tables {
            once(&mut ids, &table.id)?;
            if table.default == Some(true) {
                if default.is_some() {
                    let found = format!("`{}` as a second one", table.id.get_ref());
                    let remedy = "leave default = true on the one that takes what nobody else does";
                    return Err(Fault::new(
                        table.id.span().start,
                        "one default office",
                        found,
                        remedy,
                    ));
                }
                default = Some(&table.id);
            }
            let earlier = self.list.iter_mut().find(|office| office.id == *table.id.get_ref());
            match earlier {
                Some(office) => change(office, table, known)?,
                None => added.push(office(table, known)?),
            }
        }
        added.append(&mut self.list);
        self.list = added;
        if let Some(id) = default {
            self.default = Some(id.get_ref().clone());
        }
        Ok(())
    }

    /// The default office, when a file has named one.
    pub(super) fn fallback(&self) -> Option<Office> {
        let id = self.default.as_ref()?;
        self.list.iter().find(|office| office.id == *id).cloned()
    }

    /// Every office so far.
    pub(super) fn list(&self) -> &[Office] {
        &self.list
    }

    /// Whether a table gives an office another Italian name than it has.
    pub(super) fn renames(&self, table: &OfficeTable) -> bool {
        let named = |office: &&Office| office.id == *table.id.get_ref();
        let earlier = self.list.iter().find(named);
        earlier.is_some_and(|office| table.it.as_ref().is_some_and(|it| *it != office.name_it))
    }

    /// Gives every office its words.
    pub(super) fn call(&mut self, words: &mut Words) {
        for office in &mut self.list {
            office.words = words.take(Named::Office, &office.id);
        }
    }

    pub(super) fn into_list(self) -> Vec<Office> {
        self.list
    }
}

fn office(table: &OfficeTable, known: &BTreeSet<&str>) -> Result<Office, Fault> {
    let Some(name) = &table.it else {
        let found = format!("a new office `{}` without one", table.id.get_ref());
        let remedy = "add it = \"…\", the name that residents read";
        return Err(Fault::new(table.id.span().start, "a name in Italian", found, remedy));
    };
    let mut office = Office {
        id: table.id.get_ref().clone(),
        name_it: name.clone(),
        name_en: name.clone(),
        words: BTreeMap::new(),
        address: None,
        expected_days: None,
        categories: Vec::new(),
        subcategories: Vec::new(),
    };
    change(&mut office, table, known)?;
    Ok(office)
}

fn change(office: &mut Office, table: &OfficeTable, known: &BTreeSet<&str>) -> Result<(), Fault> {
    if let Some(name) = &table.it {
        office.name_it.clone_from(name);
    }
    if let Some(name) = &table.en {
        office.name_en.clone_from(name);
    }
    if let Some(address) = &table.address {
        office.address = Some(mail_address(address)?);
    }
    if table.expected_days.is_some() {
        office.expected_days = table.expected_days;
    }
    if let Some(categories) = &table.categories {
        office.categories = categories.iter().map(category).collect::<Result<_, _>>()?;
    }
    if let Some(codes) = &table.subcategories {
        office.subcategories =
            codes.iter().map(|code| code_of(code, known)).collect::<Result<_, _>>()?;
    }
    Ok(())
}

pub(super) fn code_of(code: &Spanned<String>, known: &BTreeSet<&str>) -> Result<String, Fault> {
    if known.contains(code.get_ref().as_str()) {
        return Ok(code.get_ref().clone());
    }
    Err(Fault::new(
        code.span().start,
        "the code of a [[subcategory]], as `I01`",
        format!("`{}`", code.get_ref()),
        "correct it, or add that [[subcategory]] to this file",
    ))
}

pub(super) fn mail_address(address: &Spanned<String>) -> Result<String, Fault> {
    let text = address.get_ref().trim();
    let bare = !text.contains(|char: char| char.is_whitespace() || "<>,;".contains(char));
    if bare
        && text
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
    {
        return Ok(text.to_owned());
    }
    Err(Fault::new(
        address.span().start,
        "a bare mail address, as `strade@comune.example`",
        format!("`{text}`"),
        "write the address alone, without a name or brackets",
    ))
}
