//! What the rules say of contractors, deputies and on-call contacts that works and is unwise.

use chrono::NaiveDate;

use crate::domain::desk::Desk;
use crate::domain::order::euro;
use crate::domain::rules::{Activation, Contractor, Limits, Office, OnCall};

/// In the order of the rules.
pub(super) fn advice(desk: &Desk, today: NaiveDate) -> Vec<String> {
    let firms = desk.rules.all_contractors().iter();
    let firms = firms.flat_map(|firm| {
        let advice = ended(firm, today).into_iter().chain(unlimited(firm));
        advice.chain(never_within(desk, firm)).chain(two_hats(desk, firm))
    });
    let deputies = desk.rules.offices().iter().flat_map(|office| past_deputies(office, today));
    firms.chain(deputies).chain(shared_on_call(desk)).collect()
}

fn ended(firm: &Contractor, today: NaiveDate) -> Option<String> {
    let id = &firm.id;
    firm.valid.to.filter(|last| *last < today).map(|_| {
        format!(
            "contractor `{id}`: its contract has ended, and it gets no orders; correct valid_to"
        )
    })
}

fn unlimited(firm: &Contractor) -> Option<String> {
    let Limits { intervention_cents, period_cents, period_orders, .. } = &firm.limits;
    let limited =
        [intervention_cents, period_cents, period_orders].into_iter().any(Option::is_some);
    let by_itself = firm.activation == Activation::Automatic;
    (by_itself && !limited).then(|| {
        format!(
            "contractor `{}`: it is activated by itself without any limit; add limits, or activation = \"urgent_only\"",
            firm.id
        )
    })
}

/// Work whose usual cost is more than the firm may be sent for: staff are asked each time.
fn never_within(desk: &Desk, firm: &Contractor) -> impl Iterator<Item = String> {
    let limit = firm.limits.intervention_cents;
    firm.subcategories.iter().filter_map(move |code| {
        let (limit, estimate) = (limit?, desk.rules.subcategory(code)?.estimate_cents?);
        (estimate > limit).then(|| {
            format!(
                "contractor `{}`: the estimate of {code} ({} euro) is above its limit for one intervention ({} euro): it is \
                 never sent for that without asking; raise intervention_euro, or correct [estimates]",
                firm.id,
                euro(estimate),
                euro(limit)
            )
        })
    })
}

/// Whoever writes from the firm could give orders as staff.
fn two_hats(desk: &Desk, firm: &Contractor) -> impl Iterator<Item = String> {
    firm.addresses.iter().filter(|address| desk.may_order(address)).map(|address| {
        format!(
            "contractor `{}`: its address {address} is also one of staff, so that the firm may give orders by mail (the \
             municipality's own squad may, nobody else); give it another address",
            firm.id
        )
    })
}

fn past_deputies(office: &Office, today: NaiveDate) -> impl Iterator<Item = String> {
    let past = office.deputies.iter().filter(move |it| it.days.to.is_some_and(|to| to < today));
    past.map(|deputy| {
        format!(
            "office `{}`: the days of its deputy {} are over; correct valid_to, or remove the deputy",
            office.id, deputy.address
        )
    })
}

/// Of two contacts for the same office on the same day the first of the file is called, and the other never.
fn shared_on_call(desk: &Desk) -> Vec<String> {
    let contacts = desk.rules.all_on_call();
    let clash = |one: &OnCall, other: &OnCall| {
        let everywhere = one.offices.is_empty() && other.offices.is_empty();
        let office = one.offices.iter().find(|office| other.offices.contains(office));
        let shared = everywhere.then_some("every office").or(office.map(String::as_str));
        shared.filter(|_| one.valid.meets(other.valid)).map(str::to_owned)
    };
    let pairs = contacts.iter().enumerate().flat_map(|(at, one)| {
        contacts.iter().skip(at.saturating_add(1)).map(move |other| (one, other))
    });
    pairs
        .filter_map(|(one, other)| {
            let what = clash(one, other)?;
            Some(format!(
                "[[on_call]] `{}` and `{}` are both there for {what} on some days: only the first is called then; \
                 correct their days or offices",
                one.id, other.id
            ))
        })
        .collect()
}
