//! `run`: the daemon, or one round of its work.

use std::path::PathBuf;

use anyhow::anyhow;

use super::output::say;
use super::{Done, Failure, OrStatic as _, load, open_store};
use crate::clock::Clock;
use crate::daemon::{self, Parts, Round, service};

pub(super) const HELP: &str = "\
With --once: one full pass of every mailbox, then each letter that is due is tried once. Later \
retries, held and ambiguous letters are reported and not waited for. Exit status 1 when a mailbox, \
the SMTP server or the store could not be used.

Without: it serves until SIGTERM, reads its configuration again on SIGHUP (and keeps the old one \
when the new one is wrong), and never exits because a server refuses or cannot be reached.

Examples:
  sportello check && sportello run --once
  systemctl start sportello";

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// One round, then end
    #[arg(long)]
    once: bool,
}

pub(super) async fn run(args: Args, file: PathBuf) -> Done {
    let config = load(&file)?;
    config.require_servers().or_static()?;
    // Rules, templates and hours are checked before the store is touched: nothing is half-done.
    let prepared = crate::setup::prepare(&config).or_static()?;
    let clock = Clock::System;
    let store = open_store(&config).await?;
    let parts = Parts::of(config, prepared, &store, clock.clone());
    if args.once {
        let lock = store.lock()?;
        let round = Box::pin(daemon::once(&parts)).await?;
        drop(lock);
        store.engine.close().await;
        return report(&round);
    }
    Box::pin(service::run(parts, store, &file, &clock)).await?;
    Ok(())
}

/// Says what the round did; an error when something could not be used.
fn report(round: &Round) -> Done {
    let mut broken = Vec::new();
    for (name, passed) in &round.mailboxes {
        match passed {
            Ok(passed) => say(&format!(
                "{name}: {} new, {} unaccounted for",
                passed.settled, passed.unaccounted
            )),
            Err(error) => broken.push(format!("mailbox {name}: {error}")),
        }
    }
    let letters = &round.letters;
    say(&format!(
        "letters: {} sent, {} postponed, {} failed, {} ambiguous",
        letters.sent, letters.postponed, letters.failed, letters.ambiguous
    ));
    if let Some(unusable) = &letters.unusable {
        broken.push(format!("smtp: {unusable}"));
    }
    if broken.is_empty() { Ok(()) } else { Err(Failure::Work(anyhow!(broken.join("\n")))) }
}
