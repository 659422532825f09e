//! Stores that were kept from every earlier version of the tables are brought up to date, whole and readable; the
//! texts are never changed, and neither are the migrations that made them.

use std::fs;
use std::path::Path;

use sportello::store::proof::{LEDGER, LETTERS, TABLES, TICKETS};
use sportello::store::{self, Store, proof, tickets};
use sqlx::{Connection as _, PgConnection, SqliteConnection};

use super::later;
use crate::support::stores::{Engine, Place, runtime};

/// Kept stores of an engine, oldest first, with their version.
fn kept(engine: Engine) -> Vec<(i64, String)> {
    let prefix = match engine {
        Engine::Sqlite => "sqlite-",
        Engine::Postgres => "postgres-",
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stores");
    let mut kept: Vec<(i64, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter_map(|path| {
            let name = path.file_stem()?.to_str()?.strip_prefix(prefix)?.to_owned();
            Some((name.parse().unwrap(), fs::read_to_string(path).unwrap()))
        })
        .collect();
    kept.sort();
    kept
}

/// Makes the store of a kept text, as it was.
async fn lay(engine: Engine, place: &Place, text: String) {
    let text = sqlx::AssertSqlSafe(text);
    match engine {
        Engine::Sqlite => {
            let file = format!("{}?mode=rwc", place.url);
            let mut connection = SqliteConnection::connect(&file).await.unwrap();
            sqlx::raw_sql(text).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
        Engine::Postgres => {
            let mut connection = PgConnection::connect(&place.url).await.unwrap();
            sqlx::raw_sql(text).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
    }
}

async fn findings(store: &Store) -> Vec<proof::Finding> {
    let (engine, now) = (&store.engine, later(0));
    let mut findings = proof::engine(engine).await.unwrap();
    for invariant in [TABLES, LEDGER, TICKETS, LETTERS].into_iter().flatten() {
        findings.append(&mut proof::holds(engine, invariant, now).await.unwrap());
    }
    findings.append(&mut proof::letters_fit(engine).await.unwrap());
    findings.append(&mut proof::histories(engine).await.unwrap());
    findings.append(&mut proof::raws(engine, |_, _| {}).await.unwrap());
    findings
}

/// The last version of the tables that was in use anywhere; raised with every release.
const KEPT_UNTIL: i64 = 8;

/// There is a kept store of each version, on each engine.
#[test]
fn every_earlier_version_was_kept() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let kept: Vec<i64> = kept(engine).into_iter().map(|(version, _)| version).collect();
        let expected: Vec<i64> = (1..=KEPT_UNTIL).collect();
        assert_eq!(kept, expected, "fixtures/stores of {engine:?}");
    }
}

/// A kept store is upgraded; its ticket, history, mail and letters are all there, and nothing is wrong with it.
#[test]
fn a_kept_store_is_upgraded_whole() {
    for engine in Engine::each() {
        for (version, text) in kept(engine) {
            let place = Place::new(engine);
            runtime().block_on(async {
                lay(engine, &place, text).await;
                let store = store::open(&place.url, later(0)).await.unwrap();
                assert_eq!(findings(&store).await, [], "version {version}");
                let all = tickets::all(&store.engine).await.unwrap();
                let numbers: Vec<&str> = all.iter().map(|ticket| ticket.number.as_str()).collect();
                assert_eq!(numbers, ["2026-000001"], "version {version}");
                let (id, _) = tickets::find(&store.engine, "2026-000001").await.unwrap().unwrap();
                let history = tickets::history(&store.engine, id).await.unwrap();
                assert!(history.len() >= 2, "version {version}: {history:?}");
                let letters = store::outbox::all(&store.engine).await.unwrap();
                assert_eq!(letters.len(), 2, "version {version}");
                store.engine.close().await;
            });
        }
    }
}
