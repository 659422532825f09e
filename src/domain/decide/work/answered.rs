//! A contractor answered.

use super::activate::name_of;
use super::{Occasion, Sheet, activate};
use crate::domain::command::{Answer, ContractorAnswer};
use crate::domain::decide::letters::{self, News};
use crate::domain::life::Status;
use crate::domain::order::{OrderState, WorkOrder};
use crate::domain::ticket::EntryKind;

/// Writes down what a contractor answers to an order, and what follows: staff hear of it, and where the firm
/// will not, the next one is looked for.
pub(in crate::domain::decide) fn answered(
    sheet: &mut Sheet<'_>,
    order: &WorkOrder,
    answer: &ContractorAnswer,
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
    if let Some(status) = status {
        // "Started" without "accepted" is both.
        if status == Status::InProgress {
            sheet.go(Status::Accepted, by);
        }
        sheet.go(status, by);
    }
    if answer.answer == Answer::Refused {
        // The order is not live any more, so that nothing can refuse.
        activate(sheet, Occasion::Next).unwrap_or_default();
    }
    tell(sheet, order, Some(answer.answer.word()), &answer.note);
}

/// Staff hear what came of an order, and who has it now.
pub(super) fn tell(sheet: &mut Sheet<'_>, order: &WorkOrder, answer: Option<&str>, note: &str) {
    let Some(firm) = sheet.desk.rules.contractor(&order.contractor).cloned() else { return };
    let given_up = sheet.orders.iter().any(|known| {
        known.number == order.number
            && matches!(known.state, OrderState::Refused | OrderState::Silent)
    });
    let next = sheet.live().filter(|_| given_up).map(|live| name_of(sheet, &live.contractor));
    let decide = given_up && next.is_none();
    let news = News { answer, note, next, decide };
    let letters = letters::order_news(sheet.desk, &sheet.ticket, &firm, order, news, sheet.now);
    sheet.letters.extend(letters);
}
