//! `check`: one line for each thing that can be wrong, with what to do.

use std::path::PathBuf;

use anyhow::anyhow;

use super::output::say;
use super::{Done, Failure, OrStatic as _, load};
use crate::carrier::Carrier;
use crate::clock::Clock;
use crate::config::{Config, Mailbox};
use crate::domain::rules::Office;
use crate::domain::token::Signer;
use crate::mailbox::Source;
use crate::mailbox::session::Deadlines;
use crate::{setup, store};

pub(super) const HELP: &str = "\
A line each for the configuration, the rules, the store, every mailbox and the SMTP server: `ok`, \
`note` (it works and is unwise) or `WRONG`, with what to do. Nothing is sent and no mail is touched; \
a store that does not exist yet is made. Exit status 1 when a server or the store cannot be used, 2 \
when the configuration is wrong.

Example:
  CREDENTIALS_DIRECTORY=/etc/credstore sportello check";

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// Lines said, and whether one was bad.
#[derive(Debug, Default)]
struct Findings {
    bad: usize,
}

impl Findings {
    fn good(text: &str) {
        say(&format!("ok    {text}"));
    }

    fn doubtful(text: &str) {
        say(&format!("note  {text}"));
    }

    fn bad(&mut self, text: &str) {
        say(&format!("WRONG {text}"));
        self.bad = self.bad.saturating_add(1);
    }
}

pub(super) async fn run(_args: Args, file: PathBuf) -> Done {
    let config = load(&file)?;
    config.require_servers().or_static()?;
    let prepared = setup::prepare(&config).or_static()?;
    let mut findings = Findings::default();
    Findings::good(&format!("configuration {}", file.display()));
    for warning in &config.warnings {
        Findings::doubtful(warning);
    }
    offices(&config)?;
    check_store(&config, &mut findings).await?;
    for mailbox in &config.mailboxes {
        check_mailbox(mailbox, &mut findings).await;
    }
    check_smtp(&prepared.carrier, &mut findings).await;
    if findings.bad == 0 {
        Ok(())
    } else {
        Err(Failure::Work(anyhow!("{} thing(s) to put right", findings.bad)))
    }
}

/// An office without an address falls back to staff; without staff nobody hears of its tickets.
fn offices(config: &Config) -> Done {
    let desk = setup::desk(config, Signer::new("check", [0; 32])).or_static()?;
    let silent: Vec<&Office> =
        desk.rules.offices().iter().filter(|office| office.address.is_none()).collect();
    let names: Vec<&str> = silent.iter().map(|office| office.id.as_str()).collect();
    Findings::good(&format!("rules, version {}", desk.rules.version()));
    if config.places.register.is_some() || config.places.sites.is_some() {
        let (streets, numbers, sites) = desk.rules.places().counts();
        Findings::good(&format!(
            "places: {streets} streets with {numbers} house numbers, {sites} sites"
        ));
    }
    if !silent.is_empty() && config.organisation.staff.is_empty() {
        Findings::doubtful(&format!(
            "offices without an address: {}; organisation.staff is empty too, so nobody is told of their tickets: give one of them an address",
            names.join(", ")
        ));
    } else if !silent.is_empty() {
        Findings::doubtful(&format!(
            "offices without an address: {}; their notices go to organisation.staff",
            names.join(", ")
        ));
    }
    if desk.rules.offices().iter().any(|office| desk.rules.on_call(&office.id).is_none()) {
        Findings::doubtful(
            "no [[on_call]] contact for some offices: of an emergency at night they have their notice only",
        );
    }
    Ok(())
}

async fn check_store(config: &Config, findings: &mut Findings) -> Done {
    match store::open(config.store.url(), Clock::System.now()).await {
        Ok(open) => {
            Findings::good(&format!("store {}", config.store));
            open.engine.close().await;
            Ok(())
        }
        Err(error) if error.is_configuration() => Err(Failure::Static(error.into())),
        Err(error) => {
            findings.bad(&format!("store {}: {error}", config.store));
            Ok(())
        }
    }
}

async fn check_mailbox(mailbox: &Mailbox, findings: &mut Findings) {
    let name = &mailbox.name;
    match setup::open_source(mailbox, Deadlines::default()).await {
        Ok(Source::Imap(imap)) => {
            let idle = if imap.can_idle() { "IDLE" } else { "no IDLE: it is polled" };
            Findings::good(&format!("mailbox {name}: {} messages, {idle}", imap.exists()));
            imap.logout().await;
        }
        Ok(Source::Maildir(_)) => Findings::good(&format!("mailbox {name}: a Maildir")),
        Err(error) => findings.bad(&format!("mailbox {name}: {error}")),
    }
}

async fn check_smtp(carrier: &Carrier, findings: &mut Findings) {
    match carrier.open().await {
        Ok(line) => {
            Findings::good("smtp: connected and logged in; nothing was sent");
            line.close().await;
        }
        Err(error) => findings.bad(&format!("smtp: {error}")),
    }
}
