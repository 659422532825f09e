//! A mail arrived: where it ends, in the order in which the questions are asked.

use std::time::Duration;

use super::work::{Occasion, Sheet, activate};
use super::{Arrival, Change, Decision, Outcome, Snapshot};
use super::{continued, delivery, letters, on_call, said, same, second};
use crate::domain::claim::claims;
use crate::domain::command::is_command;
use crate::domain::desk::Desk;
use crate::domain::forward::PassedOn;
use crate::domain::kind::Kind;
use crate::domain::letter::redact::telephone;
use crate::domain::letter::{HoldReason, Letter};
use crate::domain::limits;
use crate::domain::mail::Address;
use crate::domain::thread;
use crate::domain::ticket::{Entry, EntryKind, Facts, OURSELVES, Status, Ticket};
use crate::domain::time::Timestamp;

/// After a server numbers a folder anew, a mail older than this that we do not know is probably one that
/// was dealt with long ago: its letters wait for staff.
const RESCAN_FRESH: Duration = Duration::from_hours(2);

/// Text of a mail kept in a history line, in characters; the whole mail is in the store.
pub(super) const ENTRY_CHARS_MAX: usize = 4000;

pub(super) fn decide(
    desk: &Desk,
    snapshot: &Snapshot,
    arrival: &Arrival,
    now: Timestamp,
) -> Decision {
    if snapshot.known {
        return Decision::filed("the same mail is already in the store".to_owned());
    }
    if is_history(arrival) {
        return Decision::filed("it was there before the mailbox was first read".to_owned());
    }
    if matches!(arrival.kind.kind, Kind::Bounce | Kind::PecReceipt) {
        return delivery::reported(desk, snapshot, arrival, now);
    }
    if !arrival.kind.ticket && arrival.kind.kind != Kind::Command {
        return Decision::filed(arrival.kind.reason.text().to_owned());
    }
    let sender = sender_of(arrival);
    match (thread::continues(&snapshot.candidates, &sender.address), &snapshot.ticket) {
        (Some(candidate), Some(ticket)) if candidate.number == ticket.number => {
            said::decide(desk, snapshot, ticket, arrival, &sender, now)
                .or_else(|| continued::decide(desk, snapshot, ticket, arrival, now))
                .unwrap_or_else(|| reopened(desk, snapshot, ticket, arrival, sender, now))
        }
        _ if orders_nothing_known(desk, arrival, &sender) => {
            letters::lost_command(desk, (snapshot, arrival), &sender, now)
        }
        _ => opened(desk, snapshot, arrival, sender, now),
    }
}

/// Orders of a colleague, at the top of a mail that is about no ticket: staff, an office, or who may exceed limits.
fn orders_nothing_known(desk: &Desk, arrival: &Arrival, sender: &Address) -> bool {
    let orders = || is_command(&arrival.mail.text) && arrival.kind.kind == Kind::Report;
    arrival.kind.kind == Kind::Command || (desk.may_order(&sender.address) && orders())
}

/// A new ticket for who writes long after theirs was closed, or then tells of a danger; each names the other.
fn reopened(
    desk: &Desk,
    snapshot: &Snapshot,
    closed: &Ticket,
    arrival: &Arrival,
    sender: Address,
    now: Timestamp,
) -> Decision {
    let mut decision = opened(desk, snapshot, arrival, sender, now);
    let link = |text: String| Entry { kind: EntryKind::Note, author: OURSELVES.to_owned(), text };
    let (new, old) = (&snapshot.next_number, &closed.number);
    decision.changes.push(Change::Enter {
        ticket: new.clone(),
        entry: link(format!("follows {old}, which had been closed")),
    });
    decision.changes.push(Change::Enter {
        ticket: old.clone(),
        entry: link(format!("its requester wrote again: {new}")),
    });
    decision.reasons.push(format!("it follows {old}, which has been closed"));
    decision
}

/// Delivered before the mailbox was first read, and met only because the folder was numbered anew.
fn is_history(arrival: &Arrival) -> bool {
    let delivered = arrival.mail.delivered_at.or(arrival.mail.sent_at);
    match (arrival.history_before, delivered) {
        (Some(start), Some(delivered)) => arrival.rescan && delivered < start,
        _ => false,
    }
}

/// The person to answer: the author, never an unrelated Reply-To. Addresses are kept in lower case.
pub(super) fn sender_of(arrival: &Arrival) -> Address {
    let mut sender = arrival.mail.from.clone().unwrap_or_default();
    sender.address = sender.address.to_lowercase();
    sender
}

fn opened(
    desk: &Desk,
    snapshot: &Snapshot,
    arrival: &Arrival,
    sender: Address,
    now: Timestamp,
) -> Decision {
    let mut second = second_of(desk, snapshot, arrival, &sender, now);
    let mut ticket = new_ticket(desk, snapshot, arrival, sender, now);
    let withheld = withheld(desk, snapshot, arrival, &ticket, now);
    let mut reasons = vec![arrival.kind.reason.text().to_owned()];
    let of_second = second.as_mut().map(|(_, ticket)| ticket);
    let (mut letters, called): (Vec<Letter>, Vec<Change>) = std::iter::once(&mut ticket)
        .chain(of_second)
        .filter_map(|ticket| call(desk, ticket, arrival, now))
        .unzip();
    let (mut order_spared, mut second_spared) = (false, false);
    let mut worked = Vec::new();
    if arrival.letters {
        if withheld.is_none_or(|why| matches!(why, Withheld::Held(_))) {
            let hold = withheld.and_then(Withheld::hold);
            let other = second.as_ref().map(|(_, ticket)| ticket);
            letters.push(letters::acknowledgement(desk, &ticket, other, arrival, hold, now));
        }
        let mut snapshot = snapshot.clone();
        // The order is made before the notice that names it, and leaves after it.
        let mut orders = Vec::new();
        order_spared =
            work(desk, &mut snapshot, &mut ticket, arrival, now, (&mut orders, &mut worked));
        letters.extend(letters::staff_notices(desk, &ticket, arrival, (withheld, &worked), now));
        if ticket.facts.course.claim {
            let because = claims(&arrival.mail.subject, &arrival.mail.text);
            letters.extend(letters::claim_notices(desk, &ticket, arrival, because));
        }
        letters.append(&mut orders);
        if let Some((arrival, ticket)) = &mut second {
            second_spared =
                work(desk, &mut snapshot, ticket, arrival, now, (&mut orders, &mut worked));
            letters.extend(letters::staff_notices(desk, ticket, arrival, (withheld, &worked), now));
            letters.append(&mut orders);
        }
    }
    if let Some(why) = withheld {
        reasons.push(format!("acknowledgement withheld: {}", why.text()));
    }
    let mut text = format!("opened: {}", reasons.join("; "));
    if let Some(suggested) = snapshot.candidates.first() {
        text.push_str("; possible follow-up of ");
        text.push_str(&suggested.number);
    }
    let entry = Entry { kind: EntryKind::Opened, author: OURSELVES.to_owned(), text };
    let number = ticket.number.clone();
    let note = arrival
        .passed_on
        .as_ref()
        .map(|passed| Change::Enter { ticket: number.clone(), entry: passing_note(passed) });
    let outcome = if arrival.kind.kind == Kind::Unreadable {
        Outcome::Quarantined(number.clone())
    } else {
        Outcome::Ticket(number.clone())
    };
    let duplicate = same::notes(&ticket, order_spared);
    let mut changes =
        vec![Change::Open(Box::new(ticket.clone())), Change::Enter { ticket: number, entry }];
    changes.extend(note);
    changes.extend(duplicate);
    if let Some((_, other)) = second {
        reasons.push(format!("a second problem became {}", other.number));
        let links = second::links(&ticket, &other);
        let duplicate = same::notes(&other, second_spared);
        changes.push(Change::Open(Box::new(other)));
        changes.extend(links);
        changes.extend(duplicate);
    }
    changes.extend(called);
    changes.extend(worked);
    Decision { outcome: Some(outcome), changes, letters, reasons }
}

/// An emergency is called out at once, unless the mail is old or nobody is to be written to.
pub(super) fn call(
    desk: &Desk,
    ticket: &mut Ticket,
    arrival: &Arrival,
    now: Timestamp,
) -> Option<(Letter, Change)> {
    if !arrival.letters || stale(arrival, now).is_some() {
        return None;
    }
    let (letter, entry) = on_call::begin(desk, ticket, now)?;
    Some((letter, Change::Enter { ticket: ticket.number.clone(), entry }))
}

/// The colleague who passed a report on stands in its history, with what they wrote above it.
fn passing_note(passed: &PassedOn) -> Entry {
    let author = passed.by.address.to_lowercase();
    let text = match passed.note.trim() {
        "" => "passed it on".to_owned(),
        note => note.chars().take(ENTRY_CHARS_MAX).collect(),
    };
    Entry { kind: EntryKind::Note, author, text }
}

/// The ticket of a second problem in the same mail, with that part of the mail.
fn second_of(
    desk: &Desk,
    snapshot: &Snapshot,
    arrival: &Arrival,
    sender: &Address,
    now: Timestamp,
) -> Option<(Arrival, Ticket)> {
    let matter = arrival.understood.second.as_deref()?;
    let snapshot = second::as_snapshot(snapshot).filter(|_| arrival.kind.kind == Kind::Report)?;
    let arrival = second::as_arrival(arrival, matter);
    let ticket = new_ticket(desk, &snapshot, &arrival, sender.clone(), now);
    Some((arrival, ticket))
}

/// A contractor is activated for a new ticket, or staff are asked, as the rules say. True when an order was
/// spared because the thing probably has one already.
pub(super) fn work(
    desk: &Desk,
    snapshot: &mut Snapshot,
    ticket: &mut Ticket,
    arrival: &Arrival,
    now: Timestamp,
    (letters, changes): (&mut Vec<Letter>, &mut Vec<Change>),
) -> bool {
    let hold = stale(arrival, now);
    let cause = format!("mail:{}", arrival.content_key);
    let mut sheet = Sheet::new(desk, snapshot, ticket, cause, now);
    // A new ticket has no order that could stand in the way.
    activate(&mut sheet, Occasion::Found(hold)).unwrap_or_default();
    if same::needs_no_order(ticket) {
        return !sheet.letters.is_empty();
    }
    // The second problem of the mail is held against what the first one left.
    snapshot.used.clone_from(&sheet.used);
    let (worked, more, owed) = sheet.into_parts();
    *ticket = worked;
    changes.extend(more);
    letters.extend(owed);
    false
}

/// Names and sizes of what was attached.
pub(super) fn attached(arrival: &Arrival) -> Vec<String> {
    let attachments = arrival.mail.attachments.iter();
    attachments.map(|it| format!("{} ({} bytes)", it.name, it.bytes)).collect()
}

pub(super) fn new_ticket(
    desk: &Desk,
    snapshot: &Snapshot,
    arrival: &Arrival,
    sender: Address,
    now: Timestamp,
) -> Ticket {
    let understood = &arrival.understood;
    let verdict = &understood.verdict;
    let undecided = verdict.category.is_none() && !verdict.out_of_competence;
    let facts = Facts::of(understood, &arrival.mail.text, attached(arrival));
    let ticket = Ticket {
        number: snapshot.next_number.clone(),
        status: if undecided { Status::ToCheck } else { Status::Received },
        category: verdict.category,
        subcategory: verdict.subcategory.clone(),
        urgency: understood.urgency.urgency,
        place: understood.place.as_ref().map(|place| place.text.clone()),
        office: String::new(),
        language: understood.language,
        facts: Facts { standing: desk.standing(&sender), ..facts },
        requester: sender,
        subject: arrival.mail.subject.clone(),
        mailbox: arrival.mailbox.clone(),
        message_id: arrival.mail.message_id.clone(),
        received_at: arrival.received_at,
        changed_at: now,
        version: 1,
        same_as: None,
        call: None,
    };
    let mut ticket = Ticket { same_as: same::suspected(&snapshot.earlier, &ticket), ..ticket };
    ticket.facts.telephone =
        telephone(&arrival.mail.text).or_else(|| telephone(&arrival.mail.signature));
    ticket.office = desk.rules.office(ticket.matter()).id.clone();
    ticket.facts.course.claim = !claims(&arrival.mail.subject, &arrival.mail.text).is_empty();
    ticket
}

/// Why the requester gets no acknowledgement, or not at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Withheld {
    /// It does not look as if a person waits for one.
    Kind,
    /// It could not be read: nobody knows who waits.
    Unreadable,
    /// There is no address to send it to.
    NoAddress,
    /// It would go to ourselves.
    Ourselves,
    /// It waits.
    Held(HoldReason),
}

impl Withheld {
    pub(super) fn hold(self) -> Option<HoldReason> {
        match self {
            Self::Held(reason) => Some(reason),
            _ => None,
        }
    }

    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Kind => "the mail shows signs of a machine",
            Self::Unreadable => "the mail could not be read",
            Self::NoAddress => "the mail names no sender that could be answered",
            Self::Ourselves => "the sender is one of our own addresses",
            Self::Held(reason) => reason.text(),
        }
    }

    pub(super) fn text_it(self) -> &'static str {
        match self {
            Self::Kind => "il messaggio sembra inviato da una macchina",
            Self::Unreadable => "il messaggio non si è potuto leggere",
            Self::NoAddress => "il messaggio non ha un mittente a cui rispondere",
            Self::Ourselves => "il mittente è un nostro indirizzo",
            Self::Held(reason) => reason.text_it(),
        }
    }
}

pub(super) fn withheld(
    desk: &Desk,
    snapshot: &Snapshot,
    arrival: &Arrival,
    ticket: &Ticket,
    now: Timestamp,
) -> Option<Withheld> {
    let address = &ticket.requester.address;
    if !arrival.kind.acknowledge {
        let unreadable = arrival.kind.kind == Kind::Unreadable;
        Some(if unreadable { Withheld::Unreadable } else { Withheld::Kind })
    } else if !is_answerable(address) {
        Some(Withheld::NoAddress)
    } else if desk.identity.addresses.contains(address) {
        Some(Withheld::Ourselves)
    } else if let Some(reason) = stale(arrival, now) {
        Some(Withheld::Held(reason))
    } else {
        limits::hold(&desk.limits, &snapshot.released).map(Withheld::Held)
    }
}

pub(super) fn is_answerable(address: &str) -> bool {
    address.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !address.contains(|letter: char| letter.is_whitespace() || letter.is_control())
    })
}

/// Why what this mail causes must not leave by itself: it may have been answered long ago.
fn stale(arrival: &Arrival, now: Timestamp) -> Option<HoldReason> {
    if arrival.restored {
        return Some(HoldReason::Restored);
    }
    let delivered = arrival.mail.delivered_at.or(arrival.mail.sent_at);
    let old = delivered.is_none_or(|delivered| now.since(delivered) > RESCAN_FRESH);
    (arrival.rescan && old).then_some(HoldReason::Rescan)
}
