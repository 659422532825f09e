//! `tickets`: look, correct, join, split, take, close.

use std::path::PathBuf;

use anyhow::anyhow;
use serde::Serialize;

use super::output::{Format, list, say};
use super::{Done, Failure, OrStatic as _, load, open_store};
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::decide::{Correction, Event};
use crate::domain::rules::Category;
use crate::domain::ticket::{Status, Ticket};
use crate::domain::time::Timestamp;
use crate::domain::urgency::Urgency;
use crate::setup;
use crate::store::{Store, tickets};

/// What to do with tickets.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List every ticket, closed ones too
    #[command(
        after_help = "Examples:\n  sportello tickets list --status received\n  sportello tickets list --format json"
    )]
    List {
        /// How to print them
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
        /// Only those with this status: received, `to_check`, ordered, closed, …
        #[arg(long)]
        status: Option<String>,
    },
    /// Show one ticket: why it is what it is, its history, its letters
    #[command(after_help = "Example:\n  sportello tickets show 2026-000123")]
    Show {
        /// The ticket's number, as 2026-000123
        number: String,
    },
    /// Print every ticket with all its fields, for a spreadsheet
    #[command(after_help = "Example:\n  sportello tickets export > tickets.csv")]
    Export {
        /// How to print them
        #[arg(long, value_enum, default_value = "csv")]
        format: Format,
    },
    /// Put right what was understood wrongly
    ///
    /// The office that is now in charge is told, and the correction is kept as a lesson.
    #[command(
        after_help = "Examples:\n  sportello tickets correct 2026-000123 --subcategory I01\n  sportello tickets correct 2026-000123 --urgency high --place 'via Roma 12'\n  sportello tickets correct 2026-000123 --category none --refer waste"
    )]
    Correct {
        /// The ticket's number, as 2026-000123
        number: String,
        /// Its trade: building, infrastructure, plant or `green_space`; `none` when it is none of ours
        #[arg(long)]
        category: Option<String>,
        /// Its code in the taxonomy, as I01; it brings its category along
        #[arg(long)]
        subcategory: Option<String>,
        /// Whose business it is when it is none of ours: the id of a referral in the rules, as waste
        #[arg(long)]
        refer: Option<String>,
        /// How urgent it is: emergency, high, normal or low
        #[arg(long)]
        urgency: Option<String>,
        /// Where it is, in words
        #[arg(long)]
        place: Option<String>,
    },
    /// Say that a ticket is the same as an earlier one: the two are worked as one and closed together
    #[command(after_help = "Example:\n  sportello tickets same 2026-000124 2026-000123")]
    Same {
        /// The ticket's number, as 2026-000124
        number: String,
        /// The number of the ticket that it repeats
        other: String,
    },
    /// Say that a ticket repeats no other; a work order that was spared is written
    #[command(after_help = "Example:\n  sportello tickets split 2026-000124")]
    Split {
        /// The ticket's number, as 2026-000124
        number: String,
    },
    /// Take a ticket: you are at it, and whoever is on call is not written to any more
    #[command(after_help = "Example:\n  sportello tickets take 2026-000123 --note 'on the spot'")]
    Take {
        /// The ticket's number, as 2026-000123
        number: String,
        /// By whom or how, for the ticket's history
        #[arg(long)]
        note: Option<String>,
    },
    /// Order something in the words that staff use by mail
    ///
    /// Several at once are carried out together or not at all; `#aiuto` shows every command.
    #[command(
        after_help = "Examples:\n  sportello tickets tell 2026-000123 '#ordina luce'\n  sportello tickets tell 2026-000123 '#sopralluogo 12/3' '#nota chiavi in portineria'\n  sportello tickets tell 2026-000123 '#aiuto'"
    )]
    Tell {
        /// The ticket's number, as 2026-000123
        number: String,
        /// The commands, each beginning with #
        #[arg(required = true)]
        commands: Vec<String>,
    },
    /// Close a ticket: nothing more is to be done
    ///
    /// Tickets that staff said are the same are closed with it, and everybody who reported is told.
    #[command(
        after_help = "Example:\n  sportello tickets close 2026-000123 --note 'repaired on Monday'"
    )]
    Close {
        /// The ticket's number, as 2026-000123
        number: String,
        /// Why, for the ticket's history
        #[arg(long)]
        note: Option<String>,
    },
}

/// A ticket as the contract lists it.
#[derive(Debug, Serialize)]
pub(super) struct Listed {
    number: String,
    category: Option<Category>,
    subcategory: Option<String>,
    urgency: Urgency,
    status: Status,
    requester: String,
    subject: String,
    place: Option<String>,
    received_at: Timestamp,
    message_id: Option<String>,
    mailbox: String,
    office: String,
    language: String,
    changed_at: Timestamp,
    same_as: Option<String>,
    next_call_at: Option<Timestamp>,
}

impl From<Ticket> for Listed {
    fn from(ticket: Ticket) -> Self {
        Self {
            number: ticket.number,
            category: ticket.category,
            subcategory: ticket.subcategory,
            urgency: ticket.urgency,
            status: ticket.status,
            requester: ticket.requester.address,
            subject: ticket.subject,
            place: ticket.place,
            received_at: ticket.received_at,
            message_id: ticket.message_id,
            mailbox: ticket.mailbox,
            office: ticket.office,
            language: ticket.language.code().to_owned(),
            changed_at: ticket.changed_at,
            same_as: ticket.same_as.map(|same| same.number),
            next_call_at: ticket.call.map(|call| call.next_at),
        }
    }
}

const BRIEF: [&str; 7] =
    ["number", "status", "urgency", "category", "subcategory", "place", "subject"];

const FULL: [&str; 16] = [
    "number",
    "category",
    "subcategory",
    "urgency",
    "status",
    "requester",
    "subject",
    "place",
    "received_at",
    "message_id",
    "mailbox",
    "office",
    "language",
    "changed_at",
    "same_as",
    "next_call_at",
];

pub(super) async fn run(command: Command, file: PathBuf) -> Done {
    let config = load(&file)?;
    match command {
        Command::List { format, status } => {
            let wanted = status.as_deref().map(parse_status).transpose()?;
            let store = open_store(&config).await?;
            let rows: Vec<Listed> = tickets::all(&store.engine)
                .await?
                .into_iter()
                .filter(|ticket| wanted.is_none_or(|status| ticket.status == status))
                .map(Listed::from)
                .collect();
            let columns = if format == Format::Table { &BRIEF[..] } else { &FULL[..] };
            list(format, columns, &rows)
        }
        Command::Export { format } => {
            let store = open_store(&config).await?;
            let rows: Vec<Listed> =
                tickets::all(&store.engine).await?.into_iter().map(Listed::from).collect();
            list(format, &FULL, &rows)
        }
        Command::Show { number } => {
            let store = open_store(&config).await?;
            super::explain::ticket(&store.engine, &number).await
        }
        Command::Correct { number, category, subcategory, refer, urgency, place } => {
            let correction = correction(category, subcategory, refer, urgency, place)?;
            check_codes(&config, &correction)?;
            handle(&config, &number, &Event::StaffCorrected(&correction)).await
        }
        Command::Same { number, other } => {
            handle(&config, &number, &Event::StaffJoined { other: &other }).await
        }
        Command::Split { number } => handle(&config, &number, &Event::StaffSplit).await,
        Command::Take { number, note } => {
            handle(&config, &number, &Event::StaffTook { note: note.as_deref() }).await
        }
        Command::Tell { number, commands } => {
            handle(&config, &number, &Event::StaffSaid { text: &commands.join("\n") }).await
        }
        Command::Close { number, note } => {
            handle(&config, &number, &Event::StaffClosed { note: note.as_deref() }).await
        }
    }
}

fn parse_status(name: &str) -> Result<Status, Failure> {
    let names: Vec<&str> = Status::ALL.iter().map(|status| status.name()).collect();
    Status::parse(name).ok_or_else(|| wrong("--status", &names.join(", "), name))
}

fn wrong(option: &str, expected: &str, found: &str) -> Failure {
    Failure::Static(anyhow!("{option}: expected {expected}; found `{found}`"))
}

/// The trade of what is none of ours, in `--category`.
const NOT_OURS: &str = "none";

fn correction(
    category: Option<String>,
    subcategory: Option<String>,
    refer: Option<String>,
    urgency: Option<String>,
    place: Option<String>,
) -> Result<Correction, Failure> {
    let not_ours = category.as_deref() == Some(NOT_OURS);
    let category = category
        .filter(|_| !not_ours)
        .map(|name| {
            Category::parse(&name).ok_or_else(|| {
                wrong("--category", "building, infrastructure, plant, green_space or none", &name)
            })
        })
        .transpose()?;
    let urgency = urgency
        .map(|name| {
            Urgency::parse(&name)
                .ok_or_else(|| wrong("--urgency", "emergency, high, normal or low", &name))
        })
        .transpose()?;
    let ours = category.is_some() || subcategory.is_some();
    if ours && (not_ours || refer.is_some()) {
        return Err(Failure::Static(anyhow!(
            "expected either a trade of ours or `--category none` with --refer, found both; leave one out"
        )));
    }
    let not_ours = not_ours || refer.is_some();
    let correction = Correction { category, not_ours, refer, subcategory, urgency, place };
    if correction == Correction::default() {
        return Err(Failure::Static(anyhow!(
            "expected at least one of --category, --subcategory, --refer, --urgency, --place; found none"
        )));
    }
    Ok(correction)
}

/// The codes that staff named must be in the rules.
fn check_codes(config: &Config, correction: &Correction) -> Done {
    if correction.subcategory.is_none() && correction.refer.is_none() {
        return Ok(());
    }
    let rules = setup::rules(config).or_static()?;
    if let Some(refer) = correction.refer.as_ref().filter(|id| rules.referral(id).is_none()) {
        let known: Vec<&str> = rules.referrals().iter().map(|known| known.id.as_str()).collect();
        return Err(wrong("--refer", &known.join(", "), refer));
    }
    let Some(code) = &correction.subcategory else { return Ok(()) };
    let known = rules.subcategory(code).ok_or_else(|| {
        wrong("--subcategory", "a code of the taxonomy, as F01, S01, I01 or V01", code)
    })?;
    match correction.category {
        Some(category) if category != known.category => {
            Err(wrong("--subcategory", &format!("a code of {}", category.name()), code))
        }
        _ => Ok(()),
    }
}

async fn handle(config: &Config, number: &str, event: &Event<'_>) -> Done {
    setup::check_rules(config).or_static()?;
    let store: Store = open_store(config).await?;
    let clerk = setup::clerk(config, store.signer.clone()).or_static()?;
    let now = Clock::System.now();
    let mut tx = store.engine.begin().await?;
    let decision = clerk.handle(&mut tx, number, event, now).await?;
    tx.commit().await?;
    let reason = decision.reasons.join("; ");
    if decision.changes.is_empty() {
        return Err(Failure::Work(anyhow!("{number}: {reason}")));
    }
    say(&format!("{number}: {reason}"));
    if !decision.letters.is_empty() {
        say(&format!("{} letter(s) written; the daemon sends them", decision.letters.len()));
    }
    Ok(())
}
