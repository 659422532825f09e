//! Who is called about an emergency, when, how often, and what ends it.

use std::time::Duration;

use super::*;
use crate::domain::ticket::{Call, Status};
use crate::domain::understand::Matter;

const ON_CALL: &str = r#"
[[on_call]]
id = "tutti"
addresses = ["uno@comune.example", "due@comune.example"]
calls_max = 3
[[on_call]]
id = "impianti"
addresses = ["elettricista@comune.example"]
offices = ["impianti"]
repeat_minutes = 5
"#;

fn desk_on_call() -> Desk {
    Desk { rules: RuleSet::parse(&format!("{RULES}{ON_CALL}"), "rules.toml").unwrap(), ..desk() }
}

fn manhole() -> Mail {
    Mail {
        text: "In via Roma 3 manca il coperchio del tombino, è un buco di due metri".to_owned(),
        ..report()
    }
}

fn after(minutes: u64) -> Timestamp {
    NOW.plus(Duration::from_mins(minutes))
}

fn on(desk: &Desk, ticket: &Ticket, event: &Event<'_>, now: Timestamp) -> Decision {
    decide(desk, &Snapshot { ticket: Some(ticket.clone()), ..snapshot() }, event, now)
}

fn opened_emergency(desk: &Desk) -> Ticket {
    ticket_of(&arrived(desk, &snapshot(), &arrival(desk, manhole())))
}

fn entries(decision: &Decision) -> Vec<&str> {
    let line = |change: &'_ Change| match change {
        Change::Enter { entry, .. } => Some(entry.kind.name()),
        _ => None,
    };
    decision.changes.iter().filter_map(line).collect()
}

/// At once, before every other letter, whether the desk is open or not; and nobody where nobody is named.
#[test]
fn an_emergency_calls_at_once_at_any_hour() {
    let sunday_night = Timestamp::parse("2026-11-22T02:00:00Z").unwrap();
    for (at, desk) in [(NOW, desk_on_call()), (sunday_night, desk_on_call())] {
        let arrival = Arrival { received_at: at, ..arrival(&desk, manhole()) };
        let decision = decide(&desk, &snapshot(), &Event::MailArrived(&arrival), at);
        assert_eq!(letters(&decision)[0], "on_call uno@comune.example");
        assert_eq!(decision.letters[0].hold, None);
        let next_at = at.plus(Duration::from_mins(10));
        assert_eq!(ticket_of(&decision).call, Some(Call { made: 1, next_at }));
        assert_eq!(entries(&decision), ["opened", "called"]);
    }
    let silent = desk();
    let decision = arrived(&silent, &snapshot(), &arrival(&silent, manhole()));
    assert_eq!(ticket_of(&decision).call, None);
    assert!(!letters(&decision).iter().any(|letter| letter.starts_with("on_call")));
    let desk = desk_on_call();
    let calm = arrived(&desk, &snapshot(), &arrival(&desk, report()));
    assert_eq!((ticket_of(&calm).urgency, ticket_of(&calm).call), (Urgency::Normal, None));
}

/// The office's own contact comes before the one for everybody, with its own pause.
#[test]
fn an_office_has_its_own_contact() {
    let desk = desk_on_call();
    let gas = Mail { text: "Forte odore di gas nella scuola di via Po 2".to_owned(), ..report() };
    let decision = arrived(&desk, &snapshot(), &arrival(&desk, gas));
    assert_eq!(ticket_of(&decision).office, "impianti");
    assert_eq!(letters(&decision)[0], "on_call elettricista@comune.example");
    assert_eq!(ticket_of(&decision).call.unwrap().next_at, after(5));
}

/// Down the list and from its beginning, never before its time, as often as the rules say and no more.
#[test]
fn the_clock_calls_the_next_until_the_calls_are_used_up() {
    let desk = desk_on_call();
    let mut ticket = opened_emergency(&desk);
    assert!(on(&desk, &ticket, &Event::CallDue, after(9)).changes.is_empty());
    let mut causes = BTreeSet::new();
    for (minutes, address) in [(10, "due@comune.example"), (20, "uno@comune.example")] {
        let decision = on(&desk, &ticket, &Event::CallDue, after(minutes));
        assert_eq!(letters(&decision), [format!("on_call {address}")]);
        assert!(causes.insert(decision.letters[0].message_id.clone()));
        ticket = ticket_of(&decision);
        assert_eq!(ticket.call.unwrap().next_at, after(minutes + 10));
        assert!(on(&desk, &ticket, &Event::CallDue, after(minutes)).changes.is_empty());
    }
    let ended = on(&desk, &ticket, &Event::CallDue, after(30));
    let told = ["strade", "ced", "capo"].map(|it| format!("staff_notice {it}@comune.example"));
    assert_eq!(letters(&ended), told, "nobody has it, and somebody must know");
    assert_eq!(entries(&ended), ["called"]);
    assert!(ended.reasons[0].contains("nobody took it after 3 calls"), "{:?}", ended.reasons);
    assert_eq!(ticket_of(&ended).call, None);
    assert!(on(&desk, &ticket_of(&ended), &Event::CallDue, after(40)).changes.is_empty());
}

/// A daemon that slept makes one call and not all that it missed.
#[test]
fn calls_that_were_missed_are_not_made_up_for() {
    let desk = desk_on_call();
    let late = on(&desk, &opened_emergency(&desk), &Event::CallDue, after(600));
    assert_eq!(late.letters.len(), 1);
    assert_eq!(ticket_of(&late).call.unwrap().next_at, after(610));
}

/// Taking, correcting and closing end the calls; a contact that is gone from the rules does, too.
#[test]
fn whoever_deals_with_it_ends_the_calls() {
    let desk = desk_on_call();
    let ticket = opened_emergency(&desk);
    let place = Correction { place: Some("via Roma 5".to_owned()), ..Correction::default() };
    for (name, event) in [
        ("taken", Event::StaffTook { note: Some("Rossi") }),
        ("corrected", Event::StaffCorrected(&place)),
        ("closed", Event::StaffClosed { note: None }),
    ] {
        let after = ticket_of(&on(&desk, &ticket, &event, after(3)));
        assert_eq!((after.call, after.version), (None, ticket.version + 1), "{name}");
    }
    let taken = on(&desk, &ticket, &Event::StaffTook { note: Some("Rossi") }, after(3));
    assert_eq!((entries(&taken), taken.reasons[0].as_str()), (vec!["taken"], "taken: Rossi"));
    let closed = Ticket { status: Status::Closed, ..ticket.clone() };
    let took = Event::StaffTook { note: None };
    assert!(on(&desk, &closed, &took, NOW).changes.is_empty());
    assert!(decide(&desk, &snapshot(), &took, NOW).changes.is_empty());
    let gone = on(&super::desk(), &ticket, &Event::CallDue, after(10));
    assert_eq!((ticket_of(&gone).call, gone.letters.len()), (None, 3));
}

/// Staff who make a ticket an emergency call out; a second emergency of a ticket is called anew.
#[test]
fn a_correction_to_an_emergency_calls() {
    let desk = desk_on_call();
    let to = |urgency| Correction { urgency: Some(urgency), ..Correction::default() };
    let first = arrived(&desk, &snapshot(), &arrival(&desk, manhole()));
    let calm =
        ticket_of(&on(&desk, &ticket_of(&first), &Event::StaffCorrected(&to(Urgency::Low)), NOW));
    let raised = on(&desk, &calm, &Event::StaffCorrected(&to(Urgency::Emergency)), after(60));
    assert_eq!(letters(&raised), ["on_call uno@comune.example"]);
    assert_ne!(raised.letters[0].message_id, first.letters[0].message_id);
    assert_eq!(ticket_of(&raised).call.unwrap().made, 1);
}

/// The person who answers a call takes the ticket; a machine that answers, or the requester, does not.
#[test]
fn an_answer_to_the_call_takes_the_ticket() {
    let desk = desk_on_call();
    let first = arrived(&desk, &snapshot(), &arrival(&desk, manhole()));
    let ticket = ticket_of(&first);
    let candidate =
        Candidate { number: ticket.number.clone(), by_letter: true, participants: Vec::new() };
    let known =
        Snapshot { ticket: Some(ticket.clone()), candidates: vec![candidate], ..snapshot() };
    let call = first.letters[0].message_id.clone();
    let acknowledgement = first.letters[1].message_id.clone();
    let from = |address: &str| Some(Address { name: String::new(), address: address.to_owned() });
    let answer = |to: &str, who: &str| Mail {
        from: from(who),
        subject: "Re: EMERGENZA".to_owned(),
        text: "Vado".to_owned(),
        in_reply_to: vec![to.to_owned()],
        ..report()
    };
    let machine = vec![header("x-auto-response-suppress", "All")];
    let absent = vec![header("auto-submitted", "auto-replied")];
    for (name, mail, taken) in [
        ("from the list", answer(&call, "uno@comune.example"), true),
        ("from a private telephone", answer(&call, "mario@x.example"), true),
        (
            "an order",
            Mail { text: "#prendo".to_owned(), ..answer(&call, "uno@comune.example") },
            true,
        ),
        ("the requester", answer(&acknowledgement, "anna@x.example"), false),
        ("a machine", Mail { headers: machine, ..answer(&call, "uno@comune.example") }, false),
        ("an absence", Mail { headers: absent, ..answer(&call, "uno@comune.example") }, false),
    ] {
        let decision = arrived(&desk, &known, &arrival(&desk, mail));
        let updated = decision.changes.iter().find_map(|change| match change {
            Change::Update(ticket) => Some(ticket.call),
            _ => None,
        });
        assert_eq!(updated, taken.then_some(None), "{name}");
        assert_eq!(entries(&decision).contains(&"taken"), taken, "{name}");
    }
}

/// A call that is refused is no call: the next address has it at once, each of them once.
#[test]
fn a_refused_call_goes_to_the_next_address_at_once() {
    let desk = desk_on_call();
    let ticket = opened_emergency(&desk);
    let refused = |recipient: &str| FailedLetter {
        letter: KnownLetter {
            message_id: "o.b.c.d@comune.example".to_owned(),
            kind: LetterKind::OnCall,
            cause: String::new(),
            recipient: recipient.to_owned(),
            ticket: Some(ticket.number.clone()),
            delivery: Delivery::Unknown,
        },
        reason: "550".to_owned(),
    };
    let first = refused("uno@comune.example");
    let decision = on(&desk, &ticket, &Event::LetterFailed(&first), after(1));
    assert_eq!(letters(&decision), ["on_call due@comune.example"]);
    let second = refused("due@comune.example");
    let decision = on(&desk, &ticket_of(&decision), &Event::LetterFailed(&second), after(2));
    let told = ["strade", "ced", "capo"].map(|it| format!("staff_notice {it}@comune.example"));
    assert_eq!(letters(&decision), told);
    assert_eq!(decision.letters[0].context["unreached"], "due@comune.example");
    let taken = ticket_of(&on(&desk, &ticket, &Event::StaffTook { note: None }, after(1)));
    assert!(on(&desk, &taken, &Event::LetterFailed(&first), after(2)).letters.is_empty());
}

/// Neither an import nor old mail met again wakes anybody.
#[test]
fn old_mail_wakes_nobody() {
    let desk = desk_on_call();
    for (letters, rescan) in [(false, false), (true, true)] {
        let arrival = Arrival { rescan, letters, ..arrival(&desk, manhole()) };
        let decision = arrived(&desk, &snapshot(), &arrival);
        assert_eq!(ticket_of(&decision).call, None);
        assert!(!decision.letters.iter().any(|letter| letter.kind == LetterKind::OnCall));
    }
}

/// The second of two problems in one mail is called about like any other, and the answer begins with the 112.
#[test]
fn a_second_problem_that_is_an_emergency_calls() {
    let desk = desk_on_call();
    let danger = understand(&manhole(), &desk.rules);
    let matter = Matter {
        verdict: danger.verdict,
        place: danger.place,
        urgency: danger.urgency,
        text: manhole().text,
    };
    let mut arrival = arrival(&desk, report());
    arrival.understood.second = Some(Box::new(matter));
    let snapshot = Snapshot { second_number: "2026-000002".to_owned(), ..snapshot() };
    let decision = arrived(&desk, &snapshot, &arrival);
    let of_kind = |kind| decision.letters.iter().find(move |letter| letter.kind == kind).unwrap();
    let call = of_kind(LetterKind::OnCall);
    assert_eq!(call.ticket.as_deref(), Some("2026-000002"));
    let acknowledgement = of_kind(LetterKind::Acknowledgement);
    assert_eq!(acknowledgement.context.get("emergency"), Some(&true.into()));
    let second = decision.changes.iter().find_map(|change| match change {
        Change::Open(ticket) if ticket.number == "2026-000002" => Some(ticket.call),
        _ => None,
    });
    assert!(second.unwrap().is_some());
}

/// A danger that is told when nobody took the first one, or when the work was done since, wakes somebody; one that is told
/// while somebody is at it does not.
#[test]
fn a_danger_is_known_only_to_whoever_took_it() {
    let desk = desk_on_call();
    let ticket = opened_emergency(&desk);
    let called = |ticket: &Ticket, at: Timestamp| {
        let text = "Un bambino è caduto nel tombino, è ferito!".to_owned();
        let subject = format!("Re: [{}]", ticket.number);
        let mail = arrival(&desk, Mail { subject, text, ..report() });
        let participants = vec!["anna@x.example".to_owned()];
        let number = ticket.number.clone();
        let candidates = vec![Candidate { number, by_letter: true, participants }];
        let snapshot = Snapshot { ticket: Some(ticket.clone()), candidates, ..snapshot() };
        let decision = decide(&desk, &snapshot, &Event::MailArrived(&mail), at);
        letters(&decision).contains(&"on_call uno@comune.example".to_owned())
    };
    let mut unanswered = ticket.clone();
    for minutes in [10, 20, 30] {
        unanswered = ticket_of(&on(&desk, &unanswered, &Event::CallDue, after(minutes)));
    }
    assert_eq!(unanswered.call, None);
    let take = Event::StaffTook { note: None };
    let taken = ticket_of(&on(&desk, &ticket, &take, after(30)));
    let done = Ticket { status: Status::Done, call: None, ..ticket.clone() };
    for (name, ticket, at, expected) in [
        ("still called", &ticket, after(5), false),
        ("never answered", &unanswered, after(40), true),
        ("taken", &taken, after(60), false),
        ("taken yesterday", &taken, after(30 + 12 * 60 + 1), true),
        ("done", &done, after(60), true),
    ] {
        assert_eq!(called(ticket, at), expected, "{name}");
    }
}

/// Whatever staff order of an emergency, somebody is at it; who only writes something need not be.
#[test]
fn orders_of_staff_end_the_calls() {
    let desk = desk_on_call();
    let ticket = opened_emergency(&desk);
    for (text, ends) in [
        ("#annulla per prova", true),
        ("#eseguito transennato", true),
        ("#assegna strade", true),
        ("#sopralluogo domani", true),
        ("#nota visto", false),
        ("#rispondi arriviamo", false),
    ] {
        let decision = on(&desk, &ticket, &Event::StaffSaid { text }, after(3));
        let after = latest(&decision.changes).unwrap_or(&ticket);
        assert_eq!(after.call.is_none(), ends, "{text}: {:?}", decision.reasons);
    }
}
