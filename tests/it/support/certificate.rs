//! A certificate for 127.0.0.1 and `localhost` with an authority of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::support::servers::{program, run};

/// Long enough for any run, short enough for a clock that tests set.
const DAYS: &str = "3650";

/// PEM files of one authority and one server, made by `openssl req`.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The authority: what a client must trust.
    pub authority: PathBuf,
    /// The server's certificate.
    pub server: PathBuf,
    /// The server's private key.
    pub key: PathBuf,
}

impl Certificate {
    /// Makes all three below `dir`. Each call makes another authority.
    pub fn make(dir: &Path) -> Self {
        let made = Self {
            authority: dir.join("ca.pem"),
            server: dir.join("server.pem"),
            key: dir.join("server.key"),
        };
        let secret = dir.join("ca.key");
        let constraint = "basicConstraints=critical,CA:TRUE";
        run(request(&made.authority, &secret, "/CN=Rig authority").args(["-addext", constraint]));
        run(request(&made.server, &made.key, "/CN=localhost")
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
            .arg("-CA")
            .arg(&made.authority)
            .arg("-CAkey")
            .arg(&secret));
        made
    }

    /// The server's side of TLS with this certificate.
    pub fn server_config(&self) -> Arc<ServerConfig> {
        let chain = CertificateDer::from_pem_file(&self.server).expect("a certificate in PEM");
        let key = PrivateKeyDer::from_pem_file(&self.key).expect("a private key in PEM");
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(ring)
            .with_safe_default_protocol_versions()
            .expect("the versions of ring")
            .with_no_client_auth()
            .with_single_cert(vec![chain], key)
            .expect("certificate and key belong together");
        Arc::new(config)
    }
}

fn request(certificate: &Path, key: &Path, subject: &str) -> Command {
    let mut command = Command::new(program("openssl", "openssl"));
    command.args(["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt"]);
    command.args(["ec_paramgen_curve:prime256v1", "-days", DAYS, "-subj", subject]);
    command.arg("-keyout").arg(key).arg("-out").arg(certificate);
    command
}
