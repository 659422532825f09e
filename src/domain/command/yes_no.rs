//! Yes or no to a question of ours. An order of thousands of euro may hang on it: what is hedged is neither.

use super::clause::{Clause, clauses};
use crate::domain::text::words;

/// Lines read: whoever answers in one word does so at the top.
const LINES_MAX: usize = 5;

/// Characters of a line that are read: an answer is short.
const LINE_CHARS_MAX: usize = 400;

const YES: &[&str] = &[
    "affermativo",
    "favorevole",
    "proceda",
    "approvata",
    "approvato",
    "approviamo",
    "approvo",
    "autorizza",
    "autorizzata",
    "autorizzato",
    "autorizziamo",
    "autorizzo",
    "attivare",
    "attivate",
    "attivatela",
    "certamente",
    "certo",
    "confermata",
    "confermato",
    "confermiamo",
    "confermo",
    "ok",
    "okay",
    "procedete",
    "procedere",
    "procedi",
    "yes",
    "yep",
];

const YES_PHRASES: &[&str] = &[
    " va bene ",
    " d accordo ",
    " fate pure ",
    " fai pure ",
    " nulla osta ",
    " autorizzazione concessa ",
    " si conferma ",
];

const NO_PHRASES: &[&str] = &[" parere contrario ", " siamo contrari ", " sono contrario "];

const NO: &[&str] = &[
    "negativo",
    "respinta",
    "respinto",
    "nego",
    "negata",
    "negato",
    "neghiamo",
    "no",
    "nope",
    "rifiutato",
    "rifiuto",
];

const NOT: &[&str] = &["non", "not", "nemmeno", "neanche", "don"];

/// Words from a denial to what it denies: `non la autorizzo`.
const DENIAL_WORDS: usize = 2;

/// Words that make an answer hang on something, or put it off.
const HEDGES: &[&str] = &[
    "ancora",
    "aspetta",
    "aspettate",
    "attendete",
    "attendiamo",
    "attendo",
    "attesa",
    "but",
    "deve",
    "devo",
    "dipende",
    "dovrebbe",
    "eccetto",
    "essere",
    "forse",
    "if",
    "ma",
    "magari",
    "oppure",
    "pero",
    "purche",
    "quando",
    "salvo",
    "sara",
    "se",
    "solo",
    "soltanto",
    "tranne",
    "until",
    "valuto",
    "valutiamo",
    "vedo",
    "vediamo",
    "verifico",
    "verifichiamo",
    "verra",
    "vorrei",
];

/// The answer to a question such as "Attivare la ditta?"; none when it is unclear, hedged, or both.
///
/// Only the first paragraph that answers is read: what follows is for people.
#[must_use]
pub fn yes_or_no(text: &str) -> Option<bool> {
    let mut paragraph: Vec<String> = Vec::new();
    let mut read = 0_usize;
    for line in text.lines().map(str::trim).chain([""]) {
        if !line.is_empty() && read < LINES_MAX {
            paragraph.push(line.chars().take(LINE_CHARS_MAX).collect());
            read = read.saturating_add(1);
            continue;
        }
        match said(&paragraph) {
            Said::Nothing if read < LINES_MAX => paragraph.clear(),
            Said::Yes => return Some(true),
            Said::No => return Some(false),
            Said::Nothing | Said::Unclear => return None,
        }
    }
    None
}

/// What a paragraph says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Yes,
    No,
    Nothing,
    Unclear,
}

fn said(paragraph: &[String]) -> Said {
    let lines = || paragraph.iter().map(String::as_str);
    let words = lines().flat_map(words).map(|word| word.folded).collect::<Vec<_>>();
    let mut hedged = is_hedged(&words);
    let (mut yes, mut no) = (false, false);
    for clause in clauses(lines()).iter().filter(|clause| !clause.question) {
        match answer(clause) {
            Said::Yes => yes = true,
            Said::No => no = true,
            Said::Unclear => hedged = true,
            Said::Nothing => {}
        }
    }
    match (yes, no) {
        (false, false) if hedged => Said::Unclear,
        (false, false) => Said::Nothing,
        (true, false) if !hedged => Said::Yes,
        (false, true) if !hedged => Said::No,
        _ => Said::Unclear,
    }
}

fn is_hedged(words: &[String]) -> bool {
    // "Il prima possibile" is haste, not a condition.
    let first =
        |pair: &[String]| matches!(pair, [first, next] if first == "prima" && next != "possibile");
    words.iter().any(|word| HEDGES.contains(&word.as_str())) || words.windows(2).any(first)
}

/// What one clause says.
fn answer(clause: &Clause) -> Said {
    let words = &clause.words;
    let text = clause.padded();
    let is_no = words.iter().any(|word| NO.contains(&word.as_str()))
        || NO_PHRASES.iter().any(|phrase| text.contains(phrase));
    let agrees = |word: &String| YES.contains(&word.as_str());
    let yes_at = words.iter().position(agrees);
    let phrase = YES_PHRASES.iter().any(|phrase| text.contains(phrase));
    let not_at = words.iter().position(|word| NOT.contains(&word.as_str()));
    match (yes_at, not_at) {
        _ if is_no && (yes_at.is_some() || phrase || says_yes(clause)) => Said::Unclear,
        _ if is_no => Said::No,
        (Some(yes), Some(not)) if yes.checked_sub(not).is_some_and(|gap| gap <= DENIAL_WORDS) => {
            Said::No
        }
        (None, Some(_)) if phrase => Said::No,
        (Some(_), Some(_)) => Said::Unclear,
        (None, Some(_)) if says_yes(clause) => Said::Unclear,
        _ if yes_at.is_some() || phrase || says_yes(clause) => Said::Yes,
        _ => Said::Nothing,
    }
}

/// `sì`; without its accent only where it cannot be the pronoun: alone, or before another word of assent.
fn says_yes(clause: &Clause) -> bool {
    let courtesy = ["grazie", "certo", "pure", "thanks"];
    let alone = match clause.words.as_slice() {
        [only] => only == "si",
        [first, second] => {
            let agrees = YES.contains(&second.as_str()) || courtesy.contains(&second.as_str());
            first == "si" && agrees
        }
        _ => false,
    };
    alone || clause.accented_yes
}
