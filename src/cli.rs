//! The commands. Exit status 0: done; 1: it failed; 2: the call or the configuration is wrong.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::runtime::Builder;
use tracing_subscriber::EnvFilter;

use crate::config::{self, Config};
use crate::parse::PARSE_STACK_BYTES;

mod backup;

mod check;

mod classify;

mod demo;

mod erase;

mod explain;

mod import;

mod inspect;

mod output;

mod outbox;

mod quarantine;

mod replay;

mod restore;

mod run;

mod status;

mod orders;
mod tickets;

mod verify;

/// Turns a municipality's maintenance mailbox into tickets.
///
/// Mail comes in over IMAP; each message is kept, understood, classified by the trade that must repair
/// the thing, acknowledged to the person who wrote, and passed to the office in charge over SMTP.
///
/// New here? `sportello demo` shows it at work without any configuration.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP, max_term_width = 100)]
struct Cli {
    /// The configuration file [default: /etc/sportello/sportello.toml]; `demo` and `inspect` need none
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
First steps:
  sportello demo --once                 sample mails become tickets and letters, nothing is sent
  sportello inspect mail.eml            what would become of one mail, and why
  sportello check                       is the configuration right, do the servers answer?
  sportello run --once                  one pass over every mailbox
  sportello run                         the daemon (systemd starts it: systemctl start sportello)

Every day:
  sportello status                      is all well?
  sportello tickets list                what was reported
  sportello explain 2026-000123         why a mail became what it is

Exit status: 0 done, 1 failed, 2 wrong call or configuration.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Watch the mailboxes and send letters, for ever or for one pass
    #[command(after_help = run::HELP)]
    Run(run::Args),
    /// See it work: sample mails, a throw-away store, letters as files
    #[command(after_help = demo::HELP)]
    Demo(demo::Args),
    /// Say what is wrong with the configuration, the store and the servers, and what to do
    #[command(after_help = check::HELP)]
    Check(check::Args),
    /// Say what would become of mails in files; nothing is stored or sent
    #[command(after_help = inspect::HELP)]
    Inspect(inspect::Args),
    /// Tell the whole story of a ticket number, a Message-ID or a ledger id
    #[command(after_help = explain::HELP)]
    Explain(explain::Args),
    /// List work orders, and what is left of the contractors' limits
    #[command(subcommand)]
    Orders(orders::Command),
    /// List, show, correct, join, split, take and close tickets
    #[command(subcommand)]
    Tickets(tickets::Command),
    /// List letters and where they stand, send them again, cancel them
    #[command(subcommand)]
    Outbox(outbox::Command),
    /// List, show and read again the mails that could not be read
    #[command(subcommand)]
    Quarantine(quarantine::Command),
    /// Judge and train the classifier
    #[command(subcommand)]
    Classify(classify::Command),
    /// Take mails from files (eml, mbox, Maildir) into the store, without letters
    #[command(after_help = import::HELP)]
    Import(import::Args),
    /// Say what other rules or another model would have made of stored mail
    #[command(after_help = replay::HELP)]
    Replay(replay::Args),
    /// Show mailboxes, letters and tickets at a glance: is all well?
    #[command(after_help = status::HELP)]
    Status(status::Args),
    /// Write a whole copy of the store to a file, also while the daemon runs
    #[command(after_help = backup::HELP)]
    Backup(backup::Args),
    /// Put a backup in the place of the store
    #[command(after_help = restore::HELP)]
    Restore(restore::Args),
    /// Take a person who asks for it out of the store
    #[command(after_help = erase::HELP)]
    Erase(erase::Args),
    /// Prove that nothing is lost or changed: database, histories, raw mail, ledger, mail servers
    #[command(after_help = verify::HELP)]
    Verify(verify::Args),
}

/// Why a command failed, and with which status.
#[derive(Debug)]
enum Failure {
    /// Wrong call or configuration: 2.
    Static(anyhow::Error),
    /// It did not work: 1.
    Work(anyhow::Error),
}

type Done = Result<(), Failure>;

/// Marks an error as one of the call or the configuration.
trait OrStatic<T> {
    fn or_static(self) -> Result<T, Failure>;
}

impl<T, E: Into<anyhow::Error>> OrStatic<T> for Result<T, E> {
    fn or_static(self) -> Result<T, Failure> {
        self.map_err(|error| Failure::Static(error.into()))
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Work(error.into())
    }
}

/// Runs the command of the process's arguments.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    start_log();
    note_panics();
    match dispatch(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Static(error)) => {
            output::complain(&output::causes(&error));
            ExitCode::from(2)
        }
        Err(Failure::Work(error)) => {
            output::complain(&output::causes(&error));
            ExitCode::from(1)
        }
    }
}

fn dispatch(cli: Cli) -> Done {
    let given = cli.config;
    let file = given.clone().unwrap_or_else(|| PathBuf::from(config::FILE));
    match cli.command {
        Command::Inspect(args) => inspect::run(&args, given.as_deref()),
        Command::Run(args) if args.is_once() => in_runtime(run::once(file)),
        Command::Run(_) => on(&mut Builder::new_multi_thread(), run::serve(file)),
        Command::Demo(args) => in_runtime(demo::run(args)),
        Command::Check(args) => in_runtime(check::run(args, file)),
        Command::Explain(args) => in_runtime(explain::run(args, file)),
        Command::Orders(command) => in_runtime(orders::run(command, file)),
        Command::Tickets(command) => in_runtime(tickets::run(command, file)),
        Command::Outbox(command) => in_runtime(outbox::run(command, file)),
        Command::Quarantine(command) => in_runtime(quarantine::run(command, file)),
        Command::Classify(command) => in_runtime(classify::run(command, given, file)),
        Command::Import(args) => in_runtime(import::run(args, file)),
        Command::Replay(args) => in_runtime(replay::run(args, file)),
        Command::Status(args) => in_runtime(status::run(args, file)),
        Command::Backup(args) => in_runtime(backup::run(args, file)),
        Command::Restore(args) => in_runtime(restore::run(args, file)),
        Command::Erase(args) => in_runtime(erase::run(args, file)),
        Command::Verify(args) => in_runtime(verify::run(args, file)),
    }
}

/// One thread waits for everything: to be woken on another costs more than most of what is waited for.
fn in_runtime(work: impl Future<Output = Done>) -> Done {
    on(&mut Builder::new_current_thread(), work)
}

/// Threads that may parse need the stack that parsing asks for.
fn on(builder: &mut Builder, work: impl Future<Output = Done>) -> Done {
    builder.enable_all().thread_stack_size(PARSE_STACK_BYTES).build()?.block_on(work)
}

/// Lines for journald: no time of our own under systemd, which stamps them. The libraries under IMAP
/// print passwords and mails at their lower levels: they are kept at warnings whatever `RUST_LOG` says.
fn start_log() {
    let mut filter =
        EnvFilter::builder().with_default_directive(tracing::Level::INFO.into()).from_env_lossy();
    for quiet in ["async_imap=warn", "imap_proto=warn", "sqlx=warn", "rustls=warn", "lettre=warn"] {
        if let Ok(directive) = quiet.parse() {
            filter = filter.add_directive(directive);
        }
    }
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    if config::runs_under_systemd() {
        log.without_time().init();
    } else {
        log.init();
    }
}

/// A panic is logged by its place alone: its message may quote a mail.
fn note_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(%place, "a part of the program panicked; the mail at hand is quarantined");
    }));
}

/// Reads the configuration for a command that works on the store.
fn load(file: &std::path::Path) -> Result<Config, Failure> {
    let config = Config::load(file).or_static()?;
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    Ok(config)
}

/// Opens the store for a command that reads or changes it beside the daemon.
async fn open_store(config: &Config) -> Result<crate::store::Store, Failure> {
    let now = crate::clock::Clock::System.now();
    crate::store::open(config.store.url(), now).await.map_err(|error| {
        if error.is_configuration() {
            Failure::Static(error.into())
        } else {
            Failure::Work(error.into())
        }
    })
}
