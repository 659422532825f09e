#![doc = include_str!("../README.md")]

// In the order in which a mail meets them.

pub mod config;

pub mod clock;

pub mod wire;

pub mod token;

pub mod mailbox;

pub mod parse;

pub mod domain;

pub mod lessons;

pub mod render;

pub mod store;

pub mod clerk;

pub mod intake;

pub mod dispatch;

pub mod carrier;

pub mod setup;

pub mod figures;

pub mod console;

pub mod daemon;

pub mod cli;
