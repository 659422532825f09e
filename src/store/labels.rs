//! What staff taught by correcting tickets.

use super::engine::values;
use super::{Engine, StoreError};
use crate::domain::rules::Category;
use crate::domain::ticket::Facts;

/// A ticket whose category, subcategory or referral staff corrected, as it stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct Corrected {
    /// The ticket's number.
    pub number: String,
    /// Its category.
    pub category: Option<Category>,
    /// Its subcategory's code.
    pub subcategory: Option<String>,
    /// What is known of it: whose it is when it is none of ours, and its own part of the mail.
    pub facts: Facts,
    /// The mail that opened it, as read: JSON of [`Mail`](crate::domain::mail::Mail). The second ticket of a mail
    /// has none.
    pub mail: Option<String>,
}

/// Every ticket that teaches something of categories, in the order of their numbers.
pub async fn corrected(engine: &Engine) -> Result<Vec<Corrected>, StoreError> {
    let rows = engine
        .rows(
            "SELECT ticket.number AS number, ticket.category AS category,
                    ticket.subcategory AS subcategory, ticket.facts AS facts,
                    mail.facts AS mail
             FROM ticket
             LEFT JOIN mail ON mail.id = (SELECT min(first.id) FROM mail first WHERE first.ticket_id = ticket.id)
             WHERE EXISTS (SELECT 1 FROM label WHERE label.ticket_id = ticket.id
                           AND label.field IN ('category', 'subcategory', 'refer'))
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
                facts: serde_json::from_str(&row.text("facts")?)
                    .map_err(|source| StoreError::Json { what: "ticket.facts", source })?,
                mail: row.text_or_null("mail")?,
            })
        })
        .collect()
}
