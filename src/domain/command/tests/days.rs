use chrono::NaiveDate;

use super::super::Command;
use super::staff::{read, why};

/// A Monday.
pub(super) const TODAY: (i32, u32, u32) = (2026, 11, 23);

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

#[test]
fn days_are_written_in_many_ways() {
    for (written, expected) in [
        ("12/3", day(2027, 3, 12)),
        ("12.3", day(2027, 3, 12)),
        ("il 24-11", day(2026, 11, 24)),
        ("23/11", day(2026, 11, 23)),
        ("22/11", day(2027, 11, 22)),
        ("12/03/2027", day(2027, 3, 12)),
        ("12/3/27", day(2027, 3, 12)),
        ("2027-03-12", day(2027, 3, 12)),
        ("12 marzo", day(2027, 3, 12)),
        ("12 MAR 2027", day(2027, 3, 12)),
        ("1° dicembre", day(2026, 12, 1)),
        ("primo dicembre", day(2026, 12, 1)),
        ("per l'8 dicembre", day(2026, 12, 8)),
        ("29/2", day(2028, 2, 29)),
        ("oggi", day(2026, 11, 23)),
        ("Domani.", day(2026, 11, 24)),
        ("dopodomani", day(2026, 11, 25)),
        ("dopo domani", day(2026, 11, 25)),
        ("lunedì", day(2026, 11, 30)),
        ("lunedi prossimo", day(2026, 11, 30)),
        ("venerdì", day(2026, 11, 27)),
        ("ven 27/11", day(2026, 11, 27)),
        ("3g", day(2026, 11, 26)),
        ("3 gg", day(2026, 11, 26)),
        ("di 3 giorni", day(2026, 11, 26)),
        ("fra due settimane", day(2026, 12, 7)),
        ("2 settimane", day(2026, 12, 7)),
        ("una settimana", day(2026, 11, 30)),
        ("un mese", day(2026, 12, 23)),
        ("friday", day(2026, 11, 27)),
        ("2 weeks", day(2026, 12, 7)),
    ] {
        let found = read(&format!("#sopralluogo {written}"));
        assert_eq!(found, [Ok(Command::Inspect(expected))], "{written:?}");
        let found = read(&format!("#programma: {written}"));
        assert_eq!(found, [Ok(Command::Schedule(expected))], "{written:?}");
    }
    assert_eq!(read("#rinvia 3g"), [Ok(Command::Postpone(day(2026, 11, 26)))]);
}

#[test]
fn what_is_no_day_to_come_is_refused() {
    for (written, part) in [
        ("12/3/2020", "già passato"),
        ("22 novembre 2026", "già passato"),
        ("31/2", "non esiste"),
        ("31 aprile 2027", "non esiste"),
        ("martedì 27/11", "non esiste"),
        ("12/3/2207", "tre anni"),
        ("9999 settimane", "tre anni"),
        ("4000000000 giorni", "non esiste"),
        ("99999999999999999999g", "non è un giorno"),
        ("0 giorni", "non esiste"),
        ("12/3 ore 9", "non è un giorno"),
        ("presto", "non è un giorno"),
        ("12", "non è un giorno"),
        ("12/3/4/5", "non è un giorno"),
        ("2 sett", "non è un giorno"),
        ("", "non è un giorno"),
    ] {
        let why = why(&format!("#sopralluogo {written}"));
        assert!(why.contains(part), "{written:?}: {why}");
    }
    assert!(why("#rinvia 23/11").contains("è oggi"));
}
