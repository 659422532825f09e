//! The fault matrix: every way in which servers, disks, clocks and machines fail, F1 to F35, each with its
//! test, on both engines where the store has a part in it.
//!
//! [`matrix`] is the list, and `tests/FAULTS.md` the page made from it; [`ground`] holds what must be true
//! after every fault, whatever it was.

mod clocks;
mod disk;
mod flood;
mod ground;
mod imap_cuts;
mod imap_scripts;
mod killed;
mod loops;
mod matrix;
mod people;
mod postgres;
mod smtp_refusals;
mod smtp_scripts;
pub mod soak;
mod surroundings;
