//! Who answers for the work: the offices, checked against the subcategories there are.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use super::super::error::Fault;
use super::super::file::{DeputyTable, OfficeTable};
use super::super::{Deputy, Internal, Office};
use super::words::{Named, Words};
use super::{category, once, overlap, time};
use crate::domain::requester::{INTERNAL, RESIDENT};

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
        groups: &[Internal],
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
                Some(office) => change(office, table, known, groups)?,
                None => added.push(office(table, known, groups)?),
            }
        }
        added.append(&mut self.list);
        self.list = added;
        if let Some(id) = default {
            self.default = Some(id.get_ref().clone());
        }
        for table in tables {
            let deputies = deputies(table, &self.list)?;
            let office = self.list.iter_mut().find(|office| office.id == *table.id.get_ref());
            if let (Some(office), Some(deputies)) = (office, deputies) {
                office.deputies = deputies;
            }
        }
        overlap::refused(tables, &self.list)
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

fn office(
    table: &OfficeTable,
    known: &BTreeSet<&str>,
    groups: &[Internal],
) -> Result<Office, Fault> {
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
        districts: Vec::new(),
        requesters: Vec::new(),
        priority: u32::MAX,
        hours: None,
        deputies: Vec::new(),
    };
    change(&mut office, table, known, groups)?;
    Ok(office)
}

fn change(
    office: &mut Office,
    table: &OfficeTable,
    known: &BTreeSet<&str>,
    groups: &[Internal],
) -> Result<(), Fault> {
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
    if let Some(districts) = &table.districts {
        office.districts = districts.iter().map(|it| it.get_ref().clone()).collect();
    }
    if let Some(names) = &table.requesters {
        office.requesters =
            names.iter().map(|name| requester(name, groups)).collect::<Result<_, _>>()?;
    }
    if let Some(priority) = table.priority {
        office.priority = priority;
    }
    if let Some(hours) = &table.hours {
        office.hours = Some(time::hours(hours)?);
    }
    Ok(())
}

/// A type of requester, or a group of the rules.
fn requester(name: &Spanned<String>, groups: &[Internal]) -> Result<String, Fault> {
    let text = name.get_ref();
    let types = [RESIDENT, INTERNAL];
    if types.contains(&text.as_str()) || groups.iter().any(|group| group.id == *text) {
        return Ok(text.clone());
    }
    Err(Fault::new(
        name.span().start,
        format!("`{RESIDENT}`, `{INTERNAL}` or the id of an [[internal]] group"),
        format!("`{text}`"),
        "correct it, or add that [[internal]] group to this file",
    ))
}

/// Who stands in for an office, when its table says so.
fn deputies(table: &OfficeTable, offices: &[Office]) -> Result<Option<Vec<Deputy>>, Fault> {
    let Some(tables) = &table.deputies else { return Ok(None) };
    let at = table.id.span().start;
    tables.iter().map(|deputy| deputy_of(deputy, at, offices)).collect::<Result<_, _>>().map(Some)
}

fn deputy_of(table: &DeputyTable, at: usize, offices: &[Office]) -> Result<Deputy, Fault> {
    let address = match (&table.address, &table.office) {
        (Some(address), None) => mail_address(address)?,
        (None, Some(id)) => {
            let known = offices.iter().find(|office| office.id == *id.get_ref());
            known.and_then(|office| office.address.clone()).ok_or_else(|| {
                let found = match known {
                    Some(office) => format!("`{}`, which has no address", office.id),
                    None => format!("`{}`, which is no office", id.get_ref()),
                };
                Fault::new(
                    id.span().start,
                    "as a deputy the id of an [[office]] with an address",
                    found,
                    "correct it, give that office an address, or name one: address = \"vice@comune.example\"",
                )
            })?
        }
        (one, _) => {
            let found = if one.is_some() { "both" } else { "neither" };
            return Err(Fault::new(
                at,
                "for each deputy an address or the id of an office",
                found,
                "write address = \"vice@comune.example\", or office = \"verde\"",
            ));
        }
    };
    let days = time::validity(table.valid_from.as_ref(), table.valid_to.as_ref())?;
    Ok(Deputy { address, days, besides: table.besides })
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
