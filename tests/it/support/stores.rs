//! A place for the store of one test, of either engine: a SQLite file in a directory of its own, or a
//! database of its own on the shared PostgreSQL.

use std::path::Path;

use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::servers::{Database, Postgres};

/// What keeps the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// One file.
    Sqlite,
    /// A server.
    Postgres,
}

impl Engine {
    /// Both: every promise of the store holds on each.
    const BOTH: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// Both in turn, each named in the output of a test that fails.
    pub fn each() -> impl Iterator<Item = Self> {
        Self::BOTH.into_iter().inspect(|engine| name(*engine))
    }
}

/// Where a store lies; removed with it.
#[derive(Debug)]
pub struct Place {
    /// As `store.url` takes it.
    pub url: String,
    dir: TempDir,
    // Dropped with its sessions when the test is over.
    _database: Option<Database>,
}

impl Place {
    /// An empty one.
    pub fn new(engine: Engine) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let database = (engine == Engine::Postgres).then(|| Postgres::shared().database());
        let url = match &database {
            Some(database) => database.url.clone(),
            None => format!("sqlite://{}/sportello.db", dir.path().display()),
        };
        Self { url, dir, _database: database }
    }

    /// A directory of the test's own.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }
}

/// What the asynchronous code of one test runs on: one thread, so that a test is the same each time.
pub fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

#[expect(clippy::print_stderr, reason = "shown only for a test that failed")]
fn name(engine: Engine) {
    eprintln!("on {engine:?}");
}
