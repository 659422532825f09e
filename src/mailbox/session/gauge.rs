//! Bounds on what a server can make us hold, checked before the parser sees the bytes.
//!
//! async-imap keeps a whole response in memory and makes room for a literal as soon as it is announced:
//! `{600000000}` costs as much, whether or not anything follows. Here the announcement is read first.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, BufStream, ReadBuf};

use crate::wire::Wire;

/// The largest literal: a piece of a mail as it is asked for (1 MiB), and as much more as a server may
/// be off with its sizes.
const LITERAL_BYTES_MAX: u64 = 1280 * 1024;

/// The longest response: the UIDs of a million messages in one SEARCH line.
const RESPONSE_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// The most that may answer one command: a batch of small mails is an eighth of it. A server can send
/// for ever, each response short.
const EXCHANGE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// As much of a response's beginning as tells its kind: `* PREAUTH `.
const HEAD_BYTES: usize = 10;

/// A connection whose server cannot make us hold more than the bounds.
#[derive(Debug)]
pub(super) struct Gauged {
    inner: BufStream<Wire>,
    gauge: Gauge,
}

impl Gauged {
    pub(super) fn new(wire: Wire) -> Self {
        Self { inner: BufStream::new(wire), gauge: Gauge::default() }
    }

    /// The connection, without what was read ahead of it.
    pub(super) fn into_wire(self) -> Wire {
        self.inner.into_inner()
    }
}

/// Follows the responses of RFC 3501 section 7 just closely enough to know lines from literals.
#[derive(Debug, Default)]
struct Gauge {
    /// Bytes since the last command.
    exchange: u64,
    /// Bytes of the response under way, with its announced literals.
    response: u64,
    /// Bytes that the literal under way still has.
    literal: u64,
    /// The beginning of the response under way.
    head: Vec<u8>,
    announced: Announced,
}

/// How far the line's end has come as `{n}`.
#[derive(Debug, Default, Clone, Copy)]
enum Announced {
    #[default]
    No,
    Digits(u64),
    Literal(u64),
}

impl Gauge {
    fn command(&mut self) {
        self.exchange = 0;
    }

    fn advance(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        self.exchange = self.exchange.saturating_add(count(bytes.len()));
        within("an answer", self.exchange, EXCHANGE_BYTES_MAX)?;
        while let Some((first, rest)) = bytes.split_first() {
            if self.literal == 0 {
                bytes = rest;
                self.line_byte(*first)?;
            } else {
                let most = usize::try_from(self.literal).unwrap_or(usize::MAX).min(bytes.len());
                self.literal = self.literal.saturating_sub(count(most));
                bytes = bytes.get(most..).unwrap_or_default();
            }
        }
        Ok(())
    }

    fn line_byte(&mut self, byte: u8) -> io::Result<()> {
        self.response = self.response.saturating_add(1);
        within("a response", self.response, RESPONSE_BYTES_MAX)?;
        if self.head.len() < HEAD_BYTES {
            self.head.push(byte);
        }
        self.announced = match (self.announced, byte) {
            (_, b'{') => Announced::Digits(0),
            (Announced::Digits(number), b'0'..=b'9') => {
                let digit = u64::from(byte.saturating_sub(b'0'));
                Announced::Digits(number.saturating_mul(10).saturating_add(digit))
            }
            (Announced::Digits(number), b'+') => Announced::Digits(number),
            (Announced::Digits(number), b'}') | (Announced::Literal(number), b'\r') => {
                Announced::Literal(number)
            }
            (announced, b'\n') => {
                self.line_end(announced)?;
                Announced::No
            }
            _ => Announced::No,
        };
        Ok(())
    }

    fn line_end(&mut self, announced: Announced) -> io::Result<()> {
        if let Announced::Literal(bytes) = announced {
            within("a literal", bytes, LITERAL_BYTES_MAX)?;
            // Words for people may end in `{5}` and announce nothing: to skip what follows would let a
            // server hide a real announcement there.
            if !is_for_people(&self.head) {
                self.literal = bytes;
                self.response = self.response.saturating_add(bytes);
                return within("a response", self.response, RESPONSE_BYTES_MAX);
            }
        }
        self.response = 0;
        self.head.clear();
        Ok(())
    }
}

/// Whether a response is a status or a continuation: a text, without data.
fn is_for_people(head: &[u8]) -> bool {
    let Some(untagged) = head.strip_prefix(b"* ") else { return true };
    let word = untagged.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    [&b"OK"[..], b"NO", b"BAD", b"BYE", b"PREAUTH"]
        .iter()
        .any(|status| word.eq_ignore_ascii_case(status))
}

fn within(what: &str, bytes: u64, most: u64) -> io::Result<()> {
    if bytes <= most {
        return Ok(());
    }
    let text = format!("expected {what} of at most {most} bytes, found {bytes} or more");
    Err(io::Error::new(io::ErrorKind::InvalidData, text))
}

fn count(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

impl AsyncRead for Gauged {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        std::task::ready!(Pin::new(&mut this.inner).poll_read(cx, buffer))?;
        Poll::Ready(this.gauge.advance(buffer.filled().get(before..).unwrap_or_default()))
    }
}

impl AsyncWrite for Gauged {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.gauge.command();
        Pin::new(&mut this.inner).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of a stream, whatever packets it arrives in.
    fn takes(stream: &[u8]) -> bool {
        let whole = Gauge::default().advance(stream).is_ok();
        let mut gauge = Gauge::default();
        let bytewise = stream.chunks(1).all(|byte| gauge.advance(byte).is_ok());
        assert_eq!(whole, bytewise, "{}", String::from_utf8_lossy(stream));
        whole
    }

    #[test]
    fn a_literal_is_bounded_where_it_is_announced() {
        for (stream, taken) in [
            ("* 1 FETCH (UID 1 BODY[] {1048576}\r\n", true),
            ("* 1 FETCH (UID 1 BODY[] {600000000}\r\n", false),
            ("* 1 FETCH (UID 1 BODY[] {600000000+}\r\n", false),
            ("* 1 FETCH (UID 1 BODY[] {99999999999999999999999}\n", false),
            ("* 1 FETCH (UID 1 BODY[] {3}\r\nabc X {600000000}\r\n", false),
            // A mail may hold the words of an announcement.
            ("* 1 FETCH (UID 1 BODY[] {13}\r\n {600000000}\r\n)\r\n", true),
            ("* 1 FETCH (BODY[] {600000000} x\r\n", true),
            // Nothing hides behind a text that only looks like an announcement.
            ("* OK see {100}\r\n* 1 FETCH (BODY[] {600000000}\r\n", false),
            ("A1 OK see {100}\r\n* 1 FETCH (BODY[] {600000000}\r\n", false),
            ("* OK [BADCHARSET ({600000000}\r\n", false),
        ] {
            assert_eq!(takes(stream.as_bytes()), taken, "{stream}");
        }
    }

    #[test]
    fn a_response_and_an_exchange_are_bounded() {
        let mut gauge = Gauge::default();
        let endless = vec![b'x'; 10 * 1024 * 1024];
        assert!(gauge.advance(&endless).is_err(), "a line of 10 MiB");

        let literal = [&b" {1048576}\r\n"[..], &vec![b'x'; 1_048_576]].concat();
        let mut gauge = Gauge::default();
        gauge.advance(b"* 1 FETCH (UID 1").unwrap();
        let taken = (0..100).take_while(|_| gauge.advance(&literal).is_ok()).count();
        assert!((6..=8).contains(&taken), "{taken} literals in one response");

        let mut gauge = Gauge::default();
        let line = b"* OK Still here\r\n".repeat(1000);
        let taken = (0..10_000).take_while(|_| gauge.advance(&line).is_ok()).count();
        assert!(taken < 2000, "{taken} thousand lines");
        gauge.command();
        assert!(gauge.advance(&line).is_ok());
    }
}
