//! When the office is open, which days it works, and how an instant is said where it stands.
//!
//! Hours are an OpenStreetMap `opening_hours` expression in which `PH off` means the Italian public
//! holidays of `holidays`. Everything is reckoned in local wall-clock time and only then turned into
//! an instant, so that a change of the clocks moves no opening.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use opening_hours::{Context, OpeningHours, RuleKind};

use super::letter::context::Wording;
use super::time::Timestamp;

mod holidays;
mod words;

#[cfg(test)]
mod tests;

/// How far an opening is looked for: an office that is shut longer than a year promises nothing.
const HORIZON_DAYS: u64 = 400;

/// Working days that are counted at most: ten years, so that a slip in the rules costs no time.
const WORKING_DAYS_MAX: u32 = 2_600;

/// The longest jump of a clock that is stepped over, in minutes: Samoa left out a day in 2011.
const CLOCK_JUMP_MINUTES_MAX: i64 = 1_440;

/// Why hours cannot be used. Each says what was expected, what was found and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// The expression is not in the `opening_hours` syntax.
    #[error(
        "expected opening hours as `Mo-Fr 08:00-13:00; Sa 08:00-12:00; PH off`, found `{found}` ({why}): \
         write `organisation.hours` in the syntax of https://wiki.openstreetmap.org/wiki/Key:opening_hours"
    )]
    Expression {
        /// As written.
        found: String,
        /// What the reader of the syntax said.
        why: String,
    },
    /// The time zone is not one of the IANA database.
    #[error(
        "expected a time zone as `Europe/Rome`, found `{found}`{hint}: set `organisation.timezone` to a \
         name of the IANA time zone database"
    )]
    Timezone {
        /// As written.
        found: String,
        /// The name that was probably meant, as ` (did you mean …?)`, or nothing.
        hint: String,
    },
    /// The day of the patron saint is not a day of the year.
    #[error(
        "expected month and day as `11-24`, found `{found}`: set `organisation.patron_saint` to a day of \
         the year, or leave it out"
    )]
    PatronSaint {
        /// As written.
        found: String,
    },
}

/// The opening hours of an office in its time zone, with its public holidays. Cheap to clone.
#[derive(Debug, Clone, PartialEq)]
pub struct Hours {
    week: OpeningHours,
    zone: Tz,
}

impl Hours {
    /// From the configuration's `hours`, `timezone` and `patron_saint` (`MM-DD`).
    pub fn new(
        expression: &str,
        timezone: &str,
        patron_saint: Option<&str>,
    ) -> Result<Self, HoursError> {
        let zone = zone(timezone)?;
        let saint = patron_saint.map(day_of_year).transpose()?;
        let week: OpeningHours = expression.parse().map_err(|why| HoursError::Expression {
            found: expression.to_owned(),
            why: format!("{why}"),
        })?;
        let context = Context::default().with_holidays(holidays::italian(saint));
        Ok(Self { week: week.with_context(context), zone })
    }

    /// The same week in the time zone and with the holidays of `other`.
    #[must_use]
    pub fn in_time_of(&self, other: &Self) -> Self {
        let context = other.week.get_context().clone();
        Self { week: self.week.clone().with_context(context), zone: other.zone }
    }

    /// The local day of an instant.
    #[must_use]
    pub fn date_of(&self, now: Timestamp) -> NaiveDate {
        self.local(now).date_naive()
    }

    /// Whether the office is open at an instant. Hours marked `unknown` count as shut.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.week.is_open(self.local(now).naive_local())
    }

    /// The first opening after `now`; the next one also while it is open. `None` when it does not open
    /// within a year, or never shuts.
    #[must_use]
    pub fn next_opening(&self, now: Timestamp) -> Option<Timestamp> {
        let from = self.local(now).naive_local();
        let until = from.checked_add_days(Days::new(HORIZON_DAYS))?;
        let mut open_until = None;
        for span in self.week.iter_range(from, until).filter(|span| span.kind == RuleKind::Open) {
            let opens = span.range.start;
            if opens > from && open_until != Some(opens) {
                return self.instant(opens, now);
            }
            open_until = Some(span.range.end);
        }
        None
    }

    /// The close of business of the day that many working days away: the end of an expected time.
    ///
    /// A working day is one on which the office opens. The day itself is not counted; while the office
    /// is shut the count starts with its next opening. Where it never opens every day counts.
    #[must_use]
    pub fn add_working_days(&self, now: Timestamp, days: u32) -> Timestamp {
        let next = if self.is_open(now) { Some(now) } else { self.next_opening(now) };
        let mut day = self.local(next.unwrap_or(now)).date_naive();
        let mut left = days.min(WORKING_DAYS_MAX);
        while left > 0 {
            let Some(following) = day.succ_opt() else { break };
            day = following;
            if self.end_of(day, next.is_none()).is_some() {
                left = left.saturating_sub(1);
            }
        }
        self.end_of(day, true).and_then(|at| self.instant(at, now)).unwrap_or(now)
    }

    /// How many working days end between two instants: what a wait of that length takes from an expected time.
    #[must_use]
    pub fn working_days_ended(&self, from: Timestamp, to: Timestamp) -> u32 {
        let always = !self.is_open(from) && self.next_opening(from).is_none();
        let (from, to) = (self.local(from).naive_local(), self.local(to).naive_local());
        let days = from.date().iter_days().take_while(|day| *day <= to.date());
        let longest = usize::try_from(WORKING_DAYS_MAX).unwrap_or(usize::MAX);
        let ends = days.take(longest).filter_map(|day| self.end_of(day, always));
        let ended = ends.filter(|end| *end > from && *end <= to).count();
        u32::try_from(ended).unwrap_or(WORKING_DAYS_MAX)
    }

    /// The wall-clock time of an instant.
    #[must_use]
    pub fn local(&self, now: Timestamp) -> DateTime<Tz> {
        now.utc().with_timezone(&self.zone)
    }

    /// The year that tickets of this instant are numbered in.
    #[must_use]
    pub fn year(&self, now: Timestamp) -> i32 {
        self.local(now).year()
    }

    /// An instant as people say it: `martedì 24 novembre 2026 alle ore 8:30`.
    #[must_use]
    pub fn moment(&self, at: Timestamp) -> Wording {
        words::moment(self.local(at).naive_local())
    }

    /// The local day of an instant as people say it: `martedì 24 novembre 2026`.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> Wording {
        words::day(self.local(at).date_naive())
    }

    /// A day as people say it.
    #[must_use]
    pub fn date(&self, day: NaiveDate) -> Wording {
        words::day(day)
    }

    /// The months of a stretch within one year, for staff: `novembre 2026`, `ottobre-dicembre 2026`.
    #[must_use]
    pub fn months(&self, from: NaiveDate, to: NaiveDate) -> Wording {
        words::months(from, to)
    }

    /// When a working day ends; where `always` is set every day is one, and without a closing it ends at noon.
    fn end_of(&self, day: NaiveDate, always: bool) -> Option<NaiveDateTime> {
        let noon = || day.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::hours(12));
        self.closing(day).or_else(|| noon().filter(|_| always))
    }

    /// The last closing of a day; `None` when the office does not open on it.
    fn closing(&self, date: NaiveDate) -> Option<NaiveDateTime> {
        let midnight = date.and_time(NaiveTime::MIN);
        let next = midnight.checked_add_days(Days::new(1))?;
        let mut open =
            self.week.iter_range(midnight, next).filter(|span| span.kind == RuleKind::Open);
        let first = open.next()?;
        // A day's last minute, not the next day's first: the day is what is said.
        let end = open.last().unwrap_or(first).range.end;
        Some(if end >= next { end.checked_sub_signed(TimeDelta::minutes(1))? } else { end })
    }

    /// The instant of a wall-clock time: after `now` when the clock shows it twice, as soon as there is
    /// one again when the clock leaves it out.
    fn instant(&self, wall: NaiveDateTime, now: Timestamp) -> Option<Timestamp> {
        let shown = |minutes: i64| {
            let wall = wall.checked_add_signed(TimeDelta::minutes(minutes))?;
            let found = self.zone.from_local_datetime(&wall);
            let both = [found.earliest(), found.latest()].map(|at| at.map(timestamp));
            both.into_iter().flatten().find(|at| *at > now).or(both.into_iter().flatten().next())
        };
        (0..=CLOCK_JUMP_MINUTES_MAX).find_map(shown)
    }
}

fn timestamp(at: DateTime<Tz>) -> Timestamp {
    Timestamp::from_millis(at.timestamp_millis())
}

fn zone(name: &str) -> Result<Tz, HoursError> {
    name.parse().map_err(|_| {
        let meant = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).find(|known| {
            let city = known.rsplit_once('/').map_or(*known, |(_, city)| city);
            known.eq_ignore_ascii_case(name.trim()) || city.eq_ignore_ascii_case(name.trim())
        });
        let hint = meant.map_or_else(String::new, |known| format!(" (did you mean `{known}`?)"));
        HoursError::Timezone { found: name.to_owned(), hint }
    })
}

/// Month and day of `MM-DD`; 29 February is one, kept in leap years only.
fn day_of_year(text: &str) -> Result<(u32, u32), HoursError> {
    const LEAP_YEAR: i32 = 2000;
    let read = || {
        let (month, day) = text.split_once('-')?;
        let number = |digits: &str| {
            let plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse::<u32>().ok()).flatten()
        };
        let (month, day) = (number(month)?, number(day)?);
        NaiveDate::from_ymd_opt(LEAP_YEAR, month, day).map(|_| (month, day))
    };
    read().ok_or_else(|| HoursError::PatronSaint { found: text.to_owned() })
}
