//! Staff are told of what has been wrong for a while.

use super::Clerk;
use crate::domain::alarm::{self, TELL_AFTER};
use crate::domain::time::Timestamp;
use crate::store::alarms::Alarm;
use crate::store::tickets::Chains;
use crate::store::{StoreError, Tx, alarms};

impl Clerk {
    /// Writes the letters about an alarm that has stood long enough, once; how many.
    pub async fn tell_of(
        &self,
        tx: &mut Tx,
        standing: &Alarm,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        if standing.told || now.since(standing.raised_at) < TELL_AFTER {
            return Ok(0);
        }
        if !alarms::tell(tx, standing).await? {
            return Ok(0);
        }
        let Alarm { name, subject, raised_at, text, .. } = standing;
        let letters = alarm::letters(&self.desk, *name, subject, *raised_at, text);
        for letter in &letters {
            self.owe(tx, &mut Chains::default(), letter, now).await?;
        }
        Ok(letters.len())
    }
}
