//! Postfix's smtp-sink: a real SMTP server that keeps what it took and fails on request.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use rustix::process::Signal;
use tempfile::TempDir;

use super::{Account, Port, Process, directory, is_root, listens, program};

/// Connections that may wait for smtp-sink to take them.
const BACKLOG: &str = "100";

/// A mail that a server took: its envelope and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The argument of MAIL FROM without brackets; empty for the null sender.
    pub sender: String,
    /// The arguments of RCPT TO without brackets, in their order.
    pub recipients: Vec<String>,
    /// What came between DATA and the dot, dot-stuffing undone, lines ended by CRLF.
    pub raw: Vec<u8>,
}

impl Received {
    /// The message as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }

    /// The first header of that name, unfolded, without its name; `None` when there is none.
    pub fn header(&self, name: &str) -> Option<String> {
        let text = self.text();
        let head = text.split("\r\n\r\n").next().unwrap_or_default();
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let value = |line: &str| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        };
        unfolded.lines().find_map(value)
    }
}

/// A running smtp-sink. Every mail that it took is a file; a mail cut before its dot is none.
#[derive(Debug)]
pub struct SmtpSink {
    account: Account,
    port: Port,
    process: Option<Process>,
    dir: TempDir,
}

impl SmtpSink {
    /// Starts one that accepts everything.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// Starts one with options of smtp-sink(1), such as `["-f", "RCPT"]` for a 5xx, `-r` for a
    /// 4xx, `-q` to close without a reply, `-Q` for a 421, `-W`, `.:5` to wait before replying.
    pub fn with(options: &[&str]) -> Self {
        let account = Account::of_servers();
        let dir = directory(&account);
        let mut sink = Self { port: Port::free(), process: None, account, dir };
        sink.start_again_with(options);
        sink
    }

    /// The port that it listens on, also while it is stopped.
    pub fn port(&self) -> u16 {
        self.port.number
    }

    /// Ends it: the next connection is refused. What it took stays.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// Starts it on the same port, accepting everything.
    pub fn start_again(&mut self) {
        self.start_again_with(&[]);
    }

    /// Starts it, or another in its place, on the same port with other options.
    pub fn start_again_with(&mut self, options: &[&str]) {
        self.stop();
        let mut command = Command::new(program("smtp-sink", "postfix"));
        if is_root() {
            command.args(["-u", &self.account.name]);
        }
        command.args(options).arg("-d").arg(self.dir.path().join("mails").join("%s."));
        command.arg(format!("127.0.0.1:{}", self.port.number)).arg(BACKLOG);
        let log = self.dir.path().join("log");
        let mut process = Process::start("smtp-sink", &mut command, log, Signal::TERM);
        process.wait_until_ready(|| listens(self.port.number));
        self.process = Some(process);
    }

    /// The mails whose dot it has read, whatever it replied to that. In the order of their ends
    /// as far as the time of a file tells (some milliseconds); mails that end together are in no
    /// particular order.
    pub fn mails(&self) -> Vec<Received> {
        let names: Vec<PathBuf> = match fs::read_dir(self.dir.path().join("mails")) {
            Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
            Err(_none_yet) => Vec::new(),
        };
        // Listed first, looked at for writers second: a file without a writer is complete.
        let unfinished = self.open_files();
        let mut mails: Vec<_> = names
            .iter()
            .filter(|path| !unfinished.contains(*path))
            .filter_map(|path| Some((changed(path).ok()?, path, fs::read(path).ok()?)))
            // A sink that was stopped in mid-transaction leaves a file without a byte.
            .filter(|(_, _, dump)| !dump.is_empty())
            .map(|(time, path, dump)| (time, path, received(&dump)))
            .collect();
        mails.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        mails.into_iter().map(|(_, _, mail)| mail).collect()
    }

    /// Starts a new count: what it took until now is forgotten.
    pub fn forget(&self) {
        for entry in fs::read_dir(self.dir.path().join("mails")).into_iter().flatten().flatten() {
            fs::remove_file(entry.path()).expect("a dump goes");
        }
    }

    fn open_files(&self) -> BTreeSet<PathBuf> {
        let Some(process) = &self.process else { return BTreeSet::new() };
        let handles = fs::read_dir(format!("/proc/{}/fd", process.pid()));
        let handles = handles.unwrap_or_else(|error| panic!("smtp-sink's open files: {error}"));
        handles.flatten().filter_map(|handle| fs::read_link(handle.path()).ok()).collect()
    }
}

fn changed(path: &Path) -> io::Result<SystemTime> {
    fs::metadata(path)?.modified()
}

/// Reads a dump: envelope lines, a Received field of three lines, the message, an empty line.
fn received(dump: &[u8]) -> Received {
    let mut mail = Received { sender: String::new(), recipients: Vec::new(), raw: Vec::new() };
    let mut lines = dump.split_inclusive(|&byte| byte == b'\n');
    for line in lines.by_ref() {
        let line = String::from_utf8_lossy(line);
        if let Some(arguments) = line.strip_prefix("X-Mail-Args: ") {
            mail.sender = address(arguments);
        } else if let Some(arguments) = line.strip_prefix("X-Rcpt-Args: ") {
            mail.recipients.push(address(arguments));
        } else if line.starts_with("Received: ") {
            break;
        }
    }
    let mut lines: Vec<_> = lines.skip(2).collect();
    assert_eq!(lines.pop(), Some(&b"\n"[..]), "a dump of smtp-sink ends with an empty line");
    for line in lines {
        mail.raw.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line));
        mail.raw.extend_from_slice(b"\r\n");
    }
    mail
}

/// What stands between the angle brackets of MAIL FROM or RCPT TO.
pub fn address(arguments: &str) -> String {
    let inner = arguments.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or_else(|| arguments.trim().to_owned(), |(address, _)| address.to_owned())
}
