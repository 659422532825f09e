//! A server that plays a script and is polite where the script says nothing.
//!
//! A script has one step a line; `#` begins a comment, empty lines are skipped:
//!
//! | step | does |
//! |---|---|
//! | `MAILBOX n` | (IMAP) the mailbox holds n mails, UIDs from 101; before all other steps |
//! | `CONNECTION` | what follows is for the next connection; the last part serves all later ones |
//! | `C: pattern` | answers politely until a command begins as the pattern does (`*`: anything; either side of a vertical bar; no matter which case), and leaves that one unanswered |
//! | `S: text` | sends a line; `{tag}` is the tag of the last command |
//! | `RAW: text` | sends just these bytes, with `\r` and `\n` for line ends |
//! | `LITERAL n: text` | sends a space, `{n}`, a line end, and the text, however long that is |
//! | `MAILS n` | (IMAP) sends the first n mails that the last command asks for; when it asks for fewer, it is answered and the next ones that fit the same pattern count too, so that it does not matter how many mails a client asks for at once |
//! | `ARRIVE` | (IMAP) one more mail lies in the mailbox; to tell the client is another step |
//! | `REPEAT n: text` | sends a line n times |
//! | `SPLIT n` | from here on n bytes a packet |
//! | `WAIT n` | n milliseconds of silence |
//! | `TLS` | becomes the server's side of TLS |
//! | `STALL` | never says anything again |
//! | `CLOSE` | ends the connection in order (FIN) |
//! | `RESET` | ends it with a RST |
//!
//! A connection greets politely, unless its part begins with a step that sends, waits or ends.
//! After the last step of its part it is polite to its end.

mod script;
mod wire;

pub use script::{Script, Step};

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rustls::ServerConfig;
use tempfile::TempDir;

use crate::support::certificate::Certificate;
use crate::support::servers::listens;
use wire::Wire;

/// The manners of a protocol: one value serves one connection.
pub trait Polite: Send {
    /// What it says first, with line ends.
    fn greeting(&self) -> String;
    /// Takes a line without its end; the command that it completes, `None` within a mail.
    fn hear(&mut self, line: &[u8]) -> Option<String>;
    /// Learns what the script or its own manners have sent.
    fn said(&mut self, bytes: &[u8]);
    /// The answer to a command.
    fn answer(&mut self, command: &str) -> Answer;
    /// One more mail arrives in the mailbox.
    fn arrive(&mut self);
    /// How many mails `command` asks for.
    fn asked(&self, command: &str) -> usize;
    /// The answers for the first `count` mails that `command` asks for.
    fn mails(&self, command: &str, count: usize) -> Vec<u8>;
    /// What `{tag}` stands for now.
    fn tag(&self) -> String;
}

/// What a polite server does about a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Sends this and goes on.
    Send(Vec<u8>),
    /// Sends this and ends the connection.
    Last(Vec<u8>),
}

/// A scripted server on a free port of 127.0.0.1.
#[derive(Debug)]
pub struct Scripted {
    port: u16,
    shared: Arc<Shared>,
    accepts: Option<JoinHandle<()>>,
    tls: Option<Tls>,
}

/// What a script with a `TLS` step needs; the others are spared the time to make it.
#[derive(Debug)]
struct Tls {
    certificate: Certificate,
    config: Arc<ServerConfig>,
    _dir: TempDir,
}

impl Tls {
    fn make() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let certificate = Certificate::make(dir.path());
        let config = certificate.server_config();
        Self { certificate, config, _dir: dir }
    }
}

/// What the threads of the connections share with the test.
#[derive(Debug, Default)]
struct Shared {
    transcript: Mutex<Vec<Vec<String>>>,
    open: Mutex<BTreeMap<usize, TcpStream>>,
    stopped: Mutex<bool>,
    stop: Condvar,
}

impl Scripted {
    /// Plays `script`, one polite value from `manners` a connection.
    pub fn start<P: Polite + 'static>(
        script: Script,
        manners: impl Fn() -> P + Send + 'static,
    ) -> Self {
        let tls = script.has_tls().then(Tls::make);
        let config = tls.as_ref().map(|tls| Arc::clone(&tls.config));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("a bound address").port();
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        let accepts = std::thread::spawn(move || {
            accept(&listener, &own, &script, config.as_ref(), &manners);
        });
        Self { port, shared, accepts: Some(accepts), tls }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The PEM file of the authority that vouches for it after a `TLS` step.
    pub fn authority(&self) -> &Path {
        let tls = self.tls.as_ref().expect("a script with the step TLS");
        &tls.certificate.authority
    }

    /// The lines that clients sent, one list a connection, in the order of the connections.
    pub fn transcript(&self) -> Vec<Vec<String>> {
        lock(&self.shared.transcript).clone()
    }

    /// How many clients are connected now.
    pub fn open(&self) -> usize {
        lock(&self.shared.open).len()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        *lock(&self.shared.stopped) = true;
        self.shared.stop.notify_all();
        // One more connection wakes the thread that waits for the next.
        listens(self.port);
        for stream in lock(&self.shared.open).values() {
            drop(stream.shutdown(std::net::Shutdown::Both));
        }
        if let Some(accepts) = self.accepts.take() {
            drop(accepts.join());
        }
    }
}

/// A test that failed while it held the lock has said so already.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accept<P: Polite + 'static>(
    listener: &TcpListener,
    shared: &Arc<Shared>,
    script: &Script,
    tls: Option<&Arc<ServerConfig>>,
    manners: &dyn Fn() -> P,
) {
    let mut threads = Vec::new();
    for (number, stream) in listener.incoming().flatten().enumerate() {
        let handle = stream.try_clone().expect("a second handle on a connection");
        lock(&shared.open).insert(number, handle);
        if *lock(&shared.stopped) {
            break;
        }
        lock(&shared.transcript).push(Vec::new());
        let steps = script.connection(number).to_vec();
        let wire = Wire::new(stream, tls.cloned());
        let shared = Arc::clone(shared);
        let polite = manners();
        let mut play = Play { number, wire, shared, polite, last: String::new(), silent: true };
        threads.push(std::thread::spawn(move || {
            let ending = play.steps(&steps).err().unwrap_or(Ending::Gone);
            play.end(ending);
        }));
    }
    for stream in lock(&shared.open).values() {
        drop(stream.shutdown(std::net::Shutdown::Both));
    }
    for thread in threads {
        drop(thread.join());
    }
}

/// Why a connection is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// The client has gone, or the test is over.
    Gone,
    /// In order.
    Close,
    /// With a RST.
    Reset,
}

/// One connection on its way through its part of the script.
struct Play<P> {
    number: usize,
    wire: Wire,
    shared: Arc<Shared>,
    polite: P,
    last: String,
    silent: bool,
}

impl<P: Polite> Play<P> {
    /// Plays all steps and is polite after the last one; ends with the connection.
    fn steps(&mut self, steps: &[Step]) -> Result<(), Ending> {
        let mut pattern = "";
        for step in steps {
            match step {
                Step::Say(text) => {
                    let line = text.replace("{tag}", &self.polite.tag()) + "\r\n";
                    self.send(line.as_bytes())?;
                }
                Step::Raw(bytes) => self.send(bytes)?,
                Step::Repeat(times, line) => {
                    for _ in 0..*times {
                        self.send(line.as_bytes())?;
                    }
                }
                Step::Mails(count) => self.mails(*count, pattern)?,
                Step::Arrive => self.polite.arrive(),
                Step::Split(size) => self.wire.split(*size),
                Step::Wait(time) => self.wait(*time)?,
                Step::Expect(expected) => {
                    pattern = expected;
                    self.serve(Some(pattern))?;
                }
                Step::Tls => self.wire.start_tls().ok_or(Ending::Gone)?,
                Step::Stall => loop {
                    self.command()?;
                },
                Step::Close => return Err(Ending::Close),
                Step::Reset => return Err(Ending::Reset),
            }
        }
        self.serve(None)
    }

    /// Is polite until a command fits `pattern`, which stays unanswered.
    fn serve(&mut self, pattern: Option<&str>) -> Result<(), Ending> {
        if self.silent {
            let greeting = self.polite.greeting();
            self.send(greeting.as_bytes())?;
        }
        loop {
            let command = self.command()?;
            if pattern.is_some_and(|pattern| script::fits(pattern, &command)) {
                self.last = command;
                return Ok(());
            }
            self.answer(&command)?;
        }
    }

    fn answer(&mut self, command: &str) -> Result<(), Ending> {
        match self.polite.answer(command) {
            Answer::Send(bytes) => self.send(&bytes),
            Answer::Last(bytes) => self.send(&bytes).and(Err(Ending::Close)),
        }
    }

    /// `MAILS`: the last command's first mails, and those of the next ones that fit `pattern`.
    fn mails(&mut self, mut count: usize, pattern: &str) -> Result<(), Ending> {
        loop {
            let asked = self.polite.asked(&self.last);
            if asked >= count {
                let bytes = self.polite.mails(&self.last, count);
                return self.send(&bytes);
            }
            count -= asked;
            self.answer(&self.last.clone())?;
            self.serve(Some(pattern))?;
        }
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), Ending> {
        self.silent = false;
        self.polite.said(bytes);
        self.wire.send(bytes).ok_or(Ending::Gone)
    }

    fn command(&mut self) -> Result<String, Ending> {
        loop {
            let line = self.wire.line().ok_or(Ending::Gone)?;
            let text = String::from_utf8_lossy(&line).into_owned();
            lock(&self.shared.transcript)[self.number].push(text);
            if let Some(command) = self.polite.hear(&line) {
                return Ok(command);
            }
        }
    }

    fn wait(&mut self, time: Duration) -> Result<(), Ending> {
        self.silent = false;
        let guard = lock(&self.shared.stopped);
        let waited = self.shared.stop.wait_timeout_while(guard, time, |stopped| !*stopped);
        let (stopped, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if *stopped { Err(Ending::Gone) } else { Ok(()) }
    }

    fn end(self, ending: Ending) {
        match ending {
            Ending::Gone | Ending::Close => {
                self.wire.close();
                lock(&self.shared.open).remove(&self.number);
            }
            // The RST goes out with the last handle on the connection.
            Ending::Reset => {
                lock(&self.shared.open).remove(&self.number);
                self.wire.reset();
            }
        }
    }
}
