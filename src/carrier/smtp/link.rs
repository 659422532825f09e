//! The connection under lettre's: ours, so that Nagle is off, TLS is the same as for IMAP, and STARTTLS
//! leaves nothing of the plain connection behind.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Deadlines;
use crate::carrier::Unusable;
use crate::config::{Server, Tls};
use crate::wire::{self, Wire, WireError};

/// A greeting or EHLO answer longer than this is not one.
const PLAIN_REPLY_BYTES_MAX: usize = 16 * 1024;

/// A line of a reply that is longer is not one: RFC 5321 section 4.5.3.1.5 allows 512 bytes. lettre
/// looks only at a line's end, which need never come.
const LINE_BYTES_MAX: usize = 8 * 1024;

/// Where an extension's name stands in a line of an EHLO reply, and a little more, so that a longer one differs.
const EXTENSION_NAME: std::ops::Range<usize> = 4..16;

/// After STARTTLS the server does not greet again (RFC 3207 section 4.2), but lettre waits for a
/// greeting: it reads this one.
const GREETING: &[u8] = b"220 over TLS\r\n";

/// A connection, with bytes that are read before its own.
#[derive(Debug)]
pub(super) struct Link {
    wire: Wire,
    before: &'static [u8],
    /// Bytes of the line under way.
    line: usize,
    /// What stands behind the code of the line under way, as far as an extension's name reaches.
    word: Vec<u8>,
    offers: Offers,
}

/// What the server said of itself, as far as lettre does not remember it.
#[derive(Debug, Clone, Default)]
pub(super) struct Offers(Arc<Offered>);

#[derive(Debug, Default)]
struct Offered {
    dsn: AtomicBool,
    pipelining: AtomicBool,
}

impl Offers {
    /// Delivery status notifications can be asked for (RFC 3461).
    pub(super) fn dsn(&self) -> bool {
        self.0.dsn.load(Ordering::Relaxed)
    }

    /// Commands may be sent before the answers to those before them (RFC 2920).
    pub(super) fn pipelining(&self) -> bool {
        self.0.pipelining.load(Ordering::Relaxed)
    }

    /// Looks at a line of a reply without its code.
    fn hear(&self, line: &[u8]) {
        let name = line.trim_ascii();
        for (known, offered) in [(&b"DSN"[..], &self.0.dsn), (b"PIPELINING", &self.0.pipelining)] {
            if name.eq_ignore_ascii_case(known) {
                offered.store(true, Ordering::Relaxed);
            }
        }
    }
}

impl Link {
    pub(super) async fn open(
        server: &Server,
        trust: &Arc<rustls::ClientConfig>,
        deadlines: &Deadlines,
    ) -> Result<Self, Unusable> {
        let stream =
            wire::dial(&server.host, server.port).await.map_err(|error| unreachable(&error))?;
        let (stream, before) = match server.tls {
            Tls::None => return Ok(Self::over(Wire::Plain(stream), b"")),
            Tls::Implicit => (stream, &b""[..]),
            Tls::StartTls => {
                let stream = match timeout(deadlines.starttls, ask_for_tls(stream)).await {
                    Ok(Ok(stream)) => stream,
                    Ok(Err(text)) => return Err(Unusable { text, refused: false }),
                    Err(_) => {
                        let text = "SMTP STARTTLS: expected an answer, found none".to_owned();
                        return Err(Unusable { text, refused: false });
                    }
                };
                (stream, GREETING)
            }
        };
        let wire = wire::secure(stream, &server.host, trust, deadlines.handshake).await;
        Ok(Self::over(wire.map_err(|error| unreachable(&error))?, before))
    }

    fn over(wire: Wire, before: &'static [u8]) -> Self {
        Self { wire, before, line: 0, word: Vec::new(), offers: Offers::default() }
    }

    /// Filled while the connection is used.
    pub(super) fn offers(&self) -> Offers {
        self.offers.clone()
    }

    /// Counts the bytes of the line under way.
    fn measure(&mut self, read: &[u8]) -> io::Result<()> {
        for byte in read {
            if *byte == b'\n' {
                self.offers.hear(&self.word);
                self.word.clear();
            } else if EXTENSION_NAME.contains(&self.line) {
                self.word.push(*byte);
            }
            self.line = if *byte == b'\n' { 0 } else { self.line.saturating_add(1) };
            if self.line > LINE_BYTES_MAX {
                let text = format!("expected a line of at most {LINE_BYTES_MAX} bytes, found more");
                return Err(io::Error::new(io::ErrorKind::InvalidData, text));
            }
        }
        Ok(())
    }
}

fn unreachable(error: &WireError) -> Unusable {
    Unusable { text: format!("SMTP: {error}"), refused: false }
}

/// Greeting, EHLO, STARTTLS. Read byte by byte, so that what follows the last answer stays unread; if
/// anything is there before the handshake, somebody slipped it in.
async fn ask_for_tls(mut stream: TcpStream) -> Result<TcpStream, String> {
    expect(&mut stream, "greeting", "220").await?;
    say(&mut stream, b"EHLO [127.0.0.1]\r\n").await?;
    let offered = expect(&mut stream, "EHLO", "250").await?;
    let offers = offered
        .lines()
        .any(|line| line.get(4..).is_some_and(|word| word.trim().eq_ignore_ascii_case("STARTTLS")));
    if !offers {
        return Err("SMTP: expected STARTTLS among the server's extensions, found none; nothing was sent in the clear: check `port` and `tls`".to_owned());
    }
    say(&mut stream, b"STARTTLS\r\n").await?;
    expect(&mut stream, "STARTTLS", "220").await?;
    Ok(stream)
}

async fn say(stream: &mut TcpStream, line: &[u8]) -> Result<(), String> {
    stream.write_all(line).await.map_err(|error| format!("SMTP STARTTLS: {error}"))
}

/// Reads one reply, all its lines, and demands its code.
async fn expect(stream: &mut TcpStream, during: &str, code: &str) -> Result<String, String> {
    let mut reply = Vec::new();
    loop {
        let byte = stream.read_u8().await.map_err(|error| format!("SMTP {during}: {error}"))?;
        reply.push(byte);
        if reply.len() > PLAIN_REPLY_BYTES_MAX {
            return Err(format!("SMTP {during}: expected an answer, found no end of it"));
        }
        if byte == b'\n' && is_last_line(&reply) {
            break;
        }
    }
    let reply = String::from_utf8_lossy(&reply).into_owned();
    if reply.starts_with(code) {
        Ok(reply)
    } else {
        let found: String = reply.trim().chars().take(200).collect();
        Err(format!("SMTP {during}: expected {code}, found: {found}"))
    }
}

/// The last line of a reply has a blank, or nothing, behind its code (RFC 5321 section 4.2.1).
fn is_last_line(reply: &[u8]) -> bool {
    let lines = reply.strip_suffix(b"\n").unwrap_or(reply);
    let line = lines.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    line.get(3) != Some(&b'-')
}

impl AsyncTokioStream for Link {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.wire {
            Wire::Plain(stream) => stream.peer_addr(),
            Wire::Secure(stream) => stream.get_ref().0.peer_addr(),
        }
    }
}

impl AsyncRead for Link {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.before.is_empty() {
            let filled = buffer.filled().len();
            ready!(Pin::new(&mut self.wire).poll_read(cx, buffer))?;
            let read = buffer.filled().get(filled..).unwrap_or_default();
            return Poll::Ready(self.measure(read));
        }
        let most = self.before.len().min(buffer.remaining());
        let (now, later) = self.before.split_at_checked(most).unwrap_or((self.before, b""));
        buffer.put_slice(now);
        self.before = later;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Link {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.wire).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.wire).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::is_last_line;

    #[test]
    fn a_reply_ends_with_the_line_without_a_dash() {
        for (reply, last) in [
            ("220 ready\r\n", true),
            ("250-mail\r\n", false),
            ("250-mail\r\n250 STARTTLS\r\n", true),
            ("250\r\n", true),
        ] {
            assert_eq!(is_last_line(reply.as_bytes()), last, "{reply:?}");
        }
    }
}
