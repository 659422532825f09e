//! News of a letter of ours: bounces, certified-mail receipts, and letters that the server refused.

use super::letters;
use super::on_call;
use super::work::{Sheet, undeliverable, unreached};
use super::{Arrival, Change, Decision, FailedLetter, KnownLetter, Outcome, Snapshot};
use crate::domain::delivery::{Delivery, News, of_mail};
use crate::domain::desk::Desk;
use crate::domain::letter::LetterKind;
use crate::domain::ticket::{Entry, EntryKind, OURSELVES, Status, Ticket};
use crate::domain::time::Timestamp;

/// A delivery report or receipt arrived. One that names no letter of ours by a signed id changes nothing.
pub(super) fn reported(
    desk: &Desk,
    snapshot: &Snapshot,
    arrival: &Arrival,
    now: Timestamp,
) -> Decision {
    let Some(letter) = &snapshot.letter else {
        return Decision::filed(format!(
            "{}; it names no letter of ours",
            arrival.kind.reason.text()
        ));
    };
    let news = of_mail(&arrival.mail, letter.delivery);
    let mut decision = Decision {
        outcome: Some(Outcome::DeliveryStatus(letter.ticket.clone())),
        changes: Vec::new(),
        letters: Vec::new(),
        reasons: vec![arrival.kind.reason.text().to_owned()],
    };
    if let Some(number) = &letter.ticket {
        let entry = Entry {
            kind: EntryKind::DeliveryStatus,
            author: OURSELVES.to_owned(),
            text: sentence(letter, letter.is_retraction(), &news),
        };
        decision.changes.push(Change::Enter { ticket: number.clone(), entry });
    }
    decision
        .changes
        .push(Change::Delivery { message_id: letter.message_id.clone(), delivery: news.delivery });
    if news.delivery == Delivery::Failed {
        let reason = format!("bounced: {}", news.said);
        decision.changes.push(Change::Bounced {
            message_id: letter.message_id.clone(),
            reason: reason.clone(),
        });
        if let Some(ticket) = &snapshot.ticket {
            decision.letters.extend(letters::after_failure(
                desk,
                ticket,
                &snapshot.orders,
                (letter, &reason, &snapshot.lost),
                now,
            ));
            ask_the_next(&mut decision, desk, snapshot, (ticket, letter), now);
        } else {
            decision.letters.extend(letters::lost_digest(
                desk,
                (letter, &reason, &snapshot.lost),
                now,
            ));
        }
    }
    decision
}

/// A letter was refused for good, or given up.
pub(super) fn refused(
    desk: &Desk,
    snapshot: &Snapshot,
    failed: &FailedLetter,
    now: Timestamp,
) -> Decision {
    let FailedLetter { letter, reason } = failed;
    let Some(ticket) = &snapshot.ticket else {
        let letters = letters::lost_digest(desk, (letter, reason, &snapshot.lost), now);
        return Decision { letters, ..Decision::nothing("the letter belongs to no ticket") };
    };
    let retraction = letter.is_retraction();
    let news = News { delivery: Delivery::Failed, said: reason.clone() };
    let text = sentence(letter, retraction, &news);
    let entry =
        Entry { kind: EntryKind::LetterFailed, author: OURSELVES.to_owned(), text: text.clone() };
    let mut decision = Decision {
        outcome: None,
        changes: vec![Change::Enter { ticket: ticket.number.clone(), entry }],
        letters: letters::after_failure(
            desk,
            ticket,
            &snapshot.orders,
            (letter, reason, &snapshot.lost),
            now,
        ),
        reasons: vec![text],
    };
    ask_the_next(&mut decision, desk, snapshot, (ticket, letter), now);
    decision
}

/// Whoever was to answer did not get the letter: the next one of the list is called or asked. Where it is the requester
/// nobody waits for an answer.
fn ask_the_next(
    decision: &mut Decision,
    desk: &Desk,
    snapshot: &Snapshot,
    (ticket, letter): (&Ticket, &KnownLetter),
    now: Timestamp,
) {
    if letter.kind == LetterKind::Approval && !ticket.status.is_ended() {
        let mut sheet = Sheet::of(desk, snapshot, ticket, now);
        unreached(&mut sheet, &letter.recipient);
        let (_, changes, letters) = sheet.finish();
        decision.changes.extend(changes);
        decision.letters.extend(letters);
    }
    if letter.kind == LetterKind::WorkOrder && !letter.is_retraction() {
        let mut sheet = Sheet::of(desk, snapshot, ticket, now);
        undeliverable(&mut sheet, letter);
        let (_, changes, letters) = sheet.finish();
        decision.changes.extend(changes);
        decision.letters.extend(letters);
    }
    if letter.asks_requester() && ticket.status == Status::WaitingForRequester {
        let mut sheet = Sheet::of(desk, snapshot, ticket, now);
        sheet.go(ticket.facts.course.before.unwrap_or(Status::Received), OURSELVES);
        decision.changes.extend(sheet.finish().1);
    }
    if let Some((changes, letters)) = on_call::unreached(desk, ticket, letter, now) {
        decision.changes.extend(changes);
        decision.letters.extend(letters);
    }
}

/// What stands in the history. That somebody does not know must not be overlooked.
fn sentence(letter: &KnownLetter, retraction: bool, news: &News) -> String {
    let to = &letter.recipient;
    let name = letter.kind.name().replace('_', " ");
    let text = match (news.delivery, letter.kind) {
        (Delivery::Failed, LetterKind::Acknowledgement) => {
            format!("the requester ({to}) did NOT get the confirmation")
        }
        (Delivery::Failed, LetterKind::Closing) => {
            format!("the requester ({to}) was NOT told of the closing")
        }
        (Delivery::Failed, LetterKind::Progress) => {
            let what = if letter.asks_requester() { "question" } else { "news" };
            format!("the requester ({to}) did NOT get our {what}")
        }
        (Delivery::Failed, LetterKind::WorkOrder) if retraction => {
            format!("the contractor ({to}) was NOT told that the work order was taken back")
        }
        (Delivery::Failed, LetterKind::WorkOrder) => {
            format!("the contractor ({to}) did NOT get the work order")
        }
        (
            Delivery::Failed,
            LetterKind::StaffNotice
            | LetterKind::OnCall
            | LetterKind::Approval
            | LetterKind::Digest
            | LetterKind::Confirmation,
        ) => format!("the {name} did not reach {to}"),
        (Delivery::Delayed, _) => format!("the {name} is late on its way to {to}"),
        (Delivery::Delivered, _) => format!("the {name} was delivered to {to}"),
        (Delivery::Accepted, _) => format!("the {name} to {to} was accepted for delivery"),
        (Delivery::Unknown, _) => format!("news of the {name} to {to}"),
    };
    if news.said.is_empty() { text } else { format!("{text}: {}", news.said) }
}
