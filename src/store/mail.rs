//! Mails: the raw bytes, compressed and addressed by their hash, and what was read in them.

use std::cell::RefCell;

use sha2::{Digest as _, Sha256};
use zstd::bulk::Compressor;

use super::engine::{Row, Statement, values};
use super::{Engine, StoreError, Tx};
use crate::domain::decide::{Arrival, Confirmation, Outcome};
use crate::domain::time::Timestamp;

/// Raw mail is kept in pieces of this size, which is also how large mails are fetched: the memory that
/// one mail costs is bounded by it, not by the sender.
pub const PIECE_BYTES: usize = 1024 * 1024;

/// Most of a mail's bytes are pictures in base64: a higher level costs time and gains nothing.
const ZSTD_LEVEL: i32 = -2;

/// The name of raw bytes: their sha256 in hexadecimal.
#[must_use]
pub fn hash(raw: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(raw))
}

/// Compresses a whole mail for [`keep`]; outside of any transaction, because it takes a while.
pub fn pack(raw: &[u8]) -> Result<Packed, StoreError> {
    let pieces = raw.chunks(PIECE_BYTES).map(compress).collect::<Result<_, _>>()?;
    Ok(Packed { hash: hash(raw), bytes: raw.len(), pieces })
}

/// Raw bytes on their way into the store.
#[derive(Debug, Clone)]
pub enum Raw {
    /// A small mail, compressed.
    Whole(Packed),
    /// A large one whose pieces are in the store already.
    Pieces {
        /// Their row.
        raw_id: i64,
        /// The hash of the whole.
        hash: String,
    },
}

/// A mail ready to be kept.
#[derive(Debug, Clone)]
pub struct Packed {
    hash: String,
    bytes: usize,
    pieces: Vec<Vec<u8>>,
}

impl Raw {
    /// The hash of the whole: its name in the store.
    #[must_use]
    pub fn hash(&self) -> &str {
        match self {
            Self::Whole(packed) => &packed.hash,
            Self::Pieces { hash, .. } => hash,
        }
    }
}

/// Keeps raw mail under its hash; the same bytes are kept once.
pub async fn keep(tx: &mut Tx, raw: &Raw) -> Result<(), StoreError> {
    match raw {
        Raw::Whole(packed) => {
            keep_whole(tx, packed);
            Ok(())
        }
        Raw::Pieces { raw_id, hash } => finish(tx, *raw_id, hash).await,
    }
}

fn keep_whole(tx: &mut Tx, packed: &Packed) {
    tx.put(
        "INSERT INTO raw_mail (hash, bytes) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING",
        values![&packed.hash, to_i64(packed.bytes)],
    );
    for (number, data) in packed.pieces.iter().enumerate() {
        tx.put(
            "INSERT INTO raw_piece (raw_id, piece, data)
             SELECT id, $2, $3 FROM raw_mail WHERE hash = $1 ON CONFLICT (raw_id, piece) DO NOTHING",
            values![&packed.hash, to_i64(number), data.clone()],
        );
    }
}

/// Begins a large mail whose pieces come one by one.
pub async fn begin(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.insert("INSERT INTO raw_mail (hash, bytes) VALUES (NULL, 0) RETURNING id", values![]).await
}

/// Adds the next piece of a large mail.
pub async fn add_piece(
    tx: &mut Tx,
    raw_id: i64,
    number: usize,
    bytes: &[u8],
) -> Result<(), StoreError> {
    tx.put(
        "INSERT INTO raw_piece (raw_id, piece, data) VALUES ($1, $2, $3)
         ON CONFLICT (raw_id, piece) DO NOTHING",
        values![raw_id, to_i64(number), compress(bytes)?],
    );
    tx.run(
        "UPDATE raw_mail SET bytes = bytes + $2 WHERE id = $1",
        values![raw_id, to_i64(bytes.len())],
    )
    .await?;
    Ok(())
}

/// Ends a large mail: names it by its hash. When the same bytes are already kept, these go.
async fn finish(tx: &mut Tx, raw_id: i64, hash: &str) -> Result<(), StoreError> {
    match find(tx, hash).await? {
        None => tx.put("UPDATE raw_mail SET hash = $2 WHERE id = $1", values![raw_id, hash]),
        Some(known) if known == raw_id => {}
        Some(_) => {
            tx.put("DELETE FROM raw_piece WHERE raw_id = $1", values![raw_id]);
            tx.put("DELETE FROM raw_mail WHERE id = $1", values![raw_id]);
        }
    }
    Ok(())
}

/// Forgets a large mail whose last pieces will not come.
pub async fn discard(tx: &mut Tx, raw_id: i64) -> Result<(), StoreError> {
    tx.run("DELETE FROM raw_piece WHERE raw_id = $1", values![raw_id]).await?;
    tx.run("DELETE FROM raw_mail WHERE id = $1 AND hash IS NULL", values![raw_id]).await?;
    Ok(())
}

/// How many pieces of a large mail are there.
pub async fn pieces(tx: &mut Tx, raw_id: i64) -> Result<usize, StoreError> {
    let row =
        tx.row("SELECT count(*) AS n FROM raw_piece WHERE raw_id = $1", values![raw_id]).await?;
    let count = row.map_or(Ok(0), |row| row.int("n"))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// The bytes of a mail, exactly as they came.
pub async fn raw(engine: &Engine, raw_id: i64) -> Result<Vec<u8>, StoreError> {
    let rows = engine
        .rows("SELECT data FROM raw_piece WHERE raw_id = $1 ORDER BY piece", values![raw_id])
        .await?;
    joined(raw_id, rows.iter())
}

/// Pieces in order, decompressed.
fn joined<'r>(raw_id: i64, rows: impl Iterator<Item = &'r Row>) -> Result<Vec<u8>, StoreError> {
    let mut raw = Vec::new();
    for row in rows {
        let piece = zstd::decode_all(row.blob("data")?.as_slice())
            .map_err(|error| StoreError::Raw { raw_id, why: error.to_string() })?;
        raw.extend_from_slice(&piece);
    }
    Ok(raw)
}

/// Mails of a requester that are looked through for photos, besides the one that opened the ticket: the last ones.
const REPORTED_MAX: i64 = 4;

/// The bytes of the mails that a ticket was reported with, oldest first: the one that opened it, and what its requester
/// sent after it; inside a transaction that may have just kept them.
pub async fn reported_raws(
    tx: &mut Tx,
    number: &str,
    requester: &str,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let sql = "SELECT raw_piece.data AS data, mail.raw_id AS raw_id FROM mail
               JOIN ticket ON ticket.id = mail.ticket_id
               JOIN raw_piece ON raw_piece.raw_id = mail.raw_id
               WHERE ticket.number = $1 AND (mail.outcome = 'ticket' OR mail.id IN (
                   SELECT later.id FROM mail AS later JOIN ticket ON ticket.id = later.ticket_id
                   WHERE ticket.number = $1 AND later.outcome = 'entry' AND later.sender = $2
                   ORDER BY later.id DESC LIMIT $3))
               ORDER BY mail.id, raw_piece.piece";
    let rows = tx.rows(sql, values![number, requester, REPORTED_MAX]).await?;
    let mails = rows.chunk_by(|one, next| one.int("raw_id").ok() == next.int("raw_id").ok());
    let whole = |pieces: &[Row]| match pieces.first() {
        Some(first) => joined(first.int("raw_id")?, pieces.iter()),
        None => Ok(Vec::new()),
    };
    mails.map(whole).collect()
}

/// The row of raw bytes, by their hash.
pub async fn find(tx: &mut Tx, hash: &str) -> Result<Option<i64>, StoreError> {
    let row = tx.row("SELECT id FROM raw_mail WHERE hash = $1", values![hash]).await?;
    row.map(|row| row.int("id")).transpose()
}

thread_local! {
    /// Its tables cost as much to make as a small mail to compress.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

fn compress(bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    COMPRESSOR
        .with_borrow_mut(|kept| {
            let compressor = match kept {
                Some(compressor) => compressor,
                None => kept.insert(Compressor::new(ZSTD_LEVEL)?),
            };
            compressor.compress(bytes)
        })
        .map_err(|error| StoreError::Raw { raw_id: 0, why: error.to_string() })
}

fn to_i64(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A mail of known content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownMail {
    /// Its row.
    pub id: i64,
    /// What became of it.
    pub outcome: String,
}

/// Asks for the mail of a content key; [`known`] reads the answer.
#[must_use]
pub fn ask_known(content_key: &str) -> Statement {
    let sql = "SELECT id, outcome FROM mail WHERE content_key = $1";
    Statement { sql, values: values![content_key] }
}

/// The mail of a content key, if it is in the store.
pub fn known(rows: &[Row]) -> Result<Option<KnownMail>, StoreError> {
    let known = |row: &Row| Ok(KnownMail { id: row.int("id")?, outcome: row.text("outcome")? });
    rows.first().map(known).transpose()
}

/// Writes a mail down, whose raw bytes are kept under `raw_hash`.
pub fn insert(
    tx: &mut Tx,
    arrival: &Arrival,
    outcome: &Outcome,
    raw_hash: &str,
) -> Result<(), StoreError> {
    let mail = &arrival.mail;
    let facts = serde_json::to_string(mail)
        .map_err(|source| StoreError::Json { what: "mail.facts", source })?;
    let sender = mail.from.as_ref().map(|from| from.address.to_lowercase()).unwrap_or_default();
    let reason = match outcome {
        Outcome::Filed(why) => why.as_str(),
        _ => arrival.kind.reason.text(),
    };
    tx.put(
        "INSERT INTO mail (content_key, message_id, raw_id, mailbox, kind, reason, outcome, ticket_id,
                           sender, subject, received_at, facts)
         VALUES ($1, $2, (SELECT id FROM raw_mail WHERE hash = $3), $4, $5, $6, $7,
                 (SELECT id FROM ticket WHERE number = $8), $9, $10, $11, $12)",
        values![
            &arrival.content_key,
            &mail.message_id,
            raw_hash,
            &arrival.mailbox,
            arrival.kind.kind.name(),
            reason,
            outcome.name(),
            outcome.ticket(),
            sender,
            &mail.subject,
            arrival.received_at,
            facts,
        ],
    );
    Ok(())
}

/// The mail whose orders our question `message_id` is about, with the address that was asked.
pub async fn to_confirm(tx: &mut Tx, message_id: &str) -> Result<Option<Confirmation>, StoreError> {
    let sql = "SELECT letter.recipient AS asked, mail.facts AS facts, mail.content_key AS content_key,
                      mail.received_at AS received_at,
                      (SELECT min(answer.id) FROM letter AS answer WHERE answer.kind = 'staff_notice'
                       AND answer.cause IN ('command:' || mail.content_key, 'confirmed:' || mail.content_key)) AS answer
               FROM letter JOIN mail ON letter.cause = 'confirm:' || mail.content_key
               WHERE letter.message_id = $1 AND letter.kind = 'confirmation'";
    let Some(row) = tx.row(sql, values![message_id]).await? else { return Ok(None) };
    let mail = serde_json::from_str(&row.text("facts")?)
        .map_err(|source| StoreError::Json { what: "mail.facts", source })?;
    Ok(Some(Confirmation {
        asked: row.text("asked")?,
        mail,
        content_key: row.text("content_key")?,
        received_at: row.time("received_at")?,
        answered: row.int_or_null("answer")?.is_some(),
    }))
}

/// Writes down that a quarantined mail could be read after all.
pub async fn read_again(
    tx: &mut Tx,
    id: i64,
    arrival: &Arrival,
    outcome: &Outcome,
) -> Result<(), StoreError> {
    let mail = &arrival.mail;
    let facts = serde_json::to_string(mail)
        .map_err(|source| StoreError::Json { what: "mail.facts", source })?;
    let sender = mail.from.as_ref().map(|from| from.address.to_lowercase()).unwrap_or_default();
    tx.run(
        "UPDATE mail SET kind = $2, reason = $3, outcome = $4, sender = $5, subject = $6, facts = $7,
                         message_id = $8 WHERE id = $1",
        values![
            id,
            arrival.kind.kind.name(),
            arrival.kind.reason.text(),
            outcome.name(),
            sender,
            &mail.subject,
            facts,
            &mail.message_id,
        ],
    )
    .await?;
    tx.run(
        "UPDATE ledger SET state = $2, reason = 'read again' WHERE mail_id = $1 AND state = 'quarantined'",
        values![id, outcome.name()],
    )
    .await?;
    Ok(())
}

/// A mail as `explain` and `quarantine` show it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct MailRow {
    /// The row's id.
    pub id: i64,
    /// What makes it the same mail, wherever it comes again.
    #[serde(skip)]
    pub content_key: String,
    /// Message-ID without brackets.
    pub message_id: Option<String>,
    /// The raw bytes.
    pub raw_id: Option<i64>,
    /// Where it was seen first.
    pub mailbox: String,
    /// What sort of mail.
    pub kind: String,
    /// Why.
    pub reason: String,
    /// What became of it.
    pub outcome: String,
    /// The ticket behind it.
    pub ticket: Option<String>,
    /// The sender's bare address.
    pub sender: String,
    /// The subject.
    pub subject: String,
    /// When the ledger first saw it.
    pub received_at: Timestamp,
    /// As read, JSON.
    #[serde(skip)]
    pub facts: String,
}

/// The mails with a Message-ID; more than one when it was used twice.
pub async fn by_message_id(engine: &Engine, id: &str) -> Result<Vec<MailRow>, StoreError> {
    let rows = engine
        .rows(
            "SELECT mail.*, ticket.number AS number FROM mail
             LEFT JOIN ticket ON ticket.id = mail.ticket_id
             WHERE mail.message_id = $1 ORDER BY mail.id",
            values![id],
        )
        .await?;
    rows.iter().map(read).collect()
}

/// The mail of a row's id.
pub async fn by_id(engine: &Engine, id: i64) -> Result<Option<MailRow>, StoreError> {
    let row = engine
        .row(
            "SELECT mail.*, ticket.number AS number FROM mail
             LEFT JOIN ticket ON ticket.id = mail.ticket_id WHERE mail.id = $1",
            values![id],
        )
        .await?;
    row.as_ref().map(read).transpose()
}

/// The mails of a ticket, oldest first.
pub async fn of_ticket(engine: &Engine, ticket_id: i64) -> Result<Vec<MailRow>, StoreError> {
    let rows = engine
        .rows(
            "SELECT mail.*, ticket.number AS number FROM mail
             JOIN ticket ON ticket.id = mail.ticket_id WHERE mail.ticket_id = $1 ORDER BY mail.id",
            values![ticket_id],
        )
        .await?;
    rows.iter().map(read).collect()
}

/// The mail that opened a ticket, as read: JSON of [`Mail`](crate::domain::mail::Mail).
pub async fn opening(engine: &Engine, number: &str) -> Result<Option<String>, StoreError> {
    let row = engine
        .row(
            "SELECT mail.facts AS facts FROM mail JOIN ticket ON ticket.id = mail.ticket_id
             WHERE ticket.number = $1 ORDER BY mail.id LIMIT 1",
            values![number],
        )
        .await?;
    row.map(|row| row.text("facts")).transpose()
}

/// The mails that no rule could read.
pub async fn quarantined(engine: &Engine) -> Result<Vec<MailRow>, StoreError> {
    let rows = engine
        .rows(
            "SELECT mail.*, ticket.number AS number FROM mail
             LEFT JOIN ticket ON ticket.id = mail.ticket_id
             WHERE mail.outcome = 'quarantined' ORDER BY mail.id",
            values![],
        )
        .await?;
    rows.iter().map(read).collect()
}

/// How many mails no rule could read.
pub async fn quarantined_count(engine: &Engine) -> Result<usize, StoreError> {
    let sql = "SELECT count(*) AS n FROM mail WHERE outcome = 'quarantined'";
    let count = engine.row(sql, values![]).await?.map_or(Ok(0), |row| row.int("n"))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

fn read(row: &Row) -> Result<MailRow, StoreError> {
    Ok(MailRow {
        id: row.int("id")?,
        content_key: row.text("content_key")?,
        message_id: row.text_or_null("message_id")?,
        raw_id: row.int_or_null("raw_id")?,
        mailbox: row.text("mailbox")?,
        kind: row.text("kind")?,
        reason: row.text("reason")?,
        outcome: row.text("outcome")?,
        ticket: row.text_or_null("number")?,
        sender: row.text("sender")?,
        subject: row.text("subject")?,
        received_at: row.time("received_at")?,
        facts: row.text("facts")?,
    })
}
