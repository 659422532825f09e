//! The rig: real servers on free loopback ports, scripted hostile ones, a fault proxy between
//! them and the program, and builders of raw mail. Nothing in here knows a type of the project but
//! `world`, in which stories happen, with its `sent` letters.

pub mod certificate;
pub mod hostile_imap;
pub mod hostile_smtp;
pub mod imap_client;
pub mod logs;
pub mod mails;
pub mod polite_imap;
pub mod polite_smtp;
pub mod proxy;
pub mod scripted;
pub mod sent;
pub mod servers;
pub mod stores;
pub mod world;

use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a rig's own steps (a server's start, a mail's arrival in a file) may take on a busy
/// machine before the test fails: generous, because it is only ever waited out by a failure.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Between two looks at a condition: short against what is waited for, long against its cost.
const STEP: Duration = Duration::from_millis(10);

/// Waits until `condition` holds and fails the test, naming `what`, when `deadline` has passed.
///
/// The only place of the tests that sleeps: a test waits for a level, never for a time.
#[expect(clippy::disallowed_methods, reason = "a deadline of the test itself, in real time")]
pub fn wait_until(what: &str, deadline: Duration, mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + deadline;
    while !condition() {
        assert!(Instant::now() < end, "waited {deadline:?} in vain: {what}");
        sleep(STEP);
    }
}
