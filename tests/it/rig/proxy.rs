//! The proxy does each of its modes, and can change while it runs.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::support::proxy::{Mode, Proxy, Way};
use crate::support::{PATIENCE, wait_until};

/// A server that sends back what it reads and then tells how much that was.
struct Echo {
    port: u16,
    ended: Receiver<usize>,
}

impl Echo {
    fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, ended) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, sender) = (stream.unwrap(), sender.clone());
                std::thread::spawn(move || {
                    let mut total = 0;
                    let mut buffer = [0; 1024];
                    while let Ok(read @ 1..) = stream.read(&mut buffer) {
                        total += read;
                        drop(stream.write_all(&buffer[..read]));
                    }
                    sender.send(total).ok();
                });
            }
        });
        Self { port, ended }
    }
}

fn connect(proxy: &Proxy) -> TcpStream {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    stream
}

fn ask(stream: &mut TcpStream, text: &[u8]) -> io::Result<Vec<u8>> {
    stream.write_all(text)?;
    let mut answer = vec![0; text.len()];
    stream.read_exact(&mut answer)?;
    Ok(answer)
}

/// Everything that comes until the connection ends in order.
fn to_the_end(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    stream.read_to_end(&mut all)?;
    Ok(all)
}

#[test]
fn modes_that_pass_lose_nothing_and_can_change_under_way() {
    let echo = Echo::start();
    let proxy = Proxy::to(echo.port);
    let mut stream = connect(&proxy);
    let modes = [
        Mode::Pass,
        Mode::Split,
        Mode::Delay(Duration::from_millis(2)),
        Mode::Throttle(5, Duration::from_millis(1)),
        Mode::CutAfter(Way::Up, 1_000_000),
        Mode::CutBehind(Way::Down, b"never".to_vec(), 1),
    ];
    for mode in modes {
        proxy.set(mode.clone());
        let text = format!("hello, this is {mode:?}");
        assert_eq!(ask(&mut stream, text.as_bytes()).unwrap(), text.as_bytes());
    }
    assert_eq!(proxy.connections(), 1);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "measures the proxy's own delay")]
fn a_delay_delays() {
    let echo = Echo::start();
    let proxy = Proxy::to(echo.port);
    proxy.set(Mode::Delay(Duration::from_millis(60)));
    let begun = Instant::now();
    ask(&mut connect(&proxy), b"x").unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(120), "once each way");
}

#[test]
fn a_cut_comes_after_the_byte_that_was_named() {
    let cases = [
        (Mode::CutAfter(Way::Up, 5), "12345", Some(5)),
        (Mode::CutAfter(Way::Down, 4), "1234", None),
        (Mode::CutBehind(Way::Down, b")\r\n".to_vec(), 2), "1)\r\n2)\r\n", None),
        (Mode::CutBehind(Way::Up, b"\r\n.\r\n".to_vec(), 1), "", Some(12)),
    ];
    for (mode, down, up) in cases {
        let echo = Echo::start();
        let proxy = Proxy::to(echo.port);
        proxy.set(mode.clone());
        let mut stream = connect(&proxy);
        let text = if mode == Mode::CutBehind(Way::Up, b"\r\n.\r\n".to_vec(), 1) {
            "mail ab\r\n.\r\nQUIT"
        } else if up.is_some() {
            "123456789"
        } else if down.len() == 4 {
            "123456"
        } else {
            "1)\r\n2)\r\n3)\r\n"
        };
        stream.write_all(text.as_bytes()).unwrap();
        let came = to_the_end(&mut stream).unwrap_or_default();
        let came = String::from_utf8(came).unwrap();
        // What the server echoes may race with a cut on the way up; it never exceeds it.
        assert!(if up.is_some() { text.starts_with(&came) } else { came == down }, "{mode:?}");
        let read = echo.ended.recv_timeout(PATIENCE).unwrap();
        assert_eq!(read, up.unwrap_or(text.len()), "{mode:?}: bytes that the server read");
    }
}

#[test]
fn a_reset_is_a_reset_for_open_and_new_connections() {
    let echo = Echo::start();
    let proxy = Proxy::to(echo.port);
    let mut open = connect(&proxy);
    ask(&mut open, b"x").unwrap();
    proxy.set(Mode::Reset);
    let broken = ask(&mut open, b"x").unwrap_err();
    assert_eq!(broken.kind(), ErrorKind::ConnectionReset);
    let broken = to_the_end(&mut connect(&proxy)).unwrap_err();
    assert_eq!(broken.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_black_hole_is_silent_and_ends_when_the_mode_changes() {
    let echo = Echo::start();
    let proxy = Proxy::to(echo.port);
    let mut stream = connect(&proxy);
    proxy.set(Mode::BlackHole);
    let silence = ask(&mut stream, b"lost").unwrap_err();
    assert!(matches!(silence.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{silence}");
    proxy.set(Mode::Pass);
    assert_eq!(ask(&mut stream, b"found").unwrap(), b"found");
}

#[test]
fn half_closed_refused_and_cut_connections_end_in_order() {
    let echo = Echo::start();
    let proxy = Proxy::to(echo.port);
    let mut half = connect(&proxy);
    proxy.set(Mode::HalfClose);
    half.write_all(b"one").unwrap();
    assert_eq!(to_the_end(&mut half).unwrap(), b"");
    half.write_all(b"two").unwrap();
    drop(half);
    assert_eq!(echo.ended.recv_timeout(PATIENCE).unwrap(), 6, "the way up stays open");
    proxy.set(Mode::Refuse);
    assert_eq!(to_the_end(&mut connect(&proxy)).unwrap(), b"");
    proxy.set(Mode::Pass);
    let mut idle = connect(&proxy);
    ask(&mut idle, b"x").unwrap();
    proxy.cut();
    assert_eq!(to_the_end(&mut idle).unwrap(), b"");
}

#[test]
fn a_proxy_before_a_closed_port_hangs_up_and_recovers() {
    let port = crate::support::servers::Port::free();
    let proxy = Proxy::to(port.number);
    assert_eq!(to_the_end(&mut connect(&proxy)).unwrap(), b"");
    let _server = TcpListener::bind((Ipv4Addr::LOCALHOST, port.number)).unwrap();
    let _client = connect(&proxy);
    wait_until("the proxy connects", PATIENCE, || proxy.connections() == 1);
}

#[test]
fn a_held_connection_falls_silent_at_the_text_and_the_others_go_on() {
    let cases = [
        (Mode::HoldBehind(Way::Up, b"COMMIT".to_vec(), 2), "COMMIT then COMMIT"),
        (Mode::HoldBefore(Way::Up, b"COMMIT".to_vec(), 2), "COMMIT then "),
        (Mode::HoldBehind(Way::Down, b"COMMIT".to_vec(), 2), "COMMIT then COMMIT and more"),
        (Mode::HoldBefore(Way::Down, b"COMMIT".to_vec(), 2), "COMMIT then COMMIT and more"),
    ];
    for (mode, arrives) in cases {
        let echo = Echo::start();
        let proxy = Proxy::to(echo.port);
        let (mut stream, mut other) = (connect(&proxy), connect(&proxy));
        proxy.set(mode.clone());
        assert!(!proxy.holds());
        let silence = ask(&mut stream, b"COMMIT then COMMIT and more").unwrap_err();
        assert!(matches!(silence.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{mode:?}");
        assert!(proxy.holds(), "{mode:?}");
        assert_eq!(ask(&mut other, b"COMMIT").unwrap(), b"COMMIT", "{mode:?}: only the second");
        proxy.set(Mode::Pass);
        stream.write_all(b"lost").unwrap();
        assert!(stream.read(&mut [0; 64]).is_err(), "{mode:?}: silent for good");
        drop(stream);
        assert_eq!(echo.ended.recv_timeout(PATIENCE).unwrap(), arrives.len(), "{mode:?}");
        wait_until("nothing is held any more", PATIENCE, || !proxy.holds());
    }
}
