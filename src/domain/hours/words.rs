//! A day and a time of day as people say them in each language, ready to stand in the sentences of the
//! templates: `lunedì 23 novembre 2026 alle ore 8:30`. Gregorian dates and Latin digits in all of them,
//! because they are compared with signs and papers in Italy.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};

use crate::domain::language::Language;
use crate::domain::letter::context::Wording;

/// A local day: `martedì 24 novembre 2026`.
pub(super) fn day(date: NaiveDate) -> Wording {
    Wording::each(|language| day_in(language, date))
}

/// A local day and time: `martedì 24 novembre 2026 alle ore 8:30`.
pub(super) fn moment(at: NaiveDateTime) -> Wording {
    Wording::each(|language| {
        let (day, hour) = (day_in(language, at.date()), at.hour());
        let clock = format!("{hour}:{:02}", at.minute());
        match language {
            Language::It => format!("{day} alle ore {clock}"),
            Language::En => format!("{day} at {clock}"),
            Language::Fr => format!("{day} à {hour} h {:02}", at.minute()),
            Language::Es if hour == 1 => format!("{day} a la {clock}"),
            Language::Es => format!("{day} a las {clock}"),
            Language::De => format!("{day}, um {clock} Uhr"),
            Language::Ro => format!("{day}, la ora {clock}"),
            Language::Sq => format!("{day}, në orën {clock}"),
            Language::Ar => format!("{day} الساعة {clock}"),
            // «об» before a vowel: об одинадцятій.
            Language::Uk if hour == 11 => format!("{day} об {clock}"),
            Language::Uk => format!("{day} о {clock}"),
            Language::Zh => format!("{day}{clock}"),
        }
    })
}

/// The months of a stretch within one year, for staff: `novembre 2026`, `ottobre-dicembre 2026`.
pub(super) fn months(from: NaiveDate, to: NaiveDate) -> Wording {
    let said = |language| {
        let name = |date: NaiveDate| nth(names(language).1, date.month0());
        if from.month() == to.month() {
            format!("{} {}", name(from), to.year())
        } else {
            format!("{}-{} {}", name(from), name(to), to.year())
        }
    };
    Wording::new(&said(Language::It), &said(Language::En))
}

fn day_in(language: Language, date: NaiveDate) -> String {
    let (weekdays, months) = names(language);
    let weekday = nth(weekdays, date.weekday().num_days_from_monday());
    let month = nth(months, date.month0());
    let (day, year) = (date.day(), date.year());
    match language {
        Language::It => {
            format!("{weekday} {day}{} {month} {year}", if day == 1 { "°" } else { "" })
        }
        Language::Fr => {
            format!("{weekday} {day}{} {month} {year}", if day == 1 { "er" } else { "" })
        }
        Language::En | Language::Ar => format!("{weekday} {day} {month} {year}"),
        Language::Es => format!("{weekday} {day} de {month} de {year}"),
        Language::De => format!("{weekday}, {day}. {month} {year}"),
        Language::Ro => format!("{weekday}, {day} {month} {year}"),
        Language::Sq => format!("të {weekday}, më {day} {month} {year}"),
        // The weekday behind it in the nominative: before it, its case would hang on the sentence.
        Language::Uk => format!("{day} {month} {year} року ({weekday})"),
        Language::Zh => format!("{year}年{month}{day}日（{weekday}）"),
    }
}

/// The weekdays from Monday and the months, in the case that they stand in: Albanian days in the
/// accusative, Ukrainian months in the genitive.
const fn names(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::It => (
            "lunedì martedì mercoledì giovedì venerdì sabato domenica",
            "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre \
             dicembre",
        ),
        Language::En => (
            "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
            "January February March April May June July August September October November December",
        ),
        Language::Fr => (
            "lundi mardi mercredi jeudi vendredi samedi dimanche",
            "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        ),
        Language::Es => (
            "lunes martes miércoles jueves viernes sábado domingo",
            "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre \
             diciembre",
        ),
        Language::De => (
            "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
            "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        ),
        Language::Ro => (
            "luni marți miercuri joi vineri sâmbătă duminică",
            "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie \
             noiembrie decembrie",
        ),
        Language::Sq => (
            "hënën martën mërkurën enjten premten shtunën dielën",
            "janar shkurt mars prill maj qershor korrik gusht shtator tetor nëntor dhjetor",
        ),
        Language::Ar => (
            "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
            "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
        ),
        Language::Uk => (
            "понеділок вівторок середа четвер п'ятниця субота неділя",
            "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
        ),
        Language::Zh => (
            "星期一 星期二 星期三 星期四 星期五 星期六 星期日",
            "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
        ),
    }
}

fn nth(names: &'static str, place: u32) -> &'static str {
    let place = usize::try_from(place).unwrap_or(0);
    names.split(' ').nth(place).unwrap_or_default()
}
