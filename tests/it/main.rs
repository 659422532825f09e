//! One binary with every integration test: real servers where they can be had, scripted ones for what
//! those will not do.
#![cfg(test)]

mod support;

mod office;

mod fixtures_kind;

mod fixtures_mail;

#[macro_use]
mod real;

mod faults;

mod rig;

mod store;

mod stories;

mod cli;

mod hostile_mail;

mod forged_orders;

mod mutations;

mod tidy;

mod threats;

mod sim;

mod hostile_imap;

mod hostile_smtp;
mod lessons;
