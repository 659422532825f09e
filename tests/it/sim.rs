//! Simulation: daemons, servers and store in memory, thousands of schedules, one seed each. What a schedule
//! shows holds for the program because the store in memory is held against the real ones (`contract`), and
//! leases and repeats are decided by the very functions that the program calls.

mod contract;
mod daemon;
mod store;
mod world;

use crate::faults::soak::keep;
use world::{Flaw, World};

/// Schedules in a test run; `tests/soak` sets more.
const SCHEDULES: u64 = 10_000;

/// Seeds that once failed, or lead through something rare.
const KEPT: [u64; 0] = [];

/// How many schedules, and from which seed on.
#[expect(clippy::disallowed_methods, reason = "the number of schedules of a soak is set outside")]
fn wanted() -> (u64, u64) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let count = number("SPORTELLO_SIM_SCHEDULES").unwrap_or(SCHEDULES);
    (number("SPORTELLO_SIM_SEED").unwrap_or(0), count)
}

#[test]
fn no_schedule_loses_or_doubles_anything() {
    let (first, count) = wanted();
    let seeds = KEPT.into_iter().chain(first..first + count);
    let failed: Vec<String> = seeds
        .filter_map(|seed| World::run(seed, None).err().map(|why| format!("seed {seed}: {why}")))
        .take(5)
        .collect();
    assert!(failed.is_empty(), "keep the seed in KEPT:\n{}", failed.join("\n"));
    if count != SCHEDULES {
        keep("simulation", &format!("{count} schedules"), first, "0 violations");
    }
}

/// A simulation that finds nothing proves nothing: each of these faults shows within a few hundred schedules.
#[test]
fn a_planted_fault_is_found() {
    let planted = [
        (Flaw::Unannounced, "I3"),
        (Flaw::Deaf, "I3"),
        (Flaw::InTwoSteps, "I1"),
        (Flaw::ByPlace, "I1"),
    ];
    for (flaw, broken) in planted {
        let found = (0..500).find_map(|seed| World::run(seed, Some(flaw)).err());
        let found = found.unwrap_or_else(|| panic!("{flaw:?} was not found"));
        assert!(found.starts_with(broken), "{flaw:?}: {found}");
    }
}
