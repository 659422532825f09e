//! The SMTP server fails at every step, in every way that smtp-sink knows.

use sportello::store::outbox::LetterRow;

use super::ground::Ground;
use crate::real::site::{Engine, Site, report};

on_both_engines! {
    f13_a_temporary_refusal_at_any_step_is_tried_again
    f14_a_final_refusal_fails_the_letter_or_the_server
    f15_a_cut_at_any_step_is_tried_again_and_after_the_dot_ambiguous
    f16_a_421_at_any_step_is_tried_again
}

/// What a step of the dialogue and a fault there leave behind: the letter's state, its attempts, and
/// how many copies of it the sink dumped (it dumps what it refuses after the dot).
type Expected = (&'static str, i64, usize);

/// The steps that speak of one letter.
const LETTER_STEPS: [&str; 3] = ["MAIL", "RCPT", "DATA"];

/// The steps at which no letter has been touched yet, so that no attempt counts. They come last:
/// their letters stay due at once.
const SERVER_STEPS: [&str; 2] = ["CONNECT", "EHLO"];

/// Runs one letter into the fault at each step, then lets all of them through and counts copies.
fn each_step(engine: Engine, fault: &str, at_a_step: Expected, at_the_dot: Expected) {
    let mut site = Site::new(engine);
    let mut copies = Vec::new();
    let steps = LETTER_STEPS.iter().chain(&["."]).chain(&SERVER_STEPS);
    for (n, step) in steps.enumerate() {
        site.sink.start_again_with(&[fault, step]);
        site.deliver(&report(n));
        let round = site.round();
        let letter = newest(&site, n);
        let server = SERVER_STEPS.contains(step);
        let expected = match *step {
            "." => at_the_dot,
            _ if server => ("due", 0, 0),
            _ => at_a_step,
        };
        let taken = site.copies(&letter).len();
        let found = (letter.state.as_str(), letter.attempts, taken);
        assert_eq!(found, expected, "{fault} {step}: {letter:?}");
        assert_eq!(round.letters.unusable.is_some(), server, "{fault} {step}");
        assert_eq!(round.letters.sent, 0, "{fault} {step}: no false success");
        copies.push((letter.id, taken + 1));
        site.audit_books(n + 1);
    }
    site.sink.start_again();
    site.retry_all();
    site.once();
    site.audit_books(copies.len());
    for letter in site.letters() {
        assert_eq!(letter.state, "sent", "{letter:?}");
        let taken = site.copies(&letter);
        let expected = copies.iter().find(|(id, _)| *id == letter.id).expect("one of ours").1;
        assert_eq!(taken.len(), expected, "{letter:?}");
    }
    // A server that refuses what it read has it all the same: that copy is the server's.
    Ground::of(&site).with_copies().assert_invariants(&site);
}

fn newest(site: &Site, n: usize) -> LetterRow {
    let recipient = format!("anna{n}@resident.example");
    let letter = site.letters().into_iter().find(|letter| letter.recipient == recipient);
    letter.expect("the report is acknowledged")
}

/// Promise: a 4xx at any step leaves the letter due, later; `outbox retry` sends it.
fn f13_a_temporary_refusal_at_any_step_is_tried_again(engine: Engine) {
    each_step(engine, "-r", ("due", 1, 0), ("due", 1, 1));
}

/// Promise: a 5xx about a letter ends it for staff to see; one before any letter is a matter of the
/// server and costs no letter. `outbox retry` sends them all.
fn f14_a_final_refusal_fails_the_letter_or_the_server(engine: Engine) {
    each_step(engine, "-f", ("failed", 1, 0), ("failed", 1, 1));
}

/// Promise: a server that goes away with a 421 has not judged the letter.
fn f16_a_421_at_any_step_is_tried_again(engine: Engine) {
    each_step(engine, "-Q", ("due", 1, 0), ("due", 1, 1));
}

/// Promise: a cut before the dot is a letter not sent; after it (RFC 1047) nobody can know, and the
/// letter says so. The second copy is the first, byte for byte, with the same Message-ID.
fn f15_a_cut_at_any_step_is_tried_again_and_after_the_dot_ambiguous(engine: Engine) {
    each_step(engine, "-q", ("due", 1, 0), ("ambiguous", 1, 1));
}
