//! The built binary as a process.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::process::{Pid, Signal, kill_process};

use crate::real::site::Site;
use crate::support::logs::assert_nobody_is_named;
use crate::support::{PATIENCE, wait_until};

/// A running `sportello run`; killed if it is still there when this goes.
#[derive(Debug)]
pub struct Program {
    child: Child,
    log: PathBuf,
}

impl Program {
    /// Starts the daemon and waits until it serves.
    pub fn serve(site: &Site) -> Self {
        Self::serve_with(site, &[])
    }

    /// [`Self::serve`] with variables in its environment.
    pub fn serve_with(site: &Site, environment: &[(&str, &Path)]) -> Self {
        // Several may run at once, and each has a log of its own.
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let n = STARTED.fetch_add(1, Ordering::Relaxed);
        let log = site.path().join(format!("program-{n}.log"));
        let out = File::create(&log).expect("a log");
        let mut command = command(&site.write_configuration());
        command.arg("run").envs(environment.iter().copied());
        command.stdout(out.try_clone().expect("a second handle")).stderr(out);
        let mut program = Self { child: command.spawn().expect("the program starts"), log };
        wait_until("the program serves", PATIENCE, || {
            assert!(program.is_alive(), "it ended:\n{}", program.log());
            program.log().contains("serving")
        });
        program
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// What it has said.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a pid");
        kill_process(pid, signal).expect("it is there");
    }

    /// Waits for its end.
    pub fn ended(&mut self) -> ExitStatus {
        let mut status = None;
        wait_until("the program ends", PATIENCE, || {
            status = self.child.try_wait().expect("a child");
            status.is_some()
        });
        status.expect("it has ended")
    }

    /// SIGTERM, and an end in order.
    pub fn stop(mut self) {
        self.signal(Signal::TERM);
        let status = self.ended();
        assert_eq!(status.code(), Some(0), "{}", self.log());
    }

    /// SIGKILL: no word of good-bye.
    pub fn kill(mut self) {
        self.signal(Signal::KILL);
        self.ended();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if self.is_alive() {
            drop(self.child.kill());
            drop(self.child.wait());
        }
        if !std::thread::panicking() {
            assert_nobody_is_named(&self.log());
        }
    }
}

/// Runs a command of the program to its end.
pub fn run(site: &Site, arguments: &[&str]) -> Output {
    let output = command(&site.write_configuration()).args(arguments).output();
    output.expect("the program starts")
}

fn command(configuration: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sportello"));
    command.arg("--config").arg(configuration).env_remove("NOTIFY_SOCKET");
    command.env_remove("RUST_LOG").env("NO_COLOR", "1").stdin(Stdio::null());
    command
}
