//! Real servers, each in a directory of its own, ended by their pid when they go out of scope.

mod dovecot;
mod postgres;
mod smtp_sink;

pub use dovecot::Dovecot;
pub use postgres::{Database, Postgres};
pub use smtp_sink::{Received, SmtpSink, address};

use std::fs::{self, File};
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

use crate::support::{PATIENCE, wait_until};

/// The longest directory whose sockets still fit: a Unix socket's path ends at 107 bytes, and
/// the longest name that a server puts below its directory is about 30.
const LONGEST_DIRECTORY: usize = 70;

/// A server that has not ended by then is killed.
const GOODBYE: Duration = Duration::from_secs(5);

/// Where daemons lie that an ordinary user's PATH does not name.
const SYSTEM_PATH: &str = "/usr/sbin:/usr/local/sbin:/sbin:/usr/bin:/usr/local/bin:/bin";

/// Ports below the ones that the kernel gives to outgoing connections, so that no client of a
/// test that runs beside this one sits on a port which a restarted server wants back.
const FIRST_PORT: u16 = 20_000;
const LAST_PORT: u16 = 32_000;

/// Outlives the test's process and ends what that left behind, should it be killed.
const KEEPER: &str = r#"read -r word && exit 0; kill -TERM "$1"; sleep 5; kill -KILL "-$1""#;

/// The account that servers run as: the test's own, or `nobody` when that is root, which
/// Dovecot and PostgreSQL refuse.
#[derive(Debug, Clone)]
pub struct Account {
    /// Login name.
    pub name: String,
    /// Group name.
    pub group: String,
    /// Numeric user.
    pub uid: u32,
    /// Numeric group.
    pub gid: u32,
}

impl Account {
    /// Whom servers run as here.
    pub fn of_servers() -> Self {
        let own = rustix::process::geteuid();
        let passwd = lines_of("/etc/passwd");
        let user = passwd
            .iter()
            .map(|line| line.split(':').collect::<Vec<_>>())
            .find(|row| if own.is_root() { row[0] == "nobody" } else { row[2] == own.to_string() })
            .expect("the servers' account is missing in /etc/passwd");
        let group = lines_of("/etc/group")
            .iter()
            .map(|line| line.split(':').map(str::to_owned).collect::<Vec<_>>())
            .find(|row| row[2] == user[3])
            .expect("the servers' group is missing in /etc/group");
        Self {
            name: user[0].to_owned(),
            group: group[0].clone(),
            uid: user[2].parse().expect("a number in /etc/passwd"),
            gid: user[3].parse().expect("a number in /etc/passwd"),
        }
    }

    /// Gives `path` to this account; nothing to do unless the test runs as root.
    pub fn own(&self, path: &Path) {
        if is_root() {
            std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid))
                .unwrap_or_else(|error| panic!("chown {}: {error}", path.display()));
        }
    }

    /// Makes `command` run as this account; nothing to do unless the test runs as root.
    pub fn runs(&self, command: &mut Command) {
        if is_root() {
            command.uid(self.uid).gid(self.gid);
        }
    }
}

/// Does the test run as root?
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn lines_of(path: &str) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.lines().map(str::to_owned).collect()
}

/// A port of 127.0.0.1 that stays this test's until it is dropped, also while nobody listens
/// on it: other test processes see the lock on its file.
#[derive(Debug)]
pub struct Port {
    /// The number.
    pub number: u16,
    _lock: File,
}

impl Port {
    /// The next port that nobody listens on and no other test has reserved.
    pub fn free() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let own = rustix::process::geteuid();
        let locks = std::env::temp_dir().join(format!("test-ports.{own}"));
        fs::create_dir_all(&locks).unwrap_or_else(|e| panic!("{}: {e}", locks.display()));
        let span = u32::from(LAST_PORT - FIRST_PORT);
        let start = std::process::id().wrapping_mul(37);
        for _ in 0..span {
            let step = NEXT.fetch_add(1, Ordering::Relaxed);
            let offset = u16::try_from(start.wrapping_add(step) % span).expect("below the span");
            let number = FIRST_PORT + offset;
            let path = locks.join(number.to_string());
            let lock = File::create(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            let free = || TcpListener::bind((Ipv4Addr::LOCALHOST, number)).is_ok();
            if lock.try_lock().is_ok() && free() {
                return Self { number, _lock: lock };
            }
        }
        panic!("no free port between {FIRST_PORT} and {LAST_PORT}");
    }
}

/// A new directory with a path short enough for sockets, open to the servers' account.
pub fn directory(account: &Account) -> TempDir {
    let made = |base: &Path| tempfile::Builder::new().prefix("rig").tempdir_in(base);
    let short = |dir: &TempDir| dir.path().as_os_str().len() <= LONGEST_DIRECTORY;
    let dir = made(&std::env::temp_dir()).ok().filter(short);
    let dir = dir.unwrap_or_else(|| made(Path::new("/tmp")).expect("a directory below /tmp"));
    account.own(dir.path());
    dir
}

/// The path of an installed program; fails the test, naming the package, when it is missing.
pub fn program(name: &str, package: &str) -> PathBuf {
    let own = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&own)
        .chain(std::env::split_paths(SYSTEM_PATH))
        .map(|dir| dir.join(name))
        .find(|path| path.is_file())
        .unwrap_or_else(|| panic!("{name} is not installed: apt-get install {package}"))
}

/// Runs a command to its end and gives its standard output; fails the test with what it said
/// when it fails.
pub fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{said}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Does somebody listen on this port of 127.0.0.1?
pub fn listens(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// A server's process: ended by its pid on drop, by a keeper if the test itself was killed.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    keeper: Child,
    goodbye: Signal,
    log: PathBuf,
}

impl Process {
    /// Starts `command` with its output in `log`; `goodbye` is the signal that ends it.
    pub fn start(name: &str, command: &mut Command, log: PathBuf, goodbye: Signal) -> Self {
        let out = File::options().create(true).append(true).open(&log);
        let out = out.unwrap_or_else(|error| panic!("{}: {error}", log.display()));
        let err = out.try_clone().expect("a second handle on the log");
        command.stdin(Stdio::null()).stdout(out).stderr(err).process_group(0);
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let keeper = Command::new("/bin/sh")
            .args(["-c", KEEPER, "keeper", &child.id().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("/bin/sh starts");
        Self { name: name.to_owned(), child, keeper, goodbye, log }
    }

    /// Waits until `ready` holds; fails with the end of the log when the server ends before.
    pub fn wait_until_ready(&mut self, mut ready: impl FnMut() -> bool) {
        let what = format!("{} is ready (log: {})", self.name, self.log.display());
        wait_until(&what, PATIENCE, || {
            let ended = self.child.try_wait().expect("the child can be waited for");
            assert!(ended.is_none(), "{} ended at its start:\n{}", self.name, self.log());
            ready()
        });
    }

    /// Ends it by another signal than its usual one.
    pub fn ends_by(mut self, goodbye: Signal) {
        self.goodbye = goodbye;
    }

    /// Its pid.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The last lines that it said.
    pub fn log(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let mut last: Vec<_> = text.lines().rev().take(20).collect();
        last.reverse();
        last.join("\n")
    }

    /// Nobody but this struct reaps the server, so its pid cannot be somebody else's.
    fn leader(&self) -> Pid {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a pid")
    }

    fn ends_within(&mut self, time: Duration) -> bool {
        // A panic in Drop while a test already fails would abort the whole run.
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            wait_until("the server ends", time, || {
                // Said again at each look: Dovecot's master does not pass it on to a process
                // that it has only just forked, and then waits for that one.
                let ended = !matches!(self.child.try_wait(), Ok(None));
                if !ended {
                    kill_process_group(self.leader(), self.goodbye).ok();
                }
                ended
            });
        }))
        .is_ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.ends_within(GOODBYE) {
            kill_process_group(self.leader(), Signal::KILL).ok();
            drop(self.child.wait());
        }
        if let Some(mut word) = self.keeper.stdin.take() {
            drop(word.write_all(b"ended\n"));
        }
        drop(self.keeper.wait());
    }
}
