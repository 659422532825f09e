//! What stands behind a command on its line. Errors are the sentences that whoever wrote it reads.

use super::name::{Fit, Named, fit, said};
use super::{Command, Ground, quoted};
use crate::domain::rules::Category;
use crate::domain::text::fold;
use crate::domain::ticket::number;
use crate::domain::urgency::Urgency;

/// Words that change nothing.
const IDLE: &[&str] = &[
    "a",
    "ai",
    "al",
    "all",
    "alla",
    "alle",
    "allo",
    "con",
    "da",
    "dei",
    "del",
    "della",
    "di",
    "e",
    "favore",
    "grazie",
    "i",
    "il",
    "io",
    "l",
    "la",
    "le",
    "lo",
    "per",
    "please",
    "questa",
    "questo",
    "segnalazione",
    "thanks",
    "the",
    "ticket",
    "to",
];

/// What people call an office or a firm besides its name.
const TITLES: &[&str] = &[
    "a",
    "ai",
    "al",
    "all",
    "alla",
    "alle",
    "allo",
    "azienda",
    "dei",
    "del",
    "della",
    "di",
    "ditta",
    "e",
    "impresa",
    "intervento",
    "i",
    "il",
    "l",
    "la",
    "lavoro",
    "le",
    "lo",
    "per",
    "settore",
    "spa",
    "srl",
    "squadra",
    "ufficio",
];

/// Names that an answer lists, at most: more are no help.
const NAMES_MAX: usize = 20;

/// Whether nothing is said beyond courtesy and signs.
pub(super) fn says_nothing(argument: &str) -> bool {
    said(argument, IDLE).is_empty()
}

pub(super) fn category(argument: &str, ground: Ground<'_>) -> Result<Command, String> {
    if ground.rules.subcategory(&argument.trim().to_uppercase()).is_some() {
        return subcategory(argument, ground);
    }
    let mut words = said(argument, IDLE);
    words.retain(|word| !["pubblica", "pubblico", "space", "spaces"].contains(&word.as_str()));
    let named: Vec<Option<Category>> = words.iter().map(|word| category_of(word)).collect();
    match named.first() {
        Some(&Some(category)) if named.iter().all(|other| *other == Some(category)) => {
            Ok(Command::Category(category))
        }
        _ => Err(format!(
            "{} non è una categoria: scriva #categoria edifici, strade, impianti o verde.",
            quoted(argument)
        )),
    }
}

/// By the words that Italian offices use, and the names of the files.
fn category_of(word: &str) -> Option<Category> {
    match word {
        "edificio" | "edifici" | "edilizia" | "edile" | "edili" | "fabbricato" | "fabbricati"
        | "immobile" | "immobili" | "building" | "buildings" => Some(Category::Building),
        "strada" | "strade" | "stradale" | "stradali" | "viabilita" | "infrastruttura"
        | "infrastrutture" | "segnaletica" | "road" | "roads" | "infrastructure" => {
            Some(Category::Infrastructure)
        }
        "impianto" | "impianti" | "impiantistica" | "illuminazione" | "luce" | "luci"
        | "elettrico" | "elettrici" | "plant" | "plants" | "lighting" => Some(Category::Plant),
        "verde" | "verdi" | "giardini" | "parchi" | "alberi" | "green" => {
            Some(Category::GreenSpace)
        }
        _ => None,
    }
}

pub(super) fn subcategory(argument: &str, ground: Ground<'_>) -> Result<Command, String> {
    let all: Vec<Named<'_>> = ground
        .rules
        .subcategories()
        .iter()
        .map(|entry| Named { id: &entry.code, shown: &entry.it, also: &entry.en })
        .collect();
    let found = one(argument, &all, IDLE, "una sottocategoria", "#sottocategoria I01")?;
    Ok(Command::Subcategory(found))
}

pub(super) fn urgency(argument: &str, _: Ground<'_>) -> Result<Command, String> {
    let words = said(argument, IDLE);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let urgency = match words.as_slice() {
        ["emergenza" | "emergency" | "massima" | "immediata"] => Urgency::Emergency,
        ["alta" | "alto" | "urgente" | "high" | "urgent"] => Urgency::High,
        ["normale" | "media" | "ordinaria" | "normal" | "medium"] => Urgency::Normal,
        ["bassa" | "basso" | "minima" | "low"] => Urgency::Low,
        _ => {
            return Err(format!(
                "{} non è un'urgenza: scriva #urgenza emergenza, alta, normale o bassa.",
                quoted(argument)
            ));
        }
    };
    Ok(Command::Urgency(urgency))
}

pub(super) fn place(argument: &str, _: Ground<'_>) -> Result<Command, String> {
    let place = argument.trim();
    if place.chars().any(char::is_alphabetic) {
        return Ok(Command::Place(place.to_owned()));
    }
    Err("Dopo #luogo manca il luogo: scriva per esempio #luogo Via Roma 12.".to_owned())
}

pub(super) fn assign(argument: &str, ground: Ground<'_>) -> Result<Command, String> {
    if argument.contains('@') {
        return address(argument).map(Command::Assign);
    }
    let rules = ground.rules;
    let offices: Vec<Named<'_>> = rules
        .offices()
        .iter()
        .map(|office| Named { id: &office.id, shown: &office.name_it, also: &office.name_en })
        .collect();
    let found = one(argument, &offices, TITLES, "un ufficio", "#assegna ufficio@comune.it");
    if found.is_err()
        && let Fit::One(firm) = fit(argument, &firms(ground), TITLES)
    {
        let id = firm.id;
        return Err(format!(
            "«{id}» è una ditta e non un ufficio: per darle il lavoro scriva #ordina {id}."
        ));
    }
    found.map(Command::Assign)
}

fn address(argument: &str) -> Result<String, String> {
    let around =
        |c: char| matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | '"' | ',' | ';' | '.' | ':');
    let mut written = argument.split_whitespace().filter(|word| word.contains('@'));
    let word = written.next().unwrap_or_default().trim_matches(around).to_lowercase();
    let word = word.strip_prefix("mailto:").unwrap_or(&word);
    let signs = |c: char| c.is_alphanumeric() || "@.-_+'&/=".contains(c);
    let usable = word.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !domain.contains('@')
    });
    if usable && word.chars().all(signs) && written.next().is_none() {
        return Ok(word.to_owned());
    }
    Err(format!(
        "{} non è un solo indirizzo di posta: scriva #assegna nome@comune.it.",
        quoted(argument)
    ))
}

fn firms(ground: Ground<'_>) -> Vec<Named<'_>> {
    let firms = ground.rules.all_contractors().iter();
    firms.map(|firm| Named { id: &firm.id, shown: &firm.name, also: "" }).collect()
}

pub(super) fn order(argument: &str, ground: Ground<'_>) -> Result<Command, String> {
    let (argument, beyond) = without_limit(argument);
    if said(&argument, TITLES).is_empty() {
        return Ok(Command::Order { contractor: None, beyond });
    }
    let id = one(&argument, &firms(ground), TITLES, "una ditta", "#ordina")?;
    Ok(Command::Order { contractor: Some(id), beyond })
}

/// The argument without `oltre (il) limite`, and whether it stood there.
fn without_limit(argument: &str) -> (String, bool) {
    const SAID: [&str; 4] = ["oltre", "fuori", "sopra", "beyond"];
    let bare = |word: &str| fold(word.trim_matches(|c: char| !c.is_alphanumeric()));
    let mut words = argument.split_whitespace();
    let (mut kept, mut beyond) = (Vec::new(), false);
    while let Some(word) = words.next() {
        let mut ahead = words.clone();
        let mut next = ahead.next().map(bare);
        if next.as_deref().is_some_and(|next| ["il", "i", "al", "ai", "the"].contains(&next)) {
            next = ahead.next().map(bare);
        }
        let limit = next.is_some_and(|next| next.starts_with("limit"));
        if limit && SAID.contains(&bare(word).as_str()) {
            words = ahead;
            beyond = true;
        } else {
            kept.push(word);
        }
    }
    (kept.join(" "), beyond)
}

pub(super) fn out_of_competence(argument: &str, ground: Ground<'_>) -> Result<Command, String> {
    if says_nothing(argument) {
        return Ok(Command::OutOfCompetence(None));
    }
    let all: Vec<Named<'_>> = ground
        .rules
        .referrals()
        .iter()
        .map(|entry| Named { id: &entry.id, shown: &entry.it, also: &entry.en })
        .collect();
    let found = one(argument, &all, IDLE, "un ente conosciuto", "#fuori competenza")?;
    Ok(Command::OutOfCompetence(Some(found)))
}

pub(super) fn duplicate(argument: &str, _: Ground<'_>) -> Result<Command, String> {
    ticket(argument, "#duplicato di").map(Command::DuplicateOf)
}

pub(super) fn merge(argument: &str, _: Ground<'_>) -> Result<Command, String> {
    ticket(argument, "#unisci").map(Command::Merge)
}

/// The one ticket number of an argument: `2026-000123`, also `2026-123` and `[2026/000123]`.
fn ticket(argument: &str, command: &str) -> Result<String, String> {
    let sign = |c: char| !c.is_alphanumeric();
    let (mut numbers, mut clear) = (Vec::new(), true);
    for word in argument.split_whitespace() {
        let word = word.trim_matches(sign);
        if let Some(number) = read_number(word) {
            numbers.push(number);
        } else {
            let title = ["n", "nr", "num", "numero"].contains(&fold(word).as_str());
            clear &= title || says_nothing(word);
        }
    }
    match numbers.as_slice() {
        [number] if clear => Ok(number.clone()),
        _ => Err(format!(
            "{} non è il numero di una segnalazione: scriva {command} 2026-000123.",
            quoted(argument)
        )),
    }
}

/// A serial has at most this many digits.
const SERIAL_DIGITS_MAX: usize = 9;

fn read_number(word: &str) -> Option<String> {
    let (year, serial) = word.split_once(['-', '/'])?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let shaped = digits(year)
        && digits(serial)
        && year.len() == 4
        && year.starts_with("20")
        && serial.len() <= SERIAL_DIGITS_MAX;
    let serial: i64 = serial.parse().ok().filter(|serial| shaped && *serial > 0)?;
    Some(number(year.parse().ok()?, serial))
}

/// The id that `argument` means among `all`; else what is wrong with it. `kind` is what it should be, `example` what
/// to write instead.
fn one(
    argument: &str,
    all: &[Named<'_>],
    idle: &[&str],
    kind: &str,
    example: &str,
) -> Result<String, String> {
    let listed = |named: &[&Named<'_>]| {
        named.iter().take(NAMES_MAX).map(|named| named.told()).collect::<Vec<_>>().join(", ")
    };
    match fit(argument, all, idle) {
        Fit::One(named) => Ok(named.id.to_owned()),
        Fit::Several(named) => Err(format!(
            "{} può essere più di uno: scriva quale fra {}.",
            quoted(argument),
            listed(&named)
        )),
        Fit::None if all.len() > NAMES_MAX || all.is_empty() => {
            Err(format!("{} non è {kind}: scriva per esempio {example}.", quoted(argument)))
        }
        Fit::None => {
            let known: Vec<&Named<'_>> =
                all.iter().filter(|named| !named.shown.is_empty()).collect();
            Err(format!("{} non è {kind}: scriva uno fra {}.", quoted(argument), listed(&known)))
        }
    }
}
