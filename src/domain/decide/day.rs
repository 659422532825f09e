//! The day came that was said of a ticket: of an inspection, of planned work, of the end of a postponement.

use super::work::Sheet;
use super::{Decision, Snapshot};
use crate::domain::desk::Desk;
use crate::domain::digest;
use crate::domain::ticket::{EntryKind, OURSELVES, Status};
use crate::domain::time::Timestamp;

/// What waited for its day goes on where it stood, and its time runs again; the office reads of it in the digest of
/// the same morning.
pub(super) fn came(desk: &Desk, snapshot: &Snapshot, now: Timestamp) -> Decision {
    let Some(ticket) = &snapshot.ticket else {
        return Decision::nothing("there is no such ticket");
    };
    let Some(day) = digest::day_that_came(desk, ticket, now) else {
        return Decision::nothing("no day was said of it, or it is still to come");
    };
    let mut sheet = Sheet::of(desk, snapshot, ticket, now);
    if ticket.status.is_waiting() {
        sheet.go(ticket.facts.course.before.unwrap_or(Status::Received), OURSELVES);
    } else {
        sheet.change().facts.course.day = None;
    }
    let text = format!("its day came: {day}, {}", ticket.status.name());
    sheet.note(EntryKind::Note, OURSELVES, text);
    let reasons = sheet.reasons.clone();
    let (_, changes, letters) = sheet.finish();
    Decision { outcome: None, changes, letters, reasons }
}
