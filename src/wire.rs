//! Connections to mail servers: TCP with keep-alive and without Nagle's delay, and rustls over it.
//!
//! Used by `mailbox` (IMAP) and `carrier` (SMTP). It never falls back from TLS to plain text.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A host that does not answer a SYN in this time will not be of use in this pass.
pub const CONNECT_MAX: Duration = Duration::from_secs(20);

/// A handshake takes a few round trips; longer means a server that stalls.
pub const HANDSHAKE_MAX: Duration = Duration::from_secs(30);

/// Silence after which the kernel probes the peer, so that a dead line under IDLE is noticed.
const KEEPALIVE_AFTER: Duration = Duration::from_mins(1);
const KEEPALIVE_EVERY: Duration = Duration::from_secs(10);
const KEEPALIVE_PROBES: u32 = 3;

/// Why a connection could not be made.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The name does not resolve.
    #[error("expected an address for {host}, found none: {source}; check `host` and the DNS")]
    Resolve {
        /// The name as configured.
        host: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// Nobody accepts at the port.
    #[error(
        "expected a server at {host}:{port}, found: {source}; check `host`, `port` and the firewall"
    )]
    Connect {
        /// The name as configured.
        host: String,
        /// The port as configured.
        port: u16,
        /// What the kernel said.
        source: io::Error,
    },
    /// The TLS handshake failed: a certificate that is not trusted, another protocol on the port.
    #[error(
        "expected a TLS handshake with {host}, found: {source}; check `tls`, the port, and `ca_file` for a private certificate"
    )]
    Handshake {
        /// The name as configured.
        host: String,
        /// What rustls said.
        source: io::Error,
    },
    /// The file with the trusted certificates cannot be used.
    #[error("expected PEM certificates in {}, found: {why}; give the CA's certificate in PEM form", path.display())]
    Authority {
        /// The file as configured.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

/// A connection, plain or under TLS.
#[derive(Debug)]
pub enum Wire {
    /// Plain TCP: loopback, or before STARTTLS.
    Plain(TcpStream),
    /// Under TLS.
    Secure(Box<TlsStream<TcpStream>>),
}

/// Connects to the first address of `host` that answers.
pub async fn dial(host: &str, port: u16) -> Result<TcpStream, WireError> {
    let lookup = tokio::net::lookup_host((host, port));
    let addresses = match timeout(CONNECT_MAX, lookup).await {
        Ok(Ok(addresses)) => addresses,
        Ok(Err(source)) => return Err(WireError::Resolve { host: host.to_owned(), source }),
        Err(_) => return Err(WireError::Resolve { host: host.to_owned(), source: late() }),
    };
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in addresses {
        match timeout(CONNECT_MAX, connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error,
            Err(_) => last = late(),
        }
    }
    Err(WireError::Connect { host: host.to_owned(), port, source: last })
}

async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    // Commands are small and awaited: with Nagle each would wait for a delayed ACK (40 ms).
    stream.set_nodelay(true)?;
    let keepalive = socket2::TcpKeepalive::new()
        .with_time(KEEPALIVE_AFTER)
        .with_interval(KEEPALIVE_EVERY)
        .with_retries(KEEPALIVE_PROBES);
    socket2::SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
    Ok(stream)
}

/// Performs the TLS handshake as `host`, over a connection on which nothing is buffered.
pub async fn secure(
    stream: TcpStream,
    host: &str,
    trust: &Arc<ClientConfig>,
    after: Duration,
) -> Result<Wire, WireError> {
    let failed = |source| WireError::Handshake { host: host.to_owned(), source };
    let name = ServerName::try_from(host.to_owned()).map_err(|e| failed(io::Error::other(e)))?;
    let handshake = TlsConnector::from(Arc::clone(trust)).connect(name, stream);
    match timeout(after, handshake).await {
        Ok(Ok(stream)) => Ok(Wire::Secure(Box::new(stream))),
        Ok(Err(source)) => Err(failed(source)),
        Err(_) => Err(failed(late())),
    }
}

/// Whom to trust: the certificates of `authority` alone where given, else the machine's.
pub fn trust(authority: Option<&Path>) -> Result<Arc<ClientConfig>, WireError> {
    let mut roots = RootCertStore::empty();
    match authority {
        Some(path) => add_authority(&mut roots, path)?,
        None => {
            // One unreadable file among the machine's certificates must not cost all of them.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    Ok(trusting(roots))
}

/// Trusts nobody, and reads no file: for where nothing is secured.
#[must_use]
pub fn trust_nobody() -> Arc<ClientConfig> {
    trusting(RootCertStore::empty())
}

fn trusting(roots: RootCertStore) -> Arc<ClientConfig> {
    Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

fn add_authority(roots: &mut RootCertStore, path: &Path) -> Result<(), WireError> {
    let wrong = |why: String| WireError::Authority { path: path.to_owned(), why };
    let pem = CertificateDer::pem_file_iter(path).map_err(|e| wrong(e.to_string()))?;
    for certificate in pem {
        let certificate = certificate.map_err(|e| wrong(e.to_string()))?;
        roots.add(certificate).map_err(|e| wrong(e.to_string()))?;
    }
    if roots.is_empty() { Err(wrong("no certificate".to_owned())) } else { Ok(()) }
}

fn late() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "no answer in time")
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Secure(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Secure(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Secure(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Secure(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
