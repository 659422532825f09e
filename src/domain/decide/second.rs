//! The second ticket of a mail that reports two problems.

use super::{Arrival, Change, Snapshot, same};
use crate::domain::ticket::{Entry, EntryKind, OURSELVES, Ticket};
use crate::domain::understand::{Matter, Understood};

/// A mail's second matter as a mail of its own, to be decided like any other. Its letters have causes of their
/// own, because the office of both matters must hear of both.
pub(super) fn as_arrival(arrival: &Arrival, matter: &Matter) -> Arrival {
    let mut own = arrival.clone();
    own.content_key.push_str(":2");
    own.mail.text.clone_from(&matter.text);
    own.understood = Understood {
        verdict: matter.verdict.clone(),
        place: matter.place.clone(),
        urgency: matter.urgency.clone(),
        second: None,
        language: arrival.understood.language,
    };
    own
}

/// The facts for the second ticket, if there can be one: its number, and the earlier reports of its own matter.
pub(super) fn as_snapshot(snapshot: &Snapshot) -> Option<Snapshot> {
    (!snapshot.second_number.is_empty()).then(|| Snapshot {
        next_number: snapshot.second_number.clone(),
        second_number: String::new(),
        earlier: snapshot.second_earlier.clone(),
        ..snapshot.clone()
    })
}

/// The second ticket's beginning; each names the other.
pub(super) fn links(first: &Ticket, second: &Ticket) -> [Change; 3] {
    let text = |other: &Ticket| format!("the same mail also reports {}", other.number);
    let opened = Entry {
        kind: EntryKind::Opened,
        author: OURSELVES.to_owned(),
        text: "opened: a second problem in the same mail".to_owned(),
    };
    [
        Change::Enter { ticket: second.number.clone(), entry: opened },
        same::note(&first.number, OURSELVES, text(second)),
        same::note(&second.number, OURSELVES, text(first)),
    ]
}
