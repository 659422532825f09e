//! The photos that a contractor gets with an order: those of the mail that opened the ticket and of what its requester
//! sent after it, without what their cameras wrote into them.

use std::borrow::Cow;

use crate::domain::letter::{Letter, LetterKind, Photo};
use crate::parse::photo::copies;
use crate::store::{StoreError, Tx, mail, tickets};

/// The photos of a letter; none but a work order has any.
pub(super) async fn of(tx: &mut Tx, letter: &Letter) -> Result<Vec<Photo>, StoreError> {
    let attached = letter.context.get("attachments").is_some_and(|count| *count != 0);
    let ordered = letter.template == LetterKind::WorkOrder.name() && attached;
    let Some(number) = letter.ticket.as_deref().filter(|_| ordered) else {
        return Ok(Vec::new());
    };
    let ticket = tickets::load(tx, number).await?;
    let requester = ticket.map(|ticket| ticket.requester.address).unwrap_or_default();
    let mails = mail::reported_raws(tx, number, &requester).await?;
    Ok(copies(mails.iter().map(Vec::as_slice)))
}

/// The letter that says how many photos it carries, and how many other files there are.
pub(super) fn counted(letter: &Letter, photos: usize) -> Cow<'_, Letter> {
    if photos == 0 {
        return Cow::Borrowed(letter);
    }
    let mut letter = letter.clone();
    let count = |value: Option<&serde_json::Value>| value.and_then(serde_json::Value::as_u64);
    let photos = u64::try_from(photos).unwrap_or(u64::MAX);
    let others = count(letter.context.get("attachments")).unwrap_or(0).saturating_sub(photos);
    letter.context.insert("photos".to_owned(), photos.into());
    letter.context.insert("attachments".to_owned(), others.into());
    Cow::Owned(letter)
}
