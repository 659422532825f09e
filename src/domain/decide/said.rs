//! Staff and contractors answer by mail: who may, what they say, and what follows.
//!
//! Orders are taken from an address of the roster that answers a letter of ours and whose domain the receiving
//! server vouches for (`trust`). Where one of these is missing the address itself is asked, once: whoever can
//! read its mail confirms, whoever forged it can not.

use super::command::{CarriedOut, after, carry_out};
use super::work::{Sheet, answered, approval_answered, unconfirmed};
use super::{Arrival, Change, Confirmation, Decision, Outcome, Snapshot, latest, letters, on_call};
use crate::domain::command::{self, BadCommand, Command, ContractorAnswer};
use crate::domain::desk::Desk;
use crate::domain::letter::context::AttachmentLine;
use crate::domain::letter::{Letter, LetterKind};
use crate::domain::limits::LOOP_LETTERS_MAX;
use crate::domain::mail::{Address, Mail};
use crate::domain::order::WorkOrder;
use crate::domain::thread;
use crate::domain::ticket::{Entry, EntryKind, Ticket};
use crate::domain::time::Timestamp;
use crate::domain::trust::{Doubt, Trust, trust};

/// What a mail of the roster says.
enum Said {
    /// Commands, some of them perhaps wrong.
    Commands(Vec<Result<Command, BadCommand>>),
    /// Yes or no to whether a contractor may be activated, the letters that it answers, and commands besides.
    Approval(bool, Vec<String>, Vec<Result<Command, BadCommand>>),
    /// A contractor's answer to an order.
    Answer(WorkOrder, ContractorAnswer),
}

/// What follows from a mail about `ticket`; none when it orders and answers nothing.
pub(super) fn decide(
    desk: &Desk,
    snapshot: &Snapshot,
    ticket: &Ticket,
    arrival: &Arrival,
    sender: &Address,
    now: Timestamp,
) -> Option<Decision> {
    let author = sender.address.as_str();
    let mail = &arrival.mail;
    if let Some(asked) = confirmed(desk, snapshot, mail, author) {
        if asked.answered {
            return Some(confirmed_before(desk, snapshot, ticket, arrival, author, now));
        }
        let said = said(desk, snapshot, &asked.mail, author, asked.received_at)?;
        // What is answered is the mail with the orders: by that a second word for it is known.
        let arrival = &Arrival { content_key: asked.content_key.clone(), ..arrival.clone() };
        let by = (&said, author, true);
        return Some(carried_out(desk, snapshot, ticket, arrival, by, now));
    }
    let said = said(desk, snapshot, mail, author, now)?;
    let token =
        thread::continues(&snapshot.candidates, author).is_some_and(|known| known.by_letter);
    match trust(mail, true, token, &desk.trust) {
        Trust::Full => {
            Some(carried_out(desk, snapshot, ticket, arrival, (&said, author, false), now))
        }
        // A machine would be asked for ever: people read what it writes.
        Trust::Confirm(_) if snapshot.answers_in_day >= LOOP_LETTERS_MAX => None,
        Trust::Confirm(doubt) => {
            let mut decision = to_be_confirmed(desk, ticket, arrival, &said, (sender, doubt), now);
            if let Said::Answer(order, answer) = &said
                && token
            {
                // Whoever answers has had our letter: the order waits for their word a while longer.
                let ticket = latest(&decision.changes).unwrap_or(ticket);
                let mut sheet = Sheet::of(desk, snapshot, ticket, now);
                by_certified_mail(&mut sheet, arrival);
                unconfirmed(&mut sheet, order, answer, &attached(mail));
                let (_, changes, letters) = sheet.finish();
                decision.changes.extend(changes);
                decision.letters.extend(letters);
            }
            Some(decision)
        }
        Trust::Stranger => None,
    }
}

/// What the writer says, if they are on the roster of this ticket.
fn said(
    desk: &Desk,
    snapshot: &Snapshot,
    mail: &Mail,
    author: &str,
    now: Timestamp,
) -> Option<Said> {
    if desk.may_order(author) {
        let answers = mail.ancestors();
        let asked = answers.iter().find_map(|id| desk.signer.verify(id));
        let today = desk.hours.local(now).date_naive();
        let commands = command::commands(&mail.text, &desk.rules, today);
        // What a command says to somebody else answers nothing.
        if asked == Some(LetterKind::Approval)
            && let Some(yes) = command::yes_or_no(command::above_commands(&mail.text))
        {
            let answers = answers.into_iter().map(str::to_owned).collect();
            return Some(Said::Approval(yes, answers, commands));
        }
        if !commands.is_empty() {
            return Some(Said::Commands(commands));
        }
    }
    // The municipality's own squad is staff and contractor in one.
    let order = order_of(desk, &snapshot.orders, author)?;
    let answer = command::contractor_answer(&mail.text)?;
    // What would undo finished work is for people to read.
    let fits = order.state.may_be_answered(answer.answer);
    fits.then(|| Said::Answer(order.clone(), answer))
}

/// The order that a contractor's address answers: the one that is live, else the last that is committed. One
/// that was refused, taken back or left to silence is another firm's by now: its mail goes to staff.
fn order_of<'o>(desk: &Desk, orders: &'o [WorkOrder], author: &str) -> Option<&'o WorkOrder> {
    let theirs = |order: &&WorkOrder| {
        let firm = desk.rules.contractor(&order.contractor);
        firm.is_some_and(|firm| {
            firm.addresses.iter().any(|known| known.eq_ignore_ascii_case(author))
        }) && order.state.is_committed()
    };
    let live = orders.iter().rev().filter(theirs).find(|order| order.state.is_live());
    live.or_else(|| orders.iter().rev().find(theirs))
}

/// The mail that this one confirms: an answer to our question whether it was them, from the address asked.
fn confirmed<'s>(
    desk: &Desk,
    snapshot: &'s Snapshot,
    mail: &Mail,
    author: &str,
) -> Option<&'s Confirmation> {
    let asked = snapshot.confirmation.as_ref()?;
    let answers = mail
        .ancestors()
        .into_iter()
        .any(|id| desk.signer.verify(id) == Some(LetterKind::Confirmation));
    let same = asked.asked.eq_ignore_ascii_case(author);
    (answers && same && command::yes_or_no(&mail.text) == Some(true)).then_some(asked)
}

fn carried_out(
    desk: &Desk,
    snapshot: &Snapshot,
    ticket: &Ticket,
    arrival: &Arrival,
    (said, author, confirmed): (&Said, &str, bool),
    now: Timestamp,
) -> Decision {
    let text: String = arrival.mail.text.chars().take(super::arrival::ENTRY_CHARS_MAX).collect();
    let entry = Entry { kind: EntryKind::Mail, author: author.to_owned(), text };
    let mut changes = vec![Change::Enter { ticket: ticket.number.clone(), entry }];
    // Whoever answers a call has it, whatever they order besides.
    changes.extend(on_call::taken_by(desk, ticket, arrival, author, now));
    let ticket = latest(&changes).unwrap_or(ticket).clone();
    let ticket = &ticket;
    let (letters, reason): (Vec<Letter>, &str) = match said {
        Said::Commands(commands) => {
            let out = carry_out(desk, snapshot, ticket, commands, author, now);
            let fine = out.faults.is_empty();
            let answer = (&out.done[..], &out.faults[..], out.help);
            let told = (snapshot.answers_in_day, answer);
            let told = letters::command_answers(desk, Some(ticket), arrival, author, told, now);
            changes.extend(out.changes);
            let why =
                if fine { "staff gave orders" } else { "wrong orders of staff changed nothing" };
            (out.letters.into_iter().chain(told).collect(), why)
        }
        Said::Approval(yes, answers, commands) => {
            let out = approve(desk, snapshot, ticket, (*yes, answers, commands), author, now);
            let answer = (&out.done[..], &out.faults[..], out.help);
            let told = (snapshot.answers_in_day, answer);
            let told = letters::command_answers(desk, Some(ticket), arrival, author, told, now);
            changes.extend(out.changes);
            let why = "staff answered whether a contractor may be activated";
            (out.letters.into_iter().chain(told).collect(), why)
        }
        Said::Answer(order, answer) => {
            let mut sheet = Sheet::of(desk, snapshot, ticket, now);
            sheet.confirmed = confirmed.then(|| arrival.content_key.clone());
            by_certified_mail(&mut sheet, arrival);
            answered(&mut sheet, order, answer, &attached(&arrival.mail), author);
            let (_, more, letters) = sheet.finish();
            changes.extend(more);
            (letters, "a contractor answered")
        }
    };
    Decision {
        outcome: Some(Outcome::Entry(ticket.number.clone())),
        changes,
        letters,
        reasons: vec![reason.to_owned()],
    }
}

/// The answer to our question, and the commands that stand below it: all of it, or nothing.
fn approve(
    desk: &Desk,
    snapshot: &Snapshot,
    ticket: &Ticket,
    (yes, answers, commands): (bool, &[String], &[Result<Command, BadCommand>]),
    author: &str,
    now: Timestamp,
) -> CarriedOut {
    let mut sheet = Sheet::of(desk, snapshot, ticket, now);
    if let Err(why) = approval_answered(&mut sheet, (yes, answers), author) {
        return CarriedOut { faults: vec![why], ..CarriedOut::default() };
    }
    let (ticket, changes, letters) = sheet.finish();
    let approved = CarriedOut {
        done: vec![approved(yes).to_owned()],
        changes,
        letters,
        ..CarriedOut::default()
    };
    if commands.is_empty() {
        return approved;
    }
    let snapshot = after(desk, snapshot, &approved.changes, now);
    let besides = carry_out(desk, &snapshot, &ticket, commands, author, now);
    if besides.faults.is_empty() { approved.and(besides) } else { besides }
}

/// What a contractor sends besides: the office reads that there are photos of the work.
fn attached(mail: &Mail) -> Vec<AttachmentLine> {
    mail.attachments.iter().filter(|it| !it.inline).map(AttachmentLine::from).collect()
}

/// What a contractor answers by certified mail is a document: the office reads of it in its next digest.
fn by_certified_mail(sheet: &mut Sheet<'_>, arrival: &Arrival) {
    if arrival.mail.pec.as_ref().is_some_and(|pec| pec.kind == "transport") {
        sheet.change().facts.course.certified = Some(sheet.now);
    }
}

/// Nothing is done twice; a colleague hears so, a contractor has said what there was to say.
fn confirmed_before(
    desk: &Desk,
    snapshot: &Snapshot,
    ticket: &Ticket,
    arrival: &Arrival,
    author: &str,
    now: Timestamp,
) -> Decision {
    let text = "the orders were confirmed before: nothing is done twice".to_owned();
    let entry = Entry { kind: EntryKind::Note, author: author.to_owned(), text: text.clone() };
    let why = "I comandi di quel messaggio sono già stati confermati: per ripeterli li riscriva.";
    let told = (snapshot.answers_in_day, (&[][..], &[why.to_owned()][..], false));
    let letters = if desk.may_order(author) {
        letters::command_answers(desk, Some(ticket), arrival, author, told, now)
    } else {
        Vec::new()
    };
    Decision {
        outcome: Some(Outcome::Entry(ticket.number.clone())),
        changes: vec![Change::Enter { ticket: ticket.number.clone(), entry }],
        letters,
        reasons: vec![text],
    }
}

fn approved(yes: bool) -> &'static str {
    if yes { "l'ordine è partito" } else { "l'ordine non parte" }
}

/// Nothing is done yet: the address is asked whether it was them.
fn to_be_confirmed(
    desk: &Desk,
    ticket: &Ticket,
    arrival: &Arrival,
    said: &Said,
    (sender, doubt): (&Address, Doubt),
    now: Timestamp,
) -> Decision {
    let orders = match said {
        Said::Commands(_) => {
            let lines = arrival.mail.text.lines().map(str::trim);
            lines.filter(|line| line.starts_with('#')).map(str::to_owned).collect()
        }
        Said::Approval(yes, _, commands) => {
            let word = if *yes { "SI" } else { "NO" }.to_owned();
            let lines = arrival.mail.text.lines().map(str::trim);
            let besides = lines.filter(|line| !commands.is_empty() && line.starts_with('#'));
            std::iter::once(word).chain(besides.map(str::to_owned)).collect()
        }
        Said::Answer(order, answer) => vec![format!("{}: {}", order.number, answer.answer.word())],
    };
    let text = format!("orders that must be confirmed first: {}", doubt.text());
    let entry = Entry { kind: EntryKind::Note, author: sender.address.clone(), text: text.clone() };
    let mut changes = vec![Change::Enter { ticket: ticket.number.clone(), entry }];
    changes.extend(on_call::taken_by(desk, ticket, arrival, &sender.address, now));
    Decision {
        outcome: Some(Outcome::Entry(ticket.number.clone())),
        changes,
        letters: vec![letters::confirmation(desk, ticket, arrival, sender, (orders, doubt))],
        reasons: vec![text],
    }
}
