//! `quarantine`: mails that no rule could read. Each has a ticket, so that nobody is ignored.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::anyhow;

use super::outbox::all_or;
use super::output::{Format, list, say};
use super::{Done, Failure, OrStatic as _, load, open_store};
use crate::clock::Clock;
use crate::config::Config;
use crate::intake;
use crate::setup;
use crate::store::mail::MailRow;
use crate::store::{Store, mail};

/// What to do with quarantined mails.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List the mails that could not be read; each has a ticket
    #[command(after_help = "Example:\n  sportello quarantine list")]
    List {
        /// How to print them
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// Print the raw bytes of one
    #[command(after_help = "Example:\n  sportello quarantine show 3 > mail.eml")]
    Show {
        /// An id from `quarantine list`
        id: i64,
    },
    /// Read them again, after an update of the program
    #[command(after_help = "Example:\n  sportello quarantine retry 3 4")]
    Retry {
        /// Ids from `quarantine list`
        #[arg(required = true)]
        ids: Vec<i64>,
    },
}

const COLUMNS: [&str; 7] =
    ["id", "ticket", "mailbox", "sender", "subject", "reason", "received_at"];

pub(super) async fn run(command: Command, file: PathBuf) -> Done {
    let config = load(&file)?;
    if matches!(command, Command::Retry { .. }) {
        setup::check_rules(&config).or_static()?;
    }
    let store = open_store(&config).await?;
    match command {
        Command::List { format } => {
            list(format, &COLUMNS, &mail::quarantined(&store.engine).await?)
        }
        Command::Show { id } => {
            std::io::stdout().lock().write_all(&raw(&store, id).await?)?;
            Ok(())
        }
        Command::Retry { ids } => {
            let mut refused = Vec::new();
            for id in ids {
                if !retry(&config, &store, id).await? {
                    refused.push(id);
                }
            }
            all_or(&refused, "the mail still cannot be read; its ticket stays with staff")
        }
    }
}

async fn row(store: &Store, id: i64) -> Result<MailRow, Failure> {
    let row = mail::by_id(&store.engine, id).await?;
    let quarantined = row.filter(|row| row.outcome == "quarantined");
    Ok(quarantined
        .ok_or_else(|| anyhow!("{id}: expected an id of the quarantine, found none such"))?)
}

async fn raw(store: &Store, id: i64) -> Result<Vec<u8>, Failure> {
    match row(store, id).await?.raw_id {
        Some(raw_id) => Ok(mail::raw(&store.engine, raw_id).await?),
        None => Ok(Vec::new()),
    }
}

/// Reads a mail again; when it can be read now, it leaves the quarantine and its ticket gets the words.
async fn retry(config: &Config, store: &Store, id: i64) -> Result<bool, Failure> {
    let row = row(store, id).await?;
    let Some(number) = row.ticket.clone() else { return Ok(false) };
    let clerk = setup::clerk(config, store.signer.clone()).or_static()?;
    let now = Clock::System.now();
    let read = intake::read_again(&clerk, &store.engine, &row, &number, now).await?;
    if read {
        say(&format!("{id}: read; see ticket {number}"));
    }
    Ok(read)
}
