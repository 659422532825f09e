//! Staff acted.

use super::letters;
use super::on_call;
use super::work::{self, Sheet};
use super::{Change, Correction, Decision, Snapshot};
use crate::domain::classify::Verdict;
use crate::domain::desk::Desk;
use crate::domain::place::place;
use crate::domain::ticket::{Entry, EntryKind, STAFF, Status, Ticket};
use crate::domain::time::Timestamp;
use crate::domain::urgency::Urgency;

/// The label of a ticket that is none of ours.
const NOT_OURS: &str = "none";

pub(super) fn correct(
    desk: &Desk,
    snapshot: &Snapshot,
    correction: &Correction,
    by: &str,
    now: Timestamp,
) -> Decision {
    let Some(before) = &snapshot.ticket else {
        return Decision::nothing("there is no such ticket");
    };
    let mut after = corrected(desk, before, correction, now);
    let labels = labels(before, &after);
    if labels.is_empty() {
        return Decision::nothing("the ticket already says so");
    }
    let texts: Vec<String> = labels
        .iter()
        .map(|(field, old, new)| format!("{field}: {} → {new}", old.as_deref().unwrap_or("none")))
        .collect();
    let text = texts.join("; ");
    let entry = Entry { kind: EntryKind::Correction, author: by.to_owned(), text: text.clone() };
    let cause = format!("ticket:{}:{}", after.number, after.version);
    let mut letters = Vec::new();
    let taken = before.category.is_none() && after.category.is_some();
    if after.office != before.office || taken {
        letters.extend(letters::reassigned(desk, &after, &cause, now));
    }
    // Who corrects a ticket is at it; who makes it an emergency wants somebody to be.
    after.take_on(now);
    let called =
        (before.urgency != after.urgency).then(|| on_call::begin(desk, &mut after, now)).flatten();
    let number = after.number.clone();
    let subject_changed = after.subcategory != before.subcategory || after.urgency < before.urgency;
    let renewed = after.clone();
    let mut changes =
        vec![Change::Update(Box::new(after)), Change::Enter { ticket: number.clone(), entry }];
    if let Some((letter, entry)) = called {
        letters.push(letter);
        changes.push(Change::Enter { ticket: number.clone(), entry });
    }
    if subject_changed || renewed.place != before.place {
        let mut sheet = Sheet::of(desk, snapshot, &renewed, now);
        reordered(&mut sheet, before, by);
        let (_, more, owed) = sheet.finish();
        changes.extend(more);
        letters.extend(owed);
    }
    changes.extend(labels.into_iter().map(|(field, before, after)| Change::Label {
        ticket: number.clone(),
        field: field.to_owned(),
        before,
        after,
    }));
    Decision { outcome: None, changes, letters, reasons: vec![text] }
}

/// What a correction means for the order that is out: whoever was sent must know what it is, where it really is and how
/// urgent; an order that was just written says so already.
fn reordered(sheet: &mut Sheet<'_>, before: &Ticket, by: &str) {
    work::corrected(sheet, before, by);
    if !sheet.letters.is_empty() || sheet.live().is_none() {
        return;
    }
    let (old, new) = (before.urgency, sheet.ticket.urgency);
    if new < old && new == Urgency::Emergency {
        work::hastened(sheet, by);
    } else if sheet.ticket.place != before.place || sheet.ticket.subcategory != before.subcategory {
        work::order_again(sheet);
    }
}

fn corrected(desk: &Desk, before: &Ticket, correction: &Correction, now: Timestamp) -> Ticket {
    let mut ticket = before.clone();
    if let Some(category) = correction.category {
        if ticket.category != Some(category) {
            ticket.subcategory = None;
        }
        ticket.category = Some(category);
    }
    if let Some(known) =
        correction.subcategory.as_deref().and_then(|code| desk.rules.subcategory(code))
    {
        ticket.subcategory = Some(known.code.clone());
        ticket.category = Some(known.category);
    }
    if correction.not_ours || correction.refer.is_some() {
        (ticket.category, ticket.subcategory) = (None, None);
        disown(&mut ticket, correction.refer.as_ref());
    } else if let Some(verdict) =
        ticket.facts.verdict.as_mut().filter(|_| ticket.category.is_some())
    {
        (verdict.out_of_competence, verdict.refer) = (false, None);
    }
    if let Some(urgency) = correction.urgency {
        ticket.urgency = urgency;
    }
    if let Some(written) = &correction.place {
        ticket.place = Some(written.clone());
        ticket.facts.place = place("", written, "", desk.rules.places());
    }
    if (ticket.category.is_some() || is_disowned(&ticket)) && ticket.status == Status::ToCheck {
        ticket.enter_status(Status::Received, now);
    }
    // No office need be told of what is none of ours.
    if !is_disowned(&ticket) {
        desk.reroute(before, &mut ticket);
    }
    ticket.touch(now);
    ticket
}

/// Writes down that a ticket is none of ours, and whose it is when that is known.
fn disown(ticket: &mut Ticket, refer: Option<&String>) {
    let unread = || Verdict {
        category: None,
        subcategory: None,
        confidence: 0.0,
        candidates: Vec::new(),
        abstained: false,
        out_of_competence: true,
        refer: None,
        because: Vec::new(),
        model: STAFF.to_owned(),
    };
    let verdict = ticket.facts.verdict.get_or_insert_with(unread);
    (verdict.category, verdict.subcategory) = (None, None);
    (verdict.abstained, verdict.out_of_competence) = (false, true);
    if refer.is_some() {
        verdict.refer = refer.cloned();
    }
}

pub(super) fn is_disowned(ticket: &Ticket) -> bool {
    let verdict = ticket.facts.verdict.as_ref();
    ticket.category.is_none() && verdict.is_some_and(|verdict| verdict.out_of_competence)
}

/// Field, what the ticket said, what is right.
fn labels(before: &Ticket, after: &Ticket) -> Vec<(&'static str, Option<String>, String)> {
    let category = |ticket: &Ticket| match ticket.category {
        Some(category) => Some(category.name().to_owned()),
        None => is_disowned(ticket).then(|| NOT_OURS.to_owned()),
    };
    let refer = |ticket: &Ticket| {
        let verdict = ticket.facts.verdict.as_ref().filter(|_| is_disowned(ticket));
        verdict.and_then(|verdict| verdict.refer.clone())
    };
    let urgency = |ticket: &Ticket| Some(ticket.urgency.name().to_owned());
    [
        ("category", category(before), category(after)),
        ("subcategory", before.subcategory.clone(), after.subcategory.clone()),
        ("refer", refer(before), refer(after)),
        ("urgency", urgency(before), urgency(after)),
        ("place", before.place.clone(), after.place.clone()),
    ]
    .into_iter()
    .filter(|(_, before, after)| before != after)
    .filter_map(|(field, before, after)| Some((field, before, after?)))
    .collect()
}
