//! `[organisation]`: who answers, when it is open, and who its own people are.

use std::fmt;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::section::{Reading, Section};
use super::values;
use crate::domain::hours::Hours;

/// Opening hours of the operations centre unless set otherwise.
const HOURS: &str = "Mo-Fr 08:00-13:00, Tu,Th 14:30-17:15; Sa 08:00-13:00; PH off";

/// A day of every year, as the feast of a town's patron saint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct YearlyDay {
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31, one that the month has (29 February included).
    pub day: u32,
}

impl YearlyDay {
    fn parse(text: &str) -> Option<Self> {
        let (month, day) = text.split_once('-')?;
        if month.len() != 2 || day.len() != 2 {
            return None;
        }
        let (month, day) = (month.parse().ok()?, day.parse().ok()?);
        // A leap year, so that 29 February is a day.
        NaiveDate::from_ymd_opt(2024, month, day).map(|_| Self { month, day })
    }
}

impl fmt::Display for YearlyDay {
    /// `MM-DD`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

/// Who we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// How letters name us.
    pub name: String,
    /// The clock that letters speak by.
    pub timezone: Tz,
    /// When staff are there, in the `opening_hours` syntax of OpenStreetMap; checked, kept as written.
    pub hours: String,
    /// A holiday besides the national ones.
    pub patron_saint: Option<YearlyDay>,
    /// Mail domains of our own people, lower case.
    pub domains: Vec<String>,
    /// Addresses of staff, lower case: they receive what no office's address is known for.
    pub staff: Vec<String>,
}

impl Default for Organisation {
    fn default() -> Self {
        Self {
            name: "Comune".to_owned(),
            timezone: chrono_tz::Europe::Rome,
            hours: HOURS.to_owned(),
            patron_saint: None,
            domains: Vec::new(),
            staff: Vec::new(),
        }
    }
}

pub(super) fn read(reading: &mut Reading) -> Organisation {
    let mut section = reading.section("organisation");
    let default = Organisation::default();
    Organisation {
        name: section.text("name").unwrap_or(default.name),
        timezone: section
            .parsed(
                "timezone",
                "a time zone of the IANA list",
                "write it like \"Europe/Rome\"",
                |text| text.parse().ok(),
            )
            .unwrap_or(default.timezone),
        hours: hours(&mut section).unwrap_or(default.hours),
        patron_saint: section.parsed(
            "patron_saint",
            "month and day",
            "write them like \"11-24\"",
            YearlyDay::parse,
        ),
        domains: section.list("domains", "mail domains", values::domain).unwrap_or_default(),
        staff: section.list("staff", "mail addresses", values::bare_address).unwrap_or_default(),
    }
}

/// Hours that can be read; the time zone is a key of its own.
fn hours(section: &mut Section<'_>) -> Option<String> {
    let remedy = "see https://wiki.openstreetmap.org/wiki/Key:opening_hours";
    section.parsed("hours", &format!("opening hours like \"{HOURS}\""), remedy, |text| {
        Hours::new(text, chrono_tz::Europe::Rome.name(), None).ok().map(|_| text.to_owned())
    })
}
