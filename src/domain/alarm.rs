//! Alarms: what is wrong with the installation, said once when it begins and once when it is over.

use std::time::Duration;

use serde::Serialize;

use super::desk::Desk;
use super::language::Language;
use super::letter::context::{AlarmContext, Wording, variables};
use super::letter::{Letter, LetterKind};
use super::mail::Address;
use super::time::Timestamp;

/// Staff are written to when something has been wrong for so long: a server that is restarted is no news.
pub const TELL_AFTER: Duration = Duration::from_mins(10);

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// A mailbox cannot be read.
    Mailbox,
    /// The SMTP server cannot be used.
    Smtp,
    /// Mails lie on a server that the ledger cannot account for.
    Unaccounted,
    /// The store cannot be written.
    Store,
    /// The disk of the store is nearly full.
    Space,
    /// A work order did not reach its contractor.
    WorkOrder,
    /// The console cannot listen.
    Console,
    /// Our own test mail did not come back.
    Canary,
}

impl AlarmKind {
    /// Every kind, in the order of their names here.
    pub const ALL: [Self; 8] = [
        Self::Mailbox,
        Self::Smtp,
        Self::Unaccounted,
        Self::Store,
        Self::Space,
        Self::WorkOrder,
        Self::Console,
        Self::Canary,
    ];

    /// The name in the store and in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mailbox => "mailbox",
            Self::Smtp => "smtp",
            Self::Unaccounted => "unaccounted",
            Self::Store => "store",
            Self::Space => "space",
            Self::WorkOrder => "work_order",
            Self::Console => "console",
            Self::Canary => "canary",
        }
    }

    /// Reads a [`name`](Self::name).
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What an alarm says to staff, before its technical text.
fn what(kind: AlarmKind) -> Wording {
    let (it, en) = match kind {
        AlarmKind::Mailbox => {
            ("la casella di posta non si può leggere", "the mailbox cannot be read")
        }
        AlarmKind::Smtp => {
            ("il server di posta in uscita non accetta lettere", "the SMTP server takes no letters")
        }
        AlarmKind::Unaccounted => (
            "nella casella ci sono messaggi di cui non si sa che cosa è stato",
            "there are mails in the mailbox that are unaccounted for",
        ),
        AlarmKind::Store => ("l'archivio non si può scrivere", "the store cannot be written"),
        AlarmKind::Space => {
            ("il disco dell'archivio è quasi pieno", "the store's disk is nearly full")
        }
        AlarmKind::WorkOrder => (
            "un ordine di intervento non è arrivato all'impresa",
            "a work order did not reach its contractor",
        ),
        AlarmKind::Console => {
            ("la pagina di controllo non è raggiungibile", "the console cannot listen")
        }
        AlarmKind::Canary => {
            ("il messaggio di prova non è tornato", "our own test mail did not come back")
        }
    };
    Wording::new(it, en)
}

/// The letters about an alarm, one for each address of staff.
#[must_use]
pub fn letters(
    desk: &Desk,
    kind: AlarmKind,
    subject: &str,
    raised_at: Timestamp,
    text: &str,
) -> Vec<Letter> {
    let context = AlarmContext {
        organisation: desk.organisation.clone(),
        what: what(kind),
        subject: Some(subject.to_owned()).filter(|subject| !subject.is_empty()),
        since: desk.hours.moment(raised_at),
        text: text.to_owned(),
    };
    let cause = format!("alarm:{}:{subject}:{}", kind.name(), raised_at.millis());
    let domain = desk.domain().to_ascii_lowercase();
    let letter = |address: &String| Letter {
        kind: LetterKind::StaffNotice,
        ticket: None,
        cause: cause.clone(),
        recipient: Address { name: String::new(), address: address.clone() },
        template: "alarm".to_owned(),
        language: Language::It,
        context: variables(&context),
        in_reply_to: None,
        references: Vec::new(),
        message_id: desk.signer.message_id(LetterKind::StaffNotice, &cause, address, &domain),
        envelope_from: Some(desk.from.address.clone()),
        hold: None,
    };
    desk.staff.iter().map(letter).collect()
}

/// One thing that is looked at: a mailbox, the SMTP server, an order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Watched {
    /// What could be wrong with it.
    pub kind: AlarmKind,
    /// Which one, where there are several; never a person.
    pub subject: String,
}

impl Watched {
    /// The only one of its kind.
    #[must_use]
    pub fn the(kind: AlarmKind) -> Self {
        Self { kind, subject: String::new() }
    }

    /// One of several.
    #[must_use]
    pub fn one(kind: AlarmKind, subject: &str) -> Self {
        Self { kind, subject: subject.to_owned() }
    }
}

/// What an observation changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It went wrong.
    Raise,
    /// It is well again.
    Clear,
}

/// What follows when something is found wrong or well, and an alarm for it stands or does not.
#[must_use]
pub const fn step(stands: bool, wrong: bool) -> Option<Step> {
    match (stands, wrong) {
        (false, true) => Some(Step::Raise),
        (true, false) => Some(Step::Clear),
        (false, false) | (true, true) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However often the same is found, it is said once.
    #[test]
    fn an_alarm_is_raised_once_and_cleared_once() {
        let mut stands = false;
        let mut said = Vec::new();
        for wrong in [false, true, true, true, false, false, true, false] {
            if let Some(step) = step(stands, wrong) {
                stands = step == Step::Raise;
                said.push(step);
            }
        }
        assert_eq!(said, [Step::Raise, Step::Clear, Step::Raise, Step::Clear]);
    }

    #[test]
    fn every_kind_is_read_back_by_its_name() {
        for kind in AlarmKind::ALL {
            assert_eq!(AlarmKind::parse(kind.name()), Some(kind));
        }
    }
}
