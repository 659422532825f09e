//! `outbox`: look at letters, repeat them, cancel them.

use std::path::PathBuf;

use anyhow::anyhow;

use super::output::{Format, list, say};
use super::{Done, Failure, load, open_store};
use crate::clock::Clock;
use crate::store::outbox;

/// What to do with letters.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List every letter and where it stands
    ///
    /// due: to be sent, perhaps again; sending: just now; held: waits for a limit; sent; failed: the server
    /// refused it for good; ambiguous: the line was cut when it may have arrived; cancelled.
    #[command(
        after_help = "Examples:\n  sportello outbox list --state failed\n  sportello outbox list --format json"
    )]
    List {
        /// How to print them
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
        /// Only those in this state: due, sending, held, sent, failed, ambiguous, cancelled
        #[arg(long)]
        state: Option<String>,
    },
    /// Send unsent letters now: held, failed and ambiguous ones too
    ///
    /// They become due at once and the daemon sees it within two seconds.
    #[command(after_help = "Example:\n  sportello outbox retry 12 13")]
    Retry {
        /// Ids from `outbox list`
        #[arg(required = true)]
        ids: Vec<i64>,
    },
    /// Cancel letters: they are never sent
    #[command(after_help = "Example:\n  sportello outbox cancel 12")]
    Cancel {
        /// Ids from `outbox list`
        #[arg(required = true)]
        ids: Vec<i64>,
    },
}

const BRIEF: [&str; 8] =
    ["id", "kind", "ticket", "recipient", "state", "delivery", "attempts", "reason"];

const FULL: [&str; 11] = [
    "id",
    "kind",
    "ticket",
    "recipient",
    "state",
    "attempts",
    "message_id",
    "reason",
    "next_at",
    "created_at",
    "delivery",
];

const STATES: [&str; 7] = ["due", "sending", "held", "sent", "failed", "ambiguous", "cancelled"];

pub(super) async fn run(command: Command, file: PathBuf) -> Done {
    let config = load(&file)?;
    if let Command::List { state: Some(state), .. } = &command
        && !STATES.contains(&state.as_str())
    {
        return Err(Failure::Static(anyhow!(
            "--state: expected one of {}; found `{state}`",
            STATES.join(", ")
        )));
    }
    let store = open_store(&config).await?;
    let now = Clock::System.now();
    match command {
        Command::List { format, state } => {
            let mut letters = outbox::all(&store.engine).await?;
            letters.retain(|letter| state.as_ref().is_none_or(|state| letter.state == *state));
            let columns = if format == Format::Table { &BRIEF[..] } else { &FULL[..] };
            list(format, columns, &letters)
        }
        Command::Retry { ids } => {
            let mut tx = store.engine.begin().await?;
            let mut refused = Vec::new();
            for id in &ids {
                if outbox::retry(&mut tx, *id, now).await? {
                    say(&format!("{id}: due now"));
                } else {
                    refused.push(*id);
                }
            }
            tx.commit().await?;
            all_or(&refused, "expected an unsent letter that is not just being sent, found none")
        }
        Command::Cancel { ids } => {
            let mut tx = store.engine.begin().await?;
            let mut refused = Vec::new();
            for id in &ids {
                if outbox::cancel(&mut tx, *id, now).await? {
                    say(&format!("{id}: cancelled"));
                } else {
                    refused.push(*id);
                }
            }
            tx.commit().await?;
            all_or(&refused, "expected an unsent letter that is not just being sent, found none")
        }
    }
}

/// An error that names the ids that nothing was done for.
pub(super) fn all_or(refused: &[i64], why: &str) -> Done {
    if refused.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = refused.iter().map(ToString::to_string).collect();
    Err(Failure::Work(anyhow!("{}: {why}; see the list", ids.join(", "))))
}
