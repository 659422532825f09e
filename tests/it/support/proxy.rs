//! A TCP proxy that breaks connections on request.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::support::servers::listens;

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From the client to the server.
    Up,
    /// From the server to the client.
    Down,
}

/// What a proxy does to its connections, those that are open and those to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// Nothing.
    Pass,
    /// Each packet waits this long.
    Delay(Duration),
    /// Packets of this many bytes, with this pause before each.
    Throttle(usize, Duration),
    /// Packets of one byte.
    Split,
    /// Bytes are read and vanish; the connection stays open.
    BlackHole,
    /// After this many bytes of a connection this way both ends are cut in order.
    CutAfter(Way, u64),
    /// After this text has come by this many times on a connection this way, both ends are cut
    /// right behind it; what the other end still says is lost.
    CutBehind(Way, Vec<u8>, usize),
    /// When this text has come by this many times this way, counted over all connections since the mode
    /// was set, its connection falls silent for good right behind it, and stays open: see
    /// [`Proxy::holds`].
    HoldBehind(Way, Vec<u8>, usize),
    /// The same, but the text itself does not arrive.
    HoldBefore(Way, Vec<u8>, usize),
    /// The client is told the end, but its own bytes still go through.
    HalfClose,
    /// Open connections get a RST at their next byte, new ones at once.
    Reset,
    /// New connections are closed before a byte, open ones at their next.
    Refuse,
}

/// A proxy on a free port of 127.0.0.1.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
    accepts: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    target: u16,
    mode: Mutex<Mode>,
    connections: Mutex<Vec<Weak<Connection>>>,
    /// How often the text of a hold has come by.
    seen: Mutex<usize>,
    /// Bytes passed both ways, over all connections.
    passed: AtomicU64,
    stopped: Mutex<bool>,
    stop: Condvar,
}

/// Two sockets, closed when both ways have ended.
#[derive(Debug)]
struct Connection {
    client: TcpStream,
    server: TcpStream,
    // The close of a reset socket is a RST only if nobody has sent a FIN before.
    reset: AtomicBool,
    held: AtomicBool,
}

impl Proxy {
    /// Stands before `target`, a port of 127.0.0.1, and passes everything.
    pub fn to(target: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("a bound address").port();
        let shared = Arc::new(Shared {
            target,
            mode: Mutex::new(Mode::Pass),
            connections: Mutex::default(),
            seen: Mutex::default(),
            passed: AtomicU64::new(0),
            stopped: Mutex::default(),
            stop: Condvar::new(),
        });
        let own = Arc::clone(&shared);
        let accepts = std::thread::spawn(move || accept(&listener, &own));
        Self { port, shared, accepts: Some(accepts) }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Changes what it does from the next byte on. Counts begin with a connection, not here.
    pub fn set(&self, mode: Mode) {
        let mut current = lock(&self.shared.mode);
        *lock(&self.shared.seen) = 0;
        *current = mode;
    }

    /// Whether a connection that is still open was made to hold.
    pub fn holds(&self) -> bool {
        let connections = lock(&self.shared.connections);
        connections.iter().filter_map(Weak::upgrade).any(|one| one.held.load(Ordering::SeqCst))
    }

    /// Cuts all open connections now; new ones are served as the mode says.
    pub fn cut(&self) {
        self.shared.end_all();
    }

    /// How many bytes have passed both ways.
    pub fn passed(&self) -> u64 {
        self.shared.passed.load(Ordering::SeqCst)
    }

    /// How many connections have reached the server.
    pub fn connections(&self) -> usize {
        lock(&self.shared.connections).len()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        *lock(&self.shared.stopped) = true;
        self.shared.stop.notify_all();
        listens(self.port);
        if let Some(accepts) = self.accepts.take() {
            drop(accepts.join());
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn end_all(&self) {
        for connection in lock(&self.connections).iter().filter_map(Weak::upgrade) {
            drop(connection.client.shutdown(Shutdown::Both));
            drop(connection.server.shutdown(Shutdown::Both));
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut pumps = Vec::new();
    for client in listener.incoming().flatten() {
        if *lock(&shared.stopped) {
            break;
        }
        let mode = lock(&shared.mode).clone();
        if mode == Mode::Reset {
            lingers_not(&client);
        }
        if matches!(mode, Mode::Reset | Mode::Refuse) {
            continue;
        }
        // A target that is down looks as it would without the proxy, but for the open door.
        let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, shared.target)) else { continue };
        client.set_nodelay(true).expect("packets leave as they are written");
        server.set_nodelay(true).expect("packets leave as they are written");
        let connection = Arc::new(Connection {
            client,
            server,
            reset: AtomicBool::new(false),
            held: AtomicBool::new(false),
        });
        lock(&shared.connections).push(Arc::downgrade(&connection));
        for way in [Way::Up, Way::Down] {
            let (connection, shared) = (Arc::clone(&connection), Arc::clone(shared));
            let mut pump = Pump { way, connection, shared, passed: 0, last: Vec::new(), found: 0 };
            pumps.push(std::thread::spawn(move || pump.run()));
        }
    }
    shared.end_all();
    for pump in pumps {
        drop(pump.join());
    }
}

/// From now on a close of this socket is a RST.
fn lingers_not(stream: &TcpStream) {
    let lingers = socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO));
    lingers.expect("no lingering");
}

/// One way of one connection.
struct Pump {
    way: Way,
    connection: Arc<Connection>,
    shared: Arc<Shared>,
    passed: u64,
    last: Vec<u8>,
    found: usize,
}

impl Pump {
    fn run(&mut self) {
        let mut buffer = [0; 16 * 1024];
        let mut passes = true;
        // Read to the end also behind a cut: a close with unread bytes would be a RST.
        while let Ok(read @ 1..) = self.from().read(&mut buffer) {
            passes = passes && self.pass(&buffer[..read]).is_some();
        }
        if !self.connection.reset.load(Ordering::SeqCst) {
            drop(self.to().shutdown(Shutdown::Write));
        }
    }

    fn from(&self) -> &TcpStream {
        match self.way {
            Way::Up => &self.connection.client,
            Way::Down => &self.connection.server,
        }
    }

    fn to(&self) -> &TcpStream {
        match self.way {
            Way::Up => &self.connection.server,
            Way::Down => &self.connection.client,
        }
    }

    /// Does to these bytes what the mode says; `None` when this way has ended.
    fn pass(&mut self, bytes: &[u8]) -> Option<()> {
        if self.connection.held.load(Ordering::SeqCst) {
            return Some(());
        }
        let mode = lock(&self.shared.mode).clone();
        match mode {
            Mode::Delay(time) => {
                self.pause(time)?;
                self.write(bytes)
            }
            Mode::Throttle(size, time) => bytes.chunks(size.max(1)).try_for_each(|packet| {
                self.pause(time)?;
                self.write(packet)
            }),
            Mode::Split => bytes.chunks(1).try_for_each(|packet| self.write(packet)),
            Mode::BlackHole => Some(()),
            Mode::CutAfter(way, limit) if way == self.way => {
                let left = usize::try_from(limit.saturating_sub(self.passed)).unwrap_or(usize::MAX);
                if bytes.len() < left { self.write(bytes) } else { self.cut(&bytes[..left]) }
            }
            Mode::CutBehind(way, text, times) if way == self.way => {
                match self.behind(bytes, &text, times) {
                    Some(end) => self.cut(&bytes[..end]),
                    None => self.write(bytes),
                }
            }
            Mode::HoldBehind(way, text, times) if way == self.way => {
                self.hold(bytes, &text, times, text.len())
            }
            Mode::HoldBefore(way, text, times) if way == self.way => {
                self.hold(bytes, &text, times, 0)
            }
            Mode::HalfClose if self.way == Way::Down => {
                drop(self.to().shutdown(Shutdown::Write));
                Some(())
            }
            Mode::Reset => self.reset(),
            Mode::Refuse => self.cut(&[]),
            // Also what is meant for the other way.
            Mode::Pass
            | Mode::CutAfter(..)
            | Mode::CutBehind(..)
            | Mode::HoldBehind(..)
            | Mode::HoldBefore(..)
            | Mode::HalfClose => self.write(bytes),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Option<()> {
        self.to().write_all(bytes).ok()?;
        self.passed += bytes.len() as u64;
        self.shared.passed.fetch_add(bytes.len() as u64, Ordering::SeqCst);
        Some(())
    }

    /// The end in `bytes` of the text's n-th coming, counted over the whole connection.
    fn behind(&mut self, bytes: &[u8], text: &[u8], times: usize) -> Option<usize> {
        for (at, &byte) in bytes.iter().enumerate() {
            if self.ends(text, byte) {
                self.found += 1;
                if self.found == times {
                    return Some(at + 1);
                }
            }
        }
        None
    }

    /// Whether the text ends with this byte of the connection.
    fn ends(&mut self, text: &[u8], byte: u8) -> bool {
        self.last.push(byte);
        if self.last.len() > text.len() {
            self.last.remove(0);
        }
        self.last == text
    }

    /// Passes these bytes; at the n-th coming of the text only those before it and `kept` of its own,
    /// and from then on nothing.
    fn hold(&mut self, bytes: &[u8], text: &[u8], times: usize, kept: usize) -> Option<()> {
        for (at, &byte) in bytes.iter().enumerate() {
            if !self.ends(text, byte) {
                continue;
            }
            let shared = Arc::clone(&self.shared);
            let mut seen = lock(&shared.seen);
            *seen += 1;
            if *seen == times {
                let until = (at + 1 + kept).saturating_sub(text.len());
                // Silent first: no answer to the last bytes may slip through.
                self.connection.held.store(true, Ordering::SeqCst);
                return self.write(&bytes[..until.min(bytes.len())]);
            }
        }
        self.write(bytes)
    }

    /// Passes these bytes and ends the connection. On the way up the client's end goes first, so
    /// that no reply to the last bytes slips through.
    fn cut(&mut self, last: &[u8]) -> Option<()> {
        if self.way == Way::Down {
            self.write(last)?;
        }
        drop(self.connection.client.shutdown(Shutdown::Both));
        if self.way == Way::Up {
            self.write(last)?;
        }
        drop(self.connection.server.shutdown(Shutdown::Write));
        None
    }

    /// Wakes both pumps without a FIN; the close that follows is a RST.
    fn reset(&self) -> Option<()> {
        self.connection.reset.store(true, Ordering::SeqCst);
        for stream in [&self.connection.client, &self.connection.server] {
            lingers_not(stream);
            drop(stream.shutdown(Shutdown::Read));
        }
        None
    }

    fn pause(&self, time: Duration) -> Option<()> {
        let guard = lock(&self.shared.stopped);
        let waited = self.shared.stop.wait_timeout_while(guard, time, |stopped| !*stopped);
        let (stopped, _) = waited.unwrap_or_else(PoisonError::into_inner);
        (!*stopped).then_some(())
    }
}
