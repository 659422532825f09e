//! Which contractor is activated, and whether by itself: the modes and limits that the technicians set.

use std::time::Duration;

use super::{BY_ITSELF, Sheet, asked};
use crate::domain::decide::letters;
use crate::domain::letter::HoldReason;
use crate::domain::order::{Beyond, OrderState, WorkOrder, beyond, euro, is_engaged};
use crate::domain::rules::{Activation, Contractor};
use crate::domain::ticket::{EntryKind, Ticket};
use crate::domain::time::Timestamp;
use crate::domain::urgency::Urgency;

/// Below this probability it is in doubt which trade must come: staff are asked before anybody is sent.
const SURE_ABOVE: f64 = 0.5;

/// Why a contractor is looked for.
#[derive(Debug, Clone, Copy)]
pub(in crate::domain::decide) enum Occasion<'a> {
    /// The ticket came to be what it is; of old mail nobody is sent, and staff order where it is still needed.
    Found(Option<HoldReason>),
    /// The one before refused or stayed silent.
    Next,
    /// A person orders.
    Staff {
        /// Whom; none is whoever comes first.
        contractor: Option<&'a str>,
        /// Beyond the limits, too.
        beyond: bool,
        /// Who orders.
        by: &'a str,
    },
}

/// Activates a contractor, asks staff, or does nothing; an error says in Italian why a person's order cannot
/// be carried out.
pub(in crate::domain::decide) fn activate(
    sheet: &mut Sheet<'_>,
    occasion: Occasion<'_>,
) -> Result<(), String> {
    if let Some(live) = sheet.live() {
        let name = name_of(sheet, &live.contractor);
        return Err(format!(
            "c'è già l'ordine {} a {name}: lo ritiri con #ritira prima di farne un altro",
            live.number
        ));
    }
    let repeats = sheet.ticket.same_as.as_ref().filter(|same| same.confirmed);
    if let (Occasion::Staff { .. }, Some(same)) = (occasion, repeats) {
        return Err(format!(
            "è la stessa cosa della segnalazione {}: l'ordine si fa su quella, o prima le si separa con #dividi",
            same.number
        ));
    }
    if sheet.ticket.status.is_ended() {
        let status = sheet.ticket.status.italian();
        return Err(format!("la segnalazione è «{status}»: prima la riapra con #riapri"));
    }
    let Some(firm) = chosen(sheet, occasion)? else { return Ok(()) };
    let over = over(sheet, &firm);
    match occasion {
        Occasion::Staff { beyond, by, .. } => {
            let allowed = over.is_empty() || (beyond && may_exceed(sheet, &firm, by));
            if !allowed {
                return Err(refusal(&firm, &over));
            }
            send(sheet, &firm, by, !over.is_empty());
        }
        Occasion::Found(hold) => match (way(sheet, &firm), hold) {
            (Way::Leave, _) => {}
            // A letter that waits for staff must not be missed by the clock, nor wake anybody about old mail.
            (_, Some(hold)) => {
                let text = format!("{} was not activated: {}", firm.name, hold.text());
                sheet.note(EntryKind::Ordered, BY_ITSELF, text);
            }
            (Way::Send, None) => send(sheet, &firm, BY_ITSELF, false),
            (Way::Ask(doubts), None) => ask(sheet, &firm, &doubts),
        },
        Occasion::Next => match way(sheet, &firm) {
            Way::Send => send(sheet, &firm, BY_ITSELF, false),
            Way::Ask(_) | Way::Leave => ask(sheet, &firm, &reasons_to_ask(sheet, &firm)),
        },
    }
    Ok(())
}

/// Why staff are asked about a firm as things stand now, in Italian; a question that is asked again says so again.
pub(super) fn reasons_to_ask(sheet: &Sheet<'_>, firm: &Contractor) -> Vec<String> {
    let gave_up =
        |order: &WorkOrder| matches!(order.state, OrderState::Refused | OrderState::Silent);
    let mut reasons = Vec::new();
    if sheet.orders.iter().any(gave_up) {
        reasons.push("l'impresa precedente non interviene".to_owned());
    }
    reasons.extend(doubts(sheet, firm));
    if reasons.is_empty() {
        reasons.push("l'impresa si attiva solo con un'autorizzazione".to_owned());
    }
    reasons
}

enum Way {
    Send,
    /// Staff decide; why, in Italian.
    Ask(Vec<String>),
    /// Nothing by itself: staff order when they want to.
    Leave,
}

/// What the contractor's mode says of a ticket.
fn way(sheet: &Sheet<'_>, firm: &Contractor) -> Way {
    let urgent = sheet.ticket.urgency == Urgency::Emergency;
    match firm.activation {
        Activation::UrgentOnly | Activation::OnApproval if !urgent => Way::Leave,
        // The requester is asked where it is, and the answer activates somebody.
        Activation::Automatic if !urgent && sheet.ticket.place.is_none() => Way::Leave,
        Activation::Automatic | Activation::UrgentOnly | Activation::OnApproval => {
            let doubts = doubts(sheet, firm);
            if doubts.is_empty() { Way::Send } else { Way::Ask(doubts) }
        }
    }
}

/// Why a contractor is not sent without a word, in Italian: its mode, its limits, and what is unclear.
fn doubts(sheet: &Sheet<'_>, firm: &Contractor) -> Vec<String> {
    let mut doubts = Vec::new();
    let urgent = sheet.ticket.urgency == Urgency::Emergency;
    if urgent && firm.activation == Activation::OnApproval {
        doubts.push("l'impresa si attiva solo con un'autorizzazione".to_owned());
    }
    doubts.extend(over(sheet, firm).into_iter().map(|over| over.text_it().to_owned()));
    doubts.extend(unclear(&sheet.ticket, firm).into_iter().map(str::to_owned));
    doubts
}

/// What must be clear before somebody is sent out.
fn unclear(ticket: &Ticket, firm: &Contractor) -> Vec<&'static str> {
    let mut doubts = Vec::new();
    let verdict = ticket.facts.verdict.as_ref();
    let corrected = verdict.is_none_or(|verdict| verdict.subcategory != ticket.subcategory);
    if !corrected && verdict.is_some_and(|verdict| verdict.confidence < SURE_ABOVE) {
        doubts.push("il tipo di lavoro non è certo");
    }
    if ticket.place.is_none() {
        doubts.push("manca il luogo");
    } else if ticket.matter().district.is_none() && !firm.districts.is_empty() {
        doubts.push("il quartiere non è noto");
    }
    doubts
}

/// The firm that a person names, or the first that may be activated and was not tried.
fn chosen(sheet: &Sheet<'_>, occasion: Occasion<'_>) -> Result<Option<Contractor>, String> {
    let ticket = &sheet.ticket;
    let rules = &sheet.desk.rules;
    let day = sheet.desk.hours.local(sheet.now).date_naive();
    let district = ticket.matter().district;
    if let Occasion::Staff { contractor: Some(id), .. } = occasion {
        let firm =
            rules.contractor(id).ok_or_else(|| format!("l'impresa «{id}» non è nelle regole"))?;
        if !firm.valid.holds(day) {
            return Err(format!("il contratto di {} non è in vigore", firm.name));
        }
        return Ok(Some(firm.clone()));
    }
    // By itself no firm gets an order twice; staff may order again what they took back or did not allow.
    let staff = matches!(occasion, Occasion::Staff { .. });
    let failed = |order: &WorkOrder| match order.state {
        OrderState::Refused | OrderState::Silent => true,
        // Who did the work once may be sent again.
        OrderState::Done => false,
        _ => !staff,
    };
    let tried = |firm: &&&Contractor| {
        sheet.orders.iter().any(|order| order.contractor == firm.id && failed(order))
    };
    let code = ticket.subcategory.as_deref().unwrap_or_default();
    let firms = rules.contractors(code);
    let engaged = firms.iter().find(|firm| is_engaged(firm, code, district, day) && !tried(firm));
    // In an emergency a district that is not known keeps nobody from asking.
    let unplaced = !staff && district.is_none() && ticket.urgency == Urgency::Emergency;
    let perhaps = || firms.iter().find(|firm| unplaced && firm.valid.holds(day) && !tried(firm));
    let first = engaged.or_else(perhaps).copied().cloned();
    match (first, occasion) {
        (None, Occasion::Staff { .. }) => {
            Err("nessuna impresa delle regole fa questo lavoro in questo luogo".to_owned())
        }
        (firm, _) => Ok(firm),
    }
}

pub(super) fn over(sheet: &Sheet<'_>, firm: &Contractor) -> Vec<Beyond> {
    let used = sheet.used.get(&firm.id).copied().unwrap_or_default();
    beyond(&firm.limits, used, estimate(sheet))
}

/// The usual cost of the ticket's kind of work, in cents.
pub(super) fn estimate(sheet: &Sheet<'_>) -> Option<i64> {
    let code = sheet.ticket.subcategory.as_deref()?;
    sheet.desk.rules.subcategory(code)?.estimate_cents
}

/// Who may allow more than a limit: those whom the rules name.
pub(super) fn may_exceed(sheet: &Sheet<'_>, firm: &Contractor, by: &str) -> bool {
    // The command line is the admin's: whoever is there could as well change the rules.
    by == crate::domain::ticket::STAFF
        || firm.exceed.iter().any(|address| address.eq_ignore_ascii_case(by))
        || (firm.exceed.is_empty() && sheet.desk.is_staff(by))
}

fn refusal(firm: &Contractor, over: &[Beyond]) -> String {
    let why: Vec<&str> = over.iter().map(|over| over.text_it()).collect();
    let who =
        if firm.exceed.is_empty() { "il personale".to_owned() } else { firm.exceed.join(", ") };
    format!(
        "l'ordine a {} supera i limiti ({}): lo può autorizzare {who} con «#ordina {} oltre limite»",
        firm.name,
        why.join("; "),
        firm.id
    )
}

/// A work order leaves, with a copy to staff.
pub(super) fn send(sheet: &mut Sheet<'_>, firm: &Contractor, by: &str, beyond: bool) {
    let mut order = draft(sheet, firm, OrderState::Sent, by);
    order.beyond = beyond;
    order.asked = 1;
    order.next_at = Some(answer_by(sheet, firm));
    dispatched(sheet, firm, &order);
    sheet.keep(order);
}

/// What leaves when an order goes out.
pub(super) fn dispatched(sheet: &mut Sheet<'_>, firm: &Contractor, order: &WorkOrder) {
    let address = firm.addresses.first().cloned().unwrap_or_default();
    let cause = sheet.cause.take().unwrap_or_else(|| format!("order:{}", order.number));
    let to = (firm, address.as_str(), cause);
    let letter = letters::work_order(sheet.desk, &sheet.ticket, to, order, sheet.now);
    sheet.letters.push(letter);
    let used = sheet.used.get(&firm.id).copied().unwrap_or_default().with(order);
    // The everyday order stands in the office's notice; one that left at night is worth a letter.
    if sheet.ticket.urgency == Urgency::Emergency || order.beyond {
        let copies =
            letters::order_copies(sheet.desk, &sheet.ticket, firm, (order, used), &[], sheet.now);
        sheet.letters.extend(copies);
    }
    let money = order.cents.map(|cents| format!(", estimate {} euro", euro(cents)));
    let contact = letters::contact_on_site(sheet.desk, &sheet.ticket);
    let told =
        contact.map(|contact| format!(", with the requester's name and number: {}", contact.why));
    let text = format!(
        "work order {} to {} ({address}){}{}",
        order.number,
        firm.name,
        money.unwrap_or_default(),
        told.unwrap_or_default()
    );
    sheet.note(EntryKind::Ordered, &order.by.clone(), text);
    sheet.ordered(&order.by);
}

/// Staff are asked whether an order may leave.
pub(super) fn ask(sheet: &mut Sheet<'_>, firm: &Contractor, doubts: &[String]) {
    let order = draft(sheet, firm, OrderState::Asked, BY_ITSELF);
    asked::first(sheet, firm, order, doubts);
}

fn draft(sheet: &Sheet<'_>, firm: &Contractor, state: OrderState, by: &str) -> WorkOrder {
    let count = sheet.orders.len().saturating_add(1);
    WorkOrder {
        number: format!("{}/{count}", sheet.ticket.number),
        ticket: sheet.ticket.number.clone(),
        contractor: firm.id.clone(),
        state,
        cents: estimate(sheet),
        period: sheet.period(firm),
        by: by.to_owned(),
        beyond: false,
        asked: 0,
        next_at: None,
        made_at: sheet.now,
        version: 1,
    }
}

/// When an order must have been answered: an emergency at any hour, the others by the end of the next day on which
/// the firm works.
pub(super) fn answer_by(sheet: &Sheet<'_>, firm: &Contractor) -> Timestamp {
    if sheet.ticket.urgency == Urgency::Emergency {
        sheet.now.plus(Duration::from_mins(firm.answer_minutes.into()))
    } else {
        firm.hours.as_ref().unwrap_or(&sheet.desk.hours).add_working_days(sheet.now, 1)
    }
}

/// What a contractor is called; the id when the rules do not know it any more.
pub(super) fn name_of(sheet: &Sheet<'_>, id: &str) -> String {
    sheet.desk.rules.contractor(id).map_or_else(|| id.to_owned(), |firm| firm.name.clone())
}
