//! Invented work orders, and what staff hear of them.

use super::{
    NUMBER, ORGANISATION, PLACE, category, expected_by, office, picture, received, subcategory,
};
use crate::domain::letter::context::{
    ApprovalContext, NoticeOrder, OnSiteContext, OrderCopyContext, OrderNewsContext, Wording,
    WorkOrderContext, map_link,
};

const ORDER: &str = "2026-000123/1";

const CONTRACTOR: &str = "Giardini Esempio srl";

const CONTRACT: &str = "CIG Z000000000";

fn place_on_map() -> String {
    map_link(44.697_80, 10.631_20)
}

fn high() -> Wording {
    Wording::new("alta", "high")
}

fn period() -> Wording {
    Wording::new("novembre 2026", "November 2026")
}

pub(super) fn in_notice() -> NoticeOrder {
    NoticeOrder {
        number: ORDER.to_owned(),
        contractor: CONTRACTOR.to_owned(),
        asked: false,
        held: false,
        due: Some(expected_by()),
        expected_by: Some(expected_by()),
        answer_by: Some(received()),
    }
}

pub(super) fn work_order() -> WorkOrderContext {
    WorkOrderContext {
        number: NUMBER.to_owned(),
        order: ORDER.to_owned(),
        organisation: ORGANISATION.to_owned(),
        contractor: CONTRACTOR.to_owned(),
        contract: Some(CONTRACT.to_owned()),
        received: received(),
        ordered: Some(received()),
        urgency: high(),
        emergency: false,
        category: Some(category()),
        subcategory: Some(subcategory()),
        place: Some(PLACE.to_owned()),
        map_link: Some(place_on_map()),
        description: "I rami toccano il tetto.".to_owned(),
        description_cut: true,
        safety: Some(Wording::new(
            "Delimitare l'area prima di salire; non lavorare con vento forte.",
            "Fence the area off before climbing; do not work in strong wind.",
        )),
        contact_on_site: Some(OnSiteContext {
            name: Some("Carlo Neri".to_owned()),
            telephone: Some("333 0123456".to_owned()),
            why: "bisogna farsi aprire il cortile".to_owned(),
        }),
        photos: 2,
        attachments: 1,
        office: office(),
        contact: Some("verde@comune.example".to_owned()),
        due: Some(expected_by()),
        expected_by: Some(expected_by()),
        answer_by: Some(received()),
        reason: Some("Il ramo è già stato tolto.".to_owned()),
    }
}

pub(super) fn approval() -> ApprovalContext {
    ApprovalContext {
        number: NUMBER.to_owned(),
        organisation: ORGANISATION.to_owned(),
        contractor: CONTRACTOR.to_owned(),
        contract: Some(CONTRACT.to_owned()),
        received: received(),
        urgency: high(),
        emergency: false,
        category: Some(category()),
        subcategory: Some(subcategory()),
        place: Some(PLACE.to_owned()),
        map_link: Some(place_on_map()),
        reasons: vec!["con questo intervento si supera la spesa del periodo".to_owned()],
        estimate: Some("800,00".to_owned()),
        limit_each: Some("500,00".to_owned()),
        period: Some(period()),
        used_count: "3".to_owned(),
        used_euro: "4.500,00".to_owned(),
        limit_count: Some("5".to_owned()),
        limit_euro: Some("5.000,00".to_owned()),
        text: "Un grosso ramo pende sul marciapiede.".to_owned(),
        text_cut: true,
        call: 2,
        calls: 4,
        last: false,
        next_at: Some(received()),
        repeat_minutes: 15,
    }
}

pub(super) fn order_copy() -> OrderCopyContext {
    OrderCopyContext {
        number: NUMBER.to_owned(),
        order: ORDER.to_owned(),
        organisation: ORGANISATION.to_owned(),
        contractor: CONTRACTOR.to_owned(),
        recipient: "pronto@giardini.example".to_owned(),
        contract: Some(CONTRACT.to_owned()),
        urgency: high(),
        emergency: false,
        category: Some(category()),
        subcategory: Some(subcategory()),
        place: Some(PLACE.to_owned()),
        by: Some("dirigente@comune.example".to_owned()),
        excess: Vec::new(),
        reasons: vec![
            "la segnalazione parla di un pericolo per le persone".to_owned(),
            "la spesa resta nei limiti dell'impresa".to_owned(),
        ],
        estimate: Some("800,00".to_owned()),
        period: Some(period()),
        used_count: "3".to_owned(),
        used_euro: "2.400,00".to_owned(),
        limit_count: Some("5".to_owned()),
        limit_euro: Some("5.000,00".to_owned()),
        due: Some(expected_by()),
        answer_by: Some(received()),
    }
}

pub(super) fn order_news() -> OrderNewsContext {
    OrderNewsContext {
        number: NUMBER.to_owned(),
        order: ORDER.to_owned(),
        organisation: ORGANISATION.to_owned(),
        contractor: CONTRACTOR.to_owned(),
        answer: Some(Wording::new("SOSPESO", "SOSPESO (suspended)")),
        at: received(),
        note: "Serve una piattaforma, arriva giovedì.".to_owned(),
        note_cut: true,
        attachments: vec![picture("ramo.jpg")],
        subcategory: Some(subcategory()),
        place: Some(PLACE.to_owned()),
        unconfirmed: true,
        unapproved: false,
        unreached: false,
        next: Some("Verde Prova srl".to_owned()),
        asked: Some("Parchi Prova srl".to_owned()),
        decide: true,
    }
}
