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
        let mut program = Self::start(site, environment);
        program.wait_until_it_serves();
        program
    }

    /// Waits until it says that it serves.
    pub fn wait_until_it_serves(&mut self) {
        wait_until("the program serves", PATIENCE, || {
            assert!(self.is_alive(), "it ended:\n{}", self.log());
            self.log().contains("serving")
        });
    }

    /// Starts the daemon; whether it comes to serve is the test's to see. Each has a log of its own.
    pub fn start(site: &Site, environment: &[(&str, &Path)]) -> Self {
        Self::start_under(&[], site, environment)
    }

    /// [`Self::start`] under another program, as `strace -f`, that runs it to its end.
    pub fn start_under(runner: &[&str], site: &Site, environment: &[(&str, &Path)]) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let log = site.path().join(format!("program-{count}.log"));
        let out = File::create(&log).expect("a log");
        let mut command = command_under(runner, &site.write_configuration());
        command.arg("run").envs(environment.iter().copied());
        command.stdout(out.try_clone().expect("a second handle")).stderr(out);
        Self { child: command.spawn().expect("the program starts"), log }
    }

    /// Its pid.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The most memory that it has had, in KiB.
    pub fn peak_kib(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
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
    command_under(&[], configuration)
}

fn command_under(runner: &[&str], configuration: &Path) -> Command {
    let words: Vec<&str> =
        runner.iter().copied().chain([env!("CARGO_BIN_EXE_sportello")]).collect();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command.arg("--config").arg(configuration).env_remove("NOTIFY_SOCKET");
    command.env_remove("RUST_LOG").env("NO_COLOR", "1").stdin(Stdio::null());
    command.envs(environment());
    command
}

/// What the unit puts into the daemon's environment: the memory that is promised is the installed service's.
fn environment() -> Vec<(String, String)> {
    let unit = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd/sportello.service");
    let unit = fs::read_to_string(unit).expect("the unit");
    let lines = unit.lines().filter_map(|line| line.strip_prefix("Environment="));
    let pairs = lines.filter_map(|line| line.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
