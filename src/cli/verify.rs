//! `verify`: is everything still as it was written down?

use std::path::PathBuf;

use anyhow::anyhow;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::output::{Format, list, on_one_line, say};
use super::{Done, Failure, load, open_store};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::time::Timestamp;
use crate::store::proof::{self, Finding, Invariant};
use crate::store::{Engine, StoreError};

mod server;

pub(super) const HELP: &str = "\
Asks the database whether it is whole, follows the chain of every ticket's history, hashes every raw \
mail, holds ledger, mails, tickets and letters against each other, and compares the ledger with what \
lies on each mail server (opened for reading only). Nothing is changed; it works beside the running \
daemon. Each finding says where it is and what to do. A server that cannot be reached is a finding, and \
the rest is checked all the same.

Exit status 0: all well; 1: something is wrong.

Examples:
  sportello verify
  sportello verify --offline            the store alone, no server is asked
  sportello verify --format json | jq '.findings[].where'";

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How to print it
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Ask no mail server
    #[arg(long)]
    offline: bool,
}

/// What was looked at and what was found.
#[derive(Debug, Default, Serialize)]
struct Report {
    well: bool,
    /// What was looked at, in order.
    checks: Vec<Check>,
    findings: Vec<Finding>,
}

#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    findings: usize,
}

const COLUMNS: [&str; 4] = ["check", "where", "found", "remedy"];

pub(super) async fn run(args: Args, file: PathBuf) -> Done {
    let config = load(&file)?;
    let store = open_store(&config).await?;
    let clock = Clock::System;
    let mut report = Report::default();
    store_checks(&mut report, &store.engine, clock.now()).await;
    if !args.offline {
        server_checks(&mut report, &config, &store.engine, &clock).await;
    }
    store.engine.close().await;
    report.well = report.findings.is_empty();
    match args.format {
        Format::Json => say(&serde_json::to_string_pretty(&report)?),
        Format::Csv => list(Format::Csv, &COLUMNS, &report.findings)?,
        Format::Table => show(&report),
    }
    if report.well {
        Ok(())
    } else {
        Err(Failure::Work(anyhow!("{} thing(s) to put right", report.findings.len())))
    }
}

impl Report {
    /// Adds what a check found. One that could not be made is a finding itself, and the others go on.
    fn add(&mut self, name: &'static str, found: Result<Vec<Finding>, StoreError>) {
        let mut findings = found.unwrap_or_else(|error| {
            vec![Finding {
                check: name,
                place: "the whole check".to_owned(),
                found: format!("it could not be made: {error}"),
                remedy: "see the findings above; a database that cannot be read is restored from a backup",
            }]
        });
        self.checks.push(Check { name, findings: findings.len() });
        self.findings.append(&mut findings);
    }
}

async fn store_checks(report: &mut Report, engine: &Engine, now: Timestamp) {
    report.add("the database is whole", proof::engine(engine).await);
    for (name, invariants) in [
        ("every row that is named is there", proof::TABLES),
        ("every mail has its place in the ledger", proof::LEDGER),
        ("every ticket has a history, a mail and a number of its own", proof::TICKETS),
        ("every letter can be where it is", proof::LETTERS),
    ] {
        report.add(name, all(engine, invariants, now).await);
    }
    report.add("every letter's bytes are its own", proof::letters_fit(engine).await);
    report.add("no history was changed", proof::histories(engine).await);
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} mails, {eta} left") {
        bar.set_style(style);
    }
    let hashed = proof::raws(engine, |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    });
    report.add("every mail is as it came", hashed.await);
    bar.finish_and_clear();
}

async fn all(
    engine: &Engine,
    invariants: &[Invariant],
    now: Timestamp,
) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    for invariant in invariants {
        findings.append(&mut proof::holds(engine, invariant, now).await?);
    }
    Ok(findings)
}

async fn server_checks(report: &mut Report, config: &Config, engine: &Engine, clock: &Clock) {
    for mailbox in &config.mailboxes {
        let compared = server::compare(mailbox, engine, clock).await;
        report.add("the ledger knows every mail on the server", compared);
    }
}

fn show(report: &Report) {
    for check in &report.checks {
        let mark = if check.findings == 0 { "ok   " } else { "WRONG" };
        say(&format!("{mark} {}", check.name));
    }
    for finding in &report.findings {
        let line = format!(
            "\n{}: {}\n  found: {}\n  do:    {}",
            finding.check, finding.place, finding.found, finding.remedy
        );
        let lines: Vec<String> = line.split('\n').map(on_one_line).collect();
        say(&lines.join("\n"));
    }
}
