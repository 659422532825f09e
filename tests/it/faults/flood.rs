//! F31: more mail than can be taken in at once.

use std::collections::BTreeSet;
use std::time::Duration;

use rustix::process::Signal;
use sportello::store::Engine as Store;

use super::soak::Soak;
use crate::real::program::Program;
use crate::real::site::{Engine, Site, report};
use crate::support::mails::RawMail;
use crate::support::wait_until;

on_both_engines! {
    f31_a_flood_of_one_mailbox_does_not_delay_the_other
}

/// Mails of the flood in a usual run.
const MAILS: usize = 100;

/// One in so many is large.
const LARGE_EVERY: usize = 100;

/// Bytes of a large one.
const LARGE_BYTES: usize = 20 * 1024 * 1024;

/// The most memory that the process may take, as the matrix says (I8).
const PEAK_KIB_MAX: u64 = 256 * 1024;

/// Longer than any flood of `tests/soak` takes.
const DRAINED: Duration = Duration::from_mins(30);

fn large(n: usize) -> RawMail {
    let photo: Vec<u8> = (0_u32..)
        .map(|i| i.wrapping_mul(2_654_435_761).to_be_bytes()[0])
        .take(LARGE_BYTES / 4 * 3)
        .collect();
    report(n).attachment("buca.jpg", "image/jpeg", &photo)
}

/// Promise: a mailbox that is flooded does not hold up another: whoever writes there in mid-flood is
/// answered before the flood is over. Nothing of the flood is lost, and memory stays bounded.
fn f31_a_flood_of_one_mailbox_does_not_delay_the_other(engine: Engine) {
    let soak = Soak::begin("f31", engine, MAILS);
    let mails = soak.rounds;
    let mut site = Site::new(engine);
    site.settings.users = vec!["reports", "plants"];
    let program = Program::serve(&site);
    site.wait_for_first_pass();
    // However fast it is: the whole flood is there before it takes the first of it, and so is the other mail.
    program.signal(Signal::STOP);
    for n in 1..=mails {
        let mail = if n % LARGE_EVERY == LARGE_EVERY / 2 { large(n) } else { report(n) };
        site.deliver(&mail);
    }
    let other = mails + 1;
    site.dovecot.deliver("plants", &report(other).bytes());
    program.signal(Signal::CONT);
    let of_other = format!("{SENT} AND recipient = 'anna{other}@resident.example'");
    wait_until("the other mailbox is answered", DRAINED, || count(&site, &of_other) == 1);
    let left = other - count(&site, SENT);
    wait_until("the flood is over", DRAINED, || count(&site, SENT) == other);
    let peak = program.peak_kib();
    program.stop();
    assert!(left > 0, "whoever wrote in mid-flood was answered last");
    assert!(peak <= PEAK_KIB_MAX, "I8: {peak} KiB");
    assert_eq!(count(&site, "SELECT count(*) FROM ticket"), other, "I1, I2");
    assert_eq!(count(&site, "SELECT count(*) FROM ledger WHERE settled_at IS NULL"), 0, "I9");
    let taken = site.sink.mails();
    let answered: BTreeSet<&String> = taken.iter().flat_map(|mail| &mail.recipients).collect();
    assert_eq!((taken.len(), answered.len()), (other, other), "I3");
    assert_eq!(site.dovecot.count("reports"), mails, "I7");
    let peak = peak / 1024;
    soak.measured(&format!(
        "{peak} MiB at most; {left} waited when the other mailbox was answered"
    ));
}

/// Letters that left.
const SENT: &str = "SELECT count(*) FROM letter WHERE state = 'sent'";

fn count(site: &Site, sql: &str) -> usize {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    let count: Result<i64, sqlx::Error> = site.wait_for(async {
        match &site.store.engine {
            Store::Sqlite { reader, .. } => sqlx::query_scalar(sql).fetch_one(reader).await,
            Store::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await,
        }
    });
    usize::try_from(count.expect("a count")).expect("not negative")
}
