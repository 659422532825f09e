//! Letters wait for an SMTP server that is down, wrong or slow, and leave when it can be used.

use crate::real::site::{Engine, Site, report};
use crate::support::proxy::{Mode, Proxy, Way};
use crate::support::servers::Port;
use crate::support::{PATIENCE, wait_until};

on_both_engines! {
    letters_wait_while_smtp_is_down
    a_wrong_smtp_port_keeps_tickets_and_letters
    a_refused_letter_is_a_line_of_its_ticket_and_a_notice_to_staff
    a_cut_in_the_body_sends_the_letter_once
}

/// Promise: with the SMTP server down mail is still taken in; when it is back the daemon finds out
/// by itself and every letter leaves once.
fn letters_wait_while_smtp_is_down(engine: Engine) {
    let mut site = Site::new(engine);
    site.sink.stop();
    for n in 1..=3 {
        site.deliver(&report(n));
    }
    let serving = site.serve();
    wait_until("the server is found down", PATIENCE, || {
        let letters = site.letters();
        letters.len() == 3 && letters.iter().all(|letter| !letter.reason.is_empty())
    });
    let waits =
        |state: &str, attempts: i64| (state == "due" || state == "sending") && attempts <= 1;
    assert!(site.letters().iter().all(|letter| waits(&letter.state, letter.attempts)));
    serving.stop();
    site.sink.start_again();
    let serving = site.serve();
    site.wait_for_sent(3);
    serving.stop();
    site.audit(3);
    assert!(site.letters().iter().all(|letter| letter.attempts == 1), "{:?}", site.letters());
}

/// Promise: a wrong port is reported, costs no letter an attempt, and is mended by the right one.
fn a_wrong_smtp_port_keeps_tickets_and_letters(engine: Engine) {
    let mut site = Site::new(engine);
    let nobody = Port::free();
    let right = std::mem::replace(&mut site.settings.smtp_port, nobody.number);
    site.deliver(&report(1));
    for _ in 0..2 {
        let round = site.round();
        assert!(round.mailboxes[0].1.is_ok(), "the mailbox has nothing to do with it");
        let unusable = round.letters.unusable.expect("the port is wrong");
        assert!(unusable.text.contains(&nobody.number.to_string()), "{unusable}");
        let letter = &site.letters()[0];
        assert_eq!((letter.state.as_str(), letter.attempts), ("due", 0));
    }
    site.settings.smtp_port = right;
    site.once();
    site.audit(1);
}

/// Promise: a letter that the server refuses for good is not silence: its ticket's history and the
/// staff hear of it, and no notice breeds another.
fn a_refused_letter_is_a_line_of_its_ticket_and_a_notice_to_staff(engine: Engine) {
    let mut site = Site::new(engine);
    site.settings.staff = vec!["staff@town.example"];
    site.sink.start_again_with(&["-f", "RCPT"]);
    site.deliver(&report(1));
    for _ in 0..3 {
        site.round();
    }
    let letters = site.letters();
    assert!(letters.iter().all(|letter| letter.state == "failed"), "{letters:?}");
    let to_staff = letters.iter().filter(|letter| letter.recipient == "staff@town.example").count();
    assert!(
        (2..=3).contains(&to_staff),
        "a notice of the ticket and one of the failure: {letters:?}"
    );
    let number = &site.tickets()[0].number;
    let history = site.wait_for(async {
        let (id, _) = sportello::store::tickets::find(&site.store.engine, number).await?.unwrap();
        sportello::store::tickets::history(&site.store.engine, id).await
    });
    let kinds: Vec<_> = history.expect("a history").into_iter().map(|entry| entry.kind).collect();
    assert!(kinds.iter().any(|kind| kind == "letter_failed"), "{kinds:?}");
    site.audit_books(1);
}

/// Promise: a line that breaks in mid-body is no delivery, but it is after the body began: the letter
/// is ambiguous, and in the end the requester has it exactly once.
fn a_cut_in_the_body_sends_the_letter_once(engine: Engine) {
    let mut site = Site::new(engine);
    let proxy = Proxy::to(site.sink.port());
    site.settings.smtp_port = proxy.port();
    proxy.set(Mode::CutBehind(Way::Up, b"Auto-Submitted:".to_vec(), 1));
    site.deliver(&report(1));
    let round = site.round();
    assert_eq!(round.letters.sent, 0);
    let letter = site.letters().remove(0);
    assert!(["ambiguous", "due"].contains(&letter.state.as_str()), "{letter:?}");
    assert!(site.copies(&letter).is_empty(), "the sink took half a letter");
    proxy.set(Mode::Pass);
    site.retry_all();
    site.once();
    site.audit(1);
}
