//! Tickets near each other in kind, time and place, and those that repeat another.

use super::{one_of, read};
use crate::domain::duplicate::{Earlier, WINDOW};
use crate::domain::language::Language;
use crate::domain::place::{Marks, Place};
use crate::domain::ticket::Ticket;
use crate::domain::time::Timestamp;
use crate::store::engine::{Row, Statement, values};
use crate::store::{StoreError, Tx};

/// Asks for the open tickets of a subcategory that are near a place and within [`WINDOW`] before `now`, at
/// most 16 of them; without subcategory or place for none. They are read with [`read_earlier`].
///
/// Each branch is one walk over one index: the latest four of the same street with a near number, of the
/// same street without one, of the same number on the thing, and within a square around the position.
pub fn ask_earlier(subcategory: Option<&str>, place: Option<&Place>, now: Timestamp) -> Statement {
    let marks = place.map(Marks::of).unwrap_or_default();
    let (low, high) = marks.numbers();
    let [south, north, west, east] = marks.square();
    Statement {
        sql: "SELECT number, subject, language, facts FROM ticket WHERE id IN (
                SELECT id FROM (SELECT id FROM ticket
                  WHERE place_key = $3 AND subcategory = $1 AND house_number BETWEEN $5 AND $6
                    AND status NOT IN ('closed', 'referred', 'out_of_competence', 'cancelled')
                    AND same_as IS NULL
                  ORDER BY id DESC LIMIT 4) a
                UNION SELECT id FROM (SELECT id FROM ticket
                  WHERE place_key = $3 AND subcategory = $1 AND house_number IS NULL
                    AND status NOT IN ('closed', 'referred', 'out_of_competence', 'cancelled')
                    AND same_as IS NULL
                  ORDER BY id DESC LIMIT 4) b
                UNION SELECT id FROM (SELECT id FROM ticket
                  WHERE code_key = $4 AND subcategory = $1
                    AND status NOT IN ('closed', 'referred', 'out_of_competence', 'cancelled')
                    AND same_as IS NULL
                  ORDER BY id DESC LIMIT 4) c
                UNION SELECT id FROM (SELECT id FROM ticket
                  WHERE subcategory = $1 AND latitude BETWEEN $7 AND $8
                    AND longitude BETWEEN $9 AND $10
                    AND status NOT IN ('closed', 'referred', 'out_of_competence', 'cancelled')
                    AND same_as IS NULL
                  ORDER BY id DESC LIMIT 4) d)
              AND received_at >= $2 ORDER BY id",
        values: values![
            subcategory,
            now.minus(WINDOW),
            marks.place_key.as_deref(),
            marks.code_key.as_deref(),
            low,
            high,
            south,
            north,
            west,
            east,
        ],
    }
}

/// Of a ticket's facts those that are compared; the rest is passed over unread.
#[derive(serde::Deserialize)]
struct Told {
    place: Option<Place>,
    text: String,
}

/// The answer to [`ask_earlier`], oldest first.
pub fn read_earlier(rows: &[Row]) -> Result<Vec<Earlier>, StoreError> {
    let mut found = Vec::new();
    for row in rows {
        let told: Told = serde_json::from_str(&row.text("facts")?)
            .map_err(|source| StoreError::Json { what: "ticket.facts", source })?;
        if let Some(place) = told.place {
            found.push(Earlier {
                number: row.text("number")?,
                place,
                subject: row.text("subject")?,
                text: told.text,
                language: one_of(row, "language", "a language", Language::parse)?,
            });
        }
    }
    Ok(found)
}

/// The tickets that repeat this one, confirmed or not, oldest first.
pub async fn same_as(tx: &mut Tx, number: &str) -> Result<Vec<Ticket>, StoreError> {
    tx.rows("SELECT * FROM ticket WHERE same_as = $1 ORDER BY id", values![number])
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Whether an acknowledgement was written to the requester of a ticket and not taken back; of two tickets of one mail
/// it names both.
pub async fn is_acknowledged(tx: &mut Tx, number: &str) -> Result<bool, StoreError> {
    let row = tx
        .row(
            "SELECT 1 AS one FROM ticket
             JOIN ticket AS told ON told.requester_address = ticket.requester_address
                  AND (told.id = ticket.id OR told.message_id = ticket.message_id)
             JOIN letter ON letter.ticket_id = told.id
             WHERE ticket.number = $1 AND letter.kind = 'acknowledgement'
               AND letter.state <> 'cancelled' LIMIT 1",
            values![number],
        )
        .await?;
    Ok(row.is_some())
}
