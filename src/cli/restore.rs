//! `restore`: a backup in the place of the store, and nobody hears twice.

use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::backup::address;
use super::output::say;
use super::{Done, Failure, load, open_store};
use crate::clock::Clock;
use crate::config::{After, Config, Engine};
use crate::store::backup::{self, Marked};

pub(super) const HELP: &str = "\
Stop the daemon first. The file is proven whole before anything is touched. A store that holds tickets or \
mails is kept: with --replace it is put aside under another name, never deleted.

A restored store is older than the world, so that nobody is written to twice:
  - letters that it would send may have left: they are held (`sportello outbox list --state held`;
    `outbox retry` sends one, `outbox cancel` drops it);
  - mails that came after the backup still lie on the server: the next pass takes each in once, opens its
    ticket, and holds the letters that it causes;
  - numbers of tickets go on behind those that were given out;
  - orders that waited for an answer wait one day more.

On PostgreSQL the command names the pg_restore line instead, and its exit status is 2; `--mark-only` then \
tells the restored store the same things.

Examples:
  systemctl stop sportello
  sportello restore /var/backups/sportello-2026-11-23.db
  sportello restore --replace /var/backups/sportello-2026-11-23.db
  sportello verify && systemctl start sportello";

/// Arguments of `restore`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The backup
    #[arg(required_unless_present = "mark_only")]
    file: Option<PathBuf>,
    /// Put aside a store that holds something
    #[arg(long)]
    replace: bool,
    /// Only tell a store that other means (`pg_restore`, a copied file) have put back what it must know
    #[arg(long, conflicts_with_all = ["file", "replace"])]
    mark_only: bool,
}

pub(super) async fn run(args: Args, file: PathBuf) -> Done {
    let config = load(&file)?;
    match args.file {
        None => mark_only(&config).await,
        Some(backup) if config.store.engine() == Engine::Postgres => Err(Failure::Static(anyhow!(
            "the store is on PostgreSQL, which restores its own backups; stop every daemon and run\n  \
                 pg_restore --clean --if-exists --single-transaction --dbname='{}' {}\n  \
                 sportello restore --mark-only",
            address(&config),
            backup.display()
        ))),
        Some(backup) => restore(&config, &backup, args.replace).await,
    }
}

async fn restore(config: &Config, backup: &Path, replace: bool) -> Done {
    let Some(path) = crate::store::sqlite_path(config.store.url()) else {
        return Err(Failure::Static(anyhow!("store.url: expected sqlite:///path/to/file.db")));
    };
    let restored = backup::restore(backup, &path, replace, Clock::System.now()).await?;
    say(&format!("{}: restored from {}", path.display(), backup.display()));
    if let Some(aside) = &restored.aside {
        say(&format!("the store that was there is {}", aside.display()));
    }
    report(config, restored.marked);
    Ok(())
}

/// For a store that other means have put back.
async fn mark_only(config: &Config) -> Done {
    let store = open_store(config).await?;
    let lock = store.lock()?;
    let mut tx = store.engine.begin().await?;
    let marked = backup::mark_restored(&mut tx, None, Clock::System.now()).await?;
    tx.commit().await?;
    drop(lock);
    store.engine.close().await;
    report(config, marked);
    Ok(())
}

fn report(config: &Config, marked: Marked) {
    say(&format!(
        "letters held because they may have left: {} (`sportello outbox list --state held`)",
        marked.held
    ));
    say(&format!("orders that wait one day more for an answer: {}", marked.orders));
    say(&format!(
        "mailboxes whose unknown mails the next pass takes in, holding what they cause: {}",
        marked.mailboxes
    ));
    for mailbox in &config.mailboxes {
        if let After::Move(folder) = &mailbox.after {
            say(&format!(
                "mailbox {}: what was moved to `{folder}` since the backup is not read again; move it back \
                 to the inbox",
                mailbox.name
            ));
        }
    }
}
