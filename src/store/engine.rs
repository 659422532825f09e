//! The seam between one set of statements and two engines: values in, rows out, transactions.
//!
//! Statements are `&'static str` with `$1` placeholders, which both engines read alike; every value
//! is an integer, a text or a blob. Only what differs (opening, locking) knows which engine it is.

use std::borrow::Cow;

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Connection as _, PgPool, Postgres, Row as _, Sqlite, SqlitePool};

use super::StoreError;

mod disk;

mod transaction;

pub use disk::Disk;
pub use transaction::{Statement, Tx};

/// A value bound to a statement. The absent ones keep their type: PostgreSQL wants to know it.
#[derive(Debug, Clone)]
pub enum Value {
    /// BIGINT / INTEGER.
    Int(Option<i64>),
    /// TEXT. NUL, which PostgreSQL cannot hold, has become U+FFFD.
    Text(Option<String>),
    /// BYTEA / BLOB.
    Blob(Vec<u8>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(Some(i64::from(value)))
    }
}

impl From<crate::domain::time::Timestamp> for Value {
    fn from(value: crate::domain::time::Timestamp) -> Self {
        Self::Int(Some(value.millis()))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(Some(without_nul(value).into_owned()))
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::from(value.as_str())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::from(value.as_str())
    }
}

impl From<Option<&str>> for Value {
    fn from(value: Option<&str>) -> Self {
        Self::Text(value.map(|text| without_nul(text).into_owned()))
    }
}

impl From<&Option<String>> for Value {
    fn from(value: &Option<String>) -> Self {
        Self::from(value.as_deref())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Blob(value)
    }
}

/// A text as both engines can hold it.
pub(super) fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{FFFD}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Many ids as one value: the JSON array that statements take apart with `json_each` or `jsonb_array_elements_text`.
#[must_use]
pub fn id_list(ids: &[i64]) -> Value {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    Value::Text(Some(format!("[{}]", ids.join(","))))
}

/// Many records as one value: the JSON array that statements take apart with `json_each` or `jsonb_to_recordset`.
/// Their texts hold no NUL: neither engine reads it back from JSON.
#[must_use]
pub fn json_list(records: &[impl serde::Serialize]) -> String {
    // What is written here are numbers and texts, which are always JSON.
    serde_json::to_string(records).unwrap_or_default()
}

/// The same statement in the words of each engine.
#[derive(Debug, Clone, Copy)]
pub struct PerEngine {
    /// For SQLite.
    pub sqlite: &'static str,
    /// For PostgreSQL.
    pub postgres: &'static str,
}

/// Values for a statement, in the order of its placeholders.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::engine::Value::from($value)),*] };
}
pub(crate) use values;

/// A row of either engine.
#[derive(Debug)]
pub enum Row {
    /// Of SQLite.
    Sqlite(SqliteRow),
    /// Of PostgreSQL.
    Postgres(PgRow),
}

macro_rules! column {
    ($self:ident, $name:ident, $kind:ty) => {
        match $self {
            Row::Sqlite(row) => row.try_get::<$kind, _>($name),
            Row::Postgres(row) => row.try_get::<$kind, _>($name),
        }
        .map_err(|source| StoreError::Column { name: $name, source })
    };
}

impl Row {
    /// A number that is always there.
    pub fn int(&self, name: &'static str) -> Result<i64, StoreError> {
        column!(self, name, i64)
    }

    /// A number that may be absent.
    pub fn int_or_null(&self, name: &'static str) -> Result<Option<i64>, StoreError> {
        column!(self, name, Option<i64>)
    }

    /// A text that is always there.
    pub fn text(&self, name: &'static str) -> Result<String, StoreError> {
        column!(self, name, String)
    }

    /// A text that may be absent.
    pub fn text_or_null(&self, name: &'static str) -> Result<Option<String>, StoreError> {
        column!(self, name, Option<String>)
    }

    /// Bytes that are always there.
    pub fn blob(&self, name: &'static str) -> Result<Vec<u8>, StoreError> {
        column!(self, name, Vec<u8>)
    }

    /// An instant that is always there.
    pub fn time(&self, name: &'static str) -> Result<crate::domain::time::Timestamp, StoreError> {
        self.int(name).map(crate::domain::time::Timestamp::from_millis)
    }

    /// An instant that may be absent.
    pub fn time_or_null(
        &self,
        name: &'static str,
    ) -> Result<Option<crate::domain::time::Timestamp>, StoreError> {
        Ok(self.int_or_null(name)?.map(crate::domain::time::Timestamp::from_millis))
    }
}

/// An open store of either engine.
#[derive(Debug, Clone)]
pub enum Engine {
    /// One writer, so that `BEGIN IMMEDIATE` never meets a rival inside the process; readers beside it.
    Sqlite {
        /// The one connection that writes.
        writer: SqlitePool,
        /// Connections that only read.
        reader: SqlitePool,
        /// Tells when the file's disk does not keep what it was told to keep.
        disk: Disk,
    },
    /// A pool whose connections are rolled back on release (a cancelled `begin` leaves one open).
    Postgres(PgPool),
}

impl Engine {
    /// Begins a transaction that may write. On SQLite it holds the write lock from its first moment:
    /// a deferred one that reads first fails with `SQLITE_BUSY_SNAPSHOT`, which no timeout mends.
    ///
    /// # Errors
    /// [`StoreError::NotKept`] once the disk has failed to keep something: nothing may be built on that.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite { disk, .. } if disk.has_failed() => return Err(StoreError::NotKept),
            Self::Sqlite { writer, disk, .. } => {
                Tx::sqlite(writer.begin_with("BEGIN IMMEDIATE").await?, disk.clone())
            }
            Self::Postgres(pool) => Tx::postgres(pool.begin().await?),
        })
    }

    /// Rows of a statement that only reads.
    pub async fn rows(
        &self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite { reader, .. } => sqlite(sql, values)
                .fetch_all(reader)
                .await
                .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
            Self::Postgres(pool) => postgres(sql, values)
                .fetch_all(pool)
                .await
                .map(|rows| rows.into_iter().map(Row::Postgres).collect()),
        }?)
    }

    /// The first row of a statement that only reads.
    pub async fn row(
        &self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// Whether this is PostgreSQL, for the few statements that differ.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Waits until the disk has failed to keep something; for ever on PostgreSQL, which ends itself then.
    pub async fn disk_failure(&self) {
        match self {
            Self::Sqlite { disk, .. } => disk.failure().await,
            Self::Postgres(_) => std::future::pending().await,
        }
    }

    /// Writes tables anew, so that nothing lies in their files any more but what they hold: the whole file on SQLite,
    /// with `statements` on PostgreSQL. False when somebody who reads kept the log of the file from being emptied.
    pub async fn rewrite(&self, statements: &[&'static str]) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite { writer, .. } => {
                let mut writer = writer.acquire().await?;
                // The copy of a large store does not fit into memory.
                for sql in ["PRAGMA temp_store = FILE", "VACUUM", "PRAGMA temp_store = MEMORY"] {
                    sqlx::query(sql).execute(&mut *writer).await?;
                }
                let emptied = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)");
                let busy: i64 = emptied.fetch_one(&mut *writer).await?.try_get(0)?;
                Ok(busy == 0)
            }
            Self::Postgres(pool) => {
                let mut connection = pool.acquire().await?.detach();
                // It takes as long as the largest table, and waits for whoever uses one.
                for sql in ["SET statement_timeout = 0", "SET lock_timeout = 0"] {
                    sqlx::query(sql).execute(&mut connection).await?;
                }
                for sql in statements {
                    sqlx::query(*sql).execute(&mut connection).await?;
                }
                connection.close().await?;
                Ok(true)
            }
        }
    }

    /// Waits for what is under way and closes.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, reader, .. } => {
                reader.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

fn sqlite(sql: &'static str, values: Vec<Value>) -> Query<'static, Sqlite, SqliteArguments> {
    values.into_iter().fold(sqlx::query(sql), |query, value| match value {
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Blob(value) => query.bind(value),
    })
}

fn postgres(sql: &'static str, values: Vec<Value>) -> Query<'static, Postgres, PgArguments> {
    values.into_iter().fold(sqlx::query(sql), |query, value| match value {
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Blob(value) => query.bind(value),
    })
}
