//! Who is called about an emergency, checked against the offices there are.

use std::collections::BTreeSet;

use toml::Spanned;

use super::super::error::Fault;
use super::super::file::OnCallTable;
use super::super::{Office, OnCall};
use super::once;
use super::services::mail_address;
use super::time::{day, validity};

/// Minutes between two calls where the rules name none: long enough to wake up and read, short enough for
/// a live wire.
const REPEAT_MINUTES_DEFAULT: u32 = 10;

/// A day: a longer pause is no repetition.
const REPEAT_MINUTES_MAX: u32 = 1_440;

/// Calls about one emergency where the rules name none: two hours of them, then the office opens or it
/// was none.
const CALLS_DEFAULT: u32 = 12;

/// More calls than these are a slip of the pen.
const CALLS_MAX: u32 = 500;

/// The contacts of one file.
pub(super) fn contacts(tables: &[OnCallTable], offices: &[Office]) -> Result<Vec<OnCall>, Fault> {
    let mut ids = BTreeSet::new();
    let mut found = Vec::with_capacity(tables.len());
    for table in tables {
        once(&mut ids, &table.id)?;
        found.push(contact(table, offices)?);
    }
    Ok(found)
}

fn contact(table: &OnCallTable, offices: &[Office]) -> Result<OnCall, Fault> {
    if table.addresses.is_empty() && table.rota.is_empty() {
        let found = format!("on-call contact `{}` with none", table.id.get_ref());
        let remedy =
            "add addresses = [\"reperibile@comune.example\"], the first to be called first";
        return Err(Fault::new(table.id.span().start, "an address to call", found, remedy));
    }
    if table.rota.is_empty() != table.rota_from.is_none() {
        let found = format!("on-call contact `{}` with one of the two", table.id.get_ref());
        let remedy =
            "add rota_from = \"2026-11-16\", the first day of the first one's week, or remove both";
        let expected = "a rota and the day on which it begins";
        return Err(Fault::new(table.id.span().start, expected, found, remedy));
    }
    for office in &table.offices {
        if !offices.iter().any(|known| known.id == *office.get_ref()) {
            let found = format!("`{}`", office.get_ref());
            let remedy = "correct it, or add that [[office]] to this file";
            return Err(Fault::new(office.span().start, "the id of an [[office]]", found, remedy));
        }
    }
    Ok(OnCall {
        id: table.id.get_ref().clone(),
        addresses: table.addresses.iter().map(mail_address).collect::<Result<_, _>>()?,
        rota: table.rota.iter().map(mail_address).collect::<Result<_, _>>()?,
        rota_from: table.rota_from.as_ref().map(day).transpose()?,
        valid: validity(table.valid_from.as_ref(), table.valid_to.as_ref())?,
        offices: table.offices.iter().map(|office| office.get_ref().clone()).collect(),
        repeat_minutes: counted(
            table.repeat_minutes.as_ref(),
            "repeat_minutes",
            REPEAT_MINUTES_DEFAULT,
            REPEAT_MINUTES_MAX,
        )?,
        calls_max: counted(table.calls_max.as_ref(), "calls_max", CALLS_DEFAULT, CALLS_MAX)?,
    })
}

fn counted(
    value: Option<&Spanned<u32>>,
    name: &str,
    default: u32,
    most: u32,
) -> Result<u32, Fault> {
    let Some(value) = value else { return Ok(default) };
    let number = *value.get_ref();
    if (1..=most).contains(&number) {
        return Ok(number);
    }
    let expected = format!("`{name}` from 1 to {most}");
    Err(Fault::new(
        value.span().start,
        expected,
        number.to_string(),
        "choose a number in that range",
    ))
}
