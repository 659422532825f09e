//! The ticket of an order changed: whoever has the order must know, or must not have it any more.

use super::activate::{activate, answer_by, ask, estimate, may_exceed};
use super::answered::Answered;
use super::due::silent;
use super::{Occasion, Sheet, asked};
use crate::domain::decide::letters;
use crate::domain::decide::same::needs_no_order;
use crate::domain::life::Status;
use crate::domain::order::{OrderState, WorkOrder, beyond, euro};
use crate::domain::place::same_district;
use crate::domain::rules::Contractor;
use crate::domain::ticket::{EntryKind, Ticket};

/// Takes the live order back; an error says in Italian that there is none.
pub(in crate::domain::decide) fn retract(sheet: &mut Sheet<'_>, by: &str) -> Result<(), String> {
    let Some(order) = sheet.live().cloned() else {
        return Err("non c'è nessun ordine da ritirare".to_owned());
    };
    take_back(sheet, &order, by, None);
    // A day that was planned stays planned: whoever gets the next order comes on it.
    if sheet.ticket.status == Status::Scheduled {
        sheet.advance(Status::Assigned, by);
    } else {
        sheet.go(Status::Assigned, by);
    }
    Ok(())
}

/// The firm hears that it is off, with the reason in Italian where there is one to give.
fn recall(sheet: &mut Sheet<'_>, order: &WorkOrder, why: Option<&str>) {
    if let Some(firm) = sheet.desk.rules.contractor(&order.contractor) {
        let letters = letters::order_retracted(sheet.desk, &sheet.ticket, firm, order, why);
        sheet.letters.extend(letters);
    }
}

fn take_back(sheet: &mut Sheet<'_>, order: &WorkOrder, by: &str, why: Option<&str>) {
    sheet.set(&order.number, OrderState::Retracted, None);
    if order.state != OrderState::Asked {
        recall(sheet, order, why);
    }
    sheet.note(EntryKind::Ordered, by, format!("work order {} taken back", order.number));
}

/// Why an order is taken back when staff close its ticket, for the firm.
const CLOSED: &str = "la segnalazione è stata chiusa";

/// Staff close the ticket: nobody sets out for it any more, and the firm hears so. Work that has begun counts as done,
/// and its cost with it.
pub(in crate::domain::decide) fn closed(sheet: &mut Sheet<'_>, by: &str) {
    let Some(order) = sheet.live().cloned() else { return };
    if !matches!(order.state, OrderState::Started | OrderState::Suspended) {
        take_back(sheet, &order, by, Some(CLOSED));
        return;
    }
    recall(sheet, &order, Some(CLOSED));
    sheet.set(&order.number, OrderState::Done, None);
    let text = format!("work order {}: done, as the ticket was closed", order.number);
    sheet.note(EntryKind::Ordered, by, text);
}

/// Staff corrected what is to be done, or where: an order to a firm that did it `before` and does not do it there is
/// taken back, and the right one is looked for. Whom staff chose outside the rules keeps it.
pub(in crate::domain::decide) fn corrected(sheet: &mut Sheet<'_>, before: &Ticket, by: &str) {
    if sheet.ticket.status.is_ended() || sheet.ticket.status == Status::Done {
        return;
    }
    let wrong = sheet.live().is_some_and(|order| {
        let firm = sheet.desk.rules.contractor(&order.contractor);
        firm.is_none_or(|firm| does_it_there(firm, before) && !does_it_there(firm, &sheet.ticket))
    });
    if wrong {
        // It is live: there is something to take back.
        retract(sheet, by).unwrap_or_default();
    }
    revalued(sheet, before, by);
    let status = sheet.ticket.status;
    let over = status.is_ended() || status == Status::Done;
    if sheet.live().is_none() && !over && !needs_no_order(&sheet.ticket) {
        activate(sheet, Occasion::Found(None)).unwrap_or_default();
    }
}

/// Another kind of work has another usual cost: the limits are held against that one. Beyond them an order that nobody
/// took on is taken back, and whoever may exceed them is asked; one that somebody is at stays, and they read of it.
fn revalued(sheet: &mut Sheet<'_>, before: &Ticket, by: &str) {
    let cents = estimate(sheet);
    let other = |order: &&WorkOrder| order.cents != cents;
    let changed = sheet.ticket.subcategory != before.subcategory;
    let Some(order) = sheet.live().filter(other).filter(|_| changed).cloned() else { return };
    let Some(firm) = sheet.desk.rules.contractor(&order.contractor).cloned() else { return };
    let used = sheet.used.get(&firm.id).copied().unwrap_or_default();
    let counted = order.state.is_committed() && order.period == sheet.period(&firm);
    let used = if counted { used.without(&order) } else { used };
    let over = beyond(&firm.limits, used, cents);
    let forbidden = !over.is_empty() && !order.beyond && !may_exceed(sheet, &firm, by);
    if forbidden && order.state == OrderState::Sent {
        take_back(sheet, &order, by, None);
        sheet.go(Status::Assigned, by);
        let doubts: Vec<String> = over.iter().map(|over| over.text_it().to_owned()).collect();
        ask(sheet, &firm, &doubts);
        return;
    }
    let estimate =
        cents.map_or_else(|| "unknown".to_owned(), |cents| format!("{} euro", euro(cents)));
    let why: Vec<&str> = over.iter().map(|over| over.text()).collect();
    let why = if why.is_empty() { String::new() } else { format!(": {}", why.join("; ")) };
    let text = format!("work order {}: estimate now {estimate}{why}", order.number);
    if order.state == OrderState::Asked {
        sheet.keep(WorkOrder { cents, ..order });
    } else {
        let order = WorkOrder { cents, beyond: !over.is_empty(), ..order };
        if forbidden {
            let order = (&order, used.with(&order));
            let told =
                letters::order_copies(sheet.desk, &sheet.ticket, &firm, order, &over, sheet.now);
            sheet.letters.extend(told);
        }
        sheet.keep(order);
    }
    sheet.note(EntryKind::Ordered, by, text);
}

/// Whether a firm does a ticket's work where it is; a district that is not known takes it from nobody.
pub(in crate::domain::decide) fn does_it_there(firm: &Contractor, ticket: &Ticket) -> bool {
    let matter = ticket.matter();
    let there = |district: &str| firm.districts.iter().any(|own| same_district(own, district));
    let code = matter.subcategory.unwrap_or_default();
    firm.subcategories.iter().any(|known| known == code)
        && (firm.districts.is_empty() || matter.district.is_none_or(there))
}

/// The order that is out already, once more with what the ticket says now, to every address that may have it; false
/// when there is none.
pub(in crate::domain::decide) fn order_again(sheet: &mut Sheet<'_>) -> bool {
    let sent = sheet.live().filter(|order| order.state != OrderState::Asked).cloned();
    let Some(order) = sent else { return false };
    let Some(firm) = sheet.desk.rules.contractor(&order.contractor).cloned() else { return false };
    for address in &firm.addresses {
        // After each change of its ticket it is a letter of its own.
        let cause = format!("order:{}:again:{}", order.number, sheet.ticket.version);
        let to = (&firm, address.as_str(), cause);
        let letter = letters::work_order(sheet.desk, &sheet.ticket, to, &order, sheet.now);
        sheet.letters.push(letter);
    }
    true
}

/// Staff send the live order to its firm once more, which has its full time to answer again; its number, or in Italian
/// why there is nothing to send.
pub(in crate::domain::decide) fn send_again(
    sheet: &mut Sheet<'_>,
    by: &str,
) -> Result<String, String> {
    let Some(order) = sheet.live().cloned() else {
        return Err(
            "non c'è nessun ordine da rimandare: per attivare un'impresa scriva #ordina".to_owned()
        );
    };
    let number = order.number.clone();
    if order.state == OrderState::Asked {
        return Err(format!(
            "l'ordine {number} non è ancora partito: si aspetta la risposta alla richiesta, SI oppure NO"
        ));
    }
    let Some(firm) = sheet.desk.rules.contractor(&order.contractor).cloned() else {
        return Err(format!("l'impresa «{}» non è più nelle regole", order.contractor));
    };
    if order.state == OrderState::Sent {
        let next_at = Some(answer_by(sheet, &firm));
        sheet.keep(WorkOrder { asked: 1, next_at, ..order });
    }
    order_again(sheet);
    // The next time it is a letter of its own again.
    sheet.change();
    sheet.note(EntryKind::Ordered, by, format!("work order {number}: sent again"));
    Ok(number)
}

/// The ticket became an emergency: an order that is out is sent again as one, with minutes to answer unless somebody is
/// at work; a question that is open is asked anew; else a firm is activated.
pub(in crate::domain::decide) fn hastened(sheet: &mut Sheet<'_>, by: &str) {
    let Some(order) = sheet.live().cloned() else {
        // Nothing stands in the way; where no contractor may be activated nothing happens.
        activate(sheet, Occasion::Found(None)).unwrap_or_default();
        return;
    };
    if order.state == OrderState::Asked {
        asked::hastened(sheet, order);
        return;
    }
    let Some(firm) = sheet.desk.rules.contractor(&order.contractor).cloned() else {
        silent(sheet, &order, Answered::Silence);
        return;
    };
    if order.state != OrderState::Started {
        // Who accepted it for next week must say that they come now.
        let next_at = Some(answer_by(sheet, &firm));
        sheet.keep(WorkOrder { state: OrderState::Sent, asked: 1, next_at, ..order.clone() });
        sheet.go(Status::Ordered, by);
    }
    order_again(sheet);
    let used = sheet.used.get(&firm.id).copied().unwrap_or_default();
    let copies =
        letters::order_copies(sheet.desk, &sheet.ticket, &firm, (&order, used), &[], sheet.now);
    sheet.letters.extend(copies);
    let text = format!("work order {}: sent again as an emergency", order.number);
    sheet.note(EntryKind::Ordered, by, text);
}
