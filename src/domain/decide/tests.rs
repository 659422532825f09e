//! What follows from each kind of mail and from what staff do, as a table: pure, without a store.

mod asked;
mod charge;
mod course;
mod limits;
mod on_call;
mod orders;
mod told;
mod walk;

use std::collections::BTreeSet;

use super::*;
use crate::domain::delivery::Delivery;
use crate::domain::desk::Envelope;
use crate::domain::hours::Hours;
use crate::domain::kind::{Identity, kind};
use crate::domain::letter::{HoldReason, LetterKind};
use crate::domain::limits::{Limits, Released};
use crate::domain::mail::{Address, Damage, Header, Report, ReturnPath};
use crate::domain::order::{self, OrderState};
use crate::domain::rules::RuleSet;
use crate::domain::token::Signer;
use crate::domain::trust::Policy;
use crate::domain::understand::understand;

const NOW: Timestamp = Timestamp::from_millis(1_794_474_000_000);

const RULES: &str = r#"
[[office]]
id = "strade"
address = "strade@comune.example"
[[contractor]]
id = "luce"
name = "Luce Srl"
addresses = ["interventi@luce.example"]
subcategories = ["I01"]
activation = "automatic"
"#;

fn desk() -> Desk {
    let from = Address { name: "Centrale".to_owned(), address: "noi@comune.example".to_owned() };
    Desk {
        organisation: "Comune".to_owned(),
        from,
        staff: vec!["ced@comune.example".to_owned(), "capo@comune.example".to_owned()],
        rules: RuleSet::parse(RULES, "rules.toml").unwrap(),
        hours: Hours::new("Mo-Fr 08:00-13:00", "Europe/Rome", None).unwrap(),
        identity: Identity {
            addresses: vec!["noi@comune.example".to_owned()],
            ..Identity::default()
        },
        limits: Limits { per_sender_per_day: 5, per_domain_per_hour: 30, per_hour: 200 },
        envelope: Envelope::From,
        signer: Signer::new("a", [7; 32]),
        trust: Policy { authserv_id: None, required: true },
    }
}

fn report() -> Mail {
    Mail {
        message_id: Some("1@x.example".to_owned()),
        from: Some(Address { name: String::new(), address: "anna@x.example".to_owned() }),
        subject: "Buca".to_owned(),
        text: "Buongiorno, in via Roma 3 si è aperta una buca nell'asfalto.".to_owned(),
        media_type: "text/plain".to_owned(),
        ..Mail::default()
    }
}

fn header(name: &str, value: &str) -> Header {
    Header { name: name.to_owned(), value: value.to_owned() }
}

fn arrival(desk: &Desk, mail: Mail) -> Arrival {
    Arrival {
        kind: kind(&mail, &desk.identity, false),
        understood: understand(&mail, &desk.rules),
        passed_on: None,
        mail,
        content_key: "key".to_owned(),
        received_at: NOW,
        mailbox: "m".to_owned(),
        rescan: false,
        restored: false,
        history_before: None,
        letters: true,
        oversize: false,
    }
}

fn snapshot() -> Snapshot {
    Snapshot { next_number: "2026-000001".to_owned(), ..Snapshot::default() }
}

fn arrived(desk: &Desk, snapshot: &Snapshot, arrival: &Arrival) -> Decision {
    decide(desk, snapshot, &Event::MailArrived(arrival), NOW)
}

/// Letters of a decision as `acknowledgement anna@x.example`, in order.
fn letters(decision: &Decision) -> Vec<String> {
    let line = |l: &Letter| format!("{} {}", l.kind.name(), l.recipient.address);
    decision.letters.iter().map(line).collect()
}

fn ticket_of(decision: &Decision) -> Ticket {
    let opened = decision.changes.iter().find_map(|change| match change {
        Change::Open(ticket) | Change::Update(ticket) => Some(ticket.as_ref().clone()),
        _ => None,
    });
    opened.expect("a ticket")
}

/// Each kind of mail ends where the conservation law says, and writes to nobody it must not.
#[test]
fn each_kind_of_mail_ends_in_its_place() {
    let desk = desk();
    let automatic = || header("auto-submitted", "auto-replied");
    let ours = Address { name: String::new(), address: "noi@comune.example".to_owned() };
    let own = vec![header("x-sportello-loop", "a.b")];
    let answered = ["acknowledgement anna@x.example", "staff_notice strade@comune.example"];
    let told = ["staff_notice ced@comune.example", "staff_notice capo@comune.example"];
    let cases: [(&str, Mail, &str, &[&str]); 7] = [
        ("a report", report(), "ticket", &answered),
        ("an absence", Mail { headers: vec![automatic()], ..report() }, "filed", &[]),
        ("our own", Mail { from: Some(ours), headers: own, ..report() }, "filed", &[]),
        (
            "a weak sign of a machine",
            Mail { headers: vec![header("x-auto-response-suppress", "All")], ..report() },
            "ticket",
            &answered[1..],
        ),
        (
            "a null sender",
            Mail { return_path: ReturnPath::Null, ..report() },
            "ticket",
            &answered[1..],
        ),
        ("noise", Mail { damage: vec![Damage::NoHeader], ..Mail::default() }, "quarantined", &told),
        (
            "a bounce of nothing of ours",
            Mail {
                media_type: "multipart/report".to_owned(),
                return_path: ReturnPath::Null,
                report: Some(Report {
                    report_type: "delivery-status".to_owned(),
                    action: "failed".to_owned(),
                    ..Report::default()
                }),
                ..report()
            },
            "filed",
            &[],
        ),
    ];
    for (name, mail, outcome, expected) in cases {
        let decision = arrived(&desk, &snapshot(), &arrival(&desk, mail));
        assert_eq!(decision.outcome.as_ref().unwrap().name(), outcome, "{name}");
        assert_eq!(letters(&decision), expected, "{name}");
        assert!(!decision.reasons.is_empty(), "{name}");
    }
}

/// The same arguments give the same decision, and a known mail asks for nothing.
#[test]
fn deciding_is_repeatable_and_a_known_mail_is_filed() {
    let desk = desk();
    let arrival = arrival(&desk, report());
    assert_eq!(arrived(&desk, &snapshot(), &arrival), arrived(&desk, &snapshot(), &arrival));
    let known = Snapshot { known: true, ..snapshot() };
    let decision = arrived(&desk, &known, &arrival);
    assert!(decision.changes.is_empty() && decision.letters.is_empty());
}

/// Who gets an acknowledgement, and when it waits.
#[test]
fn an_acknowledgement_is_withheld_or_held_for_its_reason() {
    let desk = desk();
    let from = |address: &str| Some(Address { name: String::new(), address: address.to_owned() });
    let looping = Released { sent_to_sender_in_loop_window: 4, ..Released::default() };
    let full = Released { to_sender_in_day: 5, ..Released::default() };
    let cases = [
        ("a person", report(), Released::default(), Some(None)),
        ("no address", Mail { from: from(""), ..report() }, Released::default(), None),
        ("no domain", Mail { from: from("anna@"), ..report() }, Released::default(), None),
        ("ourselves", Mail { from: from("NOI@comune.example"), ..report() }, full, None),
        ("a full day", report(), full, Some(Some(HoldReason::SenderLimit))),
        ("a loop", report(), looping, Some(Some(HoldReason::LoopBreaker))),
    ];
    for (name, mail, released, expected) in cases {
        let snapshot = Snapshot { released, ..snapshot() };
        let decision = arrived(&desk, &snapshot, &arrival(&desk, mail));
        let is_acknowledgement = |l: &&Letter| l.kind == LetterKind::Acknowledgement;
        let held = decision.letters.iter().find(is_acknowledgement).map(|letter| letter.hold);
        assert_eq!(held, expected, "{name}");
        assert_eq!(decision.outcome.unwrap().name(), "ticket", "{name}");
    }
}

/// After a renumbering: what lay there before the first start is history, old mail's letters wait, fresh
/// mail's leave.
#[test]
fn a_mail_met_again_after_a_renumbering_writes_to_nobody_by_itself() {
    let desk = desk();
    let at = |hours: u64| Some(NOW.minus(std::time::Duration::from_secs(hours * 3600)));
    for (name, delivered, history, outcome, hold) in [
        ("history", at(50), at(48), "filed", None),
        ("old", at(40), at(48), "ticket", Some(HoldReason::Rescan)),
        ("undated", None, at(48), "ticket", Some(HoldReason::Rescan)),
        ("fresh", at(1), at(48), "ticket", None),
    ] {
        let mut arrival = arrival(&desk, Mail { delivered_at: delivered, ..report() });
        (arrival.rescan, arrival.history_before) = (true, history);
        let decision = arrived(&desk, &snapshot(), &arrival);
        assert_eq!(decision.outcome.as_ref().unwrap().name(), outcome, "{name}");
        assert_eq!(decision.letters.first().and_then(|letter| letter.hold), hold, "{name}");
    }
}

/// After a restore even a fresh mail may have been answered since the backup: it has its ticket, and its
/// acknowledgement waits for staff.
#[test]
fn a_mail_met_after_a_restore_writes_to_nobody_by_itself() {
    let desk = desk();
    let mut arrival = arrival(&desk, Mail { delivered_at: Some(NOW), ..report() });
    arrival.restored = true;
    let decision = arrived(&desk, &snapshot(), &arrival);
    assert_eq!(decision.outcome.as_ref().unwrap().name(), "ticket");
    let hold = decision.letters.first().and_then(|letter| letter.hold);
    assert_eq!(hold, Some(HoldReason::Restored));
}

/// An import opens its tickets and writes to nobody.
#[test]
fn an_import_writes_to_nobody() {
    let desk = desk();
    let arrival = Arrival { letters: false, ..arrival(&desk, report()) };
    let decision = arrived(&desk, &snapshot(), &arrival);
    assert_eq!(decision.outcome.as_ref().unwrap().name(), "ticket");
    assert!(decision.letters.is_empty());
}

/// Each envelope sender of an acknowledgement; other letters have ours, or an address of their own as well.
#[test]
fn the_envelope_of_an_acknowledgement_is_as_configured() {
    for (envelope, expected) in [
        (Envelope::From, Some("noi@comune.example")),
        (Envelope::Verp, Some("noi+a.")),
        (Envelope::Null, None),
    ] {
        let desk = Desk { envelope, ..desk() };
        let decision = arrived(&desk, &snapshot(), &arrival(&desk, report()));
        let sender = decision.letters[0].envelope_from.as_deref();
        assert_eq!(sender.is_some(), expected.is_some());
        assert!(sender.unwrap_or_default().starts_with(expected.unwrap_or_default()));
        let other = decision.letters[1].envelope_from.as_deref().unwrap_or_default();
        let own = if envelope == Envelope::Verp { "noi+s." } else { "noi@comune.example" };
        assert!(other.starts_with(own), "{other}");
    }
}

/// Staff's orders, each with what it changes and whom it tells.
#[test]
fn staff_orders_change_what_they_name() {
    let desk = desk();
    let opened = ticket_of(&arrived(&desk, &snapshot(), &arrival(&desk, report())));
    let on = |ticket: Option<Ticket>, event: Event<'_>| {
        decide(&desk, &Snapshot { ticket, ..Snapshot::default() }, &event, NOW)
    };
    let lamp = Correction { subcategory: Some("I01".to_owned()), ..Correction::default() };
    let moved = on(Some(opened.clone()), Event::StaffCorrected(&lamp));
    let told = [
        "staff_notice ced@comune.example",
        "staff_notice capo@comune.example",
        "work_order interventi@luce.example",
    ];
    assert_eq!(letters(&moved), told);
    let moved = ticket_of(&moved);
    assert_eq!((moved.category, moved.version), (Some(Category::Plant), 2));
    assert!(on(Some(moved.clone()), Event::StaffCorrected(&lamp)).changes.is_empty());
    let unknown = Correction { subcategory: Some("X99".to_owned()), ..Correction::default() };
    assert!(on(Some(moved.clone()), Event::StaffCorrected(&unknown)).changes.is_empty());
    let closed = on(Some(moved), Event::StaffClosed { note: None });
    assert!(closed.letters.is_empty());
    let closed = ticket_of(&closed);
    assert!(on(Some(closed), Event::StaffClosed { note: None }).changes.is_empty());
    assert!(on(None, Event::StaffCorrected(&lamp)).changes.is_empty());
    assert!(on(None, Event::StaffClosed { note: None }).changes.is_empty());
}

/// Who hears of a letter that did not arrive, and who gets it instead.
#[test]
fn a_failed_letter_is_told_and_the_next_contact_is_used() {
    use LetterKind::{Acknowledgement, StaffNotice, WorkOrder};
    let rules = RULES.replace("luce.example\"]", "luce.example\", \"reperibile@luce.example\"]");
    let desk = Desk { rules: RuleSet::parse(&rules, "rules.toml").unwrap(), ..desk() };
    let ticket = ticket_of(&arrived(&desk, &snapshot(), &arrival(&desk, report())));
    let ticket = Ticket { subcategory: Some("I01".to_owned()), ..ticket };
    let order = order::WorkOrder {
        number: "2026-000001/1".to_owned(),
        ticket: ticket.number.clone(),
        contractor: "luce".to_owned(),
        state: OrderState::Sent,
        cents: None,
        period: "2026-11".to_owned(),
        by: "sportello".to_owned(),
        beyond: false,
        asked: 1,
        next_at: None,
        made_at: NOW,
        version: 1,
    };
    let snapshot = Snapshot { ticket: Some(ticket), orders: vec![order], ..Snapshot::default() };
    let office = "staff_notice strade@comune.example";
    let staff = ["staff_notice ced@comune.example", "staff_notice capo@comune.example"];
    let next = [office, "work_order reperibile@luce.example"];
    let cases: [(LetterKind, &str, &[&str], &str); 5] = [
        (Acknowledgement, "anna@x.example", &[office], "did NOT get the confirmation"),
        (WorkOrder, "interventi@luce.example", &next, "did NOT get the work order"),
        (WorkOrder, "reperibile@luce.example", &[office], "did NOT get the work order"),
        (StaffNotice, "strade@comune.example", &staff, "did not reach"),
        (StaffNotice, "ced@comune.example", &[], "did not reach"),
    ];
    for (kind, recipient, expected, text) in cases {
        let letter = KnownLetter {
            message_id: "a.b.c.d@comune.example".to_owned(),
            kind,
            cause: "mail:key".to_owned(),
            recipient: recipient.to_owned(),
            ticket: Some("2026-000001".to_owned()),
            delivery: Delivery::Unknown,
        };
        let failed = FailedLetter { letter, reason: "550".to_owned() };
        let decision = decide(&desk, &snapshot, &Event::LetterFailed(&failed), NOW);
        assert_eq!(letters(&decision), expected, "{kind:?} {recipient}");
        let [Change::Enter { entry, .. }] = &decision.changes[..] else { panic!("one entry") };
        assert!(entry.text.contains(text), "{}", entry.text);
    }
}

/// Decisions are kept and shown: they survive being written as JSON.
#[test]
fn a_decision_reads_back_from_json() {
    let desk = desk();
    let decision = arrived(&desk, &snapshot(), &arrival(&desk, report()));
    let text = serde_json::to_string(&decision).unwrap();
    assert_eq!(serde_json::from_str::<Decision>(&text).unwrap().letters, decision.letters);
}
