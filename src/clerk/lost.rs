//! The words of a letter that was lost, for whoever has it instead.

use super::Clerk;
use crate::domain::decide::{Arrival, KnownLetter};
use crate::domain::letter::LetterKind;
use crate::domain::thread;
use crate::parse;
use crate::store::{StoreError, Tx, outbox};

impl Clerk {
    /// The letter of ours that a mail reports on.
    pub(super) async fn reported(
        &self,
        tx: &mut Tx,
        arrival: &Arrival,
    ) -> Result<Option<KnownLetter>, StoreError> {
        for id in thread::reported_letters(&arrival.mail, &self.desk.signer) {
            if let Some(letter) = outbox::by_message_id(tx, &id).await? {
                return Ok(Some(letter));
            }
        }
        Ok(None)
    }

    /// The words of a letter of ours whose delivery there is news of: whoever has it instead reads them.
    pub(super) async fn lost(
        &self,
        tx: &mut Tx,
        letter: Option<&KnownLetter>,
    ) -> Result<String, StoreError> {
        let inside = [LetterKind::StaffNotice, LetterKind::Digest];
        match letter.filter(|letter| inside.contains(&letter.kind)) {
            Some(letter) => {
                let bytes = outbox::bytes(tx, &letter.message_id).await?;
                Ok(bytes.map(|bytes| parse::whole_text(&bytes)).unwrap_or_default())
            }
            None => Ok(String::new()),
        }
    }
}
