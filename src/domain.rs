//! The pure part: what a mail means and what must follow from it.
//!
//! Nothing here waits, reads a clock, draws a random number or knows a database, a server or a file:
//! time, ids and settings are arguments, and every answer is a value that can be stored and compared.
//! Data flows `mail → kind → understand (classify, place, urgency, language) → decide → letters`.

pub mod time;

pub mod mail;

pub mod kind;

pub mod forward;

pub mod text;

mod phrases;

pub mod language;

pub mod rules;

pub mod classify;

pub mod place;

pub mod duplicate;

pub mod urgency;

pub mod understand;

pub mod token;

pub mod thread;

pub mod hours;

pub mod life;

pub mod requester;

pub mod ticket;

pub mod order;

pub mod claim;

pub mod letter;

pub mod limits;

pub mod desk;

pub mod command;

pub mod trust;

pub mod delivery;

pub mod digest;

pub mod decide;

pub mod retry;

pub mod pass;

pub mod sending;

pub mod lease;

pub mod alarm;

pub mod space;
