//! Letters kept in memory, with outcomes that a test orders beforehand.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Carried, Unusable};
use crate::store::outbox::Leased;

/// Takes every letter, unless told otherwise. Clones share what they hold.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    inside: Arc<Mutex<Inside>>,
}

#[derive(Debug, Default)]
struct Inside {
    sent: Vec<Leased>,
    orders: VecDeque<Carried>,
    /// How letters end whose envelope was granted.
    granted: BTreeMap<i64, Carried>,
    down: bool,
}

impl Memory {
    /// What was taken so far, in order.
    #[must_use]
    pub fn sent(&self) -> Vec<Leased> {
        self.with(|inside| inside.sent.clone())
    }

    /// The next letter that is tried ends like this. [`Carried::Ambiguous`] still takes it.
    pub fn order(&self, outcome: Carried) {
        self.with(|inside| inside.orders.push_back(outcome));
    }

    /// Whether the server cannot be reached.
    pub fn set_down(&self, down: bool) {
        self.with(|inside| inside.down = down);
    }

    pub(super) fn open(&self) -> Result<Self, Unusable> {
        if self.with(|inside| inside.down) {
            return Err(Unusable { text: "the server is down".to_owned(), refused: false });
        }
        Ok(self.clone())
    }

    pub(super) fn envelope(&self, letter: &Leased) -> Option<Carried> {
        self.with(|inside| match inside.orders.pop_front()? {
            early @ (Carried::Temporary(_) | Carried::Permanent(_)) => Some(early),
            late => {
                inside.granted.insert(letter.id, late);
                None
            }
        })
    }

    pub(super) fn body(&self, letter: &Leased) -> Carried {
        self.with(|inside| {
            inside.sent.push(letter.clone());
            let order = inside.granted.remove(&letter.id);
            order.unwrap_or_else(|| Carried::Accepted(format!("memory {}", letter.id)))
        })
    }

    fn with<R>(&self, act: impl FnOnce(&mut Inside) -> R) -> R {
        act(&mut self.inside.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
