//! Where reading begins, and what becomes of it when the server numbers its mails anew.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::real::site::{Engine, Site, report};
use crate::support::mails::RawMail;

on_both_engines! {
    start_now_leaves_what_was_there
    start_all_takes_what_was_there
    start_at_a_date_takes_what_came_since
    history_stays_history_when_uids_are_given_anew
}

/// Long before any clock that runs this, so that it is history whatever the day.
fn old(n: usize) -> RawMail {
    report(n).date("Thu, 12 Nov 2020 09:30:00 +0100")
}

/// Promise: with `start = "now"` what lies in the mailbox is nobody's ticket and nobody is written
/// to; what comes afterwards is.
fn start_now_leaves_what_was_there(engine: Engine) {
    let mut site = Site::new(engine);
    site.settings.start = "now";
    site.deliver(&old(1));
    site.deliver(&report(2));
    site.once();
    site.audit(0);
    site.deliver(&report(3));
    site.once();
    site.audit(1);
    assert_eq!(site.ledger().iter().filter(|row| row.state == "filed").count(), 2);
}

/// Promise: `start = "all"` is the asking: old mail gets its ticket and its letter.
fn start_all_takes_what_was_there(engine: Engine) {
    let site = Site::new(engine);
    site.deliver(&old(1));
    site.deliver(&report(2));
    site.once();
    site.audit(2);
}

/// Promise: with a date, what the server received on that day or later becomes tickets.
fn start_at_a_date_takes_what_came_since(engine: Engine) {
    let mut site = Site::new(engine);
    site.settings.start = "2020-06-15";
    // Maildir's INTERNALDATE is the file's time: 2020-06-13, 2020-06-17, today.
    for (n, day) in [(1, 18_426), (2, 18_430)] {
        let file = site.dovecot.deliver("reports", &report(n).bytes());
        received_on(&file, day);
    }
    site.deliver(&report(3));
    site.once();
    site.audit(2);
    let subjects: Vec<_> = site.tickets().into_iter().map(|ticket| ticket.subject).collect();
    assert_eq!(subjects, ["Buca in via Roma 2", "Buca in via Roma 3"]);
}

fn received_on(file: &Path, day: u64) {
    let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(day * 86_400 + 43_200);
    File::options().write(true).open(file).unwrap().set_modified(noon).unwrap();
}

/// Promise: what was history at the first start stays history under new UIDs.
fn history_stays_history_when_uids_are_given_anew(engine: Engine) {
    let mut site = Site::new(engine);
    site.settings.start = "now";
    site.deliver(&old(1));
    site.deliver(&old(2));
    site.once();
    site.deliver(&report(3));
    site.once();
    site.audit(1);
    site.dovecot.reset_uidvalidity("reports");
    site.once();
    site.audit(1);
    site.deliver(&report(4));
    site.once();
    site.audit(2);
}
