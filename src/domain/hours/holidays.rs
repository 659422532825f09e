//! The public holidays of Italy (L. 260/1949 as amended; L. 336/2000 for 2 June; 4 October again from
//! 2026 by L. 151/2025) and the local patron saint's day.

use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use opening_hours::ContextHolidays;

/// Years the calendar holds: from the last change that looked back, L. 336/2000, to the end of the
/// century. A year takes 48 bytes.
const YEARS: RangeInclusive<i32> = 2001..=2100;

/// Month and day of the holidays that never move.
const FIXED: [(u32, u32); 10] =
    [(1, 1), (1, 6), (4, 25), (5, 1), (6, 2), (8, 15), (11, 1), (12, 8), (12, 25), (12, 26)];

/// Saint Francis is a holiday again from this year on (L. 151/2025).
const SAINT_FRANCIS_FROM: i32 = 2026;

/// Saint Francis of Assisi, patron of Italy.
const SAINT_FRANCIS: (u32, u32) = (10, 4);

/// The calendar that `PH` means in an opening-hours expression; `saint` is month and day.
pub(super) fn italian(saint: Option<(u32, u32)>) -> ContextHolidays {
    let none = ContextHolidays::default();
    let mut calendar = none.get_public().clone();
    for year in YEARS {
        for day in of_year(year, saint) {
            calendar.insert(day);
        }
    }
    ContextHolidays::new(Arc::new(calendar), Arc::new(none.get_school().clone()))
}

fn of_year(year: i32, saint: Option<(u32, u32)>) -> impl Iterator<Item = NaiveDate> {
    let francis = (year >= SAINT_FRANCIS_FROM).then_some(SAINT_FRANCIS);
    let fixed = FIXED.into_iter().chain(francis).chain(saint);
    let easter = easter(year);
    let monday = easter.and_then(|sunday| sunday.checked_add_days(Days::new(1)));
    fixed
        .filter_map(move |(month, day)| NaiveDate::from_ymd_opt(year, month, day))
        .chain(easter)
        .chain(monday)
}

/// Easter Sunday of the Gregorian calendar: the anonymous computus (Nature, 20 April 1876; J. Meeus,
/// Astronomical Algorithms, chapter 8). The paper's letters stand beside the names.
pub(super) fn easter(year: i32) -> Option<NaiveDate> {
    // Years of four digits: no term below comes near the bounds of its type.
    let wide = i64::from(year.clamp(1583, 9999));
    let golden = wide % 19; // a
    let (century, in_century) = (wide / 100, wide % 100); // b, c
    let lunar = (century - (century + 8) / 25 + 1) / 3; // g, of f
    let epact = (19 * golden + century - century / 4 - lunar + 15) % 30; // h, of d
    let weekday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - epact - in_century % 4) % 7; // l, of e, i, k
    let late = (golden + 11 * epact + 22 * weekday) / 451; // m
    let days = epact + weekday - 7 * late + 114;
    let (month, day) = (u32::try_from(days / 31).ok()?, u32::try_from(days % 31 + 1).ok()?);
    NaiveDate::from_ymd_opt(year, month, day)
}
