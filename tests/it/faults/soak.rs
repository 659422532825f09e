//! Faults that are thrown by the hundred: few in a usual run, many in `tests/soak`, and the figures that
//! come of them.

use std::fs;
use std::path::Path;

use crate::real::site::Engine;

/// How many rounds are asked for, and from which seed.
#[derive(Debug)]
pub struct Soak {
    /// The row, as `f20`, with its engine.
    name: String,
    /// Every draw comes from it.
    pub seed: u64,
    /// How often.
    pub rounds: usize,
    /// Asked for by `tests/soak`, which keeps the figures.
    asked_for: bool,
}

impl Soak {
    /// As `tests/soak` says in the environment, or `usual` rounds from a seed that is always the same.
    #[expect(clippy::disallowed_methods, reason = "the tests' own setting")]
    pub fn begin(row: &str, engine: Engine, usual: usize) -> Self {
        let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
        let rounds = number(&format!("SPORTELLO_SOAK_{}", row.to_uppercase()));
        Self {
            name: format!("{row} {engine:?}").to_lowercase(),
            seed: number("SPORTELLO_SOAK_SEED").unwrap_or(1),
            rounds: rounds.and_then(|rounds| usize::try_from(rounds).ok()).unwrap_or(usual),
            asked_for: rounds.is_some(),
        }
    }

    /// Keeps a figure for `tests/FAULTS.md`, when it was asked for.
    pub fn measured(&self, figure: &str) {
        if !self.asked_for {
            return;
        }
        let Self { name, seed, rounds, .. } = self;
        keep(name, &format!("{rounds} rounds"), *seed, figure);
    }
}

/// Writes a figure for `tests/FAULTS.md` down.
pub fn keep(name: &str, what: &str, seed: u64, figure: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/soak");
    fs::create_dir_all(&folder).expect("a folder for the figures");
    let build = if cfg!(debug_assertions) { "test" } else { "release" };
    let line = format!("{name}: {what}, {build} build, seed {seed}: {figure}\n");
    fs::write(folder.join(name), line).expect("a figure");
}

impl Drop for Soak {
    #[expect(clippy::print_stderr, reason = "shown only for a test that failed")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self { name, seed, rounds, .. } = self;
            eprintln!("{name}: failed with SPORTELLO_SOAK_SEED={seed} and {rounds} rounds");
        }
    }
}
