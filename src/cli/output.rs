//! What commands print: tables for people, JSON and CSV for scripts.

use std::io::{self, Write as _};

use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use super::Failure;

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Table,
    /// For scripts: one array; `inspect` prints one object a line, `status` one object.
    Json,
    /// For spreadsheets.
    Csv,
}

/// Writes a line to standard output. A reader that went away (`| head`) ends the program quietly.
pub(super) fn say(line: &str) {
    let mut out = io::stdout().lock();
    if writeln!(out, "{line}").is_err() {
        std::process::exit(0);
    }
}

/// Writes a line to standard error.
pub(super) fn complain(line: &str) {
    // When even this fails there is nobody left to tell.
    drop(writeln!(io::stderr().lock(), "sportello: {line}"));
}

/// An error with its causes, each said once: most of ours already quote what lies below them.
pub(super) fn causes(error: &anyhow::Error) -> String {
    error.chain().skip(1).fold(error.to_string(), |said, cause| {
        let cause = cause.to_string();
        if said.contains(&cause) { said } else { format!("{said}: {cause}") }
    })
}

/// Prints rows: `columns` are the names of the fields in tables and CSV, in order.
pub(super) fn list<T: Serialize>(
    format: Format,
    columns: &[&str],
    rows: &[T],
) -> Result<(), Failure> {
    match format {
        Format::Json => say(&serde_json::to_string_pretty(rows)?),
        Format::Csv => {
            let mut csv = csv::Writer::from_writer(Vec::new());
            csv.write_record(columns)?;
            for row in rows {
                let cells = cells(row, columns)?;
                csv.write_record(cells.iter().map(|cell| harmless(cell)))?;
            }
            say(String::from_utf8_lossy(&csv.into_inner()?).trim_end());
        }
        Format::Table => {
            let mut table = table(columns);
            for row in rows {
                table.add_row(cells(row, columns)?);
            }
            say(&table.to_string());
        }
    }
    Ok(())
}

/// The width of a table where no terminal says how wide it is.
const PIPE_COLUMNS: u16 = 160;

/// A table with a head and no box around it.
pub(super) fn table(columns: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::ASCII_MARKDOWN)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(columns.to_vec());
    if !table.is_tty() {
        table.set_width(PIPE_COLUMNS);
    }
    table
}

fn cells<T: Serialize>(row: &T, columns: &[&str]) -> Result<Vec<String>, Failure> {
    let value = serde_json::to_value(row)?;
    Ok(columns.iter().map(|column| cell(value.get(column))).collect())
}

fn cell(value: Option<&serde_json::Value>) -> String {
    match value {
        None | Some(serde_json::Value::Null) => String::new(),
        Some(serde_json::Value::String(text)) => on_one_line(text),
        Some(other) => other.to_string(),
    }
}

/// What strangers wrote must not move the cursor of a terminal.
pub(super) fn on_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe before it.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_never_a_formula() {
        for (cell, expected) in
            [("=HYPERLINK(1)", "'=HYPERLINK(1)"), ("@a", "'@a"), ("buca", "buca"), ("", "")]
        {
            assert_eq!(harmless(cell), expected);
        }
    }

    #[test]
    fn a_cause_that_was_quoted_is_not_said_again() {
        let quoted = anyhow::anyhow!("no such file").context("a.db: no such file; make it");
        assert_eq!(causes(&quoted), "a.db: no such file; make it");
        let bare = anyhow::anyhow!("no such file").context("a.db");
        assert_eq!(causes(&bare), "a.db: no such file");
    }

    #[test]
    fn a_terminal_sees_no_control_characters() {
        assert_eq!(on_one_line("a\u{1b}[2Jb\nc"), "a [2Jb c");
    }
}
