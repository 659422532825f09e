//! Schools, parks, cemeteries, bridges: places with a name of their own.

use std::ops::Range;
use std::sync::LazyLock;

use super::street::Street;
use super::token::{Line, is_link};
use crate::domain::phrases::Beginnings;

/// Kinds of sites, short ones first, then by letters: every word of every mail is sought among them.
const KINDS: [&str; 156] = [
    "ic",
    "gym",
    "arco",
    "area",
    "lido",
    "molo",
    "nido",
    "parc",
    "park",
    "sala",
    "sede",
    "arena",
    "asilo",
    "bagni",
    "bivio",
    "campo",
    "ecole",
    "liceo",
    "media",
    "medie",
    "museo",
    "parco",
    "parku",
    "pieve",
    "ponte",
    "porta",
    "rocca",
    "torre",
    "villa",
    "centro",
    "chiesa",
    "cinema",
    "loggia",
    "parcul",
    "parkun",
    "parque",
    "pineta",
    "plesso",
    "school",
    "schule",
    "scoala",
    "scolii",
    "scuola",
    "scuole",
    "stadio",
    "teatro",
    "cascina",
    "caserma",
    "cerdhja",
    "colegio",
    "darsena",
    "escuela",
    "fermata",
    "fontana",
    "gymnase",
    "library",
    "materna",
    "mercato",
    "ossario",
    "palazzo",
    "parking",
    "piscina",
    "portico",
    "pretura",
    "rifugio",
    "rotonda",
    "shkolla",
    "tettoia",
    "anagrafe",
    "archivio",
    "campetto",
    "cappella",
    "castello",
    "cemetery",
    "chiostro",
    "cimitero",
    "convento",
    "friedhof",
    "giardini",
    "giardino",
    "infanzia",
    "istituto",
    "lavatoio",
    "loggiato",
    "ludoteca",
    "ospedale",
    "palestra",
    "percorso",
    "primaria",
    "sacrario",
    "shkolles",
    "stazione",
    "svincolo",
    "turnsaal",
    "парк",
    "belvedere",
    "ciclabile",
    "cimetiere",
    "cimitirul",
    "gradinita",
    "lungolago",
    "monumento",
    "municipio",
    "palafiera",
    "palafiere",
    "palasport",
    "palazzina",
    "parchetto",
    "posteggio",
    "residenza",
    "scalinata",
    "tribunale",
    "turnhalle",
    "anfiteatro",
    "auditorium",
    "biblioteca",
    "bocciofila",
    "camposanto",
    "cavalcavia",
    "cementerio",
    "colombario",
    "elementare",
    "elementari",
    "fontanella",
    "lungofiume",
    "palazzetto",
    "parcheggio",
    "passerella",
    "pinacoteca",
    "secondaria",
    "sottopasso",
    "spogliatoi",
    "sporthalle",
    "парке",
    "парку",
    "школа",
    "школе",
    "школы",
    "школі",
    "حديقة",
    "مدرسة",
    "مقبرة",
    "ambulatorio",
    "bocciodromo",
    "delegazione",
    "grundschule",
    "passeggiata",
    "gemeindehaus",
    "kindergarten",
    "mittelschule",
    "ciclopedonale",
    "sottopassaggio",
    "станції",
    "poliambulatorio",
    "кладовище",
    "бібліотека",
];

/// Sites of which a town has one, so that they need no name.
const ONLY_ONES: [&str; 25] = [
    "municipio",
    "biblioteca",
    "piscina",
    "stadio",
    "cimitero",
    "stazione",
    "teatro",
    "museo",
    "ospedale",
    "palasport",
    "palazzetto",
    "bocciofila",
    "ludoteca",
    "auditorium",
    "anagrafe",
    "pinacoteca",
    "tribunale",
    "camposanto",
    "bocciodromo",
    "ossario",
    "lungolago",
    "lungofiume",
    "pretura",
    "sacrario",
    "anfiteatro",
];

/// Words that stand between a kind and its name.
const QUALIFIERS: [&str; 49] = [
    "calcio",
    "polivalente",
    "saracena",
    "fluviale",
    "maggiore",
    "vecchia",
    "comunale",
    "comunali",
    "civica",
    "civico",
    "sociale",
    "pubblico",
    "pubblica",
    "pubblici",
    "sportivo",
    "sportiva",
    "elementare",
    "elementari",
    "media",
    "medie",
    "primaria",
    "secondaria",
    "materna",
    "infanzia",
    "nido",
    "anziani",
    "diurno",
    "giovani",
    "comprensivo",
    "coperto",
    "ciclabile",
    "urbano",
    "scolastico",
    "superiore",
    "consiliare",
    "rionale",
    "vita",
    "cani",
    "giochi",
    "primo",
    "secondo",
    "grado",
    "parrocchiale",
    "monumentale",
    "artistico",
    "musicale",
    "nuovo",
    "vecchio",
    "nuova",
];

/// Names have at most so many words.
const NAME_WORDS_MAX: usize = 5;

/// Whether a word is a kind of site.
pub(super) fn is_kind(word: &str) -> bool {
    static BEGUN: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of_words(KINDS));
    if !BEGUN.may_begin(word) {
        return false;
    }
    let order = |kind: &&str| kind.len().cmp(&word.len()).then_with(|| (*kind).cmp(word));
    KINDS.binary_search_by(order).is_ok()
}

/// The named sites of a line outside its streets, and the only ones of their kind, as words: better ones have
/// smaller worth, and 0 is left for those that are known.
pub(super) fn sites(line: &Line<'_>, streets: &[Street<'_>]) -> Vec<(u8, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < line.len() {
        let in_street = streets.iter().any(|street| street.tokens.contains(&at));
        let institute = is_institute(line, at);
        if in_street || !(institute || is_kind(line.word(at))) {
            at = at.saturating_add(1);
            continue;
        }
        let kind = qualified_end(line, at.saturating_add(usize::from(institute)));
        let end = name_end(line, kind);
        if end > kind {
            found.push((1, at..end));
        } else if ONLY_ONES.contains(&line.word(at)) || is_said(line, at, kind) {
            found.push((2, at..kind));
        }
        at = end.max(kind);
    }
    found
}

/// Words of a small-letter name that are looked up behind a kind.
const SMALL_WORDS_MAX: usize = 4;

/// `scuola de amicis`: names in small letters that the list knows, the longest first.
pub(super) fn small<'g, S>(
    line: &Line<'_>,
    streets: &[Street<'_>],
    known: impl Fn(&str) -> Option<&'g S>,
) -> Vec<(Range<usize>, &'g S)> {
    let in_street = |at: &usize| streets.iter().any(|street| street.tokens.contains(at));
    let kinds = (0..line.len()).filter(|at| is_kind(line.word(*at)) && !in_street(at));
    kinds
        .filter_map(|at| {
            let start = at.saturating_add(1);
            let more = (start..start.saturating_add(SMALL_WORDS_MAX))
                .take_while(|at| line.gap(*at).trim().len() <= 1 && *at < line.len())
                .take_while(|at| {
                    !line.gap(*at).contains(['.', ',', ';', ':']) && !line.is_capital(*at)
                })
                .count();
            (1..=more).rev().find_map(|count| {
                let words = at..start.saturating_add(count);
                let last = words.end.saturating_sub(1);
                let site = known(&line.folded(words.clone()).join(" "))?;
                (!is_link(line.word(last))).then_some((words, site))
            })
        })
        .take(SMALL_LOOKUPS_MAX)
        .collect()
}

/// Nobody names more sites in a line, and each costs a pass over the list.
const SMALL_LOOKUPS_MAX: usize = 20;

/// `I.C. Galilei`: a comprehensive institute.
fn is_institute(line: &Line<'_>, at: usize) -> bool {
    let next = at.saturating_add(1);
    line.word(at) == "i" && line.word(next) == "c" && line.gap(next) == "." && line.is_capital(at)
}

/// `mercato coperto`, `sala consiliare`, `percorso vita`: with what kind it is, a town has one.
fn is_said(line: &Line<'_>, at: usize, end: usize) -> bool {
    let alone = ["mercato", "sala", "bagni", "percorso"].contains(&line.word(at));
    alone && end > at.saturating_add(1)
}

/// The site just before a street: `scuola elementare di via Volta 2`, `palestra in via Roma`.
pub(super) fn before(line: &Line<'_>, street: &Street<'_>) -> Option<Range<usize>> {
    const BACK_MAX: usize = 7;
    let end = street.tokens.start;
    let from = end.saturating_sub(BACK_MAX);
    let start = (from..end).rev().find(|at| is_kind(line.word(*at)))?;
    let start = earlier_kind(line, start);
    let kind = qualified_end(line, start);
    let name = name_end(line, kind).max(kind);
    let between = end.saturating_sub(name) <= 1 && (name..end).all(|at| is_link(line.word(at)));
    let close = (start.saturating_add(1)..=end)
        .all(|at| line.gap(at).trim().len() <= 1 && !line.gap(at).contains(['.', ',']));
    (between && close).then_some(start..name)
}

/// `scuola media`: the kind begins at the earlier word.
fn earlier_kind(line: &Line<'_>, at: usize) -> usize {
    let before = at.saturating_sub(1);
    if before < at && is_kind(line.word(before)) && line.gap(at) == " " { before } else { at }
}

/// Past the kind and its qualifiers (`scuola dell'infanzia`, `centro sociale`).
fn qualified_end(line: &Line<'_>, site: usize) -> usize {
    let mut end = site.saturating_add(1);
    loop {
        let step = usize::from(["dell", "d", "da"].contains(&line.word(end)));
        let next = end.saturating_add(step);
        if !QUALIFIERS.contains(&line.word(next)) || !line.gap(end).trim().is_empty() {
            return end;
        }
        end = next.saturating_add(1);
    }
}

/// Letters of a name that is written small: shorter words are of the sentence.
const SMALL_CHARS_MIN: usize = 5;

/// `parco della resistenza`: the name without capitals behind an article that only a name has.
fn small_end(line: &Line<'_>, start: usize) -> Option<usize> {
    const NAMED: [&str; 5] = ["parco", "parchetto", "giardini", "ponte", "villa"];
    const LINKS: [&str; 5] = ["della", "del", "dei", "delle", "degli"];
    let kind = start.checked_sub(1).filter(|at| NAMED.contains(&line.word(*at)))?;
    let name = start.saturating_add(1);
    let small =
        LINKS.contains(&line.word(start)) && !line.is_capital(name) && !line.is_shouted(kind);
    let long = line.word(name).chars().count() >= SMALL_CHARS_MIN && line.gap(name) == " ";
    (small && long && line.gap(start) == " ").then(|| name.saturating_add(1))
}

/// Past a name with capitals; `start` when there is none. Capitals tell nothing in a line of capitals.
fn name_end(line: &Line<'_>, start: usize) -> usize {
    let (mut end, mut at) = (start, start);
    if let Some(end) = small_end(line, start) {
        return end;
    }
    while at < start.saturating_add(NAME_WORDS_MAX) && at < line.len() {
        let gap = line.gap(at);
        if !matches!(gap, " " | "'" | "’" | " \"" | " “" | " «" | ". " | "-")
            || (gap == ". " && line.before(at, 1).len() > 2)
        {
            break;
        }
        if line.is_capital(at) && !(line.is_shouted(at) && line.is_shouted(start.saturating_sub(1)))
        {
            at = at.saturating_add(1);
            end = at;
        } else if is_link(line.word(at))
            && !["e", "a", "in", "al", "alla", "all", "la", "da"].contains(&line.word(at))
        {
            at = at.saturating_add(1);
        } else {
            break;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::{KINDS, is_kind};

    #[test]
    fn every_kind_is_found_and_no_other() {
        assert!(KINDS.iter().all(|kind| is_kind(kind)));
        for word in ["", "i", "scuol", "scuolaa", "zzz", "lampione"] {
            assert!(!is_kind(word), "{word}");
        }
    }
}
