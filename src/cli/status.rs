//! `status`: mailboxes, outbox and tickets at a glance.

use std::path::PathBuf;

use super::output::{Format, on_one_line, say, table};
use super::{Done, load, open_store};
use crate::figures::{self, Figures};

pub(super) const HELP: &str = "\
`unaccounted` are mails on the server without a last state in the ledger; it is 0 when all is well. \
`due` letters are those to send, the ones that wait for another try included. `held` ones wait for a \
limit, `ambiguous` ones may have arrived: see `sportello outbox list`. What is wrong now stands first, as \
ALARM; the same figures are served at /metrics.

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

pub(super) async fn run(args: Args, file: PathBuf) -> Done {
    let config = load(&file)?;
    let store = open_store(&config).await?;
    let status = figures::gather(&config, &store.engine).await?;
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

fn show(status: &Figures) {
    for alarm in &status.alarms {
        let of =
            if alarm.subject.is_empty() { String::new() } else { format!(" {}", alarm.subject) };
        say(&format!(
            "ALARM {}{of}, since {}: {}",
            alarm.name.name(),
            alarm.raised_at,
            on_one_line(&alarm.text)
        ));
    }
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
