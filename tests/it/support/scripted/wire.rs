//! One connection's bytes, plain or under TLS.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The server's end of a connection.
pub struct Wire {
    socket: TcpStream,
    tls: Option<Box<StreamOwned<ServerConnection, TcpStream>>>,
    config: Option<Arc<ServerConfig>>,
    unread: Vec<u8>,
    packet: usize,
}

impl Wire {
    /// Takes over an accepted connection.
    pub fn new(socket: TcpStream, config: Option<Arc<ServerConfig>>) -> Self {
        socket.set_nodelay(true).expect("packets leave as they are written");
        Self { socket, tls: None, config, unread: Vec::new(), packet: usize::MAX }
    }

    /// From here on `size` bytes a packet.
    pub fn split(&mut self, size: usize) {
        self.packet = size.max(1);
    }

    /// Sends everything; `None` when the client has gone.
    pub fn send(&mut self, bytes: &[u8]) -> Option<()> {
        for packet in bytes.chunks(self.packet) {
            let sent = match &mut self.tls {
                Some(tls) => tls.write_all(packet).and_then(|()| tls.flush()),
                None => self.socket.write_all(packet),
            };
            sent.ok()?;
        }
        Some(())
    }

    /// The next line without its end; `None` when the client has gone.
    pub fn line(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(end) = self.unread.iter().position(|&byte| byte == b'\n') {
                let mut line: Vec<u8> = self.unread.drain(..=end).collect();
                line.pop();
                line.pop_if(|byte| *byte == b'\r');
                return Some(line);
            }
            self.fill()?;
        }
    }

    /// The server's side of a handshake. What the client sent in plain text before is dropped.
    pub fn start_tls(&mut self) -> Option<()> {
        self.unread.clear();
        let connection = ServerConnection::new(self.config.clone()?).ok()?;
        let socket = self.socket.try_clone().ok()?;
        let mut tls = Box::new(StreamOwned::new(connection, socket));
        while tls.conn.is_handshaking() {
            tls.conn.complete_io(&mut tls.sock).ok()?;
        }
        self.tls = Some(tls);
        Some(())
    }

    /// Ends in order: the client reads everything and then the end, even if it still speaks.
    pub fn close(mut self) {
        drop(self.socket.shutdown(Shutdown::Write));
        while self.fill().is_some() {
            self.unread.clear();
        }
    }

    /// Ends with a RST, as a crashed peer or a firewall does.
    pub fn reset(self) {
        let lingers = socket2::SockRef::from(&self.socket).set_linger(Some(Duration::ZERO));
        lingers.expect("no lingering");
    }

    fn fill(&mut self) -> Option<()> {
        let mut buffer = [0; 4096];
        let read = match &mut self.tls {
            Some(tls) => tls.read(&mut buffer),
            None => self.socket.read(&mut buffer),
        };
        let read = read.ok().filter(|&read| read > 0)?;
        self.unread.extend_from_slice(&buffer[..read]);
        Some(())
    }
}
