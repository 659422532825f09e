//! What limits and doubts let out, also when the kind of work is corrected afterwards.

use super::orders::*;
use super::*;
use crate::domain::order::Used;
use crate::domain::ticket::Status;

const LIMITS: &str = r#"
[[contractor]]
id = "scavi"
name = "Scavi Srl"
addresses = ["scavi@scavi.example"]
subcategories = ["I01", "I02"]
activation = "automatic"
priority = 2
exceed = ["dirigente@comune.example"]
[contractor.limits]
intervention_euro = 500
period_euro = 1000
[estimates]
I01 = 300
I02 = 900
"#;

fn corrected(rules: &str, snapshot: &Snapshot, by: &str) -> Decision {
    let desk = desk_of_firms(rules);
    let correction = Correction { subcategory: Some("I02".to_owned()), ..Correction::default() };
    staff::correct(&desk, snapshot, &correction, by, NOW)
}

/// A lamp whose order goes to a firm with limits, and counts in them.
fn ordered(state: OrderState, status: Status) -> Snapshot {
    let desk = desk_of_firms(LIMITS);
    let mut snapshot = lamp(&desk, "scavi", status, state);
    snapshot.orders[0].cents = Some(30_000);
    snapshot.used.insert("scavi".to_owned(), Used { orders: 1, cents: 30_000 });
    snapshot
}

/// What a correction makes too dear for a limit is asked about; whoever took it on keeps it, and those who may exceed
/// the limit read that it was passed.
#[test]
fn a_corrected_kind_of_work_is_held_against_the_limits_again() {
    let (chief, clerk) = ("dirigente@comune.example", "ced@comune.example");
    let last = |decision: &Decision| {
        let orders = decision.changes.iter().rev();
        let order = orders.filter_map(|change| match change {
            Change::Order(order) | Change::Ordered(order) => Some(order.clone()),
            _ => None,
        });
        order.map(|order| (order.cents, order.beyond)).next()
    };
    let sent = corrected(LIMITS, &ordered(OrderState::Sent, Status::Ordered), clerk);
    assert_eq!(states(&sent), [("scavi", OrderState::Retracted), ("scavi", OrderState::Asked)]);
    assert_eq!(last(&sent), Some((Some(90_000), false)));
    let told = letters(&sent);
    for letter in ["approval dirigente@comune.example", "work_order scavi@scavi.example"] {
        assert_eq!(told.iter().filter(|it| *it == letter).count(), 1, "{told:?}");
    }
    let accepted = corrected(LIMITS, &ordered(OrderState::Accepted, Status::Accepted), clerk);
    assert_eq!(states(&accepted), [("scavi", OrderState::Accepted)]);
    assert_eq!(last(&accepted), Some((Some(90_000), true)));
    let told = letters(&accepted);
    assert!(told.contains(&format!("staff_notice {chief}")), "{told:?}");
    let allowed = corrected(LIMITS, &ordered(OrderState::Sent, Status::Ordered), chief);
    assert_eq!(states(&allowed), [("scavi", OrderState::Sent)]);
    assert_eq!(last(&allowed), Some((Some(90_000), true)));
}

/// The order's own old estimate leaves the sum that the new one is held against.
#[test]
fn a_corrected_kind_of_work_is_not_counted_twice() {
    let mut snapshot = ordered(OrderState::Sent, Status::Ordered);
    snapshot.used.insert("scavi".to_owned(), Used { orders: 3, cents: 80_000 });
    let rules = LIMITS.replace("I02 = 900", "I02 = 500");
    let decision = corrected(&rules, &snapshot, "ced@comune.example");
    assert_eq!(states(&decision), [("scavi", OrderState::Sent)], "500 of 500 a time, 1000 of 1000");
    snapshot.used.insert("scavi".to_owned(), Used { orders: 3, cents: 80_001 });
    let decision = corrected(&rules, &snapshot, "ced@comune.example");
    assert_eq!(states(&decision), [("scavi", OrderState::Retracted), ("scavi", OrderState::Asked)]);
}

/// Nobody is sent out for what may be another trade's work, or to a place that nobody named.
#[test]
fn an_everyday_order_waits_for_a_place_and_asks_when_the_work_is_not_certain() {
    let desk = desk_of_firms("");
    let ordered = |text: &str, confidence: f64| {
        let subject = "Lampione spento".to_owned();
        let mut read = arrival(&desk, Mail { subject, text: text.to_owned(), ..report() });
        assert_eq!(read.understood.verdict.subcategory.as_deref(), Some("I01"));
        read.understood.verdict.confidence = confidence;
        let decision = arrived(&desk, &snapshot(), &read);
        states(&decision).first().map(|(_, state)| *state)
    };
    let placed = "In via Roma 3 il lampione è spento da tre giorni.";
    assert_eq!(ordered(placed, 0.9), Some(OrderState::Sent));
    assert_eq!(ordered(placed, 0.4), Some(OrderState::Asked));
    assert_eq!(ordered("Il lampione è spento da tre giorni.", 0.9), None);
}
