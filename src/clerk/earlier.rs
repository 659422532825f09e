//! Earlier reports of the same thing, beside those of a mail's first problem.

use super::Clerk;
use crate::domain::decide::Arrival;
use crate::domain::duplicate::Earlier;
use crate::domain::ticket::Ticket;
use crate::store::{StoreError, Tx, tickets};

impl Clerk {
    /// Earlier reports of a mail's second problem, and of the ticket that it gives a place to; few mails ask.
    pub(super) async fn more_earlier(
        &self,
        tx: &mut Tx,
        arrival: &Arrival,
        ticket: Option<&Ticket>,
    ) -> Result<(Vec<Earlier>, Vec<Earlier>), StoreError> {
        let (understood, seen_at) = (&arrival.understood, arrival.received_at);
        let second = understood.second.as_deref();
        let placed = understood.place.as_ref();
        let answered = ticket.filter(|ticket| ticket.place.is_none() && placed.is_some());
        if second.is_none() && answered.is_none() {
            return Ok((Vec::new(), Vec::new()));
        }
        let code = second.and_then(|matter| matter.verdict.subcategory.as_deref());
        let there = second.and_then(|matter| matter.place.as_ref());
        let known = answered.and_then(|ticket| ticket.subcategory.as_deref());
        let asked = [
            tickets::ask_earlier(code, there, seen_at),
            tickets::ask_earlier(known, placed, seen_at),
        ];
        let [second, answered] = tx.ask(asked).await?;
        Ok((tickets::read_earlier(&second)?, tickets::read_earlier(&answered)?))
    }
}
