//! Copies of a SQLite store: made while the daemon runs, proven before they are believed, and put back.
//!
//! A restored store is older than the world: letters left and mails were answered after the backup was made.
//! [`mark_restored`] sees to it that nobody hears of that twice.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

use super::engine::values;
use super::{Engine, Store, StoreError, Tx};
use crate::domain::time::Timestamp;

mod aftermath;

pub use aftermath::{Marked, mark_restored};

/// A copy holds everything that residents wrote: its owner alone reads it.
const OWNER_ONLY: u32 = 0o600;

/// Left free beside a copy: a full disk would stop the daemon that goes on working.
const SPARE_BYTES: u64 = 64 * 1024 * 1024;

/// Why a copy cannot be made or put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The engine or its file.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file cannot be made, read or named.
    #[error("{}: expected {expected}, found: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What should have been possible.
        expected: &'static str,
        /// What the kernel said.
        source: io::Error,
    },
    /// There is a file already.
    #[error("{}: expected no file of that name, found one; a backup never overwrites: choose another name", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Another backup writes it.
    #[error("{}: another backup is being made there; wait for its end", path.display())]
    UnderWay {
        /// Its unfinished file.
        path: PathBuf,
    },
    /// The disk is too full.
    #[error("{}: expected {needed} free bytes, found {free}; make room or choose another disk", path.display())]
    Room {
        /// The directory.
        path: PathBuf,
        /// The size of the store and a reserve.
        needed: u64,
        /// What is free.
        free: u64,
    },
    /// The copy is none.
    #[error("{}: expected a whole store of Sportello, found: {found}; take another backup", path.display())]
    Unsound {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        found: String,
    },
    /// There is something that would be replaced.
    #[error(
        "{}: expected no store or an empty one, found {tickets} ticket(s) and {mails} mail(s); \
         `--replace` puts it aside and restores all the same", path.display()
    )]
    Occupied {
        /// The store.
        path: PathBuf,
        /// Its tickets.
        tickets: i64,
        /// Its rows of the ledger.
        mails: i64,
    },
}

fn file_error<'p>(
    path: &'p Path,
    expected: &'static str,
) -> impl Fn(io::Error) -> BackupError + 'p {
    move |source| BackupError::File { path: path.to_owned(), expected, source }
}

/// Writes a consistent copy of a SQLite store to a new file, also while others write to the store; its length
/// in bytes. It is durable and was found whole before this returns.
pub async fn write(store: &Store, target: &Path) -> Result<u64, BackupError> {
    let Engine::Sqlite { writer, .. } = &store.engine else { return Ok(0) };
    if target.symlink_metadata().is_ok() {
        return Err(BackupError::Exists { path: target.to_owned() });
    }
    let bytes = size(&store.engine).await?;
    room(directory(target), bytes)?;
    let partial = beside(target, "partial");
    let claimed = claim(&partial)?;
    sqlx::query("VACUUM INTO $1")
        .bind(partial.display().to_string())
        .execute(writer)
        .await
        .map_err(StoreError::from)?;
    prove(&partial).await?;
    claimed.sync_all().map_err(file_error(&partial, "a disk that keeps what is written"))?;
    // A link fails where a file appeared meanwhile; a rename would replace it.
    fs::hard_link(&partial, target).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => BackupError::Exists { path: target.to_owned() },
        _ => file_error(target, "a file that can be made")(source),
    })?;
    remove(&partial)?;
    sync_directory(target)?;
    let written = fs::metadata(target).map_err(file_error(target, "the finished backup"))?;
    Ok(written.len())
}

/// What a store takes on the disk.
async fn size(engine: &Engine) -> Result<u64, StoreError> {
    let sql = "SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size";
    let bytes = engine.row(sql, values![]).await?.map_or(Ok(0), |row| row.int("bytes"))?;
    Ok(u64::try_from(bytes).unwrap_or(0))
}

/// An empty file that nobody else writes. One that a killed backup left is taken over.
fn claim(path: &Path) -> Result<File, BackupError> {
    let wrong = file_error(path, "a file that can be made");
    let no_link = i32::try_from(OFlags::NOFOLLOW.bits()).unwrap_or_default();
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(OWNER_ONLY)
        .custom_flags(no_link)
        .open(path)
        .map_err(&wrong)?;
    if file.try_lock().is_err() {
        return Err(BackupError::UnderWay { path: path.to_owned() });
    }
    file.set_permissions(Permissions::from_mode(OWNER_ONLY)).map_err(&wrong)?;
    file.set_len(0).map_err(&wrong)?;
    Ok(file)
}

/// Whether a disk has room for so many bytes more.
fn room(directory: &Path, bytes: u64) -> Result<(), BackupError> {
    let disk = rustix::fs::statvfs(directory)
        .map_err(|error| file_error(directory, "a directory")(error.into()))?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let needed = bytes.saturating_add(SPARE_BYTES);
    if free >= needed {
        return Ok(());
    }
    Err(BackupError::Room { path: directory.to_owned(), needed, free })
}

/// Whether a file is a whole store of a version that this program knows; its version. It is not changed.
pub async fn prove(path: &Path) -> Result<i64, BackupError> {
    let unsound = |found: String| BackupError::Unsound { path: path.to_owned(), found };
    File::open(path).map_err(file_error(path, "a readable file"))?;
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let mut copy = options.connect().await.map_err(|error| unsound(error.to_string()))?;
    let said = sqlx::query("PRAGMA integrity_check(5)").fetch_all(&mut copy).await;
    let said = said.map_err(|error| unsound(error.to_string()))?;
    let faults: Vec<String> = said
        .iter()
        .filter_map(|row| row.try_get::<String, _>(0).ok())
        .filter(|line| line != "ok")
        .collect();
    if !faults.is_empty() || said.is_empty() {
        return Err(unsound(faults.join("; ")));
    }
    let version = sqlx::query_scalar::<_, i64>("SELECT max(version) FROM _sqlx_migrations")
        .fetch_one(&mut copy)
        .await
        .map_err(|_| unsound("another database".to_owned()))?;
    copy.close().await.map_err(StoreError::from)?;
    let known = super::open::newest();
    if version > known {
        return Err(StoreError::Newer { known, found: version }.into());
    }
    Ok(version)
}

/// A store that was put back.
#[derive(Debug)]
pub struct Restored {
    /// What was done so that nobody hears twice.
    pub marked: Marked,
    /// Where the store that was there lies now.
    pub aside: Option<PathBuf>,
}

/// Puts a backup in the place of the SQLite store at `path`. A daemon must not be at work; a store that holds
/// something is put aside only when told to.
pub async fn restore(
    backup: &Path,
    path: &Path,
    replace: bool,
    now: Timestamp,
) -> Result<Restored, BackupError> {
    let _lock = super::open::lock_file(path)?;
    prove(backup).await?;
    let guarded = path.exists() && !replace;
    let numbers = match contents(path).await {
        Ok(Some(held)) if guarded && held.is_something() => {
            return Err(held.occupied(path));
        }
        Ok(held) => held.map(|held| held.serials),
        // What cannot be read may still hold something.
        Err(error) if guarded => return Err(error.into()),
        Err(_) => None,
    };
    let bytes = fs::metadata(backup).map_err(file_error(backup, "a readable file"))?.len();
    room(directory(path), bytes)?;
    let fresh = beside(path, "restoring");
    let claimed = claim(&fresh)?;
    remove_log(&fresh)?;
    File::open(backup)
        .and_then(|mut whole| io::copy(&mut whole, &mut &claimed))
        .map_err(file_error(&fresh, "a copy of the backup"))?;
    let store = super::open(&format!("sqlite://{}", fresh.display()), now).await?;
    let mut tx: Tx = store.engine.begin().await?;
    let marked = mark_restored(&mut tx, numbers.as_deref(), now).await?;
    tx.commit().await?;
    // The last one to close folds the log back into the file.
    store.engine.close().await;
    claimed.sync_all().map_err(file_error(&fresh, "a disk that keeps what is written"))?;
    let aside = put_aside(path, now)?;
    fs::rename(&fresh, path).map_err(file_error(path, "a directory that can be written"))?;
    remove_log(&fresh)?;
    sync_directory(path)?;
    Ok(Restored { marked, aside })
}

/// What a store that would be replaced holds.
struct Contents {
    tickets: i64,
    mails: i64,
    /// The last number that was given out in each year.
    serials: Vec<(i64, i64)>,
}

impl Contents {
    fn is_something(&self) -> bool {
        self.tickets > 0 || self.mails > 0
    }

    fn occupied(&self, path: &Path) -> BackupError {
        let (tickets, mails) = (self.tickets, self.mails);
        BackupError::Occupied { path: path.to_owned(), tickets, mails }
    }
}

async fn contents(path: &Path) -> Result<Option<Contents>, StoreError> {
    if !path.exists() || fs::metadata(path).is_ok_and(|file| file.len() == 0) {
        return Ok(None);
    }
    let mut store = SqliteConnectOptions::new().filename(path).connect().await?;
    let count =
        "SELECT (SELECT count(*) FROM ticket) AS tickets, (SELECT count(*) FROM ledger) AS mails";
    let row = sqlx::query(count).fetch_one(&mut store).await?;
    let rows = sqlx::query_as("SELECT year, last FROM ticket_serial").fetch_all(&mut store).await?;
    let contents =
        Contents { tickets: row.try_get("tickets")?, mails: row.try_get("mails")?, serials: rows };
    store.close().await?;
    Ok(Some(contents))
}

/// Gives a store a second name beside its own, with its log, so that it can still be looked at; which. At no
/// moment is there no store: a daemon that starts then would make an empty one.
fn put_aside(path: &Path, now: Timestamp) -> Result<Option<PathBuf>, BackupError> {
    if !path.exists() {
        return Ok(None);
    }
    let aside = beside(path, &format!("replaced-{}", now.millis()));
    fs::hard_link(path, &aside).map_err(file_error(&aside, "a file that can be made"))?;
    for suffix in ["-wal", "-shm"] {
        let (from, to) = (with_suffix(path, suffix), with_suffix(&aside, suffix));
        if from.exists() {
            fs::rename(&from, &to).map_err(file_error(&from, "a file that can be renamed"))?;
        }
    }
    Ok(Some(aside))
}

/// A log of another file under this name would be taken for this one's.
fn remove_log(path: &Path) -> Result<(), BackupError> {
    remove(&with_suffix(path, "-wal"))?;
    remove(&with_suffix(path, "-shm"))
}

fn remove(path: &Path) -> Result<(), BackupError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(file_error(path, "a file that can be removed")(source))
        }
        _ => Ok(()),
    }
}

/// Makes the names in a file's directory durable.
fn sync_directory(path: &Path) -> Result<(), BackupError> {
    let directory = directory(path);
    let wrong = file_error(directory, "a directory that can be made durable");
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(wrong)
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// `store.db` → `store.db.partial`.
fn beside(path: &Path, word: &str) -> PathBuf {
    with_suffix(path, &format!(".{word}"))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
