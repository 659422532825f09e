//! The program between a real Dovecot and a real SMTP server, on SQLite and on PostgreSQL.
//!
//! Truth is what Dovecot holds and what the sink took; our own tables are held against both by
//! [`site::Site::audit`].

/// Makes a test on each engine of every scenario, which is a function of the engine.
macro_rules! on_both_engines {
    ($($scenario:ident)*) => {
        mod sqlite {
            $(#[test] fn $scenario() { super::$scenario($crate::real::site::Engine::Sqlite); })*
        }
        mod postgres {
            $(#[test] fn $scenario() { super::$scenario($crate::real::site::Engine::Postgres); })*
        }
    };
}

mod after;
mod arrival;
mod canary;
mod folder;
mod large;
mod letters;
mod logs;
pub mod program;
mod service;
mod several;
pub mod site;
mod tls;
