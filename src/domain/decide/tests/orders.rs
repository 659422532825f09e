//! What becomes of a work order when its ticket changes, and of a ticket when its order does.

use std::time::Duration;

use super::*;
use crate::domain::order::WorkOrder;
use crate::domain::ticket::Status;

const FIRMS: &str = r#"
[[contractor]]
id = "faro"
name = "Faro Snc"
addresses = ["faro@faro.example", "notte@faro.example"]
subcategories = ["I01"]
activation = "automatic"
[[on_call]]
id = "tutti"
addresses = ["reperibile@comune.example"]
"#;

pub(super) fn desk_of_firms(more: &str) -> Desk {
    let first = RULES.replacen("id = \"luce\"", "id = \"luce\"\npriority = 1", 1);
    let rules = RuleSet::parse(&format!("{first}{FIRMS}{more}"), "rules.toml").unwrap();
    let trust = Policy { authserv_id: None, required: false };
    Desk { rules, trust, ..desk() }
}

/// A lamp with an order in this state, as stored.
pub(super) fn lamp(desk: &Desk, firm: &str, status: Status, state: OrderState) -> Snapshot {
    let opened = ticket_of(&arrived(desk, &snapshot(), &arrival(desk, report())));
    let ticket = Ticket {
        status,
        subcategory: Some("I01".to_owned()),
        category: Some(Category::Plant),
        office: "strade".to_owned(),
        ..opened
    };
    let order = WorkOrder {
        number: format!("{}/1", ticket.number),
        ticket: ticket.number.clone(),
        contractor: firm.to_owned(),
        state,
        cents: None,
        period: "2026-11".to_owned(),
        by: "sportello".to_owned(),
        beyond: false,
        asked: 2,
        next_at: Some(NOW),
        made_at: NOW,
        version: 1,
    };
    Snapshot { ticket: Some(ticket), orders: vec![order], ..snapshot() }
}

pub(super) fn told(desk: &Desk, snapshot: &Snapshot, text: &str) -> Decision {
    decide(desk, snapshot, &Event::StaffSaid { text }, NOW)
}

pub(super) fn states(decision: &Decision) -> Vec<(&str, OrderState)> {
    fn state(change: &Change) -> Option<(&str, OrderState)> {
        match change {
            Change::Order(order) | Change::Ordered(order) => {
                Some((&*order.contractor, order.state))
            }
            _ => None,
        }
    }
    decision.changes.iter().filter_map(state).collect()
}

/// Where the ticket of a decision stands at last.
fn stands(decision: &Decision) -> Option<Status> {
    latest(&decision.changes).map(|ticket| ticket.status)
}

/// A contractor's mail that answers the last letter about the ticket.
fn says(desk: &Desk, snapshot: &Snapshot, from: &str, text: &str) -> Decision {
    let number = snapshot.ticket.as_ref().unwrap().number.clone();
    let id = desk.signer.message_id(LetterKind::WorkOrder, "order", from, "comune.example");
    let mail = Mail {
        from: Some(Address { name: String::new(), address: from.to_owned() }),
        subject: format!("R: [{number}] Ordine"),
        text: text.to_owned(),
        in_reply_to: vec![id],
        ..report()
    };
    let participants = vec![from.to_owned()];
    let candidate = Candidate { number, by_letter: true, participants };
    let snapshot = Snapshot { candidates: vec![candidate], ..snapshot.clone() };
    arrived(desk, &snapshot, &arrival(desk, mail))
}

/// The last firm gave an emergency up at night: whoever is on call is woken and reads why; by day the office reads it.
#[test]
fn an_emergency_that_nobody_has_any_more_wakes_whoever_is_on_call() {
    let desk = desk_of_firms("");
    for (urgency, woken) in [(Urgency::Emergency, true), (Urgency::Normal, false)] {
        let mut snapshot = lamp(&desk, "luce", Status::Ordered, OrderState::Sent);
        snapshot.ticket.as_mut().unwrap().urgency = urgency;
        let refused = WorkOrder {
            contractor: "faro".to_owned(),
            state: OrderState::Refused,
            ..snapshot.orders[0].clone()
        };
        snapshot.orders.insert(0, WorkOrder { number: "2026-000001/0".to_owned(), ..refused });
        let due = Event::OrderDue { number: "2026-000001/1" };
        let decision = decide(&desk, &snapshot, &due, NOW.plus(Duration::from_mins(1)));
        assert_eq!(states(&decision), [("luce", OrderState::Silent)]);
        assert_eq!(stands(&decision), Some(Status::Assigned), "no firm has it");
        let letters = letters(&decision);
        let to_night = |it: &&String| it.ends_with(" reperibile@comune.example");
        let expected: &[&str] = if woken { &["on_call", "staff_notice"] } else { &[] };
        let found: Vec<&str> =
            letters.iter().filter(to_night).filter_map(|it| it.split(' ').next()).collect();
        assert_eq!(found, expected, "{urgency:?}");
        assert_eq!(ticket_of(&decision).call.is_some(), woken);
    }
}

/// What is an emergency now is one for whoever has the order already, with minutes to answer.
#[test]
fn an_order_that_is_out_is_sent_again_as_an_emergency() {
    let desk = desk_of_firms("");
    let snapshot = lamp(&desk, "faro", Status::Ordered, OrderState::Sent);
    let decision = told(&desk, &snapshot, "#emergenza");
    let letters = letters(&decision);
    for address in ["work_order faro@faro.example", "work_order notte@faro.example"] {
        assert!(letters.iter().any(|letter| letter == address), "{letters:?}");
    }
    let Some(Change::Ordered(order)) =
        decision.changes.iter().find(|change| matches!(change, Change::Ordered(_)))
    else {
        panic!("expected an order")
    };
    let soon = NOW.plus(Duration::from_hours(3));
    assert!(order.asked == 1 && order.next_at.is_some_and(|at| at < soon), "{order:?}");
}

/// Closing takes back what nobody has begun, and counts as done what somebody has; whoever has the order hears so.
#[test]
fn a_closed_ticket_leaves_no_order_behind() {
    let desk = desk_of_firms("");
    for (status, state, expected, letters_to_firm) in [
        (Status::Received, OrderState::Asked, OrderState::Retracted, 0),
        (Status::Ordered, OrderState::Sent, OrderState::Retracted, 2),
        (Status::Accepted, OrderState::Accepted, OrderState::Retracted, 2),
        (Status::InProgress, OrderState::Started, OrderState::Done, 2),
    ] {
        let snapshot = lamp(&desk, "faro", status, state);
        let decision = told(&desk, &snapshot, "#chiudi falso allarme");
        assert_eq!(states(&decision), [("faro", expected)], "{state:?}");
        assert_eq!(stands(&decision), Some(Status::Closed));
        let told = letters(&decision).iter().filter(|it| it.starts_with("work_order")).count();
        assert_eq!(told, letters_to_firm, "{state:?}");
    }
}

/// Whom staff chose outside the rules keeps the order when something else is corrected; whom the correction makes wrong
/// does not.
#[test]
fn a_correction_takes_an_order_only_from_whom_it_makes_wrong() {
    let desk = desk_of_firms("");
    let mut chosen = lamp(&desk, "faro", Status::Ordered, OrderState::Sent);
    chosen.ticket.as_mut().unwrap().subcategory = Some("F06".to_owned());
    assert_eq!(states(&told(&desk, &chosen, "#luogo via Po 3")), []);
    let right = lamp(&desk, "faro", Status::Ordered, OrderState::Sent);
    let decision = told(&desk, &right, "#sottocategoria F06");
    assert_eq!(states(&decision), [("faro", OrderState::Retracted)]);
}

/// An acceptance ends no wait and no planned day; what is done is neither accepted nor refused any more.
#[test]
fn an_answer_moves_the_ticket_only_where_it_may() {
    let desk = desk_of_firms("");
    let faro = "faro@faro.example";
    for (status, state, text, expected, ticket) in [
        (
            Status::Scheduled,
            OrderState::Sent,
            "ACCETTO",
            Some(OrderState::Accepted),
            Status::Scheduled,
        ),
        (
            Status::WaitingForRequester,
            OrderState::Sent,
            "ACCETTO",
            Some(OrderState::Accepted),
            Status::WaitingForRequester,
        ),
        (
            Status::Suspended,
            OrderState::Suspended,
            "ACCETTO",
            Some(OrderState::Accepted),
            Status::Accepted,
        ),
        (
            Status::Assigned,
            OrderState::Sent,
            "ACCETTO",
            Some(OrderState::Accepted),
            Status::Accepted,
        ),
        (
            Status::Scheduled,
            OrderState::Accepted,
            "INIZIATO",
            Some(OrderState::Started),
            Status::InProgress,
        ),
        (Status::Done, OrderState::Done, "RIFIUTO", None, Status::Done),
        (Status::Done, OrderState::Done, "ACCETTO", None, Status::Done),
    ] {
        let snapshot = lamp(&desk, "faro", status, state);
        let decision = says(&desk, &snapshot, faro, text);
        let after = latest(&decision.changes).map_or(status, |it| it.status);
        let found = states(&decision).first().map(|(_, state)| *state);
        assert_eq!((found, after), (expected, ticket), "{status:?} {text}");
    }
}

/// The municipality's own squad is on the roster and a contractor: its answers count.
#[test]
fn a_contractor_that_is_staff_too_can_answer() {
    let squad = "[[on_call]]\nid = \"squadra\"\naddresses = [\"faro@faro.example\"]\noffices = [\"verde\"]\n";
    let desk = desk_of_firms(squad);
    let snapshot = lamp(&desk, "faro", Status::Ordered, OrderState::Sent);
    let decision = says(&desk, &snapshot, "faro@faro.example", "ACCETTO");
    assert_eq!(states(&decision), [("faro", OrderState::Accepted)]);
}

/// A contractor whose answer must be confirmed first keeps the order meanwhile, and the office knows.
#[test]
fn an_unconfirmed_answer_stops_the_clock_once_more() {
    let desk = Desk { trust: desk().trust, ..desk_of_firms("") };
    let snapshot = lamp(&desk, "faro", Status::Ordered, OrderState::Sent);
    let decision = says(&desk, &snapshot, "faro@faro.example", "ACCETTO");
    let Some(Change::Ordered(order)) = decision.changes.last() else { panic!("{decision:?}") };
    assert!(order.state == OrderState::Sent && order.next_at.is_some_and(|at| at > NOW));
    let expected = ["confirmation faro@faro.example", "staff_notice strade@comune.example"];
    assert_eq!(letters(&decision), expected);
}

/// The time to answer a question runs out: the order is nobody's, and another may be made.
#[test]
fn a_question_that_nobody_answers_stands_in_the_way_of_nothing() {
    let desk = desk_of_firms("");
    let mut snapshot = lamp(&desk, "faro", Status::Received, OrderState::Asked);
    snapshot.orders[0].asked = 99;
    let due = Event::OrderDue { number: "2026-000001/1" };
    let decision = decide(&desk, &snapshot, &due, NOW);
    assert_eq!(states(&decision), [("faro", OrderState::Denied)]);
    let news = decision.letters.last().unwrap();
    assert_eq!(news.context.get("unapproved"), Some(&serde_json::Value::Bool(true)));
    assert_eq!(news.context.get("answer"), Some(&serde_json::Value::Null));
}

/// An emergency in a town of districts whose district is not known is asked about.
#[test]
fn an_unknown_district_is_a_reason_to_ask() {
    let firm = RULES.replace("activation", "districts = [\"nord\"]\nactivation");
    let desk = Desk { rules: RuleSet::parse(&firm, "rules.toml").unwrap(), ..desk() };
    let mut snapshot = lamp(&desk, "luce", Status::Received, OrderState::Asked);
    snapshot.orders.clear();
    let ticket = snapshot.ticket.as_mut().unwrap();
    ticket.facts.verdict = None;
    let decision = told(&desk, &snapshot, "#emergenza");
    assert_eq!(states(&decision), [("luce", OrderState::Asked)]);
}

/// A retraction that bounced is named as one: the contractor may still set out.
#[test]
fn a_lost_retraction_is_named() {
    let desk = desk_of_firms("");
    let snapshot = lamp(&desk, "faro", Status::Ordered, OrderState::Sent);
    let retracted = told(&desk, &snapshot, "#ritira ordine");
    let lost = retracted.letters.iter().find(|it| it.kind == LetterKind::WorkOrder).unwrap();
    let letter = KnownLetter {
        message_id: lost.message_id.clone(),
        kind: lost.kind,
        cause: lost.cause.clone(),
        recipient: lost.recipient.address.clone(),
        ticket: lost.ticket.clone(),
        delivery: Delivery::Unknown,
    };
    let failed = FailedLetter { letter, reason: "550".to_owned() };
    let decision = decide(&desk, &snapshot, &Event::LetterFailed(&failed), NOW);
    assert_eq!(letters(&decision), ["staff_notice strade@comune.example"]);
    assert!(decision.reasons[0].contains("NOT told"), "{:?}", decision.reasons);
}

/// The requester's answer to the last letter about the ticket.
fn answers(desk: &Desk, snapshot: &Snapshot, text: &str) -> Decision {
    let number = snapshot.ticket.as_ref().unwrap().number.clone();
    let mail = Mail { subject: format!("Re: [{number}]"), text: text.to_owned(), ..report() };
    let participants = vec!["anna@x.example".to_owned()];
    let candidate = Candidate { number, by_letter: true, participants };
    let snapshot = Snapshot { candidates: vec![candidate], ..snapshot.clone() };
    arrived(desk, &snapshot, &arrival(desk, mail))
}

/// One mail that says where it is and that people are in danger brings one order, with both.
#[test]
fn a_place_and_a_danger_in_one_mail_are_one_order() {
    let desk = desk_of_firms("");
    let mut snapshot = lamp(&desk, "faro", Status::Received, OrderState::Asked);
    let order = snapshot.orders.pop().unwrap();
    let ticket = snapshot.ticket.as_mut().unwrap();
    (ticket.place, ticket.facts.place, ticket.facts.verdict) = (None, None, None);
    let text = "È in via Roma 3. Il palo è caduto e ci sono cavi elettrici scoperti: c'è una persona ferita!";
    let decision = answers(&desk, &snapshot, text);
    assert_eq!(states(&decision), [("luce", OrderState::Sent)]);
    let sent = letters(&decision);
    let orders: Vec<_> = sent.iter().filter(|it| it.starts_with("work_order")).collect();
    assert_eq!(orders, ["work_order interventi@luce.example"]);
    let now = latest(&decision.changes).unwrap();
    assert_eq!((now.urgency, now.place.as_deref()), (Urgency::Emergency, Some("via Roma 3")));

    snapshot.orders = vec![WorkOrder { state: OrderState::Sent, ..order }];
    let again = letters(&answers(&desk, &snapshot, text));
    let again: Vec<_> = again.iter().filter(|it| it.starts_with("work_order")).collect();
    assert_eq!(again, ["work_order faro@faro.example", "work_order notte@faro.example"]);
}

/// Staff ordered for a mail that could not be read; when it can be, what they ordered stands.
#[test]
fn a_mail_that_is_read_again_orders_nothing_twice() {
    let desk = desk_of_firms("");
    for (state, expected) in [(OrderState::Sent, &[][..]), (OrderState::Retracted, &["faro"])] {
        let snapshot = lamp(&desk, "luce", Status::Ordered, state);
        let text = "In via Roma 3 il lampione è spento da tre giorni.".to_owned();
        let mail = Mail { subject: "Lampione spento".to_owned(), text, ..report() };
        let read = arrival(&desk, mail);
        let decision = decide(&desk, &snapshot, &Event::MailReadAgain(&read), NOW);
        let firms: Vec<_> = states(&decision).into_iter().map(|(firm, _)| firm).collect();
        assert_eq!(firms, expected, "{state:?}");
        assert_eq!(stands(&decision), Some(Status::Ordered));
    }
}

/// A desk that answers by itself is not asked for ever whether it was them, nor does its order stay without a clock: people
/// read its mail.
#[test]
fn a_firm_that_answers_by_machine_is_asked_four_times_a_day() {
    let desk = Desk { trust: desk().trust, ..desk_of_firms("") };
    let snapshot = lamp(&desk, "faro", Status::Ordered, OrderState::Sent);
    let often = Snapshot { answers_in_day: 4, ..snapshot };
    let decision = says(&desk, &often, "faro@faro.example", "ACCETTO");
    assert_eq!(states(&decision), []);
    assert_eq!(letters(&decision), ["staff_notice strade@comune.example"]);
}
