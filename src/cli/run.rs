//! `run`: the daemon, or one round of its work.

use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::output::say;
use super::{Done, Failure, OrStatic as _, load, open_store};
use crate::clock::Clock;
use crate::config::Config;
use crate::daemon::{self, Parts, Round, service};
use crate::intake::read::warm_up;
use crate::mailbox::session::Deadlines;
use crate::setup::{self, Prepared};

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

impl Args {
    /// Whether one round is wanted.
    pub(super) const fn is_once(&self) -> bool {
        self.once
    }
}

/// The configuration, and what is made of it. Rules, templates and hours are checked before the store is touched:
/// nothing is half-done.
fn prepared(file: &Path) -> Result<(Config, Prepared), Failure> {
    // Nobody waits for it; a machine without a thread to spare reads its first mails a little later.
    drop(std::thread::Builder::new().spawn(warm_up));
    let config = load(file)?;
    config.require_servers().or_static()?;
    let prepared = setup::prepare(&config).or_static()?;
    Ok((config, prepared))
}

pub(super) async fn serve(file: PathBuf) -> Done {
    let (config, prepared) = prepared(&file)?;
    let clock = Clock::System;
    let store = open_store(&config).await?;
    let parts = Parts::of(config, prepared, &store, clock.clone());
    Box::pin(service::run(parts, store, &file, &clock)).await?;
    Ok(())
}

pub(super) async fn once(file: PathBuf) -> Done {
    let (config, prepared) = prepared(&file)?;
    // Servers take a while to greet, and so does the disk to begin a store.
    let mailboxes = daemon::open_mailboxes(&config, Deadlines::default());
    let (store, opened) = tokio::join!(open_store(&config), mailboxes);
    let store = store?;
    let parts = Parts::of(config, prepared, &store, Clock::System);
    let lock = store.lock()?;
    let round = Box::pin(daemon::once_over(&parts, opened)).await?;
    drop(lock);
    store.engine.close().await;
    report(&round)
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
