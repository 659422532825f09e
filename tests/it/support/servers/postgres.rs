//! A throwaway PostgreSQL cluster and one database a test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use rustix::process::Signal;
use tempfile::TempDir;

use super::{Account, Port, Process, directory, program, run};

/// The URL of a server that the tests share, set by whoever runs them: a superuser's, without a
/// password or with it. Without it each test process starts a cluster of its own.
const SHARED: &str = "SPORTELLO_TEST_POSTGRES";

/// The cluster's one role.
const ROLE: &str = "sportello";

/// A PostgreSQL server.
#[derive(Debug)]
pub struct Postgres {
    url: String,
    own: Option<Cluster>,
}

#[derive(Debug)]
struct Cluster {
    account: Account,
    port: Port,
    process: Mutex<Option<Process>>,
    dir: TempDir,
}

/// A database of one test, dropped with it.
#[derive(Debug)]
pub struct Database {
    /// `postgres://…/name`, as sqlx and psql take it.
    pub url: String,
    name: String,
    // Keeps the cluster up as long as one of its databases is in use.
    server: Arc<Postgres>,
}

impl Postgres {
    /// The server that all tests share while any of them uses it.
    #[expect(clippy::disallowed_methods, reason = "the tests' own setting")]
    pub fn shared() -> Arc<Self> {
        static RUNNING: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = running.upgrade() {
            return server;
        }
        let server = match std::env::var(SHARED) {
            Ok(url) => Arc::new(Self { url, own: None }),
            Err(_unset) => Self::start(),
        };
        *running = Arc::downgrade(&server);
        server
    }

    /// Starts a cluster for one test alone, which may stop and restart it.
    pub fn start() -> Arc<Self> {
        let account = Account::of_servers();
        let dir = directory(&account);
        let mut initdb = Command::new(binary("initdb"));
        account.runs(&mut initdb);
        // Trust: it listens on loopback alone. No sync: it does not outlive the machine.
        initdb.args(["-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-U", ROLE, "-D"]);
        run(initdb.arg(dir.path().join("data")).current_dir(dir.path()));
        let port = Port::free();
        let url = format!("postgres://{ROLE}@127.0.0.1:{}/postgres", port.number);
        let cluster = Cluster { account, port, process: Mutex::new(None), dir };
        let server = Self { url, own: Some(cluster) };
        server.start_again();
        Arc::new(server)
    }

    /// Ends the server as an operator does who does not wait for its clients.
    pub fn stop(&self) {
        self.cluster().set_process(None);
    }

    /// Ends every process of the server in the middle of what it does, as `pg_ctl -m immediate`.
    pub fn crash(&self) {
        let mut process = self.cluster().process.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(process) = process.take() {
            process.ends_by(Signal::QUIT);
        }
    }

    /// Makes an empty database with a name of its own, whose tables lie in `directory`.
    pub fn database_in(self: &Arc<Self>, directory: &Path) -> Database {
        self.cluster().account.own(directory);
        let database = self.database();
        let (name, place) = (&database.name, directory.display());
        psql(&self.url, &format!("CREATE TABLESPACE {name} LOCATION '{place}'"));
        psql(&self.url, &format!("ALTER DATABASE {name} SET TABLESPACE {name}"));
        database
    }

    /// Starts it with the same data on the same port.
    pub fn start_again(&self) {
        let process = self.cluster().start(&self.url);
        self.cluster().set_process(Some(process));
    }

    /// The URL of its maintenance database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Makes an empty database with a name of its own.
    pub fn database(self: &Arc<Self>) -> Database {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{count}", std::process::id());
        psql(&self.url, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        psql(&self.url, &format!("CREATE DATABASE {name}"));
        let url = with_database(&self.url, &name);
        Database { url, name, server: Arc::clone(self) }
    }

    fn cluster(&self) -> &Cluster {
        self.own.as_ref().expect("a server that others share is not stopped by a test")
    }
}

impl Cluster {
    fn start(&self, url: &str) -> Process {
        let dir = self.dir.path();
        let mut command = Command::new(binary("postgres"));
        self.account.runs(&mut command);
        command.arg("-D").arg(dir.join("data")).arg("-k").arg(dir).current_dir(dir);
        command.args(["-h", "127.0.0.1", "-p", &self.port.number.to_string()]);
        for setting in ["fsync=off", "full_page_writes=off", "max_connections=200"] {
            command.args(["-c", setting]);
        }
        // SIGTERM would wait for clients to leave; SIGINT tells them to.
        let log = dir.join("log");
        let mut process = Process::start("postgres", &mut command, log, Signal::INT);
        process.wait_until_ready(|| {
            client(url, "SELECT 1").output().is_ok_and(|o| o.status.success())
        });
        process
    }

    fn set_process(&self, process: Option<Process>) {
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = process;
    }
}

impl Database {
    /// Runs one statement; rows as psql prints them unaligned, `|` between columns.
    pub fn psql(&self, sql: &str) -> String {
        psql(&self.url, sql)
    }

    /// The server's port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        let (_, address) = self.url.split_once("127.0.0.1:").expect("a server on loopback");
        let digits = address.split('/').next().unwrap_or_default();
        digits.parse().expect("a URL with its port")
    }

    /// The URL of this database behind another port of 127.0.0.1.
    pub fn url_at(&self, port: u16) -> String {
        self.url.replacen(&format!(":{}/", self.port()), &format!(":{port}/"), 1)
    }

    /// Cuts every session of this database, as a failover does.
    pub fn cut_sessions(&self) {
        let name = &self.name;
        let sql = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        );
        psql(&self.server.url, &sql);
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        drop(client(&self.server.url, &sql).output());
    }
}

/// A program of the newest PostgreSQL server that is installed; Debian keeps them out of PATH.
fn binary(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    versions
        .map(|entry| entry.path())
        .filter(|path| path.join("bin").join(name).is_file())
        .max_by_key(version)
        .map_or_else(|| program(name, "postgresql"), |path| path.join("bin").join(name))
}

fn client(url: &str, sql: &str) -> Command {
    let mut command = Command::new(program("psql", "postgresql-client"));
    command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]);
    command
}

fn psql(url: &str, sql: &str) -> String {
    run(&mut client(url, sql)).trim_end().to_owned()
}

/// The same server's URL for another database; what follows `?` stays.
fn with_database(url: &str, name: &str) -> String {
    let (address, options) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = address.split_once("://").expect("a URL with its scheme");
    let server = rest.split('/').next().unwrap_or_default();
    let mark = if options.is_empty() { "" } else { "?" };
    format!("{scheme}://{server}/{name}{mark}{options}")
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn the_database_of_a_url_is_replaced_and_nothing_else() {
        let cases = [
            ("postgres://u:p@h:5/postgres", "postgres://u:p@h:5/x"),
            ("postgresql://h", "postgresql://h/x"),
            ("postgres://h/a?sslmode=disable", "postgres://h/x?sslmode=disable"),
        ];
        for (url, expected) in cases {
            assert_eq!(with_database(url, "x"), expected);
        }
    }
}
