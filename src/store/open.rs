//! Opening a store: connecting, settings that make commits durable, migrations, the daemon's lock.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection as _, Executor, SqlSafeStr as _};

use super::engine::{Disk, values};
use super::{Engine, StoreError};
use crate::domain::time::Timestamp;
use crate::domain::token::Signer;

/// How long a statement waits for another process's write lock: longer than any transaction of ours.
const BUSY_MAX: Duration = Duration::from_secs(15);

/// Readers beside the one writer: pages, lists and the passes' look-ups.
const READERS: u32 = 4;

/// How long a server that does not answer is asked once more, for the reason.
const REASON_MAX: Duration = Duration::from_secs(3);

/// Connections of one daemon to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 8;

/// An open store with its signing key.
#[derive(Clone)]
pub struct Store {
    /// The engine behind it.
    pub engine: Engine,
    /// Signs and recognises our Message-IDs; the same for every daemon on this store.
    pub signer: Signer,
    /// The SQLite file, for the lock and for messages.
    path: Option<PathBuf>,
    /// As it was opened.
    url: String,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address may hold a password.
        f.debug_struct("Store").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Whether an open store is the one at `url`.
#[must_use]
pub fn is_same(store: &Store, url: &str) -> bool {
    store.url == url
}

/// The right to send letters from a SQLite file; given up when dropped.
#[derive(Debug)]
pub struct Lock {
    _file: Option<File>,
}

/// Opens the store at `url`, creates or upgrades its tables, makes its secret on the first start.
pub async fn open(url: &str, now: Timestamp) -> Result<Store, StoreError> {
    let (engine, path) = if let Some(path) = sqlite_path(url) {
        (open_sqlite(&path).await?, Some(path))
    } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        (open_postgres(url).await?, None)
    } else {
        return Err(StoreError::Url(url.to_owned()));
    };
    let signer = secret(&engine, now).await?;
    Ok(Store { engine, signer, path, url: url.to_owned() })
}

/// The file named by a `sqlite:` address.
#[must_use]
pub fn sqlite_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    Some(PathBuf::from(rest.strip_prefix("//").unwrap_or(rest)))
}

impl Store {
    /// Takes the lock that makes this process the only one to send letters from a SQLite file.
    /// PostgreSQL needs none: there, workers fence each other by epochs.
    pub fn lock(&self) -> Result<Lock, StoreError> {
        self.path.as_deref().map_or(Ok(Lock { _file: None }), lock_file)
    }
}

/// The same for the SQLite file at `path`, open or not.
pub(super) fn lock_file(path: &Path) -> Result<Lock, StoreError> {
    let path = path.with_extension("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|source| StoreError::Directory { path: path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: Some(file) }),
        Err(_) => Err(StoreError::Held { path }),
    }
}

/// The newest version of the tables that this program knows.
pub(super) fn newest() -> i64 {
    SQLITE.last().map_or(0, |(version, _, _)| *version)
}

async fn open_sqlite(path: &Path) -> Result<Engine, StoreError> {
    check_directory(path)?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL may lose the last commits to a power cut: a mail flagged on the server and forgotten.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_MAX)
        // Raw mail is written once and rarely read: large pages cost fewer of them a mail.
        .page_size(16 * 1024)
        .pragma("cache_size", "-16384")
        // In pages: the log is folded back after 32 MiB instead of 16, in larger and rarer strokes.
        .pragma("wal_autocheckpoint", "2000")
        .pragma("journal_size_limit", "67108864")
        .pragma("temp_store", "MEMORY")
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON");
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_release(|connection, _| Box::pin(is_out_of_its_transaction(connection)))
        .connect_with(options.clone())
        .await
        .map_err(|error| unopened(path, error))?;
    migrate(&SQLITE, |migrator| {
        let writer = writer.clone();
        async move { migrator.run(&writer).await }
    })
    .await?;
    let reader = SqlitePoolOptions::new()
        .max_connections(READERS)
        .min_connections(0)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_lazy_with(options.pragma("query_only", "ON"));
    Ok(Engine::Sqlite { writer, reader, disk: Disk::default() })
}

/// Whether a connection may be used again. SQLite undoes a whole transaction by itself when the disk is full
/// (<https://sqlite.org/lang_transaction.html>, section 3); sqlx 0.9.0 then fails to undo it once more and
/// takes the connection for one inside a transaction for ever, where no other can begin.
async fn is_out_of_its_transaction(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // The undoing may still be under way: an answer comes behind it.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

fn check_directory(path: &Path) -> Result<(), StoreError> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let wrong = |source| StoreError::Directory { path: directory.to_owned(), source };
    let metadata = std::fs::metadata(directory).map_err(wrong)?;
    if !metadata.is_dir() {
        return Err(wrong(std::io::ErrorKind::NotADirectory.into()));
    }
    if metadata.permissions().readonly() {
        return Err(wrong(std::io::ErrorKind::PermissionDenied.into()));
    }
    Ok(())
}

/// `SQLite`'s primary result codes (<https://sqlite.org/rescode.html>), in the low byte of the extended ones.
const SQLITE_READONLY: u32 = 8;
const SQLITE_CANTOPEN: u32 = 14;
const SQLITE_NOTADB: u32 = 26;

/// What `SQLite` cannot open is a fault of the configuration and not of the day.
fn unopened(path: &Path, error: sqlx::Error) -> StoreError {
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
    match code.map(|code| code & 0xff) {
        Some(SQLITE_READONLY | SQLITE_CANTOPEN | SQLITE_NOTADB) => {
            StoreError::File { path: path.to_owned(), source: error }
        }
        _ => error.into(),
    }
}

async fn open_postgres(url: &str) -> Result<Engine, StoreError> {
    let options = PgConnectOptions::from_str(url).map_err(StoreError::Address)?.options([
        ("statement_timeout", "60s"),
        ("lock_timeout", "15s"),
        // A daemon that is paused in mid-transaction holds locks: shorter than `lease::SILENCE_MAX`.
        ("idle_in_transaction_session_timeout", "8s"),
        // The ROLLBACK below warns each time that it had nothing to undo.
        ("client_min_messages", "error"),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(BUSY_MAX)
        // sqlx 0.9.0: a cancelled `begin` leaves its transaction open on the pooled connection.
        .after_release(|connection, _| {
            Box::pin(async move {
                connection.execute("ROLLBACK").await?;
                Ok(true)
            })
        })
        .connect_with(options.clone())
        .await;
    let pool = match pool {
        Ok(pool) => pool,
        Err(error) => return Err(reason(&options, error).await),
    };
    migrate(&POSTGRES, |migrator| {
        let pool = pool.clone();
        async move { migrator.run(&pool).await }
    })
    .await?;
    Ok(Engine::Postgres(pool))
}

/// A pool waits for a server that may just be starting, and then says no more than that it waited: one
/// more connection tells why.
async fn reason(options: &PgConnectOptions, waited: sqlx::Error) -> StoreError {
    let attempt = tokio::time::timeout(REASON_MAX, PgConnection::connect_with(options));
    match attempt.await {
        Ok(Err(why)) => why.into(),
        _ => waited.into(),
    }
}

/// One change of the tables: version, name, statements.
type Change = (i64, &'static str, &'static str);

const SQLITE: [Change; 9] = [
    (1, "begin", include_str!("migrations/sqlite/0001_begin.sql")),
    (2, "delivery", include_str!("migrations/sqlite/0002_delivery.sql")),
    (3, "places", include_str!("migrations/sqlite/0003_places.sql")),
    (4, "on_call", include_str!("migrations/sqlite/0004_on_call.sql")),
    (5, "orders", include_str!("migrations/sqlite/0005_orders.sql")),
    (6, "leases", include_str!("migrations/sqlite/0006_leases.sql")),
    (7, "alarms", include_str!("migrations/sqlite/0007_alarms.sql")),
    (8, "letter_body", include_str!("migrations/sqlite/0008_letter_body.sql")),
    (9, "proof", include_str!("migrations/sqlite/0009_proof.sql")),
];

const POSTGRES: [Change; 9] = [
    (1, "begin", include_str!("migrations/postgres/0001_begin.sql")),
    (2, "delivery", include_str!("migrations/postgres/0002_delivery.sql")),
    (3, "places", include_str!("migrations/postgres/0003_places.sql")),
    (4, "on_call", include_str!("migrations/postgres/0004_on_call.sql")),
    (5, "orders", include_str!("migrations/postgres/0005_orders.sql")),
    (6, "leases", include_str!("migrations/postgres/0006_leases.sql")),
    (7, "alarms", include_str!("migrations/postgres/0007_alarms.sql")),
    (8, "letter_body", include_str!("migrations/postgres/0008_letter_body.sql")),
    (9, "proof", include_str!("migrations/postgres/0009_proof.sql")),
];

async fn migrate<F, R>(changes: &[Change], run: F) -> Result<(), StoreError>
where
    F: FnOnce(Migrator) -> R,
    R: Future<Output = Result<(), sqlx::migrate::MigrateError>>,
{
    let known = changes.last().map_or(0, |(version, _, _)| *version);
    let migrations = changes
        .iter()
        .map(|(version, name, sql)| {
            Migration::new(
                *version,
                (*name).into(),
                MigrationType::Simple,
                sql.into_sql_str(),
                false,
            )
        })
        .collect();
    match run(Migrator::with_migrations(migrations)).await {
        Err(sqlx::migrate::MigrateError::VersionMissing(found)) => {
            Err(StoreError::Newer { known, found })
        }
        other => Ok(other?),
    }
}

async fn secret(engine: &Engine, now: Timestamp) -> Result<Signer, StoreError> {
    let mut tx = engine.begin().await?;
    let mut key = [0_u8; 32];
    getrandom::fill(&mut key).map_err(|e| StoreError::Engine(sqlx::Error::Io(e.into())))?;
    // Of several daemons that start together on an empty store, one insert wins; all read it back.
    tx.run(
        "INSERT INTO secret (key_id, key, created_at) VALUES ('a', $1, $2) ON CONFLICT DO NOTHING",
        values![key.to_vec(), now],
    )
    .await?;
    let sql = "SELECT key_id, key FROM secret ORDER BY created_at DESC, key_id DESC";
    let row = tx.row(sql, values![]).await?.ok_or(StoreError::NoRow { sql })?;
    tx.commit().await?;
    let wrong = || StoreError::Value {
        table: "secret",
        column: "key",
        expected: "32 bytes",
        found: "another length".to_owned(),
    };
    let key: [u8; 32] = row.blob("key")?.try_into().map_err(|_| wrong())?;
    Ok(Signer::new(&row.text("key_id")?, key))
}
