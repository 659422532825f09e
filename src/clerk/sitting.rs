//! What one transaction hands out and writes down in a year's name.

use std::collections::BTreeMap;

use crate::store::tickets::{self, Taken};
use crate::store::{StoreError, Tx};

/// What one transaction has handed out so far: ticket numbers are read from the store once and written
/// back once, however many tickets it opens.
#[derive(Debug, Default)]
pub struct Sitting {
    years: BTreeMap<i32, Taken>,
}

impl Sitting {
    /// The serial that the next ticket of a year would get.
    pub(super) async fn next(&mut self, tx: &mut Tx, year: i32) -> Result<i64, StoreError> {
        let taken = match self.years.get(&year) {
            Some(taken) => *taken,
            None => Taken { last: tickets::last_serial(tx, year).await?, ..Taken::default() },
        };
        self.years.insert(year, taken);
        Ok(taken.last.saturating_add(1))
    }

    /// A ticket with this serial is written down.
    pub(super) fn take(&mut self, year: i32, serial: i64) {
        let taken = self.years.entry(year).or_default();
        (taken.last, taken.tickets) = (serial, taken.tickets.saturating_add(1));
    }

    /// A mail is written down.
    pub(super) fn keep(&mut self, year: i32) {
        let taken = self.years.entry(year).or_default();
        taken.mails = taken.mails.saturating_add(1);
    }

    /// Writes the numbers back; to be called before the commit.
    pub fn close(self, tx: &mut Tx) {
        for (year, taken) in self.years {
            tickets::take_serials(tx, year, taken);
        }
    }
}
