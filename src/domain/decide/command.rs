//! What staff order in words, by mail or on the command line: one table from command to consequence.
//!
//! All of a mail's commands are carried out, or none: a wrong one gets one clear answer and changes nothing.

mod after;
mod assigned;
mod dropped;

pub(super) use after::after;

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::work::{Occasion, Sheet, activate, does_it_there, order_again, retract, send_again};
use super::{Change, Correction, Decision, Snapshot, closing, letters, same, staff};
use crate::domain::command::{self, BadCommand, Command};
use crate::domain::desk::Desk;
use crate::domain::language::Language;
use crate::domain::letter::LetterKind;
use crate::domain::letter::context::Wording;
use crate::domain::life::Status;
use crate::domain::ticket::{EntryKind, STAFF, Ticket};
use crate::domain::time::Timestamp;
use crate::domain::urgency::Urgency;

/// Somebody wrote commands on the command line.
pub(super) fn from_desk(desk: &Desk, snapshot: &Snapshot, text: &str, now: Timestamp) -> Decision {
    let Some(ticket) = &snapshot.ticket else {
        return Decision::nothing("there is no such ticket");
    };
    let today = desk.hours.local(now).date_naive();
    let commands = command::commands(text, &desk.rules, today);
    if commands.is_empty() {
        return Decision::nothing("no command was found: each begins with #, as #chiudi");
    }
    let out = carry_out(desk, snapshot, ticket, &commands, STAFF, now);
    let mut reasons = if out.faults.is_empty() { out.done } else { out.faults };
    if out.help {
        let line = |(example, meaning)| format!("{example}: {meaning}");
        reasons.extend(command::help().into_iter().map(line));
    }
    Decision { outcome: None, changes: out.changes, letters: out.letters, reasons }
}

/// What a mail's commands came to.
#[derive(Default)]
pub(super) struct CarriedOut {
    /// What was done, in Italian; empty when nothing was.
    pub(super) done: Vec<String>,
    /// Why nothing was, in Italian.
    pub(super) faults: Vec<String>,
    /// Somebody asked how to write commands.
    pub(super) help: bool,
    pub(super) changes: Vec<Change>,
    pub(super) letters: Vec<crate::domain::letter::Letter>,
}

impl CarriedOut {
    /// This, and then that.
    pub(super) fn and(mut self, more: Self) -> Self {
        self.done.extend(more.done);
        self.faults.extend(more.faults);
        self.help |= more.help;
        self.changes.extend(more.changes);
        self.letters.extend(more.letters);
        self
    }
}

/// Carries out what was understood, in order, on one ticket.
pub(super) fn carry_out(
    desk: &Desk,
    snapshot: &Snapshot,
    ticket: &Ticket,
    commands: &[Result<Command, BadCommand>],
    by: &str,
    now: Timestamp,
) -> CarriedOut {
    let mut faults: Vec<String> = commands
        .iter()
        .filter_map(|read| read.as_ref().err().map(|bad| bad.why_it.clone()))
        .collect();
    let mut help = !faults.is_empty();
    let (mut done, mut changes, mut letters) = (Vec::new(), Vec::new(), Vec::new());
    let mut ticket = ticket.clone();
    let mut snapshot = Snapshot { ticket: Some(ticket.clone()), ..snapshot.clone() };
    for command in commands.iter().flatten() {
        if *command == Command::Help {
            help = true;
            continue;
        }
        match one(desk, &snapshot, &ticket, command, by, now) {
            Ok(step) => {
                done.push(step.said);
                // What one command changed is what the next one finds.
                snapshot = after(desk, &snapshot, &step.changes, now);
                ticket = snapshot.ticket.clone().unwrap_or(ticket);
                changes.extend(step.changes);
                letters.extend(step.letters);
            }
            Err(why) => faults.push(why),
        }
    }
    if !faults.is_empty() {
        return CarriedOut { faults, help, ..CarriedOut::default() };
    }
    CarriedOut { done, faults, help, changes, letters }
}

/// One command's consequence.
struct Step {
    said: String,
    changes: Vec<Change>,
    letters: Vec<crate::domain::letter::Letter>,
}

fn one(
    desk: &Desk,
    snapshot: &Snapshot,
    ticket: &Ticket,
    command: &Command,
    by: &str,
    now: Timestamp,
) -> Result<Step, String> {
    let snapshot = &Snapshot { ticket: Some(ticket.clone()), ..snapshot.clone() };
    let correct = |correction: &Correction, said: String| {
        decided(staff::correct(desk, snapshot, correction, by, now), said)
    };
    let none = Correction::default();
    match command {
        Command::Category(category) => correct(
            &Correction { category: Some(*category), ..none },
            format!("categoria: {}", Wording::category(*category).text(Language::It)),
        ),
        Command::Subcategory(code) => correct(
            &Correction { subcategory: Some(code.clone()), ..none },
            format!("sottocategoria: {code}"),
        ),
        Command::Urgency(urgency) => correct(
            &Correction { urgency: Some(*urgency), ..none },
            format!("urgenza: {}", Wording::urgency(*urgency).text(Language::It)),
        ),
        Command::Place(place) => {
            correct(&Correction { place: Some(place.clone()), ..none }, format!("luogo: {place}"))
        }
        Command::Close(words) => {
            allowed(ticket, Status::Closed)?;
            let words = Some(words.as_str()).filter(|words| !words.trim().is_empty());
            decided(closing::close(desk, snapshot, words, by, now), "chiusa".to_owned())
        }
        Command::Split => decided(same::split(desk, snapshot, by, now), "separata".to_owned()),
        Command::DuplicateOf(number) | Command::Merge(number) => {
            joined(snapshot, ticket, (command, number), by, now)
        }
        Command::Take => {
            decided(super::on_call::take(snapshot, None, by, now), "presa in carico".to_owned())
        }
        Command::OutOfCompetence(refer) => {
            let disowned = Correction { not_ours: true, refer: refer.clone(), ..none };
            let corrected = staff::correct(desk, snapshot, &disowned, by, now);
            let away = matches!(ticket.status, Status::Referred | Status::OutOfCompetence);
            if away && corrected.changes.is_empty() {
                return Err("non di competenza: non cambia nulla, è già così".to_owned());
            }
            let known = after(desk, snapshot, &corrected.changes, now);
            let disowned = known.ticket.as_ref().unwrap_or(ticket);
            let mut step = on_sheet(desk, &known, disowned, command, by, now)?;
            step.changes.splice(0..0, corrected.changes);
            step.letters.splice(0..0, corrected.letters);
            Ok(step)
        }
        command => on_sheet(desk, snapshot, ticket, command, by, now),
    }
}

/// A decision as a step; one that changes nothing is a fault of the command.
fn decided(decision: Decision, said: String) -> Result<Step, String> {
    if decision.changes.is_empty() {
        return Err(format!("{said}: non cambia nulla, è già così"));
    }
    Ok(Step { said, changes: decision.changes, letters: decision.letters })
}

/// Two tickets become one: this one is put aside for the other (`#duplicato di`), or the other for this one
/// (`#unisci`).
fn joined(
    snapshot: &Snapshot,
    ticket: &Ticket,
    (command, number): (&Command, &str),
    by: &str,
    now: Timestamp,
) -> Result<Step, String> {
    let other =
        snapshot.other(number).ok_or_else(|| format!("la segnalazione {number} non esiste"))?;
    let merges = matches!(command, Command::Merge(_));
    let pair = if merges { same::Pair::of(other, ticket) } else { same::Pair::of(ticket, other) };
    if pair.is_over() {
        let status = pair.first.status.italian();
        return Err(format!(
            "la segnalazione {} è «{status}»: prima la riapra con #riapri",
            pair.first.number
        ));
    }
    if let Some(order) = pair.order_in_the_way(snapshot) {
        return Err(format!(
            "la segnalazione {} ha l'ordine {}: prima lo ritiri con #ritira, oppure metta da parte l'altra",
            pair.later.number, order.number
        ));
    }
    let said = format!("{} è uguale a {}", pair.later.number, pair.first.number);
    decided(same::join(snapshot, pair, by, now), said)
}

/// The commands that move a ticket along its life.
fn on_sheet(
    desk: &Desk,
    snapshot: &Snapshot,
    ticket: &Ticket,
    command: &Command,
    by: &str,
    now: Timestamp,
) -> Result<Step, String> {
    let mut sheet = Sheet::of(desk, snapshot, ticket, now);
    let said = match command {
        Command::Order { contractor, beyond } => {
            let occasion =
                Occasion::Staff { contractor: contractor.as_deref(), beyond: *beyond, by };
            activate(&mut sheet, occasion)?;
            ordered(&sheet)
        }
        Command::Retract => {
            retract(&mut sheet, by)?;
            "ordine ritirato".to_owned()
        }
        Command::SendAgain => format!("ordine {} mandato di nuovo", send_again(&mut sheet, by)?),
        Command::Assign(to) => {
            assigned::may_have(desk, to)?;
            moved(&mut sheet, Status::Assigned, by)?;
            assigned::assign(&mut sheet, to, by);
            format!("assegnata a {to}")
        }
        Command::Assess(found) => {
            moved(&mut sheet, Status::Assessed, by)?;
            sheet.note(EntryKind::Note, by, format!("assessed: {found}"));
            "valutata".to_owned()
        }
        Command::Inspect(day) => inspection(&mut sheet, *day, by)?,
        Command::Schedule(day) => {
            moved(&mut sheet, Status::Scheduled, by)?;
            planned(&mut sheet, *day, "scheduled", by);
            let version = ticket.version;
            let told =
                if planned_for(ticket, *day) { Vec::new() } else { reporters(snapshot, ticket) };
            let work = sheet.work();
            let letters =
                told.into_iter().filter_map(|it| letters::scheduled(work, it, (*day, version)));
            let letters: Vec<_> = letters.collect();
            sheet.letters.extend(letters);
            // Whoever has the order must come on that day.
            order_again(&mut sheet);
            format!("programmata per il {}", day.format("%d/%m/%Y"))
        }
        Command::Postpone(day) => {
            moved(&mut sheet, Status::Suspended, by)?;
            planned(&mut sheet, *day, "postponed", by);
            format!("rinviata al {}", day.format("%d/%m/%Y"))
        }
        Command::Suspend(why) => {
            moved(&mut sheet, Status::Suspended, by)?;
            // It does not wake by itself, even where it was put off before.
            sheet.change().facts.course.day = None;
            sheet.note(EntryKind::Note, by, format!("suspended: {why}"));
            "sospesa".to_owned()
        }
        Command::Resume => {
            let waits = sheet.ticket.facts.course.before.filter(|_| ticket.status.is_waiting());
            let back = waits.ok_or_else(|| {
                format!("la segnalazione è «{}»: non è ferma", ticket.status.italian())
            })?;
            moved(&mut sheet, back, by)?;
            "ripresa".to_owned()
        }
        Command::OutOfCompetence(refer) => {
            dropped::out_of_competence(&mut sheet, snapshot, refer.as_deref(), by)?
        }
        Command::Cancel(why) => dropped::cancel(&mut sheet, snapshot, why, by)?,
        _ => spoken(&mut sheet, command, by)?,
    };
    // Who only notes or writes something need not be at it.
    if !matches!(command, Command::Note(_) | Command::Reply(_)) && !sheet.ticket.status.is_ended() {
        take_on(&mut sheet);
    }
    let (_, changes, letters) = sheet.finish();
    Ok(Step { said, changes, letters })
}

/// Staff say what is to be done about an emergency: the calls that were being made end, those that nobody having the order
/// began anew go on.
fn take_on(sheet: &mut Sheet<'_>) {
    let begun = sheet.letters.iter().any(|letter| letter.kind == LetterKind::OnCall);
    if sheet.ticket.urgency == Urgency::Emergency && !begun {
        let now = sheet.now;
        sheet.change().take_on(now);
    }
}

/// Somebody goes and looks. When that is today the office hears so at once: the list of this morning has left, and the
/// next one is too late.
fn inspection(sheet: &mut Sheet<'_>, day: NaiveDate, by: &str) -> Result<String, String> {
    moved(sheet, Status::Inspection, by)?;
    planned(sheet, day, "inspection", by);
    if day == sheet.desk.hours.date_of(sheet.now) {
        let today = letters::inspection_today(sheet.desk, &sheet.ticket, by, sheet.now);
        sheet.letters.extend(today);
    }
    Ok(format!("sopralluogo il {}", day.format("%d/%m/%Y")))
}

/// What is said of the order that was just made; a firm that the rules do not name for it was chosen, or mistaken.
fn ordered(sheet: &Sheet<'_>) -> String {
    let Some(order) = sheet.orders.last() else { return String::new() };
    let firm = sheet.desk.rules.contractor(&order.contractor);
    let strange = firm
        .filter(|firm| sheet.ticket.subcategory.is_some() && !does_it_there(firm, &sheet.ticket));
    let warning = strange.map_or_else(String::new, |firm| {
        format!(" (attenzione: nelle regole {} non fa questo lavoro in questo luogo)", firm.name)
    });
    format!("ordine {}{warning}", order.number)
}

/// The commands that end a ticket, open it again, or speak to somebody.
fn spoken(sheet: &mut Sheet<'_>, command: &Command, by: &str) -> Result<String, String> {
    Ok(match command {
        Command::Reopen => {
            let status = sheet.ticket.status;
            if !status.is_ended() && status != Status::Done {
                return Err(format!("la segnalazione è «{}»: è già aperta", status.italian()));
            }
            moved(sheet, Status::Reopened, by)?;
            if let Some(same) = sheet.change().same_as.take() {
                // What is open again is worked at again, by itself.
                let number = sheet.ticket.number.clone();
                sheet.note(EntryKind::Note, by, format!("not the same as {}", same.number));
                let text = format!("{number} is not the same");
                sheet.changes.push(same::note(&same.number, by, text));
            }
            "riaperta".to_owned()
        }
        Command::Worked(what) => {
            if let Some(order) = sheet.live() {
                let number = order.number.clone();
                return Err(format!(
                    "c'è l'ordine {number} a un'impresa: lo ritiri con #ritira, oppure aspetti che risponda ESEGUITO"
                ));
            }
            moved(sheet, Status::Done, by)?;
            sheet.note(EntryKind::Note, by, format!("done: {what}"));
            "lavoro eseguito".to_owned()
        }
        Command::Note(text) => {
            sheet.note(EntryKind::Note, by, text.clone());
            "nota aggiunta".to_owned()
        }
        Command::Reply(text) => {
            // Two answers are two letters: each is one of its own version.
            sheet.change();
            let letter = letters::answer(sheet.work(), &sheet.ticket, text);
            told(sheet, letter)?;
            sheet.note(EntryKind::Note, by, format!("to the requester: {text}"));
            "risposta inviata a chi ha segnalato".to_owned()
        }
        Command::Ask(text) => {
            sheet.change();
            let letter = letters::question(sheet.work(), &sheet.ticket, text);
            told(sheet, letter)?;
            // What is planned for a day waits for that.
            if sheet.ticket.status != Status::Scheduled {
                moved(sheet, Status::WaitingForRequester, by)?;
            }
            sheet.note(EntryKind::Note, by, format!("asked the requester: {text}"));
            "domanda inviata a chi ha segnalato".to_owned()
        }
        _ => return Err("comando non previsto".to_owned()),
    })
}

/// Moves the ticket, or says in Italian from where to where it cannot go.
fn moved(sheet: &mut Sheet<'_>, status: Status, by: &str) -> Result<(), String> {
    if !sheet.go(status, by) {
        allowed(&sheet.ticket, status)?;
    }
    Ok(())
}

fn allowed(ticket: &Ticket, status: Status) -> Result<(), String> {
    let (before, after) = (ticket.status.italian(), status.italian());
    let closed = ticket.status == Status::Closed && !ticket.facts.course.unrepaired;
    if closed && status == Status::Closed {
        return Err(format!("la segnalazione è già «{before}»"));
    }
    if ticket.status.may_become(status) {
        return Ok(());
    }
    let reopen = if ticket.status.is_ended() { ": prima la riapra con #riapri" } else { "" };
    Err(format!("la segnalazione è «{before}»: non può diventare «{after}»{reopen}"))
}

/// Everybody whose report this ticket is and who was told that it was received: its own requester and those of the
/// tickets joined to it, each once.
fn reporters<'t>(snapshot: &'t Snapshot, ticket: &'t Ticket) -> Vec<&'t Ticket> {
    let mut known = BTreeSet::new();
    let all = std::iter::once(ticket).chain(same::joined(snapshot, ticket));
    all.filter(|ticket| snapshot.acknowledged.contains(&ticket.number))
        .filter(|ticket| known.insert(ticket.requester.address.as_str()))
        .collect()
}

/// Whether whoever reported was told of this day already.
fn planned_for(ticket: &Ticket, day: NaiveDate) -> bool {
    let known = ticket.facts.course.day.as_ref();
    ticket.status == Status::Scheduled && known.is_some_and(|known| *known == day.to_string())
}

fn told(
    sheet: &mut Sheet<'_>,
    letter: Option<crate::domain::letter::Letter>,
) -> Result<(), String> {
    let letter =
        letter.ok_or_else(|| "chi ha segnalato non ha un indirizzo a cui scrivere".to_owned())?;
    sheet.letters.push(letter);
    Ok(())
}

fn planned(sheet: &mut Sheet<'_>, day: NaiveDate, what: &str, by: &str) {
    sheet.change().facts.course.day = Some(day.to_string());
    sheet.note(EntryKind::Note, by, format!("{what} for {day}"));
}
