//! What looks like a street and is an idiom: `portare via`, `in via di`, `via mail`, `Corso di Ceramica`.

mod words;

use super::street::{Street, is_date};
use super::token::{Line, is_link};
use super::words::{ARTICLES, COMMON_KINDS, ENDERS, MONTHS, UNNAMED_KINDS};
use words::{AWAY, MANNERS, MEANS, MOVED, NAMED_MEANS, PLACED};

/// Whether what was found is no street. A number makes most of them one.
pub(super) fn is_idiom(line: &Line<'_>, street: &Street<'_>) -> bool {
    let (kind, name) = (street.name.start, street.name_start);
    if street.number.is_none() && is_general(line, street) {
        return true;
    }
    match line.word(kind) {
        "via" => is_way(line, street),
        "corso" => street.number.is_none() && is_course(line, street),
        "largo" => street.number.is_none() && line.word(name) == "ai",
        _ => false,
    }
}

/// `via` as a word of its own.
fn is_way(line: &Line<'_>, street: &Street<'_>) -> bool {
    let (kind, name) = (street.name.start, street.name_start);
    let (before, after) = (line.before(kind, 1), line.word(name));
    let numbered = street.number.is_some();
    if is_date(line, name) {
        return false;
    }
    let of_reason = !numbered
        && is_link(after)
        && !line.is_capital(name.saturating_add(1))
        && (before == "per" || (before == "in" && after == "di"));
    let last = line.word(street.name.end.saturating_sub(1));
    let of_manner = !numbered && before == "in" && MANNERS.contains(&last);
    of_reason
        || of_manner
        || is_away(line, street)
        || is_means(line, street)
        || is_small_and_lost(line, street)
        || (after == "di" && is_way_out(line, name))
}

/// `portato via Tegole`, `butta via tutto`.
fn is_away(line: &Line<'_>, street: &Street<'_>) -> bool {
    let before = line.before(street.name.start, 1);
    let begins = |begins: &[&str]| begins.iter().any(|begin| before.starts_with(begin));
    let small = !line.is_capital(street.name_start);
    street.number.is_none() && before.len() > 1 && ((small && begins(&AWAY)) || begins(&MOVED))
}

/// `via mail`, `via che`; `via Mare 4` and `via E. Fermi` are streets.
fn is_means(line: &Line<'_>, street: &Street<'_>) -> bool {
    let name = street.name_start;
    let after = line.word(name);
    let initial = after.len() == 1
        && line.is_capital(name)
        && line.gap(name.saturating_add(1)).starts_with('.');
    let several = street.name.end > name.saturating_add(1) && line.is_capital(name);
    let named = street.number.is_some() && (NAMED_MEANS.contains(&after) || several);
    let placed = line.before(street.name.start, 1) == "in" && after == "che";
    MEANS.contains(&after) && !initial && !named && !placed
}

/// A name in small letters that no number and no word of place holds fast: `via subito quei rami`.
fn is_small_and_lost(line: &Line<'_>, street: &Street<'_>) -> bool {
    let (kind, name) = (street.name.start, street.name_start);
    let small = (name..street.name.end).all(|at| !line.is_capital(at)) && !line.is_shouted(kind);
    let begins = kind == 0 || line.gap(kind).contains([',', '-', ':', '(', '.']);
    let turned = TURNED.contains(&line.before(kind, 1));
    let placed = PLACED.contains(&line.before(kind, 1));
    let terse = line.len() <= TERSE_WORDS_MAX && !turned;
    let held = placed || ((begins || terse) && !line.is_capital(kind));
    small && street.number.is_none() && !held
}

/// `lampione spento via mazzini`: whoever writes so few words leaves out the small ones.
const TERSE_WORDS_MAX: usize = 8;

/// Words before a `via` that no name follows.
const TURNED: [&str; 17] = [
    "e", "the", "a", "un", "il", "la", "una", "nostra", "vostra", "questa", "quella", "mia", "sua",
    "stessa", "ogni", "altra", "tutta",
];

/// `via di fuga`, `via di esodo`, `via di mezzo`.
fn is_way_out(line: &Line<'_>, at: usize) -> bool {
    ["fuga", "esodo", "uscita", "mezzo", "scampo", "accesso"]
        .contains(&line.word(at.saturating_add(1)))
}

/// `Corso di Ceramica`, `Corso Antincendio del 12 marzo`: something that is taught.
fn is_course(line: &Line<'_>, street: &Street<'_>) -> bool {
    const TAUGHT: [&str; 9] = [
        "base",
        "antincendio",
        "avanzato",
        "serale",
        "gratuito",
        "online",
        "formazione",
        "aggiornamento",
        "intensivo",
    ];
    let name = street.name_start;
    let small =
        ["in", "nel", "di"].contains(&line.before(street.name.start, 1)) && !line.is_capital(name);
    small
        || TAUGHT.contains(&line.word(name))
        || (name..street.name.end).any(|at| {
            ["di", "per"].contains(&line.word(at))
                || (MONTHS.contains(&line.word(at)) && !line.is_capital(at))
        })
}

/// `la strada Comunale`, `quartiere Nostro`: a word that every street may be called, with a capital.
fn is_general(line: &Line<'_>, street: &Street<'_>) -> bool {
    let (kind, name) = (street.name.start, street.name_start);
    let alone = street.name.end == name.saturating_add(1);
    let spoken = COMMON_KINDS.contains(&line.word(kind))
        || UNNAMED_KINDS.contains(&line.word(kind))
        || ARTICLES.contains(&line.before(kind, 1));
    // `frazione Alta`, `borgo Nuovo`: so they are called.
    let called = ["alta", "bassa"].contains(&line.word(name));
    alone && spoken && !called && street.corner.is_none() && ENDERS.contains(&line.word(name))
}
