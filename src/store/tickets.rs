//! Tickets with their entries and labels.

mod history;
mod same;

use std::collections::BTreeMap;

pub use history::{Broken, Chains, EntryRow, broken_chains, enter, history};
pub use same::{ask_earlier, is_acknowledged, read_earlier, same_as};

use super::engine::{Row, values};
use super::{Engine, StoreError, Tx};
use crate::domain::duplicate::SameAs;
use crate::domain::language::Language;
use crate::domain::mail::Address;
use crate::domain::place::Marks;
use crate::domain::rules::Category;
use crate::domain::thread::{Candidate, Keys};
use crate::domain::ticket::{Call, Facts, Status, Ticket};
use crate::domain::time::Timestamp;
use crate::domain::urgency::Urgency;

/// The last serial of a year. The row is locked until the transaction ends, so that two daemons never
/// hand out one number; a number that is not taken is not used up.
pub async fn last_serial(tx: &mut Tx, year: i32) -> Result<i64, StoreError> {
    let sql = "INSERT INTO ticket_serial (year, last) VALUES ($1, 0)
               ON CONFLICT (year) DO UPDATE SET last = ticket_serial.last
               RETURNING last";
    let row = tx.row(sql, values![i64::from(year)]).await?.ok_or(StoreError::NoRow { sql })?;
    row.int("last")
}

/// What a transaction gave out and wrote down in a year's name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// The last serial that was given out.
    pub last: i64,
    /// Tickets that were written down.
    pub tickets: i64,
    /// Mails that were written down.
    pub mails: i64,
}

/// Takes the serials of a year up to the last, and counts what was written down: what is missing later shows.
pub fn take_serials(tx: &mut Tx, year: i32, taken: Taken) {
    tx.put(
        "UPDATE ticket_serial SET last = $2, tickets = tickets + $3, mails = mails + $4 WHERE year = $1",
        values![i64::from(year), taken.last, taken.tickets, taken.mails],
    );
}

/// Writes a new ticket down.
pub fn insert(tx: &mut Tx, ticket: &Ticket) -> Result<(), StoreError> {
    let marks = marks(ticket);
    tx.put(
        "INSERT INTO ticket (number, mailbox, message_id, status, category, subcategory, urgency,
                             place, office, language, requester_name, requester_address, subject,
                             received_at, changed_at, version, facts, place_key, house_number,
                             code_key, latitude, longitude, same_as, same_confirmed, calls,
                             next_call_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                 $19, $20, $21, $22, $23, $24, $25, $26)",
        values![
            &ticket.number,
            &ticket.mailbox,
            &ticket.message_id,
            ticket.status.name(),
            ticket.category.map(Category::name),
            &ticket.subcategory,
            ticket.urgency.name(),
            &ticket.place,
            &ticket.office,
            ticket.language.code(),
            &ticket.requester.name,
            &ticket.requester.address,
            &ticket.subject,
            ticket.received_at,
            ticket.changed_at,
            ticket.version,
            facts_text(&ticket.facts)?,
            &marks.place_key,
            marks.house_number,
            &marks.code_key,
            marks.latitude,
            marks.longitude,
            ticket.same_as.as_ref().map(|same| same.number.as_str()),
            i64::from(ticket.same_as.as_ref().is_some_and(|same| same.confirmed)),
            calls(ticket),
            next_call_at(ticket),
        ],
    );
    Ok(())
}

/// Writes new values of a ticket, made from the version before; false when it changed meanwhile.
pub async fn update(tx: &mut Tx, ticket: &Ticket) -> Result<bool, StoreError> {
    let marks = marks(ticket);
    let changed = tx
        .run(
            "UPDATE ticket SET status = $3, category = $4, subcategory = $5, urgency = $6, place = $7,
                               office = $8, changed_at = $9, version = $10, facts = $11,
                               language = $12, requester_name = $13, requester_address = $14,
                               subject = $15, place_key = $16, house_number = $17,
                               code_key = $18, latitude = $19, longitude = $20, same_as = $21,
                               same_confirmed = $22, calls = $23, next_call_at = $24
             WHERE number = $1 AND version = $2",
            values![
                &ticket.number,
                ticket.version.saturating_sub(1),
                ticket.status.name(),
                ticket.category.map(Category::name),
                &ticket.subcategory,
                ticket.urgency.name(),
                &ticket.place,
                &ticket.office,
                ticket.changed_at,
                ticket.version,
                facts_text(&ticket.facts)?,
                ticket.language.code(),
                &ticket.requester.name,
                &ticket.requester.address,
                &ticket.subject,
                &marks.place_key,
                marks.house_number,
                &marks.code_key,
                marks.latitude,
                marks.longitude,
                ticket.same_as.as_ref().map(|same| same.number.as_str()),
                i64::from(ticket.same_as.as_ref().is_some_and(|same| same.confirmed)),
                calls(ticket),
                next_call_at(ticket),
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// What the ticket's place is found by.
fn marks(ticket: &Ticket) -> Marks {
    ticket.facts.place.as_ref().map(Marks::of).unwrap_or_default()
}

fn calls(ticket: &Ticket) -> i64 {
    ticket.call.map_or(0, |call| call.made.into())
}

fn next_call_at(ticket: &Ticket) -> Option<i64> {
    ticket.call.map(|call| call.next_at.millis())
}

fn facts_text(facts: &Facts) -> Result<String, StoreError> {
    serde_json::to_string(facts).map_err(|source| StoreError::Json { what: "ticket.facts", source })
}

/// The row's id of a number.
pub async fn id_of(tx: &mut Tx, number: &str) -> Result<Option<i64>, StoreError> {
    let row = tx.row("SELECT id FROM ticket WHERE number = $1", values![number]).await?;
    row.map(|row| row.int("id")).transpose()
}

/// A ticket, inside a transaction that will change it.
pub async fn load(tx: &mut Tx, number: &str) -> Result<Option<Ticket>, StoreError> {
    let row = tx.row("SELECT * FROM ticket WHERE number = $1", values![number]).await?;
    row.as_ref().map(read).transpose()
}

/// A ticket and its row's id.
pub async fn find(engine: &Engine, number: &str) -> Result<Option<(i64, Ticket)>, StoreError> {
    let row = engine.row("SELECT * FROM ticket WHERE number = $1", values![number]).await?;
    row.map(|row| Ok((row.int("id")?, read(&row)?))).transpose()
}

/// Every ticket, in the order of their numbers.
pub async fn all(engine: &Engine) -> Result<Vec<Ticket>, StoreError> {
    engine.rows("SELECT * FROM ticket ORDER BY id", values![]).await?.iter().map(read).collect()
}

/// Every ticket that is not over, or was closed and is not repaired as its requester says, in the order of their
/// numbers.
pub async fn open(tx: &mut Tx) -> Result<Vec<Ticket>, StoreError> {
    // A quotation mark that somebody wrote has a backslash before it in the facts: it is never taken for the field's.
    let sql = r#"SELECT * FROM ticket WHERE status NOT IN
                 ('closed', 'referred', 'duplicate', 'out_of_competence', 'cancelled')
                 OR (status = 'closed' AND facts LIKE '%"unrepaired":true%') ORDER BY id"#;
    tx.rows(sql, values![]).await?.iter().map(read).collect()
}

/// When the round of digests before this one was written, if this is the first to speak of it, by its name that begins
/// with its day: the caller writes them. The day on which the store was made has none: nothing was waiting when it
/// began.
pub async fn begin_round(
    tx: &mut Tx,
    day: &str,
    name: &str,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let whose = name.strip_prefix(day).unwrap_or_default();
    let sql = "SELECT made_at FROM digest WHERE day < $1
               ORDER BY substr(day, 11) = $2 DESC, day DESC LIMIT 1";
    let earlier = tx.row(sql, values![day, whose]).await?;
    let sql = "INSERT INTO digest (day, made_at) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING";
    let first = tx.run(sql, values![name, now]).await? == 1;
    earlier.filter(|_| first).map(|row| row.time("made_at")).transpose()
}

/// Emergencies whose next call is due, the longest overdue first.
pub async fn to_call(engine: &Engine, now: Timestamp) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT number FROM ticket WHERE next_call_at <= $1 ORDER BY next_call_at, id";
    engine.rows(sql, values![now]).await?.iter().map(|row| row.text("number")).collect()
}

/// Plans anew what a clock that was set back would hold up: calls that are due later than `latest`.
pub fn bring_calls_forward(tx: &mut Tx, latest: Timestamp, now: Timestamp) {
    let sql = "UPDATE ticket SET next_call_at = $2 WHERE next_call_at > $1";
    tx.put(sql, values![latest, now]);
}

/// How many tickets stand where.
pub async fn counts(engine: &Engine) -> Result<BTreeMap<String, i64>, StoreError> {
    engine
        .rows("SELECT status, count(*) AS n FROM ticket GROUP BY status", values![])
        .await?
        .iter()
        .map(|row| Ok((row.text("status")?, row.int("n")?)))
        .collect()
}

/// Keeps what staff taught.
pub fn label(
    tx: &mut Tx,
    number: &str,
    field: &str,
    before: Option<&str>,
    after: &str,
    now: Timestamp,
) {
    tx.put(
        "INSERT INTO label (ticket_id, at, field, before, after)
         SELECT id, $2, $3, $4, $5 FROM ticket WHERE number = $1",
        values![number, now, field, before, after],
    );
}

/// The tickets that a mail may continue, those found through our letters first.
pub async fn candidates(tx: &mut Tx, keys: &Keys) -> Result<Vec<Candidate>, StoreError> {
    let mut found = Vec::new();
    for id in &keys.letters {
        let row = tx
            .row(
                "SELECT ticket.number AS number FROM letter
                 JOIN ticket ON ticket.id = letter.ticket_id WHERE letter.message_id = $1",
                values![id],
            )
            .await?;
        if let Some(row) = row {
            found.push((row.text("number")?, true));
        }
    }
    for id in &keys.mails {
        let rows = tx
            .rows(
                "SELECT DISTINCT ticket.number AS number FROM mail
                 JOIN ticket ON ticket.id = mail.ticket_id WHERE mail.message_id = $1 ORDER BY 1",
                values![id],
            )
            .await?;
        for row in rows {
            found.push((row.text("number")?, false));
        }
    }
    for number in &keys.numbers {
        if id_of(tx, number).await?.is_some() {
            found.push((number.clone(), false));
        }
    }
    let mut candidates: Vec<Candidate> = Vec::new();
    for (number, by_letter) in found {
        if !candidates.iter().any(|known| known.number == number) {
            let participants = participants(tx, &number).await?;
            candidates.push(Candidate { number, by_letter, participants });
        }
    }
    Ok(candidates)
}

/// Who wrote or was written to about a ticket: bare lower-case addresses.
async fn participants(tx: &mut Tx, number: &str) -> Result<Vec<String>, StoreError> {
    tx.rows(
        "SELECT requester_address AS address FROM ticket WHERE number = $1
         UNION SELECT mail.sender FROM mail JOIN ticket ON ticket.id = mail.ticket_id
               WHERE ticket.number = $1
         UNION SELECT lower(letter.recipient) FROM letter JOIN ticket ON ticket.id = letter.ticket_id
               WHERE ticket.number = $1
         ORDER BY 1",
        values![number],
    )
    .await?
    .iter()
    .map(|row| row.text("address"))
    .filter(|address| !matches!(address, Ok(text) if text.is_empty()))
    .collect()
}

fn read(row: &Row) -> Result<Ticket, StoreError> {
    let facts = row.text("facts")?;
    Ok(Ticket {
        number: row.text("number")?,
        status: one_of(row, "status", "a status", Status::parse)?,
        category: row
            .text_or_null("category")?
            .map(|name| known("category", "a category", name, Category::parse))
            .transpose()?,
        subcategory: row.text_or_null("subcategory")?,
        urgency: one_of(row, "urgency", "an urgency", Urgency::parse)?,
        place: row.text_or_null("place")?,
        office: row.text("office")?,
        language: one_of(row, "language", "a language", Language::parse)?,
        requester: Address {
            name: row.text("requester_name")?,
            address: row.text("requester_address")?,
        },
        subject: row.text("subject")?,
        mailbox: row.text("mailbox")?,
        message_id: row.text_or_null("message_id")?,
        same_as: row
            .text_or_null("same_as")?
            .map(|number| {
                Ok::<_, StoreError>(SameAs { number, confirmed: row.int("same_confirmed")? == 1 })
            })
            .transpose()?,
        received_at: row.time("received_at")?,
        changed_at: row.time("changed_at")?,
        version: row.int("version")?,
        call: call(row)?,
        facts: serde_json::from_str(&facts)
            .map_err(|source| StoreError::Json { what: "ticket.facts", source })?,
    })
}

fn call(row: &Row) -> Result<Option<Call>, StoreError> {
    let Some(next_at) = row.time_or_null("next_call_at")? else { return Ok(None) };
    let made = u32::try_from(row.int("calls")?).unwrap_or(u32::MAX);
    Ok(Some(Call { made, next_at }))
}

fn one_of<T>(
    row: &Row,
    column: &'static str,
    expected: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, StoreError> {
    known(column, expected, row.text(column)?, parse)
}

fn known<T>(
    column: &'static str,
    expected: &'static str,
    found: String,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, StoreError> {
    parse(&found).ok_or(StoreError::Value { table: "ticket", column, expected, found })
}
