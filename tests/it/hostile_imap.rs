//! The program's IMAP side against servers that misbehave.
//!
//! Whatever a server does, each of its mails ends in one last state, none lost, none doubled, none taken
//! for gone; and what is an error is said to be one.

mod bounds;
mod idle;
mod login;
mod poison;
mod scripts;
mod traps;

pub use scripts::WATCHED;
