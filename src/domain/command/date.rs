//! Days as people write them in a hurry: `12/3`, `12 marzo`, `domani`, `lunedì`, `3g`.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::{Command, Ground, quoted};
use crate::domain::text::fold;

/// Nothing is planned further ahead: three years. A year typed wrong is farther.
const DAYS_AHEAD_MAX: i64 = 3 * 366;

/// A 29 February comes again within eight years (1896 to 1904).
const YEARS_UNTIL_LEAP: i32 = 8;

/// Words before a day that say nothing of which.
const IDLE: &[&str] = &[
    "a", "al", "all", "alla", "by", "dal", "del", "di", "entro", "for", "fra", "il", "in", "l",
    "la", "lo", "next", "of", "on", "per", "prossima", "prossimo", "the", "tra", "until",
];

/// By their first three letters, Italian and English.
const MONTHS: [[&str; 2]; 12] = [
    ["gennaio", "january"],
    ["febbraio", "february"],
    ["marzo", "march"],
    ["aprile", "april"],
    ["maggio", "may"],
    ["giugno", "june"],
    ["luglio", "july"],
    ["agosto", "august"],
    ["settembre", "september"],
    ["ottobre", "october"],
    ["novembre", "november"],
    ["dicembre", "december"],
];

const WEEKDAYS: [[&str; 2]; 7] = [
    ["lunedi", "monday"],
    ["martedi", "tuesday"],
    ["mercoledi", "wednesday"],
    ["giovedi", "thursday"],
    ["venerdi", "friday"],
    ["sabato", "saturday"],
    ["domenica", "sunday"],
];

/// Numbers of days and weeks that are written out.
const NUMBERS: [(&str, u32); 13] = [
    ("un", 1),
    ("uno", 1),
    ("una", 1),
    ("primo", 1),
    ("due", 2),
    ("tre", 3),
    ("quattro", 4),
    ("cinque", 5),
    ("sei", 6),
    ("sette", 7),
    ("otto", 8),
    ("dieci", 10),
    ("quindici", 15),
];

pub(super) fn inspect(argument: &str, ground: Ground<'_>) -> Result<Command, String> {
    day(argument, ground.today).map(Command::Inspect)
}

pub(super) fn schedule(argument: &str, ground: Ground<'_>) -> Result<Command, String> {
    day(argument, ground.today).map(Command::Schedule)
}

pub(super) fn postpone(argument: &str, ground: Ground<'_>) -> Result<Command, String> {
    let day = day(argument, ground.today)?;
    if day > ground.today {
        return Ok(Command::Postpone(day));
    }
    let shown = quoted(argument);
    Err(format!("{shown} è oggi: per rinviare scriva un giorno che viene dopo."))
}

/// The day that is meant, today or later; the error is the sentence for whoever wrote it.
fn day(argument: &str, today: NaiveDate) -> Result<NaiveDate, String> {
    let folded = fold(argument).replace("l'", " ");
    let sign = |c: char| matches!(c, ',' | ';' | '.' | ':' | '!' | '(' | ')' | '°' | '+');
    let words: Vec<&str> = folded
        .split_whitespace()
        .map(|word| word.trim_matches(sign))
        .filter(|word| !word.is_empty() && !IDLE.contains(word))
        .collect();
    let words = match words.as_slice() {
        ["giorno", rest @ ..] => rest,
        all => all,
    };
    let shown = quoted(argument);
    match read(words, today) {
        Read::Day(day) if day < today => Err(format!(
            "{shown} è già passato: scriva un giorno da oggi in poi, per esempio 12/3 o domani."
        )),
        Read::Day(day) if day.signed_duration_since(today).num_days() > DAYS_AHEAD_MAX => Err(
            format!("{shown} è fra più di tre anni: controlli l'anno e scriva di nuovo il giorno."),
        ),
        Read::Day(day) => Ok(day),
        Read::NoSuchDay => Err(format!(
            "{shown} non esiste nel calendario: scriva un giorno come 12/3, 12 marzo o lunedì."
        )),
        Read::Nothing => Err(format!(
            "{shown} non è un giorno: scriva solo un giorno, come 12/3, 12 marzo 2027, domani, lunedì, 3g o \
             2 settimane."
        )),
    }
}

/// What words say of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Read {
    Day(NaiveDate),
    /// A date that no calendar has, or a weekday that is another.
    NoSuchDay,
    Nothing,
}

impl Read {
    fn of(day: Option<NaiveDate>) -> Self {
        day.map_or(Self::NoSuchDay, Self::Day)
    }
}

fn read(words: &[&str], today: NaiveDate) -> Read {
    let ahead = |days: u64| Read::of(today.checked_add_days(Days::new(days)));
    match words {
        ["oggi" | "today"] => Read::Day(today),
        ["domani" | "tomorrow"] => ahead(1),
        ["dopodomani"] | ["dopo", "domani"] => ahead(2),
        [word] => match weekday(word) {
            Some(weekday) => Read::of(next(weekday, today)),
            None => numeric(word, today).or_else(|| glued(word, today)).unwrap_or(Read::Nothing),
        },
        [first, rest @ ..] => match (weekday(first), rest) {
            (Some(weekday), _) => match read(rest, today) {
                Read::Day(day) if day.weekday() != weekday => Read::NoSuchDay,
                read => read,
            },
            (None, [name]) => named(first, name, None, today)
                .or_else(|| span(count(first)?, name, today))
                .unwrap_or(Read::Nothing),
            (None, [name, year]) => named(first, name, Some(*year), today).unwrap_or(Read::Nothing),
            _ => Read::Nothing,
        },
        [] => Read::Nothing,
    }
}

/// The next day of this name after today.
fn next(weekday: Weekday, today: NaiveDate) -> Option<NaiveDate> {
    today.iter_days().skip(1).take(7).find(|day| day.weekday() == weekday)
}

fn weekday(word: &str) -> Option<Weekday> {
    let word = word.trim_end_matches('\'');
    let at = WEEKDAYS.iter().position(|names| names.iter().any(|name| is_short(word, name)))?;
    Weekday::try_from(u8::try_from(at).ok()?).ok()
}

/// Whether a word is a name or its beginning of three letters or more.
fn is_short(word: &str, name: &str) -> bool {
    word.len() >= 3 && name.starts_with(word)
}

/// `12/3`, `12.3.27`, `12-03-2027`, `2027-03-12`.
fn numeric(word: &str, today: NaiveDate) -> Option<Read> {
    let parts: Vec<&str> = word.split(['/', '.', '-']).collect();
    let short = |text: &str| if text.len() <= 2 { text.parse::<u32>().ok() } else { None };
    match parts.as_slice() {
        [day, month] => Some(dated(short(day)?, short(month)?, None, today)),
        [year, month, day] if year.len() == 4 => {
            Some(dated(short(day)?, short(month)?, Some(full_year(year)?), today))
        }
        [day, month, year] => {
            Some(dated(short(day)?, short(month)?, Some(full_year(year)?), today))
        }
        _ => None,
    }
}

/// `12 marzo`, `1° marzo 2027`.
fn named(day: &str, month: &str, year: Option<&str>, today: NaiveDate) -> Option<Read> {
    // Weeks as well as September.
    if month == "sett" {
        return None;
    }
    let at = MONTHS.iter().position(|names| names.iter().any(|name| is_short(month, name)))?;
    let month = u32::try_from(at).ok()?.saturating_add(1);
    let year = match year {
        Some(year) => Some(full_year(year)?),
        None => None,
    };
    Some(dated(count(day)?, month, year, today))
}

/// A year of four digits, or of two in this century.
fn full_year(text: &str) -> Option<i32> {
    let digits = text.bytes().all(|digit| digit.is_ascii_digit());
    let year: i32 = text.parse().ok().filter(|_| digits)?;
    match text.len() {
        4 => Some(year),
        2 => Some(year.saturating_add(2000)),
        _ => None,
    }
}

/// The day of this year, or the next such day, today among them, where no year is named.
fn dated(day: u32, month: u32, year: Option<i32>, today: NaiveDate) -> Read {
    if let Some(year) = year {
        return Read::of(NaiveDate::from_ymd_opt(year, month, day));
    }
    let years = today.year()..=today.year().saturating_add(YEARS_UNTIL_LEAP);
    let mut days = years.filter_map(|year| NaiveDate::from_ymd_opt(year, month, day));
    Read::of(days.find(|day| *day >= today))
}

/// `3g`, `10gg`.
fn glued(word: &str, today: NaiveDate) -> Option<Read> {
    let end = word.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = word.split_at_checked(end)?;
    span(number.parse().ok()?, unit, today)
}

fn span(number: u32, unit: &str, today: NaiveDate) -> Option<Read> {
    let days =
        |each: u64| today.checked_add_days(Days::new(u64::from(number).saturating_mul(each)));
    let day = match unit {
        "g" | "gg" | "giorno" | "giorni" | "d" | "day" | "days" => days(1),
        "settimana" | "settimane" | "w" | "week" | "weeks" => days(7),
        "mese" | "mesi" | "month" | "months" => today.checked_add_months(Months::new(number)),
        _ => return None,
    };
    Some(Read::of(day.filter(|_| number > 0)))
}

/// `3`, `1°`, `tre`.
fn count(word: &str) -> Option<u32> {
    let digits = word.trim_end_matches(['°', 'o']);
    digits
        .parse()
        .ok()
        .or_else(|| NUMBERS.iter().find(|(name, _)| *name == word).map(|(_, number)| *number))
}
