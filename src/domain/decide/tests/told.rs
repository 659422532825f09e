//! Who hears of a ticket's end, and what nobody may forget.

use super::*;
use crate::domain::digest::{Round, digests};
use crate::domain::duplicate::SameAs;
use crate::domain::ticket::Status;

fn opened(desk: &Desk) -> Ticket {
    ticket_of(&arrived(desk, &snapshot(), &arrival(desk, report())))
}

/// Bea's report, which staff said is the same as Anna's.
fn joined(first: &Ticket) -> Ticket {
    let bea = Address { name: String::new(), address: "bea@x.example".to_owned() };
    Ticket {
        number: "2026-000002".to_owned(),
        status: Status::Duplicate,
        requester: bea,
        same_as: Some(SameAs { number: first.number.clone(), confirmed: true }),
        ..first.clone()
    }
}

/// A store in which these were told that they were received.
fn told(ticket: &Ticket, same: &[Ticket], acknowledged: &[&str]) -> Snapshot {
    Snapshot {
        ticket: Some(ticket.clone()),
        same: same.to_vec(),
        acknowledged: acknowledged.iter().map(|number| (*number).to_owned()).collect(),
        ..Snapshot::default()
    }
}

fn says(desk: &Desk, snapshot: &Snapshot, text: &str) -> Decision {
    decide(desk, snapshot, &Event::StaffSaid { text }, NOW)
}

/// Where each ticket stands after a decision.
fn statuses(decision: &Decision) -> BTreeMap<String, Status> {
    let updates = decision.changes.iter().filter_map(|change| match change {
        Change::Update(ticket) => Some((ticket.number.clone(), ticket.status)),
        _ => None,
    });
    updates.collect()
}

#[test]
fn whoever_reported_hears_that_nothing_will_be_done_and_what_was_put_aside_ends() {
    let desk = desk();
    let first = opened(&desk);
    let same = [joined(&first)];
    for (text, status, template) in [
        ("#fuori competenza", Status::OutOfCompetence, "referred"),
        ("#fuori competenza rifiuti", Status::Referred, "referred"),
        ("#annulla per prova", Status::Cancelled, "closing"),
    ] {
        for acknowledged in [&["2026-000001", "2026-000002"][..], &["2026-000002"], &[]] {
            let decision = says(&desk, &told(&first, &same, acknowledged), text);
            let ends = statuses(&decision);
            assert_eq!(ends["2026-000001"], status, "{text}");
            assert_eq!(ends["2026-000002"], Status::Closed, "{text}");
            let numbers: Vec<&str> =
                decision.letters.iter().filter_map(|letter| letter.ticket.as_deref()).collect();
            assert_eq!(numbers, acknowledged, "{text}: a machine is told nothing");
            assert!(decision.letters.iter().all(|letter| letter.template == template), "{text}");
        }
    }
}

#[test]
fn nothing_is_put_aside_for_what_nobody_works_at() {
    let desk = desk();
    let later = Ticket { number: "2026-000002".to_owned(), ..opened(&desk) };
    for (status, joins) in [
        (Status::Received, true),
        (Status::Closed, false),
        (Status::Cancelled, false),
        (Status::Referred, false),
    ] {
        let first = Ticket { status, ..opened(&desk) };
        let snapshot = Snapshot { others: vec![first], ..told(&later, &[], &[]) };
        for event in [
            Event::StaffJoined { other: "2026-000001" },
            Event::StaffSaid { text: "#duplicato di 2026-000001" },
        ] {
            let decision = decide(&desk, &snapshot, &event, NOW);
            assert_eq!(!decision.changes.is_empty(), joins, "{status:?}: {decision:?}");
        }
    }
}

#[test]
fn a_day_that_is_said_again_after_another_is_told_again() {
    let desk = desk();
    let mut ticket = opened(&desk);
    let mut ids = BTreeSet::new();
    for (text, letters) in [
        ("#programma 20/11", 1),
        ("#programma 20/11", 0),
        ("#programma 25/11", 1),
        ("#programma 20/11", 1),
    ] {
        let decision = says(&desk, &told(&ticket, &[], &["2026-000001"]), text);
        assert_eq!(decision.letters.len(), letters, "{text}");
        assert!(decision.letters.iter().all(|letter| ids.insert(letter.message_id.clone())));
        ticket = ticket_of(&decision);
    }
}

#[test]
fn a_report_is_given_to_colleagues_only() {
    let desk = desk();
    let identity = Identity { domains: vec!["comune.example".to_owned()], ..Identity::default() };
    let desk = Desk { identity, ..desk };
    for (to, given, only_reads) in [
        ("strade", true, false),
        ("capo@comune.example", true, false),
        ("mario@comune.example", true, true),
        ("mario@comune.exmple", false, true),
        ("interventi@luce.example", false, true),
    ] {
        let decision = says(&desk, &told(&opened(&desk), &[], &[]), &format!("#assegna {to}"));
        assert_eq!(decision.changes.is_empty(), !given, "{to}: {:?}", decision.reasons);
        for letter in &decision.letters {
            assert_eq!(letter.context["only_reads"], only_reads, "{to}");
        }
    }
}

#[test]
fn work_of_our_own_people_is_asked_after_and_an_order_is_not_passed_over() {
    let desk = desk();
    let ticket = opened(&desk);
    let decision = says(&desk, &told(&ticket, &[], &["2026-000001"]), "#eseguito palo nuovo");
    assert!(decision.letters.is_empty());
    let done = ticket_of(&decision);
    assert_eq!(done.status, Status::Done);
    let closed = says(&desk, &told(&done, &[], &["2026-000001"]), "#chiudi");
    assert_eq!(closed.letters[0].template, "feedback");
    let ordered = Ticket { subcategory: Some("I01".to_owned()), ..ticket };
    let ordered = says(&desk, &told(&ordered, &[], &[]), "#ordina luce #eseguito");
    assert!(ordered.changes.is_empty() && ordered.reasons[0].contains("#ritira"), "{ordered:?}");
}

#[test]
fn a_question_that_was_lost_is_waited_for_no_longer() {
    let desk = desk();
    let asked = says(&desk, &told(&opened(&desk), &[], &["2026-000001"]), "#chiedi Che piano?");
    let (ticket, letter) = (ticket_of(&asked), asked.letters[0].clone());
    assert_eq!(ticket.status, Status::WaitingForRequester);
    for (cause, status, name) in [
        (letter.cause.as_str(), Some(Status::Received), "domanda"),
        ("ticket:2026-000001:scheduled:2026-11-20:1", None, "lettera sui lavori programmati"),
    ] {
        let lost = KnownLetter {
            message_id: letter.message_id.clone(),
            kind: letter.kind,
            cause: cause.to_owned(),
            recipient: letter.recipient.address.clone(),
            ticket: letter.ticket.clone(),
            delivery: Delivery::Unknown,
        };
        let failed = FailedLetter { letter: lost, reason: "550".to_owned() };
        let decision = decide(&desk, &told(&ticket, &[], &[]), &Event::LetterFailed(&failed), NOW);
        assert_eq!(statuses(&decision).get("2026-000001").copied(), status, "{cause}");
        assert_eq!(letters(&decision), ["staff_notice strade@comune.example"]);
        assert_eq!(decision.letters[0].context["letter"]["it"], name);
    }
}

/// Whatever is not over is in a list, on the first morning and on every one after.
#[test]
fn no_open_ticket_is_left_out_of_every_digest() {
    let desk = desk();
    let opened = opened(&desk);
    let none = Ticket { category: None, subcategory: None, ..opened.clone() };
    let work = Ticket { subcategory: None, ..opened.clone() };
    let mut disputed = Ticket { status: Status::Closed, ..opened };
    disputed.facts.course.unrepaired = true;
    let round = Round { day: "2027-11-12".to_owned(), office: None };
    let now = Timestamp::parse("2027-11-12T08:00:00Z").unwrap();
    for (ticket, section) in [
        (none.clone(), "to_check"),
        (Ticket { status: Status::ToCheck, ..none }, "to_check"),
        (work, "overdue"),
        (disputed, "unrepaired"),
    ] {
        let letters = digests(&desk, &[ticket], &round, now, now);
        let [letter] = &letters[..] else { panic!("expected one for {section}") };
        assert_eq!(letter.context[section]["count"], 1, "{section}");
        assert_eq!(letter.context["new"]["count"], 0, "{section}");
    }
}
