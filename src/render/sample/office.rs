//! Invented answers to the office, and its list of a day.

use super::{
    NUMBER, ORGANISATION, PLACE, category, expected_by, office, picture, received, subcategory,
};
use crate::domain::letter::context::{
    AlarmContext, ClaimNoticeContext, CommandAnswerContext, ConfirmationContext, DigestContext,
    DigestLine, DigestSection, HelpLine, UnansweredContext, Wording,
};

pub(super) fn command_answer() -> CommandAnswerContext {
    CommandAnswerContext {
        number: Some(NUMBER.to_owned()),
        organisation: ORGANISATION.to_owned(),
        received: received(),
        done: vec!["urgenza: alta".to_owned()],
        faults: vec![
            "«#chudi»: non è un comando, forse #chiudi? Lo riscriva come nell'elenco.".to_owned(),
        ],
        unchanged: true,
        help: [
            ("#categoria verde", "cambia la categoria"),
            ("#rinvia 3g", "rinvia a un altro giorno"),
        ]
        .map(HelpLine::from)
        .to_vec(),
        looped: Some("strade@comune.example".to_owned()),
    }
}

pub(super) fn confirmation() -> ConfirmationContext {
    ConfirmationContext {
        number: Some(NUMBER.to_owned()),
        organisation: ORGANISATION.to_owned(),
        received: received(),
        commands: vec!["#urgenza alta".to_owned(), "#chiudi già riparato".to_owned()],
        doubt: Some(Wording::new(
            "il server di posta non garantisce il mittente",
            "the mail server does not vouch for the sender",
        )),
        contact: Some("centrale@comune.example".to_owned()),
    }
}

pub(super) fn claim_notice() -> ClaimNoticeContext {
    ClaimNoticeContext {
        number: NUMBER.to_owned(),
        organisation: ORGANISATION.to_owned(),
        received: received(),
        because: vec!["risarcimento".to_owned()],
        certified: true,
        category: Some(category()),
        subcategory: Some(subcategory()),
        place: Some(PLACE.to_owned()),
        office: office(),
        requester_name: "Anna Bruni".to_owned(),
        requester_address: "anna.bruni@posta.example".to_owned(),
        subject: "Ramo sull'auto".to_owned(),
        text: "Un ramo è caduto sulla mia auto, chiedo il risarcimento.".to_owned(),
        text_cut: true,
        attachments: vec![picture("auto.jpg")],
    }
}

pub(super) fn digest() -> DigestContext {
    DigestContext {
        organisation: ORGANISATION.to_owned(),
        office: office(),
        day: received_day(),
        unrepaired: section(true),
        overdue: section(false),
        due_soon: section(false),
        today: section(true),
        to_check: section(true),
        done: section(true),
        waiting: section(true),
        certified: section(true),
        new: section(true),
    }
}

pub(super) fn unanswered() -> UnansweredContext {
    UnansweredContext {
        number: NUMBER.to_owned(),
        organisation: ORGANISATION.to_owned(),
        received: received(),
        category: Some(category()),
        subcategory: Some(subcategory()),
        place: Some(PLACE.to_owned()),
        subject: "Odore di gas".to_owned(),
        text: "Nell'atrio si sente odore di gas.".to_owned(),
        calls: 2,
        unreached: Some("reperibile@comune.example".to_owned()),
    }
}

pub(super) fn alarm() -> AlarmContext {
    AlarmContext {
        organisation: ORGANISATION.to_owned(),
        what: Wording::new("la casella di posta non si può leggere", "the mailbox cannot be read"),
        subject: Some("segnalazioni".to_owned()),
        since: received(),
        text: "expected a server at imap.comune.example:993, found: connection refused".to_owned(),
    }
}

fn received_day() -> Wording {
    Wording::new("lunedì 23 novembre 2026", "Monday 23 November 2026")
}

/// One line with everything and one with nothing but its number.
fn section(since: bool) -> DigestSection {
    let line = DigestLine {
        number: NUMBER.to_owned(),
        place: Some(PLACE.to_owned()),
        subcategory: Some(subcategory()),
        emergency: true,
        since: since.then(received_day),
        due: (!since).then(expected_by),
        day: since.then(received_day),
        status: Some(Wording::new("programmata", "scheduled")),
    };
    let bare = DigestLine { number: "2026-000124".to_owned(), ..DigestLine::default() };
    DigestSection { count: 5, more: 3, lines: vec![line, bare] }
}
