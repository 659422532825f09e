//! Work orders: a contractor is activated for a ticket, within the limits that technicians set.
//!
//! Money is whole cents and every sum is checked: a budget is exact or it is none.

use std::time::Duration;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::command::Answer;
use super::place::same_district;
use super::rules::{Contractor, Limits, Period};
use super::time::Timestamp;

#[cfg(test)]
mod tests;

/// When a backup is restored, orders may have been answered since it was made; the answers lie in the mailbox and are
/// read again before this is over.
pub const RESTORED_ORDERS_WAIT: Duration = Duration::from_hours(24);

/// Where a work order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Staff are asked whether it may go out.
    Asked,
    /// The contractor has it.
    Sent,
    /// The contractor accepted.
    Accepted,
    /// Work has begun.
    Started,
    /// Work stands still.
    Suspended,
    /// Work is reported done.
    Done,
    /// The contractor will not.
    Refused,
    /// The contractor did not answer in time.
    Silent,
    /// Staff took it back.
    Retracted,
    /// Staff did not allow it, or said nothing in time.
    Denied,
}

impl OrderState {
    /// All, in the order of an order's life.
    pub const ALL: [Self; 10] = [
        Self::Asked,
        Self::Sent,
        Self::Accepted,
        Self::Started,
        Self::Suspended,
        Self::Done,
        Self::Refused,
        Self::Silent,
        Self::Retracted,
        Self::Denied,
    ];

    /// The name in the store and in lists.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Sent => "sent",
            Self::Accepted => "accepted",
            Self::Started => "started",
            Self::Suspended => "suspended",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Silent => "silent",
            Self::Retracted => "retracted",
            Self::Denied => "denied",
        }
    }

    /// Reads a [`name`](Self::name).
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether a contractor may still say this of it: what is done is neither accepted nor refused any more, and what has
    /// begun was accepted.
    #[must_use]
    pub const fn may_be_answered(self, answer: Answer) -> bool {
        match self {
            Self::Done => matches!(answer, Answer::Done),
            Self::Started => !matches!(answer, Answer::Accepted),
            Self::Sent | Self::Accepted | Self::Suspended => true,
            Self::Asked | Self::Refused | Self::Silent | Self::Retracted | Self::Denied => false,
        }
    }

    /// The contractor has it and may work at it: its cost is committed.
    #[must_use]
    pub const fn is_committed(self) -> bool {
        matches!(self, Self::Sent | Self::Accepted | Self::Started | Self::Suspended | Self::Done)
    }

    /// It stands in the way of another order for the same defect.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Asked | Self::Sent | Self::Accepted | Self::Started | Self::Suspended)
    }
}

/// One activation of a contractor for a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkOrder {
    /// `2026-000123/1`: the ticket's number and a count.
    pub number: String,
    /// The ticket's number.
    pub ticket: String,
    /// The contractor's id in the rules.
    pub contractor: String,
    /// Where it stands.
    pub state: OrderState,
    /// The estimate at the time of ordering, in cents; none where the rules have none.
    pub cents: Option<i64>,
    /// The budget's period it counts in, as [`period_of`] names it.
    pub period: String,
    /// Who let it out: `sportello` within the limits, else the person.
    pub by: String,
    /// It goes beyond a limit: somebody who may allowed it, or it was corrected when the contractor had taken it on.
    pub beyond: bool,
    /// Letters that asked for an answer so far: to staff while it is asked, to the contractor afterwards.
    pub asked: u32,
    /// When the clock looks at it again; none when it waits for nobody.
    pub next_at: Option<Timestamp>,
    /// When it was made.
    pub made_at: Timestamp,
    /// How often it changed.
    pub version: i64,
}

/// What a contractor's orders of one period come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// Orders that count.
    pub orders: i64,
    /// Their estimates together, in cents.
    pub cents: i64,
}

impl Used {
    /// With one more order, or one that costs more.
    #[must_use]
    pub fn with(self, order: &WorkOrder) -> Self {
        Self {
            orders: self.orders.saturating_add(1),
            cents: self.cents.saturating_add(order.cents.unwrap_or(0)),
        }
    }

    /// Without an order that was counted.
    #[must_use]
    pub fn without(self, order: &WorkOrder) -> Self {
        Self {
            orders: self.orders.saturating_sub(1),
            cents: self.cents.saturating_sub(order.cents.unwrap_or(0)),
        }
    }
}

/// Why an activation goes beyond the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beyond {
    /// The estimate is more than one intervention may cost.
    Intervention,
    /// The period's money would be overdrawn.
    PeriodMoney,
    /// The period's number of orders is used up.
    PeriodOrders,
    /// There is a limit in money, and no estimate to hold against it.
    NoEstimate,
}

impl Beyond {
    /// One clause for admins.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Intervention => "the estimate is more than one intervention may cost",
            Self::PeriodMoney => "the period's money would be overdrawn",
            Self::PeriodOrders => "the period's number of orders is used up",
            Self::NoEstimate => "there is no estimate to hold against the limit",
        }
    }

    /// The same in Italian, for staff.
    #[must_use]
    pub const fn text_it(self) -> &'static str {
        match self {
            Self::Intervention => "la stima supera il massimo per un intervento",
            Self::PeriodMoney => "la stima supera la somma rimasta nel periodo",
            Self::PeriodOrders => "il numero di ordini del periodo è esaurito",
            Self::NoEstimate => "manca una stima da confrontare con il limite",
        }
    }
}

/// Every limit that one more order would pass; none when it is within all of them.
#[must_use]
pub fn beyond(limits: &Limits, used: Used, estimate: Option<i64>) -> Vec<Beyond> {
    let mut found = Vec::new();
    let money = limits.intervention_cents.is_some() || limits.period_cents.is_some();
    if money && estimate.is_none() {
        found.push(Beyond::NoEstimate);
    }
    let over = |limit: Option<i64>, sum: Option<i64>| match (limit, sum) {
        (Some(limit), Some(sum)) => sum > limit,
        // A sum that does not fit is beyond whatever limit there is.
        (Some(_), None) => true,
        (None, _) => false,
    };
    if let Some(cents) = estimate {
        if over(limits.intervention_cents, Some(cents)) {
            found.push(Beyond::Intervention);
        }
        if over(limits.period_cents, used.cents.checked_add(cents)) {
            found.push(Beyond::PeriodMoney);
        }
    }
    if over(limits.period_orders, used.orders.checked_add(1)) {
        found.push(Beyond::PeriodOrders);
    }
    found
}

/// The period of a budget that a day falls in: `2026-11`, `2026-Q4` or `2026`.
#[must_use]
pub fn period_of(period: Period, day: NaiveDate) -> String {
    match period {
        Period::Month => format!("{}-{:02}", day.year(), day.month()),
        Period::Quarter => format!("{}-Q{}", day.year(), day.month0() / 3 + 1),
        Period::Year => day.year().to_string(),
    }
}

/// The first day of the first and of the last month of a period that [`period_of`] names.
#[must_use]
pub fn months_of(period: &str) -> Option<(NaiveDate, NaiveDate)> {
    let (year, part) = period.split_once('-').unwrap_or((period, ""));
    let (first, last) = match part.strip_prefix('Q') {
        _ if part.is_empty() => (1, 12),
        Some(quarter) => {
            let last = quarter.parse::<u32>().ok()?.checked_mul(3)?;
            (last.checked_sub(2)?, last)
        }
        None => (part.parse().ok()?, part.parse().ok()?),
    };
    let year = year.parse().ok()?;
    Some((NaiveDate::from_ymd_opt(year, first, 1)?, NaiveDate::from_ymd_opt(year, last, 1)?))
}

/// Euro as people write them in Italy: `1.234,50`.
#[must_use]
pub fn euro(cents: i64) -> String {
    let whole = (cents / 100).unsigned_abs().to_string();
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && whole.len().saturating_sub(at).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{grouped},{:02}", (cents % 100).unsigned_abs())
}

/// Whether a contractor may be activated on a day for a subcategory in a district.
#[must_use]
pub fn is_engaged(
    firm: &Contractor,
    subcategory: &str,
    district: Option<&str>,
    day: NaiveDate,
) -> bool {
    let does = firm.subcategories.iter().any(|code| code == subcategory);
    // Where the district is not known, only a firm for the whole town is certain to be the right one.
    let there = firm.districts.is_empty()
        || district.is_some_and(|district| {
            firm.districts.iter().any(|known| same_district(known, district))
        });
    does && there && firm.valid.holds(day)
}
