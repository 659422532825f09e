//! The first look after an opening: what waited for this day wakes, and the offices are told what there is.

use super::Clerk;
use crate::domain::decide::{Event, Snapshot, decide};
use crate::domain::digest;
use crate::domain::time::Timestamp;
use crate::store::tickets::Chains;
use crate::store::{StoreError, Tx, tickets};

impl Clerk {
    /// Writes the digests of a round and wakes its offices' tickets whose day it is, once: whoever speaks first of a
    /// round does it.
    pub async fn digest(
        &self,
        tx: &mut Tx,
        round: &digest::Round,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let begun = tickets::begin_round(tx, &round.day, &round.name(), now).await?;
        let Some(since) = begun else { return Ok(()) };
        let open = tickets::open(tx).await?;
        let letters = digest::digests(&self.desk, &open, round, since, now);
        let came = |ticket: &_| digest::day_that_came(&self.desk, ticket, now).is_some();
        let theirs = open.into_iter().filter(|ticket| round.has(&self.desk, ticket));
        for ticket in theirs.filter(came) {
            let snapshot = Snapshot { ticket: Some(ticket), ..Snapshot::default() };
            let decision = decide(&self.desk, &snapshot, &Event::DayCame, now);
            self.apply(tx, &decision, None, now).await?;
        }
        for letter in letters {
            self.owe(tx, &mut Chains::default(), &letter, now).await?;
        }
        Ok(())
    }
}
