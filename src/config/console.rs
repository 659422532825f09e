//! `[console]`: the staff pages.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::section::Reading;

/// The port, unassigned by IANA and reminiscent of SMTP.
const PORT: u16 = 8025;

/// The staff pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Console {
    /// Where they are served; loopback, unless a reverse proxy with TLS stands before another address.
    pub listen: SocketAddr,
}

impl Default for Console {
    fn default() -> Self {
        Self { listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), PORT) }
    }
}

pub(super) fn read(reading: &mut Reading) -> Console {
    let mut section = reading.section("console");
    let remedy = "write it like \"127.0.0.1:8025\" or \"[::1]:8025\"";
    let listen =
        section.parsed("listen", "an address and a port", remedy, |text| text.parse().ok());
    Console { listen: listen.unwrap_or(Console::default().listen) }
}
