//! Days and opening hours as rules write them.

use chrono::NaiveDate;
use toml::Spanned;

use super::super::Validity;
use super::super::error::Fault;
use crate::domain::hours::Hours;

/// The clock by which hours are read until the organisation's is known.
const TIMEZONE: &str = "Europe/Rome";

/// A first and a last day, each of which may be missing.
pub(super) fn validity(
    from: Option<&Spanned<String>>,
    to: Option<&Spanned<String>>,
) -> Result<Validity, Fault> {
    let valid = Validity { from: from.map(day).transpose()?, to: to.map(day).transpose()? };
    match (valid.from, valid.to, to) {
        (Some(first), Some(last), Some(written)) if last < first => Err(Fault::new(
            written.span().start,
            "a last day after the first",
            format!("{last} after {first}"),
            "correct valid_from or valid_to",
        )),
        _ => Ok(valid),
    }
}

/// A day as `2026-12-31`.
pub(super) fn day(written: &Spanned<String>) -> Result<NaiveDate, Fault> {
    NaiveDate::parse_from_str(written.get_ref(), "%Y-%m-%d").map_err(|_| {
        Fault::new(
            written.span().start,
            "a day as `2026-12-31`",
            format!("`{}`", written.get_ref()),
            "write year, month and day",
        )
    })
}

/// Opening hours in the `opening_hours` syntax.
pub(super) fn hours(written: &Spanned<String>) -> Result<Hours, Fault> {
    Hours::new(written.get_ref(), TIMEZONE, None).map_err(|_| {
        Fault::new(
            written.span().start,
            "opening hours as `Mo-Fr 08:00-13:00; Sa 08:00-12:00; PH off`",
            format!("`{}`", written.get_ref()),
            "write them in the syntax of https://wiki.openstreetmap.org/wiki/Key:opening_hours",
        )
    })
}
