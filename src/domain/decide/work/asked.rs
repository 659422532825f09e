//! Staff are asked whether a contractor may be activated; a word is enough, and silence asks the next.

use std::time::Duration;

use super::activate::{dispatched, may_exceed, name_of, over, reasons_to_ask};
use super::answered::{Answered, tell};
use super::{BY_ITSELF, Sheet, activate};
use crate::domain::decide::letters::{self, Asking};
use crate::domain::order::{OrderState, WorkOrder};
use crate::domain::rules::Contractor;
use crate::domain::ticket::EntryKind;
use crate::domain::time::Timestamp;
use crate::domain::urgency::Urgency;

/// Minutes between one who is asked and the next when nobody on call says otherwise.
const REPEAT_MINUTES: u32 = 10;

/// Everybody is asked so many times before it ends.
const ROUNDS: u32 = 2;

/// Asks the first contact.
pub(super) fn first(sheet: &mut Sheet<'_>, firm: &Contractor, order: WorkOrder, doubts: &[String]) {
    let contacts = contacts(sheet, firm);
    if contacts.is_empty() {
        let text = format!("nobody can be asked whether {} may be activated", firm.name);
        sheet.note(EntryKind::Ordered, BY_ITSELF, text);
        sheet.call();
        return;
    }
    let text =
        format!("staff are asked whether {} may be activated: {}", firm.name, doubts.join("; "));
    sheet.note(EntryKind::Ordered, BY_ITSELF, text);
    next(sheet, firm, order, &contacts, doubts);
}

/// The question once more, to the next contact; whoever is left after the last round hears that it ends.
pub(super) fn again(sheet: &mut Sheet<'_>, order: WorkOrder) {
    let firm = sheet.desk.rules.contractor(&order.contractor).cloned();
    // A firm that left the rules is not asked about any more.
    if let Some(firm) = firm {
        let contacts = contacts(sheet, &firm);
        if order.asked < rounds(&contacts) {
            let doubts = reasons_to_ask(sheet, &firm);
            next(sheet, &firm, order, &contacts, &doubts);
            return;
        }
    }
    unapproved(sheet, &order);
}

/// Nobody allowed it: the order never leaves, and staff hear so.
fn unapproved(sheet: &mut Sheet<'_>, order: &WorkOrder) {
    let name = name_of(sheet, &order.contractor);
    let text = format!("nobody answered whether {name} may be activated: no order left");
    sheet.set(&order.number, OrderState::Denied, None);
    sheet.note(EntryKind::Ordered, BY_ITSELF, text);
    tell(sheet, order, Answered::Unapproved, ("", &[]));
}

/// The ticket became an emergency while staff are asked: whoever is asked first of an emergency is asked now, and a whole
/// round is left.
pub(super) fn hastened(sheet: &mut Sheet<'_>, mut order: WorkOrder) {
    let firm = sheet.desk.rules.contractor(&order.contractor).cloned();
    let count = firm.as_ref().map_or(0, |firm| contacts(sheet, firm).len());
    let round = u32::try_from(count).unwrap_or(u32::MAX);
    order.asked = order.asked.checked_next_multiple_of(round).unwrap_or(order.asked);
    if let Some(firm) = firm.filter(|_| round > 0 && order.asked >= round.saturating_mul(ROUNDS)) {
        // The old question is worn out: it is put anew.
        sheet.set(&order.number, OrderState::Retracted, None);
        let doubts = reasons_to_ask(sheet, &firm);
        activate::ask(sheet, &firm, &doubts);
        return;
    }
    again(sheet, order);
}

/// The question did not reach whom it was sent to: while there are contacts that were not asked, the next one is
/// asked at once; where there is no other at all it ends, and staff hear so; else the clock goes on.
pub(in crate::domain::decide) fn unreached(sheet: &mut Sheet<'_>, address: &str) {
    let open = |order: &&WorkOrder| order.state == OrderState::Asked && order.next_at.is_some();
    let Some(order) = sheet.orders.iter().find(open).cloned() else { return };
    let Some(firm) = sheet.desk.rules.contractor(&order.contractor).cloned() else { return };
    let contacts = contacts(sheet, &firm);
    let asked = usize::try_from(order.asked).unwrap_or(usize::MAX);
    let last = asked.checked_sub(1).and_then(|turn| contacts.get(turn));
    let is_last = last.is_some_and(|last| last.eq_ignore_ascii_case(address));
    if is_last && asked < contacts.len() {
        let doubts = reasons_to_ask(sheet, &firm);
        next(sheet, &firm, order, &contacts, &doubts);
    } else if is_last && contacts.len() == 1 {
        unapproved(sheet, &order);
    }
}

/// How often the question is asked at most.
fn rounds(contacts: &[String]) -> u32 {
    u32::try_from(contacts.len()).unwrap_or(u32::MAX).saturating_mul(ROUNDS)
}

fn next(
    sheet: &mut Sheet<'_>,
    firm: &Contractor,
    mut order: WorkOrder,
    contacts: &[String],
    doubts: &[String],
) {
    let turn = usize::try_from(order.asked).unwrap_or(usize::MAX);
    let turn = turn.checked_rem(contacts.len()).unwrap_or(0);
    let Some(address) = contacts.get(turn) else { return };
    order.asked = order.asked.saturating_add(1);
    order.next_at = Some(sheet.now.plus(pause(sheet)));
    order.period = sheet.period(firm);
    let used = sheet.used.get(&firm.id).copied().unwrap_or_default();
    let letter = letters::approval(
        sheet.desk,
        &sheet.ticket,
        (firm, used),
        &order,
        Asking { reasons: doubts, calls: rounds(contacts), now: sheet.now },
        address,
    );
    sheet.letters.push(letter);
    sheet.keep(order);
}

/// An emergency is asked about every few minutes; anything else can wait for a working day.
fn pause(sheet: &Sheet<'_>) -> Duration {
    if sheet.ticket.urgency == Urgency::Emergency {
        let minutes =
            sheet.desk.on_call(&sheet.ticket.office, sheet.now).map(|it| it.repeat_minutes);
        return Duration::from_mins(minutes.unwrap_or(REPEAT_MINUTES).into());
    }
    sheet.desk.office_hours(&sheet.ticket).add_working_days(sheet.now, 1).since(sheet.now)
}

/// Who is asked, in order: beyond a limit those who may exceed it and nobody else, whose word would not count; otherwise
/// whoever is on call for an emergency, the office, and staff at last.
fn contacts(sheet: &Sheet<'_>, firm: &Contractor) -> Vec<String> {
    let beyond = !over(sheet, firm).is_empty();
    let mut contacts = if beyond { firm.exceed.clone() } else { Vec::new() };
    if contacts.is_empty() {
        contacts.extend(on_duty(sheet, sheet.now));
        contacts.extend(sheet.desk.staff.iter().cloned());
    }
    let mut seen = std::collections::BTreeSet::new();
    contacts.retain(|address| seen.insert(address.to_lowercase()));
    contacts
}

/// Whoever is at work for the ticket's office at an instant: on call for an emergency, and the office.
fn on_duty(sheet: &Sheet<'_>, at: Timestamp) -> Vec<String> {
    let day = sheet.desk.hours.date_of(at);
    let urgent = sheet.ticket.urgency == Urgency::Emergency;
    let on_call = sheet.desk.on_call(&sheet.ticket.office, at).filter(|_| urgent);
    let called = on_call.map(|on_call| on_call.called(day)).unwrap_or_default();
    let office = sheet.desk.office_of(&sheet.ticket).addressees(day);
    called.into_iter().cloned().chain(office).collect()
}

/// Whether a mail that answers these letters answers the question about this order, whomever it was put to: one about
/// another firm allows nothing here.
fn is_answered(sheet: &Sheet<'_>, order: &WorkOrder, by: &str, answers: &[String]) -> bool {
    let exceed = sheet.desk.rules.contractor(&order.contractor).map(|firm| firm.exceed.clone());
    let mut asked = vec![by.to_owned()];
    asked.extend(exceed.unwrap_or_default());
    asked.extend(on_duty(sheet, order.made_at));
    asked.extend(on_duty(sheet, sheet.now));
    asked.extend(sheet.desk.staff.iter().cloned());
    asked.iter().any(|address| {
        (1..=order.asked).any(|turn| {
            let id = letters::approval_id(sheet.desk, order, turn, address);
            answers.contains(&id)
        })
    })
}

/// Somebody answered the question by a mail that answers these letters; an error says in Italian why it changes
/// nothing.
pub(in crate::domain::decide) fn answer(
    sheet: &mut Sheet<'_>,
    (yes, answers): (bool, &[String]),
    by: &str,
) -> Result<(), String> {
    let asked = sheet.orders.iter().find(|order| order.state == OrderState::Asked).cloned();
    let Some(order) = asked else {
        return Err(
            "la richiesta non vale più: ha già avuto una risposta, o il tempo per darla è \
                    scaduto; per attivare un'impresa scriva #ordina"
                .to_owned(),
        );
    };
    if !is_answered(sheet, &order, by, answers) {
        let name = name_of(sheet, &order.contractor);
        return Err(format!(
            "la richiesta a cui risponde non vale più: ora si chiede se attivare {name}"
        ));
    }
    let status = sheet.ticket.status;
    if yes && status.is_ended() {
        return Err(format!("la segnalazione è «{}»: l'ordine non parte", status.italian()));
    }
    let Some(firm) = sheet.desk.rules.contractor(&order.contractor).cloned() else {
        return Err(format!("l'impresa «{}» non è più nelle regole", order.contractor));
    };
    if !yes {
        sheet.set(&order.number, OrderState::Denied, None);
        let text = format!("{} may not be activated", name_of(sheet, &order.contractor));
        sheet.note(EntryKind::Ordered, by, text);
        return Ok(());
    }
    if !firm.valid.holds(sheet.desk.hours.date_of(sheet.now)) {
        return Err(format!("il contratto di {} non è in vigore", firm.name));
    }
    let used = sheet.used.get(&firm.id).copied().unwrap_or_default();
    let over = crate::domain::order::beyond(&firm.limits, used, order.cents);
    if !over.is_empty() && !may_exceed(sheet, &firm, by) {
        return Err(format!(
            "oltre i limiti di {} può decidere solo {}",
            firm.name,
            firm.exceed.join(", ")
        ));
    }
    let sent = WorkOrder {
        state: OrderState::Sent,
        by: by.to_owned(),
        beyond: !over.is_empty(),
        // It counts in the period in which it leaves, whenever it was asked.
        period: sheet.period(&firm),
        asked: 1,
        next_at: Some(activate::answer_by(sheet, &firm)),
        ..order
    };
    dispatched(sheet, &firm, &sent);
    sheet.keep(sent);
    Ok(())
}
