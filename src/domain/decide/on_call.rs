//! An emergency: whoever is on call is told at once, at any hour, and again, down the list of addresses and
//! from its beginning, until a person takes the ticket. Nobody else is alerted: that is for the 112.

use std::time::Duration;

use super::letters::{self, Draft};
use super::{Arrival, Change, Decision, KnownLetter, Snapshot};
use crate::domain::desk::Desk;
use crate::domain::kind::Kind;
use crate::domain::language::Language;
use crate::domain::letter::context::{OnCallContext, UnansweredContext, Wording, shortened};
use crate::domain::letter::{Letter, LetterKind};
use crate::domain::mail::Address;
use crate::domain::rules::OnCall;
use crate::domain::ticket::{Call, Entry, EntryKind, OURSELVES, Ticket};
use crate::domain::time::Timestamp;
use crate::domain::urgency::Urgency;

/// A call: the letter, and the line of the history that says so.
pub(super) type Called = (Letter, Entry);

/// Begins to call for a new emergency, whose new values are written down by whoever asks.
pub(super) fn begin(desk: &Desk, ticket: &mut Ticket, now: Timestamp) -> Option<Called> {
    if ticket.urgency != Urgency::Emergency || ticket.status.is_ended() {
        return None;
    }
    let contact = desk.on_call(&ticket.office, now)?;
    // Whoever had it has it no more.
    ticket.facts.course.taken = None;
    Some(next(desk, contact, ticket, 0, now))
}

/// The call after `made` ones: the next address, and when the one behind it is due.
fn next(desk: &Desk, contact: &OnCall, ticket: &mut Ticket, made: u32, now: Timestamp) -> Called {
    let call = made.saturating_add(1);
    let pause = Duration::from_mins(contact.repeat_minutes.into());
    ticket.call = Some(Call { made: call, next_at: now.plus(pause) });
    let called = contact.called(desk.hours.date_of(now));
    let turn = usize::try_from(made).unwrap_or(usize::MAX).checked_rem(called.len());
    let address = turn.and_then(|turn| called.get(turn).copied()).cloned().unwrap_or_default();
    let text = format!("call {call} of {}: {address} was written to", contact.calls_max);
    let entry = Entry { kind: EntryKind::Called, author: OURSELVES.to_owned(), text };
    (letter(desk, contact, ticket, call, address), entry)
}

fn letter(desk: &Desk, contact: &OnCall, ticket: &Ticket, call: u32, address: String) -> Letter {
    let (text, text_cut) = shortened(&ticket.facts.text);
    let context = OnCallContext {
        number: ticket.number.clone(),
        organisation: desk.organisation.clone(),
        received: desk.hours.moment(ticket.received_at),
        urgency_because: ticket.facts.urgency_because.clone(),
        category: ticket.category.map(Wording::category),
        subcategory: letters::subcategory(desk, ticket),
        office: letters::office_name(desk, ticket),
        place: ticket.place.clone(),
        requester_name: ticket.requester.name.clone(),
        requester_address: ticket.requester.address.clone(),
        subject: ticket.subject.clone(),
        text,
        text_cut,
        call,
        calls: contact.calls_max,
        last: call >= contact.calls_max,
        repeat_minutes: contact.repeat_minutes,
    };
    Draft {
        kind: LetterKind::OnCall,
        ticket: Some(ticket),
        // The version tells the calls of one emergency from those of a later one.
        cause: format!("call:{}:{}:{call}", ticket.number, ticket.version),
        recipient: Address { name: String::new(), address },
        template: LetterKind::OnCall.name(),
        language: Language::It,
        hold: None,
    }
    .letter(desk, &context)
}

/// The clock came to a ticket's next call.
pub(super) fn due(desk: &Desk, snapshot: &Snapshot, now: Timestamp) -> Decision {
    let Some(before) = &snapshot.ticket else {
        return Decision::nothing("there is no such ticket");
    };
    let Some(call) = before.call else {
        return Decision::nothing("nobody is being called");
    };
    if call.next_at > now {
        return Decision::nothing("the next call is not due yet");
    }
    let mut ticket = changed(before, now);
    let contact = desk.on_call(&ticket.office, now);
    if let Some(contact) = contact.filter(|contact| call.made < contact.calls_max) {
        let (letter, entry) = next(desk, contact, &mut ticket, call.made, now);
        let reasons = vec![entry.text.clone()];
        let changes = written(ticket, entry);
        return Decision { outcome: None, changes, letters: vec![letter], reasons };
    }
    ticket.call = None;
    let text = format!("nobody took it after {} calls: no more are made", call.made);
    let reasons = vec![text.clone()];
    let entry = Entry { kind: EntryKind::Called, author: OURSELVES.to_owned(), text };
    let letters = unanswered(desk, &ticket, (call.made, None), now);
    Decision { outcome: None, changes: written(ticket, entry), letters, reasons }
}

/// To the office and to staff: the calls ended and nobody took the emergency, or one of them could not be delivered
/// and there is no other address.
fn unanswered(
    desk: &Desk,
    ticket: &Ticket,
    (made, unreached): (u32, Option<&str>),
    now: Timestamp,
) -> Vec<Letter> {
    let context = UnansweredContext {
        number: ticket.number.clone(),
        organisation: desk.organisation.clone(),
        received: desk.hours.moment(ticket.received_at),
        category: ticket.category.map(Wording::category),
        subcategory: letters::subcategory(desk, ticket),
        place: ticket.place.clone(),
        subject: ticket.subject.clone(),
        text: shortened(&ticket.facts.text).0,
        calls: made,
        unreached: unreached.map(str::to_owned),
    };
    let mut addresses = desk.addressees(desk.office_of(ticket), now);
    let others: Vec<String> =
        desk.staff.iter().filter(|address| !addresses.contains(address)).cloned().collect();
    addresses.extend(others);
    // An address that is dead for every call is told of once.
    let cause = match unreached {
        Some(address) => format!("unreached:{}:{address}", ticket.number),
        None => format!("unanswered:{}:{}", ticket.number, ticket.version),
    };
    letters::notices_to(desk, &addresses, ticket, &cause, "unanswered", &context)
}

/// Staff took a ticket: they are at it, and the calls end.
pub(super) fn take(snapshot: &Snapshot, note: Option<&str>, by: &str, now: Timestamp) -> Decision {
    let Some(before) = &snapshot.ticket else {
        return Decision::nothing("there is no such ticket");
    };
    if before.status.is_ended() {
        return Decision::nothing("the ticket is closed");
    }
    let text = note.map_or_else(|| "taken".to_owned(), |note| format!("taken: {note}"));
    let mut ticket = changed(before, now);
    ticket.take_on(now);
    let entry = Entry { kind: EntryKind::Taken, author: by.to_owned(), text: text.clone() };
    let changes = written(ticket, entry);
    Decision { outcome: None, changes, letters: Vec::new(), reasons: vec![text] }
}

/// Whoever answers a call takes the ticket, whatever they write; a machine that answers does not.
pub(super) fn taken_by(
    desk: &Desk,
    before: &Ticket,
    arrival: &Arrival,
    author: &str,
    now: Timestamp,
) -> Vec<Change> {
    let person = arrival.kind.acknowledge || arrival.kind.kind == Kind::Command;
    let answered = arrival.mail.ancestors().into_iter().find_map(|id| desk.signer.verify(id));
    if before.call.is_none() || !person || answered != Some(LetterKind::OnCall) {
        return Vec::new();
    }
    let mut ticket = changed(before, now);
    ticket.take_on(now);
    let text = "taken: answered the call".to_owned();
    written(ticket, Entry { kind: EntryKind::Taken, author: author.to_owned(), text })
}

/// A call that did not arrive is no call: while there are addresses that were not tried, the next one is
/// written to at once; when there is none, the office and staff are told.
pub(super) fn unreached(
    desk: &Desk,
    before: &Ticket,
    lost: &KnownLetter,
    now: Timestamp,
) -> Option<(Vec<Change>, Vec<Letter>)> {
    let call = before.call.filter(|_| lost.kind == LetterKind::OnCall)?;
    let contact = desk.on_call(&before.office, now);
    let tried = usize::try_from(call.made).unwrap_or(usize::MAX);
    let left =
        |contact: &&OnCall| tried < contact.everybody().count() && call.made < contact.calls_max;
    let Some(contact) = contact.filter(left) else {
        let told = unanswered(desk, before, (call.made, Some(&lost.recipient)), now);
        return Some((Vec::new(), told));
    };
    let mut ticket = changed(before, now);
    let (letter, entry) = next(desk, contact, &mut ticket, call.made, now);
    Some((written(ticket, entry), vec![letter]))
}

fn changed(before: &Ticket, now: Timestamp) -> Ticket {
    let mut ticket = before.clone();
    ticket.touch(now);
    ticket
}

fn written(ticket: Ticket, entry: Entry) -> Vec<Change> {
    let number = ticket.number.clone();
    vec![Change::Update(Box::new(ticket)), Change::Enter { ticket: number, entry }]
}
