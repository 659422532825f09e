//! A transaction of either engine, with statements that wait for the next one that is asked.
//!
//! sqlx drives SQLite on a thread of its own, and each statement costs two changes of threads, which is
//! more than most of ours cost in the engine. Statements that nobody waits for are therefore put aside and
//! run together with the next that somebody does, in order, in one change of threads.

use futures_util::TryStreamExt as _;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments as _, AssertSqlSafe, Either, Executor as _, Postgres, Sqlite, Transaction};

use super::{Disk, PerEngine, Row, Value, postgres, sqlite};
use crate::store::StoreError;

/// A statement and its values.
#[derive(Debug, Clone)]
pub struct Statement {
    /// With `$1` placeholders, for both engines.
    pub sql: &'static str,
    /// In the order of the placeholders.
    pub values: Vec<Value>,
}

/// A transaction of either engine; dropped without [`Tx::commit`] it never happened.
#[derive(Debug)]
pub struct Tx {
    open: Open,
    /// Put and not yet run.
    waiting: Vec<Statement>,
}

#[derive(Debug)]
enum Open {
    /// Immediate: it holds the write lock.
    Sqlite(Transaction<'static, Sqlite>, Disk),
    Postgres(Transaction<'static, Postgres>),
}

/// What a statement gave.
#[derive(Debug, Default)]
struct Answer {
    rows: Vec<Row>,
    changed: u64,
}

impl Tx {
    pub(super) const fn sqlite(open: Transaction<'static, Sqlite>, disk: Disk) -> Self {
        Self { open: Open::Sqlite(open, disk), waiting: Vec::new() }
    }

    pub(super) const fn postgres(open: Transaction<'static, Postgres>) -> Self {
        Self { open: Open::Postgres(open), waiting: Vec::new() }
    }

    /// The engine's wording of a statement.
    #[must_use]
    pub fn wording(&self, sql: PerEngine) -> &'static str {
        match self.open {
            Open::Sqlite(..) => sql.sqlite,
            Open::Postgres(_) => sql.postgres,
        }
    }

    /// Puts a statement aside that runs before whatever is asked next, and at the latest with the commit.
    /// An error of its own is the error of that later call.
    pub fn put(&mut self, sql: &'static str, values: Vec<Value>) {
        self.waiting.push(Statement { sql, values });
    }

    /// Runs a statement; the number of rows that it changed.
    pub async fn run(&mut self, sql: &'static str, values: Vec<Value>) -> Result<u64, StoreError> {
        Ok(self.answer(Statement { sql, values }).await?.changed)
    }

    /// Rows of a statement.
    pub async fn rows(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        Ok(self.answer(Statement { sql, values }).await?.rows)
    }

    /// The first row of a statement.
    pub async fn row(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// The rows of several statements, asked together.
    pub async fn ask<const N: usize>(
        &mut self,
        statements: [Statement; N],
    ) -> Result<[Vec<Row>; N], StoreError> {
        let mut answers = self.answers(statements.into()).await?.into_iter();
        Ok(std::array::from_fn(|_| answers.next().unwrap_or_default().rows))
    }

    /// The `id` that an `INSERT … RETURNING id` made.
    pub async fn insert(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<i64, StoreError> {
        match self.row(sql, values).await? {
            Some(row) => row.int("id"),
            None => Err(StoreError::NoRow { sql }),
        }
    }

    /// Makes it durable: after this, not even a power cut undoes it.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        if !self.waiting.is_empty() {
            self.answers(Vec::new()).await?;
        }
        let _: () = match self.open {
            Open::Sqlite(tx, disk) => {
                tx.commit().await.inspect_err(|error| disk.note(error))?;
            }
            Open::Postgres(tx) => tx.commit().await?,
        };
        Ok(())
    }

    async fn answer(&mut self, statement: Statement) -> Result<Answer, StoreError> {
        Ok(self.answers(vec![statement]).await?.pop().unwrap_or_default())
    }

    /// Runs what waits, then these; the answers of these.
    async fn answers(&mut self, asked: Vec<Statement>) -> Result<Vec<Answer>, StoreError> {
        let before = self.waiting.len();
        let mut statements = std::mem::take(&mut self.waiting);
        statements.extend(asked);
        let mut answers = match &mut self.open {
            Open::Sqlite(tx, disk) => {
                on_sqlite(tx, statements).await.inspect_err(|error| disk.note_store(error))?
            }
            Open::Postgres(tx) => on_postgres(tx, statements).await?,
        };
        Ok(answers.split_off(before.min(answers.len())))
    }
}

/// One text of all statements: the driver runs them one after the other. The same mail causes the same
/// sequence, so that the text is found among the prepared ones.
async fn on_sqlite(
    tx: &mut Transaction<'static, Sqlite>,
    mut statements: Vec<Statement>,
) -> Result<Vec<Answer>, StoreError> {
    let query = if statements.len() == 1
        && let Some(Statement { sql, values }) = statements.pop()
    {
        sqlite(sql, values)
    } else {
        let (sql, values) = together(statements);
        // Only texts of ours, and no value, are in it.
        sqlx::query_with(AssertSqlSafe(sql), arguments(values)?)
    };
    let mut answers = Vec::new();
    let mut answer = Answer::default();
    let mut given = (&mut **tx).fetch_many(query);
    while let Some(one) = given.try_next().await? {
        match one {
            Either::Right(row) => answer.rows.push(Row::Sqlite(row)),
            Either::Left(done) => {
                answer.changed = done.rows_affected();
                answers.push(std::mem::take(&mut answer));
            }
        }
    }
    Ok(answers)
}

async fn on_postgres(
    tx: &mut Transaction<'static, Postgres>,
    statements: Vec<Statement>,
) -> Result<Vec<Answer>, StoreError> {
    let mut answers = Vec::with_capacity(statements.len());
    for Statement { sql, values } in statements {
        let mut answer = Answer::default();
        let mut given = (&mut **tx).fetch_many(postgres(sql, values));
        while let Some(one) = given.try_next().await? {
            match one {
                Either::Right(row) => answer.rows.push(Row::Postgres(row)),
                Either::Left(done) => answer.changed = done.rows_affected(),
            }
        }
        answers.push(answer);
    }
    Ok(answers)
}

fn arguments(values: Vec<Value>) -> Result<SqliteArguments, StoreError> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(values.len(), 0);
    for value in values {
        match value {
            Value::Int(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value),
            Value::Blob(value) => arguments.add(value),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

/// Several statements as one text whose placeholders go on counting, with the values of all.
fn together(statements: Vec<Statement>) -> (String, Vec<Value>) {
    let length = statements.iter().map(|one| one.sql.len().saturating_add(16)).sum();
    let (mut text, mut all) = (String::with_capacity(length), Vec::new());
    for Statement { sql, values } in statements {
        let mut parts = sql.split('$');
        text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part
                .len()
                .saturating_sub(part.trim_start_matches(|c: char| c.is_ascii_digit()).len());
            let (number, rest) = part.split_at_checked(digits).unwrap_or((part, ""));
            text.push('$');
            if let Ok(number) = number.parse::<usize>() {
                text.push_str(&number.saturating_add(all.len()).to_string());
            }
            text.push_str(rest);
        }
        text.push_str(";\n");
        all.extend(values);
    }
    (text, all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_go_on_counting_through_statements() {
        let one = Statement { sql: "SELECT $1, $2, $1", values: vec![1.into(), 2.into()] };
        let two = Statement { sql: "SELECT a", values: vec![] };
        let three = Statement { sql: "UPDATE t SET a = $10, b=$1", values: vec![3.into()] };
        let (text, values) = together(vec![one, two, three]);
        assert_eq!(text, "SELECT $1, $2, $1;\nSELECT a;\nUPDATE t SET a = $12, b=$3;\n");
        assert_eq!(values.len(), 3);
    }
}
