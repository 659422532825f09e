//! What staff correct and close.

use sportello::domain::decide::Correction;
use sportello::domain::letter::LetterKind;
use sportello::domain::rules::Category;
use sportello::domain::ticket::Status;
use sportello::domain::urgency::Urgency;

use super::robots::noise;
use super::{LIGHTING, pothole};
use crate::support::world::{REPORTS, World, on_both, on_both_with};

/// The labels, oldest first.
fn labels(world: &World) -> Vec<(String, Option<String>, String)> {
    let (runtime, parts) = world.parts();
    let rows = runtime.block_on(
        parts.engine.rows("SELECT field, before, after FROM label ORDER BY id", Vec::new()),
    );
    rows.unwrap()
        .iter()
        .map(|row| {
            (
                row.text("field").unwrap(),
                row.text_or_null("before").unwrap(),
                row.text("after").unwrap(),
            )
        })
        .collect()
}

/// A corrected category moves the ticket to its office, tells that office, activates its contractor and
/// keeps the lesson; the same correction again changes nothing and tells nobody.
#[test]
fn a_correction_moves_the_ticket_tells_the_office_and_keeps_a_label() {
    on_both_with(LIGHTING, &[], |world| {
        world.receive(&pothole());
        world.settle();
        let lamp = Correction { subcategory: Some("I01".to_owned()), ..Correction::default() };
        let decision = world.correct("2026-000001", &lamp);
        assert_eq!(decision.letters.len(), 2);
        world.settle();
        let ticket = world.ticket();
        assert_eq!((ticket.category, ticket.office.as_str()), (Some(Category::Plant), "impianti"));
        assert_eq!(world.notices()[1].recipient, "impianti@comune.example");
        assert_eq!(world.sent_of(LetterKind::WorkOrder).len(), 1);
        let taught = labels(world);
        let category = ("category".into(), Some("infrastructure".into()), "plant".into());
        assert_eq!((taught.len(), &taught[0]), (2, &category));
        assert_eq!(world.history("2026-000001")[1].kind, "correction");
        let again = world.correct("2026-000001", &lamp);
        assert!(again.changes.is_empty() && again.letters.is_empty(), "{again:?}");
        assert_eq!(again.reasons, ["the ticket already says so"]);
        world.settle();
        assert_eq!((world.sent().len(), labels(world).len()), (4, 2));
    });
}

/// A ticket that waited for staff is received once it has a category.
#[test]
fn a_correction_of_an_unclear_ticket_ends_its_wait() {
    on_both(|world| {
        world.receive_raw(REPORTS, &noise());
        world.settle();
        assert_eq!(world.ticket().status, Status::ToCheck);
        let green = Correction { category: Some(Category::GreenSpace), ..Correction::default() };
        world.correct("2026-000001", &green);
        world.settle();
        assert_eq!(world.ticket().status, Status::Received);
        assert_eq!(world.notices()[1].recipient, "verde@comune.example");
    });
}

/// Place and urgency are corrected without telling an office that already has the ticket.
#[test]
fn a_corrected_place_or_urgency_moves_nothing() {
    on_both(|world| {
        world.receive(&pothole());
        world.settle();
        let place = Some("via Emilia 21".to_owned());
        let correction = Correction { place, urgency: Some(Urgency::Low), ..Correction::default() };
        world.correct("2026-000001", &correction);
        world.settle();
        let ticket = world.ticket();
        assert_eq!(
            (ticket.place.as_deref(), ticket.urgency),
            (Some("via Emilia 21"), Urgency::Low)
        );
        assert_eq!((world.sent().len(), labels(world).len(), ticket.version), (2, 2, 2));
    });
}

/// Closed once, with the note in its history; who reported is told, without the note; closing again changes
/// nothing.
#[test]
fn a_ticket_is_closed_once_with_its_note() {
    on_both(|world| {
        world.receive(&pothole());
        world.settle();
        world.close("2026-000001", Some("riparata il 13/11"));
        assert!(world.close("2026-000001", None).changes.is_empty());
        world.settle();
        assert_eq!(world.ticket().status, Status::Closed);
        let history = world.history("2026-000001");
        assert_eq!((history.len(), history[1].author.as_str()), (2, "staff"));
        assert_eq!(history[1].text, "closed: riparata il 13/11");
        let [closing] = &world.sent_of(LetterKind::Closing)[..] else { panic!("expected one") };
        assert_eq!(closing.subject, "[2026-000001] Segnalazione chiusa");
        assert!(!closing.says("riparata") && closing.recipient == "anna@resident.example");
        assert_eq!(world.sent().len(), 3);
    });
}

/// A number that does not exist changes nothing.
#[test]
fn an_unknown_number_changes_nothing() {
    on_both(|world| {
        assert!(world.close("2026-000009", None).changes.is_empty());
        assert!(world.correct("2026-000009", &Correction::default()).changes.is_empty());
    });
}
