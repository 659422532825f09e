//! A disk that does not keep what it was told to keep.
//!
//! When `fsync` fails the kernel may drop the pages that it could not write and call them clean: a second
//! `fsync` then succeeds and has kept nothing (<https://wiki.postgresql.org/wiki/Fsync_Errors>). Whoever goes on
//! after the first builds on what is not there. The only safe step is to end, and to begin anew with what
//! the disk really has.

use tokio::sync::watch;

use crate::store::StoreError;

/// `SQLite`'s codes for an `fsync` that failed, of a file and of its directory
/// (<https://sqlite.org/rescode.html>). Any other error, a full disk among them, undoes one transaction
/// and leaves the file whole.
const FSYNC_FAILED: [&str; 2] = ["1034", "1290"];

/// What is known of the disk under a SQLite file, shared by everybody who writes to it.
#[derive(Debug, Clone)]
pub struct Disk(watch::Sender<bool>);

impl Default for Disk {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Disk {
    /// Takes note of an error of the engine.
    pub(super) fn note(&self, error: &sqlx::Error) {
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        if code.is_some_and(|code| FSYNC_FAILED.contains(&&*code)) {
            self.0.send_replace(true);
        }
    }

    /// Takes note of an error of the store.
    pub(super) fn note_store(&self, error: &StoreError) {
        if let StoreError::Engine(error) = error {
            self.note(error);
        }
    }

    /// Waits until something was not kept.
    pub(super) async fn failure(&self) {
        // The sender lives in `self`: this ends by the value alone.
        drop(self.0.subscribe().wait_for(|failed| *failed).await);
    }
}
