//! Staff are asked whether a contractor may be activated, and answer among other things.

use std::time::Duration;

use super::orders::*;
use super::*;
use crate::domain::ticket::Status;

/// An answer of the office to the letter that asked, for an order of Faro.
fn said(text: &str) -> Decision {
    let desk = desk_of_firms("");
    let snapshot = asked(&desk, "strade@comune.example");
    let order = &snapshot.orders[0];
    let by = "strade@comune.example";
    let id = letters::approval_id(&desk, order, 1, by);
    let mail = Mail {
        from: Some(Address { name: String::new(), address: by.to_owned() }),
        text: text.to_owned(),
        in_reply_to: vec![id],
        ..report()
    };
    arrived(&desk, &snapshot, &arrival(&desk, mail))
}

fn asked(desk: &Desk, by: &str) -> Snapshot {
    let mut snapshot = lamp(desk, "faro", Status::Received, OrderState::Asked);
    snapshot.orders[0].asked = 1;
    let number = snapshot.orders[0].ticket.clone();
    let participants = vec![by.to_owned()];
    Snapshot { candidates: vec![Candidate { number, by_letter: true, participants }], ..snapshot }
}

/// What a command says to somebody else answers no question; an answer and commands are both carried out, or neither.
#[test]
fn an_order_hangs_on_a_word_that_is_meant_for_it() {
    let sent = &[("faro", OrderState::Sent)][..];
    for (text, expected, letter) in [
        ("SI", sent, "work_order faro@faro.example"),
        ("#rispondi Va bene, arriviamo domani", &[], "progress anna@x.example"),
        ("#nota no, è già riparato", &[], "staff_notice strade@comune.example"),
        ("#annulla ok", &[("faro", OrderState::Retracted)], "staff_notice strade@comune.example"),
        ("SI\n#rispondi Arriviamo domani", sent, "progress anna@x.example"),
        ("SI\n#rinvia boh", &[], "staff_notice strade@comune.example"),
    ] {
        let decision = said(text);
        assert_eq!(states(&decision), expected, "{text}");
        assert!(
            letters(&decision).contains(&letter.to_owned()),
            "{text}: {:?}",
            letters(&decision)
        );
    }
}

/// A question that stays open when the ticket becomes an emergency goes to whoever is on call first, at once.
#[test]
fn a_question_about_an_emergency_begins_with_whoever_is_on_call() {
    let desk = desk_of_firms("");
    for used in [1, 3, 4] {
        let mut snapshot = asked(&desk, "strade@comune.example");
        snapshot.orders[0].asked = used;
        let ticket = snapshot.ticket.as_mut().unwrap();
        (ticket.place, ticket.facts.place) = (None, None);
        let decision = told(&desk, &snapshot, "#emergenza");
        let told = letters(&decision);
        let asked: Vec<_> = told.iter().filter(|it| it.starts_with("approval")).collect();
        assert_eq!(asked, ["approval reperibile@comune.example"], "after {used}");
        let open = decision.changes.iter().rev().find_map(|change| match change {
            Change::Order(order) | Change::Ordered(order) => Some(order.clone()),
            _ => None,
        });
        let open = open.unwrap();
        assert_eq!(open.state, OrderState::Asked);
        assert!(open.next_at.is_some_and(|at| at < NOW.plus(Duration::from_hours(1))));
    }
}

/// A contract that ended activates nobody, whoever says yes.
#[test]
fn a_contract_that_ended_is_not_approved() {
    let ended = r#"
[[contractor]]
id = "vecchia"
name = "Vecchia Srl"
addresses = ["info@vecchia.example"]
subcategories = ["I01"]
activation = "on_approval"
priority = 7
valid_to = "2026-01-31"
"#;
    let desk = desk_of_firms(ended);
    let mut snapshot = asked(&desk, "strade@comune.example");
    snapshot.orders[0].contractor = "vecchia".to_owned();
    let id = letters::approval_id(&desk, &snapshot.orders[0], 1, "strade@comune.example");
    let by = Address { name: String::new(), address: "strade@comune.example".to_owned() };
    let mail = Mail { from: Some(by), text: "SI".to_owned(), in_reply_to: vec![id], ..report() };
    let decision = arrived(&desk, &snapshot, &arrival(&desk, mail));
    assert_eq!(states(&decision), []);
}

/// A firm that left the rules is asked about no more, and is waited for no longer; the office reads both.
#[test]
fn a_firm_that_left_the_rules_has_no_order() {
    let desk = desk_of_firms("");
    for (state, end) in
        [(OrderState::Asked, OrderState::Denied), (OrderState::Sent, OrderState::Silent)]
    {
        let snapshot = lamp(&desk, "sparita", Status::Ordered, state);
        let due = Event::OrderDue { number: "2026-000001/1" };
        let decision = decide(&desk, &snapshot, &due, NOW);
        assert_eq!(states(&decision)[0], ("sparita", end));
        let told = letters(&decision);
        assert!(told.contains(&"staff_notice strade@comune.example".to_owned()), "{told:?}");
    }
}

/// A firm that no letter reaches does not have the order: the next one is sent at once.
#[test]
fn an_order_that_reached_nobody_goes_to_the_next_firm() {
    let desk = desk_of_firms("");
    for (firm, recipient, cause, gone) in [
        ("luce", "interventi@luce.example", "order:2026-000001/1", true),
        ("faro", "faro@faro.example", "order:2026-000001/1", false),
        ("faro", "notte@faro.example", "letter:x", true),
        ("faro", "notte@faro.example", "order:2026-000001/1:again:3", false),
    ] {
        let mut snapshot = lamp(&desk, firm, Status::Ordered, OrderState::Sent);
        snapshot.ticket.as_mut().unwrap().urgency = Urgency::Emergency;
        let letter = KnownLetter {
            message_id: "w.b.c.d@comune.example".to_owned(),
            kind: LetterKind::WorkOrder,
            cause: cause.to_owned(),
            recipient: recipient.to_owned(),
            ticket: Some("2026-000001".to_owned()),
            delivery: Delivery::Unknown,
        };
        let failed = FailedLetter { letter, reason: "550".to_owned() };
        let decision = decide(&desk, &snapshot, &Event::LetterFailed(&failed), NOW);
        let silent = states(&decision).first() == Some(&(firm, OrderState::Silent));
        assert_eq!(silent, gone, "{recipient}");
        assert_eq!(states(&decision).len(), if gone { 2 } else { 0 }, "{:?}", states(&decision));
    }
}

/// Whoever accepted for next week must say that they come now; who is at work reads of it.
#[test]
fn an_accepted_order_is_pressed_when_people_are_in_danger() {
    let desk = desk_of_firms("");
    for (status, state, expected) in [
        (Status::Accepted, OrderState::Accepted, Some(OrderState::Sent)),
        (Status::Suspended, OrderState::Suspended, Some(OrderState::Sent)),
        (Status::InProgress, OrderState::Started, None),
    ] {
        let snapshot = lamp(&desk, "faro", status, state);
        let decision = told(&desk, &snapshot, "#emergenza");
        assert_eq!(states(&decision).first().map(|(_, state)| *state), expected, "{state:?}");
        assert!(letters(&decision).contains(&"work_order notte@faro.example".to_owned()));
    }
}

/// Two orders in one mail are held against what is left after the first.
#[test]
fn a_budget_is_given_back_within_one_mail() {
    let desk = desk_of_firms("[contractor.limits]\nperiod_orders = 1\n");
    let mut snapshot = lamp(&desk, "faro", Status::Ordered, OrderState::Sent);
    snapshot.used.insert("faro".to_owned(), Used { orders: 1, cents: 0 });
    let decision = told(&desk, &snapshot, "#ritira\n#ordina faro");
    assert_eq!(states(&decision), [("faro", OrderState::Retracted), ("faro", OrderState::Sent)]);
}

/// Two answers to the requester are two letters, in one mail or at one moment.
#[test]
fn two_answers_are_two_letters() {
    let desk = desk_of_firms("");
    let snapshot = lamp(&desk, "faro", Status::Ordered, OrderState::Sent);
    let decision = told(&desk, &snapshot, "#rispondi Arriviamo\n#rispondi Portate pazienza");
    let ids: BTreeSet<_> = decision.letters.iter().map(|letter| &letter.message_id).collect();
    assert_eq!((decision.letters.len(), ids.len()), (2, 2));
}

/// A question that reaches nobody is no question any more, and the office reads that the order never left.
#[test]
fn a_question_that_reaches_nobody_ends() {
    let chief = "dirigente@comune.example";
    let limits = format!("exceed = [\"{chief}\"]\n[contractor.limits]\nperiod_orders = 1\n");
    let first = RULES.replacen(
        "activation = \"automatic\"\n",
        &format!("activation = \"automatic\"\n{limits}"),
        1,
    );
    let desk = Desk { rules: RuleSet::parse(&first, "rules.toml").unwrap(), ..desk() };
    let mut snapshot = asked(&desk, chief);
    snapshot.orders[0].contractor = "luce".to_owned();
    snapshot.used.insert("luce".to_owned(), Used { orders: 1, cents: 0 });
    let letter = KnownLetter {
        message_id: "p.b.c.d@comune.example".to_owned(),
        kind: LetterKind::Approval,
        cause: String::new(),
        recipient: chief.to_owned(),
        ticket: Some("2026-000001".to_owned()),
        delivery: Delivery::Unknown,
    };
    let failed = FailedLetter { letter, reason: "550".to_owned() };
    let decision = decide(&desk, &snapshot, &Event::LetterFailed(&failed), NOW);
    assert_eq!(states(&decision), [("luce", OrderState::Denied)]);
    assert_eq!(letters(&decision), ["staff_notice strade@comune.example"]);
}
