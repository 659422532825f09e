//! Who does the work: the contractors, checked against the kinds of work and their estimates.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use super::super::error::Fault;
use super::super::file::{ContractorTable, LimitsTable};
use super::super::{Activation, Contractor, Limits, Period, Subcategory};
use super::Terms;
use super::once;
use super::services::{code_of, mail_address};
use super::time::{hours, validity};
use crate::domain::place::same_district;

/// Minutes in which an urgent order must be answered unless the file says otherwise.
const ANSWER_MINUTES: u32 = 30;

/// An urgent order that may wait longer is none: a day.
const ANSWER_MINUTES_MAX: u32 = 1_440;

/// The kinds of work by their code, as the files laid so far have them.
type Works = BTreeMap<String, (Subcategory, Terms)>;

/// Lays a file's estimates, in whole euro, safety notes and reasons for a contact over the kinds of work.
pub(super) fn particulars(
    works: &mut Works,
    estimates: &BTreeMap<Spanned<String>, u32>,
    safety: &BTreeMap<Spanned<String>, String>,
    contact: &BTreeMap<Spanned<String>, Spanned<String>>,
) -> Result<(), Fault> {
    for (code, euro) in estimates {
        let cents = i64::from(*euro).saturating_mul(100);
        work(works, code)?.estimate_cents = Some(cents);
    }
    for (code, note) in safety {
        work(works, code)?.safety = Some(note.clone());
    }
    for (code, why) in contact {
        let work = work(works, code)?;
        if why.get_ref().trim().is_empty() {
            return Err(Fault::new(
                why.span().start,
                "why whoever goes there must reach the person who reported",
                "nothing",
                "write it in a few words, or remove the line: a contractor learns no name without a reason",
            ));
        }
        work.contact_on_site = Some(why.get_ref().trim().to_owned());
    }
    Ok(())
}

fn work<'w>(works: &'w mut Works, code: &Spanned<String>) -> Result<&'w mut Subcategory, Fault> {
    works.get_mut(code.get_ref()).map(|(work, _)| work).ok_or_else(|| {
        Fault::new(
            code.span().start,
            "the code of a [[subcategory]], as `I01`",
            format!("`{}`", code.get_ref()),
            "correct it, or add that [[subcategory]] to this file",
        )
    })
}

pub(super) fn contractors(
    tables: &[ContractorTable],
    works: &Works,
) -> Result<Vec<Contractor>, Fault> {
    let known: BTreeSet<&str> = works.keys().map(String::as_str).collect();
    let mut ids = BTreeSet::new();
    let mut found: Vec<Contractor> = Vec::with_capacity(tables.len());
    for table in tables {
        once(&mut ids, &table.id)?;
        let firm = contractor(table, &known)?;
        estimated(table, &firm, works)?;
        let clashes =
            |earlier: &&Contractor| earlier.priority == firm.priority && overlap(earlier, &firm);
        if let Some(earlier) = found.iter().find(clashes) {
            let at = table.priority.as_ref().map_or(table.id.span().start, |it| it.span().start);
            return Err(Fault::new(
                at,
                "one contractor a kind of work, district and time with each priority",
                format!("`{}` with the same as `{}`", firm.id, earlier.id),
                "give each a priority of its own (1 is asked first), or other districts or days",
            ));
        }
        found.push(firm);
    }
    Ok(found)
}

fn contractor(table: &ContractorTable, known: &BTreeSet<&str>) -> Result<Contractor, Fault> {
    let id = table.id.get_ref();
    let none = |what: &str, remedy: &str| {
        Fault::new(table.id.span().start, what, format!("contractor `{id}` with none"), remedy)
    };
    if table.addresses.is_empty() {
        return Err(none("an address for work orders", "add addresses = [\"firm@example.it\"]"));
    }
    if table.subcategories.is_empty() {
        return Err(none("what the firm is engaged for", "add subcategories = [\"I01\"]"));
    }
    Ok(Contractor {
        id: id.clone(),
        name: table.name.clone(),
        addresses: table.addresses.iter().map(mail_address).collect::<Result<_, _>>()?,
        subcategories: table
            .subcategories
            .iter()
            .map(|code| code_of(code, known))
            .collect::<Result<_, _>>()?,
        activation: activation(&table.activation)?,
        districts: table.districts.iter().map(|it| it.get_ref().clone()).collect(),
        contract: table.contract.clone(),
        valid: validity(table.valid_from.as_ref(), table.valid_to.as_ref())?,
        hours: table.hours.as_ref().map(hours).transpose()?,
        priority: table.priority.as_ref().map_or(u32::MAX, |priority| *priority.get_ref()),
        limits: table.limits.as_ref().map(limits).transpose()?.unwrap_or_default(),
        exceed: table.exceed.iter().map(mail_address).collect::<Result<_, _>>()?,
        answer_minutes: table
            .answer_minutes
            .as_ref()
            .map(answer_minutes)
            .transpose()?
            .unwrap_or(ANSWER_MINUTES),
    })
}

/// A limit in money without an estimate could never be held.
fn estimated(table: &ContractorTable, firm: &Contractor, works: &Works) -> Result<(), Fault> {
    let limited = firm.limits.intervention_cents.is_some() || firm.limits.period_cents.is_some();
    let without =
        |code: &&String| works.get(*code).is_some_and(|(work, _)| work.estimate_cents.is_none());
    match firm.subcategories.iter().find(without) {
        Some(code) if limited => Err(Fault::new(
            table.id.span().start,
            "an estimate for every kind of work of a contractor with a limit in euro",
            format!("contractor `{}` with `{code}`, which has none", firm.id),
            format!("add [estimates] {code} = 250 (in euro) to the file, or leave the limit out"),
        )),
        _ => Ok(()),
    }
}

fn overlap(one: &Contractor, other: &Contractor) -> bool {
    let work = one.subcategories.iter().any(|code| other.subcategories.contains(code));
    let district = one.districts.is_empty()
        || other.districts.is_empty()
        || one
            .districts
            .iter()
            .any(|district| other.districts.iter().any(|there| same_district(district, there)));
    work && district && one.valid.meets(other.valid)
}

fn limits(table: &LimitsTable) -> Result<Limits, Fault> {
    let cents = |euro: &Option<Spanned<u32>>| {
        euro.as_ref().map(|euro| i64::from(*euro.get_ref()).saturating_mul(100))
    };
    Ok(Limits {
        intervention_cents: cents(&table.intervention_euro),
        period_cents: cents(&table.period_euro),
        period_orders: table.period_orders.map(i64::from),
        period: table.period.as_ref().map(period).transpose()?.unwrap_or_default(),
    })
}

fn period(name: &Spanned<String>) -> Result<Period, Fault> {
    match name.get_ref().as_str() {
        "month" => Ok(Period::Month),
        "quarter" => Ok(Period::Quarter),
        "year" => Ok(Period::Year),
        other => Err(Fault::new(
            name.span().start,
            "period `month`, `quarter` or `year`",
            format!("`{other}`"),
            "use one of the three",
        )),
    }
}

fn answer_minutes(minutes: &Spanned<u32>) -> Result<u32, Fault> {
    match *minutes.get_ref() {
        found @ 1..=ANSWER_MINUTES_MAX => Ok(found),
        found => Err(Fault::new(
            minutes.span().start,
            format!("minutes from 1 to {ANSWER_MINUTES_MAX}"),
            found.to_string(),
            "write how long an urgent order may stay without an answer",
        )),
    }
}

fn activation(name: &Spanned<String>) -> Result<Activation, Fault> {
    match name.get_ref().as_str() {
        "automatic" => Ok(Activation::Automatic),
        "urgent_only" => Ok(Activation::UrgentOnly),
        "on_approval" => Ok(Activation::OnApproval),
        other => Err(Fault::new(
            name.span().start,
            "activation `automatic`, `urgent_only` or `on_approval`",
            format!("`{other}`"),
            "use one of the three",
        )),
    }
}
