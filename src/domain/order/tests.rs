use super::*;
use crate::domain::rules::{Activation, Validity};

const LIMITS: Limits = Limits {
    intervention_cents: Some(50_000),
    period_cents: Some(120_000),
    period_orders: Some(3),
    period: Period::Month,
};

fn used(orders: i64, cents: i64) -> Used {
    Used { orders, cents }
}

#[test]
fn a_limit_is_reached_by_its_last_cent_and_passed_by_the_next() {
    for (already, estimate, expected) in [
        (used(0, 0), Some(50_000), &[][..]),
        (used(0, 0), Some(50_001), &[Beyond::Intervention]),
        (used(2, 70_000), Some(50_000), &[]),
        (used(2, 70_001), Some(50_000), &[Beyond::PeriodMoney]),
        (used(3, 0), Some(1), &[Beyond::PeriodOrders]),
        (used(0, 0), None, &[Beyond::NoEstimate]),
        (
            used(3, 120_000),
            Some(60_000),
            &[Beyond::Intervention, Beyond::PeriodMoney, Beyond::PeriodOrders],
        ),
        (used(0, i64::MAX), Some(1), &[Beyond::PeriodMoney]),
    ] {
        assert_eq!(beyond(&LIMITS, already, estimate), expected, "{already:?} {estimate:?}");
    }
    assert_eq!(beyond(&Limits::default(), used(900, 900), None), []);
}

#[test]
fn a_day_has_its_month_quarter_and_year() {
    let day = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
    assert_eq!(period_of(Period::Month, day), "2026-11");
    assert_eq!(period_of(Period::Quarter, day), "2026-Q4");
    assert_eq!(period_of(Period::Year, day), "2026");
}

#[test]
fn euro_are_written_with_stops_and_a_comma() {
    for (cents, text) in [
        (0, "0,00"),
        (5, "0,05"),
        (123_450, "1.234,50"),
        (-100, "-1,00"),
        (100_000_000, "1.000.000,00"),
    ] {
        assert_eq!(euro(cents), text);
    }
}

#[test]
fn a_firm_is_engaged_for_its_work_in_its_districts_while_its_contract_holds() {
    let day = |day| NaiveDate::from_ymd_opt(2026, 6, day).unwrap();
    let firm = Contractor {
        id: "luce".to_owned(),
        name: "Luce Srl".to_owned(),
        addresses: vec!["luce@firm.example".to_owned()],
        subcategories: vec!["I01".to_owned()],
        activation: Activation::Automatic,
        districts: vec!["Nord".to_owned()],
        contract: None,
        valid: Validity { from: Some(day(2)), to: Some(day(4)) },
        hours: None,
        priority: 1,
        limits: Limits::default(),
        exceed: Vec::new(),
        answer_minutes: 30,
    };
    assert!(is_engaged(&firm, "I01", Some("nord"), day(2)));
    assert!(is_engaged(&firm, "I01", Some("nord"), day(4)));
    assert!(!is_engaged(&firm, "I02", Some("nord"), day(3)));
    assert!(!is_engaged(&firm, "I01", Some("sud"), day(3)));
    assert!(!is_engaged(&firm, "I01", None, day(3)));
    assert!(!is_engaged(&firm, "I01", Some("nord"), day(1)));
    assert!(!is_engaged(&firm, "I01", Some("nord"), day(5)));
}

#[test]
fn a_period_is_told_by_its_months() {
    let day = |month: u32| NaiveDate::from_ymd_opt(2026, month, 1).unwrap();
    for month in 1..=12 {
        let first = (month - 1) / 3 * 3 + 1;
        for (period, from, to) in [
            (Period::Month, month, month),
            (Period::Quarter, first, first + 2),
            (Period::Year, 1, 12),
        ] {
            assert_eq!(months_of(&period_of(period, day(month))), Some((day(from), day(to))));
        }
    }
    for wrong in ["", "2026-Q0", "2026-Q5", "2026-13", "Q1", "2026-Q", "-1"] {
        assert_eq!(months_of(wrong), None, "{wrong}");
    }
}
