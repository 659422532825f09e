//! The disk is full, or lies, or somebody else sits on the store.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::ground::Ground;
use crate::real::program::Program;
use crate::real::site::{Engine, Site, report};
use crate::support::proxy::Proxy;
use crate::support::servers::{Postgres, is_root, program, run};
use crate::support::{PATIENCE, wait_until};

on_both_engines! {
    f22_a_full_disk_is_waited_out
    f24_a_store_that_somebody_else_locks
}

/// A disk of its own, in memory.
struct SmallDisk {
    dir: tempfile::TempDir,
    ballast: PathBuf,
}

/// A mount needs the administrator.
fn as_root(words: &[&str]) -> Command {
    let words: Vec<&str> =
        if is_root() { words.to_vec() } else { [&["sudo", "-n"], words].concat() };
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
}

impl SmallDisk {
    fn mount(mebibytes: usize) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().to_str().expect("a path in UTF-8");
        let size = format!("size={mebibytes}m,mode=777");
        run(&mut as_root(&["mount", "-t", "tmpfs", "-o", &size, "tmpfs", path]));
        let ballast = dir.path().join("ballast");
        Self { dir, ballast }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Leaves no byte free.
    fn fill(&self) {
        let mut file = File::create(&self.ballast).expect("a file");
        let full = loop {
            if let Err(error) = file.write_all(&[b'x'; 4096]) {
                break error;
            }
        };
        assert_eq!(full.kind(), ErrorKind::StorageFull, "{full}");
    }

    /// There is room again.
    fn free(&self) {
        fs::remove_file(&self.ballast).expect("the ballast goes");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let path = self.dir.path().to_str().unwrap_or_default();
        // Lazily: a log of a process that is just ending may still be open.
        drop(as_root(&["umount", "-l", path]).status());
    }
}

/// Room for a store with a handful of mails.
const DISK_MEBIBYTES: usize = 48;

/// Promise: on a full disk nothing is taken in and nothing is lost: mail waits on the server, the process
/// lives, says what is wrong, and goes on by itself when there is room again. Its log lies there too.
fn f22_a_full_disk_is_waited_out(engine: Engine) {
    let disk = SmallDisk::mount(DISK_MEBIBYTES);
    let server = (engine == Engine::Postgres).then(Postgres::start);
    let database = server.as_ref().map(|server| {
        let tables = disk.path().join("tables");
        fs::create_dir(&tables).expect("a directory");
        server.database_in(&tables)
    });
    let mut site = Site::at(tempfile::tempdir_in(disk.path()).expect("a directory"), database);
    let proxy = Proxy::to(site.dovecot.port());
    site.settings.imap_port = proxy.port();
    // This disk is smaller than the room at which intake would pause by itself.
    let no_marks = [
        ("SPORTELLO__STORE__STOP_BELOW_PERCENT", Path::new("0")),
        ("SPORTELLO__STORE__STOP_BELOW_MIB", Path::new("0")),
    ];
    let mut program = Program::serve_with(&site, &no_marks);
    site.deliver(&report(1));
    site.wait_for_sent(1);
    let connections = proxy.connections();
    disk.fill();
    // Raw bytes that do not compress, so that both engines need new pages at once.
    let mut chance = fastrand::Rng::with_seed(22);
    for n in 2..=6 {
        let noise: Vec<u8> = (0..200_000).map(|_| chance.u8(..)).collect();
        site.deliver(&report(n).attachment("rumore.bin", "application/octet-stream", &noise));
    }
    // Each trouble ends the connection, and the next attempt makes another.
    wait_until("it tries again and again", PATIENCE, || proxy.connections() >= connections + 2);
    assert!(program.is_alive(), "{}", program.log());
    assert!(site.tickets().len() < 6, "nowhere to put them");
    disk.free();
    site.wait_for_sent(6);
    assert!(program.is_alive(), "it is the same process");
    program.stop();
    Ground::of(&site).assert_invariants(&site);
}

/// Promise: a disk that fails to keep what was committed (`fsync` fails) is not trusted again: the process
/// ends, says why, and the next one takes in what was not kept. PostgreSQL ends itself in that case.
#[test]
fn f23_a_disk_that_does_not_keep_ends_the_process() {
    let site = Site::new(Engine::Sqlite);
    let mut daemon = Program::serve(&site);
    site.deliver(&report(1));
    site.wait_for_sent(1);
    let strace = Strace::fails(&daemon, "fsync,fdatasync", "EIO");
    site.deliver(&report(2));
    let status = daemon.ended();
    drop(strace);
    assert_eq!(status.code(), Some(1), "{}", daemon.log());
    assert!(daemon.log().contains("fsync failed"), "{}", daemon.log());
    let acknowledged = site.sink.mails().len();
    assert_eq!(acknowledged, 1, "nothing was promised to anybody on such a disk");
    let program = Program::serve(&site);
    site.finish_what_the_dead_left(2);
    program.stop();
    Ground::of(&site).assert_invariants(&site);
}

/// Makes system calls of a running process fail.
struct Strace(Child);

impl Strace {
    fn fails(daemon: &Program, calls: &str, error: &str) -> Self {
        let pid = daemon.pid();
        let (trace, inject) = (format!("trace={calls}"), format!("inject={calls}:error={error}"));
        let child = as_root(&[program("strace", "strace").to_str().expect("UTF-8")])
            .args(["-f", "-qq", "-o", "/dev/null", "-p", &pid.to_string()])
            .args(["-e", &trace, "-e", &inject])
            .stdin(Stdio::null())
            .spawn()
            .expect("strace starts");
        let strace = Self(child);
        wait_until("strace holds every thread", PATIENCE, || {
            let threads = fs::read_dir(format!("/proc/{pid}/task")).expect("its threads");
            threads.flatten().all(|thread| {
                let status = fs::read_to_string(thread.path().join("status")).unwrap_or_default();
                !status.contains("TracerPid:\t0\n")
            })
        });
        strace
    }
}

impl Drop for Strace {
    fn drop(&mut self) {
        let pid = i32::try_from(self.0.id()).ok().and_then(Pid::from_raw).expect("a pid");
        // It lets the process go, should that live.
        kill_process(pid, Signal::TERM).ok();
        drop(self.0.wait());
    }
}

/// Longer than the daemon waits for a lock, and less than a person would.
const LOCKED: Duration = Duration::from_secs(40);

/// Promise: somebody who sits on the store's lock for longer than we wait costs a back-off and a line in
/// the log, no mail, no letter and not the process.
fn f24_a_store_that_somebody_else_locks(engine: Engine) {
    let site = Site::new(engine);
    let mut program = Program::serve(&site);
    site.deliver(&report(1));
    site.wait_for_sent(1);
    let lock = site.wait_for(async {
        let mut tx = site.store.engine.begin().await?;
        if engine == Engine::Postgres {
            // The server would end this session before our patience does.
            tx.run("SET LOCAL idle_in_transaction_session_timeout = 0", Vec::new()).await?;
            tx.run("LOCK TABLE ledger, letter, folder IN ACCESS EXCLUSIVE MODE", Vec::new())
                .await?;
        }
        Ok::<_, sportello::store::StoreError>(tx)
    });
    let lock = lock.expect("the lock");
    site.deliver(&report(2));
    wait_until("the lock is noticed", LOCKED, || program.log().contains("ERROR"));
    assert!(program.is_alive(), "{}", program.log());
    assert_eq!(site.sink.mails().len(), 1);
    // Dropped, it never happened.
    site.enter(|| drop(lock));
    site.wait_for_sent(2);
    assert!(program.is_alive(), "{}", program.log());
    program.stop();
    Ground::of(&site).assert_invariants(&site);
}
