//! `status`: mailboxes, outbox and tickets at a glance.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use super::output::{Format, say, table};
use super::{Done, load, open_store};
use crate::config::Config;
use crate::domain::time::Timestamp;
use crate::store::{Engine, StoreError, folders, mail, outbox, tickets};

pub(super) const HELP: &str = "\
`unaccounted` are mails on the server without a last state in the ledger; it is 0 when all is well. \
`due` letters are those to send, the ones that wait for another try included. `held` ones wait for a \
limit, `ambiguous` ones may have arrived: see `sportello outbox list`.

Examples:
  sportello status
  sportello status --format json | jq .outbox.due";

/// Arguments of `status`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How to print it
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// As the contract gives it.
#[derive(Debug, Serialize)]
struct Status {
    mailboxes: Vec<MailboxStatus>,
    outbox: OutboxStatus,
    tickets: BTreeMap<String, i64>,
    quarantine: usize,
}

#[derive(Debug, Serialize)]
struct MailboxStatus {
    name: String,
    connected: bool,
    last_pass_at: Option<Timestamp>,
    unaccounted: i64,
    trouble: String,
}

#[derive(Debug, Serialize)]
struct OutboxStatus {
    /// Due and being sent, those that wait for a retry included.
    due: i64,
    held: i64,
    sent: i64,
    failed: i64,
    ambiguous: i64,
    cancelled: i64,
}

pub(super) async fn run(args: Args, file: PathBuf) -> Done {
    let config = load(&file)?;
    let store = open_store(&config).await?;
    let status = gather(&config, &store.engine).await?;
    match args.format {
        Format::Json => say(&serde_json::to_string_pretty(&status)?),
        Format::Csv => {
            let columns = ["name", "connected", "last_pass_at", "unaccounted", "trouble"];
            super::output::list(Format::Csv, &columns, &status.mailboxes)?;
        }
        Format::Table => show(&status),
    }
    Ok(())
}

async fn gather(config: &Config, engine: &Engine) -> Result<Status, StoreError> {
    let folders = folders::all(engine).await?;
    let mailboxes = config
        .mailboxes
        .iter()
        .map(|mailbox| {
            let state = folders.iter().find(|state| state.mailbox == mailbox.name);
            MailboxStatus {
                name: mailbox.name.clone(),
                connected: state.is_some_and(|state| state.connected),
                last_pass_at: state.and_then(|state| state.last_pass_at),
                unaccounted: state.map_or(0, |state| state.unaccounted),
                trouble: state.map_or_else(String::new, |state| state.trouble.clone()),
            }
        })
        .collect();
    let letters = outbox::counts(engine).await?;
    let count = |state: &str| letters.get(state).copied().unwrap_or(0);
    Ok(Status {
        mailboxes,
        outbox: OutboxStatus {
            due: count("due").saturating_add(count("sending")),
            held: count("held"),
            sent: count("sent"),
            failed: count("failed"),
            ambiguous: count("ambiguous"),
            cancelled: count("cancelled"),
        },
        tickets: tickets::counts(engine).await?,
        quarantine: mail::quarantined(engine).await?.len(),
    })
}

fn show(status: &Status) {
    let mut mailboxes = table(&["mailbox", "connected", "last pass", "unaccounted", "trouble"]);
    for mailbox in &status.mailboxes {
        mailboxes.add_row([
            mailbox.name.clone(),
            if mailbox.connected { "yes" } else { "no" }.to_owned(),
            mailbox.last_pass_at.map(|at| at.to_string()).unwrap_or_default(),
            mailbox.unaccounted.to_string(),
            mailbox.trouble.clone(),
        ]);
    }
    say(&mailboxes.to_string());
    let outbox = &status.outbox;
    say(&format!(
        "letters: {} due, {} held, {} sent, {} failed, {} ambiguous, {} cancelled",
        outbox.due, outbox.held, outbox.sent, outbox.failed, outbox.ambiguous, outbox.cancelled
    ));
    let tickets: Vec<String> =
        status.tickets.iter().map(|(name, count)| format!("{count} {name}")).collect();
    let tickets = if tickets.is_empty() { "none".to_owned() } else { tickets.join(", ") };
    say(&format!("tickets: {tickets}"));
    say(&format!("quarantine: {}", status.quarantine));
}
