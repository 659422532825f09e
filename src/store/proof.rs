//! Whether the store still keeps its promises: asked of the engine, of every row, and of every byte of mail.
//!
//! Each question is one statement, so that its answer is of one moment and a daemon at work beside it is no
//! finding. Nothing is changed here.

use super::{Engine, StoreError, tickets};
use crate::domain::time::Timestamp;

mod invariants;

mod letters;

mod pages;

mod raws;

pub use invariants::{Invariant, LEDGER, LETTERS, TABLES, TICKETS};
pub use letters::letters_fit;
pub use raws::raws;

/// What is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Finding {
    /// The promise that is broken.
    pub check: &'static str,
    /// The row, or what else it is about.
    #[serde(rename = "where")]
    pub place: String,
    /// What was found there.
    pub found: String,
    /// What to do.
    pub remedy: &'static str,
}

/// Rows that one promise is shown to be broken by; more of them teach nothing.
const SHOWN_MAX: i64 = 20;

/// What to do when bytes on the disk are not those that were written.
const DAMAGED: &str = "stop the daemon, keep a copy of the file, restore the last backup (`sportello restore`), and have \
     the disk and the memory tested";

/// Asks the engine itself: its pages and indexes on SQLite, its constraints and indexes on PostgreSQL.
pub async fn engine(engine: &Engine) -> Result<Vec<Finding>, StoreError> {
    pages::engine(engine).await
}

/// Holds every row against one promise. `now` tells what has been waiting for too long.
pub async fn holds(
    engine: &Engine,
    invariant: &Invariant,
    now: Timestamp,
) -> Result<Vec<Finding>, StoreError> {
    invariants::broken(engine, invariant, now).await
}

/// The histories that were changed behind the program's back.
pub async fn histories(engine: &Engine) -> Result<Vec<Finding>, StoreError> {
    let broken = tickets::broken_chains(engine).await?;
    Ok(broken
        .into_iter()
        .map(|broken| Finding {
            check: "history",
            place: format!("ticket {}, line {}", broken.number, broken.line),
            found: if broken.is_cut {
                "the last line of a history that was longer: what came behind it was dropped behind the program's back"
            } else {
                "a line that was changed, dropped or put in behind the program's back"
            }
            .to_owned(),
            remedy: "compare it with a backup (`sportello tickets show` on both) and find out who may write to \
                     the store besides the program",
        })
        .collect())
}
