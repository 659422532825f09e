//! `explain`: the whole story of a ticket, a mail or a ledger row.

use std::path::PathBuf;

use anyhow::anyhow;

use super::output::{on_one_line, say};
use super::{Done, Failure, load, open_store};
use crate::domain::ticket::Ticket;
use crate::store::mail::MailRow;
use crate::store::{Engine, StoreError, ledger, mail, orders, outbox, tickets};

pub(super) const HELP: &str = "\
What came, what sort of mail it is and why, what it became, how it was classified, its history, and \
every attempt at every letter.

Examples:
  sportello explain 2026-000123
  sportello explain '<CAF3x9@mail.example>'
  sportello explain 77                  a row of the ledger, as the log names it";

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A ticket number (2026-000123), a Message-ID, or an id of the ledger
    id: String,
}

pub(super) async fn run(args: Args, file: PathBuf) -> Done {
    let config = load(&file)?;
    let store = open_store(&config).await?;
    let engine = &store.engine;
    let id = args.id.trim_matches(['<', '>', ' ']);
    if tickets::find(engine, id).await?.is_some() {
        return ticket(engine, id).await;
    }
    if let Ok(number) = id.parse::<i64>() {
        return ledger_row(engine, number).await;
    }
    let mails = mail::by_message_id(engine, id).await?;
    if mails.is_empty() {
        return Err(not_found(id));
    }
    for row in &mails {
        show_mail(engine, row).await?;
        if let Some(number) = &row.ticket {
            ticket(engine, number).await?;
        }
    }
    Ok(())
}

fn not_found(id: &str) -> Failure {
    Failure::Work(anyhow!(
        "expected a ticket number, a Message-ID or a ledger id that is in the store; found `{id}`"
    ))
}

async fn ledger_row(engine: &Engine, id: i64) -> Done {
    let row = ledger::row(engine, id).await?.ok_or_else(|| not_found(&id.to_string()))?;
    match row.mail_id {
        Some(mail_id) => {
            if let Some(found) = mail::by_id(engine, mail_id).await? {
                show_mail(engine, &found).await?;
                if let Some(number) = &found.ticket {
                    ticket(engine, number).await?;
                }
            }
        }
        None => say(&ledger_line(&row)),
    }
    Ok(())
}

fn ledger_line(row: &ledger::LedgerRow) -> String {
    let settled = row.settled_at.map_or_else(|| "not settled".to_owned(), |at| at.to_string());
    format!(
        "  ledger {}: {} / {} (UIDVALIDITY {}, UID {}), seen {}, {} {}: {}",
        row.id,
        row.mailbox,
        on_one_line(&row.folder),
        row.uidvalidity,
        row.uid,
        row.seen_at,
        row.state,
        settled,
        on_one_line(&row.reason)
    )
}

async fn show_mail(engine: &Engine, row: &MailRow) -> Result<(), StoreError> {
    say(&format!(
        "Mail {} from {}, received {}",
        row.id,
        on_one_line(&row.sender),
        row.received_at
    ));
    say(&format!("  subject: {}", on_one_line(&row.subject)));
    if let Some(id) = &row.message_id {
        say(&format!("  Message-ID: {}", on_one_line(id)));
    }
    say(&format!("  kind: {}, because {}", row.kind, on_one_line(&row.reason)));
    say(&format!("  became: {} {}", row.outcome, row.ticket.as_deref().unwrap_or_default()));
    for delivery in ledger::of_mail(engine, row.id).await? {
        say(&ledger_line(&delivery));
    }
    Ok(())
}

/// A ticket with its reasons, its mails, its history and its letters.
pub(super) async fn ticket(engine: &Engine, number: &str) -> Done {
    let (id, found) = tickets::find(engine, number).await?.ok_or_else(|| not_found(number))?;
    show_ticket(&found);
    for row in mail::of_ticket(engine, id).await? {
        show_mail(engine, &row).await?;
    }
    say("History");
    for entry in tickets::history(engine, id).await? {
        let text = entry.text.lines().next().unwrap_or_default();
        say(&format!("  {}  {} by {}: {}", entry.at, entry.kind, entry.author, on_one_line(text)));
    }
    let mut tx = engine.begin().await?;
    let orders = orders::of_ticket(&mut tx, number).await?;
    tx.commit().await?;
    if !orders.is_empty() {
        say("Work orders");
    }
    for order in orders {
        say(&format!(
            "  {} {}: {}, made {} by {}",
            order.number,
            order.contractor,
            order.state.name(),
            order.made_at,
            order.by
        ));
    }
    say("Letters");
    for letter in outbox::of_ticket(engine, id).await? {
        say(&format!(
            "  {} {} to {}: {} {}",
            letter.id,
            letter.kind,
            on_one_line(&letter.recipient),
            letter.state,
            on_one_line(&letter.reason)
        ));
        for attempt in outbox::attempts(engine, letter.id).await? {
            say(&format!(
                "     attempt {} {}: {}",
                attempt.n,
                attempt.began_at,
                on_one_line(&attempt.outcome)
            ));
        }
    }
    Ok(())
}

fn show_ticket(ticket: &Ticket) {
    let or_none = |value: Option<&str>| on_one_line(value.unwrap_or("none"));
    say(&format!("Ticket {}: {}", ticket.number, ticket.status.name()));
    say(&format!(
        "  requester: {} <{}>",
        on_one_line(&ticket.requester.name),
        on_one_line(&ticket.requester.address)
    ));
    let standing = &ticket.facts.standing;
    let group = standing.group.as_ref().map_or_else(String::new, |group| format!(" ({group})"));
    let because = on_one_line(&standing.because);
    say(&format!("  requester type: {}{group}, because {because}", standing.name()));
    say(&format!("  subject: {}", on_one_line(&ticket.subject)));
    let category = ticket.category.map(crate::domain::rules::Category::name);
    say(&format!(
        "  category: {} / {}, office {}",
        or_none(category),
        or_none(ticket.subcategory.as_deref()),
        ticket.office
    ));
    if let Some(verdict) = &ticket.facts.verdict {
        say(&format!(
            "    confidence {:.2} by {}, because: {}",
            verdict.confidence,
            verdict.model,
            on_one_line(&verdict.because.join(", "))
        ));
        for candidate in &verdict.candidates {
            let name = candidate.category.map_or("none of the four", |category| category.name());
            say(&format!("    {:.2} {name}", candidate.confidence));
        }
    }
    say(&format!(
        "  urgency: {}, because: {}",
        ticket.urgency.name(),
        on_one_line(&ticket.facts.urgency_because.join(", "))
    ));
    say(&format!("  place: {}", or_none(ticket.place.as_deref())));
    if let Some(same) = &ticket.same_as {
        let surely = if same.confirmed { "" } else { "probably " };
        say(&format!("  {surely}the same as {}", same.number));
    }
    say(&format!("  received {}, changed {}", ticket.received_at, ticket.changed_at));
    if let Some(call) = ticket.call {
        say(&format!("  on call: {} call(s) made, the next {}", call.made, call.next_at));
    }
}
