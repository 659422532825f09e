//! `demo`: the whole way of sample mails, on parts that leave nothing behind but a directory to look at.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use super::output::{on_one_line, say, table};
use super::{Done, OrStatic as _};
use crate::carrier::Carrier;
use crate::clock::Clock;
use crate::config::Config;
use crate::daemon::{self, Parts};
use crate::mailbox::session::Deadlines;
use crate::setup;
use crate::store::{self, Engine, StoreError, ledger, mail, outbox, tickets};

mod samples;

pub(super) const HELP: &str = "\
No configuration, no server: sample mails lie in a Maildir, the store is a throw-away SQLite file, \
letters become files. The same passes run as in the daemon. Without --once it goes on watching the \
Maildir: drop a mail into its `new` directory and see what becomes of it.

Examples:
  sportello demo --once
  sportello demo --directory trial";

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Take the sample mails in, show what became of them, end
    #[arg(long)]
    once: bool,
    /// Where to put everything (default: a new directory in the temporary folder)
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
}

/// How often the Maildir is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

pub(super) async fn run(args: Args) -> Done {
    let directory = match args.directory {
        Some(directory) => directory,
        None => fresh_directory().or_static()?,
    };
    let maildir = directory.join("Maildir");
    deliver_samples(&maildir).or_static()?;
    let rules = directory.join("rules.toml");
    fs::write(&rules, RULES).with_context(|| rules.display().to_string()).or_static()?;
    let config = config(&directory).or_static()?;
    let clock = Clock::System;
    let opened = store::open(config.store.url(), clock.now()).await?;
    let clerk = setup::clerk(&config, opened.signer.clone()).or_static()?;
    let letters = directory.join("letters");
    let parts = Parts {
        config,
        engine: opened.engine.clone(),
        clerk: Arc::clone(&clerk),
        carrier: Carrier::File(letters.clone()),
        imap: Deadlines::default(),
        clock,
    };
    let mut shown = 0;
    loop {
        let round = Box::pin(daemon::once(&parts)).await?;
        for (name, passed) in round.mailboxes {
            passed.with_context(|| name)?;
        }
        let count = show_mails(&parts.engine, shown).await?;
        if count > shown {
            shown = count;
            say(&format!("\nThe letters lie in   {}", letters.display()));
            say(&format!("The store is         {}", directory.join("sportello.db").display()));
            say(&format!("The mails came from  {}", maildir.join("new").display()));
            if !args.once {
                say(
                    "\nDrop a mail into that last directory to see what becomes of it; Ctrl-C ends.",
                );
            }
        }
        if args.once {
            opened.engine.close().await;
            return Ok(());
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = tokio::signal::ctrl_c() => return Ok(()),
        }
    }
}

fn fresh_directory() -> Result<PathBuf, anyhow::Error> {
    let base = std::env::temp_dir();
    for number in 1..10_000 {
        let directory = base.join(format!("sportello-demo-{number}"));
        match fs::create_dir(&directory) {
            Ok(()) => return Ok(directory),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).with_context(|| directory.display().to_string()),
        }
    }
    anyhow::bail!("{}: expected room for a new directory; remove old ones", base.display())
}

fn deliver_samples(maildir: &Path) -> Result<(), anyhow::Error> {
    for folder in ["new", "cur", "tmp"] {
        fs::create_dir_all(maildir.join(folder)).with_context(|| maildir.display().to_string())?;
    }
    for (number, (name, raw)) in samples::ALL.iter().enumerate() {
        let file = maildir.join("new").join(format!("17638{number:05}.{name}.demo"));
        fs::write(&file, raw).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

/// Whom its emergencies wake, and who mends its lamps: one lamp within the limit, the cable beyond it.
const RULES: &str = r#"
[[on_call]]
id = "reperibile"
addresses = ["reperibile@comune.example"]

[estimates]
I01 = 180
I02 = 900

[safety]
I02 = "Togliere tensione alla linea prima di avvicinarsi."

[[contractor]]
id = "luce"
name = "Luce Srl"
addresses = ["interventi@luce.example"]
subcategories = ["I01", "I02"]
activation = "automatic"
contract = "REP-7/2026"
[contractor.limits]
intervention_euro = 500
period_euro = 5000
"#;

/// A municipality that does not exist.
fn config(directory: &Path) -> Result<Config, crate::config::ConfigError> {
    let text = format!(
        "[organisation]\nname = \"Comune di Esempio\"\ndomains = [\"comune.example\"]\n\
         staff = [\"centrale@comune.example\"]\npatron_saint = \"11-24\"\n\
         [store]\nurl = \"sqlite://{0}/sportello.db\"\n\
         [[mailbox]]\nname = \"segnalazioni\"\nkind = \"maildir\"\npath = \"{0}/Maildir\"\nstart = \"all\"\n\
         addresses = [\"segnalazioni@comune.example\"]\n\
         [smtp]\nhost = \"localhost\"\ntls = \"none\"\n\
         from = \"Centrale operativa <segnalazioni@comune.example>\"\n\
         [rules]\nfile = \"rules.toml\"\n",
        directory.display()
    );
    Config::parse(&text, &directory.join("demo.toml"), &std::collections::BTreeMap::new())
}

/// Prints what became of the deliveries after the first `shown`; returns how many there are.
async fn show_mails(engine: &Engine, shown: usize) -> Result<usize, StoreError> {
    let deliveries = ledger::all(engine).await?;
    if deliveries.len() == shown {
        return Ok(shown);
    }
    let tickets = tickets::all(engine).await?;
    let letters = outbox::all(engine).await?;
    let mut rows = table(&["from", "subject", "kind", "became", "category", "urgency", "letters"]);
    for delivery in deliveries.iter().skip(shown) {
        let Some(mail_id) = delivery.mail_id else { continue };
        let Some(mail) = mail::by_id(engine, mail_id).await? else { continue };
        let ticket = tickets.iter().find(|ticket| Some(&ticket.number) == mail.ticket.as_ref());
        let settled_by_ticket = matches!(delivery.state.as_str(), "ticket" | "quarantined");
        let opened = ticket.filter(|_| settled_by_ticket);
        let category = opened.and_then(|ticket| ticket.category).map_or("", |known| known.name());
        let owed: Vec<&str> = letters
            .iter()
            .filter(|letter| opened.is_some() && letter.ticket == mail.ticket)
            .map(|letter| letter.kind.as_str())
            .collect();
        let became = match &mail.ticket {
            Some(number) if delivery.state != "filed" => format!("{} {number}", delivery.state),
            _ => format!("{}: {}", delivery.state, delivery.reason),
        };
        rows.add_row([
            on_one_line(&mail.sender),
            on_one_line(&mail.subject),
            mail.kind.clone(),
            became,
            category.to_owned(),
            opened.map_or("", |ticket| ticket.urgency.name()).to_owned(),
            owed.join(", "),
        ]);
    }
    say(&rows.to_string());
    Ok(deliveries.len())
}
