//! Mail arrives, by poll and by IDLE, while people use the mailbox too.

use std::time::Duration;

use crate::real::site::{Engine, Site, report};
use crate::support::{PATIENCE, wait_until};

on_both_engines! {
    a_poll_finds_new_mail
    idle_is_told_of_new_mail_long_before_the_poll
    what_people_do_in_the_mailbox_hides_no_mail
    the_same_mail_in_two_mailboxes_is_one_ticket
    three_hundred_mails_are_three_hundred_tickets
    a_round_repeated_does_nothing
}

/// Promise: without IDLE a mail is noticed at the next poll, and its writer is answered.
fn a_poll_finds_new_mail(engine: Engine) {
    let site = Site::new(engine);
    let serving = site.serve();
    site.wait_for_first_pass();
    for n in 1..=2 {
        site.deliver(&report(n));
        site.wait_for_sent(n);
    }
    serving.stop();
    site.audit(2);
    assert_eq!(site.sink.mails()[0].recipients, ["anna1@resident.example"]);
}

/// Promise: with IDLE nobody waits for the poll, which here would come after this test has failed.
fn idle_is_told_of_new_mail_long_before_the_poll(engine: Engine) {
    let mut site = Site::new(engine);
    site.settings.idle = true;
    site.settings.poll = "10m";
    let serving = site.serve();
    site.wait_for_first_pass();
    for n in 1..=3 {
        site.deliver(&report(n));
        wait_until("the letter", Duration::from_secs(10), || site.sink.mails().len() == n);
    }
    site.wait_for_sent(3);
    serving.stop();
    site.audit(3);
}

/// Promise: the ledger says what is new, not `\Seen`: a mail that a person read first is a ticket
/// like any other; one that was moved or deleted after it was taken in changes nothing.
fn what_people_do_in_the_mailbox_hides_no_mail(engine: Engine) {
    let site = Site::new(engine);
    for n in 1..=3 {
        site.deliver(&report(n));
    }
    site.dovecot.set_seen("reports", 1);
    // Both are gone before anybody of us saw them: only the third remains to be read.
    site.dovecot.move_to("reports", 2, "Done");
    site.once();
    site.audit(2);
    site.dovecot.expunge("reports", 3);
    site.dovecot.move_to("reports", 1, "Done");
    site.deliver(&report(4));
    site.dovecot.set_seen("reports", 4);
    site.once();
    site.once();
    site.audit(3);
    let subjects: Vec<_> = site.tickets().into_iter().map(|ticket| ticket.subject).collect();
    assert_eq!(subjects, ["Buca in via Roma 1", "Buca in via Roma 3", "Buca in via Roma 4"]);
}

/// Promise: the same mail to two of our mailboxes is one ticket and one acknowledgement, and the
/// ledger accounts for both copies; different mails are different tickets.
fn the_same_mail_in_two_mailboxes_is_one_ticket(engine: Engine) {
    let mut site = Site::new(engine);
    site.settings.users = vec!["reports", "plants"];
    let serving = site.serve();
    site.wait_for_first_pass();
    let both = report(1).header("Delivered-To", "reports@town.example").bytes();
    site.dovecot.deliver("reports", &both);
    let other = report(1).header("Delivered-To", "plants@town.example").bytes();
    site.dovecot.deliver("plants", &other);
    site.dovecot.deliver("plants", &report(2).bytes());
    wait_until("three rows", PATIENCE, || {
        site.ledger().iter().filter(|row| row.settled_at.is_some()).count() == 3
    });
    site.wait_for_sent(2);
    serving.stop();
    site.audit(2);
    let folders: Vec<_> = site.ledger().into_iter().map(|row| row.mailbox).collect();
    assert_eq!(folders.iter().filter(|name| *name == "plants").count(), 2);
}

/// Promise: a rush of mail is drained whole: each of 300 mails one ticket, one acknowledgement to
/// its own writer, numbers and Message-IDs without repetition.
fn three_hundred_mails_are_three_hundred_tickets(engine: Engine) {
    const MAILS: usize = 300;
    let site = Site::new(engine);
    for n in 1..=MAILS {
        site.deliver(&report(n));
    }
    site.once();
    site.audit(MAILS);
    assert_eq!(site.dovecot.count("reports"), MAILS);
    assert_eq!(site.ledger().len(), MAILS);
    let mut recipients: Vec<_> =
        site.sink.mails().into_iter().flat_map(|mail| mail.recipients).collect();
    recipients.sort();
    let mut expected: Vec<_> = (1..=MAILS).map(|n| format!("anna{n}@resident.example")).collect();
    expected.sort();
    assert_eq!(recipients, expected);
    let mut numbers: Vec<_> = site.tickets().into_iter().map(|ticket| ticket.number).collect();
    numbers.dedup();
    assert_eq!(numbers.len(), MAILS);
}

/// Promise: what is done is done: further rounds fetch, write and send nothing.
fn a_round_repeated_does_nothing(engine: Engine) {
    let site = Site::new(engine);
    site.deliver(&report(1));
    site.once();
    let before = (site.ledger().len(), site.letters().len());
    for _ in 0..2 {
        let round = site.round();
        assert_eq!(round.letters.tried(), 0);
        let passed = round.mailboxes[0].1.as_ref().expect("the mailbox works");
        assert_eq!((passed.settled, passed.letters), (0, 0));
    }
    assert_eq!((site.ledger().len(), site.letters().len()), before);
    site.audit(1);
}
