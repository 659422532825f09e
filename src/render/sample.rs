//! Invented letters that every template is tried with when it is loaded: together they reach every
//! name a template may use, present and absent.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::domain::letter::context::{
    AcknowledgementContext, Alternative, AttachmentLine, ClosingContext, DeliveryFailedContext,
    FollowUpContext, OnCallContext, SecondContext, StaffNoticeContext, Wording, variables,
};

mod office;
mod order;
mod progress;

/// The contexts to try a template with, the fullest first; none for an unknown template.
///
/// Each truth of the full and of the bare context is turned over once, so that every branch that hangs
/// on one name is taken both ways.
#[must_use]
pub fn sample_contexts(template: &str) -> Vec<BTreeMap<String, Value>> {
    let Some((full, bare)) = full_and_bare(template) else { return Vec::new() };
    let mut samples = vec![full.clone(), bare.clone()];
    for (name, value) in &full {
        let absent = bare.get(name).cloned().unwrap_or_default();
        samples.push(with(&full, name, absent));
        samples.push(with(&bare, name, value.clone()));
        if value.is_boolean() {
            samples.push(with(&full, name, Value::Bool(true)));
        }
    }
    samples
}

/// Variables of a letter.
type Variables = BTreeMap<String, Value>;

fn full_and_bare(template: &str) -> Option<(Variables, Variables)> {
    Some(match template {
        "acknowledgement" | "acknowledgement_internal" => pair(&acknowledgement()),
        "closing" => pair(&closing()),
        "scheduled" | "referred" | "question" | "answer" | "feedback" | "progress_internal"
        | "closing_internal" => pair(&progress::progress()),
        "staff_notice" => pair(&staff_notice()),
        "follow_up" => pair(&follow_up()),
        "delivery_failed" => pair(&delivery_failed()),
        "on_call" => pair(&on_call()),
        "work_order" | "order_reminder" | "order_retracted" => pair(&order::work_order()),
        "approval" => pair(&order::approval()),
        "order_copy" => pair(&order::order_copy()),
        "order_news" => pair(&order::order_news()),
        "command_answer" => pair(&office::command_answer()),
        "confirmation" => pair(&office::confirmation()),
        "claim_notice" => pair(&office::claim_notice()),
        "digest" => pair(&office::digest()),
        "alarm" => pair(&office::alarm()),
        "unanswered" => pair(&office::unanswered()),
        _ => return None,
    })
}

/// A full sample and one with nothing in it.
fn pair<C: Default + Serialize>(full: &C) -> (Variables, Variables) {
    (variables(full), variables(&C::default()))
}

fn with(context: &BTreeMap<String, Value>, name: &str, value: Value) -> BTreeMap<String, Value> {
    let mut context = context.clone();
    context.insert(name.to_owned(), value);
    context
}

const NUMBER: &str = "2026-000123";

const ORGANISATION: &str = "Comune di Esempio";

const PLACE: &str = "via Roma 12/A";

fn received() -> Wording {
    Wording::new("lunedì 23 novembre 2026 alle ore 8:30", "Monday 23 November 2026 at 8:30")
}

fn expected_by() -> Wording {
    Wording::new("venerdì 4 dicembre 2026", "Friday 4 December 2026")
}

fn category() -> Wording {
    Wording::new("verde pubblico e parchi", "public green spaces and parks")
}

fn subcategory() -> Wording {
    Wording::new("Potature", "Pruning")
}

fn office() -> Wording {
    Wording::new("Ufficio verde pubblico", "Green spaces office")
}

fn picture(name: &str) -> AttachmentLine {
    AttachmentLine {
        name: name.to_owned(),
        media_type: "image/jpeg".to_owned(),
        size: "340 kB".to_owned(),
    }
}

fn acknowledgement() -> AcknowledgementContext {
    AcknowledgementContext {
        number: NUMBER.to_owned(),
        organisation: ORGANISATION.to_owned(),
        received: received(),
        emergency: false,
        category: Some(category()),
        subcategory: Some(subcategory()),
        place: Some(PLACE.to_owned()),
        office: office(),
        expected_days: Some(10),
        expected_by: Some(expected_by()),
        open: false,
        next_opening: Some(received()),
        abstained: false,
        out_of_competence: false,
        referral: Some(Wording::new("azienda dei rifiuti", "the waste company")),
        unreadable: false,
        oversize: true,
        second: Some(SecondContext {
            number: "2026-000124".to_owned(),
            category: Some(category()),
            subcategory: Some(subcategory()),
            place: Some("via Roma 14".to_owned()),
            office: office(),
            expected_by: Some(expected_by()),
        }),
        institution: Some(Wording::new("Istituto scolastico", "School")),
        contact: Some("Ufficio scuole, interno 210".to_owned()),
    }
}

fn closing() -> ClosingContext {
    ClosingContext {
        number: NUMBER.to_owned(),
        organisation: ORGANISATION.to_owned(),
        received: received(),
        closed: expected_by(),
        category: Some(category()),
        subcategory: Some(subcategory()),
        place: Some(PLACE.to_owned()),
        office: office(),
        same_as: Some("2026-000120".to_owned()),
    }
}

fn on_call() -> OnCallContext {
    OnCallContext {
        number: NUMBER.to_owned(),
        organisation: ORGANISATION.to_owned(),
        received: received(),
        urgency_because: vec!["odore di gas".to_owned()],
        category: Some(category()),
        subcategory: Some(subcategory()),
        office: office(),
        place: Some(PLACE.to_owned()),
        requester_name: "Anna Bruni".to_owned(),
        requester_address: "anna.bruni@posta.example".to_owned(),
        subject: "Odore di gas".to_owned(),
        text: "Nell'atrio si sente odore di gas.".to_owned(),
        text_cut: true,
        call: 2,
        calls: 12,
        last: false,
        repeat_minutes: 10,
    }
}

fn follow_up() -> FollowUpContext {
    FollowUpContext {
        number: NUMBER.to_owned(),
        organisation: ORGANISATION.to_owned(),
        received: received(),
        work: Some(subcategory()),
        known_place: Some(PLACE.to_owned()),
        answers: true,
        emergency: true,
        closed: true,
        unrepaired: true,
        sender_name: "Anna Rossi".to_owned(),
        sender_address: "anna@mailbox.example".to_owned(),
        text: "La buca è più grande.".to_owned(),
        text_cut: true,
        attachments: vec![picture("foto.jpg")],
        place: Some(PLACE.to_owned()),
        same_as: Some("2026-000099".to_owned()),
        duplicate_of: Some("2026-000098".to_owned()),
    }
}

fn delivery_failed() -> DeliveryFailedContext {
    DeliveryFailedContext {
        number: NUMBER.to_owned(),
        organisation: ORGANISATION.to_owned(),
        digest: true,
        confirmation: true,
        to_requester: true,
        letter: Wording::new("domanda", "question"),
        question: true,
        to_office: true,
        claim: true,
        retraction: true,
        recipient: "anna@mailbox.example".to_owned(),
        next: Some("reperibile@giardini.example".to_owned()),
        reason: "550 5.1.1 no such user".to_owned(),
        text: Some("Segnalazione 2026-000123".to_owned()),
        text_cut: true,
    }
}

fn staff_notice() -> StaffNoticeContext {
    StaffNoticeContext {
        number: NUMBER.to_owned(),
        organisation: ORGANISATION.to_owned(),
        mailbox: "segnalazioni".to_owned(),
        received: received(),
        urgency: Wording::new("normale", "normal"),
        emergency: false,
        urgency_because: vec!["quando potete".to_owned()],
        category: Some(category()),
        subcategory: Some(subcategory()),
        subcategory_code: Some("V02".to_owned()),
        confidence: Some(93),
        because: vec!["rami".to_owned(), "potare".to_owned()],
        alternatives: vec![
            Alternative {
                category: Some(Wording::new("strade e marciapiedi", "roads and pavements")),
                name: "infrastructure".to_owned(),
                percent: 5,
            },
            Alternative { category: None, name: String::new(), percent: 2 },
        ],
        abstained: false,
        out_of_competence: false,
        referral: Some(Wording::new("azienda dei rifiuti", "the waste company")),
        place: Some(PLACE.to_owned()),
        place_official: Some("Via Roma".to_owned()),
        district: Some("Centro".to_owned()),
        same_as: Some("2026-000120".to_owned()),
        requester_name: "Anna Bruni".to_owned(),
        requester_address: "anna.bruni@posta.example".to_owned(),
        subject: "Rami sul tetto".to_owned(),
        text: "Buongiorno,\ni rami toccano il tetto.\nAnna Bruni".to_owned(),
        text_cut: true,
        attachments: vec![picture("rami.jpg")],
        withheld: Some(Wording::new("il messaggio è automatico", "the mail is automatic")),
        unreadable: false,
        oversize: false,
        certified: true,
        inspection_today: true,
        order: Some(order::in_notice()),
        only_reads: false,
    }
}
