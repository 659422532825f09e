//! `erase`: a person who asks for it is taken out of the store.

use std::path::PathBuf;

use anyhow::anyhow;

use super::output::say;
use super::{Done, Failure, load, open_store};
use crate::clock::Clock;
use crate::store::Engine;
use crate::store::erasure::{self, Traces};

pub(super) const HELP: &str = "\
Takes a person out of the store, by the address that they wrote from: their mails with all attachments, the words \
of their tickets' histories and letters, their name, address, subjects and telephone number. Kind of work, office, \
times and states stay, for the statistics, and a ticket that is not over keeps its place, for the work. The chain of \
each history still holds, and a line of it says that somebody was erased. In other people's tickets their own mails \
and the lines that name them go.

Letters to them that have not left are cancelled. Letters to others that still need their words must leave, or be \
cancelled, first. The store is written anew at the end, which takes a minute for some gigabytes, and as much free \
space as it is large. On SQLite the daemon may run meanwhile; on PostgreSQL stop the daemons for that minute: what a \
transaction of theirs may still see stays in the files of the tables until they are vacuumed again.

Not reached: mails whose sender could not be read (`sportello quarantine list`), the mails on the mail server, \
backups, and PostgreSQL's archived log.

Examples:
  sportello erase --requester anna@example.org --dry-run     what would go
  sportello erase --requester anna@example.org";

/// Arguments of `erase`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The address that the person wrote from
    #[arg(long, value_name = "ADDRESS")]
    requester: String,
    /// Say what would go and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(args: Args, file: PathBuf) -> Done {
    let address = args.requester.trim();
    let is_bare = address.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !address.contains(['<', '>', ' '])
    });
    if !is_bare {
        let expected = "expected a bare address as anna@example.org";
        return Err(Failure::Static(anyhow!("--requester: {expected}, found `{address}`")));
    }
    let config = load(&file)?;
    let store = open_store(&config).await?;
    let done = erase(&store.engine, address, args.dry_run).await;
    store.engine.close().await;
    done
}

async fn erase(engine: &Engine, address: &str, dry_run: bool) -> Done {
    let mut tx = engine.begin().await?;
    let traces = erasure::traces(&mut tx, address).await?;
    if traces.is_empty() {
        say(&format!("nothing is kept of {address}"));
        return Ok(());
    }
    if dry_run {
        show(&traces, "would be erased");
        return Ok(());
    }
    require_sent(&traces)?;
    erasure::erase(&mut tx, &traces, Clock::System.now()).await?;
    tx.commit().await?;
    show(&traces, "erased");
    if erasure::scrub(engine).await? {
        return Ok(());
    }
    Err(Failure::Work(anyhow!(
        "the log of the store could not be emptied while somebody read it: stop the daemon and start it again"
    )))
}

fn show(traces: &Traces, what: &str) {
    say(&format!(
        "{what}: {} mail(s), {} letter(s), {} line(s) of histories, the requester of {} ticket(s)",
        traces.mails(),
        traces.letters(),
        traces.lines(),
        traces.tickets.len()
    ));
    let others = traces.others.iter();
    for number in traces.tickets.iter().chain(others) {
        say(&format!("  {number}"));
    }
    if !traces.named_in.is_empty() {
        let ids: Vec<String> = traces.named_in.iter().map(ToString::to_string).collect();
        let ids = ids.join(" ");
        say(&format!("others name the address in their own mails, which stay: mail {ids}"));
    }
}

/// Nobody is sent an empty letter.
fn require_sent(traces: &Traces) -> Result<(), Failure> {
    if traces.unsent.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = traces.unsent.iter().map(ToString::to_string).collect();
    Err(Failure::Work(anyhow!(
        "expected that every letter about this person has left, found some that have not: {}; wait for them, or \
         `sportello outbox cancel` them; nothing was erased",
        ids.join(" ")
    )))
}
