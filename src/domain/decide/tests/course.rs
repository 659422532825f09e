//! When a ticket's time ends, what stops it, and on which day it wakes.

use super::*;
use crate::domain::digest::{day_that_came, due_at};
use crate::domain::ticket::Status;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// A desk that is shut on 24 November, its patron saint's day.
fn desk_of_saint() -> Desk {
    let hours = Hours::new("Mo-Fr 08:00-13:00; PH off", "Europe/Rome", Some("11-24")).unwrap();
    Desk { hours, ..desk() }
}

/// A hole in the road, which takes five working days.
fn hole(desk: &Desk, received: &str) -> Ticket {
    let received = at(received);
    let arrival = Arrival { received_at: received, ..arrival(desk, report()) };
    let ticket = ticket_of(&decide(desk, &snapshot(), &Event::MailArrived(&arrival), received));
    assert_eq!(
        (ticket.subcategory.as_deref(), desk.expected_days(&ticket)),
        (Some("S01"), Some(5))
    );
    ticket
}

#[test]
fn a_usual_time_is_counted_in_working_days() {
    let desk = desk_of_saint();
    for (received, due, why) in [
        ("2026-11-12T10:00:00+01:00", "2026-11-19T13:00:00+01:00", "over a weekend"),
        ("2026-11-12T20:00:00+01:00", "2026-11-20T13:00:00+01:00", "from the next opening"),
        ("2026-11-20T10:00:00+01:00", "2026-11-30T13:00:00+01:00", "over the patron saint"),
        ("2027-09-30T10:00:00+02:00", "2027-10-08T13:00:00+02:00", "over 4 October"),
        ("2027-03-25T10:00:00+01:00", "2027-04-02T13:00:00+02:00", "Easter Monday, summer time"),
        ("2026-10-23T10:00:00+02:00", "2026-10-30T13:00:00+01:00", "the end of summer time"),
    ] {
        assert_eq!(due_at(&desk, &hole(&desk, received)), Some(at(due)), "{why}");
    }
}

#[test]
fn a_wait_stops_the_clock_and_a_new_beginning_starts_it_anew() {
    let desk = desk_of_saint();
    let asked = at("2026-11-12T11:00:00+01:00");
    for wait in [Status::WaitingForRequester, Status::Scheduled, Status::Suspended] {
        let mut ticket = hole(&desk, "2026-11-12T10:00:00+01:00");
        ticket.enter_status(wait, asked);
        assert_eq!(due_at(&desk, &ticket), None, "{wait:?}");
        ticket.enter_status(Status::Received, at("2026-11-19T11:00:00+01:00"));
        assert_eq!(due_at(&desk, &ticket), Some(at("2026-11-27T13:00:00+01:00")), "{wait:?}");
    }
    for end in [Status::Closed, Status::Duplicate, Status::Cancelled] {
        let mut ticket = hole(&desk, "2026-11-12T10:00:00+01:00");
        ticket.enter_status(end, asked);
        assert_eq!(due_at(&desk, &ticket), None, "{end:?}");
        ticket.enter_status(Status::Reopened, at("2027-02-01T10:00:00+01:00"));
        assert_eq!(due_at(&desk, &ticket), Some(at("2027-02-08T13:00:00+01:00")), "{end:?}");
    }
}

/// A wait takes the working days that ended in it from the time, and no other.
#[test]
fn a_wait_over_a_weekend_costs_its_working_days() {
    let desk =
        Desk { hours: Hours::new("Mo-Fr 08:00-13:00", "Europe/Rome", None).unwrap(), ..desk() };
    for (received, asked, answered, due, why) in [
        (
            "2026-11-13T18:00:00+01:00",
            "2026-11-16T09:00:00+01:00",
            "2026-11-18T09:00:00+01:00",
            "2026-11-25T13:00:00+01:00",
            "received while shut",
        ),
        (
            "2026-11-16T09:00:00+01:00",
            "2026-11-20T12:00:00+01:00",
            "2026-11-23T09:00:00+01:00",
            "2026-11-24T13:00:00+01:00",
            "a weekend is no wait",
        ),
        (
            "2026-11-16T09:00:00+01:00",
            "2026-11-17T09:00:00+01:00",
            "2026-11-17T12:00:00+01:00",
            "2026-11-23T13:00:00+01:00",
            "within a morning",
        ),
        (
            "2026-11-16T09:00:00+01:00",
            "2026-11-21T09:00:00+01:00",
            "2026-11-22T09:00:00+01:00",
            "2026-11-23T13:00:00+01:00",
            "while it is shut",
        ),
    ] {
        let mut ticket = hole(&desk, received);
        ticket.enter_status(Status::WaitingForRequester, at(asked));
        ticket.enter_status(Status::Received, at(answered));
        assert_eq!(due_at(&desk, &ticket), Some(at(due)), "{why}");
    }
}

#[test]
fn a_day_comes_on_its_date_where_the_desk_is() {
    let desk = desk_of_saint();
    let mut ticket = hole(&desk, "2026-11-12T10:00:00+01:00");
    let came = |ticket: &Ticket, now: &str| day_that_came(&desk, ticket, at(now)).is_some();
    assert!(!came(&ticket, "2026-11-18T08:00:00+01:00"), "no day was said");
    ticket.enter_status(Status::Inspection, NOW);
    ticket.facts.course.day = Some("2026-11-18".to_owned());
    for (now, expected) in [
        ("2026-11-17T22:59:00Z", false),
        ("2026-11-17T23:01:00Z", true),
        ("2026-12-01T08:00:00Z", true),
    ] {
        assert_eq!(came(&ticket, now), expected, "{now}");
    }
    ticket.enter_status(Status::Assigned, NOW);
    assert_eq!(ticket.facts.course.day, None, "the inspection was given up");
    ticket.facts.course.day = Some("tomorrow".to_owned());
    assert!(!came(&ticket, "2030-01-01T08:00:00Z"), "what is no day never comes");
}

/// Nobody is left out of an alarm, and nobody is told that they could not be told.
#[test]
fn what_an_undelivered_letter_without_a_requester_owes() {
    let desk = desk();
    let ticket = ticket_of(&arrived(&desk, &snapshot(), &arrival(&desk, report())));
    let staff = ["staff_notice ced@comune.example", "staff_notice capo@comune.example"];
    for (kind, recipient, ticket, expected) in [
        (LetterKind::Confirmation, "strade@comune.example", Some(&ticket), &staff[..]),
        (LetterKind::Confirmation, "ced@comune.example", Some(&ticket), &staff[1..]),
        (LetterKind::Digest, "strade@comune.example", None, &staff[..]),
        (LetterKind::Digest, "CAPO@comune.example", None, &staff[..1]),
        (LetterKind::StaffNotice, "strade@comune.example", None, &[]),
    ] {
        let letter = KnownLetter {
            message_id: "d.b.c.d@comune.example".to_owned(),
            kind,
            cause: String::new(),
            recipient: recipient.to_owned(),
            ticket: ticket.map(|ticket| ticket.number.clone()),
            delivery: Delivery::Unknown,
        };
        let snapshot = Snapshot { ticket: ticket.cloned(), ..Snapshot::default() };
        let failed = FailedLetter { letter, reason: "550".to_owned() };
        let decision = decide(&desk, &snapshot, &Event::LetterFailed(&failed), NOW);
        assert_eq!(letters(&decision), expected, "{kind:?} {recipient}");
    }
}
