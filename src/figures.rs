//! What the installation looks like at a moment: gathered in one place, for `status`, `/readyz`, `/metrics` and
//! the watch over alarms, so that all of them say the same.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::config::Config;
use crate::domain::space::Space;
use crate::domain::time::Timestamp;
use crate::store::alarms::{self, Alarm};
use crate::store::space::Disk;
use crate::store::{Engine, StoreError, folders, mail, outbox, tickets};

/// As `status --format json` prints it.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    /// In the order of the configuration.
    pub mailboxes: Vec<MailboxFigures>,
    /// Letters by where they stand.
    pub outbox: OutboxFigures,
    /// Tickets by status.
    pub tickets: BTreeMap<String, i64>,
    /// Mails that no rule could read.
    pub quarantine: usize,
    /// What is wrong now.
    pub alarms: Vec<Alarm>,
    /// The store's disk; none on PostgreSQL.
    pub space: Option<Space>,
    /// Tickets whose work order did not reach its contractor.
    #[serde(skip)]
    pub undelivered_orders: Vec<String>,
}

/// A mailbox.
#[derive(Debug, Clone, Serialize)]
pub struct MailboxFigures {
    /// Its name in the configuration.
    pub name: String,
    /// Whether it could be used when it was last tried.
    pub connected: bool,
    /// When the last whole pass ended.
    pub last_pass_at: Option<Timestamp>,
    /// Mails on the server without a last state in the ledger.
    pub unaccounted: i64,
    /// Why it cannot be used, or empty.
    pub trouble: String,
}

/// Letters by where they stand.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OutboxFigures {
    /// Due and being sent, those that wait for a retry included.
    pub due: i64,
    /// Waiting for a limit or for staff.
    pub held: i64,
    /// Taken by the server.
    pub sent: i64,
    /// Refused for good.
    pub failed: i64,
    /// Perhaps taken.
    pub ambiguous: i64,
    /// Called off by staff.
    pub cancelled: i64,
    /// Since when the letter has been due that has been due for longest.
    pub oldest_due_at: Option<Timestamp>,
}

impl Figures {
    /// What `systemctl status` shows.
    #[must_use]
    pub fn in_a_line(&self) -> String {
        let unaccounted: i64 = self.mailboxes.iter().map(|mailbox| mailbox.unaccounted).sum();
        format!(
            "serving; letters due: {}, mails unaccounted: {unaccounted}, alarms: {}",
            self.outbox.due,
            self.alarms.len()
        )
    }
}

/// Gathers them. It only reads.
pub async fn gather(config: &Config, engine: &Engine) -> Result<Figures, StoreError> {
    let letters = outbox::counts(engine).await?;
    let count = |state: &str| letters.get(state).copied().unwrap_or(0);
    Ok(Figures {
        mailboxes: mailboxes(config, engine).await?,
        outbox: OutboxFigures {
            due: count("due").saturating_add(count("sending")),
            held: count("held"),
            sent: count("sent"),
            failed: count("failed"),
            ambiguous: count("ambiguous"),
            cancelled: count("cancelled"),
            oldest_due_at: outbox::oldest_due_at(engine).await?,
        },
        tickets: tickets::counts(engine).await?,
        quarantine: mail::quarantined_count(engine).await?,
        alarms: alarms::all(engine).await?,
        space: disk(config).and_then(|disk| disk.space()),
        undelivered_orders: outbox::undelivered_orders(engine).await?,
    })
}

/// The disk that the store lies on.
#[must_use]
pub fn disk(config: &Config) -> Option<Disk> {
    Disk::of(config.store.url(), config.store.space())
}

async fn mailboxes(config: &Config, engine: &Engine) -> Result<Vec<MailboxFigures>, StoreError> {
    let folders = folders::all(engine).await?;
    let figures = |name: &String| {
        let state = folders.iter().find(|state| state.mailbox == *name);
        MailboxFigures {
            name: name.clone(),
            connected: state.is_some_and(|state| state.connected),
            last_pass_at: state.and_then(|state| state.last_pass_at),
            unaccounted: state.map_or(0, |state| state.unaccounted),
            trouble: state.map_or_else(String::new, |state| state.trouble.clone()),
        }
    };
    Ok(config.mailboxes.iter().map(|mailbox| figures(&mailbox.name)).collect())
}
