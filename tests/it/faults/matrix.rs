//! The list of faults, and the page that is made from it: `tests/FAULTS.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

mod rows;

use rows::ROWS;

/// Where the research's matrix ends: every number up to here has its row.
const LAST_ROW: u8 = 35;

/// Between what is generated from the list and what `tests/soak` measured.
const MEASURED: &str = "## Last measured\n";

/// A fault.
#[derive(Debug)]
pub struct Row {
    /// Its number in the matrix.
    pub number: u8,
    /// What goes wrong.
    pub fault: &'static str,
    /// How a test makes it.
    pub made: &'static str,
    /// What is true afterwards, beside the invariants.
    pub holds: &'static str,
    /// The test functions that prove it.
    pub tests: &'static [&'static str],
    /// What of it cannot be had here, and why; empty when nothing is left out.
    pub missing: &'static str,
}

const PREFACE: &str = "# What fails, and what holds then

Made by the tests from `tests/it/faults/matrix/rows.rs`; do not edit. `tests/run` runs every test named here, on
SQLite and PostgreSQL where the store has a part in it; `tests/soak` throws F20 and F31 by the hundred and writes the
figures below. Ground truth is what Dovecot (or a scripted server) holds and what the SMTP server took.

After every fault: **I1** every mail has one row with a last state, its very bytes and one ticket or a place in
quarantine. **I2** none has two. **I3** one logical acknowledgement a mail; copies have one Message-ID and the same
bytes, two at most and only where the answer to the final dot was lost. **I4** what is said to be sent was taken, what
was taken is written down. **I5** nobody else is answered. **I6** no history was broken. **I7** the mailbox is as it was.
**I8** memory and handles are bounded. **I9** nothing is left to do. **I11** the store finds itself whole. **I12** no
panic in the log.

";

/// The part that the list alone decides.
fn listed() -> String {
    let rows: Vec<String> = ROWS.iter().map(paragraph).collect();
    format!("{PREFACE}{}", rows.concat())
}

fn paragraph(row: &Row) -> String {
    let Row { number, fault, made, holds, tests, missing } = row;
    let names: Vec<String> = tests.iter().map(|name| format!("`{name}`")).collect();
    let part = |title: &str, text: &str| match text {
        "" => String::new(),
        text => format!(" *{title}:* {text}"),
    };
    let (holds, tests) = (part("Holds", holds), part("Tests", &names.join(", ")));
    let missing = part("Not here", missing);
    format!("**F{number} {fault}.** {made}{holds}{tests}{missing}\n\n")
}

fn page_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/FAULTS.md")
}

/// Figures by the name they were kept under.
fn figures(lines: &str) -> BTreeMap<String, String> {
    let figure = |line: &str| {
        let (name, text) = line.trim_start_matches("- ").split_once(": ")?;
        Some((name.to_owned(), text.to_owned()))
    };
    lines.lines().filter_map(figure).collect()
}

/// The figures that `tests/soak` has left since the page was made.
fn fresh() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/soak");
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    files.flat_map(|file| figures(&fs::read_to_string(file.path()).unwrap_or_default())).collect()
}

/// The page says what the list says; `tests/soak` (or `SPORTELLO_FAULTS=write`) writes it anew.
#[test]
#[expect(clippy::disallowed_methods, reason = "the tests' own setting")]
fn the_page_of_faults_is_made_from_the_list() {
    let kept = fs::read_to_string(page_file()).unwrap_or_default();
    let (_, measured) = kept.split_once(MEASURED).unwrap_or_default();
    let mut measured = figures(measured);
    let writes = std::env::var("SPORTELLO_FAULTS").is_ok_and(|word| word == "write");
    if writes {
        measured.extend(fresh());
    }
    let lines: Vec<String> =
        measured.iter().map(|(name, text)| format!("- {name}: {text}\n")).collect();
    let page = format!("{}{MEASURED}\n{}", listed(), lines.concat());
    if writes {
        fs::write(page_file(), &page).expect("the page");
    } else {
        assert!(kept == page, "tests/FAULTS.md is old: SPORTELLO_FAULTS=write cargo test makes it");
    }
}

/// No row of the matrix is left out, and each has a test that exists, or says why it has none.
#[test]
fn every_fault_has_its_test_or_its_reason() {
    let numbers: Vec<u8> = ROWS.iter().map(|row| row.number).collect();
    assert!(numbers.iter().copied().eq(1..=LAST_ROW), "{numbers:?}");
    let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it"));
    for Row { number, tests, missing, .. } in ROWS {
        assert!(!tests.is_empty() || !missing.is_empty(), "F{number} has neither");
        for name in *tests {
            assert!(
                sources.contains(&format!("fn {name}(")),
                "F{number}: no test is called {name}"
            );
        }
    }
    let named: BTreeSet<&str> = ROWS.iter().flat_map(|row| row.tests).copied().collect();
    let of_this_room = |line: &str| {
        let name = line.trim_start().strip_prefix("fn ")?.split('(').next()?.to_owned();
        let digits = name.strip_prefix('f')?.get(..2)?;
        digits.parse::<u8>().is_ok().then_some(name)
    };
    for name in sources.lines().filter_map(of_this_room) {
        assert!(named.contains(name.as_str()), "{name} stands in no row of the matrix");
    }
}

fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).expect("the tests").flatten() {
        let path = entry.path();
        if path.is_dir() {
            text.push_str(&sources(&path));
        } else {
            text.push_str(&fs::read_to_string(&path).unwrap_or_default());
        }
    }
    text
}
