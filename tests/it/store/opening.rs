//! Opening: settings that keep promises, versions that are told apart, one daemon a file.

use sportello::domain::letter::LetterKind;
use sportello::store::engine::Value;
use sportello::store::{self, StoreError, folders};

use super::{NOW, begin, later, on_each};
use crate::support::stores::{Engine, Place, runtime};

/// The secret is made once: every opening, whenever it happens, signs the same.
#[test]
fn the_secret_is_made_once() {
    for engine in Engine::each() {
        let place = Place::new(engine);
        runtime().block_on(async {
            let first = store::open(&place.url, NOW).await.unwrap();
            let second = store::open(&place.url, later(60)).await.unwrap();
            assert!(store::is_same(&first, &place.url) && !store::is_same(&first, "sqlite:///x"));
            let id = |store: &store::Store| {
                store.signer.message_id(LetterKind::Acknowledgement, "c", "a@x.example", "d")
            };
            assert_eq!(id(&first), id(&second));
            assert!(!format!("{first:?}").contains(&place.url));
            first.engine.close().await;
            second.engine.close().await;
        });
    }
}

/// Tables made by a newer program are refused with both versions, before anything is touched.
#[test]
fn a_newer_schema_is_refused() {
    for engine in Engine::each() {
        let place = Place::new(engine);
        runtime().block_on(async {
            let store = store::open(&place.url, NOW).await.unwrap();
            let mut tx = begin(&store).await;
            let sql = match engine {
                Engine::Sqlite => {
                    "INSERT INTO _sqlx_migrations
                         (version, description, success, checksum, execution_time)
                     VALUES (9999, 'future', 1, x'00', 0)"
                }
                Engine::Postgres => {
                    "INSERT INTO _sqlx_migrations
                         (version, description, success, checksum, execution_time)
                     VALUES (9999, 'future', true, '\\x00', 0)"
                }
            };
            tx.run(sql, Vec::new()).await.unwrap();
            tx.commit().await.unwrap();
            store.engine.close().await;
            let error = store::open(&place.url, NOW).await.unwrap_err();
            assert!(matches!(error, StoreError::Newer { found: 9999, .. }), "{error}");
        });
    }
}

/// SQLite commits survive a power cut: WAL with synchronous=FULL, foreign keys on; readers cannot write.
#[test]
fn sqlite_commits_are_durable() {
    let place = Place::new(Engine::Sqlite);
    runtime().block_on(async {
        let store = store::open(&place.url, NOW).await.unwrap();
        let mut tx = begin(&store).await;
        let journal = tx.row("PRAGMA journal_mode", Vec::new()).await.unwrap().unwrap();
        assert_eq!(journal.text("journal_mode").unwrap(), "wal");
        for (sql, name, expected) in [
            // 2 is FULL, 3 EXTRA: https://sqlite.org/pragma.html#pragma_synchronous
            ("PRAGMA synchronous", "synchronous", 2),
            ("PRAGMA foreign_keys", "foreign_keys", 1),
            ("PRAGMA busy_timeout", "timeout", 15_000),
        ] {
            let row = tx.row(sql, Vec::new()).await.unwrap().unwrap();
            assert_eq!(row.int(name).unwrap(), expected, "{sql}");
        }
        drop(tx);
        let writes = "DELETE FROM letter RETURNING id";
        assert!(store.engine.rows(writes, Vec::new()).await.is_err());
        store.engine.close().await;
    });
}

/// Only one process sends from a SQLite file; on PostgreSQL epochs do that, and everybody may.
#[test]
fn one_daemon_holds_a_sqlite_file() {
    for engine in Engine::each() {
        let place = Place::new(engine);
        runtime().block_on(async {
            let first = store::open(&place.url, NOW).await.unwrap();
            let second = store::open(&place.url, NOW).await.unwrap();
            let lock = first.lock().unwrap();
            match engine {
                Engine::Sqlite => {
                    assert!(matches!(second.lock(), Err(StoreError::Held { .. })));
                    assert!(place.dir().join("sportello.lock").exists());
                }
                Engine::Postgres => drop(second.lock().unwrap()),
            }
            drop(lock);
            drop(second.lock().unwrap());
            first.engine.close().await;
            second.engine.close().await;
        });
    }
}

/// What cannot be a store is refused in words: a foreign address, a directory that is not there.
#[test]
fn a_wrong_address_is_refused() {
    runtime().block_on(async {
        let error = store::open("mysql://x", NOW).await.unwrap_err();
        assert!(matches!(error, StoreError::Url(_)), "{error}");
        let error = store::open("sqlite:///nonexistent/dir/s.db", NOW).await.unwrap_err();
        assert!(matches!(error, StoreError::Directory { .. }), "{error}");
    });
}

/// A transaction that is dropped never happened, also when its future was dropped in the middle.
#[test]
fn a_dropped_transaction_changes_nothing() {
    on_each(async |store| {
        let folder = super::mails::folder(1);
        let mut tx = begin(store).await;
        folders::open(&mut tx, &folder, NOW).await.unwrap();
        drop(tx);
        assert!(folders::all(&store.engine).await.unwrap().is_empty());
        let mut tx = begin(store).await;
        folders::open(&mut tx, &folder, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(folders::all(&store.engine).await.unwrap().len(), 1);
    });
}

/// What a full disk made SQLite undo by itself leaves the writer fit for the next transaction.
#[test]
fn a_full_disk_spoils_no_connection() {
    runtime().block_on(async {
        let place = Place::new(Engine::Sqlite);
        let store = store::open(&place.url, NOW).await.unwrap();
        let store::Engine::Sqlite { writer, .. } = &store.engine else { panic!() };
        // No page more than there are: to this connection the disk is full.
        sqlx::query("PRAGMA max_page_count = 1").execute(writer).await.unwrap();
        let full = fill(&store.engine).await.unwrap_err();
        assert!(full.to_string().contains("full"), "{full}");
        fill(&store.engine).await.expect("there is room again");
    });
}

/// A megabyte in one transaction.
async fn fill(engine: &store::Engine) -> Result<(), StoreError> {
    let mut tx = engine.begin().await?;
    let sql = "INSERT INTO secret (key_id, key, created_at) VALUES ('x', zeroblob(1000000), 0)";
    tx.run(sql, Vec::new()).await?;
    tx.commit().await
}

/// NUL in a text, which PostgreSQL cannot hold, becomes U+FFFD on both engines; bytes stay as they are.
#[test]
fn a_nul_in_a_text_is_replaced() {
    on_each(async |store| {
        let mut tx = begin(store).await;
        folders::open(&mut tx, &super::mails::folder(1), NOW).await.unwrap();
        folders::trouble(&mut tx, "m", "a\0b").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(folders::all(&store.engine).await.unwrap()[0].trouble, "a\u{FFFD}b");
        assert!(matches!(Value::from("a\0b"), Value::Text(Some(text)) if text == "a\u{FFFD}b"));
        assert!(matches!(Value::from(vec![0]), Value::Blob(bytes) if bytes == [0]));
    });
}
