//! `backup`: a whole copy of the store in one file.

use std::path::PathBuf;

use anyhow::anyhow;

use super::output::say;
use super::{Done, Failure, load, open_store};
use crate::config::{Config, Engine};
use crate::store::backup;

pub(super) const HELP: &str = "\
The copy is of one moment and whole, also while the daemon takes mail in: everything that was committed \
before the command began is in it. It is written beside its final name, read back and found sound, made \
durable, and only then named FILE. It never overwrites a file, and only its owner may read it: it holds \
every mail. Put it on another disk or machine.

On PostgreSQL the command names the pg_dump line instead, and its exit status is 2.

Examples:
  sportello backup /var/backups/sportello-$(date +%F).db
  sportello restore /var/backups/sportello-2026-11-23.db";

/// Arguments of `backup`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The new file
    file: PathBuf,
}

pub(super) async fn run(args: Args, file: PathBuf) -> Done {
    let config = load(&file)?;
    if config.store.engine() == Engine::Postgres {
        return Err(Failure::Static(anyhow!(
            "the store is on PostgreSQL, which makes its own backups; run\n  pg_dump --format=custom \
             --file={} --dbname='{}'",
            args.file.display(),
            address(&config)
        )));
    }
    let store = open_store(&config).await?;
    let bytes = backup::write(&store, &args.file).await?;
    store.engine.close().await;
    say(&format!("{}: {bytes} bytes, read back and found whole", args.file.display()));
    Ok(())
}

/// The store's address for PostgreSQL's own programs, which ask for the password or read it from ~/.pgpass.
pub(super) fn address(config: &Config) -> String {
    config.store.to_string().replacen(":…@", "@", 1)
}
