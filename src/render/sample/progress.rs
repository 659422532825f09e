//! Invented news to whoever reported.

use super::{NUMBER, ORGANISATION, PLACE, category, expected_by, office, received, subcategory};
use crate::domain::letter::context::{ProgressContext, Wording};

pub(super) fn progress() -> ProgressContext {
    ProgressContext {
        number: NUMBER.to_owned(),
        organisation: ORGANISATION.to_owned(),
        received: received(),
        category: Some(category()),
        subcategory: Some(subcategory()),
        place: Some(PLACE.to_owned()),
        office: office(),
        day: Some(expected_by()),
        referral: Some(Wording::new(
            "azienda dei rifiuti, tel. 0522 000000",
            "the waste company, tel. 0522 000000",
        )),
        text: Some("L'albero è nel giardino della scuola o nel parco accanto?".to_owned()),
        closed: Some(expected_by()),
        asks: true,
        not_ours: false,
        same_as: Some("2026-000120".to_owned()),
        contractor: Some("Giardini Esempio srl".to_owned()),
        institution: Some(Wording::new("Istituto scolastico", "School")),
        contact: Some("Ufficio scuole, interno 210".to_owned()),
    }
}
