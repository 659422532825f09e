//! A municipality on one machine: a configuration, a Maildir, a store, an SMTP server.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::logs::assert_nobody_is_named;
use crate::support::servers::{Database, Postgres, Process, SmtpSink};

/// What a command did.
#[derive(Debug)]
pub struct Said {
    /// Its exit status.
    pub code: i32,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
    /// Standard output as bytes.
    pub raw: Vec<u8>,
}

impl Said {
    /// Standard output of a command that succeeded.
    pub fn ok(&self) -> &str {
        assert_eq!(self.code, 0, "{self:#?}");
        &self.out
    }

    /// Standard error of a command that ended with `code`.
    pub fn failed(&self, code: i32) -> &str {
        assert_eq!(self.code, code, "{self:#?}");
        &self.err
    }

    /// The JSON that a successful command printed.
    pub fn json(&self) -> Value {
        serde_json::from_str(self.ok()).unwrap_or_else(|error| panic!("{error} in {self:#?}"))
    }

    /// The rows of a JSON list.
    pub fn rows(&self) -> Vec<Value> {
        self.json().as_array().expect("an array").clone()
    }
}

/// The built program, without this process's environment.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sportello"));
    command.env_clear().stdin(Stdio::null());
    command
}

/// Runs it to its end with these arguments alone.
pub fn sportello(args: &[&str]) -> Said {
    said(program().args(args).output().expect("the program starts"))
}

/// What an ended process said.
pub fn said(output: Output) -> Said {
    Said {
        code: output.status.code().expect("an exit status, and no signal"),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
        raw: output.stdout,
    }
}

/// A place with everything that the program needs.
#[derive(Debug)]
pub struct Site {
    /// The SMTP server.
    pub sink: SmtpSink,
    dir: TempDir,
    database: Option<Database>,
}

impl Site {
    /// With a SQLite file.
    pub fn sqlite() -> Self {
        Self::with("sqlite://store.db", None)
    }

    /// With a PostgreSQL database of its own.
    pub fn postgres() -> Self {
        let database = Postgres::shared().database();
        let url = database.url.clone();
        Self::with(&url, Some(database))
    }

    /// One of each engine.
    pub fn both() -> [Self; 2] {
        [Self::sqlite(), Self::postgres()]
    }

    fn with(url: &str, database: Option<Database>) -> Self {
        let site = Self {
            sink: SmtpSink::start(),
            dir: tempfile::tempdir().expect("a directory"),
            database,
        };
        for folder in ["new", "cur", "tmp"] {
            fs::create_dir_all(site.path("mail").join(folder)).expect("a Maildir");
        }
        let text = format!(
            "[organisation]\nname = \"Comune di Prova\"\nstaff = [\"ced@town.example\"]\n\
             [store]\nurl = \"{url}\"\n\
             [[mailbox]]\nname = \"reports\"\nkind = \"maildir\"\npath = \"mail\"\nstart = \"all\"\n\
             poll_interval = \"200ms\"\n\
             [smtp]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n\
             from = \"Centrale operativa <reports@town.example>\"\n",
            site.sink.port()
        );
        site.write("sportello.toml", &text);
        site
    }

    /// Where its store lies, as `store.url` says it.
    pub fn store_url(&self) -> String {
        let file = || format!("sqlite://{}", self.path("store.db").display());
        self.database.as_ref().map_or_else(file, |database| database.url.clone())
    }

    /// Its database, on PostgreSQL.
    pub fn database(&self) -> Option<&Database> {
        self.database.as_ref()
    }

    /// A path in its directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file into its directory.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::write(&path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        path
    }

    /// Its configuration.
    pub fn config(&self) -> PathBuf {
        self.path("sportello.toml")
    }

    /// Replaces a piece of the configuration that must be there.
    pub fn edit(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.config()).expect("the configuration");
        assert!(text.contains(from), "no {from:?} in\n{text}");
        self.write("sportello.toml", text.replacen(from, to, 1));
    }

    /// Drops a mail into the Maildir; later calls sort later.
    pub fn deliver(&self, name: &str, raw: &[u8]) {
        let count = fs::read_dir(self.path("mail/new")).expect("a Maildir").count();
        self.write(&format!("mail/tmp/{name}"), raw);
        let file = self.path("mail/new").join(format!("{}.{name}.town", 1_763_800_000 + count));
        fs::rename(self.path("mail/tmp").join(name), file).expect("a delivery");
    }

    /// Runs a command to its end with this place's configuration.
    pub fn sportello(&self, args: &[&str]) -> Said {
        said(self.command(args).output().expect("the program starts"))
    }

    /// The same, not yet started.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = program();
        command.args(args).arg("--config").arg(self.config());
        command
    }

    /// Starts the daemon and waits until it serves.
    pub fn daemon(&self) -> Process {
        let mut command = self.command(&["run"]);
        let mut daemon =
            Process::start("sportello", &mut command, self.path("daemon.log"), Signal::TERM);
        let log = self.path("daemon.log");
        daemon.wait_until_ready(|| {
            fs::read_to_string(&log).is_ok_and(|text| text.contains("serving"))
        });
        daemon
    }

    /// Whether nothing of a store lies in its directory.
    pub fn has_no_store(&self) -> bool {
        names(self.dir.path()).iter().all(|name| !name.starts_with("store."))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_nobody_is_named(
                &fs::read_to_string(self.path("daemon.log")).unwrap_or_default(),
            );
        }
    }
}

/// The names in a directory, sorted.
pub fn names(directory: &Path) -> Vec<String> {
    let entries =
        fs::read_dir(directory).unwrap_or_else(|e| panic!("{}: {e}", directory.display()));
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
