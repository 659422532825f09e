//! What staff taught by correcting tickets.

use super::engine::values;
use super::{Engine, StoreError};
use crate::domain::rules::Category;

/// A ticket whose category or subcategory staff corrected, as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrected {
    /// The ticket's number.
    pub number: String,
    /// Its category.
    pub category: Option<Category>,
    /// Its subcategory's code.
    pub subcategory: Option<String>,
    /// The mail that opened it, as read: JSON of [`Mail`](crate::domain::mail::Mail).
    pub mail: String,
}

/// Every ticket that teaches something of categories, in the order of their numbers.
pub async fn corrected(engine: &Engine) -> Result<Vec<Corrected>, StoreError> {
    let rows = engine
        .rows(
            "SELECT ticket.number AS number, ticket.category AS category,
                    ticket.subcategory AS subcategory, mail.facts AS facts
             FROM ticket
             JOIN mail ON mail.id = (SELECT min(first.id) FROM mail first WHERE first.ticket_id = ticket.id)
             WHERE EXISTS (SELECT 1 FROM label WHERE label.ticket_id = ticket.id
                           AND label.field IN ('category', 'subcategory'))
             ORDER BY ticket.id",
            values![],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let category = row.text_or_null("category")?;
            Ok(Corrected {
                number: row.text("number")?,
                category: category.as_deref().and_then(Category::parse),
                subcategory: row.text_or_null("subcategory")?,
                mail: row.text("facts")?,
            })
        })
        .collect()
}
