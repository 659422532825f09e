//! A contractor answered.

use super::activate::{answer_by, name_of};
use super::{Occasion, Sheet, activate};
use crate::domain::command::{Answer, ContractorAnswer};
use crate::domain::decide::letters::{self, News};
use crate::domain::letter::context::AttachmentLine;
use crate::domain::life::Status;
use crate::domain::order::{OrderState, WorkOrder};
use crate::domain::ticket::EntryKind;
use crate::domain::urgency::Urgency;

/// Writes down what a contractor answers to an order, and what follows: staff hear of it, and where the firm
/// will not, the next one is looked for.
pub(in crate::domain::decide) fn answered(
    sheet: &mut Sheet<'_>,
    order: &WorkOrder,
    answer: &ContractorAnswer,
    attached: &[AttachmentLine],
    by: &str,
) {
    let (state, status) = match answer.answer {
        Answer::Accepted => (OrderState::Accepted, Some(Status::Accepted)),
        Answer::Started => (OrderState::Started, Some(Status::InProgress)),
        Answer::Done => (OrderState::Done, Some(Status::Done)),
        Answer::Suspended => (OrderState::Suspended, Some(Status::Suspended)),
        Answer::Refused => (OrderState::Refused, None),
    };
    sheet.set(&order.number, state, None);
    let said = if answer.note.trim().is_empty() {
        String::new()
    } else {
        format!(": {}", answer.note.trim())
    };
    sheet.note(EntryKind::Answered, by, format!("{} {}{said}", order.number, answer.answer.name()));
    let another = sheet.live().is_some_and(|live| live.number != order.number);
    if let Some(status) = status {
        // What a firm says again of what it did does not end the work of the next one.
        if !another {
            moved(sheet, order, status, by);
        }
    } else {
        // The order is not live any more, so that nothing can refuse.
        activate(sheet, Occasion::Next).unwrap_or_default();
        given_up(sheet, order, by);
    }
    tell(sheet, order, Answered::Word(answer.answer.word()), (&answer.note, attached));
}

/// The ticket follows its order. An acceptance ends no wait but the contractor's own, and no inspection.
fn moved(sheet: &mut Sheet<'_>, order: &WorkOrder, status: Status, by: &str) {
    if status == Status::Accepted {
        let planned =
            sheet.ticket.status == Status::Inspection && sheet.ticket.facts.course.day.is_some();
        if planned {
            return;
        }
        if sheet.ticket.status.is_waiting() && !stopped_itself(sheet, order) {
            sheet.advance(status, by);
            return;
        }
    }
    // Who accepts has an order, wherever staff put the ticket since.
    if !sheet.ticket.status.may_become(status) {
        sheet.go(Status::Ordered, by);
    }
    // "Started" without "accepted" is both.
    if status == Status::InProgress {
        sheet.go(Status::Accepted, by);
    }
    sheet.go(status, by);
}

/// Whether the ticket stands still because the contractor said so.
fn stopped_itself(sheet: &Sheet<'_>, order: &WorkOrder) -> bool {
    order.state == OrderState::Suspended && sheet.ticket.status == Status::Suspended
}

/// A ticket whose order nobody has any more is the office's again.
pub(super) fn given_up(sheet: &mut Sheet<'_>, order: &WorkOrder, by: &str) {
    if sheet.live().is_some_and(|live| live.state != OrderState::Asked) {
        return;
    }
    let status = sheet.ticket.status;
    let was_theirs = matches!(status, Status::Ordered | Status::Accepted | Status::InProgress);
    if was_theirs || stopped_itself(sheet, order) {
        sheet.go(Status::Assigned, by);
    } else if status.is_waiting() {
        sheet.advance(Status::Assigned, by);
    }
}

/// A contractor seems to answer, and must confirm that it was them: the clock gives them the time of one more answer,
/// and staff hear of it.
pub(in crate::domain::decide) fn unconfirmed(
    sheet: &mut Sheet<'_>,
    order: &WorkOrder,
    answer: &ContractorAnswer,
    attached: &[AttachmentLine],
) {
    let firm = sheet.desk.rules.contractor(&order.contractor).cloned();
    let waits = order.state == OrderState::Sent && order.next_at.is_some();
    let longer = firm.filter(|_| waits).map(|firm| answer_by(sheet, &firm));
    // It counts as a change in any case: the news of the confirmed answer is a letter of its own.
    sheet.set(&order.number, order.state, longer.or(order.next_at));
    tell(sheet, order, Answered::Perhaps(answer.answer.word()), (&answer.note, attached));
}

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answered<'a> {
    /// The contractor answered, in a word.
    Word(&'a str),
    /// The same, when it is not certain yet that it was them.
    Perhaps(&'a str),
    /// The contractor did not answer in time.
    Silence,
    /// No address of the contractor could be reached.
    Unreached,
    /// Nobody allowed it.
    Unapproved,
}

/// Staff hear what came of an order, and who has it now; where nobody has an emergency any more they are woken.
pub(super) fn tell(
    sheet: &mut Sheet<'_>,
    order: &WorkOrder,
    what: Answered<'_>,
    (note, attached): (&str, &[AttachmentLine]),
) {
    let firm = name_of(sheet, &order.contractor);
    let over = sheet.orders.iter().any(|known| {
        known.number == order.number
            && matches!(known.state, OrderState::Refused | OrderState::Silent | OrderState::Denied)
    });
    let live = sheet.live().filter(|_| over).cloned();
    let name = |live: &WorkOrder| name_of(sheet, &live.contractor);
    let (asked, next): (Vec<_>, Vec<_>) =
        live.iter().partition(|live| live.state == OrderState::Asked);
    let decide = over && live.is_none();
    let news = News {
        answer: match what {
            Answered::Word(word) | Answered::Perhaps(word) => Some(word),
            Answered::Silence | Answered::Unreached | Answered::Unapproved => None,
        },
        unconfirmed: matches!(what, Answered::Perhaps(_)),
        unapproved: what == Answered::Unapproved,
        unreached: what == Answered::Unreached,
        note,
        attached,
        next: next.first().map(|live| name(live)),
        asked: asked.first().map(|live| name(live)),
        decide,
        confirmed: sheet.confirmed.clone(),
    };
    let urgent = decide && sheet.ticket.urgency == Urgency::Emergency;
    let called = if urgent { sheet.call() } else { None };
    let to = (order, called);
    let letters = letters::order_news(sheet.desk, &sheet.ticket, firm, to, news, sheet.now);
    sheet.letters.extend(letters);
}
