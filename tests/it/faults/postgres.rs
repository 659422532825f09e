//! The database server dies in mid-transaction, restarts, or throws everybody out.

use super::ground::Ground;
use crate::real::program::Program;
use crate::real::site::{Site, report};
use crate::support::servers::Postgres;
use crate::support::{PATIENCE, wait_until};

/// A rush that is under way when the server dies.
const MAILS: usize = 60;

/// Promise: PostgreSQL killed in the middle of transactions and started again (a failover looks the same)
/// is found again without a restart of ours; no mail and no letter is lost or doubled.
#[test]
fn f25_postgres_killed_in_mid_transaction() {
    let server = Postgres::start();
    let site = Site::at(tempfile::tempdir().expect("a directory"), Some(server.database()));
    let mut program = Program::serve(&site);
    for n in 1..=MAILS {
        site.deliver(&report(n));
    }
    wait_until("the rush has begun", PATIENCE, || !site.sink.mails().is_empty());
    server.crash();
    wait_until("the trouble is said", PATIENCE, || program.log().contains("ERROR"));
    server.start_again();
    site.finish_what_the_dead_left(MAILS);
    assert!(program.is_alive(), "{}", program.log());
    program.stop();
    Ground::of(&site).with_copies().assert_invariants(&site);
}

/// Promise: the same when every session is ended by an administrator, again and again.
#[test]
fn f25_sessions_ended_by_an_administrator() {
    const TIMES: usize = 5;
    let site = Site::new(crate::real::site::Engine::Postgres);
    let database = site.database.as_ref().expect("a database");
    let mut program = Program::serve(&site);
    for time in 1..=TIMES {
        for n in 1..=8 {
            site.deliver(&report(time * 100 + n));
        }
        wait_until("some of it is done", PATIENCE, || site.tickets().len() > (time - 1) * 8);
        database.cut_sessions();
        site.finish_what_the_dead_left(time * 8);
    }
    assert!(program.is_alive(), "{}", program.log());
    program.stop();
    Ground::of(&site).with_copies().assert_invariants(&site);
}
