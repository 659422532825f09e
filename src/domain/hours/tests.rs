//! Promises of the opening hours.

use std::collections::BTreeSet;

use super::*;
use crate::domain::language::Language;

const DESK: &str = "Mo-Fr 08:00-13:00, Tu,Th 14:30-17:15; Sa 08:00-13:00; PH off";

fn desk() -> Hours {
    Hours::new(DESK, "Europe/Rome", Some("11-24")).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

#[test]
fn the_desk_is_open_when_its_hours_say_so() {
    let cases = [
        ("2026-11-23T07:59:59+01:00", false, "before eight"),
        ("2026-11-23T08:00:00+01:00", true, "Monday morning"),
        ("2026-11-23T13:00:00+01:00", false, "one o'clock is shut"),
        ("2026-11-23T15:00:00+01:00", false, "no Monday afternoon"),
        ("2026-11-26T15:00:00+01:00", true, "Thursday afternoon"),
        ("2026-11-24T09:00:00+01:00", false, "patron saint"),
        ("2026-11-28T12:59:59+01:00", true, "Saturday"),
        ("2026-11-29T10:00:00+01:00", false, "Sunday"),
        ("2026-12-08T10:00:00+01:00", false, "Immaculate Conception"),
        ("2026-12-31T10:00:00+01:00", true, "New Year's Eve is a working day"),
        ("2027-01-01T10:00:00+01:00", false, "New Year"),
        ("2027-01-06T10:00:00+01:00", false, "Epiphany"),
        ("2027-01-07T10:00:00+01:00", true, "the day after Epiphany"),
        ("2026-04-06T10:00:00+02:00", false, "Easter Monday 2026"),
        ("2027-03-29T10:00:00+02:00", false, "Easter Monday 2027"),
        ("2025-10-04T10:00:00+02:00", true, "Saint Francis before 2026, a Saturday"),
        ("2027-10-04T10:00:00+02:00", false, "Saint Francis from 2026, a Monday"),
        ("2027-06-02T10:00:00+02:00", false, "Republic Day"),
    ];
    for (now, open, why) in cases {
        assert_eq!(desk().is_open(at(now)), open, "{why}");
    }
}

#[test]
fn saint_francis_is_a_holiday_again_from_2026() {
    let daily = Hours::new("Mo-Su 08:00-20:00; PH off", "Europe/Rome", None).unwrap();
    for (year, open) in [(2024, true), (2025, true), (2026, false), (2027, false), (2099, false)] {
        assert_eq!(daily.is_open(at(&format!("{year}-10-04T12:00:00+02:00"))), open, "{year}");
    }
}

#[test]
fn the_next_opening_steps_over_nights_sundays_and_holidays() {
    let cases = [
        ("2026-11-23T05:00:00+01:00", "2026-11-23T08:00:00+01:00"),
        ("2026-11-23T09:00:00+01:00", "2026-11-25T08:00:00+01:00"),
        ("2026-11-26T13:30:00+01:00", "2026-11-26T14:30:00+01:00"),
        ("2026-11-28T13:00:00+01:00", "2026-11-30T08:00:00+01:00"),
        ("2026-12-24T17:15:00+01:00", "2026-12-28T08:00:00+01:00"),
        ("2027-12-31T20:00:00+01:00", "2028-01-03T08:00:00+01:00"),
    ];
    for (now, opens) in cases {
        assert_eq!(desk().next_opening(at(now)), Some(at(opens)), "{now}");
    }
}

#[test]
fn a_change_of_the_clocks_moves_no_opening() {
    // Summer time ends on 25 October 2026 and begins on 28 March 2027.
    let cases = [
        ("2026-10-24T13:30:00+02:00", "2026-10-26T08:00:00+01:00"),
        ("2027-03-27T13:30:00+01:00", "2027-03-30T08:00:00+02:00"),
    ];
    for (now, opens) in cases {
        assert_eq!(desk().next_opening(at(now)), Some(at(opens)), "{now}");
    }
    let night = Hours::new("Su 02:30-04:00", "Europe/Rome", None).unwrap();
    let left_out = night.next_opening(at("2027-03-28T00:00:00+01:00")).unwrap();
    assert_eq!(left_out, at("2027-03-28T03:00:00+02:00"));
    let twice = night.next_opening(at("2026-10-25T01:00:00+02:00")).unwrap();
    assert_eq!(twice, at("2026-10-25T02:30:00+02:00"));
    let always = Hours::new("24/7", "Europe/Rome", None).unwrap();
    for minute in 0..180 {
        let now = at("2026-10-25T01:30:30+02:00").plus(std::time::Duration::from_secs(60 * minute));
        assert!(always.is_open(now), "{now}");
        assert_eq!(always.next_opening(now), None);
    }
}

#[test]
fn working_days_are_those_on_which_the_office_opens() {
    let cases = [
        ("2026-11-23T09:00:00+01:00", 0, "2026-11-23T13:00:00+01:00", "today"),
        ("2026-11-23T09:00:00+01:00", 1, "2026-11-25T13:00:00+01:00", "over the patron saint"),
        (
            "2026-11-23T20:00:00+01:00",
            1,
            "2026-11-26T17:15:00+01:00",
            "counts from the next opening",
        ),
        (
            "2026-11-27T09:00:00+01:00",
            2,
            "2026-11-30T13:00:00+01:00",
            "Saturday counts, Sunday not",
        ),
        ("2026-12-07T09:00:00+01:00", 10, "2026-12-19T13:00:00+01:00", "over 8 December"),
    ];
    for (now, days, by, why) in cases {
        assert_eq!(desk().add_working_days(at(now), days), at(by), "{why}");
    }
    let never = Hours::new("off", "Europe/Rome", None).unwrap();
    assert_eq!(never.next_opening(at("2026-11-23T09:00:00Z")), None);
    assert_eq!(
        never.add_working_days(at("2026-11-23T09:00:00Z"), 2),
        at("2026-11-25T12:00:00+01:00")
    );
    let always = Hours::new("24/7", "Europe/Rome", None).unwrap();
    assert_eq!(
        always.add_working_days(at("2026-11-23T09:00:00Z"), 1),
        at("2026-11-24T23:59:00+01:00")
    );
    assert!(
        desk().add_working_days(at("2026-11-23T09:00:00Z"), u32::MAX) > at("2030-01-01T00:00:00Z")
    );
}

#[test]
fn easter_falls_where_the_church_says() {
    let known = [
        (2001, 4, 15),
        (2008, 3, 23),
        (2011, 4, 24),
        (2019, 4, 21),
        (2024, 3, 31),
        (2025, 4, 20),
        (2026, 4, 5),
        (2027, 3, 28),
        (2038, 4, 25),
        (2049, 4, 18),
        (2076, 4, 19),
        (2100, 3, 28),
    ];
    for (year, month, day) in known {
        assert_eq!(holidays::easter(year), NaiveDate::from_ymd_opt(year, month, day));
    }
    for year in [i32::MIN, -1, 0, i32::MAX] {
        let _ = holidays::easter(year);
    }
}

#[test]
fn an_instant_is_said_as_people_say_it_in_its_zone() {
    let moment = desk().moment(at("2026-11-30T23:05:00Z"));
    for (language, said) in [
        (Language::It, "martedì 1° dicembre 2026 alle ore 0:05"),
        (Language::En, "Tuesday 1 December 2026 at 0:05"),
        (Language::Fr, "mardi 1er décembre 2026 à 0 h 05"),
        (Language::Es, "martes 1 de diciembre de 2026 a las 0:05"),
        (Language::De, "Dienstag, 1. Dezember 2026, um 0:05 Uhr"),
        (Language::Ro, "marți, 1 decembrie 2026, la ora 0:05"),
        (Language::Sq, "të martën, më 1 dhjetor 2026, në orën 0:05"),
        (Language::Ar, "الثلاثاء 1 ديسمبر 2026 الساعة 0:05"),
        (Language::Uk, "1 грудня 2026 року (вівторок) о 0:05"),
        (Language::Zh, "2026年12月1日（星期二）0:05"),
    ] {
        assert_eq!(moment.text(language), said);
    }
    let at_one = desk().moment(at("2026-08-15T23:30:00Z"));
    assert_eq!(at_one.text(Language::Es), "domingo 16 de agosto de 2026 a la 1:30");
    let day = desk().day(at("2026-08-15T08:00:00Z"));
    assert_eq!(day.text(Language::It), "sabato 15 agosto 2026");
    assert_eq!(day.text(Language::De), "Samstag, 15. August 2026");
    assert_eq!(desk().year(at("2026-12-31T23:30:00Z")), 2027);
}

#[test]
fn every_day_and_month_has_its_own_name_in_every_language() {
    for language in Language::ALL {
        let said = |day: u32, month: u32| {
            desk().day(at(&format!("2026-{month:02}-{day:02}T10:00:00Z"))).text(language).to_owned()
        };
        let week: BTreeSet<String> =
            (1..=7).map(|day| said(day, 6).replace(char::is_numeric, "")).collect();
        let year: BTreeSet<String> = (1..=12).map(|month| said(1, month)).collect();
        assert_eq!((week.len(), year.len()), (7, 12), "{language:?}: {week:?} {year:?}");
        assert!(year.iter().all(|day| !day.contains("  ")), "{language:?}");
    }
}

#[test]
fn what_cannot_be_used_says_what_to_do() {
    let cases = [
        ("Mo-Fr 8-13h", "Europe/Rome", None, "organisation.hours"),
        ("lun-ven 8:00-13:00", "Europe/Rome", None, "organisation.hours"),
        (DESK, "Rome", None, "did you mean `Europe/Rome`?"),
        (DESK, "europe/rome", None, "did you mean `Europe/Rome`?"),
        (DESK, "Reggio", None, "organisation.timezone"),
        (DESK, "Europe/Rome", Some("24-11"), "organisation.patron_saint"),
        (DESK, "Europe/Rome", Some("11-31"), "organisation.patron_saint"),
        (DESK, "Europe/Rome", Some("+1-24"), "organisation.patron_saint"),
        (DESK, "Europe/Rome", Some(""), "organisation.patron_saint"),
    ];
    for (expression, zone, saint, remedy) in cases {
        let error = Hours::new(expression, zone, saint).unwrap_err().to_string();
        assert!(error.contains("expected") && error.contains("found"), "{error}");
        assert!(error.contains(remedy), "{error}");
    }
    assert!(Hours::new(DESK, "Europe/Rome", Some("02-29")).is_ok());
}

#[test]
fn instants_at_the_ends_of_time_are_answered() {
    for millis in [i64::MIN, i64::MAX, 0, -62_135_596_800_000, 253_402_300_799_000] {
        let now = Timestamp::from_millis(millis);
        let _ = (desk().is_open(now), desk().next_opening(now), desk().add_working_days(now, 3));
        let _ = (desk().moment(now), desk().year(now));
    }
}
