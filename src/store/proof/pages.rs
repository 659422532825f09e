//! What the engine says of itself.

use super::{DAMAGED, Finding, SHOWN_MAX};
use crate::store::engine::values;
use crate::store::{Engine, StoreError};

pub(super) async fn engine(engine: &Engine) -> Result<Vec<Finding>, StoreError> {
    if engine.is_postgres() { postgres(engine).await } else { sqlite(engine).await }
}

async fn sqlite(engine: &Engine) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    for row in engine.rows("PRAGMA integrity_check(20)", values![]).await? {
        let found = row.text("integrity_check")?;
        if found != "ok" {
            let place = "the database file".to_owned();
            findings.push(Finding { check: "database", place, found, remedy: DAMAGED });
        }
    }
    let sql = "SELECT \"table\" AS name, coalesce(rowid, 0) AS line, parent
               FROM pragma_foreign_key_check LIMIT $1";
    for row in engine.rows(sql, values![SHOWN_MAX]).await? {
        findings.push(Finding {
            check: "references",
            place: format!("{} {}", row.text("name")?, row.int("line")?),
            found: format!("it names a row of {} that is not there", row.text("parent")?),
            remedy: DAMAGED,
        });
    }
    Ok(findings)
}

async fn postgres(engine: &Engine) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    for (sql, found, remedy) in [
        (
            "SELECT conrelid::regclass::text || ' ' || conname AS place FROM pg_constraint
             WHERE NOT convalidated AND connamespace = current_schema()::regnamespace ORDER BY 1 LIMIT $1",
            "a constraint that the server does not hold to be true",
            "ALTER TABLE … VALIDATE CONSTRAINT …, and correct the rows that it names",
        ),
        (
            "SELECT pg_index.indexrelid::regclass::text AS place FROM pg_index
             JOIN pg_class ON pg_class.oid = pg_index.indexrelid
             WHERE NOT pg_index.indisvalid AND pg_class.relnamespace = current_schema()::regnamespace
             ORDER BY 1 LIMIT $1",
            "an index that is not whole",
            "REINDEX it",
        ),
    ] {
        for row in engine.rows(sql, values![SHOWN_MAX]).await? {
            let place = row.text("place")?;
            findings.push(Finding { check: "database", place, found: found.to_owned(), remedy });
        }
    }
    Ok(findings)
}
