//! The rig tests itself: a test that stands on a broken server proves nothing.

mod proxy;
mod real;
mod scripted;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// A client's TLS over a connection, trusting one authority.
fn tls(stream: TcpStream, authority: &Path) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority).unwrap()).unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::from(std::net::IpAddr::from(Ipv4Addr::LOCALHOST));
    StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), stream)
}

/// What an IMAP server says first over TLS; an error when the handshake fails.
fn tls_greeting(port: u16, authority: &Path, starttls: bool) -> io::Result<String> {
    let mut stream = BufReader::new(TcpStream::connect((Ipv4Addr::LOCALHOST, port))?);
    let mut line = String::new();
    if starttls {
        stream.read_line(&mut line)?;
        stream.get_mut().write_all(b"s STARTTLS\r\n")?;
        stream.read_line(&mut line)?;
    }
    let mut stream = tls(stream.into_inner(), authority);
    stream.write_all(b"t NOOP\r\nu LOGOUT\r\n")?;
    let mut said = [0; 4];
    stream.read_exact(&mut said)?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}
