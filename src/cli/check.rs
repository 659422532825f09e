//! `check`: one line for each thing that can be wrong, with what to do.

mod people;

use std::path::PathBuf;

use anyhow::anyhow;

use super::output::say;
use super::{Done, Failure, OrStatic as _, load};
use crate::carrier::Carrier;
use crate::clock::Clock;
use crate::config::{Config, Mailbox};
use crate::domain::desk::Desk;
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
    check_rules(&config)?;
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

/// What the rules ask for, beside the rest of the configuration.
fn check_rules(config: &Config) -> Done {
    let desk = setup::desk(config, Signer::new("check", [0; 32])).or_static()?;
    if let Some(fault) = desk.rules.unreachable_office().filter(|_| desk.staff.is_empty()) {
        return Err(Failure::Static(fault.into()));
    }
    Findings::good(&format!("rules, version {}", desk.rules.version()));
    if config.places.register.is_some() || config.places.sites.is_some() {
        let (streets, numbers, sites) = desk.rules.places().counts();
        Findings::good(&format!(
            "places: {streets} streets with {numbers} house numbers, {sites} sites"
        ));
    }
    for advice in advice(&desk, config) {
        Findings::doubtful(&advice);
    }
    Ok(())
}

/// What works and is unwise.
fn advice(desk: &Desk, config: &Config) -> Vec<String> {
    let rules = &desk.rules;
    let now = Clock::System.now();
    let mut found: Vec<String> = silent_offices(desk).into_iter().collect();
    let idle = rules
        .offices()
        .iter()
        .filter(|office| !office.covers_something() && office.id != rules.default_office().id);
    found.extend(idle.map(|office| {
        format!(
            "office `{}` answers for nothing: it has only what staff assign to it; give it categories, subcategories, \
             districts or requesters",
            office.id
        )
    }));
    if rules.names_districts() && rules.places().districts().is_empty() {
        found.push(
            "the rules name districts, and no place is known to lie in one: set places.register or places.sites with a \
             column of districts, or nobody is ever in charge of them"
                .to_owned(),
        );
    }
    found.extend(people::advice(desk, desk.hours.date_of(now)));
    if rules.offices().iter().any(|office| desk.on_call(&office.id, now).is_none()) {
        found.push(
            "no [[on_call]] contact for some offices today: of an emergency at night they have their notice only"
                .to_owned(),
        );
    }
    if config.commands.dmarc && config.commands.authserv_id.is_none() {
        found.push(
            "commands.authserv_id is not set: every order by mail is asked back before it is carried out; set it to the \
             name that your mail server writes into Authentication-Results"
                .to_owned(),
        );
    }
    found
}

/// An office without an address falls back to staff; without staff nobody hears of its tickets.
fn silent_offices(desk: &Desk) -> Option<String> {
    let silent = desk.rules.offices().iter().filter(|office| office.address.is_none());
    let names: Vec<&str> = silent.map(|office| office.id.as_str()).collect();
    let told = if desk.staff.is_empty() {
        "organisation.staff is empty too, so nobody is told of their tickets: give one of them an address"
    } else {
        "their notices go to organisation.staff"
    };
    (!names.is_empty()).then(|| format!("offices without an address: {}; {told}", names.join(", ")))
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
