//! The words by which staff and contractors answer by mail.
//!
//! Staff write lines that begin with `#`; contractors write what became of a work order in their own words; both
//! answer a question of ours with yes or no. Nothing is guessed: what is not understood is said back with what was
//! expected, and what two readers could read in two ways is left to a person.

mod answer;
mod argument;
mod clause;
mod date;
mod name;
mod repaired;
mod table;
mod yes_no;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use chrono::NaiveDate;

pub use self::answer::{Answer, ContractorAnswer, contractor_answer};
pub use self::repaired::is_repaired;
pub use self::table::help;
pub use self::yes_no::yes_or_no;

use self::table::{Form, Reader};
use super::rules::{Category, RuleSet};
use super::text::words;
use super::urgency::Urgency;

/// What staff order by mail, about the ticket that they answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The trade that repairs it.
    Category(Category),
    /// A code that the rules know.
    Subcategory(String),
    /// How soon.
    Urgency(Urgency),
    /// Where, as written.
    Place(String),
    /// The id of an office, or a bare lower-case address.
    Assign(String),
    /// A work order.
    Order {
        /// The id of the contractor; none is the one that the rules foresee.
        contractor: Option<String>,
        /// Also where a limit of urgent activation is reached.
        beyond: bool,
    },
    /// The work order is taken back.
    Retract,
    /// The work order leaves once more.
    SendAgain,
    /// Somebody looked at it; what they found, which may be empty.
    Assess(String),
    /// Somebody goes and looks, on this day.
    Inspect(NaiveDate),
    /// The work is planned for this day.
    Schedule(NaiveDate),
    /// It comes up again on this day, which is after today.
    Postpone(NaiveDate),
    /// The work stands still; the reason, which may be empty.
    Suspend(String),
    /// The work goes on.
    Resume,
    /// A line of the history.
    Note(String),
    /// The municipality's own people did the work; what they did, which may be empty.
    Worked(String),
    /// Over; with what is to be said of it, which may be empty.
    Close(String),
    /// It is not done after all.
    Reopen,
    /// There is nothing to do; the reason, which may be empty.
    Cancel(String),
    /// Whoever writes is at it.
    Take,
    /// Not the municipality's maintenance; the id of the referral, where one was named.
    OutOfCompetence(Option<String>),
    /// It repeats the ticket of this number.
    DuplicateOf(String),
    /// It repeats no other ticket after all.
    Split,
    /// The ticket of this number repeats it.
    Merge(String),
    /// What the resident is told.
    Reply(String),
    /// What the resident is asked; the ticket waits for the answer.
    Ask(String),
    /// The help text is wanted.
    Help,
}

/// A line that is meant as a command and is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadCommand {
    /// The line as written, at most [`WRITTEN_CHARS_MAX`] characters of it.
    pub written: String,
    /// What was found, what was expected and what to do: one Italian sentence.
    pub why_it: String,
}

/// Commands read in one mail: nobody gives as many, and each wrong one costs a line of the answer.
pub const COMMANDS_MAX: usize = 30;

/// Characters of a wrong line that are shown: enough to find it again.
pub const WRITTEN_CHARS_MAX: usize = 120;

/// Characters in which the words of a command stand: twice the longest.
const HEAD_CHARS_MAX: usize = 60;

/// Words of the longest command: `presa in carico`.
const HEAD_WORDS_MAX: usize = 4;

/// Shorter words are one letter away from too many others.
const TYPO_CHARS_MIN: usize = 4;

/// What commands are read with.
#[derive(Clone, Copy)]
struct Ground<'a> {
    rules: &'a RuleSet,
    today: NaiveDate,
}

/// The commands of a mail's newly written text, in order, at most [`COMMANDS_MAX`]; each is right or says why not.
///
/// A command is a line that begins with `#` and a letter or `?`. Case, accents and blanks after `#` do not matter. A
/// text (`#nota`, `#rispondi`, …) runs to the next such line or the end; behind the others a further command may
/// stand on the same line. Days without a year are the next such days from `today`.
#[must_use]
pub fn commands(text: &str, rules: &RuleSet, today: NaiveDate) -> Vec<Result<Command, BadCommand>> {
    let ground = Ground { rules, today };
    let mut found = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(line) = behind_mark(line.trim()) else { continue };
        let mut below = Vec::new();
        while let Some(line) = lines.next_if(|line| behind_mark(line.trim()).is_none()) {
            below.push(line);
        }
        read_line(line, &below, ground, &mut found);
        if found.len() > COMMANDS_MAX {
            found.truncate(COMMANDS_MAX);
            break;
        }
    }
    found
}

/// What stands above the first command of a text.
#[must_use]
pub fn above_commands(text: &str) -> &str {
    let begins = |line: &&str| behind_mark(line.trim()).is_some();
    let above: usize =
        text.split_inclusive('\n').take_while(|line| !begins(line)).map(str::len).sum();
    text.get(..above).unwrap_or(text)
}

/// The numbers of other tickets that commands name (`#duplicato di 2026-000123`): they must be looked up before the
/// commands are carried out.
#[must_use]
pub fn named_tickets(text: &str, rules: &RuleSet, today: NaiveDate) -> BTreeSet<String> {
    let numbers = commands(text, rules, today).into_iter().filter_map(|command| match command {
        Ok(Command::DuplicateOf(number) | Command::Merge(number)) => Some(number),
        _ => None,
    });
    numbers.collect()
}

/// Whether a text begins with a command, right or wrong.
#[must_use]
pub fn is_command(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    first.and_then(behind_mark).is_some()
}

/// What follows the `#` of a line that is meant as a command; `#12` is a number, not a command.
fn behind_mark(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('#')?.trim_start();
    rest.starts_with(|c: char| c.is_alphabetic() || c == '?').then_some(rest)
}

/// The commands of one line; `below` are the lines that a text goes on in.
fn read_line(
    line: &str,
    below: &[&str],
    ground: Ground<'_>,
    found: &mut Vec<Result<Command, BadCommand>>,
) {
    let mut next = Some(line);
    while let Some(line) = next.filter(|_| found.len() <= COMMANDS_MAX) {
        let Some((form, argument)) = heading(line) else {
            let (written, behind) = split_at_mark(line);
            found.push(Err(bad(written, table::unknown(&heads(written)))));
            next = behind;
            continue;
        };
        if let Reader::Text { make, needed } = form.read {
            let lines = std::iter::once(argument).chain(below.iter().copied());
            let text = lines.map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned();
            let lacking = needed && text.is_empty();
            let why =
                || format!("Dopo {} manca il testo: scrivilo sulla stessa riga.", form.name());
            found.push(if lacking { Err(bad(line, why())) } else { Ok(make(text)) });
            return;
        }
        let (argument, behind) = split_at_mark(argument);
        let written = split_at_mark(line).0;
        found.push(form.line(argument, ground).map_err(|why| bad(written, why)));
        next = behind;
    }
}

/// What was found, as it stands in a sentence.
fn quoted(written: &str) -> String {
    let written = written.trim();
    if written.is_empty() {
        return "Niente".to_owned();
    }
    format!("«{}»", written.chars().take(WRITTEN_CHARS_MAX).collect::<String>())
}

fn bad(written: &str, why_it: String) -> BadCommand {
    let written = format!("#{}", written.trim());
    BadCommand { written: written.chars().take(WRITTEN_CHARS_MAX).collect(), why_it }
}

/// A line up to the next command that stands on it, and what follows that one's `#`.
fn split_at_mark(line: &str) -> (&str, Option<&str>) {
    let marks = line.match_indices('#').filter(|(at, _)| {
        let before = line.get(..*at).unwrap_or_default();
        before.is_empty() || before.ends_with(char::is_whitespace)
    });
    for (at, _) in marks {
        let (before, mark) = line.split_at_checked(at).unwrap_or((line, ""));
        if let Some(behind) = behind_mark(mark) {
            return (before.trim(), Some(behind));
        }
    }
    (line.trim(), None)
}

/// The command that a line begins with, by its longest name, and the argument as written.
fn heading(line: &str) -> Option<(&'static Form, &str)> {
    if let Some(argument) = line.strip_prefix('?') {
        return table::named("?").map(|form| (form, argument.trim_start_matches(is_gap)));
    }
    heads(line).into_iter().rev().find_map(|(head, end)| {
        let form = table::named(&head)?;
        Some((form, line.get(end..)?.trim_start_matches(is_gap)))
    })
}

/// The folded words that a line begins with, put together as far as the first, the second, …, with where each ends:
/// `fuori competenza`, `fuori-competenza` and `fuoricompetenza` are one name.
fn heads(line: &str) -> Vec<(String, usize)> {
    let end = line.char_indices().nth(HEAD_CHARS_MAX).map_or(line.len(), |(at, _)| at);
    let mut joined = String::new();
    words(line.get(..end).unwrap_or_default())
        .into_iter()
        .take(HEAD_WORDS_MAX)
        .map(|word| {
            joined.push_str(&word.folded);
            (joined.clone(), word.at.end)
        })
        .collect()
}

/// What people put between a command and its argument.
fn is_gap(c: char) -> bool {
    c.is_whitespace() || matches!(c, ':' | '=' | ',' | '-' | '–' | '—')
}
