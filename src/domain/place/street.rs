//! Streets: kind, name, number, corner.

use std::ops::Range;

use super::gazetteer::Street as Known;
use super::idiom::is_idiom;
use super::token::{Line, is_link};
use super::words::{
    ABBREVIATED, ABBREVIATIONS, ARTICLES, BEGINNERS, COMMON_KINDS, ENDERS, KINDS, MONTHS,
    NUMBERED_KINDS, REMEMBERED, REMEMBERED_LINKS, ROADS, SHORT_ENDS, TOWN_LINKS, UNNAMED_KINDS,
};
use super::{Ground, number, registered, telling};

/// A street in a line; ranges count words.
pub(super) struct Street<'g> {
    /// Everything: name, number, corner.
    pub(super) tokens: Range<usize>,
    /// Kind and name.
    pub(super) name: Range<usize>,
    /// Where the kind ends and the name alone begins.
    pub(super) name_start: usize,
    /// The number, as written.
    pub(super) number: Option<String>,
    /// The other street of a corner.
    pub(super) corner: Option<Range<usize>>,
    /// The writer says they live there.
    pub(super) is_home: bool,
    /// The street of the register.
    pub(super) known: Option<&'g Known>,
    /// The other street of a corner in the register.
    pub(super) known_corner: Option<&'g Known>,
}

impl Street<'_> {
    /// The kind's words, folded.
    pub(super) fn kind(&self, line: &Line<'_>) -> String {
        line.folded(self.name.start..self.name_start).join(" ")
    }
}

/// Names have at most so many words.
const NAME_WORDS_MAX: usize = 7;

/// Every street of a line, in order.
pub(super) fn streets<'g>(line: &Line<'_>, ground: &Ground<'g>) -> Vec<Street<'g>> {
    let mut found: Vec<Street<'g>> = Vec::new();
    let mut at = 0;
    while at < line.len() {
        let Some(street) = street_at(line, at, ground) else {
            at = at.saturating_add(1);
            continue;
        };
        at = street.tokens.end.max(at.saturating_add(1));
        match found.last_mut() {
            Some(earlier) if is_corner(line, earlier.tokens.end, street.tokens.start) => {
                earlier.tokens.end = street.tokens.end;
                earlier.corner = Some(street.name);
                earlier.known_corner = street.known;
            }
            _ => found.push(street),
        }
        if let Some(street) = found.last_mut()
            && let Some(corner) = bare_corner(line, street.tokens.end)
        {
            at = corner.end;
            street.tokens.end = corner.end;
            street.corner = Some(corner);
        }
    }
    found
}

/// The street that begins at this word.
fn street_at<'g>(line: &Line<'_>, at: usize, ground: &Ground<'g>) -> Option<Street<'g>> {
    if let Some(road) = road(line, at) {
        return Some(road);
    }
    if let Some(street) = in_one_word(line, at) {
        return Some(street);
    }
    let Some((name_start, common)) = kind_end(line, at) else {
        return registered::without_kind(line, at, ground);
    };
    let name_end = name_end(line, at, name_start, common);
    let registered = registered::named(line, at, name_start, ground).filter(|(end, _)| {
        *end >= name_end || !registered::nearly(line, at, name_start..name_end, ground)
    });
    if let Some((end, known)) = registered {
        let street = with_number(line, at..end, name_start);
        if line.is_capital(name_start) || street.number.is_some() || !is_idiom(line, &street) {
            return Some(Street { known: Some(known), ..street });
        }
    }
    let street = (name_end > name_start).then(|| with_number(line, at..name_end, name_start))?;
    (!is_idiom(line, &street)).then_some(street)
}

/// `Silbergasse 10`, `Rebenstraße`: German names, as in South Tyrol, hold their kind. Those that end like common
/// words (`Parkplatz`, `Gehweg`) need a number.
fn in_one_word<'g>(line: &Line<'_>, at: usize) -> Option<Street<'g>> {
    const SURE: [&str; 4] = ["strasse", "gasse", "allee", "strasze"];
    const NUMBERED: [&str; 4] = ["weg", "platz", "ring", "ufer"];
    const GENERAL: [&str; 10] = [
        "parkplatz",
        "spielplatz",
        "sportplatz",
        "schulweg",
        "gehweg",
        "radweg",
        "fussweg",
        "burgersteig",
        "stellplatz",
        "arbeitsplatz",
    ];
    let ends = |kinds: &[&str]| {
        kinds.iter().any(|kind| line.word(at).strip_suffix(kind).is_some_and(|name| name.len() > 2))
    };
    let capital = line.is_capital(at) && !line.is_shouted(at);
    if !capital || !(ends(&SURE) || ends(&NUMBERED)) || GENERAL.contains(&line.word(at)) {
        return None;
    }
    let street = with_number(line, at..at.saturating_add(1), at);
    (ends(&SURE) || street.number.is_some()).then_some(street)
}

/// `SP 22`, `statale 106`.
fn road<'g>(line: &Line<'_>, at: usize) -> Option<Street<'g>> {
    let spelled = line.word(at) == "strada" && ROADS.contains(&line.word(at.saturating_add(1)));
    let short = line.word(at) == "s"
        && ["p", "s", "r"].contains(&line.word(at.saturating_add(1)))
        && line.gap(at.saturating_add(1)) == "."
        && line.is_capital(at);
    let kind = if spelled || short { at.saturating_add(1) } else { at };
    let next = kind.saturating_add(1);
    let numbered = (short || ROADS.contains(&line.word(kind)))
        && line.is_digits(next)
        && matches!(line.gap(next), " " | "." | ". ");
    let certain =
        short || line.word(kind).len() > 2 || (line.word(kind).len() == 2 && line.is_shouted(kind));
    let end = next.saturating_add(1);
    (numbered && certain).then(|| {
        let stone = number::kilometre(line, end);
        Street {
            tokens: at..stone.as_ref().map_or(end, |stone| stone.end),
            name: at..end,
            name_start: next,
            number: stone.map(|stone| stone.text),
            corner: None,
            is_home: false,
            known: None,
            known_corner: None,
        }
    })
}

/// Where the name begins after a kind at this word, and whether the kind is a common word too.
fn kind_end(line: &Line<'_>, at: usize) -> Option<(usize, bool)> {
    let (word, next) = (line.word(at), at.saturating_add(1));
    if KINDS.contains(&word) {
        return Some((next, false));
    }
    if COMMON_KINDS.contains(&word) {
        return Some((next, true));
    }
    let stopped = line.gap(next).starts_with('.');
    if stopped && ABBREVIATED.contains(&(word, line.word(next))) && line.gap(next) == "." {
        return Some((at.saturating_add(2), false));
    }
    // `V. Roma`, `str. Nuova`: the stop and a capital after it are needed.
    (stopped && ["v", "str", "vic", "fr"].contains(&word) && line.gap(next) == ". ")
        .then_some((next, true))
}

/// Where the name that begins at `start` ends; `start` when there is none.
fn name_end(line: &Line<'_>, kind: usize, start: usize, common: bool) -> usize {
    let shouted = line.is_shouted(kind)
        || (line.is_shouted(start) && line.is_shouted(start.saturating_add(1)));
    let mut first = start;
    // `la strada è dell'ANAS`, `la strada a Nord`
    let spoken = |word: &str| common && ["e", "a", "in", "da"].contains(&word);
    while is_link(line.word(first)) && joins(line, first) && first < start.saturating_add(2) {
        if spoken(line.word(first)) {
            return start;
        }
        first = first.saturating_add(1);
    }
    if line.is_capital(first) && !shouted && joins(line, first) {
        return without_initial(line, first, capital_end(line, start)).unwrap_or(start);
    }
    if is_date(line, first) {
        return first.saturating_add(2);
    }
    if !joins(line, start) || (common && !NUMBERED_KINDS.contains(&line.word(kind))) {
        return start;
    }
    let end = caseless_end(line, start);
    if common {
        let said = ARTICLES.contains(&line.before(kind, 1)) || is_link(line.word(start));
        let addressed = !said && number::directly(line, end).is_some();
        return if addressed { end } else { start };
    }
    // `il platano del viale ormai bussa ai vetri`: whoever writes the article names no street.
    let article = line.word(kind) != "via" && ARTICLES.contains(&line.before(kind, 1));
    let unnamed = (article || UNNAMED_KINDS.contains(&line.word(kind))) && !shouted;
    if unnamed && number::after_name(line, end).is_none() { start } else { end }
}

/// A name never ends with an initial: `via G.` is the beginning of one. A king's number is none.
fn without_initial(line: &Line<'_>, first: usize, end: usize) -> Option<usize> {
    let last = end.checked_sub(1)?;
    let word = line.word(last);
    let numeral = last > first && ["i", "v", "x"].contains(&word);
    if word.chars().count() > 1 || line.is_digits(last) || numeral {
        return Some(end);
    }
    (last > first).then_some(last)
}

/// Words before a date that is no name.
const SINCE: [&str; 8] = ["dal", "dall", "al", "a", "da", "il", "in", "entro"];

/// The name goes on while words have capitals, links between them allowed.
fn capital_end(line: &Line<'_>, start: usize) -> usize {
    let (mut end, mut at) = (start, start);
    while at < start.saturating_add(NAME_WORDS_MAX) && joins(line, at) {
        // `via Roma dal 12 marzo`: that one is a day.
        let since = at > start && SINCE.contains(&line.before(at, 1));
        if is_date(line, at) && !since {
            at = at.saturating_add(2);
            end = at;
        } else if line.is_capital(at) || is_short_end(line, at) || is_after_initial(line, at) {
            at = at.saturating_add(1);
            end = at;
        } else if is_name_link(line, start, at) {
            at = at.saturating_add(1);
        } else {
            break;
        }
    }
    end
}

/// Whether a small word goes on the name that begins at `start`: `Martiri della Libertà`, `Caduti sul Lavoro`.
fn is_name_link(line: &Line<'_>, start: usize, at: usize) -> bool {
    let word = line.word(at);
    let next = at.saturating_add(1);
    let named = next.saturating_add(usize::from(is_link(line.word(next))));
    let remembered = REMEMBERED_LINKS.contains(&word)
        && REMEMBERED.contains(&line.word(start))
        && line.is_capital(named);
    remembered || (is_link(word) && (at == start || !TOWN_LINKS.contains(&word)))
}

/// `lli` of `F.lli`, `ta` of `S.ta`.
fn is_short_end(line: &Line<'_>, at: usize) -> bool {
    line.gap(at) == "." && SHORT_ENDS.contains(&line.word(at))
}

/// `garibaldi` of `G. garibaldi`.
fn is_after_initial(line: &Line<'_>, at: usize) -> bool {
    const WORD_CHARS_MIN: usize = 4;
    line.gap(at) == ". "
        && line.before(at, 1).len() == 1
        && line.word(at).chars().count() >= WORD_CHARS_MIN
        && !ENDERS.contains(&line.word(at))
}

/// Without the help of capitals: one word, more after a link or a word that begins names, or up to a number.
fn caseless_end(line: &Line<'_>, start: usize) -> usize {
    if ["la", "lo", "le", "l", "e", "a", "in"].contains(&line.word(start)) {
        return start;
    }
    let mut at = start;
    let mut wants_more = true;
    while wants_more && at < start.saturating_add(NAME_WORDS_MAX) && joins(line, at) {
        let word = line.word(at);
        // `g. garibaldi`
        let initial = word.len() == 1 && line.gap(at.saturating_add(1)).starts_with('.');
        let inside = is_link(word) || BEGINNERS.contains(&word) || initial;
        let after_first_name = at > start && BEGINNERS.contains(&line.before(at, 1));
        let ends = ENDERS.contains(&word)
            && !BEGINNERS.contains(&word)
            && !(is_link(word) && (at == start || after_first_name));
        if line.is_digits(at) || ends || word.is_empty() {
            break;
        }
        wants_more = inside;
        at = at.saturating_add(1);
    }
    // `via leonardo da qui`: what the link was to bring did not come.
    while wants_more && at > start && is_link(line.before(at, 1)) {
        at = at.saturating_sub(1);
    }
    if at == start {
        return start;
    }
    before_number(line, at)
}

/// Words that may stand in a name before its last word, where a number follows that one.
const INSIDE: [&str; 10] = ["da", "dal", "dalla", "i", "ii", "iii", "e", "della", "dei", "di"];

/// At most so many words more, links among them, before a number.
const MORE_WORDS_MAX: usize = 4;

/// `via emilia ospizio 12`, `via leonardo da vinci 14`: the words before a number belong to the name, two that
/// are no links at most.
fn before_number(line: &Line<'_>, end: usize) -> usize {
    let mut plain = 0_usize;
    for more in 1..=MORE_WORDS_MAX {
        let at = end.saturating_add(more).saturating_sub(1);
        let (word, next) = (line.word(at), at.saturating_add(1));
        let inside = INSIDE.contains(&word);
        if !inside {
            plain = plain.saturating_add(1);
        }
        if plain > 2
            || !joins(line, at)
            || line.is_digits(at)
            || (ENDERS.contains(&word) && !inside)
        {
            return end;
        }
        let numeral = word.chars().all(|char| char == 'i');
        if line.is_digits(next)
            && joins(line, next)
            && (!inside || numeral)
            && number::after_name(line, next).is_some()
        {
            return next;
        }
    }
    end
}

/// `25 Aprile`, `XX Settembre`, `7 luglio`.
pub(super) fn is_date(line: &Line<'_>, at: usize) -> bool {
    let next = at.saturating_add(1);
    let roman =
        line.word(at).chars().all(|char| "ivxlc".contains(char)) && !line.word(at).is_empty();
    (roman || line.is_digits(at)) && MONTHS.contains(&line.word(next)) && joins(line, next)
}

/// Whether this word goes on the phrase of the word before it.
pub(super) fn joins(line: &Line<'_>, at: usize) -> bool {
    if at >= line.len() {
        return false;
    }
    let before = line.before(at, 1);
    match line.gap(at) {
        ". " | "." => before.len() == 1 || ABBREVIATIONS.contains(&before),
        "° " | "º " => line.is_digits(at.saturating_sub(1)),
        " " | "'" | "’" | "-" | "' " | "’ " | "  " | " \"" | " «" | " “" => true,
        _ => false,
    }
}

pub(super) fn with_number<'g>(
    line: &Line<'_>,
    name: Range<usize>,
    name_start: usize,
) -> Street<'g> {
    let number = number::after_name(line, name.end);
    let end = number.as_ref().map_or(name.end, |number| number.end);
    let earlier = if number.is_none() { number::before_street(line, name.start) } else { None };
    let (number, start) = match earlier {
        Some((number, start)) => (Some(number), start),
        None => (number, name.start),
    };
    let is_home = telling::is_home(line, start);
    Street {
        tokens: start..end,
        name,
        name_start,
        number: number.map(|number| number.text),
        corner: None,
        is_home,
        known: None,
        known_corner: None,
    }
}

/// Words that say that two streets meet.
const CORNER: [&str; 4] = ["angolo", "ang", "incrocio", "tra"];

/// `via Roma angolo Garibaldi`: the second street without its kind.
fn bare_corner(line: &Line<'_>, end: usize) -> Option<Range<usize>> {
    let said = ["angolo", "ang"].contains(&line.word(end)) && number::gap_is_close(line.gap(end));
    let skip = usize::from(["con", "di"].contains(&line.word(end.saturating_add(1))));
    let start = end.saturating_add(1).saturating_add(skip);
    let named = said && kind_end(line, start).is_none() && line.is_capital(start);
    let shouted = line.is_shouted(start) && line.is_shouted(end);
    let name = if named && !shouted { capital_end(line, start) } else { start };
    (name > start).then_some(start..name)
}

/// Whether only words of a corner stand between two streets.
fn is_corner(line: &Line<'_>, end: usize, start: usize) -> bool {
    let mut said = line.gap(start).contains(['/', '–']) || line.gap(start) == " - ";
    for at in end..start {
        let word = line.word(at);
        said |= CORNER.contains(&word);
        if !CORNER.contains(&word) && !["con", "all", "e", "di", "l", "la"].contains(&word) {
            return false;
        }
    }
    let crossing = (1..=3).any(|steps| CORNER.contains(&line.before(end, steps)));
    (said || crossing) && start.saturating_sub(end) <= 4
}
