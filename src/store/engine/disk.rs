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

    /// Whether something was not kept.
    pub(super) fn has_failed(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until something was not kept.
    pub(super) async fn failure(&self) {
        // The sender lives in `self`: this ends by the value alone.
        drop(self.0.subscribe().wait_for(|failed| *failed).await);
    }
}

#[cfg(test)]
mod tests {
    use sqlx::sqlite::SqlitePoolOptions;

    use super::*;
    use crate::store::Engine;

    /// Whoever signs off behind a failed fsync would commit onto what is not there.
    #[test]
    fn nothing_is_begun_on_a_disk_that_did_not_keep_something() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let open = || SqlitePoolOptions::new().connect_lazy("sqlite::memory:").unwrap();
            let disk = Disk::default();
            let engine = Engine::Sqlite { writer: open(), reader: open(), disk: disk.clone() };
            engine.begin().await.unwrap().commit().await.unwrap();
            disk.0.send_replace(true);
            let refused = engine.begin().await.unwrap_err();
            assert!(matches!(refused, StoreError::NotKept), "{refused}");
        });
    }
}
