//! One thing reported by several, two things reported by one, and a place that is told later.

use sportello::domain::decide::Event;
use sportello::domain::letter::LetterKind;
use sportello::domain::rules::Category;
use sportello::domain::ticket::Status;

use super::{LIGHTING, hours, lamp, pothole};
use crate::support::mails::RawMail;
use crate::support::world::{World, on_both, on_both_with};

/// Bruno reports the lamp that Anna reported, two houses on.
fn lamp_again() -> RawMail {
    lamp()
        .from("Bruno Neri <bruno@resident.example>")
        .message_id("<lampione-2@resident.example>")
        .subject("lampione")
        .text("Salve, in piazza del Mercato 10 c'è un lampione spento, la sera non si vede niente.")
}

/// Anna's lamp and Bruno's.
fn two_lamps(world: &mut World) {
    world.receive(&lamp());
    world.settle();
    world.receive(&lamp_again());
    world.settle();
}

fn notes(world: &World, number: &str) -> Vec<String> {
    let history = world.history(number).into_iter();
    history.filter(|entry| entry.kind == "note").map(|entry| entry.text).collect()
}

/// What was probably reported before is said to the office; both writers are answered, and the contractor
/// goes once.
#[test]
fn a_thing_reported_twice_has_one_work_order() {
    on_both_with(LIGHTING, &[], |world| {
        two_lamps(world);
        assert_eq!((world.tickets().len(), world.acknowledgements().len()), (2, 2));
        assert_eq!(world.sent_of(LetterKind::WorkOrder).len(), 1);
        let notice = world.notices().remove(1);
        assert!(notice.says("Probabilmente la stessa di 2026-000001"), "{}", notice.text);
        let said = "probably the same as 2026-000001; no second work order was written: see there";
        assert_eq!(notes(world, "2026-000002"), [said]);
        assert_eq!(notes(world, "2026-000001"), ["probably reported again: 2026-000002"]);
        let statuses: Vec<Status> = world.tickets().iter().map(|ticket| ticket.status).collect();
        assert_eq!(statuses, [Status::Ordered, Status::Received]);
    });
}

/// Staff say that it is the same: one closing closes both and tells both.
#[test]
fn what_staff_join_is_closed_together_and_everybody_told() {
    on_both_with(LIGHTING, &[], |world| {
        two_lamps(world);
        let joined = world.handle("2026-000002", &Event::StaffJoined { other: "2026-000001" });
        assert!(joined.letters.is_empty(), "{joined:?}");
        let again = world.handle("2026-000002", &Event::StaffJoined { other: "2026-000001" });
        assert!(again.changes.is_empty(), "{again:?}");
        world.close("2026-000001", Some("lampada cambiata"));
        world.settle();
        assert!(world.tickets().iter().all(|ticket| ticket.status == Status::Closed));
        let told = world.sent_of(LetterKind::Closing);
        let told: Vec<&str> = told.iter().map(|letter| letter.recipient.as_str()).collect();
        assert_eq!(told, ["anna@resident.example", "bruno@resident.example"]);
        let second = world.sent_of(LetterKind::Closing).remove(1);
        assert!(second.says("con il numero 2026-000001"), "{}", second.text);
        assert!(!second.says("lampada cambiata"), "{}", second.text);
    });
}

/// Staff say that it is another: the order that was spared leaves, and closing one closes one.
#[test]
fn what_staff_split_gets_its_own_order() {
    on_both_with(LIGHTING, &[], |world| {
        two_lamps(world);
        world.handle("2026-000002", &Event::StaffSplit);
        assert!(world.handle("2026-000002", &Event::StaffSplit).changes.is_empty());
        world.settle();
        let orders = world.sent_of(LetterKind::WorkOrder);
        assert_eq!(orders.len(), 2);
        assert!(orders[1].subject.contains("2026-000002"), "{}", orders[1].subject);
        world.close("2026-000001", None);
        world.settle();
        let open = world.tickets().into_iter().filter(|ticket| ticket.status != Status::Closed);
        assert_eq!(open.map(|ticket| ticket.number).collect::<Vec<_>>(), ["2026-000002"]);
        assert_eq!(world.sent_of(LetterKind::Closing).len(), 1);
    });
}

/// A likeness that nobody confirmed closes nothing.
#[test]
fn a_likeness_is_never_closed_by_itself() {
    on_both(|world| {
        two_lamps(world);
        let closed = world.close("2026-000001", None);
        assert!(closed.reasons.iter().any(|why| why.contains("2026-000002")), "{closed:?}");
        world.settle();
        assert_eq!(world.tickets()[1].status, Status::Received);
        assert_eq!(world.sent_of(LetterKind::Closing).len(), 1);
        let said = "2026-000001, which this is probably the same as, was closed";
        assert_eq!(notes(world, "2026-000002")[1], said);
    });
}

/// Another house, another thing, a closed ticket, or long after: nothing is said.
#[test]
fn what_is_another_thing_is_not_the_same() {
    on_both(|world| {
        world.receive(&lamp());
        world.settle();
        let elsewhere =
            "In piazza del Mercato 60 c'è un lampione spento, la sera non si vede niente.";
        world.receive(&lamp_again().text(elsewhere));
        world.settle();
        assert_eq!(world.tickets()[1].same_as, None);
        world.close("2026-000001", None);
        world.receive(&lamp_again().message_id("<3@resident.example>"));
        world.settle();
        assert_eq!(world.tickets()[2].same_as, None);
        world.advance(hours(24 * 7 * 12 + 1));
        world.receive(&lamp_again().message_id("<4@resident.example>"));
        world.settle();
        assert_eq!(world.tickets()[3].same_as, None);
    });
}

/// Two problems in one mail: two tickets that name each other, two offices, one acknowledgement with both.
#[test]
fn two_problems_in_one_mail_become_two_tickets_and_one_acknowledgement() {
    on_both_with(LIGHTING, &[], |world| {
        let text = "Buongiorno, vi segnalo due cose.\nIn via Ofanto 3 c'è una buca profonda nell'asfalto.\n\
                    Il lampione davanti alla chiesa di via Po 8 è spento da giorni.\nSaluti, Anna";
        world.receive(&pothole().subject("Segnalazione").text(text));
        world.settle();
        let tickets = world.tickets();
        let categories: Vec<_> = tickets.iter().filter_map(|ticket| ticket.category).collect();
        assert_eq!(tickets.len(), 2, "{tickets:?}");
        assert!(
            categories.contains(&Category::Infrastructure) && categories.contains(&Category::Plant)
        );
        let [acknowledgement] = &world.acknowledgements()[..] else { panic!("expected one") };
        assert!(acknowledgement.subject.contains("2026-000001"));
        assert!(acknowledgement.says("2026-000002"), "{}", acknowledgement.text);
        let mut told: Vec<String> =
            world.notices().into_iter().map(|notice| notice.recipient).collect();
        told.sort();
        assert_eq!(told, ["impianti@comune.example", "strade@comune.example"]);
        assert_eq!(notes(world, "2026-000001"), ["the same mail also reports 2026-000002"]);
        assert_eq!(notes(world, "2026-000002"), ["the same mail also reports 2026-000001"]);
        let [order] = &world.sent_of(LetterKind::WorkOrder)[..] else { panic!("expected one") };
        assert!(order.says("lampione"), "{}", order.text);
        // The next mail's number goes on behind both.
        world.receive(&pothole().message_id("<3@resident.example>"));
        world.settle();
        assert_eq!(world.tickets()[2].number, "2026-000003");
    });
}

/// Without a place the acknowledgement asks for it, once; the answer fills it in and the contractor learns it.
#[test]
fn a_place_that_is_told_later_fills_the_ticket() {
    on_both_with(LIGHTING, &[], |world| {
        let lost = "Buongiorno, il lampione sotto casa è spento da giovedì.";
        world.receive(&lamp().text(lost));
        world.settle();
        let asked = world.acknowledgements().remove(0);
        assert!(asked.says("Risponda a questo messaggio scrivendo via e numero"), "{}", asked.text);
        assert!(world.sent_of(LetterKind::WorkOrder).is_empty(), "nobody knows where to go");
        let answer = |id: &str, text: &str| {
            lamp()
                .message_id(id)
                .subject(&format!("Re: {}", asked.subject))
                .header("In-Reply-To", &format!("<{}>", asked.message_id))
                .text(text)
        };
        world.receive(&answer("<2@resident.example>", "Scusate: via Po 8.\nAnna"));
        world.settle();
        assert_eq!(world.ticket().place.as_deref(), Some("via Po 8"));
        assert!(world.notices()[1].says("ora è via Po 8"), "{}", world.notices()[1].text);
        let orders = world.sent_of(LetterKind::WorkOrder);
        assert_eq!(orders.len(), 1);
        assert!(orders[0].says("via Po 8"), "{}", orders[0].text);
        // Nobody asks again, and what is known stays.
        world.receive(&answer("<3@resident.example>", "Passo ogni sera da via Roma 1."));
        world.settle();
        assert_eq!(world.ticket().place.as_deref(), Some("via Po 8"));
        assert_eq!(
            (world.acknowledgements().len(), world.sent_of(LetterKind::WorkOrder).len()),
            (1, 1)
        );
    });
}

/// A lamp that is only the second problem of a mail was reported before: the contractor goes once.
#[test]
fn a_second_problem_that_was_reported_before_has_no_second_order() {
    on_both_with(LIGHTING, &[], |world| {
        world.receive(&lamp());
        world.settle();
        let text = "Buongiorno, vi segnalo due cose.\nIn via Ofanto 3 c'è una buca profonda nell'asfalto della carreggiata.\n\
                    Il lampione davanti al numero 8 di piazza del Mercato è spento da giorni.\nSaluti, Bruno";
        let mail = pothole()
            .from("Bruno Neri <bruno@resident.example>")
            .subject("Segnalazione")
            .text(text);
        world.receive(&mail);
        world.settle();
        let tickets = world.tickets();
        assert_eq!(tickets.len(), 3, "{tickets:?}");
        let again: Vec<_> = tickets.iter().filter(|ticket| ticket.same_as.is_some()).collect();
        let [again] = &again[..] else { panic!("expected one: {tickets:?}") };
        assert_eq!(again.category, Some(Category::Plant));
        assert_eq!(again.same_as.as_ref().map(|same| &*same.number), Some("2026-000001"));
        assert_eq!(world.sent_of(LetterKind::WorkOrder).len(), 1);
        let said = format!("probably reported again: {}", again.number);
        assert_eq!(notes(world, "2026-000001"), [said]);
    });
}

/// A lamp whose place comes with the answer was reported before: the office hears it, no second journey is ordered.
#[test]
fn a_place_that_is_told_later_finds_what_was_reported_before() {
    on_both_with(LIGHTING, &[], |world| {
        world.receive(&lamp());
        world.settle();
        let lost = "Buongiorno, il lampione sotto casa è spento da giovedì.";
        world.receive(&lamp_again().text(lost));
        world.settle();
        let orders = world.sent_of(LetterKind::WorkOrder).len();
        let asked = world.acknowledgements().remove(1);
        let answer = lamp_again()
            .message_id("<3@resident.example>")
            .subject(&format!("Re: {}", asked.subject))
            .header("In-Reply-To", &format!("<{}>", asked.message_id))
            .text("Scusate: piazza del Mercato 8.\nBruno");
        world.receive(&answer);
        world.settle();
        let same = world.tickets()[1].same_as.clone();
        assert_eq!(same.map(|same| same.number).as_deref(), Some("2026-000001"));
        assert_eq!(world.sent_of(LetterKind::WorkOrder).len(), orders);
        let notice = world.notices().pop().unwrap();
        assert!(notice.says("Probabilmente la stessa di 2026-000001"), "{}", notice.text);
    });
}
