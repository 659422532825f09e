#![doc = include_str!("../README.md")]

// In the order in which a mail meets them.

pub mod config;

pub mod parse;

pub mod domain;

pub mod render;
