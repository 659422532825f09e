//! What whoever reported hears, and what they say of the repair.

use sportello::domain::letter::LetterKind;
use sportello::domain::life::Status;

use super::course::{ROADS, tell};
use super::work::{TRUST, answer};
use super::{hours, pothole};
use crate::support::sent::Sent;
use crate::support::world::{World, on_both_with};

pub(super) const ROAD_FIRM: &str = r#"
[[contractor]]
id = "strada"
name = "Strada Srl"
addresses = ["strada@strada.example"]
subcategories = ["S01", "S02", "S03", "S04"]
activation = "on_approval"
"#;

const ANNA: &str = "anna@resident.example";

/// From the hole to its closing by staff's own hands, with the question whether it is repaired.
fn repaired(world: &mut World) -> Sent {
    world.receive(&pothole());
    world.settle();
    tell(world, "2026-000001", "#ordina strada");
    let order = world.sent_of(LetterKind::WorkOrder).remove(0);
    world.receive(&answer(&order, "strada@strada.example", "ESEGUITO"));
    world.settle();
    assert_eq!(world.ticket().status, Status::Done);
    world.close("2026-000001", None);
    world.settle();
    world.sent_of(LetterKind::Closing).remove(0)
}

/// "No" asks the office to open it again, one word does, and the resident is neither thanked nor asked twice.
#[test]
fn a_no_asks_to_reopen_and_one_word_reopens() {
    on_both_with(ROAD_FIRM, &TRUST, |world| {
        let asked = repaired(world);
        assert!(asked.subject.contains("Il problema è risolto?"), "{}", asked.subject);
        world.receive(&answer(&asked, ANNA, "No, la buca è ancora lì.\nAnna"));
        world.settle();
        assert_eq!((world.tickets().len(), world.acknowledgements().len()), (1, 1));
        let notice = world.notices().pop().unwrap();
        assert!(notice.subject.contains("NON risolto"), "{}", notice.subject);
        assert!(notice.says("risponda a questo messaggio: #riapri"), "{}", notice.text);
        world.receive(&answer(&notice, ROADS, "#riapri"));
        world.settle();
        assert_eq!(world.ticket().status, Status::Reopened);
        assert_eq!(world.ticket().facts.course.begun, Some(world.now()));
        tell(world, "2026-000001", "#ordina strada");
        let order = world.sent_of(LetterKind::WorkOrder).remove(1);
        world.receive(&answer(&order, "strada@strada.example", "Fatto stamattina"));
        world.settle();
        tell(world, "2026-000001", "#chiudi");
        let closings = world.sent_of(LetterKind::Closing);
        assert_eq!(closings.len(), 2);
        assert_eq!(closings[1].subject, "[2026-000001] Segnalazione chiusa");
    });
}

/// Staff who lose one notice find the "no" every morning, until they open the ticket again or close it for good.
#[test]
fn a_no_stands_in_every_digest_until_staff_decide() {
    for (decision, status) in
        [("#riapri", Status::Reopened), ("#chiudi falso allarme", Status::Closed)]
    {
        on_both_with(ROAD_FIRM, &TRUST, |world| {
            let asked = repaired(world);
            world.receive(&answer(&asked, ANNA, "No"));
            world.settle();
            let disputes = |world: &World| {
                let digests = world.sent_of(LetterKind::Digest).into_iter();
                digests.filter(|digest| digest.says("NON risolte per chi ha segnalato: 1")).count()
            };
            for (days, told) in [(1, 1), (3, 2)] {
                world.advance(hours(24 * days));
                world.settle();
                assert_eq!(disputes(world), told, "Friday, then Monday");
            }
            tell(world, "2026-000001", decision);
            assert_eq!(world.ticket().status, status);
            world.advance(hours(24));
            world.settle();
            assert_eq!(disputes(world), 2, "{decision}");
        });
    }
}

/// An answer after the fourteen days, or one that says neither yes nor no, is read by staff and opens nothing.
#[test]
fn a_late_or_unclear_answer_is_left_to_staff() {
    for (days, text) in [
        (1, "Non saprei, guardo domani."),
        (1, "Sì, ma l'asfalto è già crepato"),
        (40, "No, si è riaperta"),
        (40, "Non saprei"),
    ] {
        on_both_with(ROAD_FIRM, &TRUST, |world| {
            let asked = repaired(world);
            world.advance(hours(24 * days));
            let before = world.notices().len();
            world.receive(&answer(&asked, ANNA, text));
            world.settle();
            assert_eq!(world.ticket().status, Status::Closed, "{text}");
            assert_eq!(world.notices().len(), before + 1, "{text}");
            assert!(world.notices().pop().unwrap().says("CHIUSA"), "{text}");
            assert_eq!(world.acknowledgements().len(), 1, "{text}");
        });
    }
}

fn letters_to(world: &World, address: &str) -> Vec<(LetterKind, String)> {
    let theirs = world.sent().into_iter().filter(|sent| sent.recipient == address);
    theirs.map(|sent| (sent.kind, sent.subject)).collect()
}

/// However long a ticket lives, its requester hears that it came, what is planned, what is asked and that it is done.
#[test]
fn a_long_life_writes_few_letters_to_whoever_reported() {
    on_both_with(ROAD_FIRM, &TRUST, |world| {
        world.receive(&pothole());
        world.settle();
        for command in [
            "#prendo",
            "#urgenza alta",
            "#luogo via Emilia 14",
            "#assegna strade",
            "#sopralluogo domani",
            "#valutata cede il sottofondo",
            "#nota serve il rullo",
            "#sospendi manca il conglomerato",
            "#riprendi",
            "#chiedi Su quale corsia?",
        ] {
            tell(world, "2026-000001", command);
        }
        let question = world.sent_of(LetterKind::Progress).remove(0);
        world.receive(&answer(&question, ANNA, "Su quella verso il centro."));
        world.settle();
        for command in ["#programma 3/12", "#riprendi", "#ordina strada"] {
            tell(world, "2026-000001", command);
        }
        let order = world.sent_of(LetterKind::WorkOrder).remove(0);
        for said in ["ACCETTO", "INIZIATO", "SOSPESO per pioggia", "INIZIATO di nuovo", "ESEGUITO"]
        {
            world.receive(&answer(&order, "strada@strada.example", said));
            world.settle();
        }
        tell(world, "2026-000001", "#chiudi rappezzo a caldo");
        tell(world, "2026-000001", "#riapri");
        world.advance(hours(24 * 30));
        world.settle();
        let subjects: Vec<String> =
            letters_to(world, ANNA).into_iter().map(|(_, subject)| subject).collect();
        assert_eq!(
            subjects,
            [
                "[2026-000001] Segnalazione ricevuta",
                "[2026-000001] Una domanda sulla Sua segnalazione",
                "[2026-000001] Lavori programmati",
                "[2026-000001] Il problema è risolto?",
            ]
        );
    });
}
