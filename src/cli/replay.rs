//! `replay`: what the model and the rules of now would have made of stored mail.

use std::path::PathBuf;

use anyhow::anyhow;
use serde::Serialize;

use super::output::{Format, list, say};
use super::{Done, Failure, OrStatic as _, load, open_store};
use crate::domain::mail::Mail;
use crate::domain::rules::RuleSet;
use crate::domain::ticket::Ticket;
use crate::domain::understand::understand;
use crate::setup;
use crate::store::{mail, tickets};

pub(super) const HELP: &str = "\
Every mail that opened a ticket is read again with the rules and the model of the configuration, or with \
those given here, and compared with the ticket as it stands. Nothing is stored, changed or sent. What staff \
corrected counts as it was corrected: a change there is a step back.

Examples:
  sportello replay --dry-run
  sportello replay --dry-run --model new.bin --rules new-rules.toml --format csv";

/// Arguments of `replay`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only say what would have changed; there is no other way yet
    #[arg(long)]
    dry_run: bool,
    /// A model to try instead of the configured one
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Rules to try instead of the configured ones
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// How to print the changes
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// One field of one ticket that would have become something else.
#[derive(Debug, Serialize)]
struct Change {
    number: String,
    field: &'static str,
    before: String,
    after: String,
    subject: String,
}

const COLUMNS: [&str; 5] = ["number", "field", "before", "after", "subject"];

pub(super) async fn run(args: Args, file: PathBuf) -> Done {
    if !args.dry_run {
        return Err(Failure::Static(anyhow!(
            "replay: expected --dry-run, found none; tickets are changed with `sportello tickets correct`"
        )));
    }
    let mut config = load(&file)?;
    if let Some(given) = args.model.iter().chain(&args.rules).find(|given| !given.is_file()) {
        let given = given.display();
        return Err(Failure::Static(anyhow!(
            "expected a file {given}, found none; correct the path"
        )));
    }
    config.rules.model = args.model.or(config.rules.model);
    config.rules.file = args.rules.or(config.rules.file);
    let rules = setup::rules(&config).or_static()?;
    let store = open_store(&config).await?;
    let (mut changes, mut read) = (Vec::new(), 0_usize);
    for ticket in tickets::all(&store.engine).await? {
        let Some(facts) = mail::opening(&store.engine, &ticket.number).await? else { continue };
        read = read.saturating_add(1);
        changes.extend(compared(&ticket, &serde_json::from_str(&facts)?, &rules));
    }
    list(args.format, &COLUMNS, &changes)?;
    if args.format == Format::Table {
        say(&format!("{read} mails read again, {} changes", changes.len()));
    }
    Ok(())
}

fn compared(ticket: &Ticket, mail: &Mail, rules: &RuleSet) -> Vec<Change> {
    let now = understand(mail, rules);
    let category = |it: Option<crate::domain::rules::Category>| it.map_or("none", |it| it.name());
    let code = |it: &Option<String>| it.clone().unwrap_or_else(|| "none".to_owned());
    let none = || "none".to_owned();
    let verdict = ticket.facts.verdict.as_ref().filter(|_| ticket.category.is_none());
    let whose = |out: bool| if out { "no" } else { "yes" }.to_owned();
    let disowned = verdict.is_some_and(|verdict| verdict.out_of_competence);
    let refer = verdict.and_then(|verdict| verdict.refer.clone());
    let fields = [
        (
            "category",
            category(ticket.category).to_owned(),
            category(now.verdict.category).to_owned(),
        ),
        ("subcategory", code(&ticket.subcategory), code(&now.verdict.subcategory)),
        ("ours", whose(disowned), whose(now.verdict.out_of_competence)),
        ("refer", refer.unwrap_or_else(none), now.verdict.refer.clone().unwrap_or_else(none)),
        (
            "place",
            ticket.place.clone().unwrap_or_else(none),
            now.place.map_or_else(none, |place| place.text),
        ),
        ("urgency", ticket.urgency.name().to_owned(), now.urgency.urgency.name().to_owned()),
    ];
    let changed = fields.into_iter().filter(|(_, before, after)| before != after);
    changed
        .map(|(field, before, after)| Change {
            number: ticket.number.clone(),
            field,
            before,
            after,
            subject: ticket.subject.clone(),
        })
        .collect()
}
