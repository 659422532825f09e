//! The history of a ticket: lines are added, never changed, and each is chained to the one before it.
//!
//! A line's digest is SHA-256 over a random salt and its words; its link is SHA-256 over the link before it, its time
//! and its digest. Whoever changes, drops or inserts a line breaks every link behind it. When a person is erased
//! their words and the salt go, and the chain still holds: from the digest alone nobody can find the words again.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::super::engine::{Row, values};
use super::super::erasure::ERASED;
use super::super::{Engine, StoreError, Tx};
use crate::domain::ticket::Entry;
use crate::domain::time::Timestamp;

/// 128 bits: nobody tries all salts for a word that they suspect.
const SALT_BYTES: usize = 16;

/// The last link of each ticket that a transaction has added to: a history is read at most once.
#[derive(Debug, Default)]
pub struct Chains(BTreeMap<String, String>);

impl Chains {
    /// A ticket that this transaction opens: its chain begins here.
    pub fn begin(&mut self, number: &str) {
        self.0.insert(number.to_owned(), first(number));
    }

    async fn last(&mut self, tx: &mut Tx, number: &str) -> Result<String, StoreError> {
        if let Some(link) = self.0.get(number) {
            return Ok(link.clone());
        }
        // The row is locked until the transaction ends: two lines never follow the same one.
        let sql = "UPDATE ticket SET link = link WHERE number = $1 RETURNING link";
        let row = tx.row(sql, values![number]).await?;
        let link = row.map(|row| row.text_or_null("link")).transpose()?.flatten();
        Ok(link.unwrap_or_else(|| first(number)))
    }
}

/// What the first link of a ticket follows. Lines from before there were links have none; the chain begins behind them.
fn first(number: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(number))
}

/// Adds a line to the history of a ticket; with the mail behind it, by its content key.
pub async fn enter(
    tx: &mut Tx,
    chains: &mut Chains,
    number: &str,
    (entry, content_key): (&Entry, Option<&str>),
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(|e| StoreError::Engine(sqlx::Error::Io(e.into())))?;
    let salt = HEXLOWER.encode(&salt);
    let digest = digest(&salt, [entry.kind.name(), &entry.author, &entry.text]);
    let link = link(&chains.last(tx, number).await?, now, &digest);
    tx.put(
        "INSERT INTO entry (ticket_id, at, kind, author, text, mail_id, salt, digest, link)
         SELECT id, $2, $3, $4, $5, (SELECT id FROM mail WHERE content_key = $6), $7, $8, $9
         FROM ticket WHERE number = $1",
        values![
            number,
            now,
            entry.kind.name(),
            &entry.author,
            &entry.text,
            content_key,
            &salt,
            &digest,
            &link
        ],
    );
    // A history that ends sooner than its ticket says was cut.
    tx.put("UPDATE ticket SET link = $2 WHERE number = $1", values![number, &link]);
    chains.0.insert(number.to_owned(), link);
    Ok(())
}

/// What a line says, as its digest.
fn digest(salt: &str, parts: [&str; 3]) -> String {
    let mut digest = Sha256::new();
    digest.update(salt);
    for part in parts {
        // Lengths, so that no words can move from one part to the next.
        digest.update(part.len().to_string());
        digest.update(":");
        digest.update(part);
    }
    HEXLOWER.encode(&digest.finalize())
}

fn link(before: &str, at: Timestamp, digest: &str) -> String {
    let mut link = Sha256::new();
    link.update(before);
    link.update(at.millis().to_string());
    link.update(digest);
    HEXLOWER.encode(&link.finalize())
}

/// Tickets whose histories are read together: a store of many years is never held whole.
const TICKETS_AT_ONCE: i64 = 500;

/// A history that was changed behind the program's back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The ticket's number.
    pub number: String,
    /// The line where it shows.
    pub line: i64,
    /// Nothing is wrong up to this line, and it is not the last one that was written.
    pub is_cut: bool,
}

/// The tickets whose history was changed behind the program's back.
pub async fn broken_chains(engine: &Engine) -> Result<Vec<Broken>, StoreError> {
    let sql = "SELECT max(id) AS id FROM ticket";
    let last = engine.row(sql, values![]).await?.map(|row| row.int_or_null("id")).transpose()?;
    let last = last.flatten().unwrap_or(0);
    let (mut broken, mut after) = (Vec::new(), 0_i64);
    while after < last {
        let until = after.saturating_add(TICKETS_AT_ONCE);
        broken.extend(broken_chains_of(engine, after, until).await?);
        after = until;
    }
    Ok(broken)
}

/// The same, of the tickets with ids above `after` and up to `until`.
async fn broken_chains_of(
    engine: &Engine,
    after: i64,
    until: i64,
) -> Result<Vec<Broken>, StoreError> {
    let sql = "SELECT ticket.number AS number, ticket.link AS last, entry.id AS id, entry.at AS at,
                      entry.kind AS kind, entry.author AS author, entry.text AS text,
                      entry.salt AS salt, entry.digest AS digest, entry.link AS link
               FROM entry JOIN ticket ON ticket.id = entry.ticket_id
               WHERE ticket.id > $1 AND ticket.id <= $2 ORDER BY ticket.id, entry.id";
    let rows = engine.rows(sql, values![after, until]).await?;
    let mut histories: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in &rows {
        histories.entry(row.text("number")?).or_default().push(row);
    }
    let mut broken = Vec::new();
    for (number, lines) in histories {
        broken.extend(broken_chain(number, &lines)?);
    }
    Ok(broken)
}

/// Where one history does not hold.
fn broken_chain(number: String, lines: &[&Row]) -> Result<Option<Broken>, StoreError> {
    let (mut head, mut begun) = (first(&number), false);
    for row in lines {
        match holds(row, &head, begun)? {
            Held::Yes(next) => (head, begun) = (next, true),
            Held::Unlinked => {}
            Held::No => return Ok(Some(Broken { number, line: row.int("id")?, is_cut: false })),
        }
    }
    let Some(end) = lines.last() else { return Ok(None) };
    let (line, last) = (end.int("id")?, end.text_or_null("last")?);
    let is_cut = last != begun.then_some(head);
    Ok(is_cut.then_some(Broken { number, line, is_cut }))
}

enum Held {
    Yes(String),
    /// From before there were links.
    Unlinked,
    No,
}

fn holds(row: &Row, before: &str, begun: bool) -> Result<Held, StoreError> {
    let (Some(known_digest), Some(known_link)) =
        (row.text_or_null("digest")?, row.text_or_null("link")?)
    else {
        return Ok(if begun { Held::No } else { Held::Unlinked });
    };
    let (kind, author, text) = (row.text("kind")?, row.text("author")?, row.text("text")?);
    let is_said = match row.text_or_null("salt")? {
        Some(salt) => digest(&salt, [&kind, &author, &text]) == known_digest,
        // The words were erased, and only the digest is left to hold the chain: new ones prove nothing.
        None => text == ERASED && author.is_empty(),
    };
    if !is_said {
        return Ok(Held::No);
    }
    let expected = link(before, row.time("at")?, &known_digest);
    Ok(if expected == known_link { Held::Yes(known_link) } else { Held::No })
}

/// A line of a history, for reading.
#[derive(Debug, Clone, serde::Serialize)]
pub struct EntryRow {
    /// When.
    pub at: Timestamp,
    /// What it records.
    pub kind: String,
    /// Who.
    pub author: String,
    /// What.
    pub text: String,
}

/// A ticket's history, oldest first.
pub async fn history(engine: &Engine, ticket_id: i64) -> Result<Vec<EntryRow>, StoreError> {
    engine
        .rows(
            "SELECT at, kind, author, text FROM entry WHERE ticket_id = $1 ORDER BY id",
            values![ticket_id],
        )
        .await?
        .iter()
        .map(|row| {
            Ok(EntryRow {
                at: row.time("at")?,
                kind: row.text("kind")?,
                author: row.text("author")?,
                text: row.text("text")?,
            })
        })
        .collect()
}
